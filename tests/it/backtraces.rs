//! A crash with a backtrace, in every format.
use proptest::prelude::*;
use vitte_diag::{
    Backtrace, BacktraceStyle, Diagnostic, DiagnosticBag, Format, Frame, HtmlEmitter, HumanEmitter,
    Severity, SourceMap, Span, Suggestion, Terminal, code,
};

use crate::common::{self, Scene, assert_snapshot, human, readable, written, written_on};

fn backtrace(texts: &[&str]) -> Backtrace {
    texts.iter().copied().map(Frame::new).collect()
}

/// The backtrace of a panic in a compiler, with a frame of every form.
fn frames() -> Backtrace {
    backtrace(&[
        "rust_begin_unwind at /rustc/2972b5e59f1c5529b6ba770437812fd83ab4ebd4/library/std/src/panicking.rs:697:5",
        "core::panicking::panic_fmt at /rustc/2972b5e59f1c5529b6ba770437812fd83ab4ebd4/library/core/src/panicking.rs:75:14",
        "vittec::front::blocks::close at examples/vittec/front/blocks.rs:77:13",
        "<vittec::front::Parser<'_> as vittec::front::Visit>::block::{closure#0} at examples/vittec/front/a parser.rs:12",
        "core::ops::function::FnOnce::call_once in vittec+0x1f20",
        "walkdir::IntoIter::next at /home/ana/.cargo/registry/src/walkdir-2.5.0/src/lib.rs:9:1",
        "<unknown> in /opt/vitte/lib/libplugin.so+0x1c20",
        "[... omitted 10324 frames ...]",
        "vittec::check",
        "vittec::main at examples/vittec/main.rs:63:1",
        "std::rt::lang_start::{{closure}}",
        "main",
        "__libc_start_call_main in /lib/x86_64-linux-gnu/libc.so.6+0x29d90",
    ])
}

fn crash() -> Scene {
    let mut scene = common::scene("fn f()\n  ⟦if⟧ x\n");
    let span = scene.diagnostic.primary().unwrap().span();
    scene.diagnostic = Diagnostic::new(
        Severity::Fatal,
        code!("F0001"),
        span,
        "the compiler crashed: index 7 is past the end",
    )
    .with_label("while it parsed this")
    .with_note("vittec 0.1.0 on linux, thread `main`")
    .with_help("send the report in target/crash-reports/1")
    .with_backtrace(frames());
    scene
}

const FULL: Terminal = Terminal::PLAIN.with_backtraces(BacktraceStyle::Full);

#[test]
fn every_format_matches_its_snapshot() {
    let Scene { sources, diagnostic } = crash();
    let bag = [diagnostic].into_iter().collect();
    let mut all = String::new();
    for &format in Format::ALL {
        all += &format!("== {format} ==\n{}", written(format, &sources, &bag));
    }
    let unicode = human(&sources, &bag, |emitter| emitter.with_unicode(true));
    let coloured = human(&sources, &bag, |emitter| emitter.with_color(true));
    let full = written_on(FULL, Format::Human, &sources, &bag);
    let narrow = human(&sources, &bag, |emitter| emitter.with_width(60).with_color(true));
    all += &format!("== human in Unicode ==\n{unicode}");
    all += &format!("== human in colour ==\n{}", readable(&coloured));
    all += &format!("== human in full ==\n{full}");
    all += &format!("== human in colour, in 60 cells ==\n{}", readable(&narrow));
    assert_snapshot!("a_crash", all);
}

#[test]
fn the_terminal_decides_if_runtime_frames_are_shown() {
    let Scene { sources, diagnostic } = crash();
    let bag: DiagnosticBag = [diagnostic].into_iter().collect();
    let full = human(&sources, &bag, |emitter| emitter.with_backtraces(BacktraceStyle::Full));
    let by_terminal = human(&sources, &bag, |emitter| emitter.with_terminal(FULL));
    assert_eq!(full, by_terminal);
    assert!(full.contains("\n      11: main\n") && !full.contains("frames of"));
    let folded = human(&sources, &bag, |emitter| emitter.with_terminal(Terminal::PLAIN));
    assert!(folded.ends_with("\n         ... 3 frames of std, libc.so.6\n"), "{folded}");
    let all = human(&sources, &bag, |emitter| emitter.with_backtraces(BacktraceStyle::All));
    let by_terminal = Terminal::default().with_backtraces(BacktraceStyle::All);
    assert_eq!(all, human(&sources, &bag, |emitter| emitter.with_terminal(by_terminal)));
    assert!(all.contains("\n       5: walkdir::IntoIter::next      "), "{all}");
    assert!(all.contains("\n      11: main\n") && !all.contains("frames of"), "{all}");

    let mut html =
        HtmlEmitter::new(Vec::new(), &common::tool()).with_backtraces(BacktraceStyle::Full);
    bag.emit(&sources, &mut html).unwrap();
    let html = String::from_utf8(html.into_inner()).unwrap();
    assert_eq!(html, written_on(FULL, Format::Html, &sources, &bag));
    assert!(html.contains("std::rt::lang_start"), "{html}");
}

#[test]
fn runtime_frames_are_shown_if_there_are_no_others() {
    let mut scene = crash();
    let frames = ["core::panicking::panic", "[... omitted 9 frames ...]", "main"];
    scene.diagnostic.set_backtrace(backtrace(&frames));
    let shown = "\n  = backtrace:\n      0: core::panicking::panic\n         ... omitted 9 frames\n      2: main\n";
    assert!(scene.human().ends_with(shown), "{}", scene.human());
    let narrated = written(Format::Narrated, &scene.sources, &scene.bag());
    let expected = "\nBacktrace: in core::panicking::panic\n  omitted 9 frames\n  Called by main\n";
    assert!(narrated.ends_with(expected), "{narrated}");
}

/// A diagnostic is drawn directly, or from an excerpt if it has context lines.
#[test]
fn both_ways_of_drawing_have_the_same_backtrace() {
    let mut scene = common::scene("⟦@⟧");
    for (help, note) in [(false, false), (true, false), (false, true), (true, true)] {
        let span = scene.diagnostic.primary().unwrap().span();
        let mut diagnostic = Diagnostic::new(Severity::Fatal, code!("F0001"), span, "m");
        help.then(|| _ = diagnostic.add_help("h"));
        note.then(|| _ = diagnostic.add_note("n"));
        scene.diagnostic = diagnostic.with_backtrace(frames());
        let emitter = || HumanEmitter::new(Vec::new());
        assert!(emitter().draws_directly(&scene.sources, &scene.diagnostic));
        let other = emitter().with_context_lines(1);
        assert!(!other.draws_directly(&scene.sources, &scene.diagnostic));
        let laid_out = human(&scene.sources, &scene.bag(), |emitter| emitter.with_context_lines(1));
        assert_eq!(scene.human(), laid_out);
        assert!(laid_out.contains("^\n  |\n  = "), "{laid_out}");
    }
}

#[test]
fn a_backtrace_is_before_suggestions_and_needs_no_source() {
    let span = Span::DUMMY;
    let diagnostic = Diagnostic::new(Severity::Fatal, code!("F0001"), span, "m");
    let diagnostic = diagnostic.with_backtrace(backtrace(&["f", "g at a.rs:1:2"]));
    let out = human(&SourceMap::new(), &[diagnostic].into_iter().collect(), |emitter| emitter);
    assert_eq!(out, "fatal[F0001]: m\n  |\n  = backtrace:\n      0: f\n      1: g  a.rs:1:2\n");

    let mut scene = crash();
    let edit = vitte_diag::Edit::remove(scene.diagnostic.primary().unwrap().span());
    let fix = Suggestion::single("remove it", edit, vitte_diag::Applicability::Unspecified);
    scene.diagnostic.add_suggestion(fix);
    let out = scene.human();
    assert!(out.find("= note").unwrap() < out.find("= backtrace").unwrap(), "{out}");
    assert!(out.contains(" frames of std, libc.so.6\nhelp: remove it\n"), "{out}");
}

#[test]
fn a_deep_backtrace_is_bounded() {
    let mut scene = crash();
    let deep = (0..5000).flat_map(|n| [Frame::new(format!("f{n}")), Frame::new("std::x")]);
    scene.diagnostic.set_backtrace(deep.collect());
    let lines = |out: &str| {
        let (_, frames) = out.split_once("= backtrace:\n").unwrap();
        frames.lines().map(str::trim_start).map(str::to_owned).collect::<Vec<_>>()
    };
    let folded = lines(&scene.human());
    assert_eq!(
        folded[9..],
        ["... 1 frame of std", "10: f5", "... and 9989 more frames"],
        "12 lines, of which the last has the number of omitted frames"
    );
    let more = human(&scene.sources, &scene.bag(), |all| all.with_short_backtrace_lines(4));
    assert_eq!(lines(&more)[2..], ["2: f1", "... and 9997 more frames"]);
    let full = lines(&human(&scene.sources, &scene.bag(), |all| {
        all.with_backtraces(BacktraceStyle::Full)
    }));
    assert_eq!((full.len(), &*full[100]), (101, "[... omitted 9900 more frames ...]"));

    // Frames of the maximum length: the last one is complete, and no other follows.
    let long = |n| Frame::new(format!("{n}{}", "word ".repeat(20_000)));
    scene.diagnostic.set_backtrace((0..1000).map(long).collect());
    let short = lines(&scene.human());
    assert!(short.len() == 12 && short.iter().all(|line| line.len() <= 100), "{short:?}");
    let long = lines(&human(&scene.sources, &scene.bag(), |all| {
        all.with_backtraces(BacktraceStyle::Full)
    }));
    assert_eq!((long.len(), &*long[101]), (102, "[... omitted 999 more frames ...]"));

    let narrated = written(Format::Narrated, &scene.sources, &scene.bag());
    assert!(narrated.len() < 5000 && narrated.ends_with("\n  And 990 more frames\n"), "{narrated}");
}

/// The formats of annotations for users have no backtrace; it is in the crash report.
#[test]
fn annotations_stay_short() {
    let with = crash();
    let mut without = crash();
    without.diagnostic.set_backtrace(Backtrace::default());
    for &format in Format::ALL {
        let [with, without] =
            [&with, &without].map(|scene| written(format, &scene.sources, &scene.bag()));
        let lacks = matches!(
            format,
            Format::Github
                | Format::Gitlab
                | Format::Lsp
                | Format::Rdjson
                | Format::Short
                | Format::Gcc
                | Format::Checkstyle
                | Format::Azure
                | Format::Teamcity
                | Format::Sonarqube
                | Format::Bitbucket
                | Format::Rdjsonl
                | Format::Baseline
        );
        assert_eq!(with == without, lacks, "{format}: {with}");
        assert_eq!(with.contains("blocks::close"), !lacks, "{format}: {with}");
    }
}

#[test]
fn the_text_of_a_frame_is_escaped_and_indented() {
    let mut scene = crash();
    scene.diagnostic.set_backtrace(backtrace(&["a\tb\n::error::c\u{1b}[2J\n", "", "d\u{202e}"]));
    let shown = "\n  = backtrace:\n      0: a\\tb\\n::error::c␛[2J\n      1:\n      2: d<U+202E>\n";
    assert!(scene.human().ends_with(shown), "{}", scene.human());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// The shown frames and the counts of the others are all frames, in order.
    #[test]
    fn every_frame_is_shown_or_counted(
        frames in prop::collection::vec(prop::sample::select(&["x::f", "std::g", "main", "y"][..]), 1..250),
        full in any::<bool>(),
    ) {
        let mut scene = crash();
        scene.diagnostic.set_backtrace(backtrace(&frames));
        let style = if full { BacktraceStyle::Full } else { BacktraceStyle::Short };
        let out = human(&scene.sources, &scene.bag(), |all| all.with_backtraces(style));
        let (_, lines) = out.split_once("= backtrace:").expect("a backtrace");
        let (heading, lines) = lines.split_once('\n').expect("a line");
        let numbers = |text: &str| text.split(' ').filter_map(|word| word.parse::<usize>().ok()).collect::<Vec<_>>();
        let mut next = numbers(heading).first().copied().unwrap_or_default();
        for line in lines.lines().map(str::trim_start) {
            if line.contains("...") {
                // `the last 2 frames repeated 9 more times`
                next += numbers(line).into_iter().product::<usize>();
            } else {
                let (number, text) = line.split_once(": ").expect("a number");
                prop_assert_eq!((number.parse(), text), (Ok(next), frames[next]), "{}", out);
                next += 1;
            }
        }
        prop_assert_eq!(next, frames.len(), "{}", out);
        let max = if full { 101 } else { 12 };
        prop_assert!(lines.lines().count() <= max);
    }
}

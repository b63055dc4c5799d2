//! The output is bounded and safe, whatever children, traces and alternatives contain.
use proptest::prelude::*;
use vitte_diag::{
    Applicability, Child, Diagnostic, DiagnosticBag, Edit, FileId, Format, HumanEmitter, Severity,
    SourceMap, Span, Suggestion, TraceStep, code, text,
};

use super::Files;
use crate::common::{human, on_terminal, written};

#[test]
fn the_output_is_bounded() {
    let files = Files::new();
    let labels = (0..1000).fold(Child::note("labels"), |child, lo| {
        let span = Span::empty(files.main, lo % 130);
        child.with_label(span, "here").with_secondary(Span::empty(files.gone, lo), "gone")
    });
    let out = |diagnostic: Diagnostic| {
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        (
            human(&files.sources, &bag, |emitter| emitter),
            written(Format::Narrated, &files.sources, &bag),
        )
    };
    let (drawn, narrated) = out(files.error().with_child(labels));
    assert!(drawn.ends_with("\n  = note: and 901 more notes\n"), "{drawn}");
    assert!(drawn.lines().count() < 500 && narrated.lines().count() < 250, "{drawn}");
    assert!(narrated.contains("\n  Also: 1900 more labels\n"), "{narrated}");

    let many =
        |diagnostic, n| Diagnostic::with_child(diagnostic, Child::note(format!("child {n}")));
    let (drawn, narrated) = out((0..123).fold(files.error(), many));
    assert!(drawn.ends_with("= note: child 99\n  = note: and 23 more notes\n"), "{drawn}");
    assert!(narrated.ends_with("Note: child 99\nAlso: 23 more notes\n"), "{narrated}");
    let (drawn, _) = out((0..100).fold(files.error(), many));
    assert!(drawn.ends_with("= note: child 99\n"), "{drawn}");

    let step =
        |diagnostic, n| Diagnostic::with_step(diagnostic, TraceStep::call(format!("step {n}")));
    let (drawn, _) = out((0..5).fold(files.error(), step));
    assert!(drawn.contains("step 2\n  = note: step 3\n"), "{drawn}");
    let (drawn, narrated) = out((0..11).fold(files.error(), step));
    let omitted = "step 2\n  = note: and 6 more steps\n  = note: step 9\n";
    assert!(drawn.contains(omitted), "{drawn}");
    assert!(narrated.contains("step 6\n  1 step is omitted\n  Then: step 8\n"), "{narrated}");
}

/// Text of several lines, with characters that are hard to draw.
fn words() -> impl Strategy<Value = String> {
    const PIECES: [&str; 14] = [
        "word",
        " ",
        "two words",
        "\n",
        "\n\n",
        "\t",
        "\u{1b}[31m",
        "\u{202e}",
        "日本",
        "e\u{301}",
        "::error::",
        "`code`",
        "\r\n",
        "a_word_that_is_wider_than_a_narrow_terminal",
    ];
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8).prop_map(|all| all.concat())
}

/// A span in one of the files of the scenes, past the end of one, or in an unknown file.
fn span() -> impl Strategy<Value = Span> {
    (0..5_u32, 0..140_u32, 0..40_u32)
        .prop_map(|(file, lo, len)| Span::new(FileId::new(file), lo, lo + len).unwrap())
}

fn any_suggestion() -> impl Strategy<Value = Option<Suggestion>> {
    let edit = (span(), words()).prop_map(|(span, text)| Edit::replace(span, text));
    let alternatives = prop::collection::vec(prop::collection::vec(edit, 1..3), 1..4);
    (words(), alternatives).prop_map(|(message, alternatives)| {
        Suggestion::with_alternatives(message, alternatives, Applicability::Unspecified).ok()
    })
}

fn any_child() -> impl Strategy<Value = Child> {
    let label = (any::<bool>(), span(), words());
    let labels = prop::collection::vec(label, 0..5);
    let parts = (0..4_usize, words(), labels, prop::option::of(any_suggestion()));
    parts.prop_map(|(level, message, labels, suggestion)| {
        let mut child = [Child::note, Child::help, Child::warning, Child::error][level](message);
        for (is_secondary, span, message) in labels {
            let add = if is_secondary { Child::add_secondary } else { Child::add_label };
            add(&mut child, span, message);
        }
        suggestion.flatten().into_iter().fold(child, Child::with_suggestion)
    })
}

/// Returns true if edits are drawn: an edit past the end of its file ends there, and then no two overlap.
fn is_drawn(sources: &SourceMap, edits: &[Edit]) -> bool {
    let in_file = |edit: &Edit| {
        let (span, file) = (edit.span(), sources.file(edit.span().file()).ok()?);
        let len = u32::try_from(file.text().len()).unwrap();
        let is_near = span.lo() <= len || span.hi() == len + 1;
        let is_cut = span.lo() < len || (is_near && !edit.text().is_empty());
        let end = if is_cut && !file.is_unavailable() { len } else { u32::MAX };
        let span = Span::new(span.file(), span.lo().min(end), span.hi().min(end)).unwrap();
        sources.location(span).ok().map(|_| Edit::replace(span, edit.text().to_owned()))
    };
    let edits: Option<Vec<Edit>> = edits.iter().map(in_file).collect();
    let suggestion =
        edits.map(|edits| Suggestion::new("s", edits, Applicability::Unspecified).is_ok());
    suggestion == Some(true)
}

prop_compose! {
    fn any_diagnostic()(
        (location, message) in (0..4_u8, words()),
        (primary, label) in (span(), words()),
        children in prop::collection::vec(any_child(), 0..4),
        steps in prop::collection::vec((words(), prop::option::of(span())), 0..14),
        suggestion in prop::option::of(any_suggestion()),
    ) -> Diagnostic {
        let code = code!("E0001");
        let mut diagnostic = match location {
            0 => Diagnostic::without_location(Severity::Error, code, message),
            1 => Diagnostic::for_file(Severity::Error, code, primary.file(), message),
            _ => Diagnostic::error(code, primary, message).with_label(label),
        };
        children.into_iter().for_each(|child| _ = diagnostic.add_child(child));
        for (message, span) in steps {
            let step = TraceStep::call(message);
            diagnostic.add_step(span.map_or(step.clone(), |span| step.with_span(span)));
        }
        suggestion.flatten().into_iter().fold(diagnostic, Diagnostic::with_suggestion)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    /// Whatever children, traces and alternatives contain, the output is safe, complete, and the same in colour.
    #[test]
    fn any_diagnostic_can_be_drawn(
        diagnostic in any_diagnostic(), (unicode, width) in (any::<bool>(), 20..300_u16),
    ) {
        let sources = Files::new().sources;
        let bag: DiagnosticBag = [diagnostic.clone()].into_iter().collect();
        let settings = |human: HumanEmitter<Vec<u8>>| human.with_width(width).with_unicode(unicode);
        let out = human(&sources, &bag, settings);
        prop_assert!(!out.contains(|c| c != '\n' && text::is_unsafe(c)), "{:?}", out);
        prop_assert!(out.ends_with('\n') && !out.ends_with("\n\n"), "{:?}", out);
        for line in out.lines() {
            prop_assert!(!line.ends_with(' ') && !line.starts_with("::"), "{:?}", line);
            let cells = text::width_of(line);
            let is_path = ["-->", ":::", "─▸"].iter().any(|arrow| line.contains(arrow));
            prop_assert!(is_path || cells <= usize::from(width), "{} of {}:\n{}", cells, width, out);
        }
        let coloured = human(&sources, &bag, |emitter| settings(emitter).with_color(true));
        prop_assert_eq!(on_terminal(&coloured), (out.clone(), Vec::new()));

        let valid = |suggestion: &&Suggestion| {
            suggestion.alternatives().any(|edits| is_drawn(&sources, edits))
        };
        let suggestions = diagnostic.all_suggestions().filter(valid).count();
        let with_labels = |child: &&Child| {
            child.labels().iter().any(|label| sources.file(label.span().file()).is_ok())
        };
        let children = diagnostic.children().iter().filter(with_labels).count();
        let steps = diagnostic.trace().len();
        let is_shown = |index: &usize| steps <= 5 || *index < 3 || *index >= steps - 2;
        let is_in_file = |step: &TraceStep| {
            step.span().is_some_and(|span| sources.file(span.file()).is_ok())
        };
        let steps = diagnostic.trace().iter().enumerate().filter(|(index, _)| is_shown(index));
        let sections = children + steps.filter(|(_, step)| is_in_file(step)).count();
        let levels = ["note:", "help:", "warning:", "error:"];
        let is_header = |line: &&str| levels.iter().any(|level| line.starts_with(level));
        prop_assert_eq!(out.lines().filter(is_header).count(), suggestions + sections, "{}", out);
        let bullet = |line: &str| {
            let text = line.trim_start().strip_prefix(['=', '├', '╰'])?.trim_start();
            Some(levels.iter().any(|level| text.starts_with(level)))
        };
        let bullets = out.lines().filter_map(bullet).filter(|is_note| *is_note).count();
        prop_assert!(bullets >= diagnostic.children().len() - children, "{}", out);
    }
}

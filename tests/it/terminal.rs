//! Human output on a terminal: widths, wrapping, grapheme clusters, bounds, links.
use unicode_segmentation::UnicodeSegmentation as _;
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, Format, HumanEmitter, SourceMap, Suggestion,
    Terminal, Tool, text,
};

use crate::common::{self, CODE, Scene, assert_snapshot, human, scene};

/// A text of `count` words.
fn words(count: usize) -> String {
    let words = ["a", "message", "of", "many", "words", "for"].iter().cycle().take(count);
    words.copied().collect::<Vec<_>>().join(" ")
}

fn cells(line: &str) -> usize {
    text::width_of(line)
}

#[test]
fn long_texts_wrap_inside_the_gutter() {
    let mut scene = scene("let ⟨x⟩ = ⟦first⟧ + ⟨second⟩\n");
    let span = scene.diagnostic.primary().unwrap().span();
    scene.diagnostic = Diagnostic::error(CODE, span, words(30))
        .with_label(words(20))
        .with_secondary(scene.diagnostic.secondary()[0].span(), words(25))
        .with_secondary(scene.diagnostic.secondary()[1].span(), words(25))
        .with_help(words(40))
        .with_note(format!("{}\n{}", words(3), words(40)))
        .with_suggestion(Suggestion::single(
            words(30),
            Edit::remove(span),
            Applicability::Unspecified,
        ));
    let at = |width, unicode| {
        human(&scene.sources, &scene.bag(), |e| e.with_width(width).with_unicode(unicode))
    };
    for width in [60, 80, 140] {
        for line in at(width, false).lines().chain(at(width, true).lines()) {
            assert!(cells(line) <= usize::from(width), "{} cells: {line}", cells(line));
        }
    }
    assert_snapshot!(format!("{}\n{}", at(60, false), at(60, true)));
    let narrow = at(1, false);
    assert!(
        narrow.lines().all(|line| cells(line) <= 50),
        "texts have at least 20 cells:\n{narrow}"
    );
}

#[test]
fn a_line_of_one_mebibyte_is_cut_to_the_width() {
    for unit in ["a", "日", "👩\u{200d}🔬", "\t", "e\u{301}", "🇫🇷"] {
        let side = unit.repeat((1 << 19) / unit.len());
        let scene = scene(&format!("{side}⟦x⟧{side}"));
        for width in [40, 80, 200] {
            let out = human(&scene.sources, &scene.bag(), |e| e.with_width(width));
            let row = out.lines().find(|line| line.starts_with("1 |")).unwrap();
            assert!(cells(row) <= usize::from(width), "{} of {width}: {row}", cells(row));
            assert!(row.contains('x') && row.matches("...").count() >= 2, "{row}");
            assert!(row.len() < 4000);
        }
    }
}

#[test]
fn clusters_are_not_split_by_a_cut() {
    let family = "👩\u{200d}👩\u{200d}👧\u{200d}👦";
    let text = format!("{}⟦x⟧{}", family.repeat(30), family.repeat(30));
    let scene = scene(&text);
    for width in 30..90 {
        let out = human(&scene.sources, &scene.bag(), |e| e.with_width(width));
        let row = out.lines().find_map(|line| line.strip_prefix("1 | ")).unwrap();
        for cluster in row.graphemes(true) {
            assert!(
                [family, "x", "."].contains(&cluster),
                "{cluster:?} is split at {width}: {row}"
            );
        }
        let carets = out.lines().last().unwrap();
        let before = cells(row.split('x').next().unwrap());
        assert_eq!(carets.find('^'), Some("  | ".len() + before), "{out}");
    }
}

#[test]
fn joined_emoji_and_flags_have_carets_of_their_width() {
    assert_snapshot!(scene("say \"⟨👩\u{200d}🔬⟩\" ⟦🇫🇷⟧ ⟨👍🏽⟩ ⟨❤\u{fe0f}⟩ ⟨x⟩").human());
}

#[test]
fn of_a_thousand_labels_twenty_lines_are_shown() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "let x = 1\n".repeat(1000)).unwrap();
    let span = |line: u32| sources.span(file, line * 10 + 4..line * 10 + 5).unwrap();
    let mut diagnostic = Diagnostic::error(CODE, span(0), "defined a thousand times");
    (1..1000).for_each(|line| _ = diagnostic.add_secondary(span(line), "again"));
    let scene = Scene { sources, diagnostic };
    let out = scene.human();
    assert_eq!(out.lines().filter(|line| line.contains("let x = 1")).count(), 20);
    assert!(out.ends_with("   = note: and 980 more labels\n"), "{out}");
    assert_eq!(scene.json().matches("\"secondary\"").count(), 999, "JSON contains all of them");
    let three = human(&scene.sources, &scene.bag(), |e| e.with_labelled_lines(3));
    assert!(
        three.ends_with("= note: and 997 more labels\n") && three.lines().count() < 12,
        "{three}"
    );
    let one = human(&scene.sources, &scene.bag(), |e| e.with_labelled_lines(0));
    assert!(one.contains("999 more labels"), "at least one is shown: {one}");
}

#[test]
fn the_output_of_one_diagnostic_is_bounded() {
    let text = "let x = 1\n".repeat(5000);
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text.clone()).unwrap();
    let long = "word ".repeat(20_000);
    let all = sources.span(file, 0..text.len()).unwrap();
    let mut diagnostic = Diagnostic::error(CODE, all, long.clone()).with_label(long.clone());
    diagnostic.add_help(long.clone());
    (0..1000).for_each(|_| _ = diagnostic.add_note(format!("{long}\n")));
    for n in 0..1000_u32 {
        let edits = (0..100).map(|k| Edit::insert(file, (n * 50 + k) * 10 % 50_000, "new\n"));
        let message = long.clone();
        diagnostic
            .add_suggestion(Suggestion::new(message, edits, Applicability::Unspecified).unwrap());
        diagnostic.add_secondary(sources.span(file, n..n + 1).unwrap(), long.clone());
    }
    let bag: DiagnosticBag = [diagnostic].into_iter().collect();
    let out = human(&sources, &bag, |emitter| emitter);
    assert!(out.lines().count() < 30_000 && out.len() < 5_000_000, "{} bytes", out.len());
    assert!(out.contains("= note: and 901 more notes\n") || out.contains("more notes\n"));
    assert!(out.ends_with("help: and 990 more suggestions\n"), "{}", &out[out.len() - 200..]);
}

/// At most 20 lines of a suggestion are shown, for any number of lines and files.
#[test]
fn a_suggestion_of_ten_thousand_edits_is_bounded() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "let x = 1\n".repeat(10_000)).unwrap();
    let renames = (0..10_000_u32)
        .map(|line| Edit::replace(sources.span(file, line * 10 + 4..line * 10 + 5).unwrap(), "y"));
    let renames = Suggestion::new("rename", renames, Applicability::Unspecified).unwrap();
    let others: Vec<_> = (0..1000).map(|n| sources.add(format!("{n}"), "x").unwrap()).collect();
    let missing: Vec<_> =
        (0..1000).map(|n| sources.add_unavailable(format!("gone/{n}"), []).unwrap()).collect();
    let insert = |files: Vec<_>| {
        let edits = files.into_iter().map(|file| Edit::insert(file, 0, "y"));
        Suggestion::new("insert", edits, Applicability::Unspecified).unwrap()
    };
    let span = sources.span(file, 4..5).unwrap();
    for suggestion in [renames, insert(others), insert(missing)] {
        let diagnostic = Diagnostic::error(CODE, span, "m").with_suggestion(suggestion);
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        let out = human(&sources, &bag, |emitter| emitter);
        assert!(out.lines().count() < 120, "{out}");
        let last = out.lines().last().unwrap();
        assert!(last.contains("= and ") && last.contains(" more changed lines"), "{out}");
        let narrated = common::written(Format::Narrated, &sources, &bag);
        assert!(narrated.lines().count() < 30, "{narrated}");
        assert!(narrated.trim_end().ends_with("more changes"), "{narrated}");
    }
}

fn linked(sources: &SourceMap, bag: &DiagnosticBag, tool: &Tool) -> String {
    let mut terminal = Terminal::default();
    terminal.hyperlinks = true;
    let mut emitter = HumanEmitter::new(Vec::new()).with_terminal(terminal).with_tool(tool);
    bag.emit(sources, &mut emitter).unwrap();
    String::from_utf8(emitter.into_inner()).unwrap()
}

#[test]
fn codes_and_paths_are_links_if_the_terminal_supports_them() {
    let mut sources = SourceMap::with_root("/home/ana/shop");
    let file = sources.add("src/a b.vitte", "let x = @\n").unwrap();
    let bag: DiagnosticBag =
        [Diagnostic::error(CODE, sources.span(file, 8..9).unwrap(), "m")].into_iter().collect();
    let tool = Tool::new("mycc", "1").with_codes_url("https://mycc.example/codes/");
    let out = linked(&sources, &bag, &tool).replace('\u{1b}', "␛");
    assert_eq!(
        out,
        "␛]8;;https://mycc.example/codes/E0042␛\\error[E0042]␛]8;;␛\\: m\n \
         --> ␛]8;;file:///home/ana/shop/src/a%20b.vitte␛\\src/a b.vitte:1:9␛]8;;␛\\\n  |\n\
         1 | let x = @\n  |         ^\n"
    );
    let plain = human(&sources, &bag, |emitter| emitter.with_tool(&tool));
    assert!(!plain.contains('\u{1b}'), "there are no links without a terminal");
    let no_page = linked(&sources, &bag, &Tool::new("mycc", "1"));
    assert!(no_page.starts_with("error[E0042]: m\n"), "a code without a page is not a link");
}

#[test]
fn the_arrow_before_the_path_of_an_unavailable_file_is_the_same() {
    let mut sources = SourceMap::new();
    let (available, unavailable) =
        (sources.add("here", "x").unwrap(), sources.add_unavailable("gone", []).unwrap());
    for (unicode, arrow) in [(false, " --> "), (true, "  ╭─▸ ")] {
        for (file, path) in [(available, "here:1:1"), (unavailable, "gone")] {
            let span = sources.span(file, 0..1).unwrap();
            let bag: DiagnosticBag = [Diagnostic::error(CODE, span, "m")].into_iter().collect();
            let shown = human(&sources, &bag, |emitter| emitter.with_unicode(unicode));
            assert!(shown.contains(&format!("\n{arrow}{path}\n")), "{shown}");
        }
    }
}

#[test]
fn paths_without_a_url_are_not_links() {
    for (root, path) in
        [("/r", "<stdin>"), ("", "src/a"), ("/r", "a\u{1b}]8;;x\u{7}"), ("/r", "a\nb")]
    {
        let mut sources = SourceMap::with_root(root);
        let file = sources.add(path, "x").unwrap();
        let span = sources.span(file, 0..1).unwrap();
        let bag: DiagnosticBag = [Diagnostic::error(CODE, span, "m")].into_iter().collect();
        let out = linked(&sources, &bag, &Tool::new("mycc", "1"));
        assert!(!out.contains('\u{1b}'), "{out:?}");
    }
}

#[test]
fn every_kind_of_suggestion_is_drawn() {
    let text = "use std/time\nfn area(side: num)\n  let total = first + second\n  say mut total\n";
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text).unwrap();
    let other = sources.add("b.vitte", "a\nb\nc\n").unwrap();
    let at = |word: &str| {
        let lo = text.find(word).unwrap();
        sources.span(file, lo..lo + word.len()).unwrap()
    };
    let one = |message, edit| Suggestion::single(message, edit, Applicability::MaybeIncorrect);
    let parts = [
        Edit::insert(file, at("first").lo(), "("),
        Edit::insert(file, at("second").hi(), ")"),
        Edit::replace(sources.span(other, 2..3).unwrap(), "x\ny"),
    ];
    let diagnostic = Diagnostic::error(CODE, at("fn"), "every kind of suggestion")
        .with_suggestion(one("add a line", Edit::insert(file, at("  say").lo(), "  say 1\n")))
        .with_suggestion(one("add a last line", Edit::insert(file, file_len(text), ".end\n")))
        .with_suggestion(one("remove a line", Edit::remove(at("use std/time\n"))))
        .with_suggestion(one("replace a word", Edit::replace(at("total"), "sum")))
        .with_suggestion(one("remove a word", Edit::remove(at("mut "))))
        .with_suggestion(one(
            "replace two lines by one",
            Edit::replace(at("+ second\n  say mut"), "-"),
        ))
        .with_suggestion(one(
            "replace a line by empty ones",
            Edit::replace(at("  say mut total\n"), "\n\n"),
        ))
        .with_suggestion(one("change nothing that can be seen", Edit::insert(file, 3, "")))
        .with_suggestion(
            Suggestion::new("several parts", parts, Applicability::HasPlaceholders).unwrap(),
        );
    assert_snapshot!(Scene { sources, diagnostic }.all());
}

fn file_len(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap()
}

#[test]
fn long_suggestions_are_cut_around_the_change() {
    let side = "word ".repeat(60);
    let scene = scene(&format!("{side}⟦old⟧ {side}\n"));
    let span = scene.diagnostic.primary().unwrap().span();
    let file = span.file();
    let diagnostic = scene
        .diagnostic
        .with_suggestion(Suggestion::single(
            "new",
            Edit::replace(span, "new"),
            Applicability::Unspecified,
        ))
        .with_suggestion(Suggestion::single("none", Edit::remove(span), Applicability::Unspecified))
        .with_suggestion(Suggestion::single(
            "many lines",
            Edit::insert(file, 0, "line\n".repeat(100)),
            Applicability::Unspecified,
        ));
    let out = human(&scene.sources, &[diagnostic].into_iter().collect(), |e| e.with_width(60));
    assert!(out.lines().all(|line| cells(line) <= 60), "{out}");
    assert_snapshot!(out);
}

/// A log of GitHub Actions takes `::` at the beginning of a line, after blanks too, for a command.
#[test]
fn no_line_is_a_workflow_command() {
    let hostile = "m\n::error::x\n  ::set-env::y";
    let mut scene = scene("let ⟦x⟧ = ⟨1⟩\n");
    let (span, other) =
        (scene.diagnostic.primary().unwrap().span(), scene.diagnostic.secondary()[0].span());
    scene.diagnostic = Diagnostic::error(CODE, span, hostile)
        .with_label(hostile)
        .with_secondary(other, hostile)
        .with_note(hostile)
        .with_help(hostile)
        .with_suggestion(Suggestion::single(
            hostile,
            Edit::replace(span, hostile),
            Applicability::Unspecified,
        ));
    for format in [Format::Human, Format::Short, Format::Narrated] {
        let out = common::written(format, &scene.sources, &scene.bag());
        assert!(out.contains("::error::x"), "{format}: {out}");
        let command = out.lines().find(|line| line.trim_start().starts_with("::"));
        assert_eq!(command, None, "{format}: {out}");
    }
}

/// Text far from the change does not affect the drawing.
#[test]
fn suggestions_on_very_long_lines_are_drawn_as_on_long_ones() {
    let drawn = |side: usize, unit: &str| {
        let side = unit.repeat(side);
        let scene = scene(&format!("{side}⟦old⟧{side}\n"));
        let span = scene.diagnostic.primary().unwrap().span();
        let one = |message, edit| Suggestion::single(message, edit, Applicability::Unspecified);
        let diagnostic = scene
            .diagnostic
            .with_suggestion(one("replace", Edit::replace(span, "new 日本")))
            .with_suggestion(one("remove", Edit::remove(span)))
            .with_suggestion(one("insert", Edit::insert(span.file(), span.lo(), "(")));
        let out = human(&scene.sources, &[diagnostic].into_iter().collect(), |e| e.with_width(60));
        // Only the column number in this line differs.
        out.lines().filter(|line| !line.contains("-->")).collect::<Vec<_>>().join("\n")
    };
    for unit in ["a", "日", "e\u{301}", "word "] {
        let short = drawn(200, unit);
        assert!(short.matches("...").count() >= 8, "{short}");
        assert_eq!(drawn(100_000, unit), short);
    }
}

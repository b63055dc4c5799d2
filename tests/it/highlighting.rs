//! Colours of source text, and the sequences that are written for colours.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use vitte_diag::{
    Background, ChildLevel, Color, Diagnostic, EmitterOptions, Format, Highlighter, Role,
    SourceFile, SyntaxRole, Terminal, TextStyle, Theme,
};

use crate::common::{self, Scene, human, on_terminal, readable, scene};

/// Marks words of letters as keywords and digits as numbers, and counts the lines.
#[derive(Default)]
struct Words {
    lines: AtomicUsize,
}

impl Highlighter for Words {
    fn highlight(
        &self,
        file: &SourceFile,
        line: Range<usize>,
        mark: &mut dyn FnMut(Range<usize>, SyntaxRole),
    ) {
        self.lines.fetch_add(1, Ordering::Relaxed);
        for (at, c) in file.text()[line.clone()].char_indices() {
            let role = if c.is_ascii_digit() { SyntaxRole::Number } else { SyntaxRole::Keyword };
            if c.is_alphanumeric() {
                let at = line.start + at;
                mark(at..at + c.len_utf8(), role);
            }
        }
    }
}

/// Marks random ranges, most of which are not in the line.
struct Hostile(Mutex<u64>);

impl Highlighter for Hostile {
    fn highlight(
        &self,
        _: &SourceFile,
        line: Range<usize>,
        mark: &mut dyn FnMut(Range<usize>, SyntaxRole),
    ) {
        let mut state = self.0.lock().unwrap();
        let mut next = || {
            // An LCG with the constants of Knuth's MMIX.
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(*state >> 40).unwrap()
        };
        for _ in 0..50 {
            let (lo, hi) = (line.start + next() % 40, line.start + next() % 40);
            let role = SyntaxRole::ALL[next() % SyntaxRole::ALL.len()];
            mark(lo.saturating_sub(8)..hi, role);
        }
        mark(0..usize::MAX, SyntaxRole::Comment);
        let (lo, hi) = (usize::MAX, 0);
        mark(lo..hi, SyntaxRole::Comment);
    }
}

/// Keywords are underlined, numbers italic.
fn theme() -> Theme {
    Theme::new()
        .with_style(Role::Syntax(SyntaxRole::Keyword), TextStyle::new().underline())
        .with_style(Role::Syntax(SyntaxRole::Number), TextStyle::new().italic())
}

fn colored(scene: &Scene, highlighter: impl Highlighter + 'static) -> String {
    let highlighter = Arc::new(highlighter);
    human(&scene.sources, &scene.bag(), |emitter| {
        emitter.with_color(true).with_theme(&theme()).with_highlighter(Arc::clone(&highlighter))
    })
}

#[test]
fn source_text_has_the_colors_of_the_highlighter() {
    let out = readable(&colored(&scene("let ⟦x⟧ = 12\n"), Words::default()));
    let row = out.lines().find(|line| line.contains("12")).unwrap();
    // The primary label has its own colour.
    assert!(row.ends_with("‹underlined›let‹› ‹bold red›x ‹›= ‹italic›12‹›"), "{row}");
}

/// A tab, a wide character, a control character, and a line that is cut.
#[test]
fn rows_that_differ_from_their_lines_have_the_colors_of_their_text() {
    let row = |source: &str, width| {
        let scene = scene(source);
        let out = human(&scene.sources, &scene.bag(), |emitter| {
            let emitter = emitter.with_color(true).with_theme(&theme()).with_width(width);
            emitter.with_highlighter(Words::default())
        });
        readable(&out).lines().nth(3).unwrap().to_owned()
    };
    let tab = row("\tlet ⟦x⟧ = 日 12\u{7} 3\n", 80);
    assert!(
        tab.contains("‹underlined›let‹› ‹bold red›x ‹›= ‹underlined›日‹› ‹italic›12‹›␇ ‹italic›3"),
        "{tab}"
    );
    let side = "aaaa 1111 ".repeat(20);
    let cut = row(&format!("{side}⟦x⟧ {side}"), 40);
    assert!(cut.contains("‹underlined›aaaa‹› ‹italic›1111 ‹bold red›x ‹underlined›aaaa"), "{cut}");
}

#[test]
fn only_lines_that_are_shown_with_colors_are_highlighted() {
    let source = format!("{}let ⟦x⟧ = 1\n{}", "a\n".repeat(50), "b\n".repeat(50));
    let scene = scene(&source);
    let words = Arc::new(Words::default());
    let count = |emit: &dyn Fn()| {
        words.lines.store(0, Ordering::Relaxed);
        emit();
        words.lines.load(Ordering::Relaxed)
    };
    let emit = |color| {
        _ = human(&scene.sources, &scene.bag(), |emitter| {
            emitter.with_color(color).with_highlighter(Arc::clone(&words))
        });
    };
    assert_eq!((count(&|| emit(false)), count(&|| emit(true))), (0, 1));
    let options = EmitterOptions::default().with_highlighter(Arc::clone(&words));
    let html = || common::write(Format::Html, &scene.sources, &scene.bag(), &options);
    assert_eq!(count(&|| _ = html()), 1);
    assert!(html().contains("<span class=\"vd-syntax-number\">1</span>"), "{}", html());
    let json = || common::write(Format::Json, &scene.sources, &scene.bag(), &options);
    assert_eq!(count(&|| _ = json()), 0);
}

#[test]
fn a_hostile_highlighter_does_not_change_the_text() {
    let sources = [
        "let ⟦x⟧ = 日本 + \"é\"\u{301}\t👩\u{200d}🔬 \u{1b}[31m\n",
        "⟦let x\nlet y⟧ = ⟨1⟩\n",
        "⟦⟧",
        "\t⟨a⟩\t⟦日⟧\u{202e}",
    ];
    for (seed, source) in (0..200).flat_map(|seed| sources.map(|source| (seed, source))) {
        let scene = scene(source);
        let highlighted = colored(&scene, Hostile(Mutex::new(seed)));
        let (text, links) = on_terminal(&highlighted);
        assert_eq!((text, links), (scene.human(), vec![]), "{source:?}");
        let html = |options: EmitterOptions| {
            let html = common::write(Format::Html, &scene.sources, &scene.bag(), &options);
            let parsed = roxmltree::Document::parse(&html).unwrap();
            let texts = parsed.descendants().filter(roxmltree::Node::is_text);
            texts.filter_map(|node| node.text().map(str::to_owned)).collect::<String>()
        };
        let options = EmitterOptions::default();
        let with = html(options.clone().with_highlighter(Hostile(Mutex::new(seed))));
        assert_eq!(with, html(options), "{source:?}");
    }
}

/// Returns the SGR sequences of an output, each with the text that follows.
fn sequences(output: &str) -> Vec<(&str, &str)> {
    let pieces = output.split("\u{1b}[").skip(1);
    pieces.map(|piece| piece.split_once('m').unwrap()).collect()
}

fn example() -> Scene {
    let mut scene = scene("let ⟦x⟧ = ⟨y⟩\nlet y = 1\n");
    let span = scene.diagnostic.primary().unwrap().span();
    scene.diagnostic = Diagnostic::error(common::CODE, span, "a message")
        .with_label("a label")
        .with_secondary(scene.diagnostic.secondary()[0].span(), "other\nlines")
        .with_help("help")
        .with_note("note");
    scene
}

#[test]
fn no_sequence_is_redundant() {
    let scene = example();
    for theme in Theme::names().map(|name| name.parse::<Theme>().unwrap()) {
        for background in [Background::Dark, Background::Light, Background::Unknown] {
            let terminal = Terminal::default().with_background(background);
            let out = human(&scene.sources, &scene.bag(), |emitter| {
                emitter.with_terminal(terminal).with_color(true).with_theme(&theme)
            });
            for (sequence, text) in sequences(&out) {
                assert!(!text.is_empty(), "{theme}: a sequence changes nothing: {out:?}");
                assert!(sequence == "0" || !text.starts_with(' '), "{theme}: blanks: {out:?}");
                assert!(!sequence.is_empty() && !sequence.ends_with(";0"), "{sequence}: {out:?}");
            }
            assert!(out.lines().all(|line| !line.ends_with(' ')), "{out:?}");
        }
    }
}

/// Attributes are in one sequence, and a colour is changed without a reset.
#[test]
fn a_header_has_short_sequences() {
    let terminal = Terminal::default().with_background(Background::Dark);
    let scene = example();
    let out = human(&scene.sources, &scene.bag(), |e| e.with_terminal(terminal).with_color(true));
    let header = out.lines().next().unwrap().replace('\u{1b}', "␛");
    assert_eq!(header, "␛[1;91merror[E0042]␛[39m: a message␛[0m");
}

#[test]
fn blanks_between_underlined_pieces_are_not_underlined() {
    let underlined = TextStyle::new().with_color(Color::Indexed(63)).underline();
    let theme = Theme::new()
        .with_style(Role::Primary(ChildLevel::Error), underlined)
        .with_style(Role::Secondary, underlined);
    let scene = example();
    let out = human(&scene.sources, &scene.bag(), |e| e.with_color(true).with_theme(&theme));
    let row = readable(&out).lines().find(|line| line.contains('^')).unwrap().to_owned();
    assert!(row.contains("‹underlined blue›^‹›   ‹underlined blue›-"), "{row}");
}

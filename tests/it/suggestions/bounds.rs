//! Hostile suggestions: the output and the time are bounded, and the numbers of omitted lines are right.

use std::iter::repeat_n;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;
use vitte_diag::{Applicability, Diagnostic, Edit, SourceMap, Span, Suggestion, text};

use super::support::{Scene, WIDTHS, replace};

fn scene(source: String, edits: impl IntoIterator<Item = (usize, usize, String)>) -> Scene {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", source).unwrap();
    let edits: Vec<Edit> =
        edits.into_iter().map(|(lo, hi, new)| replace(file, lo, hi, new)).collect();
    let suggestion = Suggestion::new("do it", edits, Applicability::Unspecified).unwrap();
    let diagnostic = Diagnostic::error(None, Span::empty(file, 0), "m").with_suggestion(suggestion);
    Scene { sources, diagnostic }
}

/// Draws at each width, checks the size and the characters of the output, and returns the narrowest drawing.
fn checked(scene: &Scene) -> String {
    for (width, unicode) in WIDTHS.into_iter().flat_map(|width| [(width, false), (width, true)]) {
        let drawn = scene.draw(width, unicode, false);
        assert!(drawn.lines().count() <= 32, "{drawn}");
        assert!(!drawn.contains(|c| c != '\n' && text::is_unsafe(c)), "{drawn:?}");
        for line in drawn.lines() {
            let cells: usize = line.graphemes(true).map(|cluster| cluster.width()).sum();
            assert!(cells <= usize::from(width), "{cells} cells of {width}: {line}");
        }
    }
    scene.draw(WIDTHS[0], false, false)
}

#[test]
fn ten_thousand_edits_of_lines() {
    let lines: Vec<String> = (0..10_000).map(|number| format!("l{number}\n")).collect();
    let starts = lines.iter().scan(0, |end, line| {
        *end += line.len();
        Some(*end - line.len())
    });
    let edits = starts.map(|at| (at, at + 1, "k".to_owned()));
    let drawn = checked(&scene(lines.concat(), edits));
    assert!(drawn.ends_with("10 + k9\n...\n   |\n   = and 19980 more changed lines\n"), "{drawn}");
}

#[test]
fn ten_thousand_edits_of_one_line() {
    let edits = (0..10_000).map(|index| (index * 10, index * 10 + 1, "kk".to_owned()));
    let drawn = checked(&scene("w".repeat(100_000), edits));
    let lines: Vec<&str> = drawn.lines().collect();
    assert!(lines[2].starts_with("1 - www") && lines[3].starts_with("1 + kkww"), "{drawn}");
}

#[test]
fn an_edit_of_a_megabyte() {
    let line = scene("let a\n".to_owned(), [(4, 5, "z".repeat(1 << 20))]);
    assert!(checked(&line).contains("\n1 + let zzz"));
    let lines = scene("let a\n".to_owned(), [(4, 5, "z\n".repeat(1 << 19))]);
    assert!(checked(&lines).ends_with("more changed lines\n"));
    let removed = scene("é\n".repeat(1 << 19), [(0, 3 << 19, String::new())]);
    let drawn = checked(&removed);
    assert!(drawn.ends_with(&format!("= and {} more changed lines\n", (1 << 19) - 20)), "{drawn}");
    let escapes = scene("let a\n".to_owned(), [(4, 5, "\u{1b}[31m\u{202e}".repeat(1 << 16))]);
    assert!(checked(&escapes).contains("1 + let ␛[31m<U+202E>"));
}

#[test]
fn a_change_far_to_the_right_is_visible() {
    let before = "x ".repeat(1000);
    let line = format!("{before}lenth{before}");
    let drawn = checked(&scene(line, [(before.len(), before.len() + 5, "size".to_owned())]));
    let lines: Vec<&str> = drawn.lines().collect();
    assert!(lines[2].contains("lenth") && lines[3].contains("size"), "{drawn}");
    let word = "x".repeat(1000);
    let drawn = checked(&scene(format!("{word}a"), [(0, 1001, format!("{word}b"))]));
    let lines: Vec<&str> = drawn.lines().collect();
    assert!(lines[2].ends_with('a') && lines[3].ends_with('b'), "{drawn}");
}

#[test]
fn a_thousand_removed_lines_are_counted() {
    let drawn = checked(&scene("x\n".repeat(1000), [(0, 2000, String::new())]));
    assert!(drawn.ends_with("= and 980 more changed lines\n"), "{drawn}");
    let blanks: String = repeat_n(' ', 500).collect();
    let drawn = checked(&scene(format!("a{blanks}\n"), [(1, 501, String::new())]));
    assert!(drawn.contains("1 - a<SP><SP>") && drawn.contains("\n1 + a\n"), "{drawn}");
}

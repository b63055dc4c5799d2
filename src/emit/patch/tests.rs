use std::borrow::Cow;

use super::blanks::{VisibleBlanks, with_visible_blanks};
use super::change::{Change, changes};
use crate::model::{Edit, FileId, Span};
use crate::source::SourceMap;

fn edit(lo: usize, hi: usize, text: &'static str) -> Edit {
    Edit::replace(Span::between(FileId::new(0), lo, hi), text)
}

/// Returns the changes of a text as tuples.
fn changes_of(text: &str, edits: &[Edit]) -> Vec<(usize, usize, String)> {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text).unwrap();
    let changes = changes(sources.file(file).unwrap(), edits);
    let tuple = |change: Change<'_>| (change.range.start, change.range.end, change.text.into());
    changes.into_iter().map(tuple).collect()
}

#[test]
fn a_change_has_no_common_ends() {
    let one = |old: &str, new: &'static str| changes_of(old, &[edit(0, old.len(), new)]).remove(0);
    assert_eq!(one("lenth", "length"), (3, 3, "g".into()));
    assert_eq!(one("length", "lenth"), (3, 4, String::new()));
    assert_eq!(one("=", "=="), (1, 1, "=".into()));
    assert_eq!(one("&T", "&&T"), (0, 0, "&".into()));
    assert_eq!(one("ab", "aab"), (0, 0, "a".into()));
    assert_eq!(one("f(a, b)", "f(b, a)"), (2, 6, "b, a".into()));
    assert_eq!(one("a.trim_left()", "a.trim_start()"), (2, 11, "trim_start".into()));
    assert_eq!(one("éa", "éb"), (0, 3, "éb".into()));
    assert_eq!(one("日 a", "日 b"), (4, 5, "b".into()));
    assert_eq!(one("a\nb\nc", "a\nx\nc"), (2, 3, "x".into()));
    let long = "x".repeat(1000);
    let new: &'static str = format!("{long}b").leak();
    assert_eq!(changes_of(&format!("{long}a"), &[edit(0, 1001, new)])[0].0, 1000);
}

#[test]
fn edits_that_touch_are_one_change() {
    assert_eq!(changes_of("abc", &[edit(0, 1, ""), edit(1, 2, "x")]), [(0, 2, "x".into())]);
    assert_eq!(changes_of("abc", &[edit(1, 1, "x"), edit(1, 2, "xb")]), [(1, 1, "xx".into())]);
    assert_eq!(changes_of("abc", &[edit(0, 1, "x"), edit(2, 3, "y")]).len(), 2);
    assert_eq!(changes_of("abc", &[edit(0, 1, "a"), edit(2, 2, "")]), []);
}

#[test]
fn an_insertion_behind_the_indentation_is_one_before_the_line() {
    let indented = |text: &'static str| changes_of("a\n    b\n", &[edit(6, 6, text)]).remove(0);
    assert_eq!(indented("x\n"), (2, 2, "    x\n".into()));
    assert_eq!(indented("x\n    "), (2, 2, "    x\n".into()));
    assert_eq!(indented("x\n  "), (6, 6, "x\n  ".into()), "the indentation changes");
    assert_eq!(indented("x\ny"), (6, 6, "x\ny".into()));
    let after_an_edit = changes_of("a\n    b\n", &[edit(2, 3, ""), edit(6, 6, "x\n")]);
    assert_eq!(after_an_edit[1], (6, 6, "x\n".into()), "not before another change");
}

#[test]
fn offsets_are_moved_out_of_characters_and_marks() {
    assert_eq!(changes_of("aé", &[edit(2, 2, "x")]), [(1, 3, "x".into())]);
    assert_eq!(changes_of("a", &[edit(7, 9, "x")]), [(1, 1, "x".into())]);
    assert_eq!(changes_of("\u{feff}a", &[edit(0, 0, "x")]), [(3, 3, "x".into())]);
    let around_a_mark = changes_of("\u{feff}a", &[edit(0, 0, "x"), edit(0, 3, "")]);
    assert_eq!(around_a_mark, [(0, 3, "x".into())]);
}

#[test]
fn parts_of_words_are_extended_to_words() {
    let extended = |text: &str, lo: usize, hi: usize, new: &'static str| {
        let mut change = Change { range: lo..hi, text: Cow::Borrowed(new) };
        change.extend_to_words(text);
        (change.range.start, change.range.end, change.text.into_owned())
    };
    assert_eq!(extended("a.lenth()", 5, 5, "g"), (2, 7, "length".into()));
    assert_eq!(extended("a.lengthh", 8, 9, ""), (2, 9, "length".into()));
    assert_eq!(extended("a = b", 3, 3, "="), (3, 3, "=".into()));
    assert_eq!(extended("cafe b", 4, 4, "\u{301}"), (0, 4, "cafe\u{301}".into()));
    assert_eq!(extended("let x", 4, 4, "mut "), (4, 4, "mut ".into()));
    let long = "x".repeat(200);
    assert_eq!(extended(&long, 100, 100, "y"), (100, 100, "y".into()), "too long");
}

#[allow(clippy::single_range_in_vec_init, reason = "one range is meant")]
#[test]
fn only_changed_blanks_become_visible() {
    let visible = |line: &str, changed: &[std::ops::Range<usize>], which, unicode| {
        with_visible_blanks(line, changed, &[], which, unicode)
    };
    let [trailing, all] = [VisibleBlanks::Trailing, VisibleBlanks::All];
    let whole = |line: &str| [0..line.len()];
    assert_eq!(visible("a b", &whole("a b"), trailing, true), None);
    assert_eq!(visible("a b  ", &[0..3], trailing, true), None);
    let one = Some(("a b ·".to_owned(), vec![4..6]));
    assert_eq!(visible("a b  ", &[4..5], trailing, true), one);
    let ascii = Some(("a<SP>b<TAB>".to_owned(), vec![1..5, 6..11]));
    assert_eq!(visible("a b\t", &[1..2, 3..4], all, false), ascii);
    let other = Some(("<U+3000>".to_owned(), vec![0..8]));
    assert_eq!(visible("\u{3000}", &whole("\u{3000}"), trailing, true), other);
    assert_eq!(visible("\r", &whole("\r"), all, true), Some(("\r".to_owned(), vec![0..1])));
}

#[allow(clippy::single_range_in_vec_init, reason = "one range is meant")]
#[test]
fn characters_are_spelled_out_beside_blanks_that_become_visible() {
    let spelled = |line: &str, changed: &[std::ops::Range<usize>], spelled| {
        with_visible_blanks(line, changed, spelled, VisibleBlanks::Trailing, true)
    };
    let one = Some(("<U+00E9>b ·".to_owned(), vec![0..9, 10..12]));
    assert_eq!(spelled("éb  ", &[0..3, 4..5], &[0..2]), one);
    let unmarked = Some(("a<U+00E9>b".to_owned(), vec![1..9]));
    assert_eq!(spelled("aéb", &[], &[1..3]), unmarked, "what is spelled out is changed");
    assert_eq!(spelled("éb", &[0..2], &[]), None);
}

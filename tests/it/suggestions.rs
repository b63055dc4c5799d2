//! Suggestions: how they are drawn and told, and properties for any text and any edits.

mod alike;
mod alternatives;
mod blanks;
mod bounds;
mod files;
mod lines;
mod narrated;
mod support;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, FileId, SourceMap, Span, Suggestion, fix, text,
};

use crate::common;

const PIECES: [&str; 16] = [
    "a",
    "let x = 1",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "é",
    "日本",
    "e\u{301}",
    "👩\u{200d}🔬",
    "\u{feff}",
    "\u{1b}[31m",
    "\u{202e}",
    "word word word word word word word word word",
];

fn pieces(max: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..max)
        .prop_map(|pieces| pieces.concat())
}

/// An edit of one of two files at any offset, also past the end and inside a character.
fn edit() -> impl Strategy<Value = Edit> {
    let span = (0..2_u32, 0..60_u32, prop_oneof![Just(0_u32), 0..20_u32]);
    (span, pieces(4)).prop_map(|((file, lo, len), text)| {
        Edit::replace(Span::new(FileId::new(file), lo, lo + len).expect("in order"), text)
    })
}

fn suggestion() -> impl Strategy<Value = Suggestion> {
    (pieces(3), prop::collection::vec(edit(), 1..4))
        .prop_filter_map("overlap", |(message, edits)| {
            Suggestion::new(message, edits, Applicability::MaybeIncorrect).ok()
        })
}

fn map(texts: &[String]) -> SourceMap {
    let mut sources = SourceMap::new();
    for (index, text) in texts.iter().enumerate() {
        sources.add(format!("{index}.vitte"), text.clone()).expect("small");
    }
    sources
}

/// Returns true if two edits conflict, computed in another way than in the library: both remove the same byte,
/// one inserts inside the range that the other removes, or both insert at the same offset.
fn conflict(a: &Edit, b: &Edit) -> bool {
    let (a, b) = (a.span(), b.span());
    let inside = |at: u32, span: Span| span.lo() < at && at < span.hi();
    let share = (a.lo()..a.hi()).any(|byte| (b.lo()..b.hi()).contains(&byte));
    a.file() == b.file()
        && (share
            || (a.is_empty() && inside(a.lo(), b))
            || (b.is_empty() && inside(b.lo(), a))
            || (a.is_empty() && a == b))
}

/// Returns a suggestion whose edits do not end past the ends of their files, as it is shown. Returns `None` if two edits
/// then are at the same offset.
fn ends_in_file(texts: &[String], one: &Suggestion) -> Option<Suggestion> {
    let edits = one.edits().iter().map(|edit| {
        let span = edit.span();
        let end = u32::try_from(texts[span.file().index() as usize].len()).expect("small");
        let is_near = span.lo() <= end || span.hi() == end + 1;
        let is_cut = span.lo() < end || (is_near && !edit.text().is_empty());
        let most = if is_cut { end } else { u32::MAX };
        let (lo, hi) = (span.lo().min(most), span.hi().min(most));
        let span = Span::new(span.file(), lo, hi).expect("in order");
        Edit::replace(span, edit.text().to_owned())
    });
    Suggestion::new(one.message().to_owned(), edits, one.applicability()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    /// Suggestions are applied in order, exactly. A rejected one conflicts with an applied one, or one of its
    /// edits is invalid.
    #[test]
    fn applicable_suggestions_are_applied_exactly(
        texts in prop::collection::vec(pieces(20), 2),
        suggestions in prop::collection::vec(suggestion(), 0..8),
    ) {
        let sources = map(&texts);
        let is_valid = |one: &Suggestion| one.edits().iter().all(|edit| sources.location(edit.span()).is_ok());
        let conflicts = |one: &Suggestion, other: &Suggestion| {
            one.edits().iter().any(|edit| other.edits().iter().any(|other| conflict(edit, other)))
        };
        let ended: Vec<_> = suggestions.iter().map(|one| ends_in_file(&texts, one)).collect();
        let mut expected: Vec<usize> = Vec::new();
        let mut applied: Vec<&Suggestion> = Vec::new();
        for (index, one) in ended.iter().enumerate() {
            let valid = one.as_ref().filter(|one| is_valid(one));
            if let Some(one) = valid.filter(|one| !applied.iter().any(|other| conflicts(one, other))) {
                expected.push(index);
                applied.push(one);
            }
        }
        let result = fix::apply(&sources, &suggestions);
        prop_assert_eq!(&result.applied, &expected);
        prop_assert_eq!(result.rejected.len() + expected.len(), suggestions.len());

        // Apply the edits here, from the last to the first.
        let mut edits: Vec<&Edit> = applied.iter().flat_map(|one| one.edits()).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.span().lo(), edit.span().hi())));
        for (index, text) in texts.iter().enumerate() {
            let file = FileId::new(u32::try_from(index).expect("a small index"));
            let mut by_hand = text.clone();
            let in_file: Vec<_> = edits.iter().filter(|edit| edit.span().file() == file).collect();
            // A byte order mark stays first: text that is inserted before it appears after it.
            let is_removed = in_file.iter().any(|edit| edit.span().lo() == 0 && !edit.span().is_empty());
            let mark = if text.starts_with('\u{feff}') && !is_removed { 3 } else { 0 };
            for edit in in_file {
                let range = edit.span().range();
                by_hand.replace_range(range.start.max(mark)..range.end.max(mark), edit.text());
            }
            let new = result.files.get(&file).map_or(text.as_bytes(), Vec::as_slice);
            prop_assert_eq!(String::from_utf8_lossy(new), by_hand);
        }
    }

    /// Drawn suggestions are safe, fit the width, have every message, and show what changes.
    #[test]
    fn any_suggestion_can_be_drawn(
        texts in prop::collection::vec(pieces(20), 2),
        suggestions in prop::collection::vec(suggestion(), 1..5),
        (unicode, width) in (any::<bool>(), 60..140_u16),
    ) {
        let sources = map(&texts);
        let mut diagnostic = Diagnostic::error(common::CODE, Span::empty(FileId::new(0), 0), "m");
        for one in &suggestions {
            diagnostic.add_suggestion(one.clone());
        }
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        let out = common::human(&sources, &bag, |human| human.with_unicode(unicode).with_width(width));
        prop_assert!(!out.contains(|c| c != '\n' && text::is_unsafe(c)), "{:?}", out);
        for line in out.lines() {
            let cells: usize = line.graphemes(true).map(|cluster| cluster.width()).sum();
            prop_assert!(cells <= usize::from(width), "{} cells of {}:\n{}", cells, width, out);
            prop_assert!(!line.ends_with(' '), "{:?}", line);
        }
        let invalid = bag.validate(&sources).len();
        prop_assert_eq!(out.matches("\nhelp:").count(), suggestions.len() - invalid, "{}", out);
        let words: Vec<&str> = out.split_whitespace().filter(|word| *word != "│").collect();
        prop_assert_eq!(words.join(" ").matches("is omitted because one of its edits").count(), invalid);
        // Below each message there is a change, or the remark that there is none.
        for help in out.split("\nhelp:").skip(1) {
            let sign = |line: &str| {
                let line = line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
                line.starts_with(['+', '-', '~']) || line.trim_start_matches(['|', '│', '╰', ' ']).starts_with(['+', '-'])
            };
            let rows: Vec<&str> = help.lines().map(|line| line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit())).collect();
            for pair in rows.windows(2) {
                let [old, new] = [pair[0].strip_prefix("- "), pair[1].strip_prefix("+ ")];
                prop_assert!(old.is_none() || new.is_none() || old != new, "two equal lines:\n{}", out);
            }
            prop_assert!(help.lines().any(sign) || help.contains("does not change"), "{}", out);
        }
    }

    /// JSON contains every valid suggestion, and reads it back.
    #[test]
    fn json_round_trips_suggestions(
        texts in prop::collection::vec(pieces(20), 2),
        suggestions in prop::collection::vec(suggestion(), 1..5),
    ) {
        let sources = map(&texts);
        let mut diagnostic = Diagnostic::error(common::CODE, Span::empty(FileId::new(0), 0), "m");
        for one in &suggestions {
            diagnostic.add_suggestion(one.clone());
        }
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        let read: JsonDiagnostic<'_> = serde_json::from_str(&common::json(&sources, &bag)).expect("JSON");
        let file = |path: &str| {
            sources.files().find(|file| file.path() == path).expect("a file of the map").id()
        };
        let back = read.to_diagnostic(file).expect("what was written can be read");
        let is_valid = |one: &Suggestion| one.edits().iter().all(|edit| sources.location(edit.span()).is_ok());
        let to_end = suggestions.iter().filter_map(|one| ends_in_file(&texts, one));
        let valid: Vec<Suggestion> = to_end.filter(is_valid).collect();
        prop_assert_eq!(back.suggestions(), &valid[..]);
        prop_assert_eq!(back.notes().count(), suggestions.len() - valid.len());
    }
}

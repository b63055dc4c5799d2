use super::*;
use crate::{Applicability, Span};

fn map(text: &[u8]) -> (SourceMap, FileId) {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text).unwrap();
    (sources, file)
}

fn suggestion(
    file: FileId,
    message: &'static str,
    edits: &[(u32, u32, &'static str)],
) -> Suggestion {
    let edit = |&(lo, hi, text)| Edit::replace(Span::new(file, lo, hi).unwrap(), text);
    Suggestion::new(message, edits.iter().map(edit), Applicability::Unspecified).unwrap()
}

#[test]
fn what_no_edit_touches_is_as_it_was() {
    let text = b"\xef\xbb\xbfa\r\nb\xff\rc\n\0";
    let (sources, file) = map(text);
    let done = apply(&sources, [&suggestion(file, "m", &[(3, 4, "x"), (6, 6, "y\r\n")])]);
    assert_eq!(done.files[&file], b"\xef\xbb\xbfx\r\ny\r\nb\xff\rc\n\0");
    assert_eq!((&*done.applied, done.rejected.len()), (&[0][..], 0));
}

#[test]
fn what_is_inserted_at_the_beginning_stands_behind_a_byte_order_mark() {
    let (sources, file) = map(b"\xef\xbb\xbfa\n");
    let new = |edits| apply(&sources, [&suggestion(file, "m", edits)]).files[&file].clone();
    assert_eq!(new(&[(0, 0, "x\n")]), b"\xef\xbb\xbfx\na\n");
    assert_eq!(new(&[(0, 0, "x"), (3, 3, "y")]), b"\xef\xbb\xbfxya\n");
    assert_eq!(new(&[(0, 0, "x"), (0, 4, "y")]), b"xy\n", "the mark goes");
    assert_eq!(new(&[(0, 3, "")]), b"a\n", "a mark that is removed goes");
}

#[test]
fn overlapping_suggestions_are_refused_one_by_one_and_the_rest_is_applied() {
    let (sources, file) = map(b"0123456789");
    let all = [
        suggestion(file, "first", &[(2, 4, "A")]),
        suggestion(file, "inside", &[(3, 3, "B")]),
        suggestion(file, "touching", &[(4, 5, "C")]),
        suggestion(file, "partly", &[(9, 10, "D"), (0, 3, "E")]),
        suggestion(file, "insert", &[(7, 7, "F")]),
        suggestion(file, "insert too", &[(7, 7, "G")]),
        suggestion(file, "around", &[(1, 8, "H")]),
        suggestion(file, "last", &[(9, 10, "I")]),
    ];
    let done = apply(&sources, &all);
    assert_eq!(done.files[&file], b"01AC56F78I");
    assert_eq!(done.applied, [0, 2, 4, 7]);
    let rejected: Vec<_> = done.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(
        rejected,
        [
            "`inside` is not applied: it changes what `first` changes",
            "`partly` is not applied: it changes what `first` changes",
            "`insert too` is not applied: it changes what `insert` changes",
            "`around` is not applied: it changes what `first` changes",
        ]
    );
    assert_eq!(done.rejected.iter().map(|one| one.index).collect::<Vec<_>>(), [1, 3, 5, 6]);
}

#[test]
fn edits_of_two_files_are_one_change() {
    let (mut sources, a) = map(b"aa");
    let b = sources.add("b.vitte", "bb").unwrap();
    let edits = [Edit::insert(a, 2, "x"), Edit::insert(b, 0, "y")];
    let both = Suggestion::new("both", edits, Applicability::Unspecified).unwrap();
    let done = apply(&sources, [&both]);
    assert_eq!((&*done.files[&a], &*done.files[&b]), (&b"aax"[..], &b"ybb"[..]));
    let done = apply(&sources, [&suggestion(b, "before", &[(0, 0, "z")]), &both]);
    assert_eq!(
        done.files.keys().collect::<Vec<_>>(),
        [&b],
        "rejected in one file is rejected in all"
    );
}

#[test]
fn broken_edits_and_missing_files_are_refused() {
    let (mut sources, file) = map("é".as_bytes());
    let missing = sources.add_unavailable("gone.vitte", []).unwrap();
    let all = [
        suggestion(file, "inside", &[(1, 1, "x")]),
        suggestion(file, "past", &[(0, 3, "x")]),
        suggestion(FileId::new(9), "nowhere", &[(0, 0, "x")]),
        suggestion(missing, "gone", &[(0, 0, "x")]),
    ];
    let done = apply(&sources, &all);
    assert!(done.files.is_empty() && done.applied.is_empty());
    let rejected: Vec<_> = done.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(
        rejected,
        [
            "`inside` is not applied: byte 1 is inside a character",
            "`past` is not applied: the span ends at byte 3 of a file of 2 bytes",
            "`nowhere` is not applied: the source map has no file 9",
            "`gone` is not applied: `gone.vitte` is not here",
        ]
    );
}

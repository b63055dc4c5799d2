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
fn bytes_outside_edits_are_unchanged() {
    let text = b"\xef\xbb\xbfa\r\nb\xff\rc\n\0";
    let (sources, file) = map(text);
    let fixes = apply(&sources, [&suggestion(file, "m", &[(3, 4, "x"), (6, 6, "y\r\n")])]);
    assert_eq!(fixes.files[&file], b"\xef\xbb\xbfx\r\ny\r\nb\xff\rc\n\0");
    assert_eq!((&*fixes.applied, fixes.rejected.len()), (&[0][..], 0));
}

#[test]
fn text_inserted_at_offset_0_goes_after_a_byte_order_mark() {
    let (sources, file) = map(b"\xef\xbb\xbfa\n");
    let new = |edits| apply(&sources, [&suggestion(file, "m", edits)]).files[&file].clone();
    assert_eq!(new(&[(0, 0, "x\n")]), b"\xef\xbb\xbfx\na\n");
    assert_eq!(new(&[(0, 0, "x"), (3, 3, "y")]), b"\xef\xbb\xbfxya\n");
    assert_eq!(new(&[(0, 0, "x"), (0, 4, "y")]), b"xy\n", "the edit removes the mark");
    assert_eq!(new(&[(0, 3, "")]), b"a\n", "the mark is removed");
}

#[test]
fn overlapping_suggestions_are_rejected_and_the_others_are_applied() {
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
    let fixes = apply(&sources, &all);
    assert_eq!(fixes.files[&file], b"01AC56F78I");
    assert_eq!(fixes.applied, [0, 2, 4, 7]);
    let rejected: Vec<_> = fixes.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(
        rejected,
        [
            "`inside` was not applied: it overlaps `first`",
            "`partly` was not applied: it overlaps `first`",
            "`insert too` was not applied: it overlaps `insert`",
            "`around` was not applied: it overlaps `first`",
        ]
    );
    assert_eq!(fixes.rejected.iter().map(|one| one.index).collect::<Vec<_>>(), [1, 3, 5, 6]);
}

#[test]
fn edits_of_two_files_are_one_change() {
    let (mut sources, a) = map(b"aa");
    let b = sources.add("b.vitte", "bb").unwrap();
    let edits = [Edit::insert(a, 2, "x"), Edit::insert(b, 0, "y")];
    let both = Suggestion::new("both", edits, Applicability::Unspecified).unwrap();
    let fixes = apply(&sources, [&both]);
    assert_eq!((&*fixes.files[&a], &*fixes.files[&b]), (&b"aax"[..], &b"ybb"[..]));
    let fixes = apply(&sources, [&suggestion(b, "before", &[(0, 0, "z")]), &both]);
    assert_eq!(
        fixes.files.keys().collect::<Vec<_>>(),
        [&b],
        "a suggestion that is rejected in one file is rejected in all"
    );
}

#[test]
fn an_edit_that_ends_after_its_file_ends_with_it() {
    let (sources, file) = map(b"a = b");
    let past = suggestion(file, "past", &[(4, 6, "c")]);
    let append = suggestion(file, "append", &[(6, 6, "\n")]);
    let fixes = apply(&sources, [&past, &append]);
    assert_eq!((&*fixes.files[&file], fixes.applied), (&b"a = c\n"[..], vec![0, 1]));
}

#[test]
fn invalid_spans_and_unavailable_files_are_rejected() {
    let (mut sources, file) = map("é".as_bytes());
    let unavailable = sources.add_unavailable("gone.vitte", []).unwrap();
    let all = [
        suggestion(file, "inside", &[(1, 1, "x")]),
        suggestion(file, "past", &[(4, 4, "x")]),
        suggestion(FileId::new(9), "unknown", &[(0, 0, "x")]),
        suggestion(unavailable, "gone", &[(0, 0, "x")]),
    ];
    let fixes = apply(&sources, &all);
    assert!(fixes.files.is_empty() && fixes.applied.is_empty());
    let rejected: Vec<_> = fixes.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(
        rejected,
        [
            "`inside` was not applied: byte 1 is inside a character",
            "`past` was not applied: the span ends at byte 4 of a file of 2 bytes",
            "`unknown` was not applied: the source map has no file 9",
            "`gone` was not applied: the text of `gone.vitte` is not available",
        ]
    );
}

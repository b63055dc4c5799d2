//! Edits of embedded texts, made in the outer file.

use proptest::prelude::*;
use vitte_diag::{Edit, EmbeddedPiece, EmbeddedText, FileId, SourceMap, Span, fix};

use super::embedded::{applied, embed_string, escape, suggestion};
use super::{error_at, human, json};

#[test]
fn edits_that_cannot_be_made_are_rejected_with_a_reason() {
    let mut sources = SourceMap::new();
    let text = "let q = \"ab\\u{1F600}cd\" .. \"ef\"\n";
    let outer = sources.insert("a.vitte", text);
    let bytes = |lo, hi| Span::between(outer, lo, hi);
    let pieces = || {
        [
            EmbeddedPiece::copied(bytes(9, 11)),
            EmbeddedPiece::replaced(bytes(11, 20), "😀"),
            EmbeddedPiece::copied(bytes(20, 22)),
            EmbeddedPiece::copied(bytes(28, 30)),
        ]
    };
    let inner = sources.embed(EmbeddedText::from_pieces(bytes(9, 30), pieces())).unwrap();
    assert_eq!(sources.file(inner).unwrap().text(), "ab😀cdef");
    let edit = |lo, hi, text: &'static str| {
        applied(&sources, outer, Edit::replace(Span::between(inner, lo, hi), text))
    };
    assert_eq!(edit(0, 1, "xyz").unwrap(), text.replace("ab", "xyzb"));
    assert_eq!(edit(2, 6, "").unwrap(), text.replace("\\u{1F600}", ""), "a whole escape");
    assert_eq!(edit(1, 7, "-").unwrap(), text.replace("b\\u{1F600}c", "-"));
    assert_eq!(edit(8, 8, "x").unwrap(), text.replace("ef", "xef"), "the start of the next piece");
    assert_eq!(edit(10, 10, "x").unwrap(), text.replace("ef", "efx"));
    let reason =
        |lo, hi, text| edit(lo, hi, text).unwrap_err().rsplit(": ").next().unwrap().to_owned();
    assert_eq!(
        reason(7, 9, "x"),
        "it would remove text of that file that is not part of the embedded text"
    );
    for new in ["\"", "\\", "\n", "$x", "<", "a'b"] {
        assert_eq!(reason(0, 1, new), "the new text may need escapes there", "{new}");
    }
    // The same as an omitted suggestion of a diagnostic.
    let diagnostic = error_at(Span::between(inner, 0, 1))
        .with_suggestion(suggestion([Edit::replace(Span::between(inner, 7, 9), "x")]));
    let notes = json(&sources, diagnostic)["notes"].to_string();
    assert!(
        notes.contains("the suggestion `do it` is omitted")
            && notes.contains("it would remove text"),
        "{notes}"
    );

    let no = EmbeddedText::from_pieces(bytes(9, 30), pieces()).with_escape(|_| None);
    let no = sources.embed(no).unwrap();
    let rejected = applied(&sources, outer, Edit::insert(no, 0, "x")).unwrap_err();
    assert!(rejected.ends_with("the new text cannot be written there"), "{rejected}");
    assert!(
        applied(&sources, outer, Edit::remove(Span::between(no, 0, 1))).is_ok(),
        "nothing is written"
    );

    // An escape of two characters cannot be split.
    let two = [EmbeddedPiece::replaced(bytes(9, 11), "xy")];
    let two = sources.embed(EmbeddedText::from_pieces(bytes(9, 11), two)).unwrap();
    for (lo, hi) in [(0, 1), (1, 2), (1, 1)] {
        let edit = Edit::replace(Span::between(two, lo, hi), "");
        let rejected = applied(&sources, outer, edit).unwrap_err();
        assert!(
            rejected.ends_with("it changes a part of text that is written differently there"),
            "{rejected}"
        );
    }
    assert_eq!(sources.outer_span(Span::between(two, 1, 1)).unwrap(), bytes(9, 9));
    assert_eq!(sources.outer_span(Span::between(two, 1, 2)).unwrap(), bytes(9, 11));
}

#[test]
fn edits_of_the_outer_and_the_embedded_file_are_one_change() {
    let mut sources = SourceMap::new();
    let outer = sources.insert("a.vitte", "let q = `FORM t`\n");
    let inner = sources.embed(Span::between(outer, 9, 15)).unwrap();
    let twice = sources.embed(Span::between(outer, 9, 13)).unwrap();
    let both = suggestion([
        Edit::replace(Span::between(inner, 0, 4), "FROM"),
        Edit::insert(outer, 4, "my_"),
    ]);
    let fixes = fix::apply(&sources, [&both]);
    assert_eq!(fixes.files[&outer], b"let my_q = `FROM t`\n");
    assert_eq!(fixes.files.len(), 1);
    // Overlaps are found in the outer file: of two suggestions, and of the edits of one.
    let again = suggestion([Edit::replace(Span::between(twice, 1, 2), "x")]);
    let fixes = fix::apply(&sources, [&both, &again]);
    assert_eq!(fixes.rejected[0].to_string(), "`do it` was not applied: it overlaps `do it`");
    let overlapping = suggestion([
        Edit::replace(Span::between(inner, 0, 4), "FROM"),
        Edit::replace(Span::between(twice, 1, 2), "x"),
    ]);
    let rejected = fix::apply(&sources, [&overlapping]).rejected;
    assert_eq!(
        rejected[0].to_string(),
        "`do it` was not applied: two edits overlap in the outer file"
    );
    let notes =
        json(&sources, error_at(Span::empty(outer, 0)).with_suggestion(overlapping))["notes"]
            .to_string();
    assert!(notes.contains("two edits overlap in the outer file"), "{notes}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// An edit of a string's text, made in the outer file, gives the string that has the edited text.
    #[test]
    fn an_edit_of_a_string_is_exact(
        text in "[a\"\\\\\n\té]{0,12}",
        (lo, hi) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        new in "[b\"\\\\\n]{0,3}",
    ) {
        let mut sources = SourceMap::new();
        let (outer, inner) = embed_string(&mut sources, &format!("let é = \"{}\";\n", escape(&text)));
        prop_assert_eq!(sources.file(inner).unwrap().text(), &text);
        check_edit(&sources, (outer, inner), (lo, hi), &new, |text| format!("let é = \"{}\";\n", escape(text)))?;
    }

    /// The same for a block that is indented by two blanks in the outer file.
    #[test]
    fn an_edit_of_an_indented_block_is_exact(
        text in "[a \né]{0,12}",
        (lo, hi) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        new in "[b\n ]{0,3}",
    ) {
        let mut sources = SourceMap::new();
        let indented = |text: &str| format!("- ```\n  {}```\n", text.replace('\n', "\n  "));
        let file = indented(&text);
        let outer = sources.insert("a.md", file.as_str());
        let (mut pieces, mut at) = (Vec::new(), 6);
        for line in text.split_inclusive('\n').chain((text.is_empty() || text.ends_with('\n')).then_some("")) {
            pieces.push(EmbeddedPiece::replaced(Span::between(outer, at, at + 2), ""));
            pieces.push(EmbeddedPiece::copied(Span::between(outer, at + 2, at + 2 + line.len())));
            at += 2 + line.len();
        }
        let block = EmbeddedText::from_pieces(Span::between(outer, 6, at), pieces);
        let block = block.with_escape(|text| Some(text.replace('\n', "\n  ")));
        let inner = sources.embed(block).unwrap();
        prop_assert_eq!(sources.file(inner).unwrap().text(), &text);
        check_edit(&sources, (outer, inner), (lo, hi), &new, indented)?;
    }

    /// No span and no edit of an embedded text panics, and the spans in the outer file are valid, in order, and in the
    /// region.
    #[test]
    fn any_pieces_give_valid_spans(
        pieces in prop::collection::vec((0..3_u8, 0..3_usize, 0..3_usize, "[x]{0,2}"), 0..8),
        (lo, hi) in (0..20_usize, 0..20_usize),
    ) {
        let mut sources = SourceMap::new();
        let outer = sources.insert("a", "0123456789".repeat(6));
        let mut at = 5;
        let pieces: Vec<_> = pieces.into_iter().map(|(kind, gap, len, text)| {
            let span = Span::between(outer, at + gap, at + gap + len);
            match kind {
                0 => EmbeddedPiece::added(text),
                1 => { at += gap + len; EmbeddedPiece::copied(span) }
                _ => { at += gap + len; EmbeddedPiece::replaced(span, text) }
            }
        }).collect();
        let region = Span::between(outer, 5, at + 1);
        let inner = sources.embed(EmbeddedText::from_pieces(region, pieces)).unwrap();
        let file = sources.file(inner).unwrap();
        let span = file.nearest_span(lo..hi);
        let found = sources.outer_span(span).unwrap();
        prop_assert!(found.file() == outer && region.lo() <= found.lo() && found.hi() <= region.hi());
        let whole = sources.outer_span(file.full_span()).unwrap();
        if !found.is_empty() {
            prop_assert!(whole.lo() <= found.lo() && found.hi() <= whole.hi());
        }
        let edit = Edit::replace(span, "new");
        let fixes = fix::apply(&sources, [&suggestion([edit])]);
        prop_assert_eq!(fixes.applied.len() + fixes.rejected.len(), 1);
        human(&sources, error_at(span));
    }
}

/// Checks that an edit is either rejected because it splits an escape, or gives `write` of the edited text.
fn check_edit(
    sources: &SourceMap,
    (outer, inner): (FileId, FileId),
    (lo, hi): (prop::sample::Index, prop::sample::Index),
    new: &str,
    write: impl Fn(&str) -> String,
) -> Result<(), TestCaseError> {
    let text = sources.file(inner).unwrap().text();
    let at =
        |index: prop::sample::Index| crate::common::boundary(text, index.index(text.len() + 1));
    let (lo, hi) = (at(lo).min(at(hi)), at(lo).max(at(hi)));
    let edit = Edit::replace(Span::between(inner, lo, hi), new.to_owned());
    let edited = format!("{}{new}{}", &text[..lo], &text[hi..]);
    prop_assert_eq!(
        applied(sources, outer, edit),
        Ok(write(&edited)),
        "{}..{} of {:?}",
        lo,
        hi,
        text
    );
    Ok(())
}

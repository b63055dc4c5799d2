//! Texts that are embedded in other files.

use vitte_diag::{
    Applicability, Child, Diagnostic, DiagnosticBag, Edit, EmbeddedPiece, EmbeddedText,
    EmitterOptions, FileId, Format, SourceError, SourceMap, SourceText, Span, Suggestion, Tool,
    TraceStep, fix, lsp,
};

use super::{error_at, human, json};
use crate::common::CODE;

/// Removes the quotes and escapes of a string: `\n`, `\t`, `\"`, `\\`, `\u{…}`. Returns the pieces of the text.
fn unescape(outer: FileId, literal: &str, start: usize) -> Vec<EmbeddedPiece> {
    let mut pieces = Vec::new();
    let mut rest = literal.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let span = |len| Span::between(outer, start + at, start + at + len);
        if c != '\\' {
            pieces.push(EmbeddedPiece::copied(span(c.len_utf8())));
            continue;
        }
        match rest.next().unwrap().1 {
            'u' => {
                let digits: String =
                    rest.by_ref().map(|(_, c)| c).skip(1).take_while(|c| *c != '}').collect();
                let c = char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap();
                pieces.push(EmbeddedPiece::replaced(span(digits.len() + 4), c.to_string()));
            }
            'n' => pieces.push(EmbeddedPiece::replaced(span(2), "\n")),
            't' => pieces.push(EmbeddedPiece::replaced(span(2), "\t")),
            c => pieces.push(EmbeddedPiece::replaced(span(2), c.to_string())),
        }
    }
    pieces
}

pub fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t")
}

/// Embeds the text of the first string of a file.
pub fn embed_string(sources: &mut SourceMap, text: &str) -> (FileId, FileId) {
    let outer = sources.insert("src/main.vitte", text);
    let (lo, hi) = (text.find('"').unwrap() + 1, text.rfind('"').unwrap());
    let pieces = unescape(outer, &text[lo..hi], lo);
    let embedded = EmbeddedText::from_pieces(Span::between(outer, lo, hi), pieces);
    let embedded = embedded.with_escape(|text| Some(escape(text)));
    (outer, sources.embed(embedded).unwrap())
}

/// The span of the only occurrence of `part` in a file.
pub fn find(sources: &SourceMap, file: FileId, part: &str) -> Span {
    let (lo, _) = sources.file(file).unwrap().text().match_indices(part).next().unwrap();
    Span::between(file, lo, lo + part.len())
}

fn outer_text(sources: &SourceMap, span: Span) -> String {
    let span = sources.outer_span(span).unwrap();
    sources.file(span.file()).unwrap().text()[span.range()].to_owned()
}

pub fn suggestion(edits: impl IntoIterator<Item = Edit>) -> Suggestion {
    Suggestion::new("do it", edits, Applicability::MachineApplicable).unwrap()
}

/// Returns the new text of the outer file, or the reason of the rejection.
pub fn applied(sources: &SourceMap, outer: FileId, edit: Edit) -> Result<String, String> {
    let mut fixes = fix::apply(sources, [&suggestion([edit])]);
    match fixes.rejected.pop() {
        Some(rejected) => Err(rejected.to_string()),
        None => {
            let old = sources.file(outer).unwrap().bytes().to_vec();
            Ok(String::from_utf8(fixes.files.remove(&outer).unwrap_or(old)).unwrap())
        }
    }
}

#[test]
fn a_part_is_not_copied_and_output_shows_the_outer_file() {
    let mut sources = SourceMap::with_root("/ws");
    let outer = sources.insert("src/main.vitte", "let x = 1\nlet q = `FORM t`\n");
    let query = sources.embed(Span::between(outer, 19, 25)).unwrap();
    let file = |id| sources.file(id).unwrap();
    assert_eq!((file(query).text(), file(query).path()), ("FORM t", "src/main.vitte[19..25]"));
    assert_eq!(file(query).text().as_ptr(), file(outer).text()[19..].as_ptr());
    assert_eq!(file(query).outer().unwrap().id(), outer);
    assert_eq!(sources.url(query), sources.url(outer));
    let form = sources.span(query, 0..4).unwrap();
    assert_eq!(
        human(&sources, error_at(form).with_secondary(find(&sources, query, "t"), "table")),
        "error[E0042]: something is wrong\n --> src/main.vitte:2:10\n  |\n2 | let q = `FORM t`\n  \
         |          ^^^^ - table\n  |          |\n  |          here\n"
    );
    // A label in the outer file and one in the embedded file are in one excerpt.
    let out =
        human(&sources, error_at(form).with_secondary(Span::between(outer, 14, 15), "of this"));
    assert_eq!(out.matches("-->").count(), 1, "{out}");
}

/// All formats write the same for a span in the embedded file as for the same span in the outer file.
#[test]
fn every_format_shows_the_outer_file() {
    let mut sources = SourceMap::with_root("/ws");
    let (outer, inner) = embed_string(&mut sources, "let q = \"a\\tb \\u{e9}\\nFORM t\"\n");
    let diagnostic = |bytes: &dyn Fn(&str) -> Span| {
        error_at(bytes("FORM"))
            .with_secondary(bytes("b"), "a column")
            .with_child(Child::note("a child").with_label(bytes("t"), "a table"))
            .with_step(TraceStep::call("a step").with_span(bytes("FORM")))
            .with_suggestion(suggestion([
                Edit::replace(bytes("FORM"), "FROM"),
                Edit::insert(bytes("t").file(), bytes("t").hi(), ";"),
            ]))
    };
    let of = |diagnostic: Diagnostic, format: &Format| {
        let (mut out, options) = (Vec::new(), EmitterOptions::default());
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        bag.emit(&sources, &mut *format.emitter(&mut out, &options)).unwrap();
        String::from_utf8(out).unwrap()
    };
    let at = |lo: usize, part: &str| Span::between(outer, lo, lo + part.len());
    let expected = |part: &str| match part {
        "FORM" => at(22, part),
        "b" => at(12, part),
        _ => at(27, part),
    };
    for format in Format::ALL {
        let found = of(diagnostic(&|part| find_last(&sources, inner, part)), format);
        assert_eq!(found, of(diagnostic(&expected), format), "{format}");
        assert!(found.contains("main.vitte") && !found.contains("main.vitte["), "{found}");
    }
    let about = |file| Diagnostic::for_file(vitte_diag::Severity::Error, CODE, file, "m");
    assert_eq!(json(&sources, about(inner)), json(&sources, about(outer)));
}

/// The span of the last occurrence of `part`.
fn find_last(sources: &SourceMap, file: FileId, part: &str) -> Span {
    let at = sources.file(file).unwrap().text().rfind(part).unwrap();
    Span::between(file, at, at + part.len())
}

#[test]
fn an_editor_gets_no_list_of_its_own_for_an_embedded_text() {
    let mut sources = SourceMap::with_root("/ws");
    let (_, inner) = embed_string(&mut sources, "let q = \"FORM t\"\n");
    let bag: DiagnosticBag = [error_at(Span::between(inner, 0, 4))].into_iter().collect();
    let published = lsp::publish(&sources, &bag, &Tool::default());
    assert_eq!((published.len(), published[0].len()), (1, 1));
    assert!(published[0].uri().ends_with("/src/main.vitte"));
}

#[test]
fn spans_in_and_across_pieces() {
    let mut sources = SourceMap::new();
    let (outer, inner) = embed_string(&mut sources, r#"let q = "a\tb\u{e9}c""#);
    assert_eq!(sources.file(inner).unwrap().text(), "a\tbéc");
    let shown = |lo, hi| outer_text(&sources, Span::between(inner, lo, hi));
    assert_eq!(shown(0, 6), r"a\tb\u{e9}c", "the whole text");
    assert_eq!(shown(1, 2), r"\t", "a whole escape");
    assert_eq!(shown(3, 5), r"\u{e9}");
    assert_eq!(shown(0, 3), r"a\tb");
    assert_eq!(shown(2, 6), r"b\u{e9}c");
    for (at, expected) in [(0, 9), (1, 10), (2, 12), (3, 13), (5, 19), (6, 20)] {
        let span = sources.outer_span(Span::between(inner, at, at)).unwrap();
        assert_eq!(span, Span::between(outer, expected, expected), "byte {at}");
    }
    // An invalid span is reported in terms of the embedded text, and shown in the outer file.
    let out = human(&sources, error_at(Span::between(inner, 4, 99)));
    assert!(
        out.contains("\n1 | let q = \"a\\tb\\u{e9}c\"\n  |              ^^^^^^^ here\n"),
        "{out}"
    );
    assert!(
        out.contains("bytes 4..99 of `src/main.vitte[9..20]`, which ends at byte 6; shown at 3..6"),
        "{out}"
    );
}

/// Two cells of a notebook: lines of JSON strings, and between the cells a line end that is not in the file.
const NOTEBOOK: &str = r#"{"cells": [
 {"source": ["import os\n",
             "x = \"1\"\n"]},
 {"source": ["print(y)"]}
]}
"#;

fn notebook(sources: &mut SourceMap) -> (FileId, FileId) {
    let outer = sources.insert("a.ipynb", NOTEBOOK);
    let at = |part: &str| NOTEBOOK.find(part).unwrap();
    let omitted = Span::between(outer, at("\",\n"), at("x = "));
    let mut pieces = unescape(outer, "import os\\n", at("import"));
    pieces.push(EmbeddedPiece::replaced(omitted, ""));
    pieces.extend(unescape(outer, r#"x = \"1\"\n"#, at("x = ")));
    pieces.push(EmbeddedPiece::added("\n"));
    pieces.extend(unescape(outer, "print(y)", at("print")));
    let region = Span::between(outer, 0, NOTEBOOK.len());
    let text = EmbeddedText::from_pieces(region, pieces)
        .with_escape(|text| Some(escape(text).replace("\\n", "\\n\",\n             \"")));
    (outer, sources.embed(text).unwrap())
}

#[test]
fn cells_of_a_notebook() {
    let mut sources = SourceMap::new();
    let (outer, cells) = notebook(&mut sources);
    assert_eq!(sources.file(cells).unwrap().text(), "import os\nx = \"1\"\n\nprint(y)");
    assert_eq!(
        human(
            &sources,
            error_at(find(&sources, cells, "y"))
                .with_secondary(find(&sources, cells, "\"1\""), "not used")
        ),
        r#"error[E0042]: something is wrong
 --> a.ipynb:4:21
  |
3 |              "x = \"1\"\n"]},
  |                   ----- not used
4 |  {"source": ["print(y)"]}
  |                     ^ here
"#
    );
    // The added line end is shown after the text before it.
    let added = Span::between(cells, 18, 19);
    assert_eq!(sources.outer_span(added).unwrap(), sources.outer_span(added.start()).unwrap());
    assert_eq!(sources.location(added).unwrap().to_string(), "a.ipynb:3:26");

    let edit = |lo, hi, text: &'static str| {
        applied(&sources, outer, Edit::replace(Span::between(cells, lo, hi), text))
    };
    // A whole line, with the JSON around it.
    assert_eq!(edit(0, 10, "").unwrap(), NOTEBOOK.replace("import os\\n\",\n             \"", ""));
    assert_eq!(
        edit(0, 0, "\"a\"\n").unwrap(),
        NOTEBOOK.replace("import", "\\\"a\\\"\\n\",\n             \"import")
    );
    assert_eq!(edit(14, 17, "2").unwrap(), NOTEBOOK.replace(r#"\"1\""#, "2"));
    let reason = |result: Result<String, String>| result.unwrap_err();
    let rejected = |reason: &str| {
        let bytes = NOTEBOOK.len();
        format!(
            "`do it` was not applied: an edit of `a.ipynb[0..{bytes}]` cannot be made in `a.ipynb`: {reason}"
        )
    };
    let added = rejected("it changes text that is not in that file");
    for (lo, hi) in [(18, 19), (17, 19), (18, 20), (0, 27)] {
        assert_eq!(reason(edit(lo, hi, "")), added, "{lo}..{hi}");
    }
    // Before and after the added line end, an insertion belongs to one of the cells.
    assert_eq!(edit(19, 19, "z").unwrap(), NOTEBOOK.replace("print", "zprint"));
    assert!(edit(18, 18, "z").unwrap().contains(r#""x = \"1\"\nz"]"#));
}

#[test]
fn embedded_files_can_be_nested() {
    let mut sources = SourceMap::new();
    let (outer, sql) = embed_string(&mut sources, "let q = \"SELECT '\\\"a\\\"'\"\n");
    assert_eq!(sources.file(sql).unwrap().text(), "SELECT '\"a\"'");
    let json = sources.embed(Span::between(sql, 8, 11)).unwrap();
    assert_eq!(sources.file(json).unwrap().text(), "\"a\"");
    assert_eq!(outer_text(&sources, Span::between(json, 0, 3)), "\\\"a\\\"");
    assert_eq!(outer_text(&sources, Span::between(json, 1, 2)), "a");
    assert_eq!(
        sources.location(Span::between(json, 1, 2)).unwrap().to_string(),
        "src/main.vitte:1:20"
    );
    let new = applied(&sources, outer, Edit::replace(Span::between(json, 1, 2), "b\"")).unwrap();
    assert_eq!(new, "let q = \"SELECT '\\\"b\\\"\\\"'\"\n");
    let part = sources.embed(Span::between(json, 1, 3)).unwrap();
    assert_eq!(sources.file(part).unwrap().text(), "a\"");
    // Removing a file removes what is embedded in it.
    sources.remove(sql).unwrap();
    assert_eq!(sources.files().count(), 1);
    assert!(matches!(sources.file(part), Err(SourceError::Removed { .. })));
}

#[test]
fn the_depth_of_nesting_is_limited() {
    let mut sources = SourceMap::new();
    let mut file = sources.insert("a", "x");
    for _ in 0..64 {
        file = sources.embed(Span::between(file, 0, 1)).unwrap();
    }
    assert!(matches!(
        sources.embed(Span::between(file, 0, 1)),
        Err(SourceError::NestedTooDeeply { .. })
    ));
    assert_eq!(sources.location(Span::between(file, 0, 1)).unwrap().path, "a");
}

#[test]
fn an_embedded_file_is_removed_with_its_outer_file() {
    let mut sources = SourceMap::new();
    let outer = sources.insert("a.vitte", "`q`");
    let (first, second) = (
        sources.embed(Span::between(outer, 1, 2)).unwrap(),
        sources.embed(Span::between(outer, 0, 3)).unwrap(),
    );
    sources.remove(first).unwrap();
    assert!(
        sources.file(outer).is_ok() && sources.file(second).is_ok() && sources.file(first).is_err()
    );
    assert!(matches!(sources.replace(second, "x"), Err(SourceError::Embedded { .. })));
    let new = sources.replace(outer, "`p`").unwrap();
    assert!(sources.file(second).is_err());
    assert_eq!(sources.files().count(), 1);
    let out = human(&sources, error_at(Span::between(second, 0, 1)));
    assert!(out.contains("file 2 (`a.vitte[0..3]`), which was removed: here"), "{out}");
    assert!(sources.embed(Span::between(new, 1, 2)).is_ok());
}

#[test]
fn empty_texts_and_texts_at_the_end() {
    let mut sources = SourceMap::new();
    let outer = sources.insert("a.vitte", "let q = ``");
    let inside = sources.embed(Span::empty(outer, 9)).unwrap();
    let end = sources.embed(Span::empty(outer, 10)).unwrap();
    let pieces = sources.embed(EmbeddedText::from_pieces(Span::empty(outer, 9), [])).unwrap();
    for (file, col) in [(inside, 10), (end, 11), (pieces, 10)] {
        assert!(sources.file(file).unwrap().is_empty());
        let at = sources.location(Span::empty(file, 0)).unwrap();
        assert_eq!((at.line, at.col), (1, col));
        assert!(
            human(&sources, error_at(Span::empty(file, 0))).contains(&format!("a.vitte:1:{col}\n"))
        );
    }
    assert_eq!(applied(&sources, outer, Edit::insert(inside, 0, "x\n")).unwrap(), "let q = `x\n`");
    assert_eq!(applied(&sources, outer, Edit::insert(pieces, 0, "x")).unwrap(), "let q = `x`");
    // Text that is only added has no place in the outer file but the region.
    let added = EmbeddedText::from_pieces(Span::empty(outer, 9), [EmbeddedPiece::added("x")]);
    let added = sources.embed(added).unwrap();
    assert_eq!(sources.outer_span(Span::between(added, 0, 1)).unwrap(), Span::empty(outer, 9));
    for at in [0, 1] {
        assert!(applied(&sources, outer, Edit::insert(added, at, "y")).is_err());
    }
}

#[test]
fn line_ends_byte_order_marks_and_bytes_that_are_not_utf8() {
    let mut sources = SourceMap::new();
    let outer = sources.insert("a.vitte", b"\xef\xbb\xbf`a\r\n\xffb`\r\n");
    let inner = sources.embed(Span::between(outer, 4, 9)).unwrap();
    let file = sources.file(inner).unwrap();
    assert_eq!((file.text(), file.bytes(), file.is_lossy()), ("a\r\n?b", &b"a\r\n\xffb"[..], true));
    assert_eq!((file.line(1), file.line(2)), (Some("a"), Some("?b")));
    let b = Span::between(inner, 4, 5);
    assert_eq!(sources.location(b).unwrap().to_string(), "a.vitte:2:2");
    let out = human(&sources, error_at(b));
    assert!(out.contains("line 2 of `a.vitte` is not valid UTF-8"), "{out}");
    let edit = suggestion([Edit::replace(b, "c\r\n")]);
    assert_eq!(fix::apply(&sources, [&edit]).files[&outer], b"\xef\xbb\xbf`a\r\n\xffc\r\n`\r\n");

    let valid = sources.embed(Span::between(outer, 4, 7)).unwrap();
    assert!(!sources.file(valid).unwrap().is_lossy());
    let copied = [EmbeddedPiece::copied(Span::between(outer, 7, 9))];
    let copied =
        sources.embed(EmbeddedText::from_pieces(Span::between(outer, 4, 9), copied)).unwrap();
    assert_eq!(sources.file(copied).unwrap().bytes(), b"?b");
    // The whole file, with its mark.
    let whole = sources.embed(Span::between(outer, 0, 12)).unwrap();
    assert_eq!(sources.file(whole).unwrap().line(1), Some("`a"));
    let first = suggestion([Edit::insert(whole, 0, "x")]);
    assert!(fix::apply(&sources, [&first]).files[&outer].starts_with(b"\xef\xbb\xbfx`a"));
    assert_eq!(sources.location(Span::between(whole, 3, 4)).unwrap().to_string(), "a.vitte:1:1");
}

#[test]
fn a_snippet_and_a_lazy_file_can_contain_a_text() {
    let mut sources = SourceMap::new();
    let snippet = sources.insert("a.vitte", SourceText::from("x\n`q`\n").with_first_line(40));
    let inner = sources.embed(Span::between(snippet, 3, 4)).unwrap();
    assert_eq!(sources.location(Span::between(inner, 0, 1)).unwrap().to_string(), "a.vitte:41:2");
    assert_eq!(sources.file(inner).unwrap().line(1), Some("q"), "lines of the text itself");
    assert!(
        applied(&sources, snippet, Edit::insert(inner, 0, "x"))
            .unwrap_err()
            .contains("only a part of `a.vitte`")
    );
    let lazy = sources.insert("b.vitte", SourceText::lazy(|| Ok("`q`")));
    assert!(sources.embed(Span::between(lazy, 1, 2)).is_ok());
    let stdin = sources.insert("<stdin>", "`q`");
    let inner = sources.embed(Span::between(stdin, 1, 2)).unwrap();
    assert!(sources.file(inner).unwrap().is_virtual() && sources.url(inner).is_none());
}

#[test]
fn regions_and_pieces_are_checked() {
    let mut sources = SourceMap::new();
    let (outer, other) = (sources.insert("a", "éabcdef"), sources.insert("b", "éabcdef"));
    let gone = sources.add_unavailable("gone", []).unwrap();
    let bytes = |lo, hi| Span::between(outer, lo, hi);
    let mut error = |text: EmbeddedText| sources.embed(text).unwrap_err().to_string();
    assert_eq!(error(bytes(1, 3).into()), "byte 1 is inside a character");
    assert_eq!(error(bytes(0, 9).into()), "the span ends at byte 9 of a file of 8 bytes");
    assert_eq!(error(Span::empty(FileId::new(9), 0).into()), "the source map has no file 9");
    assert_eq!(error(Span::empty(gone, 0).into()), "the text of `gone` is not available");
    let mut piece = |piece| {
        let text =
            EmbeddedText::from_pieces(bytes(2, 6), [EmbeddedPiece::copied(bytes(3, 4)), piece]);
        error(text).strip_prefix("piece 1 of the embedded text is invalid: ").unwrap().to_owned()
    };
    assert_eq!(piece(EmbeddedPiece::copied(bytes(0, 1))), "byte 1 is inside a character");
    assert_eq!(piece(EmbeddedPiece::copied(bytes(4, 7))), "bytes 4..7 are not in 4..6");
    assert_eq!(piece(EmbeddedPiece::replaced(bytes(2, 5), "")), "bytes 2..5 are not in 4..6");
    let other = EmbeddedPiece::copied(Span::between(other, 4, 5));
    assert_eq!(piece(other), "a span cannot cover bytes of two files (0 and 1)");
    assert_eq!(sources.files().count(), 3, "nothing was added");
}

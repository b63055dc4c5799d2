//! Diagnostics for one client of a language server.

use std::collections::HashMap;

use vitte_diag::lsp::{Converter, LspDiagnostic, Position, PositionEncoding};
use vitte_diag::{
    Applicability, Child, ChildLevel, Diagnostic, Edit, SourceMap, Span, Suggestion, Tool, code,
};

fn position(line: u32, character: u32) -> Position {
    Position { line, character }
}

/// Returns the positions of the `@` in a text, in each encoding.
fn positions(text: &str, is_open: bool) -> Vec<[Position; 3]> {
    let mut sources = SourceMap::with_root("/home/ana");
    let file = sources.insert("a.vitte", text);
    let open = HashMap::from([(file, "file:///home/ana/%61.vitte".into())]);
    let tool = Tool::new("mycc", "1.0.0");
    let encodings = [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32];
    let found = text.match_indices('@').map(|(at, _)| {
        let error = Diagnostic::error(None, Span::between(file, at, at + 1), "illegal");
        encodings.map(|encoding| {
            let converter = Converter::new(&sources, &tool).with_encoding(encoding);
            let converter = if is_open { converter.with_open_files(&open) } else { converter };
            let (uri, converted) = converter.diagnostic(&error);
            let name = if is_open { "%61" } else { "a" };
            assert_eq!(uri, Some(format!("file:///home/ana/{name}.vitte")));
            let (start, end) = (converted.range.start, converted.range.end);
            assert_eq!(end, position(start.line, start.character + 1));
            start
        })
    });
    found.collect()
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    let found = positions("a\rb@\r\n@\r\r@\n\r@", false);
    let expected = [(1, 1), (2, 0), (4, 0), (6, 0)].map(|(line, col)| [position(line, col); 3]);
    assert_eq!(found, expected);
}

#[test]
fn characters_are_counted_in_the_encoding_of_the_client() {
    let found = positions("é𝄞日@ @\r𝄞@", false);
    let at = |line, cols: [u32; 3]| cols.map(|col| position(line, col));
    assert_eq!(found, [at(0, [9, 4, 3]), at(0, [11, 6, 5]), at(1, [4, 2, 1])]);
}

/// An editor removes a byte order mark when it opens a file. One in its buffer was typed, and counts.
#[test]
fn a_byte_order_mark_counts_in_open_files_only() {
    let text = "\u{feff}é@\n@";
    let at = |cols: [u32; 3]| cols.map(|col| position(0, col));
    assert_eq!(positions(text, false), [at([2, 1, 1]), [position(1, 0); 3]]);
    assert_eq!(positions(text, true), [at([5, 2, 2]), [position(1, 0); 3]]);
}

fn with_labels(sources: &mut SourceMap) -> Diagnostic {
    let file = sources.insert("a.vitte", "let x = 1\nlet x = 2\n");
    let span = |lo, hi| Span::between(file, lo, hi);
    Diagnostic::error(code!("E1"), span(14, 15), "defined twice")
        .with_secondary(span(4, 5), "first defined here")
        .with_child(Child::new(ChildLevel::Note, "see this").with_label(span(0, 3), "the item"))
}

#[test]
fn a_client_without_related_information_has_it_in_the_message() {
    let mut sources = SourceMap::with_root("/home/ana");
    let (diagnostic, tool) = (with_labels(&mut sources), Tool::new("mycc", "1.0.0"));
    let converter = Converter::new(&sources, &tool);
    let lines = |converted: &LspDiagnostic| converted.message.lines().count();
    let (_, with) = converter.diagnostic(&diagnostic);
    assert_eq!((lines(&with), with.related_information.len()), (1, 2));
    let (_, without) = converter.without_related_information().diagnostic(&diagnostic);
    assert_eq!(
        without.message,
        "defined twice\na.vitte:1:5: first defined here\nnote: see this\na.vitte:1:1: the item"
    );
    assert!(without.related_information.is_empty());
}

#[test]
fn the_edit_of_several_suggestions_has_those_that_do_not_overlap() {
    let mut sources = SourceMap::with_root("/home/ana");
    let file = sources.insert("a.vitte", "let x = 1\n");
    let virtual_file = sources.insert("<stdin>", "let x = 1\n");
    let replace = |file, lo, hi, text: &'static str| {
        let edit = Edit::replace(Span::between(file, lo, hi), text);
        Suggestion::single("m", edit, Applicability::MachineApplicable)
    };
    let (tool, converter_sources) = (Tool::new("mycc", "1.0.0"), &sources);
    let converter = Converter::new(converter_sources, &tool);
    let all = [
        replace(file, 8, 9, "2"),
        replace(file, 4, 5, "y"),
        replace(file, 7, 9, "overlaps"),
        replace(file, 50, 60, "invalid"),
        replace(virtual_file, 0, 1, "cannot be opened"),
    ];
    let edit = converter.workspace_edit(&all).unwrap();
    let [(uri, edits)] = <[_; 1]>::try_from(edit.changes.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(uri, "file:///home/ana/a.vitte");
    let edits: Vec<_> = edits.iter().map(|e| (e.range.start.character, &*e.new_text)).collect();
    assert_eq!(edits, [(4, "y"), (8, "2")]);
    assert_eq!(converter.workspace_edit(&all[3..]), None);
}

#[test]
fn a_position_may_be_larger_than_any_text() {
    let read: Position =
        serde_json::from_str(r#"{"line":2,"character":9007199254740991}"#).unwrap();
    assert_eq!(read, position(2, u32::MAX));
    assert!(serde_json::from_str::<Position>(r#"{"line":-1,"character":0}"#).is_err());
}

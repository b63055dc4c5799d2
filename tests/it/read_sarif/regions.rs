//! The regions of SARIF.

use super::{SARIF, kinds, result};
use crate::read_support::{check, primary_text, read, read_with};

/// A result at a region of `a.c`, in a run with columns of a kind.
fn at(region: &str, kind: &str) -> String {
    let location = format!(
        r#""locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"a.c"}},"region":{region}}}}}]"#
    );
    result(&location).replace("utf16CodeUnits", kind)
}

#[test]
fn regions_are_spans() {
    let text = "ab𝄞c\r\nefg\nlast";
    for (region, kind, expected) in [
        (r#"{"startLine":1,"startColumn":2,"endColumn":4}"#, "unicodeCodePoints", "b𝄞"),
        (r#"{"startLine":1,"startColumn":2,"endColumn":5}"#, "utf16CodeUnits", "b𝄞"),
        (r#"{"startLine":1,"startColumn":2,"endColumn":7}"#, "bytes", "b𝄞"),
        (r#"{"startLine":1,"startColumn":2,"endColumn":4}"#, "unknown", "b𝄞"),
        (r#"{"startLine":2}"#, "utf16CodeUnits", "efg"),
        (r#"{"startLine":2,"startColumn":2}"#, "utf16CodeUnits", "fg"),
        (r#"{"startLine":1,"endLine":2}"#, "utf16CodeUnits", "ab𝄞c\r\nefg"),
        (r#"{"startLine":2,"endLine":3,"endColumn":1}"#, "utf16CodeUnits", "efg\n"),
        (r#"{"startLine":2,"startColumn":2,"endColumn":2}"#, "utf16CodeUnits", ""),
        // The line end has columns too.
        (r#"{"startLine":2,"endColumn":5}"#, "utf16CodeUnits", "efg\n"),
        (r#"{"startLine":1,"endColumn":8}"#, "utf16CodeUnits", "ab𝄞c\r\n"),
        (r#"{"startLine":3,"endLine":4,"endColumn":1}"#, "utf16CodeUnits", "last"),
        (r#"{"charOffset":1,"charLength":3}"#, "utf16CodeUnits", "b𝄞"),
        (r#"{"charOffset":1,"charLength":2}"#, "unicodeCodePoints", "b𝄞"),
        (r#"{"charOffset":15}"#, "utf16CodeUnits", ""),
        (r#"{"byteOffset":2,"byteLength":4}"#, "utf16CodeUnits", "𝄞"),
        (r#"{"byteOffset":3,"byteLength":2}"#, "utf16CodeUnits", "𝄞"),
        (r#"{"startLine":2,"byteOffset":9,"byteLength":2}"#, "utf16CodeUnits", "ef"),
        // The offset is on another line, so it is not that of the line.
        (r#"{"startLine":2,"byteOffset":0,"byteLength":2}"#, "utf16CodeUnits", "efg"),
        (r#"{"startLine":2.0,"startColumn":"3","endColumn":null}"#, "utf16CodeUnits", "g"),
        (
            r#"{"startLine":2,"startColumn":0,"charOffset":-1,"byteOffset":-1}"#,
            "utf16CodeUnits",
            "efg",
        ),
    ] {
        let imported = read_with(SARIF, &at(region, kind), &[("a.c", text)]);
        assert!(imported.losses.is_empty() && imported.changed_files.is_empty(), "{region}");
        assert_eq!(primary_text(&imported.sources, &imported.diagnostics[0]), expected, "{region}");
        check(&imported);
    }
}

#[test]
fn a_byte_order_mark_has_no_column_and_a_byte_offset() {
    let text = "\u{feff}abc";
    for (region, expected) in [
        (r#"{"startLine":1,"startColumn":1,"endColumn":2}"#, "a"),
        (r#"{"charOffset":1,"charLength":1}"#, "b"),
        (
            r#"{"startLine":1,"startColumn":1,"endColumn":2,"byteOffset":0,"byteLength":4}"#,
            "\u{feff}a",
        ),
    ] {
        let imported = read_with(SARIF, &at(region, "utf16CodeUnits"), &[("a.c", text)]);
        assert_eq!(primary_text(&imported.sources, &imported.diagnostics[0]), expected, "{region}");
    }
}

#[test]
fn a_column_that_is_not_on_its_line_is_moved_and_counted() {
    for (region, expected) in [
        (r#"{"startLine":1,"startColumn":2,"endColumn":9}"#, "bc"),
        (r#"{"startLine":1,"startColumn":9}"#, ""),
        (r#"{"startLine":1,"startColumn":3,"endColumn":1}"#, ""),
        (r#"{"startLine":2,"endLine":1}"#, ""),
    ] {
        let imported = read_with(SARIF, &at(region, "utf16CodeUnits"), &[("a.c", "abc\ndef\n")]);
        let found = primary_text(&imported.sources, &imported.diagnostics[0]);
        assert_eq!(found, expected, "{region}");
        assert_eq!(kinds(&imported), ["a column that is not on its line"], "{region}");
        assert_eq!(imported.changed_files, []);
    }
}

#[test]
fn a_line_that_is_not_in_the_file_means_that_it_has_changed() {
    for region in [
        r#"{"startLine":4}"#,
        r#"{"startLine":1,"endLine":9}"#,
        r#"{"charOffset":7,"charLength":9}"#,
        r#"{"byteOffset":9}"#,
    ] {
        let imported = read_with(SARIF, &at(region, "utf16CodeUnits"), &[("a.c", "abc\ndef\n")]);
        assert_eq!(imported.changed_files.len(), 1, "{region}");
        check(&imported);
    }
}

#[test]
fn a_file_that_is_not_here_has_lines_or_nothing() {
    for (region, expected, lost) in [
        (r#"{"startLine":4,"startColumn":2}"#, Some((4, 2)), vec![]),
        (r#"{"startLine":4}"#, Some((4, 1)), vec![]),
        (r#"{"startLine":4,"byteOffset":30,"byteLength":2}"#, Some((4, 1)), vec![]),
        (r#"{"byteOffset":30}"#, None, vec!["the offset of a region in a file that is not here"]),
        (r#"{"charOffset":30}"#, None, vec!["the offset of a region in a file that is not here"]),
        (
            r#"{"startLine":4,"snippet":{"text":"x"}}"#,
            Some((4, 1)),
            vec!["the text of a region in a file that is not here"],
        ),
    ] {
        let imported = read(SARIF, &at(region, "utf16CodeUnits"));
        let primary = imported.diagnostics[0].primary();
        let found = primary.map(|label| imported.sources.location(label.span()).unwrap());
        assert_eq!(found.map(|at| (at.line, at.col)), expected, "{region}");
        assert_eq!(kinds(&imported), lost, "{region}");
        assert!(imported.diagnostics[0].file().is_some());
        check(&imported);
    }
    let offsets = read(SARIF, &at(r#"{"startLine":4,"byteOffset":30,"byteLength":2}"#, "bytes"));
    let span = offsets.diagnostics[0].primary().unwrap().span();
    assert_eq!((span.lo(), span.hi()), (30, 32));
}

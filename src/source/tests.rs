use std::fs::File;

use super::*;
#[cfg(unix)]
use crate::input::FileKind;
use crate::model::SpanError;

fn single_file(text: impl Into<SourceText>) -> (SourceMap, FileId) {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text).unwrap();
    (sources, file)
}

fn line_texts(text: impl Into<SourceText>) -> Vec<String> {
    let (sources, file) = single_file(text);
    let file = sources.file(file).unwrap();
    assert_eq!(file.line(0), None);
    assert_eq!(file.line(file.line_count() + 1), None);
    (1..=file.line_count()).map(|line| file.line(line).unwrap().to_owned()).collect()
}

#[test]
fn lines_end_at_line_feeds_with_or_without_a_carriage_return() {
    assert_eq!(line_texts(""), [""]);
    assert_eq!(line_texts("a"), ["a"]);
    assert_eq!(line_texts("a\n"), ["a", ""]);
    assert_eq!(line_texts("a\r\nb\nc"), ["a", "b", "c"]);
    assert_eq!(line_texts("a\rb\r\r\n"), ["a\rb\r", ""]);
    assert_eq!(line_texts("a\r"), ["a\r"]);
}

#[test]
fn a_byte_order_mark_stays_in_the_text_and_has_no_column() {
    let (sources, file) = single_file("\u{feff}ab\n\u{feff}");
    let file_ref = sources.file(file).unwrap();
    assert_eq!(file_ref.len(), 3 + 3 + 3);
    assert_eq!(file_ref.line(1), Some("ab"));
    for (lo, col) in [(0, 1), (3, 1), (4, 2), (5, 3)] {
        let span = sources.span(file, lo..5).unwrap();
        assert_eq!(sources.location(span).unwrap().col, col, "byte {lo}");
    }
    assert_eq!(
        file_ref.line(2),
        Some("\u{feff}"),
        "a byte order mark is only at the start of a file"
    );
}

#[test]
fn bytes_that_are_not_utf8_become_question_marks_one_for_one() {
    let (sources, file) = single_file(b"a\xff\xfe\xe2\x82b\xe2\x82\xac".to_vec());
    let file = sources.file(file).unwrap();
    assert_eq!(file.text(), "a????b€");
    assert_eq!(file.bytes(), b"a\xff\xfe\xe2\x82b\xe2\x82\xac");
    assert!(file.is_lossy());
    let (sources, file) = single_file("é");
    assert!(!sources.file(file).unwrap().is_lossy());
}

#[test]
fn locations_in_the_four_units() {
    let text = "日本\té𝄞x";
    let (sources, file) = single_file(text);
    let at = text.find('x').unwrap();
    let span = sources.span(file, at..at + 1).unwrap();
    let col = |unit| sources.location_in(span, unit).unwrap().col;
    assert_eq!(col(ColumnUnit::Char), 6);
    assert_eq!(col(ColumnUnit::Byte), 14);
    assert_eq!(col(ColumnUnit::Utf16), 7);
    assert_eq!(col(ColumnUnit::Cell { tab_width: 4 }), 11);
    assert_eq!(col(ColumnUnit::Cell { tab_width: 0 }), 8);
}

#[test]
fn every_offset_of_a_mixed_text_has_the_counted_location() {
    let text = "α\r\nb\n\n日\rx\r\n𝄞";
    let (sources, file) = single_file(text);
    for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
        let (before, after) = text.split_at(offset);
        let before = if after.starts_with('\n') { before.trim_end_matches('\r') } else { before };
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let at = sources.location(sources.span(file, offset..offset).unwrap()).unwrap();
        assert_eq!(at.line as usize, before.matches('\n').count() + 1, "byte {offset}");
        assert_eq!(
            at.col as usize,
            before.get(start..).unwrap().chars().count() + 1,
            "byte {offset}"
        );
    }
}

#[test]
fn a_span_is_checked_against_its_file() {
    let (sources, file) = single_file("aé");
    assert!(sources.span(file, 0..3).is_ok());
    assert!(sources.span(file, 3..3).is_ok());
    assert!(matches!(sources.span(file, 0..4), Err(SourceError::OutOfBounds { hi: 4, len: 3 })));
    assert!(matches!(sources.span(file, 2..3), Err(SourceError::InsideCharacter { at: 2 })));
    let (sources, file) = single_file("a");
    let error = sources.span(file, 0..2).unwrap_err();
    assert_eq!(error.to_string(), "the span ends at byte 2 of a file of 1 byte");
    #[allow(clippy::reversed_empty_ranges, reason = "a reversed range is the point")]
    let reversed = sources.span(file, 3..1);
    assert!(matches!(reversed, Err(SourceError::Span(SpanError::Reversed { lo: 3, hi: 1 }))));
    let other = FileId::new(9);
    assert!(matches!(sources.span(other, 0..0), Err(SourceError::UnknownFile(id)) if id == other));
    assert!(matches!(sources.file(other), Err(SourceError::UnknownFile(_))));
}

#[test]
fn an_arc_of_a_file_is_valid_while_the_map_grows() {
    let (mut sources, file) = single_file("first");
    let first = sources.file_arc(file).unwrap();
    let before = sources.clone();
    let second = sources.add("b.vitte", "second").unwrap();
    assert_eq!((first.text(), first.id()), ("first", file));
    assert_eq!(sources.file(second).unwrap().id(), second);
    assert!(before.file(second).is_err());
}

#[test]
#[cfg(unix)]
fn only_regular_files_are_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let mut sources = SourceMap::with_root(dir.path());
    // Without a writer: opening it as a file is opened would wait forever.
    let path = dir.path().join("pipe.vitte");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let error = sources.load(&path).unwrap_err();
    assert!(matches!(error, SourceError::NotAFile { kind: FileKind::Pipe, .. }));
    assert_eq!(error.to_string(), "`pipe.vitte` is a pipe, not a regular file");
    let error = sources.load("/dev/zero").unwrap_err();
    assert_eq!(error.to_string(), "`/dev/zero` is a character device, not a regular file");
}

#[test]
fn a_relative_path_is_loaded_from_the_root() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("src")).unwrap();
    std::fs::write(dir.path().join("src/a.vitte"), "x").unwrap();
    let mut sources = SourceMap::with_root(dir.path());
    let relative = sources.load("src/./a.vitte").unwrap();
    let absolute = sources.load(dir.path().join("src/a.vitte")).unwrap();
    for file in [relative, absolute] {
        assert_eq!(sources.file(file).unwrap().path(), "src/a.vitte");
        assert_eq!(sources.file(file).unwrap().text(), "x");
    }
    let missing = sources.load("src/b.vitte").unwrap_err();
    assert!(missing.to_string().starts_with("cannot read `src/b.vitte`: "), "{missing}");
    let directory = sources.load("src").unwrap_err();
    assert!(matches!(directory, SourceError::NotAFile { kind: FileKind::Directory, .. }));
    assert_eq!(sources.files().count(), 2, "a file that cannot be read is not added");
}

#[test]
fn a_large_file_is_read_completely() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.vitte");
    let line = "a line, and its number: ";
    let text: String = (0..700_000).map(|number| format!("{line}{number:06}\n")).collect();
    assert!(text.len() > 20 << 20);
    std::fs::write(&path, &text).unwrap();
    let mut sources = SourceMap::new();
    let file = sources.load(&path).unwrap();
    let file = sources.file(file).unwrap();
    assert!(file.text() == text);
    assert_eq!(file.line_count(), 700_001);
    assert_eq!(file.line(345_679), Some("a line, and its number: 345678"));
}

#[test]
fn a_file_over_the_limit_is_rejected_before_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.vitte");
    let size = MAX_FILE_BYTES + 1;
    File::create(&path).unwrap().set_len(size).unwrap(); // sparse: takes no space
    let error = SourceMap::new().load(&path).unwrap_err();
    assert!(matches!(error, SourceError::TooLarge { size: found, .. } if found == size));
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_text_over_the_limit_is_rejected() {
    let zeros = vec![0_u8; 1 << 32]; // untouched pages take no memory
    let error = SourceMap::new().add("large.vitte", zeros).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`large.vitte` is too large: 4294967296 bytes (limit: 4294967294)"
    );
}

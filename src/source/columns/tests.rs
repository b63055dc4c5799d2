//! Compares the columns of long lines with a count of what is before them.

use proptest::prelude::*;

use super::*;
use crate::source::{SourceFile, SourceMap};

const UNITS: [ColumnUnit; 6] = [
    ColumnUnit::Byte,
    ColumnUnit::Char,
    ColumnUnit::Utf16,
    ColumnUnit::Cell { tab_width: 4 },
    ColumnUnit::Cell { tab_width: 8 },
    ColumnUnit::Cell { tab_width: 0 },
];

const PIECES: &[&str] = &[
    "let total = first + second;",
    "x",
    "\t",
    "     ",
    "日本",
    "é🎉",
    "a\u{301}\u{308}",
    "👩\u{200d}🔬",
    "\u{200b}\u{202e}",
    "\r",
    "?",
];

/// Bytes of several kinds, in parts that are longer than a block or shorter than a character.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let part = (prop::sample::select(PIECES), 1..90_usize);
    let part = part.prop_map(|(piece, times)| piece.repeat(times).into_bytes());
    let part = prop_oneof![5 => part, 1 => Just(b"\xff\xe2".to_vec())];
    let line = prop::collection::vec(part, 0..9).prop_map(|parts| parts.concat());
    let end = prop::sample::select(&["\n", "\r\n", "\n\n"][..]);
    let lines = prop::collection::vec((line, end), 1..4);
    (any::<bool>(), lines).prop_map(|(has_mark, lines)| {
        let mut all = if has_mark { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        lines.into_iter().for_each(|(line, end)| all.extend([&line, end.as_bytes()].concat()));
        all.truncate(all.len() - 1);
        all
    })
}

fn added(bytes: &[u8]) -> SourceMap {
    let mut sources = SourceMap::new();
    sources.insert("a", bytes);
    sources
}

fn file(sources: &SourceMap) -> &SourceFile {
    sources.files().next().unwrap()
}

/// Counts the units of the text before a byte of a line.
fn counted(line: &str, at: usize, unit: ColumnUnit) -> u32 {
    let before = line.get(..at).unwrap();
    let units = match unit {
        ColumnUnit::Byte => before.len(),
        ColumnUnit::Char => before.chars().count(),
        ColumnUnit::Utf16 => before.encode_utf16().count(),
        // In printable ASCII a letter is a cell, even if a mark follows.
        ColumnUnit::Cell { .. } if before.bytes().all(|byte| matches!(byte, b' '..=b'~')) => at,
        ColumnUnit::Cell { tab_width } => text::cells_before(line, at, usize::from(tab_width)),
    };
    u32::try_from(units).unwrap() + 1
}

proptest! {
    #[test]
    fn locations_and_offsets_are_those_of_a_count(
        bytes in bytes(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
    ) {
        let sources = added(&bytes);
        let file = file(&sources);
        for place in places {
            let at = text::floor_char_boundary(file.text(), place.index(bytes.len() + 1));
            let line = file.line_of(u32::try_from(at).unwrap());
            let range = file.line_range(line).unwrap();
            let in_line = at.clamp(range.start, range.end) - range.start;
            let content = file.line(line).unwrap();
            for unit in UNITS {
                let found = file.location(u32::try_from(at).unwrap(), unit);
                let expected = counted(content, in_line, unit);
                prop_assert_eq!((found.line, found.col), (line, expected), "{:?} {}", unit, at);
                let offset = file.offset_of(line, found.col, unit).unwrap() as usize;
                prop_assert_eq!(counted(content, offset - range.start, unit), found.col);
                let naive = unit.bytes_before(content, found.col as usize - 1);
                prop_assert_eq!(offset - range.start, naive, "{:?} {}", unit, at);
                // Columns that are no column of a character, and those after the line.
                for col in [found.col + 1, found.col + 700, u32::MAX] {
                    let naive = unit.bytes_before(content, col as usize - 1);
                    let naive = range.start + text::floor_char_boundary(content, naive);
                    prop_assert_eq!(file.nearest_offset(line, col, unit) as usize, naive);
                }
                prop_assert_eq!(file.column_after(range.clone(), unit), unit.column_after(content));
            }
        }
    }

    #[test]
    fn both_ends_of_a_span_have_their_locations(
        bytes in bytes(),
        (lo, hi) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let sources = added(&bytes);
        let file = file(&sources);
        let at = |index: prop::sample::Index| index.index(bytes.len() + 1);
        let span = file.nearest_span(at(lo)..at(hi));
        for unit in UNITS {
            let expected = (file.location(span.lo(), unit), file.location(span.hi(), unit));
            prop_assert_eq!(file.ends(span, unit), expected);
            let expected = [span.lo(), span.hi()].map(|offset| file.position(offset, unit));
            prop_assert_eq!(file.positions(span, unit), expected);
        }
    }

    #[test]
    fn blanks_and_invalid_bytes_are_found(
        bytes in bytes(),
        (lo, hi) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let sources = added(&bytes);
        let file = file(&sources);
        let [lo, hi] = [lo, hi].map(|index| {
            text::floor_char_boundary(file.text(), index.index(bytes.len() + 1))
        });
        let range = lo.min(hi)..lo.max(hi);
        let content = file.text().get(range.clone()).unwrap();
        let visible = range.end - content.trim_start().len();
        prop_assert_eq!(file.visible_in(&range), visible);
        let raw = file.bytes().get(range.clone()).unwrap();
        prop_assert_eq!(file.is_lossy_in(range), raw != content.as_bytes());
    }
}

#[test]
fn long_blanks_of_all_kinds_are_skipped() {
    for blank in [" ", "\t", "\u{3000}", "\u{a0} "] {
        let text = format!("{}x{}", blank.repeat(3000), blank.repeat(2000));
        let sources = added(text.as_bytes());
        let file = file(&sources);
        let at = 3000 * blank.len();
        assert_eq!(file.visible_in(&(0..text.len())), at);
        assert_eq!(file.visible_in(&(at + 1..text.len())), text.len());
        assert_eq!(file.visible_in(&(3..at)), at);
    }
}

#[test]
fn short_lines_need_no_sums() {
    let sources = added("日本\n".repeat(10_000).as_bytes());
    let file = file(&sources);
    for offset in (0..file.len()).step_by(7) {
        assert!(file.location(offset, ColumnUnit::Utf16).col <= 3);
    }
    assert!(!file.has_columns());
}

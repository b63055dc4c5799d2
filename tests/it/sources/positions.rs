//! Offsets to lines and columns and back, in all units.

use proptest::prelude::*;
use vitte_diag::text::cells;
use vitte_diag::{ColumnUnit, SourceError, SourceFile, SourceMap, SourceText, Span};

const UNITS: [ColumnUnit; 5] = [
    ColumnUnit::Char,
    ColumnUnit::Byte,
    ColumnUnit::Utf16,
    ColumnUnit::Cell { tab_width: 4 },
    ColumnUnit::Cell { tab_width: 0 },
];

fn with_file<T>(text: impl Into<SourceText>, check: impl FnOnce(&SourceFile) -> T) -> T {
    let mut sources = SourceMap::new();
    let id = sources.insert("a.vitte", text);
    check(sources.file(id).unwrap())
}

/// Texts with everything that makes columns differ.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        " ",
        "\t",
        "é",
        "日本",
        "👩\u{200d}🔬",
        "𝄞",
        "e\u{301}",
        "\u{301}",
        "\r\n",
        "\n",
        "\r",
        "\u{1b}",
        "\u{202e}",
        "\u{feff}",
        "🇫🇷",
    ]);
    (any::<bool>(), prop::collection::vec(piece, 0..24)).prop_map(|(has_mark, pieces)| {
        if has_mark { format!("\u{feff}{}", pieces.concat()) } else { pieces.concat() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_offset_is_found_again(text in texts(), first_line in prop::sample::select(vec![1_u32, 2, 1000])) {
        with_file(SourceText::from(text.as_str()).with_first_line(first_line), |file| {
            for offset in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
                let offset = u32::try_from(offset).unwrap();
                for unit in UNITS {
                    let at = file.location(offset, unit);
                    let line = file.line_span(at.line).unwrap();
                    // A byte order mark and a line end have no columns of their own.
                    let visible = offset.clamp(line.lo(), line.hi());
                    let found = file.offset_of(at.line, at.col, unit).unwrap();
                    match unit {
                        ColumnUnit::Cell { tab_width } => {
                            let whole = text.get(line.range()).unwrap();
                            let ends = cells(whole, usize::from(tab_width)).scan(line.lo() as usize, |end, cluster| {
                                *end += cluster.text.len();
                                Some(*end)
                            });
                            let starts: Vec<_> = [line.lo() as usize].into_iter().chain(ends).collect();
                            prop_assert!(starts.contains(&(found as usize)), "{:?} {:?} {}", text, unit, offset);
                            // An offset inside of a cluster has no column of its own.
                            if starts.contains(&(visible as usize)) {
                                prop_assert_eq!(file.location(found, unit), at);
                            }
                        }
                        _ => prop_assert_eq!(found, visible, "{:?} {:?}", text, unit),
                    }
                    prop_assert_eq!(at.line, file.line_of(offset));
                }
            }
            Ok(())
        })?;
    }

    /// Every line and column is either an offset with that column, or an error that says what is wrong.
    #[test]
    fn every_line_and_column_is_an_offset_or_an_error(text in texts(), line in 0..12_u32, col in 0..40_u32) {
        with_file(text.as_str(), |file| {
            for unit in UNITS {
                match file.offset_of(line, col, unit) {
                    Ok(offset) => {
                        prop_assert!(text.is_char_boundary(offset as usize));
                        let at = file.location(offset, unit);
                        let is_inside = matches!(unit, ColumnUnit::Cell { .. }) && at.col < col;
                        prop_assert!(at.line == line && (at.col == col || is_inside));
                    }
                    Err(SourceError::NoSuchLine { first, last, .. }) => {
                        prop_assert_eq!((first, last), (1, file.line_count()));
                        prop_assert!(!(first..=last).contains(&line));
                    }
                    Err(SourceError::NoSuchColumn { max, .. }) => {
                        prop_assert!(!(1..=max).contains(&col));
                        let end = file.line_span(line).unwrap().hi();
                        prop_assert_eq!(file.location(end, unit).col, max);
                    }
                    Err(SourceError::InsideCharacter { .. }) => {
                        let is_fine = matches!(unit, ColumnUnit::Byte | ColumnUnit::Utf16);
                        prop_assert!(is_fine && !text.is_ascii());
                    }
                    Err(other) => prop_assert!(false, "{}", other),
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_nearest_span_is_valid_and_covers_the_range(text in texts(), lo in 0..60_usize, hi in 0..60_usize) {
        with_file(text.as_str(), |file| {
            let span = file.nearest_span(lo..hi);
            prop_assert_eq!(file.span(span.range()).unwrap(), span);
            let (lo, hi) = (lo.min(hi).min(text.len()), lo.max(hi).min(text.len()));
            prop_assert!(span.range().start <= lo && hi <= span.range().end);
            let is_valid = text.is_char_boundary(lo) && text.is_char_boundary(hi);
            prop_assert_eq!(is_valid, span.range() == (lo..hi));
            Ok(())
        })?;
    }
}

#[test]
fn columns_inside_a_character_are_errors_only_in_units_that_count_parts_of_it() {
    with_file("é𝄞\t日x", |file| {
        let found = |col, unit| file.offset_of(1, col, unit).map_err(|error| error.to_string());
        let inside = |at| Err(format!("byte {at} is inside a character"));
        assert_eq!(found(2, ColumnUnit::Byte), inside(1));
        assert_eq!(found(3, ColumnUnit::Byte), Ok(2));
        assert_eq!(found(3, ColumnUnit::Utf16), inside(2), "the second half of a surrogate pair");
        assert_eq!(found(4, ColumnUnit::Utf16), Ok(6));
        let cell = ColumnUnit::Cell { tab_width: 4 };
        assert_eq!(
            [3, 4, 5, 6, 7].map(|col| found(col, cell)),
            [Ok(6), Ok(6), Ok(7), Ok(7), Ok(10)]
        );
        let error = found(9, ColumnUnit::Char).unwrap_err();
        assert_eq!(error, "column 9 is not in line 1, which ends at column 6");
        assert!(found(0, ColumnUnit::Char).is_err() && found(u32::MAX, cell).is_err());
        assert!(file.offset_of(u32::MAX, 1, ColumnUnit::Char).is_err());
    });
}

#[test]
fn a_very_long_line_is_converted_both_ways() {
    let text = "é日x\t".repeat(1 << 13);
    with_file(text.as_str(), |file| {
        for unit in UNITS {
            let end = file.location(u32::MAX, unit);
            assert_eq!(file.offset_of(1, end.col, unit).unwrap(), file.len());
            let middle = file.location(7 << 12, unit);
            assert_eq!(file.offset_of(1, middle.col, unit).unwrap(), 7 << 12);
        }
    });
}

#[test]
fn spans_of_lines_and_files() {
    with_file("\u{feff}a\r\n\nb", |file| {
        let id = file.id();
        let spans: Vec<_> = (1..=3).map(|line| file.line_span(line).unwrap()).collect();
        assert_eq!(
            spans,
            [Span::between(id, 3, 4), Span::between(id, 6, 6), Span::between(id, 7, 8)]
        );
        assert!(file.line_span(0).is_err() && file.line_span(4).is_err());
        assert_eq!(file.full_span(), Span::between(id, 0, 8));
    });
    with_file("", |file| {
        assert_eq!(
            (file.full_span(), file.line_span(1).unwrap()),
            (Span::empty(file.id(), 0), Span::empty(file.id(), 0))
        );
        assert_eq!(file.offset_of(1, 1, ColumnUnit::Char).unwrap(), 0);
    });
}

#[test]
fn an_unavailable_file_has_no_offsets_of_columns() {
    let mut sources = SourceMap::new();
    let id = sources.add_unavailable("gone.vitte", []).unwrap();
    let file = sources.file(id).unwrap();
    assert!(matches!(
        file.offset_of(1, 1, ColumnUnit::Char),
        Err(SourceError::Unavailable { reason: None, .. })
    ));
    let (start, end) = (7, 3);
    assert_eq!(file.nearest_span(start..end), Span::between(id, 3, 7));
    assert!(file.full_span().is_empty() && file.load_error().is_none());
}

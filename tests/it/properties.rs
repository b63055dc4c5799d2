//! Properties of sources and output, for any bytes, spans and texts.
use proptest::prelude::*;
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{
    ColumnUnit, Diagnostic, DiagnosticBag, EmitterOptions, FileId, Format, HumanEmitter, SourceMap,
    text,
};

mod generate;

use generate::{CODE, bytes, diagnostic, map, sources, span, words};

use crate::common;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(750) })]

    /// Human output is UTF-8 without unsafe characters and without blanks at line ends, and has every diagnostic.
    #[test]
    fn human_output_is_safe_for_any_input(
        files in sources(),
        diagnostics in prop::collection::vec(diagnostic(), 1..4),
        (unicode, context, tab_width, width) in (any::<bool>(), 0..4_u16, any::<u8>(), 0..200_u16),
    ) {
        let sources = map(&files);
        let bag: DiagnosticBag = diagnostics.into_iter().collect();
        let settings = |emitter: HumanEmitter<Vec<u8>>| {
            emitter.with_unicode(unicode).with_context_lines(context).with_tab_width(tab_width).with_width(width)
        };
        let plain = common::human(&sources, &bag, settings);
        let bad = |c: &char| *c != '\n' && text::is_unsafe(*c);
        prop_assert_eq!(plain.chars().find(bad), None, "{:?}", plain);
        prop_assert!(plain.ends_with('\n') && !plain.ends_with("\n\n"), "{:?}", plain);
        for line in plain.lines() {
            prop_assert_eq!(line.trim_end_matches(' '), line);
        }
        let headers = plain.lines().filter(|line| {
            ["note[", "warning[", "error[", "fatal["].iter().any(|start| line.starts_with(start))
        });
        let with_code = bag.iter().filter(|entry| entry.diagnostic.code().is_some());
        prop_assert_eq!(headers.count(), with_code.count());

        let coloured = common::human(&sources, &bag, |emitter| settings(emitter).with_color(true));
        prop_assert_eq!(common::on_terminal(&coloured), (plain, Vec::new()));
    }

    /// JSON has no unsafe characters, has one line for each diagnostic, and parses back to the same values.
    #[test]
    fn json_is_safe_and_parses_back(files in sources(), diagnostics in prop::collection::vec(diagnostic(), 1..4)) {
        let sources = map(&files);
        let bag: DiagnosticBag = diagnostics.into_iter().collect();
        let json = common::json(&sources, &bag);
        prop_assert_eq!(json.chars().find(|&c| c != '\n' && text::is_unsafe(c)), None, "{}", json);
        prop_assert_eq!(json.lines().count(), bag.len());
        for (line, entry) in json.lines().zip(bag.ordered()) {
            let diagnostic = entry.diagnostic;
            let read: JsonDiagnostic<'_> = serde_json::from_str(line).expect("valid JSON");
            prop_assert_eq!(&read, &JsonDiagnostic::new(&sources, diagnostic, ColumnUnit::Char));
            prop_assert_eq!(read.severity, diagnostic.severity());
            prop_assert_eq!(read.code, diagnostic.code());
            prop_assert_eq!(&*read.message, diagnostic.message());
            prop_assert_eq!(read.help.as_deref(), diagnostic.help());
            let id = |path: &str| sources.files().find(|file| file.path() == path).expect("a known file").id();
            let again = read.to_diagnostic(id).expect("one primary label");
            prop_assert_eq!(again.backtrace(), diagnostic.backtrace());
            prop_assert_eq!(&JsonDiagnostic::new(&sources, &again, ColumnUnit::Char), &read);
            if bag.validate(&sources).is_empty() {
                prop_assert_eq!(&again, diagnostic);
            }
            let issues = bag.validate(&sources).into_iter().filter(|(seq, _)| *seq == entry.seq);
            let notes: Vec<String> = diagnostic.notes().map(str::to_owned)
                .chain(issues.map(|(_, issue)| issue.to_string())).collect();
            prop_assert_eq!(&read.notes, &notes);
            for (label, read) in diagnostic.labels().zip(&read.labels) {
                if bag.validate(&sources).is_empty() {
                    prop_assert_eq!((read.style, read.message.as_deref()), (label.style(), label.message()));
                    prop_assert_eq!((read.lo, read.hi), (label.span().lo(), label.span().hi()));
                }
            }
            for label in &read.labels {
                let file = sources.files().find(|file| file.path() == label.file).expect("a known file");
                prop_assert!(label.lo <= label.hi && label.hi <= file.len());
                prop_assert!(label.line >= 1 && label.line <= file.line_count() && label.col >= 1);
            }
        }
    }

    /// Every format writes any diagnostic, always the same bytes.
    #[test]
    fn every_format_writes_any_diagnostic(files in sources(), diagnostics in prop::collection::vec(diagnostic(), 1..4)) {
        let sources = map(&files);
        let bag: DiagnosticBag = diagnostics.into_iter().collect();
        for format in Format::ALL {
            let write = || {
                let mut out = Vec::new();
                let mut emitter = format.emitter(&mut out, &EmitterOptions::default());
                bag.emit(&sources, &mut emitter).expect("memory is writable");
                drop(emitter);
                out
            };
            let out = String::from_utf8(write()).expect("UTF-8");
            let is_line_end = |at: usize| matches!(&out.as_bytes()[at..], [b'\n', ..] | [b'\r', b'\n', ..]);
            let is_unsafe = |(at, c)| text::is_unsafe(c) && !is_line_end(at);
            prop_assert_eq!(out.char_indices().find(|&one| is_unsafe(one)), None, "{}: {}", format, out);
            prop_assert_eq!(&write(), out.as_bytes());
        }
    }

    /// The carets of a valid span are below the characters that it covers.
    #[test]
    fn carets_are_below_the_marked_text(
        before in words(), marked in "[a-z0-9+日本é🎉]{1,6}", after in words(),
        (tab_width, width) in (1..17_u8, 40..200_u16),
    ) {
        let mut sources = SourceMap::new();
        let whole = format!("{before}{marked}{after}");
        let file = sources.add("a.vitte", whole.clone()).expect("small");
        let span = sources.span(file, before.len()..before.len() + marked.len()).expect("valid");
        let bag: DiagnosticBag = [Diagnostic::error(CODE, span, "m")].into_iter().collect();
        let out = common::human(&sources, &bag, |emitter| emitter.with_tab_width(tab_width).with_width(width));

        let lines: Vec<&str> = out.lines().collect();
        let carets = lines.iter().rposition(|line| line.trim_start().starts_with('|') && line.contains('^'));
        let carets = carets.expect("a line of carets");
        // The row above may itself contain bars and carets.
        let caret_cell = lines[carets].find('^').expect("found above");
        let under = text::cells(lines[carets - 1], 1).find(|cluster| cluster.start == caret_cell);
        // The marked text may share a grapheme cluster with the text before or after it.
        let under = under.map_or("", |cluster| cluster.text);
        prop_assert!(under.contains(marked.chars().next().expect("not empty")), "{}", out);
        let mut end = 0;
        let touched = text::cells(&whole, usize::from(tab_width)).filter(|cluster| {
            end += cluster.text.len();
            end - cluster.text.len() < before.len() + marked.len() && end > before.len()
        });
        let cells: usize = touched.map(|cluster| cluster.cells()).sum();
        let drawn = lines[carets].matches('^').count();
        prop_assert!(drawn == cells || lines[carets - 1].contains("..."), "{} of {}:\n{}", drawn, cells, out);
    }

    /// An empty span has one caret, at any offset.
    #[test]
    fn an_empty_span_has_one_caret(text in words(), at in any::<prop::sample::Index>()) {
        let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        offsets.push(text.len());
        let at = offsets[at.index(offsets.len())];
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", text.replace('^', "x")).expect("small");
        let span = sources.span(file, at..at).expect("valid");
        let bag: DiagnosticBag = [Diagnostic::error(CODE, span, "m")].into_iter().collect();
        let out = common::human(&sources, &bag, |emitter| emitter);
        prop_assert_eq!(out.matches('^').count(), 1, "{}", out);
    }

    /// Reading malformed JSON, or JSON that lacks a field, is an error.
    #[test]
    fn reading_malformed_json_is_an_error(diagnostic in diagnostic(), cut in any::<prop::sample::Index>(), noise in words()) {
        let json = common::json(&map(&[]), &[diagnostic].into_iter().collect());
        let at = common::boundary(&json, cut.index(json.len() - 1));
        prop_assert!(serde_json::from_str::<JsonDiagnostic<'_>>(&json[..at]).is_err());
        let _ = serde_json::from_str::<JsonDiagnostic<'_>>(&noise);
        let whole: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&json).expect("JSON");
        let optional = ["children", "trace", "tags", "suggestions", "backtrace", "file"];
        for key in whole.keys().filter(|key| !optional.contains(&key.as_str())) {
            let mut lacking = whole.clone();
            lacking.remove(key);
            let read = serde_json::from_value::<JsonDiagnostic<'_>>(lacking.into());
            prop_assert!(read.is_err(), "without {}", key);
        }
    }

    /// The order of output is total: by its keys, and with every sequence number once.
    #[test]
    fn order_is_total(diagnostics in prop::collection::vec(diagnostic(), 0..30)) {
        let bag: DiagnosticBag = diagnostics.into_iter().collect();
        let keys: Vec<_> = bag.ordered().iter().map(|entry| {
            let lo = entry.diagnostic.primary().map_or(0, |primary| primary.span().lo());
            (entry.diagnostic.file().unwrap_or(FileId::DUMMY), lo, std::cmp::Reverse(entry.diagnostic.severity()), entry.seq)
        }).collect();
        prop_assert!(keys.is_sorted_by(|a, b| a < b), "two keys are equal or out of order");
        let mut numbers: Vec<_> = keys.iter().map(|key| key.3).collect();
        numbers.sort_unstable();
        prop_assert!(numbers.into_iter().eq(0..bag.len() as u64));
    }

    /// If the bags of several units of work are merged in the order of the units, the output is that of a
    /// single bag, in whatever order threads finish the units.
    #[test]
    fn merged_output_does_not_depend_on_the_order_of_threads(
        files in sources(),
        units in prop::collection::vec(prop::collection::vec(diagnostic(), 0..4), 1..6),
        threads in 1..5_usize,
    ) {
        let sources = map(&files);
        let one_by_one: DiagnosticBag = units.iter().flatten().cloned().collect();
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (send, units) = (send.clone(), &units);
                scope.spawn(move || {
                    for (index, unit) in units.iter().enumerate().skip(thread).step_by(threads) {
                        let bag: DiagnosticBag = unit.iter().cloned().collect();
                        send.send((index, bag)).expect("the receiver exists");
                    }
                });
            }
        });
        drop(send);
        let mut finished: Vec<(usize, DiagnosticBag)> = receive.iter().collect();
        finished.sort_by_key(|(unit, _)| *unit);
        let merged: DiagnosticBag = finished.into_iter().map(|(_, bag)| bag).collect();
        prop_assert_eq!(&merged, &one_by_one);
        prop_assert_eq!(common::human(&sources, &merged, |e| e), common::human(&sources, &one_by_one, |e| e));
        prop_assert_eq!(common::json(&sources, &merged), common::json(&sources, &one_by_one));
    }

    /// The message of every label is shown once, for any span. Where labels are close together, a word is torn.
    #[test]
    fn the_message_of_every_label_is_shown(
        text in words(), spans in prop::collection::vec(span(), 1..7),
        (unicode, context, width) in (any::<bool>(), 0..3_u16, 0..100_u16),
    ) {
        let mut sources = SourceMap::new();
        sources.add("a.vitte", text).expect("small");
        sources.add("b.vitte", "x\n".repeat(90)).expect("small");
        // No other text has these letters.
        let letters = ["α", "β", "γ", "δ", "ε", "ζ"];
        let mut diagnostic = Diagnostic::error(CODE, spans[0], "m").with_label(letters[0].repeat(9));
        for (span, letter) in spans.iter().zip(letters).skip(1) {
            diagnostic.add_secondary(*span, letter.repeat(9));
        }
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        let out = common::human(&sources, &bag, |emitter| {
            emitter.with_unicode(unicode).with_context_lines(context).with_width(width)
        });
        for letter in letters.iter().take(spans.len()) {
            prop_assert_eq!(out.matches(letter).count(), 9, "{}", out);
        }
    }

    /// A row that is not shortened contains every character of its line.
    #[test]
    fn no_character_of_a_row_is_lost(line in "[a-z \u{301}\u{200b}\u{200d}\u{fe0f}日🎉\u{1b}]{1,40}", at in any::<prop::sample::Index>()) {
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", line.clone()).expect("small");
        let at = common::boundary(&line, at.index(line.len()));
        let span = sources.span(file, at..at).expect("valid");
        let bag: DiagnosticBag = [Diagnostic::error(CODE, span, "m")].into_iter().collect();
        let out = common::human(&sources, &bag, |emitter| emitter.with_width(500));
        let row = out.lines().find_map(|row| row.strip_prefix("1 |")).expect("a row");
        let shown = text::one_line(&line);
        prop_assert_eq!(row.trim(), shown.trim_matches(' '), "{:?}", out);
    }

    /// A row is not wider than the configured width, for any text.
    #[test]
    fn rows_fit_the_width(
        text in prop::collection::vec(words(), 1..40).prop_map(|words| words.concat()),
        spans in prop::collection::vec((any::<prop::sample::Index>(), 0..9_usize), 1..4),
        width in 60..140_u16,
    ) {
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", text.clone()).expect("small");
        let span = |(at, len): &(prop::sample::Index, usize)| {
            let lo = common::boundary(&text, at.index(text.len() + 1));
            let hi = (lo + len..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            sources.span(file, lo..hi).expect("valid")
        };
        let mut diagnostic = Diagnostic::error(CODE, span(&spans[0]), "m");
        for other in &spans[1..] {
            diagnostic.add_secondary(span(other), "");
        }
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        let out = common::human(&sources, &bag, |emitter| emitter.with_width(width));
        for row in out.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit())) {
            let cells = text::width_of(row);
            prop_assert!(cells <= usize::from(width), "{} cells of {}:\n{}", cells, width, out);
        }
    }

    /// The methods of a source do not panic for any bytes, and agree with each other.
    #[test]
    fn a_source_accepts_any_bytes(bytes in bytes(), lo in any::<u32>(), line in any::<u32>()) {
        let mut sources = SourceMap::new();
        let file = sources.add("a", bytes.clone()).expect("small");
        let source = sources.file(file).expect("added");
        prop_assert_eq!(source.bytes(), &bytes[..]);
        prop_assert_eq!(source.text().len(), bytes.len());
        prop_assert_eq!(source.is_lossy(), std::str::from_utf8(&bytes).is_err());
        prop_assert!(source.line_of(lo) <= source.line_count());
        prop_assert_eq!(source.line(line).is_some(), (1..=source.line_count()).contains(&line));
        for line in 1..=source.line_count() {
            prop_assert!(!source.line(line).expect("a line").contains('\n'));
        }
        if sources.span(file, lo..lo).is_ok() {
            prop_assert!(source.text().is_char_boundary(lo as usize));
        }
    }
}

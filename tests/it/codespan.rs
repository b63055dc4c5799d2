//! Conversion for codespan-reporting: it draws our sources and diagnostics like its own.
use codespan_reporting::diagnostic as theirs;
use codespan_reporting::files::{Error, Files, SimpleFiles};
use codespan_reporting::term::{self, Config};
use proptest::prelude::*;
use vitte_diag::{
    Applicability, Child, Diagnostic, Edit, FileId, Frame, Severity, SourceMap, Span, Suggestion,
    TraceStep, code,
};

const BOM: &str = "\u{feff}";

/// Pieces of texts: line ends of every kind, wide and zero-width characters.
const PIECES: [&str; 12] =
    ["a", "let x = 1", " ", "\t", "\n", "\r\n", "\r", "é", "日本", "🎉", "e\u{301}", BOM];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30)
        .prop_map(|pieces| pieces.concat())
}

/// A text without a byte order mark at its start: after one, the columns differ.
fn text_without_mark() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.trim_start_matches(BOM).to_owned())
}

/// Labels in the first `files` files: most in or near the text, some far past its end.
fn labels(files: u32) -> impl Strategy<Value = Vec<(Span, String)>> {
    let offset = || prop_oneof![20 => 0..80_u32, 1 => any::<u32>()];
    let span = (0..files, offset(), offset()).prop_map(|(file, a, b)| {
        Span::new(FileId::new(file), a.min(b), a.max(b)).expect("in order")
    });
    prop::collection::vec((span, "[a-z]{0,3}"), 1..5)
}

fn diagnostic(labels: &[(Span, String)]) -> Diagnostic {
    let (primary, message) = labels[0].clone();
    let first = Diagnostic::warning(code!("W0100"), primary, "a message").with_label(message);
    labels[1..].iter().fold(first, |diagnostic, (span, message)| {
        diagnostic.with_secondary(*span, message.clone())
    })
}

/// The same files as a `SourceMap` and as `SimpleFiles`.
fn files(texts: &[String]) -> (SourceMap, SimpleFiles<String, String>) {
    let (mut ours, mut theirs) = (SourceMap::new(), SimpleFiles::new());
    for (index, text) in texts.iter().enumerate() {
        let name = format!("{index}.vitte");
        ours.add(&name, text.as_str()).expect("small");
        theirs.add(name, text.clone());
    }
    (ours, theirs)
}

fn drawn<'a, F: Files<'a>>(files: &'a F, diagnostic: &theirs::Diagnostic<F::FileId>) -> String {
    term::emit_into_string(&Config::default(), files, diagnostic).expect("all files are available")
}

/// Converts the file ids of a diagnostic to those of `SimpleFiles`.
fn renumbered(diagnostic: theirs::Diagnostic<FileId>) -> theirs::Diagnostic<usize> {
    let labels = diagnostic.labels.into_iter().map(|label| theirs::Label {
        style: label.style,
        file_id: label.file_id.index() as usize,
        range: label.range,
        message: label.message,
    });
    theirs::Diagnostic {
        severity: diagnostic.severity,
        code: diagnostic.code,
        message: diagnostic.message,
        labels: labels.collect(),
        notes: diagnostic.notes,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    /// Every byte and every line has the same location as in `SimpleFiles`, also past the end.
    #[test]
    fn files_behave_like_simple_files(text in text()) {
        let (sources, simple) = files(std::slice::from_ref(&text));
        let id = FileId::new(0);
        prop_assert_eq!(sources.source(id).unwrap(), &text);
        for byte in (0..text.len() + 5).chain([u32::MAX as usize, usize::MAX]) {
            prop_assert_eq!(sources.line_index(id, byte).unwrap(), simple.line_index(0, byte).unwrap());
            let ours = Files::location(&sources, id, byte).unwrap();
            let expected = simple.location(0, byte).unwrap();
            prop_assert_eq!(ours.line_number, expected.line_number);
            let is_after_mark = expected.line_number == 1 && text.starts_with(BOM) && byte >= BOM.len();
            prop_assert_eq!(ours.column_number + usize::from(is_after_mark), expected.column_number);
        }
        let lines = text.split('\n').count();
        for line in 0..lines {
            prop_assert_eq!(sources.line_range(id, line).unwrap(), simple.line_range(0, line).unwrap());
            prop_assert_eq!(sources.line_number(id, line).unwrap(), line + 1);
        }
        for line in [lines, lines + 1, u32::MAX as usize, usize::MAX] {
            let error = sources.line_range(id, line).unwrap_err();
            let is_expected = matches!(error, Error::LineTooLarge { given, max } if (given, max) == (line, lines - 1));
            prop_assert!(is_expected, "{:?}", error);
        }
    }

    /// A diagnostic with our files is drawn like one with `SimpleFiles`, for any spans.
    #[test]
    fn our_files_are_drawn_like_simple_files(
        texts in prop::collection::vec(text_without_mark(), 2), labels in labels(2),
    ) {
        let (sources, simple) = files(&texts);
        let ours = theirs::Diagnostic::from(diagnostic(&labels));
        prop_assert_eq!(drawn(&sources, &ours), drawn(&simple, &renumbered(ours)));
    }

    /// A file that is not available is the error `FileMissing`, not a panic.
    #[test]
    fn unavailable_files_are_errors(texts in prop::collection::vec(text(), 2), labels in labels(5)) {
        let (mut sources, _) = files(&texts);
        sources.add_unavailable("elsewhere.vitte", []).unwrap();
        let ours = theirs::Diagnostic::from(&diagnostic(&labels));
        let drawn = term::emit_into_string(&Config::default(), &sources, &ours);
        if labels.iter().all(|(span, _)| span.file().index() < 2) {
            prop_assert!(drawn.unwrap().starts_with("warning[W0100]: a message\n"));
        } else {
            prop_assert!(matches!(drawn, Err(Error::FileMissing)), "{:?}", drawn);
        }
    }
}

#[test]
fn a_byte_order_mark_is_in_the_first_line_and_has_no_column() {
    let (sources, _) = files(&["\u{feff}ab\nc".to_owned()]);
    let id = FileId::new(0);
    assert_eq!(sources.line_range(id, 0).unwrap(), 0..6);
    let column = |byte| Files::location(&sources, id, byte).unwrap().column_number;
    assert_eq!([0, 3, 4, 6].map(column), [1, 1, 2, 1]);
}

#[test]
fn every_method_returns_file_missing_for_an_unavailable_file() {
    let mut sources = SourceMap::new();
    let missing = sources.add_unavailable("elsewhere.vitte", []).unwrap();
    for id in [missing, FileId::new(7), FileId::DUMMY] {
        assert!(matches!(sources.name(id), Err(Error::FileMissing)));
        assert!(matches!(sources.source(id), Err(Error::FileMissing)));
        assert!(matches!(sources.line_index(id, 0), Err(Error::FileMissing)));
        assert!(matches!(sources.line_range(id, 0), Err(Error::FileMissing)));
        assert!(matches!(sources.column_number(id, 0, 0), Err(Error::FileMissing)));
        assert!(matches!(Files::location(&sources, id, 0), Err(Error::FileMissing)));
    }
}

#[test]
fn names_are_safe_to_show() {
    let mut sources = SourceMap::new();
    let id = sources.add("a\u{1b}[31m\nb.vitte", "x").unwrap();
    assert_eq!(sources.name(id).unwrap(), "a␛[31m\\nb.vitte");
}

#[test]
fn every_part_of_a_diagnostic_is_converted() {
    let (file, dummy) = (FileId::new(3), Span::DUMMY);
    let (first, second) = (Span::new(file, 4, 7).unwrap(), Span::empty(file, 2));
    let edit = Edit::remove(first);
    let ours = Diagnostic::error(code!("E0100"), first, "what is wrong")
        .with_secondary(second, "why")
        .with_secondary(dummy, "why there is no location")
        .with_secondary(dummy, "")
        .with_label("here")
        .with_note("know this")
        .with_help("do this")
        .with_backtrace([Frame::new("f"), Frame::new("main")].into_iter().collect())
        .with_suggestion(Suggestion::single("remove it", edit, Applicability::MachineApplicable));
    let expected = theirs::Diagnostic::error()
        .with_code("E0100")
        .with_message("what is wrong")
        .with_label(theirs::Label::primary(file, 4..7).with_message("here"))
        .with_label(theirs::Label::secondary(file, 2..2).with_message("why"))
        .with_note("help: do this")
        .with_note("note: know this")
        .with_note("note: why there is no location")
        .with_note("help: remove it")
        .with_note("backtrace:\n0: f\n1: main");
    assert_eq!(theirs::Diagnostic::from(&ours), expected);
    assert_eq!(theirs::Diagnostic::from(ours), expected);
}

#[test]
fn fatal_is_a_bug_and_other_severities_keep_their_names() {
    use Severity::{Error, Fatal, Note, Warning};
    let severity = |severity| {
        let ours = Diagnostic::new(severity, code!("X1"), Span::DUMMY, "m");
        theirs::Diagnostic::from(ours).severity
    };
    let expected = [
        theirs::Severity::Note,
        theirs::Severity::Warning,
        theirs::Severity::Error,
        theirs::Severity::Bug,
    ];
    assert_eq!([Note, Warning, Error, Fatal].map(severity), expected);
}

#[test]
fn a_diagnostic_without_a_location_is_drawn_without_a_snippet() {
    let ours = Diagnostic::error(code!("E1"), Span::DUMMY, "m").with_help("h").into();
    assert_eq!(drawn(&SourceMap::new(), &ours), "error[E1]: m\n = help: h\n\n");
}

#[test]
fn a_diagnostic_converts_there_and_back() {
    let (one, two) = (Span::between(FileId::new(0), 3, 5), Span::between(FileId::new(1), 0, 9));
    let plain = Diagnostic::error(code!("E0308"), one, "mismatched types").with_label("here");
    let full = Diagnostic::new(Severity::Fatal, None, one, "no code")
        .with_secondary(two, "there")
        .with_secondary(one, "")
        .with_help("help comes first")
        .with_note("a note")
        .with_note("another");
    for ours in [plain, full, Diagnostic::without_location(Severity::Warning, None, "nowhere")] {
        let converted = theirs::Diagnostic::<FileId>::from(&ours);
        assert_eq!(Diagnostic::from(converted), ours);
    }
}

#[test]
fn everything_of_theirs_is_kept() {
    let label = |style, file, range, message: &str| {
        theirs::Label::new(style, file, range).with_message(message)
    };
    let (primary, secondary) = (theirs::LabelStyle::Primary, theirs::LabelStyle::Secondary);
    #[allow(clippy::reversed_empty_ranges, reason = "a defect of a caller")]
    let labels = vec![
        label(secondary, 'b', 1..2, "first"),
        label(primary, 'a', 3..4, "second"),
        label(primary, 'a', 9..7, "third"),
    ];
    let notes = ["a note", "help: too late", "note: a prefix"].map(str::to_owned).to_vec();
    let converted = Diagnostic::from_codespan(
        theirs::Diagnostic {
            severity: theirs::Severity::Help,
            code: Some("two words".to_owned()),
            message: "m".to_owned(),
            labels,
            notes,
        },
        |file| FileId::new(u32::from(*file != 'a')),
    );
    let span = |file, lo, hi| Span::between(FileId::new(file), lo, hi);
    let expected = Diagnostic::note(None, span(0, 3, 4), "m")
        .with_label("second")
        .with_secondary(span(1, 1, 2), "first")
        .with_secondary(span(0, 7, 9), "third")
        .with_note("a note")
        .with_child(Child::help("too late"))
        .with_child(Child::note("a prefix"))
        .with_note("code: two words");
    assert_eq!(converted, expected);
}

#[test]
fn children_and_steps_become_labels_and_notes() {
    let (at, other) = (Span::between(FileId::new(0), 3, 5), Span::between(FileId::new(1), 0, 9));
    let ours = Diagnostic::error(None, at, "m")
        .with_child(Child::note("required by this bound").with_label(other, ""))
        .with_child(Child::help("use `clone`"))
        .with_step(TraceStep::expansion("in this expansion of `sum!`").with_span(other))
        .with_step(TraceStep::import("imported by the prelude"));
    let converted = theirs::Diagnostic::from(ours);
    let labels: Vec<_> =
        converted.labels.iter().map(|label| (label.file_id, &*label.message)).collect();
    let (zero, one) = (FileId::new(0), FileId::new(1));
    assert_eq!(
        labels,
        [(zero, ""), (one, "required by this bound"), (one, "in this expansion of `sum!`")]
    );
    assert_eq!(
        converted.notes,
        ["note: required by this bound", "help: use `clone`", "note: imported by the prelude"]
    );
}

//! Diagnostics that are many, or have many parts, as all formats write them.

use vitte_diag::{
    Applicability, Backtrace, Child, Code, Diagnostic, DiagnosticBag, Edit, FileId, SourceMap,
    Span, Suggestion, TraceStep, codes,
};

use crate::{Case, Cost, Formats};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |formats, name, size, create| {
        cases.push(Case { name, size, cost: Cost::Emit(create, formats) });
    };
    add(Formats::All, "diagnostics on one long line", 16_000, |n| on_one_line(ASCII, n));
    add(Formats::All, "the same, wide characters", 16_000, |n| on_one_line(WIDE, n));
    add(Formats::All, "the same, not UTF-8", 16_000, |n| on_one_line(LOSSY, n));
    add(Formats::All, "the same, lone carriage returns", 16_000, |n| on_one_line(RETURNS, n));
    add(Formats::All, "the same, empty spans before blanks", 16_000, |n| on_one_line(BLANKS, n));
    add(Formats::Cells, "the same, in cells: wide characters", 16_000, |n| on_one_line(WIDE, n));
    add(Formats::Cells, "the same, in cells: combining marks", 16_000, |n| on_one_line(MARKS, n));
    add(Formats::Cells, "the same, in cells: tabs", 16_000, |n| on_one_line(TABS, n));
    add(Formats::All, "diagnostics on short lines", 16_000, |n| many(n, n, b"let x = 1\n"));
    add(Formats::All, "edits of one suggestion on one line", 8_000, |n| edits(n, " "));
    add(Formats::All, "edits of one suggestion on many lines", 8_000, |n| edits(n, "\n"));
    add(Formats::All, "suggestions of one diagnostic", 4_000, suggestions);
    add(Formats::All, "alternatives of one suggestion", 4_000, alternatives);
    add(Formats::All, "labels on one line", 8_000, |n| labels(n, "x "));
    add(Formats::All, "labels on many lines", 8_000, |n| labels(n, "x\n"));
    add(Formats::All, "labels in many files", 8_000, labels_in_files);
    add(Formats::Unlimited, "labels on one line, no limit", 8_000, |n| labels(n, "x "));
    add(Formats::Unlimited, "labels on many lines, no limit", 8_000, |n| labels(n, "x\n"));
    add(Formats::Unlimited, "nested labels, no limit", 4_000, nested);
    add(Formats::All, "nested labels", 4_000, nested);
    add(Formats::All, "children", 8_000, children);
    add(Formats::All, "notes", 8_000, notes);
    add(Formats::All, "steps of a trace", 8_000, steps);
    add(Formats::All, "frames of a backtrace", 8_000, frames);
    add(Formats::All, "lines of a message", 16_000, message);
    add(Formats::All, "invalid spans", 8_000, invalid);
    add(Formats::All, "files with one diagnostic each", 16_000, files);
    add(Formats::All, "virtual files and diagnostics without a location", 8_000, unlocated);
    add(Formats::All, "codes", 8_000, many_codes);
    add(Formats::All, "diagnostics with one message", 16_000, |n| many(n, 1, b"let x = 1\n"));
    add(Formats::All, "embedded files with one diagnostic each", 8_000, embedded);
    add(Formats::All, "pieces of an embedded file", 8_000, pieces);
    cases
}

const ASCII: &[u8] = b"let first = second + third * 42; /* */ ";
const WIDE: &[u8] = "let 日本 = 名前 + 🎉 * é; /* */ ".as_bytes();
const LOSSY: &[u8] = b"let \xff\xfe = second + third * 42; /* \xe9 */";
const RETURNS: &[u8] = b"let first = second\r+ third * 42; /* */ ";
const BLANKS: &[u8] = b"                                        ";
const MARKS: &[u8] = "let e\u{301}a\u{308}o\u{302}\u{303} = x + third * 42; ".as_bytes();
const TABS: &[u8] = b"let\tfirst\t=\tsecond\t+ third\t* 42; /* */\t";

fn one_file(text: impl Into<Vec<u8>>) -> (SourceMap, FileId) {
    let mut sources = SourceMap::with_root("/work");
    let file = sources.insert("src/main.vitte", text.into());
    (sources, file)
}

fn span(file: FileId, lo: usize, hi: usize) -> Span {
    Span::between(file, lo, hi)
}

fn one(sources: SourceMap, diagnostic: Diagnostic) -> (SourceMap, DiagnosticBag) {
    (sources, [diagnostic].into_iter().collect())
}

fn error(span: Span) -> Diagnostic {
    Diagnostic::error(codes::E0001, span, "unexpected character")
}

/// One line of `count` pieces, each with a diagnostic.
pub(crate) fn on_one_line(piece: &[u8], count: usize) -> (SourceMap, DiagnosticBag) {
    many(count, count, piece)
}

/// `count` pieces, each with a diagnostic, with `messages` different messages.
fn many(count: usize, messages: usize, piece: &[u8]) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file(piece.repeat(count));
    let is_blank = piece.iter().all(|byte| *byte == b' ');
    let mut bag = DiagnosticBag::new();
    for at in 0..count {
        let (lo, message) = (at * piece.len(), format!("unexpected {}", at % messages));
        let hi = if is_blank { lo } else { lo + 3 };
        let other = span(file, lo + piece.len() - 1, lo + piece.len());
        bag.push_error(codes::E0001, span(file, lo, hi), message).add_secondary(other, "here");
    }
    (sources, bag)
}

fn edits(count: usize, separator: &str) -> (SourceMap, DiagnosticBag) {
    let piece = format!("let é = 1;{separator}");
    let (sources, file) = one_file(piece.repeat(count));
    let edit = |at| Edit::replace(span(file, at * piece.len() + 4, at * piece.len() + 6), "e");
    let edits = Suggestion::new("rename", (0..count).map(edit), Applicability::MaybeIncorrect);
    one(sources, error(span(file, 0, 3)).with_suggestion(edits.unwrap()))
}

fn suggestions(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = 1;\n".repeat(count));
    let mut diagnostic = error(span(file, 0, 3));
    for at in 0..count {
        let edit = Edit::insert(file, u32::try_from(at * 11).unwrap(), "pub ");
        diagnostic.add_suggestion(Suggestion::single("add", edit, Applicability::MaybeIncorrect));
    }
    one(sources, diagnostic)
}

fn alternatives(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = 1;\n".repeat(count));
    let edits = (0..count).map(|at| [Edit::insert(file, 0, format!("use a{at};\n"))]);
    let suggestion = Suggestion::with_alternatives("use", edits, Applicability::MaybeIncorrect);
    one(sources, error(span(file, 0, 3)).with_suggestion(suggestion.unwrap()))
}

fn labels(count: usize, piece: &str) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file(piece.repeat(count));
    let at = |at| span(file, at * piece.len(), at * piece.len() + 1);
    one(sources, error(at(0)).with_labels((1..count).map(|n| (at(n), "here"))))
}

fn labels_in_files(count: usize) -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::with_root("/work");
    let files: Vec<_> =
        (0..count).map(|n| sources.insert(format!("src/{n}.vitte"), "let x = 1\n")).collect();
    let labels = files.iter().map(|file| (span(*file, 4, 5), "here"));
    one(sources, error(span(files[0], 0, 3)).with_labels(labels))
}

fn nested(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("x\n".repeat(2 * count));
    let at = |n: usize| span(file, 2 * n, 2 * (2 * count - n) - 1);
    one(sources, error(at(0)).with_labels((1..count).map(|n| (at(n), "here"))))
}

fn children(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = 1\n".repeat(count));
    let child = |n| Child::note("defined here").with_label(span(file, n * 10, n * 10 + 3), "it");
    let diagnostic = error(span(file, 0, 3));
    one(sources, (0..count).fold(diagnostic, |it, n| it.with_child(child(n))))
}

fn notes(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = 1\n");
    let diagnostic = error(span(file, 0, 3));
    one(sources, (0..count).fold(diagnostic, |it, n| it.with_note(format!("note {n}"))))
}

fn steps(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = 1\n".repeat(count));
    let step = |n| TraceStep::call("called here").with_span(span(file, n * 10, n * 10 + 3));
    let diagnostic = error(span(file, 0, 3));
    one(sources, (0..count).fold(diagnostic, |it, n| it.with_step(step(n))))
}

fn frames(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = 1\n");
    let lines = (0..count).map(|n| format!("{n:4}: my::function{}\n  at src/a.rs:{n}:5\n", n % 7));
    let backtrace = Backtrace::from_text(&lines.collect::<String>());
    one(sources, error(span(file, 0, 3)).with_backtrace(backtrace))
}

fn message(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = 1\n");
    let text = "a line of a message with é, words and more words\n".repeat(count);
    let diagnostic = Diagnostic::error(codes::E0001, span(file, 0, 3), text.clone());
    one(sources, diagnostic.with_note(text.replace('\n', " ")))
}

fn invalid(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("é");
    let labels = (0..count).map(|n| match n % 3 {
        0 => (span(file, 1, 2), "inside"),
        1 => (span(file, 9, 10 + n), "outside"),
        _ => (span(FileId::new(7), 0, 1), "nowhere"),
    });
    one(sources, error(span(file, 0, 2)).with_labels(labels))
}

fn files(count: usize) -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::with_root("/work");
    let mut bag = DiagnosticBag::new();
    for n in 0..count {
        let file = sources.insert(format!("src/dir{}/file{n}.vitte", n % 100), "let x = @\n");
        bag.push(error(span(file, 8, 9)));
    }
    (sources, bag)
}

fn unlocated(count: usize) -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::with_root("/work");
    let mut bag = DiagnosticBag::new();
    for n in 0..count {
        sources.insert(format!("<input {n}>"), "let x = @\n");
        bag.push_error(None, Span::DUMMY, format!("undefined symbol {n}"));
    }
    (sources, bag)
}

fn many_codes(count: usize) -> (SourceMap, DiagnosticBag) {
    let (sources, file) = one_file("let x = @\n");
    let mut bag = DiagnosticBag::new();
    for n in 0..count {
        bag.push_error(Code::new(&format!("lint::rule{n}")).unwrap(), span(file, 8, 9), "m");
    }
    (sources, bag)
}

fn embedded(count: usize) -> (SourceMap, DiagnosticBag) {
    let (mut sources, outer) = one_file("`SELECT 1`;\n".repeat(count));
    let mut bag = DiagnosticBag::new();
    for n in 0..count {
        let file = sources.embed(span(outer, n * 12 + 1, n * 12 + 9)).unwrap();
        bag.push(error(span(file, 7, 8)));
    }
    (sources, bag)
}

fn pieces(count: usize) -> (SourceMap, DiagnosticBag) {
    use vitte_diag::{EmbeddedPiece, EmbeddedText};
    let (mut sources, outer) = one_file("  x = 1\n".repeat(count));
    let pieces = (0..count).flat_map(|n| {
        let at = n * 8;
        let blanks = EmbeddedPiece::replaced(span(outer, at, at + 2), "");
        [blanks, EmbeddedPiece::copied(span(outer, at + 2, at + 8))]
    });
    let text = EmbeddedText::from_pieces(span(outer, 0, count * 8), pieces);
    let file = sources.embed(text).unwrap();
    let mut bag = DiagnosticBag::new();
    for n in 0..count {
        bag.push(error(span(file, n * 6, n * 6 + 1)));
    }
    (sources, bag)
}

//! Readers of rustc's JSON: the crate `cargo_metadata`, which rust-analyzer, bacon and others use, and our own reader.

use cargo_metadata::diagnostic::{Applicability, Diagnostic as Read, DiagnosticLevel};
use serde_json::Value;
use vitte_diag::read::InputFormat;
use vitte_diag::{
    Child, Diagnostic, DiagnosticBag, DiagnosticStyle, Edit, Format, Frame, Severity, SourceMap,
    Span, Suggestion, TraceStep, code,
};

use super::{one, with_options};
use crate::common::ten::ten;
use crate::common::{self, json};
use crate::formats::rich::rich;

fn read(out: &str) -> Vec<Read> {
    out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// `Message::parse_stream` needs a `reason`, which cargo adds around the diagnostic.
#[test]
fn cargo_metadata_reads_every_diagnostic() {
    for (sources, bag) in [ten(), rich()] {
        let out = common::written(Format::Rustc, &sources, &bag);
        let all = read(&out);
        assert_eq!(all.len(), bag.len());
        for (read, entry) in all.iter().zip(bag.ordered_in(&sources)) {
            let diagnostic = entry.diagnostic;
            assert_eq!(read.message, diagnostic.message());
            let code = read.code.as_ref().map(|code| code.code.clone());
            assert_eq!(code, diagnostic.code().map(|code| code.to_string()));
            let is_ice =
                diagnostic.severity() == Severity::Fatal && diagnostic.backtrace().is_some();
            let level = match diagnostic.severity() {
                _ if is_ice => DiagnosticLevel::Ice,
                Severity::Fatal | Severity::Error => DiagnosticLevel::Error,
                Severity::Warning => DiagnosticLevel::Warning,
                Severity::Note => DiagnosticLevel::Note,
            };
            assert_eq!(read.level, level);
            let Some(primary) =
                diagnostic.primary().filter(|one| sources.location(one.span()).is_ok())
            else {
                continue;
            };
            let span = &read.spans[0];
            let at = sources.location(primary.span()).unwrap();
            let place = (&*span.file_name, span.line_start, span.column_start);
            assert_eq!(place, (at.path, at.line as usize, at.col as usize));
            assert_eq!(span.byte_start..span.byte_end, primary.span().lo()..primary.span().hi());
            assert_eq!(span.label.as_deref(), primary.message());
            assert!(span.is_primary && !span.text.is_empty());
            let marked = &span.text[0];
            let inside: String = marked.text.chars().skip(marked.highlight_start - 1).collect();
            let text =
                &sources.file(at_file(primary.span())).unwrap().text()[primary.span().range()];
            assert!(inside.starts_with(text.lines().next().unwrap_or_default()), "{marked:?}");
        }
        let human = with_options(Format::Human, &(sources, bag), |options| {
            options.with_style(DiagnosticStyle::Rustc)
        });
        let rendered: String = all.iter().filter_map(|read| read.rendered.clone()).collect();
        assert_eq!(rendered, human + "\n", "rendered is the human output");
    }
}

fn at_file(span: Span) -> vitte_diag::FileId {
    span.file()
}

#[test]
fn internal_errors_have_a_level_of_their_own() {
    let crash = Diagnostic::without_location(Severity::Fatal, None, "the compiler stopped");
    let level = |diagnostic| read(&one(Format::Rustc, &SourceMap::new(), diagnostic))[0].level;
    assert_eq!(level(crash.clone()), DiagnosticLevel::Error);
    let frames = [Frame::new("main")].into_iter().collect();
    assert_eq!(level(crash.with_backtrace(frames)), DiagnosticLevel::Ice);
}

/// As rustfix applies them: the spans of a help that have a replacement.
#[test]
fn suggestions_are_replacements_of_spans() {
    let (sources, bag) = ten();
    let all = read(&common::written(Format::Rustc, &sources, &bag));
    let spans = all.iter().flat_map(|read| &read.children).flat_map(|child| &child.spans);
    let fixes: Vec<_> = spans.filter(|span| span.suggested_replacement.is_some()).collect();
    let first = fixes[0];
    assert_eq!(first.suggested_replacement.as_deref(), Some(""));
    assert_eq!(first.suggestion_applicability, Some(Applicability::MachineApplicable));
    assert_eq!(first.text[0].text, "import clock");
    let edits =
        bag.iter().flat_map(|entry| entry.diagnostic.suggestions()).flat_map(Suggestion::edits);
    assert_eq!(fixes.len(), edits.count());
}

fn read_back(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let out = one(Format::Rustc, sources, diagnostic.clone());
    let load = |path: &str| {
        let file = sources.files().find(|file| file.path() == path)?;
        Some(file.bytes().to_vec())
    };
    let read = InputFormat::Rustc.read(out.as_bytes(), &mut |path| load(path)).unwrap();
    assert!(read.losses.is_empty(), "{:?}", read.losses);
    let bag: DiagnosticBag = read.diagnostics.into_iter().collect();
    json(&read.sources, &bag)
}

/// What the format has a place for is read back.
#[test]
fn our_reader_reads_the_same_diagnostic() {
    let mut sources = SourceMap::new();
    let main = sources.add("src/main.vitte", "let é = sum!(1)\nlet b = a\n").unwrap();
    let other = sources.add("lib.vitte", "macro sum\nfn f()\n").unwrap();
    let span = |file, lo: u32, hi| sources.span(file, lo..hi).unwrap();
    let alternatives = [[Edit::insert(main, 0, "use x\n")], [Edit::insert(main, 0, "use y\n")]];
    let alternatives = Suggestion::with_alternatives(
        "use one of these",
        alternatives,
        vitte_diag::Applicability::MaybeIncorrect,
    );
    let error = Diagnostic::error(code!("E0425"), span(main, 9, 12), "`a` is\nnot found")
        .with_label("not found")
        .with_secondary(span(main, 4, 6), "the name")
        .with_secondary(span(other, 6, 9), "")
        .with_child(Child::help("a child"))
        .with_child(
            Child::note("defined here")
                .with_label(span(other, 10, 12), "the function")
                .with_secondary(span(main, 0, 3), "used"),
        )
        .with_child(Child::warning("careful").with_label(span(main, 16, 19), ""))
        .with_step(TraceStep::expansion("in this expansion of `sum!`").with_span(span(main, 9, 16)))
        .with_step(TraceStep::expansion("`sum!` is defined here").with_span(span(other, 0, 9)))
        .with_step(TraceStep::expansion("in this expansion of `all!`").with_span(span(other, 0, 9)))
        .with_suggestion(alternatives.unwrap())
        .with_suggestion(Suggestion::single(
            "remove it",
            Edit::remove(span(main, 4, 6)),
            vitte_diag::Applicability::MachineApplicable,
        ));
    let bag: DiagnosticBag = [error.clone()].into_iter().collect();
    assert_eq!(read_back(&sources, &error), json(&sources, &bag));
    let note = Diagnostic::note(None, span(main, 0, 0), "m");
    let bag: DiagnosticBag = [note.clone()].into_iter().collect();
    assert_eq!(read_back(&sources, &note), json(&sources, &bag));
}

/// Nesting that is deeper than readers accept is in children.
#[test]
fn deep_expansions_are_limited() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "x").unwrap();
    let steps = (0..1000).map(|n| {
        let message = format!("in this expansion of `m{n}!`");
        TraceStep::expansion(message).with_span(Span::empty(file, 0))
    });
    let error = Diagnostic::error(None, Span::empty(file, 0), "m");
    let out = one(Format::Rustc, &sources, steps.fold(error, Diagnostic::with_step));
    let read = read(&out).remove(0);
    assert_eq!(read.children.len(), 960);
    let message: Value = serde_json::from_str(&out).unwrap();
    let mut depth = 0;
    let mut at = &message["spans"][0]["expansion"];
    while !at.is_null() {
        depth += 1;
        at = &at["span"]["expansion"];
    }
    assert_eq!(depth, 40);
}

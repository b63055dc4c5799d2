//! What `SarifEmitter` writes is read back.

use vitte_diag::{
    Applicability, Child, Diagnostic, DiagnosticBag, Edit, Format, Frame, Severity, SourceMap,
    Suggestion, Tag, TraceStep, code,
};

use super::SARIF;
use crate::common;
use crate::common::ten::ten;
use crate::read_support::{self, check, json_lines};

const ROOT: &str = "/home/ana/shop";

fn read_back(sources: &SourceMap, bag: &DiagnosticBag) -> vitte_diag::read::Imported {
    let output = common::written(Format::Sarif, sources, bag);
    let texts = |path: &str| {
        let file = sources.files().find(|file| !file.is_unavailable() && path == file.path());
        file.map(|file| file.bytes().to_vec())
    };
    let root = SourceMap::with_root(ROOT);
    SARIF.read_into(root, output.as_bytes(), &mut |path| texts(path)).unwrap()
}

fn expected(sources: &SourceMap, bag: &DiagnosticBag) -> Vec<String> {
    common::json(sources, bag).lines().map(|line| format!("{line}\n")).collect()
}

/// Only the severity `fatal` is not in the format.
#[test]
fn ten_diagnostics_are_read_back() {
    let (sources, bag) = ten();
    let imported = read_back(&sources, &bag);
    check(&imported);
    assert!(imported.losses.is_empty(), "{:?}", imported.losses);
    let expected: Vec<_> = expected(&sources, &bag)
        .into_iter()
        .map(|line| line.replace(r#""severity":"fatal""#, r#""severity":"error""#))
        .collect();
    assert_eq!(json_lines(&imported), expected);
    let output = common::written(Format::Sarif, &sources, &bag);
    let again = read_support::written(Format::Sarif, &imported);
    let results = |log: &str| log.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    // The rules differ: the text of the pages is not read.
    let without_index = |line: &String| {
        let start = line.find(r#""ruleIndex":"#);
        start.map_or(line.clone(), |at| {
            let end = at + line[at..].find(',').unwrap() + 1;
            format!("{}{}", &line[..at], &line[end..])
        })
    };
    let output: Vec<_> = results(&output).iter().map(without_index).collect();
    assert_eq!(results(&again), output);
}

#[test]
fn all_parts_of_a_diagnostic_are_read_back() {
    let mut sources = SourceMap::with_root(ROOT);
    let main = sources.add("main.vitte", "let a = b\nlet c = {d}\n").unwrap();
    let other = sources.add("lib/other.vitte", "macro sum\ninclude main\n").unwrap();
    let span = |file, lo: u32, hi| sources.span(file, lo..hi).unwrap();
    let alternatives = [[Edit::insert(main, 0, "use x\n")], [Edit::insert(main, 0, "use y\n")]];
    let alternatives = Suggestion::with_alternatives(
        "use one of: these",
        alternatives,
        Applicability::MaybeIncorrect,
    );
    let rich =
        Diagnostic::error(code!("E0425"), span(main, 8, 9), "cannot find [`b`](in) {this}\nscope")
            .with_label("not found: `b`")
            .with_secondary(span(main, 14, 15), "a similar name")
            .with_secondary(span(other, 0, 5), "")
            .with_help("add `b`")
            .with_note("first note\nof two lines")
            .with_note("second note")
            .with_child(Child::help("a child without labels"))
            .with_child(
                Child::note("defined here")
                    .with_label(span(other, 6, 9), "")
                    .with_secondary(span(main, 0, 3), "used"),
            )
            .with_child(Child::warning("").with_label(span(main, 0, 3), ""))
            .with_step(
                TraceStep::expansion("in this expansion of `sum!`").with_span(span(other, 6, 9)),
            )
            .with_step(TraceStep::include("included from here").with_span(span(other, 10, 17)))
            .with_step(TraceStep::import("imported by `shop`"))
            .with_tag(Tag::Unnecessary)
            .with_suggestion(alternatives.unwrap())
            .with_suggestion(Suggestion::single(
                "remove it",
                Edit::remove(span(main, 4, 9)),
                Applicability::MachineApplicable,
            ))
            .with_backtrace(
                [Frame::at("vittec::check", "src/main.rs", 63, Some(1)), Frame::new("main")]
                    .into_iter()
                    .collect(),
            );
    let flow = Diagnostic::warning(None, span(main, 0, 3), "m")
        .with_step(TraceStep::analysis("freed here").with_span(span(main, 4, 5)))
        .with_step(TraceStep::analysis("used here").with_span(span(main, 8, 9)));
    let whole = Diagnostic::for_file(Severity::Note, code!("W1"), other, "the file has no header")
        .with_note("n");
    let nothing =
        Diagnostic::without_location(Severity::Error, None, "no `main`").with_help("write one");
    for diagnostic in [rich, flow, whole, nothing] {
        let bag: DiagnosticBag = [diagnostic].into_iter().collect();
        let imported = read_back(&sources, &bag);
        check(&imported);
        assert_eq!(json_lines(&imported), expected(&sources, &bag));
        assert!(imported.losses.is_empty(), "{:?}", imported.losses);
    }
}

/// A log of the emitter for a file that is not here has no ends of lines and columns.
#[test]
fn a_file_that_is_not_here_keeps_its_offsets() {
    let mut sources = SourceMap::with_root(ROOT);
    let at = |offset, line, col| vitte_diag::KnownLocation { offset, line, col };
    let file = sources.add_unavailable("gone.vitte", [at(30, 4, 2), at(33, 4, 5)]).unwrap();
    let span = sources.span(file, 30..33).unwrap();
    let bag: DiagnosticBag =
        [Diagnostic::error(None, span, "m").with_secondary(span, "s")].into_iter().collect();
    let imported = read_back(&sources, &bag);
    assert_eq!(json_lines(&imported), expected(&sources, &bag));
}

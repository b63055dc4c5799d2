//! Reports of anyhow and eyre that become diagnostics.

use std::fs;

use color_eyre::eyre;
use eyre::WrapErr as _;
use vitte_diag::{Backtrace, Child, Diagnostic, FileId, Severity, Span, code};

fn mismatch() -> Diagnostic {
    let span = Span::from_range(FileId::new(0), 4..9);
    Diagnostic::warning(code!("TYP0042"), span, "mismatched types")
        .with_label("here")
        .with_secondary(span.end(), "there")
        .with_help("change it")
}

fn messages(diagnostic: &Diagnostic) -> Vec<&str> {
    diagnostic.children().iter().map(Child::message).collect()
}

/// An error with a diagnostic as its source.
#[derive(thiserror::Error, Debug)]
#[error("cannot compile `{name}`")]
struct Compile {
    name: &'static str,
    source: Diagnostic,
}

/// A file that does not exist.
fn io_error() -> std::io::Error {
    fs::read("/no such file").unwrap_err()
}

/// As `result.context(…)` makes it, which `WrapErr` of eyre has too.
fn with_context<E: anyhow::Context<(), F>, F>(result: E, context: Diagnostic) -> anyhow::Error {
    result.context(context).unwrap_err()
}

fn from_anyhow(report: &anyhow::Error) -> Diagnostic {
    Diagnostic::from_report(report.downcast_ref(), &**report)
}

fn from_eyre(report: &eyre::Report) -> Diagnostic {
    Diagnostic::from_report(report.downcast_ref(), &**report)
}

#[test]
fn a_question_mark_keeps_the_diagnostic() {
    let of_anyhow = || -> anyhow::Result<()> { Err(mismatch())? };
    let of_eyre = || -> eyre::Result<()> { Err(mismatch())? };
    assert_eq!(from_anyhow(&of_anyhow().unwrap_err()), mismatch());
    assert_eq!(from_eyre(&of_eyre().unwrap_err()), mismatch());
    let bail = || -> anyhow::Result<()> { anyhow::bail!(mismatch()) };
    assert_eq!(from_anyhow(&bail().unwrap_err()), mismatch());
    let bail = || -> eyre::Result<()> { eyre::bail!(mismatch()) };
    assert_eq!(from_eyre(&bail().unwrap_err()), mismatch());
}

#[test]
fn contexts_become_notes() {
    let expected = mismatch().with_child(Child::note("inner")).with_child(Child::note("outer"));
    let result = anyhow::Context::context(Err::<(), _>(mismatch()), "inner");
    let result = anyhow::Context::context(result, "outer");
    assert_eq!(from_anyhow(&result.unwrap_err()), expected);
    let result = Err::<(), _>(mismatch()).wrap_err("inner").wrap_err("outer");
    assert_eq!(from_eyre(&result.unwrap_err()), expected);
}

#[test]
fn a_diagnostic_that_is_a_context_keeps_its_parts_and_its_causes() {
    let results = [
        from_anyhow(&with_context(Err(io_error()), mismatch()).context("outer")),
        from_anyhow(&anyhow::Error::new(io_error()).context(mismatch()).context("outer")),
        from_eyre(&Err::<(), _>(io_error()).wrap_err(mismatch()).wrap_err("outer").unwrap_err()),
        from_eyre(&eyre::Report::new(io_error()).wrap_err(mismatch()).wrap_err("outer")),
    ];
    for diagnostic in results {
        let cause = format!("caused by: {}", io_error());
        assert_eq!(messages(&diagnostic), [&*cause, "outer"]);
        assert_eq!(diagnostic.primary(), mismatch().primary());
        assert_eq!(diagnostic.severity(), Severity::Warning);
    }
}

#[test]
fn a_diagnostic_in_another_error_is_found() {
    let error = || Compile { name: "shop", source: mismatch() };
    let expected = mismatch().with_child(Child::note("cannot compile `shop`"));
    assert_eq!(from_anyhow(&anyhow::Error::new(error())), expected);
    assert_eq!(from_eyre(&eyre::Report::new(error())), expected);
    let outer = expected.with_child(Child::note("outer"));
    assert_eq!(from_anyhow(&anyhow::Error::new(error()).context("outer")), outer);
    assert_eq!(from_eyre(&eyre::Report::new(error()).wrap_err("outer")), outer);
}

#[test]
fn two_diagnostics_of_a_chain_are_both_kept() {
    let other =
        Diagnostic::error(code!("MOD0001"), Span::empty(FileId::new(1), 2), "cannot import");
    let report = anyhow::Error::new(mismatch()).context(other.clone()).context("outer");
    let diagnostic = from_anyhow(&report);
    assert_eq!(diagnostic.code(), other.code());
    let expected = ["caused by: warning[TYP0042]: mismatched types", "change it", "outer"];
    assert_eq!(messages(&diagnostic), expected);
    assert_eq!(diagnostic.children()[0].labels().len(), 2);
}

#[test]
fn a_report_without_a_diagnostic_is_an_error_with_its_causes() {
    let report = anyhow::Error::new(io_error()).context("cannot read `shop.conf`");
    let diagnostic = from_anyhow(&report);
    assert_eq!(diagnostic.to_string(), "error: cannot read `shop.conf`");
    assert_eq!(messages(&diagnostic), [format!("caused by: {}", io_error())]);
    assert_eq!(diagnostic.file(), None);
    let report = eyre::Report::new(io_error()).wrap_err("cannot read `shop.conf`");
    assert_eq!(from_eyre(&report), diagnostic);
    assert_eq!(from_anyhow(&anyhow::anyhow!("no input")).to_string(), "error: no input");
}

#[test]
fn boxed_errors_are_reports_too() {
    let report: Box<dyn std::error::Error + Send + Sync> = Box::new(mismatch());
    assert_eq!(Diagnostic::from_report(report.downcast_ref(), &*report), mismatch());
    let report: Box<dyn std::error::Error> = Box::new(Compile { name: "a", source: mismatch() });
    let diagnostic = Diagnostic::from_report(report.downcast_ref(), &*report);
    assert_eq!(diagnostic.primary(), mismatch().primary());
}

#[test]
fn without_backtraces_of_the_program_there_is_none() {
    let frames = std::backtrace::Backtrace::force_capture().to_string();
    assert!(!Backtrace::from_text(&frames).is_empty());
    let disabled = std::backtrace::Backtrace::disabled().to_string();
    assert!(Backtrace::from_text(&disabled).is_empty());
}

fn check(is_valid: bool) -> eyre::Result<()> {
    if is_valid { Ok(()) } else { Err(mismatch()).wrap_err("in a check") }
}

/// Converts the reports that it gets, for callers that need a diagnostic. Clippy asks for the box.
fn config(is_valid: bool) -> Result<(), Box<Diagnostic>> {
    check(is_valid)
        .map_err(|report| Diagnostic::from_report(report.downcast_ref(), &*report).into())
}

#[test]
fn diagnostics_in_boxes_are_found() {
    let expected = mismatch().with_child(Child::note("in a check"));
    let of_anyhow = || -> anyhow::Result<()> { Ok(config(false)?) };
    let of_eyre = || -> eyre::Result<()> { Ok(config(false)?) };
    let of_std = || -> Result<(), Box<dyn std::error::Error>> { Ok(config(false)?) };
    assert!(config(true).is_ok());
    assert_eq!(from_anyhow(&of_anyhow().unwrap_err()), expected);
    assert_eq!(from_eyre(&of_eyre().unwrap_err()), expected);
    assert_eq!(Diagnostic::from(of_std().unwrap_err()), expected);
    let outer = expected.with_child(Child::note("outer"));
    assert_eq!(from_anyhow(&of_anyhow().unwrap_err().context("outer")), outer);
    assert_eq!(from_eyre(&of_eyre().unwrap_err().wrap_err("outer")), outer);
}

/// A derived error, with a cause.
#[derive(thiserror::Error, Diagnostic, Clone, Debug)]
#[error("`{name}` is not a number")]
#[diagnostic(error, code = "CFG0002")]
struct NotANumber {
    name: &'static str,
    #[primary("expected digits")]
    value: Span,
    source: std::num::ParseIntError,
}

#[test]
fn derived_errors_are_converted() {
    let source = "3x".parse::<u32>().unwrap_err();
    let value = Span::from_range(FileId::new(0), 9..11);
    let error = NotANumber { name: "height", value, source };
    let expected = Diagnostic::from(error.clone());
    assert_eq!(messages(&expected), ["caused by: invalid digit found in string"]);
    let report = anyhow::Error::new(error).context("inner").context("outer");
    let found = report.downcast_ref::<NotANumber>().cloned().map(Diagnostic::from);
    let diagnostic = Diagnostic::from_report(found.as_ref(), &*report);
    let contexts = expected.with_child(Child::note("inner")).with_child(Child::note("outer"));
    assert_eq!(diagnostic, contexts);
}

//! An error of a library that still uses miette becomes a diagnostic.

use std::process::ExitCode;

use miette::{MietteDiagnostic, SourceSpan};
use vitte_diag::{
    Code, ColorChoice, Diagnostic, DiagnosticBag, FileId, HumanEmitter, Severity, SourceMap, Span,
};

/// Stands for the library: an error of its type, or a report of miette.
fn parse(text: &str) -> miette::Result<()> {
    let at = |part: &str| SourceSpan::from((text.find(part).unwrap_or(0), part.len()));
    Err(MietteDiagnostic::new("two values for one key")
        .with_code("json::duplicate")
        .with_label(miette::LabeledSpan::new_with_span(Some("first value".into()), at("1")))
        .and_label(miette::LabeledSpan::new_primary_with_span(Some("second value".into()), at("2")))
        .with_help("remove one of them"))?
}

/// Converts an error whose spans are in `file`, with the errors that are related to it.
fn converted(error: &dyn miette::Diagnostic, file: FileId) -> Diagnostic {
    let severity = match error.severity() {
        Some(miette::Severity::Advice) => Severity::Note,
        Some(miette::Severity::Warning) => Severity::Warning,
        Some(miette::Severity::Error) | None => Severity::Error,
    };
    let code = error.code().and_then(|code| Code::new(&code.to_string()).ok());
    let mut labels: Vec<_> = error.labels().into_iter().flatten().collect();
    // The first label becomes the primary one.
    labels.sort_by_key(|label| !label.primary());
    let labels = labels.iter().map(|label| {
        let span = Span::from_range(file, label.offset()..label.offset() + label.len());
        (span, label.label().unwrap_or_default().to_owned())
    });
    let message = error.to_string();
    let mut diagnostic = Diagnostic::without_location(severity, code, message).with_labels(labels);
    if let Some(help) = error.help() {
        diagnostic.add_help(help.to_string());
    }
    if let Some(cause) = error.source() {
        diagnostic.add_cause(cause);
    }
    for related in error.related().into_iter().flatten() {
        diagnostic.add_nested(None, converted(related, file));
    }
    diagnostic
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let text = "{ \"größe\": 1, \"größe\": 2 }\n";
    let file = sources.add("shop.json", text)?;
    let mut bag = DiagnosticBag::new();
    if let Err(report) = parse(text) {
        bag.push(converted(&*report, file));
    }
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

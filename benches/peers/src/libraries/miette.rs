//! miette: a `Report` for each diagnostic with a shared `NamedSource`, drawn by the graphical handler,
//! in ASCII without colour (`GraphicalTheme::none`) or with ANSI colours (`GraphicalTheme::ascii`).
//!
//! It has no notes: they are lines of the help. It shows a line of context around each label, which is the
//! default. It has no index of lines: it finds each label by reading the source from its beginning.

use std::fmt;
use std::sync::Arc;

use miette::{
    GraphicalReportHandler, GraphicalTheme, JSONReportHandler, LabeledSpan, MietteDiagnostic,
    NamedSource, Report, Severity,
};

use super::{Library, Prepared, Settings};
use crate::work::{self, CODE, PATH, Work};

/// miette.
pub struct Miette;

struct Ready<H> {
    reports: Vec<Report>,
    handler: H,
}

/// Adapts a byte buffer to `fmt::Write`, which miette writes to.
struct Text<'o>(&'o mut Vec<u8>);

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn diagnostic(one: &work::Diagnostic) -> MietteDiagnostic {
    let labels = one.labels.iter().enumerate().map(|(index, label)| {
        let message = Some(label.message.clone()).filter(|message| !message.is_empty());
        let span = label.range.clone();
        if index == 0 {
            LabeledSpan::new_primary_with_span(message, span)
        } else {
            LabeledSpan::new_with_span(message, span)
        }
    });
    let below: Vec<&str> = one.help.iter().chain(&one.notes).map(String::as_str).collect();
    let made = MietteDiagnostic::new(&one.message)
        .with_code(CODE)
        .with_severity(Severity::Error)
        .with_labels(labels);
    if below.is_empty() { made } else { made.with_help(below.join("\n")) }
}

fn reports(work: &Work) -> Vec<Report> {
    let source = Arc::new(NamedSource::new(PATH, Arc::clone(&work.text)));
    let report = |one| Report::new(diagnostic(one)).with_source_code(Arc::clone(&source));
    work.diagnostics.iter().map(report).collect()
}

/// Prepares JSON output, which has no settings.
pub fn prepare_json(work: &Work) -> Box<dyn Prepared> {
    Box::new(Ready { reports: reports(work), handler: JSONReportHandler::new() })
}

impl Library for Miette {
    fn name(&self) -> &'static str {
        "miette"
    }

    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn Prepared + 'w> {
        let theme = if settings.color { GraphicalTheme::ascii() } else { GraphicalTheme::none() };
        let handler = GraphicalReportHandler::new_themed(theme);
        let handler =
            if settings.uncut { handler.with_width(usize::from(u16::MAX)) } else { handler };
        Box::new(Ready { reports: reports(work), handler })
    }
}

impl Prepared for Ready<GraphicalReportHandler> {
    fn render(&mut self, out: &mut Vec<u8>) {
        for report in &self.reports {
            self.handler.render_report(&mut Text(out), report.as_ref()).unwrap();
        }
    }
}

impl Prepared for Ready<JSONReportHandler> {
    fn render(&mut self, out: &mut Vec<u8>) {
        for report in &self.reports {
            self.handler.render_report(&mut Text(out), report.as_ref()).unwrap();
            out.push(b'\n');
        }
    }
}

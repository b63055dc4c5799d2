//! miette: a `Report` drawn by the graphical handler with its Unicode theme. Children with an excerpt are related
//! diagnostics with the severity `Advice`.
//!
//! It has no notes: text below the excerpt is lines of the help. It has no suggestions: they are help, with the
//! changed line.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity,
    SourceCode,
};

use super::{WIDTH, suggestion_text};
use crate::pictures::rustc::{Example, Message, Part};

/// A diagnostic with all that miette can show.
#[derive(Debug)]
struct Own {
    message: String,
    code: Option<String>,
    severity: Severity,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: NamedSource<String>,
    related: Vec<Self>,
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Own {}

impl Diagnostic for Own {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as _)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let all = self.related.iter().map(|one| one as &dyn Diagnostic);
        Some(Box::new(all)).filter(|_| !self.related.is_empty()).map(|all| all as _)
    }
}

/// Draws a diagnostic with miette.
pub fn miette(example: &Example) -> String {
    let files = example.files();
    let message = &example.message;
    let mut own = plain(message, &files[message.primary_path()]);
    let texts = message.children_as(&[Part::Text]).map(|child| match &*child.level {
        "help" => child.message.clone(),
        level => format!("{level}: {}", child.message),
    });
    let suggestions =
        message.suggestions().map(|child| suggestion_text(child, &files[child.primary_path()]));
    let help: Vec<String> = suggestions.chain(texts).collect();
    own.help = Some(help.join("\n")).filter(|help| !help.is_empty());
    let related = message.children_as(&[Part::Excerpt]);
    own.related = related.map(|child| plain(child, &files[child.primary_path()])).collect();

    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode());
    let mut out = String::new();
    handler.with_width(WIDTH.into()).render_report(&mut out, &own).unwrap();
    out
}

/// Returns a message with its labels. All labels of a diagnostic of miette are in one file.
fn plain(message: &Message, source: &str) -> Own {
    let path = message.primary_path();
    let labels = message.spans.iter().filter(|span| span.file_name == path).map(|span| {
        let (label, range) = (span.text().map(str::to_owned), span.byte_start..span.byte_end);
        if span.is_primary {
            LabeledSpan::new_primary_with_span(label, range)
        } else {
            LabeledSpan::new_with_span(label, range)
        }
    });
    Own {
        message: message.message.clone(),
        code: message.code.as_ref().map(|code| code.code.clone()),
        severity: match &*message.level {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => Severity::Advice,
        },
        help: None,
        labels: labels.collect(),
        source: NamedSource::new(path, source.to_owned()),
        related: Vec::new(),
    }
}

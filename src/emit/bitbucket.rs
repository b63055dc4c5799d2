//! Code Insights of Bitbucket Cloud: a report, and annotations in groups, each of which is the body of one request.
//!
//! ```json
//! {"report":{"title":"mycc","report_type":"BUG","result":"FAILED","data":[…]},
//!  "annotations":[[{"external_id":"mycc-…","annotation_type":"BUG","summary":"E0001: …","path":"src/main.vitte","line":12}]]}
//! ```
//!
//! The API and its limits are documented at <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-reports/>: a request
//! has at most 100 annotations, a report 1000. If there are more diagnostics, the most severe ones are annotations, and
//! the report has the number of the others.

use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::options::{EmitterOptions, FromOptions};
use super::place::{Place, truncated};
use super::plain_text::{PlainText, TextParts};
use super::{Emitter, escape};
use crate::bag::Summary;
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};

/// The maximum number of annotations in a report.
const MAX_ANNOTATIONS: usize = 1000;
/// The maximum number of annotations in a request.
const MAX_IN_REQUEST: usize = 100;
/// The maximum number of characters of a title, a summary and an id.
const MAX_SUMMARY_CHARS: usize = 450;
/// The maximum number of characters of details.
const MAX_DETAILS_CHARS: usize = 2000;

/// Writes one object: `report` is the body of the request that creates the report, and each item of `annotations` that of a
/// request that adds annotations. Nothing is written before [`finish`](Emitter::finish). Lines are 1-based.
///
/// A diagnostic about a whole file has no line. One without a location has the path of a file that it is not about, see
/// [`with_fallback_path`](Self::with_fallback_path).
#[derive(Clone, Debug)]
pub struct BitbucketEmitter<W> {
    writer: W,
    tool: Tool,
    fallback_path: Option<String>,
    fingerprints: Fingerprints,
    /// The JSON of the annotations.
    annotations: Vec<(Severity, Vec<u8>)>,
    counts: Summary,
    suppressed: Option<String>,
}

impl<W: Write> BitbucketEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self {
            writer,
            tool: tool.clone(),
            fallback_path: None,
            fingerprints: Fingerprints::default(),
            annotations: Vec::new(),
            counts: Summary::default(),
            suppressed: None,
        }
    }

    /// Sets the file that is shown for a diagnostic without a location. The default is the first file of the source map
    /// that another program can open, or `.` if there is none. The details say that the diagnostic has no location.
    #[must_use]
    pub fn with_fallback_path(mut self, path: impl Into<String>) -> Self {
        self.fallback_path = Some(path.into());
        self
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }

    /// Removes the least severe annotations that are over the limit, and returns how many.
    fn limit(&mut self) -> usize {
        let over = self.annotations.len().saturating_sub(MAX_ANNOTATIONS);
        let mut rest = over;
        for severity in [Severity::Note, Severity::Warning, Severity::Error, Severity::Fatal] {
            // The last ones, so that the first ones of each severity stay.
            let count = self.annotations.iter().filter(|(own, _)| *own == severity).count();
            let mut kept = count.saturating_sub(rest);
            rest -= count - kept;
            self.annotations.retain(|(own, _)| {
                let is_kept = *own != severity || kept > 0;
                kept -= usize::from(*own == severity && is_kept);
                is_kept
            });
        }
        over
    }

    fn report(&self, over: usize) -> Report<'_> {
        let Summary { fatal, errors, warnings, notes, .. } = self.counts;
        let failed = fatal > 0 || errors > 0 || self.suppressed.is_some();
        let mut details = self.counts.to_string();
        if over > 0 {
            details += &format!(
                "; {over} of them are not annotations, of which there are at most {MAX_ANNOTATIONS}"
            );
        }
        if let Some(suppressed) = &self.suppressed {
            details += &format!("; {suppressed} not shown: the limit of errors was reached");
        }
        let number = |title, value| Data { title, r#type: "NUMBER", value };
        Report {
            title: truncated(self.tool.name(), MAX_SUMMARY_CHARS),
            details: truncated(&details, MAX_DETAILS_CHARS),
            reporter: truncated(&self.tool.full_name(), MAX_SUMMARY_CHARS),
            report_type: "BUG",
            result: if failed { "FAILED" } else { "PASSED" },
            link: self.tool.information_url(),
            data: [
                number("Errors", fatal + errors),
                number("Warnings", warnings),
                number("Notes", notes),
            ],
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    title: String,
    details: String,
    reporter: String,
    report_type: &'static str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    data: [Data; 3],
}

#[derive(Serialize)]
struct Data {
    title: &'static str,
    r#type: &'static str,
    value: u64,
}

#[derive(Serialize)]
struct Annotation<'a> {
    external_id: String,
    annotation_type: &'static str,
    severity: &'static str,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<String>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl<W: Write> Emitter for BitbucketEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let (severity, code) = (diagnostic.severity(), diagnostic.code());
        let place = Place::new(&checked, self.fallback_path.as_deref());
        let suggestions = checked.all_suggestions();
        let text = PlainText::new(&checked, TextParts::all(&suggestions));
        let text = place.text(text).to_string();
        let summary = match code {
            Some(code) => format!("{code}: {}", diagnostic.message()),
            None => diagnostic.message().to_owned(),
        };
        let summary = truncated(&summary, MAX_SUMMARY_CHARS);
        let is_whole =
            text == summary || code.is_some_and(|code| summary == format!("{code}: {text}"));
        let (annotation_type, name) = match severity {
            Severity::Fatal => ("BUG", "CRITICAL"),
            Severity::Error => ("BUG", "HIGH"),
            Severity::Warning => ("CODE_SMELL", "MEDIUM"),
            Severity::Note => ("CODE_SMELL", "LOW"),
        };
        let id = format!("{}-{}", self.tool.name(), self.fingerprints.of(&checked));
        let annotation = Annotation {
            // The end of the id is what distinguishes it.
            external_id: id
                .chars()
                .rev()
                .take(MAX_SUMMARY_CHARS)
                .collect::<Vec<_>>()
                .iter()
                .rev()
                .collect(),
            annotation_type,
            severity: name,
            summary,
            details: (!is_whole).then(|| truncated(&text, MAX_DETAILS_CHARS)),
            path: place.path,
            line: place.at.map(|at| at.location(ColumnUnit::Char).line),
            link: code.and_then(|code| self.tool.code_url(code)),
        };
        let mut json = Vec::new();
        escape::push_json(&mut json, &annotation)?;
        self.counts.add(severity);
        self.annotations.push((severity, json));
        Ok(())
    }

    fn set_summary(&mut self, summary: Summary) {
        self.suppressed = summary.suppressed_text();
    }

    fn finish(&mut self) -> io::Result<()> {
        let over = self.limit();
        let mut out = b"{\"report\":".to_vec();
        escape::push_json(&mut out, &self.report(over))?;
        out.extend_from_slice(b",\"annotations\":[");
        let annotations = std::mem::take(&mut self.annotations);
        for (at, group) in annotations.chunks(MAX_IN_REQUEST).enumerate() {
            out.extend_from_slice(if at == 0 { b"[\n" } else { b",[\n" });
            for (at, (_, json)) in group.iter().enumerate() {
                out.extend_from_slice(if at == 0 { b"" } else { b",\n" });
                out.extend_from_slice(json);
            }
            out.extend_from_slice(b"\n]");
        }
        out.extend_from_slice(b"]}\n");
        self.fingerprints = Fingerprints::default();
        (self.counts, self.suppressed) = (Summary::default(), None);
        self.writer.write_all(&out)?;
        self.writer.flush()
    }
}

impl<W: Write> FromOptions<W> for BitbucketEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        let fallback_path = options.fallback_path.clone();
        Self { fallback_path, ..Self::new(writer, &options.tool) }
    }
}

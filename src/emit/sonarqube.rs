//! The generic issue data of SonarQube: issues, then the rules that they refer to, in one object.
//!
//! ```json
//! {"issues":[
//! {"ruleId":"E0001","primaryLocation":{"message":"expected expression","filePath":"src/main.vitte",
//!  "textRange":{"startLine":12,"startColumn":6,"endLine":12,"endColumn":7}}}
//! ],"rules":[{"id":"E0001","name":"illegal character","description":"…","engineId":"mycc","cleanCodeAttribute":"LOGICAL",
//!  "type":"BUG","severity":"CRITICAL","impacts":[{"softwareQuality":"RELIABILITY","severity":"HIGH"}]}]}
//! ```
//!
//! The fields are those of SonarQube 10.3 and later:
//! <https://docs.sonarsource.com/sonarqube-server/latest/analyzing-source-code/importing-external-issues/generic-issue-import-format/>.
//! The severity belongs to the rule: it is that of the most severe diagnostic with the code.

use std::borrow::Cow;
use std::io::{self, Write};

use indexmap::IndexMap;
use serde::Serialize;

use super::document::Document;
use super::options::{EmitterOptions, FromOptions};
use super::place::Place;
use super::plain_text::{PlainText, Related, StepsInText, TextParts};
use super::{Emitter, escape};
use crate::check::{CheckedDiagnostic, ResolvedSpan};
use crate::model::{Code, Diagnostic, Severity};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};

/// Writes one object with all issues and their rules. Lines are 1-based, columns 0-based and in UTF-16 code units. The
/// end is exclusive.
///
/// SonarQube rejects the whole report if a range is empty or not in its file. So an empty label, or one in a file
/// whose text is unavailable, has no columns. A diagnostic about a whole file has no range. One without a location has the
/// path of a file that it is not about, see [`with_fallback_path`](Self::with_fallback_path).
#[derive(Clone, Debug)]
pub struct SonarqubeEmitter<W> {
    document: Document<W>,
    tool: Tool,
    fallback_path: Option<String>,
    /// The rules by their ids: the code, or the severity of diagnostics without one.
    rules: IndexMap<String, (Option<Code>, Severity)>,
}

impl<W: Write> SonarqubeEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self {
            document: Document::new(writer),
            tool: tool.clone(),
            fallback_path: None,
            rules: IndexMap::new(),
        }
    }

    /// Sets the file that is shown for a diagnostic without a location. SonarQube ignores an issue in a file that is not
    /// part of the project. The default is the first file of the source map that another program can open, or `.` if there
    /// is none. The message says that the diagnostic has no location.
    #[must_use]
    pub fn with_fallback_path(mut self, path: impl Into<String>) -> Self {
        self.fallback_path = Some(path.into());
        self
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SonarIssue<'a> {
    rule_id: &'a str,
    primary_location: SonarLocation<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secondary_locations: Vec<SonarLocation<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SonarLocation<'a> {
    message: Cow<'a, str>,
    file_path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_range: Option<TextRange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TextRange {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl TextRange {
    /// Returns the range of a span whose line is known.
    fn new(at: ResolvedSpan<'_>) -> Self {
        // As in the Language Server Protocol, a lone `\r` ends a line, and a byte order mark is not counted.
        let position = |offset| at.file.position(offset, ColumnUnit::Utf16);
        let (start, end) = (position(at.span.lo()), position(at.span.hi()));
        let is_exact = at.file.is_openable() && start < end;
        Self {
            start_line: start.0.saturating_add(1),
            start_column: is_exact.then_some(start.1),
            end_line: is_exact.then(|| end.0.saturating_add(1)),
            end_column: is_exact.then_some(end.1),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SonarRule<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    engine_id: &'a str,
    clean_code_attribute: &'static str,
    r#type: &'static str,
    severity: &'static str,
    impacts: [Impact; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Impact {
    software_quality: &'static str,
    severity: &'static str,
}

impl<'a> SonarRule<'a> {
    fn new(id: &'a str, code: Option<Code>, of: Severity, tool: &'a Tool) -> Self {
        let page = code.and_then(|code| tool.pages().iter().find(|page| page.code == code));
        let url = || code.and_then(|code| tool.code_url(code)).map(Cow::Owned);
        let (quality, attribute, r#type) = match of {
            Severity::Fatal | Severity::Error => ("RELIABILITY", "LOGICAL", "BUG"),
            Severity::Warning | Severity::Note => ("MAINTAINABILITY", "CONVENTIONAL", "CODE_SMELL"),
        };
        // Versions before 10.8 know only three severities of an impact.
        let (severity, impact) = match of {
            Severity::Fatal => ("BLOCKER", "HIGH"),
            Severity::Error => ("CRITICAL", "HIGH"),
            Severity::Warning => ("MAJOR", "MEDIUM"),
            Severity::Note => ("INFO", "LOW"),
        };
        Self {
            id,
            name: page.map_or(id, |page| page.title),
            description: page.map(|page| page.meaning.into()).or_else(url),
            engine_id: tool.name(),
            clean_code_attribute: attribute,
            r#type,
            severity,
            impacts: [Impact { software_quality: quality, severity: impact }],
        }
    }
}

fn head() -> io::Result<Vec<u8>> {
    Ok(b"{\"issues\":[".to_vec())
}

/// Returns a location beside the primary one.
fn secondary(related: Related<'_>) -> SonarLocation<'_> {
    let at = related.at;
    let text_range = at.is_known().then(|| TextRange::new(at));
    let message = related.message().unwrap_or("here".into());
    SonarLocation { message, file_path: at.file.path(), text_range }
}

impl<W: Write> Emitter for SonarqubeEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let (code, severity) = (diagnostic.code(), diagnostic.severity());
        let id = code.map_or(severity.as_str(), |code| code.as_str());
        let rule = self.rules.entry(id.to_owned()).or_insert((code, severity));
        rule.1 = rule.1.max(severity);
        let suggestions = checked.all_suggestions();
        let parts = TextParts {
            related: false,
            steps: StepsInText::WithoutLocation,
            ..TextParts::all(&suggestions)
        };
        let place = Place::new(&checked, self.fallback_path.as_deref());
        let text = PlainText::new(&checked, parts);
        let steps = Related::steps(&checked, |_| true);
        let secondary_locations = Related::labels(&checked).chain(steps).map(secondary).collect();
        let issue = SonarIssue {
            rule_id: id,
            primary_location: SonarLocation {
                message: place.text(text).to_string().into(),
                file_path: place.path,
                text_range: place.at.map(TextRange::new),
            },
            secondary_locations,
        };
        self.document.json_item(head, &issue)
    }

    fn finish(&mut self) -> io::Result<()> {
        let rules = std::mem::take(&mut self.rules);
        let rules: Vec<_> = (rules.iter())
            .map(|(id, (code, severity))| SonarRule::new(id, *code, *severity, &self.tool))
            .collect();
        let mut tail = b"],\"rules\":".to_vec();
        escape::push_json(&mut tail, &rules)?;
        tail.extend_from_slice(b"}\n");
        self.document.finish(head, &tail)
    }
}

impl<W: Write> FromOptions<W> for SonarqubeEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        let fallback_path = options.fallback_path.clone();
        Self { fallback_path, ..Self::new(writer, &options.tool) }
    }
}

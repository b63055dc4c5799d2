//! SARIF 2.1.0, the Static Analysis Results Interchange Format of OASIS.
//!
//! Section numbers refer to <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Each line
//! of output except the first and the last is one result.

mod stack;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use self::stack::Stack;
use super::document::Document;
use super::fingerprint::{Fingerprint, Fingerprints};
use super::options::{EmitterOptions, FromOptions};
use super::plain_text::{PlainText, TextParts};
use super::{Emitter, escape};
use crate::check::{CheckedDiagnostic, Fix as SuggestedFix, ResolvedLabel};
use crate::model::{Code, Diagnostic, Severity, Span};
use crate::registry::{Page, Tool};
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// Writes a log with one run. Lines and columns are 1-based, columns count characters (Unicode code
/// points), ends are exclusive. Each page of the [`Tool`] becomes a rule.
#[derive(Clone, Debug)]
pub struct SarifEmitter<W> {
    document: Document<W>,
    tool: Tool,
    /// The 0-based index of each code's page among the pages of the tool.
    rules: HashMap<Code, usize>,
    fingerprints: Fingerprints,
}

impl<W: Write> SarifEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        // In reverse, so that the first of two pages with the same code wins.
        let pages = tool.pages().iter().enumerate().rev();
        let rules = pages.map(|(index, page)| (page.code, index)).collect();
        let (document, fingerprints) = (Document::new(writer), Fingerprints::default());
        Self { document, tool: tool.clone(), rules, fingerprints }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }

    fn head(tool: &Tool) -> io::Result<Vec<u8>> {
        let rules = tool.pages().iter().map(|page| Rule::new(page, tool)).collect();
        let driver = Driver { name: tool.name(), version: tool.version(), rules };
        let mut head = br#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":"#.to_vec();
        escape::push_json(&mut head, &driver)?;
        head.extend_from_slice(b"},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
        Ok(head)
    }
}

/// Section 3.19.
#[derive(Serialize)]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

/// Section 3.49.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: Code,
    short_description: Text<'a>,
    full_description: Text<'a>,
    help: Help<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: RuleProperties<'a>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties<'a> {
    phase: &'a str,
    since: &'a str,
}

impl<'a> Rule<'a> {
    fn new(page: &Page<'a>, tool: &Tool) -> Self {
        Self {
            id: page.code,
            short_description: Text { text: page.title },
            full_description: Text { text: page.meaning },
            help: Help { text: page.meaning, markdown: page.text },
            help_uri: tool.code_url(page.code),
            default_configuration: Configuration { level: level(page.severity) },
            properties: RuleProperties { phase: page.phase, since: page.since },
        }
    }
}

/// Section 3.27.10.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal | Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Section 3.27.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[SarifLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation<'a>>,
    partial_fingerprints: PartialFingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stacks: Option<[Stack<'a>; 1]>,
}

/// Section 3.11.
#[derive(Serialize)]
struct Message<'a> {
    text: Cow<'a, str>,
}

impl<'a> Message<'a> {
    /// Escapes `text` so that a viewer shows it verbatim: braces would be placeholders (section 3.11.5), and
    /// brackets could be an embedded link (section 3.11.6).
    fn new(text: impl Into<Cow<'a, str>>) -> Self {
        let mut text = text.into();
        if text.contains(['{', '}']) {
            text = text.replace('{', "{{").replace('}', "}}").into();
        }
        if text.contains("](") {
            text = text.replace('\\', r"\\").replace('[', r"\[").replace(']', r"\]").into();
        }
        Self { text }
    }
}

/// Section 3.27.17.
#[derive(Serialize)]
struct PartialFingerprints {
    #[serde(rename = "vitteDiag/v1")]
    own: Fingerprint,
}

/// Section 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

/// Section 3.29. The region of a stack frame has fewer fields than the region of a label.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a, R = Region> {
    artifact_location: ArtifactLocation<'a>,
    region: R,
}

/// Section 3.4. A relative path is relative to the root of the sources.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation<'a> {
    uri: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

impl<'a> ArtifactLocation<'a> {
    fn new(sources: &SourceMap, file: &'a SourceFile) -> Self {
        let is_absolute = Path::new(file.path()).is_absolute();
        let url = if is_absolute { sources.url(file.id()) } else { None };
        if let Some(url) = url {
            return Self { uri: url.into(), uri_base_id: None };
        }
        Self::relative(file.path())
    }
}

/// Section 3.30. Lines and columns are 1-based, the end column is exclusive, byte offsets are 0-based.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    byte_offset: u32,
    byte_length: u32,
}

impl Region {
    fn new(file: &SourceFile, span: Span) -> Self {
        let start = file.location(span.lo(), ColumnUnit::Char);
        let end = file.end_of(span, ColumnUnit::Char);
        Self {
            start_line: start.line,
            start_column: start.col,
            end_line: end.map(|end| end.line),
            end_column: end.map(|end| end.col),
            byte_offset: span.lo(),
            byte_length: span.len(),
        }
    }
}

impl<'a> SarifLocation<'a> {
    fn new(sources: &SourceMap, id: Option<usize>, label: &ResolvedLabel<'a>) -> Self {
        let physical_location = PhysicalLocation {
            artifact_location: ArtifactLocation::new(sources, label.file),
            region: Region::new(label.file, label.span),
        };
        let message = label.label.message().map(Message::new);
        Self { id, physical_location, message }
    }
}

/// Section 3.55.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Message<'a>,
    artifact_changes: Vec<ArtifactChange<'a>>,
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    applicability: &'static str,
}

/// Section 3.56.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation<'a>,
    replacements: Vec<Replacement<'a>>,
}

/// Section 3.57.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<'a>,
}

impl<'a> Fix<'a> {
    fn new(sources: &'a SourceMap, fix: SuggestedFix<'a>) -> Self {
        let by_file = fix.edits.chunk_by(|a, b| a.span().file() == b.span().file());
        let changes = by_file.filter_map(|edits| {
            let file = sources.file(edits.first()?.span().file()).ok()?;
            let replacements = edits.iter().map(|edit| Replacement {
                deleted_region: Region::new(file, edit.span()),
                inserted_content: Text { text: edit.text() },
            });
            let artifact_location = ArtifactLocation::new(sources, file);
            Some(ArtifactChange { artifact_location, replacements: replacements.collect() })
        });
        Self {
            description: Message::new(fix.title()),
            artifact_changes: changes.collect(),
            properties: FixProperties { applicability: fix.suggestion.applicability().as_str() },
        }
    }
}

impl<W: Write> Emitter for SarifEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let code = diagnostic.code();
        let (fixes, in_text) = checked.fixes(sources);
        let parts = TextParts { related: false, suggestions: &in_text, backtrace: false };
        let text = PlainText::new(&checked, parts);
        let item = SarifResult {
            rule_id: code,
            rule_index: code.and_then(|code| self.rules.get(&code).copied()),
            level: level(diagnostic.severity()),
            message: Message::new(text.to_string()),
            locations: checked.primary().map(|label| [SarifLocation::new(sources, None, label)]),
            related_locations: checked
                .related()
                .enumerate()
                .map(|(id, label)| SarifLocation::new(sources, Some(id), label))
                .collect(),
            partial_fingerprints: PartialFingerprints { own: self.fingerprints.of(&checked) },
            fixes: fixes.into_iter().map(|fix| Fix::new(sources, fix)).collect(),
            stacks: diagnostic.backtrace().map(|backtrace| [Stack::new(backtrace)]),
        };
        self.document.json_item(|| Self::head(&self.tool), &item)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.fingerprints = Fingerprints::default();
        self.document.finish(|| Self::head(&self.tool), b"]}]}\n")
    }
}

impl<W: Write> FromOptions<W> for SarifEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_pages_with_the_same_code_is_the_rule() {
        let pages = Tool::default().pages().to_vec();
        let tool = Tool::default().with_pages(pages.iter().copied());
        let rules = SarifEmitter::new(io::sink(), &tool).rules;
        assert_eq!(rules.len(), pages.len());
        for (index, page) in pages.iter().enumerate() {
            assert_eq!(rules.get(&page.code), Some(&index));
        }
    }
}

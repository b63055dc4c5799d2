//! Writes results without structs for the parts that most diagnostics have.

use std::io;
use std::ops::Range;

use serde::Serialize;

use super::BaselineState;
use super::fix::Fix;
use super::flow::CodeFlow;
use super::location::{self, ArtifactLocation, Message, Region, SarifLocation};
use super::rule;
use super::stack::Stack;
use crate::check::{CheckedDiagnostic, ResolvedSpan};
use crate::emit::escape::push_json;
use crate::emit::fingerprint::Fingerprint;
use crate::emit::json_writer::{push_name, push_string};
use crate::emit::plain_text::{JsonString, PlainText, Related, StepsInText, TextParts};
use crate::model::{FileId, Suggestion, Tag};
use crate::source::{SourceLine, SourceMap};
use crate::text;

/// Section 3.27.
pub(super) struct SarifResult<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) checked: &'a CheckedDiagnostic<'a>,
    pub(super) rule_index: Option<usize>,
    pub(super) baseline_state: Option<BaselineState>,
    /// The file that is shown for a diagnostic without a location.
    pub(super) fallback: Option<&'a str>,
    pub(super) fingerprint: Fingerprint,
}

/// Section 3.8.
#[derive(Serialize)]
struct ResultProperties {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'static str>,
    /// False if the id of the rule is not a code.
    #[serde(rename = "vitteDiag/hasCode", skip_serializing_if = "Option::is_none")]
    has_code: Option<bool>,
}

/// The location of a file in the output. Most labels of a diagnostic are in the same file.
#[derive(Default)]
struct WrittenFile(Option<(FileId, Range<usize>)>);

impl SarifResult<'_> {
    /// Appends the result.
    pub(super) fn push(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let diagnostic = self.checked.diagnostic;
        let (fixes, in_text) = self.checked.fixes(self.sources, |_| true);
        let severity = diagnostic.severity();
        out.extend_from_slice(b"{\"ruleId\":");
        // Many readers require an id.
        push_string(out, diagnostic.code().map_or(severity.as_str(), |code| code.as_str()));
        if let Some(index) = self.rule_index {
            push_field(out, b",\"ruleIndex\":", &index)?;
        }
        out.extend_from_slice(b",\"level\":");
        push_name(out, rule::level(severity));
        if let Some(state) = self.baseline_state {
            push_field(out, b",\"baselineState\":", &state)?;
        }
        out.extend_from_slice(b",\"message\":");
        self.push_text(out, &in_text)?;
        let mut file = WrittenFile::default();
        self.push_location(out, &mut file)?;
        self.push_related(out, &mut file)?;
        if let Some(flow) = CodeFlow::new(self.sources, self.checked) {
            push_field(out, b",\"codeFlows\":", &[flow])?;
        }
        out.extend_from_slice(b",\"partialFingerprints\":{\"vitteDiag/v1\":\"");
        out.extend_from_slice(&self.fingerprint.digits());
        out.extend_from_slice(b"\"}");
        if !fixes.is_empty() {
            let fixes: Vec<_> = fixes.iter().map(|fix| Fix::new(self.sources, fix)).collect();
            push_field(out, b",\"fixes\":", &fixes)?;
        }
        let stacks = Stack::all(self.sources, self.checked);
        if !stacks.is_empty() {
            push_field(out, b",\"stacks\":", &stacks)?;
        }
        let tags: Vec<_> = diagnostic.tags().map(Tag::as_str).collect();
        let has_code = diagnostic.code().is_none().then_some(false);
        if !tags.is_empty() || has_code.is_some() {
            push_field(out, b",\"properties\":", &ResultProperties { tags, has_code })?;
        }
        out.push(b'}');
        Ok(())
    }

    /// Appends the message.
    fn push_text(&self, out: &mut Vec<u8>, in_text: &[&Suggestion]) -> io::Result<()> {
        let parts = TextParts {
            related: false,
            steps: StepsInText::AnalysisWithoutLocation,
            suggestions: in_text,
            backtrace: false,
        };
        let (start, text) = (out.len(), PlainText::new(self.checked, parts));
        out.extend_from_slice(b"{\"text\":\"");
        text.write(&mut JsonString(out));
        // JSON does not escape what begins a link.
        if location::has_link(out.get(start..).unwrap_or_default()) {
            out.truncate(start);
            return push_json(out, &Message::new(text.to_text()));
        }
        out.extend_from_slice(b"\"}");
        Ok(())
    }

    /// Appends the location of the diagnostic, if there is a file for it.
    fn push_location(&self, out: &mut Vec<u8>, file: &mut WrittenFile) -> io::Result<()> {
        match self.checked.primary().filter(|primary| !primary.file.is_virtual()) {
            Some(primary) => {
                out.extend_from_slice(b",\"locations\":[{");
                let line = self.checked.primary_line();
                self.push_at(out, (primary.at, line), primary.label.message(), file)?;
                out.extend_from_slice(b"}]");
            }
            None => {
                if let Some(at) = SarifLocation::of(self.sources, self.checked, self.fallback) {
                    push_field(out, b",\"locations\":", &[at])?;
                }
            }
        }
        Ok(())
    }

    /// Appends the locations beside the primary one, if there are any.
    fn push_related(&self, out: &mut Vec<u8>, file: &mut WrittenFile) -> io::Result<()> {
        const START: &[u8] = b",\"relatedLocations\":[{\"id\":";
        let (mut separator, mut ids) = (START, 0..);
        Related::labels(self.checked).try_for_each(|related| {
            out.extend_from_slice(std::mem::replace(&mut separator, b",{\"id\":"));
            text::digits(ids.next().unwrap_or(u32::MAX)).push_to(out);
            out.push(b',');
            let line = related.at.start_line();
            self.push_at(out, (related.at, line.as_ref()), related.message().as_deref(), file)?;
            out.push(b'}');
            io::Result::Ok(())
        })?;
        if separator != START {
            out.push(b']');
        }
        Ok(())
    }

    /// Appends the fields of a location (section 3.28) after its id. The location has the line of its start.
    fn push_at(
        &self,
        out: &mut Vec<u8>,
        (at, line): (ResolvedSpan<'_>, Option<&SourceLine>),
        message: Option<&str>,
        file: &mut WrittenFile,
    ) -> io::Result<()> {
        out.extend_from_slice(b"\"physicalLocation\":{\"artifactLocation\":");
        let start = out.len();
        match &file.0 {
            Some((id, written)) if *id == at.file.id() => out.extend_from_within(written.clone()),
            _ => ArtifactLocation::new(self.sources, at.file).push(out),
        }
        file.0 = Some((at.file.id(), start..out.len()));
        if at.is_known() {
            out.extend_from_slice(b",\"region\":");
            Region::from_line(at, line).push(out);
        }
        out.push(b'}');
        match message {
            None => {}
            Some(message) if location::has_link(message.as_bytes()) => {
                push_field(out, b",\"message\":", &Message::new(message))?;
            }
            Some(message) => {
                out.extend_from_slice(b",\"message\":{\"text\":");
                push_string(out, message);
                out.push(b'}');
            }
        }
        Ok(())
    }
}

/// Appends a field.
fn push_field(out: &mut Vec<u8>, name: &[u8], value: &impl Serialize) -> io::Result<()> {
    out.extend_from_slice(name);
    push_json(out, value)
}

//! Writes a diagnostic as it would be [converted](Converter::convert) and serialised, without the structs in between. Tests
//! compare the bytes.

use std::borrow::Cow;
use std::io;

use super::convert::{self, Converter};
use super::model::{CodeAction, Range};
use crate::check::CheckedDiagnostic;
use crate::emit::escape;
use crate::emit::json_writer::push_string;
use crate::emit::plain_text::{JsonString, PlainText, Related, StepsInText, TextParts};
use crate::model::Diagnostic;
use crate::source::SourceFile;
use crate::text;

impl<'a> Converter<'a> {
    /// Appends the JSON of a diagnostic, with its actions. Returns the URI of its file, or `None` if it has no location.
    pub(super) fn push(
        &self,
        out: &mut Vec<u8>,
        diagnostic: &Diagnostic,
    ) -> io::Result<Option<Cow<'a, str>>> {
        let checked = CheckedDiagnostic::new(self.sources, diagnostic);
        let own_uri = checked.file().map(|file| self.uri(file));
        let (fixes, in_text) = checked.fixes(self.sources, |file| self.can_edit(file));
        let range = checked.primary().map(|primary| self.range(primary.file, primary.span));
        out.extend_from_slice(b"{\"range\":");
        push_range(out, range.unwrap_or_default());
        out.extend_from_slice(b",\"severity\":");
        out.push(b'0' + convert::severity(diagnostic));
        if let Some(code) = diagnostic.code() {
            out.extend_from_slice(b",\"code\":");
            push_string(out, code.as_str());
            if let Some(href) = self.tool.code_url_parts(&code) {
                out.extend_from_slice(b",\"codeDescription\":{\"href\":\"");
                // A URL needs no escapes.
                href.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
                out.extend_from_slice(b"\"}");
            }
        }
        out.extend_from_slice(b",\"source\":");
        push_string(out, self.tool.name());
        out.extend_from_slice(b",\"message\":\"");
        let parts = TextParts {
            related: false,
            steps: StepsInText::WithoutLocation,
            suggestions: &in_text,
            backtrace: false,
        };
        PlainText::new(&checked, parts).write(&mut JsonString(out));
        out.push(b'"');
        let tags = convert::tags(diagnostic);
        if !tags.is_empty() {
            out.extend_from_slice(b",\"tags\":");
            escape::push_json(out, &tags)?;
        }
        self.push_related(out, &checked, own_uri.as_deref());
        if !fixes.is_empty() {
            let actions: Vec<CodeAction> = fixes.iter().map(|fix| self.code_action(fix)).collect();
            out.extend_from_slice(b",\"data\":");
            escape::push_json(out, &actions)?;
        }
        out.push(b'}');
        Ok(own_uri)
    }

    /// Appends the related information, if there is any.
    fn push_related(
        &self,
        out: &mut Vec<u8>,
        checked: &CheckedDiagnostic<'_>,
        own_uri: Option<&str>,
    ) {
        const START: &[u8] = b",\"relatedInformation\":[";
        let own_file = checked.file().map(SourceFile::id);
        let mut separator = START;
        let mut push = |related: Related<'_>| {
            out.extend_from_slice(std::mem::replace(&mut separator, b","));
            out.extend_from_slice(b"{\"location\":{\"uri\":");
            match own_uri.filter(|_| own_file == Some(related.at.file.id())) {
                Some(uri) => push_string(out, uri),
                None => push_string(out, &self.uri(related.at.file)),
            }
            out.extend_from_slice(b",\"range\":");
            push_range(out, self.range(related.at.file, related.at.span));
            out.extend_from_slice(b"},\"message\":");
            push_string(out, &related.message().unwrap_or("here".into()));
            out.push(b'}');
        };
        Related::labels(checked).for_each(&mut push);
        Related::steps(checked, |_| true).for_each(push);
        if separator != START {
            out.push(b']');
        }
    }
}

fn push_range(out: &mut Vec<u8>, Range { start, end }: Range) {
    text::push_number(out, b"{\"start\":{\"line\":", start.line);
    text::push_number(out, b",\"character\":", start.character);
    text::push_number(out, b"},\"end\":{\"line\":", end.line);
    text::push_number(out, b",\"character\":", end.character);
    out.extend_from_slice(b"}}");
}

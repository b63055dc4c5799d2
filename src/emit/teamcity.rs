//! Service messages of TeamCity: code inspections.
//!
//! ```text
//! ##teamcity[inspectionType id='E0001' name='illegal character' category='mycc' description='…']
//! ##teamcity[inspection typeId='E0001' message='expected expression|nhelp: …' file='src/main.vitte' line='12' SEVERITY='ERROR']
//! ```
//!
//! The messages, their limits and escapes are documented at
//! <https://www.jetbrains.com/help/teamcity/service-messages.html#Reporting+Inspections>. The first diagnostic with a code is
//! preceded by the type of its inspection. A diagnostic without a code has the type `error`, `warning` or `note`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write};

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use super::place::{Place, truncated};
use super::plain_text::{PlainText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// The maximum number of characters of an id, a name and a category.
const MAX_NAME_CHARS: usize = 255;
/// The maximum number of characters of a description, a message and a path.
const MAX_TEXT_CHARS: usize = 4000;

/// Writes one service message per line. Lines are 1-based. A text that is longer than TeamCity accepts ends with `…`.
///
/// A diagnostic about a whole file has no line. One without a location has the path of a file that it is not about, see
/// [`with_fallback_path`](Self::with_fallback_path).
#[derive(Clone, Debug)]
pub struct TeamcityEmitter<W> {
    writer: W,
    tool: Tool,
    fallback_path: Option<String>,
    /// The types that have been written.
    types: HashSet<String>,
}

impl<W: Write> TeamcityEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self { writer, tool: tool.clone(), fallback_path: None, types: HashSet::new() }
    }

    /// Sets the file that is shown for a diagnostic without a location. The default is the first file of the source map
    /// that another program can open, or `.` if there is none. The message says that the diagnostic has no location.
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

    /// Returns the message that describes a type, unless it has been written.
    fn new_type(&mut self, id: &str, diagnostic: &Diagnostic) -> Option<String> {
        if !self.types.insert(id.to_owned()) {
            return None;
        }
        let code = diagnostic.code();
        let page = code.and_then(|code| self.tool.pages().iter().find(|page| page.code == code));
        let name = page.map_or(id, |page| page.title);
        let url = code.and_then(|code| self.tool.code_url(code));
        let description = page.map(|page| page.meaning).or(url.as_deref()).unwrap_or(name);
        Some(format!(
            "##teamcity[inspectionType id='{}' name='{}' category='{}' description='{}']\n",
            escaped(id, MAX_NAME_CHARS),
            escaped(name, MAX_NAME_CHARS),
            escaped(self.tool.name(), MAX_NAME_CHARS),
            escaped(description, MAX_TEXT_CHARS),
        ))
    }
}

impl<W: Write> Emitter for TeamcityEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let code = diagnostic.code();
        let id = code.map_or(diagnostic.severity().as_str(), |code| code.as_str()).to_owned();
        let mut out = self.new_type(&id, diagnostic).unwrap_or_default().into_bytes();
        let place = Place::new(&checked, self.fallback_path.as_deref());
        let suggestions = checked.all_suggestions();
        let text = PlainText::new(&checked, TextParts::all(&suggestions));
        let message = escaped(&place.text(text).to_string(), MAX_TEXT_CHARS);
        let (id, path) = (escaped(&id, MAX_NAME_CHARS), escaped(place.path, MAX_TEXT_CHARS));
        write!(out, "##teamcity[inspection typeId='{id}' message='{message}' file='{path}'")?;
        if let Some(at) = place.at.map(|at| at.location(ColumnUnit::Char)) {
            write!(out, " line='{}'", at.line)?;
        }
        let severity = match diagnostic.severity() {
            Severity::Fatal | Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        };
        writeln!(out, " SEVERITY='{severity}']")?;
        self.writer.write_all(&out)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.types.clear();
        self.writer.flush()
    }
}

/// Returns the value of an attribute. Control characters are escaped, too, because logs are also read in a terminal.
fn escaped(text: &str, max_chars: usize) -> String {
    let text = truncated(text, max_chars);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let escape = match c {
            '|' => "||",
            '\'' => "|'",
            '[' => "|[",
            ']' => "|]",
            '\n' => "|n",
            '\r' => "|r",
            // All of them have at most four digits.
            c if text::is_unsafe(c) => &*Cow::from(format!("|0x{:04x}", u32::from(c))),
            c => {
                out.push(c);
                continue;
            }
        };
        out.push_str(escape);
    }
    out
}

impl<W: Write> FromOptions<W> for TeamcityEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        let fallback_path = options.fallback_path.clone();
        Self { fallback_path, ..Self::new(writer, &options.tool) }
    }
}

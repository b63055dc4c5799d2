//! One line of JSON: a diagnostic, or the reason why it is none.
//!
//! ```text
//! line ─▶ scan ─▶ fields                              a line that `JsonEmitter` wrote
//!           └▶ parse ─▶ diagnostic ─▶ fields          any other valid line
//!                └▶ column, reason                    an invalid line
//! ```

mod cursor;
mod parse;
mod scan;

use std::borrow::Cow;

use cursor::Raw;
pub(super) use parse::{Invalid, parse};
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{Severity, Tag};

/// A valid line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// The canonical JSON: what [`JsonEmitter`](vitte_diag::JsonEmitter) writes, without a line feed.
    pub(super) json: &'a [u8],
    pub(super) fields: Fields<'a>,
}

/// The fields of a diagnostic that are counted, compared and filtered.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    pub(super) severity: Severity,
    pub(super) code: Option<&'a str>,
    pub(super) message: Text<'a>,
    /// The file that the diagnostic is about.
    pub(super) path: Option<Text<'a>>,
    /// The byte offset of the primary label, 0-based.
    pub(super) lo: Option<u32>,
    /// The line of the primary label, 1-based.
    pub(super) line: Option<u32>,
    /// A bit for each [`Tag`].
    tags: u8,
}

/// A string of the JSON.
#[derive(Clone, Debug)]
pub(super) enum Text<'a> {
    /// With the escapes of JSON, if there are any.
    Raw(Raw<'a>),
    Plain(&'a str),
}

impl<'a> Text<'a> {
    /// Returns the text without the escapes of JSON.
    pub(super) fn get(&self) -> Cow<'a, str> {
        match self {
            Self::Raw(raw) => raw.text(),
            Self::Plain(text) => Cow::Borrowed(text),
        }
    }
}

/// All tags.
pub(super) const TAGS: [Tag; 2] = [Tag::Unnecessary, Tag::Deprecated];

impl<'a> Fields<'a> {
    /// Returns true if the diagnostic has this tag.
    pub(super) fn has_tag(&self, tag: Tag) -> bool {
        self.tags & bit(tag) != 0
    }

    fn of(diagnostic: &'a JsonDiagnostic<'_>) -> Self {
        let primary = diagnostic.primary.as_ref();
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code.as_ref().map(|code| code.as_str()),
            message: Text::Plain(&diagnostic.message),
            path: diagnostic.path().map(Text::Plain),
            lo: primary.map(|primary| primary.lo),
            line: primary.map(|primary| primary.line),
            tags: diagnostic.tags.iter().fold(0, |bits, tag| bits | bit(*tag)),
        }
    }
}

const fn bit(tag: Tag) -> u8 {
    match tag {
        Tag::Unnecessary => 1,
        Tag::Deprecated => 2,
    }
}

/// The memory of a line that is not canonical.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    json: Vec<u8>,
    diagnostic: Option<JsonDiagnostic<'static>>,
}

/// Reads a line, with or without its line end.
///
/// # Errors
///
/// [`Invalid`] if it is not a diagnostic.
pub(super) fn read<'a>(line: &'a [u8], scratch: &'a mut Scratch) -> Result<Line<'a>, Invalid> {
    let json = without_line_end(line);
    if let Some(fields) = scan::scan(json) {
        return Ok(Line { json, fields });
    }
    // Before the next one is parsed: it may be large.
    scratch.diagnostic = None;
    let diagnostic = parse(line)?;
    scratch.json = diagnostic.to_line().map_err(|error| Invalid::new(1, error.to_string()))?;
    let diagnostic = scratch.diagnostic.insert(diagnostic);
    Ok(Line { json: without_line_end(&scratch.json), fields: Fields::of(diagnostic) })
}

fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests;

//! JSON Lines for programs: one object per diagnostic.
//!
//! ```json
//! {"severity":"error","code":"E0001","message":"unexpected character `@`",
//!  "primary":{"file":"a.vitte","lo":8,"hi":9,"line":1,"col":9},
//!  "labels":[{"style":"primary","file":"a.vitte","lo":8,"hi":9,"line":1,"col":9,"message":null}],
//!  "help":null,"notes":[]}
//! ```
//!
//! The object is on one line. These seven fields are always present, in this order. `suggestions` and
//! `backtrace` follow if they are not empty. A suggestion:
//!
//! ```json
//! {"message":"remove it","applicability":"machine-applicable",
//!  "edits":[{"file":"a.vitte","lo":8,"hi":9,"line":1,"col":9,"text":""}]}
//! ```
//!
//! `backtrace` is an array of strings, one per [`Frame`](crate::Frame), the innermost frame first.
//!
//! `lo` and `hi` are byte offsets, `hi` is exclusive. `line` and `col` are the 1-based location of `lo`.
//! Strings contain the exact text; [`JsonEmitter`] escapes every character that a terminal would interpret.
//!
//! ```
//! use vitte_diag::{DiagnosticBag, JsonEmitter, SourceMap, codes, json::JsonDiagnostic};
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("a.vitte", "let x = @\n")?;
//! let mut bag = DiagnosticBag::new();
//! bag.push_error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`");
//! let mut json = JsonEmitter::new(Vec::new());
//! bag.emit(&sources, &mut json)?;
//!
//! let read: JsonDiagnostic<'_> = serde_json::from_slice(&json.into_inner())?;
//! assert_eq!(read.to_diagnostic(|_| file)?, bag.ordered()[0].diagnostic.clone());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod read;
mod schema;
mod write;

use std::borrow::Cow;
use std::io::{self, Write};

pub use read::JsonError;
pub use schema::SCHEMA;
#[cfg(feature = "schema")]
pub use schema::schema;
use serde::{Deserialize, Serialize};
use write::WriteJson as _;

use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::{Emitter, escape};
use crate::bag::Entry;
use crate::check::{CheckedDiagnostic, ResolvedLabel};
use crate::model::{Applicability, Backtrace, Code, Diagnostic, LabelStyle, Severity, Suggestion};
use crate::source::{ColumnUnit, SourceMap};

/// A diagnostic in its JSON form, for writing and for reading. A value that was deserialised owns its
/// strings.
///
/// ```
/// use vitte_diag::json::JsonDiagnostic;
///
/// let line = r#"{"severity":"note","code":"N0001","message":"m","primary":null,"labels":[],"help":null,"notes":["n"]}"#;
/// let diagnostic: JsonDiagnostic = serde_json::from_str(line)?;
/// assert_eq!(diagnostic.notes, ["n"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "Diagnostic", description = "One line of a compiler's JSON output.", transform = schema::require_all))]
#[non_exhaustive]
pub struct JsonDiagnostic<'a> {
    /// `note`, `warning`, `error` or `fatal`.
    pub severity: Severity,
    /// The code, such as `E0001`.
    pub code: Code,
    /// The message.
    pub message: Cow<'a, str>,
    /// The location of the primary label, or null if it cannot be shown.
    #[serde(deserialize_with = "Option::deserialize")]
    // Null is allowed, a missing field is not.
    pub primary: Option<JsonLocation<'a>>,
    /// Every label that can be shown, the primary label first if it is one of them.
    pub labels: Vec<JsonLabel<'a>>,
    /// Advice on how to fix the problem, or null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub help: Option<Cow<'a, str>>,
    /// Additional facts, including a note for each invalid span.
    pub notes: Vec<Cow<'a, str>>,
    /// Suggested fixes. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<JsonSuggestion<'a>>,
    /// The frames of a crash, the innermost first. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backtrace: Vec<Cow<'a, str>>,
}

/// A location in a source file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Location"))]
#[non_exhaustive]
pub struct JsonLocation<'a> {
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The offset of the first byte, 0-based.
    pub lo: u32,
    /// The offset of the byte after the last byte.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based. It counts characters, unless the emitter was configured otherwise.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub col: u32,
}

/// A label.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = schema::require_all))]
#[cfg_attr(feature = "schema", schemars(rename = "Label"))]
#[non_exhaustive]
pub struct JsonLabel<'a> {
    /// `primary` or `secondary`.
    pub style: LabelStyle,
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The offset of the first byte, 0-based.
    pub lo: u32,
    /// The offset of the byte after the last byte.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub col: u32,
    /// The message, or null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub message: Option<Cow<'a, str>>,
}

/// A suggested fix. Its edits are applied all together or not at all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Suggestion"))]
#[non_exhaustive]
pub struct JsonSuggestion<'a> {
    /// A description of the fix.
    pub message: Cow<'a, str>,
    /// How confident the compiler is that the fix is correct.
    pub applicability: Applicability,
    /// At least one edit, in the order of their locations, without overlaps.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub edits: Vec<JsonEdit<'a>>,
}

/// The replacement of a range of bytes by new text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Edit"))]
#[non_exhaustive]
pub struct JsonEdit<'a> {
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The offset of the first byte that is replaced, 0-based.
    pub lo: u32,
    /// The offset of the byte after the last byte that is replaced.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub col: u32,
    /// The new text.
    pub text: Cow<'a, str>,
}

impl<'a> JsonDiagnostic<'a> {
    /// Converts `diagnostic`; columns count `unit`.
    ///
    /// An invalid span is clamped to its file, and a note reports it. A label in a file that is not in
    /// `sources` is omitted, and a note contains its message.
    #[must_use]
    pub fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic, unit: ColumnUnit) -> Self {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let suggestions = checked.suggestions.iter();
        let frames = diagnostic.backtrace().into_iter().flat_map(Backtrace::frames);
        let labels: Vec<_> =
            checked.labels.iter().map(|label| JsonLabel::new(label, unit)).collect();
        let primary = labels.first().filter(|first| first.style == LabelStyle::Primary);
        Self {
            severity: diagnostic.severity(),
            code: diagnostic.code(),
            message: diagnostic.message().into(),
            primary: primary.map(JsonLabel::location),
            labels,
            help: diagnostic.help().map(Cow::Borrowed),
            notes: checked.notes().collect(),
            suggestions: suggestions
                .map(|suggestion| JsonSuggestion::new(sources, suggestion, unit))
                .collect(),
            backtrace: frames.map(|frame| frame.text().into()).collect(),
        }
    }
}

impl JsonDiagnostic<'_> {
    /// Returns the line that [`JsonEmitter`] writes, with its line feed.
    ///
    /// # Errors
    ///
    /// Returns an error if serialisation fails, which does not happen for strings and numbers.
    pub fn to_line(&self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.push_line(&mut line)?;
        Ok(line)
    }

    fn push_line(&self, out: &mut Vec<u8>) -> io::Result<()> {
        self.write(out)?;
        out.push(b'\n');
        Ok(())
    }
}

impl<'a> JsonSuggestion<'a> {
    fn new(sources: &'a SourceMap, suggestion: &'a Suggestion, unit: ColumnUnit) -> Self {
        let edits = suggestion.edits().iter().filter_map(|edit| {
            let span = edit.span();
            let at = sources.location_in(span, unit).ok()?;
            Some(JsonEdit {
                file: at.path.into(),
                lo: span.lo(),
                hi: span.hi(),
                line: at.line,
                col: at.col,
                text: edit.text().into(),
            })
        });
        Self {
            message: suggestion.message().into(),
            applicability: suggestion.applicability(),
            edits: edits.collect(),
        }
    }
}

impl<'a> JsonLabel<'a> {
    fn new(resolved: &ResolvedLabel<'a>, unit: ColumnUnit) -> Self {
        let at = resolved.location(unit);
        Self {
            style: resolved.label.style(),
            file: at.path.into(),
            lo: resolved.span.lo(),
            hi: resolved.span.hi(),
            line: at.line,
            col: at.col,
            message: resolved.label.message().map(Cow::Borrowed),
        }
    }

    fn location(&self) -> JsonLocation<'a> {
        let Self { lo, hi, line, col, .. } = *self;
        JsonLocation { file: self.file.clone(), lo, hi, line, col }
    }
}

/// Writes diagnostics as JSON Lines, see the [module](self). Each diagnostic is one write to the writer.
///
/// ```
/// use vitte_diag::{Diagnostic, DiagnosticBag, JsonEmitter, SourceMap, codes};
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("a.vitte", "let x = @\n")?;
/// let mut bag = DiagnosticBag::new();
/// bag.push_error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`");
///
/// let mut json = JsonEmitter::new(Vec::new());
/// bag.emit(&sources, &mut json)?;
/// let line = String::from_utf8(json.into_inner())?;
/// assert!(line.starts_with(r#"{"severity":"error","code":"E0001","message":"unexpected"#));
/// assert!(line.ends_with("}\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct JsonEmitter<W> {
    output: Output<W>,
    column_unit: ColumnUnit,
}

impl<W: Write> JsonEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { output: Output::new(writer), column_unit: ColumnUnit::Char }
    }

    /// Sets what `col` counts. Default: characters.
    #[must_use]
    pub const fn with_column_unit(mut self, unit: ColumnUnit) -> Self {
        self.column_unit = unit;
        self
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for JsonEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources, self.column_unit))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources, self.column_unit))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap, unit: ColumnUnit) -> impl Draw {
    move |_, diagnostic, out| JsonDiagnostic::new(sources, diagnostic, unit).push_line(out)
}

impl<W: Write> FromOptions<W> for JsonEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}

//! Output for programs: JSON Lines, one object for each diagnostic.
//!
//! ```json
//! {"severity":"error","code":"E0001","message":"unexpected character `@`",
//!  "primary":{"file":"a.vitte","lo":8,"hi":9,"line":1,"col":9},
//!  "labels":[{"style":"primary","file":"a.vitte","lo":8,"hi":9,"line":1,"col":9,"message":null}],
//!  "help":null,"notes":[]}
//! ```
//!
//! (On one line.) All seven fields are always there, in this order; `suggestions` and `backtrace`
//! follow where there are any:
//!
//! ```json
//! {"message":"remove it","applicability":"machine-applicable",
//!  "edits":[{"file":"a.vitte","lo":8,"hi":9,"line":1,"col":9,"text":""}]}
//! ```
//!
//! `backtrace` is an array of texts, each a [`Frame`](crate::Frame), the innermost call first.
//!
//! `lo` and `hi` are byte offsets, `hi` exclusive; `line` and `col` are 1-based and those of `lo`. Strings
//! hold the exact text, and [`JsonEmitter`] writes every character that a terminal would obey as an
//! escape.

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
use write::Json as _;

use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::{Emitter, escape};
use crate::bag::Entry;
use crate::check::{Checked, Resolved};
use crate::model::{Applicability, Backtrace, Code, Diagnostic, LabelStyle, Severity, Suggestion};
use crate::source::{ColumnUnit, SourceMap};

/// A diagnostic as its JSON has it: written and read by the same struct. What is read is owned, so it
/// may outlive the text that it was read from.
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
#[cfg_attr(feature = "schema", schemars(title = "Diagnostic", description = "One line of a compiler's JSON output.", transform = schema::all_are_there))]
#[non_exhaustive]
pub struct JsonDiagnostic<'a> {
    /// `note`, `warning`, `error` or `fatal`.
    pub severity: Severity,
    /// Such as `E0001`.
    pub code: Code,
    /// What is wrong.
    pub message: Cow<'a, str>,
    /// Where: the primary label's place, or null where there is none to show.
    #[serde(deserialize_with = "Option::deserialize")] // null, but there
    pub primary: Option<JsonLocation<'a>>,
    /// Every label that can be shown, the primary one first where it is among them.
    pub labels: Vec<JsonLabel<'a>>,
    /// What to do about it, or null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub help: Option<Cow<'a, str>>,
    /// What else is to be known, broken spans among it.
    pub notes: Vec<Cow<'a, str>>,
    /// Ways to mend it; the field is there only where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<JsonSuggestion<'a>>,
    /// The calls of a crash, the innermost first; the field is there only where they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backtrace: Vec<Cow<'a, str>>,
}

/// A place in a source file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Place"))]
#[non_exhaustive]
pub struct JsonLocation<'a> {
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The first byte.
    pub lo: u32,
    /// The byte after the last.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based, in characters unless the emitter was told otherwise.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub col: u32,
}

/// A label.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = schema::all_are_there))]
#[cfg_attr(feature = "schema", schemars(rename = "Label"))]
#[non_exhaustive]
pub struct JsonLabel<'a> {
    /// `primary` or `secondary`.
    pub style: LabelStyle,
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The first byte.
    pub lo: u32,
    /// The byte after the last.
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

/// A way to mend the problem: all of its edits are done, or none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Suggestion"))]
#[non_exhaustive]
pub struct JsonSuggestion<'a> {
    /// What it does.
    pub message: Cow<'a, str>,
    /// How sure the compiler is of it.
    pub applicability: Applicability,
    /// At least one; in the order of their places, none over another.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub edits: Vec<JsonEdit<'a>>,
}

/// New text in the place of some bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Edit"))]
#[non_exhaustive]
pub struct JsonEdit<'a> {
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The first byte that goes.
    pub lo: u32,
    /// The byte after the last that goes.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "read::one_based")]
    pub col: u32,
    /// What comes.
    pub text: Cow<'a, str>,
}

impl<'a> JsonDiagnostic<'a> {
    /// The JSON of `diagnostic`, columns counted in `unit`.
    ///
    /// Broken spans are clamped to what exists, and a note says so. A label in a file that
    /// `sources` does not have is left out, with a note that holds its message.
    #[must_use]
    pub fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic, unit: ColumnUnit) -> Self {
        let checked = Checked::new(sources, diagnostic);
        let suggestions = checked.suggestions.iter();
        let frames = diagnostic.backtrace().into_iter().flat_map(Backtrace::frames);
        let labels: Vec<_> =
            checked.labels.iter().map(|label| JsonLabel::new(label, unit)).collect();
        let primary = labels.first().filter(|first| first.style == LabelStyle::Primary);
        Self {
            severity: diagnostic.severity(),
            code: diagnostic.code(),
            message: diagnostic.message().into(),
            primary: primary.map(JsonLabel::place),
            labels,
            help: diagnostic.help().map(Cow::Borrowed),
            notes: checked.notes().collect(),
            suggestions: suggestions.map(|one| JsonSuggestion::new(sources, one, unit)).collect(),
            backtrace: frames.map(|frame| frame.text().into()).collect(),
        }
    }
}

impl JsonDiagnostic<'_> {
    /// Its line as [`JsonEmitter`] writes it, with the line feed.
    ///
    /// # Errors
    ///
    /// None that is known: a struct of texts and numbers can always be written.
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
    fn new(resolved: &Resolved<'a>, unit: ColumnUnit) -> Self {
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

    fn place(&self) -> JsonLocation<'a> {
        let Self { lo, hi, line, col, .. } = *self;
        JsonLocation { file: self.file.clone(), lo, hi, line, col }
    }
}

/// Writes diagnostics as JSON Lines, see the [module](self). Each reaches the writer in one write.
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
    /// Writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { output: Output::new(writer), column_unit: ColumnUnit::Char }
    }

    /// What does `col` count? By default characters.
    #[must_use]
    pub const fn with_column_unit(mut self, unit: ColumnUnit) -> Self {
        self.column_unit = unit;
        self
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for JsonEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.one(diagnostic, draw(sources, self.column_unit))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.all(entries, draw(sources, self.column_unit))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap, unit: ColumnUnit) -> impl Draw {
    move |_, diagnostic, out| JsonDiagnostic::new(sources, diagnostic, unit).push_line(out)
}

impl<W: Write> FromOptions<W> for JsonEmitter<W> {
    fn from_options(writer: W, _setup: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}

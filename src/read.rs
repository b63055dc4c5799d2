//! Reads the diagnostics of other tools.
//!
//! ```text
//! rustc, cargo ─┐
//! gcc          ─┼▶ reader ─▶ diagnostics and their sources ─▶ any emitter
//! LSP, SARIF   ─┘      └▶ losses: what could not be kept
//! ```
//!
//! One file per format. Nothing is dropped without a count: [`Losses`] tells what was lost.
//!
//! ```
//! use vitte_diag::read::InputFormat;
//!
//! let line = r#"{"$message_type":"diagnostic","message":"`main` function not found","code":{"code":"E0601","explanation":null},"level":"error","spans":[],"children":[],"rendered":null}"#;
//! let read = InputFormat::Rustc.read(line.as_bytes(), &mut |_path| None)?;
//! assert_eq!(read.diagnostics[0].to_string(), "error[E0601]: `main` function not found");
//! assert!(read.losses.is_empty());
//! # Ok::<(), vitte_diag::read::ReadError>(())
//! ```

mod files;
mod fixes;
mod gcc;
mod json;
mod locate;
mod losses;
mod lsp;
mod rustc;
mod sarif;
mod tool_name;
mod uri;

use std::fmt;
use std::str::FromStr;

use files::{Files, Loaded};
pub use files::{InputFiles, LoadFile};
pub use losses::Losses;

use crate::model::{Diagnostic, FileId};
use crate::registry::Tool;
use crate::source::SourceMap;
use crate::text;

/// A format of another tool that can be read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum InputFormat {
    /// The JSON Lines of `rustc --error-format=json`, and of `cargo --message-format=json`, which contain them.
    ///
    /// What is derived from other data is not kept: the rendered text, and the explanation of a code. Of several
    /// primary spans, all but the first become secondary labels.
    Rustc,
    /// The JSON of `gcc -fdiagnostics-format=json`, GCC 9 to 14.
    Gcc,
    /// `textDocument/publishDiagnostics` of the Language Server Protocol: one notification, or its parameters, per
    /// line.
    Lsp,
    /// A log in SARIF 2.1.0.
    Sarif,
}

/// Returns the path of a `file:` URI, or `None` for another URI.
pub(crate) fn path_of_uri(uri: &str) -> Option<String> {
    uri::file_uri_path(uri)
}

impl InputFormat {
    /// All formats, in the order in which the help lists them.
    pub const ALL: &[Self] = &[Self::Rustc, Self::Gcc, Self::Lsp, Self::Sarif];

    /// Returns the name of the format on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rustc => "rustc",
            Self::Gcc => "gcc",
            Self::Lsp => "lsp",
            Self::Sarif => "sarif",
        }
    }

    /// Reads the whole output of a tool. `load` returns the bytes of the file with a path, or `None` if it is not here;
    /// it is called once for each path.
    ///
    /// # Errors
    ///
    /// A [`ReadError`] if the input is not in this format. A line that is not, among others that are, is reported in
    /// [`Imported::invalid_lines`] instead.
    pub fn read(self, input: &[u8], load: &mut LoadFile<'_>) -> Result<Imported, ReadError> {
        self.read_into(SourceMap::new(), input, load)
    }

    /// Reads the whole output of a tool like [`read`](Self::read), and adds its files to `sources`. With a
    /// [root](SourceMap::with_root) every file has a URL. A file that is in `sources` with the same path and text is not
    /// added again.
    ///
    /// # Errors
    ///
    /// See [`read`](Self::read).
    pub fn read_into(
        self,
        sources: SourceMap,
        input: &[u8],
        load: &mut LoadFile<'_>,
    ) -> Result<Imported, ReadError> {
        self.read_from(sources, input, &mut Loaded(load))
    }

    /// Reads the whole output of a tool like [`read_into`](Self::read_into). `files` finds the files, also if the tool has
    /// other paths for them.
    ///
    /// # Errors
    ///
    /// See [`read`](Self::read).
    pub fn read_from(
        self,
        sources: SourceMap,
        input: &[u8],
        files: &mut dyn InputFiles,
    ) -> Result<Imported, ReadError> {
        let mut import = Import::new(sources, files);
        match self {
            Self::Rustc => rustc::read(input, &mut import),
            Self::Gcc => gcc::read(input, &mut import),
            Self::Lsp => lsp::read(input, &mut import),
            Self::Sarif => sarif::read(input, &mut import),
        }?;
        Ok(import.finish())
    }
}

impl fmt::Display for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for InputFormat {
    type Err = UnknownInputFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|format| format.name() == name);
        found.copied().ok_or_else(|| UnknownInputFormat { given: name.to_owned() })
    }
}

/// The error of a name that is not an [`InputFormat`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UnknownInputFormat {
    /// The name as it was passed.
    pub given: String,
}

impl fmt::Display for UnknownInputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = InputFormat::ALL.iter().map(|format| format.name()).collect();
        let given = text::one_line(&self.given);
        write!(f, "unknown input format `{given}`: expected one of {}", names.join(", "))
    }
}

impl std::error::Error for UnknownInputFormat {}

/// The diagnostics of another tool.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Imported {
    /// The files that the diagnostics refer to.
    pub sources: SourceMap,
    /// The diagnostics in the order of the input.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be kept.
    pub losses: Losses,
    /// The tool that wrote the diagnostics, if the format names it.
    pub tool: Option<Tool>,
    /// The lines of a line-based format that could not be read: the 1-based number and the reason. At most 1,000.
    pub invalid_lines: Vec<(u64, String)>,
    /// The number of further lines that could not be read.
    pub more_invalid_lines: u64,
    /// The files that are here, but have changed since the tool read them. Their text is not used: they are
    /// [unavailable](SourceMap::add_unavailable) in `sources`.
    pub changed_files: Vec<FileId>,
}

/// The maximum number of invalid lines that are kept.
const MAX_INVALID_LINES: usize = 1000;
/// The maximum length of the reason why a line is invalid, in bytes. It may quote the line.
const MAX_REASON_BYTES: usize = 200;

/// Collects what a reader reads.
struct Import<'f> {
    files: Files<'f>,
    diagnostics: Vec<Diagnostic>,
    losses: Losses,
    tool: Option<Tool>,
    invalid_lines: Vec<(u64, String)>,
    more_invalid_lines: u64,
    changed_files: Vec<FileId>,
}

impl<'f> Import<'f> {
    fn new(sources: SourceMap, files: &'f mut dyn InputFiles) -> Self {
        Self {
            files: Files::new(sources, files),
            diagnostics: Vec::new(),
            losses: Losses::default(),
            tool: None,
            invalid_lines: Vec::new(),
            more_invalid_lines: 0,
            changed_files: Vec::new(),
        }
    }

    /// Adds a diagnostic, and what of it could not be kept: each kind at most once.
    fn push(&mut self, diagnostic: Diagnostic, lost: impl IntoIterator<Item = &'static str>) {
        self.diagnostics.push(diagnostic);
        self.losses.add(lost);
    }

    /// Adds a line that could not be read. `number` is 1-based.
    fn push_invalid_line(&mut self, number: u64, reason: &str) {
        if self.invalid_lines.len() < MAX_INVALID_LINES {
            let reason = text::truncate(reason, MAX_REASON_BYTES).to_owned();
            self.invalid_lines.push((number, reason));
        } else {
            self.more_invalid_lines += 1;
        }
    }

    fn finish(self) -> Imported {
        Imported {
            sources: self.files.sources,
            diagnostics: self.diagnostics,
            losses: self.losses,
            tool: self.tool,
            invalid_lines: self.invalid_lines,
            more_invalid_lines: self.more_invalid_lines,
            changed_files: self.changed_files,
        }
    }
}

/// Why the output of a tool could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ReadError {
    /// The format that was expected.
    pub format: InputFormat,
    /// Why the input is not in this format.
    pub reason: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the input is not {} output: {}", self.format, text::one_line(&self.reason))
    }
}

impl std::error::Error for ReadError {}

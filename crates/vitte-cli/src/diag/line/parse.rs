//! Reads any line.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{FileId, text};

/// Why a line is not a diagnostic.
#[derive(Debug)]
pub(in crate::diag) struct Invalid {
    /// Where the line is wrong: 1-based, in bytes.
    pub(in crate::diag) column: usize,
    /// One line of at most [`MAX_REASON_BYTES`].
    pub(in crate::diag) reason: String,
}

/// The maximum length of a reason in bytes. It may quote the line.
const MAX_REASON_BYTES: usize = 500;

impl Invalid {
    pub(super) fn new(column: usize, reason: impl AsRef<str>) -> Self {
        let reason = text::one_line(reason.as_ref());
        Self { column, reason: text::truncate(&reason, MAX_REASON_BYTES).to_owned() }
    }
}

/// Lines of more bytes than this are parsed one at a time, because the structs of hostile ones take 30 times their size.
const LONG_LINE_BYTES: usize = 64 << 10;

static LONG_LINE: Mutex<()> = Mutex::new(());

/// Parses a line and checks the diagnostic.
///
/// # Errors
///
/// [`Invalid`] if the line is not a diagnostic.
pub(in crate::diag) fn parse(line: &[u8]) -> Result<JsonDiagnostic<'static>, Invalid> {
    let is_long = line.len() > LONG_LINE_BYTES;
    let _alone = is_long.then(|| LONG_LINE.lock().unwrap_or_else(PoisonError::into_inner));
    let diagnostic: JsonDiagnostic<'static> = serde_json::from_slice(line).map_err(|error| {
        // Each line is a document of its own, so serde always says line 1: replaced by the number in the file.
        let text = error.to_string();
        let position = format!(" at line {} column {}", error.line(), error.column());
        Invalid::new(error.column().max(1), text.strip_suffix(&position).unwrap_or(&text))
    })?;
    // Spans and edits are checked once, here. Each path needs its own number, because edits of one file must not overlap.
    let mut files = HashMap::new();
    let number = |path: &str| {
        let new = u32::try_from(files.len()).map_or(FileId::DUMMY, FileId::new);
        *files.entry(path.to_owned()).or_insert(new)
    };
    match diagnostic.to_diagnostic(number) {
        Ok(_) => Ok(diagnostic),
        Err(error) => Err(Invalid::new(1, error.to_string())),
    }
}

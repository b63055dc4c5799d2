//! Text for people. In the log of a CI server it contains no command that the server would obey.

use std::io::{self, Write};

use vitte_diag::{ColorChoice, LogWriter, Terminal};

/// Returns a writer to standard error.
pub(crate) fn stderr() -> LogWriter<io::Stderr> {
    text(io::stderr())
}

/// Returns a text that is shown.
pub(crate) fn shown(shown: String) -> String {
    let mut bytes = Vec::with_capacity(shown.len());
    let written = write!(text(&mut bytes), "{shown}");
    if written.is_ok() { String::from_utf8(bytes).unwrap_or(shown) } else { shown }
}

/// Returns a writer of text, which is passed on line by line.
pub(crate) fn text<W: Write>(writer: W) -> LogWriter<W> {
    LogWriter::new(writer, Terminal::stderr(ColorChoice::Never).is_ci_log)
}

//! A writer for messages in a log that a CI server may read.

use std::io::{self, Write};

use super::log_commands;

/// A writer that passes on complete lines. In the log of a CI server, the lines then contain no command that the server would
/// obey: see [`Terminal::is_ci_log`](super::Terminal::is_ci_log), which emitters apply themselves. Meant for the other messages of
/// a program, which may quote paths and texts that it does not trust.
///
/// ```
/// use std::io::Write as _;
///
/// use vitte_diag::LogWriter;
///
/// let mut out = Vec::new();
/// writeln!(LogWriter::new(&mut out, true), "cannot read `##[add-mask]text`")?;
/// assert_eq!(out, "cannot read `##⁅add-mask]text`\n".as_bytes());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct LogWriter<W: Write> {
    writer: W,
    is_ci_log: bool,
    /// What has not been passed on: the start of a line.
    line: Vec<u8>,
}

impl<W: Write> LogWriter<W> {
    /// Creates a writer. `is_ci_log` is that of the [`Terminal`](super::Terminal).
    #[must_use]
    pub const fn new(writer: W, is_ci_log: bool) -> Self {
        Self { writer, is_ci_log, line: Vec::new() }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        if self.is_ci_log {
            log_commands::disarm(&mut self.line, 0);
        }
        let written = self.writer.write_all(&self.line);
        self.line.clear();
        written
    }
}

impl<W: Write> Write for LogWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if bytes.ends_with(b"\n") {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    /// Passes on a line without a line feed, too.
    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.writer.flush()
    }
}

impl<W: Write> Drop for LogWriter<W> {
    /// Passes on the last line. Errors are ignored.
    fn drop(&mut self) {
        _ = self.pass_on();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_several_writes_is_found() {
        for (is_ci_log, expected) in [(true, "a ##⁅b]\n\\::c::"), (false, "a ##[b]\n::c::")] {
            let mut out = Vec::new();
            let mut log = LogWriter::new(&mut out, is_ci_log);
            for part in ["a #", "#", "[b", "]\n", ":", ":c::"] {
                log.write_all(part.as_bytes()).unwrap();
            }
            drop(log);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}

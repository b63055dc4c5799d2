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

    /// Passes on the first `len` bytes.
    fn pass_on(&mut self, len: usize) -> io::Result<()> {
        let rest = self.line.split_off(len.min(self.line.len()));
        let mut lines = std::mem::replace(&mut self.line, rest);
        if self.is_ci_log {
            if std::str::from_utf8(&lines).is_err() {
                lines = String::from_utf8_lossy(&lines).into_owned().into_bytes();
            }
            log_commands::disarm(&mut lines, 0);
        }
        self.writer.write_all(&lines)
    }
}

impl<W: Write> Write for LogWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if bytes.contains(&b'\n') {
            let end = self.line.iter().rposition(|byte| *byte == b'\n');
            self.pass_on(end.map_or(0, |end| end + 1))?;
        }
        Ok(bytes.len())
    }

    /// Passes on a line without a line feed, too. A command in it is found only if all of it has been written.
    fn flush(&mut self) -> io::Result<()> {
        self.pass_on(usize::MAX)?;
        self.writer.flush()
    }
}

impl<W: Write> Drop for LogWriter<W> {
    /// Passes on the last line. Errors are ignored.
    fn drop(&mut self) {
        _ = self.pass_on(usize::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_passed_on_when_they_are_complete_and_bytes_hide_no_command() {
        let mut log = LogWriter::new(Vec::new(), true);
        log.write_all(b"\xff##[a]\nb").unwrap();
        assert_eq!(log.writer, "\u{fffd}##\u{2045}a]\n".as_bytes());
        log.flush().unwrap();
        assert!(log.writer.ends_with(b"\nb"));
        let mut plain = LogWriter::new(Vec::new(), false);
        plain.write_all(b"\xff##[a]\n").unwrap();
        assert_eq!(plain.writer, b"\xff##[a]\n");
    }

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

//! What is wrong with a run of a compiler, as diagnostics.

use std::io;
use std::time::Duration;

use vitte_diag::{Diagnostic, Severity};

use super::output::{Output, is_json};
use super::process::{End, Ended, MAX_BYTES, shown, signal};
use crate::document::Document;

/// A command in messages.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The program, as it was passed.
    pub(crate) program: String,
    /// Program and arguments, with placeholders.
    pub(crate) line: String,
}

impl Shown {
    /// Creates a diagnostic about a document as a whole.
    fn diagnostic(&self, severity: Severity, document: &Document, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::for_file(severity, None, document.file(), message);
        diagnostic.with_note(format!("the command is `{}`", self.line))
    }

    /// Returns the error of something that prevented the run.
    pub(crate) fn failed(&self, document: &Document, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(Severity::Error, document, message.into())
    }

    /// Returns the error of a command that cannot be started.
    pub(crate) fn not_started(&self, document: &Document, error: &io::Error) -> Diagnostic {
        let message = format!("cannot run `{}`: {error}", self.program);
        let diagnostic = self.failed(document, message);
        if error.kind() == io::ErrorKind::NotFound {
            return diagnostic.with_help("install the program, or correct its name or path");
        }
        diagnostic
    }

    /// Adds what is wrong with a run to its diagnostics.
    pub(super) fn add_problems(
        &self,
        output: &mut Output,
        ended: &Ended,
        time: Duration,
        document: &Document,
    ) {
        let Self { program, .. } = self;
        let diagnostics = &mut output.diagnostics;
        let (severity, message) = match ended.end {
            End::Cancelled => return,
            End::TimedOut => {
                let seconds = time.as_secs_f64();
                let message =
                    format!("`{program}` did not end within {seconds} s, and was stopped");
                (Severity::Fatal, message)
            }
            End::TooMuchOutput => {
                let limit = MAX_BYTES >> 20;
                let message = format!("`{program}` wrote more than {limit} MiB, and was stopped");
                (Severity::Fatal, message)
            }
            End::Exited(status) => match (signal(status), &output.invalid, status.code()) {
                (Some(signal), ..) => {
                    let mut all = diagnostics.iter_mut();
                    if let Some(fatal) = all.rfind(|own| own.severity() == Severity::Fatal) {
                        // The compiler has reported its crash.
                        fatal.add_note(format!("`{program}` was ended by {signal}"));
                        return;
                    }
                    (Severity::Fatal, format!("`{program}` crashed: {signal}"))
                }
                (None, Some(reason), _) => {
                    let message = format!("`{program}` wrote output that cannot be read: {reason}");
                    (Severity::Error, message)
                }
                (None, None, Some(code)) if code != 0 && diagnostics.is_empty() => {
                    let message =
                        format!("`{program}` exited with code {code} and reported nothing");
                    (Severity::Error, message)
                }
                _ => return,
            },
        };
        let diagnostic = self.diagnostic(severity, document, message);
        diagnostics.push(match captured(ended) {
            Some(captured) => diagnostic.with_note(captured),
            None => diagnostic,
        });
    }
}

/// The last bytes of an output, in which messages are searched for.
const MAX_SEARCHED: usize = 1 << 20;

/// Returns the end of what a compiler wrote to standard error, without JSON, or of its other output.
fn captured(ended: &Ended) -> Option<String> {
    let messages = |bytes: &[u8]| {
        let last = bytes.get(bytes.len().saturating_sub(MAX_SEARCHED)..).unwrap_or_default();
        let text = String::from_utf8_lossy(last);
        let lines: Vec<&str> = text.lines().filter(|line| !is_json(line)).collect();
        lines.join("\n")
    };
    let [stdout, stderr] = [messages(&ended.stdout), messages(&ended.stderr)];
    shown("the end of standard error", &stderr)
        .or_else(|| shown("the end of standard output", &stdout))
}

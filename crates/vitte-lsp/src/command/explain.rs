//! Commands that print the page of a code.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::process::{self, End, Limits};
use super::resolved;

/// How long the command may run.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum size of a page in bytes.
const MAX_BYTES: usize = 1 << 20;
/// What is replaced by the code.
const CODE: &str = "{code}";

/// A command that prints the page of a code in Markdown, such as `rustc --explain {code}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExplainCommand {
    program: OsString,
    args: Vec<String>,
}

impl ExplainCommand {
    /// Creates a command. `{code}` in its arguments is replaced by the code.
    ///
    /// # Errors
    ///
    /// An [`ExplainCommandError`] if the program has no name, or no argument has `{code}`.
    pub fn new<A: Into<String>>(
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Self, ExplainCommandError> {
        let (program, args) = (program.into(), args.into_iter().map(Into::into));
        let args: Vec<String> = args.collect();
        if program.is_empty() {
            return Err(ExplainCommandError::NoProgram);
        }
        if !args.iter().any(|arg| arg.contains(CODE)) {
            return Err(ExplainCommandError::NoCode);
        }
        Ok(Self { program, args })
    }

    /// Runs the command in the root of the workspace, if there is one, and returns what it prints. A program with a separator in its name
    /// is resolved against the root. Returns `None` if the command fails, prints nothing, or does not end within 10 seconds: then the
    /// code has no page.
    #[must_use]
    pub fn explain(&self, root: Option<&Path>, code: &str) -> Option<String> {
        let mut command = match root {
            Some(root) => Command::new(resolved(&self.program, root)),
            None => Command::new(&self.program),
        };
        if let Some(root) = root {
            command.current_dir(root);
        }
        command.args(self.args.iter().map(|arg| arg.replace(CODE, code)));
        let limits = Limits { time: TIMEOUT, bytes: MAX_BYTES, is_cancelled: &|| false };
        let ended = process::run(command, None, &limits).ok()?;
        let is_good = matches!(ended.end, End::Exited(status) if status.success());
        let page = String::from_utf8_lossy(&ended.stdout);
        (is_good && !page.trim().is_empty()).then(|| page.into_owned())
    }
}

/// Why an [`ExplainCommand`] is invalid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ExplainCommandError {
    /// The name of the program is empty.
    NoProgram,
    /// No argument has the placeholder `{code}`.
    NoCode,
}

impl fmt::Display for ExplainCommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoProgram => "the command has no program",
            Self::NoCode => {
                "the command needs an argument with `{code}`, which is replaced by the code"
            }
        })
    }
}

impl std::error::Error for ExplainCommandError {}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_command_prints() {
        let shell =
            |script: &str| ExplainCommand::new("sh", ["-c", script, "sh", "{code}"]).unwrap();
        assert_eq!(shell("echo \"# $1\"").explain(None, "E;1").as_deref(), Some("# E;1\n"));
        for none in ["exit 1", "echo a; exit 1", "exit 0", "echo a; kill -9 $$"] {
            assert_eq!(shell(none).explain(None, "E1"), None, "{none}");
        }
        let missing = ExplainCommand::new("/no/such/program", ["{code}"]).unwrap();
        assert_eq!(missing.explain(None, "E1"), None);
    }

    #[test]
    fn the_command_runs_in_the_root() {
        use std::os::unix::fs::symlink;

        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        // A link, because a file that was just written may still be open in a child of another test.
        std::fs::create_dir(root.join("tools")).unwrap();
        symlink("/bin/sh", root.join("tools/explain")).unwrap();
        std::fs::write(root.join("page"), "echo \"$1 in $(pwd)\"").unwrap();
        let command = ExplainCommand::new("tools/explain", ["page", "{code}"]).unwrap();
        let expected = format!("E1 in {}\n", root.display());
        assert_eq!(command.explain(Some(&root), "E1"), Some(expected));
        assert_eq!(command.explain(None, "E1"), None);
    }

    #[test]
    fn a_command_without_a_code_is_an_error() {
        assert_eq!(ExplainCommand::new("", ["{code}"]), Err(ExplainCommandError::NoProgram));
        assert_eq!(ExplainCommand::new("a", ["code"]), Err(ExplainCommandError::NoCode));
    }
}

//! A suite of cases: its settings.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use vitte_diag::read::InputFormat;
use vitte_diag::{Code, Format, Severity, Stream, Tool};

use crate::case::{Case, Compiled};
use crate::command::CompilerCommand;
use crate::comment::Comment;
use crate::config::Config;
use crate::directive::CustomDirective;
use crate::in_process::Function;
use crate::normalize::{self, Rule};
use crate::options::CaseOptions;
use crate::runner::Runner;

/// The messages with which rustc ends.
const RUSTC_SUMMARY: &str = r"^(aborting due to .*previous error|\d+ warnings? emitted|Some errors have detailed explanations: |For more information about (this|an) error)";

/// Marks a [`Suite`] whose cases a function compiles.
#[derive(Clone, Copy, Debug)]
pub struct InProcess;

/// A directory with cases, and how they are compiled and compared.
///
/// [`Suite::new`] is for a compiler in Rust, [`Suite::command`] for any other one. See the [crate] for an example of
/// each.
#[derive(Clone, Debug)]
#[must_use = "a suite does nothing before `run`"]
pub struct Suite<C = InProcess> {
    config: Config,
    compiler: C,
}

impl Suite {
    /// Creates a suite of the cases in a directory and below, whose diagnostics a function returns. A relative path is
    /// resolved against the working directory, which Cargo sets to the directory of the package.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { config: Config::new(dir.into()), compiler: InProcess }
    }

    /// Creates a suite of the cases in `tests/ui`, whose diagnostics a command prints as JSON Lines (`--error-format=json`)
    /// to standard output. [`dir`](Suite::dir) sets another directory, [`reads`](Suite::reads) another format.
    ///
    /// The flags and the path of each case are appended to the arguments. If an argument contains `{path}`, as in
    /// `--input={path}`, that is replaced by the path instead. `{tmp}` in an argument is replaced by the path of an empty
    /// directory, for files that the compiler writes.
    pub fn command<A: Into<OsString>>(
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = A>,
    ) -> Suite<CompilerCommand> {
        let config = Config::new("tests/ui".into());
        let timeout = config.timeout;
        let compiler = CompilerCommand {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            format: None,
            stream: Stream::Stdout,
            revision_args: Vec::new(),
            envs: Vec::new(),
            timeout,
            root: PathBuf::new(),
        };
        Suite { config, compiler }
    }

    /// Runs the suite as the arguments of the process demand, and returns the exit code for `main`: 0 if all cases pass,
    /// 101 if one fails, 2 for an invalid use.
    ///
    /// `compile` returns a [`DiagnosticBag`](vitte_diag::DiagnosticBag), or another value that converts to [`Compiled`]. It runs in other processes,
    /// which begin with the same `main`: code before `run` is executed in each of them. If it panics, crashes, exits or
    /// hangs, its case fails and the others go on.
    #[must_use]
    pub fn run<R: Into<Compiled>>(
        self,
        compile: impl Fn(&mut Case) -> R + Send + Sync + 'static,
    ) -> ExitCode {
        let root = std::env::current_dir().unwrap_or_default();
        let run = Box::new(move |case: &mut Case| compile(case).into());
        Runner::in_process(self.config, Function { run, root }).run()
    }
}

impl Suite<CompilerCommand> {
    /// Reads another format than the JSON of this project. The output of rustc and GCC is read from standard error, and
    /// the last messages of rustc, such as "aborting due to 2 previous errors", need not be announced.
    pub fn reads(mut self, format: InputFormat) -> Self {
        if format == InputFormat::Rustc {
            self = self.summary(RUSTC_SUMMARY);
        }
        self.compiler.format = Some(format);
        self.compiler.stream = match format {
            InputFormat::Rustc | InputFormat::Gcc => Stream::Stderr,
            _ => Stream::Stdout,
        };
        self
    }

    /// Sets the stream that the diagnostics are read from. Default: standard output.
    pub fn stream(mut self, stream: Stream) -> Self {
        self.compiler.stream = stream;
        self
    }

    /// Adds an argument for cases with revisions, in which `{revision}` is replaced by the revision: `--cfg={revision}`.
    pub fn revision_arg(mut self, arg: impl Into<OsString>) -> Self {
        self.compiler.revision_args.push(arg.into());
        self
    }

    /// Sets an environment variable of the command.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.compiler.envs.push((name.into(), value.into()));
        self
    }

    /// Runs the suite as the arguments of the process demand, and returns the exit code for `main`: 0 if all cases pass,
    /// 101 if one fails, 2 for an invalid use.
    #[must_use]
    pub fn run(mut self) -> ExitCode {
        self.compiler.root = std::env::current_dir().unwrap_or_default();
        self.compiler.timeout = self.config.timeout;
        Runner::command(self.config, self.compiler).run()
    }
}

impl<C> Suite<C> {
    /// Sets the directory of the cases.
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.config.dir = dir.into();
        self
    }

    /// Sets the extension of the cases, with or without a dot. Required.
    pub fn extension(mut self, extension: impl AsRef<str>) -> Self {
        self.config.extension = extension.as_ref().trim_start_matches('.').to_owned();
        self
    }

    /// Sets what begins a comment to the end of the line. Several calls add several kinds of comments. Default: `//`.
    pub fn comment(self, start: impl Into<String>) -> Self {
        self.add_comment(start.into(), None)
    }

    /// Adds a kind of comments with an end, such as `(*` and `*)`. See [`comment`](Self::comment).
    pub fn block_comment(self, start: impl Into<String>, end: impl Into<String>) -> Self {
        self.add_comment(start.into(), Some(end.into()))
    }

    fn add_comment(mut self, start: String, end: Option<String>) -> Self {
        if start.is_empty() || end.as_ref().is_some_and(String::is_empty) {
            self.config.mistakes.push("the begin or the end of a comment is empty".to_owned());
        }
        self.config.comments.add(Comment { start, end });
        self
    }

    /// Does not search directories of this name. Always skipped: `auxiliary`, for files that cases use, and hidden
    /// directories.
    pub fn skip_dir(mut self, name: impl Into<String>) -> Self {
        self.config.skipped.push(name.into());
        self
    }

    /// Sets the compiler that goldens in SARIF and other formats name.
    pub fn tool(mut self, tool: &Tool) -> Self {
        self.config.tool = tool.clone();
        self
    }

    /// Sets the formats whose goldens are compared. Default: all formats; those goldens that exist are compared.
    pub fn goldens(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.config.formats = formats.into_iter().collect();
        self
    }

    /// Requires a golden in this format beside each case with diagnostics. Default: none.
    pub fn require_golden(mut self, format: Format) -> Self {
        self.config.required.push(format);
        self
    }

    /// Sets which diagnostics annotations have to announce: those that are at least as severe. Default: errors.
    ///
    /// In a case without annotations, goldens announce what they contain.
    pub fn announced(mut self, severity: Severity) -> Self {
        self.config.announced = severity;
        self
    }

    /// Does not demand an annotation for a diagnostic without a location whose message matches a regular expression, because
    /// it only sums up others: "aborting due to 2 previous errors". An invalid expression fails the suite.
    pub fn summary(mut self, pattern: impl AsRef<str>) -> Self {
        match normalize::regex(pattern.as_ref()) {
            Ok(regex) => self.config.summaries.push(regex),
            Err(reason) => self.config.mistakes.push(reason),
        }
        self
    }

    /// Sets whether machine-applicable suggestions are applied, compared with `case.fixed`, and compiled again. A case
    /// decides itself with the directives `fix` and `no-fix: reason`. Default: true.
    pub fn fixes(mut self, check: bool) -> Self {
        self.config.fixes = check;
        self
    }

    /// Replaces `text` by `replacement` in output before it is compared with goldens and annotations, for example a version
    /// by `$VERSION`. The directory of the case is `$DIR`, the working directory `$ROOT`, that of temporary files `$TMP`.
    pub fn normalize(mut self, text: impl Into<String>, replacement: impl Into<String>) -> Self {
        self.config.rules.push(Rule::text(text, replacement));
        self
    }

    /// Like [`normalize`](Self::normalize), for what a regular expression matches (syntax of the crate `regex`). The
    /// replacement may refer to groups: `$1`. An invalid expression fails the suite.
    pub fn normalize_regex(
        mut self,
        pattern: impl AsRef<str>,
        replacement: impl Into<String>,
    ) -> Self {
        match Rule::regex(pattern.as_ref(), replacement) {
            Ok(rule) => self.config.rules.push(rule),
            Err(reason) => self.config.mistakes.push(reason),
        }
        self
    }

    /// Adds a directive. `apply` gets its value, which is empty without one, and changes the options of the case. Its error
    /// is reported at the directive. A `*` at the end of the name matches every name that begins with the rest.
    ///
    /// ```
    /// # use vitte_golden::Suite;
    /// let suite = Suite::new("tests/ui").extension("my").directive("edition", |value, options| match value {
    ///     "1" | "2" => {
    ///         options.flag(format!("--edition={value}"));
    ///         Ok(())
    ///     }
    ///     _ => Err(format!("`{value}` is not an edition")),
    /// });
    /// ```
    pub fn directive(
        mut self,
        name: impl Into<String>,
        apply: impl Fn(&str, &mut CaseOptions) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.config
            .directives
            .push(CustomDirective { name: name.into(), handler: Arc::new(apply) });
        self
    }

    /// Sets the time after which a case is ended and fails. A case decides itself with the directive `timeout: SECONDS`.
    /// Default: 60 seconds.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.config.timeout = limit;
        self
    }

    /// Reports how many codes of a compiler have a case, without those that are retired. `--codes` prints the cases.
    pub fn codes(mut self, tool: &Tool) -> Self {
        let retired =
            |code| tool.pages().iter().any(|page| page.code == code && page.retired.is_some());
        self.config
            .codes
            .all
            .extend(tool.codes().map(|(code, _)| code).filter(|&code| !retired(code)));
        self
    }

    /// Fails if a code of a compiler has no case, see [`codes`](Self::codes).
    pub fn every_code(self, tool: &Tool) -> Self {
        let mut suite = self.codes(tool);
        suite.config.codes.is_required = true;
        suite
    }

    /// Does not require a case for a code, for a reason.
    pub fn exempt_code(mut self, code: Code, reason: impl Into<String>) -> Self {
        self.config.codes.exempt.push((code, reason.into()));
        self
    }

    /// Writes the results to a file as JUnit XML. `--junit` sets another path.
    pub fn junit(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.junit = Some(path.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_expression_has_a_reason() {
        let reason = "`(` is not a regular expression: unclosed group";
        let suite = Suite::new("tests/ui").summary("(").normalize_regex("(", "x");
        assert_eq!(suite.config.mistakes, [reason, reason]);
    }

    #[test]
    fn a_comment_has_a_begin_and_an_end() {
        let mistakes = |suite: Suite| suite.config.mistakes;
        let suite = || Suite::new("tests/ui");
        assert_eq!(mistakes(suite().comment("#").block_comment("(*", "*)")), [""; 0]);
        let empty = ["the begin or the end of a comment is empty"];
        assert_eq!(mistakes(suite().comment("")), empty);
        assert_eq!(mistakes(suite().block_comment("(*", "")), empty);
    }
}

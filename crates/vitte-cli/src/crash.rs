//! `vitte crash`: looks at stored crashes, sends them and removes them.

mod ask;
mod breadcrumbs;
#[cfg(feature = "browse")]
mod browse;
mod clean;
mod clear;
mod diff;
mod directory;
mod env;
mod export;
mod fingerprint;
mod frame_lines;
mod groups;
mod head;
mod hits;
mod html;
mod inspect;
mod interrupt;
mod limit;
mod list;
mod list_args;
mod newest;
mod page;
mod pattern;
mod reduce;
mod replay;
mod report;
mod search;
mod selection;
mod shell;
mod show;
mod stack;
mod stats;
mod summary;
mod symbolise;
mod table;
mod target;
mod upload;
mod vars;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use is_terminal::IsTerminal as _;
use shell::{CommandResult, Shell};

use crate::log;

/// The end of `vitte crash --help`.
const AFTER_HELP: &str = "\
Each crash is stored as a capsule: one .vittecrash file with the report, the sources and the environment.
ID is the id of a crash, a unique prefix of one, `latest`, or the path of a .vittecrash file.
The fingerprint of crashes, or at least 4 digits of it, is the newest of them.
Crashes are stored in $VITTE_CRASH_DIR or, if that is not set, in target/crash-reports of a Cargo workspace or
in the user's state directory.

Exit codes: 0 on success, even if there are no crashes; 1 if a replayed crash was not reproduced, or a search found
nothing; 2 if something could not be read, written or understood.";

/// The arguments of the command `crash`, which lists, shows, compares, replays, uploads and removes stored
/// [capsules](vitte_capsule::Capsule). `vitte crash` uses it, and any compiler can add it to its own command line:
///
/// ```
/// use clap::Parser;
/// use std::process::ExitCode;
/// use vitte_cli::CrashArgs;
///
/// #[derive(Parser)]
/// enum Command {
///     /// Compile a file
///     Build { file: std::path::PathBuf },
///     /// List, show, compare, replay, upload and remove crash reports
///     Crash(CrashArgs),
/// }
///
/// # let dir = std::env::temp_dir().join("no-crashes-in-here");
/// # let dir = dir.to_str().ok_or("the path is not UTF-8")?;
/// # let arguments = ["mycc", "crash", "list", "--dir", dir];
/// # let code: ExitCode =
/// match Command::parse_from(arguments) {
///     Command::Build { .. } => ExitCode::SUCCESS,
///     Command::Crash(crash) => crash.run_as("mycc", &mut std::io::stdout().lock())?,
/// }
/// # ;
/// # assert_eq!(code, ExitCode::SUCCESS);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Exit codes
///
/// | code | meaning |
/// |---|---|
/// | 0 | success; also if there are no crashes, and if `diff` found differences |
/// | 1 | `replay` and `reduce`: the crash was not reproduced; `search`: nothing was found |
/// | 2 | something could not be read, written or understood: an unknown or ambiguous id, a damaged file, invalid arguments, a confirmation that could not be asked for |
///
/// Results are written to the given writer, warnings and questions to standard error. Answers are read from standard
/// input if it is a terminal. The command `browse` (feature `browse`) draws on standard output, which must be a terminal.
#[derive(Debug, Args)]
// The doc comment describes the Rust API, so it must not become the help text.
#[command(about = None, long_about = None, arg_required_else_help = true, after_help = AFTER_HELP)]
#[non_exhaustive]
pub struct CrashArgs {
    #[command(subcommand)]
    command: Crash,
}

impl CrashArgs {
    /// Runs the command under the program name `vitte`; see [`run_as`](Self::run_as).
    ///
    /// # Errors
    ///
    /// Returns an error if `out` cannot be written.
    pub fn run(self, out: &mut dyn Write) -> io::Result<ExitCode> {
        self.run_as("vitte", out)
    }

    /// Runs the command, writes its result to `out` and returns the [exit code](Self#exit-codes). `program` is the
    /// prefix of warnings and errors. A buffered `out` is faster.
    ///
    /// # Errors
    ///
    /// Returns an error if `out` cannot be written: [`BrokenPipe`](io::ErrorKind::BrokenPipe) if its reader closed the
    /// pipe.
    pub fn run_as(self, program: &str, out: &mut dyn Write) -> io::Result<ExitCode> {
        let stdin = io::stdin();
        let can_ask = stdin.is_terminal();
        let mut stdin = stdin.lock();
        let mut shell = Shell {
            program,
            out,
            err: &mut log::stderr(),
            answers: can_ask.then_some(&mut stdin as &mut dyn BufRead),
            warnings: 0,
        };
        let done = self.command.run(&mut shell);
        Ok(ExitCode::from(shell.finish(done)?))
    }
}

#[derive(Debug, Subcommand)]
enum Crash {
    /// List crashes, the newest last
    List(list::List),
    /// Show the diagnostic that the program printed
    Show(show::Show),
    /// Show the newest crash
    Latest(show::Latest),
    /// Search the crashes for a text: reports, contexts, variables, frames, sources and environment
    Search(search::Search),
    /// List the fingerprints, each with the number of its crashes, or show one of them
    Groups(groups::Groups),
    /// Browse crashes, contexts, frames, variables and sources in the terminal
    #[cfg(feature = "browse")]
    Browse(browse::Browse),
    /// Count crashes by kind, module, version, fingerprint and day
    Stats(stats::Stats),
    /// Show what a capsule contains
    Inspect(inspect::Inspect),
    /// Show the call stack, the outermost frame first
    Stack(stack::Stack),
    /// Show the contexts that were active, with their variables
    Vars(vars::Vars),
    /// Show the events that the program recorded before the crash
    Breadcrumbs(breadcrumbs::Breadcrumbs),
    /// Show the captured environment variables
    Env(env::Env),
    /// Show the fingerprint of a crash, and the other crashes that have it
    Fingerprint(fingerprint::Fingerprint),
    /// Show the differences between two crashes
    Diff(diff::Diff),
    /// Fill in functions, files and lines that were not known when the program crashed
    Symbolise(symbolise::Symbolise),
    /// Write the HTML report of a crash, a single file that needs no network
    Html(html::Html),
    /// Write a page about all crashes or some: fingerprints, days, versions and top frames
    Report(report::Report),
    /// Run the program again on the captured sources, and check whether the crash is reproduced
    Replay(replay::ReplayArgs),
    /// Find the smallest sources that reproduce the crash
    Reduce(reduce::ReduceArgs),
    /// Copy a capsule to a file, or unpack its source files
    Export(export::Export),
    /// Send a report to a directory, Sentry or OpenTelemetry, or to GitHub as an issue
    Upload(upload::UploadArgs),
    /// Remove old crashes, and those beyond the limits per fingerprint and in total size
    Clean(clean::Clean),
    /// Remove all or some crashes, after a confirmation
    Clear(clear::Clear),
}

impl Crash {
    fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        match self {
            Self::List(list) => list.run(shell),
            Self::Show(show) => show.run(shell),
            Self::Latest(latest) => latest.run(shell),
            Self::Search(search) => search.run(shell),
            Self::Groups(groups) => groups.run(shell),
            #[cfg(feature = "browse")]
            Self::Browse(browse) => browse.run(shell),
            Self::Stats(stats) => stats.run(shell),
            Self::Inspect(inspect) => inspect.run(shell),
            Self::Stack(stack) => stack.run(shell),
            Self::Vars(vars) => vars.run(shell),
            Self::Breadcrumbs(breadcrumbs) => breadcrumbs.run(shell),
            Self::Env(env) => env.run(shell),
            Self::Fingerprint(fingerprint) => fingerprint.run(shell),
            Self::Diff(diff) => diff.run(shell),
            Self::Symbolise(symbolise) => symbolise.run(shell),
            Self::Html(html) => html.run(shell),
            Self::Report(report) => report.run(shell),
            Self::Replay(replay) => replay.run(shell),
            Self::Reduce(reduce) => reduce.run(shell),
            Self::Export(export) => export.run(shell),
            Self::Upload(upload) => upload.run(shell),
            Self::Clean(clean) => clean.run(shell),
            Self::Clear(clear) => clear.run(shell),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_begin_with_the_name_of_the_program() {
        #[derive(clap::Parser)]
        struct Arguments {
            #[command(flatten)]
            crash: CrashArgs,
        }
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().to_str().unwrap();
        let run = |arguments: &[&str]| {
            let arguments = [&["mycc"], arguments, &["--dir", dir]].concat();
            let Arguments { crash } = clap::Parser::parse_from(arguments);
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let (program, answers, warnings) = ("mycc", None, 0);
            let mut shell = Shell { program, out: &mut out, err: &mut err, answers, warnings };
            let done = crash.command.run(&mut shell);
            let is_good = shell.finish(done).unwrap() == 0;
            (is_good, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
        };
        let (is_good, out, err) = run(&["show", "nope"]);
        assert!(!is_good && out.is_empty() && err.starts_with("mycc: no crash matches `nope`"));
        let (is_good, out, err) = run(&["latest"]);
        assert!(is_good && out.starts_with("no crash reports in `") && err.is_empty());
    }
}

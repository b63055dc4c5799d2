//! `vitte crash`: what a program does with its crashes when it runs again.

mod ask;
mod clean;
mod clear;
mod diff;
mod env;
mod export;
mod fingerprint;
mod folder;
mod html;
mod inspect;
mod interrupt;
mod list;
mod look;
mod reduce;
mod replay;
mod selection;
mod shell;
mod show;
mod stack;
mod stats;
mod table;
mod target;
mod upload;
mod vars;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use is_terminal::IsTerminal as _;
use shell::{Done, Shell};

/// What the help says of them.
const EXIT_CODES: &str = "The exit code is 0, also where nothing crashed; 1 where a crash that was replayed \
    did not come back; or 2 where something could not be read, written or understood.";

/// The command `crash` of a program: it lists, shows, compares, sends and removes the crashes that
/// [capsules](vitte_capsule::Capsule) were made of. It is what `vitte crash` is, and any compiler may have it:
///
/// ```
/// use clap::Parser;
/// use std::process::ExitCode;
/// use vitte_cli::CrashArgs;
///
/// #[derive(Parser)]
/// enum Command {
///     /// Compiles a file
///     Build { file: std::path::PathBuf },
///     /// Lists, shows, compares, sends and removes crashes
///     Crash(CrashArgs),
/// }
///
/// # let folder = std::env::temp_dir().join("no-crashes-in-here");
/// # let folder = folder.to_str().ok_or("a path that is no text")?;
/// # let arguments = ["mycc", "crash", "list", "--dir", folder];
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
/// | code | what happened |
/// |---|---|
/// | 0 | all that was asked for; also where there is no crash at all, and where `diff` found differences |
/// | 1 | `replay` and `reduce`: the same crash did not come back |
/// | 2 | something could not be read, written or understood: an id that is not there or begins several, a damaged file, arguments that are wrong, a question that nobody was there to answer |
///
/// Results are written to what is given, complaints and questions to standard error, and answers are read
/// from standard input where that is a terminal.
#[derive(Debug, Args)]
// The documentation here is none of the program's help.
#[command(about = None, long_about = None, arg_required_else_help = true, after_help = EXIT_CODES)]
#[non_exhaustive]
pub struct CrashArgs {
    #[command(subcommand)]
    command: Crash,
}

impl CrashArgs {
    /// Does what was asked for, as the program `vitte`; see [`run_as`](Self::run_as).
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn run(self, out: &mut dyn Write) -> io::Result<ExitCode> {
        self.run_as("vitte", out)
    }

    /// Does what was asked for, writes it to `out`, which is best a buffered one, and gives the
    /// [exit code](Self#exit-codes). `program` is the name that stands before complaints.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written; of kind [`BrokenPipe`](io::ErrorKind::BrokenPipe), where its reader
    /// has read enough.
    pub fn run_as(self, program: &str, out: &mut dyn Write) -> io::Result<ExitCode> {
        let stdin = io::stdin();
        let is_asked = stdin.is_terminal();
        let mut stdin = stdin.lock();
        let mut shell = Shell {
            name: program,
            out,
            err: &mut io::stderr(),
            answers: is_asked.then_some(&mut stdin as &mut dyn BufRead),
            complaints: 0,
        };
        let done = self.command.run(&mut shell);
        Ok(ExitCode::from(shell.finish(done)?))
    }
}

/// ID is that of a crash, the beginning of one, `latest`, or the file of a capsule.
#[derive(Debug, Subcommand)]
enum Crash {
    /// Lists crashes, the newest last
    List(list::List),
    /// Shows a crash as it was shown when it happened
    Show(show::Show),
    /// Shows the newest crash
    Latest(show::Latest),
    /// Lists the crashes that have a text in them: in the message, a function, a file and so on
    Search(list::Search),
    /// Counts crashes by kind, module, version, fingerprint and day
    Stats(stats::Stats),
    /// Shows what is in a capsule
    Inspect(inspect::Inspect),
    /// Shows the calls as a tree
    Stack(stack::Stack),
    /// Shows what the program was doing, with its variables
    Vars(vars::Vars),
    /// Shows the environment
    Env(env::Env),
    /// Shows what the crash has in common with those of the same defect
    Fingerprint(fingerprint::Fingerprint),
    /// Shows what differs between two crashes
    Diff(diff::Diff),
    /// Writes the page of a crash, which a browser opens without a network
    Html(html::Html),
    /// Runs the program of a crash again on its sources, and says whether the same crash comes back
    Replay(replay::Replays),
    /// Makes the sources of a crash as small as they can be while it comes back
    Reduce(reduce::Reduces),
    /// Writes a capsule to a file, or unpacks its source files
    Export(export::Export),
    /// Sends a report to a folder, to Sentry, or as an issue to GitHub
    Upload(upload::CrashUpload),
    /// Removes crashes that are old, many of a kind, or too large together
    Clean(clean::Clean),
    /// Removes crashes, all or some, and asks before
    Clear(clear::Clear),
}

impl Crash {
    fn run(self, shell: &mut Shell<'_>) -> Done {
        match self {
            Self::List(list) => list.run(shell),
            Self::Show(show) => show.run(shell),
            Self::Latest(latest) => latest.run(shell),
            Self::Search(search) => search.run(shell),
            Self::Stats(stats) => stats.run(shell),
            Self::Inspect(inspect) => inspect.run(shell),
            Self::Stack(stack) => stack.run(shell),
            Self::Vars(vars) => vars.run(shell),
            Self::Env(env) => env.run(shell),
            Self::Fingerprint(fingerprint) => fingerprint.run(shell),
            Self::Diff(diff) => diff.run(shell),
            Self::Html(html) => html.run(shell),
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
    fn complaints_are_those_of_the_program() {
        #[derive(clap::Parser)]
        struct Arguments {
            #[command(flatten)]
            crash: CrashArgs,
        }
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().to_str().unwrap();
        let run = |arguments: &[&str]| {
            let arguments = [&["mycc"], arguments, &["--dir", folder]].concat();
            let Arguments { crash } = clap::Parser::parse_from(arguments);
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let (name, answers, complaints) = ("mycc", None, 0);
            let mut shell = Shell { name, out: &mut out, err: &mut err, answers, complaints };
            let done = crash.command.run(&mut shell);
            let is_good = shell.finish(done).unwrap() == 0;
            (is_good, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
        };
        let (is_good, out, err) = run(&["show", "nope"]);
        assert!(
            !is_good && out.is_empty() && err.starts_with("mycc: there is no crash report `nope`")
        );
        let (is_good, out, err) = run(&["latest"]);
        assert!(is_good && out.starts_with("no crash reports in `") && err.is_empty());
    }
}

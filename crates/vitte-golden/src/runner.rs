//! Runs a suite: finds the cases, makes a test of each one, and sums up.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use libtest_mimic::{Completion, Failed, FormatSetting, Trial};

use crate::args::{self, SuiteArguments};
use crate::check::{self, Job, Outcome};
use crate::codes::{self, Coverage};
use crate::command::CompilerCommand;
use crate::config::Config;
use crate::diff;
use crate::directive::{self, DeclaredRevisions};
use crate::files::{CaseFile, Files};
use crate::golden::shown;
use crate::in_process::{self, Function};
use crate::normalize::Rule;
use crate::options::CaseOptions;
use crate::output::Compile;
use crate::report::Report;
use crate::worker::{self, Pool};

/// The number of suites that this process has run. A worker has to be one of the same suite.
static SUITES: AtomicUsize = AtomicUsize::new(0);

/// A suite and its compiler.
#[derive(Debug)]
pub(crate) struct Runner {
    config: Config,
    compiler: Compiler,
}

#[derive(Debug)]
enum Compiler {
    Function(Function),
    Command(CompilerCommand),
}

impl Runner {
    pub(crate) fn in_process(config: Config, function: Function) -> Self {
        Self { config, compiler: Compiler::Function(function) }
    }

    pub(crate) fn command(config: Config, command: CompilerCommand) -> Self {
        Self { config, compiler: Compiler::Command(command) }
    }

    /// Runs the suite, or the worker of a suite, as the arguments of the process demand.
    pub(crate) fn run(mut self) -> ExitCode {
        let number = SUITES.fetch_add(1, Ordering::Relaxed);
        let arguments = SuiteArguments::parse_process();
        self.add_dir_rules();
        if let Some(token) = &arguments.golden_worker {
            return match self.compiler {
                Compiler::Function(function) if number == arguments.golden_suite => {
                    in_process::record_panics();
                    let check = |job: &Job| check::check(&self.config, &function, job);
                    // If the pipe is closed, the process that started this one has ended.
                    _ = worker::serve(token, check);
                    ExitCode::SUCCESS
                }
                _ => ExitCode::SUCCESS,
            };
        }
        if arguments.bless && args::is_set("CI") {
            complain("refusing to write goldens: the environment variable CI is set");
            return ExitCode::from(2);
        }
        self.run_tests(&arguments, number)
    }

    fn add_dir_rules(&mut self) {
        let dirs = [(std::env::current_dir().ok(), "$ROOT"), (Some(std::env::temp_dir()), "$TMP")];
        let rules = dirs.iter().filter_map(|(dir, name)| Rule::dir(dir.as_deref()?, name));
        self.config.dir_rules = rules.collect();
    }

    fn run_tests(self, arguments: &SuiteArguments, number: usize) -> ExitCode {
        let mut config = self.config;
        if arguments.junit.is_some() {
            config.junit.clone_from(&arguments.junit);
        }
        let files = Files::find(
            &config.dir,
            &config.extension,
            &config.skipped,
            &config.golden_extensions(),
        );
        let cases = codes::cases(&config, &files);
        if arguments.codes {
            return print(&codes::table(&config, &cases));
        }
        let report = Arc::new(Report::new(&config));
        let config = Arc::new(config);
        let engine = Arc::new(match self.compiler {
            Compiler::Function(_) => {
                let (token, number) = (token(), number.to_string());
                let args =
                    ["--golden-worker", &token, "--golden-suite", &number].map(str::to_owned);
                Engine::Workers(Pool::new(args.to_vec(), token))
            }
            Compiler::Command(command) => Engine::Command(Box::new(command)),
        });
        let shared = Shared {
            config: Arc::clone(&config),
            engine,
            report: Arc::clone(&report),
            bless: arguments.bless,
            twice: arguments.twice,
            runs_ignored: arguments.runner.ignored || arguments.runner.include_ignored,
            command: args::test_command(),
        };
        let mut trials = trials_of_suite(&config, &files, &cases);
        for case in &files.cases {
            trials.extend(shared.trials(case));
        }
        let conclusion = libtest_mimic::run(&arguments.runner, trials);
        if arguments.runner.list {
            return ExitCode::SUCCESS;
        }
        drop(shared);
        let written = report.finish(&config, &cases);
        match written {
            // Programs read the output in this format.
            Ok(_) if matches!(arguments.runner.format, Some(FormatSetting::Json)) => {}
            Ok(text) => _ = io::stdout().write_all(text.as_bytes()),
            Err(error) => {
                complain(&error);
                return ExitCode::from(2);
            }
        }
        conclusion.exit_code()
    }
}

fn token() -> String {
    // Two states of the standard library are different, and hard to guess.
    format!("golden-{:016x}:", RandomState::new().build_hasher().finish())
}

fn print(text: &str) -> ExitCode {
    // A closed pipe is not an error: the reader has read enough.
    _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn complain(message: &str) {
    _ = writeln!(io::stderr(), "error: {message}");
}

/// What runs the jobs.
#[derive(Debug)]
enum Engine {
    Workers(Pool),
    Command(Box<CompilerCommand>),
}

/// What the tests of all cases share.
#[derive(Clone, Debug)]
struct Shared {
    config: Arc<Config>,
    engine: Arc<Engine>,
    report: Arc<Report>,
    bless: bool,
    twice: bool,
    runs_ignored: bool,
    /// The command that runs all tests of this program.
    command: String,
}

impl Shared {
    /// Returns a test for each revision of a case, or for the case.
    fn trials(&self, case: &CaseFile) -> Vec<Trial> {
        // A case that cannot be read is reported by its test.
        let text = fs::read(&case.path)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let declared = DeclaredRevisions::find(&text, &self.config.comments);
        let trial = |current: Option<&str>| {
            let revisions = declared.with_current(current);
            let (options, _) =
                directive::parse(&text, &self.config.comments, revisions, &self.config.directives);
            self.trial(case, current.map(str::to_owned), options)
        };
        declared.currents().map(trial).collect()
    }

    fn trial(&self, case: &CaseFile, revision: Option<String>, options: CaseOptions) -> Trial {
        let name = match &revision {
            Some(revision) => format!("{}#{revision}", case.name),
            None => case.name.clone(),
        };
        let job = Job {
            name: case.name.clone(),
            path: case.path.clone(),
            revision,
            bless: self.bless,
            keep_output: self.twice,
        };
        let (shared, test) = (self.clone(), name.clone());
        Trial::ignorable_test(name, move || {
            match options.ignored.filter(|_| !shared.runs_ignored) {
                Some(reason) => {
                    shared.report.skipped(&job, &test, &reason);
                    Ok(Completion::ignored_with(reason))
                }
                None => shared.run(&job, &test, options.timeout).map(|()| Completion::Completed),
            }
        })
    }

    fn run(&self, job: &Job, test: &str, timeout: Option<Duration>) -> Result<(), Failed> {
        let limit = timeout.unwrap_or(self.config.timeout);
        let mut outcome = self.execute(job, limit, false);
        if self.twice {
            let again = self.execute(job, limit, true);
            if let (Some(first), Some(second)) = (&outcome.output, &again.output) {
                if first != second {
                    let difference =
                        diff::json(first, second).unwrap_or_else(|| diff::text(first, second));
                    let failure = outcome.failure.get_or_insert_default();
                    *failure += &format!("error: two runs have different output\n\n{difference}");
                    outcome.problems += 1;
                }
            }
        }
        self.report.ended(job, test, &outcome);
        match outcome.failure {
            None => Ok(()),
            Some(failure) => Err(self.described(&failure, job, test).into()),
        }
    }

    /// Runs a job. `fresh` demands another process than that of the first run.
    fn execute(&self, job: &Job, limit: Duration, fresh: bool) -> Outcome {
        match &*self.engine {
            Engine::Workers(pool) if fresh => pool.run_alone(job, limit),
            Engine::Workers(pool) => pool.run(job, limit),
            Engine::Command(command) => check::check(&self.config, &**command as &dyn Compile, job),
        }
    }

    /// Appends the commands that run the case again and that bless it.
    fn described(&self, failure: &str, job: &Job, test: &str) -> String {
        let path = shown(&job.path);
        let path = path.trim_matches('`');
        let rerun = format!("{} -- --exact {}", self.command, args::quoted(test));
        format!("{path}\n\n{}\n\nrerun: {rerun}\nbless: BLESS=1 {rerun}", failure.trim_end())
    }
}

/// Returns the tests of the suite as a whole.
fn trials_of_suite(
    config: &Arc<Config>,
    files: &Files,
    cases: &BTreeMap<String, std::collections::BTreeSet<String>>,
) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut mistakes: Vec<String> = config.mistakes.iter().chain(&files.errors).cloned().collect();
    if config.extension.is_empty() {
        mistakes.push("the suite has no extension: call `extension`".to_owned());
    } else if files.cases.is_empty() && files.errors.is_empty() {
        mistakes.push(format!(
            "there are no .{} files in {}",
            config.extension,
            shown(&config.dir)
        ));
    }
    if !mistakes.is_empty() {
        trials.push(failing("suite::settings", mistakes.join("\n")));
    }
    let revisions = |case: &CaseFile| {
        let text = fs::read(&case.path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        DeclaredRevisions::find(&text.unwrap_or_default(), &config.comments).all
    };
    let unknown = files.of_unknown_revisions(revisions);
    trials.push(test_of_orphans(
        files.orphans.iter().chain(&unknown).map(std::path::PathBuf::as_path),
    ));
    if config.codes.is_required {
        trials.push(test_of_codes(&Coverage::new(config, cases)));
    }
    trials
}

fn failing(name: &str, message: String) -> Trial {
    Trial::test(name, move || Err(message.into()))
}

fn test_of_orphans<'p>(orphans: impl Iterator<Item = &'p Path>) -> Trial {
    let orphans: Vec<String> = orphans.map(|path| args::quoted(&path.to_string_lossy())).collect();
    Trial::test("suite::orphans", move || {
        if orphans.is_empty() {
            return Ok(());
        }
        Err(format!("these goldens have no case; remove them with\nrm {}", orphans.join(" "))
            .into())
    })
}

fn test_of_codes(coverage: &Coverage) -> Trial {
    let mut wrong = Vec::new();
    let list = |codes: &[vitte_diag::Code]| {
        codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    if !coverage.missing.is_empty() {
        wrong.push(format!("these codes have no case: {}", list(&coverage.missing)));
    }
    if !coverage.needless.is_empty() {
        wrong
            .push(format!("these codes are exempt, but have a case: {}", list(&coverage.needless)));
    }
    if !coverage.unknown.is_empty() {
        wrong.push(format!(
            "cases have codes that the compiler does not have: {}",
            coverage.unknown.join(", ")
        ));
    }
    Trial::test("suite::codes", move || {
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    })
}

//! Runs a suite: finds the cases, makes a test of each one, and sums up.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::FormatSetting;

use crate::args::{self, SuiteArguments};
use crate::check::{self, Job, Outcome};
use crate::codes;
use crate::command::CompilerCommand;
use crate::config::Config;
use crate::executor::{Engine, Executor};
use crate::files::Files;
use crate::in_process::{self, Function, Leftovers};
use crate::normalize::Rule;
use crate::plan::Plan;
use crate::report::Report;
use crate::suite_tests::{self, SuiteTest};
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
        self.config.protect_cases();
        if let Some(token) = &arguments.golden_worker {
            return match self.compiler {
                Compiler::Function(function) if number == arguments.golden_suite => {
                    in_process::record_panics();
                    let leftovers = Leftovers::before();
                    let check = |job: &Job| {
                        // A case before may have changed it. Without it the case cannot be read, and fails.
                        _ = std::env::set_current_dir(&function.root);
                        let outcome = check::check(&self.config, &function, job);
                        Outcome { has_leftovers: leftovers.exist(), ..outcome }
                    };
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
        let extensions = config.golden_extensions();
        let files = Files::find(&config.dir, &config.extension, &config.skipped, &extensions);
        let is_other_test = arguments.only_test().is_some_and(|name| name != suite_tests::CODES);
        let is_summed_up = !config.codes.all.is_empty() && !is_other_test && !arguments.runner.list;
        let cases = (arguments.codes || is_summed_up).then(|| codes::cases(&config, &files));
        if arguments.codes && config.codes.all.is_empty() {
            complain("the suite does not know the codes of the compiler: call `Suite::codes`");
            return ExitCode::from(2);
        }
        if arguments.codes {
            return print(&codes::table(&config, &cases.unwrap_or_default()));
        }
        let config = Arc::new(config);
        let engine = match self.compiler {
            Compiler::Function(_) => Engine::Workers(pool(number)),
            Compiler::Command(command) => Engine::Command(Box::new(command)),
        };
        let executor = Executor::new(Arc::clone(&config), engine, arguments.twice);
        let report = Arc::new(Report::new(&config));
        let plan = Plan::new(&config, &files, arguments);
        let suite_tests = suite_tests::tests(&config, &files, cases.as_ref());
        let mut trials: Vec<_> = suite_tests.iter().map(SuiteTest::trial).collect();
        trials.extend(plan.trials(executor, arguments, &report));
        // The queue has the threads. With one thread, the runner prints the tests in their order.
        let runner = arguments.for_runner();
        arguments.retain_filtered(&mut trials);
        let is_run = |test: &&SuiteTest| !arguments.is_filtered_out(&test.trial());
        suite_tests.iter().filter(is_run).for_each(|test| report.suite_test(test));
        let conclusion = libtest_mimic::run(&runner, trials);
        if arguments.runner.list {
            return ExitCode::SUCCESS;
        }
        match report.finish(&config, cases.as_ref()) {
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

/// Returns the workers of the suite with a number. They are this program with other arguments.
fn pool(number: usize) -> Pool {
    // The state of a hasher is different each time, and hard to guess.
    let token = format!("golden-{:016x}:", RandomState::new().build_hasher().finish());
    let number = number.to_string();
    let args = ["--golden-worker", &token, "--golden-suite", &number].map(str::to_owned);
    Pool::new(args.to_vec(), token)
}

fn print(text: &str) -> ExitCode {
    // A closed pipe is not an error: the reader has read enough.
    _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn complain(message: &str) {
    _ = writeln!(io::stderr(), "error: {message}");
}

//! The tests of the cases: what each one runs, and whether it runs at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use libtest_mimic::{Completion, Failed, Trial};
use vitte_diag::text;

use crate::args::SuiteArguments;
use crate::check::{Job, Outcome};
use crate::config::Config;
use crate::directive::{self, DeclaredRevisions};
use crate::executor::Executor;
use crate::files::{CaseFile, Files};
use crate::queue::Queue;
use crate::report::Report;

/// The tests of the cases of a suite, in their order.
#[derive(Debug)]
pub(crate) struct Plan(Vec<Planned>);

/// The test of a case in one revision.
#[derive(Clone, Debug)]
struct Planned {
    /// The name of the test.
    name: String,
    job: Job,
    limit: Duration,
    /// Why it is not run.
    ignored: Option<String>,
    /// Whether the runner selects it by `--ignored`.
    is_selected_by_ignored: bool,
}

impl Plan {
    pub(crate) fn new(config: &Config, files: &Files, arguments: &SuiteArguments) -> Self {
        // A process for one test reads only the file of that test.
        let filter = arguments.only_test();
        let is_selected = |(_, case): &(usize, &CaseFile)| {
            filter.is_none_or(|filter| filter.starts_with(&*text::one_line(&case.name)))
        };
        let mut by_case: BTreeMap<usize, Vec<PathBuf>> = BTreeMap::new();
        for (path, index) in &files.goldens {
            by_case.entry(*index).or_default().push(path.clone());
        }
        let goldens = |index| by_case.get(&index).cloned().unwrap_or_default();
        let tests = files.cases.iter().enumerate().filter(is_selected);
        Self(
            tests
                .flat_map(|(index, case)| Planned::of(config, case, &goldens(index), arguments))
                .collect(),
        )
    }

    /// Returns the tests. Those that are run and not filtered out are tasks of a queue.
    pub(crate) fn trials(
        self,
        executor: Executor,
        arguments: &SuiteArguments,
        report: &Arc<Report>,
    ) -> Vec<Trial> {
        let executor = Arc::new(executor);
        let is_run = |planned: &Planned| {
            let trial = Trial::test(planned.name.clone(), || Ok(()))
                .with_ignored_flag(planned.is_selected_by_ignored);
            planned.ignored.is_none() && !arguments.is_filtered_out(&trial)
        };
        let mut tasks = Vec::new();
        let mut indices = Vec::new();
        for planned in &self.0 {
            indices.push(is_run(planned).then_some(tasks.len()));
            if is_run(planned) {
                let (executor, planned) = (Arc::clone(&executor), planned.clone());
                let task = move || executor.run(&planned.job, &planned.name, planned.limit);
                tasks.push(Box::new(task) as Box<dyn FnOnce() -> Outcome + Send>);
            }
        }
        let threads = arguments
            .runner
            .test_threads
            .or_else(|| thread::available_parallelism().ok().map(Into::into));
        let queue = Queue::new(tasks, threads.unwrap_or(1));
        let trial = |(planned, index): (Planned, Option<usize>)| {
            let (queue, report) = (Arc::clone(&queue), Arc::clone(report));
            let (name, is_selected) = (planned.name.clone(), planned.is_selected_by_ignored);
            Trial::ignorable_test(name, move || planned.result(&queue, index, &report))
                .with_ignored_flag(is_selected)
        };
        self.0.into_iter().zip(indices).map(trial).collect()
    }
}

impl Planned {
    /// Returns a test for each revision of a case, or one for the case.
    fn of(
        config: &Config,
        case: &CaseFile,
        goldens: &[PathBuf],
        arguments: &SuiteArguments,
    ) -> Vec<Self> {
        // A case that cannot be read is reported by its test.
        let bytes = fs::read(&case.path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let declared = DeclaredRevisions::find(&text, &config.comments);
        let runs_ignored = arguments.runner.ignored || arguments.runner.include_ignored;
        let planned = |current: Option<&str>| {
            let revisions = declared.with_current(current);
            let (options, _) =
                directive::parse(&text, &config.comments, revisions, &config.directives);
            let name = match current {
                Some(revision) => format!("{}#{revision}", case.name),
                None => case.name.clone(),
            };
            let job = Job {
                name: case.name.clone(),
                path: case.path.clone(),
                revision: current.map(str::to_owned),
                goldens: goldens.to_vec(),
                bless: arguments.bless,
                keep_output: arguments.twice,
            };
            // A name may contain characters that a terminal interprets.
            let name = text::one_line(&name).into_owned();
            let limit = options.timeout.unwrap_or(config.timeout);
            // Without `--ignored` the runner would not show the reason.
            let is_selected_by_ignored = options.ignored.is_some() && arguments.runner.ignored;
            let ignored = options.ignored.filter(|_| !runs_ignored);
            Self { name, job, limit, ignored, is_selected_by_ignored }
        };
        declared.currents().map(planned).collect()
    }

    /// Waits for the result of the test.
    fn result(
        self,
        queue: &Arc<Queue<Outcome>>,
        index: Option<usize>,
        report: &Report,
    ) -> Result<Completion, Failed> {
        if let Some(reason) = self.ignored {
            report.skipped(&self.job, &self.name, &reason);
            return Ok(Completion::ignored_with(text::one_line(&reason)));
        }
        let lost =
            || Outcome { failure: Some("the test was lost".to_owned()), ..Outcome::default() };
        let outcome = index.and_then(|index| queue.take(index)).unwrap_or_else(lost);
        report.ended(&self.job, &self.name, &outcome);
        match outcome.failure {
            None => Ok(Completion::Completed),
            Some(failure) => Err(failure.into()),
        }
    }
}

//! Runs jobs, by workers or by the command of a compiler.

use std::sync::Arc;
use std::time::Duration;

use crate::args;
use crate::check::{self, Job, Outcome};
use crate::command::CompilerCommand;
use crate::config::Config;
use crate::diff;
use crate::golden::shown;
use crate::worker::Pool;

/// What runs the jobs.
#[derive(Debug)]
pub(crate) enum Engine {
    Workers(Pool),
    Command(Box<CompilerCommand>),
}

/// Runs jobs, and describes those that fail.
#[derive(Debug)]
pub(crate) struct Executor {
    config: Arc<Config>,
    engine: Engine,
    /// Whether each job is run twice, to find outputs that differ.
    twice: bool,
    /// The command that runs all tests of this program.
    command: String,
}

impl Executor {
    pub(crate) fn new(config: Arc<Config>, engine: Engine, twice: bool) -> Self {
        Self { config, engine, twice, command: args::test_command() }
    }

    /// Runs a job, the test `name`, for at most `limit`.
    pub(crate) fn run(&self, job: &Job, name: &str, limit: Duration) -> Outcome {
        let mut outcome = self.execute(job, limit, false);
        if self.twice {
            let again = self.execute(job, limit, true);
            if let Some(difference) = difference(&outcome, &again) {
                let failure = outcome.failure.get_or_insert_default();
                if !failure.is_empty() {
                    failure.push('\n');
                }
                *failure += &format!("error: two runs have different results\n\n{difference}");
            }
            outcome.output = None;
        }
        if let Some(failure) = &mut outcome.failure {
            *failure = self.described(failure, job, name, outcome.can_bless);
        }
        outcome
    }

    /// `fresh` demands another process than that of the first run.
    fn execute(&self, job: &Job, limit: Duration, fresh: bool) -> Outcome {
        match &self.engine {
            Engine::Workers(pool) if fresh => pool.run_alone(job, limit),
            Engine::Workers(pool) => pool.run(job, limit),
            Engine::Command(command) => check::check(&self.config, &**command, job),
        }
    }

    /// Adds the path of the case, the command that runs it again, and the one that blesses it if that helps.
    fn described(&self, failure: &str, job: &Job, name: &str, can_bless: bool) -> String {
        let path = shown(&job.path);
        let path = path.trim_matches('`');
        let rerun = format!("{} {}", self.command, args::exactly(name));
        let bless = if can_bless { format!("\nbless: BLESS=1 {rerun}") } else { String::new() };
        format!("{path}\n\n{}\n\nrerun: {rerun}{bless}", failure.trim_end())
    }
}

/// Returns the difference of two runs: of their outputs, or the failure of the run that failed alone.
fn difference(first: &Outcome, second: &Outcome) -> Option<String> {
    match (&first.output, &second.output) {
        (Some(first), Some(second)) if first != second => {
            Some(diff::json(first, second).unwrap_or_else(|| diff::text(first, second)))
        }
        (Some(_), None) => Some(second.failure.clone().unwrap_or_default()),
        // The outputs are the same, but for instance the exit code is not.
        _ => match (&first.failure, &second.failure) {
            (None, Some(failure)) => Some(failure.clone()),
            (Some(_), None) => Some("only the first run failed".to_owned()),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_fails_alone_is_a_difference() {
        let outcome = |output: Option<&str>, failure: Option<&str>| Outcome {
            output: output.map(str::to_owned),
            failure: failure.map(str::to_owned),
            ..Outcome::default()
        };
        let (passed, exited) = (outcome(Some(""), None), outcome(Some(""), Some("exit code 1")));
        let crashed = outcome(None, Some("signal: 11"));
        assert_eq!(difference(&passed, &passed), None);
        assert_eq!(difference(&exited, &exited), None);
        assert_eq!(difference(&crashed, &crashed), None);
        assert_eq!(difference(&passed, &exited).as_deref(), Some("exit code 1"));
        assert_eq!(difference(&passed, &crashed).as_deref(), Some("signal: 11"));
        for first in [exited, crashed] {
            assert_eq!(difference(&first, &passed).as_deref(), Some("only the first run failed"));
        }
    }
}

//! The results of all cases: the summary after the tests, and the JUnit report.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use vitte_diag::{Emitter as _, JunitEmitter, JunitResult, JunitTest, Tool, text};

use crate::check::{Job, Outcome};
use crate::codes::{Cases, Coverage};
use crate::config::Config;
use crate::golden::shown;
use crate::suite_tests::SuiteTest;

/// The results of a suite by the names of the tests.
type Results = BTreeMap<String, Entry>;

/// The suites of this program that have ended, each with its results, by the path of their JUnit report.
static ENDED: Mutex<BTreeMap<PathBuf, Vec<(String, Results)>>> = Mutex::new(BTreeMap::new());

/// Collects the results of the cases.
#[derive(Debug, Default)]
pub(crate) struct Report {
    suite: String,
    results: Mutex<Results>,
}

#[derive(Debug, Default)]
struct Entry {
    path: String,
    skipped: Option<String>,
    outcome: Outcome,
}

impl Report {
    pub(crate) fn new(config: &Config) -> Self {
        Self { suite: config.dir.to_string_lossy().into_owned(), results: Mutex::default() }
    }

    pub(crate) fn skipped(&self, job: &Job, test: &str, reason: &str) {
        self.add(job, test, Entry { skipped: Some(reason.to_owned()), ..Entry::default() });
    }

    pub(crate) fn ended(&self, job: &Job, test: &str, outcome: &Outcome) {
        let outcome = Outcome { output: None, ..outcome.clone() };
        self.add(job, test, Entry { outcome, ..Entry::default() });
    }

    pub(crate) fn suite_test(&self, test: &SuiteTest) {
        let failure = Some(test.problems.join("\n")).filter(|text| !text.is_empty());
        let outcome = Outcome { failure, ..Outcome::default() };
        let entry = Entry { outcome, ..Entry::default() };
        self.results
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(test.name.to_owned(), entry);
    }

    fn add(&self, job: &Job, test: &str, mut entry: Entry) {
        entry.path = job.path.to_string_lossy().into_owned();
        self.results.lock().unwrap_or_else(PoisonError::into_inner).insert(test.to_owned(), entry);
    }

    /// Writes the JUnit report, and returns the summary for people.
    ///
    /// # Errors
    ///
    /// Why the report cannot be written.
    pub(crate) fn finish(&self, config: &Config, cases: Option<&Cases>) -> Result<String, String> {
        let results =
            std::mem::take(&mut *self.results.lock().unwrap_or_else(PoisonError::into_inner));
        let mut summary = String::new();
        let outcomes = || results.values().map(|entry| &entry.outcome);
        let list = |head: String, lines: Vec<String>| {
            let lines: String =
                lines.iter().map(|line| format!("    {}\n", text::one_line(line))).collect();
            format!("{head}:\n{lines}\n")
        };
        let blessed: Vec<String> =
            outcomes().flat_map(|outcome| &outcome.blessed).map(|path| shown(path)).collect();
        if !blessed.is_empty() {
            let goldens = text::plural("golden", blessed.len());
            summary += &list(format!("wrote {} {goldens}", blessed.len()), blessed);
        }
        let normalized: Vec<String> =
            outcomes().flat_map(|outcome| outcome.normalized.clone()).collect();
        if !normalized.is_empty() {
            let goldens = text::plural("golden", normalized.len());
            let fit = if normalized.len() == 1 { "fits" } else { "fit" };
            summary += &list(
                format!("{} {goldens} {fit} only after normalization", normalized.len()),
                normalized,
            );
        }
        if let Some(cases) = cases {
            summary += &format!("{}\n\n", Coverage::new(config, cases).summary());
        }
        if let Some(path) = &config.junit {
            let written = self.write_junit(path, results);
            written.map_err(|error| format!("cannot write {}: {error}", shown(path)))?;
        }
        Ok(summary)
    }

    /// Writes the results of this suite, and of those before it that have the same path.
    fn write_junit(&self, path: &Path, results: Results) -> io::Result<()> {
        let mut ended = ENDED.lock().unwrap_or_else(PoisonError::into_inner);
        let suites = ended.entry(path.to_owned()).or_default();
        suites.push((self.suite.clone(), results));
        let name = suites.first().map_or("", |(suite, _)| suite);
        let mut emitter = JunitEmitter::new(File::create(path)?, &Tool::new(name.to_owned(), ""));
        for (suite, results) in suites.iter() {
            results.iter().for_each(|(name, entry)| add_test(&mut emitter, suite, name, entry));
        }
        emitter.finish()
    }
}

fn add_test(emitter: &mut JunitEmitter<File>, suite: &str, name: &str, entry: &Entry) {
    let failure = entry.outcome.failure.as_deref();
    // The first line is the path of the case.
    let mut lines = failure.into_iter().flat_map(str::lines).filter(|line| *line != entry.path);
    let message = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let result = match (&entry.skipped, failure) {
        (Some(reason), _) => JunitResult::Skipped { reason },
        (None, Some(text)) => JunitResult::Failed { message, text },
        (None, None) => JunitResult::Passed,
    };
    let file = Some(&*entry.path).filter(|path| !path.is_empty());
    emitter.add_test(&JunitTest { suite, name, file, result });
}

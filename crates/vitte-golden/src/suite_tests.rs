//! The tests of a suite as a whole: its settings, goldens without a case, codes without a case.

use std::fs;

use libtest_mimic::Trial;
use vitte_diag::Code;

use crate::args;
use crate::codes::{Cases, Coverage};
use crate::config::Config;
use crate::directive::DeclaredRevisions;
use crate::files::{CaseFile, Files};
use crate::golden::shown;

/// A test of the suite as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SuiteTest {
    pub(crate) name: &'static str,
    /// What is wrong. Empty if the test passes.
    pub(crate) problems: Vec<String>,
}

impl SuiteTest {
    /// Returns the test for the runner.
    pub(crate) fn trial(&self) -> Trial {
        let problems = self.problems.join("\n");
        Trial::test(
            self.name,
            move || if problems.is_empty() { Ok(()) } else { Err(problems.into()) },
        )
    }
}

/// The name of the test that fails if a code has no case.
pub(crate) const CODES: &str = "suite::codes";

/// Returns the tests of a suite. Without `cases`, the test of codes is not run.
pub(crate) fn tests(config: &Config, files: &Files, cases: Option<&Cases>) -> Vec<SuiteTest> {
    let mut problems: Vec<String> =
        config.mistakes.iter().chain(&files.errors).map(|text| error(text)).collect();
    if config.extension.is_empty() {
        problems.push(error("the suite has no extension: call `extension`"));
    } else if files.cases.is_empty() && files.errors.is_empty() {
        let (extension, dir) = (&config.extension, shown(&config.dir));
        problems.push(error(&format!("there are no .{extension} files in {dir}")));
    }
    if files.cases.is_empty() {
        // Without cases every golden would be an orphan.
        return vec![SuiteTest { name: "suite::settings", problems }];
    }
    let mut tests = Vec::new();
    if !problems.is_empty() {
        tests.push(SuiteTest { name: "suite::settings", problems });
    }
    tests.push(SuiteTest { name: "suite::orphans", problems: orphans(config, files) });
    if config.codes.is_required {
        let problems = cases.map(|cases| codes(&Coverage::new(config, cases))).unwrap_or_default();
        tests.push(SuiteTest { name: CODES, problems });
    }
    tests
}

fn error(text: &str) -> String {
    format!("error: {text}")
}

fn orphans(config: &Config, files: &Files) -> Vec<String> {
    let revisions = |case: &CaseFile| {
        let bytes = fs::read(&case.path).unwrap_or_default();
        DeclaredRevisions::find(&String::from_utf8_lossy(&bytes), &config.comments).all
    };
    let unused = files.unused(revisions);
    let orphans = files.orphans.iter().chain(&unused);
    let orphans: Vec<String> = orphans.map(|path| args::quoted_path(path)).collect();
    let mut problems = Vec::new();
    if !orphans.is_empty() {
        let rm = orphans.join(" ");
        problems.push(error(&format!("no case uses these goldens; to remove them:\nrm {rm}")));
    }
    for (case, other) in files.ambiguous(revisions) {
        let (case, other) = (shown(&case.path), shown(&other.path));
        problems.push(error(&format!(
            "the goldens of {case} are also those of a revision of {other}; rename one of them"
        )));
    }
    for (path, golden) in &files.misspelt {
        let path = shown(path);
        problems.push(error(&format!(
            "{path} is not a golden; did you mean the extension `{golden}`?"
        )));
    }
    problems
}

fn codes(coverage: &Coverage) -> Vec<String> {
    let list =
        |codes: &[Code]| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let wrong = [
        ("these codes have no case", list(&coverage.missing)),
        ("these codes are exempt, but have a case", list(&coverage.needless)),
        ("cases have codes that the compiler does not have", coverage.unknown.join(", ")),
    ];
    let wrong = wrong.into_iter().filter(|(_, codes)| !codes.is_empty());
    wrong.map(|(what, codes)| error(&format!("{what}: {codes}"))).collect()
}

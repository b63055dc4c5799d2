//! The tests of a suite as a whole: its settings, goldens without a case, codes without a case.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use vitte_diag::Code;

use crate::args;
use crate::codes::{Cases, Coverage};
use crate::config::Config;
use crate::directive::DeclaredRevisions;
use crate::files::{CaseFile, Files};
use crate::golden::shown;

/// Returns the tests.
pub(crate) fn trials(config: &Config, files: &Files, cases: &Cases) -> Vec<Trial> {
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
        trials.push(Trial::test("suite::settings", move || Err(mistakes.join("\n").into())));
    }
    let revisions = |case: &CaseFile| {
        let bytes = fs::read(&case.path).unwrap_or_default();
        DeclaredRevisions::find(&String::from_utf8_lossy(&bytes), &config.comments).all
    };
    let unknown = files.of_unknown_revisions(revisions);
    trials.push(orphans(files.orphans.iter().chain(&unknown).map(PathBuf::as_path)));
    if config.codes.is_required {
        trials.push(codes(&Coverage::new(config, cases)));
    }
    trials
}

fn orphans<'p>(paths: impl Iterator<Item = &'p Path>) -> Trial {
    let orphans: Vec<String> = paths.map(|path| args::quoted(&path.to_string_lossy())).collect();
    Trial::test("suite::orphans", move || {
        if orphans.is_empty() {
            return Ok(());
        }
        Err(format!("these goldens have no case; remove them with\nrm {}", orphans.join(" "))
            .into())
    })
}

fn codes(coverage: &Coverage) -> Trial {
    let list =
        |codes: &[Code]| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let wrong = [
        ("these codes have no case", list(&coverage.missing)),
        ("these codes are exempt, but have a case", list(&coverage.needless)),
        ("cases have codes that the compiler does not have", coverage.unknown.join(", ")),
    ];
    let wrong: Vec<String> = wrong
        .into_iter()
        .filter(|(_, codes)| !codes.is_empty())
        .map(|(what, codes)| format!("{what}: {codes}"))
        .collect();
    Trial::test("suite::codes", move || {
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    })
}

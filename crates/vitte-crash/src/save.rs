//! How a crash is kept: as a capsule in a repository.

mod capsules;

use std::path::PathBuf;

pub(crate) use capsules::Capsules;
#[cfg(all(feature = "minidump", has_reporter))]
pub(crate) use capsules::NO_ROOM;
pub use capsules::{Environment, Sources};
use vitte_capsule::CrashReport;
use vitte_diag::SourceMap;

use crate::facts::Facts;
use crate::render::{Shown, write};
use crate::sys;

/// Stores a crash in the folder of the facts, and says in the report where it is, or why it is nowhere; whether
/// it is there. `sources` are those that the spans of the contexts mean.
pub(crate) fn save(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    facts: &Facts,
    capsules: &Capsules,
) -> bool {
    let Some(folder) = &facts.store else { return false };
    let save = || capsules.save(report, sources, folder);
    match sys::with_limited_files(save) {
        Ok(path) => {
            // As who started the program would call it.
            let here = std::env::current_dir().unwrap_or_default();
            let shown =
                |path: PathBuf| path.strip_prefix(&here).map(ToOwned::to_owned).unwrap_or(path);
            report.path = Some(shown(path));
            report.folder = Some(shown(folder.clone()));
            true
        }
        Err(error) => {
            report.notes.push(format!("the report could not be stored: {error}"));
            false
        }
    }
}

/// Removes crashes that are not to be kept any more, where it is time for that; says what was removed. It comes
/// after all else, as it may take a while.
pub(crate) fn tidy(facts: &Facts, capsules: &Capsules) -> Option<String> {
    facts.store.as_ref().and_then(|folder| capsules.tidy(folder))
}

/// The same, where what was removed is said on standard error.
pub(crate) fn tidy_and_say(facts: &Facts, capsules: &Capsules) {
    if let Some(said) = tidy(facts, capsules) {
        let bytes = format!("note: {said}\n").into_bytes();
        write(&Shown { bytes, to_stdout: false });
    }
}

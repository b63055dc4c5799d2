//! How a crash is kept: as a capsule in a repository, or as a report alone.

#[cfg(feature = "capsule")]
mod capsules;
#[cfg(not(feature = "capsule"))]
mod reports;

use std::path::PathBuf;

use super::facts::Facts;
use super::output::Shown;
use super::report::CrashReport;
use super::signal;
use super::store::Store;
use crate::source::SourceMap;

#[cfg(feature = "capsule")]
pub(crate) use capsules::Capsules;
#[cfg(feature = "capsule")]
pub use capsules::{Environment, Sources};
#[cfg(not(feature = "capsule"))]
pub(crate) use reports::Capsules;

/// Stores a crash in the folder of the facts, and says in the report where it is, or why it is nowhere; whether
/// it is there. `sources` are those that the spans of the contexts mean.
pub(super) fn save(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    facts: &Facts,
    capsules: &Capsules,
) -> bool {
    let Some(folder) = &facts.store else { return false };
    let save = || capsules.save(report, sources, &Store::new(folder));
    #[cfg(unix)]
    let saved = signal::with_limited_files(save);
    #[cfg(not(unix))]
    let saved = save();
    match saved {
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
pub(super) fn tidy(facts: &Facts, capsules: &Capsules) -> Option<String> {
    facts.store.as_ref().and_then(|folder| capsules.tidy(folder))
}

/// The same, where what was removed is said on standard error.
pub(super) fn tidy_and_say(facts: &Facts, capsules: &Capsules) {
    if let Some(said) = tidy(facts, capsules) {
        let bytes = format!("note: {said}\n").into_bytes();
        super::output::write(&Shown { bytes, to_stdout: false });
    }
}

//! How a crash is kept: as a capsule in a repository.

mod capsules;

use std::path::PathBuf;

pub(crate) use capsules::{Capsules, Omission};
pub use capsules::{EnvironmentCapture, SourceCapture};
use vitte_capsule::CrashReport;
use vitte_diag::SourceMap;

use crate::config::Config;
use crate::render::{Shown, write};
use crate::sys;

/// Stores a crash in the configured directory. Records in the report where it is stored, or why that failed.
/// `sources` are those to which the spans of the contexts refer.
///
/// Returns what the capsule omits, or `None` if none was stored.
pub(crate) fn save(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    config: &Config,
    capsules: &Capsules,
) -> Option<Vec<Omission>> {
    save_with_notes(report, &[], sources, config, capsules)
}

/// Does the same as [`save`], with `notes` that only the stored report has.
pub(crate) fn save_with_notes(
    report: &mut CrashReport,
    notes: &[String],
    sources: Option<&SourceMap>,
    config: &Config,
    capsules: &Capsules,
) -> Option<Vec<Omission>> {
    let folder = config.dir.as_ref()?;
    let save = || capsules.save(report, notes, sources, folder);
    match sys::ignoring_file_size_signal(save) {
        Ok((path, omissions)) => {
            // As who started the program would call it.
            let here = std::env::current_dir().unwrap_or_default();
            let shown =
                |path: PathBuf| path.strip_prefix(&here).map(ToOwned::to_owned).unwrap_or(path);
            report.path = Some(shown(path));
            report.dir = Some(shown(folder.clone()));
            Some(omissions)
        }
        Err(error) => {
            report.notes.push(format!("the report could not be stored: {error}"));
            None
        }
    }
}

/// Removes crashes that are not to be kept any more, where it is time for that; says what was removed. It comes
/// after all else, as it may take a while.
pub(crate) fn tidy(config: &Config, capsules: &Capsules) -> Option<String> {
    config.dir.as_ref().and_then(|folder| capsules.tidy(folder))
}

/// The same, where what was removed is said on standard error.
pub(crate) fn tidy_and_say(config: &Config, capsules: &Capsules) {
    if let Some(said) = tidy(config, capsules) {
        let bytes = format!("note: {said}\n").into_bytes();
        write(&Shown { bytes, to_stdout: false });
    }
}

//! Stores a crash as a capsule in a repository.

mod capsules;

use std::path::PathBuf;

pub(crate) use capsules::{Capsules, Omission};
pub use capsules::{EnvironmentCapture, SourceCapture};
use vitte_capsule::CrashReport;
use vitte_diag::SourceMap;

use crate::config::Config;
use crate::render::{RenderedOutput, write};
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
    let dir = config.dir.as_ref()?;
    let save = || capsules.save(report, notes, sources, dir);
    match sys::ignoring_file_size_signal(save) {
        Ok((path, omissions)) => {
            // Paths are shown relative to the current directory, as in the user's shell.
            let here = std::env::current_dir().unwrap_or_default();
            let relative =
                |path: PathBuf| path.strip_prefix(&here).map(ToOwned::to_owned).unwrap_or(path);
            report.path = Some(relative(path));
            report.dir = Some(relative(dir.clone()));
            Some(omissions)
        }
        Err(error) => {
            report.notes.push(format!("the report could not be stored: {error}"));
            None
        }
    }
}

/// Removes crashes that exceed the retention limits, at most once an hour. Returns a note if some were removed. It may
/// take long, so call it after everything else.
pub(crate) fn clean_if_due(config: &Config, capsules: &Capsules) -> Option<String> {
    config.dir.as_ref().and_then(|dir| capsules.clean_if_due(dir))
}

/// Does the same as [`clean_if_due`], and writes the note to standard error.
pub(crate) fn clean_and_report(config: &Config, capsules: &Capsules) {
    if let Some(note) = clean_if_due(config, capsules) {
        let bytes = format!("note: {note}\n").into_bytes();
        write(&RenderedOutput { bytes, to_stdout: false });
    }
}

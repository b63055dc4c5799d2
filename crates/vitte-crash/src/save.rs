//! Stores a crash as a capsule in a repository.

mod capsules;

use std::path::PathBuf;

pub(crate) use capsules::CapsuleOptions;
#[cfg(all(has_reporter, feature = "minidump"))]
pub(crate) use capsules::omission_note;
pub use capsules::{EnvironmentCapture, SourceCapture};
use vitte_capsule::CrashReport;
use vitte_diag::SourceMap;

use crate::config::Config;
use crate::render::{RenderedOutput, write};
use crate::sys;

/// Removes secrets from a report and stores it in the configured directory. Records in the report where it is stored, or
/// why that failed. What is shown of a crash is shown after this, so that a log has no secrets either.
///
/// `sources` are those to which the spans of the contexts refer.
///
/// Returns the number of source files that the capsule omits, or `None` if no capsule was stored.
pub(crate) fn save(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    config: &Config,
    options: &CapsuleOptions,
) -> Option<usize> {
    save_with_notes(report, &[], sources, config, options)
}

/// Does the same as [`save`], and adds `notes` to the stored report, but not to `report`.
pub(crate) fn save_with_notes(
    report: &mut CrashReport,
    notes: &[String],
    sources: Option<&SourceMap>,
    config: &Config,
    options: &CapsuleOptions,
) -> Option<usize> {
    let redacted = options.redact(report, sources);
    let error_redactor = redacted.redactor();
    let dir = config.dir.as_ref()?;
    let save = || options.save(report, notes, sources, redacted, dir);
    match sys::with_sigxfsz_ignored(save) {
        Ok((path, omitted_sources)) => {
            // Paths are shown relative to the current directory, as in the user's shell.
            let here = std::env::current_dir().unwrap_or_default();
            let relative =
                |path: PathBuf| path.strip_prefix(&here).map(ToOwned::to_owned).unwrap_or(path);
            report.path = Some(relative(path));
            report.dir = Some(relative(dir.clone()));
            Some(omitted_sources)
        }
        Err(error) => {
            let note = format!("the report could not be stored: {error}");
            report.notes.push(error_redactor.text(&note).into_owned());
            None
        }
    }
}

/// Removes crashes that exceed the retention limits, at most once an hour. Returns a note if some were removed. It may
/// take long, so call it after everything else.
pub(crate) fn clean_if_due(config: &Config, options: &CapsuleOptions) -> Option<String> {
    config.dir.as_ref().and_then(|dir| options.clean_if_due(dir))
}

/// Does the same as [`clean_if_due`], and writes the note to standard error.
pub(crate) fn clean_and_report(config: &Config, options: &CapsuleOptions) {
    if let Some(note) = clean_if_due(config, options) {
        let bytes = format!("note: {note}\n").into_bytes();
        write(&RenderedOutput { bytes, to_stdout: false });
    }
}

//! Stores a crash as a capsule in a repository.

mod capsules;

use std::path::{Path, PathBuf};

pub(crate) use capsules::CapsuleOptions;
use capsules::Redacted;
#[cfg(all(has_reporter, feature = "minidump"))]
pub(crate) use capsules::omission_note;
pub use capsules::{EnvironmentCapture, SourceCapture};
use vitte_capsule::{CrashReport, Redactor, Repository};
use vitte_diag::SourceMap;

use crate::config::Config;
use crate::render::{RenderedOutput, write};
use crate::sys;

/// A report that was redacted, and stored if possible.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) stored: Option<Stored>,
    redactor: Redactor,
}

/// Where a capsule is stored. The paths are those with which it was written; the ones in the report are for people.
#[derive(Debug)]
pub(crate) struct Stored {
    #[cfg_attr(
        not(all(feature = "minidump", has_reporter)),
        allow(dead_code, reason = "only a minidump is added later")
    )]
    pub(crate) path: PathBuf,
    /// The directory of the repository.
    pub(crate) dir: PathBuf,
    /// The number of source files that the capsule omits.
    #[cfg_attr(
        not(all(feature = "minidump", has_reporter)),
        allow(dead_code, reason = "only a minidump is added later")
    )]
    pub(crate) omitted_sources: usize,
}

impl Saved {
    /// Returns the report as people see it: with `~` in the path and the directory of the stored report.
    pub(crate) fn shown(&self, report: &CrashReport) -> CrashReport {
        let mut shown = report.clone();
        for path in [&mut shown.path, &mut shown.dir].into_iter().flatten() {
            *path = PathBuf::from(&*self.redactor.text(&path.to_string_lossy()));
        }
        shown
    }
}

/// Removes secrets from a report and stores it in the configured directory. Records in the report where it is stored, or
/// why that failed. What is shown of a crash is shown after this, so that a log has no secrets either.
///
/// `sources` are those to which the spans of the contexts refer.
///
/// Returns what the caller needs to show the report.
pub(crate) fn save(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    config: &Config,
    options: &CapsuleOptions,
) -> Saved {
    save_with_notes(report, &[], sources, config, options)
}

/// Does the same as [`save`], and adds `notes` to the stored report, but not to `report`.
pub(crate) fn save_with_notes(
    report: &mut CrashReport,
    notes: &[String],
    sources: Option<&SourceMap>,
    config: &Config,
    options: &CapsuleOptions,
) -> Saved {
    let redacted = options.redact(report, sources);
    let redactor = redacted.redactor();
    let stored = store(report, notes, sources, config, options, redacted, &redactor);
    Saved { stored, redactor }
}

/// Stores a redacted report, if possible.
fn store(
    report: &mut CrashReport,
    notes: &[String],
    sources: Option<&SourceMap>,
    config: &Config,
    options: &CapsuleOptions,
    redacted: Redacted,
    redactor: &Redactor,
) -> Option<Stored> {
    let dir = config.dir.as_ref()?;
    let save_in = |report: &mut CrashReport, redacted: Redacted, dir: &Path| {
        let saved = sys::without_sigxfsz(|| options.save(report, notes, sources, redacted, dir));
        saved.map(|(path, omitted_sources)| Stored { path, dir: dir.to_owned(), omitted_sources })
    };
    let stored = match save_in(report, redacted, dir) {
        Ok(stored) => stored,
        Err(error) => {
            let note =
                |what: &str| redactor.text(&format!("the report {what}: {error}")).into_owned();
            let fallback = temporary_dir(report, config).and_then(|dir| {
                let mut copy = report.clone();
                copy.notes.push(note("is in the temporary directory"));
                let redacted = options.redact(&mut copy, sources);
                let stored = save_in(&mut copy, redacted, &dir).ok()?;
                *report = copy;
                Some(stored)
            });
            if fallback.is_none() {
                report.notes.push(note("could not be stored"));
            }
            fallback?
        }
    };
    // Paths are shown relative to the current directory, as in the user's shell.
    let here = std::env::current_dir().unwrap_or_default();
    let relative = |path: &Path| path.strip_prefix(&here).unwrap_or(path).to_owned();
    report.path = Some(relative(&stored.path));
    report.dir = Some(relative(&stored.dir));
    Some(stored)
}

/// Returns the directory that replaces the default one if that cannot be written.
fn temporary_dir(report: &CrashReport, config: &Config) -> Option<PathBuf> {
    let is_default = config.is_default_dir;
    is_default.then(|| Repository::temporary_dir(&report.program).ok()).flatten()
}

/// Stores a changed report in the file in which [`save`] has stored it. If that fails, the file has the previous
/// report.
pub(crate) fn save_again(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    config: &Config,
    options: &CapsuleOptions,
) {
    options.redact(report, sources);
    let Some(dir) = config.dir.as_ref().filter(|_| report.path.is_some()) else { return };
    let update_in = |dir: &Path| {
        let mut copy = report.clone();
        let redacted = options.redact(&mut copy, sources);
        sys::without_sigxfsz(|| options.update(&copy, sources, redacted, dir))
    };
    // The path in the report may be relative to a directory that is no longer the current one.
    let updated = update_in(dir).or_else(|error| {
        temporary_dir(report, config).ok_or(error).and_then(|dir| update_in(&dir))
    });
    if let Err(error) = updated {
        report.notes.push(format!("the stored report lacks some contexts: {error}"));
    }
}

/// Loads the report with this id from the configured directory.
pub(crate) fn load(id: &str, config: &Config) -> Option<CrashReport> {
    let repository = Repository::new(config.dir.as_ref()?);
    let mut report = repository.load(id).ok()?.report;
    report.path = repository.path(id).ok();
    Some(report)
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

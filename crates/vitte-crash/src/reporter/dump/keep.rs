//! A dump goes into the capsule of its crash, and has no more secrets than that.

use std::path::Path;

use vitte_capsule::{Capsule, CrashReport, Repository, StoreError};

use crate::save::{Capsules, NO_ROOM};

/// Stores what is now known of a crash that is stored already, with a minidump of it.
pub(super) fn update(
    capsules: &Capsules,
    report: &CrashReport,
    folder: &Path,
    minidump: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let Some(path) = &report.path else { return Ok(()) };
    let mut capsule = Capsule::read(path)?;
    let mut own = report.clone();
    capsules.mask.report(&mut own);
    // What was said when it was stored, of what had no room.
    let stored = capsule.report.notes.iter().filter(|note| note.starts_with(NO_ROOM)).cloned();
    own.notes.extend(stored);
    capsule.set_notes(own.notes);
    capsule.minidump = minidump;
    Repository::new(folder).update(path, &capsule)
}

/// The command line without secrets, and the texts that are secret.
pub(in crate::reporter) fn without_secrets(
    capsules: &Capsules,
    report: &CrashReport,
) -> (Vec<String>, Vec<String>) {
    let mut masked = report.clone();
    capsules.mask.report(&mut masked);
    let texts = |report: &CrashReport| -> Vec<String> {
        let values = report.context.iter().flat_map(|entry| &entry.values);
        let values = values.map(|value| value.value.clone());
        values.chain(report.command.clone()).chain([report.message.clone()]).collect()
    };
    let both = texts(report).into_iter().zip(texts(&masked));
    let changed = both.filter(|(own, masked)| own != masked).map(|(own, _)| own);
    // Of `--key=value` the value may stand alone elsewhere.
    let with_values = changed.flat_map(|text| {
        let value = text.split_once('=').map(|(_, value)| value.to_owned());
        value.into_iter().chain([text])
    });
    (masked.command, with_values.collect())
}

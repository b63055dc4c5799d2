//! Stores a minidump in the capsule of its crash, with the same secrets removed.

use vitte_capsule::{CrashReport, Repository, RepositoryError};

use super::MinidumpStatus;
use crate::save::{CapsuleOptions, Stored, omission_note};

/// Replaces the notes and the minidump of a stored capsule.
pub(super) fn update(
    options: &CapsuleOptions,
    report: &CrashReport,
    stored: &Stored,
    status: &MinidumpStatus,
    minidump: Option<Vec<u8>>,
) -> Result<(), RepositoryError> {
    let repository = Repository::new(&stored.dir);
    let mut capsule = repository.load_file(&stored.path)?;
    let mut redacted = report.clone();
    redacted.notes.push(status.to_string());
    options.redactor.report(&mut redacted);
    redacted.notes.extend(omission_note(stored.omitted_sources));
    capsule.set_notes(redacted.notes);
    capsule.minidump = minidump;
    repository.update(&stored.path, &capsule)
}

/// Returns the redacted command line, and the strings that redaction removes.
pub(in crate::reporter) fn without_secrets(
    options: &CapsuleOptions,
    report: &CrashReport,
) -> (Vec<String>, Vec<String>) {
    let mut redacted = report.clone();
    options.redact(&mut redacted, None);
    let texts = |report: &CrashReport| -> Vec<String> {
        let fields = report.contexts.iter().flat_map(|entry| &entry.fields);
        let values = fields.map(|field| field.value.clone());
        values.chain(report.args.clone()).chain([report.message.clone()]).collect()
    };
    let both = texts(report).into_iter().zip(texts(&redacted));
    let changed = both.filter(|(own, redacted)| own != redacted).map(|(own, _)| own);
    // The value of `--key=value` may also occur without the key.
    let with_values = changed.flat_map(|text| {
        let value = text.split_once('=').map(|(_, value)| value.to_owned());
        value.into_iter().chain([text])
    });
    (redacted.args, with_values.collect())
}

#[cfg(test)]
mod tests {
    use vitte_capsule::Capsule;
    use vitte_diag::{SourceMap, codes};

    use super::*;
    use crate::save::SourceCapture;

    #[test]
    fn the_status_is_replaced_and_omissions_stay() {
        let dir = tempfile::tempdir().unwrap();
        let mut sources = SourceMap::new();
        for index in 0..2003 {
            sources.add(format!("{index}.vitte"), "x").unwrap();
        }
        let mut options = CapsuleOptions::new();
        options.sources = SourceCapture::All;
        let mut report =
            CrashReport::new(codes::F0002, "2026-01-02T03:04:05.006Z".into(), "m".into());
        report.notes = vec!["first".into()];
        let pending = [MinidumpStatus::Pending.to_string()];
        let redacted = options.redact(&mut report, Some(&sources));
        let (path, omitted_sources) =
            options.save(&mut report, &pending, Some(&sources), redacted, dir.path()).unwrap();
        assert_eq!(omitted_sources, 3);
        let omitted = omission_note(3).unwrap();
        let notes = Capsule::read(&path).unwrap().report.notes;
        assert_eq!(notes, ["first", &*pending[0], &*omitted]);
        let stored = Stored { path, dir: dir.path().to_owned(), omitted_sources };
        update(&options, &report, &stored, &MinidumpStatus::Stored, Some(vec![1])).unwrap();
        let capsule = Capsule::read(&stored.path).unwrap();
        let stored = MinidumpStatus::Stored.to_string();
        assert_eq!(capsule.report.notes, ["first", &*stored, &*omitted]);
        assert_eq!(capsule.minidump, Some(vec![1]));
    }
}

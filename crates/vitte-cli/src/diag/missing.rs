//! The sources whose text is not shown, and the messages about them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write};

use vitte_diag::read::Imported;
use vitte_diag::{SourceFile, text};

/// The files that are known to be missing. Further ones are looked for, and counted, more than once.
const MAX_FILES: usize = 1 << 20;
/// Files beyond this number are only counted.
const MAX_REPORTED: usize = 20;

/// The files that are missing or have changed, by the hashes of their paths, which take less memory than the paths.
#[derive(Debug, Default)]
pub(super) struct MissingFiles {
    hashes: HashSet<u64>,
    reported: usize,
    unreported: usize,
}

/// Why the text of a file is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reason {
    /// It is not here, or it does not have the lines of the diagnostics.
    NotFound,
    /// It is not the one that the tool read.
    Changed,
}

impl MissingFiles {
    pub(super) fn contains(&self, path: &str) -> bool {
        self.hashes.contains(&hash(path))
    }

    /// Returns the number of files, of the first million.
    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Adds a file, and reports it if it is one of the first.
    pub(super) fn add(
        &mut self,
        path: &str,
        reason: Reason,
        report: &mut dyn Write,
    ) -> io::Result<()> {
        let hash = hash(path);
        let is_new = match self.hashes.len() {
            0..MAX_FILES => self.hashes.insert(hash),
            _ => !self.hashes.contains(&hash),
        };
        if !is_new {
            return Ok(());
        }
        if self.reported == MAX_REPORTED {
            self.unreported += 1;
            return Ok(());
        }
        self.reported += 1;
        let path = text::one_line(path);
        let why = match reason {
            Reason::NotFound => "is missing or has changed",
            Reason::Changed => "has changed since the tool read it",
        };
        writeln!(report, "vitte: warning: `{path}` {why}; its diagnostics have no source lines")
    }

    /// Adds the files of what was read.
    pub(super) fn add_all(&mut self, read: &Imported, report: &mut dyn Write) -> io::Result<()> {
        let is_missing = |file: &&SourceFile| file.is_unavailable() && !file.is_virtual();
        for file in read.sources.files().filter(is_missing) {
            let is_changed = read.changed_files.contains(&file.id());
            let reason = if is_changed { Reason::Changed } else { Reason::NotFound };
            self.add(file.path(), reason, report)?;
        }
        Ok(())
    }

    /// Reports how many files were only counted.
    pub(super) fn report_more(&mut self, report: &mut dyn Write) -> io::Result<()> {
        match std::mem::take(&mut self.unreported) {
            0 => Ok(()),
            1 => writeln!(report, "vitte: warning: 1 more file is missing or has changed"),
            more => {
                let files = text::more("file", more);
                writeln!(report, "vitte: warning: {files} are missing or have changed")
            }
        }
    }
}

fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

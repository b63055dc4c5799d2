//! Lists the capsule files of a repository.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::error::{RepositoryError, RepositoryErrorKind};
use super::location::is_dir_name;
use super::{LATEST, PENDING, id};
use crate::dir::{Dir, EntryKind};

/// The ids of capsules and their paths, relative to the repository.
pub(super) type CapsulePaths = BTreeMap<String, String>;

/// The maximum number of capsules that are listed.
const MAX_CAPSULES: usize = 1_000_000;
/// The maximum number of entries that are reported as damage.
const MAX_DAMAGED: usize = 1000;

/// The capsule files of a repository.
#[derive(Debug, Default)]
pub(super) struct CapsuleFiles {
    pub(super) paths: CapsulePaths,
    /// What is in the place of a directory or a capsule and cannot be used: a link, or a directory of another
    /// user. At most 1000 are reported.
    pub(super) damaged: Vec<RepositoryError>,
}

impl CapsuleFiles {
    /// Lists all capsule files: `KIND/DAY/FINGERPRINT/ID.vittecrash` and `ID.vittecrash`. `path` is that of the
    /// repository, for errors.
    pub(super) fn find(root: &Dir, path: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        for (name, kind) in entries(root)? {
            if id::id_of(&name).is_some() {
                found.add(path, String::new(), &name, kind);
            } else if name == LATEST || name == PENDING {
                // The files of `latest` are hard links of capsules, those of `pending` are no capsules.
                found.check_link(path, &name, kind);
            } else if kind == EntryKind::Dir || !name.contains('.') {
                found.add_dir(root, path, String::new(), &name, kind, 3);
            }
        }
        Ok(found)
    }

    /// Adds the capsules below a directory that has `levels` levels of directories.
    fn add_dir(
        &mut self,
        parent: &Dir,
        root: &Path,
        prefix: String,
        name: &str,
        kind: EntryKind,
        levels: u8,
    ) {
        let path = prefix + name;
        if kind != EntryKind::Dir {
            return self.check_link(root, &path, kind);
        }
        if !is_dir_name(name) {
            return;
        }
        let opened = parent.open_dir(name).and_then(|dir| Ok((entries(&dir)?, dir)));
        let (entries, dir) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.report(root, &path, RepositoryErrorKind::Read(error)),
        };
        for (name, kind) in entries {
            let prefix = format!("{path}/");
            match levels {
                1 if id::id_of(&name).is_some() => self.add(root, prefix, &name, kind),
                1 => {}
                _ => self.add_dir(&dir, root, prefix, &name, kind, levels - 1),
            }
        }
    }

    fn add(&mut self, root: &Path, prefix: String, name: &str, kind: EntryKind) {
        let path = prefix + name;
        let Some(id) = id::id_of(name) else { return };
        match kind {
            EntryKind::File => {}
            EntryKind::Link => return self.report(root, &path, RepositoryErrorKind::Link),
            _ => return self.report(root, &path, RepositoryErrorKind::NotAFile),
        }
        if self.paths.len() >= MAX_CAPSULES {
            return;
        }
        // Of several files with the same id, the one whose path sorts first is used.
        let known = self.paths.entry(id.to_owned()).or_insert_with(|| path.clone());
        if path < *known {
            *known = path;
        }
    }

    /// Reports a link in the place of a directory. Other files are ignored.
    fn check_link(&mut self, root: &Path, path: &str, kind: EntryKind) {
        if kind == EntryKind::Link {
            self.report(root, path, RepositoryErrorKind::Link);
        }
    }

    fn report(&mut self, root: &Path, path: &str, kind: RepositoryErrorKind) {
        let is_gone = matches!(&kind, RepositoryErrorKind::Read(error) if error.kind() == io::ErrorKind::NotFound);
        if self.damaged.len() < MAX_DAMAGED && !is_gone {
            self.damaged.push(RepositoryError { path: root.join(path), kind });
        }
    }
}

/// Lists at most 1,000,000 entries of a directory. Names that are not UTF-8 are omitted.
pub(super) fn entries(dir: &Dir) -> io::Result<Vec<(String, EntryKind)>> {
    let mut found = Vec::new();
    for entry in dir.entries()?.take(MAX_CAPSULES) {
        let (name, kind) = entry?;
        found.extend(name.map(|name| (name, kind)));
    }
    Ok(found)
}

//! Where the file of a crash is in a repository.

use std::io;

use super::id;
use crate::capsule::Capsule;
use crate::dir::Dir;
use crate::fingerprint::Fingerprint;
use crate::report::CrashReport;

/// The path of a capsule in a repository: `KIND/DAY/FINGERPRINT/ID.vittecrash`, or `ID.vittecrash` if those
/// directories could not be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Location<'a> {
    dirs: Option<[&'a str; 3]>,
    /// The name of the file.
    pub(super) name: &'a str,
}

/// Returns the path of a crash's file in the repository.
pub(super) fn relative_path(report: &CrashReport, fingerprint: Fingerprint) -> String {
    let (kind, id) = (report.kind(), &report.id);
    let (day, short) = (id::day(id), fingerprint.short());
    format!("{kind}/{day}/{short}/{}", file_name(id))
}

/// Returns the name of the capsule with this id.
pub(super) fn file_name(id: &str) -> String {
    format!("{id}.{}", Capsule::EXTENSION)
}

impl<'a> Location<'a> {
    /// Parses a path. It is untrusted, so anything but the path of a capsule is rejected.
    pub(super) fn parse(path: &'a str) -> Option<Self> {
        let mut names = path.split('/');
        let name = names.next_back()?;
        id::id_of(name)?;
        let dirs = match (names.next(), names.next(), names.next(), names.next()) {
            (None, ..) => None,
            (Some(kind), Some(day), Some(fingerprint), None) => Some([kind, day, fingerprint]),
            _ => return None,
        };
        let is_safe = dirs.iter().flatten().all(|dir| is_dir_name(dir));
        is_safe.then_some(Self { dirs, name })
    }

    /// Returns the id of the crash.
    pub(super) fn id(self) -> &'a str {
        id::id_of(self.name).unwrap_or_default()
    }

    /// Returns whether the file is in a directory of its own fingerprint, not in the root.
    pub(super) const fn has_dirs(self) -> bool {
        self.dirs.is_some()
    }

    /// Runs `work` on the directory of the file.
    pub(super) fn within<T>(self, root: &Dir, work: impl FnOnce(&Dir) -> T) -> io::Result<T> {
        let Some([kind, day, fingerprint]) = self.dirs else { return Ok(work(root)) };
        let dir = root.open_dir(kind)?.open_dir(day)?.open_dir(fingerprint)?;
        Ok(work(&dir))
    }

    /// Creates the directory of the file, if it is missing, and opens it. `None` is the root.
    pub(super) fn create_dir(self, root: &Dir) -> io::Result<Option<Dir>> {
        let Some([kind, day, fingerprint]) = self.dirs else { return Ok(None) };
        root.create_dir(kind)?.create_dir(day)?.create_dir(fingerprint).map(Some)
    }

    /// Removes the directory of a fingerprint if it is empty, then its day and kind directories if they are empty.
    pub(super) fn remove_empty_dirs(self, root: &Dir) {
        let remove = || -> io::Result<()> {
            let Some([kind, day, fingerprint]) = self.dirs else { return Ok(()) };
            let of_kind = root.open_dir(kind)?;
            of_kind.open_dir(day)?.remove_dir(fingerprint)?;
            of_kind.remove_dir(day)?;
            root.remove_dir(kind)
        };
        _ = remove();
    }
}

/// The maximum length of a name in bytes, which is that of most file systems.
const MAX_NAME_BYTES: usize = 255;

/// Returns whether a name can be that of a directory of capsules. Hidden directories are not.
pub(super) fn is_dir_name(name: &str) -> bool {
    let is_safe = !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0']);
    is_safe && (1..=MAX_NAME_BYTES).contains(&name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "2025-10-22T13-05-42-123-9f8e7d6c.vittecrash";

    #[test]
    fn only_paths_of_capsules_are_locations() {
        for dirs in ["", "panic/2025-10-22/1a2b3c4d/", "a/b/c/", "é/ /…/"] {
            let path = format!("{dirs}{NAME}");
            let location = Location::parse(&path).unwrap();
            assert_eq!((location.name, location.dirs.is_some()), (NAME, !dirs.is_empty()));
            assert_eq!(format!("{}.vittecrash", location.id()), NAME);
        }
        for dirs in [
            "/",
            "//",
            "///",
            "./",
            "../",
            "a/",
            "a/b/",
            "a/b/c/d/",
            "/a/b/c/",
            "../a/b/c/",
            "../b/c/",
            "a/../c/",
            "a/b/../",
            "a/./c/",
            "a//c/",
            "a/b/.c/",
            "a\\..\\b/b/c/",
            "C:/b/c/",
            "a/b/c\0/",
        ] {
            assert_eq!(Location::parse(&format!("{dirs}{NAME}")), None, "{dirs}");
        }
        for wrong in
            ["", "/", "a/b/c/", "a/b/c/..", "a/b/c/victim", "metadata.json", "a/b/c/x.vittecrash"]
        {
            assert_eq!(Location::parse(wrong), None, "{wrong}");
        }
    }
}

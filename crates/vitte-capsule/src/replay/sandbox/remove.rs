//! Removes a directory that a hostile program has filled.

use std::ffi::CString;
use std::io;
use std::path::Path;
use std::time::Instant;

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, renameat};
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat};
use nix::unistd::{UnlinkatFlags, unlinkat};

/// The number of names that are read at a time.
const MAX_NAMES: usize = 1024;
/// The attempts to find a free name for a directory.
const MAX_ATTEMPTS: u32 = 100;

/// Removes a directory with its content.
///
/// Every name is resolved relative to an open directory, and links are not followed, so nothing outside is removed,
/// even if a process replaces a directory by a link meanwhile. A directory is made writable first. Directories inside a
/// directory are moved to the root before they are removed, so that neither their depth nor the length of their paths
/// has a limit.
///
/// # Errors
///
/// The I/O error of the first part that could not be removed. [`io::ErrorKind::TimedOut`] at the deadline.
pub(super) fn remove_tree(root: &Path, deadline: Instant) -> io::Result<()> {
    let mut remover =
        Remover { root: Dir::open(root, flags(), Mode::empty())?, moved: 0, deadline };
    _ = nix::sys::stat::fchmod(&remover.root, Mode::S_IRWXU);
    loop {
        let names = names(&mut remover.root)?;
        if names.is_empty() {
            return std::fs::remove_dir(root);
        }
        for name in names {
            remover.check_time()?;
            match unlinkat(&remover.root, &*name, UnlinkatFlags::NoRemoveDir) {
                Err(Errno::EISDIR | Errno::EPERM) => remover.remove_dir(&name)?,
                Err(Errno::ENOENT) | Ok(()) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn flags() -> OFlag {
    OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC
}

/// Returns the first names in a directory.
fn names(dir: &mut Dir) -> io::Result<Vec<CString>> {
    let is_name = |name: &CString| ![&b"."[..], b".."].contains(&name.as_bytes());
    let names = dir.iter().map(|entry| Ok(entry?.file_name().to_owned()));
    names.filter(|name| name.as_ref().map_or(true, is_name)).take(MAX_NAMES).collect()
}

struct Remover {
    root: Dir,
    /// The number of directories that were moved to the root.
    moved: u32,
    deadline: Instant,
}

impl Remover {
    fn check_time(&self) -> io::Result<()> {
        match Instant::now() >= self.deadline {
            true => Err(io::Error::new(io::ErrorKind::TimedOut, "the time limit was reached")),
            false => Ok(()),
        }
    }

    /// Removes a directory of the root.
    fn remove_dir(&mut self, name: &CString) -> io::Result<()> {
        _ = fchmodat(&self.root, &**name, Mode::S_IRWXU, FchmodatFlags::NoFollowSymlink);
        let mut dir = Dir::openat(&self.root, &**name, flags(), Mode::empty())?;
        loop {
            let names = names(&mut dir)?;
            if names.is_empty() {
                return Ok(unlinkat(&self.root, &**name, UnlinkatFlags::RemoveDir)?);
            }
            for inner in names {
                self.check_time()?;
                match unlinkat(&dir, &*inner, UnlinkatFlags::NoRemoveDir) {
                    Err(Errno::EISDIR | Errno::EPERM) => self.move_to_root(&dir, &inner)?,
                    Err(Errno::ENOENT) | Ok(()) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }

    fn move_to_root(&mut self, dir: &Dir, name: &CString) -> io::Result<()> {
        // A directory that is moved must be writable.
        _ = fchmodat(dir, &**name, Mode::S_IRWXU, FchmodatFlags::NoFollowSymlink);
        let mut attempts = 0;
        loop {
            self.moved = self.moved.wrapping_add(1);
            attempts += 1;
            let new_name = format!("removed-{}", self.moved);
            match renameat(dir, &**name, &self.root, &*new_name) {
                Err(Errno::EEXIST | Errno::ENOTEMPTY | Errno::ENOTDIR)
                    if attempts < MAX_ATTEMPTS => {}
                moved => return Ok(moved?),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::time::Duration;

    use super::*;

    #[test]
    fn deep_read_only_and_linked_content_is_removed_and_nothing_else() {
        let outer = tempfile::tempdir().unwrap();
        let (root, outside) = (outer.path().join("root"), outer.path().join("outside"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("file"), "kept").unwrap();
        symlink(&outside, root.join("link")).unwrap();
        symlink("gone", root.join("dangling")).unwrap();
        fs::create_dir_all(root.join("a/b/c")).unwrap();
        symlink(&outside, root.join("a/b/link")).unwrap();
        fs::write(root.join("a/b/c/file"), "x").unwrap();
        fs::write(root.join("removed-1"), "taken").unwrap();
        for dir in ["a/b/c", "a/b", "a"] {
            fs::set_permissions(root.join(dir), fs::Permissions::from_mode(0o000)).unwrap();
        }
        // Deeper than a path may be long.
        let mut dir = root.join("deep");
        fs::create_dir(&dir).unwrap();
        for _ in 0..60 {
            dir = dir.join("d".repeat(60));
            fs::create_dir(&dir).unwrap();
        }
        for index in 0..3000 {
            fs::write(root.join(format!("deep/{index}")), "").unwrap();
        }
        let past = remove_tree(&root, Instant::now());
        assert_eq!(past.unwrap_err().kind(), io::ErrorKind::TimedOut);
        remove_tree(&root, Instant::now() + Duration::from_secs(600)).unwrap();
        assert!(!root.exists());
        assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "kept");
    }
}

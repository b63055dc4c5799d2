//! The temporary files of processes that were killed while they replaced a file.
//!
//! The name of a temporary file is `.fix-USER-RANDOM-CHECK`: the id of the user that runs the process, a random number, and
//! a hash of both, all hexadecimal. A file that a user calls `.fix-something` is not taken for one.

use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io;
use std::path::Path;
use std::time::Duration;

use siphasher::sip::SipHasher13;

/// The key of the hash in a name. A version with other names must have another one.
const KEY: (u64, u64) = (0x7669_7474_652d_6469, 0x6167_2066_6978_2031);

/// Returns the name for a new temporary file.
pub(super) fn new_name() -> String {
    // The standard library's hash keys are random and change with each value.
    let random = std::hash::RandomState::new().build_hasher().finish();
    name(system::user(), random)
}

fn name(user: u32, random: u64) -> String {
    let mut hasher = SipHasher13::new_with_keys(KEY.0, KEY.1);
    hasher.write_u32(user);
    hasher.write_u64(random);
    format!(".fix-{user:x}-{random:016x}-{:016x}", hasher.finish())
}

/// Returns the user in the name of a temporary file; `None` if it is not the name of one.
fn user_of(file_name: &str) -> Option<u32> {
    let mut parts = file_name.strip_prefix(".fix-")?.split('-');
    let user = u32::from_str_radix(parts.next()?, 16).ok()?;
    let random = u64::from_str_radix(parts.next()?, 16).ok()?;
    (name(user, random) == file_name).then_some(user)
}

/// Removes the temporary files in a directory that killed runs of [`replace`](super::replace()) left, and returns their
/// number. Meant to be called for each directory before files in it are replaced.
///
/// A file is removed only if it has the name of a temporary file, is a regular file of this user, and its writer does not
/// live any more: on Unix a writer holds a lock. An empty file may be one whose writer does not have the lock yet, and is
/// removed after a minute. Without locks, files older than a day are removed. Subdirectories are not searched.
///
/// # Errors
///
/// An I/O error if the directory cannot be listed. A file that cannot be removed is ignored.
pub fn remove_leftovers(dir: impl AsRef<Path>) -> io::Result<usize> {
    let dir = dir.as_ref();
    let mut removed = 0;
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let user = name.to_str().and_then(user_of);
        if user.is_some_and(|user| user == system::user()) && system::remove(dir, &name) {
            removed += 1;
        }
    }
    Ok(removed)
}

/// The age at which the writer of a file without a lock cannot live any more.
const MIN_AGE: Duration = Duration::from_secs(24 * 60 * 60);

fn is_older(file: &fs::Metadata, min_age: Duration) -> bool {
    file.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > min_age)
}

#[cfg(unix)]
mod system {
    use std::ffi::OsStr;
    use std::fs::{self, File, Metadata};
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
    use std::path::Path;
    use std::time::Duration;

    use rustix::fs::FlockOperation;
    use rustix::io::Errno;

    use super::{MIN_AGE, is_older};

    /// The age of an empty file whose writer had the time to lock it.
    const MIN_AGE_EMPTY: Duration = Duration::from_secs(60);

    /// Returns the id of the user that files of this process belong to.
    pub(super) fn user() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    /// Removes a temporary file of this user if its writer does not live. Returns whether it was removed.
    pub(super) fn remove(dir: &Path, name: &OsStr) -> bool {
        let path = dir.join(name);
        path.symlink_metadata().is_ok_and(|found| is_own(&found))
            && open(&path).is_some_and(|file| is_abandoned(&file))
            && fs::remove_file(&path).is_ok()
    }

    /// Returns true for a file that this user wrote. Root gives a temporary file to the owner of the file that it is to
    /// replace.
    fn is_own(file: &Metadata) -> bool {
        file.is_file() && file.nlink() == 1 && (file.uid() == user() || user() == 0)
    }

    /// Opens a file for writing, because locks on NFS need that.
    fn open(path: &Path) -> Option<File> {
        let mut options = File::options();
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let writable = options.read(true).write(true).open(path);
        writable.or_else(|_| options.write(false).open(path)).ok()
    }

    fn is_abandoned(file: &File) -> bool {
        let Ok(found) = file.metadata() else { return false };
        is_own(&found)
            && match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => found.len() > 0 || is_older(&found, MIN_AGE_EMPTY),
                Err(Errno::WOULDBLOCK) => false,
                Err(_) => is_older(&found, MIN_AGE),
            }
    }
}

#[cfg(not(unix))]
mod system {
    use std::ffi::OsStr;
    use std::fs;
    use std::path::Path;

    /// Returns 0: files have no user id.
    pub(super) const fn user() -> u32 {
        0
    }

    /// Removes an old temporary file. Returns whether it was removed.
    pub(super) fn remove(dir: &Path, name: &OsStr) -> bool {
        let path = dir.join(name);
        let is_leftover =
            |found: fs::Metadata| found.is_file() && super::is_older(&found, super::MIN_AGE);
        path.symlink_metadata().is_ok_and(is_leftover) && fs::remove_file(&path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_temporary_files_are_recognised() {
        let own = name(1000, 0x0123_4567_89ab_cdef);
        assert!(own.starts_with(".fix-3e8-0123456789abcdef-"), "{own}");
        assert_eq!(user_of(&own), Some(1000));
        assert_eq!(user_of(&new_name()), Some(system::user()));
        for other in [
            ".fix-something",
            ".fix-",
            ".fix-0-0-0",
            ".fix-3e8-0123456789abcdef-0123456789abcdef",
            &own.replace("3e8", "3e9"),
            &own.replace("3e8", "03e8"),
            &own.replace("3e8", "3E8"),
            &format!("{own}.txt"),
            &format!("{own}-"),
            own.trim_start_matches('.'),
        ] {
            assert_eq!(user_of(other), None, "{other}");
        }
    }

    #[test]
    fn two_names_differ() {
        assert_ne!(new_name(), new_name());
    }

    #[test]
    #[cfg(unix)]
    fn only_abandoned_files_of_the_user_are_removed() {
        use std::time::SystemTime;

        use rustix::fs::FlockOperation;

        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let abandoned = new_name();
        fs::write(path(&abandoned), "half of").unwrap();
        let used = new_name();
        fs::write(path(&used), "half of").unwrap();
        let writer = fs::File::open(path(&used)).unwrap();
        rustix::fs::flock(&writer, FlockOperation::NonBlockingLockExclusive).unwrap();
        let kept = [
            used.clone(),
            ".fix-something".to_owned(),
            name(system::user() + 1, 5),
            "a.vitte".to_owned(),
            new_name(),
            new_name(),
            new_name(),
        ];
        for name in &kept[1..4] {
            fs::write(path(name), "text").unwrap();
        }
        fs::create_dir(path(&kept[4])).unwrap();
        std::os::unix::fs::symlink("a.vitte", path(&kept[5])).unwrap();
        fs::hard_link(path("a.vitte"), path(&kept[6])).unwrap();

        assert_eq!(remove_leftovers(dir.path()).unwrap(), 1);
        assert!(path(&abandoned).symlink_metadata().is_err());
        assert!(kept.iter().all(|name| path(name).symlink_metadata().is_ok()));

        drop(writer);
        assert_eq!(remove_leftovers(dir.path()).unwrap(), 1, "the writer has died");
        assert!(path(&used).symlink_metadata().is_err());
        assert_eq!(remove_leftovers(dir.path()).unwrap(), 0);
        assert!(remove_leftovers(path("none")).is_err());

        // The writer has not locked it yet, or it was killed before that.
        let empty = fs::File::create(path(&abandoned)).unwrap();
        empty.set_modified(SystemTime::now() + Duration::from_secs(60 * 60)).unwrap();
        assert_eq!(remove_leftovers(dir.path()).unwrap(), 0);
        empty.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(remove_leftovers(dir.path()).unwrap(), 1);
    }
}

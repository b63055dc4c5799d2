//! Whose files are used.

use std::io;

use cap_std::fs::Metadata;
#[cfg(unix)]
use cap_std::fs::MetadataExt as _;

/// The users whose files are trusted: the owner of the directory that was opened first, the current user and root. On
/// systems other than Unix owners are not compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Users {
    #[cfg(unix)]
    owner: u32,
    #[cfg(unix)]
    current: u32,
}

#[cfg(unix)]
impl Users {
    /// Returns the users for the directory that is opened first.
    pub(super) fn of_root(dir: &Metadata) -> Self {
        Self { owner: dir.uid(), current: rustix::process::geteuid().as_raw() }
    }

    /// Returns whether the directory that was opened first belongs to the current user.
    pub(super) const fn is_own(self) -> bool {
        self.owner == self.current
    }

    /// Returns whether a file belongs to the current user.
    pub(super) fn is_current(self, metadata: &Metadata) -> bool {
        metadata.uid() == self.current
    }

    /// Checks the owner of a file or of a subdirectory.
    pub(super) fn check(self, metadata: &Metadata) -> io::Result<()> {
        match metadata.uid() {
            uid if uid == self.owner || uid == self.current || uid == 0 => Ok(()),
            uid => Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("it belongs to another user (uid {uid})"),
            )),
        }
    }

    /// Returns whether a file belongs to the current user or root, and has one name.
    pub(super) fn is_private(self, metadata: &Metadata) -> bool {
        (metadata.uid() == self.current || metadata.uid() == 0) && metadata.nlink() == 1
    }

    /// Returns why users other than the current one and root control the directory that was opened first.
    pub(super) fn others(self, dir: &Metadata) -> Option<String> {
        const STICKY: u32 = 0o1000;
        const WRITABLE_BY_ALL: u32 = 0o002;
        if !self.is_own() && self.owner != 0 {
            return Some(format!("it belongs to another user (uid {})", self.owner));
        }
        let is_shared = dir.mode() & WRITABLE_BY_ALL != 0 && dir.mode() & STICKY == 0;
        is_shared.then(|| "every user can write to it".to_owned())
    }
}

#[cfg(not(unix))]
impl Users {
    pub(super) const fn of_root(_dir: &Metadata) -> Self {
        Self {}
    }

    pub(super) const fn is_own(self) -> bool {
        true
    }

    pub(super) const fn is_current(self, _metadata: &Metadata) -> bool {
        true
    }

    pub(super) const fn check(self, _metadata: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub(super) const fn is_private(self, _metadata: &Metadata) -> bool {
        true
    }

    pub(super) const fn others(self, _dir: &Metadata) -> Option<String> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::chown;

    use cap_std::ambient_authority;
    use cap_std::fs::Dir;

    use super::*;

    #[test]
    fn files_of_other_users_are_rejected() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let is_root = rustix::process::geteuid().is_root();
        let uid = if is_root { 4242 } else { rustix::process::geteuid().as_raw() };
        if is_root {
            chown(dir.path().join("file"), Some(uid), None).unwrap();
        }
        let opened = Dir::open_ambient_dir(dir.path(), ambient_authority()).unwrap();
        let file = opened.metadata("file").unwrap();
        let others = Users { owner: uid + 1, current: uid + 2 };
        let error = others.check(&file).unwrap_err().to_string();
        assert_eq!(error, format!("it belongs to another user (uid {uid})"));
        assert!(!others.is_own() && !others.is_current(&file) && !others.is_private(&file));
        let reason = format!("it belongs to another user (uid {})", uid + 1);
        assert_eq!(others.others(&file), Some(reason));
        let of_owner = Users { owner: uid, ..others };
        assert!(of_owner.check(&file).is_ok() && !of_owner.is_private(&file));
        let of_current = Users { current: uid, ..others };
        assert!(of_current.check(&file).is_ok() && of_current.is_private(&file));
        std::fs::hard_link(dir.path().join("file"), dir.path().join("again")).unwrap();
        assert!(!of_current.is_private(&opened.metadata("file").unwrap()));
        let root = Users { owner: 0, ..others };
        assert!(root.others(&file).is_none());
    }
}

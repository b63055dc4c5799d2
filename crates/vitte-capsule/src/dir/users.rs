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

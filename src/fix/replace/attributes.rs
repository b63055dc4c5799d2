//! What a new file keeps of the old one: owner, mode, extended attributes and file flags.

use std::fs::{File, Metadata};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

use super::WriteErrorKind;

/// The bits of a mode that are permissions. A file with the setuid or setgid bit is not replaced.
const PERMISSIONS: u32 = 0o7777;

/// Gives a new file the owner and the group of the old one. Needs a privilege, unless they are those of this process.
pub(super) fn keep_owner(old: &Metadata, new: &File) -> Result<(), WriteErrorKind> {
    let (uid, gid) = (old.uid(), old.gid());
    let current = new.metadata()?;
    // An owner that does not change is not set: a user may change the group of an own file, but not its owner.
    let new_uid = (current.uid() != uid).then_some(uid);
    let new_gid = (current.gid() != gid).then_some(gid);
    if new_uid.is_none() && new_gid.is_none() {
        return Ok(());
    }
    fchown(new, new_uid, new_gid).map_err(|error| WriteErrorKind::Owner { uid, gid, error })
}

/// Gives a new file the mode of the old one, and checks that it has owner, group and mode now.
pub(super) fn keep_mode(old: &Metadata, new: &File) -> Result<(), WriteErrorKind> {
    let mode = old.mode() & PERMISSIONS;
    new.set_permissions(std::fs::Permissions::from_mode(mode))?;
    let current = new.metadata()?;
    let (uid, gid) = (old.uid(), old.gid());
    let unsupported = || std::io::ErrorKind::Unsupported.into();
    if (current.uid(), current.gid()) != (uid, gid) {
        return Err(WriteErrorKind::Owner { uid, gid, error: unsupported() });
    }
    if current.mode() & PERMISSIONS != mode {
        let name = format!("mode {mode:o}");
        return Err(WriteErrorKind::Attribute { name, error: unsupported() });
    }
    Ok(())
}

pub(super) use extended::keep_extended;
pub(super) use flags::{is_immutable, keep_flags};

/// Extended attributes, which include POSIX access control lists and security labels.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod extended {
    use std::ffi::{CStr, CString};
    use std::fs::File;

    use rustix::fs::XattrFlags;
    use rustix::io::Errno;

    use super::WriteErrorKind;

    /// Attributes that belong to the contents: file capabilities are rights, as the setuid bit is, which other contents must
    /// not get, and the others are hashes.
    const OF_CONTENTS: [&str; 3] = ["security.capability", "security.evm", "security.ima"];

    /// An attribute that macOS sets itself, and that nothing else can change.
    const OF_THE_SYSTEM: &str = "com.apple.provenance";

    /// Gives a new file the extended attributes of the old one, and no others. A directory with a default access control
    /// list gives one to each new file.
    pub(in super::super) fn keep_extended(old: &File, new: &File) -> Result<(), WriteErrorKind> {
        let failed = |name: &CStr, error: Errno| WriteErrorKind::Attribute {
            name: name.to_string_lossy().into_owned(),
            error: error.into(),
        };
        let kept = names(old)?;
        for name in names(new)?.iter().filter(|name| !kept.contains(name)) {
            match rustix::fs::fremovexattr(new, name.as_c_str()) {
                Ok(()) | Err(Errno::NODATA) => {}
                Err(error) => return Err(failed(name, error)),
            }
        }
        for name in &kept {
            if OF_CONTENTS.iter().any(|of_contents| name.to_bytes() == of_contents.as_bytes()) {
                return Err(failed(name, Errno::NOTSUP));
            }
            let value = value(old, name).map_err(|error| failed(name, error))?;
            // Some are set by the system and cannot be changed, but are the same for each file of the directory.
            if self::value(new, name).is_ok_and(|current| current == value) {
                continue;
            }
            rustix::fs::fsetxattr(new, name.as_c_str(), &value, XattrFlags::empty())
                .map_err(|error| failed(name, error))?;
        }
        Ok(())
    }

    /// Returns the names of the attributes that this process can see: none, if the file system has no attributes.
    fn names(file: &File) -> Result<Vec<CString>, WriteErrorKind> {
        let list =
            read(|| rustix::fs::flistxattr_query(file), |list| rustix::fs::flistxattr(file, list));
        let list = match list {
            Err(Errno::NOTSUP | Errno::NOSYS) => Vec::new(),
            list => list.map_err(std::io::Error::from)?,
        };
        let names = list.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        let names = names.filter(|name| *name != OF_THE_SYSTEM.as_bytes());
        Ok(names.filter_map(|name| CString::new(name).ok()).collect())
    }

    fn value(file: &File, name: &CStr) -> Result<Vec<u8>, Errno> {
        read(
            || rustix::fs::fgetxattr_query(file, name),
            |value| rustix::fs::fgetxattr(file, name, value),
        )
    }

    /// Reads what `query` returns the size of. It may grow in between, so a few attempts are made.
    fn read(
        query: impl Fn() -> Result<usize, Errno>,
        read: impl Fn(&mut [u8]) -> Result<usize, Errno>,
    ) -> Result<Vec<u8>, Errno> {
        for _ in 0..4 {
            let mut bytes = vec![0; query()?];
            // An empty buffer would ask for the size again.
            if bytes.is_empty() {
                return Ok(bytes);
            }
            match read(&mut bytes) {
                Err(Errno::RANGE) => {}
                Err(error) => return Err(error),
                Ok(len) => {
                    bytes.truncate(len);
                    return Ok(bytes);
                }
            }
        }
        Err(Errno::RANGE)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod extended {
    use std::fs::File;

    use super::WriteErrorKind;

    /// Does nothing: `rustix` has no extended attributes on this system.
    pub(in super::super) fn keep_extended(_old: &File, _new: &File) -> Result<(), WriteErrorKind> {
        Ok(())
    }
}

/// The flags of `chattr`.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod flags {
    use std::fs::File;

    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

    use super::WriteErrorKind;

    /// The flags that a user sets, with the letters of `chattr`.
    const KEPT: [(IFlags, &str); 7] = [
        (IFlags::COMPRESSED, "chattr +c"),
        (IFlags::JOURNALING, "chattr +j"),
        (IFlags::NOATIME, "chattr +A"),
        (IFlags::NOCOW, "chattr +C"),
        (IFlags::NODUMP, "chattr +d"),
        (IFlags::SECURE_REMOVAL, "chattr +s"),
        (IFlags::SYNC, "chattr +S"),
    ];

    /// Returns true if the file cannot be written, not even by root.
    pub(in super::super) fn is_immutable(file: &File) -> bool {
        // An error means that the file system has no flags.
        ioctl_getflags(file).is_ok_and(|flags| flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND))
    }

    /// Gives a new file, which must be empty, the flags of the old one.
    pub(in super::super) fn keep_flags(old: &File, new: &File) -> Result<(), WriteErrorKind> {
        let (Ok(old), Ok(current)) = (ioctl_getflags(old), ioctl_getflags(new)) else {
            return Ok(());
        };
        let kept: IFlags = KEPT.iter().map(|(flag, _)| *flag).collect();
        let wanted = (current - kept) | (old & kept);
        if wanted == current {
            return Ok(());
        }
        let Err(error) = ioctl_setflags(new, wanted) else { return Ok(()) };
        // A flag that the new file has from its directory is not a loss.
        match KEPT.iter().find(|(flag, _)| (old - current).contains(*flag)) {
            Some((_, name)) => {
                Err(WriteErrorKind::Attribute { name: (*name).to_owned(), error: error.into() })
            }
            None => Ok(()),
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod flags {
    use std::fs::File;

    use super::WriteErrorKind;

    /// Returns false: the rename fails if the file is immutable.
    pub(in super::super) fn is_immutable(_file: &File) -> bool {
        false
    }

    /// Does nothing: only Linux has these flags.
    pub(in super::super) fn keep_flags(_old: &File, _new: &File) -> Result<(), WriteErrorKind> {
        Ok(())
    }
}

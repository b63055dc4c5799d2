//! Replaces a file on Unix. Every path is resolved beneath an open directory, so that a directory that is replaced by a
//! link meanwhile does not lead elsewhere.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Component, Path};

use rustix::fs::{Access, AtFlags, CWD, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::{WriteErrorKind, attributes};
use crate::fix::leftovers;
use crate::text;

/// The attempts to create a temporary file. Names are random, but another process may remove a file as a leftover before it
/// is locked.
const MAX_ATTEMPTS: u32 = 16;
/// The bytes of a file that are compared at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Replaces the file `path`, which is in `root` or below. Both are canonical.
pub(super) fn replace(
    root: &Path,
    path: &Path,
    old: &[u8],
    new: &[u8],
) -> Result<(), WriteErrorKind> {
    match try_replace(root, path, old, new) {
        // Another process may have made the same change.
        Err(WriteErrorKind::Changed) if Target::open(root, path)?.contains(new)? => Ok(()),
        result => result,
    }
}

fn try_replace(root: &Path, path: &Path, old: &[u8], new: &[u8]) -> Result<(), WriteErrorKind> {
    let target = Target::open(root, path)?;
    target.check(old)?;
    let mut temporary = Temporary::create(&target.dir)?;
    attributes::keep_flags(&target.file, &temporary.file)?;
    let write = temporary.file.write_all(new);
    write.map_err(WriteErrorKind::of_step("cannot write a temporary file"))?;
    attributes::keep_owner(&target.metadata, &temporary.file)?;
    target.check_access()?;
    attributes::keep_extended(&target.file, &temporary.file)?;
    attributes::keep_mode(&target.metadata, &temporary.file)?;
    let sync = temporary.file.sync_all();
    sync.map_err(WriteErrorKind::of_step("cannot write a temporary file"))?;
    target.check_unchanged(old)?;
    temporary.rename(target.name)?;
    target.dir.sync();
    Ok(())
}

/// An open directory, which contains the file.
pub(super) struct Dir<'a> {
    handle: File,
    /// For messages.
    path: &'a Path,
}

impl<'a> Dir<'a> {
    /// Opens the parent directory of `path`, which is below `root`. Links below `root` are not followed.
    pub(super) fn open_parent(root: &Path, path: &'a Path) -> io::Result<Self> {
        let parent = path.parent().unwrap_or(path);
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | search_only();
        let mut handle = File::from(rustix::fs::openat(CWD, root, flags, Mode::empty())?);
        for part in parent.strip_prefix(root).unwrap_or(Path::new("")).components() {
            let Component::Normal(name) = part else { continue };
            handle = rustix::fs::openat(&handle, name, flags, Mode::empty())?.into();
        }
        Ok(Self { handle, path: parent })
    }

    fn open_file(&self, name: &OsStr) -> io::Result<File> {
        // A named pipe that replaces the file must not block.
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.handle, name, flags, Mode::empty())?.into())
    }

    /// Syncs the directory, so that the rename survives a power failure. Errors are ignored: the file is replaced, some
    /// file systems do not support it, and some directories cannot be read.
    fn sync(&self) {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::openat(&self.handle, ".", flags, Mode::empty());
        _ = dir.and_then(rustix::fs::fsync);
    }
}

/// Returns the flag that opens a directory without the permission to list it, if the system has one.
fn search_only() -> OFlags {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return OFlags::PATH;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    OFlags::RDONLY
}

/// The file that is replaced.
pub(super) struct Target<'a> {
    pub(super) dir: Dir<'a>,
    name: &'a OsStr,
    file: File,
    metadata: Metadata,
}

impl<'a> Target<'a> {
    pub(super) fn open(root: &Path, path: &'a Path) -> Result<Self, WriteErrorKind> {
        let metadata = path.symlink_metadata()?;
        // What is not a file is not opened, because opening a device can have effects.
        let (true, Some(name)) = (metadata.is_file(), path.file_name()) else {
            return Err(WriteErrorKind::NotAFile(metadata.file_type().into()));
        };
        let dir = Dir::open_parent(root.parent().filter(|_| root == path).unwrap_or(root), path)?;
        let file = dir.open_file(name)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(WriteErrorKind::NotAFile(metadata.file_type().into()));
        }
        Ok(Self { dir, name, file, metadata })
    }

    /// Returns true if the file has these contents.
    fn contains(&self, bytes: &[u8]) -> io::Result<bool> {
        if self.file.metadata()?.len() != bytes.len() as u64 {
            return Ok(false);
        }
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut offset = 0;
        for expected in bytes.chunks(CHUNK_BYTES) {
            let Some(chunk) = chunk.get_mut(..expected.len()) else { return Ok(false) };
            match self.file.read_exact_at(chunk, offset) {
                Ok(()) if chunk == expected => offset += expected.len() as u64,
                Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
                _ => return Ok(false),
            }
        }
        Ok(self.file.read_at(&mut [0], offset)? == 0)
    }

    /// Checks that the file may be replaced.
    pub(super) fn check(&self, old: &[u8]) -> Result<(), WriteErrorKind> {
        if attributes::is_immutable(&self.file) {
            return Err(WriteErrorKind::Immutable);
        }
        let mode = self.metadata.mode();
        if mode & 0o222 == 0 {
            return Err(WriteErrorKind::ReadOnly);
        }
        if mode & 0o6000 != 0 {
            return Err(WriteErrorKind::SetId);
        }
        if self.metadata.nlink() > 1 {
            return Err(WriteErrorKind::HardLink);
        }
        if self.contains(old)? { Ok(()) } else { Err(WriteErrorKind::Changed) }
    }

    /// Checks that this process may write the file. The rename alone would need only the permission to write the
    /// directory.
    fn check_access(&self) -> Result<(), WriteErrorKind> {
        let flags = AtFlags::EACCESS;
        match rustix::fs::accessat(&self.dir.handle, self.name, Access::WRITE_OK, flags) {
            Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Err(WriteErrorKind::ReadOnly),
            // An old system cannot tell. Then the rename has to.
            _ => Ok(()),
        }
    }

    /// Checks that the name still refers to the file, and that contents and metadata are those that were read.
    pub(super) fn check_unchanged(&self, old: &[u8]) -> Result<(), WriteErrorKind> {
        let state = |data: &Metadata| {
            let times = (data.ctime(), data.ctime_nsec(), data.mtime(), data.mtime_nsec());
            (data.dev(), data.ino(), data.mode(), data.uid(), data.gid(), data.nlink(), times)
        };
        let now = match self.dir.open_file(self.name) {
            Ok(file) => file.metadata()?,
            Err(_) => return Err(WriteErrorKind::Changed),
        };
        let is_same = state(&now) == state(&self.metadata) && self.contains(old)?;
        if is_same { Ok(()) } else { Err(WriteErrorKind::Changed) }
    }
}

/// A temporary file. It is locked while its writer lives, and removed when it is dropped.
pub(super) struct Temporary<'a> {
    dir: &'a Dir<'a>,
    name: String,
    file: File,
    is_renamed: bool,
}

impl<'a> Temporary<'a> {
    /// Creates a temporary file in `dir` that only the user can read. The error names `dir` and not the file, whose
    /// name means nothing to the user.
    pub(super) fn create(dir: &'a Dir<'_>) -> Result<Self, WriteErrorKind> {
        let failed = |error| {
            let dir = dir.path.to_string_lossy();
            let dir = text::one_line(&dir);
            WriteErrorKind::of_step(format_args!("cannot create a temporary file in `{dir}`"))(
                error,
            )
        };
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for _ in 0..MAX_ATTEMPTS {
            let name = leftovers::new_name();
            let file = match rustix::fs::openat(&dir.handle, &*name, flags, Mode::RUSR | Mode::WUSR)
            {
                Ok(file) => File::from(file),
                Err(Errno::EXIST) => continue,
                Err(error) => return Err(failed(error.into())),
            };
            let temporary = Self { dir, name, file, is_renamed: false };
            // Without locks, a leftover is recognised by its age.
            let locked =
                rustix::fs::flock(&temporary.file, FlockOperation::NonBlockingLockExclusive);
            let is_removed = temporary.file.metadata()?.nlink() == 0;
            if locked != Err(Errno::WOULDBLOCK) && !is_removed {
                return Ok(temporary);
            }
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// Renames the file to `name`, in the same directory.
    fn rename(&mut self, name: &OsStr) -> Result<(), WriteErrorKind> {
        let dir = &self.dir.handle;
        rustix::fs::renameat(dir, &*self.name, dir, name).map_err(|error| {
            WriteErrorKind::of_step("cannot rename a temporary file to it")(error.into())
        })?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.is_renamed {
            _ = rustix::fs::unlinkat(&self.dir.handle, &*self.name, AtFlags::empty());
        }
    }
}

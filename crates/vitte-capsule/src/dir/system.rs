//! Directories by handle, on systems that have them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _};
use cap_std::ambient_authority;
use cap_std::fs::{self, DirBuilder, FileType, Metadata, OpenOptions};

use super::users::Users;
use super::{EntryKind, FileInfo, check_name, link_error};
use crate::atomic_file::{self, ReadError};

/// An open directory.
#[derive(Debug)]
pub(crate) struct Dir {
    dir: fs::Dir,
    users: Users,
}

impl Dir {
    /// Opens the directory at `path`, which the user chose: links are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let dir = fs::Dir::open_ambient_dir(path, ambient_authority())?;
        let users = Users::of_root(&dir.dir_metadata()?);
        Ok(Self { dir, users })
    }

    /// Opens the directory at `path` as [`open`](Self::open) does. If it is missing, it is created, private.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        atomic_file::create_private_dir(path)?;
        Self::open(path)
    }

    /// Opens a subdirectory. It is an error if it is a link, or belongs to a user who is not trusted.
    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        let dir = self.dir.open_dir_nofollow(check_name(name)?).map_err(|error| {
            let is_link = self.info(name).is_ok_and(|info| info.kind == EntryKind::Link);
            if is_link { link_error() } else { error }
        })?;
        self.users.check(&dir.dir_metadata()?)?;
        Ok(Self { dir, users: self.users })
    }

    /// Creates a subdirectory that only its owner can access, or opens it if it exists.
    pub(crate) fn create_dir(&self, name: &str) -> io::Result<Self> {
        #[cfg_attr(not(unix), allow(unused_mut, reason = "modes"))]
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        {
            use cap_std::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        match self.dir.create_dir_with(check_name(name)?, &builder) {
            Ok(()) => {
                let dir = self.open_dir(name)?;
                #[cfg(unix)]
                self.restore_mode(name, &dir)?;
                Ok(dir)
            }
            // It exists, or this directory cannot be written.
            Err(error) => self.open_dir(name).map_err(|reason| match reason.kind() {
                io::ErrorKind::NotFound => error,
                _ => reason,
            }),
        }
    }

    /// Sets the mode of a new subdirectory, if the umask removed bits that its owner needs.
    #[cfg(unix)]
    fn restore_mode(&self, name: &str, dir: &Self) -> io::Result<()> {
        use cap_std::fs::{Permissions, PermissionsExt as _};
        match dir.dir.dir_metadata()?.permissions().mode() & 0o777 {
            0o700 => Ok(()),
            _ => self.dir.set_permissions(name, Permissions::from_mode(0o700)),
        }
    }

    /// Describes a file without opening it.
    pub(crate) fn info(&self, name: &str) -> io::Result<FileInfo> {
        Ok(self.describe(&self.dir.symlink_metadata(check_name(name)?)?))
    }

    /// Describes the file at a path with several components. Links to directories are followed as long as they do
    /// not lead out of this directory.
    pub(crate) fn info_at(&self, path: &str) -> io::Result<FileInfo> {
        Ok(self.describe(&self.dir.symlink_metadata(path)?))
    }

    fn describe(&self, metadata: &Metadata) -> FileInfo {
        FileInfo {
            kind: kind(metadata.file_type()),
            len: metadata.len(),
            modified: metadata.modified().ok().map(cap_std::time::SystemTime::into_std),
            is_own: self.users.is_current(metadata),
        }
    }

    /// Lists the directory. Names that are not UTF-8 are `None`.
    pub(crate) fn entries(
        &self,
    ) -> io::Result<impl Iterator<Item = io::Result<(Option<String>, EntryKind)>>> {
        let entries = self.dir.entries()?;
        Ok(entries.map(|entry| {
            let entry = entry?;
            let name = entry.file_name().into_string().ok();
            Ok((name, entry.file_type().map_or(EntryKind::Other, kind)))
        }))
    }

    /// Reads a regular file of at most `max_bytes` bytes. It is an error if it belongs to a user who is not trusted.
    pub(crate) fn read(&self, name: &str, max_bytes: u64) -> Result<Vec<u8>, ReadError> {
        // Checked first, because opening a device can have an effect.
        if self.info(name).map_err(ReadError::Io)?.kind != EntryKind::File {
            return Err(ReadError::NotAFile);
        }
        let file = self.open_file(name, OpenOptions::new().read(true)).map_err(ReadError::Io)?;
        let metadata = file.metadata().map_err(ReadError::Io)?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile);
        }
        self.users.check(&metadata).map_err(ReadError::Io)?;
        if metadata.len() > max_bytes {
            return Err(ReadError::TooLarge(metadata.len()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        // The limit holds even if the file grows meanwhile.
        file.take(max_bytes).read_to_end(&mut bytes).map_err(ReadError::Io)?;
        Ok(bytes)
    }

    /// Opens a regular file to read it and to append to it. If it is missing, it is created, private. `None` if it is
    /// not a regular file.
    ///
    /// The second value is whether the file can be changed. It is false if a change would be seen elsewhere: the file
    /// has another hard link, or belongs to another user.
    pub(crate) fn open_for_append(&self, name: &str) -> io::Result<Option<(File, bool)>> {
        if self.info(name).is_ok_and(|info| info.kind != EntryKind::File) {
            return Ok(None);
        }
        let file = self.open_file(name, OpenOptions::new().read(true).append(true).create(true))?;
        let metadata = file.metadata()?;
        let is_private = self.users.is_private(&metadata);
        #[cfg(unix)]
        {
            use cap_std::fs::PermissionsExt as _;
            const OF_OWNER: u32 = 0o600;
            // It was created with mode 0600, from which the umask may have removed bits.
            if is_private && metadata.permissions().mode() & OF_OWNER != OF_OWNER {
                _ = file.set_permissions(cap_std::fs::Permissions::from_mode(OF_OWNER));
            }
        }
        Ok(metadata.is_file().then(|| (file.into_std(), is_private)))
    }

    /// Creates a private file. It is an error if the name exists.
    pub(crate) fn create_file(&self, name: &str) -> io::Result<File> {
        let file = self.open_file(name, OpenOptions::new().write(true).create_new(true))?;
        let file = file.into_std();
        // The umask may have removed bits.
        atomic_file::set_file_mode(&file)?;
        Ok(file)
    }

    /// Opens a file: no link is followed, and a named pipe does not block.
    fn open_file(&self, name: &str, options: &mut OpenOptions) -> io::Result<fs::File> {
        options.follow(FollowSymlinks::No);
        #[cfg(unix)]
        {
            use cap_std::fs::OpenOptionsExt as _;
            options.mode(0o600).custom_flags(libc::O_NONBLOCK);
        }
        self.dir.open_with(check_name(name)?, options)
    }

    /// Renames a file. An existing file is replaced.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.dir.rename(check_name(from)?, &self.dir, check_name(to)?)
    }

    /// Creates a hard link in another directory.
    pub(crate) fn hard_link(&self, name: &str, dir: &Self, new_name: &str) -> io::Result<()> {
        self.dir.hard_link(check_name(name)?, &dir.dir, check_name(new_name)?)
    }

    /// Removes a file, or a link itself.
    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        self.dir.remove_file_or_symlink(check_name(name)?)
    }

    /// Removes an empty directory.
    pub(crate) fn remove_dir(&self, name: &str) -> io::Result<()> {
        self.dir.remove_dir(check_name(name)?)
    }

    /// Syncs the directory, so that the name of a new file survives a power failure. Errors are ignored: some file
    /// systems do not support it, and some directories cannot be read.
    pub(crate) fn sync(&self) {
        // The handle only refers to the directory; it cannot be synced.
        #[cfg(unix)]
        {
            _ = self.dir.open(".").and_then(|dir| dir.sync_all());
        }
    }

    /// Returns whether an open file is still the one with this name.
    pub(crate) fn has(&self, file: &File, name: &str) -> bool {
        #[cfg(unix)]
        {
            use cap_std::fs::MetadataExt as _;
            use std::os::unix::fs::MetadataExt as _;
            let own = file.metadata().map(|own| (own.dev(), own.ino()));
            let named = self.dir.symlink_metadata(name).map(|named| (named.dev(), named.ino()));
            matches!((own, named), (Ok(own), Ok(named)) if own == named)
        }
        // On other systems an open file cannot be replaced.
        #[cfg(not(unix))]
        {
            _ = (file, name);
            true
        }
    }

    /// Returns whether the directory that was opened first belongs to the current user.
    pub(crate) fn is_own(&self) -> bool {
        self.users.is_own()
    }

    /// Returns why users other than the current one and root control the directory. `None` if they do not, and on
    /// systems other than Unix.
    pub(crate) fn other_users(&self) -> Option<String> {
        self.users.others(&self.dir.dir_metadata().ok()?)
    }
}

fn kind(file_type: FileType) -> EntryKind {
    match file_type {
        kind if kind.is_file() => EntryKind::File,
        kind if kind.is_dir() => EntryKind::Dir,
        kind if kind.is_symlink() => EntryKind::Link,
        _ => EntryKind::Other,
    }
}

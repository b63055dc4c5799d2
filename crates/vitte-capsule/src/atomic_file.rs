//! Atomic writes of files, which only their owner can read, and bounded reads of regular files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// The suffix of temporary files, whose names begin with a dot.
pub(crate) const TEMP_SUFFIX: &str = ".tmp";

/// Creates a directory that only its owner can access. Missing parents get the default permissions.
#[cfg_attr(
    not(any(unix, windows)),
    allow(dead_code, reason = "without directories by handle, only `replay` needs it")
)]
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    match private_dir_builder().create(dir) {
        // The umask may have removed bits.
        Ok(()) => set_mode(dir, 0o700),
        // Another process created it at the same time.
        Err(_) if dir.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Creates a directory that only its owner can access. Fails if there is anything at its path.
pub(crate) fn create_new_private_dir(dir: &Path) -> io::Result<()> {
    private_dir_builder().create(dir)?;
    // The umask may have removed bits.
    set_mode(dir, 0o700)
}

/// Syncs a directory, so that the name of a new file survives a power failure. Errors are ignored: some file
/// systems do not support it, and some directories cannot be opened.
pub(crate) fn sync_dir(dir: &Path) {
    _ = File::open(dir).and_then(|dir| dir.sync_all());
}

/// The directory is private from the start, not only after its mode is set.
#[cfg(unix)]
fn private_dir_builder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn private_dir_builder() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Sets the mode of an open file to 0600.
pub(crate) fn set_file_mode(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    {
        _ = file;
        Ok(())
    }
}

/// Creates the temporary file for a file named `name`. Fails if another process has created it already.
pub(crate) fn create_temp(dir: &Path, name: &str) -> io::Result<NamedTempFile> {
    let name = format!(".{name}");
    tempfile::Builder::new().prefix(&name).suffix(TEMP_SUFFIX).rand_bytes(0).tempfile_in(dir)
}

/// Writes bytes to a temporary file and syncs it.
pub(crate) fn write_synced(mut file: NamedTempFile, bytes: &[u8]) -> io::Result<NamedTempFile> {
    // It was created with mode 0600, from which the umask may have removed bits.
    set_file_mode(file.as_file())?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Writes bytes to a temporary file and renames it to `path`. Fails with `AlreadyExists` if `path` exists. The
/// temporary file is removed after any error.
pub(crate) fn persist_new(file: NamedTempFile, bytes: &[u8], path: &Path) -> io::Result<()> {
    write_synced(file, bytes)?.persist_noclobber(path).map(drop).map_err(|failure| failure.error)
}

/// Creates an empty file, unless something has its name. A link is not followed.
pub(crate) fn create_empty(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

/// Writes bytes to a temporary file and renames it to `path`, replacing an existing file. The temporary file is
/// removed after any error.
pub(crate) fn persist_replacing(file: NamedTempFile, bytes: &[u8], path: &Path) -> io::Result<()> {
    write_synced(file, bytes)?.persist(path).map(drop).map_err(|failure| failure.error)
}

/// Writes a file atomically: to a temporary file in the same directory, which is synced and then renamed.
///
/// Only the owner can read the file (mode 0600 on Unix). Missing parent directories are created.
///
/// # Errors
///
/// The I/O error of the failed step; `path` is unchanged and the temporary file is removed.
/// [`io::ErrorKind::AlreadyExists`] if `path` exists and `existing` is [`Existing::Fail`].
/// [`io::ErrorKind::InvalidInput`] if `path` is a directory, a device, a pipe or a socket and `existing` is
/// [`Existing::Replace`]: the rename would replace it.
pub fn write_atomically(
    path: impl AsRef<Path>,
    bytes: &[u8],
    existing: Existing,
) -> io::Result<()> {
    let path = path.as_ref();
    let is_special = path.metadata().is_ok_and(|metadata| !metadata.is_file());
    if existing == Existing::Replace && is_special {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = tempfile::Builder::new();
    file.prefix(".crash-").suffix(TEMP_SUFFIX);
    let file = file.tempfile_in(dir)?;
    match existing {
        Existing::Replace => persist_replacing(file, bytes, path),
        Existing::Fail => persist_new(file, bytes, path),
    }?;
    sync_dir(dir);
    Ok(())
}

/// What [`write_atomically`] does if the file exists already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// Replaces the file.
    Replace,
    /// Leaves the file unchanged and returns [`io::ErrorKind::AlreadyExists`].
    Fail,
}

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The file cannot be opened or read.
    Io(io::Error),
    /// Not a regular file: a link, a directory or a device.
    NotAFile,
    /// The size in bytes, which exceeds the limit of the caller.
    TooLarge(u64),
}

/// Opens a regular file of at most `max_bytes` bytes, and returns its size too. Links are not followed, and a
/// named pipe is an error instead of blocking the caller.
fn open_regular(path: &Path, max_bytes: u64) -> Result<(File, u64), ReadError> {
    if !path.symlink_metadata().map_err(ReadError::Io)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // The file may have been replaced since the check above.
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let file = options.open(path).map_err(ReadError::Io)?;
    let metadata = file.metadata().map_err(ReadError::Io)?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    match metadata.len() {
        size if size > max_bytes => Err(ReadError::TooLarge(size)),
        size => Ok((file, size)),
    }
}

/// Reads a regular file of at most `max_bytes` bytes. Links are not followed.
pub(crate) fn read(path: &Path, max_bytes: u64) -> Result<Vec<u8>, ReadError> {
    let (file, size) = open_regular(path, max_bytes)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // The limit holds even if the file grows meanwhile.
    file.take(max_bytes).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &Path| write_atomically(path, b"new", Existing::Replace);
        assert_eq!(write(dir.path()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let file = dir.path().join("file");
        write(&file).unwrap();
        fs::write(&file, "old").unwrap();
        write(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt as _;
            let socket = dir.path().join("socket");
            let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
            assert_eq!(write(&socket).unwrap_err().to_string(), "not a regular file");
            assert!(fs::metadata(&socket).unwrap().file_type().is_socket());
        }
        let left = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, if cfg!(unix) { 2 } else { 1 }, "no temporary files are left");
    }
}

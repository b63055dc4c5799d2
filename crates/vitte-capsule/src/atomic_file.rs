//! What is done with files and folders: written as a whole or not at all, and for their owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// How the names of temporary files end. They begin with a dot.
pub(crate) const TEMPORARY: &str = ".tmp";

/// Makes a folder that only its owner may look into, and those above it as they are made by anyone.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    match builder().create(folder) {
        // Whatever the umask is.
        Ok(()) => set_mode(folder, 0o700),
        // Another process made it at the same time.
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Has the disk keep the name of a new file. Some file systems cannot, and some folders let nobody
/// look: the file is there all the same.
pub(crate) fn sync(folder: &Path) {
    _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Never open to others, not even before its mode is set.
#[cfg(unix)]
fn builder() -> DirBuilder {
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
fn builder() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// A temporary file for what will be called `name`; it is an error where there is one already.
pub(crate) fn temporary(folder: &Path, name: &str) -> io::Result<NamedTempFile> {
    let name = format!(".{name}");
    tempfile::Builder::new().prefix(&name).suffix(TEMPORARY).rand_bytes(0).tempfile_in(folder)
}

/// Writes bytes to a temporary file, and has the disk keep them.
pub(crate) fn fill(mut file: NamedTempFile, bytes: &[u8]) -> io::Result<NamedTempFile> {
    // It is made with mode 0600, of which a umask can take.
    set_mode(file.path(), 0o600)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Writes bytes to a file that was claimed, and gives that its name. `AlreadyExists`: the name is
/// taken after all. Whatever the error is, the temporary file goes.
pub(crate) fn write_new(file: NamedTempFile, bytes: &[u8], path: &Path) -> io::Result<()> {
    fill(file, bytes)?.persist_noclobber(path).map(drop).map_err(|failure| failure.error)
}

/// As above, and whatever had the name before has it no more.
pub(crate) fn replace(file: NamedTempFile, bytes: &[u8], path: &Path) -> io::Result<()> {
    fill(file, bytes)?.persist(path).map(drop).map_err(|failure| failure.error)
}

/// Writes a file atomically: to a temporary file in the same directory, which is synced and then renamed.
///
/// Only the owner can read the file (mode 0600 on Unix). Missing parent directories are created.
///
/// # Errors
///
/// The I/O error of the failed step; `path` is unchanged and the temporary file is removed.
/// [`io::ErrorKind::AlreadyExists`] if `path` exists and `existing` is [`Existing::Fail`].
pub fn write_atomically(
    path: impl AsRef<Path>,
    bytes: &[u8],
    existing: Existing,
) -> io::Result<()> {
    let path = path.as_ref();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new();
    file.prefix(".crash-").suffix(TEMPORARY);
    let file = file.tempfile_in(folder)?;
    match existing {
        Existing::Replace => replace(file, bytes, path),
        Existing::Fail => write_new(file, bytes, path),
    }?;
    sync(folder);
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
    Io(io::Error),
    /// It is a link, a folder, a device or the like.
    NoFile,
    /// Its size in bytes is more than was asked for.
    TooLarge(u64),
}

/// Opens a file, and never anything else: neither what is behind a link nor a pipe, which would keep its
/// reader waiting. Gives its size too.
pub(crate) fn open(path: &Path, most: u64) -> Result<(File, u64), ReadError> {
    if !path.symlink_metadata().map_err(ReadError::Io)?.is_file() {
        return Err(ReadError::NoFile);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // In case that it was replaced since.
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let file = options.open(path).map_err(ReadError::Io)?;
    let metadata = file.metadata().map_err(ReadError::Io)?;
    if !metadata.is_file() {
        return Err(ReadError::NoFile);
    }
    match metadata.len() {
        size if size > most => Err(ReadError::TooLarge(size)),
        size => Ok((file, size)),
    }
}

/// What is in a file of at most so many bytes.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    let (file, size) = open(path, most)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // No more than that, also where it grows.
    file.take(most).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    Ok(bytes)
}

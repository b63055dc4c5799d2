//! What the store does with files and folders.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::super::CrashReport;
use super::super::json::MOST_BYTES;
use super::StoreErrorKind;

/// Makes a folder that only its owner may look into, and those above it as they are made by anyone.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
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
/// look: the report is there all the same.
pub(super) fn sync(folder: &Path) {
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

/// Writes a report to the file that was claimed, and gives that its name. `AlreadyExists`: the name is
/// taken after all. Whatever the error is, the temporary file goes.
pub(super) fn write(file: NamedTempFile, report: &CrashReport, path: &Path) -> io::Result<()> {
    let json = report.to_json().map_err(io::Error::other)?;
    let file = fill(file, json.as_bytes())?;
    file.persist_noclobber(path).map(drop).map_err(|failure| failure.error)
}

/// As above, with any bytes, and whatever had the name before has it no more.
#[cfg(all(
    feature = "minidump",
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(super) fn replace(file: NamedTempFile, bytes: &[u8], path: &Path) -> io::Result<()> {
    fill(file, bytes)?.persist(path).map(drop).map_err(|failure| failure.error)
}

fn fill(mut file: NamedTempFile, bytes: &[u8]) -> io::Result<NamedTempFile> {
    // It is made with mode 0600, of which a umask can take.
    set_mode(file.path(), 0o600)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// What is in a file, and never in anything else: neither behind a link nor in a pipe, which would keep
/// its reader waiting.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, StoreErrorKind> {
    if !path.symlink_metadata().map_err(StoreErrorKind::Read)?.is_file() {
        return Err(StoreErrorKind::NoFile);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // In case that it was replaced since.
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let file = options.open(path).map_err(StoreErrorKind::Read)?;
    let metadata = file.metadata().map_err(StoreErrorKind::Read)?;
    if !metadata.is_file() {
        return Err(StoreErrorKind::NoFile);
    }
    let (size, most) = (metadata.len(), MOST_BYTES as u64);
    if size > most {
        return Err(StoreErrorKind::TooLarge { size });
    }
    let mut bytes = Vec::new();
    // No more than that, also where it grows.
    file.take(most).read_to_end(&mut bytes).map_err(StoreErrorKind::Read)?;
    Ok(bytes)
}

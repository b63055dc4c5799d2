//! Bounded reads of files and streams that others name: the arguments of a command, the paths in a file.
//!
//! A compiler that opens a named pipe waits for a writer, perhaps forever, and one that reads `/dev/zero` does not end.
//! These functions read only regular files, and never more than a limit.
//!
//! ```
//! use std::path::Path;
//!
//! use vitte_diag::input::{self, FileKind, InputError};
//!
//! let error = input::read_file(Path::new("."), 1 << 20).unwrap_err();
//! assert!(matches!(error, InputError::NotAFile(FileKind::Directory)));
//! assert_eq!(error.to_string(), "it is a directory, not a regular file");
//!
//! let error = input::read_stream(&mut "too long".as_bytes(), 4).unwrap_err();
//! assert_eq!(error.to_string(), "it has more than 4 bytes, the limit");
//! ```

use std::fmt;
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;

/// Opens a regular file for reading. Links are followed.
///
/// The call does not wait: what is at `path` is opened only if it is a regular file, and without blocking, in case it is
/// replaced by a named pipe meanwhile.
///
/// # Errors
///
/// [`InputError::NotAFile`] for a directory, a pipe, a socket or a device; [`InputError::Io`] if the file cannot be
/// opened.
pub fn open_file(path: impl AsRef<Path>) -> Result<File, InputError> {
    let path = path.as_ref();
    // Opening a device can have effects, such as rewinding a tape.
    check_kind(fs::metadata(path)?.file_type())?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | libc::O_NOCTTY,
    );
    let file = options.open(path)?;
    check_kind(file.metadata()?.file_type())?;
    Ok(file)
}

/// Reads a regular file of at most `limit` bytes. Links are followed.
///
/// # Errors
///
/// Those of [`open_file`], and [`InputError::TooLarge`]. A file that is too large is not read, and one that grows is not
/// read beyond the limit.
pub fn read_file(path: impl AsRef<Path>, limit: u64) -> Result<Vec<u8>, InputError> {
    let file = open_file(path)?;
    let size = file.metadata()?.len();
    read_opened(file, size, limit)
}

/// Reads an open file. Its `size` is a hint: a file of a virtual file system has none, and a file may grow.
pub(crate) fn read_opened(file: File, size: u64, limit: u64) -> Result<Vec<u8>, InputError> {
    if size > limit {
        return Err(InputError::TooLarge { size: Some(size), limit });
    }
    let mut bytes = Vec::new();
    let hint = usize::try_from(size).unwrap_or(0).saturating_add(1);
    bytes.try_reserve_exact(hint).map_err(io::Error::from)?;
    read_bounded(file, bytes, limit)
}

/// Reads a stream, such as standard input, to its end: at most `limit` bytes.
///
/// # Errors
///
/// [`InputError::TooLarge`] if the stream has more bytes, of which one is read; [`InputError::Io`] if it cannot be read.
pub fn read_stream(stream: &mut dyn Read, limit: u64) -> Result<Vec<u8>, InputError> {
    read_bounded(stream, Vec::new(), limit)
}

fn read_bounded(input: impl Read, mut bytes: Vec<u8>, limit: u64) -> Result<Vec<u8>, InputError> {
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(InputError::TooLarge { size: None, limit });
    }
    Ok(bytes)
}

fn check_kind(file_type: FileType) -> Result<(), InputError> {
    if file_type.is_file() { Ok(()) } else { Err(InputError::NotAFile(file_type.into())) }
}

/// What a path names that is not a regular file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A pipe, with or without a name.
    Pipe,
    /// A socket.
    Socket,
    /// A terminal, `/dev/zero`, or another device that is read as a stream.
    CharacterDevice,
    /// A disk, or another device that is read in blocks.
    BlockDevice,
    /// Something else.
    Other,
}

impl FileKind {
    /// Returns true for what can be read as a stream instead, through standard input.
    #[must_use]
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::Pipe | Self::Socket | Self::CharacterDevice)
    }
}

impl From<FileType> for FileKind {
    fn from(file_type: FileType) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt as _;
            let kinds = [
                (file_type.is_fifo(), Self::Pipe),
                (file_type.is_socket(), Self::Socket),
                (file_type.is_char_device(), Self::CharacterDevice),
                (file_type.is_block_device(), Self::BlockDevice),
            ];
            if let Some((_, kind)) = kinds.into_iter().find(|(is_kind, _)| *is_kind) {
                return kind;
            }
        }
        if file_type.is_dir() { Self::Directory } else { Self::Other }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Pipe => "a pipe",
            Self::Socket => "a socket",
            Self::CharacterDevice => "a character device",
            Self::BlockDevice => "a block device",
            Self::Other => "a special file",
        })
    }
}

/// Why an input was not read. The text does not contain the path, which the caller knows.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputError {
    /// The input cannot be opened or read.
    Io(io::Error),
    /// The path does not name a regular file.
    NotAFile(FileKind),
    /// The input has more bytes than the limit.
    TooLarge {
        /// The size in bytes, if it is known.
        size: Option<u64>,
        /// The maximum size in bytes.
        limit: u64,
    },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::NotAFile(kind) => write!(f, "it is {kind}, not a regular file"),
            Self::TooLarge { size: Some(size), limit } => {
                write!(f, "it has {size} bytes (limit: {limit})")
            }
            Self::TooLarge { size: None, limit } => {
                write!(f, "it has more than {limit} bytes, the limit")
            }
        }
    }
}

// `Display` includes the cause, so `source` returns `None`.
impl std::error::Error for InputError {}

impl From<io::Error> for InputError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<InputError> for io::Error {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Io(error) => error,
            InputError::NotAFile(_) => Self::new(io::ErrorKind::InvalidInput, error),
            InputError::TooLarge { .. } => Self::new(io::ErrorKind::FileTooLarge, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_file(&path, 5).unwrap(), b"12345");
        let error = read_file(&path, 4).unwrap_err();
        assert!(matches!(error, InputError::TooLarge { size: Some(5), limit: 4 }));
        assert_eq!(error.to_string(), "it has 5 bytes (limit: 4)");
        assert!(matches!(read_file(dir.path().join("none"), 4), Err(InputError::Io(_))));
        assert_eq!(read_stream(&mut &b"12345"[..], 5).unwrap(), b"12345");
    }

    /// A file that grows between the check and the read, and a file of `/proc`, whose size is 0.
    #[test]
    fn the_size_is_only_a_hint() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "12345").unwrap();
        let read = |limit| read_opened(File::open(&path).unwrap(), 0, limit);
        assert_eq!(read(5).unwrap(), b"12345");
        assert!(matches!(read(4), Err(InputError::TooLarge { size: None, limit: 4 })));
        #[cfg(target_os = "linux")]
        assert!(!read_file("/proc/self/status", 1 << 20).unwrap().is_empty());
    }

    /// An endless stream ends at the limit.
    #[test]
    fn a_stream_is_not_read_beyond_the_limit() {
        let mut stream = io::repeat(0);
        assert!(matches!(read_stream(&mut stream, 1000), Err(InputError::TooLarge { .. })));
        let mut counted = io::repeat(0).take(5000);
        read_stream(&mut counted, 1000).unwrap_err();
        assert_eq!(counted.limit(), 3999, "one byte more than the limit was read");
    }

    #[test]
    #[cfg(unix)]
    fn only_regular_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let kind = |path: &Path| match open_file(path).unwrap_err() {
            InputError::NotAFile(kind) => kind,
            error => panic!("{}: {error}", path.display()),
        };
        assert_eq!(kind(dir.path()), FileKind::Directory);
        assert_eq!(kind(Path::new("/dev/zero")), FileKind::CharacterDevice);
        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(kind(&socket), FileKind::Socket);
        // Without a writer: opening it as a file is opened would wait forever.
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(kind(&pipe), FileKind::Pipe);
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        assert_eq!(kind(&link), FileKind::Pipe);
        fs::remove_file(&link).unwrap();
        fs::write(dir.path().join("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        assert_eq!(read_file(&link, 4).unwrap(), b"text");
    }
}

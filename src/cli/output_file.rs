//! Output files, which are replaced as a whole.

use std::cell::RefCell;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tempfile::{NamedTempFile, TempPath};

use crate::bag::{Entry, Summary};
use crate::emit::{Emitter, EmitterOptions, Format};
use crate::model::Diagnostic;
use crate::source::SourceMap;
use crate::text;

/// An emitter that writes to a file.
///
/// A regular file gets its new contents when the emitter finishes: they are written to a temporary file beside it, which
/// is renamed. If anything fails before, the file stays as it was. Missing directories are created. Through a link the
/// file that it leads to is replaced. What is not a regular file, such as a named pipe, is written directly, and so is
/// a file whose directory does not permit new files.
pub(super) struct FileEmitter {
    emitter: Box<dyn Emitter>,
    file: OutputFile,
}

impl FileEmitter {
    pub(super) fn new(path: &Path, format: Format, options: &EmitterOptions) -> Self {
        let file = OutputFile::new(path);
        Self { emitter: format.emitter(file.clone(), options), file }
    }
}

impl Emitter for FileEmitter {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.emitter.emit(sources, diagnostic)
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.emitter.emit_all(sources, entries)
    }

    fn set_summary(&mut self, summary: Summary) {
        self.emitter.set_summary(summary);
    }

    fn finish(&mut self) -> io::Result<()> {
        self.emitter.finish()?;
        self.file.commit()
    }
}

/// The writer of an [output](super::Outputs) that is a file. Clones write to the same file.
///
/// A regular file gets its new contents with [`commit`](Self::commit), and stays as it was if that is not called or fails.
///
/// ```
/// use std::io::Write as _;
///
/// use vitte_diag::cli::OutputFile;
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("out.json");
/// let mut file = OutputFile::new(&path);
/// file.write_all(b"{}\n")?;
/// assert!(!path.exists());
/// file.commit()?;
/// assert_eq!(std::fs::read(&path)?, b"{}\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct OutputFile(Rc<RefCell<State>>);

impl OutputFile {
    /// Creates a writer for the file at `path`. Nothing is opened yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let state = State { path: path.into(), target: Target::Closed };
        Self(Rc::new(RefCell::new(state)))
    }

    /// Ends the file, which exists afterwards, also if nothing was written. What is written later is a new file.
    ///
    /// # Errors
    ///
    /// The error of a write or of the replacement, with the path of the file.
    pub fn commit(&self) -> io::Result<()> {
        self.0.borrow_mut().commit()
    }
}

impl fmt::Debug for OutputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputFile").finish_non_exhaustive()
    }
}

struct State {
    path: PathBuf,
    target: Target,
}

/// The maximum number of links that are followed, as on Linux.
const MAX_LINKS: usize = 40;

/// Where the bytes go.
enum Target {
    /// Nothing has been written since the last commit.
    Closed,
    /// A file that will be renamed to this path.
    Temporary(BufWriter<File>, TempPath, PathBuf),
    /// The file itself.
    Direct(BufWriter<File>),
}

impl State {
    fn open(&mut self) -> io::Result<&mut Target> {
        if matches!(self.target, Target::Closed) {
            self.target = Target::open(&self.path)?;
        }
        Ok(&mut self.target)
    }

    /// Ends the file. What is written afterwards is a new one.
    fn commit(&mut self) -> io::Result<()> {
        // Diagnostics or not, the file exists afterwards.
        let committed = self.open().and_then(Write::flush);
        let target = std::mem::replace(&mut self.target, Target::Closed);
        committed.and_then(|()| target.commit()).map_err(|error| self.named(&error))
    }

    /// Adds the path to an error. Its kind stays, because a closed pipe is not an error for some.
    fn named(&self, error: &io::Error) -> io::Error {
        let path = self.path.to_string_lossy();
        let path = text::one_line(&path);
        io::Error::new(error.kind(), format!("`{path}`: {error}"))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        let written = state.open().and_then(|target| target.write_all(bytes));
        written.map_err(|error| state.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        let flushed = state.target.flush();
        flushed.map_err(|error| state.named(&error))
    }
}

impl Target {
    fn open(path: &Path) -> io::Result<Self> {
        // An open file of this process has no directory.
        if path.starts_with("/dev/fd") || path.starts_with("/proc") {
            return Self::direct(path);
        }
        let path = resolved(path);
        let existing = path.metadata().ok();
        if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            return Self::direct(&path);
        }
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = dir.unwrap_or(Path::new("."));
        fs::create_dir_all(dir)?;
        match temporary(dir) {
            Ok(file) => {
                if let Some(metadata) = existing {
                    file.as_file().set_permissions(metadata.permissions())?;
                }
                let (file, temporary) = file.into_parts();
                Ok(Self::Temporary(BufWriter::new(file), temporary, path))
            }
            Err(error) if existing.is_some() && is_denied(&error) => Self::direct(&path),
            Err(error) => Err(error),
        }
    }

    fn direct(path: &Path) -> io::Result<Self> {
        let file = File::options().write(true).truncate(true).open(path)?;
        Ok(Self::Direct(BufWriter::new(file)))
    }

    fn commit(self) -> io::Result<()> {
        match self {
            Self::Closed | Self::Direct(_) => Ok(()),
            Self::Temporary(file, temporary, path) => {
                file.into_inner().map_err(io::IntoInnerError::into_error)?;
                temporary.persist(path).map_err(|failure| failure.error)
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Closed => Ok(0),
            Self::Temporary(file, ..) | Self::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Closed => Ok(()),
            Self::Temporary(file, ..) | Self::Direct(file) => file.flush(),
        }
    }
}

/// Returns the file that a path leads to, through links, also one to a file that does not exist yet. Returns the path
/// itself if its directory does not exist either.
pub(super) fn resolved(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(link) = fs::read_link(&path) else { break };
        path = path.parent().map_or_else(|| link.clone(), |dir| dir.join(&link));
    }
    let in_dir = || {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        Some(dir.unwrap_or(Path::new(".")).canonicalize().ok()?.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(in_dir).unwrap_or(path)
}

/// Creates a temporary file with the permissions of any new file.
fn temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".diagnostics-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The name of the temporary file would only confuse.
    let reason = |error: &io::Error| match error.to_string().split_once(" at path \"") {
        Some((reason, _)) => reason.to_owned(),
        None => error.to_string(),
    };
    builder.tempfile_in(dir).map_err(|error| io::Error::new(error.kind(), reason(&error)))
}

fn is_denied(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

//! The directory that sources are read from.

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use vitte_diag::{MAX_FILE_BYTES, SourceFile, input, text};

/// Where the sources are read from.
#[derive(Clone, Debug)]
pub(super) enum Root {
    /// Only from below this directory.
    Below(PathBuf),
    /// From their paths; relative ones are resolved against this directory.
    From(PathBuf),
}

impl Root {
    /// Returns the absolute path of the directory, so that every file in it has a URL.
    pub(super) fn dir(&self) -> PathBuf {
        let (Self::Below(dir) | Self::From(dir)) = self;
        std::path::absolute(dir).unwrap_or_else(|_| dir.clone())
    }

    /// Returns the path of a file to read, or `None` if there is no such file or it may not be read: neither `..` nor a
    /// link may lead out of [`Root::Below`].
    pub(super) fn find(&self, path: &Path) -> Option<PathBuf> {
        let found = match self {
            Self::From(dir) => dir.join(path),
            Self::Below(dir) => {
                let is_relative = |part| matches!(part, Component::Normal(_) | Component::CurDir);
                let is_plain = path.is_absolute() || path.components().all(is_relative);
                let real = is_plain.then(|| dir.join(path).canonicalize().ok())??;
                real.starts_with(dir.canonicalize().ok()?).then_some(real)?
            }
        };
        found.metadata().is_ok_and(|metadata| metadata.is_file()).then_some(found)
    }

    /// Reads a file, or returns `None` if it may not be read or is too large for a source.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        // `<stdin>` is not a file, even if one of that name exists.
        let is_virtual = SourceFile::is_virtual_path(path);
        let found = (!is_virtual).then(|| self.find(Path::new(path)))??;
        input::read_file(found, MAX_FILE_BYTES).ok()
    }
}

/// Reports a file whose text is not here.
pub(super) fn report_missing(file: &SourceFile, report: &mut dyn Write) -> io::Result<()> {
    if !file.is_unavailable() || file.is_virtual() {
        return Ok(());
    }
    let path = text::one_line(file.path());
    writeln!(
        report,
        "vitte: warning: `{path}` is missing or has changed; its diagnostics have no source lines"
    )
}

/// Reports a file whose text is not the one that the tool read.
pub(super) fn report_changed(file: &SourceFile, report: &mut dyn Write) -> io::Result<()> {
    let path = text::one_line(file.path());
    writeln!(
        report,
        "vitte: warning: `{path}` has changed since the tool read it; its diagnostics have no source lines"
    )
}

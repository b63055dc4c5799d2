//! The directory that sources are read from.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use vitte_diag::{MAX_FILE_BYTES, SourceFile};

/// The directory that sources are read from. Nothing outside of it is opened.
#[derive(Debug)]
pub(super) struct Root {
    /// Absolute, so that every file in it has a URL.
    dir: PathBuf,
    /// The directory without links, and open. `None` if it cannot be opened: then there are no sources.
    open: Option<(PathBuf, Dir)>,
}

impl Root {
    pub(super) fn new(dir: &Path) -> Self {
        let open = dir.canonicalize().ok().and_then(|real| {
            let opened = Dir::open_ambient_dir(&real, ambient_authority()).ok()?;
            Some((real, opened))
        });
        Self { dir: std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()), open }
    }

    /// Returns the absolute path of the directory.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads a regular file, or returns `None` if there is no such file, if it may not be read, or if it is too large for
    /// a source. Neither `..` nor a link may lead out of the directory.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        // `<stdin>` is not a file, even if one of that name exists.
        let path = Path::new(path).to_owned();
        let is_virtual = SourceFile::is_virtual_path(&path.to_string_lossy());
        let is_relative = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        let is_plain = path.is_absolute() || path.components().all(is_relative);
        if is_virtual || !is_plain {
            return None;
        }
        let (root, opened) = self.open.as_ref()?;
        let real = self.dir.join(path).canonicalize().ok()?;
        // The directory handle does not follow a link out of it, also if one has been made since.
        let inside = real.strip_prefix(root).ok()?;
        let is_source = |metadata: &cap_std::fs::Metadata| {
            metadata.is_file() && metadata.len() <= MAX_FILE_BYTES
        };
        opened.metadata(inside).ok().filter(is_source)?;
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use cap_std::fs::OpenOptionsExt as _;
            use nix::fcntl::OFlag;
            // A pipe that replaced the file is not waited for.
            options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits());
        }
        let file = opened.open_with(inside, &options).ok()?;
        let size = file.metadata().ok().filter(is_source)?.len();
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(usize::try_from(size).ok()?.checked_add(1)?).ok()?;
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= MAX_FILE_BYTES).then_some(bytes)
    }
}

//! Finds the program of a command line.

use std::path::{Path, PathBuf};

/// Returns the absolute path of a program, or `None` if it is not found. A path is looked up from the current
/// directory, then, if it is relative, by its file name in `PATH`. A name without a path is looked up only in
/// `PATH`, as a shell does.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    if name.is_empty() || name.contains('\0') {
        return None;
    }
    let path = Path::new(name);
    let is_name = path.components().count() == 1 && !name.contains(std::path::is_separator);
    if !is_name {
        let direct = std::path::absolute(path).ok().filter(|path| is_executable(path));
        if direct.is_some() || path.is_absolute() {
            return direct;
        }
    }
    let (file, search_path) = (path.file_name()?, std::env::var_os("PATH")?);
    let mut candidates = std::env::split_paths(&search_path).map(|dir| dir.join(file));
    // Relative entries of `PATH` are ignored, because they depend on the current directory.
    candidates.find(|path| path.is_absolute() && is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

//! Where a program is.

use std::path::{Path, PathBuf};

/// The absolute path of a program: by its path from the current folder, then by its name in `PATH`; by its
/// name alone only there, as a shell does.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    if name.is_empty() || name.contains('\0') {
        return None;
    }
    let path = Path::new(name);
    let is_name = path.components().count() == 1 && !name.contains(std::path::is_separator);
    if !is_name {
        let here = std::path::absolute(path).ok().filter(|path| is_program(path));
        if here.is_some() || path.is_absolute() {
            return here;
        }
    }
    let (file, folders) = (path.file_name()?, std::env::var_os("PATH")?);
    let mut found = std::env::split_paths(&folders).map(|folder| folder.join(file));
    // Relative folders in it would depend on where somebody stands.
    found.find(|path| path.is_absolute() && is_program(path))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

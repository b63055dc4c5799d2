//! Finds the program of a command line.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::ReplayError;

/// Returns the absolute path of a program. A path is looked up from the current directory, then, if it is relative,
/// by its file name in `PATH`. A name without a path is looked up only in `PATH`, as a shell does.
///
/// # Errors
///
/// [`ReplayError::NotExecutable`] if the program is a path that exists, and [`ReplayError::ProgramNotFound`] if not.
pub(super) fn find(name: &str) -> Result<PathBuf, ReplayError> {
    look_up(name).ok_or_else(|| {
        let (path, program) = (Path::new(name), name.to_owned());
        match has_directory(path) && path.exists() {
            true => ReplayError::NotExecutable { program },
            false => ReplayError::ProgramNotFound { program },
        }
    })
}

/// Returns a path of a report with the home directory of this user in place of `~`.
pub(super) fn with_home(path: &str) -> Cow<'_, str> {
    let home = std::env::var("HOME").ok().filter(|home| home.starts_with('/'));
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Cow::Owned(format!("{}/{rest}", home.trim_end_matches('/'))),
        _ => Cow::Borrowed(path),
    }
}

/// Returns whether a path has more than a file name: `./cc`, `/bin/cc`, and also `.` and `..`.
fn has_directory(path: &Path) -> bool {
    path.file_name() != Some(path.as_os_str())
}

fn look_up(name: &str) -> Option<PathBuf> {
    if name.is_empty() || name.contains('\0') {
        return None;
    }
    let name = with_home(name);
    let path = Path::new(&*name);
    if has_directory(path) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_tells_a_path_that_is_not_executable_from_one_that_does_not_exist() {
        let error = |name: &str| find(name).unwrap_err().to_string();
        for existing in [".", "..", "./", "src", "src/lib.rs", env!("CARGO_MANIFEST_DIR")] {
            let expected = match existing {
                // A name without a path is looked up only in `PATH`.
                "src" => "program not found: `src`".to_owned(),
                _ => format!("`{existing}` is not an executable file"),
            };
            assert_eq!(error(existing), expected);
        }
        for missing in ["", "/no/such", "./no-such", "a\0/b"] {
            assert!(error(missing).starts_with("program not found: `"), "{missing}");
        }
    }
}

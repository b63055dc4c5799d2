//! Finds the program of a command line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::ReplayError;
use crate::environment::with_home;
use crate::repository::Repository;

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

/// The maximum size of a program that is searched, in bytes.
const MAX_PROGRAM_BYTES: u64 = 2 << 30;

/// Returns whether a program contains the name of the variable by which the crash handler finds its repository: only
/// then can its crashes be found after a replay.
pub(super) fn has_crash_handler(program: &Path) -> bool {
    let name = Repository::DIR_ENV_VAR.as_bytes();
    let Ok(file) = File::open(program) else { return false };
    let mut file = BufReader::with_capacity(64 << 10, file.take(MAX_PROGRAM_BYTES));
    let (Some((first, rest)), mut skipped) = (name.split_first(), Vec::new()) else { return false };
    loop {
        skipped.clear();
        // Up to the next byte that may begin the name. Compared from there, without consuming the bytes.
        match file.by_ref().take(64 << 10).read_until(*first, &mut skipped) {
            Ok(0) | Err(_) => return false,
            Ok(_) if skipped.ends_with(&[*first]) && starts_with(&mut file, rest) => return true,
            Ok(_) => {}
        }
    }
}

/// Returns whether the next bytes are these. They are read, but not if the first of them differs.
fn starts_with(file: &mut impl BufRead, bytes: &[u8]) -> bool {
    bytes.iter().all(|expected| {
        let is_next = file.fill_buf().is_ok_and(|buffer| buffer.first() == Some(expected));
        if is_next {
            file.consume(1);
        }
        is_next
    })
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
    fn a_program_with_the_crash_handler_is_recognised() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("program");
        let has = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            has_crash_handler(&path)
        };
        let name = b"VITTE_CRASH_DIR";
        for before in [0, 1, 65_520, 65_535, 65_536, 200_000] {
            let filler = vec![b'x'; before];
            assert!(has(&[&filler, &name[..], b"x"].concat()), "{before}");
            assert!(has(&[&filler, &b"VVITTE_"[..], name].concat()), "{before}");
            assert!(!has(&[&filler, &b"VITTE_CRASH_DI"[..]].concat()), "{before}");
        }
        assert!(!has(b"") && !has_crash_handler(dir.path()));
        // This test is a program that contains the name.
        assert!(has_crash_handler(&std::env::current_exe().unwrap()));
    }

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

//! Where crashes are stored if the program and the user name no directory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use super::{Repository, RepositoryError, RepositoryErrorKind};
use crate::atomic_file;
use crate::report::DEFAULT_DIR;

/// The directory of a program's crashes in the user's state directory.
const STATE_SUBDIR: &str = "crash-reports";

/// What the default directory depends on.
struct Environment {
    current_dir: PathBuf,
    /// The directory in which programs store what they remember of a user.
    state_dir: Option<PathBuf>,
}

impl Environment {
    /// Reads the environment of this process.
    fn current() -> Self {
        let absolute =
            |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state_dir = if cfg!(windows) {
            absolute("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            absolute("HOME").map(|home| home.join("Library/Application Support"))
        } else {
            let default = || absolute("HOME").map(|home| home.join(".local/state"));
            absolute("XDG_STATE_HOME").or_else(default)
        };
        Self { current_dir: env::current_dir().unwrap_or_default(), state_dir }
    }

    /// Returns `target/crash-reports` of the Cargo workspace that contains the current directory: the nearest
    /// directory with a `Cargo.toml` and a directory `target`. It is relative if that is the current directory.
    fn workspace_dir(&self) -> Option<PathBuf> {
        let is_workspace =
            |dir: &&Path| dir.join("Cargo.toml").is_file() && dir.join("target").is_dir();
        let root = self.current_dir.ancestors().find(is_workspace)?;
        let is_here = root == self.current_dir;
        Some(if is_here { DEFAULT_DIR.into() } else { root.join(DEFAULT_DIR) })
    }

    fn default_dir(&self, program: &str) -> Option<PathBuf> {
        let in_state = |state: &PathBuf| state.join(component(program)).join(STATE_SUBDIR);
        self.workspace_dir().or_else(|| self.state_dir.as_ref().map(in_state))
    }

    /// Returns the directory that contains crashes: the same as [`default_dir`](Self::default_dir), for the program
    /// that crashed last.
    fn existing_dir(&self) -> PathBuf {
        let here = self.current_dir.join(DEFAULT_DIR);
        if let Some(dir) = self.workspace_dir().filter(|_| !here.is_dir()) {
            return dir;
        }
        let programs = self.state_dir.iter().filter_map(|state| fs::read_dir(state).ok()).flatten();
        let dirs = programs.flatten().map(|program| program.path().join(STATE_SUBDIR));
        let last_crash =
            |dir: &PathBuf| fs::metadata(dir.join("index.jsonl")).ok()?.modified().ok();
        let newest = dirs.filter_map(|dir| Some((last_crash(&dir)?, dir))).max();
        newest.filter(|_| !here.is_dir()).map_or_else(|| DEFAULT_DIR.into(), |(_, dir)| dir)
    }
}

/// Returns the name of a program as the name of one directory.
fn component(program: &str) -> String {
    let is_safe = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    let name: String = program.chars().take(64).map(|c| if is_safe(c) { c } else { '_' }).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "program".into() } else { name.into() }
}

impl Repository {
    /// Returns the directory in which the crashes of a program are stored by default, as the environment of this
    /// process determines it:
    ///
    /// 1. `target/crash-reports` of the Cargo workspace that contains the current directory: the nearest directory
    ///    that has a `Cargo.toml` and a directory `target`
    /// 2. otherwise `PROGRAM/crash-reports` in the user's state directory: `$XDG_STATE_HOME` or `~/.local/state`, on
    ///    macOS `~/Library/Application Support`, on Windows `%LOCALAPPDATA%`
    /// 3. otherwise, for a user without a home directory, the [temporary directory](Self::temporary_dir)
    ///
    /// It does not read [`DIR_ENV_VAR`](Self::DIR_ENV_VAR), which overrides it.
    #[must_use]
    pub fn default_dir(program: &str) -> PathBuf {
        let default = Environment::current().default_dir(program);
        default.or_else(|| Self::temporary_dir(program).ok()).unwrap_or_else(|| DEFAULT_DIR.into())
    }

    /// Returns the directory in which a command finds crashes if it does not know the program: the
    /// [default directory](Self::default_dir) of the program that crashed last. It is `target/crash-reports` if there
    /// is none.
    #[must_use]
    pub fn existing_dir() -> PathBuf {
        Environment::current().existing_dir()
    }

    /// Creates and returns the directory in which the crashes of a program are stored if the default one cannot be
    /// written: `PROGRAM-crash-reports-UID` in the temporary directory, which only the user can read.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if it cannot be created, if it is a link, or if it belongs to another user or other users
    /// can write it.
    pub fn temporary_dir(program: &str) -> Result<PathBuf, RepositoryError> {
        private_dir_in(&env::temp_dir(), program).map_err(|(path, error)| RepositoryError {
            path,
            kind: RepositoryErrorKind::CreateDir(error),
        })
    }
}

/// Creates the temporary directory of a program in `parent`. Returns the error with its path.
fn private_dir_in(parent: &Path, program: &str) -> Result<PathBuf, (PathBuf, io::Error)> {
    // A new file has the user id that new directories will have.
    let probe = tempfile::NamedTempFile::new_in(parent);
    let user = probe.and_then(|probe| owner(&probe.as_file().metadata()?));
    let user = user.map_err(|error| (parent.to_owned(), error))?;
    let mut name = OsString::from(format!("{}-{STATE_SUBDIR}", component(program)));
    if let Some(user) = user {
        name.push(format!("-{user}"));
    }
    let dir = parent.join(name);
    let check = || -> io::Result<()> {
        match atomic_file::create_new_private_dir(&dir) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created,
        }
        let found = fs::symlink_metadata(&dir)?;
        if !found.is_dir() {
            return Err(io::Error::other("it is not a directory"));
        }
        if owner(&found)? != user {
            return Err(io::Error::other("it belongs to another user"));
        }
        if is_open_to_others(&found) {
            return Err(io::Error::other("other users can open it"));
        }
        Ok(())
    };
    match check() {
        Ok(()) => Ok(dir),
        Err(error) => Err((dir, error)),
    }
}

#[cfg(unix)]
fn owner(data: &fs::Metadata) -> io::Result<Option<u32>> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(Some(data.uid()))
}

/// Other systems have a temporary directory for each user.
#[cfg(not(unix))]
fn owner(_data: &fs::Metadata) -> io::Result<Option<u32>> {
    Ok(None)
}

#[cfg(unix)]
fn is_open_to_others(data: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    data.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
const fn is_open_to_others(_data: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(root: &Path, current: &str) -> Environment {
        let current_dir = root.join(current);
        fs::create_dir_all(&current_dir).unwrap();
        Environment { current_dir, state_dir: Some(root.join("state")) }
    }

    #[test]
    fn a_cargo_workspace_has_its_own_directory() {
        let root = tempfile::tempdir().unwrap();
        let here = environment(root.path(), "w");
        let in_state = root.path().join("state/mycc/crash-reports");
        assert_eq!(here.default_dir("mycc"), Some(in_state.clone()));
        fs::create_dir(root.path().join("w/target")).unwrap();
        assert_eq!(here.default_dir("mycc"), Some(in_state), "a `target` alone is not enough");
        fs::write(root.path().join("w/Cargo.toml"), "").unwrap();
        assert_eq!(here.default_dir("mycc"), Some("target/crash-reports".into()));
        let below = environment(root.path(), "w/src/x");
        let absolute = root.path().join("w/target/crash-reports");
        assert_eq!(below.default_dir("mycc"), Some(absolute));
    }

    #[test]
    fn a_command_finds_the_program_that_crashed_last() {
        let root = tempfile::tempdir().unwrap();
        let here = environment(root.path(), "w");
        assert_eq!(here.existing_dir(), Path::new(DEFAULT_DIR));
        let dir = here.default_dir("mycc").unwrap();
        fs::create_dir_all(&dir).unwrap();
        assert_eq!(here.existing_dir(), Path::new(DEFAULT_DIR), "it has no index");
        fs::write(dir.join("index.jsonl"), "").unwrap();
        assert_eq!(here.existing_dir(), dir);
        fs::create_dir_all(root.path().join("w").join(DEFAULT_DIR)).unwrap();
        assert_eq!(here.existing_dir(), Path::new(DEFAULT_DIR));
    }

    #[test]
    fn the_name_of_a_program_is_one_component() {
        for (program, expected) in [
            ("mycc", "mycc"),
            ("../x", "_x"),
            ("", "program"),
            (".", "program"),
            ("a b\u{7}", "a_b_"),
        ] {
            assert_eq!(component(program), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_temporary_directory_is_private() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let root = tempfile::tempdir().unwrap();
        let dir = private_dir_in(root.path(), "mycc").unwrap();
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(private_dir_in(root.path(), "mycc").unwrap(), dir);
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
        let (_, error) = private_dir_in(root.path(), "mycc").unwrap_err();
        assert_eq!(error.to_string(), "other users can open it");
        fs::remove_dir(&dir).unwrap();
        symlink(root.path(), &dir).unwrap();
        let (path, error) = private_dir_in(root.path(), "mycc").unwrap_err();
        assert_eq!((path, error.to_string()), (dir, "it is not a directory".into()));
    }
}

//! The arguments that name the directory of crashes, and a crash in it.

use std::env;
use std::path::PathBuf;

use clap::Args;
use vitte_capsule::{Index, Repository};
use vitte_diag::text;

use super::page::crashes;
use super::shell::{CommandResult, Shell};
use super::target::LoadedCrash;

/// The directory of the crashes.
#[derive(Debug, Args)]
pub(super) struct Directory {
    #[arg(
        long,
        value_name = "DIR",
        help = "The directory of the crashes [default: $VITTE_CRASH_DIR; or else target/crash-reports, \
                or that of the program that crashed last]"
    )]
    dir: Option<PathBuf>,
}

impl Directory {
    pub(super) fn repository(&self) -> Repository {
        let from_env = || {
            env::var_os(Repository::DIR_ENV_VAR).filter(|dir| !dir.is_empty()).map(PathBuf::from)
        };
        let dir = self.dir.clone().or_else(from_env);
        Repository::new(dir.unwrap_or_else(Repository::existing_dir))
    }

    /// Writes a note if users other than the current one and root can change the repository.
    pub(super) fn note_other_users(&self, shell: &mut Shell<'_>) -> CommandResult {
        let Some(why) = self.repository().other_users() else { return Ok(()) };
        let (program, dir) = (shell.program, self.display_path());
        Ok(writeln!(shell.err, "{program}: note: the crashes in `{dir}` may be forged: {why}")?)
    }

    /// Reads the index; warns about files that cannot be read.
    pub(super) fn index(&self, shell: &mut Shell<'_>) -> CommandResult<Index> {
        self.note_other_users(shell)?;
        let index = self.repository().index()?;
        shell.warn_all(&index.unreadable)?;
        Ok(index)
    }

    /// Returns true if there are no crashes, after writing a line that says so.
    pub(super) fn report_empty(&self, index: &Index, shell: &mut Shell<'_>) -> CommandResult<bool> {
        if index.is_empty() {
            writeln!(shell.out, "{}", self.no_crashes())?;
        }
        Ok(index.is_empty())
    }

    /// Returns the line for a directory without crashes.
    pub(super) fn no_crashes(&self) -> String {
        format!("no crash reports in `{}`", self.display_path())
    }

    /// Returns the line for filters that match none of the crashes.
    pub(super) fn no_match(&self, index: &Index) -> String {
        format!("no match among {} in `{}`", crashes(index.len()), self.display_path())
    }

    /// Returns the path of the directory on one line, with control characters escaped.
    fn display_path(&self) -> String {
        let repository = self.repository();
        text::one_line(&repository.dir().to_string_lossy()).into_owned()
    }
}

/// The crash that a command works on.
#[derive(Debug, Args)]
pub(super) struct OneCrash {
    /// The crash: an id, a unique prefix of one, `latest`, or the path of a .vittecrash file
    pub(super) id: String,
    #[command(flatten)]
    pub(super) directory: Directory,
}

impl OneCrash {
    pub(super) fn load(&self, shell: &mut Shell<'_>) -> CommandResult<LoadedCrash> {
        let target = LoadedCrash::load(&self.id, &self.directory.repository())?;
        if target.stored_id.is_some() {
            self.directory.note_other_users(shell)?;
        }
        Ok(target)
    }
}

//! Where the crashes are, and which one is meant.

use std::env;
use std::path::PathBuf;

use clap::Args;
use vitte_capsule::{Index, Repository};
use vitte_diag::text;

use super::shell::{Done, Shell};
use super::target::Target;

/// Where the crashes are.
#[derive(Debug, Args)]
pub(super) struct Folder {
    /// The folder of the crashes [default: `$VITTE_CRASH_DIR`, or target/crash-reports]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Folder {
    pub(super) fn repository(&self) -> Repository {
        let wished = || env::var_os("VITTE_CRASH_DIR").filter(|dir| !dir.is_empty());
        let dir = self.dir.clone().or_else(|| wished().map(PathBuf::from));
        Repository::new(dir.unwrap_or_else(|| PathBuf::from(Repository::DEFAULT_FOLDER)))
    }

    /// What is in it; complains of what cannot be read.
    pub(super) fn index(&self, shell: &mut Shell<'_>) -> Done<Index> {
        let index = self.repository().index()?;
        shell.complain_of(&index.unreadable)?;
        Ok(index)
    }

    /// Says in one line that there is no crash, if there is none.
    pub(super) fn says_nothing(&self, index: &Index, shell: &mut Shell<'_>) -> Done<bool> {
        if index.is_empty() {
            writeln!(shell.out, "{}", self.nothing())?;
        }
        Ok(index.is_empty())
    }

    /// What is said where there is no crash.
    pub(super) fn nothing(&self) -> String {
        let repository = self.repository();
        let path = repository.folder().to_string_lossy();
        format!("no crash reports in `{}`", text::one_line(&path))
    }
}

/// The crash that a command is about.
#[derive(Debug, Args)]
pub(super) struct One {
    /// The crash: its id, the beginning of one, `latest`, or the file of a capsule
    pub(super) id: String,
    #[command(flatten)]
    pub(super) folder: Folder,
}

impl One {
    pub(super) fn load(&self) -> Done<Target> {
        Ok(Target::load(&self.id, &self.folder.repository())?)
    }
}

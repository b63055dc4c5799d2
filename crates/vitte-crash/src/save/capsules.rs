//! What a capsule holds, and for how long it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use vitte_capsule::{
    Capsule, CapsuleSource, CrashReport, Redactor, Repository, RepositoryError, Retention,
};
use vitte_diag::{SourceMap, text};

/// Which variables of the environment does a capsule have?
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum EnvironmentCapture {
    /// Those that say how a program finds its way: `PATH`, `USER`, `HOME`, `LANG`, `LC_*`, `SHELL`, `TERM`,
    /// `PWD`, `OS`, `CI`, and those with the [prefix](crate::CrashHandlerBuilder::environment_prefix) of the
    /// program itself.
    #[default]
    Safe,
    /// All, without the values of those that are [secret](Redactor).
    All,
    /// None.
    None,
}

/// Which source files does a capsule have?
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum SourceCapture {
    /// Those that the crash's contexts are in.
    #[default]
    Touched,
    /// All that the program told [`sources`](crate::set_sources()) of, so that a crash that needs
    /// several files can be replayed.
    All,
    /// None.
    None,
}

/// What a capsule holds, and how long it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Capsules {
    pub(crate) environment: EnvironmentCapture,
    /// With what the names of the program's own variables begin; by default its name.
    pub(crate) prefix: Option<String>,
    pub(crate) sources: SourceCapture,
    pub(crate) redactor: Redactor,
    /// Nothing where all are kept.
    pub(crate) retention: Option<Retention>,
}

/// The names that [`EnvironmentCapture::Safe`] has; one that ends in `_` is the beginning of many.
const SAFE: [&str; 10] =
    ["PATH", "USER", "HOME", "LANG", "LC_", "SHELL", "TERM", "PWD", "OS", "CI"];
/// Bytes of the sources that a capsule has, all in all.
const MOST_SOURCES: usize = 64 << 20;
/// How many they are, and bytes of their paths: a manifest has room for so many.
const MOST_FILES: usize = 2000;
const MOST_NAMES: usize = 256 << 10;
/// Bytes of a variable of the environment that are kept.
const LONGEST: usize = 16 << 10;

/// Something that a capsule does not contain because of its size limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Omission {
    /// This many source files.
    Sources(usize),
}

impl fmt::Display for Omission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Sources(count) => {
                let files = text::plural("source file", count);
                write!(f, "omitted {count} {files}: the capsule has reached its size limit")
            }
        }
    }
}

impl Capsules {
    pub(crate) fn new() -> Self {
        Self {
            environment: EnvironmentCapture::default(),
            prefix: None,
            sources: SourceCapture::default(),
            redactor: Redactor::default(),
            retention: Some(Retention::default()),
        }
    }

    /// Stores a capsule whose report has additional `notes`. Returns its path and what it omits.
    pub(crate) fn save(
        &self,
        report: &mut CrashReport,
        notes: &[String],
        sources: Option<&SourceMap>,
        folder: &Path,
    ) -> Result<(PathBuf, Vec<Omission>), RepositoryError> {
        let (mut capsule, omissions) = self.capsule(report, notes, sources);
        let path = Repository::new(folder).save(&mut capsule)?;
        report.id = capsule.report.id;
        Ok((path, omissions))
    }

    /// Removes what is not to be kept, where it is time for that; says what was removed.
    pub(crate) fn tidy(&self, folder: &Path) -> Option<String> {
        let retention = self.retention.as_ref()?;
        let cleaned = Repository::new(folder).clean_if_due(retention)?;
        let count = cleaned.removed.len();
        let reports = text::plural("crash report", count);
        let folder = folder.to_string_lossy();
        let folder = text::one_line(&folder);
        Some(format!("{count} old {reports} removed from {folder}"))
    }

    /// Returns the capsule of a crash, without secrets, and what it omits.
    fn capsule(
        &self,
        report: &CrashReport,
        notes: &[String],
        sources: Option<&SourceMap>,
    ) -> (Capsule, Vec<Omission>) {
        let mut report = report.clone();
        report.notes.extend_from_slice(notes);
        self.redactor.report(&mut report);
        let (files, omissions) =
            sources.map(|sources| self.sources(&report, sources)).unwrap_or_default();
        report.notes.extend(omissions.iter().map(ToString::to_string));
        let mut capsule = Capsule::new(report);
        capsule.sources = files;
        capsule.environment = self.environment(&capsule.report.program);
        (capsule, omissions)
    }

    /// Returns the source files of a capsule, and whether some are omitted.
    fn sources(
        &self,
        report: &CrashReport,
        sources: &SourceMap,
    ) -> (Vec<CapsuleSource>, Vec<Omission>) {
        let places = report.contexts.iter().filter_map(|entry| entry.location.as_ref());
        let touched: BTreeSet<u32> = places.map(|place| place.id).collect();
        let is_kept = |id: u32| match self.sources {
            SourceCapture::All => true,
            SourceCapture::Touched => touched.contains(&id),
            SourceCapture::None => false,
        };
        let (mut kept, mut left_out) = (Vec::new(), 0);
        let (mut bytes, mut names) = (0, 0);
        for file in sources.files().filter(|file| is_kept(file.id().index())) {
            // What is no file is of no use to another run, unless the crash is about it.
            if file.bytes().is_empty() || (file.is_virtual() && self.sources == SourceCapture::All)
            {
                continue;
            }
            let all = (bytes + file.bytes().len(), names + file.path().len());
            if all.0 > MOST_SOURCES || all.1 > MOST_NAMES || kept.len() == MOST_FILES {
                left_out += 1;
                continue;
            }
            (bytes, names) = all;
            kept.push(CapsuleSource::new(file.path(), self.redactor.source(file.bytes())));
        }
        let omissions = (left_out > 0).then_some(Omission::Sources(left_out));
        (kept, omissions.into_iter().collect())
    }

    fn environment(&self, module: &str) -> BTreeMap<String, String> {
        let name = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let own = || module.chars().map(name).chain(['_']).collect::<String>();
        let prefix = self.prefix.clone().unwrap_or_else(own);
        let is_own = |name: &str| !prefix.is_empty() && name.starts_with(&prefix);
        let is_safe = |name: &str| {
            let is_like = |safe: &str| match safe.ends_with('_') {
                true => name.starts_with(safe),
                false => name == safe,
            };
            SAFE.into_iter().any(is_like) || is_own(name)
        };
        let all = std::env::vars_os().map(|(key, value)| {
            let mut value = value.to_string_lossy().into_owned();
            value.truncate(text::floor_char_boundary(&value, LONGEST));
            (key.to_string_lossy().into_owned(), value)
        });
        let kept = all.filter(|(name, _)| match self.environment {
            EnvironmentCapture::All => true,
            EnvironmentCapture::Safe => is_safe(name),
            EnvironmentCapture::None => false,
        });
        self.redactor.environment(kept)
    }
}

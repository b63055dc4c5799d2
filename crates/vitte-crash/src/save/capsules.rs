//! What a capsule holds, and for how long it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use vitte_capsule::{Capsule, CapsuleSource, CrashReport, Mask, Repository, Retention, StoreError};
use vitte_diag::{SourceMap, text};

/// Which variables of the environment does a capsule have?
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Environment {
    /// Those that say how a program finds its way: `PATH`, `USER`, `HOME`, `LANG`, `LC_*`, `SHELL`, `TERM`,
    /// `PWD`, `OS`, `CI`, and those with the [prefix](crate::Builder::environment_prefix) of the
    /// program itself.
    #[default]
    Safe,
    /// All, without the values of those that are [secret](Mask).
    All,
    /// None.
    None,
}

/// Which source files does a capsule have?
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Sources {
    /// Those that the crash's contexts are in.
    #[default]
    Touched,
    /// All that the program told [`sources`](crate::sources()) of, so that a crash that needs
    /// several files can be replayed.
    All,
    /// None.
    None,
}

/// What a capsule holds, and how long it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Capsules {
    pub(crate) environment: Environment,
    /// With what the names of the program's own variables begin; by default its name.
    pub(crate) prefix: Option<String>,
    pub(crate) sources: Sources,
    pub(crate) mask: Mask,
    /// Nothing where all are kept.
    pub(crate) retention: Option<Retention>,
}

/// The names that [`Environment::Safe`] has; one that ends in `_` is the beginning of many.
const SAFE: [&str; 10] =
    ["PATH", "USER", "HOME", "LANG", "LC_", "SHELL", "TERM", "PWD", "OS", "CI"];
/// Bytes of the sources that a capsule has, all in all.
const MOST_SOURCES: usize = 64 << 20;
/// How many they are, and bytes of their paths: a manifest has room for so many.
const MOST_FILES: usize = 2000;
const MOST_NAMES: usize = 256 << 10;
/// How a note begins that says which sources a capsule does not have.
pub(crate) const NO_ROOM: &str = "the capsule has no room for";
/// Bytes of a variable of the environment that are kept.
const LONGEST: usize = 16 << 10;

impl Capsules {
    pub(crate) fn new() -> Self {
        Self {
            environment: Environment::default(),
            prefix: None,
            sources: Sources::default(),
            mask: Mask::default(),
            retention: Some(Retention::default()),
        }
    }

    pub(crate) fn save(
        &self,
        report: &mut CrashReport,
        sources: Option<&SourceMap>,
        folder: &Path,
    ) -> Result<PathBuf, StoreError> {
        let mut capsule = self.capsule(report, sources);
        let path = Repository::new(folder).save(&mut capsule)?;
        report.id = capsule.report.id;
        Ok(path)
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

    /// The capsule of a crash, without secrets.
    fn capsule(&self, report: &CrashReport, sources: Option<&SourceMap>) -> Capsule {
        let mut report = report.clone();
        self.mask.report(&mut report);
        let kept = sources.map(|sources| self.sources(&mut report, sources));
        let mut capsule = Capsule::new(report);
        capsule.sources = kept.unwrap_or_default();
        capsule.environment = self.environment(&capsule.report.module);
        capsule
    }

    /// The files that are kept. What is too large is a note.
    fn sources(&self, report: &mut CrashReport, sources: &SourceMap) -> Vec<CapsuleSource> {
        let places = report.context.iter().filter_map(|entry| entry.place.as_ref());
        let touched: BTreeSet<u32> = places.map(|place| place.id).collect();
        let is_kept = |id: u32| match self.sources {
            Sources::All => true,
            Sources::Touched => touched.contains(&id),
            Sources::None => false,
        };
        let (mut kept, mut left_out) = (Vec::new(), 0);
        let (mut bytes, mut names) = (0, 0);
        for file in sources.files().filter(|file| is_kept(file.id().index())) {
            // What is no file is of no use to another run, unless the crash is about it.
            if file.bytes().is_empty() || (file.is_pseudo() && self.sources == Sources::All) {
                continue;
            }
            let all = (bytes + file.bytes().len(), names + file.path().len());
            if all.0 > MOST_SOURCES || all.1 > MOST_NAMES || kept.len() == MOST_FILES {
                left_out += 1;
                continue;
            }
            (bytes, names) = all;
            kept.push(CapsuleSource::new(file.path(), self.mask.source(file.bytes())));
        }
        if left_out > 0 {
            let more = text::more("source file", left_out);
            report.notes.push(format!("{NO_ROOM} {more}"));
        }
        kept
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
            Environment::All => true,
            Environment::Safe => is_safe(name),
            Environment::None => false,
        });
        self.mask.environment(kept)
    }
}

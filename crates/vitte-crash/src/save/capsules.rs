//! Creates the capsule of a crash: its report, source files and environment, without secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use vitte_capsule::{
    Capsule, CapsuleSource, CrashReport, Redactor, Repository, RepositoryError, Retention,
};
use vitte_diag::{SourceMap, text};

/// Which environment variables a capsule contains.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum EnvironmentCapture {
    /// `PATH`, `USER`, `HOME`, `LANG`, `LC_*`, `SHELL`, `TERM`, `PWD`, `OS`, `CI`, and those with the
    /// [prefix](crate::CrashHandlerBuilder::environment_prefix) of the program.
    #[default]
    Safe,
    /// All variables. The values of [secret](Redactor) ones are redacted.
    All,
    /// No variables.
    None,
}

/// Which source files a capsule contains.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum SourceCapture {
    /// The files to which the spans of the crash's contexts refer.
    #[default]
    Touched,
    /// All files that were passed to [`set_sources`](crate::set_sources()). Needed to replay a crash that depends on
    /// several files.
    All,
    /// No files.
    None,
}

/// Which data capsules contain, and how long they are retained.
#[derive(Clone, Debug)]
pub(crate) struct CapsuleOptions {
    pub(crate) environment: EnvironmentCapture,
    /// The prefix of the program's own environment variables, or `None` for its name in capitals.
    pub(crate) prefix: Option<String>,
    pub(crate) sources: SourceCapture,
    pub(crate) redactor: Redactor,
    /// `None` retains all crashes.
    pub(crate) retention: Option<Retention>,
}

/// The names in [`EnvironmentCapture::Safe`]. A name that ends in `_` is a prefix.
const SAFE_NAMES: [&str; 10] =
    ["PATH", "USER", "HOME", "LANG", "LC_", "SHELL", "TERM", "PWD", "OS", "CI"];
/// Maximum size of all source files of a capsule, in bytes.
const MAX_SOURCE_BYTES: usize = 64 << 20;
/// Maximum number of source files of a capsule. This limit and the next one keep the manifest small enough to be read.
const MAX_SOURCE_FILES: usize = 2000;
/// Maximum length of the paths of all source files of a capsule, in bytes.
const MAX_PATH_BYTES: usize = 256 << 10;
/// Maximum length of the value of an environment variable, in bytes.
const MAX_ENV_VALUE_BYTES: usize = 16 << 10;

/// Returns the note on source files that are omitted because of the size limits, or `None` if there are none.
pub(crate) fn omission_note(omitted_sources: usize) -> Option<String> {
    let files = text::plural("source file", omitted_sources);
    (omitted_sources > 0).then(|| {
        format!("omitted {omitted_sources} {files}: the capsule has reached its size limit")
    })
}

impl CapsuleOptions {
    pub(crate) fn new() -> Self {
        Self {
            environment: EnvironmentCapture::default(),
            prefix: None,
            sources: SourceCapture::default(),
            redactor: Redactor::default(),
            retention: Some(Retention::default()),
        }
    }

    /// Stores a capsule whose report has additional `notes`. Returns its path and the number of omitted source files.
    pub(crate) fn save(
        &self,
        report: &mut CrashReport,
        notes: &[String],
        sources: Option<&SourceMap>,
        dir: &Path,
    ) -> Result<(PathBuf, usize), RepositoryError> {
        let (mut capsule, omitted_sources) = self.capsule(report, notes, sources);
        let path = Repository::new(dir).save(&mut capsule)?;
        report.id = capsule.report.id;
        Ok((path, omitted_sources))
    }

    /// Applies the retention limits, at most once an hour. Returns a note if crashes were removed.
    pub(crate) fn clean_if_due(&self, dir: &Path) -> Option<String> {
        let retention = self.retention.as_ref()?;
        let cleaned = Repository::new(dir).clean_if_due(retention)?;
        let count = cleaned.removed.len();
        let reports = text::plural("crash report", count);
        let dir = dir.to_string_lossy();
        let dir = text::one_line(&dir);
        Some(format!("removed {count} old {reports} from {dir}"))
    }

    /// Returns the capsule of a crash, without secrets, and the number of omitted source files.
    fn capsule(
        &self,
        report: &CrashReport,
        notes: &[String],
        sources: Option<&SourceMap>,
    ) -> (Capsule, usize) {
        let mut report = report.clone();
        report.notes.extend_from_slice(notes);
        self.redactor.report(&mut report);
        let (files, omitted_sources) =
            sources.map(|sources| self.sources(&report, sources)).unwrap_or_default();
        report.notes.extend(omission_note(omitted_sources));
        let mut capsule = Capsule::new(report);
        capsule.sources = files;
        capsule.environment = self.environment(&capsule.report.program);
        (capsule, omitted_sources)
    }

    /// Returns the source files of a capsule, and the number of omitted ones.
    fn sources(&self, report: &CrashReport, sources: &SourceMap) -> (Vec<CapsuleSource>, usize) {
        let locations = report.contexts.iter().filter_map(|entry| entry.location.as_ref());
        let touched: BTreeSet<u32> = locations.map(|location| location.id).collect();
        let is_wanted = |id: u32| match self.sources {
            SourceCapture::All => true,
            SourceCapture::Touched => touched.contains(&id),
            SourceCapture::None => false,
        };
        let (mut files, mut omitted) = (Vec::new(), 0);
        let (mut source_bytes, mut path_bytes) = (0, 0);
        for file in sources.files().filter(|file| is_wanted(file.id().index())) {
            // A virtual file is not an input of the program. It is stored only if a context refers to it.
            if file.bytes().is_empty() || (file.is_virtual() && self.sources == SourceCapture::All)
            {
                continue;
            }
            let new_source_bytes = source_bytes + file.bytes().len();
            let new_path_bytes = path_bytes + file.path().len();
            if new_source_bytes > MAX_SOURCE_BYTES
                || new_path_bytes > MAX_PATH_BYTES
                || files.len() == MAX_SOURCE_FILES
            {
                omitted += 1;
                continue;
            }
            (source_bytes, path_bytes) = (new_source_bytes, new_path_bytes);
            files.push(CapsuleSource::new(file.path(), self.redactor.source(file.bytes())));
        }
        (files, omitted)
    }

    /// Returns the environment variables of a capsule of `program`.
    fn environment(&self, program: &str) -> BTreeMap<String, String> {
        let to_env_char =
            |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let default_prefix = || program.chars().map(to_env_char).chain(['_']).collect::<String>();
        let prefix = self.prefix.clone().unwrap_or_else(default_prefix);
        let has_prefix = |name: &str| !prefix.is_empty() && name.starts_with(&prefix);
        let is_safe = |name: &str| {
            let matches = |safe: &str| match safe.ends_with('_') {
                true => name.starts_with(safe),
                false => name == safe,
            };
            SAFE_NAMES.into_iter().any(matches) || has_prefix(name)
        };
        let all = std::env::vars_os().map(|(key, value)| {
            let mut value = value.to_string_lossy().into_owned();
            value.truncate(text::floor_char_boundary(&value, MAX_ENV_VALUE_BYTES));
            (key.to_string_lossy().into_owned(), value)
        });
        let captured = all.filter(|(name, _)| match self.environment {
            EnvironmentCapture::All => true,
            EnvironmentCapture::Safe => is_safe(name),
            EnvironmentCapture::None => false,
        });
        self.redactor.environment(captured)
    }
}

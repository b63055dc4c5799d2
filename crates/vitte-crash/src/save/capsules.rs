//! Creates the capsule of a crash: its report, source files and environment, without secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use vitte_capsule::{
    Capsule, CapsuleSource, CrashReport, Redactor, Repository, RepositoryError, Retention,
    SafeVariables, SourceLine,
};
use vitte_diag::{FileId, SourceMap, text};

/// Which environment variables a capsule contains.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum EnvironmentCapture {
    /// `PATH`, `USER`, `HOME`, `LANG`, `LC_*`, `SHELL`, `TERM`, `PWD`, `OS`, `CI`, and those with the
    /// [prefix](crate::CrashHandlerBuilder::environment_prefix) of the program: [`SafeVariables`].
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

/// What is left of a crash after [`CapsuleOptions::redact`], beside its report.
#[derive(Debug)]
pub(crate) struct Redacted {
    redactor: Redactor,
    environment: BTreeMap<String, String>,
    /// The text of the files to which the contexts refer, by their index.
    files: BTreeMap<u32, Vec<u8>>,
}

impl Redacted {
    /// Returns the redactor with which this was redacted.
    pub(crate) fn redactor(&self) -> Redactor {
        self.redactor.clone()
    }
}

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

    /// Returns the redactor of the program, with what the environment and the command line of this process reveal. The
    /// reporter has the same environment as the process that it reports.
    fn redactor(&self, report: &CrashReport) -> Redactor {
        let environment = std::env::vars_os().map(|(key, value)| {
            (key.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
        });
        let prefix = self.safe_variables(&report.program).prefix().to_owned();
        self.redactor
            .clone()
            .with_environment_prefix(prefix)
            .with_process(environment, &report.args)
    }

    /// Removes secrets from a report, before it is stored or shown. `sources` are those in which the spans of its
    /// contexts are. Returns what else is needed for its capsule.
    ///
    /// The source lines are taken from the redacted files, because a secret may begin before them.
    pub(crate) fn redact(&self, report: &mut CrashReport, sources: Option<&SourceMap>) -> Redacted {
        let redactor = self.redactor(report);
        let environment = self.environment(&report.program, &redactor);
        redactor.report(report);
        let mut files = BTreeMap::new();
        for lines in &mut report.sources {
            let file = sources.and_then(|sources| sources.file(FileId::new(lines.id)).ok());
            let Some(file) = file.filter(|file| file.is_loaded()) else { continue };
            let text = redactor.source(file.bytes()).into_owned();
            lines.lines.iter_mut().for_each(|line| set_line(line, &text));
            files.insert(lines.id, text);
        }
        Redacted { redactor, environment, files }
    }

    /// Stores a capsule whose [redacted](Self::redact) report has additional `notes`. Returns its path and the number of omitted source files.
    pub(crate) fn save(
        &self,
        report: &mut CrashReport,
        notes: &[String],
        sources: Option<&SourceMap>,
        redacted: Redacted,
        dir: &Path,
    ) -> Result<(PathBuf, usize), RepositoryError> {
        let (mut capsule, omitted_sources) = self.capsule(report, notes, sources, redacted);
        let path = Repository::new(dir).save(&mut capsule)?;
        report.id = capsule.report.id;
        Ok((path, omitted_sources))
    }

    /// Replaces the capsule of a report that [`save`](Self::save) has stored in `dir`.
    pub(crate) fn update(
        &self,
        report: &CrashReport,
        sources: Option<&SourceMap>,
        redacted: Redacted,
        dir: &Path,
    ) -> Result<(), RepositoryError> {
        let (capsule, _) = self.capsule(report, &[], sources, redacted);
        let repository = Repository::new(dir);
        repository.update(repository.path(&report.id)?, &capsule)
    }

    /// Applies the retention limits, at most once an hour. Returns a note if crashes were removed.
    pub(crate) fn clean_if_due(&self, dir: &Path) -> Option<String> {
        let retention = self.retention.as_ref()?;
        let cleaned = Repository::new(dir).clean_if_due(retention)?;
        let count = cleaned.removed.len();
        let reports = text::plural("crash report", count);
        let dir = self.redactor.text(&dir.to_string_lossy()).into_owned();
        let dir = text::one_line(&dir);
        Some(format!("removed {count} old {reports} from {dir}"))
    }

    /// Returns the capsule of a crash, and the number of omitted source files.
    fn capsule(
        &self,
        report: &CrashReport,
        notes: &[String],
        sources: Option<&SourceMap>,
        mut redacted: Redacted,
    ) -> (Capsule, usize) {
        let mut report = report.clone();
        report.notes.extend(notes.iter().map(|note| redacted.redactor.text(note).into_owned()));
        let (files, omitted_sources) = sources
            .map(|sources| self.sources(&report, sources, &mut redacted))
            .unwrap_or_default();
        report.notes.extend(omission_note(omitted_sources));
        let mut capsule = Capsule::new(report);
        capsule.sources = files;
        capsule.environment = redacted.environment;
        (capsule, omitted_sources)
    }

    /// Returns the source files of a capsule, and the number of omitted ones.
    fn sources(
        &self,
        report: &CrashReport,
        sources: &SourceMap,
        redacted: &mut Redacted,
    ) -> (Vec<CapsuleSource>, usize) {
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
            let known = redacted.files.remove(&file.id().index());
            let text = known.unwrap_or_else(|| redacted.redactor.source(file.bytes()).into_owned());
            files.push(CapsuleSource::new(redacted.redactor.path(file.path()), text));
        }
        (files, omitted)
    }

    /// Returns the variables that are safe to capture for `program`.
    fn safe_variables(&self, program: &str) -> SafeVariables {
        match &self.prefix {
            Some(prefix) => SafeVariables::with_prefix(prefix.clone()),
            None => SafeVariables::of_program(program),
        }
    }

    /// Returns the environment variables of a capsule of `program`.
    fn environment(&self, program: &str, redactor: &Redactor) -> BTreeMap<String, String> {
        let safe = self.safe_variables(program);
        let all = std::env::vars_os().map(|(key, value)| {
            let mut value = value.to_string_lossy().into_owned();
            value.truncate(text::floor_char_boundary(&value, MAX_ENV_VALUE_BYTES));
            (key.to_string_lossy().into_owned(), value)
        });
        let captured = all.filter(|(name, _)| match self.environment {
            EnvironmentCapture::All => true,
            EnvironmentCapture::Safe => safe.is_captured(name),
            EnvironmentCapture::None => false,
        });
        redactor.environment(captured)
    }
}

/// Replaces the text of a line by that in the redacted text of its file.
fn set_line(line: &mut SourceLine, file: &[u8]) {
    let lo = usize::try_from(line.lo).unwrap_or(usize::MAX);
    let bytes = file.get(lo..lo.saturating_add(line.text.len()));
    if let Some(Ok(redacted)) = bytes.map(std::str::from_utf8) {
        redacted.clone_into(&mut line.text);
    }
}

//! One check of a document: calls the compiler, and converts its diagnostics for the client.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vitte_diag::lsp::{Converter, LspDiagnostic};
use vitte_diag::{
    Code, Diagnostic, DiagnosticBag, FileId, Severity, SourceError, SourceFile, SourceMap, Tool,
    text,
};

use crate::cancel::Cancellation;
use crate::catch;
use crate::client::Client;
use crate::document::Document;
use crate::open_files::{Buffer, OpenFiles};
use crate::paths::{Key, key_of_path};
use crate::progress::Progress;
use crate::workspace::{Snapshot, Target, Workspace};

/// The function of a compiler that checks a document.
pub(crate) type Check = dyn Fn(&mut Workspace, &Document) -> DiagnosticBag + Send + Sync;

/// A check that is to be run.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) number: u64,
    pub(crate) target: Target,
    pub(crate) snapshot: Snapshot,
    pub(crate) client: Arc<Client>,
    pub(crate) tool: Tool,
    pub(crate) cancellation: Cancellation,
    pub(crate) progress: Progress,
}

/// The result of a check.
pub(crate) struct Checked {
    sources: SourceMap,
    /// In the order of output.
    diagnostics: Vec<Diagnostic>,
    /// The document that was checked.
    pub(crate) document: Key,
    /// The revisions of the files that were open when the check began.
    revisions: HashMap<Key, u64>,
    /// The other files.
    unopened: HashMap<Key, FileId>,
    client: Arc<Client>,
    tool: Tool,
    /// The diagnostics of each file.
    pub(crate) files: BTreeMap<Key, Vec<Item>>,
    /// The files that the result depends on.
    pub(crate) dependencies: BTreeSet<PathBuf>,
    /// The URIs of the buffers in `sources`.
    uris: HashMap<FileId, Arc<str>>,
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked").field("files", &self.files).finish_non_exhaustive()
    }
}

/// A diagnostic as the client receives it.
#[derive(Debug)]
pub(crate) struct Item {
    /// The index in [`Checked::diagnostics`].
    index: usize,
    pub(crate) diagnostic: LspDiagnostic,
}

/// The result of a call of the compiler.
struct Found {
    sources: SourceMap,
    bag: DiagnosticBag,
    dependencies: BTreeSet<PathBuf>,
    /// The tool, if it is not that of the server.
    tool: Option<Tool>,
    /// The document, unless it cannot be read.
    file: Option<FileId>,
}

impl Checked {
    /// Runs a check. A panic becomes a fatal diagnostic.
    pub(crate) fn new(job: &Job, check: &Check) -> Self {
        Self::convert(job, call(job, check).unwrap_or_else(|error| Found::unreadable(&error)))
    }

    /// Creates the result of a check that did not end.
    pub(crate) fn failed(job: &Job, message: String) -> Self {
        let fatal = move |_: &mut Workspace, document: &Document| {
            let message = message.clone();
            let fatal = Diagnostic::for_file(Severity::Fatal, None, document.file(), message);
            std::iter::once(fatal).collect()
        };
        Self::new(job, &fatal)
    }

    fn convert(job: &Job, found: Found) -> Self {
        let diagnostics = found.bag.ordered_in(&found.sources);
        let diagnostics = diagnostics.into_iter().map(|entry| entry.diagnostic.clone()).collect();
        let mut checked = Self {
            sources: found.sources,
            diagnostics,
            document: job.target.key(),
            revisions: HashMap::new(),
            unopened: HashMap::new(),
            client: Arc::clone(&job.client),
            tool: found.tool.unwrap_or_else(|| job.tool.clone()),
            dependencies: found.dependencies,
            files: BTreeMap::new(),
            uris: HashMap::new(),
        };
        let mut keys = HashMap::new();
        for file in checked.sources.files() {
            let buffer = checked.buffer(job, file, found.file);
            if let Some(buffer) = buffer {
                checked.uris.insert(file.id(), Arc::clone(&buffer.uri));
                checked.revisions.insert(Key::clone(&buffer.key), buffer.revision);
            }
            let key = buffer.map(|buffer| Key::clone(&buffer.key)).or_else(|| checked.key(file));
            if let Some(key) = key.as_ref().filter(|_| buffer.is_none()) {
                checked.unopened.insert(Key::clone(key), file.id());
            }
            keys.insert(file.id(), key);
        }
        checked.files = checked.items(&checked.document, &keys);
        checked
    }

    /// Returns the buffer that a file was when the check began. `document` is the id of the document.
    fn buffer<'j>(
        &self,
        job: &'j Job,
        file: &SourceFile,
        document: Option<FileId>,
    ) -> Option<&'j Arc<Buffer>> {
        match &job.target {
            Target::Buffer(buffer) if document == Some(file.id()) => Some(buffer),
            _ => job.snapshot.open.get(&self.key(file)?),
        }
    }

    /// Returns the key of a file on disk.
    fn key(&self, file: &SourceFile) -> Option<Key> {
        let path = vitte_diag::lsp::path_of_uri(&self.sources.url(file.id())?)?;
        Some(key_of_path(&path))
    }

    /// Returns true if a file has the text that was checked, as far as the editor knows. A file that was opened since, and not
    /// changed, has it.
    pub(crate) fn is_current(&self, key: &str, open: &OpenFiles) -> bool {
        if let (Some(id), Some(buffer)) = (self.unopened.get(key), open.get(key)) {
            return self.sources.file(*id).is_ok_and(|file| file.text() == &*buffer.text);
        }
        self.revisions.get(key).copied() == open.revision(key)
    }

    /// Returns true if a file has on disk the text that was checked.
    pub(crate) fn is_on_disk(&self, key: &str, path: &Path) -> bool {
        // A file is before those that are embedded in it.
        let mut files = self.sources.files();
        files.find(|file| self.key(file).as_deref() == Some(key)).is_some_and(|file| {
            let now = vitte_diag::input::read_file(path, file.bytes().len() as u64);
            now.is_ok_and(|now| now == file.bytes())
        })
    }

    /// Returns the diagnostics of each file. Those without a location, or in a file that an editor cannot open, are at the start
    /// of the document.
    fn items(
        &self,
        document: &Key,
        keys: &HashMap<FileId, Option<Key>>,
    ) -> BTreeMap<Key, Vec<Item>> {
        let converter = self.converter();
        let mut files: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let (_, mut converted) = converter.diagnostic(diagnostic);
            let file = diagnostic.primary().map(|label| label.span().file()).or(diagnostic.file());
            let key = file.and_then(|id| keys.get(&id)?.as_ref());
            if key.is_none() {
                converted.range = vitte_diag::lsp::Range::default();
            }
            converted.tags.retain(|tag| self.client.tags.contains(tag));
            if !self.client.code_description {
                converted.code_description = None;
            }
            let item = Item { index, diagnostic: converted };
            files.entry(Arc::clone(key.unwrap_or(document))).or_default().push(item);
        }
        files
    }

    /// Returns the converter of this result.
    pub(crate) fn converter(&self) -> Converter<'_> {
        let converter = Converter::new(&self.sources, &self.tool)
            .with_encoding(self.client.encoding)
            .with_open_files(&self.uris);
        if self.client.related_information {
            converter
        } else {
            converter.without_related_information()
        }
    }

    /// Returns the URL of the page of a code, as the tool that has found it has it.
    pub(crate) fn code_url(&self, code: Code) -> Option<String> {
        self.tool.code_url(code)
    }

    /// Returns the diagnostic of an item.
    pub(crate) fn diagnostic(&self, item: &Item) -> Option<&Diagnostic> {
        self.diagnostics.get(item.index)
    }
}

/// Calls the compiler. A panic becomes a fatal diagnostic.
pub(crate) fn call_check(
    workspace: &mut Workspace,
    document: &Document,
    check: &Check,
) -> DiagnosticBag {
    catch::set_sources(workspace.sources());
    let found = catch::panics(document, || check(workspace, document));
    found.unwrap_or_else(|fatal| std::iter::once(*fatal).collect())
}

/// Runs the check of a job, and applies the levels.
fn call(job: &Job, check: &Check) -> Result<Found, SourceError> {
    let (cancellation, progress) = (job.cancellation.clone(), job.progress.clone());
    let (mut workspace, document) =
        Workspace::new(&job.snapshot, &job.target, cancellation, progress)?;
    let found = call_check(&mut workspace, &document, check);
    let mut bag = DiagnosticBag::with_policy(job.snapshot.policy.clone());
    bag.merge(found);
    let suppressed = bag.summary().suppressed;
    if suppressed > 0 {
        let more = text::more("diagnostic", usize::try_from(suppressed).unwrap_or(usize::MAX));
        let verb = if suppressed == 1 { "is" } else { "are" };
        let message = format!("{more} {verb} not shown, because of the maximum number of errors");
        let note = Diagnostic::for_file(Severity::Note, None, document.file(), message);
        // Not through the policy, which would suppress it.
        let all = bag.iter().map(|entry| entry.diagnostic.clone()).chain([note]);
        bag = all.collect();
    }
    let (sources, dependencies, tool) = workspace.into_parts();
    Ok(Found { sources, bag, dependencies, tool, file: Some(document.file()) })
}

impl Found {
    /// Returns the result for a document that cannot be read.
    fn unreadable(error: &SourceError) -> Self {
        let error = Diagnostic::without_location(Severity::Error, None, error.to_string());
        Self {
            sources: SourceMap::new(),
            bag: std::iter::once(error).collect(),
            dependencies: BTreeSet::new(),
            tool: None,
            file: None,
        }
    }
}

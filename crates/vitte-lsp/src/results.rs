//! The results of the checks, by document, by file, and by what they depend on.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vitte_diag::Code;
use vitte_diag::lsp::{LspDiagnostic, Position};

use crate::check::{Checked, Item};
use crate::open_files::OpenFiles;
use crate::paths::Key;

/// The last result of each document. A check of one document may find diagnostics in other files, and two checks the
/// same one.
#[derive(Debug, Default)]
pub(crate) struct Results {
    by_document: BTreeMap<Key, Arc<Checked>>,
    /// The documents whose results have diagnostics in a file.
    by_file: BTreeMap<Key, BTreeSet<Key>>,
    /// The documents whose results depend on a file.
    by_dependency: BTreeMap<PathBuf, BTreeSet<Key>>,
}

/// A diagnostic of a file, and the result that it is in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileItem<'a> {
    pub(crate) checked: &'a Arc<Checked>,
    pub(crate) item: &'a Item,
}

impl FileItem<'_> {
    pub(crate) const fn lsp(&self) -> &LspDiagnostic {
        &self.item.diagnostic
    }
}

impl Results {
    /// Replaces the result of a document. Returns the files whose diagnostics may have changed.
    pub(crate) fn replace(&mut self, document: &Key, checked: Checked) -> BTreeSet<Key> {
        let mut files = self.remove(document);
        for file in checked.files.keys() {
            self.by_file.entry(Key::clone(file)).or_default().insert(Key::clone(document));
            files.insert(Key::clone(file));
        }
        for path in &checked.dependencies {
            self.by_dependency.entry(path.clone()).or_default().insert(Key::clone(document));
        }
        self.by_document.insert(Key::clone(document), Arc::new(checked));
        files
    }

    /// Removes the result of a document. Returns the files that had diagnostics in it.
    pub(crate) fn remove(&mut self, document: &Key) -> BTreeSet<Key> {
        let Some(old) = self.by_document.remove(document) else { return BTreeSet::new() };
        for file in old.files.keys() {
            remove(&mut self.by_file, file, document);
        }
        for path in &old.dependencies {
            remove(&mut self.by_dependency, path, document);
        }
        old.files.keys().cloned().collect()
    }

    pub(crate) fn has(&self, document: &Key) -> bool {
        self.by_document.contains_key(document)
    }

    /// Returns true if a document has a result, but of another text of a file.
    pub(crate) fn is_outdated(&self, document: &Key, file: &Key, open: &OpenFiles) -> bool {
        let checked = self.by_document.get(document);
        checked.is_some_and(|checked| !checked.is_current(file, open))
    }

    /// Returns the documents with a result.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Key> {
        self.by_document.keys()
    }

    /// Returns the files with diagnostics.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Key> {
        self.by_file.keys()
    }

    /// Returns the documents whose results depend on a file, or have diagnostics in it.
    pub(crate) fn dependents(&self, path: &Path, file: &Key) -> BTreeSet<Key> {
        let finders = self.by_file.get(file).into_iter().flatten();
        self.by_dependency.get(path).into_iter().flatten().chain(finders).cloned().collect()
    }

    /// Returns the documents whose results may depend on all files of a directory that a file is in.
    pub(crate) fn dependents_on_parents(&self, path: &Path) -> BTreeSet<Key> {
        let parents = path.ancestors().skip(1);
        parents.filter_map(|parent| self.by_dependency.get(parent)).flatten().cloned().collect()
    }

    /// Returns the documents whose results depend on files in a folder.
    pub(crate) fn dependents_below(&self, folder: &Path) -> BTreeSet<Key> {
        let after: (Bound<&Path>, Bound<&Path>) = (Bound::Excluded(folder), Bound::Unbounded);
        let files = self.by_dependency.range::<Path, _>(after);
        let below = files.take_while(|(path, _)| path.starts_with(folder));
        below.flat_map(|(_, documents)| documents).cloned().collect()
    }

    /// Returns the diagnostics of a file in the order of output, each once. Those of an older version of an open file are omitted,
    /// because their ranges are those of another text.
    pub(crate) fn of_file<'a>(&'a self, file: &Key, open: &OpenFiles) -> Vec<FileItem<'a>> {
        let documents = self.by_file.get(file).into_iter().flatten();
        let current = documents
            .filter_map(|document| self.by_document.get(document))
            .filter(|checked| checked.is_current(file, open));
        let mut results = 0;
        let mut items: Vec<FileItem<'_>> = Vec::new();
        for checked in current {
            results += 1;
            let own = checked.files.get(file).into_iter().flatten();
            items.extend(own.map(|item| FileItem { checked, item }));
        }
        if results > 1 {
            without_duplicates(&mut items);
        }
        items
    }
}

/// Returns the codes of diagnostics, each once, in their order.
pub(crate) fn codes_of<'a>(items: impl IntoIterator<Item = &'a FileItem<'a>>) -> Vec<Code> {
    let mut seen = HashSet::new();
    let codes = items.into_iter().filter_map(|item| item.lsp().code);
    codes.filter(|&code| seen.insert(code)).collect()
}

fn remove<K: Ord>(map: &mut BTreeMap<K, BTreeSet<Key>>, key: &K, document: &Key) {
    if let Some(documents) = map.get_mut(key) {
        documents.remove(document);
        if documents.is_empty() {
            map.remove(key);
        }
    }
}

/// Sorts the diagnostics of several results, and removes equal ones.
fn without_duplicates(items: &mut Vec<FileItem<'_>>) {
    items.sort_by(|a, b| order(a.lsp()).cmp(&order(b.lsp())));
    items.dedup_by(|a, b| a.lsp() == b.lsp());
}

/// Returns what determines the place of a diagnostic. Equal diagnostics are neighbours, unless others have the same place.
fn order(one: &LspDiagnostic) -> (Position, u8, Option<Code>, &str, Position) {
    (one.range.start, one.severity, one.code, &one.message, one.range.end)
}

//! Documents are opened, changed, saved and closed; files change on disk.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use vitte_diag::{MAX_FILE_BYTES, input};
use walkdir::{DirEntry, WalkDir};

use super::Session;
use super::messages::{DidChange, DidOpen, OnDocument, WatchedFiles};
use crate::config::{RunOn, Scope};
use crate::lines::LinedText;
use crate::open_files::Buffer;
use crate::paths::{Key, key_of_path, key_of_uri};

/// The maximum number of files of the workspace that are checked without being open.
const MAX_FILES: usize = 10_000;
/// The maximum depth of the folders that are searched.
const MAX_DEPTH: usize = 64;

/// The result of a search.
#[derive(Debug)]
pub(super) struct FoundFiles {
    search: u64,
    paths: Vec<PathBuf>,
}

impl Session {
    pub(super) fn did_open(&mut self, params: DidOpen) {
        let document = params.text_document;
        let (key, path) = key_of_uri(&document.uri);
        if document.text.len() as u64 > MAX_FILE_BYTES {
            return self.log(&format!("`{}` is too large to be checked", document.uri));
        }
        let buffer = Buffer {
            key: Key::clone(&key),
            uri: document.uri.into(),
            language_id: document.language_id.into(),
            version: document.version,
            revision: self.new_revision(),
            is_saved: is_on_disk(path.as_deref(), &document.text),
            path,
            text: document.text.as_str().into(),
        };
        self.texts.insert(Key::clone(&key), LinedText::new(document.text));
        self.set_buffer(buffer);
        // What was published for the file may now come by pull, or with a version.
        self.publish(&BTreeSet::from([Key::clone(&key)]));
        self.text_changed(&key, true);
    }

    pub(super) fn did_change(&mut self, params: DidChange) {
        let (key, _) = key_of_uri(&params.text_document.uri);
        let Some(old) = self.open.get(&key).cloned() else {
            return self
                .log(&format!("`{}` was changed, but is not open", params.text_document.uri));
        };
        let Some(text) = self.texts.get_mut(&key) else { return };
        let mut is_too_large = false;
        for change in params.content_changes {
            let changed = match change.range {
                Some(range) => text.replace(range, &change.text, self.client.encoding),
                None => {
                    *text = LinedText::new(change.text);
                    Ok(())
                }
            };
            is_too_large |= changed.is_err();
        }
        let version = params.text_document.version.unwrap_or(old.version.saturating_add(1));
        let (text, revision) = (Arc::from(text.text()), self.new_revision());
        self.set_buffer(Buffer { version, revision, text, is_saved: false, ..(*old).clone() });
        if is_too_large {
            self.log(&format!("`{}` is too large: a change was ignored", old.uri));
        }
        self.text_changed(&key, self.config.run_on == RunOn::Change);
    }

    pub(super) fn did_save(&mut self, params: &OnDocument) {
        let (key, path) = key_of_uri(&params.text_document.uri);
        if let Some(old) = self.open.get(&key).cloned() {
            if !old.is_saved {
                self.set_buffer(Buffer { is_saved: true, ..(*old).clone() });
            }
            if self.config.run_on == RunOn::Save {
                self.text_changed(&key, true);
            }
        }
        let Some(path) = path else { return };
        if self.config.run_on == RunOn::Save {
            self.check_dependents(&path, &key);
        }
        // Also of the document itself: a command may read the file on disk.
        for dependent in self.results.dependents_on_parents(&path) {
            self.check_again(&dependent);
        }
    }

    pub(super) fn did_close(&mut self, params: &OnDocument) {
        let (key, _) = key_of_uri(&params.text_document.uri);
        let open = Arc::make_mut(&mut self.open);
        let Some(old) = open.remove(&key) else { return };
        self.texts.remove(&key);
        self.published.pulled.remove(&key);
        self.waiting.set_due();
        self.schedule.remove(&key);
        let mut files = match self.config.scope {
            Scope::Document => self.results.remove(&key),
            Scope::Workspace => BTreeSet::new(),
        };
        files.insert(Key::clone(&key));
        self.publish(&files);
        if self.files.contains(&key) {
            self.check_again(&key);
        }
        if let Some(path) = &old.path {
            self.check_dependents(path, &key);
        }
    }

    pub(super) fn files_changed(&mut self, params: &WatchedFiles) {
        for change in &params.changes {
            let (key, path) = key_of_uri(&change.uri);
            let Some(path) = path else { continue };
            if let Some(old) = self.open.get(&key).cloned() {
                let is_saved = is_on_disk(Some(&path), &old.text);
                if is_saved != old.is_saved {
                    self.set_buffer(Buffer { is_saved, ..(*old).clone() });
                }
                continue;
            }
            if self.is_in_workspace(&path) {
                self.files.insert(Key::clone(&key));
                self.check_again(&key);
            } else {
                self.forget_files(&key, &path);
            }
            self.check_dependents(&path, &key);
        }
    }

    /// Forgets a file that is not one of the workspace any more. If it was a folder, the client reports none of the files in it.
    fn forget_files(&mut self, key: &Key, path: &Path) {
        let mut gone: Vec<Key> = self.files.get(key).cloned().into_iter().collect();
        if !path.exists() {
            let inner = format!("{key}/");
            let below = self.files.range(Key::from(&*inner)..);
            gone.extend(below.take_while(|file| file.starts_with(&inner)).cloned());
            for dependent in self.results.dependents_below(path) {
                self.check_again(&dependent);
            }
        }
        for key in gone {
            self.files.remove(&key);
            self.forget_result(&key);
        }
    }

    /// Forgets the result of a file that is not one of the workspace any more, unless it is open.
    fn forget_result(&mut self, key: &Key) {
        if self.open.get(key).is_none() {
            self.waiting.set_due();
            self.schedule.remove(key);
            let files = self.results.remove(key);
            self.publish(&files);
        }
    }

    const fn new_revision(&mut self) -> u64 {
        self.last_revision += 1;
        self.last_revision
    }

    fn set_buffer(&mut self, buffer: Buffer) {
        Arc::make_mut(&mut self.open).insert(buffer);
    }

    /// Plans the checks after a change of a buffer: of the document if it `is_due`, and of the documents that depend on it.
    fn text_changed(&mut self, key: &Key, is_due: bool) {
        self.current = Some(Key::clone(key));
        if !is_due {
            return;
        }
        let document = self.document_of(key);
        self.schedule.changed(&document, Instant::now());
        if let Some(path) = self.open.get(key).and_then(|buffer| buffer.path.clone()) {
            self.check_dependents(&path, key);
        }
    }

    /// Plans the checks of the documents whose results depend on the text of a file, without the one of the file itself.
    fn check_dependents(&mut self, path: &Path, own: &Key) {
        for key in self.results.dependents(path, own) {
            if key != *own {
                self.check_again(&key);
            }
        }
    }

    fn check_again(&mut self, key: &Key) {
        let is_open = self.open.get(key).is_some();
        self.schedule.add(key, is_open, Instant::now());
    }

    /// Plans the checks of all documents.
    pub(super) fn check_all(&mut self) {
        let open = self.open.iter().map(|buffer| Key::clone(&buffer.key));
        let all: BTreeSet<Key> = open.chain(self.files.iter().cloned()).collect();
        for key in all {
            let document = self.document_of(&key);
            self.check_again(&document);
        }
    }

    /// Returns true if a file is one of those that are checked without being open, as the search finds them: not in a hidden folder, and no
    /// link.
    fn is_in_workspace(&self, path: &Path) -> bool {
        let is_visible = |folder: &PathBuf| {
            path.strip_prefix(folder).is_ok_and(|inner| !inner.iter().any(is_hidden))
        };
        has_extension(path, &self.config.extensions)
            && self.folders.iter().any(is_visible)
            && std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
    }

    /// Searches the folders for the files that are checked without being open, in a thread.
    pub(super) fn find_files(&mut self) {
        if self.config.extensions.is_empty() || self.config.scope == Scope::Workspace {
            return;
        }
        let (folders, extensions) = (self.folders.clone(), self.config.extensions.clone());
        let found = self.channels.found.0.clone();
        self.last_search += 1;
        let search = self.last_search;
        let run = move || {
            _ = found.send(FoundFiles { search, paths: files_below(&folders, &extensions) });
        };
        match std::thread::Builder::new().name("search".to_owned()).spawn(run) {
            Ok(_) => self.is_searching = true,
            Err(error) => self.log(&format!("cannot search the workspace for files: {error}")),
        }
    }

    pub(super) fn add_files(&mut self, found: &FoundFiles) {
        let FoundFiles { search, paths } = found;
        // The folders have changed since, and another search is on its way.
        if *search != self.last_search {
            return;
        }
        self.is_searching = false;
        self.waiting.set_due();
        if paths.len() == MAX_FILES {
            self.log(&format!(
                "only {MAX_FILES} files of the workspace are checked without being open"
            ));
        }
        let found: BTreeSet<Key> = paths.iter().map(|path| key_of_path(path)).collect();
        let gone: Vec<Key> = self.files.difference(&found).cloned().collect();
        gone.iter().for_each(|key| self.forget_result(key));
        for key in &found {
            if !self.results.has(key) {
                self.check_again(key);
            }
        }
        self.files = found;
    }
}

/// Returns true if a file contains a text.
fn is_on_disk(path: Option<&Path>, text: &str) -> bool {
    let Some(path) = path else { return false };
    let bytes = input::read_file(path, text.len() as u64);
    bytes.is_ok_and(|bytes| bytes == text.as_bytes())
}

/// Returns the files below folders with one of the extensions, in the order of their names. Hidden folders and links are not
/// searched.
fn files_below(folders: &[PathBuf], extensions: &[String]) -> Vec<PathBuf> {
    let is_visible = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry.file_name());
    let walk = |folder: &PathBuf| {
        let walk = WalkDir::new(folder).max_depth(MAX_DEPTH).sort_by_file_name();
        walk.into_iter().filter_entry(is_visible).filter_map(Result::ok)
    };
    let files = folders.iter().flat_map(walk).filter(|entry| entry.file_type().is_file());
    let has_extension = |path: &PathBuf| has_extension(path, extensions);
    files.map(DirEntry::into_path).filter(has_extension).take(MAX_FILES).collect()
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn has_extension(path: &Path, extensions: &[String]) -> bool {
    let own = path.extension().and_then(OsStr::to_str);
    own.is_some_and(|own| extensions.iter().any(|other| other == own))
}

//! Compares the index with the capsule files and repairs it.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use super::error::{RepositoryError, RepositoryErrorKind};
use super::files::{CapsuleFiles, CapsulePaths};
use super::index::{INDEX_FILE, IndexLines, LockedIndex};
use super::needle::Needle;
use super::reports::ReportIds;
use super::{IndexEntry, Repository, id};
use crate::capsule::{self, Capsule};
use crate::dir::{Dir, EntryKind};
use crate::fingerprint::Fingerprint;

/// Up to this number of crashes, each reader compares the index with the files. A larger index is compared only if
/// it is damaged.
const MAX_ALWAYS_CHECKED: usize = 2000;
/// A larger index is compared too if one of this number of crashes has no file.
const SAMPLES: usize = 16;
/// How long a reader waits for the index lock, to store the repaired index.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// The number of candidates that the error for an ambiguous id prefix lists.
const MAX_CANDIDATES: usize = 5;

/// The crashes of a [`Repository`], oldest first.
#[derive(Debug)]
pub struct Index {
    root: std::path::PathBuf,
    /// The directory; `None` if it does not exist.
    dir: Option<Dir>,
    lines: IndexLines,
    /// The reports without a capsule, by id.
    bare_reports: BTreeMap<String, IndexEntry>,
    /// All crashes, oldest first.
    order: Vec<EntryRef>,
    /// The files that could not be read, and what was ignored in the index.
    pub unreadable: Vec<RepositoryError>,
    /// What was repaired while the index was loaded.
    pub repair: IndexRepair,
}

/// How an index was repaired.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct IndexRepair {
    /// The number of files that had no line.
    pub added: usize,
    /// The number of lines that had no file.
    pub removed: usize,
}

/// Where the entry of a crash is found.
#[derive(Clone, Debug)]
enum EntryRef {
    /// The position of its line in the index.
    Line(usize),
    /// The id of a report without a capsule.
    BareReport(String),
}

impl Repository {
    /// Loads the index. If it is damaged or does not match the files, it is repaired; the result is correct
    /// even if the repaired index cannot be stored. A missing directory has an empty index.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if the directory cannot be read.
    pub fn index(&self) -> Result<Index, RepositoryError> {
        self.load_index(false)
    }

    /// Loads the index and compares it with the files, whatever its size.
    pub(super) fn index_of_files(&self) -> Result<Index, RepositoryError> {
        self.load_index(true)
    }

    fn load_index(&self, is_thorough: bool) -> Result<Index, RepositoryError> {
        let failed = |error| RepositoryError {
            path: self.root.clone(),
            kind: RepositoryErrorKind::Read(error),
        };
        let Some(dir) = self.open().map_err(failed)? else {
            return self.with_bare_reports(None, CheckedIndex::default());
        };
        let mut lines = IndexLines::read(&dir).map_err(failed)?;
        let ignored =
            std::mem::take(&mut lines.ignored).into_iter().map(|reason| RepositoryError {
                path: self.root.join(INDEX_FILE),
                kind: RepositoryErrorKind::InvalidIndex(reason),
            });
        let ignored: Vec<RepositoryError> = ignored.collect();
        let is_small = lines.len() <= MAX_ALWAYS_CHECKED;
        let is_thorough = is_thorough || (!is_small && !has_files(&dir, &lines));
        let mut checked = if is_thorough || lines.is_damaged || is_small {
            self.repair(&dir, lines, is_thorough).map_err(failed)?
        } else {
            CheckedIndex { lines, ..CheckedIndex::default() }
        };
        checked.unreadable.splice(0..0, ignored);
        self.with_bare_reports(Some(dir), checked)
    }

    /// Adds the reports without a capsule.
    fn with_bare_reports(
        &self,
        dir: Option<Dir>,
        checked: CheckedIndex,
    ) -> Result<Index, RepositoryError> {
        let CheckedIndex { lines, mut unreadable, repair } = checked;
        let ReportIds { ids, invalid } = self.bare_reports.ids()?;
        let mut bare_reports = BTreeMap::new();
        for id in ids {
            match self.bare_reports.load(&id) {
                Ok(report) => {
                    let path = format!("{id}.json");
                    let size = dir.as_ref().and_then(|dir| Some(dir.info(&path).ok()?.len));
                    let size = size.unwrap_or_default();
                    let entry = IndexEntry::new(&report, Fingerprint::of(&report), path, size);
                    bare_reports.insert(id, entry);
                }
                // Removed since the directory was listed.
                Err(RepositoryError { kind: RepositoryErrorKind::NotFound(_), .. }) => {}
                Err(error) => unreadable.push(error),
            }
        }
        unreadable.extend(invalid);
        let mut order: Vec<EntryRef> = (0..lines.len()).map(EntryRef::Line).collect();
        if !bare_reports.is_empty() {
            order.extend(bare_reports.keys().cloned().map(EntryRef::BareReport));
            let ids: Vec<&str> = lines.ids().collect();
            let id = |entry: &EntryRef| match entry {
                EntryRef::Line(line) => ids.get(*line).copied().unwrap_or_default().to_owned(),
                EntryRef::BareReport(id) => id.clone(),
            };
            order.sort_by(|a, b| {
                let (a, b) = (id(a), id(b));
                id::sort_key(&a).cmp(&id::sort_key(&b))
            });
        }
        Ok(Index { root: self.root.clone(), dir, lines, bare_reports, order, unreadable, repair })
    }

    /// Compares the index with the files, and stores it if it was changed.
    fn repair(&self, dir: &Dir, lines: IndexLines, is_thorough: bool) -> io::Result<CheckedIndex> {
        let files = CapsuleFiles::find(dir, &self.root)?;
        if !lines.is_damaged && is_same(&lines, &files.paths) {
            let unreadable = files.damaged;
            return Ok(CheckedIndex { lines, unreadable, ..CheckedIndex::default() });
        }
        // The slow part runs before the lock is taken, because a crashing process waits for the lock.
        let first = self.entries_of(dir, files, |id| lines.entry(id));
        // Without the lock, a line without a file may belong to a crash that is being stored.
        let locked = LockedIndex::wait(dir, LOCK_TIMEOUT).unwrap_or(None);
        let Some(mut locked) = locked else { return Ok(CheckedIndex::new(first, &lines)) };
        let Ok(lines) = locked.lines() else { return Ok(CheckedIndex::new(first, &lines)) };
        if !lines.is_damaged && lines.len() > MAX_ALWAYS_CHECKED && !is_thorough {
            return Ok(CheckedIndex { lines, ..CheckedIndex::default() });
        }
        let is_damaged = lines.is_damaged;
        if is_damaged {
            locked.begin_repair();
        }
        let read: BTreeMap<String, IndexEntry> =
            first.entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
        let known = |id: &str| lines.entry(id).or_else(|| read.get(id).cloned());
        let found = self.entries_of(dir, CapsuleFiles::find(dir, &self.root)?, known);
        let entries = found.entries.clone();
        let has_changed = !lines.entries().eq(entries.iter().cloned());
        let checked = CheckedIndex::new(found, &lines);
        if is_damaged || has_changed {
            // If this fails, on a full disk for example, the next reader repeats the repair.
            _ = locked.replace(entries.into_iter());
        }
        Ok(checked)
    }

    /// Returns the entries of these files. A file without a known entry is read.
    fn entries_of(
        &self,
        dir: &Dir,
        files: CapsuleFiles,
        known: impl Fn(&str) -> Option<IndexEntry>,
    ) -> FileEntries {
        let mut found = FileEntries { entries: Vec::new(), unreadable: files.damaged };
        for (id, path) in files.paths {
            match known(&id).filter(|entry| entry.path == path) {
                Some(entry) => found.entries.push(entry),
                None => match self.read_entry(dir, &id, path) {
                    Ok(entry) => found.entries.push(entry),
                    Err(RepositoryError { kind: RepositoryErrorKind::NotFound(_), .. }) => {}
                    Err(error) => found.unreadable.push(error),
                },
            }
        }
        found
    }

    /// Creates the index entry of a capsule file.
    fn read_entry(&self, dir: &Dir, id: &str, path: String) -> Result<IndexEntry, RepositoryError> {
        let bytes = self.read_bytes(dir, id, &path)?;
        let (mut report, fingerprint) = capsule::read_report(&bytes, &self.root.join(&path))?;
        // The file name is authoritative, not the id in the report.
        id.clone_into(&mut report.id);
        Ok(IndexEntry::new(&report, fingerprint, path, bytes.len() as u64))
    }
}

/// Returns whether the newest crash of an index and some others have files.
fn has_files(dir: &Dir, lines: &IndexLines) -> bool {
    (0..SAMPLES).all(|sample| {
        let line = lines.len().saturating_sub(1 + sample * lines.len() / SAMPLES);
        lines.entry_at(line).is_some_and(|entry| dir.info_at(&entry.path).is_ok())
    })
}

/// Returns whether the lines and the files are the same crashes at the same paths.
fn is_same(lines: &IndexLines, files: &CapsulePaths) -> bool {
    let indexed = lines.entries().map(|entry| (entry.id, entry.path));
    lines.len() == files.len()
        && indexed.eq(files.iter().map(|(id, path)| (id.clone(), path.clone())))
}

/// An index that was compared with the files.
#[derive(Debug, Default)]
struct CheckedIndex {
    lines: IndexLines,
    unreadable: Vec<RepositoryError>,
    repair: IndexRepair,
}

impl CheckedIndex {
    /// Creates the index of the entries that were found, and counts the differences from `previous`.
    fn new(found: FileEntries, previous: &IndexLines) -> Self {
        let known: std::collections::HashSet<&str> = previous.ids().collect();
        let is_known = |entry: &&IndexEntry| known.contains(&*entry.id);
        let unchanged = found.entries.iter().filter(is_known).count();
        let (added, removed) = (found.entries.len() - unchanged, known.len() - unchanged);
        let lines = IndexLines::from_entries(&found.entries);
        Self { lines, unreadable: found.unreadable, repair: IndexRepair { added, removed } }
    }
}

/// The entries of capsule files, and the files that could not be read.
#[derive(Debug, Default)]
struct FileEntries {
    entries: Vec<IndexEntry>,
    unreadable: Vec<RepositoryError>,
}

impl Index {
    /// Returns the number of crashes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns true if there are no crashes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns the entries of all crashes, oldest first. Each line is parsed when the iterator reaches it.
    #[must_use]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = IndexEntry> {
        self.order.iter().filter_map(|entry| match entry {
            EntryRef::Line(line) => self.lines.entry_at(*line),
            EntryRef::BareReport(id) => self.bare_reports.get(id).cloned(),
        })
    }

    /// Returns the entries that may contain a string in one of their fields, ignoring case, oldest first.
    ///
    /// All entries with the string are returned, and possibly others, so the caller has to check each one. In a
    /// large index this is much faster than [`entries`](Self::entries), because most lines are not parsed.
    #[must_use]
    pub fn candidates(&self, text: &str) -> impl DoubleEndedIterator<Item = IndexEntry> {
        let needle = Needle::new(text);
        self.order.iter().filter_map(move |entry| match entry {
            EntryRef::Line(line) if !needle.may_be_in(self.lines.text_at(*line)) => None,
            EntryRef::Line(line) => self.lines.entry_at(*line),
            EntryRef::BareReport(id) => self.bare_reports.get(id).cloned(),
        })
    }

    /// Returns the fingerprints of all crashes, oldest first. This is much faster than [`entries`](Self::entries).
    #[must_use]
    pub fn fingerprints(&self) -> impl DoubleEndedIterator<Item = Fingerprint> {
        self.order.iter().filter_map(|entry| match entry {
            EntryRef::Line(line) => self.lines.fingerprint_at(*line),
            EntryRef::BareReport(id) => Some(self.bare_reports.get(id)?.fingerprint),
        })
    }

    /// Returns the ids of all crashes, oldest first.
    #[must_use]
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.order.iter().map(|entry| match entry {
            EntryRef::Line(line) => self.lines.id_at(*line),
            EntryRef::BareReport(id) => id,
        })
    }

    /// Returns the entry with this id, or `None` if there is none.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<IndexEntry> {
        self.bare_reports.get(id).cloned().or_else(|| self.lines.entry(id))
    }

    /// Reads the capsule of a crash, as [`Repository::load`] does, without loading the index again.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if there is no crash with this id, or its file is unreadable or damaged.
    pub fn load(&self, id: &str) -> Result<Capsule, RepositoryError> {
        let repository = Repository::new(&self.root);
        if !id::is_valid(id) {
            // A report without a capsule is not in the file of the index.
            return repository.load(id);
        }
        let not_found = || repository.not_found(id);
        let entry = self.entry(id).ok_or_else(not_found)?;
        let dir = self.dir.as_ref().ok_or_else(not_found)?;
        repository.read_capsule(dir, id, &entry.path).map(|(capsule, _)| capsule)
    }

    /// Returns whether the file of an entry exists. A large index is not compared with the files when it is
    /// loaded.
    #[must_use]
    pub fn file_exists(&self, entry: &IndexEntry) -> bool {
        self.file_size(entry).is_some()
    }

    /// Returns the current size in bytes of an entry's file; `None` if there is no such file.
    pub(super) fn file_size(&self, entry: &IndexEntry) -> Option<u64> {
        let info = self.dir.as_ref()?.info_at(&entry.path).ok()?;
        (info.kind == EntryKind::File).then_some(info.len)
    }

    /// Returns the id of the crash that `query` selects, as [`Repository::find`] does.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if no crash matches, or if several do.
    pub fn find(&self, query: &str) -> Result<String, RepositoryError> {
        let error = |kind| RepositoryError { path: self.root.clone(), kind };
        let file_exists = |id: &&str| self.entry(id).is_some_and(|entry| self.file_exists(&entry));
        if query == "latest" {
            let latest = self.ids().rev().find(file_exists);
            return latest.map(str::to_owned).ok_or_else(|| error(RepositoryErrorKind::Empty));
        }
        // An empty query matches nothing: it probably comes from an unset variable of a script.
        let matches = |id: &&str| !query.is_empty() && id.starts_with(query);
        let candidates: Vec<&str> = self.ids().filter(matches).collect();
        match candidates.as_slice() {
            [] => Err(error(RepositoryErrorKind::NotFound(query.to_owned()))),
            [only] => Ok((*only).to_owned()),
            all if all.contains(&query) => Ok(query.to_owned()),
            [..] => {
                let count = candidates.len();
                let first = candidates.iter().take(MAX_CANDIDATES).map(|id| (*id).to_owned());
                let (prefix, candidates) = (query.to_owned(), first.collect());
                Err(error(RepositoryErrorKind::Ambiguous { prefix, candidates, count }))
            }
        }
    }

    /// Returns the length in bytes of the shortest prefix of an id that no other id has. It is at least 19, the
    /// length of date and time. Only neighbouring ids are compared, so the cost does not depend on the size of the
    /// index.
    #[must_use]
    pub fn shortest_prefix_len(&self, id: &str) -> usize {
        const MIN_LEN: usize = "2025-10-22T13-05-42".len();
        // The ids of reports without a capsule cannot be shortened.
        let Some(line) = self.lines.position(id) else { return id.len() };
        let neighbours = [line.checked_sub(1), line.checked_add(1)].into_iter().flatten();
        let neighbours = neighbours.map(|line| self.lines.id_at(line));
        // The reports of the same second are few, and do not sort alphabetically.
        let second = id.get(..MIN_LEN).unwrap_or(id);
        let following = self.bare_reports.range(second.to_owned()..).map(|(id, _)| id.as_str());
        let of_second = following.take_while(|other| other.starts_with(second));
        let common =
            |other: &str| other.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
        let longest = neighbours.chain(of_second).map(common).max();
        longest.map_or(MIN_LEN, |common| (common + 1).max(MIN_LEN)).min(id.len())
    }
}

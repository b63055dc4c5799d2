//! The index and the files, held against each other.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use super::error::{StoreError, StoreErrorKind};
use super::index::{Lines, Locked, Needle};
use super::reports::Names;
use super::{Entry, LATEST, Repository, id};
use crate::capsule::Capsule;
use crate::fingerprint::Fingerprint;

/// A repository of at most so many crashes has each file looked for by every reader; a larger one only
/// where its index is not as its last writer left it.
const SMALL: usize = 2000;
/// How long a reader waits for the index, to write down what was mended.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most candidates that an ambiguous beginning of an id is answered with.
const MOST_CANDIDATES: usize = 5;

/// What a [`Repository`] holds, in the order of the names, so that the oldest is the first.
#[derive(Debug)]
pub struct Index {
    root: std::path::PathBuf,
    lines: Lines,
    loose: BTreeMap<String, Entry>,
    /// Where each crash is, in order.
    order: Vec<Place>,
    /// What could not be read, with the reason.
    pub unreadable: Vec<StoreError>,
    /// What was other than the files are.
    pub mended: Mended,
}

/// How an index was mended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Mended {
    /// Crashes that it did not have.
    pub added: usize,
    /// Those of it that are not there any more.
    pub removed: usize,
}

#[derive(Clone, Debug)]
enum Place {
    Line(usize),
    Loose(String),
}

impl Repository {
    /// What is in it. An index that is damaged, or is not what the files are, is mended on the way; where
    /// that cannot be written down, what is given is right all the same. A folder that is not there has none.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] when the folder cannot be read.
    pub fn index(&self) -> Result<Index, StoreError> {
        self.checked(false)
    }

    /// The same, with each file looked for.
    pub(super) fn index_of_files(&self) -> Result<Index, StoreError> {
        self.checked(true)
    }

    fn checked(&self, is_thorough: bool) -> Result<Index, StoreError> {
        let failed =
            |error| StoreError { path: self.root.clone(), kind: StoreErrorKind::Read(error) };
        let lines = Lines::read(&self.root).map_err(failed)?;
        let checked = if is_thorough || lines.is_damaged || lines.len() <= SMALL {
            self.mend(lines, is_thorough).map_err(failed)?
        } else {
            Checked { lines, ..Checked::default() }
        };
        self.with_loose(checked)
    }

    /// Adds the reports that are there without a capsule.
    fn with_loose(&self, checked: Checked) -> Result<Index, StoreError> {
        let Checked { lines, mut unreadable, mended } = checked;
        let Names { ids, others } = self.loose.names()?;
        let mut loose = BTreeMap::new();
        for id in ids {
            match self.loose.load(&id) {
                Ok(report) => {
                    let path = format!("{id}.json");
                    let size = self.root.join(&path).metadata().map_or(0, |data| data.len());
                    let entry = Entry::new(&report, Fingerprint::of(&report), path, size);
                    loose.insert(id, entry);
                }
                // Removed since its name was read.
                Err(StoreError { kind: StoreErrorKind::Unknown(_), .. }) => {}
                Err(error) => unreadable.push(error),
            }
        }
        unreadable.extend(others);
        let mut order: Vec<Place> = (0..lines.len()).map(Place::Line).collect();
        if !loose.is_empty() {
            order.extend(loose.keys().cloned().map(Place::Loose));
            let ids: Vec<&str> = lines.ids().collect();
            let id = |place: &Place| match place {
                Place::Line(line) => ids.get(*line).copied().unwrap_or_default().to_owned(),
                Place::Loose(id) => id.clone(),
            };
            order.sort_by(|a, b| {
                let (a, b) = (id(a), id(b));
                id::key(&a).cmp(&id::key(&b))
            });
        }
        Ok(Index { root: self.root.clone(), lines, loose, order, unreadable, mended })
    }

    /// Holds an index against the files, and writes down what is other.
    fn mend(&self, lines: Lines, is_thorough: bool) -> io::Result<Checked> {
        let files = files(&self.root)?;
        if !lines.is_damaged && is_same(&lines, &files) {
            return Ok(Checked { lines, ..Checked::default() });
        }
        // All that takes long is done before the lock: whoever crashes meanwhile waits for it.
        let first = self.check(lines.entries(), &files);
        // Somebody may be storing a crash: its line is there, and its file is not yet.
        let locked = Locked::wait(&self.root, PATIENCE).unwrap_or(None);
        let Some(mut locked) = locked else { return Ok(Checked::of(first, &lines)) };
        let Ok(lines) = locked.lines() else { return Ok(Checked::of(first, &lines)) };
        if !lines.is_damaged && lines.len() > SMALL && !is_thorough {
            return Ok(Checked { lines, ..Checked::default() });
        }
        let is_damaged = lines.is_damaged;
        if is_damaged {
            locked.begin_to_mend();
        }
        let known = first.entries.into_iter().chain(lines.entries());
        let found = self.check(known, &self::files(&self.root)?);
        let entries = found.entries.clone();
        let is_other = !lines.entries().eq(entries.iter().cloned());
        let checked = Checked::of(found, &lines);
        if is_damaged || is_other {
            // On a full disk it is as it was, and what is given is right all the same.
            _ = locked.replace(entries.into_iter());
        }
        Ok(checked)
    }

    /// The entries of these files: as they are known, or made anew.
    fn check(&self, known: impl Iterator<Item = Entry>, files: &Files) -> Found {
        let mut known: BTreeMap<String, Entry> =
            known.map(|entry| (entry.id.clone(), entry)).collect();
        let mut found = Found::default();
        for (id, path) in files {
            match known.remove(id).filter(|entry| entry.path == *path) {
                Some(entry) => found.entries.push(entry),
                None => match self.entry_of(id, path) {
                    Ok(entry) => found.entries.push(entry),
                    Err(StoreError { kind: StoreErrorKind::Unknown(_), .. }) => {}
                    Err(error) => found.unreadable.push(error),
                },
            }
        }
        found
    }

    /// What the index is to say of a file.
    fn entry_of(&self, id: &str, path: &str) -> Result<Entry, StoreError> {
        let file = self.root.join(path);
        let mut capsule = Capsule::read(&file).map_err(|error| self.unread(id, error))?;
        // Its file has the name that counts.
        id.clone_into(&mut capsule.report.id);
        let size = file.metadata().map_or(0, |data| data.len());
        Ok(Entry::of(&capsule, path.to_owned(), size))
    }
}

/// Whether each line is that of a file at its place.
fn is_same(lines: &Lines, files: &Files) -> bool {
    let own = lines.entries().map(|entry| (entry.id, entry.path));
    lines.len() == files.len() && own.eq(files.iter().map(|(id, path)| (id.clone(), path.clone())))
}

/// An index that was held against the files.
#[derive(Debug, Default)]
struct Checked {
    lines: Lines,
    unreadable: Vec<StoreError>,
    mended: Mended,
}

impl Checked {
    /// What was found, held against the lines that there were.
    fn of(found: Found, before: &Lines) -> Self {
        let known: std::collections::HashSet<&str> = before.ids().collect();
        let is_known = |entry: &&Entry| known.contains(&*entry.id);
        let kept = found.entries.iter().filter(is_known).count();
        let (added, removed) = (found.entries.len() - kept, known.len() - kept);
        let lines = Lines::from_entries(&found.entries);
        Self { lines, unreadable: found.unreadable, mended: Mended { added, removed } }
    }
}

/// The entries of files, and those that could not be read.
#[derive(Debug, Default)]
struct Found {
    entries: Vec<Entry>,
    unreadable: Vec<StoreError>,
}

/// The names of the capsules that are there, and their paths in the repository.
pub(super) type Files = BTreeMap<String, String>;

/// All capsules: `KIND/DAY/FINGERPRINT/ID.vittecrash`.
pub(super) fn files(root: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for kind in names(root, true)?.into_iter().filter(|kind| kind != LATEST) {
        for day in names(&root.join(&kind), true)? {
            for fingerprint in names(&root.join(&kind).join(&day), true)? {
                let folder = format!("{kind}/{day}/{fingerprint}");
                for name in names(&root.join(&folder), false)? {
                    if let Some(id) = id::id_of(&name) {
                        files.insert(id.to_owned(), format!("{folder}/{name}"));
                    }
                }
            }
        }
    }
    Ok(files)
}

/// The names of the folders in a folder, or of the files; none where it is not there any more.
pub(super) fn names(folder: &Path, are_folders: bool) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        // Links lead elsewhere.
        let is_wanted = entry.file_type().is_ok_and(|kind| match are_folders {
            true => kind.is_dir(),
            false => kind.is_file(),
        });
        names.extend(entry.file_name().into_string().ok().filter(|_| is_wanted));
    }
    Ok(names)
}

impl Index {
    /// How many crashes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// All crashes, the oldest first. Each is made of its line when it is asked for.
    #[must_use]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = Entry> {
        self.order.iter().filter_map(|place| match place {
            Place::Line(line) => self.lines.at(*line),
            Place::Loose(id) => self.loose.get(id).cloned(),
        })
    }

    /// Those among which are all that have a text in one of their fields, whatever the letters' case; not all
    /// that are given have it. With very many crashes it is much faster than to look at each.
    #[must_use]
    pub fn entries_near(&self, text: &str) -> impl DoubleEndedIterator<Item = Entry> {
        let needle = Needle::new(text);
        self.order.iter().filter_map(move |place| match place {
            Place::Line(line) if !needle.may_be_in(self.lines.text_at(*line)) => None,
            Place::Line(line) => self.lines.at(*line),
            Place::Loose(id) => self.loose.get(id).cloned(),
        })
    }

    /// The names, in their order.
    #[must_use]
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.order.iter().map(|place| match place {
            Place::Line(line) => self.lines.id_at(*line),
            Place::Loose(id) => id,
        })
    }

    /// That of a name.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<Entry> {
        self.loose.get(id).cloned().or_else(|| self.lines.entry(id))
    }

    /// Whether the file of an entry is still there: an index of very many is not held against them.
    #[must_use]
    pub fn is_there(&self, entry: &Entry) -> bool {
        self.root.join(&entry.path).symlink_metadata().is_ok()
    }

    /// As [`Repository::find`] has it.
    ///
    /// # Errors
    ///
    /// Those of [`Repository::find`].
    pub fn find(&self, asked: &str) -> Result<String, StoreError> {
        let error = |kind| StoreError { path: self.root.clone(), kind };
        let is_there = |id: &&str| self.entry(id).is_some_and(|entry| self.is_there(&entry));
        if asked == "latest" {
            let latest = self.ids().rev().find(is_there);
            return latest.map(str::to_owned).ok_or_else(|| error(StoreErrorKind::Empty));
        }
        // What a script's empty variable begins is everything, which nobody means.
        let is_meant = |id: &&str| !asked.is_empty() && id.starts_with(asked);
        let candidates: Vec<&str> = self.ids().filter(is_meant).collect();
        match candidates.as_slice() {
            [] => Err(error(StoreErrorKind::Unknown(asked.to_owned()))),
            [only] => Ok((*only).to_owned()),
            all if all.contains(&asked) => Ok(asked.to_owned()),
            [..] => {
                let count = candidates.len();
                let first = candidates.iter().take(MOST_CANDIDATES).map(|id| (*id).to_owned());
                let (prefix, candidates) = (asked.to_owned(), first.collect());
                Err(error(StoreErrorKind::Ambiguous { prefix, candidates, count }))
            }
        }
    }

    /// How many characters of an id name it and no other: at least those of a second. It looks at what
    /// stands beside the id alone, so that it costs the same whatever is in the index.
    #[must_use]
    pub fn shortest(&self, id: &str) -> usize {
        const SECOND: usize = 19;
        // The names of reports without capsules are no longer than they have to be.
        let Some(line) = self.lines.place(id) else { return id.len() };
        let beside = [line.checked_sub(1), line.checked_add(1)].into_iter().flatten();
        let beside = beside.map(|line| self.lines.id_at(line));
        // Those are few, and are not in the order of their letters.
        let second = id.get(..SECOND).unwrap_or(id);
        let of_second = || self.loose.range(second.to_owned()..).map(|(id, _)| id.as_str());
        let loose = of_second().take_while(|other| other.starts_with(second));
        let shared =
            |other: &str| other.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
        let longest = beside.chain(loose).map(shared).max();
        longest.map_or(SECOND, |shared| (shared + 1).max(SECOND)).min(id.len())
    }
}

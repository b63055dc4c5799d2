//! Which crashes are kept, and for how long.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use jiff::{SignedDuration, Timestamp};

use super::error::{StoreError, StoreErrorKind};
use super::index::Locked;
use super::{Entry, LATEST, METADATA, Repository, mend};
use crate::capsule::Capsule;
use crate::disk;

/// Which crashes are kept: the newest ones that all of this allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Retention {
    /// For how many days is a crash kept? 30 by default.
    pub max_days_to_keep: u32,
    /// How many of one fingerprint are kept? 100 by default.
    pub max_reports_per_fingerprint: usize,
    /// How many bytes may all have together? 1 GiB by default.
    pub max_bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { max_days_to_keep: 30, max_reports_per_fingerprint: 100, max_bytes: 1 << 30 }
    }
}

impl Retention {
    /// For how many days is a crash kept?
    #[must_use]
    pub const fn with_max_days_to_keep(mut self, days: u32) -> Self {
        self.max_days_to_keep = days;
        self
    }

    /// How many of one fingerprint are kept?
    #[must_use]
    pub const fn with_max_reports_per_fingerprint(mut self, reports: usize) -> Self {
        self.max_reports_per_fingerprint = reports;
        self
    }

    /// How many bytes may all have together?
    #[must_use]
    pub const fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// Why a crash is not kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// It is older than it may be.
    Age,
    /// There are so many of its fingerprint that are newer.
    Count,
    /// All that are newer have as many bytes as there may be.
    Size,
}

impl Reason {
    /// Its name: `age`, `count` or `size`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Count => "count",
            Self::Size => "size",
        }
    }
}

/// What was removed, or would be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Cleaned {
    /// The crashes, the oldest first, each with the reason.
    pub removed: Vec<(Entry, Reason)>,
    /// How many are kept.
    pub kept: usize,
}

impl Cleaned {
    /// Bytes of what was removed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.removed.iter().fold(0, |sum, (entry, _)| sum.saturating_add(entry.bytes))
    }
}

/// When the last one cleaned.
const CLEANED: &str = ".cleaned";
/// How long after that nobody does so without being asked.
const AGAIN: Duration = Duration::from_secs(60 * 60);
/// The most crashes that are removed without being asked: a process waits for it.
const MOST: usize = 1000;
/// How long who removes crashes waits for the index.
const PATIENCE: Duration = Duration::from_secs(10);

impl Repository {
    /// Removes what is not to be kept, what processes that were killed have left, and lines of the index
    /// without a file; `dry_run` only says what would be removed.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]: the folder cannot be read, or a file not removed.
    pub fn clean(&self, retention: &Retention, dry_run: bool) -> Result<Cleaned, StoreError> {
        let index = self.index_of_files()?;
        let cleaned = retention.choose(&self.measured(&index), Timestamp::now());
        if !dry_run {
            let ids: Vec<&str> = cleaned.removed.iter().map(|(entry, _)| &*entry.id).collect();
            self.remove(&ids)?;
            _ = self.remove_stale();
            self.touch();
        }
        Ok(cleaned)
    }

    /// The same for a process that has just stored a crash, at most once an hour, and no more than a few. `None`
    /// where nothing was removed.
    #[must_use]
    pub fn clean_if_due(&self, retention: &Retention) -> Option<Cleaned> {
        let modified = self.root.join(CLEANED).symlink_metadata().and_then(|data| data.modified());
        if modified.ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age < AGAIN) {
            return None;
        }
        // Before anything is removed: whoever is killed by it does not leave it to the next crash.
        self.touch();
        let index = self.index().ok()?;
        let mut cleaned = retention.choose(&self.measured(&index), Timestamp::now());
        cleaned.removed.truncate(MOST);
        let ids: Vec<&str> = cleaned.removed.iter().map(|(entry, _)| &*entry.id).collect();
        if !ids.is_empty() {
            self.remove(&ids).ok()?;
        }
        (!cleaned.removed.is_empty()).then_some(cleaned)
    }

    /// The entries with the sizes that their files have now: a minidump comes later than the line.
    fn measured(&self, index: &super::Index) -> Vec<Entry> {
        let measured = index.entries().map(|mut entry| {
            let data = self.root.join(&entry.path).symlink_metadata();
            entry.bytes = data.map_or(entry.bytes, |data| data.len());
            entry
        });
        measured.collect()
    }

    fn touch(&self) {
        super::index::put(&self.root, CLEANED, "");
    }

    /// Removes crashes, with the pages that were made of them.
    ///
    /// # Errors
    ///
    /// The first [`StoreError`], after the others have been removed. An id that is not there is none.
    pub fn remove(&self, ids: &[&str]) -> Result<(), StoreError> {
        let index = self.index()?;
        let mut first_error = None;
        let mut gone = Vec::new();
        for id in ids {
            let Some(entry) = index.entry(id) else { continue };
            let removed = match super::id::is_valid(id) {
                true => self.remove_files(&entry),
                false => self.loose.remove(id),
            };
            match removed {
                Ok(()) => gone.push(*id),
                Err(StoreError { kind: StoreErrorKind::Unknown(_), .. }) => gone.push(*id),
                Err(error) => _ = first_error.get_or_insert(error),
            }
        }
        self.forget(&gone);
        first_error.map_or(Ok(()), Err)
    }

    fn remove_files(&self, entry: &Entry) -> Result<(), StoreError> {
        let path = self.root.join(&entry.path);
        for path in [path.with_extension("html"), path.clone()] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError { path, kind: StoreErrorKind::Remove(error) });
                }
                _ => {}
            }
        }
        // Folders that are empty now go too, and what was said of the crashes in them.
        if let Some(folder) = path.parent() {
            let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| {
                entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == METADATA))
            });
            if is_empty {
                _ = fs::remove_file(folder.join(METADATA));
                super::remove_empty(folder);
            }
        }
        Ok(())
    }

    /// Takes the lines of crashes out of the index. Where that cannot be done they are lines without a file,
    /// which the next reader takes out.
    fn forget(&self, gone: &[&str]) {
        let gone: std::collections::HashSet<&str> = gone.iter().copied().collect();
        let Ok(Some(mut locked)) = Locked::wait(&self.root, PATIENCE) else {
            return super::index::distrust(&self.root);
        };
        let Ok(lines) = locked.lines() else { return };
        let kept: Vec<Entry> = lines.entries().filter(|entry| !gone.contains(&*entry.id)).collect();
        let latest = self.latest().into_iter().filter(|id| gone.contains(&**id));
        for id in latest {
            let name = format!("{id}.{}", Capsule::EXTENSION);
            _ = fs::remove_file(self.root.join(LATEST).join(name));
        }
        if let Some(newest) = kept.last() {
            self.set_latest(&self.root.join(&newest.path), &newest.id);
        }
        let is_damaged = lines.is_damaged;
        _ = locked.replace(kept.into_iter());
        if is_damaged {
            super::index::distrust(&self.root);
        }
    }

    /// Removes the temporary files of processes that were killed more than an hour ago, and the minidumps of
    /// reports that are gone. A temporary file that cannot be removed stays.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] where the folder cannot be read, or a minidump not removed.
    pub fn remove_stale(&self) -> Result<(), StoreError> {
        self.loose.remove_stray_dumps()?;
        let folders = || -> io::Result<Vec<String>> {
            let mut folders = vec![String::new()];
            for kind in mend::names(&self.root, true)? {
                for day in mend::names(&self.root.join(&kind), true)? {
                    let inner = mend::names(&self.root.join(&kind).join(&day), true)?;
                    folders.extend(inner.iter().map(|name| format!("{kind}/{day}/{name}")));
                }
                folders.push(kind);
            }
            Ok(folders)
        };
        for folder in folders().unwrap_or_default() {
            let folder = self.root.join(folder);
            for name in mend::names(&folder, false).unwrap_or_default() {
                if is_temporary(&name) {
                    remove_if_old(&folder.join(name));
                }
            }
        }
        Ok(())
    }
}

/// Whether a file has a name that is given to temporary ones here.
fn is_temporary(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(disk::TEMPORARY));
    inner.is_some_and(|inner| {
        let id = inner.strip_suffix(".dmp").unwrap_or(inner);
        inner == METADATA
            || ["crash-", "index-"].iter().any(|beginning| inner.starts_with(beginning))
            || super::id::is_valid(id)
            || super::reports::is_id(id)
    })
}

/// Removes a file whose writer is gone: where it is that old.
fn remove_if_old(path: &Path) {
    let modified = path.symlink_metadata().and_then(|data| data.modified());
    let age = modified.ok().and_then(|modified| modified.elapsed().ok());
    if age.is_some_and(|age| age > AGAIN) {
        // It does no harm where it stays.
        _ = fs::remove_file(path);
    }
}

impl Retention {
    /// What of these is not to be kept; they are in order, the oldest first.
    fn choose(&self, entries: &[Entry], now: Timestamp) -> Cleaned {
        let age = SignedDuration::from_hours(24 * i64::from(self.max_days_to_keep));
        let oldest = now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let mut of_one: HashMap<_, usize> = HashMap::new();
        let mut bytes = 0_u64;
        let mut cleaned = Cleaned::default();
        for entry in entries.iter().rev() {
            // What has no time that can be read stays.
            let is_old = entry.timestamp.parse().is_ok_and(|at: Timestamp| at < oldest);
            let count = of_one.entry(entry.fingerprint).or_default();
            let reason = if is_old {
                Some(Reason::Age)
            } else if *count >= self.max_reports_per_fingerprint {
                Some(Reason::Count)
            } else if bytes.saturating_add(entry.bytes) > self.max_bytes {
                Some(Reason::Size)
            } else {
                None
            };
            match reason {
                Some(reason) => cleaned.removed.push((entry.clone(), reason)),
                None => {
                    *count += 1;
                    bytes += entry.bytes;
                    cleaned.kept += 1;
                }
            }
        }
        cleaned.removed.reverse();
        cleaned
    }
}

//! Retention limits, and the removal of crashes.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::error::{RepositoryError, RepositoryErrorKind};
use super::files::entries;
use super::index::{self, LockedIndex};
use super::location::Location;
use super::{IndexEntry, METADATA, Repository, latest};
use crate::atomic_file;
use crate::dir::{Dir, EntryKind};

/// Limits for the stored crashes. The newest crashes that fit all limits are retained.
///
/// ```
/// use vitte_capsule::Retention;
///
/// let retention = Retention::default().with_max_days_to_keep(7).with_max_bytes(100 << 20);
/// assert_eq!(retention.max_reports_per_fingerprint, 100);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Retention {
    /// The maximum age of a crash in days. Default: 30.
    pub max_days_to_keep: u32,
    /// The maximum number of crashes with the same fingerprint. Default: 100.
    pub max_reports_per_fingerprint: usize,
    /// The maximum size of all crashes together in bytes. Default: 1 GiB.
    pub max_bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { max_days_to_keep: 30, max_reports_per_fingerprint: 100, max_bytes: 1 << 30 }
    }
}

impl Retention {
    /// Sets the maximum age of a crash in days. Default: 30.
    #[must_use]
    pub const fn with_max_days_to_keep(mut self, days: u32) -> Self {
        self.max_days_to_keep = days;
        self
    }

    /// Sets the maximum number of crashes with the same fingerprint. Default: 100.
    #[must_use]
    pub const fn with_max_reports_per_fingerprint(mut self, reports: usize) -> Self {
        self.max_reports_per_fingerprint = reports;
        self
    }

    /// Sets the maximum size of all crashes together in bytes. Default: 1 GiB.
    #[must_use]
    pub const fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// Why a crash is removed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum RemovalReason {
    /// It is older than [`Retention::max_days_to_keep`].
    Age,
    /// There are [`Retention::max_reports_per_fingerprint`] newer crashes with its fingerprint.
    Count,
    /// With it, the crashes would exceed [`Retention::max_bytes`].
    Size,
}

impl RemovalReason {
    /// Returns `age`, `count` or `size`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Count => "count",
            Self::Size => "size",
        }
    }
}

/// The crashes that were removed, or would be removed in a dry run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct CleanReport {
    /// The removed crashes with the reason, oldest first.
    pub removed: Vec<(IndexEntry, RemovalReason)>,
    /// The number of crashes that remain.
    pub retained: usize,
}

impl CleanReport {
    /// Returns the size of the removed crashes in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.removed.iter().fold(0, |sum, (entry, _)| sum.saturating_add(entry.bytes))
    }
}

/// An empty file whose modification time is that of the last cleanup.
const LAST_CLEAN_FILE: &str = ".last-clean";
/// The time between two automatic cleanups.
const CLEAN_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Maximum number of crashes that an automatic cleanup removes, for which a crashing process waits.
const MAX_AUTOMATIC_REMOVALS: usize = 1000;
/// The age of a temporary file whose writer is assumed dead.
const MIN_STALE_AGE: Duration = Duration::from_secs(60 * 60);
/// How long a removal waits for the index lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

impl Repository {
    /// Removes the crashes beyond the limits, the temporary files of killed processes, and index lines without a
    /// file. With `dry_run`, only returns what would be removed.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if the directory cannot be read or a file cannot be removed.
    pub fn clean(
        &self,
        retention: &Retention,
        dry_run: bool,
    ) -> Result<CleanReport, RepositoryError> {
        let index = self.index_of_files()?;
        let report = retention.apply(&Self::entries_with_sizes(&index), Timestamp::now());
        if !dry_run {
            let ids: Vec<&str> = report.removed.iter().map(|(entry, _)| &*entry.id).collect();
            self.remove(&ids)?;
            _ = self.remove_stale();
            if let Ok(Some(dir)) = self.open() {
                record_clean_time(&dir);
            }
        }
        Ok(report)
    }

    /// Removes at most 1000 crashes beyond the limits, unless that was done within the last hour. It is meant
    /// for a process that has just stored a crash. Returns `None` if nothing was removed.
    #[must_use]
    pub fn clean_if_due(&self, retention: &Retention) -> Option<CleanReport> {
        let dir = self.open().ok()??;
        let modified = dir.info(LAST_CLEAN_FILE).ok().and_then(|info| info.modified);
        if modified.and_then(|at| at.elapsed().ok()).is_some_and(|age| age < CLEAN_INTERVAL) {
            return None;
        }
        // Recorded first: if the cleanup kills this process, the next crash does not repeat it.
        record_clean_time(&dir);
        let index = self.index().ok()?;
        let mut report = retention.apply(&Self::entries_with_sizes(&index), Timestamp::now());
        report.removed.truncate(MAX_AUTOMATIC_REMOVALS);
        let ids: Vec<&str> = report.removed.iter().map(|(entry, _)| &*entry.id).collect();
        if !ids.is_empty() {
            self.remove(&ids).ok()?;
        }
        (!report.removed.is_empty()).then_some(report)
    }

    /// Returns the entries with the current sizes of their files, which grow when a minidump is added.
    fn entries_with_sizes(index: &super::Index) -> Vec<IndexEntry> {
        let entries = index.entries().map(|mut entry| {
            entry.bytes = index.file_size(&entry).unwrap_or(entry.bytes);
            entry
        });
        entries.collect()
    }

    /// Removes crashes and their HTML reports. Unknown ids are ignored.
    ///
    /// # Errors
    ///
    /// The first [`RepositoryError`]. The other crashes are removed nevertheless.
    pub fn remove(&self, ids: &[&str]) -> Result<(), RepositoryError> {
        let index = self.index()?;
        let failed = |error| self.error("", RepositoryErrorKind::Read(error));
        let Some(dir) = self.open().map_err(failed)? else { return Ok(()) };
        let mut first_error = None;
        let mut removed_ids = Vec::new();
        for id in ids {
            let Some(entry) = index.entry(id) else { continue };
            let result = match Location::parse(&entry.path) {
                Some(location) => remove_files(&dir, location)
                    .map_err(|error| self.error(&entry.path, RepositoryErrorKind::Remove(error))),
                None => self.bare_reports.remove(id),
            };
            match result {
                Ok(()) | Err(RepositoryError { kind: RepositoryErrorKind::NotFound(_), .. }) => {
                    removed_ids.push(*id);
                }
                Err(error) => _ = first_error.get_or_insert(error),
            }
        }
        remove_lines(&dir, &removed_ids);
        first_error.map_or(Ok(()), Err)
    }

    /// Removes a file or a link that [`Index::unreadable`](super::Index::unreadable) reports. A link itself is
    /// removed, not its target.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if `path` is not below the directory of the repository, or cannot be removed.
    pub fn remove_unreadable(&self, path: impl AsRef<Path>) -> Result<(), RepositoryError> {
        let path = path.as_ref();
        let remove = || -> io::Result<()> {
            let names = path.strip_prefix(&self.root).ok().and_then(Path::to_str);
            let names: Vec<&str> = names.ok_or(io::ErrorKind::InvalidInput)?.split('/').collect();
            let Some((name, dirs)) = names.split_last() else { return Ok(()) };
            let mut dir = Dir::open(&self.root)?;
            for name in dirs {
                dir = dir.open_dir(name)?;
            }
            dir.remove_file(name)
        };
        remove().map_err(|error| RepositoryError {
            path: path.to_owned(),
            kind: RepositoryErrorKind::Remove(error),
        })
    }

    /// Removes temporary files older than an hour, which killed processes left, and the minidumps of reports that
    /// are gone. A temporary file that cannot be removed is ignored.
    ///
    /// # Errors
    ///
    /// A [`RepositoryError`] if the directory cannot be read or a minidump cannot be removed.
    pub fn remove_stale(&self) -> Result<(), RepositoryError> {
        self.bare_reports.remove_orphaned_minidumps()?;
        if let Ok(Some(dir)) = self.open() {
            remove_stale_in(&dir, MAX_DIR_LEVELS);
        }
        Ok(())
    }
}

/// Removes the capsule at a location and its HTML report, if they exist, and the directories that then have no crashes.
pub(super) fn remove_files(root: &Dir, location: Location<'_>) -> io::Result<()> {
    let html = format!("{}.html", location.id());
    let removed = location.within(root, |dir| {
        for name in [&*html, location.name] {
            match dir.remove_file(name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        // Directories without crashes are removed too, with their metadata.
        let is_empty = location.has_dirs()
            && entries(dir).is_ok_and(|left| left.iter().all(|(name, _)| name == METADATA));
        if is_empty {
            _ = dir.remove_file(METADATA);
        }
        Ok(is_empty)
    });
    match removed.and_then(|removed| removed) {
        Ok(true) => location.remove_empty_dirs(root),
        Ok(false) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The levels of directories below the root: kind, day and fingerprint.
const MAX_DIR_LEVELS: u8 = 3;

/// Removes the stale temporary files in a directory and its subdirectories.
fn remove_stale_in(dir: &Dir, levels: u8) {
    for (name, kind) in entries(dir).unwrap_or_default() {
        match kind {
            EntryKind::File if is_temporary(&name) => remove_if_stale(dir, &name),
            EntryKind::Dir if levels > 0 => {
                if let Ok(dir) = dir.open_dir(&name) {
                    remove_stale_in(&dir, levels - 1);
                }
            }
            _ => {}
        }
    }
}

fn record_clean_time(dir: &Dir) {
    index::write_small_file(dir, LAST_CLEAN_FILE, "");
}

/// Removes lines from the index, and links the newest remaining crash into `latest/`. If the index cannot be
/// written, the next reader removes the lines, because they have no file.
fn remove_lines(dir: &Dir, removed: &[&str]) {
    let removed: std::collections::HashSet<&str> = removed.iter().copied().collect();
    let Ok(Some(mut locked)) = LockedIndex::wait(dir, LOCK_TIMEOUT) else {
        return index::mark_dirty(dir);
    };
    let Ok(lines) = locked.lines() else { return };
    let remaining: Vec<IndexEntry> =
        lines.entries().filter(|entry| !removed.contains(&*entry.id)).collect();
    for id in latest::ids(dir).into_iter().filter(|id| removed.contains(&**id)) {
        latest::remove(dir, &id);
    }
    if let Some((newest, location)) =
        remaining.last().and_then(|newest| Some((newest, Location::parse(&newest.path)?)))
    {
        _ = location.within(dir, |of_file| latest::set(dir, of_file, &newest.id));
    }
    let is_replaced = locked.replace(remaining.into_iter()).is_ok();
    if lines.is_damaged || !is_replaced {
        index::mark_dirty(dir);
    }
}

/// Returns whether a file name is that of a temporary file of a repository.
fn is_temporary(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(atomic_file::TEMP_SUFFIX));
    inner.is_some_and(|inner| {
        let id = inner.strip_suffix(".dmp").unwrap_or(inner);
        inner == METADATA
            || ["crash-", "index-"].iter().any(|prefix| inner.starts_with(prefix))
            || super::id::is_valid(id)
            || super::reports::is_id(id)
    })
}

/// Removes a temporary file that is so old that its writer must be dead.
fn remove_if_stale(dir: &Dir, name: &str) {
    let modified = dir.info(name).ok().and_then(|info| info.modified);
    let age = modified.and_then(|modified| modified.elapsed().ok());
    if age.is_some_and(|age| age > MIN_STALE_AGE) {
        _ = dir.remove_file(name);
    }
}

impl Retention {
    /// Selects the crashes to remove from `entries`, which are sorted oldest first.
    fn apply(&self, entries: &[IndexEntry], now: Timestamp) -> CleanReport {
        let age = SignedDuration::from_hours(24 * i64::from(self.max_days_to_keep));
        let oldest = now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let mut counts: HashMap<_, usize> = HashMap::new();
        let mut bytes = 0_u64;
        let mut report = CleanReport::default();
        for entry in entries.iter().rev() {
            // An invalid timestamp counts as new.
            let is_old = entry.timestamp.parse().is_ok_and(|at: Timestamp| at < oldest);
            let count = counts.entry(entry.fingerprint).or_default();
            let reason = if is_old {
                Some(RemovalReason::Age)
            } else if *count >= self.max_reports_per_fingerprint {
                Some(RemovalReason::Count)
            } else if bytes.saturating_add(entry.bytes) > self.max_bytes {
                Some(RemovalReason::Size)
            } else {
                None
            };
            match reason {
                Some(reason) => report.removed.push((entry.clone(), reason)),
                None => {
                    *count += 1;
                    bytes += entry.bytes;
                    report.retained += 1;
                }
            }
        }
        report.removed.reverse();
        report
    }
}

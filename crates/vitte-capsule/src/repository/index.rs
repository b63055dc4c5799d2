//! `index.jsonl`: one line per crash.
//!
//! A line is appended with one write, under a lock of the file itself. To change many lines, the file is replaced
//! under the same lock; a process that waited for the lock opens the new file.
//!
//! `index.checkpoint` is the checkpoint: the size in bytes of the index after its last write. `index.dirty` is the
//! dirty flag: it exists if a crash was stored whose line could not be appended. A reader that finds another
//! size, or the flag, compares the index with the files.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::time::{Duration, Instant};

use super::location::Location;
use super::{IndexEntry, file_lock};
use crate::Fingerprint;
use crate::atomic_file::ReadError;
use crate::dir::{Dir, EntryKind, TempFile};

pub(super) const INDEX_FILE: &str = "index.jsonl";
const CHECKPOINT_FILE: &str = "index.checkpoint";
pub(super) const DIRTY_FLAG_FILE: &str = "index.dirty";
/// The size limit of the index in bytes, enough for two hundred thousand crashes. A reader needs twice this memory.
const MAX_INDEX_BYTES: u64 = 128 << 20;
/// The size limit of a line in bytes. Lines are shorter, because their texts are truncated.
const MAX_LINE_BYTES: usize = 64 << 10;
/// The maximum number of ignored lines that are reported.
const MAX_IGNORED: usize = 20;
/// The number of invalid lines after which the rest of the index is ignored. Killed writers leave a few.
const MAX_INVALID_LINES: usize = 1000;
/// The time after which the index is opened again: the locked file may no longer be the index.
const REOPEN_DELAY: Duration = Duration::from_millis(50);

/// The bytes of a line up to the end of its id.
const ID_END: usize = "{\"id\":\"2025-10-22T13-05-42-123-9f8e7d6c".len();

/// The lines of the index file.
#[derive(Debug, Default)]
pub(super) struct IndexLines {
    text: String,
    /// The byte ranges of the lines, sorted by id.
    lines: Vec<Range<usize>>,
    /// Whether a line is invalid, the checkpoint does not match, or the dirty flag is set.
    pub(super) is_damaged: bool,
    /// Why the index, or lines of it, are ignored. Damage that a killed writer leaves is not reported.
    pub(super) ignored: Vec<String>,
}

impl IndexLines {
    /// Reads the index without a lock, so the last line may be incomplete.
    pub(super) fn read(root: &Dir) -> io::Result<Self> {
        match root.read(INDEX_FILE, MAX_INDEX_BYTES) {
            Ok(bytes) => Ok(Self::parse(root, bytes)),
            // A missing index is normal before the first crash.
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self { is_damaged: true, ..Self::default() })
            }
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
                Ok(Self::ignored(error.to_string()))
            }
            Err(ReadError::Io(error)) => Err(error),
            Err(ReadError::NotAFile) => Ok(Self::ignored("not a regular file".to_owned())),
            Err(ReadError::TooLarge(size)) => Ok(Self::too_large(size)),
        }
    }

    /// An index that is not used. The capsules are authoritative.
    fn ignored(reason: String) -> Self {
        Self { is_damaged: true, ignored: vec![reason], ..Self::default() }
    }

    fn too_large(size: u64) -> Self {
        Self::ignored(format!("too large ({size} bytes, limit {MAX_INDEX_BYTES})"))
    }

    fn parse(root: &Dir, bytes: Vec<u8>) -> Self {
        let is_checkpointed = checkpoint(root) == Some(bytes.len() as u64);
        let (text, is_text) = match String::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
        };
        let mut lines = Vec::new();
        let is_dirty = root.info(DIRTY_FLAG_FILE).is_ok();
        let mut ignored = IgnoredLines::default();
        let mut is_damaged =
            is_dirty || !is_checkpointed || !is_text || !(text.is_empty() || text.ends_with('\n'));
        let (mut start, mut invalid) = (0, 0);
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            let count = lines.len();
            match id_of(line) {
                _ if line.len() > MAX_LINE_BYTES => ignored.add(|| {
                    format!("a line is too long ({} bytes, limit {MAX_LINE_BYTES})", line.len())
                }),
                Some(id) if has_path_of(id, line) => lines.push(start..end),
                Some(_) => {
                    is_damaged = true;
                    if let Some(path) = foreign_path(line) {
                        ignored.add(|| format!("a line has the path `{path}`, which is not that of its crash in this repository"));
                    }
                }
                None => is_damaged |= !line.trim().is_empty(),
            }
            start = end;
            invalid += usize::from(lines.len() == count);
            if invalid > MAX_INVALID_LINES {
                is_damaged = true;
                ignored.add(|| format!("more than {MAX_INVALID_LINES} lines are invalid"));
                break;
            }
        }
        let id = |line: &Range<usize>| text.get(line.clone()).and_then(id_of);
        // The id is at the same offset in each line, so that lines can be compared as bytes. If two lines have the
        // same id, the later line wins.
        let head = |line: &Range<usize>| text.as_bytes().get(line.start..line.start + ID_END);
        lines.sort_by(|a, b| head(a).cmp(&head(b)));
        let count_with_duplicates = lines.len();
        lines.reverse();
        lines.dedup_by(|a, b| id(a) == id(b));
        lines.reverse();
        is_damaged |= lines.len() < count_with_duplicates || ignored.count > 0;
        Self { text, lines, is_damaged, ignored: ignored.finish() }
    }

    pub(super) fn from_entries(entries: &[IndexEntry]) -> Self {
        let (mut text, mut lines) = (String::new(), Vec::with_capacity(entries.len()));
        for entry in entries {
            let start = text.len();
            text += &to_line(entry).unwrap_or_default();
            lines.push(start..text.len());
        }
        Self { text, lines, ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns a line by its 0-based position in id order.
    pub(super) fn text_at(&self, line: usize) -> &str {
        self.lines.get(line).and_then(|line| self.text.get(line.clone())).unwrap_or_default()
    }

    pub(super) fn id_at(&self, line: usize) -> &str {
        id_of(self.text_at(line)).unwrap_or_default()
    }

    pub(super) fn entry_at(&self, line: usize) -> Option<IndexEntry> {
        parse_line(self.text_at(line))
    }

    /// Returns the fingerprint of a line, which is parsed only if it is not written as this version writes it.
    pub(super) fn fingerprint_at(&self, line: usize) -> Option<Fingerprint> {
        // In the text of a value, the quotes would be escaped.
        let value = self.text_at(line).split_once("\"fingerprint\":\"").map(|(_, value)| value);
        let plain = value.and_then(|value| value.split('"').next()?.parse().ok());
        plain.or_else(|| Some(self.entry_at(line)?.fingerprint))
    }

    fn texts(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.lines.len()).map(|line| self.text_at(line))
    }

    pub(super) fn ids(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.texts().map(|line| id_of(line).unwrap_or_default())
    }

    /// Returns the entry with this id, or `None` if there is no line with it or the line is damaged.
    pub(super) fn entry(&self, id: &str) -> Option<IndexEntry> {
        self.entry_at(self.position(id)?)
    }

    /// Returns the 0-based position of an id in id order.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        let id_at = |line: &Range<usize>| self.text.get(line.clone()).and_then(id_of);
        self.lines.binary_search_by(|line| id_at(line).cmp(&Some(id))).ok()
    }

    /// Returns the entries of all valid lines in id order.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = IndexEntry> {
        self.texts().filter_map(parse_line)
    }
}

/// The lines that are ignored because they are hostile, not only damaged.
#[derive(Default)]
struct IgnoredLines {
    reasons: Vec<String>,
    count: usize,
}

impl IgnoredLines {
    fn add(&mut self, reason: impl FnOnce() -> String) {
        self.count += 1;
        if self.count <= MAX_IGNORED {
            self.reasons.push(reason());
        }
    }

    fn finish(mut self) -> Vec<String> {
        if self.count > MAX_IGNORED {
            self.reasons.push(format!("{} more lines", self.count - MAX_IGNORED));
        }
        self.reasons
    }
}

/// Returns the size in bytes of the index after its last write.
fn checkpoint(root: &Dir) -> Option<u64> {
    let bytes = root.read(CHECKPOINT_FILE, 32).ok()?;
    String::from_utf8(bytes).ok()?.trim().parse().ok()
}

/// Returns the id at the start of a complete line. The rest of the line is not checked.
fn id_of(line: &str) -> Option<&str> {
    line.strip_suffix("}\n")?
        .strip_prefix("{\"id\":\"")?
        .split('"')
        .next()
        .filter(|id| super::id::is_valid(id))
}

/// Returns whether the path of a line is that of the capsule with this id. Lines that this version writes end with
/// the path, so they are not parsed.
fn has_path_of(id: &str, line: &str) -> bool {
    const KEY: &str = "\"path\":\"";
    let path = line.strip_suffix("\"}\n").and_then(|line| Some(line.rsplit_once(KEY)?.1));
    let is_plain = path.is_some_and(|path| !path.contains(['"', '\\']));
    match path.and_then(Location::parse) {
        Some(location) if is_plain && location.id() == id => true,
        _ => parse_line(line).is_some(),
    }
}

/// Returns the path of a line that is valid but for its path.
fn foreign_path(line: &str) -> Option<String> {
    let entry: IndexEntry = serde_json::from_str(line).ok()?;
    Some(vitte_diag::text::truncate(&entry.path, 200).to_owned())
}

/// Parses a line. The index is untrusted, so a path that is not that of the crash's capsule in the repository is
/// rejected.
fn parse_line(line: &str) -> Option<IndexEntry> {
    let entry: IndexEntry = serde_json::from_str(line).ok()?;
    let location = Location::parse(&entry.path)?;
    (location.id() == entry.id).then_some(entry)
}

fn to_line(entry: &IndexEntry) -> io::Result<String> {
    Ok(serde_json::to_string(entry)? + "\n")
}

/// The index file under an exclusive lock.
#[derive(Debug)]
pub(super) struct LockedIndex<'a> {
    root: &'a Dir,
    file: File,
    /// False if the file belongs to another user or has another hard link. It is locked, but not changed.
    is_writable: bool,
}

impl<'a> LockedIndex<'a> {
    /// Waits for the lock, at most for `timeout`. Returns `None` if another process keeps it for longer, or if
    /// something that cannot be replaced has the name of the index. Creates the index if it does not exist.
    pub(super) fn wait(root: &'a Dir, timeout: Duration) -> io::Result<Option<Self>> {
        let deadline = Instant::now() + timeout;
        loop {
            let (file, is_writable) = match root.open_for_append(INDEX_FILE) {
                Ok(Some(opened)) => opened,
                Err(error) if error.kind() != io::ErrorKind::PermissionDenied => return Err(error),
                failed => match remove_unusable(root) {
                    Ok(()) if Instant::now() < deadline => continue,
                    _ => return failed.map(|_| None),
                },
            };
            let is_locked = file_lock::wait(&file, deadline.min(Instant::now() + REOPEN_DELAY))?;
            if is_locked && root.has(&file, INDEX_FILE) {
                return Ok(Some(Self { root, file, is_writable }));
            }
            // Another process has the lock, or replaced the file while this one waited.
            if Instant::now() >= deadline {
                return Ok(None);
            }
        }
    }

    /// Reads the lines of the index.
    pub(super) fn lines(&mut self) -> io::Result<IndexLines> {
        let size = self.file.seek(SeekFrom::End(0))?;
        if size > MAX_INDEX_BYTES {
            return Ok(IndexLines::too_large(size));
        }
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&self.file).take(MAX_INDEX_BYTES).read_to_end(&mut bytes)?;
        Ok(IndexLines::parse(self.root, bytes))
    }

    /// Appends the line of an entry.
    pub(super) fn append(&mut self, entry: &IndexEntry) -> io::Result<()> {
        if !self.is_writable {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut line = to_line(entry)?;
        let len = self.file.seek(SeekFrom::End(0))?;
        if len > 0 {
            let mut last = [0];
            self.file.seek(SeekFrom::Start(len - 1))?;
            self.file.read_exact(&mut last)?;
            // The previous writer was killed in the middle of its line.
            if last != *b"\n" {
                line.insert(0, '\n');
            }
        }
        // If the checkpoint did not match before, it is not updated, so that the next reader notices the damage.
        let is_intact = len == 0 || checkpoint(self.root) == Some(len);
        self.file.write_all(line.as_bytes())?;
        if is_intact {
            self.set_checkpoint(len + line.len() as u64);
        }
        Ok(())
    }

    /// Replaces the index with one of these entries, atomically.
    ///
    /// In a repository of another user this is an error: that user could not read the new index.
    pub(super) fn replace(self, entries: impl Iterator<Item = IndexEntry>) -> io::Result<()> {
        if !self.root.is_own() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut text = String::new();
        for entry in entries {
            text += &to_line(&entry)?;
        }
        let mut file = TempFile::unique(self.root, "index")?;
        file.write(text.as_bytes(), true)?;
        file.persist(INDEX_FILE)?;
        self.set_checkpoint(text.len() as u64);
        self.root.sync();
        Ok(())
    }

    /// Records the size of the index. If that fails, the next reader compares the index with all files.
    ///
    /// The old file is removed, not replaced: ext4 writes a file to the disk before it replaces another one, and all
    /// other crashing threads and processes would wait for that.
    fn set_checkpoint(&self, len: u64) {
        _ = self.root.remove_file(CHECKPOINT_FILE);
        let file = self.root.create_file(CHECKPOINT_FILE);
        _ = file.and_then(|mut file| file.write_all(format!("{len}\n").as_bytes()));
    }

    /// Clears the dirty flag before the files are listed, so that a crash stored afterwards sets it again. The
    /// checkpoint is removed too: if this process is killed before the repair ends, the next reader repeats it.
    pub(super) fn begin_repair(&self) {
        _ = self.root.remove_file(CHECKPOINT_FILE);
        _ = self.root.remove_file(DIRTY_FLAG_FILE);
    }
}

/// Removes what has the name of the index and cannot be its file: a link itself, a named pipe, a socket, a device, or
/// in an own directory a file of another user.
fn remove_unusable(root: &Dir) -> io::Result<()> {
    let info = root.info(INDEX_FILE)?;
    match info.kind {
        EntryKind::Dir => Err(io::ErrorKind::IsADirectory.into()),
        EntryKind::File if info.is_own || !root.is_own() => {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        _ => root.remove_file(INDEX_FILE),
    }
}

/// Sets the dirty flag, so that the next reader compares the index with all files.
pub(super) fn mark_dirty(root: &Dir) {
    // Whatever has this name is the flag.
    _ = root.create_file(DIRTY_FLAG_FILE);
}

/// Writes a small file by renaming a temporary one, so that a link with its name is replaced and not followed.
/// Failure is ignored.
pub(super) fn write_small_file(root: &Dir, name: &str, text: &str) {
    let Ok(mut file) = TempFile::unique(root, "index") else { return };
    if file.write(text.as_bytes(), false).is_ok() {
        _ = file.persist(name);
    }
}

//! `index.jsonl`: one line per crash.
//!
//! A line is appended with one write, under a lock of the file itself. To change many lines, the file is replaced
//! under the same lock; a process that waited for the lock opens the new file.
//!
//! `index.checkpoint` is the checkpoint: the size in bytes of the index after its last write. `index.dirty` is the
//! dirty flag: it exists if a crash was stored whose line could not be appended. A reader that finds another
//! size, or the flag, compares the index with the files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::IndexEntry;
use crate::atomic_file::{self, ReadError};

const INDEX_FILE: &str = "index.jsonl";
const CHECKPOINT_FILE: &str = "index.checkpoint";
const DIRTY_FLAG_FILE: &str = "index.dirty";
/// The size limit of the index, enough for millions of crashes.
const MAX_INDEX_BYTES: u64 = 2 << 30;
/// The pause between two attempts to lock the index.
const LOCK_RETRY_DELAY: Duration = Duration::from_millis(1);

/// Returns the path of the index.
pub(super) fn path(root: &Path) -> PathBuf {
    root.join(INDEX_FILE)
}

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
}

impl IndexLines {
    /// Reads the index without a lock, so the last line may be incomplete.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        match atomic_file::read(&path(root), MAX_INDEX_BYTES) {
            Ok(bytes) => Ok(Self::parse(root, bytes)),
            // A missing index is normal before the first crash; anything but a regular file is replaced.
            Err(ReadError::Io(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) => Ok(Self { is_damaged: true, ..Self::default() }),
        }
    }

    fn parse(root: &Path, bytes: Vec<u8>) -> Self {
        let is_checkpointed = checkpoint(root) == Some(bytes.len() as u64);
        let (text, is_text) = match String::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
        };
        let mut lines = Vec::new();
        let is_dirty = root.join(DIRTY_FLAG_FILE).symlink_metadata().is_ok();
        let mut is_damaged =
            is_dirty || !is_checkpointed || !is_text || !(text.is_empty() || text.ends_with('\n'));
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            match id_of(line) {
                Some(_) => lines.push(start..end),
                None => is_damaged |= !line.trim().is_empty(),
            }
            start = end;
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
        is_damaged |= lines.len() < count_with_duplicates;
        Self { text, lines, is_damaged }
    }

    pub(super) fn from_entries(entries: &[IndexEntry]) -> Self {
        let (mut text, mut lines) = (String::new(), Vec::with_capacity(entries.len()));
        for entry in entries {
            let start = text.len();
            text += &to_line(entry).unwrap_or_default();
            lines.push(start..text.len());
        }
        Self { text, lines, is_damaged: false }
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

/// Returns the size in bytes of the index after its last write.
fn checkpoint(root: &Path) -> Option<u64> {
    let bytes = atomic_file::read(&root.join(CHECKPOINT_FILE), 32).ok()?;
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

/// Parses a line. The index is untrusted, so a path that is not that of the crash's capsule in the repository is
/// rejected.
fn parse_line(line: &str) -> Option<IndexEntry> {
    let entry: IndexEntry = serde_json::from_str(line).ok()?;
    let mut names = entry.path.split('/');
    let last = names.next_back().and_then(super::id::id_of);
    let dirs = names.filter(|name| !name.is_empty() && !name.starts_with('.'));
    let is_inside = last == Some(&*entry.id) && dirs.count() == 3;
    (is_inside && !entry.path.contains('\\') && !entry.path.contains(':')).then_some(entry)
}

fn to_line(entry: &IndexEntry) -> io::Result<String> {
    Ok(serde_json::to_string(entry)? + "\n")
}

/// Locks a file. Returns false if another process has the lock. The lock ends when the file is closed.
///
/// `File::try_lock` does the same since Rust 1.89, which is newer than the MSRV.
fn try_lock(file: &File) -> io::Result<bool> {
    #[cfg(any(unix, windows))]
    match fs4::FileExt::try_lock(file) {
        Ok(()) => Ok(true),
        Err(fs4::TryLockError::WouldBlock) => Ok(false),
        Err(fs4::TryLockError::Error(error)) => Err(error),
    }
    #[cfg(not(any(unix, windows)))]
    {
        _ = file;
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The index file under an exclusive lock.
#[derive(Debug)]
pub(super) struct LockedIndex {
    root: PathBuf,
    file: File,
}

impl LockedIndex {
    /// Waits for the lock, at most for `timeout`. Returns `None` if another process keeps it for longer. Creates
    /// the index if it does not exist.
    pub(super) fn wait(root: &Path, timeout: Duration) -> io::Result<Option<Self>> {
        let deadline = Instant::now() + timeout;
        loop {
            let mut options = OpenOptions::new();
            options.read(true).append(true).create(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt as _;
                options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
            }
            let file = options.open(path(root))?;
            match try_lock(&file) {
                Ok(true) if is_file_at(&file, &path(root)) => {
                    return Ok(Some(Self { root: root.to_owned(), file }));
                }
                // Another process has the lock, or replaced the file while this one waited.
                Ok(_) if Instant::now() < deadline => std::thread::sleep(LOCK_RETRY_DELAY),
                Ok(_) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads the lines of the index.
    pub(super) fn lines(&mut self) -> io::Result<IndexLines> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(IndexLines::parse(&self.root, bytes))
    }

    /// Appends the line of an entry.
    pub(super) fn append(&mut self, entry: &IndexEntry) -> io::Result<()> {
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
        let is_intact = len == 0 || checkpoint(&self.root) == Some(len);
        self.file.write_all(line.as_bytes())?;
        if is_intact {
            self.set_checkpoint(len + line.len() as u64);
        }
        Ok(())
    }

    /// Replaces the index with one of these entries, atomically.
    pub(super) fn replace(self, entries: impl Iterator<Item = IndexEntry>) -> io::Result<()> {
        let mut text = String::new();
        for entry in entries {
            text += &to_line(&entry)?;
        }
        let mut file = tempfile::Builder::new();
        file.prefix(".index-").suffix(atomic_file::TEMP_SUFFIX);
        atomic_file::persist_replacing(
            file.tempfile_in(&self.root)?,
            text.as_bytes(),
            &path(&self.root),
        )?;
        self.set_checkpoint(text.len() as u64);
        atomic_file::sync_dir(&self.root);
        Ok(())
    }

    /// Records the size of the index. If that fails, the next reader compares the index with all files.
    fn set_checkpoint(&self, len: u64) {
        write_small_file(&self.root, CHECKPOINT_FILE, &format!("{len}\n"));
    }

    /// Clears the dirty flag before the files are listed, so that a crash stored afterwards sets it again. The
    /// checkpoint is removed too: if this process is killed before the repair ends, the next reader repeats it.
    pub(super) fn begin_repair(&self) {
        _ = std::fs::remove_file(self.root.join(CHECKPOINT_FILE));
        _ = std::fs::remove_file(self.root.join(DIRTY_FLAG_FILE));
    }
}

/// Returns whether an open file is still the one at `path`.
#[cfg(unix)]
fn is_file_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let inode =
        |data: io::Result<std::fs::Metadata>| data.ok().map(|data| (data.dev(), data.ino()));
    inode(file.metadata()).is_some_and(|own| inode(path.symlink_metadata()) == Some(own))
}

/// On other systems an open file cannot be replaced.
#[cfg(not(unix))]
fn is_file_at(_file: &File, _path: &Path) -> bool {
    true
}

/// Sets the dirty flag, so that the next reader compares the index with all files.
pub(super) fn mark_dirty(root: &Path) {
    write_small_file(root, DIRTY_FLAG_FILE, "");
}

/// Writes a small file by renaming a temporary one, so that a link with its name is replaced and not followed.
/// Failure is ignored.
pub(super) fn write_small_file(root: &Path, name: &str, text: &str) {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".index-").suffix(atomic_file::TEMP_SUFFIX);
    let Ok(mut file) = builder.tempfile_in(root) else { return };
    if file.write_all(text.as_bytes()).is_ok() {
        _ = file.persist(root.join(name));
    }
}

/// A search string that is matched against unparsed lines, so that few lines have to be parsed.
#[derive(Clone, Debug)]
pub(super) struct Needle(Vec<u8>);

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let json = serde_json::to_string(text).unwrap_or_default();
        Self(json.trim_matches('"').to_ascii_lowercase().into_bytes())
    }

    /// Returns false only if the line does not contain the string, ignoring case. Returning true means that it may.
    pub(super) fn may_be_in(&self, line: &str) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return true };
        // The case of non-ASCII letters cannot be ignored by comparing bytes.
        if !line.is_ascii() || !self.0.is_ascii() {
            return true;
        }
        let line = line.as_bytes();
        let (lower, upper) = (*first, first.to_ascii_uppercase());
        let mut from = 0;
        while let Some(tail) = line.get(from..) {
            let Some(at) = tail.iter().position(|byte| *byte == lower || *byte == upper) else {
                break;
            };
            from += at + 1;
            let is_match =
                line.get(from..from + rest.len()).is_some_and(|own| own.eq_ignore_ascii_case(rest));
            if is_match {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_contains_the_text_is_never_skipped() {
        let line = |text: &str| serde_json::json!({ "message": text }).to_string();
        for (text, needle) in [
            ("Index out of bounds", "OUT of"),
            ("the \"x\" \\ y\n", "\"X\" \\"),
            ("\u{1b}[2J", "\u{1b}[2j"),
            ("GRÖSSE und Größe", "größe"),
            ("aab", "ab"),
            ("anything", ""),
            ("é", "é"),
            ("a \u{212a} for a K", "for a k"),
        ] {
            assert!(Needle::new(needle).may_be_in(&line(text)), "{needle}");
        }
        for (text, needle) in [("abc", "abd"), ("abc", "abcd"), ("", "x")] {
            assert!(!Needle::new(needle).may_be_in(&line(text)), "{needle}");
        }
    }
}

//! `index.jsonl`: a line for each crash.
//!
//! A line is added under a lock of the file itself, with one write. Where many lines change, a new file
//! takes the place of the old one, also under its lock: whoever waited for that looks again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Entry;
use crate::disk::{self, ReadError};

const NAME: &str = "index.jsonl";
/// Where it is said how many bytes the index had when its last writer left it.
const SEAL: &str = "index.seal";
/// Is there where somebody stored a crash and could not add its line.
const UNTOLD: &str = "index.untold";
/// Bytes of an index that are read: those of some millions of crashes.
const LARGEST: u64 = 2 << 30;
/// How long it is waited before it is asked for the lock again.
const PAUSE: Duration = Duration::from_millis(1);

/// Where the index of a repository is.
pub(super) fn path(root: &Path) -> PathBuf {
    root.join(NAME)
}

/// Bytes of a line up to the end of its name.
const HEAD: usize = "{\"id\":\"2025-10-22T13-05-42-123-9f8e7d6c".len();

/// The index as it is on disk.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    /// Where the lines are, in the order of their names.
    lines: Vec<Range<usize>>,
    /// Whether something in it is no line of an index, or it is not as its last writer left it.
    pub(super) is_damaged: bool,
}

impl Lines {
    /// Reads it, without a lock: the last line may not be whole yet.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        match disk::read(&path(root), LARGEST) {
            Ok(bytes) => Ok(Self::of(root, bytes)),
            // Nothing was stored yet, or somebody removed it; or it is something else than a file.
            Err(ReadError::Io(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) => Ok(Self { is_damaged: true, ..Self::default() }),
        }
    }

    fn of(root: &Path, bytes: Vec<u8>) -> Self {
        let is_sealed = sealed(root) == Some(bytes.len() as u64);
        let (text, is_text) = match String::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
        };
        let mut lines = Vec::new();
        let is_untold = root.join(UNTOLD).symlink_metadata().is_ok();
        let mut is_damaged =
            is_untold || !is_sealed || !is_text || !(text.is_empty() || text.ends_with('\n'));
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
        // The name is at the same place in each. Of two lines of one crash the later one counts.
        let head = |line: &Range<usize>| text.as_bytes().get(line.start..line.start + HEAD);
        lines.sort_by(|a, b| head(a).cmp(&head(b)));
        let before = lines.len();
        lines.reverse();
        lines.dedup_by(|a, b| id(a) == id(b));
        lines.reverse();
        is_damaged |= lines.len() < before;
        Self { text, lines, is_damaged }
    }

    /// Those of these entries.
    pub(super) fn from_entries(entries: &[Entry]) -> Self {
        let (mut text, mut lines) = (String::new(), Vec::with_capacity(entries.len()));
        for entry in entries {
            let start = text.len();
            text += &line(entry).unwrap_or_default();
            lines.push(start..text.len());
        }
        Self { text, lines, is_damaged: false }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The text of a line, by its 0-based place in the order of the names.
    pub(super) fn text_at(&self, line: usize) -> &str {
        self.lines.get(line).and_then(|line| self.text.get(line.clone())).unwrap_or_default()
    }

    pub(super) fn id_at(&self, line: usize) -> &str {
        id_of(self.text_at(line)).unwrap_or_default()
    }

    pub(super) fn at(&self, line: usize) -> Option<Entry> {
        parse(self.text_at(line))
    }

    fn texts(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.lines.len()).map(|line| self.text_at(line))
    }

    /// The names, in their order.
    pub(super) fn ids(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.texts().map(|line| id_of(line).unwrap_or_default())
    }

    /// The entry of a name; nothing where its line is damaged.
    pub(super) fn entry(&self, id: &str) -> Option<Entry> {
        self.at(self.place(id)?)
    }

    /// The 0-based place of a name in their order.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        let own = |line: &Range<usize>| self.text.get(line.clone()).and_then(id_of);
        self.lines.binary_search_by(|line| own(line).cmp(&Some(id))).ok()
    }

    /// The entries of all lines that can be read, in the order of their names.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = Entry> {
        self.texts().filter_map(parse)
    }
}

/// How many bytes the index had when its last writer left it.
fn sealed(root: &Path) -> Option<u64> {
    String::from_utf8(disk::read(&root.join(SEAL), 32).ok()?).ok()?.trim().parse().ok()
}

/// The name that a line begins with, where it has an end too. What is between is not looked at.
fn id_of(line: &str) -> Option<&str> {
    line.strip_suffix("}\n")?
        .strip_prefix("{\"id\":\"")?
        .split('"')
        .next()
        .filter(|id| super::id::is_valid(id))
}

/// A line may come from anywhere: its path is that of a capsule with its name, in the folder.
fn parse(line: &str) -> Option<Entry> {
    let entry: Entry = serde_json::from_str(line).ok()?;
    let mut names = entry.path.split('/');
    let last = names.next_back().and_then(super::id::id_of);
    let folders = names.filter(|name| !name.is_empty() && !name.starts_with('.'));
    let is_own = last == Some(&*entry.id) && folders.count() == 3;
    (is_own && !entry.path.contains('\\') && !entry.path.contains(':')).then_some(entry)
}

/// An entry as a line.
fn line(entry: &Entry) -> io::Result<String> {
    Ok(serde_json::to_string(entry)? + "\n")
}

/// Returns true where the file is locked now, and false where another process has the lock. The lock ends
/// when the file is closed.
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

/// The index, which nobody else changes meanwhile.
#[derive(Debug)]
pub(super) struct Locked {
    root: PathBuf,
    file: File,
}

impl Locked {
    /// Waits for the lock for so long at most; nothing where somebody else has it for longer. The file
    /// is made where it is not there.
    pub(super) fn wait(root: &Path, most: Duration) -> io::Result<Option<Self>> {
        let end = Instant::now() + most;
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
                Ok(true) if is_at(&file, &path(root)) => {
                    return Ok(Some(Self { root: root.to_owned(), file }));
                }
                // Another process has the lock, or the file was replaced while it was waited for.
                Ok(_) if Instant::now() < end => std::thread::sleep(PAUSE),
                Ok(_) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// What it holds.
    pub(super) fn lines(&mut self) -> io::Result<Lines> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(Lines::of(&self.root, bytes))
    }

    /// Adds a line.
    pub(super) fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = line(entry)?;
        let len = self.file.seek(SeekFrom::End(0))?;
        if len > 0 {
            let mut last = [0];
            self.file.seek(SeekFrom::Start(len - 1))?;
            self.file.read_exact(&mut last)?;
            // Whoever wrote the line before was ended in the middle of it.
            if last != *b"\n" {
                line.insert(0, '\n');
            }
        }
        // What another than its last writer did to it is for the next reader to find.
        let is_whole = len == 0 || sealed(&self.root) == Some(len);
        self.file.write_all(line.as_bytes())?;
        if is_whole {
            self.seal(len + line.len() as u64);
        }
        Ok(())
    }

    /// Puts an index of these entries in its place, as a whole or not at all.
    pub(super) fn replace(self, entries: impl Iterator<Item = Entry>) -> io::Result<()> {
        let mut text = String::new();
        for entry in entries {
            text += &line(&entry)?;
        }
        let mut file = tempfile::Builder::new();
        file.prefix(".index-").suffix(disk::TEMPORARY);
        disk::replace(file.tempfile_in(&self.root)?, text.as_bytes(), &path(&self.root))?;
        self.seal(text.len() as u64);
        disk::sync(&self.root);
        Ok(())
    }

    /// Where it cannot be written, the next reader looks at all files, and that is all.
    fn seal(&self, len: u64) {
        put(&self.root, SEAL, &format!("{len}\n"));
    }

    /// What is found from now on is all that there is to be found: who adds a file later says so again. Whoever
    /// is killed before it is written down leaves no seal.
    pub(super) fn begin_to_mend(&self) {
        _ = std::fs::remove_file(self.root.join(SEAL));
        _ = std::fs::remove_file(self.root.join(UNTOLD));
    }
}

/// Whether a file is the one that has the name now.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let known =
        |data: io::Result<std::fs::Metadata>| data.ok().map(|data| (data.dev(), data.ino()));
    known(file.metadata()).is_some_and(|own| known(path.symlink_metadata()) == Some(own))
}

/// Elsewhere a file that is open keeps its name.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

/// Has the next reader look at all files.
pub(super) fn distrust(root: &Path) {
    put(root, UNTOLD, "");
}

/// Writes a small file, which takes the place of whatever has its name: nothing is written through a link. It is
/// of no harm where that fails.
pub(super) fn put(root: &Path, name: &str, text: &str) {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".index-").suffix(disk::TEMPORARY);
    let Ok(mut file) = builder.tempfile_in(root) else { return };
    if file.write_all(text.as_bytes()).is_ok() {
        _ = file.persist(root.join(name));
    }
}

/// A text that is looked for in lines as they are, so that few of them have to be parsed.
#[derive(Clone, Debug)]
pub(super) struct Needle(Vec<u8>);

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let json = serde_json::to_string(text).unwrap_or_default();
        Self(json.trim_matches('"').to_ascii_lowercase().into_bytes())
    }

    /// Whether a line may have it: false only where it has not.
    pub(super) fn may_be_in(&self, line: &str) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return true };
        // Of letters that are not ASCII a look at bytes cannot tell the case.
        if !line.is_ascii() || !self.0.is_ascii() {
            return true;
        }
        let line = line.as_bytes();
        let (low, high) = (*first, first.to_ascii_uppercase());
        let mut from = 0;
        while let Some(behind) = line.get(from..) {
            let Some(at) = behind.iter().position(|byte| *byte == low || *byte == high) else {
                break;
            };
            from += at + 1;
            let is_here =
                line.get(from..from + rest.len()).is_some_and(|own| own.eq_ignore_ascii_case(rest));
            if is_here {
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
    fn a_needle_is_found_wherever_it_is() {
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

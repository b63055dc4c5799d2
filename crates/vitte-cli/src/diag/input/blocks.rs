//! Splits inputs into blocks of whole lines.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use same_file::Handle;
use vitte_diag::input::{self, InputError};
use vitte_diag::text;

/// A part of the inputs.
#[derive(Debug)]
pub(super) enum Item {
    /// An input begins. The name is safe to show.
    Start(String),
    /// Whole lines. Only the last line of an input may have no line feed, if [lines](Blocks::without_lines) matter.
    Lines(Vec<u8>),
    /// A line that is too long, and was skipped.
    TooLong,
    /// The input cannot be read any further: the reason.
    Failed(String),
    /// An input that was not opened: its name and the reason.
    NotOpened(String, String),
}

impl Item {
    /// Returns the size of the item in memory, in bytes, roughly.
    pub(super) fn size(&self) -> usize {
        let bytes = if let Self::Lines(bytes) = self { bytes.len() } else { 0 };
        bytes + 256
    }
}

/// What is read from a stream at once, in bytes: the size of a pipe.
const STREAM_BYTES: usize = 64 << 10;

/// Reads inputs one after the other. A stream is not read ahead: its lines are returned as soon as they are there.
pub(super) struct Blocks {
    inputs: VecDeque<PathBuf>,
    /// A file that is read instead of standard input, for the first time.
    stdin_copy: Option<PathBuf>,
    rejects_output: bool,
    /// Whether blocks end with a line.
    has_lines: bool,
    current: Option<Current>,
    /// The first part of a line whose end has not been read.
    rest: Vec<u8>,
    /// The rest of the line is skipped.
    is_skipping: bool,
    max_line_bytes: usize,
    /// The size of the blocks of a regular file, in bytes.
    block_bytes: usize,
    /// Memory of blocks that were used before.
    unused: Vec<Vec<u8>>,
    read: Arc<AtomicU64>,
}

enum Current {
    File(File),
    Stdin(io::Stdin),
}

impl Blocks {
    /// `-` is standard input. `read` counts the bytes that were read.
    pub(super) fn new(
        inputs: Vec<PathBuf>,
        max_line_bytes: usize,
        block_bytes: usize,
        read: Arc<AtomicU64>,
    ) -> Self {
        Self {
            inputs: inputs.into(),
            stdin_copy: None,
            rejects_output: false,
            has_lines: true,
            current: None,
            rest: Vec::new(),
            is_skipping: false,
            max_line_bytes,
            block_bytes,
            unused: Vec::new(),
            read,
        }
    }

    /// Rejects an input that is standard output, too: reading it would never end.
    pub(super) fn without_output(mut self) -> Self {
        self.rejects_output = true;
        self
    }

    /// Returns what was read as it is, also parts of lines.
    pub(super) fn without_lines(mut self) -> Self {
        self.has_lines = false;
        self
    }

    /// Reads standard input from a file, which is a copy of it.
    pub(super) fn with_stdin_copy(mut self, copy: Option<PathBuf>) -> Self {
        self.stdin_copy = copy;
        self
    }

    /// Takes memory back.
    pub(super) fn reuse(&mut self, mut block: Vec<u8>) {
        if self.unused.len() < 8 && block.capacity() <= 4 * self.block_bytes {
            block.clear();
            self.unused.push(block);
        }
    }

    /// Returns the next item, or `None` at the end of the last input.
    pub(super) fn next(&mut self) -> Option<Item> {
        loop {
            let Some(mut current) = self.current.take() else {
                return self.inputs.pop_front().map(|path| self.open(&path));
            };
            let mut block = std::mem::take(&mut self.rest);
            let start = block.len();
            let read = read_some(&mut current, self.block_bytes, &mut block);
            self.read.fetch_add((block.len() - start) as u64, Ordering::Relaxed);
            match read {
                // What was read before the error is used; the same error comes again, or the input ends.
                Err(error) if block.len() == start => {
                    self.is_skipping = false;
                    return Some(Item::Failed(error.to_string()));
                }
                Ok(()) if block.len() == start => {
                    let is_skipped = std::mem::take(&mut self.is_skipping);
                    if block.is_empty() || is_skipped {
                        continue;
                    }
                    return Some(Item::Lines(block));
                }
                Ok(()) | Err(_) => {}
            }
            self.current = Some(current);
            if !self.has_lines {
                return Some(Item::Lines(block));
            }
            if let Some(item) = self.split(block, start) {
                return Some(item);
            }
        }
    }

    /// Splits what was read after its last line feed. `start` bytes were examined before.
    fn split(&mut self, mut block: Vec<u8>, start: usize) -> Option<Item> {
        if self.is_skipping {
            let end = memchr::memchr(b'\n', block.get(start..)?).map(|at| start + at + 1);
            self.is_skipping = end.is_none();
            block.drain(..end.unwrap_or(block.len()));
            if block.is_empty() {
                self.rest = block;
                return None;
            }
            return self.split(block, 0);
        }
        let Some(end) = memchr::memrchr(b'\n', block.get(start..)?).map(|at| start + at + 1) else {
            if block.len() <= self.max_line_bytes {
                self.rest = block;
                return None;
            }
            self.is_skipping = true;
            return Some(Item::TooLong);
        };
        let mut rest = self.unused.pop().unwrap_or_default();
        rest.extend_from_slice(block.get(end..)?);
        self.rest = rest;
        block.truncate(end);
        Some(Item::Lines(block))
    }

    fn open(&mut self, path: &Path) -> Item {
        let is_stdin = path == Path::new("-");
        let copy = self.stdin_copy.take_if(|_| is_stdin);
        let name = if is_stdin { "<stdin>".into() } else { path.to_string_lossy() };
        let name = text::one_line(&name).into_owned();
        let is_rejected = |input| self.rejects_output && is_output(input);
        let rejected = |name| Item::NotOpened(name, "it is the output, too".to_owned());
        if is_stdin && copy.is_none() {
            if is_rejected(Handle::stdin()) {
                return rejected(name);
            }
            self.current = Some(Current::Stdin(io::stdin()));
            return Item::Start(name);
        }
        match input::open_file(copy.as_deref().unwrap_or(path)) {
            Ok(file) if is_rejected(file.try_clone().and_then(Handle::from_file)) => rejected(name),
            Ok(file) => {
                self.current = Some(Current::File(file));
                Item::Start(name)
            }
            Err(error) => Item::NotOpened(name, reason(&error)),
        }
    }
}

/// Returns true if an input is the regular file that standard output writes to.
fn is_output(input: io::Result<Handle>) -> bool {
    let is_file = |handle: &Handle| handle.as_file().metadata().is_ok_and(|file| file.is_file());
    input.is_ok_and(|input| is_file(&input) && Handle::stdout().is_ok_and(|out| out == input))
}

/// Appends what can be read at once.
fn read_some(current: &mut Current, len: usize, block: &mut Vec<u8>) -> io::Result<()> {
    let start = block.len();
    let read = match current {
        // Without clearing the memory before.
        Current::File(file) => return file.take(len as u64).read_to_end(block).map(drop),
        Current::Stdin(stdin) => {
            block.resize(start + STREAM_BYTES, 0);
            let free = block.get_mut(start..).unwrap_or_default();
            loop {
                match stdin.lock().read(free) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            }
        }
    };
    block.truncate(start + read.as_ref().map_or(0, |read| *read));
    read.map(drop)
}

/// Returns why a named file was not read, and what to do.
pub(in crate::diag) fn reason(error: &InputError) -> String {
    match error {
        InputError::NotAFile(kind) if kind.is_stream() => {
            format!("{error}; pass `-` and redirect it to standard input")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK_BYTES: usize = 64 << 10;

    /// Returns the items of a file with a limit of 10 bytes per line.
    fn items(text: &[u8]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("in");
        std::fs::write(&path, text).unwrap();
        let mut blocks = Blocks::new(vec![path], 10, BLOCK_BYTES, Arc::default());
        std::iter::from_fn(|| blocks.next())
            .skip(1)
            .map(|item| match item {
                Item::Lines(lines) => String::from_utf8(lines).unwrap(),
                Item::TooLong => "TOO LONG".to_owned(),
                item => format!("{item:?}"),
            })
            .collect()
    }

    #[test]
    fn a_block_ends_with_a_line() {
        assert!(items(b"").is_empty());
        assert_eq!(items(b"a\nb\n"), ["a\nb\n"]);
        assert_eq!(items(b"a\nb"), ["a\n", "b"]);
        let lines = "12345678\n".repeat(2 * BLOCK_BYTES / 9);
        let blocks = items(lines.as_bytes());
        assert!(blocks.len() >= 2 && blocks.iter().all(|block| block.ends_with('\n')));
        assert_eq!(blocks.concat(), lines);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped() {
        let long = "x".repeat(3 * BLOCK_BYTES);
        assert_eq!(items(format!("a\n{long}\nb\n").as_bytes()), ["a\n", "TOO LONG", "b\n"]);
        assert_eq!(items(long.as_bytes()), ["TOO LONG"]);
        assert_eq!(items(format!("{long}\n").as_bytes()), ["TOO LONG"]);
    }
}

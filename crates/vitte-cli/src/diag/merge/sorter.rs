//! Sorts more than fits in memory.
//!
//! The method is the external merge sort of Knuth, *The Art of Computer Programming*, volume 3, section 5.4. Records are
//! bytes and are compared as such. The crates for it (`ext-sort`, `extsort`) limit the number of items in memory, not their
//! size, and leave named files behind if the process is killed.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is needed besides the records, in bytes: blocks of the input, buffers, the program itself.
const OTHER_MEMORY: usize = 24 << 20;
/// The minimum for the records of a thread, in bytes.
const MIN_CHUNK_BYTES: usize = 1 << 20;
/// The buffers for writing a run, and the maximum for reading one.
const BUFFER_BYTES: usize = 256 << 10;
/// The minimum size of a buffer for reading a run. If there are too many runs for it, some are merged first.
const MIN_BUFFER_BYTES: usize = 32 << 10;

/// Collects records on several threads, and sorts them.
pub(super) struct Sorter {
    dir: PathBuf,
    /// The maximum size of the records of one thread.
    chunk_bytes: usize,
    /// The memory for all records.
    memory: usize,
    /// The chunks that no thread uses now.
    chunks: Mutex<Vec<Chunk>>,
    runs: Mutex<Vec<Run>>,
}

/// Records in memory, and the temporary file of their thread.
#[derive(Default)]
pub(super) struct Chunk {
    bytes: Vec<u8>,
    records: Vec<Record>,
    file: Option<Arc<File>>,
}

/// A record in [`Chunk::bytes`]: a key, then a line.
#[derive(Clone, Copy)]
struct Record {
    start: usize,
    key_len: u32,
    line_len: u32,
}

/// Sorted records in a file.
struct Run {
    file: Arc<File>,
    start: u64,
    end: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sorter {
    /// `memory` is in bytes; temporary files are in `dir`.
    pub(super) fn new(memory: usize, threads: NonZeroUsize, dir: PathBuf) -> Self {
        let memory = memory.saturating_sub(OTHER_MEMORY);
        let chunk_bytes = (memory / threads).max(MIN_CHUNK_BYTES);
        Self { dir, chunk_bytes, memory, chunks: Mutex::default(), runs: Mutex::default() }
    }

    /// Returns a chunk for a thread.
    pub(super) fn chunk(&self) -> Chunk {
        lock(&self.chunks).pop().unwrap_or_default()
    }

    /// Takes a chunk back.
    pub(super) fn put_back(&self, chunk: Chunk) {
        lock(&self.chunks).push(chunk);
    }

    /// Adds a record to a chunk, which is written to disk first if it is full.
    pub(super) fn push(&self, chunk: &mut Chunk, key: &[u8], line: &[u8]) -> io::Result<()> {
        let len = key.len() + line.len();
        if chunk.size() + len + size_of::<Record>() > self.chunk_bytes {
            self.spill(chunk)?;
        }
        if chunk.bytes.capacity() == 0 {
            // Memory that is not used yet costs nothing. If there is not so much, the chunk grows instead.
            _ = chunk.bytes.try_reserve_exact(self.chunk_bytes);
        }
        let (start, too_long) =
            (chunk.bytes.len(), || io::Error::from(io::ErrorKind::FileTooLarge));
        let key_len = u32::try_from(key.len()).map_err(|_| too_long())?;
        let line_len = u32::try_from(line.len()).map_err(|_| too_long())?;
        chunk.bytes.extend_from_slice(key);
        chunk.bytes.extend_from_slice(line);
        chunk.records.push(Record { start, key_len, line_len });
        Ok(())
    }

    /// Writes the records of a chunk to its file, sorted.
    fn spill(&self, chunk: &mut Chunk) -> io::Result<()> {
        if chunk.records.is_empty() {
            return Ok(());
        }
        chunk.sort();
        let file = match &chunk.file {
            Some(file) => Arc::clone(file),
            // Without a name: it is removed however the process ends.
            None => Arc::clone(chunk.file.insert(Arc::new(tempfile::tempfile_in(&self.dir)?))),
        };
        let mut writer = RunWriter::new(file)?;
        for record in &chunk.records {
            let (key, line) = chunk.parts(*record);
            writer.push(key, line)?;
        }
        lock(&self.runs).push(writer.finish()?);
        chunk.bytes.clear();
        chunk.records.clear();
        Ok(())
    }

    /// Returns all records in order. All threads must be done.
    pub(super) fn sort(&self) -> io::Result<Sorted> {
        let mut chunks = std::mem::take(&mut *lock(&self.chunks));
        let is_on_disk = !lock(&self.runs).is_empty();
        for chunk in &mut chunks {
            match is_on_disk {
                true => self.spill(chunk)?,
                false => chunk.sort(),
            }
        }
        if !is_on_disk {
            return Sorted::new(chunks.into_iter().map(|chunk| Source::Chunk(chunk, 0)));
        }
        drop(chunks);
        let mut runs = std::mem::take(&mut *lock(&self.runs));
        let max_runs = (self.memory / MIN_BUFFER_BYTES).max(2);
        while runs.len() > max_runs {
            let later = runs.split_off(max_runs);
            let merged = self.merge(runs)?;
            runs = later;
            runs.push(merged);
        }
        self.open(runs)
    }

    /// Merges runs into one.
    fn merge(&self, runs: Vec<Run>) -> io::Result<Run> {
        let mut sorted = self.open(runs)?;
        let mut writer = RunWriter::new(Arc::new(tempfile::tempfile_in(&self.dir)?))?;
        while sorted.advance()? {
            writer.push(sorted.last.key(), sorted.last.line())?;
        }
        writer.finish()
    }

    fn open(&self, runs: Vec<Run>) -> io::Result<Sorted> {
        let buffer = (self.memory / runs.len().max(1)).clamp(MIN_BUFFER_BYTES, BUFFER_BYTES);
        Sorted::new(runs.into_iter().map(|run| Source::Run(BufReader::with_capacity(buffer, run))))
    }
}

impl Chunk {
    /// Returns the memory that is used.
    fn size(&self) -> usize {
        self.bytes.len() + self.records.capacity() * size_of::<Record>()
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.records.sort_unstable_by(|one, other| one.of(bytes).cmp(other.of(bytes)));
    }

    /// Returns the key and the line of a record.
    fn parts(&self, record: Record) -> (&[u8], &[u8]) {
        record.of(&self.bytes).split_at_checked(record.key_len as usize).unwrap_or_default()
    }
}

impl Record {
    fn of(self, bytes: &[u8]) -> &[u8] {
        let len = self.key_len as usize + self.line_len as usize;
        bytes.get(self.start..self.start + len).unwrap_or_default()
    }
}

/// Writes a run at the end of a file: for each record the lengths of key and line, and both.
struct RunWriter {
    file: Arc<File>,
    start: u64,
    buffer: BufWriter<ArcFile>,
}

/// A file that is written to through a shared handle.
struct ArcFile(Arc<File>);

impl Write for ArcFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl RunWriter {
    fn new(file: Arc<File>) -> io::Result<Self> {
        let start = (&*file).seek(io::SeekFrom::End(0))?;
        let buffer = BufWriter::with_capacity(BUFFER_BYTES, ArcFile(Arc::clone(&file)));
        Ok(Self { file, start, buffer })
    }

    fn push(&mut self, key: &[u8], line: &[u8]) -> io::Result<()> {
        for part in [key, line] {
            let len = u32::try_from(part.len()).map_err(io::Error::other)?;
            self.buffer.write_all(&len.to_le_bytes())?;
        }
        self.buffer.write_all(key)?;
        self.buffer.write_all(line)
    }

    fn finish(mut self) -> io::Result<Run> {
        self.buffer.flush()?;
        let end = (&*self.file).stream_position()?;
        Ok(Run { file: self.file, start: self.start, end })
    }
}

/// Reads the rest of a run. Several runs of one file are read in turns.
impl Read for Run {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.start).unwrap_or(usize::MAX);
        let len = buffer.len().min(left);
        let buffer = buffer.get_mut(..len).unwrap_or_default();
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.start)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.start)?;
        #[cfg(not(any(unix, windows)))]
        let read = (&*self.file)
            .seek(io::SeekFrom::Start(self.start))
            .and_then(|_| (&*self.file).read(buffer))?;
        if read == 0 && len > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.start += read as u64;
        Ok(read)
    }
}

/// Sorted records.
enum Source {
    /// Those in memory from an index on.
    Chunk(Chunk, usize),
    Run(BufReader<Run>),
}

/// A copy of a record.
#[derive(Default, PartialEq, Eq)]
struct Current {
    bytes: Vec<u8>,
    key_len: usize,
}

impl Current {
    fn key(&self) -> &[u8] {
        self.bytes.get(..self.key_len).unwrap_or_default()
    }

    fn line(&self) -> &[u8] {
        self.bytes.get(self.key_len..).unwrap_or_default()
    }
}

impl Source {
    /// Reads the next record. Returns false if there is none.
    fn read(&mut self, current: &mut Current) -> io::Result<bool> {
        current.bytes.clear();
        match self {
            Self::Chunk(chunk, next) => {
                let Some(record) = chunk.records.get(*next) else { return Ok(false) };
                *next += 1;
                current.bytes.extend_from_slice(record.of(&chunk.bytes));
                current.key_len = record.key_len as usize;
            }
            Self::Run(run) => {
                if run.buffer().is_empty() && run.get_ref().start == run.get_ref().end {
                    return Ok(false);
                }
                let mut lens = [0; 8];
                run.read_exact(&mut lens)?;
                let (key_len, line_len) = lens.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
                let len = |bytes: &[u8]| bytes.try_into().map_or(0, u32::from_le_bytes);
                current.key_len = len(key_len) as usize;
                current.bytes.resize(current.key_len + len(line_len) as usize, 0);
                run.read_exact(&mut current.bytes)?;
            }
        }
        Ok(true)
    }
}

/// A source and its current record; ordered by the record.
struct Head(Current, Source);

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.bytes.cmp(&other.0.bytes)
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// All records in order, each once.
pub(super) struct Sorted {
    heads: BinaryHeap<Reverse<Head>>,
    last: Current,
    is_started: bool,
}

impl Sorted {
    fn new(sources: impl Iterator<Item = Source>) -> io::Result<Self> {
        let mut heads = Vec::new();
        for mut source in sources {
            let mut current = Current::default();
            if source.read(&mut current)? {
                heads.push(Reverse(Head(current, source)));
            }
        }
        Ok(Self { heads: heads.into(), last: Current::default(), is_started: false })
    }

    /// Returns the next line, without a line feed.
    pub(super) fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        Ok(if self.advance()? { Some(self.last.line()) } else { None })
    }

    /// Makes the next record that differs the last one. Returns false if there is none.
    fn advance(&mut self) -> io::Result<bool> {
        while let Some(mut head) = self.heads.peek_mut() {
            let Reverse(Head(current, source)) = &mut *head;
            let is_new = !self.is_started || *current != self.last;
            if is_new {
                std::mem::swap(current, &mut self.last);
                self.is_started = true;
            }
            if !source.read(current)? {
                PeekMut::pop(head);
            }
            if is_new {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

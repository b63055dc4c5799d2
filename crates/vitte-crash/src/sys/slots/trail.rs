//! The breadcrumbs of a thread, in memory that another process can read.

use std::alloc::{Layout, alloc_zeroed};
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::ContextStack;
use super::ring::Ring;
use super::texts::decode;

/// Number of breadcrumbs of a thread that are kept.
pub(super) const MAX_BREADCRUMBS: usize = 64;
/// The words of a breadcrumb: the time in microseconds since 1970, the level and the length of the texts, and the texts.
pub(super) const WORDS: usize = 31;
/// Maximum length of the texts of a breadcrumb, in bytes, together with the length of each.
const MAX_TEXT_BYTES: usize = (WORDS - 2) * 8;
/// Maximum length of the name of a thread, in words of eight bytes.
pub(super) const NAME_WORDS: usize = 4;

/// The last breadcrumbs of a thread. They remain after it has ended, until another thread uses its memory.
#[repr(C)]
pub(super) struct Trail {
    /// The number of threads that have used it, each counted twice: it is odd while one begins.
    pub(super) generation: AtomicU64,
    /// The name of the thread, with zeros after it.
    pub(super) name: [AtomicU64; NAME_WORDS],
    pub(super) ring: Ring<AtomicU64, MAX_BREADCRUMBS, WORDS>,
}

/// A breadcrumb that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RawBreadcrumb {
    /// The time in microseconds since 1970.
    pub(crate) micros: i64,
    /// The 0-based level in ascending order.
    pub(crate) level: u8,
    /// The target, the message, and then keys and values in turns.
    pub(crate) texts: Vec<String>,
    pub(crate) thread: String,
}

/// The texts of a breadcrumb, each with its length before it. Those that exceed the space are cut.
pub(crate) struct BreadcrumbTexts {
    bytes: [u8; MAX_TEXT_BYTES],
    len: usize,
    /// The offset of the length of the current text.
    current: usize,
}

impl BreadcrumbTexts {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; MAX_TEXT_BYTES], len: 0, current: MAX_TEXT_BYTES }
    }

    /// Begins a text. What is written follows.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.current = self.len;
        if let Some(length) = self.bytes.get_mut(self.len) {
            *length = 0;
            self.len += 1;
        }
    }

    /// Adds a text.
    #[inline]
    pub(crate) fn add(&mut self, text: &str) {
        self.begin();
        self.push(text.as_bytes());
    }

    #[inline]
    fn push(&mut self, text: &[u8]) {
        let Some((head, space)) = self.bytes.split_at_mut_checked(self.len) else { return };
        let Some(length) = head.get_mut(self.current) else { return };
        let len = text.len().min(space.len()).min(usize::from(u8::MAX - *length));
        if let (Some(to), Some(from)) = (space.get_mut(..len), text.get(..len)) {
            to.copy_from_slice(from);
            *length += u8::try_from(len).unwrap_or(0);
            self.len += len;
        }
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        let used = self.bytes.get(..self.len.next_multiple_of(8)).unwrap_or(&self.bytes);
        used.chunks_exact(8).filter_map(<[u8]>::first_chunk).map(|word| u64::from_ne_bytes(*word))
    }
}

impl Write for BreadcrumbTexts {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

impl ContextStack {
    /// Records a breadcrumb. `name` returns the name of this thread, and is called for its first one.
    #[inline]
    pub(crate) fn add_breadcrumb(
        &self,
        level: u8,
        texts: &BreadcrumbTexts,
        name: impl FnOnce() -> String,
    ) {
        let trail = match self.trail.load(Ordering::Relaxed) {
            trail if !trail.is_null() && self.breadcrumbs.get() > 0 => trail,
            _ => self.begin_trail(&name()),
        };
        // SAFETY: the pointer is null, or that of memory which is initialised and never freed.
        let Some(trail) = (unsafe { trail.as_ref() }) else { return };
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let micros = since.map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(0));
        let header = [micros, u64::from(level) << 32 | texts.len as u64];
        let number = self.breadcrumbs.get() + 1;
        self.breadcrumbs.set(number);
        trail.ring.push(number, header.into_iter().chain(texts.words()));
    }

    /// Gives this thread the trail of its memory, which may be that of a thread that has ended.
    #[cold]
    #[inline(never)]
    fn begin_trail(&self, name: &str) -> *mut Trail {
        let mut trail = self.trail.load(Ordering::Acquire);
        if trail.is_null() {
            // SAFETY: the type has a size, and zeros are a valid value of it: an empty ring.
            trail = unsafe { alloc_zeroed(Layout::new::<Trail>()).cast() };
        }
        // SAFETY: the pointer is null, or that of memory which is initialised and never freed.
        if let Some(trail) = unsafe { trail.as_ref() } {
            trail.begin(name);
        }
        self.trail.store(trail, Ordering::Release);
        trail
    }
}

impl Trail {
    /// Returns the breadcrumbs of the thread, the oldest first. Any thread may call this.
    pub(super) fn read(&self) -> Vec<RawBreadcrumb> {
        let generation = self.generation.load(Ordering::Acquire);
        let name = self.name.iter().flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes());
        let name = name_of(&name.collect::<Vec<u8>>());
        let records = self.ring.read();
        // Otherwise another thread has begun to use it.
        if generation % 2 == 1 || self.generation.load(Ordering::Acquire) != generation {
            return Vec::new();
        }
        records.iter().map(|words| RawBreadcrumb::new(words, &name)).collect()
    }

    fn begin(&self, name: &str) {
        let generation = self.generation.load(Ordering::Relaxed);
        self.generation.store(generation + 1, Ordering::SeqCst);
        self.ring.clear();
        let mut bytes = name.bytes().chain(std::iter::repeat(0));
        for word in &self.name {
            let eight = std::array::from_fn(|_| bytes.next().unwrap_or(0));
            word.store(u64::from_ne_bytes(eight), Ordering::Relaxed);
        }
        self.generation.store(generation + 2, Ordering::SeqCst);
    }
}

/// Returns the name of a thread from its bytes, after which there are zeros.
pub(super) fn name_of(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    decode(bytes.get(..end).unwrap_or_default(), end == bytes.len())
}

impl RawBreadcrumb {
    /// Returns the breadcrumb of a record.
    pub(super) fn new(words: &[u64; WORDS], thread: &str) -> Self {
        let [micros, header, texts @ ..] = words;
        let bytes: Vec<u8> = texts.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let len = usize::try_from(header & u64::from(u32::MAX)).unwrap_or(0);
        let is_full = len >= MAX_TEXT_BYTES;
        let mut rest = bytes.get(..len).unwrap_or(&bytes);
        let mut texts = Vec::new();
        while let Some((length, after)) = rest.split_first() {
            let (text, after) =
                after.split_at_checked(usize::from(*length)).unwrap_or((after, &[]));
            let is_cut = (is_full && after.is_empty()) || *length == u8::MAX;
            let mut text = decode(text, is_cut);
            if is_cut {
                text.push_str("...");
            }
            texts.push(text);
            rest = after;
        }
        Self {
            micros: i64::try_from(*micros).unwrap_or(0),
            level: u8::try_from(header >> 32).unwrap_or(0),
            texts,
            thread: thread.to_owned(),
        }
    }
}

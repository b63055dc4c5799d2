//! What each thread says that it is doing, in memory that another process can read.
//!
//! ```text
//! TABLE: thread 4711 ─▶ Stack: depth 2, entries: parse │ block │ … │
//!        thread 4712 ─▶ Stack: depth 1, entries: typeck │ …
//! ```
//!
//! A thread takes a slot when it first opens a context, and gives it back when it ends; its stack stays
//! for the next thread. Writing one is a few stores to memory of the thread's own. The thread itself
//! reads it as it is; the reporter reads that of the crashed thread from outside, whose address the signal
//! handler tells: so everything in it has a place that both know.

mod held;
#[cfg(has_reporter)]
mod outside;

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::null;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering, compiler_fence};

use held::Held;
#[cfg(has_reporter)]
pub(crate) use outside::read;
use vitte_diag::{FileId, Span};

/// Contexts that are kept of the outermost ones, and of the innermost ones.
const OUTER: u32 = 32;
const INNER: u32 = 32;
/// Values of one context.
pub(crate) const VALUES: usize = 3;
/// Words of eight bytes that a value may have.
const WORDS: usize = 7;
/// Threads that can have contexts at the same time.
const THREADS: usize = 512;

// The reporter reads a `&str` from outside: it is its address and its length, in this order.
#[allow(unsafe_code, reason = "the layout of `&str` can be looked at only through its bytes")]
const _: () = {
    // SAFETY: both are two words, and a word that may be undefined holds anything. The second one is
    // read as a number only at compile time, where reading half of a pointer is an error.
    let [_, len] = unsafe { std::mem::transmute::<&str, [MaybeUninit<usize>; 2]>("abc") };
    // SAFETY: as above.
    assert!(unsafe { len.assume_init() } == 3);
};

/// The contexts of one thread.
#[repr(C)]
pub(crate) struct Stack {
    depth: Cell<u32>,
    entries: [Entry; (OUTER + INNER) as usize],
}

#[repr(C)]
struct Entry {
    name: Cell<&'static str>,
    /// The file, `lo` and `hi`: this is read from outside, where a [`Span`] has no known layout.
    span: Cell<[u32; 3]>,
    /// Its 0-based place in the stack, as one that is deeper may have been written over it.
    index: Cell<u32>,
    count: Cell<u32>,
    /// The variables that it holds, or null: see [`held`].
    held: Cell<*const Held<'static>>,
    values: [Text; VALUES],
}

/// A value: UTF-8, cut after 56 bytes wherever that is.
#[repr(C)]
pub(crate) struct Text {
    key: Cell<&'static str>,
    len: Cell<u32>,
    words: [Cell<u64>; WORDS],
}

/// A context as it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Raw {
    /// Its 0-based place in the stack.
    pub(crate) index: u32,
    pub(crate) name: String,
    pub(crate) values: Vec<(String, String)>,
    pub(crate) span: Option<Span>,
}

/// The place of a context in the array: the outermost ones each have their own, those deeper than these
/// share the rest, and the newest is there.
#[inline]
const fn place(index: u32) -> usize {
    (if index < OUTER { index } else { OUTER + index % INNER }) as usize
}

impl Stack {
    const fn new() -> Self {
        Self { depth: Cell::new(0), entries: [const { Entry::new() }; (OUTER + INNER) as usize] }
    }

    /// Opens a context, and says at which depth it is.
    #[inline]
    pub(crate) fn push(&self, name: &'static str, span: Span) -> u32 {
        let index = self.depth.get();
        if let Some(entry) = self.entries.get(place(index)) {
            entry.name.set(name);
            entry.span.set([span.file().index(), span.lo(), span.hi()]);
            entry.index.set(index);
            entry.count.set(0);
            entry.held.set(null());
        }
        // A signal may come between any two instructions: the entry is there before it is counted.
        compiler_fence(Ordering::Release);
        self.depth.set(index.saturating_add(1));
        index
    }

    /// Closes the context at `depth`, and those in it.
    #[inline]
    pub(crate) fn truncate(&self, depth: u32) {
        // One that an outer one closed already, as its owner outlived that, opens nothing again.
        self.depth.set(self.depth.get().min(depth));
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth.get()
    }

    /// The text of a value of the context at `depth`; `write` says what it is.
    #[inline]
    pub(crate) fn value(
        &self,
        depth: u32,
        value: u32,
        key: &'static str,
        write: impl FnOnce(&Text),
    ) {
        let Some(entry) = self.entries.get(place(depth)) else { return };
        let Some(text) = entry.values.get(value as usize) else { return };
        text.key.set(key);
        text.len.set(0);
        write(text);
        compiler_fence(Ordering::Release);
        entry.count.set(value + 1);
    }

    /// The contexts that are kept, the innermost first, and how many are not.
    pub(crate) fn read(&self) -> (Vec<Raw>, u32) {
        let depth = self.depth.get();
        let kept = indices(depth).filter_map(|index| self.entries.get(place(index))?.read(index));
        let kept: Vec<_> = kept.collect();
        let left_out = depth.saturating_sub(u32::try_from(kept.len()).unwrap_or(u32::MAX));
        (kept, left_out)
    }
}

/// Where contexts may be found, the innermost first.
fn indices(depth: u32) -> impl Iterator<Item = u32> {
    let inner = depth.saturating_sub(INNER).max(OUTER)..depth;
    inner.rev().chain((0..depth.min(OUTER)).rev())
}

impl Entry {
    const fn new() -> Self {
        Self {
            name: Cell::new(""),
            span: Cell::new([u32::MAX, 0, 0]),
            index: Cell::new(0),
            count: Cell::new(0),
            held: Cell::new(null()),
            values: [const { Text::new() }; VALUES],
        }
    }

    fn read(&self, index: u32) -> Option<Raw> {
        if self.index.get() != index {
            return None;
        }
        let values = self.values.iter().take(self.count.get() as usize);
        let values = values.map(|text| (text.key.get().to_owned(), text.read()));
        let name = self.name.get().to_owned();
        let (values, span) = (values.collect(), place_of(self.span.get()));
        Some(Raw { index, name, values, span })
    }
}

/// A span, unless it is that of what has no place.
fn place_of([file, lo, hi]: [u32; 3]) -> Option<Span> {
    let span = Span::new(FileId::new(file), lo, hi).ok()?;
    (span.file() != FileId::NOWHERE).then_some(span)
}

impl Text {
    const fn new() -> Self {
        Self { key: Cell::new(""), len: Cell::new(0), words: [const { Cell::new(0) }; WORDS] }
    }

    /// Makes it this text, a word at a time.
    #[inline]
    pub(crate) fn set(&self, text: &str) {
        let bytes = text.as_bytes();
        let bytes = bytes.get(..WORDS * 8).unwrap_or(bytes);
        let whole = bytes.chunks_exact(8);
        let rest = whole.remainder();
        let mut words = self.words.iter();
        for (eight, word) in whole.filter_map(<[u8]>::first_chunk).zip(words.by_ref()) {
            word.set(u64::from_le_bytes(*eight));
        }
        if let Some(word) = words.next().filter(|_| !rest.is_empty()) {
            word.set(match bytes.last_chunk::<8>() {
                Some(last) => u64::from_le_bytes(*last) >> (8 * (8 - rest.len())),
                None => few(rest),
            });
        }
        // At most 56.
        self.len.set(u32::try_from(bytes.len()).unwrap_or(0));
    }

    /// Adds a text behind what is there.
    pub(crate) fn push(&self, text: &str) {
        if self.len.get() == 0 {
            return self.set(text);
        }
        let mut bytes = [0; WORDS * 8];
        let len = self.len.get() as usize;
        let old = self.words.iter().flat_map(|word| word.get().to_le_bytes()).take(len);
        let all = old.chain(text.bytes());
        let len = bytes.iter_mut().zip(all).map(|(to, from)| *to = from).count();
        let eights = bytes.chunks_exact(8).filter_map(<[u8]>::first_chunk);
        for (word, eight) in self.words.iter().zip(eights) {
            word.set(u64::from_le_bytes(*eight));
        }
        self.len.set(u32::try_from(len).unwrap_or(0));
    }

    fn read(&self) -> String {
        text_of(self.words.iter().map(Cell::get), self.len.get())
    }
}

/// Fewer than eight bytes as a word.
#[inline]
fn few(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u64::from(first) | u64::from(last) << (8 * (len - 4));
    }
    // One, two or three bytes: the first, the middle and the last one are all of them.
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| u64::from(*byte) << (8 * at));
    byte(0) | byte(len / 2) | byte(len.saturating_sub(1))
}

/// Words as the text that they are; what was cut in a character ends before it, and says so.
fn text_of(words: impl Iterator<Item = u64>, len: u32) -> String {
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).take(len as usize).collect();
    let mut text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
            String::from_utf8_lossy(whole).into_owned()
        }
    };
    if len as usize == WORDS * 8 {
        text.push_str("...");
    }
    text
}

/// A thread's place in the table.
struct Slot {
    /// The system's number of the thread; 0 is nobody's.
    thread: AtomicU32,
    stack: OnceLock<Box<Stack>>,
}

// SAFETY: the cells of the stack are touched only by the thread whose number is in the slot. A thread
// puts its number there by `claim`, which acquires what the one before released when it left.
#[allow(unsafe_code, reason = "a stack is handed from a thread that ended to a new one")]
unsafe impl Sync for Slot {}

static TABLE: [Slot; THREADS] =
    [const { Slot { thread: AtomicU32::new(0), stack: OnceLock::new() } }; THREADS];

thread_local! {
    static STACK: Cell<Option<&'static Stack>> = const { Cell::new(None) };
    /// Gives the slot back when the thread ends.
    static LEAVE: Leave = const { Leave { slot: Cell::new(None) } };
}

struct Leave {
    slot: Cell<Option<&'static Slot>>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        STACK.set(None);
        super::thread::thread_ends();
        if let Some(slot) = self.slot.take() {
            slot.thread.store(0, Ordering::Release);
        }
    }
}

/// This thread's stack, where it has one.
#[inline]
pub(crate) fn stack() -> Option<&'static Stack> {
    STACK.get()
}

/// This thread's stack. It has none where there are too many threads, or where it is ending.
#[inline]
pub(crate) fn claimed() -> Option<&'static Stack> {
    STACK.get().or_else(claim)
}

#[cold]
#[inline(never)]
fn claim() -> Option<&'static Stack> {
    let number = super::thread::thread_number();
    // A thread that is ending must not take a slot that it could not give back.
    LEAVE
        .try_with(|leave| {
            let free = |slot: &&Slot| {
                slot.thread
                    .compare_exchange(0, number, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            };
            let slot = TABLE.iter().find(free)?;
            let stack: &'static Stack = slot.stack.get_or_init(|| Box::new(Stack::new()));
            stack.truncate(0);
            leave.slot.set(Some(slot));
            STACK.set(Some(stack));
            super::thread::thread_begins();
            Some(stack)
        })
        .ok()
        .flatten()
}

/// The address of this thread's stack, or 0. It can be asked for in a signal handler.
#[cfg(unix)]
pub(super) fn address() -> usize {
    STACK.get().map_or(0, |stack| std::ptr::from_ref(stack).addr())
}

/// The innermost context's name. It can be asked for in a signal handler.
#[cfg(unix)]
pub(super) fn innermost() -> Option<&'static str> {
    let stack = STACK.get()?;
    let index = stack.depth.get().checked_sub(1)?;
    let entry = stack.entries.get(place(index))?;
    (entry.index.get() == index).then(|| entry.name.get())
}

//! What the reporter is told: words of memory that it reads from outside.

#![cfg_attr(not(has_reporter), allow(dead_code, reason = "a line of text needs few of them"))]

use std::sync::atomic::{AtomicU64, Ordering};

/// A word and what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub(crate) enum Word {
    /// [`MAGIC`], so that what is read is known to be this.
    Magic,
    /// Where the facts are that were known at the beginning.
    Facts,
    /// How a crash is shown, as whoever shows it has it.
    Look,
    /// Address of a table of sources, and its length in bytes.
    Sources,
    SourcesLen,
    /// The number of the signal, its `si_code` and its address.
    Signal,
    Code,
    Address,
    /// The thread that it came to.
    Thread,
    /// The address of that thread's contexts, or 0.
    Stack,
    /// Not 0 once the report is stored: what comes after it may take too long.
    Stored,
    /// Address of what is left of the variables, and its length in bytes.
    Variables,
    VariablesLen,
    /// The first of the registers, in the order of [`REGISTERS`].
    Registers,
}

/// The names of the registers, in the order in which they are told.
#[cfg(target_arch = "x86_64")]
pub(crate) const REGISTERS: &[&str] = &[
    "rip", "rsp", "rbp", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
    "r13", "r14", "r15", "eflags",
];
#[cfg(target_arch = "aarch64")]
pub(crate) const REGISTERS: &[&str] = &[
    "pc", "sp", "x29", "x30", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
    "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
    "x24", "x25", "x26", "x27", "x28", "pstate",
];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) const REGISTERS: &[&str] = &[];

/// The number of words.
pub(crate) const COUNT: usize = Word::Registers as usize + REGISTERS.len();

/// "vitte" and the version of this layout.
pub(crate) const MAGIC: u64 = 0x0002_6574_7469_7600;

static WORDS: [AtomicU64; COUNT] = [const { AtomicU64::new(0) }; COUNT];

/// Where another process finds them.
pub(super) fn address() -> usize {
    WORDS.as_ptr().addr()
}

/// Where one of them is, when the first is at an address of another process.
pub(crate) const fn address_of(first: u64, word: Word) -> u64 {
    first.wrapping_add(8 * word as u64)
}

pub(crate) fn set(word: Word, value: u64) {
    set_at(word as usize, value);
}

pub(crate) fn get(word: Word) -> u64 {
    WORDS.get(word as usize).map_or(0, |word| word.load(Ordering::Acquire))
}

/// Returns the bits of a signed number, as a word has them.
pub(super) const fn bits(value: i64) -> u64 {
    u64::from_ne_bytes(value.to_ne_bytes())
}

/// Sets the register with this index in [`REGISTERS`].
pub(super) fn set_register(index: usize, value: u64) {
    set_at(Word::Registers as usize + index, value);
}

fn set_at(index: usize, value: u64) {
    if let Some(word) = WORDS.get(index) {
        word.store(value, Ordering::Release);
    }
}

//! Values that a crashed process passes to the reporter, which reads them from its memory.

#![cfg_attr(not(has_reporter), allow(dead_code, reason = "the crash line needs few of them"))]

use std::sync::atomic::{AtomicU64, Ordering};

/// One of the shared values, each of 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub(crate) enum SharedField {
    /// [`MAGIC`], by which the reporter recognises this table.
    Magic,
    /// Address of the configuration from the time of installation.
    ConfigAddress,
    /// The format and terminal options of the output.
    RenderOptions,
    /// Address of the source table, and its length in bytes.
    SourcesAddress,
    SourcesBytes,
    /// The number of the signal, its `si_code` and its address.
    Signal,
    SignalCode,
    FaultAddress,
    /// The OS thread id of the thread that received the signal.
    ThreadId,
    /// The address of that thread's contexts, or 0.
    ContextsAddress,
    /// Not 0 once the report is stored, even if the reporter then fails or times out.
    IsStored,
    /// Address of the variable records, and their length in bytes.
    VariablesAddress,
    VariablesBytes,
    /// Whether the process goes on, and why its threads are reported: a constant of [`dump`](super::dump).
    DumpKind,
    /// The 0-based depth of the context that was open for too long, and for how many milliseconds.
    DumpDepth,
    DumpMillis,
    /// The address of the table of threads that have contexts.
    ThreadsAddress,
    /// The first of the registers, in the order of [`REGISTERS`].
    FirstRegister,
}

/// The names of the registers, in the order of their values.
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

/// The number of values.
pub(crate) const FIELD_COUNT: usize = SharedField::FirstRegister as usize + REGISTERS.len();

/// "vitte" and the version of this layout.
pub(crate) const MAGIC: u64 = 0x0003_6574_7469_7600;

static FIELDS: [AtomicU64; FIELD_COUNT] = [const { AtomicU64::new(0) }; FIELD_COUNT];

/// Returns the address at which another process finds the table.
pub(super) fn address() -> usize {
    FIELDS.as_ptr().addr()
}

/// Returns the address of a value in a table that begins at `base` in another process.
pub(crate) const fn address_in(base: u64, field: SharedField) -> u64 {
    base.wrapping_add(8 * field as u64)
}

pub(crate) fn set(field: SharedField, value: u64) {
    set_at(field as usize, value);
}

pub(crate) fn get(field: SharedField) -> u64 {
    get_at(field as usize)
}

/// Returns the value at an index; the registers begin at [`SharedField::FirstRegister`].
pub(super) fn get_at(index: usize) -> u64 {
    FIELDS.get(index).map_or(0, |field| field.load(Ordering::Acquire))
}

/// Returns the bits of a signed number.
pub(super) const fn to_bits(value: i64) -> u64 {
    u64::from_ne_bytes(value.to_ne_bytes())
}

/// Sets the register with this index in [`REGISTERS`].
pub(super) fn set_register(index: usize, value: u64) {
    set_at(SharedField::FirstRegister as usize + index, value);
}

fn set_at(index: usize, value: u64) {
    if let Some(field) = FIELDS.get(index) {
        field.store(value, Ordering::Release);
    }
}

//! The parts of the process's memory that a minidump contains.

use super::StoppedProcess;
use crate::symbols::modules::Mapping;

/// Bytes below the stack pointer that a function may use without moving it.
const RED_ZONE_BYTES: u64 = 128;
/// After a stack overflow, the stack pointer may be this many bytes below the stack.
const MAX_GUARD_BYTES: u64 = 1 << 20;
/// Bytes of code before and after the program counter.
const CODE_BYTES: u64 = 128;

/// Bytes of memory, and their address.
#[derive(Debug, Default)]
pub(super) struct MemoryBlock {
    pub(super) address: u64,
    pub(super) bytes: Vec<u8>,
}

impl MemoryBlock {
    /// Reads the stack from `sp` outwards, at most `max_bytes`. Empty if there is no readable
    /// memory.
    pub(super) fn stack(process: &StoppedProcess<'_>, sp: u64, max_bytes: usize) -> Self {
        let begin = sp.saturating_sub(RED_ZONE_BYTES);
        let is_near = |mapping: &&Mapping| {
            mapping.is_readable
                && mapping.range.end > sp
                && mapping.range.start <= sp.saturating_add(MAX_GUARD_BYTES)
        };
        let Some(mapping) = process.mappings.iter().find(is_near) else { return Self::default() };
        let address = begin.max(mapping.range.start);
        Self::read(process, address..mapping.range.end, max_bytes)
    }

    /// Reads the instructions around `pc`.
    pub(super) fn code(process: &StoppedProcess<'_>, pc: u64) -> Self {
        let is_here = |mapping: &&Mapping| {
            mapping.is_code && mapping.is_readable && mapping.range.contains(&pc)
        };
        let Some(mapping) = process.mappings.iter().find(is_here) else { return Self::default() };
        let (lo, hi) = (pc.saturating_sub(CODE_BYTES), pc.saturating_add(CODE_BYTES));
        let range = lo.max(mapping.range.start)..hi.min(mapping.range.end);
        Self::read(process, range, usize::MAX)
    }

    fn read(process: &StoppedProcess<'_>, range: std::ops::Range<u64>, max_bytes: usize) -> Self {
        let len = usize::try_from(range.end - range.start).unwrap_or(usize::MAX).min(max_bytes);
        let bytes = (process.memory)(range.start, len).unwrap_or_default();
        Self { address: range.start, bytes }
    }
}

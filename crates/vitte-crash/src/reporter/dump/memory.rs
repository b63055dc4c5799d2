//! Which memory of a process a dump has.

use super::Process;
use crate::symbols::modules::Mapping;

/// Bytes below the stack pointer that a function may use without moving it.
const RED_ZONE: u64 = 128;
/// Where a stack is full the pointer may be this far below it.
const GAP: u64 = 1 << 20;
/// Bytes of code before and after where a thread stands.
const CODE: u64 = 128;

/// Memory, and where it was.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) address: u64,
    pub(super) bytes: Vec<u8>,
}

impl Block {
    /// The stack from `sp` outwards, at most so many bytes; nothing where no memory is.
    pub(super) fn stack(process: &Process<'_>, sp: u64, most: usize) -> Self {
        let begin = sp.saturating_sub(RED_ZONE);
        let is_near = |mapping: &&Mapping| {
            mapping.is_readable
                && mapping.range.end > sp
                && mapping.range.start <= sp.saturating_add(GAP)
        };
        let Some(mapping) = process.mappings.iter().find(is_near) else { return Self::default() };
        let address = begin.max(mapping.range.start);
        Self::read(process, address..mapping.range.end, most)
    }

    /// The instructions around `pc`.
    pub(super) fn code(process: &Process<'_>, pc: u64) -> Self {
        let is_here = |mapping: &&Mapping| {
            mapping.is_code && mapping.is_readable && mapping.range.contains(&pc)
        };
        let Some(mapping) = process.mappings.iter().find(is_here) else { return Self::default() };
        let (lo, hi) = (pc.saturating_sub(CODE), pc.saturating_add(CODE));
        let range = lo.max(mapping.range.start)..hi.min(mapping.range.end);
        Self::read(process, range, usize::MAX)
    }

    fn read(process: &Process<'_>, range: std::ops::Range<u64>, most: usize) -> Self {
        let len = usize::try_from(range.end - range.start).unwrap_or(usize::MAX).min(most);
        let bytes = (process.memory)(range.start, len).unwrap_or_default();
        Self { address: range.start, bytes }
    }
}

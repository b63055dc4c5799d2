//! Reads the contexts of another process.

use std::iter::repeat;
use std::mem::offset_of;
use std::sync::atomic::AtomicU64;

use super::entry::{IS_INHERITED, InlineField, Snapshot, StackEntry, span_from};
use super::inherited::innermost_inherited;
use super::ring::{Record, Ring, numbers, position_of, version_of};
use super::snapshot::offsets;
use super::table::{MAX_THREADS, Slot};
use super::texts::{decode, text_from_words};
use super::trail::{MAX_BREADCRUMBS, NAME_WORDS, RawBreadcrumb, Trail, WORDS, name_of};
use super::{
    ContextStack, INHERITED_DEPTH, MAX_FIELDS, Opening, RawContext, TEXT_WORDS, entry_position,
    stored_depths,
};
use crate::remote::{Memory, u32_at, u64_at};

/// Maximum length of a name or a key, in bytes. A longer one is cut.
const MAX_NAME_BYTES: usize = 128;

/// Reads the table at `address` of another process. Returns the ids of the threads that have contexts, each with the
/// address of its stack.
pub(crate) fn read_threads(memory: &Memory<'_>, address: u64) -> Vec<(u32, u64)> {
    let table = memory(address, size_of::<[Slot; MAX_THREADS]>()).unwrap_or_default();
    let slots = table.chunks_exact(size_of::<Slot>()).filter_map(|slot| {
        let thread_id = u32_at(slot, offset_of!(Slot, thread_id))?;
        let stack = u64_at(slot, offset_of!(Slot, stack))?;
        (thread_id != 0 && stack != 0).then_some((thread_id, stack))
    });
    slots.collect()
}

/// Reads the table at `address` of another process. Returns the breadcrumbs of all threads, also of those that have ended.
pub(crate) fn read_breadcrumbs(memory: &Memory<'_>, address: u64) -> Vec<RawBreadcrumb> {
    let table = memory(address, size_of::<[Slot; MAX_THREADS]>()).unwrap_or_default();
    let trails = table.chunks_exact(size_of::<Slot>()).filter_map(|slot| {
        let stack = u64_at(slot, offset_of!(Slot, stack)).filter(|stack| *stack != 0)?;
        let field = stack.checked_add(offset_of!(ContextStack, trail) as u64)?;
        let trail = u64_at(&memory(field, 8)?, 0).filter(|trail| *trail != 0)?;
        read_trail(&memory(trail, size_of::<Trail>())?)
    });
    trails.flatten().collect()
}

fn read_trail(trail: &[u8]) -> Option<Vec<RawBreadcrumb>> {
    type TrailRecord = Record<AtomicU64, WORDS>;
    let generation = u64_at(trail, offset_of!(Trail, generation))?;
    let name = offset_of!(Trail, name);
    let name = name_of(trail.get(name..name + NAME_WORDS * 8)?);
    let ring = offset_of!(Trail, ring);
    let count = u64_at(trail, ring + offset_of!(Ring<AtomicU64, MAX_BREADCRUMBS, WORDS>, count))?;
    let records = ring + offset_of!(Ring<AtomicU64, MAX_BREADCRUMBS, WORDS>, records);
    let record = |number| {
        let at = records + position_of(number, MAX_BREADCRUMBS) * size_of::<TrailRecord>();
        let is_whole = u64_at(trail, at + offset_of!(TrailRecord, version))? == version_of(number);
        let words = at + offset_of!(TrailRecord, words);
        let words = std::array::from_fn(|index| u64_at(trail, words + 8 * index).unwrap_or(0));
        is_whole.then(|| RawBreadcrumb::new(&words, &name))
    };
    let breadcrumbs = numbers(count, MAX_BREADCRUMBS).filter_map(record).collect();
    (generation % 2 == 0).then_some(breadcrumbs)
}

/// Reads the stack at `address` of another process. The result is that of [`ContextStack::read`].
pub(crate) fn read(memory: &Memory<'_>, address: u64) -> (Vec<RawContext>, u32) {
    let Some(stack) = memory(address, size_of::<ContextStack>()) else { return (Vec::new(), 0) };
    let number = |offset| u32_at(&stack, offset).unwrap_or(0);
    let depth = number(offset_of!(ContextStack, depth));
    let stored = |depth: u32| {
        let at =
            offset_of!(ContextStack, entries) + entry_position(depth) * size_of::<StackEntry>();
        let entry = stack.get(at..at + size_of::<StackEntry>())?;
        (u32_at(entry, offset_of!(StackEntry, depth))? == depth).then_some(entry)
    };
    let is_inherited = |depth| stored(depth).is_some_and(is_inherited);
    let inherited =
        innermost_inherited(depth, number(offset_of!(ContextStack, base)), is_inherited);
    let first = inherited.map_or(0, |inherited| inherited + 1);
    let own = stored_depths(depth).take_while(|depth| *depth >= first);
    let own = own.filter_map(|depth| read_entry(memory, stored(depth)?, depth));
    let mut contexts: Vec<_> = own.collect();
    let own = u32::try_from(contexts.len()).unwrap_or(u32::MAX);
    let mut omitted = depth.saturating_sub(first).saturating_sub(own);
    if let Some(at) = inherited {
        let snapshot = stored(at).and_then(|entry| read_snapshot(memory, entry, at));
        let (entered, more) = snapshot.unwrap_or_default();
        contexts.extend(entered);
        omitted = omitted.saturating_add(more);
    }
    (contexts, omitted)
}

fn is_inherited(entry: &[u8]) -> bool {
    let flags = u32_at(entry, offset_of!(StackEntry, flags));
    flags.is_some_and(|flags| flags & IS_INHERITED != 0)
}

/// Reads the snapshot of an entry at `depth`. Returns its contexts, and how many it omits.
fn read_snapshot(memory: &Memory<'_>, entry: &[u8], depth: u32) -> Option<(Vec<RawContext>, u32)> {
    let address = u64_at(entry, offset_of!(StackEntry, snapshot))?;
    let snapshot = memory(address, size_of::<Snapshot>())?;
    let count = usize::try_from(u64_at(&snapshot, offsets::COUNT)?).ok()?.min(offsets::MAX);
    let entries = memory(u64_at(&snapshot, offsets::ENTRIES)?, count * size_of::<StackEntry>())?;
    let depths = std::iter::once(depth).chain(repeat(INHERITED_DEPTH));
    let entries = entries.chunks_exact(size_of::<StackEntry>()).zip(depths);
    let contexts = entries.filter_map(|(entry, depth)| read_entry(memory, entry, depth));
    Some((contexts.collect(), u32_at(&snapshot, offsets::OMITTED)?))
}

/// Reads an entry, whose context gets this depth.
fn read_entry(memory: &Memory<'_>, entry: &[u8], depth: u32) -> Option<RawContext> {
    let span = offset_of!(StackEntry, span);
    let word = |index| u32_at(entry, span + size_of::<u32>() * index);
    let span = [word(0)?, word(1)?, word(2)?];
    let count = u32_at(entry, offset_of!(StackEntry, count))? as usize;
    let fields = (0..count.min(MAX_FIELDS)).filter_map(|index| {
        let at = offset_of!(StackEntry, fields) + index * size_of::<InlineField>();
        let field = entry.get(at..at + size_of::<InlineField>())?;
        let words = field.get(offset_of!(InlineField, value)..)?.chunks_exact(8);
        let words = words.take(TEXT_WORDS).filter_map(|word| u64_at(word, 0));
        let len = u32_at(field, offset_of!(InlineField, len))?;
        Some((
            read_str(memory, field, offset_of!(InlineField, key))?,
            text_from_words::<TEXT_WORDS>(words, len),
        ))
    });
    let opening = offset_of!(StackEntry, opening);
    Some(RawContext {
        depth,
        name: read_str(memory, entry, offset_of!(StackEntry, name))?,
        fields: fields.collect(),
        span: span_from(span),
        opening: Opening {
            stack: u64_at(entry, opening + offset_of!(Opening, stack))?,
            code: u64_at(entry, opening + offset_of!(Opening, code))?,
        },
        frame: None,
    })
}

/// Reads the text to which the [`RawText`](super::RawText) at `offset` in `bytes` refers. It is cut after
/// `MAX_NAME_BYTES` bytes.
fn read_str(memory: &Memory<'_>, bytes: &[u8], offset: usize) -> Option<String> {
    let [address, len] = [0, 8].map(|word| u64_at(bytes, offset + word));
    let len = usize::try_from(len?).ok()?;
    let bytes = memory(address?, len.min(MAX_NAME_BYTES))?;
    Some(decode(&bytes, len > MAX_NAME_BYTES))
}

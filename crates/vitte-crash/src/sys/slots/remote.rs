//! Reads the contexts of another process.

use std::mem::offset_of;

use super::{
    ContextStack, InlineText, MAX_VALUES, RawContext, StackEntry, TEXT_WORDS, entry_index,
    span_from, stored_indices, text_from_words,
};
use crate::remote::{Memory, u32_at, u64_at};

/// Longer names are cut.
const MAX_NAME_BYTES: usize = 128;

/// Reads the stack at `address` of another process. The result is that of [`ContextStack::read`].
pub(crate) fn read(memory: &Memory<'_>, address: u64) -> (Vec<RawContext>, u32) {
    let Some(stack) = memory(address, size_of::<ContextStack>()) else { return (Vec::new(), 0) };
    let depth = u32_at(&stack, offset_of!(ContextStack, depth)).unwrap_or(0);
    let entry = |index: u32| {
        let at = offset_of!(ContextStack, entries) + entry_index(index) * size_of::<StackEntry>();
        read_entry(memory, stack.get(at..at + size_of::<StackEntry>())?, index)
    };
    let contexts: Vec<_> = stored_indices(depth).filter_map(entry).collect();
    let omitted = depth.saturating_sub(u32::try_from(contexts.len()).unwrap_or(u32::MAX));
    (contexts, omitted)
}

fn read_entry(memory: &Memory<'_>, entry: &[u8], index: u32) -> Option<RawContext> {
    if u32_at(entry, offset_of!(StackEntry, index))? != index {
        return None;
    }
    let span = offset_of!(StackEntry, span);
    let word = |index| u32_at(entry, span + size_of::<u32>() * index);
    let span = [word(0)?, word(1)?, word(2)?];
    let count = u32_at(entry, offset_of!(StackEntry, count))? as usize;
    let values = (0..count.min(MAX_VALUES)).filter_map(|index| {
        let at = offset_of!(StackEntry, values) + index * size_of::<InlineText>();
        let text = entry.get(at..at + size_of::<InlineText>())?;
        let words = text.get(offset_of!(InlineText, words)..)?.chunks_exact(8);
        let words = words.take(TEXT_WORDS).filter_map(|word| u64_at(word, 0));
        let len = u32_at(text, offset_of!(InlineText, len))?;
        Some((read_str(memory, text, offset_of!(InlineText, key))?, text_from_words(words, len)))
    });
    Some(RawContext {
        index,
        name: read_str(memory, entry, offset_of!(StackEntry, name))?,
        values: values.collect(),
        span: span_from(span),
    })
}

/// Reads the text of the `&str` at an offset.
fn read_str(memory: &Memory<'_>, bytes: &[u8], offset: usize) -> Option<String> {
    let [address, len] = [0, 8].map(|word| u64_at(bytes, offset + word));
    let len = usize::try_from(len?).ok()?.min(MAX_NAME_BYTES);
    Some(String::from_utf8_lossy(&memory(address?, len)?).into_owned())
}

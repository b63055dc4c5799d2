//! The contexts of another process, read from outside.

use std::mem::offset_of;

use super::{Entry, Raw, Stack, Text, VALUES, WORDS, indices, place, place_of, text_of};
use crate::remote::{Memory, u32_at, u64_at};

/// Longer names are cut.
const LONGEST_NAME: usize = 128;

/// The contexts in the stack at `address` of another process, as [`Stack::read`] has them.
pub(crate) fn read(memory: &Memory<'_>, address: u64) -> (Vec<Raw>, u32) {
    let Some(stack) = memory(address, size_of::<Stack>()) else { return (Vec::new(), 0) };
    let depth = u32_at(&stack, offset_of!(Stack, depth)).unwrap_or(0);
    let entry = |index: u32| {
        let at = offset_of!(Stack, entries) + place(index) * size_of::<Entry>();
        read_entry(memory, stack.get(at..at + size_of::<Entry>())?, index)
    };
    let kept: Vec<_> = indices(depth).filter_map(entry).collect();
    let left_out = depth.saturating_sub(u32::try_from(kept.len()).unwrap_or(u32::MAX));
    (kept, left_out)
}

fn read_entry(memory: &Memory<'_>, entry: &[u8], index: u32) -> Option<Raw> {
    if u32_at(entry, offset_of!(Entry, index))? != index {
        return None;
    }
    let span = offset_of!(Entry, span);
    let word = |index| u32_at(entry, span + size_of::<u32>() * index);
    let span = [word(0)?, word(1)?, word(2)?];
    let count = u32_at(entry, offset_of!(Entry, count))? as usize;
    let values = (0..count.min(VALUES)).filter_map(|index| {
        let at = offset_of!(Entry, values) + index * size_of::<Text>();
        let text = entry.get(at..at + size_of::<Text>())?;
        let words = text.get(offset_of!(Text, words)..)?.chunks_exact(8);
        let words = words.take(WORDS).filter_map(|word| u64_at(word, 0));
        let len = u32_at(text, offset_of!(Text, len))?;
        Some((read_str(memory, text, offset_of!(Text, key))?, text_of(words, len)))
    });
    Some(Raw {
        index,
        name: read_str(memory, entry, offset_of!(Entry, name))?,
        values: values.collect(),
        span: place_of(span),
    })
}

/// The text of a `&str` at an offset.
fn read_str(memory: &Memory<'_>, bytes: &[u8], offset: usize) -> Option<String> {
    let [address, len] = [0, 8].map(|word| u64_at(bytes, offset + word));
    let len = usize::try_from(len?).ok()?.min(LONGEST_NAME);
    Some(String::from_utf8_lossy(&memory(address?, len)?).into_owned())
}

//! Texts of contexts: references that another process can follow, and short texts in words.

use std::cell::Cell;

/// The address and the length of a text, which lives as long as the process, or as long as the snapshot whose entry has it. It
/// may not be UTF-8.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct RawText {
    start: *const u8,
    len: usize,
}

impl RawText {
    pub(super) const EMPTY: Self = Self::of("");

    pub(super) const fn of(text: &'static str) -> Self {
        Self { start: text.as_ptr(), len: text.len() }
    }

    /// Returns the first `len` bytes of a text that is never freed.
    pub(super) const fn of_words<const N: usize>(text: &'static WordText<N>, len: u32) -> Self {
        let max = N * 8;
        let len = if len as usize > max { max } else { len as usize };
        Self { start: text.words.as_ptr().cast(), len }
    }

    /// Returns a copy of the text, which `owner` owns.
    pub(super) fn to_copy(self, owner: &mut Vec<Box<[u8]>>) -> Self {
        let copy: Box<[u8]> = self.bytes().into();
        let text = Self { start: copy.as_ptr(), len: copy.len() };
        owner.push(copy);
        text
    }

    /// Returns the text.
    pub(super) fn read(self) -> String {
        decode(self.bytes(), false)
    }

    /// Returns the bytes, which this thread must not change while they are used: the result is not kept.
    pub(super) const fn bytes(&self) -> &[u8] {
        // SAFETY: only `of`, `of_words` and `to_copy` create a value, with bytes that are initialised, and freed never or with
        // the snapshot that has the value. Only the thread that owns the stack of contexts writes to words, and only that
        // thread reads them here; it uses the result at once, without a call that writes.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

/// A text of at most `N * 8` bytes, whose length is elsewhere. It is written word by word, because a loop over the bytes
/// takes longer.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct WordText<const N: usize> {
    words: [Cell<u64>; N],
}

impl<const N: usize> WordText<N> {
    pub(super) const fn new() -> Self {
        Self { words: [const { Cell::new(0) }; N] }
    }

    /// Replaces the text, and returns the number of bytes that there was space for.
    #[inline]
    pub(super) fn set(&self, bytes: &[u8]) -> u32 {
        let bytes = bytes.get(..N * 8).unwrap_or(bytes);
        let whole = bytes.chunks_exact(8);
        let rest = whole.remainder();
        let mut words = self.words.iter();
        for (eight, word) in whole.filter_map(<[u8]>::first_chunk).zip(words.by_ref()) {
            word.set(u64::from_ne_bytes(*eight));
        }
        if let Some(word) = words.next().filter(|_| !rest.is_empty()) {
            let partial = match bytes.last_chunk::<8>() {
                Some(last) => u64::from_le_bytes(*last) >> (8 * (8 - rest.len())),
                None => partial_word(rest),
            };
            word.set(partial.to_le());
        }
        u32::try_from(bytes.len()).unwrap_or(0)
    }

    #[cfg(test)]
    pub(super) fn first_word(&self) -> u64 {
        self.words[0].get()
    }

    pub(super) fn copy_from(&self, other: &Self) {
        self.words.iter().zip(&other.words).for_each(|(to, from)| to.set(from.get()));
    }

    /// Appends to a text of `len` bytes, and returns the new length.
    pub(super) fn push(&self, len: u32, text: &[u8]) -> u32 {
        if len == 0 {
            return self.set(text);
        }
        let old = self.words.iter().flat_map(|word| word.get().to_ne_bytes()).take(len as usize);
        let mut all = [[0; 8]; N];
        let bytes = all.as_flattened_mut();
        let from = old.chain(text.iter().copied());
        let len = bytes.iter_mut().zip(from).map(|(to, from)| *to = from).count();
        self.set(bytes.get(..len).unwrap_or_default())
    }

    pub(super) fn read(&self, len: u32) -> String {
        text_from_words::<N>(self.words.iter().map(Cell::get), len)
    }
}

/// Returns fewer than eight bytes as a little-endian word.
///
/// A loop over the bytes takes about 6 ns on x86-64, these two reads about 1 ns. A context with two
/// string fields takes 6 ns in total (BENCHMARKS.md).
#[inline]
fn partial_word(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u64::from(first) | u64::from(last) << (8 * (len - 4));
    }
    // With one to three bytes, the first, the middle and the last are all of them.
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| u64::from(*byte) << (8 * at));
    byte(0) | byte(len / 2) | byte(len.saturating_sub(1))
}

/// Decodes a text of `len` bytes in at most `N` words. Appends `...` to one of the maximum length.
pub(super) fn text_from_words<const N: usize>(
    words: impl Iterator<Item = u64>,
    len: u32,
) -> String {
    let bytes: Vec<u8> = words.flat_map(u64::to_ne_bytes).take(len as usize).collect();
    let is_cut = len as usize >= N * 8;
    let mut text = decode(&bytes, is_cut);
    if is_cut {
        text.push_str("...");
    }
    text
}

/// Decodes bytes; those that are not UTF-8 are each a `?`. Drops an incomplete character at the end if `is_cut`.
pub(super) fn decode(bytes: &[u8], is_cut: bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        let invalid = chunk.invalid();
        let is_incomplete =
            std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
        if !(is_cut && is_incomplete && chunks.peek().is_none()) {
            text.extend(std::iter::repeat_n('?', invalid.len()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf_8_are_question_marks() {
        assert_eq!(decode(b"a\xffb\xe2\x82", false), "a?b??");
        assert_eq!(decode(b"a\xffb\xe2\x82", true), "a?b");
        assert_eq!(decode(b"a\xff", true), "a?");
        assert_eq!(decode("é".as_bytes(), true), "é");
    }

    #[test]
    fn words_have_the_bytes_in_their_order_in_memory() {
        for len in 0..=16 {
            let text = &b"0123456789abcdef"[..len];
            let words: &'static WordText<2> = Box::leak(Box::new(WordText::new()));
            let stored = words.set(text);
            assert_eq!(RawText::of_words(words, stored).bytes(), text);
        }
    }
}

//! Names and keys that are copied, because code in other languages cannot promise that they live long enough.

use std::alloc::{Layout, alloc_zeroed};
use std::sync::atomic::{Ordering, compiler_fence};

use vitte_diag::Span;

use super::entry::HAS_COPIES;
use super::texts::{RawText, WordText};
use super::{ContextStack, MAX_FIELDS, MAX_INNER, MAX_OUTER, Opening, entry_position};

/// Size of a name that is copied, in words of eight bytes.
const NAME_WORDS: usize = 8;
/// Size of a key that is copied, in words of eight bytes.
const KEY_WORDS: usize = 4;

/// Space for the texts of each entry of a stack.
#[repr(C)]
pub(super) struct TextCopies {
    entries: [EntryCopies; (MAX_OUTER + MAX_INNER) as usize],
}

#[repr(C)]
struct EntryCopies {
    name: WordText<NAME_WORDS>,
    keys: [WordText<KEY_WORDS>; MAX_FIELDS],
}

/// Why a field was not added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FieldProblem {
    NoContext,
    TooMany,
}

impl ContextStack {
    /// Opens a context with a copy of its name.
    #[inline]
    pub(crate) fn push_copy(&self, name: &[u8], span: Span, opening: Opening) {
        let copies = self.copies_at(self.depth());
        let name = copies.map_or(RawText::EMPTY, |copies| copy(&copies.name, name));
        self.push_with(name, span, opening, |entry| entry.flags.set(HAS_COPIES));
    }

    /// Adds a field to the innermost context, with copies of its texts.
    #[inline]
    pub(crate) fn add_field_copy(&self, key: &[u8], value: &[u8]) -> Result<(), FieldProblem> {
        let depth = self.depth().checked_sub(1).ok_or(FieldProblem::NoContext)?;
        // Deeper contexts, which were closed since, may have overwritten the entry.
        let Some(entry) = self.entry_at(depth) else { return Ok(()) };
        entry.flags.set(entry.flags.get() | HAS_COPIES);
        let count = entry.count.get();
        let field = entry.fields.get(count as usize).ok_or(FieldProblem::TooMany)?;
        let key_copy = self.copies_at(depth).and_then(|copies| copies.keys.get(count as usize));
        field.key.set(key_copy.map_or(RawText::EMPTY, |own| copy(own, key)));
        field.set_bytes(value);
        compiler_fence(Ordering::Release);
        entry.count.set(count + 1);
        Ok(())
    }

    /// Returns the space for the texts of the context at `depth`. Returns `None` if there is no memory.
    #[inline]
    fn copies_at(&self, depth: u32) -> Option<&'static EntryCopies> {
        let mut copies = self.copies.get();
        if copies.is_null() {
            copies = new_copies();
            self.copies.set(copies);
        }
        // SAFETY: the pointer is null, or that of memory which is initialised and never freed. All access to it is through
        // cells, by the thread that owns the stack.
        let copies: Option<&'static TextCopies> = unsafe { copies.as_ref() };
        copies?.entries.get(entry_position(depth))
    }
}

/// Allocates memory that is never freed. It is not created on the thread's stack, which may be small.
#[cold]
#[inline(never)]
fn new_copies() -> *const TextCopies {
    // SAFETY: the type has a size, and zeros are a valid value of it: empty texts.
    unsafe { alloc_zeroed(Layout::new::<TextCopies>()).cast() }
}

#[inline]
fn copy<const N: usize>(to: &'static WordText<N>, bytes: &[u8]) -> RawText {
    let len = if bytes.len() > N * 8 { set_shortened(to, bytes) } else { to.set(bytes) };
    RawText::of_words(to, len)
}

/// Copies the beginning of a long text, which then ends with `...`.
#[cold]
#[inline(never)]
fn set_shortened<const N: usize>(to: &WordText<N>, bytes: &[u8]) -> u32 {
    let first = bytes.get(..N * 8 - 3).unwrap_or_default();
    let first = match std::str::from_utf8(first) {
        Ok(_) => first,
        // Not inside a character.
        Err(error) if error.error_len().is_none() => {
            first.get(..error.valid_up_to()).unwrap_or_default()
        }
        Err(_) => first,
    };
    to.set(&[first, b"..."].concat())
}

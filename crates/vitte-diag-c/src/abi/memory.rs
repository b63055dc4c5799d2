//! Memory that C passes in and gets back. Only here raw pointers are read and written.

use std::borrow::Cow;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::{self, NonNull};

use vitte_diag::{Edit, SourceText, text};

use super::types::vd_span;
use crate::draft;
use crate::failure::{Failure, Result, vd_status};
use crate::handles;

/// A text: a pointer and a length in bytes. It need not end with NUL, and may contain it. `data` may be NULL if `len`
/// is 0, which means: no text. Bytes that are not UTF-8 are shown as `?`. The layout never changes.
///
/// The library reads a text that is passed to a function only during the call. It owns the texts that it returns; each
/// function says how long they are valid.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct vd_str {
    /// The first byte.
    data: *const c_char,
    /// The number of bytes.
    len: usize,
}

impl vd_str {
    /// No text.
    pub(super) const NONE: Self = Self { data: ptr::null(), len: 0 };

    /// Returns the text for C, which reads it as long as `text` exists.
    pub(super) const fn of(text: &[u8]) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }

    /// Returns a NUL-terminated text with its length. Null means: no text.
    ///
    /// # Safety
    ///
    /// `text` is null, or valid and followed by a NUL as long as the result is used.
    pub(super) unsafe fn terminated(text: *const c_char) -> Self {
        if text.is_null() {
            return Self::NONE;
        }
        // SAFETY: the caller promises it.
        Self { data: text, len: unsafe { CStr::from_ptr(text) }.count_bytes() }
    }

    /// Returns the bytes.
    #[inline]
    pub(super) fn bytes(&self) -> Result<&[u8]> {
        if self.len == 0 {
            return Ok(&[]);
        }
        if self.data.is_null() || isize::try_from(self.len).is_err() {
            return Err(self.invalid());
        }
        // SAFETY: Rust code cannot create a `vd_str` of other memory. One that C passes is valid during the call, and so
        // is `self`, the parameter of the call.
        Ok(unsafe { std::slice::from_raw_parts(self.data.cast(), self.len) })
    }

    #[cold]
    fn invalid(&self) -> Failure {
        let name = if self.data.is_null() { "a text is NULL, but" } else { "a text" };
        Failure::argument(&format!("{name} has {} bytes", self.len))
    }

    /// Returns the text, in which each byte that is not UTF-8 is a `?`.
    pub(super) fn text(&self) -> Result<Cow<'_, str>> {
        let bytes = self.bytes()?;
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(text.into());
        }
        Ok(text::replace_invalid_utf8(bytes).into())
    }

    /// Returns a copy of the text.
    pub(super) fn owned(&self) -> Result<String> {
        self.text().map(Cow::into_owned)
    }
}

/// Returns a NUL-terminated text with its length. NULL means: no text.
///
/// # Safety
///
/// `text` is null, or points to a text that ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vd_z(text: *const c_char) -> vd_str {
    // SAFETY: the caller promises it.
    unsafe { vd_str::terminated(text) }
}

/// Returns a value through an output parameter. Two of them may be the same memory.
pub(super) fn write_out<T: Copy>(out: Option<NonNull<T>>, value: T) -> Result {
    let missing = || Failure::new(vd_status::VD_E_NULL, "an output parameter is NULL");
    // SAFETY: only C calls the functions that have output parameters, with NULL or with valid memory.
    unsafe { out.ok_or_else(missing)?.write(value) };
    Ok(())
}

/// Returns two values through output parameters: neither of them, if one parameter is NULL.
pub(super) fn write_both<A: Copy, B: Copy>(
    (first, a): (Option<NonNull<A>>, A),
    (second, b): (Option<NonNull<B>>, B),
) -> Result {
    write_out(if second.is_some() { first } else { None }, a)?;
    write_out(second, b)
}

/// A replacement of a range of bytes by a text. The layout never changes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct vd_edit {
    /// The bytes to replace. An empty span inserts.
    span: vd_span,
    /// What replaces them. No text removes them.
    replacement: vd_str,
}

/// Copies edits that C passes.
///
/// # Safety
///
/// `edits` points to `count` edits, or `count` is 0.
pub(super) unsafe fn edits(edits: *const vd_edit, count: usize) -> Result<Vec<Edit>> {
    let bytes = count.checked_mul(size_of::<vd_edit>());
    if count > 0 && edits.is_null() || bytes.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        let name = if edits.is_null() { "the edits are NULL, but" } else { "too many edits:" };
        return Err(Failure::argument(&format!("{name} `count` is {count}")));
    }
    let edits = match count {
        0 => &[],
        // SAFETY: the caller promises it, and the size was checked.
        _ => unsafe { std::slice::from_raw_parts(edits, count) },
    };
    edits.iter().map(|edit| draft::edit(edit.span.raw(), edit.replacement.owned()?)).collect()
}

/// A pointer that only C uses.
#[derive(Clone, Copy)]
pub(super) struct User(pub(super) *mut c_void);

// SAFETY: only C dereferences the pointer; the header says that callbacks may be called by any thread.
unsafe impl Send for User {}
// SAFETY: as for `Send`.
unsafe impl Sync for User {}

/// Releases a text that was borrowed. Called exactly once, by any thread. It may not throw, and may not call functions of
/// this library with the same `vd_sources`.
pub type vd_release_fn =
    Option<unsafe extern "C" fn(user: *mut c_void, data: *const c_char, len: usize)>;

/// A text of C that is released when this is dropped.
pub(super) struct Borrowed {
    text: vd_str,
    release: vd_release_fn,
    user: User,
}

// SAFETY: C does not change the text before it is released, and it may be released by any thread.
unsafe impl Send for Borrowed {}
// SAFETY: as for `Send`.
unsafe impl Sync for Borrowed {}
impl UnwindSafe for Borrowed {}
impl RefUnwindSafe for Borrowed {}

impl Borrowed {
    pub(super) const fn new(text: vd_str, release: vd_release_fn, user: *mut c_void) -> Self {
        Self { text, release, user: User(user) }
    }

    /// Returns the text of a source file. If it is not UTF-8 it is copied, and released at once.
    pub(super) fn into_source(self) -> Result<SourceText> {
        let bytes = self.text.bytes()?;
        if std::str::from_utf8(bytes).is_ok() {
            return Ok(SourceText::from_owner(self));
        }
        Ok(SourceText::from_bytes(bytes))
    }
}

/// The text, which [`Borrowed::into_source`] has checked.
impl AsRef<str> for Borrowed {
    fn as_ref(&self) -> &str {
        let bytes = self.text.bytes().unwrap_or_default();
        // SAFETY: the bytes are UTF-8, and C does not change them before they are released.
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            let Self { text, user, .. } = self;
            // SAFETY: the header describes the parameters of the function.
            handles::call_back(|| unsafe { release(user.0, text.data, text.len) });
        }
    }
}

//! Memory that C passes in and gets back. Only here raw pointers are read and written.

use std::borrow::Cow;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr;

use vitte_diag::{Edit, SourceText, Stream};

use super::types::{vd_file, vd_span};
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

    /// Returns the text with a length. Null has none.
    ///
    /// # Safety
    ///
    /// `text` is null, or valid and followed by a NUL as long as the result is used.
    unsafe fn terminated(text: *const c_char) -> Self {
        if text.is_null() {
            return Self::NONE;
        }
        // SAFETY: the caller promises it.
        Self { data: text, len: unsafe { CStr::from_ptr(text) }.count_bytes() }
    }

    /// Returns the bytes.
    pub(super) fn bytes(&self) -> Result<&[u8]> {
        if self.len == 0 {
            return Ok(&[]);
        }
        if self.data.is_null() {
            return Err(Failure::argument(&format!("a text is NULL, but has {} bytes", self.len)));
        }
        if isize::try_from(self.len).is_err() {
            return Err(Failure::argument(&format!("a text has {} bytes", self.len)));
        }
        // SAFETY: Rust code cannot create a `vd_str` of other memory. One that C passes is valid during the call, and so
        // is `self`, the parameter of the call.
        Ok(unsafe { std::slice::from_raw_parts(self.data.cast(), self.len) })
    }

    /// Returns the text, in which each byte that is not UTF-8 is a `?`.
    pub(super) fn text(&self) -> Result<Cow<'_, str>> {
        let bytes = self.bytes()?;
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(text.into());
        }
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
        }
        Ok(text.into())
    }

    /// Returns a copy of the text.
    pub(super) fn owned(&self) -> Result<String> {
        self.text().map(Cow::into_owned)
    }
}

/// Returns a NUL-terminated text with its length. NULL is no text.
///
/// # Safety
///
/// `text` is null, or points to a text that ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vd_z(text: *const c_char) -> vd_str {
    // SAFETY: the caller promises it.
    unsafe { vd_str::terminated(text) }
}

/// A NUL-terminated text of C.
///
/// # Safety
///
/// `text` is null, or points to a text that ends with NUL and is valid during the call.
pub(super) unsafe fn terminated(text: *const c_char) -> vd_str {
    // SAFETY: the caller promises it.
    unsafe { vd_str::terminated(text) }
}

/// Returns a value through an output parameter.
pub(super) fn write_out<T>(out: Option<&mut MaybeUninit<T>>, value: T) -> Result {
    let out =
        out.ok_or_else(|| Failure::new(vd_status::VD_E_NULL, "an output parameter is NULL"))?;
    out.write(value);
    Ok(())
}

/// Returns two values through output parameters: neither of them, if one parameter is NULL.
pub(super) fn write_both<A, B>(
    (first, a): (Option<&mut MaybeUninit<A>>, A),
    (second, b): (Option<&mut MaybeUninit<B>>, B),
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
        return Err(Failure::argument(&format!("there are no {count} edits at {edits:p}")));
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
struct User(*mut c_void);

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

/// Writes output. Returns 0, or a value of `errno`. May be called by any thread, by one at a time. It may not throw.
pub type vd_write_fn =
    Option<unsafe extern "C" fn(user: *mut c_void, data: *const c_char, len: usize) -> c_int>;

/// Writes to a function of C.
pub(super) struct Callback {
    write: unsafe extern "C" fn(*mut c_void, *const c_char, usize) -> c_int,
    user: User,
}

impl Callback {
    pub(super) fn new(write: vd_write_fn, user: *mut c_void) -> Result<Self> {
        let write = write.ok_or_else(no_callback)?;
        Ok(Self { write, user: User(user) })
    }
}

impl Write for Callback {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = vd_str::of(bytes);
        let Self { write, user } = self;
        // SAFETY: the header describes the parameters of the function.
        let error = handles::call_back(|| unsafe { write(user.0, text.data, text.len) });
        match io::Error::from_raw_os_error(error) {
            _ if error == 0 => Ok(bytes.len()),
            // With this kind the same bytes would be written again, although some of them may have been written.
            error if error.kind() == io::ErrorKind::Interrupted => {
                Err(io::Error::other(error.to_string()))
            }
            error => Err(error),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gets the new text of a file. Returns 0, or a value of `errno` to stop. It may not throw.
pub type vd_fixed_fn = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        file: vd_file,
        data: *const c_char,
        len: usize,
    ) -> c_int,
>;

/// A function of C that gets the new texts of files.
pub(super) struct Fixed {
    fixed: unsafe extern "C" fn(*mut c_void, vd_file, *const c_char, usize) -> c_int,
    user: User,
}

impl Fixed {
    pub(super) fn new(fixed: vd_fixed_fn, user: *mut c_void) -> Result<Self> {
        let fixed = fixed.ok_or_else(no_callback)?;
        Ok(Self { fixed, user: User(user) })
    }

    pub(super) fn call(&self, file: vd_file, new: &[u8]) -> Result {
        let text = vd_str::of(new);
        let Self { fixed, user } = self;
        // SAFETY: the header describes the parameters of the function.
        let error = handles::call_back(|| unsafe { fixed(user.0, file, text.data, text.len) });
        if error == 0 {
            return Ok(());
        }
        let error = io::Error::from_raw_os_error(error);
        let text = format!("cannot write the fixed file {file}: {error}");
        Err(Failure::new(vd_status::VD_E_IO, text))
    }
}

fn no_callback() -> Failure {
    Failure::new(vd_status::VD_E_NULL, "the callback is NULL")
}

/// Writes to a file of C.
pub(super) struct File(*mut libc::FILE);

// SAFETY: the functions for files lock them, so all threads may use them.
unsafe impl Send for File {}
// SAFETY: as for `Send`.
unsafe impl Sync for File {}

impl File {
    /// Creates the writer, and returns the standard stream that the file is, if any.
    ///
    /// # Safety
    ///
    /// `file` is null, or is open as long as the writer is used.
    pub(super) unsafe fn new(file: *mut libc::FILE) -> Result<(Self, Option<Stream>)> {
        if file.is_null() {
            return Err(Failure::new(vd_status::VD_E_NULL, "the FILE is NULL"));
        }
        // SAFETY: the caller promises that it is open.
        let descriptor = unsafe { libc::fileno(file) };
        Ok((Self(file), stream(descriptor)))
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the file is open, and the bytes are valid.
        let written = unsafe { libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), self.0) };
        if written == 0 && !bytes.is_empty() {
            Err(io::Error::last_os_error())
        } else {
            Ok(written)
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        // SAFETY: the file is open.
        if unsafe { libc::fflush(self.0) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

/// Writes to a file descriptor.
pub(super) struct Descriptor(c_int);

impl Descriptor {
    /// Creates the writer, and returns the standard stream that the descriptor is, if any.
    pub(super) fn new(descriptor: c_int) -> (Self, Option<Stream>) {
        (Self(descriptor), stream(descriptor))
    }

    /// Creates the writer for a standard stream.
    pub(super) const fn of_stream(stream: Stream) -> Self {
        match stream {
            Stream::Stdout => Self(1),
            Stream::Stderr => Self(2),
        }
    }
}

impl Write for Descriptor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What the program has written to its standard output is before this.
        if self.0 == 1 {
            flush_stdout();
        }
        #[cfg(windows)]
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        #[cfg(not(windows))]
        let len = bytes.len();
        // SAFETY: the bytes are valid. A descriptor that is not open is an error.
        let written = unsafe { libc::write(self.0, bytes.as_ptr().cast(), len) };
        usize::try_from(written).map_err(|_| io::Error::last_os_error())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the bytes in the buffer of the standard output of the C library. Other files are not flushed where the standard
/// output has a name: that would wait for threads that read from one.
fn flush_stdout() {
    #[cfg(any(target_os = "linux", target_vendor = "apple", target_os = "freebsd"))]
    let file = {
        unsafe extern "C" {
            #[cfg_attr(not(target_os = "linux"), link_name = "__stdoutp")]
            static stdout: *mut libc::FILE;
        }
        // SAFETY: the C library initialises the variable before the program starts.
        unsafe { stdout }
    };
    #[cfg(not(any(target_os = "linux", target_vendor = "apple", target_os = "freebsd")))]
    let file = ptr::null_mut();
    // SAFETY: the file is open, or null, which means all files. An error is that of the program's own output.
    unsafe { libc::fflush(file) };
}

const fn stream(descriptor: c_int) -> Option<Stream> {
    match descriptor {
        1 => Some(Stream::Stdout),
        2 => Some(Stream::Stderr),
        _ => None,
    }
}

//! Where output goes: functions, files and descriptors of C.

use std::ffi::{c_char, c_int, c_void};
use std::io::{self, Write};

use vitte_diag::Stream;

use super::memory::User;
use super::types::vd_file;
use crate::failure::{Failure, Result, vd_status};
use crate::handles;
use crate::output::Writer;

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
        let (data, len) = (bytes.as_ptr().cast(), bytes.len());
        let Self { write, user } = self;
        // SAFETY: the header describes the parameters of the function.
        let error = handles::call_back(|| unsafe { write(user.0, data, len) });
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
        let (data, len) = (new.as_ptr().cast(), new.len());
        let Self { fixed, user } = self;
        // SAFETY: the header describes the parameters of the function.
        let error = handles::call_back(|| unsafe { fixed(user.0, file, data, len) });
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
        if written > 0 || bytes.is_empty() {
            return Ok(written);
        }
        if is_wide(self.0) {
            // `errno` is that of an older failure. An interruption would be tried again without end.
            return Err(io::Error::other("the FILE is for wide characters"));
        }
        Err(io::Error::last_os_error())
    }

    fn flush(&mut self) -> io::Result<()> {
        // SAFETY: the file is open.
        if unsafe { libc::fflush(self.0) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

/// Returns true if the program has written wide characters to a file. No bytes can be written to it then.
fn is_wide(file: *mut libc::FILE) -> bool {
    #[cfg(unix)]
    {
        unsafe extern "C" {
            fn fwide(file: *mut libc::FILE, mode: c_int) -> c_int;
        }
        // SAFETY: the file is open, and nothing changes with 0 as mode.
        unsafe { fwide(file, 0) > 0 }
    }
    #[cfg(not(unix))]
    {
        _ = file;
        false
    }
}

/// Writes to a file descriptor.
pub(super) struct Descriptor(c_int);

impl Descriptor {
    /// Creates the writer, and returns the standard stream that the descriptor is, if any.
    pub(super) const fn new(descriptor: c_int) -> (Self, Option<Stream>) {
        (Self(descriptor), stream(descriptor))
    }
}

impl Write for Descriptor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
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

/// Returns the writer for a standard stream.
pub(super) fn standard(stream: Stream) -> Writer {
    match stream {
        // Its `FILE` has no buffer.
        Stream::Stderr => Box::new(Descriptor(2)),
        // What the program has written to its `FILE` before has to be first.
        Stream::Stdout => match stdout() {
            Some(file) => Box::new(File(file)),
            None => Box::new(Descriptor(1)),
        },
    }
}

/// Returns `stdout`, which is a macro in C. Returns `None` if what it means on this system is not known.
fn stdout() -> Option<*mut libc::FILE> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        unsafe extern "C" {
            static stdout: *mut libc::FILE;
        }
        // SAFETY: the variable is set before `main`.
        Some(unsafe { stdout }).filter(|file| !file.is_null())
    }
    #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
    {
        unsafe extern "C" {
            static __stdoutp: *mut libc::FILE;
        }
        // SAFETY: the variable is set before `main`.
        Some(unsafe { __stdoutp }).filter(|file| !file.is_null())
    }
    #[cfg(not(any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        target_os = "freebsd"
    )))]
    None
}

const fn stream(descriptor: c_int) -> Option<Stream> {
    match descriptor {
        1 => Some(Stream::Stdout),
        2 => Some(Stream::Stderr),
        _ => None,
    }
}

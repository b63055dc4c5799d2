//! Why a function failed, and the last failure of each thread.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use vd_status::*;

/// Whether a function succeeded: `VD_OK`, or one of `VD_E_...`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
#[allow(non_camel_case_types)]
pub enum vd_status {
    /// Success.
    VD_OK = 0,
    /// A handle or an output parameter is NULL.
    VD_E_NULL = 1,
    /// The handle was freed, or the diagnostic was pushed to a bag.
    VD_E_STALE = 2,
    /// It is not a handle of this type.
    VD_E_HANDLE = 3,
    /// An argument has an invalid value.
    VD_E_ARGUMENT = 4,
    /// The file, code, child, suggestion, open context or crash handler does not exist.
    VD_E_NOT_FOUND = 5,
    /// Reading or writing failed.
    VD_E_IO = 6,
    /// Not possible now: a callback uses an object that its caller uses, an emitter has begun to write, or a crash handler is
    /// already installed.
    VD_E_BUSY = 7,
    /// This build of the library does not have it, or the system does not support it.
    VD_E_UNSUPPORTED = 8,
    /// There are too many handles, or a file is too large.
    VD_E_LIMIT = 9,
    /// An internal error of the library.
    VD_E_PANIC = 10,
}

/// Why a function failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    pub(crate) status: vd_status,
    pub(crate) text: String,
}

/// The result of a function of the library.
pub(crate) type Result<T = ()> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(status: vd_status, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    /// An argument has an invalid value.
    pub(crate) fn argument(error: &(impl ToString + ?Sized)) -> Self {
        Self::new(VD_E_ARGUMENT, error.to_string())
    }
}

thread_local! {
    static LAST: RefCell<Option<(vd_status, CString)>> = const { RefCell::new(None) };
}

/// Records the failure of this thread.
#[cold]
fn record(failure: Failure) {
    let mut text = failure.text.into_bytes();
    text.retain(|byte| *byte != 0);
    let text = CString::new(text).unwrap_or_default();
    // Fails while the thread ends, when nothing can read it any more.
    _ = LAST.try_with(|last| last.replace(Some((failure.status, text))));
}

/// Returns the kind of the last failure of this thread.
pub(crate) fn last_status() -> vd_status {
    let read = LAST.try_with(|last| last.borrow().as_ref().map(|(status, _)| *status));
    read.ok().flatten().unwrap_or(VD_OK)
}

/// Returns the text of the last failure of this thread, which is valid until the next one. Returns an empty text if
/// there was none.
pub(crate) fn last_text() -> *const c_char {
    const NONE: &CStr = c"";
    let read = LAST.try_with(|last| last.borrow().as_ref().map(|(_, text)| text.as_ptr()));
    read.ok().flatten().unwrap_or(NONE.as_ptr())
}

/// Records why a function failed that [`status`] does not run, because it takes only nanoseconds and cannot panic.
#[cold]
pub(crate) fn failed(failure: Failure) -> vd_status {
    status(|| Err(failure))
}

/// Runs the body of a function that C calls. Returns `on_failure` if it fails or panics, and records why.
pub(crate) fn guard<T>(on_failure: T, body: impl FnOnce() -> Result<T>) -> T {
    guarded(body).unwrap_or(on_failure)
}

/// Runs the body of a function that C calls, and returns its status.
pub(crate) fn status(body: impl FnOnce() -> Result) -> vd_status {
    guarded(body).err().unwrap_or(VD_OK)
}

fn guarded<T>(body: impl FnOnce() -> Result<T>) -> std::result::Result<T, vd_status> {
    // The objects behind handles have no invariants that a panic could break: a lock that is poisoned is used on.
    let result = catch_unwind(AssertUnwindSafe(body));
    let failure = match result {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(failure)) => failure,
        Err(payload) => panicked(payload),
    };
    let status = failure.status;
    record(failure);
    Err(status)
}

/// Describes a panic, which is a defect of the library.
#[cold]
fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    let message = payload.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("unknown");
    let failure = Failure::new(VD_E_PANIC, format!("internal error in vitte-diag: {message}"));
    // The destructor of a payload may panic.
    std::mem::forget(payload);
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        LAST.with(|last| {
            let last = last.borrow();
            last.as_ref().map_or_else(String::new, |(_, text)| text.to_string_lossy().into_owned())
        })
    }

    #[test]
    fn a_failure_is_recorded_for_its_thread() {
        assert_eq!(last_status(), VD_OK);
        assert_eq!(status(|| Err(Failure::argument(&"a\0b"))), VD_E_ARGUMENT);
        assert_eq!((last_status(), text()), (VD_E_ARGUMENT, "ab".to_owned()));
        let other = std::thread::spawn(last_status).join();
        assert_eq!(other.ok(), Some(VD_OK));
        assert_eq!(status(|| Ok(())), VD_OK);
        assert_eq!(last_status(), VD_E_ARGUMENT, "a success changes nothing");
    }

    #[test]
    fn a_panic_is_a_failure() {
        let result = guard(7, || if text().is_empty() { panic!("no {}", "text") } else { Ok(1) });
        assert_eq!((result, last_status()), (7, VD_E_PANIC));
        assert_eq!(text(), "internal error in vitte-diag: no text");
    }
}

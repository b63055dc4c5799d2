//! Errors and the version.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::types::{handle_count, number};
use crate::failure::{guard, last_status, last_text, vd_status};

/// Returns the status of the last function of this thread that failed, or `VD_OK` if none did. A function that succeeds
/// does not change it.
#[unsafe(no_mangle)]
pub extern "C" fn vd_last_status() -> vd_status {
    last_status()
}

/// Returns a text for people about the last function of this thread that failed, or an empty text: one line, without a
/// full stop, ended by NUL. It is valid until another function fails in this thread, or the thread ends. Do not call
/// it among the arguments of the same `printf()` as the function that may fail: C does not state which is called first.
#[unsafe(no_mangle)]
pub extern "C" fn vd_last_error() -> *const c_char {
    last_text()
}

/// Returns the name of a status, such as `"VD_E_STALE"`, or `"unknown"`. It is valid until the program ends.
#[unsafe(no_mangle)]
pub extern "C" fn vd_status_name(status: MaybeUninit<vd_status>) -> *const c_char {
    const NAMES: [&CStr; 11] = [
        c"VD_OK",
        c"VD_E_NULL",
        c"VD_E_STALE",
        c"VD_E_HANDLE",
        c"VD_E_ARGUMENT",
        c"VD_E_NOT_FOUND",
        c"VD_E_IO",
        c"VD_E_BUSY",
        c"VD_E_UNSUPPORTED",
        c"VD_E_LIMIT",
        c"VD_E_PANIC",
    ];
    let index = usize::try_from(number(status)).ok();
    index.and_then(|index| NAMES.get(index)).unwrap_or(&c"unknown").as_ptr()
}

/// Returns the version of the library in the form of `VD_VERSION`. It may be newer than the header: a program that was
/// compiled for an older version with the same major number works.
#[unsafe(no_mangle)]
pub extern "C" fn vd_version() -> u32 {
    const fn number(text: &str) -> u32 {
        let mut rest = text.as_bytes();
        let mut value = 0;
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            value = value * 10 + (*digit - b'0') as u32;
            rest = after;
        }
        value
    }
    const MAJOR: u32 = number(env!("CARGO_PKG_VERSION_MAJOR"));
    const MINOR: u32 = number(env!("CARGO_PKG_VERSION_MINOR"));
    const PATCH: u32 = number(env!("CARGO_PKG_VERSION_PATCH"));
    MAJOR * 10_000 + MINOR * 100 + PATCH
}

/// Returns the number of handles that were created and not freed, of all types and threads. At the end of a program that
/// frees everything it is 0.
#[unsafe(no_mangle)]
pub extern "C" fn vd_handle_count() -> usize {
    guard(0, || Ok(handle_count()))
}

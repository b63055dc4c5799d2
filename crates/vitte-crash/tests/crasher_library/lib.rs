//! A library that installs the crash handler in the program that loads it, as an extension of another language does.
#![allow(unsafe_code, reason = "exports a C function")]

use std::time::Duration;

use vitte_crash::CrashHandler;

/// Installs the handler. Returns 0, or 1 if that fails.
#[unsafe(no_mangle)]
pub extern "C" fn crasher_library_install(is_previous_first: bool) -> i32 {
    let dir = std::env::var_os("CRASHER_DIR").unwrap_or_default();
    let builder = CrashHandler::builder()
        .program("crasher")
        .version("1.2.3")
        .timeout(Duration::from_secs(20))
        .previous_handlers_first(is_previous_first)
        .dir(dir);
    builder.install().map_or(1, |guard| {
        guard.leak();
        0
    })
}

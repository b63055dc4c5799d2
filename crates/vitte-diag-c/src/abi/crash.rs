//! Crash capture.
//!
//! The functions for contexts do not use [`status`], which takes longer than they do: they call only code that cannot panic.

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use vitte_diag::SourceMap;

use super::memory::vd_str;
use super::sources::path;
use super::types::{from_c, truth, vd_color, vd_sources, vd_span};
use crate::crash::{self, CallSite, Setting};
use crate::failure::{failed, status, vd_status};
use crate::{handles, output};

/// Installs the crash handler of the process. `program` is its name in reports; with no text it is that of the executable.
/// `version` may be no text.
///
/// From now on a fatal signal, a stack overflow or an `abort()` of the program is reported as a diagnostic of the severity
/// fatal, with the contexts of the thread, and stored. Then the program ends as it would have ended without the handler:
/// same exit status, same core dump. Reports that are stored are viewed with `vitte crash show`.
///
/// Call it, and the functions that configure it, in the first lines of `main()`, before anything else happens. If this
/// library is linked statically, a crash starts the same program again, and in that process this function reports the
/// crash and does not return. What `main()` does before, it does then a second time. Other threads may call it, too.
///
/// Stack overflows are reported of the thread that calls this, and of threads that have opened a context. Fails with
/// `VD_E_BUSY` if a handler is installed already.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_install(program: vd_str, version: vd_str) -> vd_status {
    status(|| crash::install(program.owned()?, version.owned()?))
}

/// Removes the crash handler, and restores the signal handlers that were installed before it. Contexts stay open, and the
/// configuration is kept. Programs need not call it before they end. Fails with `VD_E_NOT_FOUND` if no handler is
/// installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_uninstall() -> vd_status {
    status(crash::uninstall)
}

/// Sets where users report crashes, such as the URL of an issue tracker. Default: none. `VD_E_BUSY` after the handler was
/// installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_report_url(url: vd_str) -> vd_status {
    status(|| crash::set(Setting::ReportUrl(url.owned()?)))
}

/// Sets the directory in which crashes are stored. Default: `PROGRAM/crash-reports` in the user's directory for state. The
/// environment variable `VITTE_CRASH_DIR` replaces both. `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_dir(dir: vd_str) -> vd_status {
    status(|| crash::set(Setting::Dir(path(&dir)?)))
}

/// Stores no crashes; they are only written. `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_without_store() -> vd_status {
    status(|| crash::set(Setting::WithoutStore))
}

/// Sets the command with which users view crashes: `mycc` for `mycc crash show`. Default: `vitte`. `VD_E_BUSY` after the
/// handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_command_name(name: vd_str) -> vd_status {
    status(|| crash::set(Setting::CommandName(name.owned()?)))
}

/// Sets the commit from which the program was built. Default: none. `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_commit(commit: vd_str) -> vd_status {
    status(|| crash::set(Setting::Commit(commit.owned()?)))
}

/// Sets how the program was built, such as `debug`. Default: none. `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_build(build: vd_str) -> vd_status {
    status(|| crash::set(Setting::Build(build.owned()?)))
}

/// Sets how long reporting a crash may take, in milliseconds: 1 to 3600000, others are changed to the nearest. Default: 2000.
/// After that the program ends without a report. `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_timeout(milliseconds: u32) -> vd_status {
    status(|| crash::set(Setting::Timeout(milliseconds)))
}

/// Sets whether a crash is written as one line, with the path of the report. Default: true if the environment variable `CI`
/// is set, and neither empty nor `false`. `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_quiet(quiet: MaybeUninit<bool>) -> vd_status {
    status(|| crash::set(Setting::Quiet(truth(quiet))))
}

/// Sets whether signal handlers that were installed before this one decide first. Default: false. Set it if the program has
/// a runtime that recovers from faults, such as a garbage collector. `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_previous_handlers_first(is_first: MaybeUninit<bool>) -> vd_status {
    status(|| crash::set(Setting::PreviousHandlersFirst(truth(is_first))))
}

/// Makes a dump when a signal arrives, `SIGQUIT`, `SIGUSR1` or `SIGUSR2`: a report of all threads with their contexts, with the
/// severity note. The program goes on. Call it once for each signal. Fails with `VD_E_ARGUMENT` for other signals,
/// `VD_E_UNSUPPORTED` on other systems than Linux, and `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_dump_on(signal: c_int) -> vd_status {
    status(|| crash::set(Setting::DumpOn(signal)))
}

/// Makes a dump when a context is open for longer than this many milliseconds. The program goes on. Fails with
/// `VD_E_UNSUPPORTED` on other systems than Linux, and `VD_E_BUSY` after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_watchdog(milliseconds: u32) -> vd_status {
    status(|| crash::set(Setting::Watchdog(milliseconds)))
}

/// Sets the format in which crashes are written, see `vd_emitter_new`, and so the stream. Default: `human`. Also after the
/// handler was installed, when the command line is read.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_format(format: vd_str) -> vd_status {
    status(|| crash::set_format(output::format(&format.text()?)?))
}

/// Sets when crashes are written with colours. Default: `VD_COLOR_AUTO`. Also after the handler was installed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_color(color: MaybeUninit<vd_color>) -> vd_status {
    status(|| crash::set_color(from_c(color)?))
}

/// Shares the source files to which the spans of contexts refer, as they are now: call it again after files were added. The
/// texts stay in memory until the next call, also if `sources` is freed; borrowed ones are not released before. NULL shares
/// none.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_set_sources(sources: *const vd_sources) -> vd_status {
    status(|| {
        let shared = if sources.is_null() {
            SourceMap::new()
        } else {
            handles::with(sources, |sources| Ok(sources.clone()))?
        };
        crash::set_sources(&shared)
    })
}

/// Reports an internal error of the program, such as a state that cannot be: as a crash with this message, the contexts and
/// the frames of this thread (F0001). Stores and writes it, and returns; the program should end then. Fails with
/// `VD_E_NOT_FOUND` if no handler is installed, and then does nothing, and with `VD_E_IO` if the report could be neither
/// stored nor written.
///
/// With GCC and Clang, on x86-64 and 64-bit Arm, it is also a macro, by which the frames begin with that of the caller.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_report(message: vd_str) -> vd_status {
    vd_crash_report_at(message, ptr::null(), ptr::null())
}

/// Does the same as `vd_crash_report` for the function with `stack` in its stack frame and `code` in its code. Both may be
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn vd_crash_report_at(
    message: vd_str,
    stack: *const c_void,
    code: *const c_void,
) -> vd_status {
    status(|| crash::report(&message.text()?, call_site(stack, code)))
}

/// Opens a context of this thread: the operation that begins, such as `type-checking`, and its location, or a span with
/// `VD_NO_FILE`. The report of a crash lists the open contexts, and its location is that of the innermost one that has
/// one. It takes a few nanoseconds, without a lock or a handler. Close it with `vd_context_pop`.
///
/// `name` is copied; one of more than 64 bytes is cut. Of more than 64 contexts the 32 outermost and the 32 innermost ones
/// are recorded. Fails with `VD_E_LIMIT` if 512 other threads have contexts.
///
/// With GCC and Clang, on x86-64 and 64-bit Arm, it is also a macro, by which the report finds the frame of the caller.
#[unsafe(no_mangle)]
pub extern "C" fn vd_context_push(name: vd_str, span: vd_span) -> vd_status {
    vd_context_push_at(name, span, ptr::null(), ptr::null())
}

/// Does the same as `vd_context_push` for the function with `stack` in its stack frame, such as its stack pointer, and `code`
/// in its code. Both may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn vd_context_push_at(
    name: vd_str,
    span: vd_span,
    stack: *const c_void,
    code: *const c_void,
) -> vd_status {
    match name.bytes() {
        Ok(name) => crash::open_context(name, span.raw().span(), call_site(stack, code)),
        Err(failure) => failed(failure),
    }
}

/// Adds a field to the innermost context: a key and a short value, such as the name of the function that is checked. Both
/// are copied; a key of more than 32 bytes and a value of more than 56 bytes are cut. Fails with `VD_E_LIMIT` after three
/// fields, and with `VD_E_NOT_FOUND` if no context is open.
#[unsafe(no_mangle)]
pub extern "C" fn vd_context_field(key: vd_str, value: vd_str) -> vd_status {
    match (key.bytes(), value.bytes()) {
        (Ok(key), Ok(value)) => crash::add_field(key, value),
        (Err(failure), _) | (_, Err(failure)) => failed(failure),
    }
}

/// Closes the innermost context of this thread. Fails with `VD_E_NOT_FOUND` if none is open.
#[unsafe(no_mangle)]
pub extern "C" fn vd_context_pop() -> vd_status {
    crash::close_context()
}

/// Returns the number of open contexts of this thread.
#[unsafe(no_mangle)]
pub extern "C" fn vd_context_depth() -> u32 {
    crash::context_depth()
}

/// Closes the innermost contexts of this thread until at most `depth` are open, for programs that leave functions with
/// `longjmp()`: they note `vd_context_depth()` beside `setjmp()`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_context_pop_to(depth: u32) -> vd_status {
    crash::close_contexts(depth);
    vd_status::VD_OK
}

fn call_site(stack: *const c_void, code: *const c_void) -> CallSite {
    CallSite { stack: stack.addr(), code: code.addr() }
}

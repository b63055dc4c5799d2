//! What a signal means.

use vitte_capsule::CrashReport;
use vitte_diag::codes;

use super::crash_info::Told;
use crate::symbols::Calls;
use crate::symbols::modules::Mapping;
use crate::sys::words::Word;

/// `si_code` of a signal that the processor is the reason of, but that has no address.
const SI_KERNEL: i64 = 0x80;

/// Says in the report what happened.
pub(super) fn describe(report: &mut CrashReport, told: &Told, mappings: &[Mapping], calls: &Calls) {
    let (code, address) = (told.code(), told.get(Word::Address));
    let signal = report.signal.clone().unwrap_or_default();
    let is_fault = !matches!(&*signal, "SIGABRT" | "SIGTRAP") && code > 0;
    if is_fault && code != SI_KERNEL {
        report.address = Some(format!("{address:#x}"));
    }
    if is_fault && signal != "SIGILL" && is_stack_overflow(told, mappings) {
        report.code = codes::F0003;
        report.message = "a call found no room on the stack".into();
    } else if signal == "SIGABRT" && calls.frames.iter().any(|frame| is_oom(&frame.function)) {
        report.code = codes::F0004;
        report.message = "an allocation failed".into();
    } else if signal == "SIGABRT" {
        report.code = codes::F0005;
        report.message = "the process aborted".into();
    } else {
        report.message = meaning(&signal, code, address);
    }
}

/// A signal in words. The codes are those of sigaction(2).
fn meaning(signal: &str, code: i64, address: u64) -> String {
    match (signal, code) {
        (_, ..=0) => "the signal was sent by a process".into(),
        ("SIGSEGV", SI_KERNEL) => "an access to memory at an address that cannot be".into(),
        ("SIGSEGV", 2) => format!("an access to memory that is not allowed, at {address:#x}"),
        ("SIGSEGV", _) => format!("an access to memory that is not there, at {address:#x}"),
        ("SIGBUS", 1) => format!("an access to memory that is not aligned, at {address:#x}"),
        ("SIGBUS", _) => format!("an access to memory that has nothing behind it, at {address:#x}"),
        ("SIGILL", _) => {
            format!("an instruction that the processor does not know, at {address:#x}")
        }
        ("SIGFPE", 1) => format!("an integer was divided by zero, at {address:#x}"),
        ("SIGFPE", _) => format!("an arithmetic error, at {address:#x}"),
        ("SIGTRAP", _) => "a breakpoint, or a trap that stands for one".into(),
        _ => "the signal came".into(),
    }
}

/// Whether the thread came to the end of its stack: where it touched is no memory, the next memory above
/// is near, and the top of the stack is where it begins.
fn is_stack_overflow(told: &Told, mappings: &[Mapping]) -> bool {
    /// Bytes that the system keeps free below a stack that grows.
    const GAP: u64 = 1 << 20;
    const NEAR: u64 = 64 << 10;
    let (address, sp) = (told.get(Word::Address), told.start().sp);
    // Where the system does not tell what is memory, an address beside the top of the stack is enough.
    if mappings.is_empty() {
        return sp.abs_diff(address) <= NEAR;
    }
    let readable = mappings.iter().filter(|mapping| mapping.is_readable);
    let Some(above) = readable.into_iter().find(|mapping| mapping.range.end > address) else {
        return false;
    };
    let bottom = above.range.start;
    bottom > address
        && bottom - address <= GAP
        && sp < bottom.saturating_add(NEAR)
        && sp.saturating_add(GAP) >= address
}

fn is_oom(function: &Option<String>) -> bool {
    const NAMES: [&str; 3] = ["handle_alloc_error", "rust_oom", "alloc_error_handler"];
    function.as_ref().is_some_and(|function| NAMES.iter().any(|name| function.contains(name)))
}

/// The calls without those that an abort itself makes.
pub(super) fn below_the_signal(report: &CrashReport, calls: Calls) -> Calls {
    const ABORT: [&str; 12] = [
        "abort",
        "raise",
        "gsignal",
        "pthread_kill",
        "__pthread_kill",
        "__pthread_kill_implementation",
        "__pthread_kill_internal",
        "std::process::abort",
        "alloc::alloc::handle_alloc_error",
        "std::alloc::rust_oom",
        "std::alloc::default_alloc_error_hook",
        "alloc::raw_vec::handle_error",
    ];
    if report.signal.as_deref() != Some("SIGABRT") {
        return calls;
    }
    calls.below("abort_internal", |function| {
        let plain = function.split('@').next().unwrap_or(function);
        ABORT.contains(&plain)
            || function.starts_with("std::sys::")
            || is_oom(&Some(function.into()))
    })
}

//! Describes what a signal means.

use vitte_capsule::CrashReport;
use vitte_diag::codes;

use super::crash_info::CrashInfo;
use crate::symbols::CapturedFrames;
use crate::symbols::modules::{self, Mapping};
use crate::sys::shared::SharedField;
use crate::sys::{UNKNOWN_CODE, alloc_error};

/// The `si_code` of a fault without an address.
const SI_KERNEL: i64 = 0x80;

/// Sets the code, the message and the address of a report.
pub(super) fn describe(
    report: &mut CrashReport,
    info: &CrashInfo,
    mappings: &[Mapping],
    frames: &CapturedFrames,
) {
    let (code, address) = (info.signal_code(), info.get(SharedField::FaultAddress));
    let signal = report.signal.clone().unwrap_or_default();
    let is_fault = !matches!(&*signal, "SIGABRT" | "SIGTRAP") && code > 0;
    if is_fault && code != SI_KERNEL {
        report.address = Some(format!("{address:#x}"));
    }
    if is_fault && signal != "SIGILL" && is_stack_overflow(info, mappings) {
        report.code = codes::F0003;
        report.message = "stack overflow".into();
    } else if signal == "SIGABRT" && is_failed_allocation(frames) {
        report.code = codes::F0004;
        report.message = "memory allocation failed".into();
    } else if signal == "SIGABRT" {
        report.code = codes::F0005;
        report.message = "the process aborted".into();
        if is_panic_in_panic(frames) {
            report.notes.push(PANIC_IN_PANIC.into());
        }
    } else {
        report.message = meaning(&signal, code, address);
    }
}

/// Describes a signal. The codes are those of sigaction(2).
fn meaning(signal: &str, code: i64, address: u64) -> String {
    match (signal, code) {
        (_, code) if code == i64::from(UNKNOWN_CODE) => "the signal was received".into(),
        ("SIGXCPU", _) => "the limit of processor time was exceeded".into(),
        (_, ..=0) => "the signal was sent by a process".into(),
        ("SIGSEGV", SI_KERNEL) => "invalid memory access (non-canonical address)".into(),
        ("SIGSEGV", 2) => format!("invalid memory access at {address:#x} (permission denied)"),
        ("SIGSEGV", _) => format!("invalid memory access at {address:#x} (address not mapped)"),
        ("SIGBUS", 1) => format!("misaligned memory access at {address:#x}"),
        ("SIGBUS", _) => {
            format!("invalid memory access at {address:#x} (nonexistent physical address)")
        }
        ("SIGILL", _) => {
            format!("illegal instruction at {address:#x}")
        }
        ("SIGFPE", 1) => format!("integer division by zero at {address:#x}"),
        ("SIGFPE", _) => format!("arithmetic exception at {address:#x}"),
        ("SIGSYS", _) => "a system call that the sandbox does not permit".into(),
        ("SIGTRAP", _) => "breakpoint or trap instruction".into(),
        _ => "the signal was received".into(),
    }
}

/// Returns whether the thread overflowed its stack: the address is not readable, readable memory
/// begins a short distance above it, and the stack pointer is near that boundary.
fn is_stack_overflow(info: &CrashInfo, mappings: &[Mapping]) -> bool {
    /// Bytes that the kernel keeps free below a stack that grows.
    const GAP: u64 = 1 << 20;
    const NEAR: u64 = 64 << 10;
    let (address, sp) = (info.get(SharedField::FaultAddress), info.start().sp);
    // If the mappings are unknown, an address near the stack pointer is sufficient.
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

fn has_function(frames: &CapturedFrames, test: impl Fn(&str) -> bool) -> bool {
    frames.frames.iter().any(|frame| frame.function.as_deref().is_some_and(&test))
}

/// Returns whether a memory allocation failed: by the names of the frames or, if the program has no symbols, by their
/// addresses.
fn is_failed_allocation(frames: &CapturedFrames) -> bool {
    if has_function(frames, is_oom) {
        return true;
    }
    // The reporter is the same program at other addresses.
    let own = modules::current();
    frames.frames.iter().any(|frame| {
        let (Some(path), Some(offset)) = (&frame.module, frame.offset) else { return false };
        let module = own.iter().find(|module| module.path == *path);
        let address = module.and_then(|module| module.range.start.checked_add(offset));
        address.is_some_and(alloc_error::contains)
    })
}

fn is_oom(function: &str) -> bool {
    const NAMES: [&str; 3] = ["handle_alloc_error", "rust_oom", "alloc_error_handler"];
    NAMES.iter().any(|name| function.contains(name))
}

/// The note about an abort because of a panic that no panic hook can see.
const PANIC_IN_PANIC: &str = "a panic began while another one was being formatted or handled; its message is only on \
                              standard error, because std aborts without calling a panic hook";

/// Returns whether the function of std that calls the panic hook is twice on the stack.
fn is_panic_in_panic(frames: &CapturedFrames) -> bool {
    let names = frames.frames.iter().filter_map(|frame| frame.function.as_deref());
    let is_hook_caller =
        |name: &&str| name.starts_with("std::panicking::") && name.contains("panic_with_hook");
    names.filter(is_hook_caller).count() > 1
}

/// Removes the frames of the abort itself.
pub(super) fn without_abort_frames(report: &CrashReport, frames: CapturedFrames) -> CapturedFrames {
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
        return frames;
    }
    frames.skip_crash_frames("abort_internal", |function| {
        let plain = function.split('@').next().unwrap_or(function);
        ABORT.contains(&plain) || function.starts_with("std::sys::") || is_oom(function)
    })
}

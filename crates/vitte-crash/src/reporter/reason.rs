//! Describes what a signal means.

use vitte_capsule::CrashReport;
use vitte_diag::codes;

use super::crash_info::CrashInfo;
use crate::symbols::CapturedFrames;
use crate::symbols::modules::Mapping;
use crate::sys::UNKNOWN_CODE;
use crate::sys::shared::SharedField;

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
    } else if signal == "SIGABRT" && frames.frames.iter().any(|frame| is_oom(&frame.function)) {
        report.code = codes::F0004;
        report.message = "memory allocation failed".into();
    } else if signal == "SIGABRT" {
        report.code = codes::F0005;
        report.message = "the process aborted".into();
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

fn is_oom(function: &Option<String>) -> bool {
    const NAMES: [&str; 3] = ["handle_alloc_error", "rust_oom", "alloc_error_handler"];
    function.as_ref().is_some_and(|function| NAMES.iter().any(|name| function.contains(name)))
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
        ABORT.contains(&plain)
            || function.starts_with("std::sys::")
            || is_oom(&Some(function.into()))
    })
}

//! The `clone` system call, without the function of the C library.
//!
//! Sanitizers replace that function by one which assumes that the child has memory of its own. In a child that shares the
//! memory it changes the state of the process, and crashes before the child can reset its signal handlers.

use std::arch::asm;
use std::ffi::{c_int, c_void};

/// Creates a process that calls `function` with `argument` on the stack that ends at `top`, and exits with its result.
/// Returns the id of the process, or a negative number. `flags` are those of `clone`(2), without `CLONE_SETTLS` and
/// `CLONE_THREAD`.
///
/// # Safety
///
/// The stack is large enough, and nothing else uses it as long as the process runs. `top` is a multiple of 16. If the
/// process shares the memory, `function` keeps to what a signal handler may do.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn clone(
    function: extern "C" fn(*mut c_void) -> c_int,
    top: *mut c_void,
    flags: c_int,
    argument: *mut c_void,
) -> c_int {
    let result: i64;
    // SAFETY: in this process only the registers of the system call change. The new one continues on its own stack, has
    // copies of the registers, and never gets past `exit_group`.
    unsafe {
        asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "xor ebp, ebp",
            "mov rdi, r12",
            "call r13",
            "mov edi, eax",
            "mov eax, {exit_group}",
            "syscall",
            "ud2",
            "2:",
            exit_group = const libc::SYS_exit_group,
            inlateout("rax") libc::SYS_clone => result,
            in("rdi") i64::from(flags),
            in("rsi") top,
            in("rdx") 0,
            in("r10") 0,
            in("r8") 0,
            in("r12") argument,
            in("r13") function,
            lateout("rcx") _,
            lateout("r11") _,
        );
    }
    c_int::try_from(result).unwrap_or(-1)
}

/// As for x86-64.
///
/// # Safety
///
/// As for x86-64.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe fn clone(
    function: extern "C" fn(*mut c_void) -> c_int,
    top: *mut c_void,
    flags: c_int,
    argument: *mut c_void,
) -> c_int {
    let result: i64;
    // SAFETY: as for x86-64.
    unsafe {
        asm!(
            "svc #0",
            "cbnz x0, 2f",
            "mov x29, xzr",
            "mov x30, xzr",
            "mov x0, x20",
            "blr x21",
            "mov x8, {exit_group}",
            "svc #0",
            "udf #0",
            "2:",
            exit_group = const libc::SYS_exit_group,
            in("x8") libc::SYS_clone,
            inlateout("x0") i64::from(flags) => result,
            in("x1") top,
            in("x2") 0,
            in("x3") 0,
            in("x4") 0,
            in("x20") argument,
            in("x21") function,
        );
    }
    c_int::try_from(result).unwrap_or(-1)
}

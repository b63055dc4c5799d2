//! The registers of a thread that a signal has interrupted.

#[cfg(target_arch = "x86_64")]
use std::ffi::c_int;

use super::maps::mix;
use super::shared;

/// Returns the program counter and the stack pointer, or zeros if there is no context.
///
/// # Safety
///
/// `context` is null, or points to the context that the kernel passed to a handler.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn program_counter(context: *const libc::ucontext_t) -> (u64, u64) {
    // SAFETY: guaranteed by the caller.
    let Some(context) = (unsafe { context.as_ref() }) else { return (0, 0) };
    let register = |register: c_int| {
        let value = usize::try_from(register).ok().and_then(|at| context.uc_mcontext.gregs.get(at));
        shared::to_bits(value.copied().unwrap_or(0))
    };
    (register(libc::REG_RIP), register(libc::REG_RSP))
}

/// Returns the program counter and the stack pointer, or zeros if there is no context.
///
/// # Safety
///
/// `context` is null, or points to the context that the kernel passed to a handler.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe fn program_counter(context: *const libc::ucontext_t) -> (u64, u64) {
    // SAFETY: guaranteed by the caller.
    let Some(context) = (unsafe { context.as_ref() }) else { return (0, 0) };
    (context.uc_mcontext.pc, context.uc_mcontext.sp)
}

/// Returns a hash of all registers, or 0 if `context` is null.
///
/// # Safety
///
/// `context` is null, or points to the context that the kernel passed to a handler.
pub(super) unsafe fn hash(context: *const libc::ucontext_t) -> u64 {
    if context.is_null() {
        return 0;
    }
    const WORDS: usize = size_of::<libc::mcontext_t>() / size_of::<u64>();
    // SAFETY: the pointer is valid for the context.
    let words = unsafe { (&raw const (*context).uc_mcontext).cast::<u64>() };
    (0..WORDS).fold(0, |hash, index| {
        // SAFETY: the kernel has written all of the context, and the index is inside of it.
        let word = unsafe { words.add(index).read_volatile() };
        mix(hash, word)
    })
}

/// Records the registers in the order of [`shared::REGISTERS`].
///
/// # Safety
///
/// `context` is null, or points to the context that the kernel passed to the handler. If it is null, the registers of
/// the caller are recorded, from which the interrupted function can be reached.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn record(context: *const libc::ucontext_t) {
    const ORDER: [c_int; 18] = [
        libc::REG_RIP,
        libc::REG_RSP,
        libc::REG_RBP,
        libc::REG_RAX,
        libc::REG_RBX,
        libc::REG_RCX,
        libc::REG_RDX,
        libc::REG_RSI,
        libc::REG_RDI,
        libc::REG_R8,
        libc::REG_R9,
        libc::REG_R10,
        libc::REG_R11,
        libc::REG_R12,
        libc::REG_R13,
        libc::REG_R14,
        libc::REG_R15,
        libc::REG_EFL,
    ];
    // SAFETY: guaranteed by the caller.
    let Some(context) = (unsafe { context.as_ref() }) else { return record_own() };
    let registers = &context.uc_mcontext.gregs;
    for (index, register) in ORDER.into_iter().enumerate() {
        let register = usize::try_from(register).ok().and_then(|at| registers.get(at));
        let value = register.copied().unwrap_or(0);
        shared::set_register(index, shared::to_bits(value));
    }
}

/// Records the registers in the order of [`shared::REGISTERS`].
///
/// # Safety
///
/// `context` is null, or points to the context that the kernel passed to the handler. If it is null, the registers of
/// the caller are recorded, from which the interrupted function can be reached.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe fn record(context: *const libc::ucontext_t) {
    // SAFETY: guaranteed by the caller.
    let Some(context) = (unsafe { context.as_ref() }) else { return record_own() };
    let machine = &context.uc_mcontext;
    let [general @ .., frame, link] = &machine.regs;
    shared::set_register(0, machine.pc);
    shared::set_register(1, machine.sp);
    shared::set_register(2, *frame);
    shared::set_register(3, *link);
    for (index, value) in general.iter().enumerate() {
        shared::set_register(4 + index, *value);
    }
    shared::set_register(4 + general.len(), machine.pstate);
}

/// Records the registers of this function with which unwinding starts: the program counter, the stack pointer, the
/// frame pointer, and on aarch64 the link register. The others are 0.
#[inline(never)]
fn record_own() {
    let mut values = [0_u64; 4];
    let [pc, sp, fp, lr] = &mut values;
    // SAFETY: the instructions only read registers.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            "lea {pc}, [rip]",
            "mov {sp}, rsp",
            "mov {fp}, rbp",
            pc = out(reg) * pc,
            sp = out(reg) * sp,
            fp = out(reg) * fp,
            options(nomem, preserves_flags)
        );
        _ = lr;
    }
    // SAFETY: the instructions only read registers.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!(
            "adr {pc}, .",
            "mov {sp}, sp",
            "mov {fp}, x29",
            "mov {lr}, x30",
            pc = out(reg) * pc,
            sp = out(reg) * sp,
            fp = out(reg) * fp,
            lr = out(reg) * lr,
            options(nomem, preserves_flags)
        );
    }
    for index in 0..shared::REGISTERS.len() {
        shared::set_register(index, values.get(index).copied().unwrap_or(0));
    }
}

//! The registers of a thread in the format of minidumps.

use minidump_writer::minidump_cpu::RawContextCPU;
use minidump_writer::minidump_format::{MDCPUArchitecture, format};
use nix::sys::ptrace;
use nix::unistd::Pid;

use super::super::crash_info::CrashInfo;

pub(super) type ThreadContext = RawContextCPU;

#[cfg(target_arch = "x86_64")]
pub(super) const ARCHITECTURE: MDCPUArchitecture = MDCPUArchitecture::PROCESSOR_ARCHITECTURE_AMD64;
#[cfg(target_arch = "aarch64")]
pub(super) const ARCHITECTURE: MDCPUArchitecture =
    MDCPUArchitecture::PROCESSOR_ARCHITECTURE_ARM64_OLD;

/// Returns the registers of the crashed thread at the time of the signal; the thread itself now
/// runs the handler on another stack. Registers that the handler did not record have their current
/// values. Floating-point registers are omitted, because the handler has used them since.
pub(super) fn read_crashed(info: &CrashInfo, thread: Pid) -> ThreadContext {
    let mut context = read(thread).unwrap_or_else(empty);
    for (name, value) in info.registers() {
        set(&mut context, name, value);
    }
    context
}

/// Returns the registers of a stopped thread.
#[cfg(target_arch = "x86_64")]
pub(super) fn read(thread: Pid) -> Option<ThreadContext> {
    let now = ptrace::getregs(thread).ok()?;
    let mut context = empty();
    let named = [
        ("rip", now.rip),
        ("rsp", now.rsp),
        ("rbp", now.rbp),
        ("rax", now.rax),
        ("rbx", now.rbx),
        ("rcx", now.rcx),
        ("rdx", now.rdx),
        ("rsi", now.rsi),
        ("rdi", now.rdi),
        ("r8", now.r8),
        ("r9", now.r9),
        ("r10", now.r10),
        ("r11", now.r11),
        ("r12", now.r12),
        ("r13", now.r13),
        ("r14", now.r14),
        ("r15", now.r15),
        ("eflags", now.eflags),
    ];
    for (name, value) in named {
        set(&mut context, name, value);
    }
    let segment = |value: u64| u16::try_from(value & 0xffff).unwrap_or(0);
    context.cs = segment(now.cs);
    context.ds = segment(now.ds);
    context.es = segment(now.es);
    context.fs = segment(now.fs);
    context.gs = segment(now.gs);
    context.ss = segment(now.ss);
    Some(context)
}

#[cfg(target_arch = "x86_64")]
fn empty() -> ThreadContext {
    use format::ContextFlagsAmd64 as Flags;
    let flags =
        Flags::CONTEXT_AMD64_CONTROL | Flags::CONTEXT_AMD64_INTEGER | Flags::CONTEXT_AMD64_SEGMENTS;
    ThreadContext { context_flags: flags.bits(), ..ThreadContext::default() }
}

#[cfg(target_arch = "x86_64")]
fn set(context: &mut ThreadContext, name: &str, value: u64) {
    let register = match name {
        "rip" => &mut context.rip,
        "rsp" => &mut context.rsp,
        "rbp" => &mut context.rbp,
        "rax" => &mut context.rax,
        "rbx" => &mut context.rbx,
        "rcx" => &mut context.rcx,
        "rdx" => &mut context.rdx,
        "rsi" => &mut context.rsi,
        "rdi" => &mut context.rdi,
        "r8" => &mut context.r8,
        "r9" => &mut context.r9,
        "r10" => &mut context.r10,
        "r11" => &mut context.r11,
        "r12" => &mut context.r12,
        "r13" => &mut context.r13,
        "r14" => &mut context.r14,
        "r15" => &mut context.r15,
        _ => {
            context.eflags = u32::try_from(value & u64::from(u32::MAX)).unwrap_or(0);
            return;
        }
    };
    *register = value;
}

/// Returns the registers of a stopped thread.
#[cfg(target_arch = "aarch64")]
pub(super) fn read(thread: Pid) -> Option<ThreadContext> {
    let now = ptrace::getregs(thread).ok()?;
    let mut context = empty();
    context.iregs = now.regs;
    set(&mut context, "pc", now.pc);
    set(&mut context, "sp", now.sp);
    set(&mut context, "pstate", now.pstate);
    Some(context)
}

#[cfg(target_arch = "aarch64")]
fn empty() -> ThreadContext {
    let flags = format::ContextFlagsArm64Old::CONTEXT_ARM64_OLD_INTEGER;
    ThreadContext { context_flags: flags.bits().into(), ..ThreadContext::default() }
}

#[cfg(target_arch = "aarch64")]
fn set(context: &mut ThreadContext, name: &str, value: u64) {
    let general = name.strip_prefix('x').and_then(|index| index.parse::<usize>().ok());
    match (name, general.and_then(|index| context.iregs.get_mut(index))) {
        (_, Some(register)) => *register = value,
        ("pc", _) => context.pc = value,
        ("sp", _) => context.sp = value,
        _ => context.cpsr = u32::try_from(value & u64::from(u32::MAX)).unwrap_or(0),
    }
}

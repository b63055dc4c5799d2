//! Small language runtimes with signal handlers of their own, of the common kinds.

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU8, Ordering};

/// What a runtime does about faults that are not its own.
const KINDS: [&str; 13] = [
    // Calls the old action with all arguments, and returns.
    "keep",
    // Calls the old action with the signal alone, and returns.
    "plain",
    // Restores the old action, and returns.
    "restore",
    // Calls the old action, then installs itself again.
    "reinstall",
    // Only recovers from its own faults, and ignores others.
    "deaf",
    // As "keep", but leaves its own faults by a jump out of the handler.
    "jump",
    // Exits.
    "exit",
    // The same without an alternate stack.
    "exit-on-stack",
    // Sets the default action, and returns.
    "default",
    // The same without an alternate stack, and with much space on the stack.
    "large-frame",
    // Aborts. Exits if it aborts itself.
    "abort",
    // Crashes in the handler, which does not block the signal: it runs again and again until the stack overflows.
    "endless",
    // Crashes at other signals than SIGSEGV, at which it exits.
    "crash",
];

const SIGNALS: [c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGABRT, libc::SIGTRAP];

/// The address of the runtime's own faults.
const OWN_ADDRESS: usize = 0x7777_7000;

struct OldActions(UnsafeCell<[MaybeUninit<libc::sigaction>; SIGNALS.len()]>);

unsafe impl Sync for OldActions {}

static OLD_ACTIONS: OldActions =
    OldActions(UnsafeCell::new([MaybeUninit::uninit(); SIGNALS.len()]));
static KIND: AtomicU8 = AtomicU8::new(0);

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// Installs the runtime that the option `KIND-before` or `KIND-after` names.
pub fn install(has: &dyn Fn(&str) -> bool, order: &str) {
    let is_wanted = |kind: &&str| has(&format!("{kind}-{order}"));
    let Some(index) = KINDS.iter().position(is_wanted) else { return };
    KIND.store(u8::try_from(index).unwrap(), Ordering::Relaxed);
    for (index, signal) in SIGNALS.into_iter().enumerate() {
        put(signal, Some(old_action(index)));
    }
}

fn old_action(index: usize) -> *mut libc::sigaction {
    OLD_ACTIONS.0.get().cast::<libc::sigaction>().wrapping_add(index)
}

fn put(signal: c_int, old: Option<*mut libc::sigaction>) {
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        let has_stack = !["exit-on-stack", "large-frame"].contains(&kind());
        action.sa_flags = libc::SA_SIGINFO | if has_stack { libc::SA_ONSTACK } else { 0 };
        action.sa_flags |= if kind() == "endless" { libc::SA_NODEFER } else { 0 };
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, old.unwrap_or(std::ptr::null_mut()));
    }
}

fn kind() -> &'static str {
    KINDS[usize::from(KIND.load(Ordering::Relaxed))]
}

#[inline(never)]
fn use_stack() {
    std::hint::black_box(&mut [1_u8; 100 << 10]);
}

/// Ends the process in the way of some kinds, or prepares that.
fn give_up(kind: &str, signal: c_int) {
    unsafe {
        match kind {
            "exit" | "exit-on-stack" => libc::exit(9),
            "abort" if signal != libc::SIGABRT => libc::abort(),
            "endless" => std::hint::black_box(std::ptr::null_mut::<u8>()).write_volatile(1),
            "crash" if signal != libc::SIGSEGV => {
                std::hint::black_box(std::ptr::null_mut::<u8>()).write_volatile(1);
            }
            "abort" | "crash" => libc::_exit(9),
            "large-frame" => {
                use_stack();
                libc::signal(signal, libc::SIG_DFL);
            }
            "default" => _ = libc::signal(signal, libc::SIG_DFL),
            _ => {}
        }
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    unsafe {
        let kind = kind();
        if signal == libc::SIGSEGV && (*info).si_addr().addr() == OWN_ADDRESS {
            if kind == "jump" {
                crate::recovery::leave(context.cast());
            }
            return skip_instruction(context.cast());
        }
        give_up(kind, signal);
        let index = SIGNALS.iter().position(|own| *own == signal).unwrap();
        let old = *old_action(index);
        if ["deaf", "default", "large-frame"].contains(&kind) {
            return;
        }
        if kind == "restore" || [libc::SIG_DFL, libc::SIG_IGN].contains(&old.sa_sigaction) {
            libc::sigaction(signal, &raw const old, std::ptr::null_mut());
            if signal == libc::SIGABRT || signal == libc::SIGTRAP {
                libc::raise(signal);
            }
            return;
        }
        if kind == "plain" {
            let old: extern "C" fn(c_int) = std::mem::transmute(old.sa_sigaction);
            old(signal);
        } else {
            let old: Handler = std::mem::transmute(old.sa_sigaction);
            old(signal, info, context);
        }
        if kind == "reinstall" {
            put(signal, None);
        }
    }
}

#[cfg(target_arch = "x86_64")]
unsafe fn skip_instruction(context: *mut libc::ucontext_t) {
    unsafe { (*context).uc_mcontext.gregs[usize::try_from(libc::REG_RIP).unwrap()] += 3 };
}

#[cfg(target_arch = "aarch64")]
unsafe fn skip_instruction(context: *mut libc::ucontext_t) {
    unsafe { (*context).uc_mcontext.pc += 4 };
}

/// Causes a fault from which the runtime recovers.
#[inline(never)]
pub fn own_fault() {
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("mov byte ptr [rax], 1", in("rax") OWN_ADDRESS);
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("strb wzr, [x0]", in("x0") OWN_ADDRESS);
    }
}

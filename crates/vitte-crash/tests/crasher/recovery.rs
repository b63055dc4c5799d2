//! Faults from which a handler recovers, very often or in unusual ways, and threads with unusual stacks.

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::process::ExitCode;
use std::ptr::{null, null_mut};

use crate::runtimes::own_fault;

/// How often a fault is repeated: more often than that of a handler that does nothing about it.
const MANY: usize = 5000;

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    match kind {
        "many-own-faults" => (0..MANY).for_each(|_| own_fault()),
        "different-own-faults" => (0..3).for_each(own_fault_deeper),
        "write-barrier" => write_barrier(),
        "many-traps" => (0..MANY).for_each(|_| trap()),
        "jump" => println!("{}", (0..MANY).map(|_| fault_and_leave()).sum::<c_int>()),
        "jump-on-many-threads" => jump_on_many_threads(),
        "jump-on-native-thread" => on_native_thread(faults_at_different_depths),
        "segv-on-native-thread" => on_native_thread(crash),
        "segv-on-small-signal-stack" => {
            use_small_signal_stack();
            segv();
        }
        "segv-without-contexts" => _ = std::thread::spawn(segv).join(),
        "overflow-without-contexts" => {
            _ = std::thread::spawn(|| crate::recurse(black_box(1))).join();
        }
        "cancelled" => on_native_thread(crash_when_cancelled),
        _ => return None,
    }
    println!("survived");
    Some(ExitCode::SUCCESS)
}

fn segv() {
    unsafe { black_box(null_mut::<u8>()).write_volatile(1) }
}

#[inline(never)]
fn own_fault_deeper(depth: usize) {
    let frame_data = black_box([depth; 16]);
    match depth {
        0 => own_fault(),
        _ => own_fault_deeper(depth - 1),
    }
    black_box(frame_data);
}

/// Writes to a page that is unmapped again after each write. The program's own handler maps it.
fn write_barrier() {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
    unsafe {
        let page = libc::mmap(null_mut(), 4096, libc::PROT_NONE, flags, -1, 0);
        for _ in 0..MANY {
            libc::munmap(page, 4096);
            page.cast::<u8>().write_volatile(1);
        }
    }
}

fn trap() {
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("int3");
        #[cfg(target_arch = "aarch64")]
        libc::raise(libc::SIGTRAP);
    }
}

// A function call that a handler can leave, as by `setjmp` and `longjmp`, which Rust code must not call.
#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    // The functions that call these may be in another object file.
    ".globl crasher_call",
    ".globl crasher_leave",
    "crasher_call: .cfi_startproc",
    "push rbp",
    ".cfi_def_cfa_offset 16",
    ".cfi_offset rbp, -16",
    "mov rbp, rsp",
    ".cfi_def_cfa_register rbp",
    "push rbx; push r12; push r13; push r14; push r15; push rsi",
    "mov [rsi], rsp",
    "call rdi",
    "xor eax, eax",
    "2: pop rsi; pop r15; pop r14; pop r13; pop r12; pop rbx; pop rbp",
    ".cfi_def_cfa rsp, 8",
    "ret",
    ".cfi_endproc",
    "crasher_leave:",
    "mov rsp, [rdi]",
    "lea rbp, [rsp + 48]",
    "mov eax, 1",
    "jmp 2b",
);
#[cfg(target_arch = "aarch64")]
std::arch::global_asm!(
    ".globl crasher_call",
    ".globl crasher_leave",
    "crasher_call:",
    "stp x29, x30, [sp, #-96]!",
    "mov x29, sp",
    "stp x19, x20, [sp, #16]",
    "stp x21, x22, [sp, #32]",
    "stp x23, x24, [sp, #48]",
    "stp x25, x26, [sp, #64]",
    "stp x27, x28, [sp, #80]",
    "str x29, [x1]",
    "blr x0",
    "mov w0, #0",
    "2: ldp x19, x20, [sp, #16]",
    "ldp x21, x22, [sp, #32]",
    "ldp x23, x24, [sp, #48]",
    "ldp x25, x26, [sp, #64]",
    "ldp x27, x28, [sp, #80]",
    "ldp x29, x30, [sp], #96",
    "ret",
    "crasher_leave:",
    "ldr x29, [x0]",
    "mov sp, x29",
    "mov w0, #1",
    "b 2b",
);

unsafe extern "C" {
    /// Calls a function. Returns 0, or 1 if it was left.
    fn crasher_call(function: extern "C" fn(), place: *mut usize) -> c_int;
    /// Leaves the function that was called with `place`.
    fn crasher_leave(place: *const usize) -> !;
    fn pthread_cancel(thread: libc::pthread_t) -> c_int;
}

thread_local! {
    static PLACE: UnsafeCell<usize> = const { UnsafeCell::new(0) };
}

/// Causes a fault of the runtime `jump`, which leaves this function. Returns 1.
fn fault_and_leave() -> c_int {
    extern "C" fn fault() {
        own_fault();
    }
    PLACE.with(|place| unsafe { crasher_call(fault, place.get()) })
}

/// Leaves [`fault_and_leave`] from a signal handler.
pub unsafe fn leave(context: *const libc::ucontext_t) -> ! {
    // What a handler needs, and has on the signal stack of a thread of std.
    black_box(&mut [0_u8; 3 << 10]);
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const (*context).uc_sigmask, null_mut());
        PLACE.with(|place| crasher_leave(place.get()))
    }
}

/// Leaves handlers on more threads, one after the other, than there are stacks for handlers.
fn jump_on_many_threads() {
    let count = |_| std::thread::spawn(fault_and_leave).join().unwrap();
    println!("{}", (0..40).map(count).sum::<c_int>());
}

#[inline(never)]
fn leave_deeper(depth: usize) -> c_int {
    let frame_data = black_box([depth; 64]);
    let count = if depth == 0 { fault_and_leave() } else { leave_deeper(depth - 1) };
    black_box(frame_data);
    count
}

extern "C" fn faults_at_different_depths(_: *mut c_void) -> *mut c_void {
    println!("{}", [0, 0, 50, 200, 10].map(leave_deeper).iter().sum::<c_int>());
    null_mut()
}

/// Runs a function on a thread without an alternate signal stack.
fn on_native_thread(function: extern "C" fn(*mut c_void) -> *mut c_void) {
    unsafe {
        let mut thread = std::mem::zeroed();
        assert_eq!(libc::pthread_create(&raw mut thread, null(), function, null_mut()), 0);
        libc::pthread_join(thread, null_mut());
    }
}

extern "C" fn crash(_: *mut c_void) -> *mut c_void {
    segv();
    null_mut()
}

/// Crashes when this thread ends at the next function that writes, for instance.
extern "C" fn crash_when_cancelled(_: *mut c_void) -> *mut c_void {
    unsafe { pthread_cancel(libc::pthread_self()) };
    segv();
    null_mut()
}

/// Gives this thread a signal stack that has hardly space for the registers.
fn use_small_signal_stack() {
    unsafe {
        let least = usize::try_from(libc::getauxval(libc::AT_MINSIGSTKSZ)).unwrap().max(4096 - 512);
        let size = least + 512;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
        let guard = 64 << 10;
        let base = libc::mmap(null_mut(), guard * 2, libc::PROT_NONE, flags, -1, 0);
        let bottom = base.wrapping_byte_add(guard);
        libc::mprotect(bottom, guard, libc::PROT_READ | libc::PROT_WRITE);
        let stack = libc::stack_t { ss_sp: bottom, ss_flags: 0, ss_size: size };
        assert_eq!(libc::sigaltstack(&raw const stack, null_mut()), 0);
    }
}

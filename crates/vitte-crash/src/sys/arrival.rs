//! The arrival of a signal at the handler, and how a repeated arrival is recognised.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::signals::FAULTS;

/// Stands for an `si_code` that is unknown. The kernel does not use it.
pub(crate) const UNKNOWN_CODE: c_int = c_int::MIN;

/// The arguments of a signal handler.
///
/// The kernel always passes all three. A handler that was installed later and calls ours may pass the signal alone, so
/// the pointers are used only if they look like those of the kernel. Otherwise they are searched on the stack, and null
/// if they are not there.
#[derive(Clone, Copy)]
pub(super) struct Arrival {
    pub(super) signal: c_int,
    info: *mut libc::siginfo_t,
    context: *mut c_void,
}

/// What a second arrival of the same fault has in common with the first one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ArrivalKey {
    signal: c_int,
    code: c_int,
    address: usize,
    /// The program counter and the stack pointer, or zeros.
    registers: (u64, u64),
}

impl Arrival {
    /// # Safety
    ///
    /// Called in a signal handler with the arguments that it was given.
    pub(super) unsafe fn new(
        signal: c_int,
        info: *mut libc::siginfo_t,
        context: *mut c_void,
    ) -> Self {
        let frame = (&raw const signal).addr();
        // SAFETY: `is_plausible` has found memory at this address.
        let is_known = is_plausible(info.addr(), align_of::<libc::siginfo_t>(), frame)
            && is_plausible(context.addr(), align_of::<usize>(), frame)
            && unsafe { (*info).si_signo } == signal;
        let given = is_known.then_some((info, context));
        let (info, context) =
            given.or_else(|| find_on_stack(signal, frame)).unwrap_or((null_mut(), null_mut()));
        Self { signal, info, context }
    }

    /// Returns the `siginfo`, or null if it is unknown.
    pub(super) const fn info(&self) -> *mut libc::siginfo_t {
        self.info
    }

    /// Returns the registers at which the signal interrupted the thread, or null if they are unknown.
    pub(super) const fn context(&self) -> *mut libc::ucontext_t {
        self.context.cast()
    }

    /// Returns the `si_code`, or [`UNKNOWN_CODE`].
    pub(super) fn code(&self) -> c_int {
        // SAFETY: the pointer is null or that of this signal, see `new`.
        unsafe { self.info().as_ref() }.map_or(UNKNOWN_CODE, |info| info.si_code)
    }

    /// Returns the address whose access failed. Other signals than faults have any number there.
    pub(super) fn address(&self) -> usize {
        // SAFETY: as in `code`. `si_addr` only reads a number, which any signal has.
        unsafe { self.info().as_ref().map_or(0, |info| info.si_addr().addr()) }
    }

    /// Returns whether a process sent the signal, by `kill`, `raise` or `abort`.
    pub(super) fn is_sent(&self) -> bool {
        self.code() <= 0
    }

    /// Returns whether the arguments of the handler are unknown, so that another handler cannot be called with them.
    pub(super) const fn is_unknown(&self) -> bool {
        self.info.is_null()
    }

    /// Returns whether the signal arrives again when the interrupted instruction is executed again.
    pub(super) fn recurs(&self) -> bool {
        /// The `si_code` of a memory error that is reported late.
        const BUS_MCEERR_AO: c_int = 5;
        let is_fault = FAULTS.contains(&self.signal);
        let is_late = self.signal == libc::SIGBUS && self.code() == BUS_MCEERR_AO;
        is_fault && !self.is_sent() && !is_late
    }

    pub(super) fn key(&self) -> ArrivalKey {
        let (signal, code) = (self.signal, self.code());
        let address = if self.is_sent() { 0 } else { self.address() };
        ArrivalKey { signal, code, address, registers: self.registers() }
    }

    /// Returns whether the `siginfo` of this arrival, which may not exist any more, still has what `key` has.
    pub(super) fn is_still_at(&self, key: &ArrivalKey) -> bool {
        if self.info.is_null() {
            return true;
        }
        is_readable(self.info.addr()) && {
            // SAFETY: the memory can be read, and all bytes are valid numbers.
            let (signal, code) = unsafe { ((*self.info).si_signo, (*self.info).si_code) };
            (signal, code) == (key.signal, key.code)
        }
    }

    /// Returns the stack pointer of the interrupted thread, or 0 if it is unknown.
    pub(super) fn stack_pointer(&self) -> u64 {
        self.registers().1
    }

    /// Returns a number that differs if a handler has changed the registers of the interrupted thread.
    pub(super) fn register_hash(&self) -> u64 {
        #[cfg(has_reporter)]
        {
            // SAFETY: the pointer is null or that of this signal, see `new`.
            unsafe { super::registers::hash(self.context()) }
        }
        #[cfg(not(has_reporter))]
        0
    }

    /// Returns the program counter and the stack pointer of the interrupted thread, or zeros if they are unknown.
    fn registers(&self) -> (u64, u64) {
        #[cfg(has_reporter)]
        {
            // SAFETY: the pointer is null or that of this signal, see `new`.
            unsafe { super::registers::program_counter(self.context()) }
        }
        #[cfg(not(has_reporter))]
        (0, 0)
    }
}

/// Returns whether `address` may be that of an argument which the kernel passed to the handler with the given stack
/// frame.
fn is_plausible(address: usize, align: usize, frame: usize) -> bool {
    /// The kernel writes the arguments to the stack on which the handler then runs.
    const NEAR: usize = 64 << 10;
    if address < 4096 || address % align != 0 {
        return false;
    }
    address.wrapping_sub(frame) < NEAR || is_readable(address)
}

/// Returns whether the memory of the page at an address can be read. Where that cannot be found out, it returns whether
/// memory is mapped there.
pub(super) fn is_readable(address: usize) -> bool {
    let page = super::page_bytes();
    let start = std::ptr::without_provenance_mut(address - address % page);
    // SAFETY: `MS_ASYNC` changes nothing; without a mapping, the call fails.
    let is_mapped = unsafe { libc::msync(start, page, libc::MS_ASYNC) == 0 };
    is_mapped && can_kernel_read(address)
}

/// Lets the kernel read a set of signals, after which it finds out that it does not know what to do with it.
#[cfg(target_os = "linux")]
fn can_kernel_read(address: usize) -> bool {
    const UNKNOWN_HOW: c_int = -1;
    const SET_BYTES: usize = 8;
    let set = address - address % SET_BYTES;
    let none: *mut c_void = null_mut();
    // SAFETY: the call changes nothing.
    let result =
        unsafe { libc::syscall(libc::SYS_rt_sigprocmask, UNKNOWN_HOW, set, none, SET_BYTES) };
    result == -1 && super::errno() == libc::EINVAL
}

#[cfg(not(target_os = "linux"))]
fn can_kernel_read(_address: usize) -> bool {
    true
}

/// Returns the addresses of the `siginfo` and the context in the frame that the kernel wrote to the stack before it
/// called the outermost signal handler. Source: `struct rt_sigframe` of Linux, arch/x86/include/asm/sigframe.h.
///
/// ```text
/// frame ▶ … frames of the handlers … │ address of the restorer │ ucontext, 304 bytes │ siginfo │ interrupted frames
/// ```
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn find_on_stack(signal: c_int, frame: usize) -> Option<(*mut libc::siginfo_t, *mut c_void)> {
    const WORD: usize = size_of::<usize>();
    const CONTEXT_BYTES: usize = 304;
    const MAX_WORDS: usize = (16 << 10) / WORD;
    let restorer = restorer(signal)?;
    let mut address = frame - frame % WORD;
    for _ in 0..MAX_WORDS {
        let is_new_page = address % super::page_bytes() == 0;
        if is_new_page && !is_readable(address) {
            return None;
        }
        let context = address + WORD;
        let info = context + CONTEXT_BYTES;
        // SAFETY: the memory is that of this stack, of which each page can be read.
        let is_restorer = unsafe { read_word(address) } == restorer;
        if is_restorer && is_readable(info) && is_readable(info + size_of::<libc::siginfo_t>()) {
            let info = std::ptr::with_exposed_provenance_mut::<libc::siginfo_t>(info);
            // SAFETY: the memory can be read.
            if unsafe { (*info).si_signo } == signal {
                return Some((info, std::ptr::with_exposed_provenance_mut(context)));
            }
        }
        address = context;
    }
    None
}

/// Returns the address to which handlers of a signal return, if it is known.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn restorer(signal: c_int) -> Option<usize> {
    // SAFETY: zeros are a valid `sigaction`, and without a new action the call only writes to it.
    let action = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action);
        action
    };
    action.sa_restorer.map(|restorer| restorer as *const () as usize)
}

/// # Safety
///
/// The address is aligned, and its memory can be read.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
unsafe fn read_word(address: usize) -> usize {
    // SAFETY: guaranteed by the caller.
    unsafe { std::ptr::with_exposed_provenance::<usize>(address).read_volatile() }
}

/// Returns `None`: the layout of the frame is not known for this system.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn find_on_stack(_signal: c_int, _frame: usize) -> Option<(*mut libc::siginfo_t, *mut c_void)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_without_access_cannot_be_read() {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
        let bytes = 3 * crate::sys::page_bytes();
        // SAFETY: the mapping is new, and only this test uses it.
        unsafe {
            let base = libc::mmap(null_mut(), bytes, libc::PROT_NONE, flags, -1, 0);
            assert_ne!(base, libc::MAP_FAILED);
            let page = |index: usize| base.wrapping_byte_add(index * crate::sys::page_bytes());
            libc::mprotect(page(1), crate::sys::page_bytes(), libc::PROT_READ);
            libc::munmap(page(2), crate::sys::page_bytes());
            assert_eq!(
                [0, 1, 2].map(|index| is_readable(page(index).addr() + 24)),
                [false, true, false]
            );
            libc::munmap(base, 2 * crate::sys::page_bytes());
        }
    }
}

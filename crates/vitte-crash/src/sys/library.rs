//! What is different if this code is in a library, which another program has loaded.
//!
//! That program does not know the argument which makes a process the reporter: if it were started again, it would write
//! an error, or do its work a second time. So the reporter is a forked child, which has a copy of the memory. The heap of
//! that copy is as the crash has left it; if the child waits for a lock of the heap, the supervisor ends it.

use std::ffi::{c_int, c_void};
use std::mem::size_of;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::guarded_stack::GuardedStack;
use super::serve::ReporterRequest;
use super::{fork, raw_clone, serve, shared};

/// The function that a forked child calls to report, or 0 if the program itself can be started again.
static REPORT: AtomicUsize = AtomicUsize::new(0);

/// The size of the child's stack in bytes. That of the first thread of a process usually has this size, too.
const STACK_BYTES: usize = 8 << 20;

/// Sets the function that reports a crash in a forked child. It is used only if this code is in a library, which then
/// stays loaded until the process ends: other handlers may call ours even after it was removed.
pub(super) fn install(report: fn(ReporterRequest) -> !) {
    let is_library = !is_in_program((install as fn(_)) as usize);
    if is_library {
        keep_loaded();
    }
    REPORT.store(if is_library { report as usize } else { 0 }, Ordering::Release);
}

/// Returns whether a forked child reports.
pub(super) fn is_used() -> bool {
    REPORT.load(Ordering::Acquire) != 0
}

/// Returns whether an address is in the program, and not in a library. The program is the first object that the dynamic
/// linker lists (`dl_iterate_phdr`(3)).
fn is_in_program(address: usize) -> bool {
    struct Search {
        address: usize,
        is_found: bool,
    }
    extern "C" fn look(info: *mut libc::dl_phdr_info, len: usize, search: *mut c_void) -> c_int {
        if len < size_of::<libc::dl_phdr_info>() {
            return 1;
        }
        // SAFETY: the dynamic linker passes a valid structure, and the caller a `Search`.
        unsafe {
            let search = &mut *search.cast::<Search>();
            for index in 0..usize::from((*info).dlpi_phnum) {
                let header = &*(*info).dlpi_phdr.wrapping_add(index);
                let start = (*info).dlpi_addr.wrapping_add(header.p_vaddr);
                let offset = (search.address as u64).wrapping_sub(start);
                search.is_found |= header.p_type == libc::PT_LOAD && offset < header.p_memsz;
            }
        }
        1
    }
    let mut search = Search { address, is_found: false };
    // SAFETY: `look` has the required signature, and writes only to `search`, which outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut search).cast()) };
    search.is_found
}

/// Makes the dynamic linker keep this library loaded. A handler whose code is gone would end the process at the next
/// signal, even at one that another handler would have survived.
fn keep_loaded() {
    let own = (keep_loaded as fn()) as *const c_void;
    // SAFETY: `information` is a structure to write to. If that succeeds, its path is a string, and the library is
    // loaded already, so no initialiser runs. The handle is never closed.
    unsafe {
        let mut information: libc::Dl_info = std::mem::zeroed();
        if libc::dladdr(own, &raw mut information) != 0 && !information.dli_fname.is_null() {
            let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
            libc::dlopen(information.dli_fname, flags);
        }
    }
}

/// What the child needs to know.
struct ChildJob {
    process: c_int,
    has_server: bool,
}

/// Forks the child that reports the crash of a process. It is called by the supervisor. Returns the id of the child, or
/// a negative number.
pub(super) fn fork_reporter(process: c_int, has_server: bool) -> c_int {
    let Some(stack) = GuardedStack::map(STACK_BYTES, super::page_bytes()) else { return -1 };
    let mut job = ChildJob { process, has_server };
    // SAFETY: the child has memory of its own, which includes a copy of the job, and begins on a stack that only it
    // uses. It never returns from `child_main`. Its copy of the stack is not that which is unmapped.
    unsafe {
        let child = raw_clone::clone(child_main, stack.top(), 0, (&raw mut job).cast());
        stack.unmap();
        child
    }
}

extern "C" fn child_main(job: *mut c_void) -> c_int {
    fork::callback::mark_child();
    // SAFETY: each call affects only this child. The job is the copy of that of `fork_reporter`. The address is 0 or that
    // of a function of this type, see `install`.
    unsafe {
        let ChildJob { process, has_server } = *job.cast::<ChildJob>();
        serve::close_supervisor_end();
        // If the copy of the heap is damaged, the child may crash.
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        libc::prctl(libc::PR_SET_DUMPABLE, 0);
        for signal in [libc::SIGXFSZ, libc::SIGPIPE] {
            libc::signal(signal, libc::SIG_IGN);
        }
        let address = REPORT.load(Ordering::Acquire);
        if address == 0 {
            return 1;
        }
        let report = std::mem::transmute::<usize, fn(ReporterRequest) -> !>(address);
        report(ReporterRequest::new(process, shared::address() as u64, has_server))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_of_the_program_is_told_from_one_of_a_library() {
        assert!(is_in_program((keep_loaded as fn()) as usize));
        assert!(!is_in_program((libc::getpid as unsafe extern "C" fn() -> i32) as usize));
        assert!(!is_in_program(0));
    }
}

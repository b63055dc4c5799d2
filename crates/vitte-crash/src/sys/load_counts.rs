//! Tells whether libraries were loaded or unloaded.

use std::ffi::c_int;
use std::mem::size_of;

/// How many libraries the dynamic linker has loaded and unloaded so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LoadCounts {
    loaded: u64,
    unloaded: u64,
}

/// Returns how many libraries were loaded and unloaded, or `None` if the dynamic linker does not count them
/// (`dl_iterate_phdr`(3)).
pub(crate) fn load_counts() -> Option<LoadCounts> {
    /// Reads the counts at the first library, and stops.
    extern "C" fn read(
        info: *mut libc::dl_phdr_info,
        len: usize,
        counts: *mut std::ffi::c_void,
    ) -> c_int {
        if len >= size_of::<libc::dl_phdr_info>() {
            // SAFETY: the dynamic linker passes a structure of `len` bytes, and the caller an `Option<LoadCounts>`.
            unsafe {
                let (loaded, unloaded) = ((*info).dlpi_adds, (*info).dlpi_subs);
                *counts.cast() = Some(LoadCounts { loaded, unloaded });
            }
        }
        1
    }
    let mut counts: Option<LoadCounts> = None;
    // SAFETY: `read` has the required signature, and writes only to `counts`, which outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(read), (&raw mut counts).cast()) };
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_change_when_a_library_is_loaded() {
        let before = load_counts();
        assert!(before.is_some_and(|counts| counts.loaded > 0));
        // Libraries that belong to every glibc, and that no program is linked to.
        let names = [c"libBrokenLocale.so.1", c"libthread_db.so.1", c"libanl.so.1"];
        let library = names.iter().find_map(|name| {
            // SAFETY: a library of the system, whose initialisers do nothing.
            let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
            (!library.is_null()).then_some(library)
        });
        assert!(library.is_some(), "none of {names:?} can be loaded");
        let loaded = load_counts();
        assert_ne!(loaded, before);
        // SAFETY: nothing of the library is used.
        assert_eq!(library.map(|library| unsafe { libc::dlclose(library) }), Some(0));
        assert_ne!(load_counts(), loaded);
    }
}

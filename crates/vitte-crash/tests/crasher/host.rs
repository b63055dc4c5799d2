//! The program as the host of a library that installs the crash handler, and functions of the C library that a host
//! replaces.

use std::ffi::{CString, c_int, c_void};
use std::os::unix::ffi::OsStringExt as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this program replaces `clone` by a function that fails.
static IS_CLONE_REPLACED: AtomicBool = AtomicBool::new(false);

/// Applies the options `host`, `unloaded` and `replaced-clone`.
pub fn install(has: &dyn Fn(&str) -> bool) {
    IS_CLONE_REPLACED.store(has("replaced-clone"), Ordering::Relaxed);
    if has("host") && !has("no-handler") {
        load(has("previous-first"), has("unloaded"));
    }
}

/// Loads the library, and lets it install the handler. The program may unload it afterwards.
fn load(is_previous_first: bool, is_unloaded: bool) {
    let path = std::env::current_exe().unwrap().with_file_name("libcrasher_library.so");
    let path = CString::new(path.into_os_string().into_vec()).unwrap();
    unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!library.is_null(), "{path:?} does not exist");
        let install = libc::dlsym(library, c"crasher_library_install".as_ptr());
        assert!(!install.is_null());
        let install: extern "C" fn(bool) -> i32 = std::mem::transmute(install);
        assert_eq!(install(is_previous_first), 0);
        if is_unloaded {
            libc::dlclose(library);
        }
    }
}

type Clone =
    extern "C" fn(extern "C" fn(*mut c_void) -> c_int, *mut c_void, c_int, *mut c_void) -> c_int;

/// Replaces the function of the C library, as sanitizers do.
#[unsafe(no_mangle)]
pub extern "C" fn clone(
    function: extern "C" fn(*mut c_void) -> c_int,
    top: *mut c_void,
    flags: c_int,
    argument: *mut c_void,
) -> c_int {
    if IS_CLONE_REPLACED.load(Ordering::Relaxed) {
        return -1;
    }
    unsafe {
        let real = libc::dlsym(libc::RTLD_NEXT, c"clone".as_ptr());
        let real: Clone = std::mem::transmute(real);
        real(function, top, flags, argument)
    }
}

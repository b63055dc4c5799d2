//! Recognises the function that ends a program whose memory allocation failed, also in programs without symbols.

use std::alloc::{Layout, handle_alloc_error};
use std::ffi::c_void;

unsafe extern "C-unwind" {
    /// Returns the start of the function that contains an address, or null: the unwind information has it, which is
    /// never stripped. std itself links the library that has this function.
    fn _Unwind_FindEnclosingFunction(address: *mut c_void) -> *mut c_void;
}

/// Returns the address of `handle_alloc_error` in this process.
pub(crate) fn function_address() -> u64 {
    let function: fn(Layout) -> ! = handle_alloc_error;
    (function as *const ()).addr() as u64
}

/// Returns whether the code at an address of this process belongs to `handle_alloc_error`.
pub(crate) fn contains(address: u64) -> bool {
    let Ok(address) = usize::try_from(address) else { return false };
    let address = std::ptr::without_provenance_mut(address);
    // SAFETY: the function only compares the address with those of the loaded programs, and accepts any.
    let start = unsafe { _Unwind_FindEnclosingFunction(address) };
    start.addr() as u64 == function_address()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_contains_its_first_instructions() {
        assert!(contains(function_address() + 1));
        assert!(!contains(function_address() - 1));
        assert!(!contains(main_like as *const () as u64 + 1));
        assert!(!contains(16));
    }

    fn main_like() {}
}

//! Resolves addresses of frames to functions, files and lines.

#[cfg(not(has_reporter))]
mod fallback;
mod frames;
#[cfg(has_reporter)]
pub(crate) mod image;
#[cfg(has_reporter)]
mod linux;
#[cfg(has_reporter)]
mod loaded;
#[cfg(has_reporter)]
pub(crate) mod modules;
mod panic_stack;

#[cfg(not(has_reporter))]
pub(crate) use fallback::resolve_panic;
pub(crate) use frames::{CapturedFrames, FrameMemory};
#[cfg(has_reporter)]
pub(crate) use linux::{FrameAddresses, Symbols, resolve_panic};
pub(crate) use panic_stack::PanicStack;

/// Returns whether a function is part of the panic machinery.
fn is_panic_frame(function: &str) -> bool {
    const PREFIXES: [&str; 6] = [
        "core::panicking::",
        "std::panicking::",
        "std::panic::",
        "core::option::unwrap_failed",
        "core::option::expect_failed",
        "core::result::unwrap_failed",
    ];
    function.ends_with("rust_begin_unwind") || PREFIXES.iter().any(|one| function.starts_with(one))
}

/// Removes the frames of the panic machinery.
fn without_panic_frames(frames: CapturedFrames) -> CapturedFrames {
    frames.skip_crash_frames("__rust_end_short_backtrace", is_panic_frame)
}

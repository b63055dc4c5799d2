//! Output that is shown later: by the process itself or, if a signal ends it before, by the signal handler.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Text for a standard stream.
struct Output {
    bytes: Vec<u8>,
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no signal handlers"))]
    to_stdout: bool,
    /// A process that the program forks has a copy, which it must not write.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no signal handlers"))]
    process: u32,
}

/// Maximum number of outputs that a signal handler would write.
const MAX_OUTPUTS: usize = 64;

static OUTPUTS: [AtomicPtr<Output>; MAX_OUTPUTS] =
    [const { AtomicPtr::new(null_mut()) }; MAX_OUTPUTS];

/// An output that was not written yet.
#[derive(Debug)]
pub(crate) struct HeldOutput {
    place: Place,
    to_stdout: bool,
}

/// Where the text of an output is.
#[derive(Debug)]
enum Place {
    /// At this position of [`OUTPUTS`], where a signal handler finds it.
    Shared(usize),
    /// Here, because no position was free. A signal handler does not write it.
    Own(Vec<u8>),
}

impl HeldOutput {
    pub(crate) fn new(bytes: Vec<u8>, to_stdout: bool) -> Self {
        let process = std::process::id();
        let output = Box::into_raw(Box::new(Output { bytes, to_stdout, process }));
        let free = OUTPUTS.iter().position(|place| {
            let swap =
                place.compare_exchange(null_mut(), output, Ordering::AcqRel, Ordering::Relaxed);
            swap.is_ok()
        });
        let place = match free {
            Some(position) => Place::Shared(position),
            // SAFETY: the pointer is from `Box::into_raw`, and was not stored anywhere.
            None => Place::Own(unsafe { Box::from_raw(output) }.bytes),
        };
        Self { place, to_stdout }
    }

    /// Returns the text, and whether it is for standard output. Returns `None` if a signal handler has written it.
    pub(crate) fn take(self) -> Option<(Vec<u8>, bool)> {
        let bytes = match self.place {
            Place::Shared(position) => {
                let output = OUTPUTS.get(position)?.swap(null_mut(), Ordering::AcqRel);
                if output.is_null() {
                    return None;
                }
                // SAFETY: `new` made the pointer by `Box::into_raw`. The swap has removed it, so nothing else uses it.
                unsafe { Box::from_raw(output) }.bytes
            }
            Place::Own(bytes) => bytes,
        };
        Some((bytes, self.to_stdout))
    }
}

/// How long each write may take, in milliseconds.
#[cfg(unix)]
const WRITE_MILLIS: std::ffi::c_int = 500;

/// Writes all held outputs. It is called in a signal handler of a process that is about to end, and frees nothing.
#[cfg(unix)]
pub(super) fn write_all() {
    for place in &OUTPUTS {
        let output = place.swap(null_mut(), Ordering::AcqRel);
        // SAFETY: the pointer is null or that of a box. The swap has removed it, so nothing else uses or frees it.
        let Some(output) = (unsafe { output.as_ref() }) else { continue };
        if output.process != std::process::id() {
            continue;
        }
        let fd = if output.to_stdout { libc::STDOUT_FILENO } else { libc::STDERR_FILENO };
        let mut rest = output.bytes.as_slice();
        while !rest.is_empty() {
            let mut polled = libc::pollfd { fd, events: libc::POLLOUT, revents: 0 };
            // SAFETY: there is one `pollfd`. The pointer and the length are those of a slice. A pipe that is ready
            // accepts 4096 bytes without blocking.
            let written = unsafe {
                match libc::poll(&raw mut polled, 1, WRITE_MILLIS) {
                    1 => libc::write(fd, rest.as_ptr().cast(), rest.len().min(4096)),
                    _ => -1,
                }
            };
            match usize::try_from(written) {
                Ok(written) if written > 0 => rest = rest.get(written..).unwrap_or_default(),
                _ => break,
            }
        }
    }
}

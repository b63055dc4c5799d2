//! Builds a line of text without heap memory.

use std::sync::atomic::{AtomicBool, Ordering};

/// How long the first line waits for the reader of standard error, in milliseconds. Later lines do not wait.
const MAX_WAIT_MILLIS: std::ffi::c_int = 500;
/// Whether the reader of standard error is stopped.
static IS_STOPPED: AtomicBool = AtomicBool::new(false);

/// A line of text in a fixed buffer. Text beyond its end is omitted.
pub(super) struct LineBuffer {
    bytes: [u8; 256],
    len: usize,
}

impl LineBuffer {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; 256], len: 0 }
    }

    /// Writes the line to standard error, unless its reader is stopped. An error cannot be reported anywhere.
    pub(super) fn write(&self) {
        let bytes = self.bytes();
        let mut polled =
            libc::pollfd { fd: libc::STDERR_FILENO, events: libc::POLLOUT, revents: 0 };
        let timeout = if IS_STOPPED.load(Ordering::Relaxed) { 0 } else { MAX_WAIT_MILLIS };
        // SAFETY: there is one `pollfd`. The pointer and the length are those of a slice. A pipe that is ready accepts
        // 4096 bytes without blocking.
        unsafe {
            if libc::poll(&raw mut polled, 1, timeout) == 0 {
                IS_STOPPED.store(true, Ordering::Relaxed);
            } else {
                libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len());
            }
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Adds untrusted text, with `?` in place of everything but printable ASCII.
    pub(super) fn push_escaped(&mut self, text: &[u8]) {
        for byte in text {
            let is_safe = byte.is_ascii_graphic() || *byte == b' ';
            self.push(&[if is_safe { *byte } else { b'?' }]);
        }
    }

    pub(super) fn push(&mut self, text: &[u8]) {
        let free = self.bytes.get_mut(self.len..).unwrap_or_default();
        self.len += free.iter_mut().zip(text).map(|(to, from)| *to = *from).count();
    }

    /// Adds a number in base 10 or 16. It does not use `core::fmt`, which is not documented to be
    /// safe in a signal handler.
    pub(super) fn push_number(&mut self, mut number: u64, base: u64) {
        let mut digits = [0; 20];
        let mut count = 0;
        for digit in digits.iter_mut().rev() {
            let value = usize::try_from(number % base).unwrap_or(0);
            *digit = b"0123456789abcdef".get(value).copied().unwrap_or(b'?');
            number /= base;
            count += 1;
            if number == 0 {
                break;
            }
        }
        self.push(digits.get(digits.len() - count..).unwrap_or_default());
    }
}

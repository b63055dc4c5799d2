//! The captured output of a program.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The captured output of one stream.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct CapturedOutput {
    /// The last bytes, at most [`MAX_BYTES`](Self::MAX_BYTES).
    pub tail: Vec<u8>,
    /// The number of all bytes that were written.
    pub total_bytes: u64,
}

impl CapturedOutput {
    /// The maximum number of bytes that are captured per stream.
    pub const MAX_BYTES: usize = 1 << 20;

    fn push(&mut self, bytes: &[u8]) {
        self.total_bytes += bytes.len() as u64;
        self.tail.extend_from_slice(bytes);
        // Not trimmed at every read, because trimming moves the remaining bytes.
        if self.tail.len() > 2 * Self::MAX_BYTES {
            self.trim();
        }
    }

    fn trim(&mut self) {
        let excess = self.tail.len().saturating_sub(Self::MAX_BYTES);
        self.tail.drain(..excess);
    }
}

/// How long to read from a stream that a process which could not be killed keeps open.
const READ_TIMEOUT: Duration = Duration::from_millis(500);

/// Reads a stream to its end in a thread.
pub(super) struct Reader {
    output: Arc<Mutex<CapturedOutput>>,
    done: Receiver<()>,
}

impl Reader {
    pub(super) fn start(mut stream: impl Read + Send + 'static) -> Self {
        let output = Arc::new(Mutex::new(CapturedOutput::default()));
        let (sender, done) = mpsc::channel();
        let shared = Arc::clone(&output);
        let read = move || {
            let mut buffer = [0; 16 << 10];
            loop {
                match stream.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(len) => {
                        let bytes = buffer.get(..len).unwrap_or_default();
                        shared.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            _ = sender.send(());
        };
        // If no thread can be started, the stream is closed and the output is empty.
        _ = thread::Builder::new().name("output".to_owned()).spawn(read);
        Self { output, done }
    }

    /// Returns the output. If another process keeps the stream open, it waits for at most `limit` and
    /// [`READ_TIMEOUT`].
    pub(super) fn finish(self, limit: Duration) -> CapturedOutput {
        _ = self.done.recv_timeout(limit.min(READ_TIMEOUT));
        let mut output =
            std::mem::take(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner));
        output.trim();
        output
    }
}

//! The messages that wait to be sent. The server never waits for a client that does not read.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lsp_server::Message;
use serde::Serialize;
use serde_json::json;

use crate::paths::Key;

/// The maximum size of the messages that wait, in bytes. One more is accepted.
const MAX_BYTES: usize = if cfg!(test) { 1000 } else { 512 << 20 };

/// A queue of messages, which a thread writes. Clones share the queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    /// `None` is a message that a newer one replaces.
    messages: VecDeque<Option<Waiting>>,
    /// The number of the first message.
    first: u64,
    /// The number of the message about each document.
    about: HashMap<Key, u64>,
    bytes: usize,
    /// A message is being written.
    is_writing: bool,
    /// No message will follow, or none can be sent.
    is_closed: bool,
}

#[derive(Debug)]
struct Waiting {
    /// The document, if the message replaces an earlier one about it.
    about: Option<Key>,
    bytes: Vec<u8>,
}

impl Queue {
    /// Removes the message about a document, whose place the next one takes.
    fn replace(&mut self, key: &Key) {
        let next = self.first + self.messages.len() as u64;
        let Some(old) = self.about.insert(Key::clone(key), next) else { return };
        let index = usize::try_from(old.saturating_sub(self.first)).ok();
        if let Some(old) = index.and_then(|index| self.messages.get_mut(index)?.take()) {
            self.bytes -= old.bytes.len();
        }
    }

    /// Takes the first message.
    fn pop(&mut self) -> Option<Waiting> {
        loop {
            let message = self.messages.pop_front()?;
            self.first += 1;
            if let Some(message) = message {
                self.bytes -= message.bytes.len();
                message.about.as_ref().map(|key| self.about.remove(key));
                return Some(message);
            }
        }
    }

    fn clear(&mut self) {
        self.messages.clear();
        self.about.clear();
        self.bytes = 0;
    }
}

impl Outbox {
    /// Adds a message. With `about` it replaces the message about the same document that has not been sent yet. Returns false if no
    /// message can be sent any more: the client is gone, or it has read nothing for so long that the queue is full.
    pub(crate) fn send(&self, about: Option<Key>, message: &Message) -> bool {
        let mut bytes = Vec::new();
        // Serialising to memory fails only for values that the protocol does not have.
        if message.write(&mut bytes).is_err() {
            return true;
        }
        self.push(about, bytes)
    }

    /// Like [`send`](Self::send), for a large message.
    pub(crate) fn send_json(&self, about: Option<Key>, message: &impl Serialize) -> bool {
        serde_json::to_string(message).is_ok_and(|body| self.push(about, framed(&body)))
    }

    /// Adds the response to a message whose id is not known.
    pub(crate) fn send_error(&self, code: i32, message: &str) -> bool {
        let error = json!({"code": code, "message": message});
        let body = json!({"jsonrpc": "2.0", "id": null, "error": error}).to_string();
        self.push(None, framed(&body))
    }

    fn push(&self, about: Option<Key>, bytes: Vec<u8>) -> bool {
        let mut queue = self.lock();
        if let Some(key) = &about {
            queue.replace(key);
        }
        if queue.bytes > MAX_BYTES {
            queue.is_closed = true;
        }
        if queue.is_closed {
            return false;
        }
        queue.bytes += bytes.len();
        queue.messages.push_back(Some(Waiting { about, bytes }));
        self.0.changed.notify_all();
        true
    }

    /// Writes the messages until the queue is closed, or the client is gone.
    ///
    /// # Errors
    ///
    /// The client is gone.
    pub(crate) fn write_to(&self, output: &mut dyn Write) -> io::Result<()> {
        loop {
            let mut queue = self.lock();
            queue.is_writing = false;
            self.0.changed.notify_all();
            let message = loop {
                if let Some(message) = queue.pop() {
                    break message;
                }
                if queue.is_closed {
                    return Ok(());
                }
                queue = self.0.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            };
            queue.is_writing = true;
            drop(queue);
            let written = output.write_all(&message.bytes).and_then(|()| output.flush());
            if written.is_err() {
                let mut queue = self.lock();
                (queue.is_closed, queue.is_writing) = (true, false);
                queue.clear();
                self.0.changed.notify_all();
                return written;
            }
        }
    }

    /// Waits until all messages are written, for at most `limit`, and closes the queue.
    pub(crate) fn close(&self, limit: Duration) {
        let begun = Instant::now();
        let mut queue = self.lock();
        while (!queue.messages.is_empty() || queue.is_writing) && !queue.is_closed {
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            let waited = self.0.changed.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.is_closed = true;
        self.0.changed.notify_all();
    }

    /// Returns true if no message can be sent any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn framed(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[cfg(test)]
mod tests {
    use lsp_server::Notification;

    use super::*;

    fn notification(method: &str) -> Message {
        Notification::new(method.to_owned(), ()).into()
    }

    #[test]
    fn a_newer_message_about_a_document_replaces_the_older_one() {
        let outbox = Outbox::default();
        for (about, method) in
            [(Some("a"), "a1"), (None, "x"), (Some("b"), "b1"), (Some("a"), "a2")]
        {
            assert!(outbox.send(about.map(Into::into), &notification(method)));
        }
        outbox.close(Duration::ZERO);
        assert!(!outbox.send(None, &notification("late")));
        let mut written = Vec::new();
        outbox.write_to(&mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        let found: Vec<_> =
            ["a1", "x", "b1", "a2"].map(|method| written.find(&format!("\"{method}\""))).into();
        assert!(found[0].is_none() && found[1] < found[2] && found[2] < found[3], "{written}");
    }

    #[test]
    fn a_client_that_never_reads_cannot_fill_the_memory() {
        let outbox = Outbox::default();
        let large = notification(&"x".repeat(300));
        // Messages that are replaced do not count.
        assert!((0..100).all(|_| outbox.send(Some("a".into()), &large)));
        assert_eq!(outbox.lock().about.len(), 1);
        let sent = (0..100).take_while(|_| outbox.send(None, &large)).count();
        assert!(sent == 2 && outbox.is_closed(), "{sent}");
        // What was accepted is sent, if the client reads in the end.
        let mut written = Vec::new();
        outbox.write_to(&mut written).unwrap();
        assert!(written.len() > 900 && outbox.lock().bytes == 0, "{}", written.len());
    }

    #[test]
    fn nothing_is_kept_for_a_client_that_is_gone() {
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let outbox = Outbox::default();
        assert!(outbox.send(None, &notification("a")) && outbox.send(None, &notification("b")));
        assert!(outbox.write_to(&mut Broken).is_err());
        assert!(!outbox.send(None, &notification("c")));
        outbox.close(Duration::from_secs(60));
        assert_eq!(outbox.lock().messages.len(), 0);
    }
}

//! Writes compact JSON with limits into a buffer.

use std::fmt::{self, Display};

use super::error::{SerializeError, ShortText};
use super::{VariableLimits, WrittenVariable};

/// The kind of a container, which determines its brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ContainerKind {
    List,
    Map,
    /// The list of an enum's variant, inside of a map with the variant's name.
    VariantList,
    /// The map of an enum's variant, inside of a map with the variant's name.
    VariantMap,
    /// A container that exceeds the depth limit. Only the number of its items is written.
    TooDeep,
}

/// A container that is not closed yet.
#[derive(Clone, Copy)]
pub(super) struct OpenContainer {
    kind: ContainerKind,
    written: u64,
    /// Number of items that were not written.
    skipped: u64,
    /// Whether there may be more items than those in `skipped`.
    is_minimum: bool,
    /// Whether it is a key, which is a string that contains JSON.
    is_key: bool,
}

impl OpenContainer {
    const fn new(kind: ContainerKind) -> Self {
        Self { kind, written: 0, skipped: 0, is_minimum: false, is_key: false }
    }
}

/// A state of the writer to which it can return.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint {
    len: usize,
    depth: usize,
    key_depth: u32,
    wrapper_depth: u32,
}

/// Writes the JSON of a [`Variable`](super::Variable).
pub struct JsonWriter<'a> {
    buffer: &'a mut [u8],
    len: usize,
    pub(super) limits: VariableLimits,
    /// Number of written items, with those of the variables before.
    items: usize,
    /// Number of items and parts of strings that were produced but not written.
    skipped: usize,
    containers: [OpenContainer; VariableLimits::MAX_DEPTH + 2],
    /// Number of open containers.
    depth: usize,
    /// Number of keys around the current position. Each of them is JSON in a string.
    key_depth: u32,
    /// Number of `Some` and newtypes around the current position. They are not containers, but may form a cycle.
    wrapper_depth: u32,
    /// Whether a key was written whose value has not been written yet.
    is_value_pending: bool,
    /// The first error.
    error: Option<ShortText>,
}

impl fmt::Debug for JsonWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonWriter").field("len", &self.len).finish_non_exhaustive()
    }
}

/// Number of bytes that are reserved for closing all open containers.
const RESERVED_BYTES: usize = 16 << 10;
/// Maximum number of skipped items or parts of strings. A value with more is considered endless.
pub(super) const MAX_SKIPPED: usize = 1_000_000;
const MAX_WRAPPER_DEPTH: u32 = 200;

type Result<T = ()> = std::result::Result<T, SerializeError>;

impl<'a> JsonWriter<'a> {
    pub(super) fn new(buffer: &'a mut [u8], limits: VariableLimits, items: usize) -> Self {
        let limits = limits.with_max_depth(limits.max_depth.min(VariableLimits::MAX_DEPTH));
        Self {
            buffer,
            len: 0,
            limits,
            items,
            skipped: 0,
            containers: [OpenContainer::new(ContainerKind::TooDeep); VariableLimits::MAX_DEPTH + 2],
            depth: 0,
            key_depth: 0,
            wrapper_depth: 0,
            is_value_pending: false,
            error: None,
        }
    }

    pub(super) const fn items(&self) -> usize {
        self.items
    }

    pub(super) const fn finish(self) -> WrittenVariable {
        WrittenVariable { len: self.len, error: self.error, items: self.items }
    }

    /// Closes all open containers of a value that was stopped because it seems to be endless.
    pub(super) fn close_all(mut self) -> WrittenVariable {
        self.wrapper_depth = 0;
        while self.depth > 0 {
            if let Some(container) = self.innermost() {
                container.is_minimum = true;
            }
            if let Err(error) = self.close() {
                return WrittenVariable { len: 0, error: Some(error.message), items: self.items };
            }
        }
        self.finish()
    }

    const fn free_bytes(&self) -> usize {
        self.buffer.len().saturating_sub(self.len)
    }

    /// Returns how many of `chars` characters fit into the buffer, even if each of them must be escaped.
    pub(super) fn fitting_chars(&self, chars: usize) -> usize {
        // An escaped character has up to six bytes. Each key around it doubles the backslashes.
        let max_char_bytes = 6 << self.key_depth.min(8);
        chars.min(self.free_bytes().saturating_sub(RESERVED_BYTES) / max_char_bytes)
    }

    /// Counts something that is not written. Returns false if there was too much of it.
    pub(super) const fn count_skipped(&mut self) -> bool {
        self.skipped += 1;
        self.skipped <= MAX_SKIPPED
    }

    /// Writes a piece of JSON.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result {
        for byte in bytes {
            self.put_byte(*byte, self.key_depth)?;
        }
        Ok(())
    }

    fn put_byte(&mut self, byte: u8, key_depth: u32) -> Result {
        if key_depth > 0 {
            if matches!(byte, b'"' | b'\\') {
                self.put_byte(b'\\', key_depth - 1)?;
            }
            return self.put_byte(byte, key_depth - 1);
        }
        let Some(to) = self.buffer.get_mut(self.len) else {
            return Err(serde::ser::Error::custom("the value is too large for the buffer"));
        };
        *to = byte;
        self.len += 1;
        Ok(())
    }

    /// Writes a piece of JSON that is the text of a `Display`, at most 118 bytes.
    pub(super) fn put_display(&mut self, value: impl Display) -> Result {
        self.put(ShortText::new(value).text().as_bytes())
    }

    fn innermost(&mut self) -> Option<&mut OpenContainer> {
        self.containers.get_mut(self.depth.checked_sub(1)?)
    }

    pub(super) const fn checkpoint(&self) -> Checkpoint {
        let Self { len, depth, key_depth, wrapper_depth, .. } = *self;
        Checkpoint { len, depth, key_depth, wrapper_depth }
    }

    /// If `result` is an error, replaces what was written since the checkpoint by the error. Returns the error if the
    /// value seems to be endless.
    pub(super) fn or_error(&mut self, checkpoint: Checkpoint, result: Result) -> Result {
        let Err(error) = result else { return Ok(()) };
        if error.is_endless {
            return Err(error);
        }
        self.rewind(checkpoint, error.message);
        self.put(b"{\"<error>\":")?;
        self.string(error.message.text())?;
        self.put(b"}")
    }

    /// Does the same as [`or_error`](Self::or_error) for a key, which must be a string.
    pub(super) fn or_error_key(&mut self, checkpoint: Checkpoint, result: Result) -> Result {
        let Err(error) = result else { return Ok(()) };
        if error.is_endless {
            return Err(error);
        }
        self.rewind(checkpoint, error.message);
        self.put(b"\"<error>\"")
    }

    fn rewind(&mut self, checkpoint: Checkpoint, error: ShortText) {
        let Checkpoint { len, depth, key_depth, wrapper_depth } = checkpoint;
        (self.len, self.depth) = (len, depth);
        (self.key_depth, self.wrapper_depth) = (key_depth, wrapper_depth);
        self.is_value_pending = false;
        self.error.get_or_insert(error);
    }

    /// Sets whether the value of the last key is still to be written. Returns whether it was before.
    pub(super) const fn set_value_pending(&mut self, is_pending: bool) -> bool {
        std::mem::replace(&mut self.is_value_pending, is_pending)
    }

    /// Writes the content of a `Some` or newtype by `work`, or `"..."` if too many of them are nested.
    pub(super) fn wrapped(&mut self, work: impl FnOnce(&mut Self) -> Result) -> Result {
        if self.wrapper_depth >= MAX_WRAPPER_DEPTH {
            return self.put(b"\"...\"");
        }
        self.wrapper_depth += 1;
        work(self)?;
        self.wrapper_depth -= 1;
        Ok(())
    }

    const fn is_too_deep(&self) -> bool {
        self.depth >= self.limits.max_depth
    }

    /// Opens a container. `variant` is the name of the enum's variant if `kind` is one.
    pub(super) fn begin(&mut self, kind: ContainerKind, variant: &'static str) -> Result {
        let kind = if self.is_too_deep() { ContainerKind::TooDeep } else { kind };
        if matches!(kind, ContainerKind::VariantList | ContainerKind::VariantMap) {
            self.put(b"{")?;
            self.name(variant)?;
            self.put(b":")?;
        }
        match kind {
            ContainerKind::List | ContainerKind::VariantList => self.put(b"[")?,
            ContainerKind::Map | ContainerKind::VariantMap => self.put(b"{")?,
            ContainerKind::TooDeep => {}
        }
        // A container that is too deep has no written items, so no container is inside of it.
        if let Some(to) = self.containers.get_mut(self.depth) {
            *to = OpenContainer::new(kind);
        }
        self.depth += 1;
        Ok(())
    }

    /// Opens a container that is a key: its JSON is written inside of a string.
    pub(super) fn begin_key(&mut self, kind: ContainerKind, variant: &'static str) -> Result {
        self.put(b"\"")?;
        self.key_depth += 1;
        self.begin(kind, variant)?;
        if let Some(container) = self.innermost() {
            container.is_key = true;
        }
        Ok(())
    }

    /// Returns whether the limits permit another item in the innermost container.
    pub(super) fn can_write(&mut self) -> bool {
        let is_exhausted =
            self.items >= self.limits.max_total_items || self.free_bytes() < 2 * RESERVED_BYTES;
        let max_items = self.limits.max_items as u64;
        let is_full = |container: &mut OpenContainer| {
            container.kind == ContainerKind::TooDeep || container.written >= max_items
        };
        !is_exhausted && !self.innermost().is_none_or(is_full)
    }

    /// Begins the next item of the innermost container. Returns false if it must not be written; it is counted then.
    pub(super) fn item(&mut self) -> Result<bool> {
        if self.set_value_pending(false) {
            self.put(b"null")?;
        }
        let can_write = self.can_write();
        let Some(container) = self.innermost() else { return Ok(false) };
        if !can_write {
            container.skipped += 1;
            if !self.count_skipped() {
                let message = ShortText::new("the value is endless");
                return Err(SerializeError { message, is_endless: true });
            }
            return Ok(false);
        }
        let is_first = container.written == 0;
        container.written += 1;
        self.items += 1;
        if !is_first {
            self.put(b",")?;
        }
        Ok(true)
    }

    /// Counts `count` items of the innermost container that are not written. `is_minimum`: there may be more.
    pub(super) fn skip(&mut self, count: u64, is_minimum: bool) {
        if let Some(container) = self.innermost() {
            container.skipped = container.skipped.saturating_add(count);
            container.is_minimum = is_minimum;
        }
    }

    /// Closes the innermost container, and writes how many of its items are omitted.
    pub(super) fn close(&mut self) -> Result {
        // The last key may have no value, because a `Serialize` of the program may be incorrect.
        if self.set_value_pending(false) {
            self.put(b"null")?;
        }
        let Some(&mut container) = self.innermost() else { return Ok(()) };
        self.depth -= 1;
        self.put_end(container)?;
        if container.is_key {
            self.key_depth = self.key_depth.saturating_sub(1);
            self.put(b"\"")?;
        }
        Ok(())
    }

    fn put_end(&mut self, container: OpenContainer) -> Result {
        let OpenContainer { kind, written, skipped, is_minimum, .. } = container;
        let at_least = if is_minimum { "at least " } else { "" };
        let items = if skipped == 1 { "item" } else { "items" };
        if kind == ContainerKind::TooDeep {
            return self.put_display(format_args!("\"... ({at_least}{skipped} {items})\""));
        }
        if skipped > 0 || is_minimum {
            self.put(if written > 0 { b"," } else { b"" })?;
            let is_list = matches!(kind, ContainerKind::List | ContainerKind::VariantList);
            self.put(if is_list { b"\"... " } else { b"\"...\":\"" })?;
            match skipped {
                0 => self.put(b"more items\"")?,
                _ => self.put_display(format_args!("{at_least}{skipped} more {items}\""))?,
            }
        }
        self.put(match kind {
            ContainerKind::List => b"]",
            ContainerKind::VariantList => b"]}",
            ContainerKind::VariantMap => b"}}",
            ContainerKind::Map | ContainerKind::TooDeep => b"}",
        })
    }
}

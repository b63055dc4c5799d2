//! Compact JSON with limits, written into memory that is there already.

use std::fmt::{self, Display};

use super::error::{Cut, Error, Short};
use super::{VariableLimits, Written};

/// What a container is closed with, and how what is left out of it is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Map,
    /// The list or map of a variant of an enum: within it is one more brace.
    VariantList,
    VariantMap,
    /// Too deep: nothing of it is written but how much it is.
    Deep,
}

/// A container that is open.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    kind: Kind,
    written: u64,
    /// Items that were left out, and whether there are more than these.
    skipped: u64,
    is_more: bool,
    /// It is a key, which is a text around it.
    is_key: bool,
}

impl Frame {
    const fn new(kind: Kind) -> Self {
        Self { kind, written: 0, skipped: 0, is_more: false, is_key: false }
    }
}

/// What is written, up to a place to which one can go back.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    len: usize,
    open: usize,
    keys: u32,
    wrapped: u32,
}

/// Where a variable is written to: see [`Variable`](super::Variable).
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
    pub(super) limits: VariableLimits,
    items: usize,
    /// Items and characters that were left out, which takes time all the same.
    visits: usize,
    frames: [Frame; VariableLimits::DEEPEST + 2],
    open: usize,
    /// How many keys this is in, each of which is JSON in a text.
    keys: u32,
    /// `Some` and newtypes that this is in, which are no containers but may be a circle.
    wrapped: u32,
    /// A key is written whose value is not there yet.
    is_awaited: bool,
    error: Option<Short>,
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("len", &self.len).finish_non_exhaustive()
    }
}

/// Bytes that are kept free for what has to be closed.
const RESERVE: usize = 16 << 10;
/// What may be left out before it is taken for endless.
pub(super) const VISITS: usize = 1_000_000;
const WRAPPED: u32 = 200;

type Result<T = ()> = std::result::Result<T, Error>;

impl<'a> Writer<'a> {
    pub(super) fn new(buffer: &'a mut [u8], limits: VariableLimits, items: usize) -> Self {
        let limits = limits.with_max_depth(limits.max_depth.min(VariableLimits::DEEPEST));
        Self {
            buffer,
            len: 0,
            limits,
            items,
            visits: 0,
            frames: [Frame::new(Kind::Deep); VariableLimits::DEEPEST + 2],
            open: 0,
            keys: 0,
            wrapped: 0,
            is_awaited: false,
            error: None,
        }
    }

    pub(super) const fn items(&self) -> usize {
        self.items
    }

    /// All is written.
    pub(super) const fn finish(self) -> Written {
        Written { len: self.len, error: self.error, items: self.items }
    }

    /// Closes what is open, where something would have gone on.
    pub(super) fn close_all(mut self) -> Written {
        self.wrapped = 0;
        while self.open > 0 {
            if let Some(frame) = self.top() {
                frame.is_more = true;
            }
            if let Err(error) = self.close() {
                return Written { len: 0, error: Some(error.text), items: self.items };
            }
        }
        self.finish()
    }

    const fn room(&self) -> usize {
        self.buffer.len().saturating_sub(self.len)
    }

    /// So many characters, or as many as there is room for, however each of them has to be written.
    pub(super) fn room_for(&self, characters: usize) -> usize {
        // Six bytes in JSON; in keys the backslash of each is doubled.
        let most = 6 << self.keys.min(8);
        characters.min(self.room().saturating_sub(RESERVE) / most)
    }

    /// Counts what is left out; whether there may be more of that.
    pub(super) const fn visit(&mut self) -> bool {
        self.visits += 1;
        self.visits <= VISITS
    }

    /// Writes JSON.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result {
        for byte in bytes {
            self.put_byte(*byte, self.keys)?;
        }
        Ok(())
    }

    fn put_byte(&mut self, byte: u8, keys: u32) -> Result {
        if keys > 0 {
            if matches!(byte, b'"' | b'\\') {
                self.put_byte(b'\\', keys - 1)?;
            }
            return self.put_byte(byte, keys - 1);
        }
        let Some(to) = self.buffer.get_mut(self.len) else {
            return Err(serde::ser::Error::custom("there is no room for it"));
        };
        *to = byte;
        self.len += 1;
        Ok(())
    }

    /// Writes JSON that has a `Display`.
    pub(super) fn put_shown(&mut self, value: impl Display) -> Result {
        self.put(Short::of(value).text().as_bytes())
    }

    fn top(&mut self) -> Option<&mut Frame> {
        self.frames.get_mut(self.open.checked_sub(1)?)
    }

    pub(super) const fn mark(&self) -> Mark {
        Mark { len: self.len, open: self.open, keys: self.keys, wrapped: self.wrapped }
    }

    /// Puts an error in the place of what was written since, which goes on behind it. What went on and
    /// on is none.
    pub(super) fn or_error(&mut self, mark: Mark, result: Result) -> Result {
        let Err(error) = result else { return Ok(()) };
        if error.cut == Cut::Endless {
            return Err(error);
        }
        self.go_back(mark, error.text);
        self.put(b"{\"<error>\":")?;
        self.string(error.text.text())?;
        self.put(b"}")
    }

    /// The same for a key, which is a text.
    pub(super) fn or_error_key(&mut self, mark: Mark, result: Result) -> Result {
        let Err(error) = result else { return Ok(()) };
        if error.cut == Cut::Endless {
            return Err(error);
        }
        self.go_back(mark, error.text);
        self.put(b"\"<error>\"")
    }

    fn go_back(&mut self, mark: Mark, error: Short) {
        (self.len, self.open, self.keys, self.wrapped) =
            (mark.len, mark.open, mark.keys, mark.wrapped);
        self.is_awaited = false;
        self.error.get_or_insert(error);
    }

    /// The value of a key is still to come; whether it was.
    pub(super) const fn await_value(&mut self, is_awaited: bool) -> bool {
        std::mem::replace(&mut self.is_awaited, is_awaited)
    }

    /// Does something in what is no container of its own.
    pub(super) fn wrapped(&mut self, work: impl FnOnce(&mut Self) -> Result) -> Result {
        if self.wrapped >= WRAPPED {
            return self.put(b"\"...\"");
        }
        self.wrapped += 1;
        work(self)?;
        self.wrapped -= 1;
        Ok(())
    }

    pub(super) const fn is_too_deep(&self) -> bool {
        self.open >= self.limits.max_depth
    }

    /// Opens a container.
    pub(super) fn begin(&mut self, kind: Kind, variant: &'static str) -> Result {
        let kind = if self.is_too_deep() { Kind::Deep } else { kind };
        if matches!(kind, Kind::VariantList | Kind::VariantMap) {
            self.put(b"{")?;
            self.name(variant)?;
            self.put(b":")?;
        }
        match kind {
            Kind::List | Kind::VariantList => self.put(b"[")?,
            Kind::Map | Kind::VariantMap => self.put(b"{")?,
            Kind::Deep => {}
        }
        let frame = Frame::new(kind);
        // The one that is too deep is the last one there can be.
        if let Some(to) = self.frames.get_mut(self.open) {
            *to = frame;
        }
        self.open += 1;
        Ok(())
    }

    /// The same for a key: its JSON is the inside of a text.
    pub(super) fn begin_key(&mut self, kind: Kind, variant: &'static str) -> Result {
        self.put(b"\"")?;
        self.keys += 1;
        self.begin(kind, variant)?;
        if let Some(frame) = self.top() {
            frame.is_key = true;
        }
        Ok(())
    }

    /// Whether the innermost container has room for one more item.
    pub(super) fn can_write(&mut self) -> bool {
        let is_spent = self.items >= self.limits.max_total_items || self.room() < 2 * RESERVE;
        let most = self.limits.max_items as u64;
        let is_full = |frame: &mut Frame| frame.kind == Kind::Deep || frame.written >= most;
        !is_spent && !self.top().is_none_or(is_full)
    }

    /// Whether the next item of the innermost container is to be written; if not, it is counted.
    pub(super) fn item(&mut self) -> Result<bool> {
        if self.await_value(false) {
            self.put(b"null")?;
        }
        let can_write = self.can_write();
        let Some(frame) = self.top() else { return Ok(false) };
        if !can_write {
            frame.skipped += 1;
            if !self.visit() {
                return Err(Error { text: Short::of("it has no end"), cut: Cut::Endless });
            }
            return Ok(false);
        }
        let is_first = frame.written == 0;
        frame.written += 1;
        self.items += 1;
        if !is_first {
            self.put(b",")?;
        }
        Ok(true)
    }

    /// So many items more are left out, or at least so many.
    pub(super) fn skip(&mut self, count: u64, is_more: bool) {
        if let Some(frame) = self.top() {
            frame.skipped = frame.skipped.saturating_add(count);
            frame.is_more = is_more;
        }
    }

    /// Closes the innermost container, and says what is left out of it.
    pub(super) fn close(&mut self) -> Result {
        // A key whose value never came.
        if self.await_value(false) {
            self.put(b"null")?;
        }
        let Some(&mut frame) = self.top() else { return Ok(()) };
        self.open -= 1;
        self.put_end(frame)?;
        if frame.is_key {
            self.keys = self.keys.saturating_sub(1);
            self.put(b"\"")?;
        }
        Ok(())
    }

    fn put_end(&mut self, frame: Frame) -> Result {
        let Frame { kind, written, skipped, is_more, .. } = frame;
        let least = if is_more { "at least " } else { "" };
        let items = if skipped == 1 { "item" } else { "items" };
        if kind == Kind::Deep {
            return self.put_shown(format_args!("\"... ({least}{skipped} {items})\""));
        }
        if skipped > 0 || is_more {
            self.put(if written > 0 { b"," } else { b"" })?;
            let is_list = matches!(kind, Kind::List | Kind::VariantList);
            self.put(if is_list { b"\"... " } else { b"\"...\":\"" })?;
            match skipped {
                0 => self.put(b"more items\"")?,
                _ => self.put_shown(format_args!("{least}{skipped} more {items}\""))?,
            }
        }
        self.put(match kind {
            Kind::List => b"]",
            Kind::VariantList => b"]}",
            Kind::VariantMap => b"}}",
            Kind::Map | Kind::Deep => b"}",
        })
    }
}

//! Texts in JSON, cut where they are too long.

use std::fmt::{self, Display, Write as _};

use super::error::Error;
use super::writer::Writer;

type Result = std::result::Result<(), Error>;

/// Characters that a name has.
const LONGEST_NAME: usize = 200;
/// Bytes that are shown of many.
const BYTES: usize = 16;

impl Writer<'_> {
    /// Writes a text, and how much of it is left out.
    pub(super) fn string(&mut self, text: &str) -> Result {
        self.cut(text, self.limits.max_string_len)
    }

    /// Writes a name of the program's, such as that of a field, which is short in all programs.
    pub(super) fn name(&mut self, name: &'static str) -> Result {
        self.cut(name, LONGEST_NAME)
    }

    fn cut(&mut self, text: &str, most: usize) -> Result {
        let most = self.room_for(most);
        let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
        let (shown, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        self.put(b"\"")?;
        self.escaped(shown)?;
        if !rest.is_empty() {
            self.left_out(rest.chars().count(), false)?;
        }
        self.put(b"\"")
    }

    /// Writes the text of what has a `Display`.
    pub(super) fn shown(&mut self, value: &(impl Display + ?Sized)) -> Result {
        self.put(b"\"")?;
        let left = self.room_for(self.limits.max_string_len);
        let mut text = Text { writer: self, left, left_out: 0, stopped: None };
        let result = write!(text, "{value}");
        let Text { left_out, stopped, .. } = text;
        match stopped {
            Some(Stopped::Failed(error)) => return Err(error),
            Some(Stopped::Endless) => self.left_out(left_out, true)?,
            None if result.is_err() => {
                return Err(serde::ser::Error::custom("its `Display` failed"));
            }
            None if left_out > 0 => self.left_out(left_out, false)?,
            None => {}
        }
        self.put(b"\"")
    }

    /// Writes how many bytes there are, and the first of them.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result {
        let plural = if bytes.len() == 1 { "" } else { "s" };
        self.put_shown(format_args!("\"{} byte{plural}", bytes.len()))?;
        for (index, byte) in bytes.iter().take(BYTES).enumerate() {
            let before = if index == 0 { ":" } else { "" };
            self.put_shown(format_args!("{before} {byte:02x}"))?;
        }
        self.put(if bytes.len() > BYTES { b" ...\"" } else { b"\"" })
    }

    fn left_out(&mut self, count: usize, is_more: bool) -> Result {
        let least = if is_more { "at least " } else { "" };
        let plural = if count == 1 { "" } else { "s" };
        self.put_shown(format_args!("... {least}{count} more character{plural}"))
    }

    fn escaped(&mut self, text: &str) -> Result {
        for c in text.chars() {
            match c {
                '"' => self.put(b"\\\"")?,
                '\\' => self.put(b"\\\\")?,
                '\n' => self.put(b"\\n")?,
                '\r' => self.put(b"\\r")?,
                '\t' => self.put(b"\\t")?,
                '\0'..=' ' if c != ' ' => {
                    self.put_shown(format_args!("\\u{:04x}", u32::from(c)))?;
                }
                _ => self.put(c.encode_utf8(&mut [0; 4]).as_bytes())?,
            }
        }
        Ok(())
    }
}

/// The inside of a text that comes in parts.
struct Text<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// Characters for which there is room.
    left: usize,
    left_out: usize,
    stopped: Option<Stopped>,
}

enum Stopped {
    Failed(Error),
    Endless,
}

impl fmt::Write for Text<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = text.char_indices().nth(self.left).map_or(text.len(), |(at, _)| at);
        let (shown, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        if let Err(error) = self.writer.escaped(shown) {
            self.stopped = Some(Stopped::Failed(error));
            return Err(fmt::Error);
        }
        self.left -= shown.chars().count().min(self.left);
        self.left_out += rest.chars().count();
        if !rest.is_empty() && !self.writer.visit() {
            self.stopped = Some(Stopped::Endless);
            return Err(fmt::Error);
        }
        Ok(())
    }
}

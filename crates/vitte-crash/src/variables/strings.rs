//! Writes JSON strings, and cuts those that are too long.

use std::fmt::{self, Display, Write as _};

use super::error::SerializeError;
use super::writer::JsonWriter;

type Result = std::result::Result<(), SerializeError>;

/// Maximum length of a field's or variant's name, in characters.
const MAX_NAME_CHARS: usize = 200;
/// Maximum number of bytes of a byte string that are written.
const MAX_SHOWN_BYTES: usize = 16;

impl JsonWriter<'_> {
    /// Writes a string, and the number of characters that exceed the limit.
    pub(super) fn string(&mut self, text: &str) -> Result {
        self.cut(text, self.limits.max_string_len)
    }

    /// Writes the name of a field or variant.
    pub(super) fn name(&mut self, name: &'static str) -> Result {
        self.cut(name, MAX_NAME_CHARS)
    }

    fn cut(&mut self, text: &str, max_chars: usize) -> Result {
        let max_chars = self.fitting_chars(max_chars);
        let end = text.char_indices().nth(max_chars).map_or(text.len(), |(at, _)| at);
        let (shown, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        self.put(b"\"")?;
        self.escaped(shown)?;
        if !rest.is_empty() {
            self.put_omitted(rest.chars().count(), false)?;
        }
        self.put(b"\"")
    }

    /// Writes a string with the text of a `Display`.
    pub(super) fn display(&mut self, value: &(impl Display + ?Sized)) -> Result {
        self.put(b"\"")?;
        let left = self.fitting_chars(self.limits.max_string_len);
        let mut text = DisplayWriter { writer: self, left, omitted: 0, stopped: None };
        let result = write!(text, "{value}");
        let DisplayWriter { omitted, stopped, .. } = text;
        match stopped {
            Some(StopReason::Failed(error)) => return Err(error),
            Some(StopReason::Endless) => self.put_omitted(omitted, true)?,
            None if result.is_err() => {
                return Err(serde::ser::Error::custom("`Display` returned an error"));
            }
            None if omitted > 0 => self.put_omitted(omitted, false)?,
            None => {}
        }
        self.put(b"\"")
    }

    /// Writes a string with the number of bytes, and the first of them in hexadecimal.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result {
        let plural = if bytes.len() == 1 { "" } else { "s" };
        self.put_display(format_args!("\"{} byte{plural}", bytes.len()))?;
        for (index, byte) in bytes.iter().take(MAX_SHOWN_BYTES).enumerate() {
            let separator = if index == 0 { ":" } else { "" };
            self.put_display(format_args!("{separator} {byte:02x}"))?;
        }
        self.put(if bytes.len() > MAX_SHOWN_BYTES { b" ...\"" } else { b"\"" })
    }

    /// Writes how many characters are omitted. `is_minimum`: there may be more.
    fn put_omitted(&mut self, count: usize, is_minimum: bool) -> Result {
        let at_least = if is_minimum { "at least " } else { "" };
        let plural = if count == 1 { "" } else { "s" };
        self.put_display(format_args!("... {at_least}{count} more character{plural}"))
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
                    self.put_display(format_args!("\\u{:04x}", u32::from(c)))?;
                }
                _ => self.put(c.encode_utf8(&mut [0; 4]).as_bytes())?,
            }
        }
        Ok(())
    }
}

/// Writes the text of a `Display` into a JSON string.
struct DisplayWriter<'w, 'a> {
    writer: &'w mut JsonWriter<'a>,
    /// Number of characters that can still be written.
    left: usize,
    /// Number of characters that were not written.
    omitted: usize,
    stopped: Option<StopReason>,
}

/// Why a `Display` was stopped.
enum StopReason {
    Failed(SerializeError),
    Endless,
}

impl fmt::Write for DisplayWriter<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = text.char_indices().nth(self.left).map_or(text.len(), |(at, _)| at);
        let (shown, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        if let Err(error) = self.writer.escaped(shown) {
            self.stopped = Some(StopReason::Failed(error));
            return Err(fmt::Error);
        }
        self.left -= shown.chars().count().min(self.left);
        self.omitted += rest.chars().count();
        if !rest.is_empty() && !self.writer.count_skipped() {
            self.stopped = Some(StopReason::Endless);
            return Err(fmt::Error);
        }
        Ok(())
    }
}

//! Writes values as JSON that is safe in a terminal: the bytes of `serde_json` with more escapes, in a third of the time.
//!
//! `serde_json` examines every byte for escapes, also in the names of fields. Here names are copied, and so is a text in
//! which no byte needs an escape, as [`text::is_plain_in_json`] finds out for sixteen bytes at a time.

use std::fmt::{self, Display, Write as _};
use std::io;

use serde::ser::{self, Impossible, Serialize};

use crate::text;

/// Appends the JSON of a value to a buffer.
pub(super) struct JsonWriter<'o> {
    pub(super) out: &'o mut Vec<u8>,
}

/// Appends a string with its quotes.
pub(super) fn push_string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    push_escaped(out, text);
    out.push(b'"');
}

/// Appends a string that needs no escape, such as the name of a severity.
#[inline]
pub(super) fn push_name(out: &mut Vec<u8>, name: &'static str) {
    out.reserve(name.len() + 2);
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.push(b'"');
}

/// Appends the content of a string.
#[inline]
pub(super) fn push_escaped(out: &mut Vec<u8>, text: &str) {
    if text::is_plain_in_json(text) {
        out.extend_from_slice(text.as_bytes());
    } else {
        push_special(out, text);
    }
}

/// Appends the content of a string in which some characters need an escape.
fn push_special(out: &mut Vec<u8>, text: &str) {
    let is_special = |byte: u8| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\');
    let (mut start, mut from) = (0, 0);
    while let Some(at) = text.bytes().skip(from).position(is_special).map(|at| from + at) {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        from = at + c.len_utf8();
        if matches!(c, '"' | '\\') || text::is_unsafe(c) {
            out.extend_from_slice(text.as_bytes().get(start..at).unwrap_or_default());
            push_escape(out, c);
            start = from;
        }
    }
    out.extend_from_slice(text.as_bytes().get(start..).unwrap_or_default());
}

/// Appends the escape of a character, as `serde_json` does it if it does.
fn push_escape(out: &mut Vec<u8>, c: char) {
    let short = match c {
        '"' => Some(b'"'),
        '\\' => Some(b'\\'),
        '\n' => Some(b'n'),
        '\r' => Some(b'r'),
        '\t' => Some(b't'),
        '\u{8}' => Some(b'b'),
        '\u{c}' => Some(b'f'),
        _ => None,
    };
    match short {
        Some(letter) => out.extend_from_slice(&[b'\\', letter]),
        // These characters are all below U+10000. Writing to memory cannot fail.
        None => _ = io::Write::write_fmt(out, format_args!("\\u{:04x}", u32::from(c))),
    }
}

/// Appends what is displayed to the content of a string.
struct StringContent<'o>(&'o mut Vec<u8>);

impl fmt::Write for StringContent<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push_escaped(self.0, text);
        Ok(())
    }
}

/// Why a value cannot be written. The structs of the formats always can.
#[derive(Debug)]
pub(super) struct JsonWriterError(String);

impl Display for JsonWriterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonWriterError {}

impl ser::Error for JsonWriterError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Result<T> = std::result::Result<T, JsonWriterError>;

fn unsupported<T>(kind: &str) -> Result<T> {
    Err(JsonWriterError(format!("{kind} cannot be written as JSON here")))
}

/// Writes the items of an array or the fields of an object.
pub(super) struct Items<'w, 'o> {
    writer: &'w mut JsonWriter<'o>,
    /// What precedes the next item.
    before: u8,
    end: u8,
}

impl Items<'_, '_> {
    fn begin(&mut self) {
        self.writer.out.push(self.before);
        self.before = b',';
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.begin();
        value.serialize(&mut *self.writer)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        // The names of fields are identifiers or written in this crate, without escapes.
        let out = &mut *self.writer.out;
        out.reserve(name.len() + 4);
        out.extend_from_slice(&[self.before, b'"']);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        self.before = b',';
        value.serialize(&mut *self.writer)
    }

    fn finish(self) {
        if self.before != b',' {
            self.writer.out.push(self.before);
        }
        self.writer.out.push(self.end);
    }
}

/// Implements the methods for numbers, which are displayed.
macro_rules! numbers {
    ($($method:ident $number:ty),*) => {
        $(fn $method(self, value: $number) -> Result<()> {
            match u32::try_from(value) {
                Ok(number) => text::digits(number).push_to(self.out),
                // Writing to memory cannot fail.
                Err(_) => _ = io::Write::write_fmt(self.out, format_args!("{value}")),
            }
            Ok(())
        })*
    };
}

impl<'w, 'o> ser::Serializer for &'w mut JsonWriter<'o> {
    type Ok = ();
    type Error = JsonWriterError;
    type SerializeSeq = Items<'w, 'o>;
    type SerializeTuple = Items<'w, 'o>;
    type SerializeTupleStruct = Items<'w, 'o>;
    type SerializeTupleVariant = Impossible<(), JsonWriterError>;
    type SerializeMap = Items<'w, 'o>;
    type SerializeStruct = Items<'w, 'o>;
    type SerializeStructVariant = Impossible<(), JsonWriterError>;

    numbers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
    }

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<()> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        serde_json::to_writer(&mut *self.out, &value).map_err(ser::Error::custom)
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<()> {
        push_string(self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, v: &T) -> Result<()> {
        v.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<()> {
        unsupported("a variant with a value")
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Items<'w, 'o>> {
        Ok(Items { writer: self, before: b'[', end: b']' })
    }

    fn serialize_tuple(self, len: usize) -> Result<Items<'w, 'o>> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'w, 'o>> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), JsonWriterError>> {
        unsupported("a variant with values")
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Items<'w, 'o>> {
        Ok(Items { writer: self, before: b'{', end: b'}' })
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Items<'w, 'o>> {
        self.serialize_map(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), JsonWriterError>> {
        unsupported("a variant with fields")
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<()> {
        self.out.push(b'"');
        let written = write!(StringContent(self.out), "{value}");
        self.out.push(b'"');
        written.map_err(ser::Error::custom)
    }
}

/// Implements a trait of serde for the items of an array.
macro_rules! arrays {
    ($($trait:ident $method:ident),*) => {
        $(impl ser::$trait for Items<'_, '_> {
            type Ok = ();
            type Error = JsonWriterError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item(value)
            }

            fn end(self) -> Result<()> {
                self.finish();
                Ok(())
            }
        })*
    };
}

arrays! {
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field
}

impl ser::SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = JsonWriterError;

    /// Writes a key, which is a string.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.item(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.writer.out.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Items<'_, '_> {
    type Ok = ();
    type Error = JsonWriterError;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, v: &T) -> Result<()> {
        self.field(name, v)
    }

    #[inline]
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests;

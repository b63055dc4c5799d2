//! JSON with nothing in it that a terminal would obey.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use crate::text;

/// The JSON of `value` on one line, without a line feed.
///
/// # Errors
///
/// What `value` says where it cannot be serialised; the structs of the formats all can.
pub(super) fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut line, Escaping))?;
    Ok(line)
}

/// The same with a line feed.
///
/// # Errors
///
/// Those of [`json`].
pub(super) fn json_line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = json(value)?;
    line.push(b'\n');
    Ok(line)
}

/// `serde_json` escapes C0 controls, as JSON demands (RFC 8259, section 7). DEL, C1 and bidi controls
/// may stand in JSON, but not on a terminal that somebody looks at it with.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((index, c)) = rest.char_indices().find(|&(_, c)| text::is_unsafe(c)) {
            let (before, behind) = rest.split_at_checked(index).unwrap_or_default();
            CompactFormatter.write_string_fragment(writer, before)?;
            write!(writer, "\\u{:04x}", u32::from(c))?;
            rest = behind.strip_prefix(c).unwrap_or_default();
        }
        CompactFormatter.write_string_fragment(writer, rest)
    }
}

//! Keys whose bytes are in the order of the diagnostics.

use vitte_diag::Severity;

use crate::diag::line::Fields;

/// Replaces `key` by the key of a diagnostic: keys compare like location, severity, code and message. No key is the start of
/// another one.
pub(super) fn write(fields: &Fields<'_>, key: &mut Vec<u8>) {
    key.clear();
    match &fields.path {
        // Diagnostics without a location are last.
        None => key.push(1),
        Some(path) => {
            key.push(0);
            push_text(&path.get(), key);
            push_offset(fields.lo, key);
        }
    }
    key.push(match fields.severity {
        Severity::Fatal => 0,
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Note => 3,
    });
    match fields.code {
        None => key.push(0),
        Some(code) => {
            key.push(1);
            push_text(code, key);
        }
    }
    push_text(&fields.message.get(), key);
}

/// A diagnostic about a whole file, without an offset, is before the others of the file.
fn push_offset(offset: Option<u32>, key: &mut Vec<u8>) {
    match offset {
        None => key.push(0),
        Some(offset) => {
            key.push(1);
            key.extend(offset.to_be_bytes());
        }
    }
}

/// Appends a text and an end that is less than any further text. NUL becomes two bytes that are more than the end.
fn push_text(text: &str, key: &mut Vec<u8>) {
    const END: [u8; 2] = [0, 0];
    const NUL: [u8; 2] = [0, 0xff];
    let mut parts = text.as_bytes().split(|byte| *byte == 0);
    key.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        key.extend(NUL);
        key.extend_from_slice(part);
    }
    key.extend(END);
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;
    use crate::diag::line::{self, Scratch};

    #[test]
    fn keys_are_in_the_order_of_the_fields() {
        let strings = ["", "a", "a\0", "a\0b", "a\u{1}", "ab", "\u{ff}"];
        let mut all = Vec::new();
        for path in strings.map(Some).into_iter().chain([None]) {
            for lo in [None, Some(0_u32), Some(7), Some(256)] {
                for (severity, code, message) in [
                    ("error", None, "a"),
                    ("error", Some("E1"), "a\0"),
                    ("error", Some("E10"), ""),
                    ("note", Some("E1"), "z"),
                    ("fatal", None, ""),
                ] {
                    let text = |text: &str| serde_json::to_string(text).unwrap();
                    let code_json = code.map_or("null".to_owned(), text);
                    let primary = path.zip(lo).map(|(path, lo)| {
                        format!(
                            "{{\"file\":{},\"lo\":{lo},\"hi\":999,\"line\":1,\"col\":1}}",
                            text(path)
                        )
                    });
                    let file =
                        path.map(|path| format!(",\"file\":{}", text(path))).unwrap_or_default();
                    let json = format!(
                        "{{\"severity\":\"{severity}\",\"code\":{code_json},\"message\":{},\"primary\":{},\"labels\":[],\"help\":null,\"notes\":[]{file}}}",
                        text(message),
                        primary.unwrap_or("null".to_owned())
                    );
                    let (mut scratch, mut key) = (Scratch::default(), Vec::new());
                    let read = line::read(json.as_bytes(), &mut scratch).unwrap();
                    write(&read.fields, &mut key);
                    let lo = path.and(lo);
                    let location = path.map(|path| (path, lo));
                    all.push((
                        (
                            location.is_none(),
                            location,
                            Reverse(read.fields.severity),
                            code,
                            message,
                        ),
                        key,
                    ));
                }
            }
        }
        for (fields, key) in &all {
            for (other_fields, other_key) in &all {
                assert_eq!(
                    fields.cmp(other_fields),
                    key.cmp(other_key),
                    "{fields:?} {other_fields:?}"
                );
            }
        }
    }
}

//! The message of a panic whose payload is text or a number, and the length of messages.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use vitte_capsule::UNKNOWN_PAYLOAD;

/// Maximum length of a message in a report, in bytes. What exceeds it is only counted.
const MAX_BYTES: usize = 64 << 10;
/// How many boxes may contain each other.
const MAX_BOXES: usize = 8;

/// Returns the message in the payload of a panic, or a placeholder if the payload is neither text nor a number. It
/// runs no code of the program.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> String {
    text_of(payload).map_or_else(|| UNKNOWN_PAYLOAD.to_owned(), limited)
}

/// Returns the text or number that is the payload of a panic.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> Option<Cow<'_, str>> {
    let payload = unboxed(payload);
    macro_rules! texts {
        ($($text:ty),*) => {
            $(if let Some(text) = payload.downcast_ref::<$text>() {
                return Some(Cow::Borrowed(text));
            })*
        };
    }
    macro_rules! numbers {
        ($($number:ty),*) => {
            $(if let Some(number) = payload.downcast_ref::<$number>() {
                return Some(Cow::Owned(number.to_string()));
            })*
        };
    }
    texts!(&'static str, String, Box<str>, Arc<str>, Cow<'static, str>);
    if let Some(text) = payload.downcast_ref::<Box<String>>() {
        return Some(Cow::Borrowed(text));
    }
    if let Some(text) = payload.downcast_ref::<Arc<String>>() {
        return Some(Cow::Borrowed(text));
    }
    numbers!(i32, u32, i64, u64, usize, isize, u8, i8, u16, i16, u128, i128, f64, f32, bool, char);
    None
}

/// Returns the payload inside of boxes: a payload that is thrown again with `panic_any` is in one more box.
pub(crate) fn unboxed(payload: &(dyn Any + Send)) -> &(dyn Any + Send) {
    let mut payload = payload;
    for _ in 0..MAX_BOXES {
        let Some(inner) = payload.downcast_ref::<Box<dyn Any + Send>>() else { break };
        payload = &**inner;
    }
    payload
}

/// Returns a message of limited length. Everything that follows reads it several times: redaction, the fingerprint,
/// output. A message is cut once, where it is created: a second cut would count what is left of it.
pub(crate) fn limited(text: Cow<'_, str>) -> String {
    let shown = vitte_diag::text::truncate(&text, MAX_BYTES);
    match text.len() - shown.len() {
        0 => text.into_owned(),
        more => format!("{shown} ... {more} more bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers_are_messages() {
        let payloads: [Box<dyn Any + Send>; 9] = [
            Box::new("a"),
            Box::new(String::from("a")),
            Box::new(Box::<str>::from("a")),
            Box::new(Arc::<str>::from("a")),
            Box::new(Cow::Borrowed("a")),
            Box::new(Box::new(String::from("a"))),
            Box::new(Arc::new(String::from("a"))),
            Box::new('a'),
            Box::new(Box::new("a") as Box<dyn Any + Send>),
        ];
        for payload in payloads {
            assert_eq!(message_of(&*payload), "a");
        }
        assert_eq!(message_of(&-7_i64), "-7");
        assert_eq!(message_of(&()), UNKNOWN_PAYLOAD);
    }

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        let long = format!("a{}", "é".repeat(40_000));
        // The 65,536th byte is inside a character.
        let expected = format!("a{} ... 14466 more bytes", "é".repeat(32_767));
        assert!(message_of(&long) == expected && message_of(&expected) != expected);
        for text in ["", &"é".repeat(MAX_BYTES / 2)] {
            assert!(message_of(&text.to_owned()) == text);
        }
    }
}

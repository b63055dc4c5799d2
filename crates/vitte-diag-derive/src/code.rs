//! The rule for the code of a diagnostic.

/// The maximum length of a code in bytes.
const MAX_LEN: usize = 64;

/// Returns true if a text is a code, by the rule of `vitte_diag::Code`.
pub fn is_code(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"()[]{}<>\"'`".contains(&byte);
    (1..=MAX_LEN).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_that_of_the_engine() {
        let characters = (0..=0x100_u32).filter_map(char::from_u32).map(String::from);
        let lengths = [0, 1, 63, 64, 65].map(|count| "E".repeat(count));
        for text in characters.chain(lengths) {
            assert_eq!(is_code(&text), vitte_diag::Code::new(&text).is_ok(), "{text:?}");
        }
    }
}

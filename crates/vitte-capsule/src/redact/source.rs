//! Finds string literals in source code that are assigned to secret names.
//!
//! ```text
//! assignment = key separator [ type "=" ] [ wrapper ] literal        up to its opening quote on one line
//! separator  = "=" | ":=" | "=>" | ":"
//! wrapper    = up to 100 letters, digits and "_:([&!#."              String::from(
//! literal    = '"' … '"' | "'" … "'" | '"""' … '"""' | "'''" … "'''" | 'r#"' … '"#'
//! ```
//!
//! The value of an unmistakable key is a secret, that of another key (`names.rs`) only if it looks like one. The keys
//! and separators are those of `scan.rs`.

mod unquoted;

use std::ops::Range;

pub(super) use unquoted::unquoted;

use super::scan::{
    Separator, byte, find_closing_quote, is_key, is_quote, raw_string_hashes, skip_blanks,
    skip_type, skip_while, slice, starts_with_at,
};
use super::{KeyClass, Redactor, looks, pairs, work};

/// The bytes between a separator and its literal, such as `String::from(`. A longer wrapper is not recognised, which
/// keeps the time constant.
const MAX_WRAPPER_BYTES: usize = 100;

/// Returns the content of each literal, without its quotes.
pub(super) fn literals(redactor: &Redactor, bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut line = LineQuotes::default();
    let mut unclosed_hashes = usize::MAX;
    let mut at = 0;
    while let Some(first) = byte(bytes, at) {
        if !is_key(first) {
            line.add(bytes, at);
            at += 1;
            continue;
        }
        let end = skip_while(bytes, at, is_key);
        let word = at..end;
        at = end;
        let Some(separator) = Separator::after(bytes, end) else {
            if let Some(content) = argument(redactor, bytes, &word) {
                (end..content.end).for_each(|at| line.add(bytes, at));
                at = content.end;
                found.push(content);
            }
            continue;
        };
        let pair = pairs::class_of_value(redactor, bytes, &word);
        let class = redactor.classify(&String::from_utf8_lossy(slice(bytes, word))).max(pair);
        if separator.is_comparison || class == KeyClass::Harmless {
            continue;
        }
        let Some(quote) = find_literal(bytes, separator) else { continue };
        let wrapper = slice(bytes, separator.end..quote);
        (end..quote).for_each(|at| line.add(bytes, at));
        at = quote;
        if line.is_closed_by(bytes, quote) {
            continue;
        }
        if let Some(content) = literal_content(bytes, quote, &mut unclosed_hashes) {
            at = skip_while(bytes, content.end, |byte| Some(byte) == bytes.get(quote).copied());
            let text = slice(bytes, content.clone());
            if is_secret(class, text) && (!is_name(wrapper, text) || looks::is_password(text)) {
                found.push(content);
            }
        } else {
            line.add(bytes, quote);
            at += 1;
        }
    }
    found
}

/// Returns true if a value is a secret after a name of this class. Everyday words of compilers are names of identifiers in
/// a source, so their value must look like a secret.
fn is_secret(class: KeyClass, value: &[u8]) -> bool {
    match class {
        // A mark, such as `secret = "*"`, is not a value.
        KeyClass::Secret => {
            value.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
        }
        KeyClass::Ambiguous => looks::is_random(value) || looks::is_hex_key(value),
        KeyClass::Weak => looks::is_random(value),
        KeyClass::Harmless => false,
    }
}

/// Returns true if a literal names what is read or written, as in `password = env("DB_PASSWORD")`, or is a template, as in
/// `format!("Bearer {}")`. Without it the program would not be valid.
fn is_name(wrapper: &[u8], text: &[u8]) -> bool {
    const FUNCTIONS: [&[u8]; 18] = [
        b"arg", b"ask", b"consume", b"env", b"file", b"format", b"get", b"include", b"input",
        b"load", b"open", b"option", b"print", b"prompt", b"read", b"var(", b"write", b"cfg",
    ];
    let lower = wrapper.to_ascii_lowercase();
    let is_function =
        FUNCTIONS.iter().any(|name| lower.windows(name.len()).any(|part| part == *name));
    let is_template = text.contains(&b'{') && text.contains(&b'}');
    is_function || is_template
}

/// Returns the literal that is an argument beside or after an unmistakable name: `#define API_KEY "…"`,
/// `define('DB_PASSWORD', '…')`, `set_password("…")`. It must look like a password, because it may be a text.
fn argument(redactor: &Redactor, bytes: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let is_quoted = byte(bytes, word.end).is_some_and(is_quote);
    let mut at = skip_blanks(bytes, word.end + usize::from(is_quoted));
    if byte(bytes, at) == Some(if is_quoted { b',' } else { b'(' }) {
        at = skip_blanks(bytes, at + 1);
    } else if is_quoted || at == word.end {
        return None;
    }
    let quote = byte(bytes, at).filter(|quote| is_quote(*quote))?;
    let start = at + 1;
    let end = skip_while(bytes, start, |byte| byte != quote && byte != b'\n');
    let is_closed = byte(bytes, end) == Some(quote);
    let name = String::from_utf8_lossy(slice(bytes, word.clone()));
    let content = slice(bytes, start..end);
    let is_password = is_closed
        && redactor.classify(&name) == KeyClass::Secret
        && (looks::is_random(content) || looks::is_password(content));
    is_password.then_some(start..end)
}

/// Counts the `"` of the current line that open or close a literal.
#[derive(Debug, Default)]
struct LineQuotes {
    count: usize,
}

impl LineQuotes {
    fn add(&mut self, bytes: &[u8], at: usize) {
        let previous = at.checked_sub(1).and_then(|index| byte(bytes, index));
        match byte(bytes, at) {
            Some(b'\n') => self.count = 0,
            Some(b'"') if previous != Some(b'\\') && !Self::is_character(bytes, at) => {
                self.count += 1;
            }
            _ => {}
        }
    }

    /// Returns true for the quote of the character literal `'"'`.
    fn is_character(bytes: &[u8], at: usize) -> bool {
        let previous = at.checked_sub(1).and_then(|index| byte(bytes, index));
        previous == Some(b'\'') && byte(bytes, at + 1) == Some(b'\'')
    }

    /// Returns true if a quote closes a literal, as in `ask("password: ")`: its line has an open literal, and the
    /// quote is followed by a byte that is unlikely at the start of a literal.
    fn is_closed_by(&self, bytes: &[u8], quote: usize) -> bool {
        let next = byte(bytes, quote + 1);
        let is_over = next.is_none_or(|next| b" \t\r\n,;)]}+.%:".contains(&next));
        byte(bytes, quote) == Some(b'"') && self.count % 2 == 1 && is_over
    }
}

/// Returns the opening quote of the literal after a separator, on the same line.
fn find_literal(bytes: &[u8], separator: Separator) -> Option<usize> {
    let start = skip_blanks(bytes, separator.end);
    let typed =
        (!separator.is_assignment).then(|| skip_type(bytes, separator.end, false)).flatten();
    [Some(start), typed].into_iter().flatten().find_map(|start| {
        let limit = start.saturating_add(MAX_WRAPPER_BYTES).min(bytes.len());
        let is_wrapper = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b':' | b'(' | b'[' | b'&' | b'!' | b'#' | b'.')
        };
        let quote = skip_while(slice(bytes, 0..limit), start, is_wrapper);
        let previous = quote.checked_sub(1).and_then(|index| byte(bytes, index));
        match byte(bytes, quote) {
            Some(b'"') => Some(quote),
            // `&'static` is a type.
            Some(b'\'') if !matches!(previous, Some(b'&' | b'<')) => Some(quote),
            _ => None,
        }
    })
}

/// Returns the content of the literal whose opening quote is at `quote`. A literal in `'` must be closed on its line.
/// Raw literals with at least `unclosed_hashes` hashes are known to have no end, so that it is searched for only once.
fn literal_content(
    bytes: &[u8],
    quote: usize,
    unclosed_hashes: &mut usize,
) -> Option<Range<usize>> {
    let opening = byte(bytes, quote)?;
    let triple = [opening; 3];
    if starts_with_at(bytes, quote, &triple) {
        let start = quote + 3;
        let end = slice(bytes, start..bytes.len()).windows(3).position(|three| three == triple);
        // An unclosed `"""` ends with the file; `'''` may be a character literal.
        let end = end.map(|end| start + end).or((opening == b'"').then_some(bytes.len()));
        work::add(end.unwrap_or(bytes.len()) - quote);
        return end.map(|end| start..end);
    }
    let hashes = raw_string_hashes(bytes, quote);
    let is_unclosed = hashes.is_some_and(|hashes| hashes >= *unclosed_hashes);
    let end = if is_unclosed { None } else { find_closing_quote(bytes, quote, 0) };
    if let (Some(hashes), None) = (hashes, end) {
        *unclosed_hashes = hashes.min(*unclosed_hashes);
    }
    match (opening, end) {
        (b'\'', Some(end)) if slice(bytes, quote..end).contains(&b'\n') => None,
        (b'\'', None) => None,
        (_, Some(end)) => Some(quote + 1..end),
        (_, None) => Some(quote + 1..skip_while(bytes, quote, |byte| byte != b'\n')),
    }
}

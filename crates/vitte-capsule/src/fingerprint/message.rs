//! Normalises messages: replaces what differs between runs.

/// The bytes of a message that are read.
pub(super) const MAX_BYTES: usize = 8 << 10;
/// The characters of the result.
const MAX_CHARS: usize = 500;

/// Minimum number of hexadecimal digits that are replaced as a hash.
const MIN_HASH_DIGITS: usize = 8;

/// Returns the message in the form of [`FingerprintParts::message`](super::FingerprintParts::message).
pub(super) fn normalize(message: &str) -> String {
    let text = vitte_diag::text::truncate(message, MAX_BYTES);
    let is_truncated = text.len() < message.len();
    let mut normalizer =
        Normalizer { text, is_truncated, out: String::new(), unclosed: Vec::new() };
    let mut at = 0;
    while let Some(c) = normalizer.char_at(at) {
        at = normalizer.step(at, c);
    }
    let words: Vec<&str> = normalizer.out.split_whitespace().collect();
    words.join(" ").chars().take(MAX_CHARS).collect()
}

/// Offsets are in bytes of `text`.
struct Normalizer<'a> {
    text: &'a str,
    is_truncated: bool,
    out: String,
    /// Quotes without a closing quote in the rest of the text. They are searched for only once.
    unclosed: Vec<char>,
}

impl Normalizer<'_> {
    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.rest(at).chars().next()
    }

    fn char_before(&self, at: usize) -> Option<char> {
        self.text.get(..at).and_then(|before| before.chars().next_back())
    }

    /// Normalises the token at `at`, which begins with `c`. Returns the end of the token.
    fn step(&mut self, at: usize, c: char) -> usize {
        let is_inside_word = self.char_before(at).is_some_and(is_word);
        if let Some(end) = self.path(at) {
            self.out.push('_');
            return end;
        }
        match c {
            '"' | '`' => self.quoted(at, c),
            '\'' if !is_inside_word => self.quoted(at, c),
            '-' if !is_inside_word && self.char_at(at + 1).is_some_and(|c| c.is_ascii_digit()) => {
                at + 1
            }
            c if is_word(c) => self.word(at),
            c => {
                self.out.push(c);
                at + c.len_utf8()
            }
        }
    }

    /// Replaces quoted text, or writes the quote if it is not closed.
    fn quoted(&mut self, at: usize, quote: char) -> usize {
        let start = at + quote.len_utf8();
        let mut is_escaped = false;
        let mut previous = quote;
        let mut end = None;
        if !self.unclosed.contains(&quote) {
            for (index, c) in self.rest(start).char_indices() {
                let next = start + index + c.len_utf8();
                // `'a outlives 'b` is not quoted: a closing `'` follows no blank and precedes no letter.
                let can_close = quote != '\''
                    || !(previous.is_whitespace() || self.char_at(next).is_some_and(is_word));
                if c == quote && !is_escaped && can_close {
                    end = Some(next);
                    break;
                }
                is_escaped = c == '\\' && !is_escaped;
                previous = c;
            }
        }
        // The closing quote is probably in the part that was not read.
        if end.is_none() && self.is_truncated && quote != '\'' && !self.unclosed.contains(&quote) {
            end = Some(self.text.len());
        }
        if end.is_none() {
            self.unclosed.push(quote);
        }
        self.out.push(if end.is_some() { '_' } else { quote });
        end.unwrap_or(start)
    }

    /// Writes a name, or replaces a number.
    fn word(&mut self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        if let Some(len) = uuid(rest) {
            self.out.push('#');
            return at + len;
        }
        let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
        let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        let is_hash = word.len() >= MIN_HASH_DIGITS && is_hex(word) && has_digit;
        if digits.is_some_and(is_hex) || is_hash {
            self.out.push('#');
            return at + end;
        }
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            self.out.push_str(word);
            return at + end;
        }
        // `1_000`, `1.5` and `1.2.3` are one number each; the unit of `10ms` remains.
        self.out.push('#');
        let mut len = 0;
        let mut bytes = rest.bytes().enumerate().peekable();
        while let Some((index, byte)) = bytes.next() {
            let is_before_digit = bytes.peek().is_some_and(|(_, next)| next.is_ascii_digit());
            let is_separator = matches!(byte, b'_' | b'.') && is_before_digit;
            if !byte.is_ascii_digit() && !is_separator {
                break;
            }
            len = index + 1;
        }
        let unit = rest.get(len..).unwrap_or_default();
        let unit_len = unit.find(|c| !is_word(c)).unwrap_or(unit.len());
        self.out.push_str(unit.get(..unit_len).unwrap_or_default());
        at + len + unit_len
    }

    /// Returns the end of the absolute path that begins at `at`; `None` if none begins there.
    fn path(&self, at: usize) -> Option<usize> {
        if self
            .char_before(at)
            .is_some_and(|c| is_word(c) || matches!(c, '/' | '\\' | '.' | '-' | ')' | ']'))
        {
            return None;
        }
        let rest = self.rest(at);
        let is_name = |c: char| is_word(c) || matches!(c, '.' | '-' | '@' | '+');
        let begins_name = |rest: &str| rest.starts_with(is_name);
        let mut chars = rest.chars();
        let drive =
            chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':');
        let root_len = if rest.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("file://")) {
            7
        } else if drive
            && matches!(chars.next(), Some('/' | '\\'))
            && !chars.as_str().starts_with('/')
        {
            3
        } else if rest.strip_prefix('/').is_some_and(begins_name) {
            1
        } else if rest.strip_prefix("~/").is_some_and(begins_name)
            || rest.strip_prefix(r"\\").is_some_and(begins_name)
        {
            2
        } else {
            return None;
        };
        let names = rest.get(root_len..).unwrap_or_default();
        let is_end = |c: char| c.is_whitespace() || "\"'`<>|;:,()[]{}".contains(c);
        // The colon of the drive in `file:///C:/x` does not end the path.
        let drive_len = if root_len == 7 && names.get(2..3) == Some(":") { 3 } else { 0 };
        let len = names.get(drive_len..)?.find(is_end).map_or(names.len(), |len| drive_len + len);
        let path = names.get(..len).unwrap_or_default().trim_end_matches(['.', '!', '?']);
        Some(at + root_len + path.len())
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the length of the UUID that `text` begins with.
fn uuid(text: &str) -> Option<usize> {
    let uuid = text.get(..36)?;
    let is_uuid = uuid.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    (is_uuid && !text.get(36..)?.starts_with(is_word)).then_some(36)
}

//! Where secrets are in free text.
//!
//! One pass over the words of the text. What is looked at behind a word is either taken, and passed over, or
//! bounded, so that the time is in proportion to the length.

use std::ops::Range;

use super::scan::{
    Separator, byte, closing, has, is_key, is_quote, part, past, past_blanks, past_type,
};
use super::{REDACTED, Redactor, Weight};

/// Bytes of the shortest text that looks like a secret, without quotes around it.
const SHORTEST: usize = 6;

/// All secrets but private keys, in order.
pub(super) fn secrets(mask: &Redactor, bytes: &[u8]) -> Vec<Range<usize>> {
    let mut scan = Scan { bytes, found: Vec::new(), run: Run::default(), plain_end: 0 };
    let mut at = 0;
    let mut last_word = 0..0;
    while let Some(first) = byte(bytes, at) {
        if !is_key(first) {
            at += 1;
            continue;
        }
        let word = at..past(bytes, at, is_key);
        at = scan.word(mask, &last_word, &word).max(word.end);
        last_word = word;
    }
    scan.found
}

/// What stands before the `@` in `scheme://user:password@host`.
pub(super) fn users(bytes: &[u8]) -> Vec<Range<usize>> {
    urls(bytes).into_iter().map(|user| user.all).collect()
}

/// The passwords alone.
pub(super) fn passwords(bytes: &[u8]) -> Vec<Range<usize>> {
    urls(bytes).into_iter().filter_map(|user| user.password).collect()
}

fn urls(bytes: &[u8]) -> Vec<User> {
    let mut scan = Scan { bytes, found: Vec::new(), run: Run::default(), plain_end: 0 };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = byte(bytes, at) {
        if !is_key(first) {
            at += 1;
            continue;
        }
        let word = at..past(bytes, at, is_key);
        at = word.end;
        if let Some(user) = scan.user(&word) {
            at = user.all.end;
            found.push(user);
        }
    }
    found
}

/// Who is named in a URL.
#[derive(Debug)]
struct User {
    all: Range<usize>,
    password: Option<Range<usize>>,
}

/// A text without white space and quotes, such as a URL, that was looked at last.
#[derive(Debug, Default)]
struct Run {
    end: usize,
    last_at: Option<usize>,
}

/// How a value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reading {
    /// It is a secret.
    Always,
    /// It goes to the end of its line, or to this quote.
    Header(Option<u8>),
    /// It is one where it looks like one.
    Maybe,
}

#[derive(Debug)]
struct Scan<'a> {
    bytes: &'a [u8],
    found: Vec<Range<usize>>,
    run: Run,
    /// Up to where no doubtful value looks like a secret.
    plain_end: usize,
}

impl Scan<'_> {
    /// Takes what belongs to a word. Gives where to go on.
    fn word(&mut self, mask: &Redactor, last: &Range<usize>, word: &Range<usize>) -> usize {
        if let Some(user) = self.user(word) {
            let end = user.all.end;
            self.found.push(user.all);
            return end;
        }
        if has(self.bytes, word.end, b"://") {
            return word.end;
        }
        let name = part(self.bytes, word.clone());
        let Some(separator) = Separator::behind(self.bytes, word.end) else {
            return self.option(mask, word, name);
        };
        // `api key` is one key of two words.
        let is_behind = part(self.bytes, last.end..word.start) == b" ";
        let is_second = name.eq_ignore_ascii_case(b"key") && is_behind;
        let start = if is_second { last.start } else { word.start };
        let key = part(self.bytes, start..word.end);
        match mask.weight(key) {
            Weight::No => word.end,
            weight => self.assigned(start, key, separator, weight),
        }
    }

    /// `--key value` and `Bearer value`.
    fn option(&mut self, mask: &Redactor, word: &Range<usize>, name: &[u8]) -> usize {
        let at = past_blanks(self.bytes, word.end);
        if at == word.end {
            return at;
        }
        let is_option = name.starts_with(b"-") && name.iter().any(u8::is_ascii_alphanumeric);
        if is_option && !has(self.bytes, at, b"--") && mask.weight(name) != Weight::No {
            return self.value(at, Reading::Always);
        }
        if is_scheme(name) {
            let end = self.unquoted(at);
            if looks_secret(part(self.bytes, at..end)) {
                return self.take(at..end);
            }
        }
        word.end
    }

    /// What stands behind a key that begins at `start` and its separator.
    fn assigned(
        &mut self,
        start: usize,
        key: &[u8],
        separator: Separator,
        weight: Weight,
    ) -> usize {
        let at = past_blanks(self.bytes, separator.end);
        let before = start.checked_sub(1).and_then(|before| byte(self.bytes, before));
        let quote = before.filter(|before| is_quote(*before));
        // `"password:"` is closed here.
        if quote.is_some() && !separator.is_behind_quote && quote == byte(self.bytes, separator.end)
        {
            return separator.end;
        }
        if separator.is_assignment {
            return self.value(at, Reading::Always);
        }
        if at == separator.end && self.is_place(key, at) {
            return separator.end;
        }
        let lower = key.to_ascii_lowercase();
        let is_header = lower.ends_with(b"authorization") || lower.ends_with(b"cookie");
        let is_clear = weight == Weight::Clear;
        let reading = match is_clear {
            true if is_header && !separator.is_comparison => {
                Reading::Header(quote.filter(|_| !separator.is_behind_quote))
            }
            true => Reading::Always,
            false => Reading::Maybe,
        };
        let next = self.value(at, reading);
        // `password: String = "x"`, of which the type may be gone already.
        let is_taken = next > at;
        let assigned = past_type(self.bytes, if is_taken { next } else { separator.end }, is_taken);
        match assigned {
            Some(value) if !separator.is_comparison => self.value(value, Reading::Always),
            _ => next,
        }
    }

    /// Whether it is a place in a file: `token.rs:12:5`.
    fn is_place(&self, key: &[u8], at: usize) -> bool {
        let extension = key.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let is_file = extension.len() < key.len() && (1..=5).contains(&extension.len());
        let line = past(self.bytes, at, |byte| byte.is_ascii_digit());
        let next = byte(self.bytes, line);
        is_file && line > at && !next.is_some_and(|next| is_key(next) || next == b'@')
    }

    /// Takes the value that begins at `at`, where it is a secret. Gives where to go on.
    fn value(&mut self, at: usize, reading: Reading) -> usize {
        let escapes = past(self.bytes, at, |byte| byte == b'\\') - at;
        if byte(self.bytes, at + escapes).is_some_and(is_quote) {
            return self.quoted(at, at + escapes, escapes, reading);
        }
        match reading {
            Reading::Header(quote) => self.line(at, quote),
            Reading::Always => {
                let end = self.grouped(at);
                self.take(at..end)
            }
            Reading::Maybe => self.doubtful(at),
        }
    }

    /// Takes all to the end of the line or to a quote.
    fn line(&mut self, at: usize, quote: Option<u8>) -> usize {
        let end = past(self.bytes, at, |byte| byte != b'\n' && Some(byte) != quote);
        let line = part(self.bytes, at..end).trim_ascii_end();
        self.take(at..at + line.len())
    }

    /// A value of which the opening quote stands at `quote`.
    fn quoted(&mut self, at: usize, quote: usize, escapes: usize, reading: Reading) -> usize {
        let closing = closing(self.bytes, quote, escapes);
        let close = closing.unwrap_or(self.bytes.len());
        let inside = part(self.bytes, quote + 1..close);
        // Backslashes of an escaped closing quote are its own.
        let own = inside.iter().rev().take_while(|byte| **byte == b'\\').count().min(escapes);
        let end = close.saturating_sub(if closing.is_some() { own } else { 0 }).max(quote + 1);
        let inside = part(self.bytes, quote + 1..end);
        if reading == Reading::Maybe {
            // Compilers write code in backticks.
            let is_code = byte(self.bytes, quote) == Some(b'`') && !looks_secret(inside);
            if is_code
                || !inside.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
            {
                return at;
            }
        }
        let behind = close + 1;
        if byte(self.bytes, behind).is_some_and(is_key) {
            // `"abc"def`, as a shell reads it.
            return match reading {
                Reading::Header(quote) => self.line(at, quote),
                _ => self.take(at..self.unquoted(behind)),
            };
        }
        if inside.is_empty() {
            behind.min(self.bytes.len())
        } else {
            self.take(quote + 1..end).max(behind)
        }
    }

    /// A value behind a word that may say something else.
    fn doubtful(&mut self, at: usize) -> usize {
        for wrapper in [&b"Some("[..], b"Ok("] {
            let inside = at + wrapper.len();
            if has(self.bytes, at, wrapper) && byte(self.bytes, inside).is_some_and(is_quote) {
                return self.quoted(inside, inside, 0, Reading::Maybe).max(inside);
            }
        }
        // A value with many keys in it is looked at once.
        let end = if at < self.plain_end { self.plain_end } else { self.unquoted(at) };
        let word = part(self.bytes, at..end);
        if is_scheme(word) {
            let credentials = past_blanks(self.bytes, end);
            let credentials_end = self.unquoted(credentials);
            if credentials_end > credentials {
                return self.take(at..credentials_end);
            }
        }
        if at >= self.plain_end && looks_secret(word) {
            return self.take(at..end);
        }
        self.plain_end = self.plain_end.max(end);
        at
    }

    /// Where an unquoted value ends.
    fn unquoted(&self, at: usize) -> usize {
        let is_end = |byte: u8| {
            byte.is_ascii_whitespace()
                || is_quote(byte)
                || matches!(byte, b',' | b';' | b'&' | b')' | b']' | b'}')
        };
        past(self.bytes, at, |byte| !is_end(byte))
    }

    /// Where an unquoted value ends that is a secret: behind the scheme of `Bearer abc`, the bracket of
    /// `Some("abc")` and `Key { bytes: [1, 2] }`, the quote of `r#"abc"#`.
    fn grouped(&self, at: usize) -> usize {
        let end = self.unquoted(at);
        let word = part(self.bytes, at..end);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'!');
        let bracket = past(self.bytes, at, is_name);
        let brace = past_blanks(self.bytes, bracket);
        let open = match (byte(self.bytes, bracket), byte(self.bytes, brace)) {
            (Some(b'(' | b'[' | b'{'), _) => Some(bracket),
            (_, Some(b'{')) => Some(brace),
            _ => None,
        };
        if let Some(open) = open {
            return self.unquoted(self.past_brackets(open));
        }
        let is_prefix =
            matches!(word.trim_ascii(), b"r" | b"b" | b"c" | b"f" | b"u" | b"br" | b"rb")
                || word.last() == Some(&b'#');
        if is_prefix && byte(self.bytes, end).is_some_and(is_quote) {
            let close = closing(self.bytes, end, 0).map_or(self.bytes.len(), |close| close + 1);
            return self.unquoted(close);
        }
        let schemes: [&[u8]; 6] =
            [b"bearer", b"basic", b"digest", b"token", b"negotiate", b"apikey"];
        if schemes.iter().any(|scheme| word.eq_ignore_ascii_case(scheme)) {
            let credentials = past_blanks(self.bytes, end);
            let credentials_end = self.unquoted(credentials);
            return if credentials_end > credentials { credentials_end } else { end };
        }
        end
    }

    /// Behind the bracket that closes the one at `open`; the end where none does.
    fn past_brackets(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        let mut at = open;
        while let Some(byte) = byte(self.bytes, at) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b'"' => at = closing(self.bytes, at, 0).unwrap_or(self.bytes.len()),
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        at.min(self.bytes.len())
    }

    /// The user of a URL of which `word` is the scheme.
    fn user(&mut self, word: &Range<usize>) -> Option<User> {
        if !has(self.bytes, word.end, b"://") {
            return None;
        }
        let start = word.end + 3;
        // The run is the same for each `://` in it.
        if start >= self.run.end {
            let is_end = |byte: u8| {
                byte.is_ascii_whitespace() || is_quote(byte) || matches!(byte, b'<' | b'>')
            };
            let bytes = self.bytes;
            // What was put in the place of a user is part of it.
            let skipped = if has(bytes, start, REDACTED.as_bytes()) { REDACTED.len() } else { 0 };
            let end = past(bytes, start + skipped, |byte| !is_end(byte));
            let last_at = part(bytes, start..end).iter().rposition(|byte| *byte == b'@');
            self.run = Run { end, last_at: last_at.map(|at| start + at) };
        }
        let is_authority = |byte: u8| !matches!(byte, b'/' | b'?' | b'#');
        let end = past(part(self.bytes, 0..self.run.end), start, is_authority);
        let authority = part(self.bytes, start..end);
        let colon = authority.iter().position(|byte| *byte == b':').map(|colon| start + colon);
        let at = match authority.iter().rposition(|byte| *byte == b'@') {
            Some(at) => start + at,
            // A password with a slash, which has to be escaped and often is not. A port is a number.
            None => {
                let behind = byte(self.bytes, colon? + 1)?;
                self.run.last_at.filter(|at| *at > start && !behind.is_ascii_digit())?
            }
        };
        let colon = colon.filter(|colon| *colon < at);
        let scheme = part(self.bytes, word.clone());
        // `ssh://git@host` has no secret; `https://TOKEN@host` has.
        let is_name = scheme.windows(3).any(|part| part.eq_ignore_ascii_case(b"ssh"))
            || scheme.eq_ignore_ascii_case(b"git");
        if at == start || (colon.is_none() && is_name) {
            return None;
        }
        let password = colon.map(|colon| colon + 1..at).filter(|password| !password.is_empty());
        Some(User { all: start..at, password })
    }

    fn take(&mut self, range: Range<usize>) -> usize {
        let end = range.end;
        if range.start < end {
            self.found.push(range);
        }
        end
    }
}

fn is_scheme(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"bearer") || word.eq_ignore_ascii_case(b"basic")
}

fn looks_secret(value: &[u8]) -> bool {
    let is_masked = value.windows(REDACTED.len()).any(|part| part == REDACTED.as_bytes());
    value.len() >= SHORTEST && value.iter().any(u8::is_ascii_digit) && !is_masked
}

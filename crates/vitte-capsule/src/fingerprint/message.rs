//! A message without what differs from one run to the next.

/// Bytes that are looked at, and characters that are kept.
const MAX_BYTES: usize = 8 << 10;
const MOST_CHARS: usize = 500;

/// The shortest run of hexadecimal digits that is taken for a hash.
const SHORTEST_HASH: usize = 8;

pub(super) fn normal(message: &str) -> String {
    let text =
        message.get(..vitte_diag::text::floor_char_boundary(message, MAX_BYTES)).unwrap_or(message);
    let mut scan =
        Scan { text, is_cut: text.len() < message.len(), out: String::new(), over: Vec::new() };
    let mut at = 0;
    while let Some(c) = scan.char_at(at) {
        at = scan.step(at, c);
    }
    let folded: Vec<&str> = scan.out.split_whitespace().collect();
    folded.join(" ").chars().take(MOST_CHARS).collect()
}

struct Scan<'a> {
    text: &'a str,
    is_cut: bool,
    out: String,
    /// Quotes of which no closing one is left.
    over: Vec<char>,
}

impl Scan<'_> {
    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.rest(at).chars().next()
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text.get(..at).and_then(|before| before.chars().next_back())
    }

    /// Writes what stands at `at`. Gives where to go on.
    fn step(&mut self, at: usize, c: char) -> usize {
        let is_inside_word = self.before(at).is_some_and(is_word);
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

    /// Quoted text; the quote alone where nothing closes it.
    fn quoted(&mut self, at: usize, quote: char) -> usize {
        let start = at + quote.len_utf8();
        let mut is_escaped = false;
        let mut before = quote;
        let mut found = None;
        if !self.over.contains(&quote) {
            for (index, c) in self.rest(start).char_indices() {
                let behind = start + index + c.len_utf8();
                // `'a outlives 'b`: a blank stands before no closing one, and no letter behind it.
                let is_end = quote != '\''
                    || !(before.is_whitespace() || self.char_at(behind).is_some_and(is_word));
                if c == quote && !is_escaped && is_end {
                    found = Some(behind);
                    break;
                }
                is_escaped = c == '\\' && !is_escaped;
                before = c;
            }
        }
        if found.is_none() && self.is_cut && quote != '\'' && !self.over.contains(&quote) {
            found = Some(self.text.len());
        }
        if found.is_none() {
            self.over.push(quote);
        }
        self.out.push(if found.is_some() { '_' } else { quote });
        found.unwrap_or(start)
    }

    /// A name, or a number.
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
        let is_hash = word.len() >= SHORTEST_HASH && is_hex(word) && has_digit;
        if digits.is_some_and(is_hex) || is_hash {
            self.out.push('#');
            return at + end;
        }
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            self.out.push_str(word);
            return at + end;
        }
        // `1_000`, `1.5` and `1.2.3` are one number; the unit of `10ms` stays.
        self.out.push('#');
        let mut len = 0;
        let mut bytes = rest.bytes().enumerate().peekable();
        while let Some((index, byte)) = bytes.next() {
            let is_before_digit = bytes.peek().is_some_and(|(_, next)| next.is_ascii_digit());
            let is_between = matches!(byte, b'_' | b'.') && is_before_digit;
            if !byte.is_ascii_digit() && !is_between {
                break;
            }
            len = index + 1;
        }
        let unit = rest.get(len..).unwrap_or_default();
        let unit_len = unit.find(|c| !is_word(c)).unwrap_or(unit.len());
        self.out.push_str(unit.get(..unit_len).unwrap_or_default());
        at + len + unit_len
    }

    /// Where the absolute path ends that begins at `at`.
    fn path(&self, at: usize) -> Option<usize> {
        if self
            .before(at)
            .is_some_and(|c| is_word(c) || matches!(c, '/' | '\\' | '.' | '-' | ')' | ']'))
        {
            return None;
        }
        let rest = self.rest(at);
        let is_name = |c: char| is_word(c) || matches!(c, '.' | '-' | '@' | '+');
        let begins = |behind: &str| behind.starts_with(is_name);
        let mut chars = rest.chars();
        let drive =
            chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':');
        let head = if rest.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("file://")) {
            7
        } else if drive
            && matches!(chars.next(), Some('/' | '\\'))
            && !chars.as_str().starts_with('/')
        {
            3
        } else if rest.strip_prefix('/').is_some_and(begins) {
            1
        } else if rest.strip_prefix("~/").is_some_and(begins)
            || rest.strip_prefix(r"\\").is_some_and(begins)
        {
            2
        } else {
            return None;
        };
        let behind = rest.get(head..).unwrap_or_default();
        let is_end = |c: char| c.is_whitespace() || "\"'`<>|;:,()[]{}".contains(c);
        // A drive in a URL has a colon of its own.
        let skipped = if head == 7 && behind.get(2..3) == Some(":") { 3 } else { 0 };
        let len = behind.get(skipped..)?.find(is_end).map_or(behind.len(), |len| skipped + len);
        let path = behind.get(..len).unwrap_or_default().trim_end_matches(['.', '!', '?']);
        Some(at + head + path.len())
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the UUID that a text begins with.
fn uuid(text: &str) -> Option<usize> {
    let uuid = text.get(..36)?;
    let is_one = uuid.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    (is_one && !text.get(36..)?.starts_with(is_word)).then_some(36)
}

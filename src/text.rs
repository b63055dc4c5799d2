//! Escapes text for a terminal, and measures its width in cells.
//!
//! Sources, messages, labels and paths are untrusted. A terminal interprets some characters instead of
//! showing them: C0 and C1 controls move the cursor or start escape sequences (ECMA-48), the twelve
//! bidirectional controls reorder text (Unicode UAX #9; CVE-2021-42574), and some terminals end a line at
//! U+2028 and U+2029. Other characters are not shown at all. None of these is written. Each has a visible
//! replacement:
//!
//! | character | replacement | example |
//! |---|---|---|
//! | tab | spaces up to the next tab stop | |
//! | other C0, DEL | a symbol of the Unicode block *Control Pictures*, one cell | ESC is `␛` |
//! | C1, bidi controls, U+2028, U+2029 | the code point in angle brackets | `<U+202E>` |
//! | [invisible](is_invisible) characters, where text does not need them | the same | `<U+200B>` |
//! | a combining mark without a character before it | the same | `<U+0301>` |
//!
//! Formats for programs only escape the [unsafe](is_unsafe) ones.
//!
//! ```
//! use vitte_diag::text;
//!
//! let lines: Vec<_> = text::lines("a\tb\n\u{1b}[2J", 4).collect();
//! assert_eq!(lines, ["a   b", "␛[2J"]);
//! assert_eq!(text::width_of("日本"), 4);
//! ```

mod alike;
mod boundary;
mod cluster;
mod csv;
pub mod function_name;
mod inline;
mod invisible;
mod json;
mod words;
mod wrap;

use std::borrow::Cow;

pub use alike::is_distinct;
pub(crate) use alike::{Appearance, push_spelled, spelled};
pub use boundary::{ceil_char_boundary, floor_char_boundary, truncate};
pub use cluster::{CellOptions, Cluster, EmojiWidth, cells};
pub(crate) use cluster::{Cells, cells_before};
pub use csv::csv_field;
pub(crate) use inline::{Digits, InlineText, digit_count, digits, push_number};
pub use invisible::is_invisible;
pub use json::escape_json;
pub use wrap::{LongUrls, WrappedText, escape_workflow_command, wrap, wrap_with};

/// Returns true if a terminal would interpret `c` instead of showing it.
///
/// Such a character is called *unsafe* here, because untrusted text could use it to forge output. This has
/// nothing to do with Rust's `unsafe`. True for C0 (including line feed and tab), DEL, C1, the twelve bidi
/// controls, U+2028 and U+2029.
#[must_use]
pub const fn is_unsafe(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// Converts bytes to text of the same length: each byte that is not UTF-8 becomes one `?`.
///
/// ```
/// assert_eq!(vitte_diag::text::replace_invalid_utf8(b"a\xff\xe2\x82"), "a???");
/// ```
#[must_use]
pub fn replace_invalid_utf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

/// Returns true if `text` is printable ASCII only, so bytes, characters and cells are the same.
pub(crate) fn is_plain(text: &str) -> bool {
    words::all(text.as_bytes(), words::not_printable)
}

/// Returns true if `text` needs no escape in a JSON string and is printable ASCII only.
pub(crate) fn is_plain_in_json(text: &str) -> bool {
    is_plain_without(text, b'"', [b'\\'])
}

/// Returns true if `text` is printable ASCII without `first`, which is between a blank and `?`, and the characters `others`.
#[inline]
pub(crate) fn is_plain_without<const N: usize>(text: &str, first: u8, others: [u8; N]) -> bool {
    words::all(text.as_bytes(), |word| {
        let flags = words::control_or(word, first) | words::del_or_not_ascii(word);
        let found = others.into_iter().map(|byte| words::equal_in_ascii(word, byte));
        found.fold(flags, |all, found| all | found)
    })
}

/// Returns true if `text` is printable ASCII without `&`, `<`, `>` and quotes.
#[inline]
pub(crate) fn is_plain_without_markup(text: &str) -> bool {
    words::all(text.as_bytes(), |word| {
        // `<` and `>` differ in one bit, and so do `"` and `&`.
        let angle = words::equal_in_ascii(word & words::repeated(!0x02), b'<');
        let other = words::equal_in_ascii(word | words::repeated(0x04), b'&');
        words::control_or(word, b'\'') | words::del_or_not_ascii(word) | angle | other
    })
}

/// Returns the number of bytes for which `test` holds.
pub(crate) fn count_bytes(bytes: &[u8], test: impl Fn(u8) -> bool) -> usize {
    // A chunk of 255 bytes is counted in a `u8`, so more bytes fit in a vector register.
    let count = |bytes: &[u8]| bytes.iter().map(|&byte| u8::from(test(byte))).sum::<u8>();
    bytes.chunks(255).map(|bytes| usize::from(count(bytes))).sum()
}

/// Returns true if no character of `text` is replaced for a terminal.
#[inline]
pub(crate) fn is_safe(text: &str) -> bool {
    is_plain(text) || is_safe_unicode(text)
}

/// Like [`is_safe`], for text that is not [plain](is_plain).
fn is_safe_unicode(text: &str) -> bool {
    !may_be_replaced(text)
        || !(text.contains(is_unsafe) || cells(text, 1).any(|cluster| cluster.is_replaced()))
}

/// Returns true if `text` has a character that is replaced in some texts, except for accents on letters. Most text has
/// none, and the clusters of text are costly to find.
fn may_be_replaced(text: &str) -> bool {
    let is_accent = |c| c != '\u{34f}' && matches!(c, '\u{300}'..='\u{36f}');
    let mut before = ' ';
    text.chars().any(|c| {
        let letter = std::mem::replace(&mut before, c);
        cluster::is_replaced(c) && !(is_accent(c) && letter.is_alphanumeric())
    })
}

/// Returns `text` as one line, escaped for a terminal.
///
/// Meant for text that must stay on its line, such as a path. A line feed becomes the two characters `\n`,
/// a carriage return `\r`, a tab `\t`; every other character of the [table](self) gets its replacement.
///
/// ```
/// use vitte_diag::text::one_line;
///
/// assert_eq!(one_line("src/main.vitte"), "src/main.vitte");
/// assert_eq!(one_line("evil\n\u{1b}[2J"), "evil\\n␛[2J");
/// ```
#[must_use]
#[inline]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { one_unicode_line(text) }
}

/// Like [`one_line`], for text that is not [plain](is_plain).
fn one_unicode_line(text: &str) -> Cow<'_, str> {
    if is_safe_unicode(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for cluster in cells(text, 1) {
        match cluster.text {
            "\n" => out.push_str("\\n"),
            "\r" => out.push_str("\\r"),
            "\t" => out.push_str("\\t"),
            _ => cluster.push_to(&mut out),
        }
    }
    Cow::Owned(out)
}

/// Returns the lines of `text`, escaped for a terminal. Tabs become spaces up to the next tab stop of `options`, which
/// may be the distance of tab stops in cells.
///
/// Lines end at `\n` or `\r\n`. A line end at the end of the text does not begin another line.
pub fn lines(text: &str, options: impl Into<CellOptions>) -> impl Iterator<Item = Cow<'_, str>> {
    let options = options.into();
    text.lines().map(move |line| {
        if is_safe(line) {
            return Cow::Borrowed(line);
        }
        let mut out = String::with_capacity(line.len() + 16);
        cells(line, options).for_each(|cluster| cluster.push_to(&mut out));
        Cow::Owned(out)
    })
}

/// Returns the width of an escaped `text` in cells, with [`EmojiWidth::Separate`]. See [`CellOptions::width_of`] for
/// other options.
#[must_use]
pub fn width_of(text: &str) -> usize {
    CellOptions::new(1).width_of(text)
}

/// Returns the singular `noun` if `count` is 1, else its plural with `s`.
#[must_use]
pub fn plural(noun: &str, count: usize) -> Cow<'_, str> {
    if count == 1 { Cow::Borrowed(noun) } else { Cow::Owned(format!("{noun}s")) }
}

/// Returns text for omitted items: `980 more labels`.
#[must_use]
pub fn more(noun: &str, count: usize) -> String {
    format!("{count} more {}", plural(noun, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIDI: [char; 12] = [
        '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
        '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
    ];

    #[test]
    fn exactly_the_controls_and_line_separators_are_unsafe() {
        for c in char::MIN..=char::MAX {
            let expected = c.is_control() || BIDI.contains(&c) || "\u{2028}\u{2029}".contains(c);
            assert_eq!(is_unsafe(c), expected, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn lines_end_at_line_feeds_and_a_lone_carriage_return_is_shown() {
        assert_eq!(lines("a\r\nb\rc\n", 4).collect::<Vec<_>>(), ["a", "b␍c"]);
        assert_eq!(lines("a\n\nb", 4).collect::<Vec<_>>(), ["a", "", "b"]);
        assert_eq!(lines("a\tb", 4).collect::<Vec<_>>(), ["a   b"]);
    }

    #[test]
    fn text_is_safe_if_and_only_if_it_is_shown_unchanged() {
        let texts = [
            "",
            "plain",
            "é日本",
            "e\u{301}",
            "é\u{301}日\u{302}a\u{301}\u{302}",
            " \u{301}",
            "👩\u{200d}🔬 1\u{fe0f}\u{20e3}",
            "a\tb",
            "\u{301}",
            "a\u{200b}b",
            "a\u{200d}b",
            "\u{ad}",
            "a\r\u{301}",
            "\u{1b}",
            "\u{202e}",
            "\u{1f1eb}\u{1f1f7}",
        ];
        for text in texts {
            let shown = one_line(text);
            assert_eq!(is_safe(text), shown == text, "{text:?}");
            assert_eq!(is_safe(text), matches!(shown, Cow::Borrowed(_)), "{text:?}");
            assert!(is_safe(&shown), "{shown:?}");
        }
    }
}

//! Escapes text for a terminal, and measures its width in cells.
//!
//! Sources, messages, labels and paths are untrusted. A terminal interprets some characters instead of
//! showing them: C0 and C1 controls move the cursor or start escape sequences (ECMA-48), the twelve
//! bidirectional controls reorder text (Unicode UAX #9; CVE-2021-42574), and some terminals end a line at
//! U+2028 and U+2029. None of these characters is written. Each has a visible replacement:
//!
//! | character | replacement | example |
//! |---|---|---|
//! | tab | spaces up to the next tab stop | |
//! | other C0, DEL | a symbol of the Unicode block *Control Pictures*, one cell | ESC is `␛` |
//! | C1, bidi controls, U+2028, U+2029 | the code point in angle brackets | `<U+202E>` |
//!
//! ```
//! use vitte_diag::text;
//!
//! let lines: Vec<_> = text::lines("a\tb\n\u{1b}[2J", 4).collect();
//! assert_eq!(lines, ["a   b", "␛[2J"]);
//! assert_eq!(text::width_of("日本"), 4);
//! ```

mod boundary;
mod inline;
mod json;
mod wrap;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

pub use boundary::{ceil_char_boundary, floor_char_boundary, truncate};
pub(crate) use inline::{Digits, InlineText, digit_count, digits};
pub use json::escape_json;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr as _};
pub use wrap::{WrappedText, escape_workflow_command, wrap};

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

/// Returns true if `text` is printable ASCII only, so bytes, characters and cells are the same.
pub(crate) fn is_plain(text: &str) -> bool {
    all_bytes(text, |byte| matches!(byte, b' '..=b'~'))
}

/// Returns true if `text` needs no escape in a JSON string and is printable ASCII only.
pub(crate) fn is_plain_in_json(text: &str) -> bool {
    all_bytes(text, |byte| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\'))
}

/// Returns true if `test` holds for every byte. Vectorised, which `bytes().all(test)` is not because of its
/// early exit. Short strings use smaller blocks, so that fewer bytes are tested twice.
fn all_bytes(text: &str, test: impl Fn(u8) -> bool + Copy) -> bool {
    match text.len() {
        ..64 => all_in_blocks::<8>(text.as_bytes(), test),
        64.. => all_in_blocks::<32>(text.as_bytes(), test),
    }
}

/// Tests blocks of `N` bytes. There is no early exit inside a block, so the compiler vectorises it.
#[inline]
fn all_in_blocks<const N: usize>(bytes: &[u8], test: impl Fn(u8) -> bool + Copy) -> bool {
    let all = |block: &[u8]| block.iter().fold(true, |all, &byte| all & test(byte));
    let Some(last) = bytes.last_chunk::<N>() else { return bytes.iter().all(|&byte| test(byte)) };
    // The bytes after the last whole block are tested with the last `N` bytes.
    bytes.chunks_exact(N).all(all) && all(last)
}

/// Returns the number of bytes for which `test` holds.
pub(crate) fn count_bytes(text: &str, test: impl Fn(u8) -> bool) -> usize {
    // A chunk of 255 bytes is counted in a `u8`, so more bytes fit in a vector register.
    let count = |bytes: &[u8]| bytes.iter().map(|&byte| u8::from(test(byte))).sum::<u8>();
    text.as_bytes().chunks(255).map(|bytes| usize::from(count(bytes))).sum()
}

/// Returns true if `text` has no [unsafe](is_unsafe) character and so needs no escape.
pub(crate) fn is_safe(text: &str) -> bool {
    is_plain(text) || !text.contains(is_unsafe)
}

/// Returns `text` as one line, escaped for a terminal.
///
/// Meant for text that must stay on its line, such as a path. A line feed becomes the two characters `\n`,
/// a carriage return `\r`, a tab `\t`; every other [unsafe](is_unsafe) character gets its replacement.
///
/// ```
/// use vitte_diag::text::one_line;
///
/// assert_eq!(one_line("src/main.vitte"), "src/main.vitte");
/// assert_eq!(one_line("evil\n\u{1b}[2J"), "evil\\n␛[2J");
/// ```
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if is_safe(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push_on_line(&mut out, c));
    Cow::Owned(out)
}

/// Appends `c` to `out` as in [`one_line`].
pub(crate) fn push_on_line(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => push(out, c),
    }
}

/// Returns the lines of `text`, escaped for a terminal. Tabs become spaces up to the next multiple of
/// `tab_width` cells.
///
/// Lines end at `\n` or `\r\n`. A line end at the end of the text does not begin another line.
pub fn lines(text: &str, tab_width: usize) -> impl Iterator<Item = Cow<'_, str>> {
    text.lines().map(move |line| {
        if is_safe(line) {
            return Cow::Borrowed(line);
        }
        let mut out = String::with_capacity(line.len() + 16);
        for cluster in cells(line, tab_width) {
            cluster.push_to(&mut out);
        }
        Cow::Owned(out)
    })
}

/// Appends `c` to `out`, or its replacement if `c` is [unsafe](is_unsafe). The caller expands tabs.
fn push(out: &mut String, c: char) {
    match replacement(c) {
        None => out.push(c),
        Some(Replacement::Symbol(symbol)) => out.push(symbol),
        // Writing to a string cannot fail.
        Some(Replacement::CodePoint(code_point)) => _ = write!(out, "{code_point}"),
    }
}

/// A grapheme cluster: what a reader perceives as one character (Unicode UAX #29). Text is never cut inside
/// a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'a> {
    /// The text of the cluster.
    pub text: &'a str,
    /// The first cell of the cluster on its line, 0-based.
    pub start: usize,
    /// The cell after the last one.
    pub end: usize,
}

impl Cluster<'_> {
    /// Returns true if the cluster has no width, such as a combining mark without a base character.
    pub(crate) const fn is_mark(&self) -> bool {
        self.start == self.end
    }

    /// Returns the width in cells.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.end - self.start
    }

    /// Appends the cluster to `out`, escaped for a terminal. A tab becomes spaces.
    pub fn push_to(&self, out: &mut String) {
        if self.text == "\t" {
            out.extend(std::iter::repeat_n(' ', self.cells()));
        } else {
            self.text.chars().for_each(|c| push(out, c));
        }
    }
}

/// Returns the grapheme clusters of `line` with the cells of each. A tab ends at the next multiple of
/// `tab_width` cells.
///
/// Several emoji that are joined by U+200D are as wide as one, as in terminals that support such sequences.
pub fn cells(line: &str, tab_width: usize) -> impl Iterator<Item = Cluster<'_>> {
    let tab_width = tab_width.max(1);
    let (mut rest, mut start) = (line, 0);
    std::iter::from_fn(move || {
        let text;
        (text, rest) = first_cluster(rest)?;
        let end = start
            + match text.as_bytes() {
                b"\t" => tab_width - start % tab_width,
                [b' '..=b'~'] => 1,
                _ if text.contains(is_unsafe) => text.chars().map(width).sum(),
                _ => text.width(),
            };
        let cluster = Cluster { text, start, end };
        start = end;
        Some(cluster)
    })
}

/// Splits `text` after its first cluster. Returns `None` if `text` is empty.
fn first_cluster(text: &str) -> Option<(&str, &str)> {
    let len = match text.as_bytes() {
        // Only a non-ASCII character can extend the cluster before it.
        [b' '..=b'~'] | [b' '..=b'~', ..=b'\x7f', ..] => 1,
        _ => text.graphemes(true).next()?.len(),
    };
    text.split_at_checked(len)
}

/// Returns the width of an escaped `text` in cells.
#[must_use]
pub fn width_of(text: &str) -> usize {
    if is_plain(text) { text.len() } else { cells(text, 1).last().map_or(0, |last| last.end) }
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

/// Returns the cells of `c` or of its replacement. A tab counts as its symbol.
fn width(c: char) -> usize {
    match replacement(c) {
        None => c.width().unwrap_or(0),
        Some(Replacement::Symbol(_)) => 1,
        Some(Replacement::CodePoint(_)) => CodePoint::CELLS,
    }
}

/// The replacement of an [unsafe](is_unsafe) character.
enum Replacement {
    /// A character of the Unicode block *Control Pictures*.
    Symbol(char),
    CodePoint(CodePoint),
}

/// Returns the replacement of `c`, or `None` if `c` is not [unsafe](is_unsafe).
fn replacement(c: char) -> Option<Replacement> {
    if !is_unsafe(c) {
        return None;
    }
    let symbol = match c {
        '\u{7f}' => Some('\u{2421}'),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        _ => None,
    };
    Some(symbol.map_or(Replacement::CodePoint(CodePoint(c)), Replacement::Symbol))
}

/// A character shown as `<U+202E>`.
struct CodePoint(char);

impl CodePoint {
    /// `<U+`, four digits and `>`: no [unsafe](is_unsafe) character has more digits.
    const CELLS: usize = 8;
}

impl fmt::Display for CodePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<U+{:04X}>", u32::from(self.0))
    }
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
    fn every_replacement_is_safe_and_has_the_computed_width() {
        for c in (char::MIN..=char::MAX).filter(|&c| is_unsafe(c)) {
            let mut shown = String::new();
            push(&mut shown, c);
            assert!(!shown.contains(is_unsafe), "{shown}");
            let cells: usize = shown.chars().map(|c| c.width().unwrap()).sum();
            assert_eq!(cells, width(c), "{shown}");
        }
    }

    fn ends(text: &str) -> Vec<usize> {
        cells(text, 4).map(|cluster| cluster.end).collect()
    }

    #[test]
    fn tabs_extend_to_the_next_stop() {
        assert_eq!(ends("a\tb\t\t"), [1, 4, 5, 8, 12]);
        assert_eq!(lines("a\tb", 4).collect::<Vec<_>>(), ["a   b"]);
    }

    #[test]
    fn wide_characters_and_clusters_are_counted_in_cells() {
        assert_eq!(ends("漢e\u{301}x"), [2, 3, 4]);
        assert_eq!(ends("👩\u{200d}🔬x"), [2, 3], "two joined emoji are as wide as one");
        assert_eq!(ends("🇫🇷x"), [2, 3], "a flag");
        assert_eq!(ends("❤\u{fe0f}x"), [2, 3], "drawn as an emoji");
    }

    #[test]
    fn an_unsafe_character_is_a_cluster_of_its_own() {
        for c in (char::MIN..=char::MAX).filter(|&c| is_unsafe(c)) {
            for line in [format!("a{c}\u{301}b"), format!("👩\u{200d}{c}🔬"), format!("{c}{c}")]
            {
                let with = cells(&line, 1).filter(|cluster| cluster.text.contains(c));
                assert!(
                    with.map(|cluster| cluster.text.chars().count()).max() <= Some(1),
                    "{line:?}"
                );
            }
        }
    }

    #[test]
    fn clusters_agree_with_the_unicode_segmentation() {
        let pieces = [
            "a", " ", "\r", "\n", "\u{301}", "\u{200d}", "👩", "🔬", "🇫", "🇷", "한", "\u{11a8}",
            "क", "\u{94d}",
        ];
        let mut text = String::new();
        for n in 0..5000_usize {
            text.push_str(pieces[(n * n + n / 7) % pieces.len()]);
        }
        let clusters: Vec<&str> = cells(&text, 4).map(|cluster| cluster.text).collect();
        assert_eq!(clusters, text.graphemes(true).collect::<Vec<_>>());
    }

    #[test]
    fn lines_end_at_line_feeds_and_a_lone_carriage_return_is_shown() {
        assert_eq!(lines("a\r\nb\rc\n", 4).collect::<Vec<_>>(), ["a", "b␍c"]);
        assert_eq!(lines("a\n\nb", 4).collect::<Vec<_>>(), ["a", "", "b"]);
    }
}

//! Making text safe to show, and how many terminal cells it takes.
//!
//! Source, messages, labels and paths come from outside. A terminal obeys some characters instead
//! of showing them: C0 and C1 controls move the cursor or start escape sequences (ECMA-48), the
//! twelve bidirectional controls reorder what the reader sees (Unicode UAX #9; CVE-2021-42574),
//! and U+2028 and U+2029 end a line for some. None of them is ever passed on. Each has a visible
//! stand-in:
//!
//! | character | stand-in | example |
//! |---|---|---|
//! | tab | spaces up to the next tab stop | |
//! | other C0, DEL | its renderer, one cell (Unicode block *Control Pictures*) | ESC is `␛` |
//! | C1, bidi controls, U+2028, U+2029 | its number in angle brackets | `<U+202E>` |

mod boundary;
mod short;
mod wrap;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

pub use boundary::{ceil_char_boundary, floor_char_boundary};
pub(crate) use short::{Digits, Short, digit_count, digits};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr as _};
pub use wrap::{Block, block, further_line};

/// Whether a terminal would obey `c` instead of showing it.
///
/// True for C0 (line feed and tab too), DEL, C1, the twelve bidi controls, U+2028 and U+2029.
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

/// Whether `text` is printable ASCII alone, so that bytes, characters and cells are the same.
pub(crate) fn is_plain(text: &str) -> bool {
    all_bytes(text, |byte| matches!(byte, b' '..=b'~'))
}

/// Whether JSON has `text` as it is between its quotes: it is plain, without what JSON escapes.
pub(crate) fn is_plain_in_json(text: &str) -> bool {
    all_bytes(text, |byte| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\'))
}

/// Whether every byte of `text` is as asked, many looked at at once.
fn all_bytes(text: &str, is_so: impl Fn(u8) -> bool + Copy) -> bool {
    match text.len() {
        ..64 => all_in_blocks::<8>(text.as_bytes(), is_so),
        64.. => all_in_blocks::<32>(text.as_bytes(), is_so),
    }
}

/// Looks at blocks of `N` bytes; within one there is no early exit, so that it is looked at at once.
#[inline]
fn all_in_blocks<const N: usize>(bytes: &[u8], is_so: impl Fn(u8) -> bool + Copy) -> bool {
    let all = |block: &[u8]| block.iter().fold(true, |all, &byte| all & is_so(byte));
    // What is left of the last block is in one that overlaps the one before.
    let Some(last) = bytes.last_chunk::<N>() else { return bytes.iter().all(|&byte| is_so(byte)) };
    bytes.chunks_exact(N).all(all) && all(last)
}

/// How many bytes of `text` are as asked.
pub(crate) fn count_bytes(text: &str, is_so: impl Fn(u8) -> bool) -> usize {
    // At most 255 at once, so that a byte counts them and the loop takes many bytes at a time.
    let count = |bytes: &[u8]| bytes.iter().map(|&byte| u8::from(is_so(byte))).sum::<u8>();
    text.as_bytes().chunks(255).map(|bytes| usize::from(count(bytes))).sum()
}

/// Whether a terminal would show all of `text` and obey none of it.
pub(crate) fn is_safe(text: &str) -> bool {
    is_plain(text) || !text.contains(is_unsafe)
}

/// `text` on one line, with nothing in it that a terminal would obey.
///
/// For what must not leave its line, such as a path: a line feed becomes the two characters `\n`,
/// a carriage return `\r`, a tab `\t`; every other unsafe character gets its stand-in.
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

/// Adds `c` to `out` as [`one_line`] shows it.
pub(crate) fn push_on_line(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => push(out, c),
    }
}

/// The lines of `text`, each safe to show, tabs as spaces up to the next stop of `tab_width` cells.
///
/// Lines end at `\n` or `\r\n`; one line end at the very end begins no further line.
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

/// Adds `c` to `out`, or its stand-in where `c` is unsafe. A tab is the caller's to expand.
fn push(out: &mut String, c: char) {
    match stand_in(c) {
        StandIn::Itself => out.push(c),
        StandIn::HumanRenderer(renderer) => out.push(renderer),
        // Writing to a string cannot fail.
        StandIn::Number(number) => _ = write!(out, "{number}"),
    }
}

/// A grapheme cluster: what a reader takes for one character, and no cut may tear
/// (Unicode UAX #29).
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'a> {
    /// Its text.
    pub text: &'a str,
    /// The first cell that it takes when shown, 0-based from the line's start.
    pub start: usize,
    /// The cell after the last one.
    pub end: usize,
}

impl Cluster<'_> {
    /// Whether it takes no cell: a combining mark with nothing to stand on, or the like.
    pub(crate) const fn is_mark(&self) -> bool {
        self.start == self.end
    }

    /// The number of cells that it takes.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.end - self.start
    }

    /// Adds it to `out`, safe to show; a tab as spaces.
    pub fn push_to(&self, out: &mut String) {
        if self.text == "\t" {
            out.extend(std::iter::repeat_n(' ', self.cells()));
        } else {
            self.text.chars().for_each(|c| push(out, c));
        }
    }
}

/// The grapheme clusters of `line` with the cells that each takes when shown.
///
/// An emoji joined of several by U+200D is as wide as one, as terminals draw it that know such.
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

/// The first cluster of a text that begins with a whole one, and what stands behind it.
fn first_cluster(text: &str) -> Option<(&str, &str)> {
    let len = match text.as_bytes() {
        // Only what is not ASCII joins what stands before it.
        [b' '..=b'~'] | [b' '..=b'~', ..=b'\x7f', ..] => 1,
        _ => text.graphemes(true).next()?.len(),
    };
    text.split_at_checked(len)
}

/// The cells that `text`, which is safe, takes on its line.
#[must_use]
pub fn width_of(text: &str) -> usize {
    if is_plain(text) { text.len() } else { cells(text, 1).last().map_or(0, |last| last.end) }
}

/// `noun` for `count` of them.
#[must_use]
pub fn plural(noun: &str, count: usize) -> Cow<'_, str> {
    if count == 1 { Cow::Borrowed(noun) } else { Cow::Owned(format!("{noun}s")) }
}

/// What is left out: `980 more labels`.
#[must_use]
pub fn more(noun: &str, count: usize) -> String {
    format!("{count} more {}", plural(noun, count))
}

/// Terminal cells of `c` or its stand-in; a tab counts as its renderer.
fn width(c: char) -> usize {
    match stand_in(c) {
        StandIn::Itself => c.width().unwrap_or(0),
        StandIn::HumanRenderer(_) => 1,
        StandIn::Number(number) => number.cells(),
    }
}

enum StandIn {
    Itself,
    HumanRenderer(char),
    Number(Number),
}

fn stand_in(c: char) -> StandIn {
    if !is_unsafe(c) {
        return StandIn::Itself;
    }
    let renderer = match c {
        '\u{7f}' => Some('\u{2421}'),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        _ => None,
    };
    renderer.map_or(StandIn::Number(Number(c)), StandIn::HumanRenderer)
}

/// A character by its number, `<U+202E>`.
struct Number(char);

impl Number {
    fn cells(&self) -> usize {
        // `<U+` and `>` around four digits: no unsafe character has more.
        8
    }
}

impl fmt::Display for Number {
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
    fn every_control_and_every_bidi_control_is_unsafe_and_nothing_else_is() {
        for c in char::MIN..=char::MAX {
            let expected = c.is_control() || BIDI.contains(&c) || "\u{2028}\u{2029}".contains(c);
            assert_eq!(is_unsafe(c), expected, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn every_stand_in_is_safe_and_as_wide_as_counted() {
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
    fn tabs_go_to_the_next_stop() {
        assert_eq!(ends("a\tb\t\t"), [1, 4, 5, 8, 12]);
        assert_eq!(lines("a\tb", 4).collect::<Vec<_>>(), ["a   b"]);
    }

    #[test]
    fn wide_characters_and_clusters_are_counted_in_cells() {
        assert_eq!(ends("漢e\u{301}x"), [2, 3, 4]);
        assert_eq!(ends("👩\u{200d}🔬x"), [2, 3], "joined of two, drawn as one");
        assert_eq!(ends("🇫🇷x"), [2, 3], "a flag");
        assert_eq!(ends("❤\u{fe0f}x"), [2, 3], "drawn as an emoji");
    }

    #[test]
    fn what_is_unsafe_is_a_cluster_of_its_own() {
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
    fn clusters_are_those_of_the_standard() {
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
    fn lines_end_at_line_feeds_and_a_lone_return_shows() {
        assert_eq!(lines("a\r\nb\rc\n", 4).collect::<Vec<_>>(), ["a", "b␍c"]);
        assert_eq!(lines("a\n\nb", 4).collect::<Vec<_>>(), ["a", "", "b"]);
    }
}

//! Finds the characters in which two texts differ that look the same.
//!
//! ```text
//! café (e, U+0301)    caf<U+0065><U+0301>        ❤️ (U+FE0F)    ❤<U+FE0F>
//! café (U+00E9)       caf<U+00E9>                ❤             ❤
//! ```
//!
//! Two texts look the same if they are canonically equivalent (Unicode UAX #15), apart from the invisible characters
//! that are shown unchanged because text needs them, and from the letters of several scripts that most fonts draw alike
//! (a few of the confusable characters of Unicode UTS #39).

use std::fmt::Write as _;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_width::UnicodeWidthChar as _;

use super::cluster::cells;
use super::{is_invisible, is_plain, is_unsafe};

/// A text, and what a reader sees of it.
#[derive(Debug)]
pub(crate) struct Appearance<'t> {
    text: &'t str,
    /// The visible characters in the normalization form C, each as one that looks like it.
    visible: String,
    /// The ends of the clusters, in bytes of `visible` and of `text`.
    ends: Vec<(usize, usize)>,
}

impl<'t> Appearance<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut visible = String::with_capacity(text.len());
        let mut ends: Vec<(usize, usize)> = Vec::new();
        let mut drawn = String::new();
        let mut end = 0;
        for cluster in cells(text, 1) {
            end += cluster.text.len();
            if is_plain(cluster.text) || cluster.text == "\t" {
                visible.push_str(cluster.text);
            } else {
                drawn.clear();
                cluster.push_to(&mut drawn);
                visible
                    .extend(drawn.chars().filter(|c| !is_invisible(*c)).nfc().map(representative));
            }
            match ends.last_mut().filter(|(last, _)| *last == visible.len()) {
                Some((_, last_end)) => *last_end = end,
                None => ends.push((visible.len(), end)),
            }
        }
        Self { text, visible, ends }
    }

    /// Returns the bytes in which the two texts differ, sorted, if they are not equal but look the same.
    pub(crate) fn hidden_differences(&self, other: &Self) -> Option<[Vec<Range<usize>>; 2]> {
        if self.text == other.text || self.visible != other.visible {
            return None;
        }
        let mut differences = [Vec::new(), Vec::new()];
        let mut starts = [0, 0];
        let mut others = other.ends.iter().peekable();
        for (visible, end) in &self.ends {
            while others.next_if(|(others, _)| others < visible).is_some() {}
            let Some((_, other_end)) = others.next_if(|(others, _)| others == visible) else {
                continue;
            };
            let groups = [(self.text, starts[0]..*end), (other.text, starts[1]..*other_end)];
            let [old, new] =
                groups.clone().map(|(text, group)| text.get(group).unwrap_or_default());
            let pairs = old.chars().zip(new.chars()).take_while(|(old, new)| old == new);
            let common: usize = pairs.map(|(c, _)| c.len_utf8()).sum();
            let [old, new] = [old, new].map(|text| text.get(common..).unwrap_or_default());
            // Behind a joiner the rest of an emoji is the same.
            let pairs =
                old.chars().rev().zip(new.chars().rev()).take_while(|(old, new)| old == new);
            let after: usize = pairs.map(|(c, _)| c.len_utf8()).sum();
            for (ranges, (_, Range { start, end })) in differences.iter_mut().zip(groups) {
                if start + common < end - after {
                    ranges.push(start + common..end - after);
                }
            }
            starts = [*end, *other_end];
        }
        Some(differences)
    }
}

/// Returns the ASCII character that fonts draw like `c`, else `c`. The micro sign is drawn like a Greek letter.
const fn representative(c: char) -> char {
    match c {
        'ǃ' => '!',
        '\u{2010}' | '\u{2011}' => '-',
        '․' => '.',
        '⁄' | '∕' => '/',
        '∶' | '꞉' => ':',
        '∣' => '|',
        'Α' | 'А' | 'Ꭺ' => 'A',
        'Β' | 'В' | 'Ᏼ' => 'B',
        'С' | 'Ꮯ' | 'Ⅽ' => 'C',
        'Ꭰ' | 'Ⅾ' => 'D',
        'Ε' | 'Е' | 'Ꭼ' => 'E',
        'Ԍ' => 'G',
        'Η' | 'Н' | 'Ꮋ' => 'H',
        'Ι' | 'І' | 'Ӏ' | 'Ⅰ' => 'I',
        'Ј' | 'Ꭻ' => 'J',
        'Κ' | 'К' | 'Ꮶ' => 'K',
        'Ꮮ' | 'Ⅼ' => 'L',
        'Μ' | 'М' | 'Ꮇ' | 'Ⅿ' => 'M',
        'Ν' => 'N',
        'Ο' | 'О' | 'Օ' => 'O',
        'Ρ' | 'Р' | 'Ꮲ' => 'P',
        'Ԛ' => 'Q',
        'Ѕ' | 'Ꮪ' | 'Տ' => 'S',
        'Τ' | 'Т' | 'Ꭲ' => 'T',
        'Ս' => 'U',
        'Ⅴ' => 'V',
        'Ԝ' | 'Ꮃ' => 'W',
        'Χ' | 'Х' | 'Ⅹ' => 'X',
        'Υ' | 'Ү' => 'Y',
        'Ζ' | 'Ꮓ' => 'Z',
        'а' => 'a',
        'с' | 'ⅽ' => 'c',
        'ԁ' | 'ⅾ' => 'd',
        'е' => 'e',
        'ɡ' => 'g',
        'һ' | 'հ' => 'h',
        'і' | 'ⅰ' => 'i',
        'ϳ' | 'ј' => 'j',
        'ӏ' | 'ⅼ' => 'l',
        'ⅿ' => 'm',
        'ո' => 'n',
        'ο' | 'о' | 'օ' => 'o',
        'р' => 'p',
        'ԛ' | 'զ' => 'q',
        'ѕ' => 's',
        'ս' => 'u',
        'ѵ' | 'ⅴ' => 'v',
        'ԝ' => 'w',
        'х' | 'ⅹ' => 'x',
        'у' => 'y',
        'µ' => 'μ',
        _ => c,
    }
}

/// Returns true if `text` is shown as itself, and a reader can tell it from other texts.
///
/// False if it has a character that is [unsafe](is_unsafe), [invisible](is_invisible) or a blank other than a space, if it
/// is not in the normalization form C, or if a mark has no letter before it. False also for letters from right to left,
/// because a terminal may reorder what is around them, and for letters that most fonts draw like ASCII, unless they are
/// in a word of their own script. A text for which it is false should be escaped where a mistake has consequences.
///
/// ```
/// use vitte_diag::text;
///
/// assert!(["a b", "caf\u{e9}", "файл", "日本"].into_iter().all(text::is_distinct));
/// assert!(!text::is_distinct("cafe\u{301}"), "looks like `caf\u{e9}`");
/// assert!(!text::is_distinct("p\u{430}ss"), "has a Cyrillic letter that looks like `a`");
/// ```
#[must_use]
pub fn is_distinct(text: &str) -> bool {
    is_plain(text)
        || (!text.contains(is_ambiguous)
            && text.chars().nfc().eq(text.chars())
            && has_plain_marks(text)
            && text.split(|c: char| !c.is_alphanumeric()).all(is_distinct_word))
}

/// Returns true for a character that is never shown as itself, or is drawn like ASCII punctuation.
fn is_ambiguous(c: char) -> bool {
    let is_blank =
        (c.is_whitespace() && c != ' ') || matches!(c, '\u{2800}' | '\u{16fe4}' | '\u{1d159}');
    let is_like_ascii = matches!(
        c,
        '‘' | '’'
            | '‛'
            | '“'
            | '”'
            | '‟'
            | '′'
            | '‵'
            | '″'
            | '´'
            | 'ʹ'
            | 'ʺ'
            | 'ʻ'
            | 'ʼ'
            | 'ʽ'
            | 'ˈ'
            | 'ˊ'
            | 'ˋ'
            | '＇'
    ) || (!c.is_ascii() && representative(c).is_ascii_punctuation());
    let is_right_to_left = matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    is_unsafe(c) || is_invisible(c) || is_blank || is_like_ascii || is_right_to_left
}

/// Returns true if each mark has a letter before it, and no mark hides another one.
fn has_plain_marks(text: &str) -> bool {
    /// The marks of one letter: a vowel and a tone in some scripts.
    const MAX_MARKS: usize = 2;
    let (mut marks, mut last) = (MAX_MARKS, '\0');
    text.chars().all(|c| {
        let is_mark = c.width() == Some(0);
        marks = match is_mark {
            true => marks + 1,
            false if c.is_alphanumeric() => 0,
            false => MAX_MARKS,
        };
        let is_plain = !is_mark || (marks <= MAX_MARKS && c != last);
        last = c;
        is_plain
    })
}

/// Returns true unless a word mixes ASCII with letters that are drawn like ASCII, or has no others.
fn is_distinct_word(word: &str) -> bool {
    let is_like_ascii = |c: char| representative(c) != c;
    let is_own = |c: char| !c.is_ascii() && !is_like_ascii(c);
    !word.contains(is_like_ascii)
        || (word.contains(is_own) && !word.contains(|c: char| c.is_ascii_alphabetic()))
}

/// Appends each character of `text` as its code point, such as `<U+0301>`.
pub(crate) fn push_spelled(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    text.chars().for_each(|c| _ = write!(out, "<U+{:04X}>", u32::from(c)));
}

/// Returns `text` with the characters in `ranges`, which are sorted, as their code points.
pub(crate) fn spelled(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len() + 8 * ranges.len());
    let mut copied = 0;
    for range in ranges {
        out.push_str(text.get(copied..range.start).unwrap_or_default());
        push_spelled(&mut out, text.get(range.clone()).unwrap_or_default());
        copied = range.end;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns both texts with their hidden differences spelled out.
    fn differences(old: &str, new: &str) -> Option<[String; 2]> {
        let [old_ranges, new_ranges] =
            Appearance::new(old).hidden_differences(&Appearance::new(new))?;
        Some([spelled(old, &old_ranges), spelled(new, &new_ranges)])
    }

    #[test]
    fn texts_with_equivalent_characters_look_alike() {
        for (old, new, expected) in [
            ("caf\u{e9}", "cafe\u{301}", ["caf<U+00E9>", "caf<U+0065><U+0301>"]),
            ("x\u{37e}", "x;", ["x<U+037E>", "x<U+003B>"]),
            ("\u{212b}", "\u{c5}", ["<U+212B>", "<U+00C5>"]),
            ("\u{1100}\u{1161}", "가", ["<U+1100><U+1161>", "<U+AC00>"]),
            ("a\u{301}\u{327}", "a\u{327}\u{301}", ["a<U+0301><U+0327>", "a<U+0327><U+0301>"]),
            ("\u{430}b", "ab", ["<U+0430>b", "<U+0061>b"]),
            ("\u{b5}s", "\u{3bc}s", ["<U+00B5>s", "<U+03BC>s"]),
            ("é = e\u{301}", "é = é", ["é = <U+0065><U+0301>", "é = <U+00E9>"]),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(differences(old, new), Some(expected), "{old:?} {new:?}");
        }
    }

    #[test]
    fn texts_with_other_invisible_characters_look_alike() {
        for (old, new, expected) in [
            ("❤\u{fe0f}!", "❤!", ["❤<U+FE0F>!", "❤!"]),
            ("❤\u{fe0f}", "❤\u{fe0e}", ["❤<U+FE0F>", "❤<U+FE0E>"]),
            ("葛\u{e0100}", "葛", ["葛<U+E0100>", "葛"]),
            ("👩\u{200d}🔬", "👩🔬", ["👩<U+200D>🔬", "👩🔬"]),
            (
                "a\u{200b}",
                "a<U+200B>",
                ["a<U+200B>", "a<U+003C><U+0055><U+002B><U+0032><U+0030><U+0030><U+0042><U+003E>"],
            ),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(differences(old, new), Some(expected), "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_distinct_text_looks_like_no_other() {
        for text in [
            "",
            "a b",
            "-x=1",
            "caf\u{e9}",
            "файл.vitte",
            "日本 語",
            "λ",
            "ẽ\u{323}",
            "สวัสดีน้ำ",
            "नमस्ते",
            "é漢",
            "α/β",
            "👩",
        ] {
            let composed: String = text.chars().nfc().collect();
            assert!(is_distinct(&composed), "{text:?}");
        }
        for text in [
            "cafe\u{301}",
            "\u{212b}",
            "\u{301}",
            "'\u{301}",
            "e\u{301}\u{301}",
            "x\u{302}\u{302}",
            "x\u{302}\u{323}\u{330}",
            "a\u{a0}b",
            "\u{3164}",
            "\u{115f}",
            "\u{2800}",
            "\u{ad}",
            "\u{200b}",
            "👩\u{200d}🔬",
            "a\nb",
            "\u{1b}",
            "p\u{430}ss",
            "\u{441}\u{43e}\u{440}",
            "--\u{441}\u{43e}\u{440}=x",
            "a\u{2010}b",
            "x’ --safe ’y",
            "a\u{2215}b",
            "\u{5d0}",
            "a \u{627}",
            "\u{b5}",
        ] {
            assert!(!is_distinct(text), "{text:?}");
        }
    }

    #[test]
    fn a_representative_is_ascii_but_for_the_micro_sign() {
        for c in char::MIN..=char::MAX {
            let like = representative(c);
            assert!(like == c || (like.is_ascii() && !c.is_ascii()) || c == 'µ', "{c:?}");
        }
    }

    #[test]
    fn other_texts_do_not_look_alike() {
        for (old, new) in [
            ("a", "a"),
            ("a", "b"),
            ("e", "é"),
            ("us\u{200b}er", "user"),
            ("a\tb", "a b"),
            ("", "a"),
        ] {
            assert_eq!(differences(old, new), None, "{old:?} {new:?}");
        }
    }
}

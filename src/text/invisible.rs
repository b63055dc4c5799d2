//! Characters that a terminal does not show, and where text needs them nevertheless.
//!
//! Sources: the files DerivedCoreProperties.txt and DerivedCombiningClass.txt of Unicode 17, the emoji sequences of
//! Unicode UTS #51, and the joining contexts of RFC 5892, appendix A (CONTEXTJ), and Unicode UAX #31, section 2.3.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

/// Returns true if terminals show nothing for `c`, or only change the character before it.
///
/// True for the characters with the Unicode property `Default_Ignorable_Code_Point`, such as the zero width space,
/// the soft hyphen, the Hangul fillers, variation selectors and tags; for the controls of interlinear annotations and
/// of Egyptian hieroglyphs; and for noncharacters. Some of them are also [unsafe](super::is_unsafe).
///
/// This module replaces such a character, except where text needs it: inside an emoji sequence, a joiner between
/// letters of Arabic or an Indic script, a variation selector behind a Chinese character.
///
/// ```
/// use vitte_diag::text;
///
/// assert!(text::is_invisible('\u{200b}') && !text::is_invisible(' '));
/// assert_eq!(text::one_line("us\u{200b}er"), "us<U+200B>er");
/// assert_eq!(text::one_line("👩\u{200d}🔬"), "👩\u{200d}🔬");
/// ```
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    ) || (c as u32) & 0xfffe == 0xfffe
}

/// Returns the length in bytes of the invisible characters at the start of `rest` that text needs behind `before`,
/// or `None` if it does not need the first one. `after` follows `rest` in its line.
///
/// `rest` starts with an invisible character, and is the rest of a grapheme cluster.
pub(super) fn needed(before: char, rest: &str, after: Option<char>) -> Option<usize> {
    let mut chars = rest.chars();
    let c = chars.next()?;
    let next = chars.next();
    let is_needed = match c {
        // The segmentation joins what is on both sides of a joiner only if it is an emoji or an Indic consonant.
        '\u{200d}' if next.and_then(|next| next.width()) > Some(0) => true,
        '\u{200c}' | '\u{200d}' => needs_joiner(before, next.or(after)),
        '\u{fe0e}' | '\u{fe0f}' => match before {
            '#' | '*' | '0'..='9' => next == Some(KEYCAP),
            _ => is_pictographic(before),
        },
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(before),
        // The free variation selectors of Mongolian.
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        '\u{e0030}'..='\u{e007a}' if before == BLACK_FLAG => return flag_tags(rest),
        _ => false,
    };
    is_needed.then_some(c.len_utf8())
}

/// The last character of keycaps such as `1️⃣`.
const KEYCAP: char = '\u{20e3}';
/// The first character of the flags of subdivisions, such as England.
const BLACK_FLAG: char = '🏴';

/// Returns the length in bytes of the tags of a flag: three to seven letters and digits, and the tag that ends them.
fn flag_tags(tags: &str) -> Option<usize> {
    let is_tag = |c: &char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    let count = tags.chars().take(8).take_while(is_tag).count();
    let is_flag = (3..=7).contains(&count) && tags.chars().nth(count) == Some('\u{e007f}');
    // Each tag has four bytes.
    is_flag.then_some(4 * (count + 1))
}

/// Returns true if `c` may be part of an emoji sequence (the property `Extended_Pictographic`).
fn is_pictographic(c: char) -> bool {
    // Only such characters are one cluster with an emoji behind a joiner (UAX #29, rule GB11).
    let mut joined = String::from(c);
    joined.push_str("\u{200d}👩");
    joined.graphemes(true).nth(1).is_none()
}

/// Returns true for the characters whose form a variation selector chooses, as in Japanese names.
const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Returns true if a joiner changes how the text around it is written: behind a virama, or between two letters of
/// a script that joins letters.
///
/// The same is true at the end of the text, and before the mark of an omission or a quotation mark, so that text is
/// still measured the same after it was cut or quoted.
fn needs_joiner(before: char, next: Option<char>) -> bool {
    let joins_next =
        next.is_none_or(|next| matches!(next, '.' | '…' | '"' | '`') || joins_letters(next));
    is_virama(before) || (joins_letters(before) && joins_next)
}

/// Returns true for the blocks of the scripts that join letters: Arabic, Syriac, `N’Ko`, Mongolian and their like, and
/// the scripts that descend from Brahmi.
const fn joins_letters(c: char) -> bool {
    matches!(
        c,
        '\u{610}'..='\u{61a}'
            | '\u{620}'..='\u{65f}'
            | '\u{66e}'..='\u{6d3}'
            | '\u{6d5}'..='\u{6dc}'
            | '\u{6df}'..='\u{6ef}'
            | '\u{6fa}'..='\u{6ff}'
            | '\u{710}'..='\u{77f}'
            | '\u{7ca}'..='\u{7f5}'
            | '\u{840}'..='\u{85b}'
            | '\u{860}'..='\u{887}'
            | '\u{889}'..='\u{963}'
            | '\u{971}'..='\u{9e3}'
            | '\u{9f0}'..='\u{a65}'
            | '\u{a70}'..='\u{ae3}'
            | '\u{af9}'..='\u{b63}'
            | '\u{b71}'..='\u{be5}'
            | '\u{c00}'..='\u{c65}'
            | '\u{c80}'..='\u{ce5}'
            | '\u{cf1}'..='\u{d65}'
            | '\u{d7a}'..='\u{de5}'
            | '\u{df2}'..='\u{df3}'
            | '\u{f40}'..='\u{fbc}'
            | '\u{1000}'..='\u{103f}'
            | '\u{1050}'..='\u{108f}'
            | '\u{1700}'..='\u{17d3}'
            | '\u{1820}'..='\u{18aa}'
            | '\u{1900}'..='\u{193b}'
            | '\u{1a00}'..='\u{1a7f}'
            | '\u{1b00}'..='\u{1b4c}'
            | '\u{1b80}'..='\u{1bf3}'
            | '\u{1c00}'..='\u{1c37}'
            | '\u{1cd0}'..='\u{1cff}'
            | '\u{a800}'..='\u{a82c}'
            | '\u{a840}'..='\u{a873}'
            | '\u{a880}'..='\u{a8c5}'
            | '\u{a8e0}'..='\u{a8ff}'
            | '\u{a930}'..='\u{a953}'
            | '\u{a980}'..='\u{a9c0}'
            | '\u{a9e0}'..='\u{aa4d}'
            | '\u{aae0}'..='\u{aaf6}'
            | '\u{abc0}'..='\u{abed}'
            | '\u{fb50}'..='\u{fbb1}'
            | '\u{fbd3}'..='\u{fd3d}'
            | '\u{fd50}'..='\u{fdc7}'
            | '\u{fe70}'..='\u{fefc}'
            | '\u{10a00}'..='\u{10a3f}'
            | '\u{10ac0}'..='\u{10ae6}'
            | '\u{10b80}'..='\u{10b91}'
            | '\u{10d00}'..='\u{10d27}'
            | '\u{10ec0}'..='\u{10f54}'
            | '\u{10f70}'..='\u{10fcb}'
            | '\u{11000}'..='\u{11fbf}'
            | '\u{16100}'..='\u{1612f}'
            | '\u{1e900}'..='\u{1e94b}'
    )
}

/// Returns true if `c` joins two consonants (the canonical combining class 9, called Virama).
const fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d3b}'..='\u{d3c}'
            | '\u{d4d}'
            | '\u{dca}'
            | '\u{e3a}'
            | '\u{eba}'
            | '\u{f84}'
            | '\u{1039}'..='\u{103a}'
            | '\u{1714}'..='\u{1715}'
            | '\u{1734}'
            | '\u{17d2}'
            | '\u{1a60}'
            | '\u{1b44}'
            | '\u{1baa}'..='\u{1bab}'
            | '\u{1bf2}'..='\u{1bf3}'
            | '\u{2d7f}'
            | '\u{a806}'
            | '\u{a82c}'
            | '\u{a8c4}'
            | '\u{a953}'
            | '\u{a9c0}'
            | '\u{aaf6}'
            | '\u{abed}'
            | '\u{10a3f}'
            | '\u{11046}'
            | '\u{11070}'
            | '\u{1107f}'
            | '\u{110b9}'
            | '\u{11133}'..='\u{11134}'
            | '\u{111c0}'
            | '\u{11235}'
            | '\u{112ea}'
            | '\u{1134d}'
            | '\u{113ce}'..='\u{113d0}'
            | '\u{11442}'
            | '\u{114c2}'
            | '\u{115bf}'
            | '\u{1163f}'
            | '\u{116b6}'
            | '\u{1172b}'
            | '\u{11839}'
            | '\u{1193d}'..='\u{1193e}'
            | '\u{119e0}'
            | '\u{11a34}'
            | '\u{11a47}'
            | '\u{11a99}'
            | '\u{11c3f}'
            | '\u{11d44}'..='\u{11d45}'
            | '\u{11d97}'
            | '\u{11f41}'..='\u{11f42}'
            | '\u{1612f}'
    )
}

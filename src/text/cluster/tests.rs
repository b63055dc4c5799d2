use super::*;
use crate::text::{lines, one_line, width_of};

fn ends(text: &str) -> Vec<usize> {
    cells(text, 4).map(|cluster| cluster.end).collect()
}

fn parts(text: &str) -> Vec<&str> {
    cells(text, 4).map(|cluster| cluster.text).collect()
}

fn shown(text: &str) -> String {
    let shown = lines(text, 4).next().unwrap_or_default().into_owned();
    let end = cells(text, 4).last().map_or(0, |last| last.end);
    assert_eq!(width_of(&shown), end, "{shown}");
    shown
}

#[test]
fn tabs_extend_to_the_next_stop() {
    assert_eq!(ends("a\tb\t\t"), [1, 4, 5, 8, 12]);
    assert_eq!(cells("\t\t", 0).last().unwrap().end, 2);
}

#[test]
fn wide_characters_and_clusters_are_counted_in_cells() {
    assert_eq!(ends("漢e\u{301}x"), [2, 3, 4]);
    assert_eq!(ends("🇫🇷x"), [2, 3], "a flag");
    assert_eq!(ends("한x"), [2, 3], "a syllable of three letters");
    assert_eq!(ends("क\u{94d}षx"), [2, 3], "a conjunct");
    assert_eq!(ends("\u{2d4f}\u{2d7f}\u{2d3e}x"), [1, 2, 3], "the joiner of Tifinagh has no cell");
}

#[test]
fn emoji_of_several_characters_are_as_wide_as_the_options_say() {
    let widths = |text: &str| {
        [EmojiWidth::Separate, EmojiWidth::Joined].map(|emoji| {
            let options = CellOptions::new(4).with_emoji(emoji);
            assert_eq!(cells(text, options).count(), 1, "{text:?}");
            options.width_of(text)
        })
    };
    assert_eq!(widths("👩"), [2, 2]);
    assert_eq!(widths("👩\u{200d}🔬"), [4, 2]);
    assert_eq!(widths("👨\u{200d}👩\u{200d}👧\u{200d}👦"), [8, 2]);
    assert_eq!(widths("👍🏽"), [4, 2]);
    assert_eq!(widths("👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏽"), [11, 2]);
    assert_eq!(widths("❤\u{fe0f}"), [1, 2]);
    assert_eq!(widths("1\u{fe0f}\u{20e3}"), [1, 2]);
    assert_eq!(widths("🇫🇷"), [2, 2]);
    assert_eq!(widths("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"), [2, 2]);
    assert_eq!(widths("क\u{94d}\u{200d}ष"), [2, 2], "not an emoji");
}

#[test]
fn every_character_is_shown_in_at_least_one_cell() {
    let ends = (1..0x11).map(|plane| plane << 16 | 0xffff);
    let assigned = (0..0x1_4000).chain(0x1_6000..0x2_0000).chain(0xe_0000..0xe_1000);
    for c in assigned.chain(ends).filter_map(char::from_u32) {
        for text in [c.to_string(), format!("a{c}"), format!("\t{c}"), format!("\r{c}")] {
            for cluster in cells(&text, 4) {
                assert!(cluster.cells() > 0, "{text:?}");
                let mut shown = String::new();
                cluster.push_to(&mut shown);
                assert!(!shown.contains(is_unsafe), "{text:?}");
                let cells: usize = shown.chars().map(char_cells).sum();
                assert_eq!(cells, cluster.cells(), "{text:?}");
            }
        }
        if is_unsafe(c) || is_invisible(c) {
            let escaped = one_line(c.encode_utf8(&mut [0; 4])).into_owned();
            let with_a = format!("a{c}a");
            assert_eq!(one_line(&with_a), format!("a{escaped}a"), "not behind a Latin letter");
            assert_eq!(parts(&with_a).len(), 3, "{with_a:?}");
            assert!(escaped.chars().all(|c| !is_invisible(c)), "{escaped:?}");
        }
    }
}

#[test]
fn invisible_characters_are_spelled_out() {
    assert_eq!(shown("let us\u{200b}er = 1"), "let us<U+200B>er = 1");
    assert_eq!(shown("a\u{feff}\u{ad}\u{2060}\u{180e}b"), "a<U+FEFF><U+00AD><U+2060><U+180E>b");
    assert_eq!(shown("\u{3164}\u{115f}\u{1161}\u{ffa0}"), "<U+3164><U+115F><U+1161><U+FFA0>");
    assert_eq!(shown("a\u{e0041}\u{e007f}b"), "a<U+E0041><U+E007F>b");
    assert_eq!(shown("\u{10ffff}\u{fffe}"), "<U+10FFFF><U+FFFE>");
    assert_eq!(
        shown("\u{e000}\u{e0b0}"),
        "\u{e000}\u{e0b0}",
        "private use is shown by fonts of icons"
    );
    // Marks do not attach to a replacement.
    assert_eq!(shown("e\u{34f}\u{301}\u{302}x"), "e<U+034F><U+0301><U+0302>x");
}

#[test]
fn marks_with_nothing_before_them_are_spelled_out() {
    assert_eq!(shown("\u{301}x"), "<U+0301>x");
    assert_eq!(shown("\t\u{301}x"), "    <U+0301>x");
    assert_eq!(shown("\r\u{301}x"), "␍<U+0301>x");
    assert_eq!(shown("\u{1b}\u{301}\u{302}x"), "␛<U+0301><U+0302>x");
    assert_eq!(shown("a\u{605}1"), "a<U+0605>1", "a mark before its character");
    assert_eq!(shown("a\u{1161}"), "a<U+1161>", "a vowel without a consonant");
    for unchanged in [" \u{301}", "e\u{301}\u{302}", "\u{903}x", "ท\u{e35}\u{e48}", "ส\u{fb1}"]
    {
        assert_eq!(shown(unchanged), unchanged);
    }
}

#[test]
fn joiners_and_selectors_stay_where_text_needs_them() {
    let needed = [
        "👩\u{200d}🔬",
        "❤\u{fe0f}\u{200d}🔥",
        "🏳\u{fe0f}\u{200d}🌈",
        "©\u{fe0f}",
        "⌚\u{fe0e}",
        "1\u{fe0f}\u{20e3}",
        "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}x",
        "می\u{200c}خواهم",
        "क\u{94d}\u{200d}ष",
        "क\u{94d}\u{200c}ष",
        "क\u{94d}\u{200d} x",
        "ന\u{d4d}\u{200d}",
        "র\u{200d}\u{9cd}য",
        "葛\u{e0100}",
        "\u{1820}\u{180b}",
        "م\u{200c}",
        "م\u{200c}...",
        "م\u{200d}…",
        "م\u{200d}\"",
        "`م\u{200d}`",
    ];
    for text in needed {
        assert_eq!(shown(text), text);
        // Text that was cut between two clusters is measured the same.
        let mut cut = String::new();
        for part in parts(text) {
            cut += part;
            for end in ["", "...", "…"] {
                shown(&format!("{cut}{end}"));
                assert_eq!(one_line(&format!("{cut}{end}")), format!("{cut}{end}"));
            }
        }
    }
}

#[test]
fn joiners_and_selectors_are_spelled_out_elsewhere() {
    assert_eq!(shown("us\u{200d}er\u{200c}s"), "us<U+200D>er<U+200C>s");
    assert_eq!(shown("\u{200d}x"), "<U+200D>x");
    assert_eq!(shown("نام\u{200c} = 1"), "نام<U+200C> = 1");
    assert_eq!(shown("نام\u{200c}x"), "نام<U+200C>x");
    assert_eq!(shown("👩\u{200d}x"), "👩<U+200D>x");
    assert_eq!(shown("👩\u{200d}\u{200d}🔬"), "👩<U+200D><U+200D>🔬");
    assert_eq!(shown("a\u{fe0f}1\u{fe0f}"), "a<U+FE0F>1<U+FE0F>");
    assert_eq!(shown("😀\u{fe0f}\u{fe0f}\u{e0101}"), "😀\u{fe0f}<U+FE0F><U+E0101>");
    assert_eq!(shown("葛\u{e0100}\u{e0101}"), "葛\u{e0100}<U+E0101>");
    assert_eq!(shown("🏴\u{e0067}\u{e0062}x"), "🏴<U+E0067><U+E0062>x", "the flag does not end");
    let hidden = format!("🏴{}\u{e007f}", "\u{e0061}".repeat(8));
    assert_eq!(parts(&hidden).len(), 10, "more tags than a flag has");
    assert_eq!(shown("😀\u{e0067}\u{e007f}"), "😀<U+E0067><U+E007F>");
}

#[test]
fn very_long_clusters_are_divided() {
    let marks = format!("a{}", "\u{301}".repeat(40));
    assert_eq!(shown(&marks), format!("a{}{}", "\u{301}".repeat(31), "<U+0301>".repeat(9)));
    let emoji = "👩\u{200d}".repeat(12) + "👩";
    assert_eq!(
        shown(&emoji),
        format!("{}👩<U+200D>👩\u{200d}👩\u{200d}👩", "👩\u{200d}".repeat(9))
    );
    assert_eq!(parts(&"\u{1112}".repeat(25)).len(), 3);
    let options = CellOptions::new(4).with_emoji(EmojiWidth::Joined);
    assert_eq!(options.width_of(&emoji), 2 + 8 + 2);
}

#[test]
fn clusters_agree_with_the_unicode_segmentation() {
    let pieces = [
        "a", " ", "\r", "\n", "\u{301}", "\u{200d}", "👩", "🔬", "🇫", "🇷", "한", "\u{11a8}", "क",
        "\u{94d}",
    ];
    let mut text = String::new();
    for n in 0..5000_usize {
        text.push_str(pieces[(n * n + n / 7) % pieces.len()]);
    }
    let mut clusters = parts(&text).into_iter();
    for grapheme in text.graphemes(true) {
        let mut found = clusters.next().unwrap().to_owned();
        // A grapheme cluster is only divided before and behind characters that are replaced.
        let mut is_divided = grapheme.starts_with(is_replaced);
        while found.len() < grapheme.len() {
            let part = clusters.next().unwrap();
            is_divided |= part.starts_with(is_replaced);
            assert!(is_divided, "{part:?} of {grapheme:?}");
            found += part;
        }
        assert_eq!(found, grapheme);
    }
    assert!(clusters.next().is_none());
}

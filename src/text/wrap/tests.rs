use super::LongUrls;
use crate::text::{CellOptions, EmojiWidth, width_of};

fn wrap(text: &str, tab_width: usize, width: usize) -> Vec<String> {
    super::wrap(text, tab_width, width).lines().map(str::to_owned).collect()
}

fn joined(text: &str, width: usize) -> String {
    wrap(text, 4, width).join("|")
}

fn broken(text: &str, width: usize) -> String {
    let wrapped = super::wrap_with(text, 4, width, LongUrls::Break);
    wrapped.lines().collect::<Vec<_>>().join("|")
}

#[test]
fn long_lines_are_broken_at_spaces_and_words_only_if_they_are_too_wide() {
    assert_eq!(joined("one two three", 20), "one two three");
    assert_eq!(joined("one two three", 8), "one two|three");
    assert_eq!(joined("one two three", 7), "one two|three");
    assert_eq!(joined("one two three", 5), "one|two|three");
    assert_eq!(joined("one  two", 4), "one|two");
    assert_eq!(joined("abcdefgh ij", 3), "abc|def|gh|ij");
    assert_eq!(joined("  indented words", 10), "  indented|words");
    assert_eq!(joined("  indented words", 9), "indented|words", "the indentation does not fit");
    assert_eq!(joined("one\ttwo", 5), "one|two");
    assert_eq!(joined("日本語の文", 4), "日本|語の|文");
    assert_eq!(joined("a\n\nb c", 1), "a||b|c");
    assert_eq!(
        joined("日本", 1),
        "日|本",
        "a character that is wider than the line is still shown"
    );
    assert_eq!(joined("ab", 0), "a|b");
}

#[test]
fn clusters_and_escapes_are_not_broken() {
    let text = "👩\u{200d}🔬👩\u{200d}🔬";
    assert_eq!(joined(text, 5), "👩\u{200d}🔬|👩\u{200d}🔬");
    let options = CellOptions::new(4).with_emoji(EmojiWidth::Joined);
    let wrapped = super::wrap(text, options, 3);
    assert_eq!(wrapped.lines().collect::<Vec<_>>(), ["👩\u{200d}🔬", "👩\u{200d}🔬"]);
    assert_eq!(super::wrap(text, options, 4).lines().count(), 1);
    assert_eq!(joined("ab\u{200b}cd", 9), "ab|<U+200B>c|d");
    assert_eq!(joined("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}e\u{301}|e\u{301}");
}

#[test]
fn words_with_a_scheme_are_not_broken_if_they_fit_on_a_line() {
    let text = "for more, visit <https://doc.rust-lang.org/error.html#E0004> or ask";
    let whole = "for more, visit|<https://doc.rust-lang.org/error.html#E0004>|or ask";
    assert_eq!(joined(text, 45), whole);
    assert_eq!(broken(text, 45), whole);
    assert_eq!(
        joined(text, 20),
        "for more, visit|<https://doc.rust-lang.org/error.html#E0004>|or ask"
    );
    let parts = "for more, visit|<https://doc.rust-|lang.org/|error.html#E0004> or|ask";
    assert_eq!(broken(text, 20), parts);
    assert_eq!(joined("  https://example.org", 19), "https://example.org");
    assert_eq!(broken("  https://example.org", 19), "https://example.org");
    assert_eq!(broken("https://e", 7), "https:/|/e", "nothing else fits");
    let long = format!("https://{}", "x".repeat(2041));
    assert!(wrap(&long, 4, 80).iter().all(|line| line.len() <= 80), "longer than any URL");
}

#[test]
fn long_words_are_broken_behind_punctuation() {
    let of_type = "expected `HashMap<String,Vec<core::option::Option<u8>>>`, found `()`";
    assert_eq!(
        joined(of_type, 30),
        "expected|`HashMap<String,Vec<core::|option::Option<u8>>>`, found|`()`"
    );
    assert_eq!(joined("core::option::Option", 12), "core::|option::|Option");
    assert_eq!(joined("core::option::Option", 13), "core::|option::|Option", "`::` is not broken");
    assert_eq!(joined("src/emit/layout/labels.rs", 12), "src/emit/|layout/|labels.rs");
    assert_eq!(joined("C:\\Users\\ana\\main.c", 10), "C:\\Users\\|ana\\main.c");
    assert_eq!(joined("fn(u8)->Result<u8>", 10), "fn(u8)->|Result<u8>");
    assert_eq!(joined("Vector<Option>", 12), "Vector<|Option>");
    assert_eq!(joined("a_long_name(b)", 12), "a_long_name(|b)");
    assert_eq!(joined("one,two`,three", 8), "one,|two`,|three");
    assert_eq!(
        joined("`aaaa,`", 6),
        "`aaaa,|`",
        "a quotation mark is only separated if nothing else fits"
    );
}

#[test]
fn no_line_is_wider_than_requested() {
    let text =
        "at https://example.org/a/b?c=d#e in\t`Map<日本::語,e\u{301}>`\u{200b}👩\u{200d}🔬 \u{301}";
    for width in 9..80 {
        let wrapped = super::wrap_with(text, 4, width, LongUrls::Break);
        for line in wrapped.lines() {
            assert!(width_of(line) <= width, "{width}: {line:?}");
        }
        let without_blanks = |text: &str| text.replace([' ', '\t'], "");
        let shown: String = wrapped.lines().map(without_blanks).collect();
        assert_eq!(shown, without_blanks(&super::super::one_line(&text.replace('\t', " "))));
    }
}

#[test]
fn workflow_commands_are_escaped_after_the_first_line() {
    let lines = wrap("::a\n::b\n \t::c\nd ::e", 4, 80);
    assert_eq!(lines, ["::a", "\\::b", "    \\::c", "d ::e"]);
    assert_eq!(wrap("one ::two", 4, 6), ["one", "\\::two"]);
    assert_eq!(wrap("one ::two", 4, 5), ["one", "\\::", "two"], "the backslash needs a cell");
}

#[test]
fn very_long_texts_are_cut_and_report_what_is_omitted() {
    let last = |text: &str, width| {
        let lines = wrap(text, 4, width);
        assert_eq!(lines.len(), 101);
        lines[100].clone()
    };
    assert_eq!(last(&"line\n".repeat(1000), 80), "... and 900 more lines");
    assert_eq!(last(&"line\n".repeat(101), 80), "... and 1 more line");
    assert_eq!(wrap(&"line\n".repeat(100), 4, 80).len(), 100);
    assert_eq!(last(&"one two\n".repeat(1000), 4), "... and 950 more lines", "two lines each");
    assert_eq!(last(&"x".repeat(1 << 20), 80), "... and the rest of this line");
    let text = format!("{}\nend\nend", "x".repeat(1 << 20));
    assert_eq!(last(&text, 80), "... and the rest of this line, and 2 more lines");
    let text = format!("{}one two\nend", "line\n".repeat(99));
    assert_eq!(last(&text, 4), "... and the rest of this line, and 1 more line");
}

#[test]
fn the_output_is_bounded_for_hostile_text() {
    for hostile in ["\u{200b}", "\u{301}", "a\u{301}", "👩\u{200d}", "क\u{94d}", "\u{1112}", "://"]
    {
        let text = hostile.repeat(1 << 18);
        let bytes: usize = wrap(&text, 4, 80).iter().map(String::len).sum();
        assert!(bytes < 100 * 80 * 64, "{hostile:?}: {bytes} bytes");
    }
    let marks = format!("a{}", "\u{301}".repeat(1 << 18));
    let lines = wrap(&marks, 4, 80);
    assert!(lines.iter().all(|line| line.len() < 200), "{}", lines[0]);
}

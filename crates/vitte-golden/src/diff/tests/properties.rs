//! Properties of every difference.

use proptest::prelude::*;

use crate::diff::{json, text};

/// A text of a few lines, whose parts often occur in other texts too.
fn a_text() -> impl Strategy<Value = String> {
    let parts = [
        "\n",
        "\r\n",
        "\n",
        "a",
        "b",
        "c d",
        " ",
        "\t",
        "\\t",
        "\u{feff}",
        "\u{1b}",
        "␛",
        "<U+200B>",
        "\u{200b}",
        "é",
        "e\u{301}",
        "\u{301}",
        "日本",
        "👩\u{200d}🔬",
        "\r",
        "}",
        "{\"a\":1}",
        "[]",
        "\u{430}",
        "\u{a0}",
        "\u{202e}",
        "\\u{e9}",
    ];
    let parts = prop::collection::vec(prop::sample::select(parts.to_vec()), 0..24);
    parts.prop_map(|parts| parts.concat())
}

/// A JSON document.
fn a_value() -> impl Strategy<Value = String> {
    let plain = [
        "null",
        "true",
        "0",
        "1",
        "1.0",
        "1e400",
        "-0",
        "\"\"",
        "\"a\"",
        "\"a b\"",
        "\"\\u0061\"",
        "\"x\\ny\"",
        "\"x\\nz\"",
        "\"\\u001b\"",
        "\"é\"",
        "\"e\u{301}\"",
    ];
    prop::sample::select(plain.to_vec()).prop_map(str::to_owned).prop_recursive(3, 12, 4, |inner| {
        let names = prop::sample::select(vec!["a", "b", "code", "message", "x y", "\u{301}"]);
        let fields = prop::collection::vec((names, inner.clone()), 0..4);
        let object = fields.prop_map(|fields| {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", fields.join(","))
        });
        let items = prop::collection::vec(inner, 0..4);
        prop_oneof![object, items.prop_map(|items| format!("[{}]", items.join(", ")))]
    })
}

fn json_lines() -> impl Strategy<Value = String> {
    prop::collection::vec(a_value(), 0..5).prop_map(|lines| lines.join("\n"))
}

/// Asserts what is true of each difference between these texts.
fn check(expected: &str, actual: &str, difference: &str) {
    assert_eq!(difference.is_empty(), expected == actual, "{expected:?} {actual:?}");
    let is_shown = |c: char| c == '\n' || !vitte_diag::text::is_unsafe(c);
    assert!(difference.chars().all(is_shown), "{expected:?} {actual:?}: {difference:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_is_empty_if_and_only_if_the_texts_are_equal(a in a_text(), b in a_text()) {
        for (expected, actual) in [(&a, &b), (&b, &a), (&a, &a)] {
            let difference = text(expected, actual);
            check(expected, actual, &difference);
            prop_assert_eq!(text(expected, actual), difference);
            let json_difference = json(expected, actual);
            check(expected, actual, json_difference.as_deref().unwrap_or(&text(expected, actual)));
        }
    }

    #[test]
    fn a_difference_of_json_is_empty_if_and_only_if_the_texts_are_equal(
        a in json_lines(),
        b in json_lines(),
    ) {
        for (expected, actual) in [(&a, &b), (&b, &a), (&a, &a)] {
            let difference = json(expected, actual);
            check(expected, actual, difference.as_deref().unwrap());
            prop_assert_eq!(json(expected, actual), difference);
        }
    }

    /// Whatever two different lines are, what is shown of them differs.
    #[test]
    fn different_lines_are_shown_differently(a in a_text(), b in a_text()) {
        let [a, b] = [a, b].map(|text| text.replace(['\n', '\r', '\u{feff}'], ""));
        prop_assume!(a != b);
        let difference = text(&format!("{a}\n"), &format!("{b}\n"));
        let shown = |sign: &str| -> Vec<&str> {
            difference.lines().filter_map(|row| row.split_once(sign)).map(|(_, text)| text).collect()
        };
        prop_assert_ne!(shown("| -"), shown("| +"), "{}", difference);
    }

    /// A removed and an added line are shown differently, wherever they are, unless they are equal.
    #[test]
    fn no_two_lines_that_differ_look_the_same(a in a_text(), b in a_text()) {
        let [a, b] = [a, b].map(|text| text.replace(['\r', '\u{feff}'], ""));
        let difference = text(&a, &b);
        let [removed, added] = [("| -", &a), ("| +", &b)].map(|(sign, text)| {
            let rows = difference.lines().filter_map(move |row| row.split_once(sign));
            let line = |number: &str| number.trim().parse::<usize>().unwrap() - 1;
            let raw = move |(gutter, shown)| (shown, text.lines().nth(line(gutter)).unwrap());
            rows.map(raw).collect::<Vec<(&str, &str)>>()
        });
        for (shown, raw) in &removed {
            let alike = added.iter().filter(|(other, _)| other == shown && !other.trim().is_empty());
            for (_, other) in alike {
                prop_assert_eq!(raw, other, "{}", difference);
            }
        }
    }
}

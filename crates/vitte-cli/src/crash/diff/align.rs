//! Compares two lists, and two maps.

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, ChangeTag, capture_diff_slices};

/// The lists that contain an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Both,
    A,
    B,
}

/// Longer lists are not aligned: for lists that have nothing in common the time is the product of their lengths.
const MAX_ALIGNED: usize = 1000;

/// Returns the entries of both lists in order, as many of them as possible in both (Myers).
pub(super) fn align<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(Side, &'a str)> {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (same, a) = a.split_at_checked(start).unwrap_or((a, &[]));
    let b = b.get(start..).unwrap_or_default();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, after) = a.split_at_checked(a.len() - end).unwrap_or((a, &[]));
    let b = b.get(..b.len() - end).unwrap_or_default();
    let both = |entries: &[&'a str]| -> Vec<_> {
        entries.iter().map(|entry| (Side::Both, *entry)).collect()
    };
    let mut all = both(same);
    all.extend(middle(a, b));
    all.extend(both(after));
    all
}

/// Aligns the entries between the common beginning and the common end.
fn middle<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(Side, &'a str)> {
    let only = |side, entries: &[&'a str]| -> Vec<_> {
        entries.iter().map(|entry| (side, *entry)).collect()
    };
    if a.len() > MAX_ALIGNED || b.len() > MAX_ALIGNED {
        return [only(Side::A, a), only(Side::B, b)].concat();
    }
    let ops = capture_diff_slices(Algorithm::Myers, a, b);
    let changes = ops.iter().flat_map(|op| op.iter_changes(a, b));
    let side = |tag| match tag {
        ChangeTag::Equal => Side::Both,
        ChangeTag::Delete => Side::A,
        ChangeTag::Insert => Side::B,
    };
    changes.map(|change| (side(change.tag()), change.value())).collect()
}

/// A name with a different value on each side; `None` if the side does not have it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(super) struct Difference {
    pub(super) name: String,
    pub(super) a: Option<String>,
    pub(super) b: Option<String>,
}

/// Returns the entries that differ between two maps.
pub(super) fn differences(
    a: &BTreeMap<String, String>,
    b: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let difference = |name: &String| {
        let (a, b) = (a.get(name).cloned(), b.get(name).cloned());
        (a != b).then(|| Difference { name: name.clone(), a, b })
    };
    names.into_iter().filter_map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(a: &str, b: &str) -> String {
        let a: Vec<&str> = a.split_terminator(' ').collect();
        let b: Vec<&str> = b.split_terminator(' ').collect();
        let mark = |side| match side {
            Side::Both => "",
            Side::A => "-",
            Side::B => "+",
        };
        let all = align(&a, &b).into_iter().map(|(side, text)| format!("{}{text}", mark(side)));
        all.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lists_are_aligned_with_few_changes() {
        assert_eq!(aligned("", ""), "");
        assert_eq!(aligned("a b c", "a b c"), "a b c");
        assert_eq!(aligned("a b c", "a x c"), "a -b +x c");
        assert_eq!(aligned("a b", "c a b"), "+c a b");
        assert_eq!(aligned("a b c", ""), "-a -b -c");
        assert_eq!(aligned("a a a", "a a"), "a a -a");
        assert_eq!(aligned("x a y b z", "a w b v"), "-x a -y +w b -z +v");
    }

    #[test]
    fn very_long_lists_are_not_aligned() {
        let texts: Vec<String> = (0..3000).map(|number| number.to_string()).collect();
        let a: Vec<&str> = texts.iter().map(String::as_str).collect();
        let b: Vec<&str> = a.iter().rev().copied().collect();
        assert_eq!(align(&a, &b).len(), 6000);
        assert!(align(&a, &a).iter().all(|(side, _)| *side == Side::Both));
    }
}

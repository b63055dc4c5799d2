//! Two lists, held against each other.

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, ChangeTag, capture_diff_slices};

/// What is on one side, or on both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Both,
    A,
    B,
}

/// The most entries of each list that are held against each other: of two that have nothing in common the time is
/// that of their product.
const MOST: usize = 1000;

/// The entries of both lists in their order, as few as can be on one side alone.
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

/// The same, of what neither begins nor ends alike.
fn middle<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(Side, &'a str)> {
    let only = |side, entries: &[&'a str]| -> Vec<_> {
        entries.iter().map(|entry| (side, *entry)).collect()
    };
    if a.len() > MOST || b.len() > MOST {
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

/// What has another value on each side, by its name.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(super) struct Other {
    pub(super) name: String,
    pub(super) a: Option<String>,
    pub(super) b: Option<String>,
}

/// What differs between two maps.
pub(super) fn others(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<Other> {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let other = |name: &String| {
        let (a, b) = (a.get(name).cloned(), b.get(name).cloned());
        (a != b).then(|| Other { name: name.clone(), a, b })
    };
    names.into_iter().filter_map(other).collect()
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
    fn very_long_lists_are_not_held_against_each_other() {
        let texts: Vec<String> = (0..3000).map(|number| number.to_string()).collect();
        let a: Vec<&str> = texts.iter().map(String::as_str).collect();
        let b: Vec<&str> = a.iter().rev().copied().collect();
        assert_eq!(align(&a, &b).len(), 6000);
        assert!(align(&a, &a).iter().all(|(side, _)| *side == Side::Both));
    }
}

//! The known codes and the levels of a policy. No method depends on the number of codes or levels by more than its
//! logarithm.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};

use super::Level;
use crate::model::{Code, Severity};

/// The codes for which a level can be set, and the default severity of each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KnownCodes {
    /// In the order in which they were passed.
    codes: Vec<(Code, Severity)>,
    /// The codes in alphabetical order, each with the number of codes before it whose severity can be lowered.
    sorted: Vec<(Code, usize)>,
    /// The number of codes whose severity can be lowered.
    lowerable: usize,
}

impl KnownCodes {
    pub(super) fn new(codes: impl IntoIterator<Item = (Code, Severity)>) -> Self {
        let codes: Vec<(Code, Severity)> = codes.into_iter().collect();
        let mut by_text = codes.clone();
        by_text.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
        let mut lowerable = 0;
        let counted = by_text.into_iter().map(|(code, severity)| {
            let before = lowerable;
            lowerable += usize::from(severity < Severity::Error);
            (code, before)
        });
        let sorted = counted.collect();
        Self { codes, sorted, lowerable }
    }

    /// Returns the codes in the order in which they were passed.
    pub(super) fn iter(&self) -> impl Iterator<Item = Code> {
        self.codes.iter().map(|&(code, _)| code)
    }

    /// Returns the code with this text.
    pub(super) fn find(&self, text: &str) -> Option<Code> {
        let range = self.range(|code| code.cmp(text).is_le(), text);
        self.sorted.get(range.start).filter(|_| !range.is_empty()).map(|&(code, _)| code)
    }

    /// Returns true if there is a code with this text, and whether all of them are errors.
    pub(super) fn equal_to(&self, text: &str) -> Option<bool> {
        self.are_errors(self.range(|code| code.cmp(text).is_le(), text))
    }

    /// Returns true if all codes with this prefix are errors, or `None` if there are none.
    pub(super) fn with_prefix(&self, prefix: &str) -> Option<bool> {
        self.are_errors(self.range(|code| code <= prefix || code.starts_with(prefix), prefix))
    }

    /// Returns the indices of the codes that are not before `first` and for which `is_before_end` holds.
    fn range(&self, is_before_end: impl Fn(&str) -> bool, first: &str) -> Range<usize> {
        let start = self.sorted.partition_point(|(code, _)| code.as_str() < first);
        start..self.sorted.partition_point(|(code, _)| is_before_end(code.as_str())).max(start)
    }

    fn are_errors(&self, range: Range<usize>) -> Option<bool> {
        let before = |at| self.sorted.get(at).map_or(self.lowerable, |&(_, before)| before);
        (!range.is_empty()).then(|| before(range.start) == before(range.end))
    }
}

/// The levels that were set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Levels {
    warnings: Option<Level>,
    prefixes: BTreeMap<Box<str>, Level>,
    codes: BTreeMap<Code, Level>,
}

/// The codes that a level applies to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Selector<'a> {
    /// Every warning.
    Warnings,
    /// Every code with this prefix.
    Prefix(&'a str),
    Code(Code),
}

impl Levels {
    /// Sets the level of a selector, instead of the one that it has.
    pub(super) fn set(&mut self, selector: Selector<'_>, level: Level) {
        match selector {
            Selector::Warnings => self.warnings = Some(level),
            Selector::Prefix(prefix) => _ = self.prefixes.insert(prefix.into(), level),
            Selector::Code(code) => _ = self.codes.insert(code, level),
        }
    }

    /// Returns the level of the most specific selector: the code, then its longest prefix, then all warnings.
    pub(super) fn of(&self, code: Option<Code>, severity: Severity) -> Option<Level> {
        let own = code.and_then(|code| {
            let own = self.codes.get(&code).copied();
            own.or_else(|| self.of_prefix(code.as_str()))
        });
        own.or_else(|| self.warnings.filter(|_| severity == Severity::Warning))
    }

    /// Returns the level of the longest prefix of `text`.
    fn of_prefix(&self, text: &str) -> Option<Level> {
        let mut end = text;
        loop {
            // The last prefix in alphabetical order that is not after `end`. Either it is a prefix of `end`, or all
            // prefixes of `end` are in what both have in common.
            let range = (Bound::Unbounded, Bound::Included(end));
            let (found, level) = self.prefixes.range::<str, _>(range).next_back()?;
            if end.starts_with(&**found) {
                return Some(*level);
            }
            let common = end.bytes().zip(found.bytes()).take_while(|(a, b)| a == b).count();
            end = end.get(..common).filter(|end| !end.is_empty())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Codes of few letters, many of which are prefixes of one another.
    fn texts(max: usize) -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[ab:]{1,5}", 0..max)
    }

    proptest! {
        #[test]
        fn the_longest_prefix_is_found(prefixes in texts(20), codes in texts(20), text in "[ab:]{1,7}") {
            let (mut levels, code) = (Levels::default(), Code::new(&text).unwrap());
            let all = [Level::Allow, Level::Warn, Level::Deny];
            let mut naive: Vec<(usize, Level)> = Vec::new();
            for (prefix, level) in prefixes.iter().zip(all.into_iter().cycle()) {
                levels.set(Selector::Prefix(prefix), level);
                if text.starts_with(prefix.as_str()) {
                    naive.retain(|(len, _)| *len != prefix.len());
                    naive.push((prefix.len(), level));
                }
            }
            for (selected, level) in codes.iter().zip(all.into_iter().cycle()) {
                levels.set(Selector::Code(Code::new(selected).unwrap()), level);
                if *selected == text {
                    naive.retain(|(len, _)| *len != usize::MAX);
                    naive.push((usize::MAX, level));
                }
            }
            let expected = naive.into_iter().max_by_key(|(len, _)| *len).map(|(_, level)| level);
            prop_assert_eq!(levels.of(Some(code), Severity::Warning), expected);
            prop_assert_eq!(levels.of(None, Severity::Warning), None);
            levels.set(Selector::Warnings, Level::Deny);
            let expected = expected.or(Some(Level::Deny));
            prop_assert_eq!(levels.of(Some(code), Severity::Warning), expected);
        }

        #[test]
        fn known_codes_are_found(codes in texts(20), text in "[ab:]{1,5}") {
            let severity = |text: &String| match text.len() % 2 {
                0 => Severity::Warning,
                _ => Severity::Error,
            };
            let pairs: Vec<_> =
                codes.iter().map(|text| (Code::new(text).unwrap(), severity(text))).collect();
            let known = KnownCodes::new(pairs.iter().copied());
            let naive = |is: &dyn Fn(&str) -> bool| {
                let mut found = pairs.iter().filter(|(code, _)| is(code.as_str())).peekable();
                found.peek().is_some().then(|| found.all(|(_, of)| *of == Severity::Error))
            };
            prop_assert_eq!(known.equal_to(&text), naive(&|code| code == text));
            prop_assert_eq!(known.with_prefix(&text), naive(&|code| code.starts_with(&text)));
            let found = codes.contains(&text).then(|| Code::new(&text).unwrap());
            prop_assert_eq!(known.find(&text), found);
        }
    }
}

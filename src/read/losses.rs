//! What a reader could not keep.

use std::collections::BTreeMap;
use std::fmt;

use crate::text;

/// Counts of the diagnostics of which something could not be kept, by what was lost.
///
/// ```text
/// 2 diagnostics lost the depth of an analysis step
/// 1 diagnostic lost tags other than `unnecessary` and `deprecated`
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Losses {
    kinds: BTreeMap<&'static str, u64>,
    diagnostics: u64,
}

impl Losses {
    /// Adds one diagnostic that lost each of `kinds`. A kind is a noun phrase such as "the depth of an analysis step".
    pub(super) fn add(&mut self, kinds: impl IntoIterator<Item = &'static str>) {
        let mut is_lossy = false;
        for kind in kinds {
            *self.kinds.entry(kind).or_default() += 1;
            is_lossy = true;
        }
        self.diagnostics += u64::from(is_lossy);
    }

    /// Adds the counts of another input.
    pub fn merge(&mut self, other: &Self) {
        for (kind, count) in other.kinds() {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.diagnostics += other.diagnostics;
    }

    /// Returns what was lost, and the number of diagnostics that lost it, in alphabetical order.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.kinds.iter().map(|(kind, count)| (*kind, *count))
    }

    /// Returns the number of diagnostics that lost something.
    #[must_use]
    pub const fn diagnostics(&self) -> u64 {
        self.diagnostics
    }

    /// Returns true if every diagnostic was kept completely.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// Writes one line for each kind, without a line feed after the last one.
impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, count)) in self.kinds().enumerate() {
            let diagnostics =
                text::plural("diagnostic", usize::try_from(count).unwrap_or(usize::MAX));
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{count} {diagnostics} lost {kind}")?;
        }
        Ok(())
    }
}

/// What one diagnostic lost: each kind once.
#[derive(Clone, Debug, Default)]
pub(super) struct Lost(Vec<&'static str>);

impl Lost {
    /// Adds a kind of loss.
    pub(super) fn add(&mut self, kind: &'static str) {
        if !self.0.contains(&kind) {
            self.0.push(kind);
        }
    }

    /// Adds a kind of loss if something was lost.
    pub(super) fn add_if(&mut self, is_lost: bool, kind: &'static str) {
        if is_lost {
            self.add(kind);
        }
    }
}

impl IntoIterator for Lost {
    type Item = &'static str;
    type IntoIter = std::vec::IntoIter<&'static str>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_several_inputs_are_added() {
        let (mut all, mut other) = (Losses::default(), Losses::default());
        all.add(["tags"]);
        other.add(["a step", "tags"]);
        all.merge(&other);
        assert_eq!(all.diagnostics(), 2);
        assert_eq!(all.to_string(), "1 diagnostic lost a step\n2 diagnostics lost tags");
    }
}

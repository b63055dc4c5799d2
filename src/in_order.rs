//! Values by key, in the order in which the keys came.

use std::collections::BTreeMap;

/// A map that gives its values in the order in which their keys were first asked for.
#[derive(Clone, Debug)]
pub(crate) struct InOrder<K, V>(BTreeMap<K, (usize, V)>);

impl<K, V> Default for InOrder<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, V> InOrder<K, V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `key`: a new one where there is none yet.
    pub(crate) fn entry(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        let next = self.0.len();
        let (_, value) = self.0.entry(key).or_insert_with(|| (next, new()));
        value
    }

    pub(crate) fn into_vec(self) -> Vec<(K, V)> {
        let mut entries: Vec<_> = self.0.into_iter().collect();
        entries.sort_unstable_by_key(|&(_, (index, _))| index);
        entries.into_iter().map(|(key, (_, value))| (key, value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_of_their_first_keys() {
        let mut sums = InOrder::default();
        assert!(sums.is_empty());
        for (key, value) in [("b", 1), ("a", 2), ("c", 4), ("a", 8)] {
            *sums.entry(key, || 100) += value;
        }
        assert!(!sums.is_empty());
        assert_eq!(sums.into_vec(), [("b", 101), ("a", 110), ("c", 104)]);
    }
}

//! A ring of records that one thread writes, and any thread or process can read at any time, without a lock.
//!
//! ```text
//! count: 6        records: │ 5 │ 6 │ 3 │ 4 │     the oldest one is overwritten next
//! ```
//!
//! Each record has a version: twice its 1-based number, and one less while it is written. A reader that finds the same even
//! version before and after it reads the words has a whole record (a sequence lock, as in H.-J. Boehm, "Can seqlocks get along
//! with programming language memory models?", MSPC 2012).

use std::array::from_fn;
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// A 64-bit number that threads share. A test replaces it by one that tries all interleavings.
pub(super) trait SharedWord {
    fn load(&self, ordering: Ordering) -> u64;
    fn store(&self, value: u64, ordering: Ordering);
    fn fence(ordering: Ordering);
}

impl SharedWord for AtomicU64 {
    #[inline]
    fn load(&self, ordering: Ordering) -> u64 {
        Self::load(self, ordering)
    }

    #[inline]
    fn store(&self, value: u64, ordering: Ordering) {
        Self::store(self, value, ordering);
    }

    #[inline]
    fn fence(ordering: Ordering) {
        fence(ordering);
    }
}

/// The last `RECORDS` records of `WORDS` words each. Zeros are an empty ring.
#[repr(C)]
pub(super) struct Ring<W, const RECORDS: usize, const WORDS: usize> {
    /// The number of records that were written so far.
    pub(super) count: W,
    pub(super) records: [Record<W, WORDS>; RECORDS],
}

#[repr(C)]
pub(super) struct Record<W, const WORDS: usize> {
    pub(super) version: W,
    pub(super) words: [W; WORDS],
}

/// Returns the version of the record with this 1-based number, after it was written.
pub(super) const fn version_of(number: u64) -> u64 {
    number * 2
}

/// Returns the position of the record with this 1-based number in a ring of `records`.
#[allow(clippy::cast_possible_truncation, reason = "it is smaller than a `usize`")]
pub(super) const fn position_of(number: u64, records: usize) -> usize {
    ((number - 1) % records as u64) as usize
}

/// Returns the numbers of the records that are in a ring of `records` after `count` were written, the oldest first.
pub(super) fn numbers(count: u64, records: usize) -> impl Iterator<Item = u64> {
    count.saturating_sub(records as u64) + 1..=count
}

impl<W: SharedWord, const RECORDS: usize, const WORDS: usize> Ring<W, RECORDS, WORDS> {
    /// Writes the record with this number, which is one more than that of the previous one, or 1. Only one thread may do that.
    #[inline]
    pub(super) fn push(&self, number: u64, words: impl Iterator<Item = u64>) {
        let Some(record) = self.records.get(position_of(number, RECORDS)) else { return };
        record.version.store(version_of(number) - 1, Ordering::Relaxed);
        // A reader that sees one of these words also sees that the version has changed.
        W::fence(Ordering::Release);
        record.words.iter().zip(words).for_each(|(to, word)| to.store(word, Ordering::Relaxed));
        record.version.store(version_of(number), Ordering::Release);
        self.count.store(number, Ordering::Release);
    }

    /// Returns the records, the oldest first, without those that are written meanwhile.
    pub(super) fn read(&self) -> Vec<[u64; WORDS]> {
        let count = self.count.load(Ordering::Acquire);
        numbers(count, RECORDS).filter_map(|number| self.read_one(number)).collect()
    }

    fn read_one(&self, number: u64) -> Option<[u64; WORDS]> {
        let record = self.records.get(position_of(number, RECORDS))?;
        let is_whole = |version| version == version_of(number);
        if !is_whole(record.version.load(Ordering::Acquire)) {
            return None;
        }
        let mut words = record.words.iter().map(|word| word.load(Ordering::Relaxed));
        let words = from_fn(|_| words.next().unwrap_or(0));
        W::fence(Ordering::Acquire);
        is_whole(record.version.load(Ordering::Relaxed)).then_some(words)
    }

    /// Removes all records. Only the thread that writes may do that.
    pub(super) fn clear(&self) {
        for record in &self.records {
            record.version.store(0, Ordering::Relaxed);
        }
        self.count.store(0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use loom::sync::atomic::{AtomicU64 as LoomU64, fence as loom_fence};

    use super::*;

    impl SharedWord for LoomU64 {
        fn load(&self, ordering: Ordering) -> u64 {
            Self::load(self, ordering)
        }

        fn store(&self, value: u64, ordering: Ordering) {
            Self::store(self, value, ordering);
        }

        fn fence(ordering: Ordering) {
            loom_fence(ordering);
        }
    }

    fn ring<W: SharedWord, const N: usize, const M: usize>(zero: fn() -> W) -> Ring<W, N, M> {
        let record = |_| Record { version: zero(), words: from_fn(|_| zero()) };
        Ring { count: zero(), records: from_fn(record) }
    }

    #[test]
    fn the_last_records_are_read_in_their_order() {
        let ring: Ring<AtomicU64, 4, 2> = ring(AtomicU64::default);
        assert_eq!(ring.read(), [[0; 2]; 0]);
        for number in 1..=6 {
            ring.push(number, [number, number * 10].into_iter());
        }
        assert_eq!(ring.read(), [[3, 30], [4, 40], [5, 50], [6, 60]]);
        ring.clear();
        assert_eq!(ring.read(), [[0; 2]; 0]);
        ring.push(1, [7, 70].into_iter());
        assert_eq!(ring.read(), [[7, 70]]);
    }

    /// In all interleavings that the memory model allows, a reader sees only whole records, in their order.
    #[test]
    fn records_are_never_torn() {
        loom::model(|| {
            let ring: Ring<LoomU64, 2, 2> = ring(|| LoomU64::new(0));
            let ring = loom::sync::Arc::new(ring);
            let written = loom::sync::Arc::clone(&ring);
            let writer = loom::thread::spawn(move || {
                for number in 1..=3 {
                    written.push(number, [number, number + 100].into_iter());
                }
            });
            let read = ring.read();
            assert!(read.iter().all(|[first, second]| *first > 0 && *second == first + 100));
            assert!(read.is_sorted());
            writer.join().unwrap();
            assert_eq!(ring.read(), [[2, 102], [3, 103]]);
        });
    }
}

//! The heap memory and the allocations of a diagnostic, including its share of the bag's tables.

use allocation_counter::measure;
use vitte_diag::{Diagnostic, DiagnosticBag, FileId, Span, codes};

/// The maximum heap memory of a diagnostic in a bag, in bytes, including its share of the bag's tables. The
/// tables grow in steps, so the share is largest just after a step.
const MAX_BYTES: i64 = 256;

/// A typical diagnostic: constant text, two labels and help.
fn typical(at: u32) -> Diagnostic {
    let file = FileId::new(0);
    Diagnostic::error(codes::E0100, Span::empty(file, at), "the name is defined twice")
        .with_label("defined again here")
        .with_secondary(Span::empty(file, 0), "first defined here")
        .with_help("rename one of the two")
}

/// Returns the bytes that are still allocated after `run`, and the number of its allocations.
fn cost(run: impl FnOnce()) -> (i64, u64) {
    let info = measure(run);
    (info.bytes_current, info.count_total)
}

#[test]
fn a_typical_diagnostic_takes_at_most_two_allocations() {
    let mut bag = DiagnosticBag::new();
    let mut counts = Vec::new();
    for at in 0..1000 {
        let (_, count) = cost(|| _ = bag.push(typical(at)));
        counts.push(count);
    }
    // Some pushes also grow the tables: take the median.
    counts.sort_unstable();
    let count = counts.get(500).copied();
    assert!(count.is_some_and(|count| (1..=2).contains(&count)), "{count:?}");
}

#[test]
fn a_typical_diagnostic_takes_at_most_256_bytes_in_a_bag_of_any_size() {
    let mut bag = DiagnosticBag::new();
    let mut bytes = 0;
    for (at, count) in (0..100_000).zip(1..) {
        let (added, _) = cost(|| _ = bag.push(typical(at)));
        bytes += added;
        // The first diagnostics also pay for the initial capacity.
        let is_bounded = count < 8 || bytes <= MAX_BYTES * count;
        assert!(is_bounded, "{bytes} bytes in a bag of {count}");
    }
    assert_eq!(bag.len(), 100_000);
}

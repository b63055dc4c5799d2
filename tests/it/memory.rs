//! What a diagnostic costs: allocations and bytes, the bag's tables included.

use allocation_counter::measure;
use vitte_diag::{Diagnostic, DiagnosticBag, FileId, Span, codes};

/// The most bytes of the heap that a diagnostic may take in a bag, its share of the bag's tables with
/// it. Their room grows in steps, so it is most just after a step.
const MAX_BYTES: i64 = 256;

/// The common diagnostic, as a compiler makes it: constant text, two labels and a help.
fn common(at: u32) -> Diagnostic {
    let file = FileId::new(0);
    Diagnostic::error(codes::E0100, Span::empty(file, at), "the name is defined twice")
        .with_label("defined again here")
        .with_secondary(Span::empty(file, 0), "first defined here")
        .with_help("rename one of the two")
}

/// The bytes that are kept of what `run` does, and how often it allocates.
fn cost(run: impl FnOnce()) -> (i64, u64) {
    let info = measure(run);
    (info.bytes_current, info.count_total)
}

#[test]
fn the_common_diagnostic_is_built_and_pushed_with_two_allocations_at_most() {
    let mut bag = DiagnosticBag::new();
    let mut counts = Vec::new();
    for at in 0..1000 {
        let (_, count) = cost(|| _ = bag.push(common(at)));
        counts.push(count);
    }
    // Now and then a push makes room for others: the one in the middle does not.
    counts.sort_unstable();
    let count = counts.get(500).copied();
    assert!(count.is_some_and(|count| (1..=2).contains(&count)), "{count:?}");
}

#[test]
fn the_common_diagnostic_takes_256_bytes_in_a_bag_of_any_size() {
    let mut bag = DiagnosticBag::new();
    let mut bytes = 0;
    for (at, count) in (0..100_000).zip(1..) {
        let (kept, _) = cost(|| _ = bag.push(common(at)));
        bytes += kept;
        // The first few pay for the room of those to come.
        let is_bounded = count < 8 || bytes <= MAX_BYTES * count;
        assert!(is_bounded, "{bytes} bytes in a bag of {count}");
    }
    assert_eq!(bag.len(), 100_000);
}

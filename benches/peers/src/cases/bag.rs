//! Case i: a million diagnostics are built and collected, sorted, and counted, but not drawn.
//!
//! Their messages are static, like most messages of a compiler; each has two labels and help. Only
//! vitte-diag has a collection, so there is no comparison. Each run has its own process. The memory is the
//! increase of `VmRSS` when all are collected, including spare capacity.

use std::hint::black_box;
use std::time::{Duration, Instant};

use vitte_diag::{Diagnostic, DiagnosticBag, FileId, Span, code};

use crate::child;
use crate::measure::{Scale, median};
use crate::table;

/// Runs the case and prints its table.
pub fn run(scale: Scale) {
    let count = scale.pick(1_000_000, 10_000);
    let runs: Vec<_> =
        (0..scale.pick(5, 1)).map(|_| child::run(&["collect", &count.to_string()])).collect();
    let middle = |index: usize| median(runs.iter().map(|run| run[index]).collect());
    let millis = |index| table::millis(Duration::from_nanos(middle(index)));
    let bytes = if runs.iter().all(|run| run.len() == 4) {
        let bytes = usize::try_from(middle(3) * 1024).unwrap();
        table::count(bytes / count)
    } else {
        "not measured".into()
    };
    let title = format!("**i.** {} diagnostics collected", table::count(count));
    let header = ["library", "ms to build and push", "ms to sort", "ms to count", "bytes each"];
    let row = vec!["vitte-diag".into(), millis(0), millis(1), millis(2), bytes];
    table::print(&title, &header, &[row]);
}

/// Runs in the child. Returns the nanoseconds to push, to sort and to count, and the memory in KiB if known.
pub fn child(arguments: &[String]) -> Vec<u64> {
    let [count] = arguments else { panic!("collect takes one argument") };
    let count = count.parse().unwrap();
    let before = child::resident();
    let (pushing, bag) = timed(|| collect(count));
    let after = child::resident();
    let (sorting, ordered) = timed(|| bag.ordered());
    let (counting, summary) = timed(|| bag.summary());
    assert_eq!(bag.len(), count as usize, "all are collected");
    assert_eq!(summary.errors, u64::from(count), "all are counted");
    let is_sorted =
        ordered.is_sorted_by_key(|entry| entry.diagnostic.primary().unwrap().span().lo());
    assert!(is_sorted && ordered.len() == bag.len(), "all are in order");
    let memory = after.zip(before).map(|(after, before)| after - before);
    [pushing, sorting, counting].into_iter().chain(memory).collect()
}

fn collect(count: u32) -> DiagnosticBag {
    let file = FileId::new(0);
    let mut bag = DiagnosticBag::new();
    for number in 0..count {
        // Unique offsets in pseudo-random order, because the factor is odd.
        let at = number.wrapping_mul(0x9e37_79b1) & 0x3fff_ffff;
        let span = Span::new(file, at, at + 7).unwrap();
        let other = Span::new(file, at + 9, at + 12).unwrap();
        bag.push(
            Diagnostic::error(code!("E0042"), span, "cannot add these values")
                .with_label("no sum for these")
                .with_secondary(other, "bound here")
                .with_help("convert one of them before it is added"),
        );
    }
    bag
}

fn timed<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let start = Instant::now();
    let result = black_box(work());
    (u64::try_from(start.elapsed().as_nanos()).unwrap(), result)
}

//! The cases, one per file: the work, the lanes, the check of the output, and the table.

pub mod bag;
pub mod common;
mod filled;
pub mod json;
pub mod large_file;
pub mod long_line;
pub mod many_labels;
pub mod mix;
pub mod overlapping;
mod rustc_json;
pub mod tall;

use crate::libraries::{ALL, Library, Settings, drawn_directly};
use crate::measure::{Lane, Measured, Scale, in_turns};
use crate::table;
use crate::work::Work;

/// Returns the lane of a library for `work`.
fn lane<'w>(library: &dyn Library, work: &'w Work, settings: Settings) -> Lane<'w> {
    Lane { name: library.name().into(), prepared: library.prepare(work, settings) }
}

/// Returns the lanes of all libraries without limits, and one of vitte-diag with its default limits.
fn uncut_and_default(work: &Work) -> Vec<Lane<'_>> {
    let uncut = Settings { uncut: true, ..Settings::default() };
    let mut lanes: Vec<_> = ALL.iter().map(|&library| lane(library, work, uncut)).collect();
    lanes.push(Lane { name: BY_DEFAULT.into(), ..lane(ALL[0], work, Settings::default()) });
    lanes
}

const BY_DEFAULT: &str = "vitte-diag, its default limits";

/// Prints the number of diagnostics that vitte-diag draws directly.
fn print_share(work: &Work) {
    let (direct, all) = (drawn_directly(work), work.diagnostics.len());
    println!("\nvitte-diag draws {} of {} directly.", table::count(direct), table::count(all));
}

/// Runs the lanes and prints a row for each: milliseconds, the ratio to the first one, and bytes, or that the library
/// panics.
fn run_and_print<'w>(
    title: &str,
    lanes: impl IntoIterator<Item = Lane<'w>>,
    scale: Scale,
    check: impl Fn(&str, &[u8]),
) {
    let measured = in_turns(lanes, scale.rounds(), check);
    let base = measured[0].seconds();
    let row = |one: &Measured| match one.time {
        Some(time) => {
            let ratio = table::ratio(time.as_secs_f64(), base);
            vec![one.name.clone(), table::millis(time), ratio, table::count(one.bytes)]
        }
        None => vec![one.name.clone(), "panics".into(), String::new(), String::new()],
    };
    let rows: Vec<_> = measured.iter().map(row).collect();
    table::print(title, &["library", "ms", "to vitte-diag", "bytes"], &rows);
}

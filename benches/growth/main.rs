//! How the cost of what is done with many diagnostics, files, labels, … grows with their number.
//!
//! `cargo bench --all-features --bench growth` measures each case at sizes that double, and prints a Markdown table with the
//! time at the largest size and the exponent between the last two sizes: 1 is linear, 2 quadratic. With
//! `-- WORD` only cases whose names contain the word are measured, with `-- --all` every format has a row of its own.
//! `-- --search SECONDS SEED` searches for other inputs with large exponents.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed benchmark panics")]
#![allow(clippy::print_stdout, reason = "the table is the output")]

mod api;
mod inputs;
mod search;

use std::time::Duration;

use cpu_time::ThreadTime;

use vitte_diag::{DiagnosticBag, Emitter, EmitterOptions, Format, SourceMap};

/// The number of runs at each size, the fastest of which counts.
const RUNS: usize = 5;
/// Runs longer than this are not repeated as often.
const LONG: Duration = Duration::from_millis(400);

/// Something that is measured at several sizes.
struct Case {
    name: &'static str,
    /// The largest size.
    size: usize,
    cost: Cost,
}

enum Cost {
    /// Prepares the input of a size, and returns what is measured.
    Call(fn(usize) -> Box<dyn FnOnce()>),
    /// Creates diagnostics, which are emitted in each of the formats.
    Emit(fn(usize) -> (SourceMap, DiagnosticBag), Formats),
}

#[derive(Clone, Copy)]
enum Formats {
    All,
    /// Human output without limits of labels.
    Unlimited,
    /// Human and JSON output whose columns are cells.
    Cells,
}

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // `cargo test --benches` only checks that every case runs.
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let has_all = arguments.iter().any(|argument| argument == "--all");
    let words: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--search") {
        let number = |at: usize| arguments.get(at).map_or(10, |number| number.parse().unwrap());
        return search::search(Duration::from_secs(number(at + 1)), number(at + 2));
    }
    println!("| what grows | size | time | exponent |\n|---|---:|---:|---:|");
    for case in inputs::cases().into_iter().chain(api::cases()) {
        if words.is_empty() || words.iter().any(|word| case.name.contains(word.as_str())) {
            case.print(is_test, has_all);
        }
    }
}

/// The name of a format, and the time for a size.
type Measured = (&'static str, Box<dyn Fn(usize) -> Duration>);

impl Case {
    fn print(&self, is_test: bool, has_all: bool) {
        let size = if is_test { self.size / 64 } else { self.size };
        let formats: Vec<Measured> = match self.cost {
            Cost::Call(prepare) => {
                vec![("", Box::new(move |size| fastest(|| timed(prepare(size)))))]
            }
            Cost::Emit(create, formats) => emitters(formats, create),
        };
        let mut rows: Vec<_> = formats
            .into_iter()
            .map(|(format, time)| {
                let (half, whole) = (time(size / 2), time(size));
                ((whole.as_secs_f64() / half.as_secs_f64()).log2(), whole, format)
            })
            .collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let shown = if has_all { rows.len() } else { 1 };
        for (exponent, time, format) in rows.iter().take(shown) {
            let worst = if rows.len() == 1 { String::new() } else { format!(" ({format})") };
            let millis = time.as_secs_f64() * 1e3;
            println!("| {}{worst} | {size} | {millis:.1} ms | {exponent:.2} |", self.name);
        }
    }
}

/// Returns a function for each format that returns the time to write diagnostics.
fn emitters(formats: Formats, create: fn(usize) -> (SourceMap, DiagnosticBag)) -> Vec<Measured> {
    use vitte_diag::{ColumnUnit, HumanEmitter, JsonEmitter};
    let unit = ColumnUnit::Cell { tab_width: 4 };
    let measured = |name: &'static str, emit: Emit| {
        let time = move |size| {
            fastest(|| {
                // New sources each time, because they keep what was computed for them.
                let (sources, bag) = create(size);
                let bytes = timed(|| assert!(!emit(&sources, &bag).is_empty()));
                drop((sources, bag));
                bytes
            })
        };
        (name, Box::new(time) as Box<dyn Fn(usize) -> Duration>)
    };
    match formats {
        Formats::All => Format::ALL
            .iter()
            .map(|format| {
                let emit = move |sources: &SourceMap, bag: &DiagnosticBag| {
                    let mut out = Vec::new();
                    let mut emitter = format.emitter(&mut out, &EmitterOptions::default());
                    emit_all(sources, bag, &mut emitter);
                    drop(emitter);
                    out
                };
                measured(format.name(), Box::new(emit))
            })
            .collect(),
        Formats::Unlimited => vec![measured(
            "human",
            Box::new(|sources, bag| {
                let mut human = HumanEmitter::new(Vec::new()).with_labelled_lines(u16::MAX);
                emit_all(sources, bag, &mut human);
                human.into_inner()
            }),
        )],
        Formats::Cells => vec![
            measured(
                "human",
                Box::new(move |sources, bag| {
                    let mut human = HumanEmitter::new(Vec::new()).with_column_unit(unit);
                    emit_all(sources, bag, &mut human);
                    human.into_inner()
                }),
            ),
            measured(
                "json",
                Box::new(move |sources, bag| {
                    let mut json = JsonEmitter::new(Vec::new()).with_column_unit(unit);
                    emit_all(sources, bag, &mut json);
                    json.into_inner()
                }),
            ),
        ],
    }
}

/// Writes diagnostics on this thread: the time of others is not measured.
fn emit_all(sources: &SourceMap, bag: &DiagnosticBag, emitter: &mut impl Emitter) {
    for entry in bag.ordered_in(sources) {
        emitter.emit(sources, entry.diagnostic).unwrap();
    }
    emitter.finish().unwrap();
}

/// Writes diagnostics.
type Emit = Box<dyn Fn(&SourceMap, &DiagnosticBag) -> Vec<u8>>;

/// Returns the time that this thread takes, without that of other processes.
fn timed(run: impl FnOnce()) -> Duration {
    let start = ThreadTime::now();
    run();
    start.elapsed()
}

/// Returns the shortest of several times.
fn fastest(mut time: impl FnMut() -> Duration) -> Duration {
    let mut best = time();
    for _ in 1..RUNS {
        if best > LONG {
            break;
        }
        best = best.min(time());
    }
    best
}

//! vitte-diag beside other libraries that draw diagnostics, on the same work.
//!
//! ```sh
//! cargo run --release --manifest-path benches/peers/Cargo.toml
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- --quick
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- a d
//! ```
//!
//! All libraries run in one process, one after the other and again ([`measure::in_turns`]), but in cases b
//! and i, where each run has a process of its own ([`child`]). They write into memory, and are used as their
//! documentation says ([`libraries`]). The tables show medians. What each wrote is checked outside the timed
//! part ([`check`]); a run ends at the first output that lacks something.

mod cases;
mod check;
mod child;
mod libraries;
mod measure;
mod table;
mod work;

use std::time::Instant;

use clap::{Parser, ValueEnum};

use crate::cases::{bag, common, json, large_file, long_line, many_labels, mix, overlapping, tall};
use crate::measure::Scale;

/// Measures vitte-diag beside other libraries and prints Markdown tables.
#[derive(Parser)]
struct Arguments {
    /// Small sizes and few rounds: does everything still work?
    #[arg(long)]
    quick: bool,
    /// The cases to run; all where none is given.
    cases: Vec<Case>,
    /// A task of a process of its own.
    #[arg(long, hide = true, require_equals = true)]
    child: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Case {
    /// Common errors in files of three sizes.
    A,
    /// One error at the end of ten million lines, load and memory.
    B,
    /// Many labels in one file.
    C,
    /// Many labels that overlap on one line.
    D,
    /// A label over very many lines.
    E,
    /// A label in a very long line.
    F,
    /// The layouts that rustc prints.
    G,
    /// JSON.
    H,
    /// Collecting, sorting, counting.
    I,
}

impl Case {
    fn run(self, scale: Scale) {
        let run = match self {
            Self::A => common::run,
            Self::B => large_file::run,
            Self::C => many_labels::run,
            Self::D => overlapping::run,
            Self::E => tall::run,
            Self::F => long_line::run,
            Self::G => mix::run,
            Self::H => json::run,
            Self::I => bag::run,
        };
        run(scale);
    }
}

fn main() {
    let arguments = Arguments::parse();
    if let [task, rest @ ..] = &*arguments.child {
        return print_numbers(&run_child(task, rest));
    }
    let start = Instant::now();
    let scale = Scale { quick: arguments.quick };
    let all = || Case::value_variants().to_vec();
    let cases = if arguments.cases.is_empty() { all() } else { arguments.cases };
    for case in cases {
        case.run(scale);
    }
    println!("\nThis took {:.0} s.", start.elapsed().as_secs_f64());
}

fn run_child(task: &str, arguments: &[String]) -> Vec<u64> {
    match task {
        "load" => large_file::child(arguments),
        "collect" => bag::child(arguments),
        _ => panic!("no task is named {task}"),
    }
}

fn print_numbers(numbers: &[u64]) {
    let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    println!("{}", numbers.join(" "));
}

//! Compares vitte-diag with other libraries that draw diagnostics.
//!
//! ```sh
//! cargo run --release --manifest-path benches/peers/Cargo.toml
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- --quick
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- a d
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- pictures
//! ```
//!
//! All libraries run in one process, in turns ([`measure::in_turns`]). In cases b and i each run has its own
//! process ([`child`]). The libraries write to memory, and are used as their documentation advises
//! ([`libraries`]). The tables show medians. The outputs are checked outside of the timed part ([`check`]);
//! the program stops at the first output that is incomplete.
//!
//! The command `pictures` measures nothing: it draws what the libraries write ([`pictures`]).

mod cases;
mod check;
mod child;
mod libraries;
mod measure;
mod pictures;
mod table;
mod work;

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};

use crate::cases::{bag, common, json, large_file, long_line, many_labels, mix, overlapping, tall};
use crate::measure::Scale;

/// Compares vitte-diag with other libraries and prints Markdown tables.
#[derive(Parser)]
struct Arguments {
    /// Use small sizes and few rounds, to check that everything works
    #[arg(long)]
    quick: bool,
    /// The cases to run. Default: all
    cases: Vec<Case>,
    /// The task of a child process
    #[arg(long, hide = true, require_equals = true)]
    child: Vec<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the pictures of `docs/pictures` and the table of `docs/comparison.md`
    Pictures(pictures::Flags),
}

#[derive(Clone, Copy, ValueEnum)]
enum Case {
    /// Typical errors in files of three sizes
    A,
    /// One error at the end of ten million lines: time with loading, and memory
    B,
    /// Many labels in one file
    C,
    /// Many labels that overlap on one line
    D,
    /// A multi-line label of many lines
    E,
    /// A label in a very long line
    F,
    /// The layouts of rustc's diagnostics
    G,
    /// JSON
    H,
    /// Collecting, sorting and counting
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

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::Pictures(flags)) = &arguments.command {
        return pictures::run(flags);
    }
    if let [task, rest @ ..] = &*arguments.child {
        print_numbers(&run_child(task, rest));
        return ExitCode::SUCCESS;
    }
    let start = Instant::now();
    let scale = Scale { quick: arguments.quick };
    let all = || Case::value_variants().to_vec();
    let cases = if arguments.cases.is_empty() { all() } else { arguments.cases };
    for case in cases {
        case.run(scale);
    }
    println!("\nThis took {:.0} s.", start.elapsed().as_secs_f64());
    ExitCode::SUCCESS
}

fn run_child(task: &str, arguments: &[String]) -> Vec<u64> {
    match task {
        "load" => large_file::child(arguments),
        "collect" => bag::child(arguments),
        _ => panic!("unknown task {task}"),
    }
}

fn print_numbers(numbers: &[u64]) {
    let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    println!("{}", numbers.join(" "));
}

//! Tests the crash handler in a process with wasmtime, which recovers from the faults of WebAssembly code by a signal
//! handler of its own.
//!
//! The program starts itself once for each cell of a table: a case, such as a trap and then a null write, and a setup,
//! which says whether the crash handler is installed before or after wasmtime's. In every setup a process must end as it
//! does without the crash handler. The program prints the table, and fails if a cell is wrong.

mod cell;
mod program;

use std::process::ExitCode;

use cell::{Cell, Setup};

/// The cases, with the number of reports, and the number if the handler is installed after wasmtime's and does not ask
/// it: then it reports the first fault that wasmtime recovers from.
const CASES: [(&str, usize, usize); 33] = [
    // Traps.
    ("load", 0, 1),
    ("unreachable", 0, 1),
    ("division", 0, 1),
    ("recursion", 0, 1),
    ("load,unreachable,division,recursion", 0, 1),
    ("thread:load", 0, 1),
    ("thread:recursion", 0, 1),
    ("fiber:load", 0, 1),
    ("storm:load", 0, 1),
    ("storm:unreachable", 0, 1),
    ("thread:storm:division", 0, 1),
    // Crashes of the program.
    ("null", 1, 1),
    ("abort", 1, 1),
    ("overflow", 1, 1),
    ("panic", 1, 1),
    ("thread:null", 1, 1),
    ("thread:overflow", 1, 1),
    // The same after traps.
    ("load,null", 1, 2),
    ("unreachable,abort", 1, 2),
    ("load,overflow", 1, 2),
    ("storm:load,null", 1, 2),
    ("thread:load,null", 1, 2),
    ("load,thread:null", 1, 2),
    // Crashes of functions that WebAssembly code calls.
    ("host:null", 1, 1),
    ("host:abort", 1, 1),
    ("host:overflow", 1, 1),
    ("host:panic", 1, 1),
    ("load,host:null", 1, 2),
    ("thread:host:null", 1, 1),
    ("fiber:host:null", 1, 1),
    ("fiber:host:panic", 1, 1),
    // A panic that the program catches.
    ("catch:host:panic,load", 1, 2),
    // std's handler ignores a signal that was sent, and sets the default action, so that wasmtime cannot recover.
    ("sent,load", 2, 2),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run", setup, case] => {
            program::run(Setup::ALL.into_iter().find(|known| known.name() == setup), case);
            ExitCode::SUCCESS
        }
        // The crash handler has started this program to report a crash.
        [flag, _] if flag.starts_with("--vitte-crash") => {
            _ = vitte_crash::CrashHandler::install();
            ExitCode::FAILURE
        }
        [] => check_all(),
        _ => {
            eprintln!("usage: vitte-crash-wasmtime [run SETUP CASE]");
            ExitCode::FAILURE
        }
    }
}

/// Checks all cells, and prints them as a table.
fn check_all() -> ExitCode {
    let mut failures = Vec::new();
    let names = Setup::ALL.map(Setup::name).join(" | ");
    println!("| case | without | {names} |");
    println!("|---|{}", "---|".repeat(Setup::ALL.len() + 1));
    for (case, reports, reports_unasked) in CASES {
        let bare = Cell::of(None, case);
        let mut row = format!("| {case} | {} |", bare.end);
        for setup in Setup::ALL {
            let cell = Cell::of(Some(setup), case);
            let expected = if setup == Setup::After { reports_unasked } else { reports };
            if let Err(reason) = cell.check(&bare, expected, case) {
                failures.push(format!("{case}, {}: {reason}\n{cell:#?}", setup.name()));
            }
            row += &format!(" {}, {} |", cell.end, cell.reports.len());
        }
        println!("{row}");
    }
    failures.iter().for_each(|failure| eprintln!("\n{failure}"));
    ExitCode::from(u8::from(!failures.is_empty()))
}

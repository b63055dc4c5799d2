//! Names and places of the calls of a panic.

use backtrace::{Backtrace, BacktraceSymbol};

use super::calls::{Calls, source_path};
use super::report::CrashFrame;

/// Resolves the addresses that a panic took, and leaves out the calls that the panic itself made.
pub(super) fn of_panic(mut backtrace: Backtrace) -> Calls {
    backtrace.resolve();
    let modules = super::modules::of_this_process();
    let mut frames = Vec::new();
    for frame in backtrace.frames() {
        let address = frame.ip() as u64;
        let (module, offset) = modules.find(address).unzip();
        let symbols = frame.symbols();
        let known = |index: usize, symbol: &BacktraceSymbol| {
            let file = symbol.filename().map(|file| source_path(&file.to_string_lossy()));
            CrashFrame {
                // `{:#}` leaves out the hash.
                function: symbol.name().map(|name| format!("{name:#}")),
                in_project: file.as_ref().is_some_and(|(_, is_own)| *is_own),
                file: file.map(|(file, _)| file),
                line: symbol.lineno().filter(|line| *line > 0),
                column: symbol.colno().filter(|column| *column > 0),
                inlined: index + 1 < symbols.len(),
                module: module.clone(),
                offset,
            }
        };
        frames.extend(symbols.iter().enumerate().map(|(index, symbol)| known(index, symbol)));
        // The outermost call of a thread returns to nowhere.
        if symbols.is_empty() && module.is_some() {
            frames.push(CrashFrame { module, offset, ..CrashFrame::default() });
        }
    }
    Calls { frames, left_out: None }.below("__rust_end_short_backtrace", is_panic)
}

/// Whether a function is one of those that a panic calls.
fn is_panic(function: &str) -> bool {
    const PREFIXES: [&str; 6] = [
        "core::panicking::",
        "std::panicking::",
        "std::panic::",
        "core::option::unwrap_failed",
        "core::option::expect_failed",
        "core::result::unwrap_failed",
    ];
    function.ends_with("rust_begin_unwind") || PREFIXES.iter().any(|one| function.starts_with(one))
}

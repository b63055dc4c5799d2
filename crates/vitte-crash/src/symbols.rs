//! What is at the addresses of calls: names, files, lines.

mod calls;
#[cfg(not(has_reporter))]
mod elsewhere;
#[cfg(has_reporter)]
mod linux;
#[cfg(has_reporter)]
pub(crate) mod modules;

pub(crate) use calls::Calls;
#[cfg(not(has_reporter))]
pub(crate) use elsewhere::of_panic;
#[cfg(has_reporter)]
pub(crate) use linux::{Addresses, Symbols, lowest_address, of_panic};

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

/// The calls of a panic, without those that the panic itself makes.
fn below_the_panic(calls: Calls) -> Calls {
    calls.below("__rust_end_short_backtrace", is_panic)
}

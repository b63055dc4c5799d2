//! The front end: text to tokens to items, and what is wrong with them.
//!
//! ```text
//! lexer ─▶ parser (tokens, blocks, fault) ─▶ names              mend: suggestions
//! E0001    E0010, E0011                     E0100, E0101, W0100
//! …E0003
//! ```

mod blocks;
mod fault;
mod lexer;
mod fixes;
mod names;
mod parser;
pub mod slots;
mod tokens;

use vitte_diag::{DiagnosticBag, Policy, SourceFile};

use crate::capture;

/// Every check of one file; what is wrong enters the bag through `policy`.
#[must_use]
pub fn check(file: &SourceFile, policy: &Policy) -> DiagnosticBag {
    check_watched(file, policy, &|_| {})
}

/// As [`check`]; `at_item` is called with the 0-based line of each item, while it is looked at.
#[must_use]
pub fn check_watched(file: &SourceFile, policy: &Policy, at_item: &dyn Fn(u32)) -> DiagnosticBag {
    let _cx = capture::context("checking", None).with("file", file.path());
    let mut bag = DiagnosticBag::with_policy(policy.clone());
    let lexed = lexer::lex(file, &mut bag);
    let items = parser::parse(file, &lexed, &mut bag);
    names::check(file, &items, &lexed, at_item, &mut bag);
    bag
}

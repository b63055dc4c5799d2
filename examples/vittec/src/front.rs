//! The front end: from text to tokens to items, with the diagnostics of each phase.
//!
//! ```text
//! lexer ─▶ parser (tokens, blocks) ─▶ names                fixes: suggestions of E0011 and W0100
//! E0001    E0010, E0011               E0100, E0101, W0100
//! …E0003   syntax_error               name_error
//! lex_error
//! ```

mod blocks;
mod fixes;
mod highlight;
mod lex_error;
mod lexer;
mod name_error;
mod names;
mod parser;
pub mod slots;
mod syntax_error;
mod tokens;

pub use highlight::VitteHighlighter;
use vitte_diag::{DiagnosticBag, Policy, SourceFile};

use crate::capture;

/// Runs every check on one file and returns its diagnostics, with `policy` applied.
#[must_use]
pub fn check(file: &SourceFile, policy: &Policy) -> DiagnosticBag {
    let mut bag = DiagnosticBag::with_policy(policy.clone());
    check_into(file, &|_| {}, &mut bag);
    bag
}

/// Like [`check`], and calls `at_item` with the 0-based line of each item while the item is checked. If a check panics, the bag
/// has what was found before.
pub fn check_into(file: &SourceFile, at_item: &dyn Fn(u32), bag: &mut DiagnosticBag) {
    let _cx = capture::context("checking", None).with("file", file.path());
    let lexed = lexer::lex(file, bag);
    let items = parser::parse(file, &lexed, bag);
    names::check(file, &items, &lexed, at_item, bag);
}

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
mod mend;
mod names;
mod parser;
mod tokens;

use vitte_diag::{DiagnosticBag, Policy, SourceFile};

/// Every check of one file; what is wrong enters the bag through `policy`.
pub(crate) fn check(file: &SourceFile, policy: &Policy) -> DiagnosticBag {
    let mut bag = DiagnosticBag::with_policy(policy.clone());
    let lexed = lexer::lex(file, &mut bag);
    let items = parser::parse(file, &lexed, &mut bag);
    names::check(file, &items, &lexed, &mut bag);
    bag
}

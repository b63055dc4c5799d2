//! The front end: text to tokens to items, and what is wrong with them.
//!
//! ```text
//! lexer ─▶ parser (tokens, blocks, fault) ─▶ names
//! E0001    E0010, E0011                     E0100, E0101, W0100
//! …E0003
//! ```

mod blocks;
mod fault;
mod lexer;
mod names;
mod parser;
mod tokens;

use vitte_diag::{DiagnosticBag, SourceFile};

/// Every check of one file.
pub(crate) fn check(file: &SourceFile) -> DiagnosticBag {
    let mut bag = DiagnosticBag::new();
    let lexed = lexer::lex(file, &mut bag);
    let items = parser::parse(file, &lexed, &mut bag);
    names::check(&items, &lexed, &mut bag);
    bag
}

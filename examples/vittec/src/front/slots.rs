//! What a later step would do, with a defect on purpose: `--crash bug` runs it, and nothing else does.
//!
//! Each loop of a function gets a slot, and a `match` in the loop counts its arms there. The slots are those
//! of the function's name. So a function whose name is defined a second time, which the names' check lets
//! pass as an error, has the slots of the first one; where that one has fewer loops, there is none for a
//! `match` in a later loop. Few lines, far from each other, make it fail.

use std::collections::HashMap;

use vitte_diag::{DiagnosticBag, SourceFile, Span};

use super::lexer::{self, Token};
use crate::capture;

/// A function: its name, where it is, and what is in it.
struct Function<'s> {
    name: &'s str,
    span: Span,
    /// For each loop, whether a `match` stands in it.
    loops: Vec<bool>,
}

/// Gives each loop its slot.
pub fn check(file: &SourceFile) {
    let _cx = capture::context("counting arms", None).with("file", file.path());
    // What is wrong with the tokens was told before.
    let lexed = lexer::lex(file, &mut DiagnosticBag::new());
    let functions = functions(&lexed.tokens);
    let mut slots: HashMap<&str, Vec<u32>> = HashMap::new();
    for function in &functions {
        let _cx = capture::context("counting arms of", function.span).with("fn", function.name);
        let slots = slots.entry(function.name).or_insert_with(|| vec![0; function.loops.len()]);
        count_arms(slots, &function.loops);
    }
}

/// The defect: `slots` may be those of another function.
#[allow(clippy::indexing_slicing, reason = "that is what is wrong with it")]
fn count_arms(slots: &mut [u32], loops: &[bool]) {
    for (index, has_match) in loops.iter().enumerate() {
        if *has_match {
            slots[index] += 1;
        }
    }
}

/// The functions at the margin, each with its loops.
fn functions<'s>(tokens: &[Token<'s>]) -> Vec<Function<'s>> {
    let mut functions: Vec<Function<'s>> = Vec::new();
    // How deep the innermost loop is, while a line is in one.
    let mut of_loop = None;
    for (token, next) in tokens.iter().zip(tokens.iter().skip(1)) {
        if !token.first {
            continue;
        }
        if of_loop.is_some_and(|depth| token.indent <= depth) {
            of_loop = None;
        }
        let in_function = token.indent > 0;
        if token.is("fn") && !in_function {
            let span = token.span.cover(next.span).unwrap_or(token.span);
            functions.push(Function { name: next.text, span, loops: Vec::new() });
        } else if let Some(function) = functions.last_mut().filter(|_| in_function) {
            if token.is("for") {
                function.loops.push(false);
                of_loop = Some(token.indent);
            } else if token.is("match") && of_loop.is_some() {
                function.loops.last_mut().into_iter().for_each(|has_match| *has_match = true);
            }
        }
    }
    functions
}

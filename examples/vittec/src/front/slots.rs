//! A later compiler phase with a deliberate bug. Only `--crash bug` runs it.
//!
//! Each loop of a function gets a slot, in which a `match` in the loop is counted. The bug: slots are looked up by
//! the name of the function. A function with the name of an earlier one uses the slots of that function. If the
//! earlier function has fewer loops, a `match` in a later loop has no slot. So only a few lines of a source cause
//! the crash, and they are far apart, which makes it a good case for a reduction.

use std::collections::HashMap;

use vitte_diag::{DiagnosticBag, SourceFile, Span};

use super::lexer::{self, Token};
use crate::capture;

/// A function and its loops.
struct Function<'s> {
    name: &'s str,
    span: Span,
    /// For each loop, whether it contains a `match`.
    loops: Vec<bool>,
}

/// Assigns slots to loops. Panics if a function has fewer slots than loops.
pub fn check(file: &SourceFile) {
    let _cx = capture::context("counting arms", None).with("file", file.path());
    // The lexical errors were already reported.
    let lexed = lexer::lex(file, &mut DiagnosticBag::new());
    let functions = functions(&lexed.tokens);
    let mut slots: HashMap<&str, Vec<u32>> = HashMap::new();
    for function in &functions {
        let _cx = capture::context("counting arms of", function.span).with("fn", function.name);
        let slots = slots.entry(function.name).or_insert_with(|| vec![0; function.loops.len()]);
        count_arms(slots, &function.loops);
    }
}

/// Counts each `match` in the slot of its loop. The bug: `slots` may belong to another function.
#[allow(clippy::indexing_slicing, reason = "this is the deliberate bug")]
fn count_arms(slots: &mut [u32], loops: &[bool]) {
    for (index, has_match) in loops.iter().enumerate() {
        if *has_match {
            slots[index] += 1;
        }
    }
}

/// Returns the functions at the top level with their loops.
fn functions<'s>(tokens: &[Token<'s>]) -> Vec<Function<'s>> {
    let mut functions: Vec<Function<'s>> = Vec::new();
    // The indentation of the current loop, if the current line is in one.
    let mut loop_indent = None;
    for (token, next) in tokens.iter().zip(tokens.iter().skip(1)) {
        if !token.first_on_line {
            continue;
        }
        if loop_indent.is_some_and(|indent| token.indent <= indent) {
            loop_indent = None;
        }
        let in_function = token.indent > 0;
        if token.is("fn") && !in_function {
            let span = token.span.cover(next.span).unwrap_or(token.span);
            functions.push(Function { name: next.text, span, loops: Vec::new() });
        } else if let Some(function) = functions.last_mut().filter(|_| in_function) {
            if token.is("for") {
                function.loops.push(false);
                loop_indent = Some(token.indent);
            } else if token.is("match") && loop_indent.is_some() {
                function.loops.last_mut().into_iter().for_each(|has_match| *has_match = true);
            }
        }
    }
    functions
}

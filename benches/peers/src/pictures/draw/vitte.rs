//! vitte-diag: its reader of rustc's JSON, and its emitter for terminals. The terminal has 24-bit colours, and does not
//! tell its background, which is the most frequent case.

use std::fs;

use vitte_diag::read::InputFormat;
use vitte_diag::{DiagnosticStyle, Emitter as _, HumanEmitter, Terminal};

use super::WIDTH;
use crate::pictures::rustc::{Example, corpus};

/// Draws a diagnostic with vitte-diag.
pub fn vitte(example: &Example, style: DiagnosticStyle) -> String {
    let beside = corpus().join(&example.program);
    let dir = beside.parent().unwrap();
    let mut load = |path: &str| fs::read(dir.join(path)).ok();
    let read = InputFormat::Rustc.read(example.json.as_bytes(), &mut load).unwrap();
    let mut terminal = Terminal::PLAIN.with_width(WIDTH);
    terminal.color = true;
    terminal.true_color = true;
    let human = HumanEmitter::new(Vec::new()).with_terminal(terminal);
    let mut human = human.with_style(style);
    for diagnostic in &read.diagnostics {
        human.emit(&read.sources, diagnostic).unwrap();
    }
    String::from_utf8(human.into_inner()).unwrap()
}

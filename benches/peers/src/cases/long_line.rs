//! Case f: one label in the middle of a line of 1 MiB.
//!
//! A library that shortens the line writes little, another one writes the whole line: see the bytes.

use std::sync::Arc;

use super::{lane, run_and_print};
use crate::check;
use crate::libraries::{ALL, Settings};
use crate::measure::Scale;
use crate::table;
use crate::work::{Diagnostic, Label, Work};

/// Runs the case and prints its table.
pub fn run(scale: Scale) {
    let bytes = scale.pick(1 << 20, 1 << 12);
    let half = "item, ".repeat(bytes / 12);
    let needle = "needle";
    let text = format!("let list = [{half}{needle}, {half}]\n");
    let at = text.find(needle).unwrap();
    let diagnostic = Diagnostic {
        message: "a needle in a haystack".into(),
        labels: vec![Label { range: at..at + needle.len(), message: "it is here".into() }],
        help: Some("take it out".into()),
        notes: Vec::new(),
        first_line: 1,
    };
    let work = Work { text: Arc::new(text), diagnostics: vec![diagnostic] };
    let title = format!("**f.** A label in the middle of a line of {} bytes", table::count(bytes));
    let lanes = ALL.iter().map(|&library| lane(library, &work, Settings::default()));
    run_and_print(&title, lanes, scale, |name, output| {
        let output = check::plain(output);
        check::has_texts(name, &output, &work.diagnostics[0]);
        check::word_is_marked(name, &output, "item, needle, item", 6..12);
    });
}

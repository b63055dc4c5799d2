//! Case e: one multi-line label of 100,000 lines in a file of 1,000,000.
//!
//! A library that shows only both ends writes little, another one shows every line and writes megabytes: see the bytes.

use super::{lane, run_and_print};
use crate::check;
use crate::libraries::{ALL, Settings};
use crate::measure::Scale;
use crate::table;
use crate::work::{Diagnostic, Label, Program, Word, Work};

/// Runs the case and prints its table.
pub fn run(scale: Scale) {
    let (lines, tall) = scale.pick((1_000_000, 100_000), (1_000, 100));
    let program = Program::new(lines);
    let (first, last) = (lines / 2, lines / 2 + tall - 1);
    let range = program.word(first, Word::Call).start..program.word(last, Word::Number).end;
    let diagnostic = Diagnostic {
        message: "this block never ends".into(),
        labels: vec![Label { range, message: "it begins far above".into() }],
        help: Some("close it".into()),
        notes: Vec::new(),
        first_line: first + 1,
    };
    let work = Work { text: program.text, diagnostics: vec![diagnostic] };
    let title = format!(
        "**e.** A label of {} lines in a file of {}",
        table::count(tall),
        table::count(lines)
    );
    let lanes = ALL.iter().map(|&library| lane(library, &work, Settings::default()));
    run_and_print(&title, lanes, scale, |name, output| {
        let output = check::plain(output);
        check::has_texts(name, &output, &work.diagnostics[0]);
        for line in [first, last] {
            let shown = format!("value_{line} = compute");
            assert!(output.contains(&shown), "{name}: the line `{shown}` is missing");
        }
    });
}

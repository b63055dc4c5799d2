//! Case c: one diagnostic with 1,000 labels, one in every hundredth line of 100,000.
//!
//! All labels are drawn. By default, vitte-diag shows those on 20 lines and the number of the others, which is the
//! last row. A run with twice as many labels shows whether the time is linear in their number.

use super::uncut_and_default;
use crate::check;
use crate::measure::{Measured, Scale, in_turns};
use crate::table;
use crate::work::{Diagnostic, Program, Word, Work};

/// Runs the case and prints its table.
pub fn run(scale: Scale) {
    let count = scale.pick(1_000, 50);
    let program = Program::new(count * 100);
    let once = measure(&work(&program, count, 100), scale);
    let twice = measure(&work(&program, count * 2, 50), scale);
    let base = once[0].seconds();
    let rows = once.iter().zip(&twice).map(|(once, twice)| {
        let (time, double) = (once.seconds(), twice.seconds());
        vec![
            once.name.clone(),
            table::number(time * 1e3),
            table::ratio(time, base),
            table::number(double * 1e3),
            table::number(double / time),
            table::count(once.bytes),
        ]
    });
    let title = format!(
        "**c.** {} labels in a file of {} lines, and {} labels",
        table::count(count),
        table::count(program.lines()),
        table::count(count * 2),
    );
    let header = ["library", "ms", "to vitte-diag", "ms, twice", "growth", "bytes"];
    table::print(&title, &header, &rows.collect::<Vec<_>>());
}

fn work(program: &Program, count: usize, step: usize) -> Work {
    let label = |index| program.label(index * step, Word::Call, format!("call {index:05} of many"));
    let diagnostic = Diagnostic {
        message: "these calls are all of one function".into(),
        labels: (0..count).map(label).collect(),
        help: None,
        notes: Vec::new(),
        first_line: 1,
    };
    Work { text: program.text.clone(), diagnostics: vec![diagnostic] }
}

fn measure(work: &Work, scale: Scale) -> Vec<Measured> {
    in_turns(uncut_and_default(work), scale.rounds(), |name, output| {
        if name == super::BY_DEFAULT {
            assert!(
                check::plain(output).contains("call 00019"),
                "{name}: fewer than 20 labels are drawn"
            );
        } else {
            check::all_drawn(name, output, work);
        }
    })
}

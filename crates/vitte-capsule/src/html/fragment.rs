//! The crash as a terminal shows it.

use vitte_diag::{Emitter as _, HtmlEmitter, Tool, text};

use crate::capsule::Capsule;
use crate::report::CrashReport;

/// The crash as a terminal shows it, as markup.
pub(super) fn of(capsule: &Capsule) -> String {
    let report = bounded(&capsule.report);
    let tool = Tool::new(report.program.clone(), report.version.clone());
    let mut emitter = HtmlEmitter::new(Vec::new(), &tool);
    // Writing to memory cannot fail.
    _ = emitter.emit(&capsule.source_map(), &report.to_diagnostic());
    _ = emitter.finish();
    String::from_utf8_lossy(&emitter.into_inner()).into_owned()
}

/// Cuts a text that is longer than anybody reads, and says so.
fn cut(text: &mut String) {
    const MOST: usize = 2000;
    let more = text.len().saturating_sub(MOST);
    if more > 0 {
        text.truncate(text::floor_char_boundary(text, MOST));
        *text += &format!(" ... {}", text::more("byte", more));
    }
}

/// The report with as much as anybody reads.
fn bounded(report: &CrashReport) -> CrashReport {
    const MOST: usize = 50;
    let mut report = report.clone();
    let more = report.notes.len().saturating_sub(MOST);
    report.notes.truncate(MOST);
    if more > 0 {
        report.notes.push(format!("left out: {}", text::more("note", more)));
    }
    report.contexts.truncate(MOST);
    for entry in &mut report.contexts {
        entry.values.truncate(MOST);
        let values = entry.values.iter_mut().flat_map(|value| [&mut value.key, &mut value.value]);
        values.chain([&mut entry.name]).for_each(cut);
    }
    report.notes.iter_mut().chain([&mut report.message, &mut report.program]).for_each(cut);
    report
}

//! The diagnostic of the crash, rendered as HTML as it looks in a terminal.

use vitte_diag::{Backtrace, Emitter as _, HtmlEmitter, Tool, text};

use crate::capsule::Capsule;
use crate::report::CrashReport;

/// The width of a line in cells; on a narrow page a browser breaks it.
const WIDTH: u16 = 120;

/// Renders the diagnostic without its frames as an HTML fragment.
pub(super) fn render(capsule: &Capsule) -> String {
    let report = bounded(&capsule.report);
    let tool = Tool::new(report.program.clone(), report.version.clone());
    let mut emitter = HtmlEmitter::new(Vec::new(), &tool).with_width(WIDTH);
    let mut diagnostic = report.to_diagnostic();
    // The page has a section for the frames.
    diagnostic.set_backtrace(Backtrace::default());
    // Writing to memory cannot fail.
    _ = emitter.emit(&capsule.source_map(), &diagnostic);
    _ = emitter.finish();
    String::from_utf8_lossy(&emitter.into_inner()).into_owned()
}

/// Truncates a long string, and appends the number of omitted bytes.
fn truncate(text: &mut String) {
    const MAX_BYTES: usize = 2000;
    let omitted = text.len().saturating_sub(MAX_BYTES);
    if omitted > 0 {
        text.truncate(text::floor_char_boundary(text, MAX_BYTES));
        *text += &format!(" ... {}", text::more("byte", omitted));
    }
}

/// Returns the report with bounded strings and lists.
fn bounded(report: &CrashReport) -> CrashReport {
    const MAX_ITEMS: usize = 50;
    let mut report = report.clone();
    let omitted = report.notes.len().saturating_sub(MAX_ITEMS);
    report.notes.truncate(MAX_ITEMS);
    if omitted > 0 {
        report.notes.push(format!("omitted: {}", text::more("note", omitted)));
    }
    report.contexts.truncate(MAX_ITEMS);
    for entry in &mut report.contexts {
        entry.fields.truncate(MAX_ITEMS);
        let fields = entry.fields.iter_mut().flat_map(|field| [&mut field.key, &mut field.value]);
        fields.chain([&mut entry.name]).for_each(truncate);
    }
    report.notes.iter_mut().chain([&mut report.message, &mut report.program]).for_each(truncate);
    report
}

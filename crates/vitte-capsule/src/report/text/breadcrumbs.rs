//! Breadcrumbs, one line each.

use vitte_diag::text;

use super::super::{Breadcrumb, CrashReport};
use super::head;

/// The maximum width of aligned times and targets, in cells.
const MAX_TIME_WIDTH: usize = 12;
const MAX_TARGET_WIDTH: usize = 32;

impl CrashReport {
    /// Returns the newest breadcrumbs, at most `max`, one line each, the oldest first. The lines are safe for a terminal. The
    /// thread is shown if the breadcrumbs of the report are those of several threads.
    ///
    /// ```text
    ///  -1.877s  debug  worker  vittec::cache   entry removed (key: shapes)
    ///  -0.001s  warn   main    vittec::parser  unusual block
    /// ```
    #[must_use]
    pub fn breadcrumb_lines(&self, max: usize) -> Vec<String> {
        let first = self.breadcrumbs.len().saturating_sub(max);
        let shown = self.breadcrumbs.get(first..).unwrap_or_default();
        // A cell that is wider than `max` does not widen its column.
        let column = |cell: &dyn Fn(&Breadcrumb) -> String, max: usize| -> Vec<String> {
            let cells: Vec<_> =
                shown.iter().map(|breadcrumb| head::line(&cell(breadcrumb))).collect();
            let width = cells.iter().map(|cell| text::width_of(cell).min(max)).max();
            let width = width.unwrap_or_default();
            let padded = |cell: String| {
                let blanks = width.saturating_sub(text::width_of(&cell));
                cell + &" ".repeat(blanks)
            };
            cells.into_iter().map(padded).collect()
        };
        let times = column(&|breadcrumb| self.breadcrumb_time(breadcrumb), MAX_TIME_WIDTH);
        let levels = column(&|breadcrumb| breadcrumb.level.to_string(), MAX_TIME_WIDTH);
        let has_threads = self.has_breadcrumbs_of_several_threads();
        let thread = |breadcrumb: &Breadcrumb| match has_threads {
            true => breadcrumb.thread.clone(),
            false => String::new(),
        };
        let threads = column(&thread, MAX_TARGET_WIDTH);
        let targets = column(&|breadcrumb| breadcrumb.target.clone(), MAX_TARGET_WIDTH);
        let mut lines = Vec::new();
        for (index, breadcrumb) in shown.iter().enumerate() {
            let cells = [&times, &levels, &threads, &targets].into_iter();
            let cells = cells.filter_map(|cells| cells.get(index)).filter(|cell| !cell.is_empty());
            let line: String = cells.map(|cell| format!("{cell}  ")).collect();
            let line = line + &head::line(&breadcrumb.to_string());
            lines.push(line.trim_end().to_owned());
        }
        lines
    }
}

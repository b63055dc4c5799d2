//! The trace: how the compiler came to the location of a diagnostic.
//!
//! ```text
//!    = trace:
//!        in this expansion of `sum!` at src/macros.rs:9:5
//!        in this expansion of `mean!` at src/macros.rs:14:3
//!        [... omitted 12 steps ...]
//!        in this expansion of `report!` at src/main.rs:3:7
//! ```
//!
//! Of a long trace the first and the last steps are shown: the innermost ones are nearest to the problem, and the
//! outermost ones are in the code of the user. An analysis begins with its cause and ends with the problem.

use std::borrow::Cow;

use super::{Margin, Pen, Style};
use crate::check::CheckedStep;
use crate::model::{TraceKind, TraceStep};
use crate::source::{ColumnUnit, Location, SourceFile};
use crate::text;

/// The number of steps at the start of a long trace that are shown.
const FIRST_STEPS: usize = 7;
/// The number of steps at the end of a long trace that are shown.
const LAST_STEPS: usize = 3;
/// By how many cells further lines of a step are indented.
const HANGING_INDENT: usize = 2;

/// The steps of a diagnostic, with their locations.
#[derive(Debug)]
pub(in crate::emit) struct Trace<'a> {
    first: Vec<Step<'a>>,
    omitted: usize,
    last: Vec<Step<'a>>,
}

#[derive(Debug)]
struct Step<'a> {
    message: &'a str,
    at: Option<Location<'a>>,
    /// The URL of the file, if its path is a link.
    link: Option<String>,
}

impl<'a> Trace<'a> {
    /// Selects the steps that are shown. Returns `None` if there are no steps. `link` returns the URL of a file, or `None` if its path is not a link.
    pub(in crate::emit) fn new(
        steps: &'a [CheckedStep<'a>],
        unit: ColumnUnit,
        link: impl Fn(&SourceFile) -> Option<String>,
    ) -> Option<Self> {
        if steps.is_empty() {
            return None;
        }
        let step = |checked: &'a CheckedStep<'a>| Step {
            message: step_message(checked.step),
            at: checked.at.map(|at| at.location(unit)),
            link: checked.at.and_then(|at| link(at.file)),
        };
        let omitted = match steps.len() {
            len if len > FIRST_STEPS + LAST_STEPS => len - FIRST_STEPS - LAST_STEPS,
            _ => 0,
        };
        Some(Self {
            first: steps.iter().take(FIRST_STEPS).map(step).collect(),
            omitted,
            last: steps.iter().skip(FIRST_STEPS + omitted).map(step).collect(),
        })
    }

    pub(super) fn draw(&self, margin: Margin, pen: &mut Pen) {
        margin.note("trace", "", pen);
        let column = margin.list_column();
        self.first.iter().for_each(|step| step.draw(column, pen));
        if self.omitted > 0 {
            let steps = text::plural("step", self.omitted);
            let omitted = format!("[... omitted {} {steps} ...]", self.omitted);
            draw_block(Style::Gutter, &omitted, column, pen);
        }
        self.last.iter().for_each(|step| step.draw(column, pen));
    }
}

/// Returns the message of a step, without blanks and empty lines at its end. If it has none, the message names its
/// kind.
pub(in crate::emit) fn step_message(step: &TraceStep) -> &str {
    let message = step.message().trim_end();
    match step.kind() {
        _ if !message.is_empty() => message,
        TraceKind::Include => "included",
        TraceKind::Macro => "in this expansion",
        TraceKind::Call => "called",
        TraceKind::Import => "imported",
        TraceKind::Analysis => "in this step",
    }
}

impl Step<'_> {
    fn draw(&self, column: usize, pen: &mut Pen) {
        let text = match self.at {
            Some(at) => Cow::Owned(format!("{} at {at}", self.message)),
            None => Cow::Borrowed(self.message),
        };
        match self.at.filter(|_| pen.fits(&text, column)) {
            // A link does not continue on the next line.
            Some(at) => {
                pen.blanks(column);
                pen.write(Style::Plain, self.message);
                pen.write(Style::Plain, " at ");
                pen.link(self.link.as_deref(), |pen| pen.write(Style::Plain, &at.to_string()));
                pen.end_line();
            }
            None => draw_block(Style::Plain, &text, column, pen),
        }
    }
}

/// Writes text that begins at the 0-based cell `column`.
fn draw_block(style: Style, text: &str, column: usize, pen: &mut Pen) {
    let hanging = column + HANGING_INDENT;
    pen.blanks(column);
    pen.block(style, text, hanging, |pen| pen.blanks(hanging));
    pen.end_line();
}

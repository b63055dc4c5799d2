//! The trace: how the compiler came to the location of a diagnostic.
//!
//! ```text
//! note: in this expansion of `sum!`
//!   --> src/macros.rs:9:5
//!    |
//!  9 |     total!($a)
//!    |     ^^^^^^^^^^
//!    = note: and 12 more steps
//! note: in this expansion of `report!`
//!   --> src/main.rs:3:7
//! ```
//!
//! Of a long trace the first and the last steps are shown: the innermost ones are nearest to the problem, and the
//! outermost ones are in the code of the user. An analysis begins with its cause and ends with the problem.

use super::section::Section;
use crate::check::{CheckedDiagnostic, CheckedStep};
use crate::emit::canvas::Canvas;
use crate::emit::excerpt::{DrawnLabel, ExcerptOptions, LocatedLabels};
use crate::emit::layout;
use crate::emit::margin::Margin;
use crate::emit::pen::Pen;
use crate::emit::step_message::step_message;
use crate::model::{ChildLevel, LabelStyle, TraceKind};
use crate::source::SourceFile;
use crate::text;

/// The number of steps at the start of a long trace that are shown.
const FIRST_STEPS: usize = 3;
/// The number of steps at the end of a long trace that are shown.
const LAST_STEPS: usize = 2;

/// The steps of a diagnostic, before they are drawn.
#[derive(Debug)]
pub(super) struct Trace<'a> {
    first: Vec<Section<'a>>,
    omitted: usize,
    last: Vec<Section<'a>>,
}

impl<'a> Trace<'a> {
    /// Selects the steps that are shown.
    pub(super) fn new(checked: &CheckedDiagnostic<'a>, options: ExcerptOptions) -> Self {
        if says_nothing(checked) {
            return Self { first: Vec::new(), omitted: 0, last: Vec::new() };
        }
        let steps = &checked.trace;
        let section = |checked: &CheckedStep<'a>| {
            let label =
                checked.at.map(|at| DrawnLabel { style: LabelStyle::Primary, message: None, at });
            let labels = label.map(|label| LocatedLabels::new([label], true, options));
            Section { level: ChildLevel::Note, message: step_message(checked.step), labels }
        };
        let omitted = match steps.len() {
            len if len > FIRST_STEPS + LAST_STEPS => len - FIRST_STEPS - LAST_STEPS,
            _ => 0,
        };
        Self {
            first: steps.iter().take(FIRST_STEPS).map(section).collect(),
            omitted,
            last: steps.iter().skip(FIRST_STEPS + omitted).map(section).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(super) fn number_width(&self) -> usize {
        self.first.iter().chain(&self.last).map(Section::number_width).max().unwrap_or(0)
    }

    /// Draws all steps. `link` returns the URL of a file, or `None` if its path is not a link.
    pub(super) fn draw(
        &self,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String> + Copy,
        margin: Margin,
        pen: &mut Pen<impl Canvas>,
    ) {
        let draw = |section: &Section<'_>, pen: &mut Pen<_>| {
            let remarks = section.draw(options, link, margin, pen);
            layout::draw_notes(remarks.into_iter().map(Into::into), margin, pen);
        };
        self.first.iter().for_each(|section| draw(section, pen));
        if self.omitted > 0 {
            margin.note("note", &format!("and {}", text::more("step", self.omitted)), pen);
        }
        self.last.iter().for_each(|section| draw(section, pen));
    }
}

/// Returns true if the trace is about macros alone, and each step is where the diagnostic is shown anyway or in a file
/// that is not here. Such steps lead through the library of a language, as those of Rust's `println!`.
fn says_nothing(checked: &CheckedDiagnostic<'_>) -> bool {
    let Some(primary) = checked.primary().filter(|primary| !primary.file.is_unavailable()) else {
        return false;
    };
    checked.trace.iter().all(|CheckedStep { step, at }| {
        let is_shown = at.is_some_and(|at| at.file.is_unavailable() || at.contains(primary.span));
        step.kind() == TraceKind::Macro && is_shown
    })
}

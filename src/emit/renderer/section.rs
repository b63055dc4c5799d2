//! A message below the diagnostic, with the excerpt of its labels.
//!
//! ```text
//! note: required by this bound in `spawn`          with labels
//!   --> src/main.rs:2:13
//!    |
//!  2 | fn spawn<F: Send>(f: F) {}
//!    |             ^^^^ required by this bound
//!    = help: write `move` before the closure       without labels
//! ```

use crate::emit::canvas::Canvas;
use crate::emit::excerpt::{Excerpt, ExcerptOptions, LocatedLabels};
use crate::emit::layout;
use crate::emit::margin::Margin;
use crate::emit::pen::Pen;
use crate::emit::style::Style;
use crate::model::ChildLevel;
use crate::source::SourceFile;

/// A message with its labels, before it is drawn.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) level: ChildLevel,
    pub(super) message: &'a str,
    /// The labels that can be shown, the primary one first. `None` if there are none.
    pub(super) labels: Option<LocatedLabels<'a>>,
}

impl Section<'_> {
    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(super) fn number_width(&self) -> usize {
        self.labels.as_ref().map_or(0, LocatedLabels::number_width)
    }

    /// Draws the message and the excerpt. Returns notes about what the excerpt cannot show.
    pub(super) fn draw(
        &self,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String>,
        margin: Margin,
        pen: &mut Pen<impl Canvas>,
    ) -> Vec<String> {
        let Some(labels) = &self.labels else {
            margin.child(self.level, self.message, pen);
            return Vec::new();
        };
        let mut remarks = Vec::new();
        pen.child(self.level, |pen| {
            let excerpt = Excerpt::new(labels, margin.number_width, options);
            pen.subheader(Style::Header, self.level.as_str(), self.message);
            layout::draw(&excerpt, false, link, margin, pen);
            remarks = excerpt.remarks;
        });
        remarks
    }
}

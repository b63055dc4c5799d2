//! The children of a diagnostic.
//!
//! ```text
//! note: required by this bound in `spawn`          a child with labels
//!   --> src/main.rs:2:13
//!    |
//!  2 | fn spawn<F: Send>(f: F) {}
//!    |             ^^^^ required by this bound
//!    = help: write `move` before the closure       a child without labels
//! help: move the value into the closure            a suggestion of the child
//!    |
//!  9 |     spawn(move job);
//!    |           ++++
//! ```

use std::borrow::Cow;

use super::rustc::RustcParts;
use super::section::Section;
use crate::check::{CheckedChild, CheckedDiagnostic, SpanIssue};
use crate::emit::canvas::Canvas;
use crate::emit::excerpt::{DrawnLabel, ExcerptOptions, LocatedLabels};
use crate::emit::layout;
use crate::emit::margin::Margin;
use crate::emit::patch::Patches;
use crate::emit::pen::Pen;
use crate::model::LabelStyle;
use crate::source::{SourceFile, SourceMap};
use crate::text;

/// The maximum number of children.
const MAX_CHILDREN: usize = 100;

/// The children of a diagnostic, before they are drawn.
#[derive(Debug)]
pub(super) struct Children<'a> {
    sections: Vec<ChildSection<'a>>,
    /// The number of children that are not shown.
    omitted: usize,
    /// The issues of the diagnostic before and after those of the children.
    other_issues: [&'a [SpanIssue]; 2],
}

/// A child, before it is drawn.
#[derive(Debug)]
struct ChildSection<'a> {
    section: Section<'a>,
    /// The issues of the labels and edits of the child.
    issues: &'a [SpanIssue],
    patches: Patches<'a>,
}

impl<'a> Children<'a> {
    pub(super) fn new(
        sources: &'a SourceMap,
        checked: &'a CheckedDiagnostic<'a>,
        rustc: &RustcParts<'a>,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String> + Copy,
    ) -> Self {
        let shown = checked.file().map(SourceFile::id);
        let issues = checked.issues.as_slice();
        if checked.children.is_empty() {
            // Most diagnostics have no children.
            let (sections, other_issues) = (Vec::new(), [issues, &[]]);
            return Self { sections, omitted: 0, other_issues };
        }
        let before = checked.children.first().map_or(0, |child| child.issues.start);
        let mut after = before;
        let section = |checked: &'a CheckedChild<'a>| {
            after = checked.issues.end;
            let own = issues.get(checked.issues.clone()).unwrap_or_default();
            let labels_of = |style| {
                let labels = checked.labels.iter().copied().map(DrawnLabel::from);
                labels.filter(move |label| label.style == style)
            };
            let labels = || labels_of(LabelStyle::Primary).chain(labels_of(LabelStyle::Secondary));
            let has_labels = !checked.labels.is_empty();
            let labels = has_labels.then(|| {
                let mut labels = labels().collect();
                rustc.add_to_child(&mut labels);
                LocatedLabels::new(labels, true, options)
            });
            let patches = Patches::new(sources, &checked.suggestions, shown, options, link);
            let (level, message) = (checked.child.level(), checked.child.message());
            ChildSection { section: Section { level, message, labels }, issues: own, patches }
        };
        let sections: Vec<_> = checked.children.iter().take(MAX_CHILDREN).map(section).collect();
        let omitted = checked.children.len() - sections.len();
        let other_issues =
            [issues.get(..before), issues.get(after..)].map(Option::unwrap_or_default);
        Self { sections, omitted, other_issues }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Returns true if the first child has no labels, and is drawn like a note.
    pub(super) fn begin_with_note(&self) -> bool {
        self.sections.first().is_some_and(|child| child.section.labels.is_none())
    }

    pub(super) const fn other_issues(&self) -> [&'a [SpanIssue]; 2] {
        self.other_issues
    }

    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(super) fn number_width(&self) -> usize {
        let width = |child: &ChildSection<'_>| {
            child.section.number_width().max(child.patches.number_width())
        };
        self.sections.iter().map(width).max().unwrap_or(0)
    }

    /// Draws all children. `link` returns the URL of a file, or `None` if its path is not a link.
    pub(super) fn draw(
        &self,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String> + Copy,
        margin: Margin,
        pen: &mut Pen<impl Canvas>,
    ) {
        for section in &self.sections {
            section.draw(options, link, margin, pen);
        }
        if self.omitted > 0 {
            margin.note("note", &format!("and {}", text::more("note", self.omitted)), pen);
        }
    }
}

impl ChildSection<'_> {
    fn draw(
        &self,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String>,
        margin: Margin,
        pen: &mut Pen<impl Canvas>,
    ) {
        let remarks = self.section.draw(options, link, margin, pen);
        let issues = self.issues.iter().map(|issue| Cow::Owned(issue.to_string()));
        layout::draw_notes(issues.chain(remarks.into_iter().map(Cow::Owned)), margin, pen);
        self.patches.draw(margin, pen);
    }
}

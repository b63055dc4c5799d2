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

use crate::check::{CheckedChild, CheckedDiagnostic, SpanIssue};
use crate::emit::excerpt::{Excerpt, ExcerptOptions, LocatedLabels};
use crate::emit::layout;
use crate::emit::margin::Margin;
use crate::emit::patch::Patches;
use crate::emit::pen::Pen;
use crate::emit::style::Style;
use crate::model::{Child, FileId, LabelStyle};
use crate::source::{SourceFile, SourceMap};
use crate::text;

/// The maximum number of children.
const MAX_CHILDREN: usize = 100;

/// The children of a diagnostic, before they are drawn.
#[derive(Debug)]
pub(super) struct Children<'a> {
    sections: Vec<Section<'a>>,
    /// The number of children that are not shown.
    omitted: usize,
    /// The file whose path is the last one above the suggestions of the diagnostic.
    last_shown: Option<FileId>,
    /// The issues of the diagnostic before and after those of the children.
    other_issues: [&'a [SpanIssue]; 2],
}

/// A child, before it is drawn.
#[derive(Debug)]
struct Section<'a> {
    child: &'a Child,
    /// The labels that can be shown, the primary one first. `None` if there are none.
    labels: Option<LocatedLabels<'a>>,
    /// The issues of the labels and edits of the child.
    issues: &'a [SpanIssue],
    patches: Patches<'a>,
}

impl<'a> Children<'a> {
    pub(super) fn new(
        sources: &'a SourceMap,
        checked: &'a CheckedDiagnostic<'a>,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String> + Copy,
    ) -> Self {
        let mut shown = checked.file().map(SourceFile::id);
        let issues = checked.issues.as_slice();
        if checked.children.is_empty() {
            // Most diagnostics have no children.
            let (sections, other_issues) = (Vec::new(), [issues, &[]]);
            return Self { sections, omitted: 0, last_shown: shown, other_issues };
        }
        let before = checked.children.first().map_or(0, |child| child.issues.start);
        let mut after = before;
        let section = |checked: &'a CheckedChild<'a>| {
            after = checked.issues.end;
            let own = issues.get(checked.issues.clone()).unwrap_or_default();
            let labels_of = |style| {
                let labels = checked.labels.iter().copied();
                labels.filter(move |label| label.label.style() == style)
            };
            let labels = || labels_of(LabelStyle::Primary).chain(labels_of(LabelStyle::Secondary));
            shown = labels().next().map(|label| label.file.id()).or(shown);
            let has_labels = !checked.labels.is_empty();
            let labels = has_labels.then(|| LocatedLabels::new(labels(), true, options));
            let patches = Patches::new(sources, &checked.suggestions, shown, options, link);
            Section { child: checked.child, labels, issues: own, patches }
        };
        let sections: Vec<_> = checked.children.iter().take(MAX_CHILDREN).map(section).collect();
        let omitted = checked.children.len() - sections.len();
        let other_issues =
            [issues.get(..before), issues.get(after..)].map(Option::unwrap_or_default);
        Self { sections, omitted, last_shown: shown, other_issues }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    pub(super) const fn last_shown(&self) -> Option<FileId> {
        self.last_shown
    }

    pub(super) const fn other_issues(&self) -> [&'a [SpanIssue]; 2] {
        self.other_issues
    }

    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(super) fn number_width(&self) -> usize {
        let width = |section: &Section<'_>| {
            let labels = section.labels.as_ref().map_or(0, LocatedLabels::number_width);
            labels.max(section.patches.number_width())
        };
        self.sections.iter().map(width).max().unwrap_or(0)
    }

    /// Draws all children. `link` returns the URL of a file, or `None` if its path is not a link.
    pub(super) fn draw(
        &self,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String> + Copy,
        margin: Margin,
        pen: &mut Pen,
    ) {
        for section in &self.sections {
            section.draw(options, link, margin, pen);
        }
        if self.omitted > 0 {
            margin.note("note", &format!("and {}", text::more("note", self.omitted)), pen);
        }
    }
}

impl Section<'_> {
    fn draw(
        &self,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String>,
        margin: Margin,
        pen: &mut Pen,
    ) {
        let (level, message) = (self.child.level(), self.child.message());
        let mut remarks = Vec::new();
        match &self.labels {
            None => margin.child(level, message, pen),
            Some(labels) => pen.child(level, |pen| {
                let excerpt = Excerpt::new(labels, margin.number_width, options);
                pen.header(Style::Header, &[level.as_str()], None, message);
                layout::draw(&excerpt, false, link, margin, pen);
                remarks = excerpt.remarks;
            }),
        }
        let issues = self.issues.iter().map(|issue| Cow::Owned(issue.to_string()));
        let remarks = remarks.into_iter().map(Cow::Owned);
        layout::draw_notes(issues.chain(remarks), margin, pen);
        self.patches.draw(margin, pen);
    }
}

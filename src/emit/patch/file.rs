//! The changes of a suggestion, file by file.

use super::change::changes;
use super::draw::PatchLayout;
use super::rows::{PatchRow, PatchRows};
use super::unseen::UnseenEdit;
use super::{MAX_LINES, PatchProgress};
use crate::emit::canvas::Canvas;
use crate::emit::excerpt::ExcerptOptions;
use crate::emit::pen::Pen;
use crate::model::{Edit, FileId};
use crate::source::{PartialLocation, SourceFile, SourceMap};
use crate::text;

/// The changes of one file, or one change of an unavailable file.
#[derive(Debug)]
pub(super) struct FilePatch<'a> {
    /// The location of the first change; `None` if the path of the file is already shown.
    location: Option<PartialLocation<'a>>,
    /// The URL of the file, if the location is a link.
    link: Option<String>,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    Rows(PatchRows<'a>),
    Words(UnseenEdit<'a>),
    /// The number of changed lines of this file and all that follow, which are too many.
    Omitted(usize),
}

/// Computes the changes of one alternative, by file. `shown` is the file whose path is already shown. Returns nothing
/// if nothing changes.
pub(super) fn file_patches<'a>(
    sources: &'a SourceMap,
    edits: &'a [Edit],
    shown: Option<FileId>,
    options: ExcerptOptions,
    link: impl Fn(&SourceFile) -> Option<String>,
) -> Vec<FilePatch<'a>> {
    let file_of = |edit: &Edit| sources.file(edit.span().file()).ok();
    // The changes of an unavailable file cannot be joined, because its lines are not known.
    let are_together = |a: &Edit, b: &Edit| {
        a.span().file() == b.span().file() && !file_of(a).is_some_and(SourceFile::is_unavailable)
    };
    let mut patches: Vec<FilePatch<'a>> = Vec::new();
    let mut shown = shown;
    let mut omitted = 0;
    for edits in edits.chunk_by(are_together) {
        let Some((first, file)) = edits.first().and_then(|edit| Some((edit, file_of(edit)?)))
        else {
            continue;
        };
        let content = if file.is_unavailable() {
            Content::Words(UnseenEdit::new(file, first, options))
        } else {
            Content::Rows(PatchRows::new(file, &changes(file, edits), options.width))
        };
        let count = content.changed_lines();
        if count == 0 {
            continue;
        }
        if patches.len() >= MAX_LINES {
            omitted += count;
            continue;
        }
        let is_shown = !file.is_unavailable() && shown == Some(file.id());
        shown = Some(file.id());
        let at = file.partial_location(first.span().lo(), options.column_unit);
        let location = (!is_shown).then_some(at);
        patches.push(FilePatch { location, link: link(file), content });
    }
    if omitted > 0 {
        patches.push(FilePatch { location: None, link: None, content: Content::Omitted(omitted) });
    }
    patches
}

impl FilePatch<'_> {
    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(super) fn number_width(&self) -> usize {
        match &self.content {
            Content::Rows(rows) => text::digit_count(rows.last_number()),
            // Text without line numbers is drawn below an arrow, which is indented as for one digit.
            Content::Words(_) => 1,
            Content::Omitted(_) => 0,
        }
    }

    /// Draws at most the lines that are left. Returns the number of changed lines that are not drawn.
    pub(super) fn draw(
        &self,
        layout: PatchLayout,
        progress: &mut PatchProgress,
        pen: &mut Pen<impl Canvas>,
    ) -> usize {
        if progress.lines_left == 0 {
            return self.content.changed_lines();
        }
        if let Some(location) = self.location {
            if progress.ends_in_marks {
                layout.margin.empty_line(pen);
            }
            let link = self.link.as_deref();
            if std::mem::take(&mut progress.needs_first_line) {
                layout.margin.arrow(location, link, pen);
            } else {
                layout.margin.change_arrow(location, link, pen);
            }
            progress.is_separated = false;
        }
        let omitted = match &self.content {
            Content::Rows(rows) => draw_rows(rows, layout, progress, pen),
            Content::Words(edit) => {
                layout.margin.empty_line(pen);
                let omitted = layout.unseen_edit(edit, &mut progress.lines_left, pen);
                layout.margin.empty_line(pen);
                omitted
            }
            Content::Omitted(count) => return *count,
        };
        progress.is_separated = true;
        progress.ends_in_marks =
            omitted == 0 && matches!(&self.content, Content::Rows(rows) if rows.ends_in_marks());
        omitted
    }
}

fn draw_rows(
    rows: &PatchRows<'_>,
    layout: PatchLayout,
    progress: &mut PatchProgress,
    pen: &mut Pen<impl Canvas>,
) -> usize {
    if std::mem::take(&mut progress.needs_first_line) {
        layout.margin.first_line(pen);
    } else if !progress.is_separated {
        layout.margin.empty_line(pen);
    }
    let (shown, rest) =
        rows.rows.split_at_checked(progress.lines_left).unwrap_or((&rows.rows, &[]));
    layout.rows(shown, pen);
    progress.lines_left -= shown.len();
    let is_change = |row: &&PatchRow<'_>| row.kind.is_change();
    let omitted = rest.iter().filter(is_change).count() + rows.omitted;
    if omitted > 0 {
        layout.gap(pen);
    }
    if omitted > 0 || !rows.ends_in_marks() {
        layout.margin.empty_line(pen);
    }
    omitted
}

impl Content<'_> {
    /// Returns the number of changed lines, at least 1 unless nothing changes.
    fn changed_lines(&self) -> usize {
        match self {
            Self::Rows(rows) => {
                rows.omitted + rows.rows.iter().filter(|row| row.kind.is_change()).count()
            }
            Self::Words(edit) if edit.removes || !edit.text.is_empty() => {
                edit.new_lines().count().max(1)
            }
            Self::Words(_) => 0,
            Self::Omitted(count) => *count,
        }
    }
}

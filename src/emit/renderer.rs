//! Renders one diagnostic for people, on a canvas.
//!
//! ```text
//! error[E0011]: this `if` has no `.end`      header
//!   --> shapes.vitte:8:3                     snippets: excerpt ─▶ layout ─▶ pen
//!    |
//!  8 |   if side < 0.0
//!    |   ^^ this line opens a block
//!    |
//!    = help: add `.end` where the block ends
//! note: the function begins here             children
//!   --> shapes.vitte:6:1
//!    |
//!  6 | fn area(side: num) -> num
//!    | ^^^^^^^
//! help: add `.end`                           suggestions: patch ─▶ pen
//!    |
//! 10 +   .end
//!    |
//! ```
//!
//! The snippets and notes of a plain diagnostic come from the [direct path](super::direct) instead.

mod children;

use children::Children;

use super::canvas::Canvas;
use super::direct::Direct;
use super::excerpt::{Excerpt, ExcerptOptions, LocatedLabels};
use super::glyphs::Glyphs;
use super::layout::{self, Notes, Trace};
use super::margin::Margin;
use super::patch::Patches;
use super::pen::Pen;
use super::style::Style;
use crate::check::CheckedDiagnostic;
use crate::model::Diagnostic;
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceFile, SourceMap};
use crate::terminal::Terminal;
use crate::text;

/// Renders diagnostics with these settings.
#[derive(Clone, Debug)]
pub(super) struct HumanRenderer {
    pub(super) options: ExcerptOptions,
    /// Whether lines are drawn with Unicode box characters.
    pub(super) unicode: bool,
    /// Whether paths are links to their files.
    pub(super) path_links: bool,
    /// Whether codes are links to their pages.
    pub(super) code_links: bool,
    /// Whether runtime frames are shown in a backtrace.
    pub(super) full_backtraces: bool,
    /// The compiler, which knows the URLs of the pages.
    pub(super) tool: Option<Tool>,
}

impl Default for HumanRenderer {
    fn default() -> Self {
        let options = ExcerptOptions {
            context_lines: 0,
            tab_width: 4,
            width: usize::from(Terminal::DEFAULT_WIDTH),
            column_unit: ColumnUnit::Char,
            labelled_lines: 20,
        };
        Self {
            options,
            unicode: false,
            path_links: false,
            code_links: false,
            full_backtraces: false,
            tool: None,
        }
    }
}

impl HumanRenderer {
    /// Draws a diagnostic. The output ends in a line feed.
    pub(super) fn draw(
        &self,
        sources: &SourceMap,
        diagnostic: &Diagnostic,
        canvas: Canvas,
    ) -> Canvas {
        let options = self.options;
        let mut pen = Pen::new(canvas, options.width, options.tab_width);
        self.header(diagnostic, &mut pen);

        let glyphs = Glyphs::new(self.unicode);
        let link = |file: &SourceFile| {
            let is_link = self.path_links && text::is_safe(file.path());
            is_link.then(|| sources.url(file.id())).flatten()
        };
        let notes = Notes::plain(diagnostic, self.full_backtraces);
        if let Some(direct) = Direct::new(sources, diagnostic, options) {
            direct.draw(notes, link(direct.file).as_deref(), glyphs, &mut pen);
            return pen.finish();
        }

        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let children = Children::new(sources, &checked, options, link);
        let shown = children.last_shown();
        let patches = Patches::new(sources, &checked.suggestions, shown, options, link);
        let labels = checked.labels.iter().copied();
        let labels = LocatedLabels::new(labels, checked.primary().is_some(), options);
        let number_width = patches.number_width().max(children.number_width());
        let excerpt = Excerpt::new(&labels, number_width, options);
        let margin = Margin { number_width: excerpt.number_width, glyphs };
        let trace = Trace::new(&checked.trace, options.column_unit, link);
        let notes = notes.with(children.other_issues(), &excerpt, trace.as_ref());

        let is_next = |file: &SourceFile| {
            excerpt.snippets.first().is_some_and(|snippet| snippet.file.id() == file.id())
        };
        if let Some(file) = checked.whole_file.filter(|file| !is_next(file)) {
            margin.arrow_to_file(file, link(file).as_deref(), &mut pen);
        }
        let is_followed = !notes.is_empty() || !children.is_empty() || !patches.is_empty();
        layout::draw(&excerpt, is_followed, link, margin, &mut pen);
        notes.draw(margin, &mut pen);
        pen.close_up();
        children.draw(options, link, margin, &mut pen);
        patches.draw(margin, &mut pen);
        pen.finish()
    }

    /// `error[E0011]: a block has no end`
    fn header(&self, diagnostic: &Diagnostic, pen: &mut Pen) {
        let severity = diagnostic.severity().as_str();
        let Some(code) = diagnostic.code() else {
            return pen.header(Style::Header, &[severity], None, diagnostic.message());
        };
        let tool = self.tool.as_ref().filter(|_| self.code_links);
        let url = tool.and_then(|tool| tool.code_url(code));
        let header = [severity, "[", code.as_str(), "]"];
        pen.header(Style::Header, &header, url.as_deref(), diagnostic.message());
    }
}

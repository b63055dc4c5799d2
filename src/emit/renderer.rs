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
mod rustc;
mod section;
mod trace;

use children::Children;
use rustc::RustcParts;
use trace::Trace;

use super::canvas::Canvas;
use super::direct::Direct;
use super::editor_url::EditorUrl;
use super::excerpt::{DrawnLabel, Excerpt, ExcerptOptions, LocatedLabels};
use super::frames::BacktraceOptions;
use super::glyphs::Glyphs;
use super::highlight::SharedHighlighter;
use super::layout::{self, Notes};
use super::margin::Margin;
use super::options::{DiagnosticStyle, EmitterOptions};
use super::patch::Patches;
use super::pen::Pen;
use super::style::Style;
use crate::check::CheckedDiagnostic;
use crate::model::Diagnostic;
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceFile, SourceMap};
use crate::terminal::Terminal;
use crate::text::{self, CellOptions};

/// The styles of the severity and of the message of a diagnostic.
const MAIN_HEADER: [Style; 2] = [Style::Header, Style::Message];
/// The minimum width of the output in cells.
const MIN_WIDTH: usize = 20;

/// Renders diagnostics with these settings.
#[derive(Clone, Debug)]
pub(super) struct HumanRenderer {
    pub(super) options: ExcerptOptions,
    pub(super) style: DiagnosticStyle,
    /// Whether paths are links to their files.
    pub(super) path_links: bool,
    /// The URL of these links; without it they are `file:` URLs.
    pub(super) editor_url: Option<EditorUrl>,
    /// Whether codes are links to their pages.
    pub(super) code_links: bool,
    /// How a backtrace is drawn.
    pub(super) backtraces: BacktraceOptions,
    /// The compiler, which knows the URLs of the pages.
    pub(super) tool: Option<Tool>,
    /// Colours source text, if the output has colours.
    pub(super) highlighter: Option<SharedHighlighter>,
}

impl Default for HumanRenderer {
    fn default() -> Self {
        let options = ExcerptOptions {
            context_lines: 0,
            cells: CellOptions::new(4),
            glyphs: Glyphs::new(false),
            width: usize::from(Terminal::DEFAULT_WIDTH),
            column_unit: ColumnUnit::Char,
            labelled_lines: 20,
        };
        Self {
            options,
            style: DiagnosticStyle::Ascii,
            path_links: false,
            editor_url: None,
            code_links: false,
            backtraces: BacktraceOptions::default(),
            tool: None,
            highlighter: None,
        }
    }
}

impl HumanRenderer {
    /// The maximum number of cells from one tab stop to the next.
    const MAX_TAB_WIDTH: u8 = 16;

    pub(super) fn set_style(&mut self, style: DiagnosticStyle) {
        self.style = style;
        self.options.glyphs = Glyphs::new(style == DiagnosticStyle::Unicode);
    }

    fn is_rustc(&self) -> bool {
        self.style == DiagnosticStyle::Rustc
    }

    /// Sets the number of cells from one tab stop to the next, clamped to 1 to 16.
    pub(super) fn set_tab_width(&mut self, cells: u8) {
        self.options.cells.tab_width = usize::from(cells.clamp(1, Self::MAX_TAB_WIDTH));
    }

    /// Applies the options that human output and HTML have in common.
    pub(super) fn set_options(&mut self, options: &EmitterOptions) {
        self.set_style(options.style);
        self.set_tab_width(options.tab_width);
        self.options.cells.emoji = options.emoji_width;
        self.options.context_lines = u32::from(options.context_lines);
        self.editor_url.clone_from(&options.editor_url);
        self.highlighter.clone_from(&options.highlighter);
    }

    /// Draws a diagnostic. The output ends in a line feed. A note with `code_url`, the URL of the code's page, is the
    /// last one.
    pub(super) fn draw<C: Canvas>(
        &self,
        sources: &SourceMap,
        diagnostic: &Diagnostic,
        code_url: Option<&str>,
        canvas: C,
    ) -> C {
        let options = ExcerptOptions { width: self.options.width.max(MIN_WIDTH), ..self.options };
        let mut pen = Pen::new(canvas, options.width, options.cells);
        pen.set_highlighter(self.highlighter.as_ref());
        if self.is_rustc() && rustc::is_summary(diagnostic) {
            pen.block(Style::Message, diagnostic.message(), 0, |_| {});
            pen.end_line();
            return pen.finish();
        }
        self.header(diagnostic, &mut pen);

        let notes = Notes::plain(diagnostic, self.backtraces);
        let direct =
            if code_url.is_none() { Direct::new(sources, diagnostic, options) } else { None };
        if let Some(direct) = &direct {
            let link = self.link(sources, direct.file);
            direct.draw(notes, link.as_deref(), options.glyphs, &mut pen);
        } else {
            self.draw_with_layout((sources, diagnostic), code_url, notes, options, &mut pen);
        }
        pen.finish()
    }

    /// Returns the URL of a file whose paths are links.
    fn link(&self, sources: &SourceMap, file: &SourceFile) -> Option<String> {
        let is_link = self.path_links && text::is_safe(file.path());
        let url = is_link.then(|| sources.url(file.id())).flatten()?;
        Some(match &self.editor_url {
            Some(editor) => editor.of_file(&url),
            None => url,
        })
    }

    /// Draws what is below the header of a diagnostic that is not plain.
    fn draw_with_layout(
        &self,
        (sources, diagnostic): (&SourceMap, &Diagnostic),
        code_url: Option<&str>,
        notes: Notes<'_>,
        options: ExcerptOptions,
        pen: &mut Pen<impl Canvas>,
    ) {
        let link = |file: &SourceFile| self.link(sources, file);
        let mut checked = CheckedDiagnostic::new(sources, diagnostic);
        let is_rustc = self.is_rustc();
        let rustc = if is_rustc { RustcParts::take(&mut checked) } else { RustcParts::default() };
        let children = Children::new(sources, &checked, &rustc, options, link);
        let shown = checked.file().map(SourceFile::id);
        let patches = Patches::new(sources, &checked.suggestions, shown, options, link);
        let mut labels: Vec<_> = checked.labels.iter().copied().map(DrawnLabel::from).collect();
        rustc.add_to(&mut labels);
        let labels = LocatedLabels::new(labels, checked.primary().is_some(), options);
        // Without any line number the gutter is as wide as one digit.
        let trace = Trace::new(&checked, options);
        let below = patches.number_width().max(children.number_width());
        let number_width = below.max(trace.number_width()).max(1);
        let mut excerpt = Excerpt::new(&labels, number_width, options);
        let margin = Margin { number_width: excerpt.number_width, glyphs: options.glyphs };
        excerpt.whole_file = checked.whole_file.map(SourceFile::id);
        let notes = notes.with(children.other_issues(), &excerpt);

        if let Some(file) = checked.whole_file {
            margin.arrow_to_file(file, link(file).as_deref(), pen);
        }
        let rustc_note = rustc.note();
        let has_notes = !notes.is_empty() || code_url.is_some();
        let has_sections = !trace.is_empty() || !children.is_empty() || !patches.is_empty();
        let is_followed = has_notes
            || rustc_note.is_some()
            || (trace.is_empty() && children.begin_with_note())
            || (has_sections && !options.glyphs.has_corners);
        layout::draw(&excerpt, is_followed, link, margin, pen);
        if excerpt.snippets.is_empty() && has_notes {
            // Without an arrow, the border begins here.
            let has_arrow = excerpt.unavailable.is_some() || excerpt.whole_file.is_some();
            if has_arrow { margin.empty_line(pen) } else { margin.first_line(pen) }
        }
        notes.draw(margin, pen);
        if let Some(url) = code_url {
            margin.note("note", &format!("for more information, see {url}"), pen);
        }
        pen.close_up();
        trace.draw(options, link, margin, pen);
        children.draw(options, link, margin, pen);
        if let Some(note) = rustc_note {
            margin.note("note", &note, pen);
        }
        patches.draw(margin, pen);
    }

    /// `error[E0011]: a block has no end`
    fn header(&self, diagnostic: &Diagnostic, pen: &mut Pen<impl Canvas>) {
        let is_rustc = self.is_rustc();
        let severity = diagnostic.severity();
        let severity = if is_rustc { rustc::severity(severity) } else { severity.as_str() };
        let code = diagnostic.code().filter(|code| !(is_rustc && rustc::is_lint(*code)));
        let Some(code) = code else {
            return pen.header(MAIN_HEADER, &[severity], None, diagnostic.message());
        };
        let tool = self.tool.as_ref().filter(|_| self.code_links);
        let url = tool.and_then(|tool| tool.code_url(code));
        let header = [severity, "[", code.as_str(), "]"];
        pen.header(MAIN_HEADER, &header, url.as_deref(), diagnostic.message());
    }
}

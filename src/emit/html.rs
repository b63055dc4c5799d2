//! The human output as an HTML fragment.
//!
//! ```html
//! <div class="vitte-diag">
//! <pre class="vd-error"><span class="vd-header">error[E0001]</span><span class="vd-message">: …</span>
//! …</pre>
//! </div>
//! ```
//!
//! The `pre` of a diagnostic has the class `vd-error`, `vd-fatal`, `vd-warning` or `vd-note`. Inside it are
//! spans of the classes `vd-header`, `vd-message`, `vd-gutter`, `vd-primary`, `vd-secondary`, `vd-help`,
//! `vd-added` and `vd-removed`. A [child](crate::Child) with an excerpt is a span of the class `vd-child-note`,
//! `vd-child-help`, `vd-child-warning` or `vd-child-error`, which contains the others. [`STYLESHEET`] defines their
//! colours.
//!
//! ```
//! use vitte_diag::{DiagnosticBag, SourceMap, Tool, codes, html};
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("a.vitte", "let x = @\n")?;
//! let mut bag = DiagnosticBag::new();
//! bag.push_error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`");
//!
//! let mut emitter = html::HtmlEmitter::new(Vec::new(), &Tool::default());
//! bag.emit(&sources, &mut emitter)?;
//! let fragment = String::from_utf8(emitter.into_inner())?;
//! let page = format!("<style>{}</style>{fragment}", html::STYLESHEET);
//! assert!(page.contains("<pre class=\"vd-error\">"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, Write};

use super::Emitter;
use super::canvas::HtmlCanvas;
use super::document::Document;
use super::editor_url::EditorUrl;
use super::highlight::{Highlighter, SharedHighlighter};
use super::options::{DiagnosticStyle, EmitterOptions, FromOptions};
use super::renderer::HumanRenderer;
use super::theme::Theme;
use crate::model::Diagnostic;
use crate::registry::Tool;
use crate::source::SourceMap;
use crate::terminal::BacktraceStyle;
use crate::text::EmojiWidth;

/// A style sheet for the fragment, with a light and a dark theme. Put it into a `style` element of the page.
pub const STYLESHEET: &str = include_str!("html.css");

/// Writes the [human](crate::HumanEmitter) output as HTML, see the [module](self). Text is escaped, and
/// classes mark the colours. Codes are links to their pages if [`Tool::code_url`] returns a URL.
#[derive(Clone, Debug)]
pub struct HtmlEmitter<W> {
    document: Document<W>,
    theme: Theme,
    renderer: HumanRenderer,
}

impl<W: Write> HtmlEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        let renderer = HumanRenderer {
            code_links: true,
            tool: Some(tool.clone()),
            ..HumanRenderer::default()
        };
        Self { document: Document::new(writer), theme: Theme::new(), renderer }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }

    /// Sets the theme, whose name selects the colours of [`STYLESHEET`]. Styles that were changed with
    /// [`Theme::with_style`] have no effect; change the style sheet instead.
    #[must_use]
    pub fn with_theme(mut self, theme: &Theme) -> Self {
        self.theme = theme.clone();
        self
    }

    /// Sets how diagnostics are drawn. Default: [`DiagnosticStyle::Ascii`].
    #[must_use]
    pub fn with_style(mut self, style: DiagnosticStyle) -> Self {
        self.renderer.set_style(style);
        self
    }

    /// Sets whether lines are drawn with Unicode box characters instead of ASCII. The same as
    /// [`with_style`](Self::with_style) with [`DiagnosticStyle::Unicode`] or [`DiagnosticStyle::Ascii`].
    #[must_use]
    pub fn with_unicode(self, unicode: bool) -> Self {
        self.with_style(if unicode { DiagnosticStyle::Unicode } else { DiagnosticStyle::Ascii })
    }

    /// Makes paths links to an editor. By default they are not links, because a page cannot link to the files of its
    /// readers.
    #[must_use]
    pub fn with_editor_url(mut self, url: &EditorUrl) -> Self {
        self.renderer.path_links = true;
        self.renderer.editor_url = Some(url.clone());
        self
    }

    /// Sets what colours the source text. Default: nothing.
    #[must_use]
    pub fn with_highlighter(mut self, highlighter: impl Highlighter + 'static) -> Self {
        self.renderer.highlighter = Some(SharedHighlighter::new(highlighter));
        self
    }

    /// Sets the number of cells from one tab stop to the next, clamped to 1 to 16. Default: 4.
    #[must_use]
    pub fn with_tab_width(mut self, cells: u8) -> Self {
        self.renderer.set_tab_width(cells);
        self
    }

    /// Sets the width of emoji that consist of several characters. Default: [`EmojiWidth::Separate`].
    #[must_use]
    pub const fn with_emoji_width(mut self, width: EmojiWidth) -> Self {
        self.renderer.options.cells.emoji = width;
        self
    }

    /// Sets the number of lines that are shown before and after each label. Default: 0.
    #[must_use]
    pub const fn with_context_lines(mut self, lines: u16) -> Self {
        self.renderer.options.context_lines = lines as u32;
        self
    }

    /// Sets the number of cells to which lines are cut and messages are wrapped. Default: 140.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.renderer.options.width = cells as usize;
        self
    }

    /// Sets which frames of a backtrace are shown. Default: [`BacktraceStyle::Short`].
    #[must_use]
    pub const fn with_backtraces(mut self, style: BacktraceStyle) -> Self {
        self.renderer.backtraces.style = style;
        self
    }
}

/// Returns the start of the document, with the classes of a theme.
fn head(theme: &Theme) -> io::Result<Vec<u8>> {
    let name = match theme.name() {
        name @ ("high-contrast" | "color-blind") => format!(" vd-{name}"),
        _ => String::new(),
    };
    Ok(format!("<div class=\"vitte-diag{name}\">").into_bytes())
}

/// Draws a diagnostic. Not generic, so it is compiled here and not in each crate that emits.
fn item(renderer: &HumanRenderer, sources: &SourceMap, diagnostic: &Diagnostic) -> Vec<u8> {
    let item = format!("<pre class=\"vd-{}\">", diagnostic.severity());
    let mut item = renderer.draw(sources, diagnostic, None, HtmlCanvas(item.into_bytes())).0;
    if item.last() == Some(&b'\n') {
        item.pop();
    }
    item.extend_from_slice(b"</pre>");
    item
}

impl<W: Write> Emitter for HtmlEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let item = item(&self.renderer, sources, diagnostic);
        self.document.item(|| head(&self.theme), b"", &item)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.document.finish(|| head(&self.theme), b"</div>\n")
    }
}

impl<W: Write> FromOptions<W> for HtmlEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        let mut emitter = Self::new(writer, &options.tool)
            .with_width(options.terminal.width)
            .with_backtraces(options.terminal.backtraces)
            .with_theme(&options.theme);
        emitter.renderer.set_options(options);
        emitter.renderer.path_links = options.editor_url.is_some();
        emitter
    }
}

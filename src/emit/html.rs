//! The human output as a fragment of an HTML page.
//!
//! ```html
//! <div class="vitte-diag">
//! <pre class="vd-error"><span class="vd-header">error[E0001]</span><span class="vd-message">: …</span>
//! …</pre>
//! </div>
//! ```
//!
//! The classes: `vd-error` (or `vd-fatal`, `vd-warning`, `vd-note`) on the `pre` of each diagnostic, and
//! in it `vd-header`, `vd-message`, `vd-gutter`, `vd-primary`, `vd-secondary`, `vd-help`, `vd-added`,
//! `vd-removed`. [`STYLE`] gives them colours.

use std::io::{self, Write};

use super::Emitter;
use super::canvas::Canvas;
use super::document::Document;
use super::options::{EmitterOptions, FromOptions};
use super::renderer::HumanRenderer;
use crate::model::Diagnostic;
use crate::registry::Tool;
use crate::source::SourceMap;

/// A style sheet for the fragment, light and dark, to be put into the page's `style` element.
pub const STYLESHEET: &str = include_str!("html.css");

/// Writes the [human](crate::HumanEmitter) output as HTML, see the [module](self): escaped, with
/// classes for colours, and codes as links to their pages where the compiler says where these are.
#[derive(Clone, Debug)]
pub struct HtmlEmitter<W> {
    document: Document<W>,
    renderer: HumanRenderer,
}

impl<W: Write> HtmlEmitter<W> {
    /// Writes to `writer`.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        let renderer = HumanRenderer {
            code_links: true,
            tool: Some(tool.clone()),
            ..HumanRenderer::default()
        };
        Self { document: Document::new(writer), renderer }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }

    /// Are lines drawn with Unicode box characters? By default with ASCII.
    #[must_use]
    pub const fn with_unicode(mut self, unicode: bool) -> Self {
        self.renderer.unicode = unicode;
        self
    }

    /// How many lines are shown before and after each label? By default none.
    #[must_use]
    pub const fn with_context_lines(mut self, lines: u16) -> Self {
        self.renderer.take.context_lines = lines as u32;
        self
    }

    /// To how many cells are lines cut, and messages wrapped? By default 140.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.renderer.take.width = cells as usize;
        self
    }

    /// Are the calls of the runtime shown in a backtrace? By default those in a row are one line that
    /// counts them.
    #[must_use]
    pub const fn with_full_backtraces(mut self, full: bool) -> Self {
        self.renderer.full_backtraces = full;
        self
    }
}

fn head() -> io::Result<Vec<u8>> {
    Ok(b"<div class=\"vitte-diag\">".to_vec())
}

impl<W: Write> Emitter for HtmlEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let item = format!("<pre class=\"vd-{}\">", diagnostic.severity());
        let canvas = Canvas::page(item.into_bytes());
        let mut item = self.renderer.draw(sources, diagnostic, canvas).into_bytes();
        if item.last() == Some(&b'\n') {
            item.pop();
        }
        item.extend_from_slice(b"</pre>");
        self.document.item(head, b"", &item)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.document.finish(head, b"</div>\n")
    }
}

impl<W: Write> FromOptions<W> for HtmlEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool)
            .with_width(options.terminal.width)
            .with_full_backtraces(options.terminal.full_backtraces)
    }
}

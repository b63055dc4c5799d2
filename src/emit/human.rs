//! Output for people: the shape that rustc made known, plain or in colour.

use std::io::{self, Stderr, Stdout, Write};

use super::Emitter;
use super::canvas::Canvas;
use super::direct::Direct;
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::renderer::HumanRenderer;
use super::style::Sequences;
use crate::bag::Entry;
use crate::model::Diagnostic;
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};
use crate::terminal::{ColorChoice, Terminal};

/// Writes diagnostics for people to read.
///
/// ```text
/// error[E0001]: expected expression
///   --> path/to/file.vitte:12:7
///    |
/// 12 |   let x =
///    |       ^ expected expression
///    |
///    = help: add a literal or call a function
///    = note: this parser is running in bootstrap mode
/// ```
///
/// An empty line stands between two diagnostics. Each reaches the writer in one write. What it
/// says is safe for a terminal, whatever the sources and messages hold: see [`text`](crate::text).
///
/// ```
/// use vitte_diag::{Diagnostic, DiagnosticBag, HumanEmitter, SourceMap, codes};
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("a.vitte", "let x = @\n")?;
/// let mut bag = DiagnosticBag::new();
/// bag.push_error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`");
///
/// let mut human = HumanEmitter::new(Vec::new());
/// bag.emit(&sources, &mut human)?;
/// assert_eq!(
///     String::from_utf8(human.into_inner())?,
///     "error[E0001]: unexpected character `@`
///  --> a.vitte:1:9
///   |
/// 1 | let x = @
///   |         ^
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct HumanEmitter<W> {
    output: Output<W>,
    color: bool,
    renderer: HumanRenderer,
}

impl HumanEmitter<Stderr> {
    /// Writes to standard error, coloured as `choice` says, as wide as the terminal.
    #[must_use]
    pub fn stderr(choice: ColorChoice) -> Self {
        Self::new(io::stderr()).with_terminal(Terminal::stderr(choice))
    }
}

impl HumanEmitter<Stdout> {
    /// Writes to standard output, coloured as `choice` says, as wide as the terminal.
    #[must_use]
    pub fn stdout(choice: ColorChoice) -> Self {
        Self::new(io::stdout()).with_terminal(Terminal::stdout(choice))
    }
}

impl<W: Write> HumanEmitter<W> {
    /// The most cells from one tab stop to the next.
    const MAX_TAB_WIDTH: u8 = 16;

    /// Writes to `writer`: no colour, ASCII.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { output: Output::new(writer), color: false, renderer: HumanRenderer::default() }
    }

    /// What can be shown where it is written to: colour, width, links, and full backtraces or not.
    #[must_use]
    pub const fn with_terminal(mut self, terminal: Terminal) -> Self {
        self.color = terminal.color;
        self.renderer.take.width = terminal.width as usize;
        self.renderer.path_links = terminal.hyperlinks;
        self.renderer.code_links = terminal.hyperlinks;
        self.renderer.full_backtraces = terminal.full_backtraces;
        self
    }

    /// Which compiler speaks? On a terminal that has [links](Terminal::hyperlinks) its codes are links
    /// to their pages.
    #[must_use]
    pub fn with_tool(mut self, tool: &Tool) -> Self {
        self.renderer.tool = Some(tool.clone());
        self
    }

    /// Are ANSI colours written? By default not, but see [`HumanEmitter::stderr`].
    #[must_use]
    pub const fn with_color(mut self, color: bool) -> Self {
        self.color = color;
        self
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

    /// How many cells are there from one tab stop to the next, 1 to 16? By default 4; less counts
    /// as 1, more as 16.
    #[must_use]
    pub fn with_tab_width(mut self, cells: u8) -> Self {
        self.renderer.take.tab_width = usize::from(cells.clamp(1, Self::MAX_TAB_WIDTH));
        self
    }

    /// To how many cells are source lines cut, line number included, and messages wrapped? By default
    /// 140, or what the terminal has; never below 20 cells of source or message.
    ///
    /// A cut line keeps its labels in view, with `...` where text is left out. Where there is no
    /// room for all of them, the first one is in view, the primary one before all others, and
    /// labels elsewhere are drawn below the dots.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.renderer.take.width = cells as usize;
        self
    }

    /// How many lines with labels are shown of one file, and of how many files? By default 20, at
    /// least 1. Five times as many labels are shown, and a note says how many more there are.
    #[must_use]
    pub const fn with_labelled_lines(mut self, lines: u16) -> Self {
        self.renderer.take.labelled_lines = if lines == 0 { 1 } else { lines as usize };
        self
    }

    /// What does the column after the path count? By default characters.
    #[must_use]
    pub const fn with_column_unit(mut self, unit: ColumnUnit) -> Self {
        self.renderer.take.column_unit = unit;
        self
    }

    /// Are the calls of the runtime (Rust's own libraries, the system's, and this crate's handler) shown
    /// in a backtrace? By default those in a row are one line that counts them; where there are no
    /// others they are always shown.
    #[must_use]
    pub const fn with_full_backtraces(mut self, full: bool) -> Self {
        self.renderer.full_backtraces = full;
        self
    }

    /// Whether a diagnostic is so plain that it is drawn as it is read; a benchmark tells how many are.
    #[doc(hidden)]
    #[must_use]
    pub fn draws_directly(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> bool {
        Direct::new(sources, diagnostic, self.renderer.take).is_some()
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for HumanEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.one(diagnostic, draw(sources, &self.renderer, self.color))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.all(entries, draw(sources, &self.renderer, self.color))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

/// Draws diagnostics, an empty line between them.
fn draw(sources: &SourceMap, renderer: &HumanRenderer, color: bool) -> impl Draw {
    move |is_first, diagnostic, out| {
        if !is_first {
            out.push(b'\n');
        }
        let styles = color.then(|| Sequences::new(diagnostic.severity()));
        let canvas = Canvas::terminal(styles, std::mem::take(out));
        *out = renderer.draw(sources, diagnostic, canvas).into_bytes();
        Ok(())
    }
}

impl<W: Write> FromOptions<W> for HumanEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer).with_terminal(options.terminal).with_tool(&options.tool)
    }
}

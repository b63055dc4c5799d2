//! Output for people in the style of rustc, with or without colours.

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
/// The trace, the backtrace, the [children](crate::Child) and the suggestions follow the notes, in this order. A child
/// with labels has an excerpt of its own. Of a trace of more than ten steps the first seven and the last three are
/// shown. At most 100 children, and ten suggestions of a diagnostic or child, are shown. A line reports the number of
/// the others.
///
/// An empty line separates two diagnostics. Each diagnostic is one write to the writer. The output is safe for
/// a terminal, whatever the sources and messages contain: see [`text`](crate::text).
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
    /// Creates an emitter for standard error, with the colours that `choice` allows and the width of the
    /// terminal.
    #[must_use]
    pub fn stderr(choice: ColorChoice) -> Self {
        Self::new(io::stderr()).with_terminal(Terminal::stderr(choice))
    }
}

impl HumanEmitter<Stdout> {
    /// Creates an emitter for standard output, with the colours that `choice` allows and the width of the
    /// terminal.
    #[must_use]
    pub fn stdout(choice: ColorChoice) -> Self {
        Self::new(io::stdout()).with_terminal(Terminal::stdout(choice))
    }
}

impl<W: Write> HumanEmitter<W> {
    /// The maximum number of cells from one tab stop to the next.
    const MAX_TAB_WIDTH: u8 = 16;

    /// Creates an emitter that writes ASCII without colours to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { output: Output::new(writer), color: false, renderer: HumanRenderer::default() }
    }

    /// Sets colour, width, links and full backtraces to those of `terminal`.
    #[must_use]
    pub const fn with_terminal(mut self, terminal: Terminal) -> Self {
        self.color = terminal.color;
        self.renderer.options.width = terminal.width as usize;
        self.renderer.path_links = terminal.hyperlinks;
        self.renderer.code_links = terminal.hyperlinks;
        self.renderer.full_backtraces = terminal.full_backtraces;
        self
    }

    /// Sets the compiler that reports the diagnostics. Its codes are links to their pages on a terminal that
    /// supports [links](Terminal::hyperlinks). Default: none.
    #[must_use]
    pub fn with_tool(mut self, tool: &Tool) -> Self {
        self.renderer.tool = Some(tool.clone());
        self
    }

    /// Sets whether ANSI colours are written. Default: false; see also [`HumanEmitter::stderr`].
    #[must_use]
    pub const fn with_color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// Sets whether lines are drawn with Unicode box characters instead of ASCII. Default: false.
    #[must_use]
    pub const fn with_unicode(mut self, unicode: bool) -> Self {
        self.renderer.unicode = unicode;
        self
    }

    /// Sets the number of lines that are shown before and after each label. Default: 0.
    #[must_use]
    pub const fn with_context_lines(mut self, lines: u16) -> Self {
        self.renderer.options.context_lines = lines as u32;
        self
    }

    /// Sets the number of cells from one tab stop to the next, clamped to 1 to 16. Default: 4.
    #[must_use]
    pub fn with_tab_width(mut self, cells: u8) -> Self {
        self.renderer.options.tab_width = usize::from(cells.clamp(1, Self::MAX_TAB_WIDTH));
        self
    }

    /// Sets the number of cells to which source lines are cut, including the line number, and messages are
    /// wrapped. Default: 140, or the width of the terminal. At least 20 cells of source or message are shown.
    ///
    /// A cut line is shown around its labels, with `...` for the omitted text. If not all labels fit, the first
    /// one is shown, or the primary label if it is on the line. The carets of the others are below the dots.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.renderer.options.width = cells as usize;
        self
    }

    /// Sets the maximum number of lines with labels per file, which is also the maximum number of files, for the
    /// diagnostic and for each child. Default: 20, at least 1. At most five times as many labels are shown per file. A note reports how many
    /// labels are omitted.
    #[must_use]
    pub const fn with_labelled_lines(mut self, lines: u16) -> Self {
        self.renderer.options.labelled_lines = if lines == 0 { 1 } else { lines as usize };
        self
    }

    /// Sets what the column after the path counts. Default: characters.
    #[must_use]
    pub const fn with_column_unit(mut self, unit: ColumnUnit) -> Self {
        self.renderer.options.column_unit = unit;
        self
    }

    /// Sets whether a backtrace shows every runtime frame: those of Rust's libraries, the system's libraries
    /// and the crash handler. By default consecutive runtime frames are shown as one line with their number,
    /// unless the backtrace has no other frames.
    #[must_use]
    pub const fn with_full_backtraces(mut self, full: bool) -> Self {
        self.renderer.full_backtraces = full;
        self
    }

    /// Returns true if a diagnostic is plain enough for the direct path. For benchmarks.
    #[doc(hidden)]
    #[must_use]
    pub fn draws_directly(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> bool {
        Direct::new(sources, diagnostic, self.renderer.options).is_some()
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for HumanEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.write(diagnostic, draw(sources, &self.renderer, self.color))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.write_all(entries, draw(sources, &self.renderer, self.color))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

/// Draws diagnostics, separated by an empty line.
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

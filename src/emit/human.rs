//! Output for people in the style of rustc, with or without colours.

use std::collections::HashSet;
use std::io::{self, Stderr, Stdout, Write};

use super::Emitter;
use super::canvas::{AnsiCanvas, PlainCanvas};
use super::direct::Direct;
use super::editor_url::EditorUrl;
use super::highlight::{Highlighter, SharedHighlighter};
use super::options::{DiagnosticStyle, EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use super::renderer::HumanRenderer;
use super::sequences::Sequences;
use super::theme::Theme;
use crate::bag::Entry;
use crate::model::{Code, Diagnostic};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};
use crate::terminal::log_commands;
use crate::terminal::{BacktraceStyle, ColorChoice, Terminal};
use crate::text::EmojiWidth;

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
/// with labels has an excerpt of its own. Of a trace of more than five steps the first three and the last two are
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
    terminal: Terminal,
    theme: Theme,
    renderer: HumanRenderer,
    /// The codes whose URLs have been written.
    explained: HashSet<Code>,
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
    /// Creates an emitter that writes ASCII without colours to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self {
            output: Output::new(writer),
            terminal: Terminal::PLAIN,
            theme: Theme::new(),
            renderer: HumanRenderer::default(),
            explained: HashSet::new(),
        }
    }

    /// Sets colour, background, width, links and backtraces to those of `terminal`.
    #[must_use]
    pub const fn with_terminal(mut self, terminal: Terminal) -> Self {
        self.terminal = terminal;
        self.renderer.options.width = terminal.width as usize;
        self.renderer.path_links = terminal.hyperlinks;
        self.renderer.code_links = terminal.hyperlinks;
        self.renderer.backtraces.style = terminal.backtraces;
        self
    }

    /// Sets the compiler that reports the diagnostics. Its codes are links to their pages on a terminal that
    /// supports [links](Terminal::hyperlinks). Elsewhere a note has the URL of the page, for each code once until the
    /// output is [finished](Emitter::finish), except in [the style of rustc](DiagnosticStyle::Rustc). Default: none.
    #[must_use]
    pub fn with_tool(mut self, tool: &Tool) -> Self {
        self.renderer.tool = Some(tool.clone());
        self
    }

    /// Sets whether ANSI colours are written. Default: false; see also [`HumanEmitter::stderr`].
    #[must_use]
    pub const fn with_color(mut self, color: bool) -> Self {
        self.terminal.color = color;
        self
    }

    /// Sets the colours. They are written only [with colour](Self::with_color).
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

    /// Sets the URL of the links of paths on a terminal that supports [links](Terminal::hyperlinks). Default: `file:`
    /// URLs, which have no line, because terminals do not agree on how to write one.
    #[must_use]
    pub fn with_editor_url(mut self, url: &EditorUrl) -> Self {
        self.renderer.editor_url = Some(url.clone());
        self
    }

    /// Sets what colours the source text, if the output has colours. Default: nothing.
    #[must_use]
    pub fn with_highlighter(mut self, highlighter: impl Highlighter + 'static) -> Self {
        self.renderer.highlighter = Some(SharedHighlighter::new(highlighter));
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
        self.renderer.set_tab_width(cells);
        self
    }

    /// Sets the width of emoji that consist of several characters. Default: [`EmojiWidth::Separate`], which is right in
    /// most terminals.
    #[must_use]
    pub const fn with_emoji_width(mut self, width: EmojiWidth) -> Self {
        self.renderer.options.cells.emoji = width;
        self
    }

    /// Sets the number of cells to which source lines are cut, including the line number, and messages are
    /// wrapped, at least 20. Default: 140, or the width of the terminal.
    ///
    /// No line is wider, but for paths, URLs and codes, which are never broken. All lines of a snippet are cut at the
    /// same cell on the left, so that they stay aligned. If not all labels of a line fit, what is between them is
    /// omitted, with `...` in its place.
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

    /// Sets which frames of a backtrace are shown. Default: [`BacktraceStyle::Short`].
    #[must_use]
    pub const fn with_backtraces(mut self, style: BacktraceStyle) -> Self {
        self.renderer.backtraces.style = style;
        self
    }

    /// Sets the maximum number of lines of a [short](BacktraceStyle::Short) backtrace, at least 2. Default: 12. The last one
    /// has the number of omitted frames.
    #[must_use]
    pub const fn with_short_backtrace_lines(mut self, lines: usize) -> Self {
        self.renderer.backtraces.short_lines = lines;
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

impl<W> HumanEmitter<W> {
    /// Returns the URL of a diagnostic's code if it has to be written: the code is not a link, and it is the first one
    /// of the output with this code.
    fn new_code_url(&mut self, diagnostic: &Diagnostic) -> Option<String> {
        let code = diagnostic.code()?;
        let url = self.code_url(code)?;
        self.explained.insert(code).then_some(url)
    }

    fn code_url(&self, code: Code) -> Option<String> {
        let is_text = !self.renderer.code_links && self.renderer.style != DiagnosticStyle::Rustc;
        self.renderer.tool.as_ref().filter(|_| is_text)?.code_url(code)
    }

    /// Returns the number of diagnostics before the first one whose code has to be explained.
    fn explained_prefix(&self, entries: &[Entry<'_>]) -> usize {
        let is_new = |entry: &Entry<'_>| {
            let code = entry.diagnostic.code().filter(|code| !self.explained.contains(code));
            code.is_some_and(|code| self.code_url(code).is_some())
        };
        entries.iter().position(is_new).unwrap_or(entries.len())
    }
}

impl<W: Write> Emitter for HumanEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let code_url = self.new_code_url(diagnostic);
        let Self { output, terminal, theme, renderer, .. } = self;
        output.write(diagnostic, draw(sources, renderer, (theme, *terminal), code_url.as_deref()))
    }

    fn emit_all(&mut self, sources: &SourceMap, mut entries: &[Entry<'_>]) -> io::Result<()> {
        while !entries.is_empty() {
            let known = self.explained_prefix(entries);
            let (before, rest) = entries.split_at_checked(known).unwrap_or((entries, &[]));
            let Self { output, terminal, theme, renderer, .. } = self;
            output.write_all(before, draw(sources, renderer, (theme, *terminal), None))?;
            let Some((first, rest)) = rest.split_first() else { break };
            self.emit(sources, first.diagnostic)?;
            entries = rest;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.explained.clear();
        self.output.finish()
    }
}

/// Draws diagnostics, separated by an empty line.
fn draw(
    sources: &SourceMap,
    renderer: &HumanRenderer,
    (theme, terminal): (&Theme, Terminal),
    code_url: Option<&str>,
) -> impl Draw {
    let sequences = terminal.color.then(|| Sequences::new(theme, terminal));
    move |is_first, diagnostic, out| {
        if !is_first {
            out.push(b'\n');
        }
        let start = out.len();
        append(sources, renderer, sequences.as_ref(), diagnostic, code_url, out);
        if terminal.is_ci_log {
            log_commands::disarm(out, start);
        }
        Ok(())
    }
}

/// Draws a diagnostic. Not generic, so it is compiled here and not in each crate that emits.
fn append(
    sources: &SourceMap,
    renderer: &HumanRenderer,
    sequences: Option<&Sequences>,
    diagnostic: &Diagnostic,
    code_url: Option<&str>,
    out: &mut Vec<u8>,
) {
    let buffer = std::mem::take(out);
    *out = match sequences {
        Some(sequences) => {
            let canvas = AnsiCanvas::new(buffer, sequences, diagnostic.severity());
            renderer.draw(sources, diagnostic, code_url, canvas).out
        }
        None => renderer.draw(sources, diagnostic, code_url, PlainCanvas(buffer)).0,
    };
}

impl<W: Write> FromOptions<W> for HumanEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        let mut emitter = Self::new(writer)
            .with_terminal(options.terminal)
            .with_tool(&options.tool)
            .with_theme(&options.theme);
        emitter.renderer.set_options(options);
        emitter
    }
}

//! The options that all formats are created from.

use super::Emitter;
use super::editor_url::EditorUrl;
use super::highlight::{Highlighter, SharedHighlighter};
use super::theme::Theme;
use crate::registry::Tool;
use crate::terminal::Terminal;
use crate::text::EmojiWidth;

/// How human output is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum DiagnosticStyle {
    /// ASCII, for every terminal and every log.
    #[default]
    Ascii,
    /// Unicode box characters.
    Unicode,
    /// As rustc draws it, for programs that compare the output with that of rustc.
    Rustc,
}

/// Which attributes the test cases of a JUnit report have. Their readers do not agree on them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum JunitFamily {
    /// With `file` and `line`, which GitLab and others read. pytest calls this family `xunit1`.
    #[default]
    Located,
    /// Without them, as the schema `junit-10.xsd` of the xUnit plugin of Jenkins requires. The text of a test case
    /// begins with its location. pytest calls this family `xunit2`.
    Jenkins,
}

/// The options of an emitter that a [`Format`](super::Format) creates. Each format uses those that apply to it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EmitterOptions {
    /// The compiler that reports the diagnostics.
    pub tool: Tool,
    /// The capabilities of the terminal that the output is written to.
    pub terminal: Terminal,
    /// The file that some formats show for a diagnostic without a location, see
    /// [`with_fallback_path`](Self::with_fallback_path).
    pub fallback_path: Option<String>,
    /// The category of a SARIF log, see [`with_sarif_category`](Self::with_sarif_category).
    pub sarif_category: Option<String>,
    /// The maximum number of results in a SARIF log, see [`with_sarif_max_results`](Self::with_sarif_max_results).
    pub sarif_max_results: usize,
    /// The attributes of JUnit reports, see [`with_junit_family`](Self::with_junit_family).
    pub junit_family: JunitFamily,
    /// How human output and HTML are drawn.
    pub style: DiagnosticStyle,
    /// The colours of human output and HTML.
    pub theme: Theme,
    /// The number of lines that human output and HTML show before and after each label. Default: 0.
    pub context_lines: u16,
    /// The number of cells from one tab stop to the next in human output and HTML. Default: 4.
    pub tab_width: u8,
    /// The width of emoji that consist of several characters, in human output and HTML. Default:
    /// [`EmojiWidth::Separate`].
    pub emoji_width: EmojiWidth,
    /// The URL of the links of paths in human output, and in HTML, which has no such links without it.
    pub editor_url: Option<EditorUrl>,
    /// See [`with_highlighter`](Self::with_highlighter).
    pub(super) highlighter: Option<SharedHighlighter>,
}

impl EmitterOptions {
    /// The default number of cells from one tab stop to the next.
    const TAB_WIDTH: u8 = 4;
    /// The default maximum number of results in a SARIF log, which is that of code scanning on GitHub.
    pub(crate) const SARIF_MAX_RESULTS: usize = 25_000;

    /// Creates options from the compiler and its terminal.
    #[must_use]
    pub const fn new(tool: Tool, terminal: Terminal) -> Self {
        Self {
            tool,
            terminal,
            fallback_path: None,
            sarif_category: None,
            sarif_max_results: Self::SARIF_MAX_RESULTS,
            junit_family: JunitFamily::Located,
            style: DiagnosticStyle::Ascii,
            theme: Theme::new(),
            context_lines: 0,
            tab_width: Self::TAB_WIDTH,
            emoji_width: EmojiWidth::Separate,
            editor_url: None,
            highlighter: None,
        }
    }

    /// Sets the file that some [formats](super::Format::requires_path) show for a diagnostic without a location, because
    /// their readers reject reports without one. `path` should name a file of the repository, such as `src/main.vitte`, relative to its
    /// root and with `/` as separator.
    ///
    /// See [`SarifEmitter::with_fallback_path`](super::SarifEmitter::with_fallback_path) and
    /// [`GitlabEmitter::with_fallback_path`](super::GitlabEmitter::with_fallback_path) for what they show by default.
    #[must_use]
    pub fn with_fallback_path(mut self, path: impl Into<String>) -> Self {
        self.fallback_path = Some(path.into());
        self
    }

    /// Sets the category of SARIF logs, which distinguishes several runs of one compiler for one commit. Default: none.
    ///
    /// See [`SarifEmitter::with_category`](super::SarifEmitter::with_category).
    #[must_use]
    pub fn with_sarif_category(mut self, category: impl Into<String>) -> Self {
        self.sarif_category = Some(category.into());
        self
    }

    /// Sets the maximum number of results in a SARIF log; 0 means no limit. Default: 25,000, which is the limit of code
    /// scanning on GitHub.
    ///
    /// See [`SarifEmitter::with_max_results`](super::SarifEmitter::with_max_results).
    #[must_use]
    pub const fn with_sarif_max_results(mut self, max: usize) -> Self {
        self.sarif_max_results = max;
        self
    }

    /// Sets which attributes the test cases of JUnit reports have. Default: [`JunitFamily::Located`].
    #[must_use]
    pub const fn with_junit_family(mut self, family: JunitFamily) -> Self {
        self.junit_family = family;
        self
    }

    /// Sets how human output and HTML are drawn. Default: [`DiagnosticStyle::Ascii`].
    #[must_use]
    pub const fn with_style(mut self, style: DiagnosticStyle) -> Self {
        self.style = style;
        self
    }

    /// Sets the colours of human output and HTML. Default: [`Theme::new`].
    #[must_use]
    pub fn with_theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// Sets the number of lines that human output and HTML show before and after each label. Default: 0.
    #[must_use]
    pub const fn with_context_lines(mut self, lines: u16) -> Self {
        self.context_lines = lines;
        self
    }

    /// Sets the number of cells from one tab stop to the next in human output and HTML, clamped to 1 to 16. Default: 4.
    #[must_use]
    pub const fn with_tab_width(mut self, cells: u8) -> Self {
        self.tab_width = cells;
        self
    }

    /// Sets the width of emoji that consist of several characters, in human output and HTML. Default:
    /// [`EmojiWidth::Separate`], which is right in most terminals.
    #[must_use]
    pub const fn with_emoji_width(mut self, width: EmojiWidth) -> Self {
        self.emoji_width = width;
        self
    }

    /// Sets the URL of the links of paths. Default: human output on a terminal that supports
    /// [links](Terminal::hyperlinks) has `file:` URLs, HTML has no links of paths.
    #[must_use]
    pub fn with_editor_url(mut self, url: EditorUrl) -> Self {
        self.editor_url = Some(url);
        self
    }

    /// Sets what colours the source text in coloured human output and in HTML. Default: nothing.
    #[must_use]
    pub fn with_highlighter(mut self, highlighter: impl Highlighter + 'static) -> Self {
        self.highlighter = Some(SharedHighlighter::new(highlighter));
        self
    }
}

impl Default for EmitterOptions {
    fn default() -> Self {
        Self::new(Tool::default(), Terminal::default())
    }
}

/// An emitter that can be created from a writer and [`EmitterOptions`]. All emitters of this crate can. Use
/// [`Format::emitter`](super::Format::emitter) if the format is only known at run time; with this trait a program contains
/// only the formats that it names.
///
/// ```
/// use vitte_diag::{EmitterOptions, FromOptions as _, ShortEmitter};
///
/// let emitter = ShortEmitter::from_options(Vec::new(), &EmitterOptions::default());
/// assert_eq!(emitter.into_inner(), b"");
/// ```
pub trait FromOptions<W>: Emitter {
    /// Creates an emitter that writes to `writer`.
    fn from_options(writer: W, options: &EmitterOptions) -> Self;
}

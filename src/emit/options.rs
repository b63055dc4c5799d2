//! The options that all formats are created from.

use super::Emitter;
use crate::registry::Tool;
use crate::terminal::Terminal;

/// The options of an emitter that a [`Format`](super::Format) creates. Each format uses those that apply to it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct EmitterOptions {
    /// The compiler that reports the diagnostics.
    pub tool: Tool,
    /// The capabilities of the terminal that the output is written to.
    pub terminal: Terminal,
    /// The file that SARIF and GitLab show for a diagnostic without a location, see
    /// [`with_fallback_path`](Self::with_fallback_path).
    pub fallback_path: Option<String>,
}

impl EmitterOptions {
    /// Creates options from the compiler and its terminal.
    #[must_use]
    pub const fn new(tool: Tool, terminal: Terminal) -> Self {
        Self { tool, terminal, fallback_path: None }
    }

    /// Sets the file that SARIF and GitLab show for a diagnostic without a location, because their readers reject
    /// reports without one. `path` should name a file of the repository, such as `src/main.vitte`, relative to its
    /// root and with `/` as separator.
    ///
    /// See [`SarifEmitter::with_fallback_path`](super::SarifEmitter::with_fallback_path) and
    /// [`GitlabEmitter::with_fallback_path`](super::GitlabEmitter::with_fallback_path) for what they show by default.
    #[must_use]
    pub fn with_fallback_path(mut self, path: impl Into<String>) -> Self {
        self.fallback_path = Some(path.into());
        self
    }
}

/// An emitter that can be created from a writer and [`EmitterOptions`].
pub(super) trait FromOptions<W>: Emitter {
    fn from_options(writer: W, options: &EmitterOptions) -> Self;
}

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
}

impl EmitterOptions {
    /// Creates options from the compiler and its terminal.
    #[must_use]
    pub const fn new(tool: Tool, terminal: Terminal) -> Self {
        Self { tool, terminal }
    }
}

/// An emitter that can be created from a writer and [`EmitterOptions`].
pub(super) trait FromOptions<W>: Emitter {
    fn from_options(writer: W, options: &EmitterOptions) -> Self;
}

//! What an emitter is made of.

use super::Emitter;
use crate::registry::Tool;
use crate::terminal::Terminal;

/// What a [`Format`](super::Format) has to know besides diagnostics and sources; each takes of it what it needs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct EmitterOptions {
    /// The compiler that speaks.
    pub tool: Tool,
    /// What the output goes to.
    pub terminal: Terminal,
}

impl EmitterOptions {
    /// The compiler that speaks, and what the output goes to.
    #[must_use]
    pub const fn new(tool: Tool, terminal: Terminal) -> Self {
        Self { tool, terminal }
    }
}

/// An emitter that is made of a writer and a [`EmitterOptions`].
pub(super) trait FromOptions<W>: Emitter {
    fn from_options(writer: W, options: &EmitterOptions) -> Self;
}

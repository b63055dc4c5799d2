//! What an emitter is made of.

use super::Emitter;
use crate::registry::Tool;
use crate::terminal::Terminal;

/// What a [`Format`](super::Format) has to know besides diagnostics and sources; each takes of it what it needs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Setup {
    /// The compiler that speaks.
    pub tool: Tool,
    /// What the output goes to.
    pub terminal: Terminal,
}

impl Setup {
    /// The compiler that speaks, and what the output goes to.
    #[must_use]
    pub const fn new(tool: Tool, terminal: Terminal) -> Self {
        Self { tool, terminal }
    }
}

/// An emitter that is made of a writer and a [`Setup`].
pub(super) trait FromSetup<W>: Emitter {
    fn from_setup(writer: W, setup: &Setup) -> Self;
}

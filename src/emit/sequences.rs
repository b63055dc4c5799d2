//! The ANSI sequences that a canvas writes for styles.

use super::style::Style;
use super::theme::{SequencesRef, Theme};
use crate::model::{ChildLevel, Severity};
use crate::terminal::Terminal;

/// The ANSI sequences of a theme, for one severity or level.
#[derive(Clone, Debug)]
pub(super) struct Sequences {
    theme: Theme,
    terminal: Terminal,
    current: SequencesRef,
}

/// The colours outside of a child.
#[derive(Debug)]
pub(super) struct OuterColors(SequencesRef);

impl Sequences {
    pub(super) fn new(theme: &Theme, terminal: Terminal, severity: Severity) -> Self {
        let level = match severity {
            Severity::Note => ChildLevel::Note,
            Severity::Warning => ChildLevel::Warning,
            Severity::Error | Severity::Fatal => ChildLevel::Error,
        };
        Self { theme: theme.clone(), terminal, current: theme.sequences(level, terminal) }
    }

    /// Changes the colours to those of a child. Returns the colours until then, for [`restore`](Self::restore).
    pub(super) fn begin_child(&mut self, level: ChildLevel) -> OuterColors {
        let of_child = self.theme.sequences(level, self.terminal);
        OuterColors(std::mem::replace(&mut self.current, of_child))
    }

    pub(super) fn restore(&mut self, OuterColors(outer): OuterColors) {
        self.current = outer;
    }

    /// Appends the sequence that changes one style to another to `out`.
    #[inline]
    pub(super) fn push(&self, from: Style, to: Style, out: &mut Vec<u8>) {
        self.current.push(from as usize, to as usize, out);
    }

    /// Returns true if text in this style is underlined.
    #[inline]
    pub(super) fn is_underlined(&self, style: Style) -> bool {
        self.current.is_underlined(style as usize)
    }
}

#[cfg(test)]
mod tests;

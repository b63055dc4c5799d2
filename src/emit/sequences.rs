//! The ANSI sequences that a canvas writes for styles.

use super::theme::{LevelSequences, SequencesRef, Theme};
use crate::model::{ChildLevel, Severity};
use crate::terminal::Terminal;

/// The ANSI sequences of a theme on a terminal.
#[derive(Debug)]
pub(super) struct Sequences {
    /// By level, in the order of [`ChildLevel::ALL`].
    levels: [SequencesRef; ChildLevel::ALL.len()],
}

impl Sequences {
    pub(super) fn new(theme: &Theme, terminal: Terminal) -> Self {
        Self { levels: ChildLevel::ALL.map(|level| theme.sequences(level, terminal)) }
    }

    /// Returns the sequences of a child.
    pub(super) fn of_child(&self, level: ChildLevel) -> &LevelSequences {
        let [note, help, warning, error] = &self.levels;
        match level {
            ChildLevel::Note => note,
            ChildLevel::Help => help,
            ChildLevel::Warning => warning,
            ChildLevel::Error => error,
        }
    }

    /// Returns the sequences of a diagnostic.
    pub(super) fn of_diagnostic(&self, severity: Severity) -> &LevelSequences {
        self.of_child(match severity {
            Severity::Note => ChildLevel::Note,
            Severity::Warning => ChildLevel::Warning,
            Severity::Error | Severity::Fatal => ChildLevel::Error,
        })
    }
}

#[cfg(test)]
mod tests;

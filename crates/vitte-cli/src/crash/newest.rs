//! The newest crashes that match, up to a limit.

use std::io;

use clap::Args;
use is_terminal::IsTerminal as _;
use vitte_capsule::{Index, IndexEntry};

use super::page::{Style, TextOutput, crashes, number};

/// Limits the number of crashes.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Limit {
    /// Show only the last N [default: 50 on a terminal; all in a pipe, and with --json]
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// Show all
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// The default on a terminal.
const MAX_ON_TERMINAL: usize = 50;

impl Limit {
    /// Returns the maximum number of crashes.
    pub(super) fn max(self, is_json: bool) -> usize {
        let is_unlimited = is_json || self.all || !io::stdout().is_terminal();
        self.limit.unwrap_or(if is_unlimited { usize::MAX } else { MAX_ON_TERMINAL })
    }
}

/// The newest of the crashes that match.
pub(super) struct Newest<T> {
    /// The crashes to show, the oldest first.
    pub(super) shown: Vec<T>,
    /// The number of all crashes that match.
    pub(super) total: usize,
}

impl Newest<IndexEntry> {
    /// Takes the newest `max` of the crashes for which `matches` returns true and whose files exist. If `matches_all`,
    /// entries beyond `max` are counted without reading them.
    pub(super) fn of(
        index: &Index,
        max: usize,
        matches_all: bool,
        matches: impl Fn(&IndexEntry) -> bool,
    ) -> Self {
        let (mut shown, mut total) = (Vec::new(), 0);
        for (seen, entry) in index.entries().rev().enumerate() {
            let is_full = shown.len() >= max;
            if is_full && matches_all {
                total += index.len() - seen;
                break;
            }
            if !matches(&entry) {
                continue;
            }
            if is_full {
                total += 1;
            } else if index.file_exists(&entry) {
                total += 1;
                shown.push(entry);
            }
        }
        shown.reverse();
        Self { shown, total }
    }
}

impl<T> Newest<T> {
    /// Adds an empty line and the number of crashes.
    ///
    /// ```text
    /// showing 2 of 1,234 crashes; --all shows all
    /// ```
    pub(super) fn show_count(&self, page: &mut TextOutput) {
        page.gap();
        let crashes = crashes(self.total);
        match self.shown.len() {
            shown if shown < self.total => {
                let shown = number(shown);
                page.line(Style::Plain, format!("showing {shown} of {crashes}; --all shows all"));
            }
            _ => page.line(Style::Plain, crashes),
        }
    }
}

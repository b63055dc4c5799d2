//! Output for people: colours, width, and lines that are safe for a terminal.

use std::path::Path;
use std::{fmt, io};

use clap::Args;
use indicatif::{BinaryBytes, HumanCount};
use termcolor::{Buffer, Color, ColorSpec, WriteColor as _};
use vitte_diag::text::{self, cells, one_line, width_of};
use vitte_diag::{ColorChoice, Terminal};

use crate::log;

/// The arguments for output that people read.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct OutputArgs {
    /// Use colours: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    color: ColorChoice,
    /// Cut lines after N columns [default: the terminal's width; in a pipe or a file nothing is cut]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    width: Option<u16>,
}

/// The width of output that is not cut: of a pipe, a file, and a terminal whose width is unknown.
pub(super) const UNLIMITED: u16 = u16::MAX;

impl OutputArgs {
    pub(super) fn terminal(self) -> Terminal {
        let known = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
        let width = self.width.or_else(known).unwrap_or(UNLIMITED);
        Terminal::stdout(self.color).with_width(width)
    }

    pub(super) fn page(self) -> TextOutput {
        TextOutput::new(self.terminal())
    }

    /// Returns a page for values that people copy: it is not cut to the width of a terminal, which wraps long lines.
    pub(super) fn page_of_values(self) -> TextOutput {
        TextOutput::new(self.terminal().with_width(self.width.unwrap_or(UNLIMITED)))
    }
}

/// The role of a piece of text, which determines its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    Plain,
    Heading,
    /// Names, numbers and other secondary text.
    Secondary,
    Added,
    Removed,
}

impl Style {
    /// Returns the ANSI sequence that sets this style and resets all others.
    fn sequence(self) -> Vec<u8> {
        let mut spec = ColorSpec::new();
        match self {
            Self::Plain => {}
            Self::Heading => _ = spec.set_bold(true),
            Self::Secondary => _ = spec.set_fg(Some(Color::Cyan)),
            Self::Added => _ = spec.set_fg(Some(Color::Green)),
            Self::Removed => _ = spec.set_fg(Some(Color::Red)),
        }
        let mut buffer = Buffer::ansi();
        // Writing to memory cannot fail.
        _ = buffer.set_color(&spec);
        buffer.into_inner()
    }
}

/// Lines for people, each cut to the width of the terminal if that is known. Control characters and commands of CI logs are escaped.
#[derive(Debug)]
pub(super) struct TextOutput {
    out: String,
    terminal: Terminal,
}

impl TextOutput {
    pub(super) const fn new(terminal: Terminal) -> Self {
        Self { out: String::new(), terminal }
    }

    /// Returns the width in cells: [`UNLIMITED`] if lines are not cut.
    pub(super) fn width(&self) -> usize {
        self.terminal.width.into()
    }

    /// Returns whether lines are cut.
    pub(super) const fn is_cut(&self) -> bool {
        self.terminal.width != UNLIMITED
    }

    /// Returns the width that is left after `used` cells; `usize::MAX` if lines are not cut.
    pub(super) fn room(&self, used: usize) -> usize {
        if self.is_cut() { self.width().saturating_sub(used) } else { usize::MAX }
    }

    /// Returns `max`, the number of entries that a list on a terminal has; all entries if lines are not cut.
    pub(super) const fn max_entries(&self, max: usize) -> usize {
        if self.is_cut() { max } else { usize::MAX }
    }

    /// Adds a line of one style. Control characters in it are escaped.
    pub(super) fn line(&mut self, style: Style, line: impl fmt::Display) {
        self.styled(&[(style, &line.to_string())]);
    }

    /// Adds a line of several styles. Control characters in them are escaped.
    pub(super) fn styled(&mut self, pieces: &[(Style, &str)]) {
        let mut remaining = self.room(0);
        let mut shown: Vec<(Style, String)> = Vec::new();
        for (style, piece) in pieces.iter().filter(|(_, piece)| !piece.is_empty()) {
            if remaining == 0 {
                break;
            }
            let mut piece = cut(piece, remaining);
            if shown.iter().all(|(_, before)| before.trim_start().is_empty()) {
                piece = cut(&text::escape_workflow_command(piece.into()), remaining);
            }
            remaining = remaining.saturating_sub(width_of(&piece));
            shown.push((*style, piece));
        }
        // Lines have no trailing blanks.
        while let Some((_, last)) = shown.last_mut() {
            last.truncate(last.trim_end().len());
            if !last.is_empty() {
                break;
            }
            shown.pop();
        }
        shown.iter().for_each(|(style, piece)| self.push(*style, piece));
        self.out.push('\n');
    }

    /// Adds a safe line unchanged, however long it is.
    pub(super) fn verbatim(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Adds a safe text with its colour.
    fn push(&mut self, style: Style, shown: &str) {
        if !self.terminal.color || style == Style::Plain || shown.is_empty() {
            return self.out.push_str(shown);
        }
        self.out.push_str(&String::from_utf8_lossy(&style.sequence()));
        self.out.push_str(shown);
        self.out.push_str(&String::from_utf8_lossy(&Style::Plain.sequence()));
    }

    /// Adds the line with the names of columns, which is safe, unchanged.
    pub(super) fn heading_line(&mut self, line: &str) {
        self.push(Style::Heading, line);
        self.out.push('\n');
    }

    /// Adds an empty line, unless the page is still empty.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// Adds an empty line and a heading.
    pub(super) fn heading(&mut self, heading: &str) {
        self.gap();
        self.line(Style::Heading, heading);
    }

    /// Adds one line for each name and value. Empty values are omitted; long ones are wrapped.
    pub(super) fn fields(&mut self, fields: &[(&str, String)]) {
        let fields = fields.iter().filter(|(_, value)| !value.is_empty());
        let indent = fields.clone().map(|(name, _)| width_of(name)).max().unwrap_or_default() + 2;
        for (name, value) in fields {
            let width = self.room(indent).max(MIN_TEXT_CELLS);
            for (index, line) in text::wrap(value, 4, width).lines().enumerate() {
                let name = if index == 0 { name } else { "" };
                self.styled(&[
                    (Style::Secondary, &format!("{name:indent$}")),
                    (Style::Plain, line),
                ]);
            }
        }
    }

    pub(super) fn finish(self) -> String {
        log::shown(self.out)
    }
}

/// The minimum width of wrapped text, however narrow the terminal is.
pub(super) const MIN_TEXT_CELLS: usize = 20;

/// Escapes a text so that it is one safe line.
pub(super) fn safe(text: &str) -> String {
    one_line(text).into_owned()
}

/// Characters of a string that are examined, unless more are shown; few terminals have longer lines.
const MAX_CHARS: usize = 1000;

/// Returns a text as one safe line of at most `max` cells; if it is cut, it ends with `...`. With `usize::MAX` the whole
/// text is returned.
pub(super) fn cut(text: &str, max: usize) -> String {
    if max >= UNLIMITED.into() {
        return safe(text);
    }
    let head: String = text.chars().take(MAX_CHARS.max(max)).collect();
    let line = one_line(&head);
    if head.len() == text.len() && width_of(&line) <= max {
        return line.into_owned();
    }
    let dots = "...";
    let fits = cells(&line, 1).take_while(|cluster| cluster.end + dots.len() <= max);
    let mut shown: String = fits.map(|cluster| cluster.text).collect();
    shown.truncate(shown.trim_end().len());
    shown + dots
}

/// Like [`cut`], but keeps the end of the text: `...apes.vitte:13:1`.
pub(super) fn cut_left(text: &str, max: usize) -> String {
    if max >= UNLIMITED.into() {
        return safe(text);
    }
    let skipped = text.chars().count().saturating_sub(MAX_CHARS.max(max));
    let tail: String = text.chars().skip(skipped).collect();
    let line = one_line(&tail);
    let width = width_of(&line);
    if skipped == 0 && width <= max {
        return line.into_owned();
    }
    let dots = "...";
    let fits = |start: usize| width - start + dots.len() <= max;
    let clusters = cells(&line, 1);
    let shown: String =
        clusters.filter(|cluster| fits(cluster.start)).map(|cluster| cluster.text).collect();
    dots.to_owned() + &shown
}

/// Returns a path as one safe line.
pub(super) fn display_path(path: &Path) -> String {
    safe(&path.to_string_lossy())
}

/// Formats a number with separators: `1,234`.
pub(super) fn number(number: usize) -> String {
    HumanCount(number as u64).to_string()
}

/// Formats a number with its noun: `1,234 crashes`.
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Formats a number of crashes.
pub(super) fn crashes(count: usize) -> String {
    self::count(count, "crash", "crashes")
}

/// Formats a size: `512 B`, `1.50 KiB`.
pub(super) fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_graphemes() {
        assert_eq!(cut("whole", 5), "whole");
        assert_eq!(cut("a text", 5), "a...");
        assert_eq!(cut("日本語の文", 9), "日本語...");
        assert_eq!(cut("日本語の文", 8), "日本...");
        assert_eq!(cut("a\n\u{1b}[2J", 20), "a\\n␛[2J");
        assert_eq!(cut("\u{202e}abcdefgh", 12), "<U+202E>a...");
        assert_eq!(cut(&"x".repeat(1 << 20), MAX_CHARS).len(), MAX_CHARS);
        assert!(cut(&"\u{200b}".repeat(1 << 20), 20).len() < 4 * MAX_CHARS);
    }

    #[test]
    fn numbers_and_sizes_are_formatted_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(crashes(1), "1 crash");
        assert_eq!(crashes(1000), "1,000 crashes");
        let sizes = [0, 1023, 1024, 1536, 1 << 20, (1 << 20) - 1, 5 << 30, u64::MAX];
        let shown = [
            "0 B",
            "1023 B",
            "1.00 KiB",
            "1.50 KiB",
            "1.00 MiB",
            "1024.00 KiB",
            "5.00 GiB",
            "16.00 EiB",
        ];
        assert_eq!(sizes.map(size), shown);
    }

    #[test]
    fn lines_are_cut_and_safe() {
        let mut page = TextOutput::new(Terminal::default().with_width(12));
        page.line(Style::Heading, "::warning::\u{1b}[2J");
        page.styled(&[
            (Style::Secondary, "  "),
            (Style::Plain, "::x"),
            (Style::Plain, "0123456789"),
        ]);
        assert_eq!(page.finish(), "\\::warnin...\n  \\::x012...\n");
        let mut colored = Terminal::default();
        colored.color = true;
        let mut page = TextOutput::new(colored);
        page.styled(&[(Style::Added, "+ a"), (Style::Plain, " b")]);
        assert_eq!(page.finish(), "\u{1b}[0m\u{1b}[32m+ a\u{1b}[0m b\n");
    }
}

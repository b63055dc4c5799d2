//! How output looks: colours, width, and lines that no terminal obeys.

use std::fmt;

use clap::Args;
use indicatif::HumanCount;
use termcolor::{Buffer, Color, ColorSpec, WriteColor as _};
use vitte_diag::text::{self, cells, one_line, width_of};
use vitte_diag::{ColorChoice, Terminal};

/// How output looks that is for people.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Look {
    /// Colour: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    color: ColorChoice,
    /// Cut lines at N cells [default: the terminal's width, or 140]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    width: Option<u16>,
}

impl Look {
    pub(super) fn terminal(self) -> Terminal {
        let terminal = Terminal::stdout(self.color);
        self.width.map_or(terminal, |width| terminal.with_width(width))
    }

    pub(super) fn page(self) -> Page {
        Page::new(self.terminal())
    }
}

/// What a piece of a line is, and so its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ink {
    Plain,
    Heading,
    /// What stands beside the things themselves.
    Aside,
    Added,
    Removed,
}

impl Ink {
    /// The sequence that turns it on, and all else off.
    fn sequence(self) -> Vec<u8> {
        let mut spec = ColorSpec::new();
        match self {
            Self::Plain => {}
            Self::Heading => _ = spec.set_bold(true),
            Self::Aside => _ = spec.set_fg(Some(Color::Cyan)),
            Self::Added => _ = spec.set_fg(Some(Color::Green)),
            Self::Removed => _ = spec.set_fg(Some(Color::Red)),
        }
        let mut buffer = Buffer::ansi();
        // Writing to memory cannot fail.
        _ = buffer.set_color(&spec);
        buffer.into_inner()
    }
}

/// Lines for a person, each cut to the width of the terminal, none of which it or a log obeys.
#[derive(Debug)]
pub(super) struct Page {
    out: String,
    terminal: Terminal,
}

impl Page {
    pub(super) const fn new(terminal: Terminal) -> Self {
        Self { out: String::new(), terminal }
    }

    pub(super) fn width(&self) -> usize {
        self.terminal.width.into()
    }

    /// Adds a line of one ink; any text is fine.
    pub(super) fn line(&mut self, ink: Ink, line: impl fmt::Display) {
        self.inked(&[(ink, &line.to_string())]);
    }

    /// Adds a line of several inks; any texts are fine.
    pub(super) fn inked(&mut self, pieces: &[(Ink, &str)]) {
        let mut room = self.width();
        let mut shown: Vec<(Ink, String)> = Vec::new();
        for (ink, piece) in pieces.iter().filter(|(_, piece)| !piece.is_empty()) {
            if room == 0 {
                break;
            }
            let mut piece = cut(piece, room);
            if shown.iter().all(|(_, before)| before.trim_start().is_empty()) {
                piece = cut(&text::further_line(piece.into()), room);
            }
            room = room.saturating_sub(width_of(&piece));
            shown.push((*ink, piece));
        }
        // No line ends with blanks.
        while let Some((_, last)) = shown.last_mut() {
            last.truncate(last.trim_end().len());
            if !last.is_empty() {
                break;
            }
            shown.pop();
        }
        shown.iter().for_each(|(ink, piece)| self.ink(*ink, piece));
        self.out.push('\n');
    }

    /// Adds a line as it is, which is safe.
    pub(super) fn whole(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Adds a safe text with its colour.
    fn ink(&mut self, ink: Ink, shown: &str) {
        if !self.terminal.color || ink == Ink::Plain || shown.is_empty() {
            return self.out.push_str(shown);
        }
        self.out.push_str(&String::from_utf8_lossy(&ink.sequence()));
        self.out.push_str(shown);
        self.out.push_str(&String::from_utf8_lossy(&Ink::Plain.sequence()));
    }

    /// Adds an empty line, but not at the beginning.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// A heading behind an empty line.
    pub(super) fn heading(&mut self, heading: &str) {
        self.gap();
        self.line(Ink::Heading, heading);
    }

    /// Names and what they mean, one below the other; what is empty is left out, and what is long goes on
    /// below itself.
    pub(super) fn facts(&mut self, facts: &[(&str, String)]) {
        let facts = facts.iter().filter(|(_, fact)| !fact.is_empty());
        let indent = facts.clone().map(|(name, _)| width_of(name)).max().unwrap_or_default() + 2;
        for (name, fact) in facts {
            let room = self.width().saturating_sub(indent).max(LEAST);
            for (index, line) in text::block(fact, 4, room).lines().enumerate() {
                let name = if index == 0 { name } else { "" };
                self.inked(&[(Ink::Aside, &format!("{name:indent$}")), (Ink::Plain, line)]);
            }
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

/// Cells of a text that is wrapped, however narrow the terminal is.
pub(super) const LEAST: usize = 20;

/// A text on one line, safe to show: an id or a path of a file may be anything.
pub(super) fn safe(text: &str) -> String {
    one_line(text).into_owned()
}

/// The most characters of a text that are kept: more than any terminal shows on a line.
const MOST_CHARS: usize = 1000;

/// A text on one line of at most `room` cells; dots stand where more of it is.
pub(super) fn cut(text: &str, room: usize) -> String {
    let head: String = text.chars().take(MOST_CHARS).collect();
    let line = one_line(&head);
    if head.len() == text.len() && width_of(&line) <= room {
        return line.into_owned();
    }
    let dots = "...";
    let fits = cells(&line, 1).take_while(|cluster| cluster.end + dots.len() <= room);
    let mut shown: String = fits.map(|cluster| cluster.text).collect();
    shown.truncate(shown.trim_end().len());
    shown + dots
}

/// A number that a person reads: `1,234`.
pub(super) fn number(number: usize) -> String {
    HumanCount(number as u64).to_string()
}

/// So many of something: `1,234 crashes`.
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// So many crashes.
pub(super) fn crashes(count: usize) -> String {
    self::count(count, "crash", "crashes")
}

/// A size that a person reads: `512 B`, `1.5 KiB`.
pub(super) fn size(bytes: u64) -> String {
    let mut tenths = u128::from(bytes) * 10;
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].into_iter();
    let mut unit = "B";
    while tenths >= 10240 - 1 {
        let Some(next) = units.next() else { break };
        tenths = (tenths + 512) / 1024;
        unit = next;
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_what_a_reader_takes_for_characters() {
        assert_eq!(cut("whole", 5), "whole");
        assert_eq!(cut("a text", 5), "a...");
        assert_eq!(cut("日本語の文", 9), "日本語...");
        assert_eq!(cut("日本語の文", 8), "日本...");
        assert_eq!(cut("a\n\u{1b}[2J", 20), "a\\n␛[2J");
        assert_eq!(cut("\u{202e}abcdefgh", 12), "<U+202E>a...");
        assert_eq!(cut(&"x".repeat(1 << 20), MOST_CHARS).len(), MOST_CHARS);
        assert!(cut(&"\u{200b}".repeat(1 << 20), 20).len() < 4 * MOST_CHARS);
    }

    #[test]
    fn numbers_and_sizes_are_those_of_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(crashes(1), "1 crash");
        assert_eq!(crashes(1000), "1,000 crashes");
        let sizes = [0, 1023, 1024, 1536, 1 << 20, (1 << 20) - 1, 5 << 30, u64::MAX];
        let shown =
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB", "5.0 GiB", "16.0 EiB"];
        assert_eq!(sizes.map(size), shown);
    }

    #[test]
    fn lines_are_cut_and_safe() {
        let mut page = Page::new(Terminal::default().with_width(12));
        page.line(Ink::Heading, "::warning::\u{1b}[2J");
        page.inked(&[(Ink::Aside, "  "), (Ink::Plain, "::x"), (Ink::Plain, "0123456789")]);
        assert_eq!(page.finish(), "\\::warnin...\n  \\::x012...\n");
        let mut colored = Terminal::default();
        colored.color = true;
        let mut page = Page::new(colored);
        page.inked(&[(Ink::Added, "+ a"), (Ink::Plain, " b")]);
        assert_eq!(page.finish(), "\u{1b}[0m\u{1b}[32m+ a\u{1b}[0m b\n");
    }
}

//! The ANSI sequences between two styles (SGR, ECMA-48 section 8.3.117).
//!
//! ```text
//! from            to              sequence
//! plain           bold, red       ␛[1;91m
//! bold, red       bold, blue      ␛[94m
//! bold, red       bold            ␛[39m
//! bold, red       grey            ␛[0;38;5;246m
//! bold, red       plain           ␛[0m
//! ```

use smallvec::SmallVec;
use termcolor::{Buffer, WriteColor as _};

use super::text_style::TextStyle;
use crate::text::InlineText;

/// The sequences from each of `N` styles to each of them. They are computed once, because that takes longer than writing
/// the styled words.
#[derive(Debug)]
pub(super) struct SequenceTable<const N: usize> {
    /// For each style, the sequences from it to each style.
    sequences: Box<[[Sequence; N]; N]>,
    /// The styles that look like plain text, so that no sequence ends them.
    plain: [bool; N],
    underlined: [bool; N],
    has_underlined: bool,
}

impl<const N: usize> SequenceTable<N> {
    pub(super) fn new(styles: [TextStyle; N]) -> Self {
        let plain = styles.map(|style| style == TextStyle::new());
        let underlined = styles.map(|style| style.underline);
        let styles = styles.map(Parameters::new);
        let rows = styles.each_ref().map(|from| styles.each_ref().map(|to| between(from, to)));
        let has_underlined = underlined.contains(&true);
        Self { sequences: Box::new(rows), plain, underlined, has_underlined }
    }

    /// Appends the sequence from one style to another, which is empty if they look the same.
    #[inline(always)]
    pub(super) fn push(&self, from: usize, to: usize, out: &mut Vec<u8>) {
        if let Some(sequence) = self.sequences.get(from).and_then(|row| row.get(to)) {
            sequence.push_to(out);
        }
    }

    /// Changes a style to the plain one and ends the line.
    #[inline]
    pub(super) fn end_line(&self, from: usize, out: &mut Vec<u8>) {
        if self.plain.get(from).copied().unwrap_or_default() {
            out.push(b'\n');
        } else {
            // A constant is faster than a sequence and a line feed after it.
            out.extend_from_slice(b"\x1b[0m\n");
        }
    }

    /// Returns true if text in a style is underlined.
    #[inline]
    pub(super) fn is_underlined(&self, style: usize) -> bool {
        self.has_underlined && self.underlined.get(style).copied().unwrap_or_default()
    }
}

/// The longest sequence has 29 bytes: a reset, four attributes and a 24-bit colour.
type Sequence = InlineText<31>;

/// Returns the shortest sequence that changes one style to another.
fn between(from: &Parameters, to: &Parameters) -> Sequence {
    if from.style == to.style {
        return Sequence::new(b"");
    }
    let reset = joined(["0"].into_iter().chain(to.all()));
    if !to.style.has_attributes_of(from.style) || to.style == TextStyle::new() {
        return reset;
    }
    let default_color = to.style.color.is_none() && from.style.color.is_some();
    let added = to.all().filter(|added| from.all().all(|other| other != *added));
    let changes = joined(default_color.then_some("39").into_iter().chain(added));
    if changes.len() <= reset.len() { changes } else { reset }
}

/// Returns the sequence with these parameters.
fn joined<'p>(parameters: impl Iterator<Item = &'p str>) -> Sequence {
    let mut sequence = SmallVec::<[u8; 32]>::new();
    for (index, parameter) in parameters.enumerate() {
        sequence.extend_from_slice(if index == 0 { b"\x1b[" } else { b";" });
        sequence.extend_from_slice(parameter.as_bytes());
    }
    sequence.push(b'm');
    Sequence::new(&sequence)
}

/// The parameters that turn a style on.
#[derive(Debug)]
struct Parameters {
    style: TextStyle,
    /// Separated by spaces. A colour is one of them.
    text: String,
}

impl Parameters {
    fn new(style: TextStyle) -> Self {
        let mut buffer = Buffer::ansi();
        // Writing to memory cannot fail.
        _ = buffer.set_color(style.spec().set_reset(false));
        // termcolor writes a sequence for each attribute.
        let written = String::from_utf8_lossy(buffer.as_slice());
        let each = written.split_terminator('m').filter_map(|it| it.strip_prefix("\u{1b}["));
        Self { style, text: each.map(shortened).collect::<Vec<_>>().join(" ") }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.text.split_ascii_whitespace()
    }
}

/// Returns the shorter form of one of the 16 colours, which all terminals with colours support.
fn shortened(parameter: &str) -> String {
    let index = parameter.strip_prefix("38;5;").and_then(|index| index.parse::<u8>().ok());
    match index {
        Some(index @ 0..8) => (30 + index).to_string(),
        Some(index @ 8..16) => (90 + index - 8).to_string(),
        _ => parameter.to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::emit::text_style::{AnsiColor, Color};

    /// Returns the style of a terminal after `output`, which consists of SGR sequences.
    pub(in crate::emit) fn interpret(mut style: TextStyle, output: &[u8]) -> TextStyle {
        let output = str::from_utf8(output).unwrap();
        for sequence in output.split_inclusive('m') {
            let parameters = sequence.strip_prefix("\u{1b}[").unwrap().strip_suffix('m').unwrap();
            let mut numbers = parameters.split(';').map(|number| number.parse::<u8>().unwrap());
            let mut next = || numbers.next();
            while let Some(number) = next() {
                match number {
                    0 => style = TextStyle::new(),
                    1 => style.bold = true,
                    2 => style.dimmed = true,
                    3 => style.italic = true,
                    4 => style.underline = true,
                    30..38 => style.color = Some(indexed(number - 30)),
                    38 => {
                        style.color = Some(match next() {
                            Some(5) => indexed(next().unwrap()),
                            _ => Color::Rgb(next().unwrap(), next().unwrap(), next().unwrap()),
                        });
                    }
                    39 => style.color = None,
                    90..98 => style.color = Some(indexed(number - 90 + 8)),
                    _ => panic!("unknown parameter in {sequence:?}"),
                }
            }
        }
        style
    }

    /// Returns a style in which one of the 16 colours is an index.
    pub(in crate::emit) fn normalized(mut style: TextStyle) -> TextStyle {
        if let Some(Color::Ansi(color)) = style.color {
            style.color = Some(indexed(color.index()));
        }
        style
    }

    fn indexed(index: u8) -> Color {
        Color::Indexed(index)
    }

    fn styles() -> [TextStyle; 12] {
        let plain = TextStyle::new();
        let red = plain.with_color(Color::Ansi(AnsiColor::BrightRed));
        let blue = plain.with_color(Color::Ansi(AnsiColor::Blue));
        let grey = plain.with_color(Color::Indexed(246));
        let rgb = plain.with_color(Color::Rgb(255, 254, 253));
        let all = rgb.bold().italic().underline().dimmed();
        let bold = plain.bold();
        [
            plain,
            red,
            blue,
            grey,
            rgb,
            all,
            bold,
            red.bold(),
            blue.bold(),
            grey.italic(),
            red.dimmed(),
            bold.underline(),
        ]
    }

    #[test]
    fn sequences_change_one_style_to_another() {
        let (styles, table) = (styles(), SequenceTable::new(styles()));
        for (from, &old) in styles.iter().enumerate() {
            for (to, &new) in styles.iter().enumerate() {
                let mut out = Vec::new();
                table.push(from, to, &mut out);
                assert_eq!(interpret(normalized(old), &out), normalized(new), "{old:?} {new:?}");
                // termcolor resets the terminal, and writes a sequence for each attribute.
                let mut buffer = Buffer::ansi();
                buffer.set_color(&new.spec()).unwrap();
                assert_eq!(interpret(normalized(old), buffer.as_slice()), normalized(new));
                assert!(out.len() <= buffer.as_slice().len(), "{old:?} {new:?}");
                assert_eq!(out.is_empty(), old == new);
            }
        }
    }

    #[test]
    fn sequences_are_short() {
        let table = SequenceTable::new(styles());
        let sequence = |from, to| {
            let mut out = Vec::new();
            table.push(from, to, &mut out);
            String::from_utf8(out).unwrap().replace('\u{1b}', "␛")
        };
        for (from, to, expected) in [
            (0, 7, "␛[1;91m"),
            (7, 8, "␛[34m"),
            (7, 6, "␛[39m"),
            (7, 3, "␛[0;38;5;246m"),
            (7, 0, "␛[0m"),
            (2, 0, "␛[0m"),
            (1, 11, "␛[0;1;4m"),
            (5, 0, "␛[0m"),
            (7, 5, "␛[2;3;4;38;2;255;254;253m"),
            (10, 5, "␛[1;3;4;38;2;255;254;253m"),
            (9, 5, "␛[1;2;4;38;2;255;254;253m"),
        ] {
            let found = sequence(from, to);
            assert_eq!(found.len(), expected.len(), "{found} {expected}");
            let sorted = |text: &str| {
                let mut parts: Vec<_> = text.split([';', '[', 'm']).map(str::to_owned).collect();
                parts.sort();
                parts
            };
            assert_eq!(sorted(&found), sorted(expected), "{found}");
        }
        assert_eq!(sequence(3, 5).len(), "␛[1;2;3;4;38;2;255;254;253m".len());
        assert_eq!(sequence(99, 99), "");
    }
}

//! Renders a crash report as a diagnostic in one of the formats.

mod output;

use std::io;

pub(crate) use output::{RenderedOutput, write};
use vitte_capsule::CrashReport;
use vitte_diag::{
    BacktraceStyle, ColorChoice, Emitter as _, EmitterOptions, Format, Stream, Terminal, Tool,
};

/// How crash reports are rendered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RenderOptions {
    pub(crate) format: Format,
    pub(crate) terminal: TerminalSource,
    /// Whether human output is one line. `None` means yes if `CI` is set.
    pub(crate) quiet: Option<bool>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        let terminal = TerminalSource::Stderr(ColorChoice::Auto);
        Self { format: Format::Human, terminal, quiet: None }
    }
}

/// The terminal for which a report is rendered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TerminalSource {
    /// Standard error. Its properties are queried only when there is a crash, so that the start of a program is not
    /// slower.
    Stderr(ColorChoice),
    Fixed(Terminal),
}

/// [`RenderOptions`] packed into one number, which the reporter reads from the shared memory of the crashed process. 0 means
/// the default options.
///
/// | bytes, from the lowest | content |
/// |---|---|
/// | 0, 1 | width of a fixed terminal in cells, little-endian |
/// | 2 | position of the format in [`Format::ALL`] |
/// | 3 | position of the colour choice in [`COLOR_CHOICES`] |
/// | 4 | position of `quiet` in [`QUIET_CHOICES`] |
/// | 5 | the flags [`IS_FIXED`], [`COLOR`], [`HYPERLINKS`], [`FULL_BACKTRACES`], [`ALL_FRAMES`] and [`IS_CI_LOG`] |
/// | 6, 7 | 0 |
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PackedRenderOptions(pub(crate) u64);

const COLOR_CHOICES: [ColorChoice; 3] =
    [ColorChoice::Auto, ColorChoice::Always, ColorChoice::Never];
const QUIET_CHOICES: [Option<bool>; 3] = [None, Some(false), Some(true)];

/// The terminal is [`TerminalSource::Fixed`].
const IS_FIXED: u8 = 1;
/// The properties of a fixed terminal.
const COLOR: u8 = 1 << 1;
const HYPERLINKS: u8 = 1 << 2;
const FULL_BACKTRACES: u8 = 1 << 3;
const ALL_FRAMES: u8 = 1 << 4;
const IS_CI_LOG: u8 = 1 << 5;

impl From<RenderOptions> for PackedRenderOptions {
    fn from(RenderOptions { format, terminal, quiet }: RenderOptions) -> Self {
        let (color_choice, [width_low, width_high], flags) = match terminal {
            TerminalSource::Stderr(choice) => (choice, [0; 2], 0),
            TerminalSource::Fixed(terminal) => {
                let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
                let flags = IS_FIXED
                    | flag(terminal.color, COLOR)
                    | flag(terminal.hyperlinks, HYPERLINKS)
                    | flag(terminal.backtraces == BacktraceStyle::Full, FULL_BACKTRACES)
                    | flag(terminal.backtraces == BacktraceStyle::All, ALL_FRAMES)
                    | flag(terminal.is_ci_log, IS_CI_LOG);
                (ColorChoice::Auto, terminal.width.to_le_bytes(), flags)
            }
        };
        let format = position(Format::ALL, format);
        let color_choice = position(&COLOR_CHOICES, color_choice);
        let quiet = position(&QUIET_CHOICES, quiet);
        let bytes = [width_low, width_high, format, color_choice, quiet, flags, 0, 0];
        Self(u64::from_le_bytes(bytes))
    }
}

/// Returns the position of `value` in `all`, or that of the default, 0, if it is not in `all`.
fn position<T: Copy + PartialEq>(all: &[T], value: T) -> u8 {
    (0..).zip(all).find(|(_, other)| **other == value).map_or(0, |(position, _)| position)
}

impl From<PackedRenderOptions> for RenderOptions {
    /// Unknown positions, which only damaged memory contains, become the defaults.
    fn from(PackedRenderOptions(packed): PackedRenderOptions) -> Self {
        let [width_low, width_high, format, color_choice, quiet, flags, ..] = packed.to_le_bytes();
        let terminal = if flags & IS_FIXED != 0 {
            let mut terminal = Terminal::default();
            terminal.width = u16::from_le_bytes([width_low, width_high]);
            terminal.color = flags & COLOR != 0;
            terminal.hyperlinks = flags & HYPERLINKS != 0;
            terminal.is_ci_log = flags & IS_CI_LOG != 0;
            terminal = terminal.with_backtraces(match flags {
                _ if flags & FULL_BACKTRACES != 0 => BacktraceStyle::Full,
                _ if flags & ALL_FRAMES != 0 => BacktraceStyle::All,
                _ => BacktraceStyle::Short,
            });
            TerminalSource::Fixed(terminal)
        } else {
            let choice = COLOR_CHOICES.get(usize::from(color_choice));
            TerminalSource::Stderr(choice.copied().unwrap_or_default())
        };
        Self {
            format: Format::ALL.get(usize::from(format)).copied().unwrap_or(Format::Human),
            terminal,
            quiet: QUIET_CHOICES.get(usize::from(quiet)).copied().flatten(),
        }
    }
}

/// Returns whether this is continuous integration, where a long message is of little use.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| !ci.is_empty() && ci != "false")
}

/// Renders a report.
pub(crate) fn render(options: RenderOptions, report: &CrashReport) -> RenderedOutput {
    let to_stdout = options.format.stream() == Stream::Stdout;
    let is_quiet = !to_stdout && options.quiet.unwrap_or_else(is_ci);
    let terminal = match options.terminal {
        TerminalSource::Stderr(choice) => Terminal::stderr(choice),
        TerminalSource::Fixed(terminal) => terminal,
    };
    let format = if is_quiet { Format::Short } else { options.format };
    if format == Format::Human {
        let bytes = report.to_terminal(terminal).into_bytes();
        return RenderedOutput { bytes, to_stdout };
    }
    let tool = Tool::new(report.program.clone(), report.version.clone());
    let options = EmitterOptions::new(tool, terminal);
    let mut bytes = Vec::new();
    let mut emitter = format.emitter(&mut bytes, &options);
    // Writing to memory cannot fail.
    let mut emit = || -> io::Result<()> {
        emitter.emit(&report.sources(), &report.to_diagnostic())?;
        emitter.finish()
    };
    _ = emit();
    drop(emitter);
    if let Some(path) = report.path.as_ref().filter(|_| is_quiet) {
        bytes.extend_from_slice(format!("report: {}\n", path.to_string_lossy()).as_bytes());
    }
    RenderedOutput { bytes, to_stdout }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_options_are_unpacked_to_the_same_options() {
        use BacktraceStyle::{All, Full, Short};
        let terminal = |color, width, hyperlinks, backtraces| {
            let mut terminal = Terminal::default();
            (terminal.color, terminal.width) = (color, width);
            terminal.hyperlinks = hyperlinks;
            TerminalSource::Fixed(terminal.with_backtraces(backtraces))
        };
        let terminals = COLOR_CHOICES.map(TerminalSource::Stderr).into_iter().chain([
            terminal(true, 1, false, Short),
            terminal(false, u16::MAX, true, All),
            terminal(false, 0, false, Full),
            TerminalSource::Fixed(Terminal::default().with_ci_log(true)),
        ]);
        for terminal in terminals {
            for &format in Format::ALL {
                for quiet in QUIET_CHOICES {
                    let options = RenderOptions { format, terminal, quiet };
                    assert_eq!(RenderOptions::from(PackedRenderOptions::from(options)), options);
                }
            }
        }
    }

    #[test]
    fn unknown_numbers_become_the_default_options() {
        let default = RenderOptions::default();
        assert_eq!(PackedRenderOptions::from(default), PackedRenderOptions(0));
        for packed in [0, !(u64::from(IS_FIXED) << 40)] {
            assert_eq!(RenderOptions::from(PackedRenderOptions(packed)), default);
        }
    }
}

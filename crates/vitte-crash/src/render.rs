//! How a crash is shown: as a diagnostic, in one of the formats.

mod output;

use std::io;

pub(crate) use output::{Shown, write};
use vitte_capsule::CrashReport;
use vitte_diag::{ColorChoice, Emitter as _, EmitterOptions, Format, Stream, Terminal, Tool};

/// How crashes are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Manner {
    pub(crate) format: Format,
    pub(crate) screen: Screen,
    /// As the environment says where nobody else does.
    pub(crate) quiet: Option<bool>,
}

impl Default for Manner {
    fn default() -> Self {
        Self { format: Format::Human, screen: Screen::Any(ColorChoice::Auto), quiet: None }
    }
}

/// How a crash is shown, as one number: the handler of a signal hands it to another process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Look(pub(crate) u64);

/// What a crash is shown on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Screen {
    /// Whatever standard error is by then: asking would make every start of a program longer.
    Any(ColorChoice),
    Known(Terminal),
}

const CHOICES: [ColorChoice; 3] = [ColorChoice::Auto, ColorChoice::Always, ColorChoice::Never];
const QUIET: [Option<bool>; 3] = [None, Some(false), Some(true)];

/// As one number: from the lowest bit on 16 bits for the width, 8 for the format, 4 for the choice of
/// colours, 4 for quiet, and one for each thing that is yes or no.
impl From<Manner> for Look {
    fn from(Manner { format, screen, quiet }: Manner) -> Self {
        let (terminal, choice, is_known) = match screen {
            Screen::Any(choice) => (Terminal::default(), choice, false),
            Screen::Known(terminal) => (terminal, ColorChoice::Auto, true),
        };
        let Terminal { width, .. } = terminal;
        let flags = [is_known, terminal.color, terminal.hyperlinks, terminal.full_backtraces];
        let flags = (32_u64..).zip(flags).map(|(bit, flag)| u64::from(flag) << bit);
        Self(
            u64::from(width)
                | index(Format::ALL, &format) << 16
                | index(&CHOICES, &choice) << 24
                | index(&QUIET, &quiet) << 28
                | flags.sum::<u64>(),
        )
    }
}

fn index<T: PartialEq>(all: &[T], one: &T) -> u64 {
    all.iter().position(|other| other == one).unwrap_or(0) as u64
}

impl From<Look> for Manner {
    fn from(Look(look): Look) -> Self {
        let bits = |at: u32, mask: u64| usize::try_from(look >> at & mask).unwrap_or(0);
        let flag = |bit: u32| bits(bit, 1) == 1;
        let choice = CHOICES.get(bits(24, 0xf)).copied().unwrap_or_default();
        let mut terminal = Terminal::default();
        terminal.color = flag(33);
        terminal.width = u16::try_from(bits(0, 0xffff)).unwrap_or(Terminal::DEFAULT_WIDTH);
        terminal.hyperlinks = flag(34);
        terminal.full_backtraces = flag(35);
        Self {
            format: Format::ALL.get(bits(16, 0xff)).copied().unwrap_or(Format::Human),
            screen: if flag(32) { Screen::Known(terminal) } else { Screen::Any(choice) },
            quiet: QUIET.get(bits(28, 0xf)).copied().flatten(),
        }
    }
}

/// Whether a machine builds this, which has no use for a long message.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| !ci.is_empty() && ci != "false")
}

/// The report as a document of its format.
pub(crate) fn show(look: Look, report: &CrashReport) -> Shown {
    let manner = Manner::from(look);
    let to_stdout = manner.format.stream() == Stream::Stdout;
    let is_short = !to_stdout && manner.quiet.unwrap_or_else(is_ci);
    let terminal = match manner.screen {
        Screen::Any(choice) => Terminal::stderr(choice),
        Screen::Known(terminal) => terminal,
    };
    let format = if is_short { Format::Short } else { manner.format };
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
    if let Some(path) = report.path.as_ref().filter(|_| is_short) {
        bytes.extend_from_slice(format!("report: {}\n", path.to_string_lossy()).as_bytes());
    }
    Shown { bytes, to_stdout }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manner_is_read_back() {
        let terminal = |color, width, hyperlinks, full_backtraces| {
            let mut terminal = Terminal::default();
            (terminal.color, terminal.width) = (color, width);
            (terminal.hyperlinks, terminal.full_backtraces) = (hyperlinks, full_backtraces);
            Screen::Known(terminal)
        };
        let screens = CHOICES.map(Screen::Any).into_iter().chain([
            terminal(true, 1, false, false),
            terminal(false, u16::MAX, true, false),
            terminal(false, 0, false, true),
        ]);
        for screen in screens {
            for &format in Format::ALL {
                for quiet in QUIET {
                    let manner = Manner { format, screen, quiet };
                    assert_eq!(Manner::from(Look::from(manner)), manner);
                }
            }
        }
    }
}

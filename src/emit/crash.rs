//! How a crash is shown: as a diagnostic, in one of the formats.

use std::io;

use super::Emitter as _;
use super::format::{Format, Setup, Stream};
use crate::color::ColorChoice;
use crate::crash::{
    Builder, Capsules, CrashGuard, CrashHandler, CrashReport, InstallError, Look, Shown,
};
use crate::terminal::Terminal;
use crate::tool::Tool;

impl CrashHandler {
    /// Puts a handler in place that does all that it can, until the result is dropped. The first line of
    /// `main` is where it belongs:
    ///
    /// ```
    /// use vitte_diag::crash::CrashHandler;
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let _guard = CrashHandler::install()?;
    ///     // …
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InstallError`] where one is in place already.
    pub fn install() -> Result<CrashGuard, InstallError> {
        Self::builder().install()
    }

    /// A handler that is told more, or does less.
    pub fn builder() -> Builder {
        let screen = Screen::Any(ColorChoice::Auto);
        #[cfg(feature = "capsule")]
        let capsules = Capsules::new(json);
        #[cfg(not(feature = "capsule"))]
        let capsules = Capsules::default();
        Builder::new(Manner { format: Format::Human, screen, quiet: None }.into(), show, capsules)
    }
}

impl Builder {
    /// In which format is a crash written, and to which stream: standard error for people, standard
    /// output for programs? By default [`Format::Human`].
    pub fn format(mut self, format: Format) -> Self {
        self.look = Manner { format, ..self.look.into() }.into();
        self
    }

    /// Are ANSI colours written? By default where standard error is a terminal that has them.
    pub fn color(mut self, choice: ColorChoice) -> Self {
        self.look = Manner { screen: Screen::Any(choice), ..self.look.into() }.into();
        self
    }

    /// Is one line enough for people, with the path of the report and no backtrace? By default where the
    /// environment has `CI`.
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.look = Manner { quiet: Some(quiet), ..self.look.into() }.into();
        self
    }
}

impl CrashGuard {
    /// From now on crashes are written in another format: that of the command line, once it is known.
    pub fn set_format(&self, format: Format, terminal: Terminal) {
        let screen = Screen::Known(terminal);
        self.set_look(Manner { format, screen, ..self.look().into() }.into());
    }
}

#[cfg(feature = "capsule")]
impl crate::crash::Capsule {
    /// A capsule of a report alone.
    #[must_use]
    pub fn new(report: CrashReport) -> Self {
        let report = report.bounded();
        let diagnostic = json(&report);
        Self::of(report, diagnostic)
    }

    /// The capsule as a page for a browser: one file that loads nothing and sends nothing, with a search, the
    /// calls, the contexts and a drawing of who called whom. It is the same for the same capsule.
    ///
    /// Nothing of a capsule is run, whatever it holds: text is escaped, what a reader could be fooled with
    /// has stand-ins, and the page's Content-Security-Policy allows its own script alone. What is very long
    /// is cut, and says so.
    #[must_use]
    pub fn to_html(&self) -> String {
        crate::crash::page(self, &fragment(self), super::HTML_STYLE)
    }
}

/// The crash as a terminal shows it, as markup.
#[cfg(feature = "capsule")]
fn fragment(capsule: &crate::crash::Capsule) -> String {
    let report = bounded(&capsule.report);
    let tool = Tool::new(report.module.clone(), report.version.clone());
    let mut emitter = super::HtmlEmitter::new(Vec::new(), &tool);
    // Writing to memory cannot fail.
    _ = emitter.emit(&capsule.source_map(), &report.to_diagnostic());
    _ = emitter.finish();
    String::from_utf8_lossy(&emitter.into_inner()).into_owned()
}

/// Cuts a text that is longer than anybody reads, and says so.
#[cfg(feature = "capsule")]
fn cut(text: &mut String) {
    const MOST: usize = 2000;
    let more = text.len().saturating_sub(MOST);
    if more > 0 {
        text.truncate(text.floor_char_boundary(MOST));
        *text += &format!(" ... {}", crate::text::more("byte", more));
    }
}

/// The report with as much as anybody reads.
#[cfg(feature = "capsule")]
fn bounded(report: &CrashReport) -> CrashReport {
    const MOST: usize = 50;
    let mut report = report.clone();
    let more = report.notes.len().saturating_sub(MOST);
    report.notes.truncate(MOST);
    if more > 0 {
        report.notes.push(format!("left out: {}", crate::text::more("note", more)));
    }
    report.context.truncate(MOST);
    for entry in &mut report.context {
        entry.values.truncate(MOST);
        let values = entry.values.iter_mut().flat_map(|value| [&mut value.key, &mut value.value]);
        values.chain([&mut entry.name]).for_each(cut);
    }
    report.notes.iter_mut().chain([&mut report.message, &mut report.module]).for_each(cut);
    report
}

/// The crash as the line of JSON that a compiler writes, without a line feed.
#[cfg(feature = "capsule")]
fn json(report: &CrashReport) -> String {
    let mut emitter = super::JsonEmitter::new(Vec::new());
    // Writing to memory cannot fail.
    _ = emitter.emit(&report.sources(), &report.to_diagnostic());
    let mut line = String::from_utf8_lossy(&emitter.into_inner()).into_owned();
    line.truncate(line.trim_end().len());
    line
}

/// How crashes are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Manner {
    format: Format,
    screen: Screen,
    /// As the environment says where nobody else does.
    quiet: Option<bool>,
}

/// What a crash is shown on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Screen {
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
        let Terminal { color, width, hyperlinks, full_backtraces } = terminal;
        let flags = [is_known, color, hyperlinks, full_backtraces];
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
        let terminal = Terminal {
            color: flag(33),
            width: u16::try_from(bits(0, 0xffff)).unwrap_or(Terminal::DEFAULT_WIDTH),
            hyperlinks: flag(34),
            full_backtraces: flag(35),
        };
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
fn show(look: Look, report: &CrashReport) -> Shown {
    let manner = Manner::from(look);
    let to_stdout = manner.format.stream() == Stream::Stdout;
    let is_short = !to_stdout && manner.quiet.unwrap_or_else(is_ci);
    let terminal = match manner.screen {
        Screen::Any(choice) => Terminal::stderr(choice),
        Screen::Known(terminal) => terminal,
    };
    let format = if is_short { Format::Short } else { manner.format };
    let tool = Tool::new(report.module.clone(), report.version.clone());
    let setup = Setup::new(tool, terminal);
    let mut bytes = Vec::new();
    let mut emitter = format.emitter(&mut bytes, &setup);
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
            Screen::Known(Terminal { color, width, hyperlinks, full_backtraces })
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

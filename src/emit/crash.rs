//! How a crash is shown: as a diagnostic, in one of the formats.

use std::io;

use super::Emitter as _;
use super::format::{Format, Setup, Stream};
use crate::color::ColorChoice;
use crate::crash::{Builder, CrashGuard, CrashHandler, CrashReport, InstallError, Look, Shown};
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
        let quiet = std::env::var("CI").is_ok_and(|ci| !ci.is_empty() && ci != "false");
        let terminal = Terminal::stderr(ColorChoice::Auto);
        Builder::new(Manner { format: Format::Human, terminal, quiet }.into(), show)
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
        self.look = Manner { terminal: Terminal::stderr(choice), ..self.look.into() }.into();
        self
    }

    /// Is one line enough for people, with the path of the report and no backtrace? By default where the
    /// environment has `CI`.
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.look = Manner { quiet, ..self.look.into() }.into();
        self
    }
}

impl CrashGuard {
    /// From now on crashes are written in another format: that of the command line, once it is known.
    pub fn set_format(&self, format: Format, terminal: Terminal) {
        self.set_look(Manner { format, terminal, ..self.look().into() }.into());
    }
}

/// How crashes are shown.
#[derive(Clone, Copy, Debug)]
struct Manner {
    format: Format,
    terminal: Terminal,
    quiet: bool,
}

/// As one number: from the lowest bit the width, the format, and what is yes or no.
impl From<Manner> for Look {
    fn from(Manner { format, terminal, quiet }: Manner) -> Self {
        let Terminal { color, width, hyperlinks, full_backtraces } = terminal;
        let format = Format::ALL.iter().position(|one| *one == format).unwrap_or(0);
        let flags = [color, hyperlinks, full_backtraces, quiet];
        let flags = (0_u64..).zip(flags).map(|(bit, flag)| u64::from(flag) << (32 + bit));
        Self(u64::from(width) | (format as u64) << 16 | flags.sum::<u64>())
    }
}

impl From<Look> for Manner {
    fn from(Look(look): Look) -> Self {
        let flag = |bit: u32| look >> (32 + bit) & 1 == 1;
        let format = usize::try_from(look >> 16 & 0xff).ok();
        let format = format.and_then(|index| Format::ALL.get(index)).copied();
        let terminal = Terminal {
            color: flag(0),
            width: u16::try_from(look & 0xffff).unwrap_or(Terminal::DEFAULT_WIDTH),
            hyperlinks: flag(1),
            full_backtraces: flag(2),
        };
        Self { format: format.unwrap_or(Format::Human), terminal, quiet: flag(3) }
    }
}

/// The report as a document of its format.
fn show(look: Look, report: &CrashReport) -> Shown {
    let manner = Manner::from(look);
    let to_stdout = manner.format.stream() == Stream::Stdout;
    let is_short = manner.quiet && !to_stdout;
    let format = if is_short { Format::Short } else { manner.format };
    let tool = Tool::new(report.module.clone(), report.version.clone());
    let setup = Setup::new(tool, manner.terminal);
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

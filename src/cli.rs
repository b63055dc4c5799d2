//! The command line flags of a compiler driver.
//!
//! ```
//! use clap::Parser;
//! use vitte_diag::{DiagnosticBag, Tool, cli::DiagnosticArgs};
//!
//! #[derive(Parser)]
//! struct Arguments {
//!     #[command(flatten)]
//!     diagnostics: DiagnosticArgs,
//! }
//!
//! let arguments = Arguments::parse_from(["mycc", "--deny-warnings", "--error-format=short"]);
//! let tool = Tool::default();
//! let bag = DiagnosticBag::with_policy(arguments.diagnostics.policy(&tool)?);
//! bag.emit(&Default::default(), &mut arguments.diagnostics.emitter(&tool))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod baseline_file;
mod output_file;
mod outputs;

use std::io;
use std::path::PathBuf;

pub use baseline_file::BaselineFileError;
pub use output_file::OutputFile;
pub use outputs::{Destination, OutputSpec, OutputSpecError, Outputs, OutputsError};

use crate::bag::{DiagnosticBag, Level, Policy, PolicyError};
use crate::baseline::{Baseline, BaselineError};
use crate::emit::{
    DiagnosticStyle, EditorUrl, Emitter, EmitterOptions, Format, JunitFamily, Stream, Theme,
};
use crate::registry::Tool;
use crate::source::SourceMap;
use crate::terminal::{ColorChoice, Terminal};
use crate::text::EmojiWidth;

const HEADING: &str = "Diagnostics";

/// The flags that select diagnostics and their output format, for flattening into the arguments of a driver.
#[derive(Clone, PartialEq, Eq, Debug, clap::Args)]
// Otherwise clap would use this documentation as the help of the program.
#[command(about = None, long_about = None)]
#[non_exhaustive]
pub struct DiagnosticArgs {
    /// Hide warnings; CODE is a code, a prefix of codes, or `warnings`
    #[arg(long, help_heading = HEADING, value_name = "CODE")]
    pub allow: Vec<String>,
    /// Report CODE as a warning
    #[arg(long, help_heading = HEADING, value_name = "CODE")]
    pub warn: Vec<String>,
    /// Report CODE as an error; the most specific of several levels applies
    #[arg(long, help_heading = HEADING, value_name = "CODE")]
    pub deny: Vec<String>,
    /// Report all warnings as errors, same as `--deny warnings`
    #[arg(long, help_heading = HEADING)]
    pub deny_warnings: bool,
    /// Stop showing diagnostics after N errors, but count them; 0 means no limit
    #[arg(long, help_heading = HEADING, value_name = "N", default_value_t = 0)]
    pub max_errors: u64,
    /// Report only what is not in the baseline FILE, as --error-format baseline=FILE has written it
    #[arg(long, help_heading = HEADING, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Cut and wrap lines after N columns [default: the terminal's width, or 140]
    #[arg(long, help_heading = HEADING, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub diagnostic_width: Option<u16>,
    /// Use colours: auto, always or never
    #[arg(long, help_heading = HEADING, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    pub color: ColorChoice,
    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would use the documentation as the help of the program")]
    pub style: StyleArgs,
    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would use the documentation as the help of the program")]
    pub report: ReportArgs,
    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would use the documentation as the help of the program")]
    pub outputs: Outputs,
}

/// The flags that determine how people see diagnostics, for flattening into the arguments of a program that shows
/// diagnostics of others. They are a part of [`DiagnosticArgs`].
#[derive(Clone, PartialEq, Eq, Debug, clap::Args)]
// Otherwise clap would use this documentation as the help of the program.
#[command(about = None, long_about = None)]
#[non_exhaustive]
pub struct StyleArgs {
    /// Draw diagnostics in STYLE: ascii, unicode or rustc [default: ascii]
    #[arg(long, help_heading = HEADING, value_name = "STYLE", value_enum, hide_possible_values = true)]
    pub diagnostic_style: Option<DiagnosticStyle>,
    #[arg(
        long,
        help_heading = HEADING,
        value_name = "THEME",
        default_value_t,
        help = format!("Use the colours of THEME: {}; for one background with -dark or -light", theme_names())
    )]
    /// The colours.
    pub theme: Theme,
    /// Show N lines before and after each label
    #[arg(long, help_heading = HEADING, value_name = "N", default_value_t = 0)]
    pub context_lines: u16,
    /// Set tab stops every N columns
    #[arg(long, help_heading = HEADING, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub tab_width: u8,
    /// Measure emoji of several characters as WIDTH: separate, as most terminals do, or joined
    #[arg(long, help_heading = HEADING, value_name = "WIDTH", value_enum, default_value_t, hide_possible_values = true)]
    pub emoji_width: EmojiWidth,
    /// Link paths to an editor, such as `vscode://file/{path}:{line}:{column}`
    #[arg(long, help_heading = HEADING, value_name = "URL")]
    pub editor_url: Option<EditorUrl>,
}

/// The flags that determine what reports for other programs contain, for flattening into the arguments of a program that
/// writes diagnostics of others. They are a part of [`DiagnosticArgs`].
#[derive(Clone, PartialEq, Eq, Debug, clap::Args)]
// Otherwise clap would use this documentation as the help of the program.
#[command(about = None, long_about = None)]
#[non_exhaustive]
pub struct ReportArgs {
    /// Show diagnostics without a location at the file PATH, in reports that require a location
    #[arg(long, help_heading = HEADING, value_name = "PATH")]
    pub fallback_path: Option<String>,
    /// Distinguish SARIF logs of one commit by NAME, such as the language or the build profile
    #[arg(long, help_heading = HEADING, value_name = "NAME")]
    pub sarif_category: Option<String>,
    /// Write at most N results to a SARIF log, and count the others; 0 means no limit
    #[arg(long, help_heading = HEADING, value_name = "N", default_value_t = EmitterOptions::SARIF_MAX_RESULTS)]
    pub sarif_max_results: usize,
    /// Write JUnit test cases with `file` and `line` (located), or without them, for Jenkins' xUnit plugin (jenkins)
    #[arg(long, help_heading = HEADING, value_name = "FAMILY", value_enum, default_value_t, hide_possible_values = true)]
    pub junit_family: JunitFamily,
}

impl ReportArgs {
    /// Returns options with the values of the flags.
    #[must_use]
    pub fn apply(&self, options: EmitterOptions) -> EmitterOptions {
        let mut options = options
            .with_sarif_max_results(self.sarif_max_results)
            .with_junit_family(self.junit_family);
        options.fallback_path = self.fallback_path.clone().or(options.fallback_path);
        options.sarif_category = self.sarif_category.clone().or(options.sarif_category);
        options
    }
}

fn theme_names() -> String {
    Theme::names().collect::<Vec<_>>().join(", ")
}

impl StyleArgs {
    /// Returns options with the values of the flags. Without `--diagnostic-style` the style of `options` stays.
    #[must_use]
    pub fn apply(&self, options: EmitterOptions) -> EmitterOptions {
        let style = self.diagnostic_style.unwrap_or(options.style);
        let options = options
            .with_style(style)
            .with_theme(self.theme.clone())
            .with_context_lines(self.context_lines)
            .with_tab_width(self.tab_width)
            .with_emoji_width(self.emoji_width);
        match &self.editor_url {
            Some(url) => options.with_editor_url(url.clone()),
            None => options,
        }
    }
}

impl DiagnosticArgs {
    /// Returns the policy that the flags describe. If two levels are set for the same selector, the stricter one
    /// applies.
    ///
    /// # Errors
    ///
    /// A [`PolicyError`] if `tool` does not have a code, or if `--allow` or `--warn` selects only errors.
    pub fn policy(&self, tool: &Tool) -> Result<Policy, PolicyError> {
        let levels =
            [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        // With a baseline, only what is not in it counts.
        let max_errors = if self.baseline.is_some() { 0 } else { self.max_errors };
        let mut policy = Policy::new(tool.codes()).with_max_errors(max_errors);
        for (selectors, level) in levels {
            for selector in selectors {
                policy = policy.with_level(selector, level)?;
            }
        }
        if self.deny_warnings { policy.with_level("warnings", Level::Deny) } else { Ok(policy) }
    }

    /// Reads the [baseline](Self::baseline). A compiler that takes long can report its errors before it begins.
    ///
    /// # Errors
    ///
    /// A [`BaselineFileError`] if the file cannot be read or is not a baseline.
    pub fn read_baseline(&self) -> Result<Option<Baseline>, BaselineFileError> {
        let read = |path: &PathBuf| {
            Baseline::read(path).map_err(|error| BaselineFileError { path: path.clone(), error })
        };
        self.baseline.as_ref().map(read).transpose()
    }

    /// Removes what is in the [baseline](Self::baseline) from a bag, then applies the limit of errors. Without a baseline
    /// nothing changes. Call it after the last diagnostic was pushed, before the bag is emitted.
    ///
    /// # Errors
    ///
    /// A [`BaselineFileError`] if the file cannot be read or is not a baseline, or if the new diagnostics would replace it.
    pub fn apply_baseline(
        &self,
        bag: &mut DiagnosticBag,
        sources: &SourceMap,
    ) -> Result<(), BaselineFileError> {
        let Some(baseline) = self.read_baseline()? else { return Ok(()) };
        self.check_baseline_output()?;
        bag.apply_baseline(&baseline, sources);
        if self.max_errors > 0 {
            bag.set_max_errors(self.max_errors);
        }
        Ok(())
    }

    /// Returns an error if the baseline is an output, too: only the new diagnostics would remain in it.
    fn check_baseline_output(&self) -> Result<(), BaselineFileError> {
        let is_output = |path: &&PathBuf| self.outputs.writes_to_file(Format::Baseline, path);
        let Some(path) = self.baseline.as_ref().filter(is_output) else { return Ok(()) };
        let why = "the format `baseline` would overwrite it with only the new diagnostics; without --baseline, it writes all";
        let error = BaselineError::Input(io::Error::new(io::ErrorKind::InvalidInput, why).into());
        Err(BaselineFileError { path: path.clone(), error })
    }

    /// Returns the format that is written to a [stream](Self::stream): the one of the first such output, or
    /// [`Format::Human`] if all outputs are files. It is the format for a crash.
    #[must_use]
    pub fn format(&self) -> Format {
        self.outputs.first_on_a_stream().map_or(Format::Human, |(format, _)| format)
    }

    /// Returns the stream of [`format`](Self::format).
    #[must_use]
    pub fn stream(&self) -> Stream {
        self.outputs.first_on_a_stream().map_or(Stream::Stderr, |(_, stream)| stream)
    }

    /// Returns the capabilities of [`stream`](Self::stream), with the width and colours of the flags.
    #[must_use]
    pub fn terminal(&self) -> Terminal {
        self.terminal_of(&Destination::Stream(self.stream()))
    }

    /// Files have no colours, even with `--color=always`.
    fn terminal_of(&self, destination: &Destination) -> Terminal {
        let terminal = match destination {
            Destination::Stream(Stream::Stderr) => Terminal::stderr(self.color),
            Destination::Stream(Stream::Stdout) => Terminal::stdout(self.color),
            Destination::File(_) => {
                let mut terminal = Terminal::PLAIN;
                terminal.backtraces = Terminal::stderr(self.color).backtraces;
                terminal
            }
        };
        self.diagnostic_width.map_or(terminal, |width| terminal.with_width(width))
    }

    /// Returns the options of the emitter: `tool`, the [terminal](Self::terminal), and the flags for people and reports.
    #[must_use]
    pub fn options(&self, tool: &Tool) -> EmitterOptions {
        let options = EmitterOptions::new(tool.clone(), self.terminal());
        self.report.apply(self.style.apply(options))
    }

    /// Returns an emitter of all outputs. Without a file it writes formats for people to standard error, and formats for
    /// programs to standard output.
    ///
    /// A file is replaced when the emitter [finishes](Emitter::finish), and stays as it was if that does not happen or
    /// writing fails. A failed output does not keep the others from being complete; `finish` returns its error.
    #[must_use]
    pub fn emitter(&self, tool: &Tool) -> Box<dyn Emitter> {
        self.emitter_with(&self.options(tool))
    }

    /// Returns an emitter of all outputs with other options, such as those of [`options`](Self::options) with a
    /// [highlighter](EmitterOptions::with_highlighter). It writes to the same places as [`emitter`](Self::emitter), and
    /// uses the terminal of `options` for [`stream`](Self::stream) only.
    #[must_use]
    pub fn emitter_with(&self, options: &EmitterOptions) -> Box<dyn Emitter> {
        let own = Destination::Stream(self.stream());
        self.outputs.emitter(|destination| {
            let mut options = options.clone();
            if *destination != own {
                options.terminal = self.terminal_of(destination);
            }
            options
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    // Not documented, because clap would use the documentation as the help of the program.
    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        diagnostics: DiagnosticArgs,
    }

    #[test]
    fn the_flags_do_not_change_the_description_of_the_program() {
        let help = Arguments::command().render_long_help().to_string();
        assert!(help.starts_with("Usage: "), "{help}");
        assert!(help.contains("\nDiagnostics:\n      --allow <CODE>"), "{help}");
    }

    #[test]
    fn flags_become_a_policy_and_a_terminal() {
        let parse = |flags: &[&str]| Arguments::parse_from([&["mycc"], flags].concat()).diagnostics;
        let tool = Tool::default();
        assert_eq!(parse(&[]).policy(&tool), Ok(Policy::default()));
        let both = parse(&["--deny=W0100", "--allow=W0100"]).policy(&tool).unwrap();
        assert_eq!(both, Policy::default().with_level("W0100", Level::Deny).unwrap());
        let denied = parse(&["--deny-warnings", "--max-errors=3"]).policy(&tool).unwrap();
        let expected = Policy::default().with_level("warnings", Level::Deny).unwrap();
        assert_eq!(denied, expected.with_max_errors(3));
        let other =
            Tool::new("mycc", "1").with_codes([(crate::code!("LINT7"), crate::Severity::Warning)]);
        assert!(parse(&["--deny=W0100"]).policy(&other).is_err());
        assert!(parse(&["--deny=LINT"]).policy(&other).is_ok());
        assert_eq!(parse(&["--diagnostic-width=77", "--color=always"]).terminal().width, 77);
        assert!(parse(&["--color=always"]).terminal().color);
        assert!(!parse(&["--color=never"]).terminal().color);
    }

    #[test]
    fn flags_become_options() {
        let parse = |flags: &[&str]| Arguments::try_parse_from([&["mycc"], flags].concat());
        let options = |flags: &[&str]| parse(flags).unwrap().diagnostics.options(&Tool::default());
        let terminal = options(&[]).terminal;
        assert_eq!(options(&[]), EmitterOptions::new(Tool::default(), terminal));
        let flags =
            ["--diagnostic-style=unicode", "--theme=color-blind-light", "--context-lines=2"];
        let more = [
            "--tab-width=8",
            "--emoji-width=joined",
            "--editor-url=vscode://file/{path}:{line}:{column}",
        ];
        let url: EditorUrl = "vscode://file/{path}:{line}:{column}".parse().unwrap();
        let expected = EmitterOptions::new(Tool::default(), terminal)
            .with_style(DiagnosticStyle::Unicode)
            .with_theme(Theme::color_blind().on(crate::Background::Light))
            .with_context_lines(2)
            .with_tab_width(8)
            .with_emoji_width(EmojiWidth::Joined)
            .with_editor_url(url);
        assert_eq!(options(&[&flags[..], &more].concat()), expected);
        assert_eq!(options(&["--diagnostic-style=rustc"]).style, DiagnosticStyle::Rustc);
        let flags = [
            "--fallback-path=build.my",
            "--sarif-category=linux",
            "--sarif-max-results=0",
            "--junit-family=jenkins",
        ];
        let expected = EmitterOptions::new(Tool::default(), terminal)
            .with_fallback_path("build.my")
            .with_sarif_category("linux")
            .with_sarif_max_results(0)
            .with_junit_family(JunitFamily::Jenkins);
        assert_eq!(options(&flags), expected);

        let error = |flag: &str| parse(&[flag]).err().unwrap().to_string();
        for (flag, expected) in [
            ("--theme=solarized", "unknown theme `solarized`; expected one of default,"),
            ("--editor-url=vscode://file", "the URL does not contain the placeholder `{path}`"),
            ("--editor-url=x:{path}:{row}", "unknown placeholder `{row}`"),
            ("--tab-width=0", "0 is not in 1..=16"),
            ("--diagnostic-style=html", "invalid value 'html' for '--diagnostic-style <STYLE>'"),
        ] {
            assert!(error(flag).contains(expected), "{}", error(flag));
        }
    }
}

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

use std::io;

use crate::bag::{Level, Policy, PolicyError};
use crate::emit::{Emitter, EmitterOptions, Format, Stream};
use crate::registry::Tool;
use crate::terminal::{ColorChoice, Terminal};

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
    /// Cut and wrap lines after N columns [default: the terminal's width, or 140]
    #[arg(long, help_heading = HEADING, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub diagnostic_width: Option<u16>,
    /// Use colours: auto, always or never
    #[arg(long, help_heading = HEADING, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    pub color: ColorChoice,
    #[arg(
        long,
        help_heading = HEADING,
        value_name = "FORMAT",
        value_enum,
        default_value_t = Format::Human,
        hide_possible_values = true,
        help = format!("Write diagnostics in FORMAT: {}", Format::names())
    )]
    /// The output format.
    pub error_format: Format,
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
        let mut policy = Policy::new(tool.codes()).with_max_errors(self.max_errors);
        for (selectors, level) in levels {
            for selector in selectors {
                policy = policy.with_level(selector, level)?;
            }
        }
        if self.deny_warnings { policy.with_level("warnings", Level::Deny) } else { Ok(policy) }
    }

    /// Returns the capabilities of the stream that the format is written to, with the width and colours of the
    /// flags.
    #[must_use]
    pub fn terminal(&self) -> Terminal {
        let terminal = match self.error_format.stream() {
            Stream::Stderr => Terminal::stderr(self.color),
            Stream::Stdout => Terminal::stdout(self.color),
        };
        self.diagnostic_width.map_or(terminal, |width| terminal.with_width(width))
    }

    /// Returns an emitter of the format. It writes formats for people to standard error and formats for programs
    /// to standard output.
    #[must_use]
    pub fn emitter(&self, tool: &Tool) -> Box<dyn Emitter> {
        let options = EmitterOptions::new(tool.clone(), self.terminal());
        match self.error_format.stream() {
            Stream::Stderr => self.error_format.emitter(io::stderr(), &options),
            Stream::Stdout => self.error_format.emitter(io::stdout(), &options),
        }
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
}

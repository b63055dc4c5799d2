//! The formats of the input.

use clap::ValueEnum;
use vitte_diag::read::InputFormat;

/// Where the diagnostics come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Origin {
    /// --error-format=json of this engine
    #[default]
    Json,
    /// rustc --error-format=json, cargo --message-format=json
    #[value(alias = "cargo")]
    Rustc,
    /// gcc -fdiagnostics-format=json
    Gcc,
    /// textDocument/publishDiagnostics, one notification per line
    Lsp,
    /// SARIF 2.1.0
    Sarif,
}

impl Origin {
    /// Returns the format of another tool, or `None` for that of this engine.
    pub(super) const fn input_format(self) -> Option<InputFormat> {
        match self {
            Self::Json => None,
            Self::Rustc => Some(InputFormat::Rustc),
            Self::Gcc => Some(InputFormat::Gcc),
            Self::Lsp => Some(InputFormat::Lsp),
            Self::Sarif => Some(InputFormat::Sarif),
        }
    }
}

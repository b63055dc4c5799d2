//! `vitte diag`: works on the JSON diagnostics of any compiler.

mod convert;
mod input;
mod merge;
mod stats;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;
use convert::Root;
use input::Input;
use vitte_diag::{ColorChoice, EmitterOptions, Format, Terminal, Tool, text};

/// Reads the JSON Lines that a compiler writes with --error-format=json
#[derive(Subcommand)]
pub(crate) enum Diag {
    /// Explain a code such as E0001
    Explain {
        /// The code
        code: String,
    },
    /// Convert diagnostics to another format
    Convert {
        #[arg(
            long,
            value_name = "FORMAT",
            value_enum,
            hide_possible_values = true,
            help = format!("The format: {}", Format::names())
        )]
        to: Format,
        /// Read sources only below DIR; without it, paths are relative to the current directory
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// The compiler's name
        #[arg(long, value_name = "NAME", default_value = "vittec")]
        tool: String,
        /// The compiler's version
        #[arg(long, value_name = "VERSION", default_value = env!("CARGO_PKG_VERSION"))]
        tool_version: String,
        /// Base URL of the explanations of codes; the code is appended to it
        #[arg(long, value_name = "URL")]
        codes_url: Option<String>,
        /// Use colours: auto, always or never
        #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
        color: ColorChoice,
        /// Cut and wrap lines after N columns [default: the terminal's width, or 140]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        diagnostic_width: Option<u16>,
        /// Output of --error-format=json [default: standard input]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Merge the diagnostics of several compile jobs: sorted, without duplicates
    Merge {
        /// Output of --error-format=json [default: standard input]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Count diagnostics by severity, code and file
    Stats {
        /// Output of --error-format=json [default: standard input]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Diag {
    /// Runs the command. Returns false if some input could not be read; the error is one of writing `out`.
    pub(crate) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        let read =
            |files: &[PathBuf]| Input::read(files, &mut io::stdin().lock(), &mut io::stderr());
        match self {
            Self::Explain { code } => explain(&code, out),
            Self::Convert {
                to,
                root,
                tool,
                tool_version,
                codes_url,
                color,
                diagnostic_width,
                files,
            } => {
                if let Some(root) = root.as_ref().filter(|root| !root.is_dir()) {
                    let root = root.to_string_lossy();
                    let root = text::one_line(&root);
                    writeln!(io::stderr(), "vitte: no such directory `{root}`")?;
                    return Ok(false);
                }
                let input = read(&files)?;
                let root = root.map_or_else(|| Root::From(PathBuf::from(".")), Root::Below);
                let terminal = Terminal::stdout(color);
                let terminal =
                    diagnostic_width.map_or(terminal, |width| terminal.with_width(width));
                // The pages are those of the Vitte compiler's codes, and of no other's.
                let own = Tool::default();
                let pages = if tool == own.name() { own.pages() } else { &[] };
                let tool = Tool::new(tool, tool_version).with_pages(pages.iter().copied());
                let tool = match codes_url {
                    Some(url) => tool.with_codes_url(url),
                    None => tool,
                };
                let options = EmitterOptions::new(tool, terminal);
                let report = &mut io::stderr();
                convert::convert(&input.diagnostics, to, &options, &root, out, report)?;
                Ok(!input.has_errors)
            }
            Self::Merge { files } => {
                let input = read(&files)?;
                out.write_all(&merge::merge(&input.diagnostics)?)?;
                Ok(!input.has_errors)
            }
            Self::Stats { files } => {
                let input = read(&files)?;
                out.write_all(stats::stats(&input.diagnostics).as_bytes())?;
                Ok(!input.has_errors)
            }
        }
    }
}

fn explain(code: &str, out: &mut dyn Write) -> io::Result<bool> {
    match Tool::default().explain(code) {
        Ok(page) => out.write_all(page.text.as_bytes()).map(|()| true),
        Err(error) => writeln!(io::stderr(), "vitte: {error}").map(|()| false),
    }
}

//! `vitte diag convert`: converts diagnostics to another format.

mod fallback;
mod import;
mod json;
mod new_only;
mod outputs;
mod streamed;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use import::Import;
use vitte_diag::cli::{OutputSpec, Outputs, ReportArgs, StyleArgs};
use vitte_diag::read::InputFormat;
use vitte_diag::{ColorChoice, DiagnosticStyle, EmitterOptions, Format, Terminal, Tool, text};

use super::comparison::{MemoryArgs, Run};
use super::input::InputArgs;
use super::origin::Origin;
use super::root::Root;
use crate::log;

/// The arguments of `vitte diag convert`.
#[derive(Args)]
pub(crate) struct Convert {
    /// The input: json, rustc (also in the output of cargo; drawn in the style rustc), gcc, lsp or sarif
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    from: Origin,
    #[arg(
        long,
        value_name = "FORMAT[=FILE]",
        required = true,
        help = format!("An output, on standard output or in FILE; may be repeated; FORMAT is one of {}", Format::names())
    )]
    to: Vec<OutputSpec>,
    /// Read sources only below DIR [default: the current directory]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// The compiler's name [default: the one that the input names, or vittec for json]
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// The compiler's version
    #[arg(long, value_name = "VERSION")]
    tool_version: Option<String>,
    /// Base URL of the explanations of codes; the code is appended to it
    #[arg(long, value_name = "URL")]
    codes_url: Option<String>,
    /// Use colours: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    color: ColorChoice,
    /// Cut and wrap lines after N columns [default: the terminal's width, or 140]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    diagnostic_width: Option<u16>,
    #[command(flatten)]
    style: StyleArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// Write only what is not in FILE: a baseline, or the JSON of an earlier run
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    memory: MemoryArgs,
    #[command(flatten)]
    input: InputArgs,
}

impl Convert {
    /// Runs the command. Returns exit code 1 if there are diagnostics that are not in the baseline, and 2 if some input could
    /// not be read.
    pub(super) fn run(&self, out: &mut dyn Write) -> io::Result<ExitCode> {
        let report = &mut log::stderr();
        if let Some(root) = self.root.as_ref().filter(|root| !root.is_dir()) {
            let root = root.to_string_lossy();
            let root = text::one_line(&root);
            writeln!(report, "vitte: no such directory `{root}`")?;
            return Ok(ExitCode::from(2));
        }
        let outputs = match outputs::outputs(&self.to) {
            Ok(outputs) => outputs,
            Err(error) => return writeln!(report, "vitte: {error}").map(|()| ExitCode::from(2)),
        };
        let terminal = Terminal::stdout(self.color);
        let terminal = self.diagnostic_width.map_or(terminal, |width| terminal.with_width(width));
        let root = Root::new(self.root.as_deref().unwrap_or(Path::new(".")));
        let from = self.from.input_format();
        let tool = from
            .map_or_else(|| Some(self.json_tool()), |from| self.named_tool(from.name(), "unknown"));
        let (style, reports) = (&self.style, &self.report);
        let setup = Setup { from, outputs: &outputs, tool, terminal, style, reports };
        if let Some(baseline) = &self.baseline {
            if outputs.writes_to_file(Format::Baseline, baseline) {
                let path = baseline.to_string_lossy();
                let path = text::one_line(&path);
                writeln!(report, "vitte: the baseline `{path}` would be replaced by what is new")?;
                return Ok(ExitCode::from(2));
            }
            let run = Run::open(self.from, &self.input, Some(root.dir()), &self.memory.temp_dir());
            let opened = run.and_then(|run| Ok((Run::open_known(baseline)?, run)));
            return match opened {
                Ok((known, run)) => new_only::convert(&known, &run, &self.memory, &setup, out),
                Err(error) => writeln!(report, "vitte: {error}").map(|()| ExitCode::from(2)),
            };
        }
        let is_complete = match from {
            None => json::convert(&self.input, &outputs, &setup.options(None), &root, out),
            Some(from) => {
                Import { from, setup: &setup, root: &root }.convert(&self.input, out, report)
            }
        };
        is_complete
            .map(|is_complete| if is_complete { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }

    /// Returns the tool of JSON, which names none.
    fn json_tool(&self) -> Tool {
        let own = Tool::default();
        let tool = self.named_tool(own.name(), own.version()).unwrap_or_else(|| own.clone());
        // The pages are those of the Vitte compiler's codes, and of no other's.
        let pages = if tool.name() == own.name() { own.pages() } else { &[] };
        if tool.pages().is_empty() { tool.with_pages(pages.iter().copied()) } else { tool }
    }

    /// Returns the tool of the arguments, or `None` if they do not name one.
    fn named_tool(&self, name: &str, version: &str) -> Option<Tool> {
        let is_named =
            self.tool.is_some() || self.tool_version.is_some() || self.codes_url.is_some();
        let name = self.tool.as_deref().unwrap_or(name).to_owned();
        let version = self.tool_version.as_deref().unwrap_or(version).to_owned();
        let tool = Tool::new(name, version);
        let tool = match &self.codes_url {
            Some(url) => tool.with_codes_url(url),
            None => tool,
        };
        is_named.then_some(tool)
    }
}

/// What is written, and how.
struct Setup<'a> {
    from: Option<InputFormat>,
    outputs: &'a Outputs,
    /// The tool; `None` for the one that the input names.
    tool: Option<Tool>,
    terminal: Terminal,
    style: &'a StyleArgs,
    reports: &'a ReportArgs,
}

impl Setup<'_> {
    /// Returns the options; `named` is the tool that the input names.
    fn options(&self, named: Option<Tool>) -> EmitterOptions {
        let unnamed = || Tool::new(self.from.map_or("unknown", InputFormat::name), "unknown");
        let tool = self.tool.clone().or(named).unwrap_or_else(unnamed);
        let style = match self.from {
            Some(InputFormat::Rustc) => DiagnosticStyle::Rustc,
            _ => DiagnosticStyle::default(),
        };
        let options = EmitterOptions::new(tool, self.terminal).with_style(style);
        self.reports.apply(self.style.apply(options))
    }
}

//! `vitte diag convert`: converts diagnostics to another format.

pub(super) mod import;
mod json;
mod outputs;
pub(super) mod root;
mod rustc;
pub(super) mod sources;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use import::{Import, Origin};
use root::Root;
use vitte_diag::cli::{OutputSpec, StyleArgs};
use vitte_diag::{ColorChoice, EmitterOptions, Format, Terminal, Tool, text};

use super::input::InputArgs;

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
    input: InputArgs,
}

impl Convert {
    /// Runs the command. Returns false if some input could not be read.
    pub(super) fn run(&self, out: &mut dyn Write) -> io::Result<bool> {
        let report = &mut io::stderr();
        if let Some(root) = self.root.as_ref().filter(|root| !root.is_dir()) {
            let root = root.to_string_lossy();
            let root = text::one_line(&root);
            writeln!(report, "vitte: no such directory `{root}`")?;
            return Ok(false);
        }
        let outputs = match outputs::outputs(&self.to) {
            Ok(outputs) => outputs,
            Err(error) => return writeln!(report, "vitte: {error}").map(|()| false),
        };
        let terminal = Terminal::stdout(self.color);
        let terminal = self.diagnostic_width.map_or(terminal, |width| terminal.with_width(width));
        let root = Root::new(self.root.as_deref().unwrap_or(Path::new(".")));
        let Some(from) = self.from.input_format() else {
            let options = self.style.apply(EmitterOptions::new(self.json_tool(), terminal));
            return json::convert(&self.input, &outputs, &options, &root, out);
        };
        let tool = self.named_tool(from.name(), "unknown");
        let style = &self.style;
        let import = Import { from, outputs: &outputs, tool, terminal, style, root: &root };
        import.convert(&self.input, out, report)
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

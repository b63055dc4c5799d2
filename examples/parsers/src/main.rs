//! Checks a file, or standard input, with the parser that is named on the command line.

use std::io::Read;
use std::process::ExitCode;

use vitte_diag::{ColorChoice, DiagnosticBag, HumanEmitter, SourceMap};
use vitte_diag_parsers::{PARSERS, check};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (parser, path) = match &*arguments {
        [parser] => (parser, None),
        [parser, path] => (parser, Some(path)),
        _ => return Ok(usage()),
    };
    let mut sources = SourceMap::new();
    let file = match path {
        Some(path) => sources.load(path)?,
        None => {
            let mut text = Vec::new();
            std::io::stdin().read_to_end(&mut text)?;
            sources.add("<stdin>", text)?
        }
    };
    let Some(diagnostics) = check(parser, sources.file(file)?) else { return Ok(usage()) };
    let mut bag = DiagnosticBag::new();
    bag.extend(diagnostics);
    let summary = bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    if bag.has_errors() {
        eprintln!("\n{summary}");
    }
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

fn usage() -> ExitCode {
    let names: Vec<&str> = PARSERS.iter().map(|(name, _)| *name).collect();
    eprintln!(
        "usage: vitte-diag-parsers PARSER [FILE]\nwhere PARSER is one of {}",
        names.join(", ")
    );
    ExitCode::from(2)
}

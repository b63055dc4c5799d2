//! Checks a file, or standard input, with the parser that is named on the command line.

use std::error::Error;
use std::io::Read;
use std::process::ExitCode;

use vitte_diag::{ColorChoice, DiagnosticBag, FileId, HumanEmitter, SourceMap};
use vitte_diag_parsers::{PARSERS, check};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (parser, path) = match &*arguments {
        [parser] => (parser, None),
        [parser, path] => (parser, Some(path)),
        _ => return Ok(usage()),
    };
    let mut sources = SourceMap::new();
    let mut bag = DiagnosticBag::new();
    match read(&mut sources, path) {
        Ok(file) => {
            let Some(diagnostics) = check(parser, sources.file(file)?) else { return Ok(usage()) };
            bag.extend(diagnostics);
        }
        Err(error) => _ = bag.push(error.into()),
    }
    let summary = bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    if bag.has_errors() {
        eprintln!("\n{summary}");
    }
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

/// Adds the file, or standard input, to the sources.
fn read(sources: &mut SourceMap, path: Option<&String>) -> Result<FileId, Box<dyn Error>> {
    let Some(path) = path else {
        let mut text = Vec::new();
        std::io::stdin().read_to_end(&mut text)?;
        return Ok(sources.add("<stdin>", text)?);
    };
    Ok(sources.load(path)?)
}

fn usage() -> ExitCode {
    let names: Vec<&str> = PARSERS.iter().map(|(name, _)| *name).collect();
    eprintln!(
        "usage: vitte-diag-parsers PARSER [FILE]\nwhere PARSER is one of {}",
        names.join(", ")
    );
    ExitCode::from(2)
}

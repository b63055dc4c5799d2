//! A compiler driver in one page: codes of its own, the flags of a driver, every format.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::registry::Page;
use vitte_diag::{Code, DiagnosticBag, SourceMap, Tool, code};

const EMPTY_LINE: Code = code!("TXT0001");

/// The page of a code: `include_str!("../codes/TXT0001.md")` in a real compiler.
const PAGE: &str = "\
# TXT0001: blanks at the end of a line

- Severity: warning
- Phase: reading
- Since: 1.0.0

Blanks at the end of a line are seen by nobody.

## Example

```text
two blanks  \n```

## Mended

```text
no blanks
```
";

/// Finds blanks at the ends of lines.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    diagnostics: DiagnosticArgs,
    /// The files to check
    files: Vec<std::path::PathBuf>,
}

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        // Standard error may be closed: that is no reason to end otherwise.
        _ = writeln!(std::io::stderr(), "blanks: {error}");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let tool = Tool::new("blanks", "1.0.0")
        .with_pages([Page::parse(PAGE)?])
        .with_codes_url("https://blanks.example/codes/");

    // Flags that name a code that is not there are an error that says which one is meant.
    let mut bag = DiagnosticBag::with_policy(arguments.diagnostics.policy(&tool)?);
    let mut sources = SourceMap::with_root(std::env::current_dir()?);
    for path in &arguments.files {
        let id = sources.load(path)?;
        let file = sources.file(id)?;
        for (start, line) in lines(file.text()) {
            let content = line.trim_end_matches(' ');
            if content.len() < line.len() {
                let span = file.span(start + content.len()..start + line.len())?;
                bag.push_warning(EMPTY_LINE, span, "blanks at the end of a line");
            }
        }
    }

    let summary = bag.emit(&sources, &mut arguments.diagnostics.emitter(&tool))?;
    writeln!(std::io::stderr(), "\n{summary}")?;
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

/// The lines of a text, each with the offset of its first byte.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

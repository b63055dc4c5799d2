//! A compiler driver on one page: a code of its own, the flags of a driver, every format.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::registry::Page;
use vitte_diag::{Code, DiagnosticBag, SourceError, SourceMap, Tool, code};

const TRAILING_SPACES: Code = code!("TXT0001");

/// The page of a code. A real compiler has it in a file: `include_str!("../codes/TXT0001.md")`.
const PAGE: &str = "\
# TXT0001: trailing spaces

- Severity: warning
- Phase: reading
- Since: 1.0.0

Spaces at the end of a line are invisible, and show up in every diff.

## Example

```text
two spaces  \n```

## Corrected

```text
no spaces
```
";

/// Find spaces at the ends of lines.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    diagnostics: DiagnosticArgs,
    /// The files to check
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        // Ignored: standard error may be closed.
        _ = writeln!(std::io::stderr(), "spaces: {error}");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let tool = Tool::new("spaces", "1.0.0")
        .with_pages([Page::parse(PAGE)?])
        .with_codes_url("https://spaces.example/codes/");

    // A flag with an unknown code is an error that suggests the nearest one.
    let mut bag = DiagnosticBag::with_policy(arguments.diagnostics.policy(&tool)?);
    let mut sources = SourceMap::with_root(std::env::current_dir()?);
    for path in &arguments.files {
        check(path, &mut sources, &mut bag)?;
    }

    arguments.diagnostics.apply_baseline(&mut bag, &sources)?;
    let summary = bag.emit(&sources, &mut arguments.diagnostics.emitter(&tool))?;
    writeln!(std::io::stderr(), "\n{summary}")?;
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

/// Reports each line of a file that ends with spaces.
fn check(path: &Path, sources: &mut SourceMap, bag: &mut DiagnosticBag) -> Result<(), SourceError> {
    let id = sources.load(path)?;
    let file = sources.file(id)?;
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let trimmed = content.trim_end_matches(' ');
        if trimmed.len() < content.len() {
            let span = file.span(start + trimmed.len()..start + content.len())?;
            bag.push_warning(TRAILING_SPACES, span, "trailing spaces");
        }
        start += line.len();
    }
    Ok(())
}

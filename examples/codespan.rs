//! Sources and diagnostics of this crate, drawn by codespan-reporting.

use codespan_reporting::term::{self, Config};
use vitte_diag::{Diagnostic, SourceMap, code};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", "let x = @\n")?;
    let span = sources.span(file, 8..9)?;
    let diagnostic = Diagnostic::error(code!("LEX0001"), span, "illegal character `@`")
        .with_label("no token begins with it")
        .with_help("remove it");
    let mut stderr = std::io::stderr();
    term::emit_to_io_write(&mut stderr, &Config::default(), &sources, &diagnostic.into())?;
    Ok(())
}

//! The shortest program that shows an error.

use vitte_diag::{ColorChoice, DiagnosticBag, HumanEmitter, SourceMap, code};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", "let x = @\n")?;
    let mut bag = DiagnosticBag::new();
    let span = sources.span(file, 8..9)?;
    bag.push_error(code!("LEX0001"), span, "illegal character `@`").add_help("remove it");
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(())
}

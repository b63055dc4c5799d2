//! The README's program.

use vitte_diag::{ColorChoice, DiagnosticBag, HumanEmitter, SourceMap, codes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", "let x = @\n")?;
    let mut bag = DiagnosticBag::new();
    let span = sources.span(file, 8..9)?;
    bag.push_error(codes::E0001, span, "illegal character `@`").add_help("remove it");
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(())
}

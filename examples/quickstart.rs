//! The README's program: one error in a source, shown to people and to programs.
#![allow(clippy::print_stdout, reason = "an example may print")]

use vitte_diag::{ColorChoice, DiagnosticBag, HumanEmitter, JsonEmitter, SourceMap, codes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", "fn main()\n  let x = @\n.end\n")?;

    let mut bag = DiagnosticBag::new();
    let span = sources.span(file, 20..21)?;
    bag.push_error(codes::E0001, span, "illegal character `@`").add_help("remove it");

    let summary = bag.emit(&sources, &mut HumanEmitter::stdout(ColorChoice::Auto))?;
    println!("\n{summary}\n");
    bag.emit(&sources, &mut JsonEmitter::new(std::io::stdout()))?;
    Ok(())
}

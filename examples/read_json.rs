//! JSON Lines, read back by the structs that write them.

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{Code, DiagnosticBag, JsonEmitter, SourceMap, code};

/// Returns the codes of the diagnostics in JSON Lines, in their order.
fn codes(json_lines: &str) -> serde_json::Result<Vec<Option<Code>>> {
    json_lines
        .lines()
        .map(|line| Ok(serde_json::from_str::<JsonDiagnostic<'_>>(line)?.code))
        .collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", "let x = @\nlet y = @\n")?;
    let mut bag = DiagnosticBag::new();
    bag.push_error(code!("LEX0001"), sources.span(file, 8..9)?, "illegal character `@`");
    bag.push_warning(code!("VAR0007"), sources.span(file, 14..15)?, "`y` is never used");

    let mut emitter = JsonEmitter::new(Vec::new());
    bag.emit(&sources, &mut emitter)?;
    let json_lines = String::from_utf8(emitter.into_inner())?;
    assert_eq!(codes(&json_lines)?, [Some(code!("LEX0001")), Some(code!("VAR0007"))]);
    Ok(())
}

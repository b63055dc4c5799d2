//! An error of your own: a code, two labels and a suggestion.

use vitte_diag::{
    Applicability, Code, ColorChoice, Diagnostic, DiagnosticBag, Edit, HumanEmitter, SourceMap,
    Suggestion, code,
};

/// Your own code, checked when your compiler is compiled.
const MISMATCHED_TYPES: Code = code!("TYP0042");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let text = "fn area(side: f64) -> f64\n  ret \"four\"\n.end\n";
    let file = sources.add("src/area.vitte", text)?;
    let value = sources.span(file, 32..38)?;
    let declared = sources.span(file, 22..25)?;

    let error = Diagnostic::error(MISMATCHED_TYPES, value, "mismatched types")
        .with_label("expected `f64`, found `str`")
        .with_secondary(declared, "the function returns `f64`")
        .with_suggestion(Suggestion::single(
            "write a number",
            Edit::replace(value, "4.0"),
            Applicability::MaybeIncorrect,
        ));

    let mut bag = DiagnosticBag::new();
    bag.push(error);
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(())
}

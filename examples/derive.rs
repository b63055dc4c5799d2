//! An error of your own as a struct: a code, two labels and a suggestion.

use vitte_diag::{ColorChoice, Diagnostic, DiagnosticBag, HumanEmitter, SourceMap, Span};

#[derive(Diagnostic)]
#[diagnostic(error, code = "TYP0042", message = "mismatched types")]
struct MismatchedTypes {
    expected: &'static str,
    found: String,
    #[primary("expected `{expected}`, found `{found}`")]
    #[suggestion("write a number", code = "4.0", applicability = "maybe-incorrect")]
    value: Span,
    #[label("the function returns `{expected}`")]
    declared: Option<Span>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let text = "fn area(side: f64) -> f64\n  ret \"four\"\n.end\n";
    let file = sources.add("src/area.vitte", text)?;
    let error = MismatchedTypes {
        expected: "f64",
        found: "str".to_owned(),
        value: sources.span(file, 32..38)?,
        declared: Some(sources.span(file, 22..25)?),
    };

    let mut bag = DiagnosticBag::new();
    bag.push(error.into());
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(())
}

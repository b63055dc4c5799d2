//! An error type of a compiler that becomes a diagnostic, instead of miette's derive.

use vitte_diag::{
    Code, ColorChoice, Diagnostic, DiagnosticBag, HumanEmitter, SourceMap, Span, code,
};

const MISMATCHED_TYPES: Code = code!("TYP0042");

/// What the type checker finds.
enum TypeError {
    Mismatch { value: Span, found: &'static str, declared: Span, expected: &'static str },
}

impl From<TypeError> for Diagnostic {
    fn from(error: TypeError) -> Self {
        match error {
            TypeError::Mismatch { value, found, declared, expected } => {
                Self::error(MISMATCHED_TYPES, value, "mismatched types")
                    .with_label(format!("expected `{expected}`, found `{found}`"))
                    .with_secondary(declared, format!("the function returns `{expected}`"))
                    .with_help("change the value or the return type")
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let text = "fn area(side: f64) -> f64\n  ret \"four\"\n.end\n";
    let file = sources.add("src/area.vitte", text)?;
    let (value, declared) = (sources.span(file, 32..38)?, sources.span(file, 22..25)?);
    let error = TypeError::Mismatch { value, found: "str", declared, expected: "f64" };

    let mut bag = DiagnosticBag::new();
    bag.push(error.into());
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(())
}

//! The same errors as diagnostics of vitte-diag, whose derive macro has the same name.

use std::process::ExitCode;

use thiserror::Error;
use vitte_diag::{ColorChoice, Diagnostic, DiagnosticBag, HumanEmitter, SourceMap, Span};

const TEXT: &str = "fn area(side: f64) -> f64\n  let half = 2\n  ret \"four\"\n.end\n";

/// What the type checker finds.
#[derive(Error, Diagnostic, Debug)]
enum Problem {
    #[error("mismatched types")]
    #[diagnostic(error, code = "TYP0042", help = "change the value or the return type")]
    Mismatch {
        expected: &'static str,
        found: &'static str,
        #[primary("expected `{expected}`, found `{found}`")]
        value: Span,
        #[label("the function returns `{expected}`")]
        declared: Option<Span>,
    },
    #[error("unused variable: `{name}`")]
    #[diagnostic(warning, code = "unused_variables")]
    Unused {
        name: &'static str,
        #[primary("never read")]
        at: Span,
    },
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let file = sources.add("area.vitte", TEXT)?;
    let span = |offset, len| sources.span(file, offset..offset + len);
    let mismatch = Problem::Mismatch {
        expected: "f64",
        found: "str",
        value: span(47, 6)?,
        declared: Some(span(22, 3)?),
    };
    let unused = Problem::Unused { name: "half", at: span(32, 4)? };

    let mut bag = DiagnosticBag::new();
    bag.push(mismatch.into());
    bag.push(unused.into());
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

//! Errors of miette: an error and a warning, in one program that shows a `Report`.

use miette::{Diagnostic, NamedSource, Result, SourceSpan};
use thiserror::Error;

const TEXT: &str = "fn area(side: f64) -> f64\n  let half = 2\n  ret \"four\"\n.end\n";

#[derive(Error, Diagnostic, Debug)]
#[error("`area.vitte` has errors")]
struct Failed {
    #[source_code]
    source_code: NamedSource<&'static str>,
    #[related]
    problems: Vec<Problem>,
}

/// What the type checker finds.
#[derive(Error, Diagnostic, Debug)]
enum Problem {
    #[error("mismatched types")]
    #[diagnostic(
        code(TYP0042),
        url("https://vitte.example/codes/TYP0042"),
        help("change the value or the return type")
    )]
    Mismatch {
        expected: &'static str,
        found: &'static str,
        #[label(primary, "expected `{expected}`, found `{found}`")]
        value: SourceSpan,
        #[label("the function returns `{expected}`")]
        declared: Option<SourceSpan>,
    },
    #[error("unused variable: `{name}`")]
    #[diagnostic(code(unused_variables), severity(Warning))]
    Unused {
        name: &'static str,
        #[label("never read")]
        at: SourceSpan,
    },
}

fn main() -> Result<()> {
    let mismatch = Problem::Mismatch {
        expected: "f64",
        found: "str",
        value: (47, 6).into(),
        declared: Some((22, 3).into()),
    };
    let unused = Problem::Unused { name: "half", at: (32, 4).into() };
    let source_code = NamedSource::new("area.vitte", TEXT);
    Err(Failed { source_code, problems: vec![mismatch, unused] })?
}

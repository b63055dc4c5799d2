//! Records the state of a compiler as variables, which the capsule of a crash contains.

use vitte_diag::Span;

#[derive(serde::Serialize)]
struct Scope {
    names: Vec<String>,
    depth: u32,
}

fn check(span: Span, scope: &Scope) -> usize {
    vitte_crash::context("type-checking", span)
        .with_variables(&[("scope", scope)], || scope.names.len())
}

fn main() -> Result<(), vitte_diag::SpanError> {
    let span = Span::new(vitte_diag::FileId::new(0), 0, 1)?;
    let scope = Scope { names: vec!["area".into()], depth: 1 };
    assert_eq!(check(span, &scope), 1);
    Ok(())
}

//! One small language, parsed with six libraries. Their errors become diagnostics, and their spans become spans of
//! `vitte_diag` in one line, which is marked with `// the span`.

pub mod chumsky;
pub mod lalrpop;
pub mod language;
pub mod logos;
pub mod pest;
pub mod rowan;
pub mod winnow;

use vitte_diag::{Diagnostic, SourceFile};

use language::Parsed;

/// Parses a file.
pub type Parse = fn(&SourceFile) -> Parsed;

/// The parsers by the name of their library.
pub const PARSERS: [(&str, Parse); 6] = [
    ("chumsky", chumsky::parse),
    ("lalrpop", lalrpop::parse),
    ("logos", logos::parse),
    ("pest", pest::parse),
    ("rowan", rowan::parse),
    ("winnow", winnow::parse),
];

/// Parses and checks a file with the parser of this name. Returns `None` if there is no such parser.
#[must_use]
pub fn check(parser: &str, source: &SourceFile) -> Option<Vec<Diagnostic>> {
    let (_, parse) = PARSERS.iter().find(|(name, _)| *name == parser)?;
    if let Some(error) = language::too_deep(source) {
        return Some(vec![error]);
    }
    let Parsed { lets, mut errors } = parse(source);
    // After a syntax error a name may only seem to be unknown.
    if errors.is_empty() {
        errors = language::check(source, &lets);
    }
    Some(errors)
}

//! Parses with lalrpop. The locations of its built-in lexer are bytes.

use std::sync::LazyLock;

use lalrpop_util::{ParseError, lalrpop_mod};
use vitte_diag::{Diagnostic, SourceFile, Span};

use crate::language::{Parsed, unexpected};

lalrpop_mod!(
    #[allow(
        clippy::all,
        clippy::pedantic,
        missing_docs,
        rust_2018_idioms,
        unused,
        reason = "generated"
    )]
    grammar,
    "/grammar.rs"
);

/// A parser of its own for each file would compile the regular expressions of the lexer again.
static PARSER: LazyLock<grammar::ProgramParser> = LazyLock::new(grammar::ProgramParser::new);

/// Parses a file. After an error it goes on at the next `let`.
#[must_use]
pub fn parse(source: &SourceFile) -> Parsed {
    let mut recovered = Vec::new();
    let result = PARSER.parse(source.id(), &mut recovered, source.text());
    let mut errors: Vec<Diagnostic> =
        recovered.into_iter().map(|recovery| error(source, recovery.error)).collect();
    match result {
        Ok(lets) => Parsed { lets, errors },
        Err(last) => {
            errors.push(error(source, last));
            Parsed { lets: Vec::new(), errors }
        }
    }
}

fn error<T>(source: &SourceFile, error: ParseError<usize, T, &str>) -> Diagnostic {
    let (lo, hi, expected) = match error {
        ParseError::InvalidToken { location } => (location, location, Vec::new()),
        // The location is the end of the last token.
        ParseError::UnrecognizedEof { location, expected } => (location, location, expected),
        ParseError::UnrecognizedToken { token: (lo, _, hi), expected } => (lo, hi, expected),
        ParseError::ExtraToken { token: (lo, _, hi) } => (lo, hi, Vec::new()),
        ParseError::User { error } => {
            return Diagnostic::error(None, source.full_span(), error.to_owned());
        }
    };
    let span = Span::from_range(source.id(), lo..hi); // the span
    unexpected(source, span, expected.iter().map(|token| name_of(token)))
}

fn name_of(token: &str) -> String {
    match token {
        "NAME" => "a name".to_owned(),
        "NUMBER" => "a number".to_owned(),
        r#""+""# | r#""-""# | r#""*""# | r#""/""# => "an operator".to_owned(),
        other => other.replace('"', "`"),
    }
}

//! The lexical errors: E0001 to E0003.

use vitte_diag::{Diagnostic, Span, codes};

/// A lexical error.
#[derive(Diagnostic)]
#[diagnostic(error)]
pub(crate) enum LexError {
    /// Adjacent characters begin no token. `names` is what is shown of them, `plural` an `s` if there are several.
    #[diagnostic(code = codes::E0001, message = "illegal {noun}{plural} {names}")]
    IllegalCharacters {
        noun: &'static str,
        plural: &'static str,
        names: String,
        #[primary("not part of any token")]
        span: Span,
    },
    /// The file begins with a UTF-16 byte order mark.
    #[diagnostic(
        code = codes::E0001,
        message = "this file looks like UTF-16",
        help = "save it as UTF-8"
    )]
    Utf16(#[primary("a UTF-16 byte order mark")] Span),
    /// A string or character literal does not end on its line.
    #[diagnostic(
        code = codes::E0002,
        message = "unterminated {literal} literal",
        help = "a {literal} literal must end on the line where it begins"
    )]
    UnterminatedLiteral {
        literal: &'static str,
        quote: char,
        #[primary("the closing `{quote}` is missing")]
        span: Span,
    },
    /// A block comment does not end in the file.
    #[diagnostic(code = codes::E0003, message = "unterminated block comment")]
    UnterminatedComment {
        #[primary("opened here")]
        opening: Span,
        #[help]
        missing_ends: String,
    },
}

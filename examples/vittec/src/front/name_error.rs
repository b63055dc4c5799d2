//! The diagnostics of names and imports: E0100, E0101 and W0100.

use vitte_diag::{Diagnostic, Edit, Span, codes};

/// A problem of the names of a file.
#[derive(Diagnostic)]
#[diagnostic(error)]
pub(crate) enum NameError<'a> {
    #[diagnostic(code = codes::E0100, message = "the name `{name}` is defined twice")]
    DefinedTwice {
        name: &'a str,
        #[primary("defined again here")]
        again: Span,
        #[label("first defined here")]
        first: Span,
    },
    #[diagnostic(
        code = codes::E0101,
        message = "`{path}` is imported twice",
        help = "remove one of the two"
    )]
    ImportedTwice {
        path: &'a str,
        #[primary("imported again here")]
        again: Span,
        #[label("first imported here")]
        first: Span,
    },
    #[diagnostic(warning, code = codes::W0100, message = "the import `{name}` is never used")]
    UnusedImport {
        name: &'a str,
        #[primary("imported here")]
        import: Span,
        #[suggestion("remove the import", applicability = "maybe-incorrect")]
        removal: Edit,
    },
}

//! A language server for a compiler with one error.

use std::process::ExitCode;

use vitte_diag::{DiagnosticBag, Span, Tool, code};
use vitte_lsp::Server;

fn main() -> ExitCode {
    let tool = Tool::new("mycc", "1.0.0");
    let server = Server::new(tool).check(|_workspace, document| {
        let mut bag = DiagnosticBag::new();
        if let Some(at) = document.text().find('@') {
            let span = Span::between(document.file(), at, at + 1);
            bag.push_error(code!("LEX0001"), span, "illegal character `@`");
        }
        bag
    });
    server.run()
}

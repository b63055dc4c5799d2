//! `vittec lsp`: serves an editor.

use std::process::ExitCode;

use vitte_diag::{Policy, Tool};
use vitte_lsp::Server;
use vittec::front;

/// Serves the editor until it ends the session.
pub(crate) fn serve(policy: Policy) -> ExitCode {
    Server::new(Tool::default())
        .check(|workspace, document| front::check(document.source(), workspace.policy()))
        .policy(policy)
        .run()
}

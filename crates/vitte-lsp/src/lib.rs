//! Language servers for compilers.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod cancel;
mod catch;
mod check;
mod child;
mod client;
mod command;
mod config;
mod document;
mod lines;
mod open_files;
mod outbox;
mod paths;
mod progress;
mod results;
mod schedule;
mod server;
mod session;
mod settings;
mod stdio;
mod wire;
mod worker;
mod workspace;

pub use cancel::Cancellation;
pub use command::{CommandError, CompilerCommand};
pub use config::{RunOn, Scope};
pub use document::Document;
pub use server::{Server, ServerError};
pub use workspace::Workspace;

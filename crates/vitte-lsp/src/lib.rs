//! Language servers for compilers.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod cancel;
mod document;
mod open_files;
mod paths;
mod progress;
mod workspace;

pub use cancel::Cancellation;
pub use document::Document;
pub use workspace::Workspace;

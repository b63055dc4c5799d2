//! The tests of the engine: one binary, with a module for each topic.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

mod common;

mod architecture;
mod backtraces;
mod children;
mod codes;
mod codespan;
mod conformance;
mod drawing;
mod examples;
mod formats;
mod glossary;
mod highlighting;
mod links;
#[cfg(feature = "lsp")]
mod lsp;
mod memory;
mod packages;
#[cfg(feature = "parallel")]
mod parallel;
mod parts;
mod properties;
mod public_api;
mod read_gcc;
mod read_lsp;
mod read_rustc;
mod read_sarif;
mod read_support;
mod readers;
mod readme;
mod rustc_text;
mod safety;
#[cfg(feature = "schema")]
mod schema;
mod snapshots;
mod sources;
mod styles;
mod suggestions;
mod survival;
mod terminal;
mod themes;
mod unknown_locations;
mod writers;

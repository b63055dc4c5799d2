//! Tests of repositories: concurrent processes, damaged indexes and failing file systems.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[cfg(unix)]
mod common;
#[cfg(all(unix, feature = "html"))]
mod embed;
mod format;
#[cfg(unix)]
mod hostile;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod repository;
#[cfg(unix)]
mod saves;

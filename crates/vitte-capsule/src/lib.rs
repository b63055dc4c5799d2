//! Crashes as data: what a report says, what makes two crashes the same, and where they are kept.
//!
//! ```text
//! CrashReport ─┬▶ Diagnostic ─▶ any format
//!              └▶ Redactor ─▶ Capsule ─▶ Repository ─▶ html | replay ─▶ reduce | upload
//! ```
//!
//! Nothing here captures a crash: that is what the crate `vitte-crash` does.

#![forbid(unsafe_code)]

mod atomic_file;
mod capsule;
mod fingerprint;
#[cfg(feature = "html")]
mod html;
mod redact;
#[cfg(feature = "replay")]
pub mod reduce;
#[cfg(feature = "replay")]
pub mod replay;
mod report;
mod repository;
#[cfg(feature = "upload")]
pub mod upload;

pub use atomic_file::{Existing, write_atomically};
pub use capsule::{Capsule, CapsuleError, CapsuleErrorKind, CapsuleSource, Manifest, ManifestSource};
pub use fingerprint::{Fingerprint, FingerprintError, FingerprintParts};
pub use redact::{RedactError, Redactor};
#[cfg(feature = "replay")]
pub use reduce::Reducer;
#[cfg(feature = "replay")]
pub use replay::Replay;
pub use report::{
    ContextEntry, ContextField, ContextLocation, ContextVariable, CrashFrame, CrashKind, CrashReport, CrashThread,
    SourceLine, SourceLines, SystemInfo,
};
pub use repository::{
    CleanReport, Index, IndexEntry, IndexRepair, RemovalReason, Repository, RepositoryError, RepositoryErrorKind,
    Retention,
};

//! Crashes as data: reports, fingerprints that identify a defect, and the files that store them.
//!
//! ```text
//! CrashReport ─┬▶ Diagnostic ─▶ any format
//!              └▶ Redactor ─▶ Capsule ─▶ Repository ─▶ html | replay ─▶ reduce | upload
//! ```
//!
//! The crate `vitte-crash` captures crashes; this one stores, reads and shows them.
//!
//! Values with settings ([`Retention`], [`Redactor`], `upload::Upload`) have `with_…` setters. Builders that
//! run a program (`replay::Replay`, `reduce::Reducer`) have setters without a prefix, like
//! [`std::process::Command`].
//!
//! ```
//! use vitte_capsule::{Capsule, CrashReport, Redactor};
//! use vitte_diag::codes;
//!
//! let message = "login failed: password=hunter2".to_owned();
//! let mut report = CrashReport::new(codes::F0001, "2025-10-22T13:05:42Z".to_owned(), message);
//! Redactor::default().report(&mut report);
//! let bytes = Capsule::new(report).to_bytes()?;
//! let capsule = Capsule::from_bytes(&bytes, "crash.vittecrash")?;
//! assert_eq!(capsule.report.message, "login failed: password=[redacted]");
//! # Ok::<(), vitte_capsule::CapsuleError>(())
//! ```
//!
//! # Features
//!
//! All features are off by default.
//!
//! | feature | adds |
//! |---|---|
//! | `cpp` | names of functions of C++, with `symbols` |
//! | `html` | `Capsule::to_html`: the HTML report, also as a fragment; `CrashOverview`: a page about many crashes |
//! | `replay` | `replay` and `reduce`: runs the program again, and reduces its sources |
//! | `symbols` | `symbols`: resolves offsets in programs to functions, files and lines |
//! | `upload` | `upload`: sends a report to a directory, Sentry, OpenTelemetry or GitHub |

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod atomic_file;
mod capsule;
mod dir;
mod environment;
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
#[cfg(feature = "symbols")]
pub mod symbols;
#[cfg(feature = "upload")]
pub mod upload;

pub use atomic_file::{Existing, write_atomically};
pub use capsule::{
    Capsule, CapsuleError, CapsuleErrorKind, CapsuleSource, Manifest, ManifestSource,
};
pub use environment::{SafeVariables, with_home};
pub use fingerprint::{Fingerprint, FingerprintError, FingerprintParts};
#[cfg(feature = "html")]
pub use html::CrashOverview;
pub use redact::{RedactError, Redactor};
#[cfg(feature = "replay")]
pub use reduce::Reducer;
#[cfg(feature = "replay")]
pub use replay::Replay;
pub use report::{
    Breadcrumb, BreadcrumbLevel, ContextEntry, ContextField, ContextLocation, ContextVariable,
    CrashFrame, CrashKind, CrashReport, CrashThread, SourceLine, SourceLines, SystemInfo,
    UNKNOWN_PAYLOAD, shell_command,
};
pub use repository::{
    CleanReport, CrashGroup, Index, IndexEntry, IndexRepair, RemovalReason, Repository,
    RepositoryError, RepositoryErrorKind, Retention,
};
pub use vitte_diag::{FoldedFrames, FoldedRow, LibraryFrames, ShortFrame};

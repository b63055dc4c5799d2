//! Crashes as fatal diagnostics: panics, fatal signals and uncaught errors.
//!
//! ```text
//! panic ──────────▶ hook ─▶ symbols ─┐                                          ┌▶ store: ID.json
//! error of `main` ─▶ run ────────────┤                             ┌▶ keep ─────┤
//! fatal signal ───▶ signal ═▶ reporter: threads, walk, symbols ─▶ CrashReport    └▶ mask ─▶ capsule ─▶ repository
//!                             (another process)                    └▶ Diagnostic ─▶ any format     │
//! context, sources, variables ──────▲                                                              ▼
//!                                        `vitte crash …`, html, replay ─▶ reduce ◀── ID.vittecrash, index
//! ```
//!
//! A [`CrashHandler`] is put in place by the first line of `main`. [`context()`] and [`sources`] say what the
//! program is doing, and where; [`catch()`] gives up one unit of work, and [`run`] reports an error that nobody
//! handles. What comes of a crash is a [`CrashReport`]: kept by a [`Store`], or with the feature `capsule` as a
//! `Capsule` in a `Repository`, and shown as the diagnostic that [`CrashReport::to_diagnostic`] makes.
//!
//! What is captured on which system, what never is, and how to turn it off, is in the README.
//!
//! ```
//! use vitte_diag::crash::{self, CrashHandler};
//! use vitte_diag::SourceMap;
//!
//! let _guard = CrashHandler::builder().module("mycc").store(None).install()?;
//! let mut sources = SourceMap::new();
//! let file = sources.add("src/main.vitte", "let x = 1 / 0\n")?;
//! let span = sources.span(file, 8..13)?;
//! crash::sources(&sources);
//!
//! let folded = crash::catch(|| {
//!     let _cx = crash::context("folding", span).with("operator", '/');
//!     1_u8.checked_div(0).expect("a divisor")
//! });
//! let diagnostic = folded.unwrap_err().to_diagnostic();
//! assert_eq!(diagnostic.message(), "`mycc` panicked: a divisor");
//! assert_eq!(diagnostic.primary().message(), Some("while folding (operator: /)"));
//! assert_eq!(diagnostic.primary().span(), span);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calls;
#[cfg(feature = "capsule")]
mod capsule;
mod capture;
mod catch;
#[cfg(feature = "cli")]
pub mod cli;
mod context;
mod diagnostic;
mod disk;
mod facts;
#[cfg(any(feature = "capsule", feature = "upload"))]
mod fingerprint;
mod handler;
mod hook;
#[cfg(feature = "capsule")]
mod html;
mod json;
mod keep;
mod kind;
#[cfg(feature = "capsule")]
mod mask;
mod output;
mod panic_message;
mod place;
#[cfg(feature = "capsule")]
mod reduce;
#[cfg(feature = "capsule")]
mod replay;
mod report;
#[cfg(feature = "capsule")]
mod repository;
mod signal;
mod store;
mod symbols;
mod text;
#[cfg(feature = "upload")]
pub mod upload;
mod variables;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod crash_info;
/// What looks at a crashed process from outside, where that is possible.
#[cfg(all(
    feature = "minidump",
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod dump;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod modules;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod remote;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod reporter;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod threads;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod walk;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod what;

#[cfg(feature = "capsule")]
pub use capsule::*;
pub use catch::{catch, run};
pub use context::{Context, Value, ValueText, context};
#[cfg(feature = "cli")]
pub(crate) use disk::{Existing, write_whole};
#[cfg(any(feature = "capsule", feature = "upload"))]
pub use fingerprint::{Fingerprint, FingerprintError, FingerprintParts};
pub use handler::{Builder, CrashGuard, CrashHandler, InstallError};
#[cfg(feature = "capsule")]
pub(crate) use html::page;
pub(crate) use keep::Capsules;
#[cfg(feature = "capsule")]
pub use keep::{Environment, Sources};
#[cfg(feature = "capsule")]
pub use mask::{Mask, MaskError};
pub(crate) use output::{Look, Shown};
pub use place::sources;
#[cfg(feature = "capsule")]
pub use reduce::*;
#[cfg(feature = "capsule")]
pub use replay::*;
pub use report::*;
#[cfg(feature = "capsule")]
pub use repository::*;
pub use store::*;
pub use variables::{Limits, Variable};

//! Crashes as data: what a report says, what makes two crashes the same, and where they are kept.
//!
//! ```text
//! CrashReport ─┬▶ Diagnostic ─▶ any format
//!              └▶ Mask ─▶ Capsule ─▶ Repository ─▶ html | replay ─▶ reduce | upload
//! ```
//!
//! Nothing here captures a crash: that is what the crate `vitte-crash` does.

#![forbid(unsafe_code)]

mod capsule;
mod disk;
mod fingerprint;
#[cfg(feature = "html")]
mod html;
mod mask;
#[cfg(feature = "replay")]
mod reduce;
#[cfg(feature = "replay")]
mod replay;
mod report;
mod repository;
#[cfg(feature = "upload")]
pub mod upload;

pub use capsule::*;
pub use disk::{Existing, write_whole};
pub use fingerprint::{Fingerprint, FingerprintError, FingerprintParts};
pub use mask::{Mask, MaskError};
#[cfg(feature = "replay")]
pub use reduce::*;
#[cfg(feature = "replay")]
pub use replay::*;
pub use report::*;
pub use repository::*;

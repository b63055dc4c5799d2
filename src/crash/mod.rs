//! Crashes as fatal diagnostics: panics, fatal signals and uncaught errors.

mod calls;
mod catch;
mod context;
mod diagnostic;
mod facts;
mod handler;
mod hook;
mod json;
mod modules;
mod output;
mod place;
mod report;
mod signal;
mod store;
mod symbols;
mod text;
#[cfg(feature = "upload")]
pub mod upload;

/// What looks at a crashed process from outside, where that is possible.
#[cfg(all(
    feature = "minidump",
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod dump;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod reporter;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod threads;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod walk;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod what;

pub use catch::{catch, run};
pub use context::{Context, Value, ValueText, context};
pub(crate) use handler::Look;
pub use handler::{Builder, CrashGuard, CrashHandler, InstallError};
pub(crate) use output::Shown;
pub use place::sources;
pub use report::*;
pub use store::*;

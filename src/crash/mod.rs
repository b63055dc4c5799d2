//! Crashes as fatal diagnostics: panics, fatal signals and uncaught errors.

mod report;

pub use report::*;

//! Without the feature `capsule` each crash is a report alone.

use std::path::{Path, PathBuf};

use super::super::report::CrashReport;
use super::super::store::{Store, StoreError};
use crate::source::SourceMap;

/// What stands in for the settings of capsules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Capsules {}

impl Capsules {
    pub(super) fn tidy(&self, _folder: &Path) -> Option<String> {
        None
    }

    pub(super) fn save(
        &self,
        report: &mut CrashReport,
        _sources: Option<&SourceMap>,
        store: &Store,
    ) -> Result<PathBuf, StoreError> {
        store.save(report)
    }

    /// Whether all sources are to be read, not only those that the contexts are in.
    pub(in crate::crash) const fn wants_all_sources(&self) -> bool {
        false
    }

    /// Whether crashes are kept as capsules.
    #[cfg(feature = "minidump")]
    pub(in crate::crash) const fn are_kept(&self) -> bool {
        false
    }

    /// The command line, and no texts: nothing is known to be secret.
    #[cfg(feature = "minidump")]
    pub(in crate::crash) fn without_secrets(
        &self,
        report: &CrashReport,
    ) -> (Vec<String>, Vec<String>) {
        (report.command.clone(), Vec::new())
    }

    /// There is nothing that could be updated.
    #[cfg(feature = "minidump")]
    pub(in crate::crash) fn update(
        &self,
        _report: &CrashReport,
        _folder: &Path,
        _minidump: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

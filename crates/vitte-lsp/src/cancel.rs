//! Requests to stop a check.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Reports whether the result of a check is still needed. Clones share the state.
///
/// A check is cancelled when its document, or a file that it has loaded, changes, and when the server ends.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// Returns true if the result of the check will not be used. A check that takes long should ask between its
    /// steps, and return what it has.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

//! Adopts the orphans of descendants (`prctl(2)`, `PR_SET_CHILD_SUBREAPER`) while a command runs.

use std::sync::{Mutex, PoisonError};

use nix::sys::prctl;

/// The setting belongs to the process, but several commands may run at the same time.
static ADOPTIONS: Mutex<Adoptions> = Mutex::new(Adoptions { count: 0, was_set: false });

struct Adoptions {
    count: usize,
    /// The setting before the first adoption.
    was_set: bool,
}

/// Adopts orphans until it is dropped. Without support of the system it does nothing.
#[derive(Debug)]
pub(super) struct Adoption(());

impl Adoption {
    pub(super) fn begin() -> Self {
        let mut all = ADOPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        if all.count == 0 {
            all.was_set = prctl::get_child_subreaper().unwrap_or(false);
            _ = prctl::set_child_subreaper(true);
        }
        all.count += 1;
        Self(())
    }
}

impl Drop for Adoption {
    fn drop(&mut self) {
        let mut all = ADOPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        all.count = all.count.saturating_sub(1);
        if all.count == 0 {
            _ = prctl::set_child_subreaper(all.was_set);
        }
    }
}

//! The panic hook of a handler, in front of the one that was there before.

use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Handler;
use crate::panic_hook::is_panic_caught;

type PanicHook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync + 'static>;

/// Our panic hook, until it is dropped.
pub(super) struct Hook {
    /// Where our hook is, so that it is known from others.
    address: usize,
    before: Arc<PanicHook>,
    is_std: bool,
}

impl Hook {
    pub(super) fn install(handler: &Arc<Handler>, chain: bool) -> Self {
        let before = panic::take_hook();
        // With no hook of anybody, this gives that of std.
        let std = panic::take_hook();
        let is_std = is_same(&before, &std);
        let before = Arc::new(before);
        let (handler, previous) = (Arc::clone(handler), Arc::clone(&before));
        let hook: PanicHook = Box::new(move |info| {
            let is_on = handler.is_on.load(Ordering::Acquire);
            let is_told = is_on && handler.on_panic(info);
            if !is_told || (chain && !is_std && !is_panic_caught()) {
                previous(info);
            }
        });
        let address = (&raw const *hook).addr();
        panic::set_hook(hook);
        Self { address, before, is_std }
    }
}

/// Whether two hooks are the same function, which has no data of its own.
#[allow(
    ambiguous_wide_pointer_comparisons,
    reason = "the same function may be taken for another one, and then what it says is said twice"
)]
fn is_same(a: &PanicHook, b: &PanicHook) -> bool {
    size_of_val(&**a) == 0 && std::ptr::eq(&raw const **a, &raw const **b)
}

impl Drop for Hook {
    fn drop(&mut self) {
        // A thread that panics cannot change the hook; ours is off, and calls the one before.
        if std::thread::panicking() {
            return;
        }
        let now = panic::take_hook();
        if (&raw const *now).addr() != self.address {
            // Somebody's own, which may call ours.
            panic::set_hook(now);
        } else if !self.is_std {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

//! Installs the panic hook of a handler, which calls the previous hook afterwards.

use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Handler;
use crate::panic_hook::is_ignored;
use crate::sys::with_big_stack;

type PanicHook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync + 'static>;

/// An installed panic hook. When this is dropped, the previous one is restored.
pub(super) struct Hook {
    /// The address of our hook, by which it is recognised.
    address: usize,
    previous: Arc<PanicHook>,
    /// Whether the previous hook is the default one of std.
    is_previous_std: bool,
}

impl Hook {
    pub(super) fn install(handler: &Arc<Handler>, chain: bool) -> Self {
        let previous = panic::take_hook();
        // Now no hook is set, so this returns the default one of std.
        let std = panic::take_hook();
        let is_previous_std = is_same(&previous, &std);
        let previous = Arc::new(previous);
        let (handler, chained) = (Arc::clone(handler), Arc::clone(&previous));
        let hook: PanicHook = Box::new(move |info| {
            let is_enabled = handler.is_enabled.load(Ordering::Acquire);
            let mut is_handled = false;
            if is_enabled {
                with_big_stack(&mut |stack| is_handled = handler.on_panic(info, stack));
            }
            if !is_handled || (chain && !is_previous_std && !is_ignored()) {
                chained(info);
            }
        });
        let address = (&raw const *hook).addr();
        panic::set_hook(hook);
        Self { address, previous, is_previous_std }
    }
}

/// Returns whether two hooks are the same function and have no captured data.
#[allow(
    ambiguous_wide_pointer_comparisons,
    reason = "if equal hooks compare as different, the panic is only reported twice"
)]
fn is_same(a: &PanicHook, b: &PanicHook) -> bool {
    size_of_val(&**a) == 0 && std::ptr::eq(&raw const **a, &raw const **b)
}

impl Drop for Hook {
    fn drop(&mut self) {
        // A panicking thread cannot change the hook. Ours is disabled, and only calls the previous one.
        if std::thread::panicking() {
            return;
        }
        let current = panic::take_hook();
        if (&raw const *current).addr() != self.address {
            // The program has replaced our hook. Its hook stays, and may call ours.
            panic::set_hook(current);
        } else if !self.is_previous_std {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

//! What `catch_panic` needs of the panic hook.

use std::any::Any;

use super::{CapturedContexts, PanicCapture, PanicKey, consequence, registry};
use crate::context;
use crate::context::catch;

/// A panic that a [`CatchCall`] has seen.
pub(crate) enum Caught {
    /// The hook captured it on this thread.
    Own(Box<PanicCapture>),
    /// It passes on the panic of another thread, whose capture this is, and the contexts of this thread.
    OfWorker(Box<registry::Held>, CapturedContexts),
    /// The same, but the other thread catches panics, too.
    OfOtherCatch(Box<PanicCapture>, CapturedContexts),
    /// The hook captured no such panic. A note about the last panic that it did capture, and the contexts of this
    /// thread.
    Unknown(Option<String>, CapturedContexts),
}

/// A panic that was caught.
pub(crate) struct CaughtPanic {
    pub(crate) key: PanicKey,
    pub(crate) payload: Box<dyn Any + Send>,
    pub(crate) caught: Caught,
}

/// An active call that catches panics.
#[derive(Debug)]
pub(crate) struct CatchCall {
    /// The [number](registry::begin) of the call, or 0 if it cannot catch panics.
    id: u64,
}

impl CatchCall {
    /// Begins a call.
    pub(crate) fn begin(kind: registry::CallKind) -> Self {
        Self { id: registry::begin(kind) }
    }

    /// Runs `work`, which is a part of the work of the call and catches its panic itself. `describe` returns the message of
    /// its payload.
    pub(crate) fn run<T>(
        &self,
        work: impl FnOnce() -> Result<T, Box<dyn Any + Send>>,
        describe: impl FnOnce(&(dyn Any + Send)) -> String,
    ) -> Result<T, Box<CaughtPanic>> {
        let depth = context::depth();
        let (outer, unwinding) = (catch::enter(self.id), context::begin_unwinding_record());
        let result = work();
        catch::leave(outer);
        let unwound = context::end_unwinding_record(unwinding).unwrap_or(depth).max(depth);
        result.map_err(|payload| {
            let key = PanicKey::new(&*payload, describe(&*payload));
            let caught = find(self.id, &key, || CapturedContexts {
                raw: context::read_to(unwound),
                variables: Vec::new(),
            });
            context::truncate(depth);
            Box::new(CaughtPanic { key, payload, caught })
        })
    }

    /// Ends the call. Returns the reports of other threads that no call can take any more.
    pub(crate) fn end(self) -> Vec<registry::Held> {
        registry::end(self.id)
    }
}

fn find(id: u64, key: &PanicKey, contexts: impl FnOnce() -> CapturedContexts) -> Caught {
    let own = registry::take_caught(id);
    let (note, contexts) = match own {
        Some(own) if own.key() == key => {
            if !consequence::passes_on(&key.message) {
                return Caught::Own(own);
            }
            let Some(held) = registry::take_held(id, None) else { return Caught::Own(own) };
            return Caught::OfWorker(Box::new(held), own.into_contexts().1);
        }
        // Code of the program has caught that panic, and this is another one.
        Some(own) => (Some(own.into_contexts().0), contexts()),
        None => (None, contexts()),
    };
    // The hook ignores a panic of a task that passes on another one.
    let passed_on = || consequence::passes_on(&key.message).then(|| registry::take_held(id, None));
    if let Some(held) = registry::take_held(id, Some(key)).or_else(|| passed_on().flatten()) {
        return Caught::OfWorker(Box::new(held), contexts);
    }
    match registry::take_caught_elsewhere(id, key) {
        Some(capture) => Caught::OfOtherCatch(capture, contexts),
        None => Caught::Unknown(note, contexts),
    }
}

/// Returns whether a panic follows from the loss of the reader of a standard stream.
pub(crate) fn was_output_broken(message: &str) -> bool {
    consequence::was_output_broken() && consequence::passes_on(message)
}

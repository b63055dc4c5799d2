//! What `catch_panic` needs of the panic hook.

use std::any::Any;
use std::cell::Cell;

use super::{CapturedContexts, PanicCapture, PanicKey, consequence, registry};
use crate::context;

thread_local! {
    /// The [id](registry::begin) of the innermost active call of [`catching`] on this thread, or 0.
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// Returns the id of the innermost active call of [`catching`] on this thread, or 0.
pub(super) fn current() -> u64 {
    CURRENT.get()
}

/// A panic that [`catching`] has seen.
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

/// The result of [`catching`].
pub(crate) struct Catching<T> {
    pub(crate) result: Result<T, (PanicKey, Box<dyn Any + Send>)>,
    pub(crate) caught: Option<Caught>,
    /// The reports of other threads that no caller has taken.
    pub(crate) released: Vec<registry::Held>,
}

/// Runs `work`, which catches its panic itself. `describe` returns the message of its payload.
pub(crate) fn catching<T>(
    work: impl FnOnce() -> Result<T, Box<dyn Any + Send>>,
    describe: impl FnOnce(&(dyn Any + Send)) -> String,
) -> Catching<T> {
    let depth = context::depth();
    let id = registry::begin();
    let (outer, unwinding) = (CURRENT.replace(id), context::begin_unwinding_record());
    let result = work();
    CURRENT.set(outer);
    let unwound = context::end_unwinding_record(unwinding).unwrap_or(depth).max(depth);
    let result = result.map_err(|payload| (PanicKey::new(&*payload, describe(&*payload)), payload));
    let caught = match &result {
        Ok(_) => None,
        Err((key, _)) => Some(find(id, key, || CapturedContexts {
            raw: context::read_to(unwound),
            variables: Vec::new(),
        })),
    };
    context::truncate(depth);
    let released = registry::end(id);
    Catching { result, caught, released }
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
    if let Some(held) = registry::take_held(id, Some(key)) {
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

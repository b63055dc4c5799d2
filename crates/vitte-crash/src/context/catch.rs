//! The call of `catch_panic` to which the work of a thread belongs.

use std::cell::Cell;

use crate::sys::slots;

/// A call of `catch_panic` on a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CurrentCatch {
    /// The number of the call, or 0 if there is none.
    pub(crate) id: u64,
    /// The number of contexts that were open when it began.
    depth: u32,
}

thread_local! {
    static CURRENT: Cell<CurrentCatch> = const { Cell::new(CurrentCatch { id: 0, depth: 0 }) };
}

/// Makes a call the innermost one of this thread. Returns the one before, for [`leave`].
pub(crate) fn enter(id: u64) -> CurrentCatch {
    CURRENT.replace(CurrentCatch { id, depth: super::depth() })
}

/// Restores the call that [`enter`] has returned.
pub(crate) fn leave(outer: CurrentCatch) {
    CURRENT.set(outer);
}

/// Returns the number of the call that this thread is in, or 0.
pub(crate) fn own() -> u64 {
    CURRENT.get().id
}

/// What catches the panics of this thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Catcher {
    /// No call of `catch_panic`.
    None,
    /// The call that this thread is in, with this number.
    Own(u64),
    /// Perhaps one of the calls with these numbers, the first one that is active. 0 is none. The first one is on another
    /// thread, or an executor may catch the panic before.
    Possibly([u64; 2]),
}

/// Returns what catches the panics of this thread.
pub(crate) fn catcher() -> Catcher {
    let own = CURRENT.get();
    let entered = slots::current().and_then(slots::ContextStack::entered);
    let Some(entered) = entered.filter(|entered| entered.depth >= own.depth) else {
        return if own.id == 0 { Catcher::None } else { Catcher::Own(own.id) };
    };
    match (entered.catch, own.id) {
        (0, 0) => Catcher::None,
        (0, id) if !entered.is_task => Catcher::Own(id),
        (id, own) if id == own && !entered.is_task => Catcher::Own(id),
        (id, own) => Catcher::Possibly([id, own]),
    }
}

/// Returns the number of the call to which the work of this thread belongs, or 0.
pub(super) fn current() -> u64 {
    match catcher() {
        Catcher::None => 0,
        Catcher::Own(id) | Catcher::Possibly([0, id] | [id, _]) => id,
    }
}

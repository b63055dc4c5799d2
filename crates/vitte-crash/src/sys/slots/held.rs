//! Variables that a context holds by reference.
//!
//! ```text
//! frame of `hold`:  Held ─▶ [("types", &types), …]     the stack of the thread
//! its entry:        held ─┘ for as long as that frame  the stack of contexts
//! ```
//!
//! Why the pointer of an entry points to what is there, whatever becomes of the contexts:
//!
//! 1. One place writes pointers that are not null, [`Stack::hold`], and each of its frames writes its own
//!    pointer into one entry, once.
//! 2. When such a frame ends, by its return or as a panic goes through it, `Clear` takes that pointer out of
//!    that entry, or it is not there any more. Nobody but the frame has the `Clear`, so that nobody can
//!    forget it, and nothing in safe code ends a frame otherwise. So a pointer in any entry is that
//!    of a frame that has not ended, or, where a thread left without ending its frames (`exit` within one),
//!    of one that stays as it is.
//! 3. What the frame borrows, it borrows until it ends: nobody has it otherwise than shared by then.
//!
//! No step of this asks how deep the contexts are. Closing one, in whatever order, and forgetting
//! one only changes which entries are read; `push` sets its entry to null, so that no context
//! has the variables of one that was in its place, and no thread those of one before it.

use std::cell::Cell;
use std::ptr::null;
use std::sync::atomic::{Ordering, compiler_fence};

use super::{Stack, indices, place};
use crate::variables::{Named, Variable};

/// What the frame of [`Stack::hold`] has of the variables.
pub(super) struct Held<'a> {
    variables: &'a [Named<'a>],
}

/// Takes a pointer out of an entry when the frame that put it there ends.
struct Clear<'a> {
    cell: &'a Cell<*const Held<'static>>,
    own: *const Held<'static>,
}

impl Drop for Clear<'_> {
    fn drop(&mut self) {
        if std::ptr::eq(self.cell.get(), self.own) {
            self.cell.set(null());
        }
        // A signal from here on finds it gone: what it points to may be used for something else.
        compiler_fence(Ordering::SeqCst);
    }
}

impl Stack {
    /// Does `work`, while the context at `depth` holds the variables.
    pub(crate) fn hold<T>(
        &self,
        depth: u32,
        variables: &[Named<'_>],
        work: impl FnOnce() -> T,
    ) -> T {
        // One that is closed, or written over by deeper ones, holds nothing.
        let is_open = depth < self.depth.get();
        let entry = self.entries.get(place(depth));
        let Some(entry) = entry.filter(|entry| is_open && entry.index.get() == depth) else {
            return work();
        };
        let held = Held { variables };
        let own = (&raw const held).cast::<Held<'static>>();
        let _clear = Clear { cell: &entry.held, own };
        entry.held.set(own);
        // A signal may come at any instruction of `work`: all that it finds is in memory by then.
        compiler_fence(Ordering::SeqCst);
        work()
    }

    /// Whether a context holds variables. It can be asked for in a signal handler, and reads only what is
    /// always there.
    pub(crate) fn holds(&self) -> bool {
        indices(self.depth.get()).any(|index| !self.held_at(index).is_null())
    }

    fn held_at(&self, index: u32) -> *const Held<'static> {
        let entry = self.entries.get(place(index)).filter(|entry| entry.index.get() == index);
        entry.map_or(null(), |entry| entry.held.get())
    }

    /// Visits the variables with the index of their context, those of the innermost first.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "nobody serialises them"))]
    pub(crate) fn each_held(&self, visit: &mut dyn FnMut(u32, &'static str, &dyn Variable)) {
        for index in indices(self.depth.get()) {
            // SAFETY: it is null or points to what is there, as is shown above. That is so in this thread, which
            // alone has this stack, and in a copy of the process that was made in it. While `visit` runs no frame of
            // `hold` that was there before it ends: they are all outside of this one.
            let Some(held) = (unsafe { self.held_at(index).as_ref() }) else { continue };
            for (key, variable) in held.variables {
                visit(index, key, *variable);
            }
        }
    }
}

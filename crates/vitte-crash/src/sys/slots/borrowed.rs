//! Variables that contexts borrow.
//!
//! ```text
//! frame of `with_borrowed`:  BorrowedVariables ─▶ [("types", &types), …]   the thread's stack
//! entry of the context:      borrowed ─┘ while that frame exists           the stack of contexts
//! ```
//!
//! Why a pointer in an entry is always valid, whatever happens to the contexts:
//!
//! 1. Only [`ContextStack::with_borrowed`] writes pointers that are not null. Each of its frames
//!    writes a pointer to its own local variable into one entry, once.
//! 2. When such a frame ends, by returning or unwinding, `ClearOnDrop` removes that pointer from
//!    the entry, if it is still there. Only the frame has the `ClearOnDrop`, so no other code can
//!    forget it, and safe code cannot end a frame in another way. So a pointer in an entry belongs to
//!    a frame that has not ended, or, if the thread stopped without unwinding (`exit` inside a frame),
//!    to one whose memory stays unchanged.
//! 3. The frame borrows the variables until it ends, so until then all other access to them is
//!    shared.
//!
//! None of this depends on the depth of the contexts. Closing a context, in any order, and
//! forgetting one only changes which entries are read. `push` sets the pointer of its entry to
//! null, so a context never has the variables of an earlier one in the same entry, and a thread
//! never those of another.

use std::cell::Cell;
use std::ptr::null;
use std::sync::atomic::{Ordering, compiler_fence};

use super::ContextStack;
use crate::variables::{NamedVariable, Variable};

/// The variables of one frame of [`ContextStack::with_borrowed`].
pub(super) struct BorrowedVariables<'a> {
    variables: &'a [NamedVariable<'a>],
}

/// Removes a pointer from its entry when the frame that wrote it ends.
struct ClearOnDrop<'a> {
    cell: &'a Cell<*const BorrowedVariables<'static>>,
    own: *const BorrowedVariables<'static>,
}

impl Drop for ClearOnDrop<'_> {
    fn drop(&mut self) {
        if std::ptr::eq(self.cell.get(), self.own) {
            self.cell.set(null());
        }
        // A signal handler must not find the pointer after this: the memory behind it may be
        // reused.
        compiler_fence(Ordering::SeqCst);
    }
}

impl ContextStack {
    /// Runs `work` while the context at `depth` borrows the variables.
    pub(crate) fn with_borrowed<T>(
        &self,
        depth: u32,
        variables: &[NamedVariable<'_>],
        work: impl FnOnce() -> T,
    ) -> T {
        // The context may be closed, or overwritten by deeper ones: then it borrows nothing.
        let is_open = depth < self.depth();
        let Some(entry) = self.entry_at(depth).filter(|_| is_open) else { return work() };
        let borrowed = BorrowedVariables { variables };
        let own = (&raw const borrowed).cast::<BorrowedVariables<'static>>();
        let _clear_on_drop = ClearOnDrop { cell: &entry.borrowed, own };
        entry.borrowed.set(own);
        // A signal may arrive at any instruction of `work`, so the pointer is written before it
        // starts.
        compiler_fence(Ordering::SeqCst);
        work()
    }

    /// Returns whether a visible context borrows variables. Safe to call in a signal handler: it
    /// dereferences no pointer to variables.
    pub(crate) fn has_borrowed(&self) -> bool {
        self.visible(self.depth()).entries().any(|entry| !entry.borrowed.get().is_null())
    }

    /// Calls `visit` with each variable and the depth of its context, innermost context first.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux serialises them"))]
    pub(crate) fn for_each_borrowed(
        &self,
        visit: &mut dyn FnMut(u32, &'static str, &dyn Variable),
    ) {
        for entry in self.visible(self.depth()).entries() {
            // SAFETY: the pointer is null or valid, as the module documentation shows. That holds
            // in this thread, the only one that uses this stack, and in a forked child that it
            // created. While `visit` runs, no earlier frame of `with_borrowed` can end, because all
            // of them are callers of this function.
            let Some(borrowed) = (unsafe { entry.borrowed.get().as_ref() }) else { continue };
            for (key, variable) in borrowed.variables {
                visit(entry.depth.get(), key, *variable);
            }
        }
    }
}

//! Contexts: the operations that a thread is performing, which a crash report lists.

pub(crate) mod catch;
pub(crate) mod handle;
pub(crate) mod instrumented;
#[cfg(test)]
mod model;
pub(crate) mod sources;
mod value;

use std::marker::PhantomData;

use vitte_diag::Span;

use self::handle::ContextHandle;
use self::instrumented::Instrumented;
pub use self::value::{ContextValue, ValueWriter};
pub(crate) use self::value::{is_formatting, without_reports};
use crate::sys::slots::{self, MAX_FIELDS, Opening};
use crate::variables::Variable;

/// Opens a context of this thread, which lasts until the result is dropped. `name` is the operation, such as
/// `type-checking`, and `span` the location in the sources that it is about, or `None`.
///
/// The contexts of a thread are a stack. The 32 outermost ones and, of those deeper than that, the 32 innermost ones
/// are recorded. The report of a signal contains at most 128 bytes of a name. Opening and closing a context takes
/// about two nanoseconds and needs no lock. At most 512 threads can have contexts at the same time; further threads
/// record none.
///
/// ```
/// use vitte_diag::{FileId, Span};
///
/// let span = Span::new(FileId::new(0), 3, 7)?;
/// let name = String::from("area");
/// let _cx = vitte_crash::context("type-checking", span).with("fn", &name);
/// # Ok::<(), vitte_diag::SpanError>(())
/// ```
// Always inlined, because a report finds the frame of the function that opens the context by its stack pointer.
#[inline(always)]
pub fn context(name: &'static str, span: impl Into<Option<Span>>) -> ContextGuard {
    let span = span.into().unwrap_or(Span::DUMMY);
    let opening = Opening::here();
    let depth = slots::current_or_claim()
        .map_or(0, |stack| stack.push(name, span, opening) - stack.task_base());
    ContextGuard { state: depth << FIELD_BITS, not_send: PhantomData }
}

/// An open context, which is closed when this is dropped. Returned by [`context`].
#[derive(Debug)]
#[must_use = "a context lasts until this is dropped: bind it to a name such as `_cx`"]
pub struct ContextGuard {
    /// The 0-based depth of the context in its task, or in its thread outside of tasks, and in the lowest [`FIELD_BITS`] bits the number of its fields. As a single
    /// integer the guard stays in a register.
    state: u32,
    not_send: PhantomData<*const ()>,
}

const FIELD_BITS: u32 = 2;
const _: () = assert!(MAX_FIELDS < 1 << FIELD_BITS);

impl ContextGuard {
    /// Adds a field: a key and a short value, such as the name of the function that is checked. A context has at
    /// most three fields; further ones are ignored. A value is cut after 56 bytes.
    #[inline]
    pub fn with(mut self, key: &'static str, value: impl ContextValue) -> Self {
        let count = self.state & ((1 << FIELD_BITS) - 1);
        if (count as usize) < MAX_FIELDS {
            if let Some(stack) = slots::current() {
                stack.set_field(self.depth(stack), count, key, |field| {
                    value.write(&mut ValueWriter::new(field));
                });
                self.state += 1;
            }
        }
        self
    }

    /// Returns a future that does the work of `future` with this context, and with those in which this one was opened. They
    /// are entered each time that the future is polled or dropped, on whichever thread that happens, and left after it. This
    /// context of the current thread is closed.
    ///
    /// The fields are those that were added before. The future cannot borrow
    /// [variables](Self::with_variables).
    ///
    /// A guard that is dropped at the end of an `async` block stays open while other tasks of the thread run. This does not:
    ///
    /// ```
    /// async fn answer(number: u32) -> u32 {
    ///     // A context without an `.await` inside of it needs no `instrument`.
    ///     let _cx = vitte_crash::context("computing", None).with("number", number);
    ///     number * 2
    /// }
    ///
    /// let request = vitte_crash::context("request", None).with("id", 7).instrument(answer(21));
    /// # let mut request = Box::pin(request);
    /// # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// # assert_eq!(std::future::Future::poll(request.as_mut(), &mut cx), std::task::Poll::Ready(42));
    /// // tokio::spawn(request)
    /// ```
    pub fn instrument<F>(self, future: F) -> Instrumented<F> {
        let stack = slots::current();
        let depth = stack.map_or(0, |stack| self.depth(stack) + 1);
        ContextHandle::to_depth(stack, depth).instrument(future)
    }

    /// Returns the 0-based depth of the context in the stack.
    #[inline]
    fn depth(&self, stack: &slots::ContextStack) -> u32 {
        stack.task_base() + (self.state >> FIELD_BITS)
    }

    /// Runs `work` with this context. If it crashes, the report contains the values of these variables, each with its
    /// key, in [`ContextEntry::variables`](vitte_capsule::ContextEntry::variables).
    ///
    /// The variables are borrowed: they are not copied, and serialised only after a crash. A forked child does that,
    /// on Linux only, so a `Serialize` that panics, waits for a lock or crashes loses only its own value.
    /// [`VariableLimits`](super::VariableLimits) limits the size of the values.
    ///
    /// The work is a closure because a guard with references could be forgotten ([`std::mem::forget`] is safe), and
    /// the context would then point to variables that no longer exist.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// let types = BTreeMap::from([("x", "i64"), ("y", "text")]);
    /// let scope = vec!["area", "main"];
    /// let known = vitte_crash::context("type-checking", None)
    ///     .with_variables(&[("types", &types), ("scope", &scope)], || types.len() + scope.len());
    /// assert_eq!(known, 4);
    /// ```
    pub fn with_variables<T>(
        self,
        variables: &[(&'static str, &dyn Variable)],
        work: impl FnOnce() -> T,
    ) -> T {
        match slots::current() {
            Some(stack) => stack.with_borrowed(self.depth(stack), variables, work),
            None => work(),
        }
    }
}

impl Drop for ContextGuard {
    #[inline]
    fn drop(&mut self) {
        if let Some(stack) = slots::current() {
            let depth = self.depth(stack);
            if std::thread::panicking() {
                stack.record_unwinding(depth);
            }
            stack.truncate(depth);
        }
    }
}

/// Returns the number of open contexts of this thread.
pub(super) fn depth() -> u32 {
    slots::current().map_or(0, slots::ContextStack::depth)
}

/// Returns whether this thread has entered contexts of another one.
pub(super) fn has_entered() -> bool {
    slots::current().is_some_and(|stack| stack.entered().is_some())
}

/// Closes the contexts below the outermost `depth` ones, such as those whose guards were forgotten.
pub(super) fn truncate(depth: u32) {
    if let Some(stack) = slots::current().filter(|stack| stack.depth() > depth) {
        stack.truncate(depth);
    }
}

/// Begins to record which contexts are open when a panic unwinds. Returns the previous record.
pub(super) fn begin_unwinding_record() -> slots::UnwindingRecord {
    slots::current().map(slots::ContextStack::begin_unwinding_record).unwrap_or_default()
}

/// Returns the number of contexts that were open when the last panic since
/// [`begin_unwinding_record`] began to unwind, or `None` if it closed none. Restores the previous record.
pub(super) fn end_unwinding_record(previous: slots::UnwindingRecord) -> Option<u32> {
    slots::current()?.end_unwinding_record(previous)
}

/// Returns the recorded contexts of this thread up to a depth, some of which may be closed already. Otherwise this is
/// [`read`].
pub(super) fn read_to(depth: u32) -> (Vec<slots::RawContext>, u32) {
    slots::current().map(|stack| stack.read_to(depth)).unwrap_or_default()
}

/// Returns the recorded contexts of this thread, the innermost first, and how many more are open.
pub(super) fn read() -> (Vec<slots::RawContext>, u32) {
    slots::current().map(slots::ContextStack::read).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use vitte_diag::FileId;

    use super::*;

    fn names() -> Vec<String> {
        read().0.into_iter().map(|raw| raw.name).collect()
    }

    /// Runs a test on a thread of its own, which begins without contexts.
    fn on_new_thread(test: impl FnOnce() + Send + 'static) {
        std::thread::spawn(test).join().unwrap();
    }

    #[test]
    fn contexts_are_a_stack() {
        on_new_thread(|| {
            assert_eq!((depth(), names()), (0, vec![]));
            let span = Span::new(FileId::new(3), 1, 9).unwrap();
            let _a = context("a", span);
            {
                let _b = context("b", None).with("k", "v").with("n", 12).with("c", 'é');
                let (raw, omitted) = read();
                assert_eq!(omitted, 0);
                let fields = &raw[0].fields;
                let text = |at: usize| (fields[at].0.as_str(), fields[at].1.as_str());
                assert_eq!([text(0), text(1), text(2)], [("k", "v"), ("n", "12"), ("c", "é")]);
                assert_eq!((raw[0].span, raw[1].span), (None, Some(span)));
            }
            assert_eq!(names(), ["a"]);
        });
    }

    #[test]
    fn a_fourth_field_is_ignored_and_a_long_value_is_cut() {
        on_new_thread(|| {
            let long = "é".repeat(40);
            let _cx = context("c", None).with("a", &long).with("b", 1).with("c", 2).with("d", 3);
            let (raw, _) = read();
            assert_eq!(raw[0].fields.len(), 3);
            assert_eq!(raw[0].fields[0].1, "é".repeat(28) + "...");
        });
    }

    #[test]
    fn values_of_every_length_are_recorded_exactly() {
        on_new_thread(|| {
            let text = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
            for len in 0..56 {
                let (value, _) = text.split_at(len);
                let (first, second) = value.split_at(len / 2);
                let _cx = context("c", None)
                    .with("set", value)
                    .with("pushed", format_args!("{first}{second}"));
                let (raw, _) = read();
                assert_eq!(raw[0].fields[0].1, value);
                assert_eq!(raw[0].fields[1].1, value);
            }
        });
    }

    #[test]
    fn the_outermost_and_innermost_contexts_of_a_deep_stack_are_recorded() {
        on_new_thread(|| {
            let mut open = Vec::new();
            for depth in 0..1000_u32 {
                open.push(context("deep", Span::empty(FileId::new(0), depth)));
            }
            let spans =
                || -> Vec<u32> { read().0.iter().map(|raw| raw.span.unwrap().lo()).collect() };
            let inner = (968..1000).rev().chain((0..32).rev());
            assert_eq!(spans(), inner.collect::<Vec<_>>());
            assert_eq!(read().1, 936);
            // The overwritten contexts cannot be read, but are counted.
            while open.len() > 980 {
                open.pop();
            }
            assert_eq!(spans(), (968..980).rev().chain((0..32).rev()).collect::<Vec<_>>());
            assert_eq!(read().1, 936);
        });
    }

    #[test]
    fn contexts_may_be_closed_in_any_order() {
        on_new_thread(|| {
            let a = context("a", None);
            let b = context("b", None);
            drop(a);
            assert_eq!(names(), [""; 0]);
            drop(b);
            assert_eq!(depth(), 0, "closing `a` also closed `b`, which is inside of it");
            std::mem::forget(context("c", None));
            assert_eq!(names(), ["c"]);
            truncate(0);
            assert_eq!(depth(), 0);
        });
    }

    #[test]
    fn a_reused_stack_is_empty() {
        for _ in 0..2000 {
            on_new_thread(|| {
                assert_eq!(depth(), 0);
                std::mem::forget(context("left open", None));
                assert_eq!(names(), ["left open"], "no slot was free");
            });
        }
    }
}

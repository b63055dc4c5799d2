//! Handles, which carry contexts to other threads.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::thread::{JoinHandle, Scope, ScopedJoinHandle};

use super::catch;
use super::instrumented::Instrumented;
use crate::sys::slots::{self, ContextStack, Snapshot};

/// Returns the contexts that are open on this thread, with their fields, so that other threads can enter them.
///
/// A panic or a signal on another thread is then reported with the contexts of the thread that began the work. If that thread
/// is in [`catch_panic`](crate::catch_panic()), the panic belongs to that call.
///
/// The handle has copies: contexts that are opened or closed later do not change it. It has no
/// [variables](crate::ContextGuard::with_variables).
///
/// ```
/// let _cx = vitte_crash::context("building", None).with("target", "mycc");
/// let handle = vitte_crash::handle();
/// std::thread::scope(|scope| {
///     for unit in 0..4 {
///         let handle = &handle;
///         scope.spawn(move || {
///             let _entered = handle.enter();
///             let _cx = vitte_crash::context("compiling", None).with("unit", unit);
///             // A panic here has the contexts `compiling` and `building`.
///         });
///     }
/// });
/// ```
#[must_use]
pub fn handle() -> ContextHandle {
    let stack = slots::current();
    ContextHandle::to_depth(stack, stack.map_or(0, ContextStack::depth))
}

/// Contexts that were open on a thread, and that other threads and tasks can enter. Returned by [`handle`]. A clone costs
/// an atomic addition.
#[derive(Clone)]
pub struct ContextHandle(Arc<Snapshot>);

/// Contexts that this thread has entered, until this is dropped. Returned by [`ContextHandle::enter`].
#[derive(Debug)]
#[must_use = "the contexts are left when this is dropped: bind it to a name such as `_entered`"]
pub struct EnteredContexts {
    /// The 0-based depth of the entry in its task, or in its thread outside of tasks. `None` if the thread records no contexts.
    depth: Option<u32>,
    not_send: PhantomData<*const ()>,
}

impl fmt::Debug for ContextHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ContextHandle").field(&self.0).finish()
    }
}

impl ContextHandle {
    /// Returns the contexts of a stack as if `depth` were open.
    pub(super) fn to_depth(stack: Option<&ContextStack>, depth: u32) -> Self {
        Self(Arc::new(Snapshot::new(stack, depth, catch::current())))
    }

    /// Returns the contexts of a snapshot.
    #[cfg(feature = "tokio")]
    pub(crate) const fn new(snapshot: Arc<Snapshot>) -> Self {
        Self(snapshot)
    }

    /// Returns the snapshot, which other owners of it keep.
    #[cfg(any(feature = "tokio", feature = "tower"))]
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0)
    }

    /// Enters the contexts until the result is dropped. Until then, the contexts that are open on this thread are not part
    /// of reports: they belong to other work.
    #[inline]
    pub fn enter(&self) -> EnteredContexts {
        let stack = slots::current_or_claim();
        let depth = stack.map(|stack| stack.enter(Arc::clone(&self.0)) - stack.task_base());
        EnteredContexts { depth, not_send: PhantomData }
    }

    /// Runs `work` in the contexts, as [`enter`](Self::enter) does.
    ///
    /// ```
    /// let handle = vitte_crash::handle();
    /// let squares = rayon::ThreadPoolBuilder::new().build()?.install(|| {
    ///     use rayon::prelude::*;
    ///     [1, 2, 3].par_iter().map(|n| handle.run(|| n * n)).collect::<Vec<_>>()
    /// });
    /// assert_eq!(squares, [1, 4, 9]);
    /// # Ok::<(), rayon::ThreadPoolBuildError>(())
    /// ```
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.enter();
        work()
    }

    /// Returns a future that does the work of `future` in the contexts, whichever threads poll it. The guards that it has
    /// across an `.await` are closed while other tasks run.
    pub fn instrument<F>(&self, future: F) -> Instrumented<F> {
        Instrumented::new(future, Arc::clone(&self.0))
    }
}

/// Returns the contexts that `open` opens, without those of this thread. Returns `None` if the thread records no contexts.
#[cfg(feature = "tracing")]
pub(crate) fn snapshot_within(open: impl FnOnce(&ContextStack)) -> Option<Arc<Snapshot>> {
    let stack = slots::current_or_claim()?;
    let depth = stack.enter(Arc::new(Snapshot::new(None, 0, 0)));
    open(stack);
    let snapshot = Snapshot::new(Some(stack), stack.depth(), 0);
    stack.truncate(depth);
    Some(Arc::new(snapshot))
}

impl Drop for EnteredContexts {
    #[inline]
    fn drop(&mut self) {
        let Some((stack, depth)) = slots::current().zip(self.depth) else { return };
        let depth = stack.task_base() + depth;
        if std::thread::panicking() {
            stack.record_unwinding(depth);
        }
        stack.truncate(depth);
    }
}

/// Starts a thread as [`std::thread::spawn`] does. Its work has the contexts of this thread.
///
/// # Panics
///
/// If the system cannot create a thread.
pub fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let handle = handle();
    std::thread::spawn(move || handle.run(work))
}

/// Creates a scope for threads as [`std::thread::scope`] does. The work of its threads has the contexts of this thread.
///
/// ```
/// let _cx = vitte_crash::context("building", None);
/// let mut names = vec!["a", "b"];
/// vitte_crash::scope(|scope| {
///     scope.spawn(|| names.push("c"));
/// });
/// assert_eq!(names.len(), 3);
/// ```
///
/// # Panics
///
/// If a thread panics whose handle was not joined.
pub fn scope<'env, T>(work: impl for<'scope> FnOnce(ContextScope<'scope, 'env>) -> T) -> T {
    std::thread::scope(|scope| work(ContextScope { scope }))
}

/// The scope of [`scope`], in which threads are started.
#[derive(Clone, Copy, Debug)]
pub struct ContextScope<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
}

impl<'scope> ContextScope<'scope, '_> {
    /// Starts a thread, whose work has the contexts that are open on this thread now.
    pub fn spawn<T: Send + 'scope>(
        self,
        work: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        let handle = handle();
        self.scope.spawn(move || handle.run(work))
    }
}

//! Futures with contexts.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::sys::slots::{self, Snapshot, Suspended};

pin_project! {
    /// A future with contexts. Returned by [`ContextGuard::instrument`](crate::ContextGuard::instrument) and
    /// [`ContextHandle::instrument`](crate::ContextHandle::instrument).
    ///
    /// Each poll and the drop of the future happen in the contexts. To enter them needs no lock and no allocation.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Instrumented<F> {
        // `None` after it was dropped, which happens in its contexts.
        #[pin]
        future: Option<F>,
        contexts: TaskContexts,
    }

    impl<F> PinnedDrop for Instrumented<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.contexts.within(|| this.future.set(None));
        }
    }
}

/// The contexts of a task.
#[derive(Debug)]
pub(crate) struct TaskContexts {
    snapshot: Arc<Snapshot>,
    suspended: Suspended,
}

impl TaskContexts {
    pub(crate) fn new(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, suspended: Suspended::default() }
    }

    /// Runs a part of the task in its contexts.
    #[inline]
    pub(crate) fn within<T>(&mut self, work: impl FnOnce() -> T) -> T {
        match slots::current_or_claim() {
            Some(stack) => stack.within(&self.snapshot, &mut self.suspended, work),
            None => work(),
        }
    }
}

impl<F> Instrumented<F> {
    pub(super) fn new(future: F, snapshot: Arc<Snapshot>) -> Self {
        Self { future: Some(future), contexts: TaskContexts::new(snapshot) }
    }
}

#[cfg(feature = "tokio")]
impl<F> Instrumented<F> {
    /// Replaces the contexts by those that `map` returns.
    pub(crate) fn map_contexts(
        self: Pin<&mut Self>,
        map: impl FnOnce(&Arc<Snapshot>) -> Arc<Snapshot>,
    ) {
        let contexts = self.project().contexts;
        contexts.snapshot = map(&contexts.snapshot);
    }
}

impl<F: Future> Future for Instrumented<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.future.as_pin_mut() {
            Some(future) => this.contexts.within(|| future.poll(cx)),
            None => Poll::Pending,
        }
    }
}

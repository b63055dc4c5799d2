//! Catches the panics of a future.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use vitte_capsule::CrashReport;

use super::{ExtendNothing, ExtendReport, describe, end, report_of};
use crate::context::handle::handle;
use crate::context::instrumented::Instrumented;
use crate::panic_hook::CatchCall;
use crate::panic_hook::registry::CallKind;

/// Returns a future that does the work of `future` and returns its panic as an error, as
/// [`catch_panic`](crate::catch_panic()) does with blocking work. It has the contexts that are open on this thread now.
///
/// The panics of other threads and tasks belong to it if they have entered its contexts with a
/// [`handle`](crate::handle()), or if the message of the panic that passes them on contains theirs, as that of
/// `task.await.unwrap()` does with tokio.
///
/// ```
/// # async fn answer() -> u32 { panic!("no answer") }
/// let caught = vitte_crash::catch_future(vitte_crash::context("request", None).instrument(answer()));
/// # let mut caught = Box::pin(caught);
/// # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// # let std::task::Poll::Ready(caught) = std::future::Future::poll(caught.as_mut(), &mut cx) else { panic!() };
/// // let caught = caught.await;
/// assert_eq!(caught.unwrap_err().message, "no answer");
/// ```
///
/// # Errors
///
/// The report of the panic if a poll of `future` panics. The rest is as with [`catch_panic`](crate::catch_panic()): with
/// `panic = "abort"` the process ends instead, and a panic about a lost reader of standard output continues to unwind.
pub fn catch_future<F: Future>(future: F) -> CatchFuture<F> {
    CatchFuture { inner: handle().instrument(Catching::new(future, ExtendNothing)) }
}

pin_project! {
    /// A future whose panic is its error. Returned by [`catch_future`].
    #[must_use = "futures do nothing unless they are polled"]
    pub struct CatchFuture<F> {
        #[pin]
        inner: Instrumented<Catching<F, ExtendNothing>>,
    }
}

pin_project! {
    /// The future inside of its contexts. `extend` adds to the report before it is stored.
    pub(crate) struct Catching<F, E> {
        #[pin]
        future: F,
        extend: E,
        call: ActiveCall,
    }
}

impl<F, E> Catching<F, E> {
    pub(crate) const fn new(future: F, extend: E) -> Self {
        Self { future, extend, call: ActiveCall(None) }
    }
}

/// The call, from the first poll until the result is known.
struct ActiveCall(Option<CatchCall>);

impl ActiveCall {
    fn end(&mut self) {
        self.0.take().into_iter().for_each(end);
    }
}

impl Drop for ActiveCall {
    fn drop(&mut self) {
        self.end();
    }
}

impl<F> fmt::Debug for CatchFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatchFuture").finish_non_exhaustive()
    }
}

impl<F: Future> Future for CatchFuture<F> {
    type Output = Result<F::Output, CrashReport>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().inner.poll(cx)
    }
}

impl<F: Future, E: ExtendReport> Future for Catching<F, E> {
    type Output = Result<F::Output, CrashReport>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let call = this.call.0.get_or_insert_with(|| CatchCall::begin(CallKind::Task));
        let poll = || catch_unwind(AssertUnwindSafe(|| this.future.poll(cx)));
        let result = match call.run(poll, describe) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(caught) => Err(caught),
        };
        this.call.end();
        Poll::Ready(result.map_err(|panic| report_of(panic, this.extend)))
    }
}

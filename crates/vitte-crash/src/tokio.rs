//! Tasks of tokio in reports (feature `tokio`).
//!
//! The panic of any task is reported with the id of the task. [`task`] gives it a name too, and the contexts that are open
//! where it is created, whichever threads poll it. Pass the result to any function that starts tasks: `tokio::spawn`,
//! `JoinSet::spawn`, `LocalSet::spawn_local`, `tokio::task::Builder`. [`spawn`], [`spawn_local`] and [`spawn_blocking`] are
//! short for the usual ones.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! async fn check(unit: u32) -> u32 {
//!     unit + 1
//! }
//!
//! let _cx = vitte_crash::context("building", None);
//! let mut units = tokio::task::JoinSet::new();
//! units.spawn(vitte_crash::tokio::task("check", check(1)));
//! units.spawn(vitte_crash::tokio::task("check", check(2)));
//! // A panic has the contexts `running a task (name: check, id: 2)` and `building`.
//! let mut sums = units.join_all().await;
//! # sums.sort_unstable();
//! assert_eq!(sums, [2, 3]);
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tokio::task::{JoinHandle, try_id};
use pin_project_lite::pin_project;
use vitte_capsule::{ContextEntry, ContextField, CrashReport};

use crate::context::handle::{ContextHandle, handle};
use crate::context::instrumented::Instrumented;
use crate::context::{ContextGuard, context};

/// The name of the context of a task.
const TASK_CONTEXT: &str = "running a task";
const ID_FIELD: &str = "id";

/// Returns a future that does the work of `future`. It has the contexts that are open on this thread now, and inside of them
/// one with this name and the id of the task. The name is cut after 56 bytes.
pub fn task<F>(name: impl Into<String>, future: F) -> Task<F> {
    Task { inner: handle().instrument(future), name: Some(name.into()) }
}

pin_project! {
    /// A future with the contexts of a task. Returned by [`task`].
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Task<F> {
        #[pin]
        inner: Instrumented<F>,
        // The name until the first poll. The id of the task is not known before.
        name: Option<String>,
    }
}

impl<F> fmt::Debug for Task<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<F: Future> Future for Task<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if let Some(name) = this.name.take() {
            this.inner.as_mut().map_contexts(|outer| {
                let outer = ContextHandle::new(Arc::clone(outer));
                in_task(&outer, &name, || handle().snapshot())
            });
        }
        this.inner.poll(cx)
    }
}

/// Runs `work` in the contexts of a handle, and inside of them in that of the current task.
fn in_task<T>(outer: &ContextHandle, name: &str, work: impl FnOnce() -> T) -> T {
    outer.run(|| {
        let _task = open(name);
        work()
    })
}

/// Opens the context of the current task.
fn open(name: &str) -> ContextGuard {
    let guard = context(TASK_CONTEXT, None).with("name", name);
    match try_id() {
        Some(id) => guard.with(ID_FIELD, format_args!("{id}")),
        None => guard,
    }
}

/// Starts a task, as [`tokio::spawn`](fn@::tokio::spawn) does, with the contexts of [`task`].
///
/// # Panics
///
/// Outside of a runtime.
#[track_caller]
pub fn spawn<F>(name: impl Into<String>, future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    ::tokio::spawn(task(name, future))
}

/// Starts a task on this thread, as [`tokio::task::spawn_local`](fn@::tokio::task::spawn_local) does, with the contexts of
/// [`task`].
///
/// # Panics
///
/// Outside of a `LocalSet`.
#[track_caller]
pub fn spawn_local<F>(name: impl Into<String>, future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: 'static> + 'static,
{
    ::tokio::task::spawn_local(task(name, future))
}

/// Runs blocking work, as [`tokio::task::spawn_blocking`](fn@::tokio::task::spawn_blocking) does, with the contexts of
/// [`task`].
///
/// # Panics
///
/// Outside of a runtime.
#[track_caller]
pub fn spawn_blocking<T: Send + 'static>(
    name: impl Into<String>,
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    let (outer, name) = (handle(), name.into());
    ::tokio::task::spawn_blocking(move || in_task(&outer, &name, work))
}

/// Returns the id of the task that this thread runs.
pub(crate) fn task_id() -> Option<String> {
    try_id().map(|id| id.to_string())
}

/// Adds the context of the task with this id to the report of its panic, unless the report has it.
pub(crate) fn add_task(report: &mut CrashReport, id: &str) {
    let has_id = |entry: &ContextEntry| {
        let mut fields = entry.fields.iter();
        entry.name == TASK_CONTEXT && fields.any(|field| field.key == ID_FIELD && field.value == id)
    };
    if !report.contexts.iter().any(has_id) {
        let mut entry = ContextEntry::new(TASK_CONTEXT);
        entry.fields.push(ContextField::new(ID_FIELD, id));
        report.contexts.push(entry);
    }
}

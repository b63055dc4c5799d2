//! The service of the layer.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;
use vitte_capsule::CrashReport;

use super::Options;
use super::body::CrashBody;
use super::request::{self, RequestFacts};
use crate::catch::{Catching, catch_and_extend};
use crate::context::handle::{ContextHandle, handle};
use crate::context::instrumented::Instrumented;

/// A service that reports the panics of another one. Created by [`CrashLayer`](super::CrashLayer).
#[derive(Clone)]
pub struct CrashService<S> {
    inner: S,
    options: Arc<Options>,
}

impl<S> CrashService<S> {
    pub(super) const fn new(inner: S, options: Arc<Options>) -> Self {
        Self { inner, options }
    }
}

impl<S: fmt::Debug> fmt::Debug for CrashService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrashService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for CrashService<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Body<Data = Bytes>,
{
    type Response = Response<CrashBody<ResponseBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let guard = request::open(&parts, &self.options);
        let facts = Arc::new(RequestFacts::new(&parts, Arc::clone(&self.options)));
        let request = Request::from_parts(parts, body);
        let handle = handle();
        let called = catch_and_extend(|| self.inner.call(request), &*facts);
        drop(guard);
        let answer = match called {
            Ok(future) => {
                let catching = Catching::new(future, Arc::clone(&facts));
                Answer::Running { future: handle.instrument(catching) }
            }
            Err(report) => Answer::Panicked { report: Box::new(report) },
        };
        ResponseFuture { answer, handle, facts }
    }
}

pin_project! {
    /// The future of a [`CrashService`].
    #[must_use = "futures do nothing unless they are polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        answer: Answer<F>,
        handle: ContextHandle,
        facts: Arc<RequestFacts>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    enum Answer<F> {
        Running {
            #[pin]
            future: Instrumented<Catching<F, Arc<RequestFacts>>>,
        },
        /// The service has panicked before it returned a future.
        Panicked { report: Box<CrashReport> },
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<CrashBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = match this.answer.project() {
            AnswerProjection::Running { future } => ready!(future.poll(cx)),
            AnswerProjection::Panicked { report } => {
                return Poll::Ready(Ok(this.facts.answer(report)));
            }
        };
        Poll::Ready(match result {
            Ok(response) => response.map(|response| {
                let status = response.status().as_u16();
                response.map(|body| CrashBody::inner(body, this.handle, status))
            }),
            Err(report) => Ok(this.facts.answer(&report)),
        })
    }
}

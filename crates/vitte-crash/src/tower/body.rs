//! The body of a response, which is sent in the contexts of its request.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::context::context;
use crate::context::handle::ContextHandle;
use crate::context::instrumented::TaskContexts;

pin_project! {
    /// The body of a response of a [`CrashService`](super::CrashService). A panic or a signal while a part of it is created is
    /// reported with the contexts of the request and the status of the response.
    #[derive(Debug)]
    pub struct CrashBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        /// That of the service.
        Inner {
            #[pin]
            body: B,
            contexts: TaskContexts,
            status: u16,
        },
        /// That of an answer to a panic, or `None` after it was sent.
        Answer { bytes: Option<Bytes> },
    }
}

impl<B> CrashBody<B> {
    pub(super) fn inner(body: B, handle: &ContextHandle, status: u16) -> Self {
        Self { kind: Kind::Inner { body, contexts: TaskContexts::new(handle.snapshot()), status } }
    }

    pub(super) const fn answer(bytes: Bytes) -> Self {
        Self { kind: Kind::Answer { bytes: Some(bytes) } }
    }
}

impl<B: Body<Data = Bytes>> Body for CrashBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Inner { body, contexts, status } => contexts.within(|| {
                let _cx = context("sending the response", None).with("status", *status);
                body.poll_frame(cx)
            }),
            KindProjection::Answer { bytes } => {
                Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner { body, .. } => body.is_end_stream(),
            Kind::Answer { bytes } => bytes.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { body, .. } => body.size_hint(),
            Kind::Answer { bytes } => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
        }
    }
}

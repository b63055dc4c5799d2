use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use tower_service::Service;

use super::*;
use crate::context::read;

/// Returns the contexts of this thread, the innermost first: the name and the values.
fn open() -> Vec<String> {
    let entry = |raw: crate::sys::slots::RawContext| {
        let values = raw.fields.into_iter().map(|(_, value)| format!(" {value}"));
        format!("{}{}", raw.name, values.collect::<String>())
    };
    read().0.into_iter().map(entry).collect()
}

/// A body that consists of the contexts in which it is sent.
#[derive(Debug)]
struct Contexts(bool);

impl Body for Contexts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let is_sent = std::mem::replace(&mut self.0, true);
        let frame = (!is_sent).then(|| Ok(Frame::data(Bytes::from(open().join(", ")))));
        Poll::Ready(frame)
    }
}

/// Answers with [`Contexts`], or panics when it is called or polled.
#[derive(Clone, Debug)]
struct Handler;

impl Service<Request<()>> for Handler {
    type Response = Response<Contexts>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Contexts>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        assert!(request.uri().path() != "/call", "while called, in {:?}", open());
        Box::pin(async move {
            assert!(request.uri().path() != "/poll", "while polled, in {:?}", open());
            let mut response = Response::new(Contexts(false));
            *response.status_mut() = StatusCode::CREATED;
            Ok(response)
        })
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return value;
        }
    }
}

fn get(layer: &CrashLayer, uri: &str) -> (Response<()>, String) {
    let request = Request::get(uri).header("x-request-id", "r7").header(ACCEPT, "text/html");
    let response = block_on(layer.layer(Handler).call(request.body(()).unwrap())).unwrap();
    let (parts, body) = response.into_parts();
    let bytes = block_on(body.collect()).unwrap().to_bytes();
    (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn a_response_is_passed_on_and_sent_in_the_contexts_of_its_request() {
    let _cx = crate::context("serving", None);
    let (response, body) = get(&CrashLayer::new(), "/shapes?token=1");
    assert_eq!(response.status(), StatusCode::CREATED);
    let request = "handling a request GET /shapes r7, serving";
    assert_eq!(body, format!("sending the response 201, {request}"));
    assert_eq!(open(), ["serving"]);
}

#[test]
fn a_panic_is_answered_with_status_500() {
    let layer = CrashLayer::new().show_message(true).path_template(|_| Some("/{path}".into()));
    for (uri, message) in [("/call", "while called"), ("/poll", "while polled")] {
        let (response, body) = get(&layer, uri);
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        let contexts = "[&quot;handling a request GET /{path} r7&quot;]";
        assert!(body.contains(&format!("{message}, in {contexts}")), "{body}");
        assert!(!get(&CrashLayer::new(), uri).1.contains("while"));
    }
    assert_eq!(open(), [""; 0]);
}

#[test]
fn a_request_that_is_dropped_leaves_nothing_behind() {
    let request = Request::get("/").body(()).unwrap();
    let response = CrashLayer::new().layer(Handler).call(request);
    drop(response);
    let report = crate::catch_panic(|| panic!("later")).unwrap_err();
    assert_eq!(report.contexts, []);
}

/// The error of the service is the error of the layer.
#[test]
fn an_error_is_passed_on() {
    #[derive(Clone)]
    struct Fails;
    impl Service<Request<()>> for Fails {
        type Response = Response<Contexts>;
        type Error = &'static str;
        type Future = Ready<Result<Response<Contexts>, &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Err("not ready"))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            ready(Err("refused"))
        }
    }
    let mut service = CrashLayer::new().layer(Fails);
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(service.poll_ready(&mut cx), Poll::Ready(Err("not ready")));
    let result = block_on(service.call(Request::get("/").body(()).unwrap()));
    assert_eq!(result.err(), Some("refused"));
}

//! Requests of `tower` services in reports (feature `tower`): axum, hyper, tonic and others.
//!
//! With the [`CrashLayer`] a panic while a request is handled is answered with status 500 and the id of its report; other
//! requests go on. The report of a panic or a signal has the request as a context: its method, its path and its id; that of a
//! panic also has the headers, without secrets.
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use tower_layer::Layer as _;
//! use tower_service::Service;
//! use vitte_crash::tower::CrashLayer;
//!
//! # #[derive(Clone)]
//! # struct Handler;
//! # impl Service<Request<String>> for Handler {
//! #     type Response = Response<String>;
//! #     type Error = std::convert::Infallible;
//! #     type Future = std::future::Ready<Result<Response<String>, Self::Error>>;
//! #     fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
//! #         std::task::Poll::Ready(Ok(()))
//! #     }
//! #     fn call(&mut self, _: Request<String>) -> Self::Future { panic!("no handler") }
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let mut service = CrashLayer::new().layer(Handler); // panics
//! let response = service.call(Request::get("/shapes").body(String::new())?).await?;
//! assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # });
//! ```

mod answer;
mod body;
mod request;
mod service;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use body::CrashBody;
use http::HeaderName;
use http::request::Parts;
pub use service::{CrashService, ResponseFuture};
use tower_layer::Layer;

type PathTemplate = Arc<dyn Fn(&Parts) -> Option<String> + Send + Sync>;

/// A layer that reports the panics of a service, and answers the requests that they belong to.
#[derive(Clone)]
pub struct CrashLayer {
    options: Arc<Options>,
}

/// How requests are reported and answered.
#[derive(Clone)]
struct Options {
    path_template: Option<PathTemplate>,
    id_header: HeaderName,
    shows_message: bool,
}

impl fmt::Debug for CrashLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrashLayer")
            .field("id_header", &self.options.id_header)
            .field("shows_message", &self.options.shows_message)
            .finish_non_exhaustive()
    }
}

impl Default for CrashLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl CrashLayer {
    /// Creates a layer with the defaults of the setters.
    #[must_use]
    pub fn new() -> Self {
        let id_header = HeaderName::from_static("x-request-id");
        Self { options: Arc::new(Options { path_template: None, id_header, shows_message: false }) }
    }

    /// Sets the function that returns the template of a request's path, such as `/users/{id}`, which the report shows instead of
    /// the path. Default: the path without its query. With axum:
    ///
    /// ```text
    /// |request| Some(request.extensions.get::<MatchedPath>()?.as_str().to_owned())
    /// ```
    #[must_use]
    pub fn path_template(
        self,
        template: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.with(|options| options.path_template = Some(Arc::new(template)))
    }

    /// Sets the header that has the id of a request. Default: `x-request-id`.
    #[must_use]
    pub fn request_id_header(self, name: HeaderName) -> Self {
        self.with(|options| options.id_header = name)
    }

    /// Sets whether the answer contains the message of the panic, which may have details of the program. Use it in
    /// development only. Default: false.
    #[must_use]
    pub fn show_message(self, shows_message: bool) -> Self {
        self.with(|options| options.shows_message = shows_message)
    }

    fn with(self, set: impl FnOnce(&mut Options)) -> Self {
        let mut options = (*self.options).clone();
        set(&mut options);
        Self { options: Arc::new(options) }
    }
}

impl<S> Layer<S> for CrashLayer {
    type Service = CrashService<S>;

    fn layer(&self, inner: S) -> CrashService<S> {
        CrashService::new(inner, Arc::clone(&self.options))
    }
}

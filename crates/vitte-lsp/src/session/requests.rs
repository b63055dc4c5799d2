//! Requests are answered when the results that they need are there.

use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Request, RequestId, Response};
use serde_json::Value;

use super::messages::{
    AtPosition, CodeActionRequest, ExecuteCommand, OnDocument, PullDocument, PullWorkspace,
};
use super::{Session, read};
use crate::paths::{Key, key_of_uri};

/// How long a request of a person waits for a check, before it is answered with what is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// A request that waits for a result.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: RequestId,
    about: About,
    /// When it is answered in any case.
    deadline: Option<Instant>,
}

/// What a request is about.
#[derive(Debug)]
pub(super) enum About {
    PullDocument { key: Key, previous: Option<String> },
    PullWorkspace(PullWorkspace),
    CodeActions(CodeActionRequest),
    Hover(AtPosition),
    Links(Key),
    Explain(String),
}

impl Waiting {
    /// Returns the time until the request is answered in any case.
    pub(super) fn left(&self, now: Instant) -> Duration {
        let forever = Duration::from_secs(3600);
        self.deadline.map_or(forever, |deadline| deadline.saturating_duration_since(now))
    }
}

impl Session {
    pub(super) fn request(&mut self, request: Request) {
        use super::lifecycle::State;

        let error = match (self.state, request.method.as_str()) {
            (State::Uninitialized, "initialize") => return self.initialize(request),
            (State::Uninitialized, _) => {
                (ErrorCode::ServerNotInitialized, "the first request must be `initialize`")
            }
            (State::ShutDown, _) => (ErrorCode::InvalidRequest, "the server has shut down"),
            (State::Running { .. }, "initialize") => {
                (ErrorCode::InvalidRequest, "the server is initialized already")
            }
            (State::Running { .. }, "shutdown") => return self.shutdown(request.id),
            (State::Running { .. }, "codeAction/resolve") => return self.resolve(request),
            (State::Running { .. }, _) => return self.plan(request),
        };
        self.respond(Response::new_err(request.id, error.0 as i32, error.1.to_owned()));
    }

    fn plan(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let about = match method.as_str() {
            "textDocument/diagnostic" => read(params).map(|params: PullDocument| {
                self.client_pulls(false);
                let (key, _) = key_of_uri(&params.text_document.uri);
                About::PullDocument { key, previous: params.previous_result_id }
            }),
            "workspace/diagnostic" => read(params).map(|params| {
                self.client_pulls(true);
                About::PullWorkspace(params)
            }),
            "textDocument/codeAction" => read(params).map(About::CodeActions),
            "textDocument/hover" => read(params).map(About::Hover),
            "textDocument/documentLink" => read(params)
                .map(|params: OnDocument| About::Links(key_of_uri(&params.text_document.uri).0)),
            "workspace/executeCommand" => match self.command(params) {
                Ok(code) => Ok(About::Explain(code)),
                Err(message) => return self.fail(id, ErrorCode::InvalidParams, message),
            },
            _ => {
                let message = format!("the server has no method `{method}`");
                return self.fail(id, ErrorCode::MethodNotFound, message);
            }
        };
        match about {
            Ok(about) => {
                let is_pull = matches!(about, About::PullDocument { .. } | About::PullWorkspace(_));
                let deadline = (!is_pull).then(|| Instant::now() + PATIENCE);
                self.waiting.push(Waiting { id, about, deadline });
            }
            Err(error) => {
                let message = format!("the parameters of `{method}` are invalid: {error}");
                self.fail(id, ErrorCode::InvalidParams, message);
            }
        }
    }

    /// Returns the code that a command explains.
    fn command(&self, params: Value) -> Result<String, String> {
        let params: ExecuteCommand = read(params).map_err(|error| error.to_string())?;
        if params.command != self.explain_command() {
            return Err(format!("the server has no command `{}`", params.command));
        }
        match params.arguments.first().and_then(Value::as_str) {
            Some(code) => Ok(code.to_owned()),
            None => Err(format!("`{}` needs a code as its argument", params.command)),
        }
    }

    fn fail(&self, id: RequestId, code: ErrorCode, message: String) {
        self.respond(Response::new_err(id, code as i32, message));
    }

    /// Answers the requests whose results are there.
    pub(super) fn answer_waiting(&mut self) {
        let now = Instant::now();
        let mut later = Vec::new();
        for waiting in std::mem::take(&mut self.waiting) {
            let is_late = waiting.deadline.is_some_and(|deadline| deadline <= now);
            if is_late || self.is_ready(&waiting.about) {
                let response = self.answer(waiting.id, waiting.about);
                self.respond(response);
            } else {
                later.push(waiting);
            }
        }
        self.waiting = later;
    }

    fn is_ready(&mut self, about: &About) -> bool {
        let is_checked = |key: &Key| !self.schedule.is_busy(&self.document_of(key));
        match about {
            About::PullDocument { key, .. } | About::Links(key) => is_checked(key),
            About::PullWorkspace(_) => self.schedule.is_idle() && !self.is_searching,
            About::CodeActions(params) => is_checked(&key_of_uri(&params.text_document.uri).0),
            About::Hover(params) => {
                let (key, _) = key_of_uri(&params.text_document.uri);
                is_checked(&key) && self.has_pages_at(&key, params.position)
            }
            About::Explain(code) => self.has_page(code),
        }
    }

    fn answer(&mut self, id: RequestId, about: About) -> Response {
        let result = match about {
            About::PullDocument { key, previous } => {
                self.document_report(&key, previous.as_deref())
            }
            About::PullWorkspace(params) => self.workspace_report(&params),
            About::CodeActions(params) => self.code_actions(&params),
            About::Hover(params) => self.hover(&params),
            About::Links(key) => self.links(&key),
            About::Explain(code) => return self.explain(id, &code),
        };
        Response::new_ok(id, result)
    }

    pub(super) fn cancel_request(&mut self, params: &Value) {
        let id = match params.get("id") {
            Some(Value::Number(id)) => {
                id.as_i64().and_then(|id| i32::try_from(id).ok()).map(RequestId::from)
            }
            Some(Value::String(id)) => Some(RequestId::from(id.clone())),
            _ => None,
        };
        let index = self.waiting.iter().position(|waiting| Some(&waiting.id) == id.as_ref());
        if let Some(index) = index {
            let waiting = self.waiting.remove(index);
            let message = "the client has cancelled the request".to_owned();
            self.fail(waiting.id, ErrorCode::RequestCanceled, message);
        }
    }
}

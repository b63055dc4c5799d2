//! Requests are answered when the results that they need are there.

use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, RequestId, Response};
use serde_json::Value;

use super::Session;
use super::messages::{
    AtPosition, CodeActionRequest, ExecuteCommand, OnDocument, PullDocument, PullWorkspace,
};
use crate::message::Params;
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

/// The requests that wait, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct WaitingRequests {
    requests: Vec<Waiting>,
    /// The first of the deadlines, or earlier.
    deadline: Option<Instant>,
    /// Something has happened that requests may wait for. Otherwise none of them is looked at, because a client may send many.
    is_due: bool,
}

impl WaitingRequests {
    fn add(&mut self, waiting: Waiting) {
        self.deadline = self.deadline.into_iter().chain(waiting.deadline).min();
        self.requests.push(waiting);
    }

    /// Notes that a result is there, or will not come.
    pub(super) const fn set_due(&mut self) {
        self.is_due = true;
    }

    /// Returns the time until a request is answered in any case.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(now))
    }

    /// Takes the requests to look at.
    fn due(&mut self, now: Instant) -> Vec<Waiting> {
        if self.is_due || self.deadline.is_some_and(|deadline| deadline <= now) {
            return self.take();
        }
        Vec::new()
    }

    /// Takes all requests.
    pub(super) fn take(&mut self) -> Vec<Waiting> {
        std::mem::take(self).requests
    }

    fn remove(&mut self, id: &RequestId) -> Option<Waiting> {
        let index = self.requests.iter().position(|waiting| waiting.id == *id)?;
        Some(self.requests.remove(index))
    }
}

impl Session {
    pub(super) fn request(&mut self, id: RequestId, method: &str, params: &Params) {
        use super::lifecycle::State;

        let error = match (self.state, method) {
            (State::Uninitialized, "initialize") => return self.initialize(id, &params.value()),
            (State::Uninitialized, _) => {
                (ErrorCode::ServerNotInitialized, "the first request must be `initialize`")
            }
            (State::ShutDown, _) => (ErrorCode::InvalidRequest, "the server has shut down"),
            (State::Running { .. }, "initialize") => {
                (ErrorCode::InvalidRequest, "the server is initialized already")
            }
            (State::Running { .. }, "shutdown") => return self.shutdown(id),
            (State::Running { .. }, "codeAction/resolve") => {
                return self.resolve(id, params.value());
            }
            (State::Running { .. }, _) => return self.plan(id, method, params),
        };
        self.respond(Response::new_err(id, error.0 as i32, error.1.to_owned()));
    }

    fn plan(&mut self, id: RequestId, method: &str, params: &Params) {
        let about = match method {
            "textDocument/diagnostic" => params.read().map(|params: PullDocument| {
                self.client_pulls(false);
                let (key, _) = key_of_uri(&params.text_document.uri);
                About::PullDocument { key, previous: params.previous_result_id }
            }),
            "workspace/diagnostic" => params.read().map(|params| {
                self.client_pulls(true);
                About::PullWorkspace(params)
            }),
            "textDocument/codeAction" => params.read().map(About::CodeActions),
            "textDocument/hover" => params.read().map(About::Hover),
            "textDocument/documentLink" => params
                .read()
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
                if self.is_ready(&about) {
                    return self.answer(id, about);
                }
                let deadline = (!is_pull).then(|| Instant::now() + PATIENCE);
                self.waiting.add(Waiting { id, about, deadline });
            }
            Err(error) => {
                let message = format!("the parameters of `{method}` are invalid: {error}");
                self.fail(id, ErrorCode::InvalidParams, message);
            }
        }
    }

    /// Returns the code that a command explains.
    fn command(&self, params: &Params) -> Result<String, String> {
        let params: ExecuteCommand = params.read().map_err(|error| error.to_string())?;
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
        for waiting in self.waiting.due(now) {
            let is_late = waiting.deadline.is_some_and(|deadline| deadline <= now);
            if is_late || self.is_ready(&waiting.about) {
                self.answer(waiting.id, waiting.about);
            } else {
                self.waiting.add(waiting);
            }
        }
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

    fn answer(&mut self, id: RequestId, about: About) {
        let result = match about {
            About::PullDocument { key, previous } => {
                let report = self.document_report(&key, previous.as_deref());
                return self.respond_json(&id, &report);
            }
            About::PullWorkspace(params) => {
                let report = self.workspace_report(&params);
                return self.respond_json(&id, &report);
            }
            About::CodeActions(params) => self.code_actions(&params),
            About::Hover(params) => self.hover(&params),
            About::Links(key) => self.links(&key),
            About::Explain(code) => {
                let response = self.explain(id, &code);
                return self.respond(response);
            }
        };
        self.respond(Response::new_ok(id, result));
    }

    pub(super) fn cancel_request(&mut self, params: &Value) {
        let id = match params.get("id") {
            Some(Value::Number(id)) => {
                id.as_i64().and_then(|id| i32::try_from(id).ok()).map(RequestId::from)
            }
            Some(Value::String(id)) => Some(RequestId::from(id.clone())),
            _ => None,
        };
        if let Some(waiting) = id.and_then(|id| self.waiting.remove(&id)) {
            let message = "the client has cancelled the request".to_owned();
            self.fail(waiting.id, ErrorCode::RequestCanceled, message);
        }
    }
}

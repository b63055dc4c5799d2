//! A session with one client: the messages, the checks, and what the client knows.
//!
//! ```text
//! client ─▶ reader ─▶ Session ─▶ Worker: the compiler
//!    ▲                │  ▲           │
//!    └── Outbox ◀─────┘  └─ Results ◀┘
//! ```
//!
//! The session never waits: neither for the compiler nor for the client.

mod actions;
mod checks;
mod documents;
mod explain;
mod hover;
mod lifecycle;
mod links;
mod messages;
mod progress;
mod publish;
mod pull;
mod requests;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use lsp_server::{Notification, Request, RequestId, Response};
use serde::Serialize;
use serde_json::Value;
use vitte_diag::Policy;

use self::checks::Channels;
use self::explain::Pages;
use self::lifecycle::{Asked, State};
use self::progress::ShownProgress;
use self::publish::Published;
use self::requests::WaitingRequests;
use crate::client::Client;
use crate::config::Config;
use crate::lines::LinedText;
use crate::message::{Invalid, Message, Params};
use crate::open_files::OpenFiles;
use crate::outbox::Outbox;
use crate::paths::Key;
use crate::results::Results;
use crate::schedule::Schedule;
use crate::settings::Settings;
use crate::wire::Incoming;
use crate::worker::Worker;

/// How long a cancelled check may take to end when the session does.
const LAST_CHECK: Duration = Duration::from_secs(1);

/// How the session ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// After `shutdown` and `exit`.
    Orderly,
    /// After `exit` without `shutdown`, or because the client is gone.
    WithoutShutdown,
    /// The client sent what is not the protocol.
    Garbage(String),
    /// The client does not read, or has closed its end.
    NoReader,
    /// A signal asks the process to end.
    Signal(i32),
}

/// A session with one client.
#[derive(Debug)]
pub(crate) struct Session {
    config: Arc<Config>,
    outbox: Outbox,
    state: State,
    client: Arc<Client>,
    /// The folders of the workspace.
    folders: Vec<PathBuf>,
    /// The process of the client.
    parent: Option<u32>,
    settings: Settings,
    /// The settings of `initialize`, which are used while the client has no others.
    first_settings: Arc<Value>,
    /// The settings as the client sent them.
    sent_settings: Arc<Value>,
    policy: Policy,
    open: Arc<OpenFiles>,
    texts: HashMap<Key, LinedText>,
    /// The files of the workspace that are checked without being open.
    files: BTreeSet<Key>,
    /// A thread searches for these files.
    is_searching: bool,
    last_search: u64,
    /// The document that changed last.
    current: Option<Key>,
    schedule: Schedule,
    results: Results,
    published: Published,
    channels: Channels,
    worker: Option<Worker>,
    /// The threads whose checks took too long, and run on.
    abandoned: usize,
    last_job: u64,
    last_revision: u64,
    progress: Option<ShownProgress>,
    pages: Pages,
    waiting: WaitingRequests,
    asked: HashMap<RequestId, Asked>,
    last_request: i32,
    /// Mistakes of the settings that the user has seen.
    shown_mistakes: HashSet<String>,
}

impl Session {
    pub(crate) fn new(config: Arc<Config>, outbox: Outbox) -> Self {
        Self {
            state: State::Uninitialized,
            client: Arc::default(),
            folders: Vec::new(),
            parent: None,
            settings: Settings::default(),
            first_settings: Arc::default(),
            sent_settings: Arc::default(),
            policy: config.policy.clone(),
            open: Arc::default(),
            texts: HashMap::new(),
            files: BTreeSet::new(),
            is_searching: false,
            last_search: 0,
            current: None,
            schedule: Schedule::new(config.debounce),
            results: Results::default(),
            published: Published::default(),
            channels: Channels::new(),
            worker: None,
            abandoned: 0,
            last_job: 0,
            last_revision: 0,
            progress: None,
            pages: Pages::default(),
            waiting: WaitingRequests::default(),
            asked: HashMap::new(),
            last_request: 0,
            shown_mistakes: HashSet::new(),
            config,
            outbox,
        }
    }

    /// Runs the session until the client ends it or is gone.
    pub(crate) fn run(&mut self, incoming: &Receiver<Incoming>, signals: &Receiver<i32>) -> End {
        let end = loop {
            self.start_check();
            self.answer_waiting();
            if let Some(end) = self.ended() {
                break end;
            }
            if self.state.is_running() && self.outbox.is_closed() {
                break End::NoReader;
            }
            let pause = crossbeam_channel::after(self.pause());
            let (done, reports) = (self.channels.done.1.clone(), self.channels.progress.1.clone());
            let (found, pages) = (self.channels.found.1.clone(), self.channels.pages.1.clone());
            crossbeam_channel::select! {
                recv(incoming) -> message => {
                    if let Some(end) = self.receive(message.unwrap_or(Incoming::End)) {
                        break end;
                    }
                }
                recv(signals) -> signal => {
                    if let Ok(number) = signal {
                        break End::Signal(number);
                    }
                }
                recv(done) -> done => done.into_iter().for_each(|done| self.finish_check(done)),
                recv(reports) -> report => report.into_iter().for_each(|report| self.show_report(&report)),
                recv(found) -> files => files.into_iter().for_each(|files| self.add_files(&files)),
                recv(pages) -> page => page.into_iter().for_each(|page| self.add_page(page)),
                recv(pause) -> _ => {}
            }
        };
        if let Some(running) = self.schedule.running() {
            running.cancellation.cancel();
        }
        // Otherwise a command that the check runs would go on.
        if let Some(worker) = self.worker.take() {
            worker.end(LAST_CHECK);
        }
        end
    }

    /// Returns how long nothing is to be done without a message.
    fn pause(&self) -> Duration {
        let now = Instant::now();
        let pauses = [
            self.schedule.pause(now),
            self.check_pause(),
            self.parent_pause(),
            self.waiting.left(now),
        ];
        pauses.into_iter().flatten().min().unwrap_or(Duration::from_secs(3600))
    }

    fn receive(&mut self, incoming: Incoming) -> Option<End> {
        match incoming {
            Incoming::Message(Message::Request { id, method, params }) => {
                self.request(id, &method, &params);
            }
            Incoming::Message(Message::Notification { method, params }) => {
                return self.notification(&method, &params);
            }
            Incoming::Message(Message::Response { id, result }) => self.response(&id, &result),
            Incoming::Invalid(invalid) => self.reject(invalid),
            Incoming::Garbage(reason) => return Some(End::Garbage(reason)),
            // After `shutdown` the end of the stream is as good as `exit`.
            Incoming::End => return Some(self.exit()),
        }
        None
    }

    fn notification(&mut self, method: &str, params: &Params) -> Option<End> {
        if method == "exit" {
            return Some(self.exit());
        }
        if !self.state.is_running() {
            return None;
        }
        let done = match method {
            "textDocument/didOpen" => params.read().map(|params| self.did_open(params)),
            "textDocument/didChange" => params.read().map(|params| self.did_change(params)),
            "textDocument/didSave" => params.read().map(|params| self.did_save(&params)),
            "textDocument/didClose" => params.read().map(|params| self.did_close(&params)),
            "workspace/didChangeWatchedFiles" => {
                params.read().map(|params| self.files_changed(&params))
            }
            _ => {
                self.other_notification(method, params);
                Ok(())
            }
        };
        if let Err(reason) = done {
            self.log(&format!("the parameters of `{method}` are invalid: {reason}"));
        }
        None
    }

    fn other_notification(&mut self, method: &str, params: &Params) {
        match method {
            "initialized" => self.initialized(),
            "workspace/didChangeConfiguration" => self.configuration_changed(&params.value()),
            "workspace/didChangeWorkspaceFolders" => self.folders_changed(&params.value()),
            "$/cancelRequest" => self.cancel_request(&params.value()),
            // Notifications that are not known may be ignored.
            _ => {}
        }
    }

    /// Sends a notification.
    fn notify(&self, method: &str, params: impl Serialize) {
        self.send(None, &Notification::new(method.to_owned(), params).into());
    }

    /// Sends a request, whose response is handled as `asked`.
    fn ask(&mut self, method: &str, params: impl Serialize, asked: Asked) {
        self.last_request = self.last_request.wrapping_add(1);
        let id = RequestId::from(self.last_request);
        self.asked.insert(id.clone(), asked);
        self.send(None, &Request::new(id, method.to_owned(), params).into());
    }

    fn respond(&self, response: Response) {
        self.send(None, &response.into());
    }

    /// Sends a large result, of which no tree is made.
    fn respond_json(&self, id: &RequestId, result: &impl Serialize) {
        #[derive(Serialize)]
        struct JsonResponse<'a, T> {
            jsonrpc: &'static str,
            id: &'a RequestId,
            result: &'a T,
        }
        _ = self.outbox.send_json(None, &JsonResponse { jsonrpc: "2.0", id, result });
    }

    fn send(&self, about: Option<Key>, message: &lsp_server::Message) {
        // If the client is gone, the session ends.
        _ = self.outbox.send(about, message);
    }

    /// Answers a message that cannot be handled. The id of the response is null if that of the request is not known.
    fn reject(&self, invalid: Invalid) {
        let Invalid { id, code, reason } = invalid;
        match id {
            Some(id) => self.respond(Response::new_err(id, code as i32, reason)),
            None => _ = self.outbox.send_error(code as i32, &reason),
        }
    }

    /// Writes to the log of the editor.
    fn log(&self, message: &str) {
        self.notify("window/logMessage", serde_json::json!({"type": 2, "message": message}));
    }
}

/// Creates an unbounded channel.
fn channel<T>() -> (Sender<T>, Receiver<T>) {
    crossbeam_channel::unbounded()
}

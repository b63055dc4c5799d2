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
use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vitte_diag::Policy;

use self::checks::Channels;
use self::explain::Pages;
use self::lifecycle::{Asked, State};
use self::progress::ShownProgress;
use self::publish::Published;
use self::requests::Waiting;
use crate::client::Client;
use crate::config::Config;
use crate::lines::LinedText;
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
    /// The settings as the client sent them.
    sent_settings: Arc<Value>,
    policy: Policy,
    open: Arc<OpenFiles>,
    texts: HashMap<Key, LinedText>,
    /// The files of the workspace that are checked without being open.
    files: BTreeSet<Key>,
    /// A thread searches for these files.
    is_searching: bool,
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
    waiting: Vec<Waiting>,
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
            sent_settings: Arc::default(),
            policy: config.policy.clone(),
            open: Arc::default(),
            texts: HashMap::new(),
            files: BTreeSet::new(),
            is_searching: false,
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
            waiting: Vec::new(),
            asked: HashMap::new(),
            last_request: 0,
            shown_mistakes: HashSet::new(),
            config,
            outbox,
        }
    }

    /// Runs the session until the client ends it or is gone.
    pub(crate) fn run(&mut self, incoming: &Receiver<Incoming>) -> End {
        let end = loop {
            self.start_check();
            self.answer_waiting();
            if let Some(end) = self.ended() {
                break end;
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
                recv(done) -> done => done.into_iter().for_each(|done| self.finish_check(done)),
                recv(reports) -> report => report.into_iter().for_each(|report| self.show_report(&report)),
                recv(found) -> files => files.into_iter().for_each(|files| self.add_files(&files)),
                recv(pages) -> page => page.into_iter().for_each(|page| self.add_page(page)),
                recv(pause) -> _ => {}
            }
        };
        if let Some(running) = self.schedule.running() {
            running.cancellation.cancel();
            // Otherwise a command that the check runs would go on.
            _ = self.channels.done.1.recv_timeout(LAST_CHECK);
        }
        end
    }

    /// Returns how long nothing is to be done without a message.
    fn pause(&self) -> Duration {
        let now = Instant::now();
        let requests = self.waiting.iter().map(|waiting| waiting.left(now));
        let pauses = [self.schedule.pause(now), self.check_pause(), self.parent_pause()];
        let pauses = pauses.into_iter().flatten().chain(requests);
        pauses.min().unwrap_or(Duration::from_secs(3600))
    }

    fn receive(&mut self, incoming: Incoming) -> Option<End> {
        match incoming {
            Incoming::Message(Message::Request(request)) => self.request(request),
            Incoming::Message(Message::Notification(notification)) => {
                return self.notification(notification);
            }
            Incoming::Message(Message::Response(response)) => self.response(&response),
            Incoming::Invalid(reason) => self.log(&reason),
            Incoming::Garbage(reason) => return Some(End::Garbage(reason)),
            Incoming::End => return Some(self.end_of_stream()),
        }
        None
    }

    fn notification(&mut self, notification: Notification) -> Option<End> {
        let Notification { method, params } = notification;
        if method == "exit" {
            return Some(self.exit());
        }
        if !self.state.is_running() {
            return None;
        }
        let done = match method.as_str() {
            "textDocument/didOpen" => read(params).map(|params| self.did_open(params)),
            "textDocument/didChange" => read(params).map(|params| self.did_change(params)),
            "textDocument/didSave" => read(params).map(|params| self.did_save(&params)),
            "textDocument/didClose" => read(params).map(|params| self.did_close(&params)),
            "workspace/didChangeWatchedFiles" => {
                read(params).map(|params| self.files_changed(&params))
            }
            _ => {
                self.other_notification(&method, &params);
                Ok(())
            }
        };
        if let Err(reason) = done {
            self.log(&format!("the parameters of `{method}` are invalid: {reason}"));
        }
        None
    }

    fn other_notification(&mut self, method: &str, params: &Value) {
        match method {
            "initialized" => self.initialized(),
            "workspace/didChangeConfiguration" => self.configuration_changed(params),
            "workspace/didChangeWorkspaceFolders" => self.folders_changed(params),
            "$/cancelRequest" => self.cancel_request(params),
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

    fn send(&self, about: Option<Key>, message: &Message) {
        // If the client is gone, the end of its messages follows.
        _ = self.outbox.send(about, message);
    }

    /// Writes to the log of the editor.
    fn log(&self, message: &str) {
        self.notify("window/logMessage", serde_json::json!({"type": 2, "message": message}));
    }
}

/// Reads parameters.
fn read<T: DeserializeOwned>(params: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(params)
}

/// Creates an unbounded channel.
fn channel<T>() -> (Sender<T>, Receiver<T>) {
    crossbeam_channel::unbounded()
}

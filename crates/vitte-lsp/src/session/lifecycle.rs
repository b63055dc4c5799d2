//! The beginning and the end of a session, and its configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, RequestId, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, DiagnosticOptions,
    DiagnosticServerCapabilities, DocumentLinkOptions, ExecuteCommandOptions,
    HoverProviderCapability, InitializeResult, OneOf, PositionEncodingKind, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

use super::{End, Session};
use crate::client::Client;
use crate::message::Params;
use crate::paths::key_of_uri;
use crate::schedule::Schedule;
use crate::settings::Settings;

/// How often the server looks whether the client still runs.
const PARENT_INTERVAL: Duration = Duration::from_secs(5);

/// Where a session is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Uninitialized,
    Running {
        /// When the server last looked for the client.
        parent_seen: Instant,
    },
    ShutDown,
}

impl State {
    pub(super) const fn is_running(self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

/// What a request to the client was about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    Configuration,
    Refresh,
    /// The response does not matter.
    Other,
}

impl Session {
    pub(super) fn initialize(&mut self, id: RequestId, params: &Value) {
        self.client = Client::new(params).into();
        self.folders = folders(params);
        if let Some(configure) = self.config.configure.clone() {
            let root = self.folders.first().map(PathBuf::as_path);
            self.config = configure(root, (*self.config).clone()).into();
            self.policy = self.config.policy.clone();
            self.schedule = Schedule::new(self.config.debounce);
        }
        let parent = params.get("processId").and_then(Value::as_u64);
        // In a container the editor may have another process id.
        self.parent = parent.and_then(|id| u32::try_from(id).ok()).filter(|&id| exists(id));
        if let Some(options) = params.get("initializationOptions") {
            self.set_settings(options);
            self.first_settings = Arc::clone(&self.sent_settings);
        }
        self.state = State::Running { parent_seen: Instant::now() };
        let info = ServerInfo {
            name: self.config.tool.name().to_owned(),
            version: Some(self.config.tool.version().to_owned()),
        };
        let result =
            InitializeResult { capabilities: self.capabilities(), server_info: Some(info) };
        self.respond(Response::new_ok(id, result));
    }

    fn capabilities(&self) -> ServerCapabilities {
        let name = self.config.tool.name();
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                include_text: Some(false),
            })),
            ..TextDocumentSyncOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::from(format!("source.fixAll.{name}")),
            ]),
            resolve_provider: Some(true),
            ..CodeActionOptions::default()
        };
        let diagnostics = DiagnosticOptions {
            identifier: Some(name.to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: true,
            ..DiagnosticOptions::default()
        };
        ServerCapabilities {
            position_encoding: Some(PositionEncodingKind::new(self.client.encoding.as_str())),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
            diagnostic_provider: Some(DiagnosticServerCapabilities::Options(diagnostics)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            document_link_provider: Some(DocumentLinkOptions {
                resolve_provider: Some(false),
                work_done_progress_options: Default::default(),
            }),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![self.explain_command()],
                ..ExecuteCommandOptions::default()
            }),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(OneOf::Left(true)),
                }),
                file_operations: None,
            }),
            ..ServerCapabilities::default()
        }
    }

    pub(super) fn initialized(&mut self) {
        if !self.state.is_running() {
            return;
        }
        let mut registrations = Vec::new();
        if self.client.registers_watchers {
            // All files: a check may load any, and of a folder that is removed the client reports only the folder.
            let options = json!({"watchers": [{"globPattern": "**/*"}]});
            let method = "workspace/didChangeWatchedFiles";
            registrations
                .push(json!({"id": "files", "method": method, "registerOptions": options}));
        }
        if self.client.registers_configuration {
            let options = json!({"section": self.config.tool.name()});
            let method = "workspace/didChangeConfiguration";
            registrations
                .push(json!({"id": "settings", "method": method, "registerOptions": options}));
        }
        if !registrations.is_empty() {
            let params = json!({"registrations": registrations});
            self.ask("client/registerCapability", params, Asked::Other);
        }
        self.apply_settings();
        self.ask_configuration();
        self.find_files();
    }

    fn ask_configuration(&mut self) {
        if self.client.configuration {
            let params = json!({"items": [{"section": self.config.tool.name()}]});
            self.ask("workspace/configuration", params, Asked::Configuration);
        }
    }

    pub(super) fn configuration_changed(&mut self, params: &Value) {
        if self.client.configuration {
            return self.ask_configuration();
        }
        if let Some(settings) = params.get("settings").filter(|settings| !settings.is_null()) {
            self.set_settings(settings);
            self.apply_settings();
        }
    }

    pub(super) fn response(&mut self, id: &RequestId, result: &Params) {
        match self.asked.remove(id) {
            Some(Asked::Configuration) => {
                let result = result.value();
                let first = Arc::clone(&self.first_settings);
                if let Some(own) = result.as_array().and_then(|values| values.first()) {
                    // A client without settings for the section sends null.
                    self.set_settings(if own.is_null() { &first } else { own });
                    self.apply_settings();
                }
            }
            Some(Asked::Refresh) => self.published.is_refreshing = false,
            Some(Asked::Other) | None => {}
        }
    }

    fn set_settings(&mut self, sent: &Value) {
        self.settings = Settings::new(sent, &self.config.tool);
        self.sent_settings = sent.clone().into();
    }

    /// Checks the documents again if the settings change the levels, and shows the mistakes in them.
    fn apply_settings(&mut self) {
        let (policy, mistakes) = self.settings.policy(&self.config.policy);
        for mistake in mistakes {
            if self.shown_mistakes.insert(mistake.clone()) {
                let message = format!("{}: {mistake}", self.config.tool.name());
                self.notify("window/showMessage", json!({"type": 2, "message": message}));
            }
        }
        if policy != self.policy {
            self.policy = policy;
            self.check_all();
        }
    }

    pub(super) fn folders_changed(&mut self, params: &Value) {
        let paths = |name: &str| {
            let list = params.pointer(&format!("/event/{name}")).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(folder).collect::<Vec<_>>()
        };
        let removed = paths("removed");
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(paths("added"));
        self.find_files();
        self.check_all();
    }

    /// Returns the folder of the workspace that contains a file: the innermost one, or the first one.
    pub(super) fn root_of(&self, path: Option<&Path>) -> Option<PathBuf> {
        let containing =
            self.folders.iter().filter(|folder| path.is_some_and(|path| path.starts_with(folder)));
        containing.max_by_key(|folder| folder.as_os_str().len()).or(self.folders.first()).cloned()
    }

    pub(super) fn shutdown(&mut self, id: RequestId) {
        self.state = State::ShutDown;
        if let Some(running) = self.schedule.running() {
            running.cancellation.cancel();
        }
        for waiting in self.waiting.take() {
            let message = "the server shuts down".to_owned();
            self.respond(Response::new_err(waiting.id, ErrorCode::RequestCanceled as i32, message));
        }
        self.respond(Response::new_ok(id, Value::Null));
    }

    pub(super) fn exit(&self) -> End {
        if self.state == State::ShutDown { End::Orderly } else { End::WithoutShutdown }
    }

    /// Returns the end of the session if the process of the client has ended. Usually its stream ends with it, but another process may
    /// keep that open.
    pub(super) fn ended(&mut self) -> Option<End> {
        let (State::Running { parent_seen }, Some(parent)) = (&mut self.state, self.parent) else {
            return None;
        };
        if parent_seen.elapsed() < PARENT_INTERVAL {
            return None;
        }
        *parent_seen = Instant::now();
        (!exists(parent)).then_some(End::WithoutShutdown)
    }

    pub(super) fn parent_pause(&self) -> Option<Duration> {
        match self.state {
            State::Running { parent_seen } if self.parent.is_some() => {
                Some(PARENT_INTERVAL.saturating_sub(parent_seen.elapsed()))
            }
            _ => None,
        }
    }
}

/// Returns true if a process exists, or if that is unknown.
#[cfg(unix)]
fn exists(process: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};

    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    id.is_none_or(|id| test_kill_process(id) != Err(Errno::SRCH))
}

#[cfg(not(unix))]
const fn exists(_process: u32) -> bool {
    true
}

/// Returns the folders of the workspace.
fn folders(params: &Value) -> Vec<PathBuf> {
    let listed = params.get("workspaceFolders").and_then(Value::as_array);
    let mut folders: Vec<PathBuf> = listed.into_iter().flatten().filter_map(folder).collect();
    if folders.is_empty() {
        let root = params.get("rootUri").and_then(Value::as_str).and_then(|uri| key_of_uri(uri).1);
        let path = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
        folders.extend(root.or_else(path).filter(|path| path.is_absolute()));
    }
    folders
}

fn folder(value: &Value) -> Option<PathBuf> {
    key_of_uri(value.get("uri")?.as_str()?).1
}

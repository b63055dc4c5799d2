//! A client of the protocol: it drives a server in this process over channels, or one in another process over pipes.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::needless_pass_by_value, reason = "`json!(…)` is passed as it is")]

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vitte_lsp::{Server, ServerError};

/// How long a message may take. A test that waits for so long has failed.
const LIMIT: Duration = Duration::from_secs(120);

/// The messages of the server, in the order in which it sent them.
pub struct Client {
    output: Option<Box<dyn Write + Send>>,
    incoming: Receiver<Value>,
    /// What was received, and not taken yet.
    pub messages: VecDeque<Value>,
    /// The settings that the client answers with.
    pub settings: Value,
    server: Option<JoinHandle<Result<(), ServerError>>>,
    process: Option<Child>,
    last_id: i64,
    /// The result of `initialize`.
    pub initialized: Value,
}

impl Client {
    /// Starts a server, and initialises it with the capabilities of a client.
    pub fn start(server: Server, capabilities: &Value) -> Self {
        Self::start_with(server, json!({"capabilities": capabilities}))
    }

    /// Starts a server, and initialises it.
    pub fn start_with(server: Server, params: Value) -> Self {
        let mut client = Self::connect(server);
        client.initialize(params);
        client
    }

    /// Starts a server.
    pub fn connect(server: Server) -> Self {
        let (to_server, from_client) = pipe();
        let (to_client, from_server) = pipe();
        let server = thread::spawn(move || server.serve(from_client, to_client));
        let mut client = Self::new(Box::new(to_server), from_server);
        client.server = Some(server);
        client
    }

    /// Starts a server in a process of its own.
    pub fn spawn(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (output, input) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut client = Self::new(Box::new(output), input);
        client.process = Some(process);
        client
    }

    fn new(output: Box<dyn Write + Send>, input: impl Read + Send + 'static) -> Self {
        let (sender, incoming) = mpsc::channel();
        thread::spawn(move || {
            let mut input = BufReader::new(input);
            while let Some(message) = read_message(&mut input) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            output: Some(output),
            incoming,
            messages: VecDeque::new(),
            settings: Value::Null,
            server: None,
            process: None,
            last_id: 0,
            initialized: Value::Null,
        }
    }

    pub fn initialize(&mut self, params: Value) {
        self.initialized = self.request("initialize", params);
        self.notify("initialized", json!({}));
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let output = self.output.as_mut().unwrap();
        output.write_all(bytes).unwrap();
        output.flush().unwrap();
    }

    pub fn send(&mut self, message: &Value) {
        self.send_bytes(&frame(message));
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request, and returns its id.
    pub fn send_request(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Waits for the response to a request.
    pub fn response(&mut self, id: impl Into<Value>) -> Result<Value, Value> {
        let id = id.into();
        let is_response =
            |message: &Value| message.get("method").is_none() && message.get("id") == Some(&id);
        let mut response = self.wait(&format!("the response {id}"), is_response);
        match response.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(response["result"].take()),
        }
    }

    /// Sends a request, and returns its result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.try_request(method, params).unwrap()
    }

    /// Sends a request, and returns its result or error.
    pub fn try_request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.send_request(method, params);
        self.response(id)
    }

    /// Waits for a message, and takes it.
    pub fn wait(&mut self, what: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        let mut seen = 0;
        loop {
            if let Some(index) = (seen..self.messages.len()).find(|&i| is_wanted(&self.messages[i]))
            {
                return self.messages.remove(index).unwrap();
            }
            seen = self.messages.len();
            let left = LIMIT.saturating_sub(begun.elapsed());
            match self.incoming.recv_timeout(left) {
                Ok(message) => self.receive(message),
                Err(error) => panic!("{what}: {error}; received: {:#?}", self.messages),
            }
        }
    }

    /// Receives a message. Requests of the server are answered.
    fn receive(&mut self, message: Value) {
        if let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) {
            let result = match method {
                "workspace/configuration" => json!([self.settings]),
                "window/showDocument" => json!({"success": true}),
                _ => Value::Null,
            };
            let response = json!({"jsonrpc": "2.0", "id": id, "result": result});
            // The server may have ended.
            _ = self.output.as_mut().map(|output| output.write_all(&frame(&response)));
        }
        self.messages.push_back(message);
    }

    /// Takes the parameters of all messages of a method that were received.
    pub fn take(&mut self, method: &str) -> Vec<Value> {
        let all = std::mem::take(&mut self.messages);
        let (taken, rest) = all.into_iter().partition(|message| message["method"] == method);
        self.messages = rest;
        let taken: VecDeque<Value> = taken;
        taken.into_iter().map(|mut message| message["params"].take()).collect()
    }

    /// Waits until no document is to be checked, and returns what was published until then. Only for clients that do not say that
    /// they pull.
    pub fn settle(&mut self) -> Vec<Value> {
        self.request("workspace/diagnostic", json!({"previousResultIds": []}));
        self.take(PUBLISH)
    }

    /// Waits for the next diagnostics of a document.
    pub fn published(&mut self, uri: &str) -> Value {
        let is_wanted =
            |message: &Value| message["method"] == PUBLISH && message["params"]["uri"] == uri;
        self.wait(&format!("diagnostics of {uri}"), is_wanted)["params"].take()
    }

    pub fn open(&mut self, uri: &str, text: &str) {
        self.open_version(uri, 1, text);
    }

    pub fn open_version(&mut self, uri: &str, version: i32, text: &str) {
        let document = json!({"uri": uri, "languageId": "my", "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub fn change(&mut self, uri: &str, version: impl Into<Value>, changes: Value) {
        let document = json!({"uri": uri, "version": version.into()});
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.notify("textDocument/didChange", params);
    }

    /// Replaces the whole text.
    pub fn replace(&mut self, uri: &str, version: i32, text: &str) {
        self.change(uri, version, json!([{"text": text}]));
    }

    pub fn save(&mut self, uri: &str) {
        self.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
    }

    pub fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// Tells the server that a file has changed on disk.
    pub fn file_changed(&mut self, uri: &str) {
        let params = json!({"changes": [{"uri": uri, "type": 2}]});
        self.notify("workspace/didChangeWatchedFiles", params);
    }

    /// Ends the session in order.
    pub fn shut_down(mut self) {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        self.end().unwrap();
    }

    /// Closes the stream to the server, and returns how a server in this process ended.
    pub fn end(mut self) -> Result<(), ServerError> {
        self.output = None;
        self.server.take().map_or(Ok(()), |server| server.join().unwrap())
    }

    pub fn process(&mut self) -> &mut Child {
        self.process.as_mut().unwrap()
    }

    /// Closes the stream to the server.
    pub fn close_output(&mut self) {
        self.output = None;
    }
}

pub const PUBLISH: &str = "textDocument/publishDiagnostics";

/// Returns a message with its header.
pub fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads a message as strictly as the specification has it.
fn read_message(input: &mut dyn BufRead) -> Option<Value> {
    let mut header = String::new();
    input.read_line(&mut header).ok()?;
    let length = header.strip_prefix("Content-Length: ")?.strip_suffix("\r\n")?.parse().unwrap();
    let mut blank = String::new();
    input.read_line(&mut blank).ok()?;
    assert_eq!(blank, "\r\n", "after {header}");
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    let message: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(message["jsonrpc"], "2.0", "{message}");
    Some(message)
}

/// A pipe in this process, which never is full.
fn pipe() -> (PipeWriter, PipeReader) {
    let (sender, receiver) = mpsc::channel();
    (PipeWriter(sender), PipeReader { receiver, rest: VecDeque::new() })
}

struct PipeWriter(Sender<Vec<u8>>);

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_owned()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct PipeReader {
    receiver: Receiver<Vec<u8>>,
    rest: VecDeque<u8>,
}

impl Read for PipeReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.receiver.recv() {
                Ok(bytes) => self.rest.extend(bytes),
                Err(_) => return Ok(0),
            }
        }
        self.rest.read(out)
    }
}

//! The time from a keystroke to the published diagnostics, and the memory of the server.
//!
//! `cargo bench -p vitte-lsp` prints the table of BENCHMARKS.md. Each server is a process: this program, started with the name of the
//! server.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark ends at the first error"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use lsp_server::{Connection, Message, Notification, Response};
use serde_json::{Value, json};
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, Severity, Span, Suggestion, Tool, code,
};
use vitte_lsp::Server;

const KEYSTROKES: usize = 200;
const PUBLISH: &str = "textDocument/publishDiagnostics";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("nothing") => nothing(),
        Some("compiler") => compiler(),
        _ => {
            report();
            ExitCode::SUCCESS
        }
    }
}

/// A server that answers each change with an empty list.
fn nothing() -> ExitCode {
    let (connection, threads) = Connection::stdio();
    connection.initialize(json!({"textDocumentSync": 2})).unwrap();
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request).unwrap() {
                    break;
                }
                let response = Response::new_ok(request.id, Value::Null);
                connection.sender.send(response.into()).unwrap();
            }
            Message::Notification(notification) => {
                let document = &notification.params["textDocument"];
                let params = json!({
                    "uri": document["uri"], "version": document["version"], "diagnostics": [],
                });
                let publish = Notification::new(PUBLISH.to_owned(), params);
                connection.sender.send(publish.into()).unwrap();
            }
            Message::Response(_) => {}
        }
    }
    drop(connection);
    threads.join().unwrap();
    ExitCode::SUCCESS
}

/// A server by the library. Its compiler searches the text for one character, which costs almost nothing.
fn compiler() -> ExitCode {
    let codes = [(code!("LEX0001"), Severity::Error)];
    Server::new(Tool::new("mycc", "1.0.0").with_codes(codes))
        .check(|_, document| {
            let mut bag = DiagnosticBag::new();
            let mut first = None;
            for (at, _) in document.text().match_indices('@') {
                let span = Span::between(document.file(), at, at + 1);
                let first = *first.get_or_insert(span);
                let machine = Applicability::MachineApplicable;
                let fix = Suggestion::single("remove it", Edit::remove(span), machine);
                bag.push(
                    Diagnostic::error(code!("LEX0001"), span, "illegal character `@`")
                        .with_secondary(first, "the first one")
                        .with_suggestion(fix),
                );
            }
            bag
        })
        .run()
}

/// One row of the table.
struct Case {
    lines: usize,
    diagnostics: usize,
    other_documents: usize,
}

fn report() {
    let cases = [(1_000, 10, 0), (1_000, 10, 10_000), (100_000, 10, 0), (100_000, 10_000, 0)];
    println!(
        "| lines | diagnostics | other documents | nothing | vitte-lsp | 99 % | overhead | memory |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (lines, diagnostics, other_documents) in cases {
        let case = Case { lines, diagnostics, other_documents };
        let (nothing, _, _) = case.measure("nothing");
        let (median, slow, memory) = case.measure("compiler");
        println!(
            "| {lines} | {diagnostics} | {other_documents} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {memory} |",
            ms(nothing),
            ms(median),
            ms(slow),
            ms(median.saturating_sub(nothing)),
        );
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

impl Case {
    /// Returns the median and the 99th percentile of the time to the diagnostics, and the memory after 1,000 keystrokes.
    fn measure(&self, server: &str) -> (Duration, Duration, String) {
        let mut client = Client::start(server);
        for number in 0..self.other_documents {
            let uri = format!("file:///w/{number}.my");
            client.open(&uri, "let x = @\n");
            client.wait(&uri, 1);
        }
        let line = "let name = other_name + 12345; # a comment\n";
        let every = self.lines / self.diagnostics;
        let text: String = (0..self.lines)
            .map(
                |number| {
                    if number % every == 0 { line.replacen('=', "@", 1) } else { line.to_owned() }
                },
            )
            .collect();
        let uri = "file:///w/own.my";
        client.open(uri, &text);
        client.wait(uri, 1);
        let mut version = 1;
        let mut times: Vec<Duration> = (0..KEYSTROKES)
            .map(|_| {
                version += 1;
                let begun = Instant::now();
                client.key(uri, version, self.lines / 2);
                client.wait(uri, version);
                let time = begun.elapsed();
                // A person does not type faster.
                std::thread::sleep(Duration::from_millis(2));
                time
            })
            .collect();
        times.sort_unstable();
        while version < 1000 {
            version += 1;
            client.key(uri, version, self.lines / 2);
            if version % 100 == 0 {
                client.wait(uri, version);
            }
        }
        let memory = memory(&client.server);
        client.server.kill().unwrap();
        client.server.wait().unwrap();
        (times[KEYSTROKES / 2], times[KEYSTROKES * 99 / 100], memory)
    }
}

/// Returns the maximum of the memory that a process has used, where the system tells it.
fn memory(process: &Child) -> String {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()));
    let peak = status.ok().and_then(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.to_owned();
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    });
    peak.map_or_else(|| "unknown".to_owned(), |kb| format!("{} MiB", kb / 1024))
}

struct Client {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Client {
    fn start(server: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(server).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let (input, output) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let mut client = Self { server, input, output: BufReader::new(output) };
        let capabilities = json!({
            "textDocument": {"publishDiagnostics": {"versionSupport": true, "relatedInformation": true}},
        });
        let params = json!({"capabilities": capabilities});
        client.send(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}));
        while !client.read().contains("\"capabilities\"") {}
        client.notify("initialized", &json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "my", "version": 1, "text": text});
        self.notify("textDocument/didOpen", &json!({"textDocument": document}));
    }

    /// Types a character at the start of a line.
    fn key(&mut self, uri: &str, version: usize, line: usize) {
        let at = json!({"line": line, "character": 0});
        let change = json!({"range": {"start": at, "end": at}, "text": "x"});
        let document = json!({"uri": uri, "version": version});
        let params = json!({"textDocument": document, "contentChanges": [change]});
        self.notify("textDocument/didChange", &params);
    }

    /// Waits for the diagnostics of a version. They are not parsed, because that is the work of the client.
    fn wait(&mut self, uri: &str, version: usize) {
        let (uri, version) = (format!("\"{uri}\""), format!("\"version\":{version}"));
        let is_wanted = |body: &str| {
            let is_version = |at: usize| !body.as_bytes()[at + version.len()].is_ascii_digit();
            body.contains(PUBLISH)
                && body.contains(&uri)
                && body.match_indices(&version).any(|(at, _)| is_version(at))
        };
        while !is_wanted(&self.read()) {}
    }

    fn read(&mut self) -> String {
        let mut header = String::new();
        self.output.read_line(&mut header).unwrap();
        let length = header.trim_start_matches("Content-Length: ").trim_end().parse().unwrap();
        self.output.read_line(&mut header).unwrap();
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }
}

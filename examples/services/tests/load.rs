//! Sends 1,000 requests at once, of which 100 panic.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vitte_capsule::{CrashReport, Repository};

/// A server, which is killed when this is dropped.
struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Server {
    fn start(program: &str, dir: &Path) -> Self {
        let mut command = Command::new(program);
        command.env("VITTE_CRASH_DIR", dir).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, address: address.trim().to_owned() }
    }

    /// Returns the number of KiB of memory that is not that of files.
    fn memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Returns the answer to a request.
    async fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\
             Authorization: Bearer s3cr3t-7Gh9-plan\r\nX-Request-Id: r{path}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// Sends 1,000 requests at once. Returns the answers with status 500.
    async fn load(&self) -> Vec<String> {
        let requests =
            (0..1000).map(async |unit| (unit, self.get(&format!("/compile/{unit}")).await));
        let mut failed = Vec::new();
        for (unit, answer) in join_all(requests).await {
            if unit % 10 == 3 {
                assert!(answer.starts_with("HTTP/1.1 500 "), "{unit}: {answer}");
                assert!(!answer.contains("uses itself"), "{unit}: {answer}");
                failed.push(answer);
            } else {
                assert!(answer.starts_with("HTTP/1.1 200 "), "{unit}: {answer}");
                assert!(answer.contains(&format!("compiled {unit}\n")), "{unit}: {answer}");
            }
        }
        failed
    }
}

/// Waits for all futures at once.
async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        let mut is_ready = true;
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none() {
                match future.as_mut().poll(cx) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => is_ready = false,
                }
            }
        }
        if is_ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

fn reports(dir: &Path) -> Vec<CrashReport> {
    let index = Repository::new(dir).index().unwrap();
    let ids: Vec<_> = index.ids().map(str::to_owned).collect();
    ids.iter().map(|id| index.load(id).unwrap().report).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_answers_panics_and_reports_each_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(env!("CARGO_BIN_EXE_axum"), dir.path());
    let mut failed = server.load().await;
    let before = server.memory();
    failed.extend(server.load().await);
    failed.extend(server.load().await);
    let after = server.memory();
    // A leak of one report per panic would be more than this.
    assert!(after < before + (8 << 10), "{before} KiB, then {after} KiB");

    let mut ids: Vec<String> = failed
        .iter()
        .map(|answer| {
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(
                (&body["status"], &body["title"]),
                (&500.into(), &"Internal Server Error".into())
            );
            body["report"].as_str().unwrap().to_owned()
        })
        .collect();
    let reports = reports(dir.path());
    let mut stored: Vec<_> = reports.iter().map(|report| report.id.clone()).collect();
    ids.sort_unstable();
    stored.sort_unstable();
    assert_eq!((ids.len(), ids), (300, stored));
    for report in &reports {
        let unit = report.message.strip_prefix("unit ").unwrap().split(' ').next().unwrap();
        let contexts: Vec<_> = report.contexts.iter().map(ToString::to_string).collect();
        assert_eq!(contexts[0], format!("checking (unit: {unit})"));
        let request = format!("path: /compile/{{unit}}, id: r/compile/{unit}, status: 500)");
        assert_eq!(contexts[1], format!("handling a request (method: GET, {request}"));
        let headers = &report.contexts[1].variables[0];
        assert_eq!((&*headers.key, &headers.value["host"]), ("headers", &"localhost".into()));
        assert_eq!(headers.value["authorization"], "[redacted]");
        assert!(contexts[2].starts_with("running a task (id: "), "{contexts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn actix_answers_panics_and_reports_each_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(env!("CARGO_BIN_EXE_actix"), dir.path());
    let failed = server.load().await;
    let reports = reports(dir.path());
    assert_eq!((failed.len(), reports.len()), (100, 100));
    for report in &reports {
        assert!(failed.iter().any(|answer| answer.ends_with(&format!("report {}", report.id))));
        let contexts: Vec<_> = report.contexts.iter().map(ToString::to_string).collect();
        assert_eq!(contexts[1], "handling a request (method: GET, path: /compile/{unit})");
    }
    tokio::time::timeout(Duration::from_secs(20), server.get("/compile/1")).await.unwrap();
}

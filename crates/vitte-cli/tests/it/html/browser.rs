//! A headless browser, controlled by the `WebDriver` protocol (W3C) through `chromedriver`. Every wait has a limit,
//! and all processes are stopped when the browser is dropped.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};

/// The maximum duration of a step.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);

pub struct Browser {
    driver: Child,
    port: u16,
    /// The path of the session in URLs.
    session: String,
    /// The directory of the profile. Its path is on the command line of each of the browser's processes.
    profile: tempfile::TempDir,
}

/// The codes of the protocol for keys without a character (`WebDriver`, section 17.4.2).
pub const ESCAPE: &str = "\u{e00c}";
pub const ENTER: &str = "\u{e007}";
pub const DOWN: &str = "\u{e015}";

impl Browser {
    /// Starts the browser. Returns `None` if none is installed; panics instead if `VITTE_NEEDS_BROWSER` is 1.
    pub fn start() -> Option<Self> {
        let is_installed = ["chromium", "chromedriver"].iter().all(|name| is_program(name));
        if !is_installed {
            let is_needed = std::env::var_os("VITTE_NEEDS_BROWSER").is_some_and(|is| is == "1");
            assert!(
                !is_needed,
                "VITTE_NEEDS_BROWSER=1, but chromium or chromedriver is not installed"
            );
            let why = b"skipped: chromium or chromedriver is not installed\n";
            std::io::stderr().write_all(why).unwrap();
            return None;
        }
        let mut driver = Command::new("chromedriver")
            // A free port.
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let stdout = driver.stdout.take().expect("stdout is piped");
        let profile = tempfile::tempdir().expect("a temporary directory");
        let mut browser = Self { driver, port: 0, session: String::new(), profile };
        browser.port = port(stdout);
        browser.open();
        Some(browser)
    }

    fn open(&mut self) {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,1000",
            &profile,
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"pageLoad": 30_000, "script": 20_000},
        }}});
        let opened = self.request("POST", "/session", &wanted);
        let id = opened["sessionId"].as_str().expect("a session");
        self.session = format!("/session/{id}");
    }

    /// Sends a command, and returns the value of the response.
    fn request(&self, method: &str, path: &str, body: &Value) -> Value {
        let body =
            if method == "GET" || method == "DELETE" { String::new() } else { body.to_string() };
        let (status, answer) = self.send(method, path, &body).expect("a response of the driver");
        let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert!(status.contains(" 200 "), "{method} {path}: {answer}");
        answer["value"].take()
    }

    fn send(&self, method: &str, path: &str, body: &str) -> std::io::Result<(String, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(STEP_TIMEOUT))?;
        stream.set_write_timeout(Some(STEP_TIMEOUT))?;
        let (port, len) = (self.port, body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             Content-Length: {len}\r\nConnection: close\r\n\r\n{body}"
        )?;
        let mut reader = BufReader::new(stream);
        let (mut status, mut len) = (String::new(), 0);
        reader.read_line(&mut status)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    len = value.trim().parse().expect("a number");
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut answer = vec![0; len];
        reader.read_exact(&mut answer)?;
        Ok((status, String::from_utf8(answer).expect("UTF-8")))
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        self.request("POST", &format!("{}{path}", self.session), body)
    }

    pub fn go(&self, page: &Path) {
        self.command("/url", &json!({"url": format!("file://{}", page.display())}));
    }

    /// Runs a script, independently of the page's policy, and returns its result.
    pub fn run(&self, script: &str) -> Value {
        self.command("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Returns the number of visible elements that match a selector.
    pub fn visible(&self, selector: &str) -> u64 {
        let script = format!(
            "return [...document.querySelectorAll({selector:?})].filter((one) => one.checkVisibility()).length"
        );
        self.run(&script).as_u64().expect("a number")
    }

    /// Returns the text of the first element that matches a selector.
    pub fn text(&self, selector: &str) -> String {
        let text = self.run(&format!("return document.querySelector({selector:?}).textContent"));
        text.as_str().expect("text").to_owned()
    }

    /// Presses keys, one after the other, in the focused element.
    pub fn press(&self, keys: &str) {
        let each = keys.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()}))
        });
        let keys = json!({"type": "key", "id": "keys", "actions": each.collect::<Vec<_>>()});
        self.command("/actions", &json!({"actions": [keys]}));
    }

    pub fn click(&self, selector: &str) {
        let found = self.command("/element", &json!({"using": "css selector", "value": selector}));
        let id = found.as_object().and_then(|found| found.values().next()).expect("an element");
        let id = id.as_str().expect("text");
        self.command(&format!("/element/{id}/click"), &json!({}));
    }

    /// Waits until a script returns true. Panics after a third of the maximum duration.
    pub fn wait(&self, script: &str) {
        let start = Instant::now();
        while self.run(&format!("return Boolean({script})")) != json!(true) {
            assert!(start.elapsed() < STEP_TIMEOUT / 3, "never true: {script}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs a command of the `DevTools` protocol.
    pub fn dev_tools(&self, name: &str, parameters: &Value) -> Value {
        self.command("/goog/cdp/execute", &json!({"cmd": name, "params": parameters}))
    }

    /// Returns the messages in the console since the last call.
    pub fn console(&self) -> Vec<Value> {
        self.log("browser")
    }

    /// Returns the URLs that pages requested since the last call.
    pub fn requests(&self) -> Vec<String> {
        let events = self.log("performance").into_iter().filter_map(|event| {
            let message: Value = serde_json::from_str(event["message"].as_str()?).ok()?;
            let message = &message["message"];
            // The browser also loads internal pages.
            let of_page = message["params"]["documentURL"].as_str()?.starts_with("file:");
            let is_request = of_page && message["method"] == "Network.requestWillBeSent";
            is_request.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        });
        events.collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let log = self.command("/se/log", &json!({"type": kind}));
        log.as_array().expect("a list").clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser exits when its session ends. If the driver were killed first, the browser would keep running.
        if !self.session.is_empty() {
            _ = self.send("DELETE", &self.session, "");
        }
        _ = self.driver.kill();
        _ = self.driver.wait();
        // Kill the processes that are still running.
        let profile = self.profile.path().to_string_lossy().into_owned();
        for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&command).contains(&profile) {
                _ = Command::new("kill").arg("-KILL").arg(process.file_name()).status();
            }
        }
    }
}

fn is_program(name: &str) -> bool {
    let version = Command::new(name).arg("--version").stdin(Stdio::null()).output();
    version.is_ok_and(|version| version.status.success())
}

/// Returns the port that the driver prints.
fn port(stdout: impl std::io::Read + Send + 'static) -> u16 {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let port = line.split_once("successfully on port ").map(|(_, port)| port.to_owned());
            if let Some(port) = port {
                // The receiver may have timed out.
                _ = sender.send(port);
            }
        }
    });
    let port = receiver.recv_timeout(STEP_TIMEOUT).expect("the driver prints its port");
    port.trim_end_matches('.').parse().expect("a number")
}

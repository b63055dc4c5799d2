//! A local HTTP server that runs one given step for each connection, and then stops.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The maximum duration of a step, so that a failing test ends.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

/// What the server does with a connection.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads the request, and writes these bytes.
    Write(Vec<u8>),
    /// Reads the request, and does not respond until the client disconnects.
    Hang,
    /// Reads the request, writes these bytes, and waits until the client disconnects.
    WriteAndHang(Vec<u8>),
    /// Writes these bytes without reading a request. The connection does not count as a request.
    WriteAtOnce(Vec<u8>),
}

/// A received request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// Such as `POST /a HTTP/1.1`.
    pub line: String,
    /// Names in lower case and values, sorted by name.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| &**value)
    }
}

pub struct Server {
    address: SocketAddr,
    is_stopped: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Received>>,
}

impl Server {
    pub fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("the socket is bound");
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_stopped);
        let thread = thread::spawn(move || {
            let mut received = Vec::new();
            for step in steps {
                let Some(stream) = accept(&listener, &stop) else { break };
                received.extend(serve(&stream, &step));
            }
            received
        });
        Self { address, is_stopped, thread }
    }

    /// Such as `127.0.0.1:1234`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Stops the server and returns all requests.
    pub fn received(self) -> Vec<Received> {
        self.is_stopped.store(true, Ordering::SeqCst);
        self.thread.join().expect("the server does not panic")
    }
}

/// A host and a port on which no program listens. Privileged ports are not assigned automatically.
pub const CLOSED: &str = "127.0.0.1:1";

/// A step that responds with a status, headers and a body.
pub fn answer(status: &str, headers: &str, body: &str) -> Step {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n");
    Step::Write(format!("{head}{headers}\r\n{body}").into_bytes())
}

fn accept(listener: &TcpListener, is_stopped: &AtomicBool) -> Option<TcpStream> {
    let start = Instant::now();
    while start.elapsed() < STEP_TIMEOUT {
        // Connections from before the stop are still served.
        let was_stopped = is_stopped.load(Ordering::SeqCst);
        match listener.accept() {
            Ok((stream, _)) => return Some(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock && !was_stopped => {
                thread::sleep(Duration::from_millis(2));
            }
            Err(_) => return None,
        }
    }
    None
}

fn serve(stream: &TcpStream, step: &Step) -> Option<Received> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(STEP_TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(STEP_TIMEOUT)).ok()?;
    let mut reader = BufReader::new(stream);
    if let Step::WriteAtOnce(bytes) = step {
        _ = { stream }.write_all(bytes);
        _ = reader.read(&mut [0; 4096]);
        return None;
    }
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&length| length > 0)?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    headers.sort();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    match step {
        // The client may disconnect before it has read all: a failed write is not an error.
        Step::Write(bytes) => _ = { stream }.write_all(bytes),
        Step::WriteAndHang(bytes) => {
            _ = { stream }.write_all(bytes);
            _ = reader.read(&mut [0]);
        }
        Step::Hang | Step::WriteAtOnce(_) => _ = reader.read(&mut [0]),
    }
    Some(Received { line: line.trim_end().to_owned(), headers, body })
}

//! An HTTP server on this machine that gives the answers it was told, one a connection, and then is gone.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The most time that any step takes, so that a test that goes wrong ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the server does with a connection.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads the request, and writes these bytes.
    Write(Vec<u8>),
    /// Reads the request, and says nothing until the client goes.
    Hang,
    /// Reads the request, writes these bytes, and then says nothing until the client goes.
    WriteAndHang(Vec<u8>),
    /// Writes these bytes to whatever comes; it counts as no request.
    Blurt(Vec<u8>),
}

/// A request as it was received.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// Such as `POST /a HTTP/1.1`.
    pub line: String,
    /// Names in lower case, in the order of the names.
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
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Received>>,
}

impl Server {
    pub fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("it is bound");
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let mut received = Vec::new();
            for step in steps {
                let Some(stream) = accept(&listener, &ended) else { break };
                received.extend(serve(&stream, &step));
            }
            received
        });
        Self { address, is_over, thread }
    }

    /// Such as `127.0.0.1:1234`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// All requests; the server is gone then.
    pub fn received(self) -> Vec<Received> {
        self.is_over.store(true, Ordering::SeqCst);
        self.thread.join().expect("the server does not panic")
    }
}

/// A host with a port on which nobody listens: one that no program is given by chance.
pub const CLOSED: &str = "127.0.0.1:1";

/// An answer with its length.
pub fn answer(status: &str, headers: &str, body: &str) -> Step {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n");
    Step::Write(format!("{head}{headers}\r\n{body}").into_bytes())
}

fn accept(listener: &TcpListener, is_over: &AtomicBool) -> Option<TcpStream> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        // Who came before the end is still served.
        let was_over = is_over.load(Ordering::SeqCst);
        match listener.accept() {
            Ok((stream, _)) => return Some(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock && !was_over => {
                thread::sleep(Duration::from_millis(2));
            }
            Err(_) => return None,
        }
    }
    None
}

fn serve(stream: &TcpStream, step: &Step) -> Option<Received> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let mut reader = BufReader::new(stream);
    if let Step::Blurt(bytes) = step {
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
        // A client that has read enough is no error of the test.
        Step::Write(bytes) => _ = { stream }.write_all(bytes),
        Step::WriteAndHang(bytes) => {
            _ = { stream }.write_all(bytes);
            _ = reader.read(&mut [0]);
        }
        Step::Hang | Step::Blurt(_) => _ = reader.read(&mut [0]),
    }
    Some(Received { line: line.trim_end().to_owned(), headers, body })
}

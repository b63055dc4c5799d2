//! A compile server with 64 worker processes: the report of a worker that dies says which input killed it.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use vitte_crash::{CrashHandler, context, process};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return Ok(io::stdin().lines().try_for_each(|file| compile(&file?))?);
    }
    let _guard = CrashHandler::builder().program("myccd").version("1.0.0").install()?;
    let files = Mutex::new((0..640).map(|number| format!("unit{number}.my")));
    let next = || files.lock().ok()?.next();
    std::thread::scope(|scope| (0..64).for_each(|_| _ = scope.spawn(|| serve(&next))));
    Ok(())
}

/// Starts a worker, and sends one file after the other to it.
fn serve(next: &dyn Fn() -> Option<String>) -> io::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut worker = process::spawn(command)?;
    let streams = worker.stdin.take().zip(worker.stdout.take());
    let (mut to, from) = streams.ok_or(io::ErrorKind::BrokenPipe)?;
    let mut answers = BufReader::new(from);
    while let Some(file) = next() {
        let _cx = context("compiling", None).with("file", &file);
        writeln!(to, "{file}")?;
        if answers.read_line(&mut String::new())? == 0 {
            return worker.wait().map(|_| ());
        }
    }
    Ok(())
}

fn compile(file: &str) -> io::Result<()> {
    if file == "unit333.my" { std::process::abort() } else { writeln!(io::stdout(), "{file}") }
}

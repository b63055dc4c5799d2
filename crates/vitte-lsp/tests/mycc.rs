//! A compiler for tests: the characters of its language are errors, and some words make it fail.
//!
//! `mycc [--child] [--timeout SECONDS]` serves an editor.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use vitte_diag::{DiagnosticBag, Severity, Span, Tool, code};
use vitte_lsp::{Document, Server, Workspace};

fn main() -> ExitCode {
    let handler = vitte_crash::CrashHandler::builder().program("mycc").version("1.0.0");
    let _guard = match std::env::var_os("MYCC_CRASHES") {
        Some(dir) => handler.dir(dir).install(),
        None => handler.install(),
    };
    let tool = Tool::new("mycc", "1.0.0").with_codes([(code!("LEX0001"), Severity::Error)]);
    let mut server = Server::new(tool).check(check);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--child" => server = server.in_child_process(),
            "--timeout" => {
                let seconds = args.next().and_then(|seconds| seconds.parse().ok());
                server = server.timeout(seconds.map(Duration::from_secs_f64));
            }
            _ => return ExitCode::from(2),
        }
    }
    server.run()
}

fn check(workspace: &mut Workspace, document: &Document) -> DiagnosticBag {
    let mut bag = DiagnosticBag::new();
    let (file, text) = (document.file(), document.text());
    for (at, _) in text.match_indices('@') {
        bag.push_error(code!("LEX0001"), Span::between(file, at, at + 1), "illegal character `@`");
    }
    // `import PATH` on a line.
    for line in text.lines() {
        let Some(path) = line.strip_prefix("import ") else { continue };
        let at = line.as_ptr().addr() - text.as_ptr().addr();
        let span = Span::between(file, at, at + line.len());
        match workspace.load(path) {
            Ok(other) => {
                let imported = workspace.sources().file(other).map_or("", |file| file.text());
                if let Some(at) = imported.find('@') {
                    let span = Span::between(other, at, at + 1);
                    bag.push_error(code!("LEX0001"), span, "illegal character `@`");
                }
            }
            Err(error) => _ = bag.push_error(None, span, error.to_string()),
        }
    }
    let word = text.split_whitespace().next_back().unwrap_or_default();
    let at = text.rfind(word).unwrap_or(0);
    let _cx = vitte_crash::context("reading a word", Span::between(file, at, at + word.len()));
    match word {
        #[allow(clippy::panic, reason = "a compiler that panics")]
        "panic" => panic!("cannot read `panic`"),
        "abort" => std::process::abort(),
        "overflow" => _ = recurse(1),
        "hang" => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        #[allow(clippy::print_stdout, reason = "a compiler that prints to standard output")]
        "print" => println!("this is no message"),
        _ => {}
    }
    bag
}

fn recurse(depth: u64) -> u64 {
    if black_box(depth) == 0 { 0 } else { recurse(black_box(depth + 1)) + depth }
}

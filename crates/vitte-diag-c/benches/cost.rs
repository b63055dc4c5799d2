//! The cost of a diagnostic in Rust, and through the C library.
//!
//! ```sh
//! cargo bench -p vitte-diag-c
//! ```
//!
//! Both programs build the same 10,000 diagnostics with two labels in two lines and help, and write them without colours to a
//! function that counts the bytes. The messages are in a table, from which they are copied. C copies the other texts, too; Rust
//! borrows them if they are constant. The times are nanoseconds per diagnostic, the best of several rounds. The C program is
//! compiled with `cc -O2`, and uses the shared library.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_possible_truncation, missing_docs)]

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use vitte_diag::{Diagnostic, DiagnosticBag, Emitter as _, HumanEmitter, SourceMap, Span, code};

const LINES: usize = 10_000;
/// The length of a line in bytes.
const LINE_LEN: usize = 20;
/// The default number of rounds; the last argument changes it.
const ROUNDS: usize = 60;

/// Counts bytes, through a call that the optimiser does not see.
struct Count {
    bytes: usize,
    add: fn(&mut usize, &[u8]),
}

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.add)(&mut self.bytes, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The nanoseconds to build and to write a diagnostic, and the bytes of the output.
type Cost = (f64, f64, usize);

/// Returns the cost in Rust. `text` makes the texts other than the message: it borrows or copies them.
fn rust(path: &Path, rounds: usize, text: fn(&'static str) -> Cow<'static, str>) -> Cost {
    let mut sources = SourceMap::new();
    let file = sources.load(path).unwrap();
    let messages: Vec<_> = (0..LINES).map(|line| format!("unknown name {line}")).collect();
    let (mut build, mut write, mut bytes) = (Duration::MAX, Duration::MAX, 0);
    for _ in 0..rounds {
        let mut bag = DiagnosticBag::new();
        let start = Instant::now();
        for (line, message) in messages.iter().enumerate().skip(1) {
            let at = line * LINE_LEN;
            let span = Span::between(file, at + 8, at + 12);
            let other = Span::between(file, at - 16, at - 15);
            bag.push(
                Diagnostic::error(code!("E0042"), span, message.clone())
                    .with_label(text("not found"))
                    .with_secondary(other, text("declared here"))
                    .with_help(text("declare it before its use")),
            );
        }
        build = build.min(start.elapsed());
        let add = std::hint::black_box(|sum: &mut usize, bytes: &[u8]| *sum += bytes.len());
        let mut emitter = HumanEmitter::new(Count { bytes: 0, add });
        let start = Instant::now();
        bag.emit(&sources, &mut emitter).unwrap();
        write = write.min(start.elapsed());
        emitter.finish().unwrap();
        bytes = emitter.into_inner().bytes;
    }
    let per_line = |time: Duration| time.as_nanos() as f64 / (LINES - 1) as f64;
    (per_line(build), per_line(write), bytes)
}

/// Compiles and runs `cost.c`.
fn c(path: &Path, rounds: usize) -> Cost {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let libraries = env::current_exe().unwrap().parent().unwrap().to_owned();
    let program = path.with_extension("exe");
    let status = Command::new("cc")
        .args(["-O2", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-I"])
        .arg(package.join("include"))
        .arg(package.join("benches/cost.c"))
        .arg(libraries.join("libvitte_diag_c.so"))
        .arg(format!("-Wl,-rpath,{}", libraries.display()))
        .arg("-o")
        .arg(&program)
        .status();
    assert!(status.unwrap().success());
    let output = Command::new(&program).arg(path).arg(rounds.to_string()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let output = String::from_utf8(output.stdout).unwrap();
    let mut fields = output.split_whitespace();
    let mut next = || fields.next().unwrap();
    (next().parse().unwrap(), next().parse().unwrap(), next().parse().unwrap())
}

fn main() {
    // `cargo test --benches` only checks that it compiles.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rounds = env::args().next_back().and_then(|last| last.parse().ok()).unwrap_or(ROUNDS);
    let dir = env::temp_dir().join(format!("vitte-diag-c-cost-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let path = dir.join("input.my");
    let mut text = String::new();
    for line in 0..LINES {
        writeln!(text, "let x = name + {line:4}").unwrap();
    }
    fs::write(&path, text).unwrap();
    let constant = rust(&path, rounds, Cow::Borrowed);
    let formatted = rust(&path, rounds, |text| Cow::Owned(text.to_owned()));
    let c = c(&path, rounds);
    fs::remove_dir_all(&dir).unwrap();
    assert!(constant.2 == c.2 && formatted.2 == c.2, "the outputs have as many bytes");
    println!("ns per diagnostic         build   write     all  C / it");
    let all = |cost: Cost| cost.0 + cost.1;
    for (name, cost) in
        [("Rust, constant texts", constant), ("Rust, own texts", formatted), ("C", c)]
    {
        let ratio = all(c) / all(cost);
        println!("{name:24}{:7.0} {:7.0} {:7.0} {ratio:7.2}", cost.0, cost.1, all(cost));
    }
}

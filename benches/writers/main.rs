//! The instructions of each emitter, compared with those of a straight writer: a function for one kind of diagnostic that
//! has all positions already, and writes the same bytes in pieces. See `straight` for what it does with the texts.
//!
//! `cargo bench --all-features --bench writers` runs itself in callgrind, prints a Markdown table, and needs valgrind;
//! without it, it only checks that the bytes are equal. Instructions are those of the third and fourth round over the same
//! diagnostics: the lines of the file are already indexed, and the start of the process does not count.
#![allow(
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed benchmark panics"
)]
#![allow(clippy::print_stdout, reason = "the table is the output")]

mod straight;

use std::hint::black_box;
use std::process::Command;

use straight::Item;
use vitte_diag::{
    Diagnostic, Emitter, EmitterOptions, FileId, Format, HumanEmitter, SourceMap, Terminal, Tool,
    codes,
};

/// The number of diagnostics of a round.
const COUNT: usize = 1_000;

/// The goals: how many times the instructions of the straight writer.
const GOALS: [(&str, f64); 8] = [
    ("human", 3.0),
    ("json", 3.0),
    ("short", 4.0),
    ("lsp", 4.0),
    ("github", 4.0),
    ("gitlab", 4.0),
    ("junit", 4.0),
    ("sarif", 4.0),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, command, format, writer, rounds] = arguments.as_slice() {
        if command == "--rounds" {
            return run(format, writer, rounds.parse().unwrap());
        }
    }
    let input = Input::new();
    for (format, _) in GOALS {
        let expected = String::from_utf8(input.emitted(format)).unwrap();
        for computes in [false, true] {
            let found = String::from_utf8(input.straight(format, computes)).unwrap();
            for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
                assert_eq!(found, expected, "line {number} of {format}");
            }
            assert_eq!(found.len(), expected.len(), "bytes of {format}");
        }
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: the instructions of all formats, because valgrind is not installed");
        return;
    }
    println!(
        "| format | bytes | copies only | straight writer | emitter | ratio | goal |\n\
         |---|--:|--:|--:|--:|--:|--:|"
    );
    for (format, goal) in GOALS {
        if let Some(only) = arguments.get(1).filter(|only| !only.starts_with("--")) {
            if only != format {
                continue;
            }
        }
        let bytes = input.emitted(format).len() / COUNT;
        let [copies, straight, emitter] =
            ["copies", "straight", "emitter"].map(|writer| instructions(format, writer));
        let ratio = emitter / straight;
        println!(
            "| {format} | {bytes} | {copies:.0} | {straight:.0} | {emitter:.0} | {ratio:.1} | {goal:.0} |"
        );
    }
}

/// Returns the instructions for one diagnostic.
fn instructions(format: &str, writer: &str) -> f64 {
    let counted = |rounds: u32| {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(std::env::current_exe().unwrap())
            .args(["--rounds", format, writer, &rounds.to_string()])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let (_, after) = text.split_once("Collected : ").unwrap_or_else(|| panic!("{text}"));
        after.split_whitespace().next().unwrap().parse::<f64>().unwrap()
    };
    (counted(4) - counted(2)) / (2 * COUNT) as f64
}

fn run(format: &str, writer: &str, rounds: u32) {
    let input = Input::new();
    for _ in 0..rounds {
        black_box(match writer {
            "copies" => input.straight(format, false),
            "straight" => input.straight(format, true),
            _ => input.emitted(format),
        });
    }
}

/// Diagnostics of one file, and what the straight writers know of them.
struct Input {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
    items: Vec<Item>,
    options: EmitterOptions,
    sarif_head: String,
}

impl Input {
    fn new() -> Self {
        let line = "    let total = first + second * third\n";
        let mut sources = SourceMap::with_root("/work/shop");
        let file = sources.insert("src/main.vitte", line.repeat(2 * COUNT + 100));
        let (mut diagnostics, mut items) = (Vec::new(), Vec::new());
        for number in 0..COUNT {
            // The largest line numbers have four digits, as the first one.
            let start = (2 * number + 10) * line.len();
            diagnostics.push(diagnostic(&sources, file, start, line.len(), number));
            items.push(Item::new(number, start, line));
        }
        let tool = Tool::new("mycc", "1.0.0").with_codes_url("https://mycc.example/codes/");
        let options = EmitterOptions::new(tool, Terminal::PLAIN);
        let mut input = Self { sources, diagnostics, items, options, sarif_head: String::new() };
        input.set_fingerprints();
        input
    }

    /// Copies the fingerprints and the description of the tool from the output of the emitters.
    fn set_fingerprints(&mut self) {
        let gitlab = String::from_utf8(self.emitted("gitlab")).unwrap();
        let fingerprints = gitlab.split("\"fingerprint\":\"").skip(1);
        for (item, after) in self.items.iter_mut().zip(fingerprints) {
            item.fingerprint = after.split('"').next().unwrap().to_owned();
        }
        let sarif = String::from_utf8(self.emitted("sarif")).unwrap();
        self.sarif_head = sarif.lines().next().unwrap().to_owned();
    }

    /// Returns what the emitter writes.
    fn emitted(&self, format: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let mut emitter: Box<dyn Emitter> = match format {
            // Without the URLs of codes.
            "human" => Box::new(HumanEmitter::new(&mut out)),
            _ => format.parse::<Format>().unwrap().emitter(&mut out, &self.options),
        };
        for diagnostic in &self.diagnostics {
            emitter.emit(&self.sources, diagnostic).unwrap();
        }
        emitter.finish().unwrap();
        drop(emitter);
        out
    }

    /// Returns what the straight writer writes.
    fn straight(&self, format: &str, computes: bool) -> Vec<u8> {
        straight::write(format, computes, &self.items, &self.sarif_head)
    }
}

fn diagnostic(
    sources: &SourceMap,
    file: FileId,
    start: usize,
    line: usize,
    number: usize,
) -> Diagnostic {
    let at = |lo: usize, hi: usize| sources.span(file, lo..hi).unwrap();
    let message = format!("unexpected operator `+` in expression {number}");
    Diagnostic::error(codes::E0001, at(start + 22, start + 23), message)
        .with_label("not expected here")
        .with_secondary(at(start + line + 8, start + line + 13), "the statement starts here")
        .with_help("remove the operator, or add an operand")
}

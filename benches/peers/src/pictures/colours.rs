//! rustc's own text with its colours.
//!
//! The corpus has the text without colours. `pictures --rustc` runs rustc again for the colours, and stores the text
//! in `rustc/` of this package, so that the pictures can be made and checked without that rustc. Without its colours
//! a stored text is always that of the corpus.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::rustc::{Example, Message, corpus};
use super::shape::Shape;
use crate::check::plain;

/// The version of rustc that printed the corpus.
pub const RUSTC: &str = "rustc 1.95.0";

fn path(shape: Shape) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rustc/{}.txt", shape.slug()))
}

/// Returns the stored text for an example of a shape.
///
/// # Panics
///
/// If there is none, or if it is another one than that of the corpus.
pub fn stored(shape: Shape, example: &Example) -> String {
    let path = path(shape);
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run with --rustc", path.display()));
    let is_same = Some(plain(text.as_bytes())) == example.message.rendered;
    assert!(is_same, "{}: it differs from the corpus; run with --rustc", path.display());
    text
}

/// Runs rustc for an example of a shape, and stores what it prints.
///
/// # Panics
///
/// If rustc has another version than that of the corpus, or does not print the diagnostic.
pub fn store(shape: Shape, example: &Example) {
    let version = output(Command::new("rustc").arg("--version")).0;
    assert!(version.starts_with(RUSTC), "{RUSTC} is needed, not {version}");
    let program = corpus().join(&example.program).with_extension("rs");
    let out = tempfile::tempdir().unwrap();
    let mut rustc = Command::new("rustc");
    rustc.current_dir(program.parent().unwrap()).env_remove("RUSTFLAGS");
    rustc.args(["--error-format=json", "--json=diagnostic-rendered-ansi", "--edition=2021"]);
    rustc.args(["--emit=metadata", "--out-dir"]).arg(out.path());
    rustc.args(arguments(&fs::read_to_string(&program).unwrap()));
    rustc.arg("--").arg(program.file_name().unwrap());
    let (_, stderr) = output(&mut rustc);
    let messages = stderr.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let rendered = messages.filter_map(|message| message.rendered);
    let own = rendered
        .into_iter()
        .find(|text| Some(plain(text.as_bytes())) == example.message.rendered)
        .unwrap_or_else(|| panic!("{}: rustc does not print this any more", example.program));
    fs::create_dir_all(path(shape).parent().unwrap()).unwrap();
    fs::write(path(shape), own).unwrap();
}

/// Returns the arguments in the first line of a program: `// rustc-args: --crate-type=lib`.
fn arguments(program: &str) -> Vec<String> {
    let lines = program.lines().take(4).filter_map(|line| line.strip_prefix("// rustc-args:"));
    lines.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

fn output(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [stdout, stderr] = [output.stdout, output.stderr].map(String::from_utf8);
    (stdout.unwrap(), stderr.unwrap())
}

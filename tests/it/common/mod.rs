//! Shared by the tests: sources with marked spans, output as strings, commands, snapshots.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

pub mod decode;
pub mod github;
pub mod ten;
mod terminal;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

#[allow(unused_imports, reason = "each test binary uses a part")]
pub use terminal::{on_terminal, readable};
use vitte_diag::{
    Code, Diagnostic, DiagnosticBag, EmitterOptions, FileId, Format, HumanEmitter, JsonEmitter,
    Severity, SourceMap, Span, Terminal, Tool, code,
};

/// A source text, and the byte ranges that were marked in it.
pub struct Marked {
    pub text: String,
    pub primary: Vec<(usize, usize)>,
    pub secondary: Vec<(usize, usize)>,
}

/// Removes the marks from a text and returns their ranges: `⟦…⟧` is a primary span, `⟨…⟩` a secondary one.
pub fn mark(marked: &str) -> Marked {
    let mut out = Marked { text: String::new(), primary: Vec::new(), secondary: Vec::new() };
    let (mut open_primary, mut open_secondary) = (Vec::new(), Vec::new());
    for c in marked.chars() {
        let at = out.text.len();
        match c {
            '⟦' => open_primary.push(at),
            '⟨' => open_secondary.push(at),
            '⟧' => out.primary.push((open_primary.pop().expect("⟦ before ⟧"), at)),
            '⟩' => out.secondary.push((open_secondary.pop().expect("⟨ before ⟩"), at)),
            _ => out.text.push(c),
        }
    }
    out
}

/// Returns the last character boundary of `text` that is not past byte `at`. `str` has this since Rust 1.91.
pub fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// One diagnostic and its sources.
pub struct Scene {
    pub sources: SourceMap,
    pub diagnostic: Diagnostic,
}

pub const CODE: Code = code!("E0042");

/// An error with labels at the marks of a text: `here` at the first `⟦…⟧`, `there` at each `⟨…⟩`.
pub fn scene(marked: &str) -> Scene {
    scene_in("src/main.vitte", marked)
}

pub fn scene_in(path: &str, marked: &str) -> Scene {
    let marked = mark(marked);
    let mut sources = SourceMap::new();
    let file = sources.add(path, marked.text).expect("a small text");
    let span = |(lo, hi)| Span::new(file, lo, hi).expect("in order");
    let mut diagnostic =
        Diagnostic::error(CODE, span(marked.primary[0]), "something is wrong").with_label("here");
    for &range in &marked.secondary {
        diagnostic.add_secondary(span(range), "there");
    }
    Scene { sources, diagnostic }
}

/// An error with a label at the bytes `lo..hi` of a text, which may be out of bounds.
pub fn scene_at(text: &str, lo: u32, hi: u32) -> Scene {
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", text).expect("a small text");
    let span = Span::new(file, lo, hi).expect("in order");
    Scene {
        sources,
        diagnostic: Diagnostic::error(CODE, span, "something is wrong").with_label("here"),
    }
}

impl Scene {
    pub fn bag(&self) -> DiagnosticBag {
        [self.diagnostic.clone()].into_iter().collect()
    }

    /// Plain human output.
    pub fn human(&self) -> String {
        human(&self.sources, &self.bag(), |emitter| emitter)
    }

    pub fn json(&self) -> String {
        json(&self.sources, &self.bag())
    }

    /// The text of a snapshot: human output plain, in Unicode and coloured, then JSON.
    pub fn all(&self) -> String {
        all(&self.sources, &self.bag())
    }
}

pub fn all(sources: &SourceMap, bag: &DiagnosticBag) -> String {
    let plain = human(sources, bag, |emitter| emitter);
    let unicode = human(sources, bag, |emitter| emitter.with_unicode(true));
    let coloured = readable(&human(sources, bag, |emitter| emitter.with_color(true)));
    let json = json(sources, bag);
    format!("{plain}\n== unicode ==\n{unicode}\n== coloured ==\n{coloured}\n== json ==\n{json}")
}

pub fn human(
    sources: &SourceMap,
    bag: &DiagnosticBag,
    settings: impl Fn(HumanEmitter<Vec<u8>>) -> HumanEmitter<Vec<u8>>,
) -> String {
    let mut emitter = settings(HumanEmitter::new(Vec::new()));
    bag.emit(sources, &mut emitter).expect("a vector takes everything");
    String::from_utf8(emitter.into_inner()).expect("output is UTF-8")
}

pub fn json(sources: &SourceMap, bag: &DiagnosticBag) -> String {
    let mut emitter = JsonEmitter::new(Vec::new());
    bag.emit(sources, &mut emitter).expect("a vector takes everything");
    String::from_utf8(emitter.into_inner()).expect("output is UTF-8")
}

/// The output of a format.
pub fn write(
    format: Format,
    sources: &SourceMap,
    bag: &DiagnosticBag,
    options: &EmitterOptions,
) -> String {
    let mut out = Vec::new();
    bag.emit(sources, &mut format.emitter(&mut out, options)).expect("a vector takes everything");
    String::from_utf8(out).expect("output is UTF-8")
}

/// A file that is in no source map of the tests, for invalid spans.
pub const NO_FILE: FileId = FileId::new(7);

/// The tool in whose name the tests emit. It has a URL for the pages of its codes.
pub fn tool() -> Tool {
    Tool::default().with_codes_url("https://vitte.example/codes/")
}

/// The output of a format for a bag, not on a terminal.
pub fn written(format: Format, sources: &SourceMap, bag: &DiagnosticBag) -> String {
    written_on(Terminal::default(), format, sources, bag)
}

pub fn written_on(
    terminal: Terminal,
    format: Format,
    sources: &SourceMap,
    bag: &DiagnosticBag,
) -> String {
    let mut out = Vec::new();
    let mut emitter = format.emitter(&mut out, &EmitterOptions::new(tool(), terminal));
    bag.emit(sources, &mut emitter).expect("a vector takes everything");
    drop(emitter);
    String::from_utf8(out).expect("output is UTF-8")
}

/// Each severity, with a code.
pub const SEVERITIES: [(Severity, Code); 4] = [
    (Severity::Note, code!("N0042")),
    (Severity::Warning, code!("W0042")),
    (Severity::Error, code!("E0042")),
    (Severity::Fatal, code!("F0042")),
];

/// The root of the package that is tested.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Removes the environment variables that change a command's output.
pub fn clean_env(command: &mut Command) {
    for name in [
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "FORCE_HYPERLINK",
        "COLORFGBG",
        "COLORTERM",
        "WT_SESSION",
        "RAYON_NUM_THREADS",
        "RUST_BACKTRACE",
        "CI",
        "GITHUB_ACTIONS",
        "TF_BUILD",
        "TEAMCITY_VERSION",
        "VITTE_CRASH_DIR",
    ] {
        command.env_remove(name);
    }
    // The user's own crashes are not part of a test.
    command.env("XDG_STATE_HOME", missing_dir());
}

/// Creates a temporary directory with these files.
pub fn dir_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("in the directory")).expect("a new directory");
        fs::write(path, text).expect("a new file");
    }
    dir
}

/// The result of a command: exit code, standard output, standard error.
#[derive(PartialEq, Eq, Debug)]
pub struct CommandResult {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl CommandResult {
    pub fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let code = output.status.code().expect("no signal");
        Self { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// Runs a command and returns its standard output, standard error and exit code as one text.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    format!(
        "{stdout}-- standard error --\n{stderr}-- exit code {} --",
        output.status.code().unwrap()
    )
}

/// Runs a command with a standard input.
pub fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let (stdin, piped) = (Stdio::piped(), Stdio::piped);
    let mut child =
        command.stdin(stdin).stdout(piped()).stderr(piped()).spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    std::thread::scope(|scope| {
        // The program may exit before it has read all of the input: a failed write is not an error.
        scope.spawn(move || _ = stdin.write_all(input));
        child.wait_with_output().expect("the command ends")
    })
}

/// Returns a command that runs a program in the root of the package, without the environment variables that
/// change its output.
pub fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.current_dir(root());
    clean_env(&mut command);
    command
}

/// Returns a command that runs an example of this package; see [`program`]. Panics if the example is older than
/// the sources: `cargo test` builds examples, `cargo test --test it` does not.
pub fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps");
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = profile.join("examples").join(name);
    let built = path.metadata().and_then(|data| data.modified());
    let is_current = built.is_ok_and(|built| newest(&root().join("src")) <= Some(built));
    assert!(
        is_current,
        "{} is older than the sources: run `cargo test` without `--test`",
        path.display()
    );
    program(path)
}

/// Returns the modification time of the newest file in a directory and its subdirectories.
fn newest(dir: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let times = entries.map(|entry| match entry.path() {
        path if path.is_dir() => newest(&path),
        path => path.metadata().and_then(|data| data.modified()).ok(),
    });
    times.max().flatten()
}

/// Compares a text with a snapshot in the package's `tests/snapshots`.
#[allow(unused_macros, reason = "each test binary uses a part")]
macro_rules! assert_snapshot {
    ($($arguments:tt)*) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.bind(|| insta::assert_snapshot!($($arguments)*));
    }};
}
#[allow(unused_imports, reason = "each test binary uses a part")]
pub(crate) use assert_snapshot;

/// Returns the path of a directory that does not exist, a different one for each call.
fn missing_dir() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("vitte-tests-{}-{count}", std::process::id()))
}

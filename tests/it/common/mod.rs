//! What the tests share: sources with their spans marked in the text, and styles one can read.
#![allow(dead_code, reason = "each test uses a part")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

pub mod github;
pub mod ten;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use vitte_diag::{
    Code, Diagnostic, DiagnosticBag, EmitterOptions, FileId, Format, HumanEmitter, JsonEmitter,
    Severity, SourceMap, Span, Terminal, Tool, code,
};

/// A source with its spans, as [`mark`] finds them.
pub struct Marked {
    pub text: String,
    pub primary: Vec<(usize, usize)>,
    pub secondary: Vec<(usize, usize)>,
}

/// Takes the marks out of a text: `⟦…⟧` is a primary span, `⟨…⟩` a secondary one.
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

/// An error on the marks of a text: the first `⟦…⟧` is `here`, each `⟨…⟩` is `there`.
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

/// An error with the bytes `lo..hi` of a text, which need not exist.
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

    /// All that a snapshot shows: plain, Unicode, coloured, JSON.
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

/// What a format writes.
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

/// What a terminal shows of human output, and the addresses that it links to. No sequences but SGR
/// and OSC 8 as the crate writes them are taken, and every link ends on its line.
pub fn on_terminal(output: &str) -> (String, Vec<String>) {
    let (mut plain, mut links, mut in_link) = (String::new(), Vec::new(), false);
    let mut rest = output;
    while let Some(c) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let (style, behind) = sequence.split_once('m').expect("a style ends with m");
            let is_number = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
            assert!(style.split(';').all(is_number) && !style.is_empty(), "{style:?}: {output:?}");
            rest = behind;
        } else if let Some(sequence) = rest.strip_prefix("\u{1b}]8;;") {
            let (url, behind) = sequence.split_once("\u{1b}\\").expect("a link ends with ST");
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}: {output:?}");
            assert_eq!(url.is_empty(), in_link, "{output:?}");
            in_link = !in_link;
            links.extend(in_link.then(|| url.to_owned()));
            rest = behind;
        } else {
            assert!(!in_link || c != '\n', "a link goes over its line: {output:?}");
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    assert!(!in_link, "{output:?}");
    (plain, links)
}

/// Coloured output with styles that can be read: `‹bold red›error‹›`.
pub fn readable(coloured: &str) -> String {
    let mut out = String::new();
    let mut styles: Option<Vec<&str>> = None;
    let mut rest = coloured;
    while !rest.is_empty() {
        if let Some((sequence, behind)) =
            rest.strip_prefix("\u{1b}[").and_then(|r| r.split_once('m'))
        {
            let styles = styles.get_or_insert_default();
            match sequence {
                "0" => styles.clear(),
                _ => styles.push(style(sequence)),
            }
            rest = behind;
            continue;
        }
        if let Some(styles) = styles.take() {
            out += &format!("‹{}›", styles.join(" "));
        }
        let c = rest.chars().next().expect("not empty");
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    if styles.is_some() {
        out += "‹›";
    }
    out
}

fn style(sequence: &str) -> &'static str {
    match sequence {
        "1" => "bold",
        "31" => "red",
        "32" => "green",
        "33" => "yellow",
        "34" => "blue",
        "36" => "cyan",
        "38;5;9" => "bright-red",
        "38;5;11" => "bright-yellow",
        "38;5;12" => "bright-blue",
        _ => panic!("a style that is not used: {sequence}"),
    }
}

/// A file of a map that has none, for broken spans.
pub const NO_FILE: FileId = FileId::new(7);

/// The compiler of the tests of formats: it has pages for its codes.
pub fn tool() -> Tool {
    Tool::default().with_codes_url("https://vitte.example/codes/")
}

/// What a format writes of a bag to what is no terminal.
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

/// Every severity with a code of its own.
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

/// Takes out of a command's environment what could change what it writes.
pub fn without_wishes(command: &mut Command) {
    for name in [
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "FORCE_HYPERLINK",
        "RAYON_NUM_THREADS",
        "RUST_BACKTRACE",
        "CI",
        "VITTE_CRASH_DIR",
    ] {
        command.env_remove(name);
    }
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
    folder
}

/// How a command ended: exit code, standard output, standard error.
#[derive(PartialEq, Eq, Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let code = output.status.code().expect("no signal");
        Self { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// What a command writes: standard output, standard error, exit code.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    format!(
        "{stdout}-- standard error --\n{stderr}-- exit code {} --",
        output.status.code().unwrap()
    )
}

/// Runs a command with this standard input.
pub fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let (stdin, piped) = (Stdio::piped(), Stdio::piped);
    let mut child =
        command.stdin(stdin).stdout(piped()).stderr(piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    std::thread::scope(|scope| {
        // A program that does not read it all is no error of the test.
        scope.spawn(move || _ = stdin.write_all(input));
        child.wait_with_output().expect("it ends")
    })
}

/// A program of this package to run from the root of the package, with nothing of the environment that could
/// change what it writes.
pub fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.current_dir(root());
    without_wishes(&mut command);
    command
}

/// An example of this package, as [`program`] runs it. `cargo test` builds it; `cargo test --test it` does not, so
/// that one of older sources is rejected.
pub fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps");
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = profile.join("examples").join(name);
    let built = path.metadata().and_then(|data| data.modified());
    let is_new = built.is_ok_and(|built| newest(&root().join("src")) <= Some(built));
    assert!(is_new, "{} is old: run `cargo test` without `--test`", path.display());
    program(path)
}

/// When the newest file below a folder was written.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let times = entries.map(|entry| match entry.path() {
        path if path.is_dir() => newest(&path),
        path => path.metadata().and_then(|data| data.modified()).ok(),
    });
    times.max().flatten()
}

/// Compares with a snapshot in the package's `tests/snapshots`.
#[allow(unused_macros, reason = "each package uses a part")]
macro_rules! assert_snapshot {
    ($($arguments:tt)*) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.bind(|| insta::assert_snapshot!($($arguments)*));
    }};
}
#[allow(unused_imports, reason = "each package uses a part")]
pub(crate) use assert_snapshot;

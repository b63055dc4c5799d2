//! The kinds of crashes, and the expected report of each.

use serde_json::{Value, json};

use crate::child::{Condition, RunResult, run};

/// A kind of crash.
#[derive(Clone)]
pub struct Case {
    pub kind: &'static str,
    code: &'static str,
    signal: Option<&'static str>,
    thread: &'static str,
    /// The topmost function of the program in the report, and the name in the `here:` comment of its line, or `None`
    /// if every line of it is correct.
    culprit: (&'static str, Option<&'static str>),
    contexts: Contexts,
    /// The exit code without a handler, or a signal as a negative number.
    pub end: i32,
    reports: usize,
}

#[derive(Clone, Copy)]
enum Contexts {
    None,
    Three,
    /// Those three, and one whose value panics in its `Display`.
    Four,
}

impl Case {
    const fn new(kind: &'static str, culprit: &'static str) -> Self {
        Self {
            kind,
            code: "F0001",
            signal: None,
            thread: "main",
            culprit: (culprit, Some(kind)),
            contexts: Contexts::Three,
            end: 101,
            reports: 1,
        }
    }

    const fn signal(
        kind: &'static str,
        culprit: &'static str,
        code: &'static str,
        end: i32,
    ) -> Self {
        let signal = match end {
            libc::SIGSEGV => "SIGSEGV",
            libc::SIGBUS => "SIGBUS",
            libc::SIGILL => "SIGILL",
            libc::SIGFPE => "SIGFPE",
            libc::SIGTRAP => "SIGTRAP",
            libc::SIGSYS => "SIGSYS",
            libc::SIGXCPU => "SIGXCPU",
            _ => "SIGABRT",
        };
        Self { code, signal: Some(signal), end: -end, ..Self::new(kind, culprit) }
    }

    const fn on(self, thread: &'static str, here: &'static str) -> Self {
        Self { thread, culprit: (self.culprit.0, Some(here)), ..self }
    }

    /// Returns the case for a program in which the first panic ends the process.
    pub fn aborting(&self) -> Self {
        Self { end: -libc::SIGABRT, reports: 1, ..self.clone() }
    }

    /// Returns the code of the report. Without symbols a failed allocation is reported as any other abort.
    fn code_with(&self, has_symbols: bool) -> &'static str {
        if !has_symbols && self.code == "F0004" { "F0005" } else { self.code }
    }

    /// Returns whether the process may end before the crash is reported.
    pub fn is_race(&self) -> bool {
        self.kind == "exit"
    }

    pub fn is_panic(&self) -> bool {
        self.signal.is_none()
    }
}

pub const CASES: [Case; 36] = [
    Case::new("panic", "panics"),
    Case::new("unwrap", "panics"),
    Case::new("bounds", "panics"),
    Case::new("non-string", "panics"),
    Case { contexts: Contexts::Four, ..Case::new("display", "panics") },
    Case::new("thread", "panics").on("worker", "panic"),
    Case { contexts: Contexts::None, ..Case::new("pool", "panics::{{closure}}").on("#", "pool") },
    // Both panics are reported.
    Case { end: -libc::SIGABRT, reports: 2, ..Case::new("double", "panics") },
    Case { end: -libc::SIGABRT, ..Case::new("extern", "no_unwind") },
    Case { end: -libc::SIGABRT, ..Case::new("unsound", "panics") },
    Case::signal("segv", "culprit", "F0002", libc::SIGSEGV),
    Case::signal("bad", "culprit", "F0002", libc::SIGSEGV),
    Case::signal("wild", "culprit", "F0002", libc::SIGSEGV),
    Case::signal("call", "culprit", "F0002", libc::SIGSEGV),
    Case::signal("bus", "culprit", "F0002", libc::SIGBUS),
    Case::signal("ill", "illegal", "F0002", libc::SIGILL),
    Case::signal("fpe", "divide", "F0002", libc::SIGFPE),
    Case::signal("trap", "breakpoint", "F0002", libc::SIGTRAP),
    Case { culprit: ("culprit", None), ..Case::signal("sys", "culprit", "F0002", libc::SIGSYS) },
    Case {
        culprit: ("exceed_cpu_limit", None),
        ..Case::signal("xcpu", "", "F0002", libc::SIGXCPU)
    },
    Case::signal("abort", "culprit", "F0005", libc::SIGABRT),
    overflow("overflow", "main"),
    overflow("thread-overflow", "worker"),
    Case::signal("thread-segv", "culprit", "F0002", libc::SIGSEGV).on("worker", "segv"),
    Case::signal("oom", "culprit", "F0004", libc::SIGABRT),
    Case::signal("heap", "corrupt", "F0005", libc::SIGABRT),
    Case::signal("locked", "culprit", "F0002", libc::SIGSEGV),
    // Threads without a name have a number.
    Case::signal("two-threads", "culprit", "F0002", libc::SIGSEGV).on("#", "segv"),
    Case::signal("exit", "culprit", "F0002", libc::SIGSEGV).on("#", "segv"),
    // Rust's own handler ignores a signal that was sent by `raise`, so the program continues.
    Case { end: 0, ..raise() },
    // Runtimes with handlers of their own.
    Case::signal("segv+keep-after", "culprit", "F0002", libc::SIGSEGV).on("main", "segv"),
    Case::signal("abort+plain-after", "culprit", "F0005", libc::SIGABRT).on("main", "abort"),
    Case::signal("bus+restore-before", "culprit", "F0002", libc::SIGBUS).on("main", "bus"),
    Case::signal("own-faults+keep-before+previous-first", "culprit", "F0002", libc::SIGSEGV)
        .on("main", "own-faults"),
    // The first report is that of a child that shares the memory.
    Case {
        reports: 2,
        culprit: ("scenarios::segv", None),
        ..Case::signal("shared-memory", "", "F0002", libc::SIGSEGV)
    },
    // The program survives the panic.
    Case { end: 0, ..Case::new("small-stack", "panics").on("small", "small-stack") },
];

const fn raise() -> Case {
    let case = Case::signal("raise", "culprit", "F0002", libc::SIGSEGV);
    Case { culprit: ("culprit", None), ..case }
}

/// Rust's own handler recognises a stack overflow, and aborts.
const fn overflow(kind: &'static str, thread: &'static str) -> Case {
    let case = Case::signal(kind, "recurse", "F0003", libc::SIGSEGV);
    Case { thread, culprit: ("recurse", None), end: -libc::SIGABRT, ..case }
}

/// What happened to the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Stored,
    /// It could not be stored, but was shown.
    OnlyShown,
    /// The process ended before it was reported.
    Nothing,
}

fn expected(case: &Case, condition: Condition) -> Outcome {
    match condition {
        Condition::ReadOnlyDir
        | Condition::DirIsFile
        | Condition::FullDisk
        | Condition::NoFileSize => Outcome::OnlyShown,
        // The process reports a panic itself, and has no descriptor for a file.
        Condition::NoDescriptors if case.is_panic() => Outcome::OnlyShown,
        _ => Outcome::Stored,
    }
}

/// A cell of the matrix.
pub struct Cell {
    pub outcome: Outcome,
    pub time_ms: u128,
}

/// Runs a case under a condition and checks everything that it leaves.
pub fn check(case: &Case, condition: Condition) -> Cell {
    let run = run(case.kind).under(condition);
    let bare_status = run.status_without_handler();
    let ended = run.end().clean();
    let name = format!("{} {condition:?}", case.kind);
    if case.is_race() {
        // A shell returns 128 plus the number of the signal.
        let ends = [7, case.end, 128 - case.end];
        assert!(ends.contains(&ended.code()), "{name}: {ended:#?}");
        assert!(ended.reports.len() <= 1 && ended.fatal().len() <= 1, "{name}: {ended:#?}");
        // The process may have exited before the reporter could inspect it.
        if ended.code() == 7 {
            let outcome = ended.reports.first().map_or(Outcome::Nothing, |_| Outcome::Stored);
            return Cell { outcome, time_ms: ended.time.as_millis() };
        }
    } else {
        assert_eq!(ended.status, bare_status, "{name}: the handler changed the status: {ended:#?}");
        // Under other conditions Rust may end differently, because it finds its stacks in /proc.
        if condition == Condition::Plain {
            assert_eq!(ended.code(), case.end, "{name}: {ended:#?}");
        }
    }
    let outcome = expected(case, condition);
    match outcome {
        Outcome::Stored => {
            assert_eq!(ended.reports.len(), case.reports, "{name}: {ended:#?}");
            let has_symbols = condition != Condition::NoProc;
            check_report(case, &ended.reports[0], has_symbols);
        }
        _ => assert_eq!(ended.reports.len(), 0, "{name}: {ended:#?}"),
    }
    check_stderr(case, condition, outcome, &ended);
    Cell { outcome, time_ms: ended.time.as_millis() }
}

fn check_report(case: &Case, report: &Value, has_symbols: bool) {
    let kind = case.kind;
    assert_eq!(report["code"], case.code_with(has_symbols), "{kind}: {report:#}");
    assert_eq!(report["signal"], json!(case.signal), "{kind}: {report:#}");
    let thread = report["thread"].as_str().unwrap();
    // Without /proc the names of threads are unknown.
    let is_numbered = (case.thread == "#" || !has_symbols) && thread.starts_with('#');
    assert!(thread == case.thread || is_numbered, "{kind}: {report:#}");
    assert_eq!(report["module"], "crasher", "{kind}");
    assert_eq!(report["version"], "1.2.3", "{kind}");
    assert_eq!(report["commit"], "0123abc", "{kind}");
    assert_eq!(
        contexts(report, has_symbols),
        expected_contexts(case.contexts),
        "{kind}: {report:#}"
    );
    if !has_symbols {
        return;
    }
    let frames = report["frames"].as_array().unwrap();
    let top = frames.iter().find(|frame| frame["in_project"] == true);
    let top = top.unwrap_or_else(|| panic!("{kind}: {report:#}"));
    let (function, here) = case.culprit;
    assert_eq!(top["function"], format!("crasher::{function}"), "{kind}: {report:#}");
    let file = if function.starts_with("scenarios::") { "scenarios.rs" } else { "main.rs" };
    let file = format!("tests/crasher/{file}");
    assert!(top["file"].as_str().unwrap().ends_with(&file), "{kind}: {top}");
    if let Some(here) = here {
        assert_eq!(top["line"], line_of(here), "{kind}: {report:#}");
    }
    // The backtrace may have a line for omitted frames.
    let lines = report["backtrace"].as_array().unwrap().len();
    assert!(lines >= frames.len() && lines <= frames.len() + 1, "{kind}: {report:#}");
}

/// Returns the contexts without their frames, which are checked.
fn contexts(report: &Value, has_symbols: bool) -> Value {
    let mut contexts = report["context"].clone();
    for entry in contexts.as_array_mut().unwrap() {
        let Some(frame) = entry.as_object_mut().unwrap().remove("frame") else { continue };
        let frame = usize::try_from(frame.as_u64().unwrap()).unwrap();
        let text = report["backtrace"][frame].as_str().unwrap();
        let is_opener =
            ["work", "panics"].iter().any(|name| text.starts_with(&format!("crasher::{name} ")));
        assert!(is_opener || !has_symbols, "{frame}: {report:#}");
    }
    contexts
}

fn expected_contexts(contexts: Contexts) -> Value {
    let location = |lo, hi, line, col| json!({"id": 0, "file": "src/demo.vitte", "lo": lo, "hi": hi, "line": line, "col": col});
    let value = |key, value| json!({"key": key, "value": value});
    let three = [
        json!({"name": "folding", "values": [], "place": location(45, 56, 4, 7)}),
        json!({"name": "type-checking", "values": [value("fn", "area"), value("round", "2")],
            "place": location(13, 56, 3, 1)}),
        json!({"name": "compiling", "values": [value("file", "src/demo.vitte")], "place": null}),
    ];
    let panicked = [value("value", "<cannot format the value>")];
    match contexts {
        Contexts::None => json!([]),
        Contexts::Three => json!(three),
        Contexts::Four => {
            let fourth = json!({"name": "showing", "values": panicked, "place": null});
            [fourth].into_iter().chain(three).collect()
        }
    }
}

/// Returns the number of the line with the comment `here: KIND`.
fn line_of(kind: &str) -> usize {
    let text = include_str!("../crasher/main.rs");
    let has_comment =
        |line: &str| line.split_once("// here: ").is_some_and(|(_, here)| here == kind);
    let lines: Vec<usize> = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| has_comment(line))
        .map(|(_, number)| number)
        .collect();
    // If there are two such lines, the first one is for x86_64 and the second one for aarch64.
    lines[if lines.len() > 1 && cfg!(target_arch = "aarch64") { 1 } else { 0 }]
}

fn check_stderr(case: &Case, condition: Condition, outcome: Outcome, ended: &RunResult) {
    let name = format!("{} {condition:?}: {ended:#?}", case.kind);
    if condition == Condition::ClosedStreams {
        assert_eq!(ended.stderr, "", "{name}");
        return;
    }
    let fatal = ended.fatal();
    // std's message begins with `thread 'NAME' (ID) panicked at `.
    let is_by_std = |line: &str| line.starts_with("thread '") && line.contains("panicked at");
    assert!(!ended.stderr.lines().any(is_by_std), "std's hook reports the panic again: {name}");
    match outcome {
        Outcome::Stored | Outcome::OnlyShown => {
            let code = case.code_with(condition != Condition::NoProc);
            let verb = match code {
                "F0001" => "panicked: ",
                "F0002" => "was terminated by ",
                "F0003" => "was terminated by SIGSEGV: stack overflow",
                "F0004" => "ran out of memory: ",
                _ => "aborted",
            };
            let start = format!("fatal[{code}]: `crasher` {verb}");
            assert_eq!(fatal.len(), case.reports, "{name}");
            assert!(fatal[0].starts_with(&start), "{name}");
            let has_note = ended.stderr.contains("= note: the report could not be stored: ");
            assert_eq!(has_note, outcome == Outcome::OnlyShown, "{name}");
            let id = ended.reports.first().and_then(|report| report["id"].as_str());
            if let Some(id) = id {
                assert!(ended.stderr.contains(&format!("`vitte crash show {id} --dir ")), "{name}");
                let path = format!("the report is in store/{}", subdir(condition));
                assert!(ended.stderr.contains(&path), "{name}");
                assert!(ended.stderr.contains(&format!("/{id}.vittecrash")), "{name}");
            }
        }
        Outcome::Nothing => {}
    }
}

/// Returns the repository's path below `store`.
fn subdir(condition: Condition) -> &'static str {
    if condition == Condition::MissingDir { "a/b/" } else { "" }
}

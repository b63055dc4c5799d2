//! The kinds of crashes, and what has to be known of each.

use serde_json::{Value, json};

use crate::child::{Condition, Ended, run};

/// A kind of crash.
#[derive(Clone)]
pub struct Case {
    pub kind: &'static str,
    code: &'static str,
    signal: Option<&'static str>,
    thread: &'static str,
    /// The function that is to be on top, and what `here:` its line has; nothing where any line of it may
    /// be the one.
    culprit: (&'static str, Option<&'static str>),
    contexts: Contexts,
    /// How it ends without a handler: an exit code, or a signal as a negative number.
    pub end: i32,
    reports: usize,
}

#[derive(Clone, Copy)]
enum Contexts {
    None,
    Three,
    /// And one with a value that panics when it is shown.
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
            _ => "SIGABRT",
        };
        Self { code, signal: Some(signal), end: -end, ..Self::new(kind, culprit) }
    }

    const fn on(self, thread: &'static str, here: &'static str) -> Self {
        Self { thread, culprit: (self.culprit.0, Some(here)), ..self }
    }

    /// The same panic where the first one ends the process: it is the one that is reported.
    pub fn aborting(&self) -> Self {
        Self { end: -libc::SIGABRT, reports: 1, ..self.clone() }
    }

    /// Without names nobody knows that it was an allocation that aborted.
    fn code_with(&self, has_symbols: bool) -> &'static str {
        if !has_symbols && self.code == "F0004" { "F0005" } else { self.code }
    }

    /// Its process may end before there is a report.
    pub fn is_race(&self) -> bool {
        self.kind == "exit"
    }

    pub fn is_panic(&self) -> bool {
        self.signal.is_none()
    }
}

pub const CASES: [Case; 28] = [
    Case::new("panic", "panics"),
    Case::new("unwrap", "panics"),
    Case::new("bounds", "panics"),
    Case::new("any", "panics"),
    Case { contexts: Contexts::Four, ..Case::new("display", "panics") },
    Case::new("thread", "panics").on("worker", "panic"),
    Case { contexts: Contexts::None, ..Case::new("pool", "panics::{{closure}}").on("#", "pool") },
    // Both panics are ones.
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
    Case::signal("abort", "culprit", "F0005", libc::SIGABRT),
    overflow("overflow", "main"),
    overflow("thread-overflow", "worker"),
    Case::signal("thread-segv", "culprit", "F0002", libc::SIGSEGV).on("worker", "segv"),
    Case::signal("oom", "culprit", "F0004", libc::SIGABRT),
    Case::signal("heap", "corrupt", "F0005", libc::SIGABRT),
    Case::signal("locked", "culprit", "F0002", libc::SIGSEGV),
    // Threads without a name have a number.
    Case::signal("two", "culprit", "F0002", libc::SIGSEGV).on("#", "segv"),
    Case::signal("exit", "culprit", "F0002", libc::SIGSEGV).on("#", "segv"),
    // Rust's own handler takes a signal that was sent for none of its business, and the program goes on.
    Case { end: 0, ..raise() },
];

const fn raise() -> Case {
    let case = Case::signal("raise", "culprit", "F0002", libc::SIGSEGV);
    Case { culprit: ("culprit", None), ..case }
}

/// Rust says so itself, and aborts.
const fn overflow(kind: &'static str, thread: &'static str) -> Case {
    let case = Case::signal(kind, "recurse", "F0003", libc::SIGSEGV);
    Case { thread, culprit: ("recurse", None), end: -libc::SIGABRT, ..case }
}

/// What is there after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Report,
    /// It could not be stored, and was shown.
    Shown,
    /// The process ended before.
    Nothing,
}

/// What has to be there.
fn expected(case: &Case, condition: Condition) -> Outcome {
    match condition {
        Condition::ReadOnly | Condition::IsFile | Condition::FullDisk | Condition::NoFiles => {
            Outcome::Shown
        }
        // A panic is reported by the process itself, which has no descriptor to write a file with.
        Condition::Full if case.is_panic() => Outcome::Shown,
        _ => Outcome::Report,
    }
}

/// A cell of the matrix.
pub struct Cell {
    pub outcome: Outcome,
    pub time_ms: u128,
}

/// Crashes, and looks whether all is as it has to be.
pub fn check(case: &Case, condition: Condition) -> Cell {
    let run = run(case.kind).under(condition);
    let bare = run.bare();
    let ended = run.end().clean();
    let what = format!("{} {condition:?}", case.kind);
    if case.is_race() {
        // A shell tells of a signal in its own way.
        let ends = [7, case.end, 128 - case.end];
        assert!(ends.contains(&ended.code()), "{what}: {ended:#?}");
        assert!(ended.reports.len() <= 1 && ended.fatal().len() <= 1, "{what}: {ended:#?}");
        // What was there to be looked at may have gone at any moment.
        if ended.code() == 7 {
            let outcome = ended.reports.first().map_or(Outcome::Nothing, |_| Outcome::Report);
            return Cell { outcome, time_ms: ended.time.as_millis() };
        }
    } else {
        assert_eq!(ended.status, bare, "{what}: the status is another one: {ended:#?}");
        // Elsewhere Rust may do something else: it looks for its stacks in /proc.
        if condition == Condition::Plain {
            assert_eq!(ended.code(), case.end, "{what}: {ended:#?}");
        }
    }
    let outcome = expected(case, condition);
    match outcome {
        Outcome::Report => {
            assert_eq!(ended.reports.len(), case.reports, "{what}: {ended:#?}");
            let has_symbols = condition != Condition::NoProc;
            check_report(case, &ended.reports[0], has_symbols);
        }
        _ => assert_eq!(ended.reports.len(), 0, "{what}: {ended:#?}"),
    }
    check_stderr(case, condition, outcome, &ended);
    Cell { outcome, time_ms: ended.time.as_millis() }
}

fn check_report(case: &Case, report: &Value, has_symbols: bool) {
    let kind = case.kind;
    assert_eq!(report["code"], case.code_with(has_symbols), "{kind}: {report:#}");
    assert_eq!(report["signal"], json!(case.signal), "{kind}: {report:#}");
    let thread = report["thread"].as_str().unwrap();
    // The names of threads are in /proc.
    let is_numbered = (case.thread == "#" || !has_symbols) && thread.starts_with('#');
    assert!(thread == case.thread || is_numbered, "{kind}: {report:#}");
    assert_eq!(report["module"], "crasher", "{kind}");
    assert_eq!(report["version"], "1.2.3", "{kind}");
    assert_eq!(report["commit"], "0123abc", "{kind}");
    assert_eq!(report["context"], contexts(case.contexts), "{kind}: {report:#}");
    if !has_symbols {
        return;
    }
    let frames = report["frames"].as_array().unwrap();
    let top = frames.iter().find(|frame| frame["in_project"] == true);
    let top = top.unwrap_or_else(|| panic!("{kind}: {report:#}"));
    let (function, here) = case.culprit;
    assert_eq!(top["function"], format!("crasher::{function}"), "{kind}: {report:#}");
    assert!(top["file"].as_str().unwrap().ends_with("tests/crasher/main.rs"), "{kind}: {top}");
    if let Some(here) = here {
        assert_eq!(top["line"], line_of(here), "{kind}: {report:#}");
    }
    let first = report["backtrace"].as_array().unwrap().len();
    assert!(first >= frames.len() && first <= frames.len() + 1, "{kind}: {report:#}");
}

fn contexts(which: Contexts) -> Value {
    let place = |lo, hi, line, col| json!({"id": 0, "file": "src/demo.vitte", "lo": lo, "hi": hi, "line": line, "col": col});
    let value = |key, value| json!({"key": key, "value": value});
    let three = [
        json!({"name": "folding", "values": [], "place": place(45, 56, 4, 7)}),
        json!({"name": "type-checking", "values": [value("fn", "area"), value("round", "2")],
            "place": place(13, 56, 3, 1)}),
        json!({"name": "compiling", "values": [value("file", "src/demo.vitte")], "place": null}),
    ];
    let shown = [value("value", "<cannot be shown>")];
    match which {
        Contexts::None => json!([]),
        Contexts::Three => json!(three),
        Contexts::Four => {
            let fourth = json!({"name": "showing", "values": shown, "place": null});
            [fourth].into_iter().chain(three).collect()
        }
    }
}

/// The line with the comment `here: KIND`.
fn line_of(kind: &str) -> usize {
    let text = include_str!("../crasher/main.rs");
    let is_it = |line: &str| line.split_once("// here: ").is_some_and(|(_, here)| here == kind);
    let lines: Vec<usize> =
        text.lines().zip(1..).filter(|(line, _)| is_it(line)).map(|(_, number)| number).collect();
    // One for each architecture, and this is the first of them.
    lines[if lines.len() > 1 && cfg!(target_arch = "aarch64") { 1 } else { 0 }]
}

fn check_stderr(case: &Case, condition: Condition, outcome: Outcome, ended: &Ended) {
    let what = format!("{} {condition:?}: {ended:#?}", case.kind);
    if condition == Condition::Closed {
        assert_eq!(ended.stderr, "", "{what}");
        return;
    }
    let fatal = ended.fatal();
    let message = "panicked at";
    assert!(!ended.stderr.contains(message), "the hook of std says it again: {what}");
    match outcome {
        Outcome::Report | Outcome::Shown => {
            let code = case.code_with(condition != Condition::NoProc);
            let verb = match code {
                "F0001" => "panicked: ",
                "F0002" => "was terminated by ",
                "F0003" => "was terminated by SIGSEGV: stack overflow",
                "F0004" => "ran out of memory: ",
                _ => "aborted",
            };
            let start = format!("fatal[{code}]: `crasher` {verb}");
            assert_eq!(fatal.len(), case.reports, "{what}");
            assert!(fatal[0].starts_with(&start), "{what}");
            let is_shown = ended.stderr.contains("= note: the report could not be stored: ");
            assert_eq!(is_shown, outcome == Outcome::Shown, "{what}");
            let id = ended.reports.first().and_then(|report| report["id"].as_str());
            if let Some(id) = id {
                assert!(ended.stderr.contains(&format!("`vitte crash show {id} --dir ")), "{what}");
                let path = format!("the report is in store/{}", path_in(condition));
                assert!(ended.stderr.contains(&path), "{what}");
                assert!(ended.stderr.contains(&format!("/{id}.vittecrash")), "{what}");
            }
        }
        Outcome::Nothing => {}
    }
}

/// The folder of the reports below that of the test.
fn path_in(condition: Condition) -> &'static str {
    if condition == Condition::Missing { "a/b/" } else { "" }
}

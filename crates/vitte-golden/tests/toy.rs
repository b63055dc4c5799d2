//! A suite for a toy compiler, which the tests run on directories that they write.
//!
//! Each line of a source is a command: `error CODE message`, `note text` below the last error, `fix OLD NEW` for the line
//! above, `panic text`, `hang`, and so on. `toy compile FILE` is the compiler as a command.
#![allow(
    clippy::panic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a compiler with defects"
)]

use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use vitte_diag::read::InputFormat;
use vitte_diag::{
    Applicability, Code, Diagnostic, DiagnosticBag, Edit, Emitter as _, JsonEmitter, Severity,
    SourceFile, SourceMap, Span, Suggestion, Tool, code,
};
use vitte_golden::{Case, Suite};

fn main() -> ExitCode {
    let install = || {
        vitte_crash::CrashHandler::builder()
            .program("toy")
            .timeout(Duration::from_secs(20))
            .install()
    };
    let _guard = env::var_os("TOY_CRASH").map(|_| install());
    let arguments: Vec<String> = env::args().collect();
    if let [_, command, .., path] = &arguments[..] {
        match command.as_str() {
            "compile" => return compile_command(path, &arguments),
            "replay" => return replay(path),
            _ => {}
        }
    }
    let dir = env::var("TOY_DIR").unwrap_or_default();
    let program = env::current_exe().unwrap_or_default();
    match env::var("TOY_MODE").as_deref() {
        Ok("command") => {
            settings(Suite::command(program, ["compile", "--error-format=json"]).dir(dir)).run()
        }
        // Two suites in one program: a worker is one of the second suite.
        Ok("two") => {
            let empty = Suite::command("true", [""; 0]).dir("more").extension("txt").run();
            assert_eq!(empty, ExitCode::SUCCESS);
            settings(Suite::new(dir)).run(compile)
        }
        Ok("replay") => {
            let suite = Suite::command(program, ["replay"]).dir(dir).extension("rs");
            suite
                .reads(InputFormat::Rustc)
                .announced(Severity::Warning)
                .goldens([])
                .fixes(false)
                .run()
        }
        _ => settings(Suite::new(dir)).run(compile),
    }
}

/// Prints what rustc once printed for a program, which is beside it, and exits as rustc does.
fn replay(path: &str) -> ExitCode {
    let output =
        std::fs::read_to_string(Path::new(path).with_extension("json")).unwrap_or_default();
    eprint!("{output}");
    ExitCode::from(u8::from(output.contains("\"level\":\"error")))
}

fn settings<C>(suite: Suite<C>) -> Suite<C> {
    let tool = Tool::new("toy", "1.0.0").with_codes([
        (code!("T0001"), Severity::Error),
        (code!("T0002"), Severity::Error),
        (code!("T0003"), Severity::Warning),
    ]);
    let suite = suite.extension("toy").comment("//").comment("#").timeout(Duration::from_secs(20));
    let suite = suite.normalize_regex("version [0-9.]+", "version $VERSION").tool(&tool);
    match env::var("TOY_CODES").as_deref() {
        Ok("report") => suite.codes(&tool),
        Ok("require") => suite.every_code(&tool).exempt_code(code!("T0003"), "it is new"),
        _ => suite,
    }
}

fn compile(case: &mut Case) -> DiagnosticBag {
    let flags = case.flags().to_vec();
    case.source().map(|file| check(file, &flags)).unwrap_or_default()
}

/// Prints the diagnostics of a file as JSON.
fn compile_command(path: &str, flags: &[String]) -> ExitCode {
    let mut sources = SourceMap::new();
    let Ok(file) = sources.load(path) else { return ExitCode::from(2) };
    let bag = sources.file(file).map(|file| check(file, flags)).unwrap_or_default();
    let mut emitter = JsonEmitter::new(std::io::stdout());
    for entry in bag.ordered() {
        _ = emitter.emit(&sources, entry.diagnostic);
    }
    let lies = flags.iter().any(|flag| flag == "--lie");
    ExitCode::from(u8::from(bag.has_errors() != lies))
}

/// Executes the commands of a source.
fn check(file: &SourceFile, flags: &[String]) -> DiagnosticBag {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut begin = 0;
    for line in file.text().split_inclusive('\n') {
        let command = line
            .split("//")
            .next()
            .and_then(|line| line.split('#').next())
            .unwrap_or_default()
            .trim();
        let end = begin + command.len();
        let span = Span::between(file.id(), begin, end);
        let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
        let code_and_text = || {
            let (code, text) = rest.split_once(' ').unwrap_or((rest, "nothing"));
            (Code::new(code).ok(), text.to_owned())
        };
        match word {
            "error" | "warning" | "fatal" => {
                let severity = match word {
                    "error" => Severity::Error,
                    "warning" => Severity::Warning,
                    _ => Severity::Fatal,
                };
                let (code, text) = code_and_text();
                diagnostics.push(Diagnostic::new(severity, code, span, text).with_label("here"));
            }
            "unlocated" => {
                let (code, text) = code_and_text();
                diagnostics.push(Diagnostic::without_location(Severity::Error, code, text));
            }
            "note" => _ = diagnostics.last_mut().map(|last| _ = last.add_note(rest.to_owned())),
            "help" => _ = diagnostics.last_mut().map(|last| _ = last.add_help(rest.to_owned())),
            "label" => {
                _ = diagnostics
                    .last_mut()
                    .map(|last| _ = last.add_secondary(span, rest.to_owned()));
            }
            "fix" => {
                let (old, new) = rest.split_once(' ').unwrap_or((rest, ""));
                let before = file.text().get(..begin).unwrap_or_default();
                if let Some(at) = before.rfind(old) {
                    let edit =
                        Edit::replace(Span::between(file.id(), at, at + old.len()), new.to_owned());
                    let fix = Suggestion::single("fix it", edit, Applicability::MachineApplicable);
                    _ = diagnostics.last_mut().map(|last| _ = last.add_suggestion(fix));
                }
            }
            "flags" => diagnostics.push(Diagnostic::error(
                None,
                span,
                format!("flags {}", flags.join(" ")),
            )),
            "random" => {
                let number = std::process::id();
                diagnostics.push(Diagnostic::error(None, span, format!("the number {number}")));
            }
            "version" => {
                diagnostics.push(Diagnostic::error(None, span, "version 1.2.3 is too old"));
            }
            "path" => {
                let path = env::current_dir().unwrap_or_default();
                diagnostics.push(Diagnostic::error(None, span, format!("in {}", path.display())));
            }
            "end" => {
                let end = file.text().len();
                let span = Span::between(file.id(), end, end);
                diagnostics.push(Diagnostic::error(None, span, "unexpected end of the file"));
            }
            "outside" => diagnostics.push(Diagnostic::error(
                None,
                Span::between(file.id(), 0, 1_000_000),
                "far",
            )),
            "print" => print!("{rest}"),
            "eprint" => eprintln!("{rest}"),
            "panic" => panic!("{rest}"),
            "exit" => std::process::exit(rest.parse().unwrap_or(0)),
            "abort" => std::process::abort(),
            "overflow" => _ = overflow(0),
            "hang" => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
            "lock" => {
                let _count = COUNT.lock().unwrap_or_else(|_| panic!("the lock is poisoned"));
                assert_eq!(rest, "");
            }
            "chdir" => _ = env::set_current_dir("/"),
            "daemon" => _ = std::process::Command::new("sleep").arg("30").spawn(),
            "read" => _ = std::io::stdin().read_line(&mut String::new()),
            _ => {}
        }
        begin += line.len();
    }
    diagnostics.into_iter().collect()
}

/// Global state of the compiler.
static COUNT: std::sync::Mutex<u32> = std::sync::Mutex::new(0);

/// Calls itself until the stack is full.
#[allow(unconditional_recursion, reason = "on purpose")]
fn overflow(depth: u64) -> u64 {
    std::hint::black_box(depth) + overflow(std::hint::black_box(depth + 1))
}

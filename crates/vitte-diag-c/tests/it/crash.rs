//! Crashes of a C program, `tests/c/crasher.c`, one child process each.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use vitte_crash::capsule::{Capsule, CrashReport};

/// The program, linked with the shared and with the static library. `None` if there is no C compiler.
static PROGRAMS: LazyLock<Option<[PathBuf; 2]>> = LazyLock::new(|| {
    if Command::new("gcc").arg("--version").output().is_err() {
        return None;
    }
    let test = std::env::current_exe().unwrap();
    let library = test.parent().unwrap().to_str().unwrap().to_owned();
    let path = format!("-Wl,-rpath,{library}");
    let archive = format!("{library}/libvitte_diag_c.a");
    let shared = compile("shared", "-O0", &["-L", &library, "-lvitte_diag_c", &path]);
    let archive = [&*archive, "-ldl", "-lm"];
    Some([shared, compile("static", "-O1", &archive)])
});

const OPTIONS: [&str; 8] = [
    "-g",
    "-std=c99",
    "-D_GNU_SOURCE",
    "-fno-omit-frame-pointer",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
];

/// The directory of this package.
fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compiles `tests/c/crasher.c`.
fn compile(name: &str, optimization: &str, libraries: &[&str]) -> PathBuf {
    let package = package();
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crasher-{name}"));
    fs::create_dir_all(&dir).unwrap();
    let program = dir.join("crasher");
    _ = fs::remove_file(&program);
    let mut gcc = Command::new("gcc");
    gcc.args(OPTIONS).arg(optimization).arg("-I").arg(package.join("include"));
    gcc.arg("-o").arg(&program).arg(package.join("tests/c/crasher.c"));
    let output = gcc.args(libraries).arg("-pthread").output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && messages.is_empty(), "{gcc:?}\n{messages}");
    program
}

/// How a run ended.
#[derive(Debug)]
struct Ended {
    output: Output,
    stdout: String,
    stderr: String,
    reports: Vec<CrashReport>,
}

impl Ended {
    /// The exit code, or the signal as a negative number.
    fn code(&self) -> i32 {
        let status = self.output.status;
        status.code().unwrap_or_else(|| -status.signal().unwrap())
    }

    fn report(&self) -> &CrashReport {
        assert_eq!(self.reports.len(), 1, "{self:#?}");
        &self.reports[0]
    }

    fn first_line(&self) -> &str {
        let line = self.stderr.lines().find(|line| line.starts_with("fatal["));
        line.unwrap_or_else(|| panic!("{self:#?}"))
    }

    /// The names of the contexts, the innermost first, each with the function that opened it.
    fn contexts(&self) -> Vec<(&str, Option<&str>)> {
        let report = self.report();
        let function = |frame: u32| report.backtrace.frames()[frame as usize].function();
        let contexts = report.contexts.iter();
        contexts.map(|context| (&*context.name, context.frame.map(function))).collect()
    }
}

fn start(program: &Path, scenario: &str, environment: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(program);
    command.arg(scenario).env_clear().envs(environment.iter().copied());
    command.current_dir(program.parent().unwrap()).output().unwrap()
}

/// Runs a scenario with one of the programs, and asserts that it ends as without the handler.
fn run_one(program: &Path, scenario: &str) -> Ended {
    let store = program.with_file_name(format!("store-{scenario}"));
    _ = fs::remove_dir_all(&store);
    let output = start(program, scenario, &[("CRASHER_DIR", &store)]);
    let mut reports = Vec::new();
    let mut dirs = vec![store];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            let is_link = path.is_symlink() || path.parent().unwrap().ends_with("latest");
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|end| end == "vittecrash") && !is_link {
                reports.push(Capsule::read(&path).unwrap().report);
            }
        }
    }
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    Ended { output, stdout, stderr, reports }
}

/// Runs a scenario with both programs, which must end with a code, or a signal as a negative number.
fn run(scenario: &str, code: i32) -> Vec<Ended> {
    let programs = PROGRAMS.iter().flatten();
    let ended = programs.map(|program| {
        let ended = run_one(program, scenario);
        assert_eq!(ended.code(), code, "{}: {ended:#?}", program.display());
        ended
    });
    ended.collect()
}

#[test]
fn a_crash_is_reported_at_the_location_of_the_innermost_context() {
    for ended in run("segv", -libc::SIGSEGV) {
        let (head, rest) = ended.stderr.split_once("  = backtrace:\n").unwrap();
        let expected = "\
received SIGSEGV at address 0x0 while folding
fatal[F0002]: `crasher` was terminated by SIGSEGV: invalid memory access at 0x0 (address not mapped)
 --> main.my:2:11
  |
1 | fn main() {
  | --------- while checking (fn: main)
2 |   let x = 1 / 0;
  |           ^^^^^ while folding (operator: /, operands: 1 ? 2)
  |
  = help: this is a bug in `crasher`, not in your program; report it at https://example.org/issues
  = note: crasher 1.2.3 (commit 0123abc, tested) on linux ARCH, in thread main
";
        assert_eq!(head, expected.replace("ARCH", std::env::consts::ARCH));
        assert!(rest.contains(" crasher.c:") && rest.contains("`mycc crash show "), "{rest}");
        assert_eq!(ended.contexts(), [("folding", Some("fold")), ("checking", Some("check"))]);
        let report = ended.report();
        assert_eq!((&*report.program, &*report.version), ("crasher", "1.2.3"));
        assert_eq!(report.args[1], "segv");
    }
}

#[test]
fn every_kind_of_crash_is_reported() {
    let cases = [
        ("abort", libc::SIGABRT, "fatal[F0005]: `crasher` aborted", "crash"),
        ("assert", libc::SIGABRT, "fatal[F0005]: `crasher` aborted", "crash"),
        ("trap", libc::SIGILL, "fatal[F0002]: `crasher` was terminated by SIGILL", "crash"),
        ("overflow", libc::SIGSEGV, "fatal[F0003]: `crasher` was terminated by", "overflow"),
        #[cfg(target_arch = "x86_64")]
        ("divide", libc::SIGFPE, "fatal[F0002]: `crasher` was terminated by SIGFPE", "crash"),
    ];
    for (scenario, signal, first, function) in cases {
        for ended in run(scenario, -signal) {
            assert!(ended.first_line().starts_with(first), "{ended:#?}");
            let report = ended.report();
            let mut names = report.frames.iter().filter_map(|frame| frame.function.as_deref());
            assert!(names.any(|name| name == function), "{ended:#?}");
            assert_eq!(ended.contexts(), [("folding", Some("fold")), ("checking", Some("check"))]);
        }
    }
}

#[test]
fn a_crash_without_the_handler_ends_the_same_way() {
    for ended in run("no-handler", -libc::SIGSEGV) {
        assert!(ended.reports.is_empty() && ended.stderr.is_empty(), "{ended:#?}");
    }
}

#[test]
fn a_signal_that_is_no_crash_is_not_reported() {
    for ended in run("term", -libc::SIGTERM) {
        assert!(ended.reports.is_empty() && ended.stderr.is_empty(), "{ended:#?}");
    }
}

#[test]
fn a_crash_of_another_thread_has_its_contexts() {
    for ended in run("thread", -libc::SIGSEGV) {
        assert_ne!(ended.report().thread, "main");
        assert_eq!(ended.contexts(), [("folding", Some("fold")), ("checking", Some("check"))]);
    }
}

#[test]
fn another_thread_may_install_the_handler() {
    for ended in run("other-thread", -libc::SIGSEGV) {
        assert_eq!(ended.contexts(), [("folding", Some("fold")), ("checking", Some("check"))]);
    }
}

#[test]
fn contexts_that_are_not_closed_are_only_those_of_their_thread() {
    for ended in run("many", -libc::SIGSEGV) {
        assert_eq!(ended.contexts(), []);
        assert!(ended.stdout.is_empty(), "{ended:#?}");
    }
}

#[test]
fn wrong_arguments_are_errors() {
    for ended in run("wrong", -libc::SIGSEGV) {
        let long = "?".repeat(61) + "...";
        assert_eq!(ended.contexts(), [("", Some("use_wrong_arguments")), (&*long, None)]);
        let report = ended.report();
        let field = &report.contexts[1].fields[0];
        assert_eq!((field.key.len(), field.value.len()), (32, 59), "{field:?}");
        // A file that does not exist, and a span that was reversed.
        let location = |at: usize| report.contexts[at].location.as_ref().unwrap();
        assert_eq!((location(0).id, location(0).file.as_deref()), (77, None));
        assert_eq!((location(1).lo, location(1).hi), (2, 9));
    }
}

#[test]
fn longjmp_past_contexts_is_repaired() {
    for ended in run("longjmp", -libc::SIGSEGV) {
        assert_eq!(ended.contexts(), [("folding", Some("fold")), ("checking", Some("check"))]);
    }
}

#[test]
fn the_handler_is_removed_and_installed_again() {
    for ended in run("uninstall", -libc::SIGSEGV) {
        assert!(ended.reports.is_empty() && ended.stderr.is_empty(), "{ended:#?}");
    }
    for ended in run("reinstall", -libc::SIGSEGV) {
        let url = "report it at https://example.org/issues";
        assert!(ended.report().report_url.is_some() && ended.stderr.contains(url), "{ended:#?}");
    }
}

#[test]
fn a_forked_child_reports_its_crash() {
    for ended in run("fork", 100 + libc::SIGSEGV) {
        assert_eq!(ended.contexts(), [("folding", Some("fold")), ("checking", Some("check"))]);
    }
}

#[test]
fn a_crash_is_written_in_another_format() {
    for ended in run("json", -libc::SIGSEGV) {
        assert_eq!(ended.stdout.lines().count(), 1, "{ended:#?}");
        let start = r#"{"severity":"fatal","code":"F0002","message":"`crasher` was terminated by"#;
        assert!(ended.stdout.starts_with(start), "{ended:#?}");
        assert!(ended.stdout.contains(r#""file":"main.my","lo":22,"hi":27,"line":2,"col":11"#));
        assert_eq!(ended.stderr, "received SIGSEGV at address 0x0 while folding\n");
    }
}

#[test]
fn a_quiet_crash_is_one_line() {
    for ended in run("quiet", -libc::SIGSEGV) {
        let lines: Vec<_> = ended.stderr.lines().collect();
        let start = "main.my:2:11: fatal[F0002]: `crasher` was terminated by SIGSEGV: ";
        assert!(lines.len() == 3 && lines[1].starts_with(start), "{ended:#?}");
        assert!(lines[2].starts_with("report: "), "{ended:#?}");
    }
}

#[test]
fn an_internal_error_is_reported_with_the_frames_of_its_caller() {
    for ended in run("ice", 4) {
        assert_eq!(
            ended.first_line(),
            "fatal[F0001]: `crasher` panicked: a block without a terminator"
        );
        let report = ended.report();
        assert_eq!(report.frames[0].function.as_deref(), Some("main"), "{ended:#?}");
        assert_eq!(report.thread, "main");
        assert_eq!(ended.contexts(), [("lowering", Some("main"))]);
        assert!(ended.stderr.contains("let x = 1 / 0;"), "{ended:#?}");
    }
}

#[test]
fn a_dump_is_made_and_the_program_goes_on() {
    for ended in run("dump", 3) {
        let report = ended.report();
        assert_eq!(report.code.as_str(), "N0900");
        assert_eq!(ended.contexts(), [("waiting", Some("main"))]);
    }
}

#[test]
fn without_a_directory_nothing_is_stored() {
    for program in PROGRAMS.iter().flatten() {
        let output = start(program, "segv", &[]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.signal(), Some(libc::SIGSEGV));
        assert!(stderr.contains("fatal[F0002]") && !stderr.contains("the report is in"));
    }
}

#[test]
fn the_program_of_the_manual_writes_what_is_below_it() {
    if PROGRAMS.is_none() {
        return;
    }
    let page = fs::read_to_string(package().join("../../docs/crash-capture.md")).unwrap();
    let block = |language: &str| {
        let (_, section) = page.split_once("\n## In C\n").unwrap();
        let (_, block) = section.split_once(&format!("```{language}\n")).unwrap();
        block.split_once("```").unwrap().0
    };
    // Not in a Cargo workspace, which has a directory for crashes of its own.
    let dir = std::env::temp_dir().join(format!("vitte-diag-c-manual-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("mycc.c"), block("c")).unwrap();
    let program = dir.join("mycc");
    let library = std::env::current_exe().unwrap();
    let library = library.parent().unwrap().to_str().unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-g", "mycc.c", "-o", "mycc", "-I"]).arg(package().join("include"));
    gcc.args(["-L", library, "-lvitte_diag_c", &format!("-Wl,-rpath,{library}")]);
    let output = gcc.current_dir(&dir).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");

    let output = start(&program, "", &[("HOME", &dir)]);
    let written = String::from_utf8(output.stderr).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    let expected = block("text").replace("x86_64", std::env::consts::ARCH);
    let head = |text: &str| text.split_once("  = backtrace:\n").unwrap().0.to_owned();
    assert_eq!(head(&written), head(&expected));
    // The frames of the program, without columns, which differ between compilers.
    let frames = |text: &str| -> Vec<String> {
        let frames = text.lines().filter_map(|line| line.split_once("mycc.c:"));
        let line = |at: &str| at.split(':').next().unwrap().to_owned();
        frames.map(|(function, at)| format!("{} {}", function.trim(), line(at))).collect()
    };
    assert_eq!(frames(&written).len(), 3, "{written}");
    assert_eq!(frames(&written), frames(&expected));
    let stored = ".local/state/mycc/crash-reports/signal/";
    assert!(written.contains(stored) && expected.contains(stored), "{written}");
}

#[test]
fn a_context_of_cpp_has_the_frame_of_its_scope() {
    if Command::new("g++").arg("--version").output().is_err() {
        return;
    }
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crasher-cpp");
    fs::create_dir_all(&dir).unwrap();
    let source = r#"#include <vitte_diag.hpp>
struct Checker {
  int *tree = nullptr;
  [[gnu::noinline]] int check(vitte::Span span) {
    vitte::Context cx("checking", span);
    cx.field("pass", "1");
    return *static_cast<int volatile *>(tree);
  }
};
int main() {
  vd_crash_dir(vd_z(std::getenv("CRASHER_DIR")));
  vd_crash_install(VD_STR("crasher"), VD_STR("1.2.3"));
  return Checker().check(vitte::no_span);
}
"#;
    fs::write(dir.join("crasher.cpp"), source).unwrap();
    let library = std::env::current_exe().unwrap();
    let library = library.parent().unwrap().to_str().unwrap();
    for optimization in ["-O0", "-O2"] {
        let mut gcc = Command::new("g++");
        gcc.args(["-g", "-std=c++17", optimization, "crasher.cpp", "-o", "crasher", "-include"]);
        gcc.arg("cstdlib").arg("-I").arg(package().join("include"));
        gcc.args(["-L", library, "-lvitte_diag_c", &format!("-Wl,-rpath,{library}")]);
        let output = gcc.current_dir(&dir).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let ended = run_one(&dir.join("crasher"), "cpp");
        assert_eq!(ended.code(), -libc::SIGSEGV);
        let expected = [("checking", Some("Checker::check(vd_span)"))];
        assert_eq!(ended.contexts(), expected, "{ended:#?}");
        assert!(ended.stderr.contains("0: Checker::check  "), "{ended:#?}");
        assert_eq!(ended.report().contexts[0].fields[0].key, "pass");
    }
}

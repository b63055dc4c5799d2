//! Names of frames: only from the file of the code that ran, wherever its symbols are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::child::{RunResult, crasher, run};
use crate::log;

/// Copies `crasher` to a directory of its own.
fn copy() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("crasher");
    // A link has the same build id, and takes no time.
    std::fs::hard_link(crasher(), &program)
        .or_else(|_| std::fs::copy(crasher(), &program).map(|_| ()))
        .unwrap();
    (dir, program)
}

/// Returns the functions of a report.
fn functions(report: &Value) -> Vec<String> {
    let frames = report["frames"].as_array().unwrap().iter();
    frames.map(|frame| frame["function"].as_str().unwrap_or("<unknown>").to_owned()).collect()
}

fn backtrace(report: &Value) -> Vec<String> {
    let frames = report["backtrace"].as_array().unwrap().iter();
    frames.map(|frame| frame.as_str().unwrap().to_owned()).collect()
}

fn has(report: &Value, name: &str) -> bool {
    functions(report).iter().any(|function| function.contains(name))
}

/// Runs a tool. Returns false, and logs it, if it is not installed.
fn tool(name: &str, arguments: &[&str], dir: &Path) -> bool {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::piped());
    match command.output() {
        Ok(output) => {
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name} {arguments:?}: {error}");
            true
        }
        Err(error) => {
            log(&format!("skipped: {name}: {error}\n"));
            false
        }
    }
}

#[test]
fn a_replaced_program_has_the_names_of_the_code_that_ran() {
    for kind in ["segv", "panic"] {
        for is_removed in [false, true] {
            let (dir, program) = copy();
            // Another program with symbols.
            let other = dir.path().join("other");
            std::fs::copy(std::env::current_exe().unwrap(), &other).unwrap();
            let replace = if is_removed { "-" } else { other.to_str().unwrap() };
            let run = run(kind).program(&program).with("CRASHER_REPLACE", replace);
            let result = run.end().clean();
            let report = result.report();
            let names = functions(report);
            assert!(has(report, "crasher::culprit") && has(report, "crasher::main"), "{names:#?}");
            let module = &report["frames"][0]["module"];
            assert_eq!(*module, program.to_str().unwrap(), "{report:#}");
            assert!(report["frames"][0]["build_id"].is_string(), "{report:#}");
        }
    }
}

/// Compiles a library whose function `boom` calls another one, which crashes.
fn compile(dir: &Path, inner: &str, out: &str) -> bool {
    let text = format!(
        "__attribute__((noinline)) void {inner}(void) {{ *(volatile int *)0 = 1; }}\n\
         void boom(void) {{ {inner}(); __asm__ volatile (\"\"); }}\n"
    );
    std::fs::write(dir.join("boom.c"), text).unwrap();
    let arguments = ["-g", "-shared", "-fPIC", "-Wl,--build-id", "-o", out, "boom.c"];
    tool("cc", &arguments, dir)
}

#[test]
fn a_replaced_library_has_no_names_of_the_new_one() {
    let dir = tempfile::tempdir().unwrap();
    if !compile(dir.path(), "old_inner", "libboom.so")
        || !compile(dir.path(), "new_inner", "libboom.so.new")
    {
        return;
    }
    let path = dir.path().join("libboom.so");
    let result = run("library").with("CRASHER_LIBRARY", path.to_str().unwrap()).end().clean();
    let report = result.report();
    assert!(!has(report, "new_inner"), "{report:#}");
    assert!(has(report, "symbols::library"), "{report:#}");
    let first = &report["frames"][0];
    assert_eq!(first["module"], path.to_str().unwrap(), "{report:#}");
    // The mapped file is reachable only with the rights of root.
    if first["function"] == "old_inner" {
        return;
    }
    assert!(first["function"].is_null() && first["offset"].is_u64(), "{report:#}");
    assert!(report["notes"].to_string().contains("was replaced or removed"), "{report:#}");
}

/// Splits `crasher` into a stripped program and `crasher.debug`. Returns false if the tools are missing.
fn strip(dir: &Path, has_link: bool) -> bool {
    std::fs::copy(crasher(), dir.join("full")).unwrap();
    tool("objcopy", &["--only-keep-debug", "full", "crasher.debug"], dir)
        && tool("objcopy", &["--strip-all", "full", "crasher"], dir)
        && (!has_link || tool("objcopy", &["--add-gnu-debuglink=crasher.debug", "crasher"], dir))
        && std::fs::remove_file(dir.join("full")).is_ok()
}

fn assert_names(result: &RunResult, is_named: bool) {
    let report = result.report();
    assert_eq!(has(report, "crasher::culprit"), is_named, "{report:#}");
    let frames = report["frames"].as_array().unwrap();
    let is_own =
        |frame: &&Value| frame["module"].as_str().is_some_and(|path| path.ends_with("/crasher"));
    let lines = frames.iter().filter(is_own).filter(|frame| frame["line"].is_u64());
    assert_eq!(lines.count() > 0, is_named, "{report:#}");
}

#[test]
fn debug_information_of_a_stripped_program_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    if !strip(dir, true) {
        return;
    }
    let program = dir.join("crasher");
    let of = |kind| run(kind).program(&program);
    for kind in ["segv", "panic"] {
        assert_names(&of(kind).end(), true);
    }
    // A file with another build id is not used, whatever its name.
    let debug = dir.join("crasher.debug");
    let moved = dir.join("moved");
    std::fs::rename(&debug, &moved).unwrap();
    std::fs::copy(std::env::current_exe().unwrap(), &debug).unwrap();
    assert_names(&of("segv").end(), false);
    std::fs::remove_file(&debug).unwrap();
    // `.debug` next to the program.
    std::fs::create_dir(dir.join(".debug")).unwrap();
    std::fs::rename(&moved, dir.join(".debug/crasher.debug")).unwrap();
    assert_names(&of("segv").end(), true);
    // Files in VITTE_DEBUG_PATH, of any name, and by build id.
    let symbols = dir.join("symbols");
    std::fs::create_dir(&symbols).unwrap();
    std::fs::rename(dir.join(".debug/crasher.debug"), symbols.join("some file")).unwrap();
    assert_names(&of("segv").end(), false);
    let list = format!("/nonexistent:{}", symbols.display());
    assert_names(&of("segv").with("VITTE_DEBUG_PATH", &list).end(), true);
    let id = of("segv").end().report()["frames"][0]["build_id"].as_str().unwrap().to_owned();
    let named = symbols.join(format!(".build-id/{}/{}.debug", &id[..2], &id[2..]));
    std::fs::create_dir_all(named.parent().unwrap()).unwrap();
    std::fs::rename(symbols.join("some file"), named).unwrap();
    assert_names(&of("panic").with("VITTE_DEBUG_PATH", &list).end(), true);
}

#[test]
fn large_compressed_debug_information_is_left_for_later() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    std::fs::copy(crasher(), dir.join("full")).unwrap();
    if !tool("objcopy", &["--compress-debug-sections=zlib", "full", "crasher"], dir) {
        return;
    }
    for kind in ["segv", "panic"] {
        let result = run(kind).program(&dir.join("crasher")).end();
        let report = result.report();
        // By the name of its symbol.
        assert!(has(report, "crasher::culprit"), "{report:#}");
        let notes = report["notes"].to_string();
        assert!(notes.contains("/crasher`: its debug information is compressed"), "{report:#}");
        assert!(notes.contains("`vitte crash symbolise` adds them"), "{report:#}");
    }
}

#[test]
fn frames_above_a_signal_handler_are_not_omitted() {
    let result = run("in-handler").end().clean();
    let names = functions(result.report());
    let position = |name: &str| names.iter().position(|other| other.contains(name));
    let order =
        ["crash_in_handler", "<signal handler called>", "symbols::in_handler", "crasher::main"];
    let found: Vec<_> = order.iter().map(|name| position(name)).collect();
    assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{found:?} {names:#?}");
}

#[test]
fn code_without_unwind_information_has_no_invented_caller() {
    let result = run("jit").end().clean();
    let report = result.report();
    let lines = backtrace(report);
    assert!(lines[0].starts_with("<unknown code at 0x"), "{lines:#?}");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let stop = "[... unwinding stopped: no unwind information for the code at 0x";
    assert!(lines[1].starts_with(stop), "{lines:#?}");
    let shown = "... unwinding stopped: no unwind information for the code at 0x";
    assert!(result.stderr.contains(shown), "{}", result.stderr);
}

#[test]
fn a_storm_of_panics_has_one_report_each() {
    let result = run("storm").end().clean();
    let of_storm = |report: &&Value| report["message"].to_string().contains("of a storm");
    let reports: Vec<&Value> = result.reports.iter().filter(of_storm).collect();
    let messages: BTreeSet<String> =
        reports.iter().map(|report| report["message"].to_string()).collect();
    assert_eq!((reports.len(), messages.len()), (64, 64));
    for report in reports {
        assert!(has(report, "storm_culprit"), "{report:#}");
    }
}

#[test]
fn a_long_message_is_cut() {
    let result = run("long-message").end().clean();
    let message = result.report()["message"].as_str().unwrap();
    let (shown, more) = ("long ".repeat(64 << 10)[..64 << 10].to_owned(), (20 << 20) - (64 << 10));
    assert!(*message == format!("{shown} ... {more} more bytes"), "{}", &message[60_000..]);
}

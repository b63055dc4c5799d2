//! Checks the pages of the codes: the example gives exactly the page's code, the corrected example gives none.

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::registry::{self, Example, Page};
use vitte_diag::{Policy, SourceMap};
use vittec::front;

use crate::common::{self, assert_snapshot};
use crate::vittec;

/// Removes from the output of a crash the lines of std and the backtrace, and replaces what differs between runs:
/// directory, id and system.
fn normalised(output: &str, dir: &str) -> String {
    let mut shown = String::new();
    let mut is_backtrace = false;
    for line in output.lines() {
        // A style may end between the word and the colon.
        let begins = line.contains("backtrace") && !line.starts_with('{');
        is_backtrace = begins || (is_backtrace && line.starts_with("    "));
        // The address differs between runs.
        let is_own = !is_backtrace
            && !line.starts_with("received ")
            && !line.is_empty()
            && !LINES_OF_STD.iter().any(|part| line.contains(part));
        if is_own {
            match line.split_once(",\"backtrace\":") {
                Some((line, _)) => shown += &format!("{line}}}"),
                None => shown += line,
            }
            shown.push('\n');
        }
    }
    // The path of the capsule ends with `<day and fingerprint>/<id>.vittecrash`.
    let path = shown
        .split_once(&format!("{dir}/"))
        .map(|(_, rest)| &rest[..rest.find(".vittecrash").unwrap()]);
    let (place, id) = path.and_then(|path| path.rsplit_once('/')).unwrap_or(("no place", "no id"));
    let (place, id) = (place.to_owned(), id.to_owned());
    let system = format!("on {} {}", std::env::consts::OS, std::env::consts::ARCH);
    let shown = shown.replace(&place, "PLACE").replace(&id, "ID");
    shown.replace(dir, "DIR").replace(&system, "on OS ARCH")
}

/// Parts of the lines that std prints about a crash.
const LINES_OF_STD: [&str; 5] = [
    "has overflowed",
    "fatal runtime error",
    "memory allocation of",
    "skipping backtrace",
    "run with `RUST_BACKTRACE",
];

#[test]
fn every_example_gives_exactly_its_code_and_every_corrected_one_none() {
    // Without the feature `crash`, a crash is not shown as a diagnostic.
    let is_supported = |page: &Page<'_>| {
        let text = page.example.text;
        // A program that never ends is tested below.
        !text.contains("--crash hang") && (cfg!(feature = "crash") || !text.contains("--crash"))
    };
    for page in registry::pages().filter(|page| page.retired.is_none() && is_supported(page)) {
        let (codes, shown) = show(page.example);
        assert_eq!(codes, [page.code.to_string()], "the example of {}", page.code);
        assert_snapshot!(format!("code_{}", page.code), shown);
        let (codes, _) = show(page.corrected);
        assert_eq!(codes, [""; 0], "the corrected example of {}", page.code);
    }
}

/// Returns the codes of the diagnostics that an example gives, and the output.
fn show(example: Example<'_>) -> (Vec<String>, String) {
    let shown = match example.language {
        "vitte" => {
            let mut sources = SourceMap::new();
            let file = sources.add("example.vitte", example.text).unwrap();
            let bag = front::check(sources.file(file).unwrap(), &Policy::default());
            common::all(&sources, &bag)
        }
        "sh" => {
            let shown = |options: &[&str]| {
                let arguments =
                    example.text.trim().strip_prefix("vittec check ").unwrap().split(' ');
                let dir = tempfile::tempdir().unwrap();
                let mut command = vittec();
                command.env("VITTE_CRASH_DIR", dir.path());
                let output = command.arg("check").args(options).args(arguments).output().unwrap();
                let output = String::from_utf8(output.stdout).unwrap()
                    + &String::from_utf8(output.stderr).unwrap();
                match example.text.contains("--crash") {
                    true => normalised(&output, dir.path().to_str().unwrap()),
                    false => output,
                }
            };
            let coloured = common::readable(&shown(&["--color=always"]));
            let json = shown(&["--error-format=json"]);
            format!("{}\n== coloured ==\n{coloured}\n== json ==\n{json}", shown(&[]))
        }
        language => panic!("the language of an example is `vitte` or `sh`, not `{language}`"),
    };
    let (_, json) = shown.split_once("== json ==\n").unwrap();
    let code_of =
        |line| serde_json::from_str::<JsonDiagnostic<'_>>(line).unwrap().code.unwrap().to_string();
    // The signal handler writes a line of its own to standard error.
    let lines = json.lines().filter(|line| line.starts_with('{'));
    (lines.map(code_of).collect(), shown)
}

/// The example of N0900 never ends. It shows what it is working on when it gets a signal, and goes on.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "crash"))]
fn a_program_that_hangs_shows_where() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};
    use std::time::Duration;

    let page = registry::pages().find(|page| page.code.as_str() == "N0900").unwrap();
    let arguments = page.example.text.trim().strip_prefix("vittec ").unwrap().split(' ');
    let dir = tempfile::tempdir().unwrap();
    let mut command = vittec();
    command.env("VITTE_CRASH_DIR", dir.path()).args(arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id().to_string();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let shown = std::thread::scope(|scope| {
        let read = scope.spawn(|| lines.by_ref().map(Result::unwrap).take(5).collect::<Vec<_>>());
        // The item is reached after milliseconds. Without the signal, the watchdog makes the dump after ten seconds.
        std::thread::sleep(Duration::from_secs(2));
        assert!(Command::new("kill").args(["-QUIT", &id]).status().unwrap().success());
        read.join().unwrap()
    });
    assert!(child.try_wait().unwrap().is_none(), "the program goes on");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(shown[0].starts_with("note[N0900]: `vittec` is still running: "), "{shown:#?}");
    assert!(shown[4].ends_with(" while checking this item"), "{shown:#?}");
}

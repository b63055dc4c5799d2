//! The pages of the codes are true: an example gives just its code, and its mended form nothing.

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::registry::{self, Example, Page};
use vitte_diag::{Policy, SourceMap};
use vittec::front;

use crate::common::{self, assert_snapshot};
use crate::vittec;

/// What crashes prints what std and the system print too, and where and when it was: all that says nothing of
/// the code.
fn of_the_crash(output: &str, folder: &str) -> String {
    let mut shown = String::new();
    let mut is_backtrace = false;
    for line in output.lines() {
        is_backtrace = line.ends_with("backtrace:") || (is_backtrace && line.starts_with("    "));
        let is_own =
            !is_backtrace && !line.is_empty() && !NOT_OURS.iter().any(|one| line.contains(one));
        if is_own {
            match line.split_once(",\"backtrace\":") {
                Some((line, _)) => shown += &format!("{line}}}"),
                None => shown += line,
            }
            shown.push('\n');
        }
    }
    // The id of the report is where its path ends, and its folder says day and fingerprint.
    let path = shown
        .split_once(&format!("{folder}/"))
        .map(|(_, rest)| &rest[..rest.find(".vittecrash").unwrap()]);
    let (place, id) = path.and_then(|path| path.rsplit_once('/')).unwrap_or(("no place", "no id"));
    let (place, id) = (place.to_owned(), id.to_owned());
    let system = format!("on {} {}", std::env::consts::OS, std::env::consts::ARCH);
    let shown = shown.replace(&place, "PLACE").replace(&id, "ID");
    shown.replace(folder, "DIR").replace(&system, "on OS ARCH")
}

/// Lines of std about a crash.
const NOT_OURS: [&str; 5] = [
    "has overflowed its stack",
    "fatal runtime error",
    "memory allocation of",
    "skipping backtrace",
    "run with `RUST_BACKTRACE",
];

/// Every code as it is shown, and that its example gives just it, and its mended example nothing.
#[test]
fn every_example_gives_just_its_code_and_every_mended_one_nothing() {
    // Without the feature a crash is no diagnostic.
    let can_be_shown =
        |page: &Page<'_>| cfg!(feature = "crash") || !page.example.text.contains("--crash");
    for page in registry::pages().filter(|page| page.retired.is_none() && can_be_shown(page)) {
        let (codes, shown) = show(page.example);
        assert_eq!(codes, [page.code.to_string()], "the example of {}", page.code);
        assert_snapshot!(format!("code_{}", page.code), shown);
        let (codes, _) = show(page.corrected);
        assert_eq!(codes, [""; 0], "the mended example of {}", page.code);
    }
}

/// The codes of the diagnostics that an example gives, and how they are shown.
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
                let folder = tempfile::tempdir().unwrap();
                let mut command = vittec();
                command.env("VITTE_CRASH_DIR", folder.path());
                let output = command.arg("check").args(options).args(arguments).output().unwrap();
                let output = String::from_utf8(output.stdout).unwrap()
                    + &String::from_utf8(output.stderr).unwrap();
                match example.text.contains("--crash") {
                    true => of_the_crash(&output, folder.path().to_str().unwrap()),
                    false => output,
                }
            };
            let coloured = common::readable(&shown(&["--color=always"]));
            let json = shown(&["--error-format=json"]);
            format!("{}\n== coloured ==\n{coloured}\n== json ==\n{json}", shown(&[]))
        }
        language => panic!("an example is `vitte` or `sh`, not `{language}`"),
    };
    let (_, json) = shown.split_once("== json ==\n").unwrap();
    let code_of = |line| serde_json::from_str::<JsonDiagnostic<'_>>(line).unwrap().code.to_string();
    (json.lines().map(code_of).collect(), shown)
}

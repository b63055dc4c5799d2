//! The pages of the codes are true, complete, and what `CODES.md` is made of.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

#[path = "../examples/vittec/front/mod.rs"]
mod front;

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use common::root;
use insta::assert_snapshot;

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::registry::{self, Example};
use vitte_diag::{Policy, SourceMap, codes};

const CODES_MD: &str = "# Codes\n\n\
    Made from the pages in [`codes/`](codes/) by `UPDATE_CODES=1 cargo test --test codes`.\n\n\
    A code is never used again: one that is retired keeps its page.\n\n";

#[test]
fn codes_md_is_what_the_pages_make() {
    let path = root().join("CODES.md");
    let made = CODES_MD.to_owned() + &registry::table(registry::pages());
    if std::env::var_os("UPDATE_CODES").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, made, "it is stale: run UPDATE_CODES=1 cargo test --test codes");
}

#[test]
fn every_page_is_listed_and_every_listed_code_has_its_page() {
    let pages: BTreeSet<PathBuf> =
        fs::read_dir(root().join("codes")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let listed: BTreeSet<PathBuf> = registry::pages()
        .map(|page| root().join("codes").join(format!("{}.md", page.code)))
        .collect();
    assert_eq!(pages, listed);
    assert_eq!(registry::explain("E0001").unwrap().code, codes::E0001);
}

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
    for page in registry::pages().filter(|page| page.retired.is_none()) {
        let (codes, shown) = show(page.example);
        assert_eq!(codes, [page.code.to_string()], "the example of {}", page.code);
        assert_snapshot!(format!("code_{}", page.code), shown);
        let (codes, _) = show(page.mended);
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
            let vittec = |options: &[&str]| {
                let arguments =
                    example.text.trim().strip_prefix("vittec check ").unwrap().split(' ');
                let folder = tempfile::tempdir().unwrap();
                let mut command = common::example("vittec");
                command.env("VITTE_CRASH_DIR", folder.path());
                let output = command.arg("check").args(options).args(arguments).output().unwrap();
                let output = String::from_utf8(output.stdout).unwrap()
                    + &String::from_utf8(output.stderr).unwrap();
                match example.text.contains("--crash") {
                    true => of_the_crash(&output, folder.path().to_str().unwrap()),
                    false => output,
                }
            };
            let coloured = common::readable(&vittec(&["--color=always"]));
            let json = vittec(&["--error-format=json"]);
            format!("{}\n== coloured ==\n{coloured}\n== json ==\n{json}", vittec(&[]))
        }
        language => panic!("an example is `vitte` or `sh`, not `{language}`"),
    };
    let (_, json) = shown.split_once("== json ==\n").unwrap();
    let code_of = |line| serde_json::from_str::<JsonDiagnostic<'_>>(line).unwrap().code.to_string();
    (json.lines().map(code_of).collect(), shown)
}

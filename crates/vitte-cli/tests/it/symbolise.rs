//! `vitte crash symbolise`: names for reports of programs without symbols. The program is `vitte` itself.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use vitte_capsule::symbols::SymbolFile;
use vitte_capsule::{Capsule, CrashReport, Repository};

use crate::common::CommandResult;

/// The program that crashed: this one.
fn program() -> String {
    std::env::current_exe().unwrap().into_os_string().into_string().unwrap()
}

/// Another program.
const OTHER: &str = env!("CARGO_BIN_EXE_vitte");

/// Returns the offset of [`known_function`] in this program.
fn known_offset() -> u64 {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let (start, _) =
        maps.lines().find(|line| line.ends_with(&program())).unwrap().split_once('-').unwrap();
    let address = (known_function as *const ()).addr() as u64;
    address - u64::from_str_radix(start, 16).unwrap() + 1
}

#[inline(never)]
fn known_function() -> usize {
    std::hint::black_box(7)
}

const FUNCTION: &str = "it::symbolise::known_function";

struct Workspace {
    dir: tempfile::TempDir,
    id: String,
    path: PathBuf,
}

fn workspace() -> Workspace {
    assert_eq!(known_function(), 7);
    let offset = known_offset();
    let build_id = SymbolFile::open(program()).unwrap().build_id().map(ToString::to_string);
    let frame = format!("<unknown> in mycc+{offset:#x}");
    let report: CrashReport = serde_json::from_value(json!({
        "timestamp": "2025-10-22T13:05:42.123Z", "version": "1.0.0", "module": "mycc", "thread": "main",
        "signal": "SIGSEGV", "message": "invalid memory access", "code": "F0002",
        "system": {"os": "linux", "arch": "x86_64"},
        "backtrace": [frame, "[... omitted 3 frames ...]", "<unknown> in libother.so+0x10"],
        "frames": [
            {"module": "/gone/mycc", "offset": offset, "build_id": build_id},
            {"module": "/gone/libother.so", "offset": 16, "build_id": "0011"}
        ],
        "threads": [
            {"id": 1, "name": "main", "backtrace": [frame, "[... omitted 3 frames ...]", "<unknown> in libother.so+0x10"]},
            {"id": 2, "name": "worker", "backtrace": ["park", frame]}
        ]
    }))
    .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut capsule = Capsule::new(report);
    capsule.environment.insert("LANG".into(), "fr_FR.UTF-8".into());
    let path = Repository::new(dir.path().join("crashes")).save(&mut capsule).unwrap();
    Workspace { dir, id: capsule.report.id, path }
}

impl Workspace {
    fn run(&self, arguments: &[&str]) -> CommandResult {
        let mut vitte = crate::vitte();
        vitte.current_dir(self.dir.path()).arg("crash").args(arguments).args(["--dir", "crashes"]);
        vitte.env_remove("VITTE_DEBUG_PATH").stdin(Stdio::null());
        CommandResult::new(&vitte.output().unwrap())
    }

    fn good(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!((ended.code, &*ended.stderr), (0, ""), "{arguments:?}: {}", ended.stdout);
        ended.stdout
    }

    fn bad(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!((ended.code, &*ended.stdout), (2, ""), "{arguments:?}: {}", ended.stderr);
        ended.stderr
    }

    fn list(&self) -> Value {
        serde_json::from_str(&self.good(&["list", "--json"])).unwrap()
    }
}

/// Asserts that a capsule has the function in all threads, and what the names do not change.
fn assert_named(path: &Path) {
    let capsule = Capsule::read(path).unwrap();
    let report = &capsule.report;
    let named = report.frames.iter().filter(|frame| frame.function.as_deref() == Some(FUNCTION));
    assert_eq!(named.count(), 1, "{:#?}", report.frames);
    assert!(report.frames.iter().any(|frame| frame.line.is_some()));
    let texts: Vec<&str> = report.backtrace.frames().iter().map(|frame| frame.text()).collect();
    let marker = texts.iter().position(|text| *text == "[... omitted 3 frames ...]").unwrap();
    assert_eq!(
        (marker, texts.len()),
        (report.frames.len() - 1, report.frames.len() + 1),
        "{texts:?}"
    );
    assert_eq!(report.threads[0].backtrace, report.backtrace);
    let worker = report.threads[1].backtrace.to_string();
    assert!(worker.contains(FUNCTION), "{worker}");
    assert_eq!(capsule.environment["LANG"], "fr_FR.UTF-8");
    assert!(capsule.diagnostic.contains(FUNCTION), "{}", capsule.diagnostic);
}

#[test]
fn names_are_added_and_the_crash_moves_with_its_fingerprint() {
    let workspace = workspace();
    let id = &*workspace.id;
    workspace.good(&["html", id]);
    let before = Capsule::read(&workspace.path).unwrap();
    assert!(workspace.good(&["symbolise", id]).ends_with("nothing to add\n"));

    let output = workspace.good(&["symbolise", id, "--debug", &program()]);
    assert!(output.contains("/gone/mycc: 1 of 1 address completed"), "{output}");
    assert!(
        output.contains("/gone/libother.so: 1 address without symbols; its build id is 0011"),
        "{output}"
    );
    let repository = Repository::new(workspace.dir.path().join("crashes"));
    let path = repository.path(id).unwrap();
    assert_ne!(path, workspace.path);
    assert!(!workspace.path.exists() && !workspace.path.parent().unwrap().exists());
    assert_named(&path);
    let after = Capsule::read(&path).unwrap();
    assert_ne!(after.fingerprint, before.fingerprint);
    assert_eq!(after.report.id, id);
    let page = fs::read_to_string(path.with_extension("html")).unwrap();
    assert!(page.contains("mycc") && path.parent().unwrap().join("metadata.json").exists());
    // The index and the newest crash are the new ones.
    let list = workspace.list().to_string();
    assert!(list.contains(&after.fingerprint.to_string()), "{list}");
    assert!(!list.contains(&before.fingerprint.to_string()), "{list}");
    assert_eq!(repository.index().unwrap().repair, vitte_capsule::IndexRepair::default());
    assert!(workspace.good(&["latest"]).contains(FUNCTION));
    assert!(
        workspace.good(&["symbolise", id, "--debug", &program()]).ends_with("nothing to add\n")
    );
}

#[test]
fn a_file_with_another_build_id_is_refused() {
    let workspace = workspace();
    let id = &*workspace.id;
    let other = OTHER;
    let before = fs::read(&workspace.path).unwrap();
    let error = workspace.bad(&["symbolise", id, "--debug", other]);
    for file in [&*program(), other] {
        let build_id = SymbolFile::open(file).unwrap().build_id().unwrap().to_string();
        assert!(error.contains(&build_id), "{error}");
    }
    assert!(error.contains("`mycc` has the build id") && error.contains("--force"), "{error}");
    assert_eq!(fs::read(&workspace.path).unwrap(), before);
    let text = workspace.dir.path().join("text");
    fs::write(&text, "not a program").unwrap();
    for (file, message) in [
        ("text", "not a supported ELF file"),
        ("/dev/null", "not a regular file"),
        ("none", "No such file"),
    ] {
        let error = workspace.bad(&["symbolise", id, "--debug", file]);
        assert!(error.contains(message), "{error}");
    }
    // The user may know better. Whatever is at this offset of the other file, the crash keeps its id.
    let json: Value = serde_json::from_str(&workspace.good(&[
        "symbolise",
        id,
        "--debug",
        other,
        "--force",
        "--json",
    ]))
    .unwrap();
    assert_eq!((&json["id"], &json["modules"][0]["file"]), (&json!(id), &json!(other)));
}

#[test]
fn a_capsule_file_is_symbolised_into_another_file() {
    let workspace = workspace();
    let dir = workspace.dir.path();
    fs::copy(&workspace.path, dir.join("sent.vittecrash")).unwrap();
    let error = workspace.bad(&["symbolise", "sent.vittecrash", "--debug", &program()]);
    assert!(error.contains("--output FILE"), "{error}");
    let arguments =
        ["symbolise", "sent.vittecrash", "--debug", &program(), "--output", "named.vittecrash"];
    assert!(workspace.good(&arguments).ends_with("\nnamed.vittecrash\n"));
    assert_named(&dir.join("named.vittecrash"));
    assert_eq!(fs::read(dir.join("sent.vittecrash")).unwrap(), fs::read(&workspace.path).unwrap());
}

#[test]
fn files_are_found_by_their_build_id() {
    let workspace = workspace();
    let symbols = workspace.dir.path().join("symbols");
    fs::create_dir(&symbols).unwrap();
    std::os::unix::fs::symlink(program(), symbols.join("renamed")).unwrap();
    let mut vitte = crate::vitte();
    vitte.current_dir(workspace.dir.path()).env("VITTE_DEBUG_PATH", &symbols);
    vitte.args(["crash", "symbolise", "latest", "--dir", "crashes"]).stdin(Stdio::null());
    let ended = CommandResult::new(&vitte.output().unwrap());
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
    let path = Repository::new(workspace.dir.path().join("crashes")).path(&workspace.id).unwrap();
    assert_named(&path);
}

#[test]
fn replay_says_if_the_compiler_is_another_build() {
    let workspace = workspace();
    let shown = |program: &str| {
        let mut vitte = crate::vitte();
        vitte.current_dir(workspace.dir.path()).args(["crash", "replay", &workspace.id]);
        vitte.args(["--dir", "crashes", "--dry-run", "--", program]);
        let ended = CommandResult::new(&vitte.output().unwrap());
        assert_eq!((ended.code, &*ended.stderr), (0, ""), "{}", ended.stdout);
        ended.stdout
    };
    let differs = shown(OTHER);
    let row = "\n  note         the compiler differs from the one that crashed: build id ";
    assert_eq!(differs.matches(row).count(), 1, "{differs}");
    assert!(differs.contains("\n  recorded by  mycc 1.0.0\n"), "{differs}");
    let same = shown(&program());
    assert!(same.contains("\n  recorded by  mycc 1.0.0; the program has its build id\n"), "{same}");
    assert!(!same.contains("differs"), "{same}");
}

#[test]
fn two_files_for_one_module_are_an_error() {
    let workspace = workspace();
    let id = &*workspace.id;
    let copy = workspace.dir.path().join("copy");
    std::os::unix::fs::symlink(program(), copy).unwrap();
    let before = fs::read(&workspace.path).unwrap();
    for files in [[&*program(), "copy"], [OTHER, "copy"]] {
        let [first, second] = files;
        let error =
            workspace.bad(&["symbolise", id, "--debug", first, "--debug", second, "--force"]);
        let expected = format!("`{first}` and `{second}` are both for `mycc`; pass one of them");
        assert!(error.contains(&expected), "{error}");
    }
    assert_eq!(fs::read(&workspace.path).unwrap(), before);
}

/// The program may have decided that these are not secrets.
#[test]
fn what_the_capture_stored_is_not_redacted_again() {
    let workspace = workspace();
    let mut capsule = Capsule::read(&workspace.path).unwrap();
    let report = &mut capsule.report;
    report.message = "wrong password=hunter2 in /home/ada/a.c".to_owned();
    report.args = ["mycc", "--token=abc", "/home/ada/a.c"].map(str::to_owned).to_vec();
    report.notes = vec!["secret: xyzzy1234".to_owned()];
    report.threads[1].name = "ada@example.org".to_owned();
    let before = report.clone();
    let mut capsule = Capsule::new(before.clone());
    let repository = Repository::new(workspace.dir.path().join("crashes"));
    repository.save(&mut capsule).unwrap();
    let id = &*capsule.report.id;
    workspace.good(&["symbolise", id, "--debug", &program()]);
    let after = Capsule::read(repository.path(id).unwrap()).unwrap().report;
    assert!(after.backtrace.to_string().contains(FUNCTION));
    assert_eq!(
        (after.message, after.args, after.notes),
        (before.message, before.args, before.notes)
    );
    assert_eq!(after.threads[1].name, before.threads[1].name);
}

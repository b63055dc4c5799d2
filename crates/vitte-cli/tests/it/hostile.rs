//! Repositories whose index and directories lead elsewhere. No command may read or remove a file outside.
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;

use vitte_capsule::{Capsule, CrashReport, Repository};
use vitte_diag::codes;

use crate::vitte;

const SECRET: &str = "the message of the victim";

/// A repository with one crash, and a directory outside of it with a capsule and its HTML report.
struct Attack {
    root: tempfile::TempDir,
    id: String,
    own: PathBuf,
}

fn capsule(message: &str) -> Capsule {
    let mut report = CrashReport::new(codes::F0001, "2025-10-22T13:05:42Z".into(), message.into());
    report.program = "vittec".into();
    Capsule::new(report)
}

impl Attack {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let repository = Repository::new(root.path().join("reports"));
        let mut own = capsule("its own message");
        let path = repository.save(&mut own).unwrap();
        let attack = Self { id: own.report.id, own: path, root };
        let dir = attack.victim();
        fs::create_dir_all(&dir).unwrap();
        capsule(SECRET).write(dir.join(format!("{}.vittecrash", attack.id))).unwrap();
        fs::write(dir.join(format!("{}.html", attack.id)), SECRET).unwrap();
        fs::write(dir.join("metadata.json"), SECRET).unwrap();
        attack
    }

    fn dir(&self) -> PathBuf {
        self.root.path().join("reports")
    }

    /// The directory of the victim, with the same directories above it as a crash has.
    fn victim(&self) -> PathBuf {
        let below = self.own.parent().unwrap().strip_prefix(self.dir().join("panic")).unwrap();
        self.root.path().join("victim").join(below)
    }

    fn victims(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = walkdir::WalkDir::new(self.root.path().join("victim")).sort_by_file_name();
        let files = files.into_iter().map(|entry| entry.unwrap().into_path());
        files.map(|path| (path.clone(), fs::read(path).unwrap_or_default())).collect()
    }

    /// Changes the path of the crash in the index.
    fn set_path(&self, path: &str) {
        let own = self.own.strip_prefix(self.dir()).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(self.dir().join("index.jsonl")).unwrap();
        let text = text.replace(&own, path);
        fs::write(self.dir().join("index.jsonl"), &text).unwrap();
        fs::write(self.dir().join("index.checkpoint"), text.len().to_string()).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = vitte();
        command.arg("crash").args(arguments).arg("--dir").arg(self.dir());
        command.current_dir(self.root.path()).output().unwrap()
    }
}

/// Ways to make the repository lead to the victim.
const WAYS: [fn(&Attack); 5] = [
    |attack| {
        let path = attack.victim().join(attack.own.file_name().unwrap());
        let path = path.strip_prefix(attack.root.path()).unwrap();
        attack.set_path(&format!("../{}", path.to_str().unwrap()));
    },
    |attack| {
        let path = attack.victim().join(attack.own.file_name().unwrap());
        attack.set_path(path.to_str().unwrap());
    },
    |attack| {
        fs::rename(attack.dir().join("panic"), attack.root.path().join("moved")).unwrap();
        symlink(attack.root.path().join("victim"), attack.dir().join("panic")).unwrap();
    },
    |attack| {
        let dir = attack.own.parent().unwrap();
        fs::rename(dir, attack.root.path().join("moved")).unwrap();
        symlink(attack.victim(), dir).unwrap();
    },
    |attack| {
        fs::remove_file(&attack.own).unwrap();
        symlink(attack.victim().join(attack.own.file_name().unwrap()), &attack.own).unwrap();
    },
];

#[test]
fn no_command_reads_or_removes_a_file_outside() {
    let commands: [&[&str]; 22] = [
        &["list"],
        &["list", "--json"],
        &["latest"],
        &["search", "victim"],
        &["stats"],
        &["show", "ID"],
        &["show", "ID", "--full"],
        &["inspect", "ID"],
        &["stack", "ID"],
        &["vars", "ID"],
        &["env", "ID"],
        &["fingerprint", "ID"],
        &["diff", "ID", "ID"],
        &["html", "ID"],
        &["html", "ID", "--out", "-"],
        &["export", "ID", "--out", "copy.vittecrash"],
        &["upload", "ID", "--to", "file", "--out", "uploaded"],
        &["replay", "ID", "--yes"],
        &["clean", "--max-per-fingerprint", "0"],
        &["clear", "ID", "--yes"],
        &["clear", "--yes"],
        &["clear", "--yes", "--json"],
    ];
    for (number, way) in WAYS.iter().enumerate() {
        for command in commands {
            let attack = Attack::new();
            way(&attack);
            let before = attack.victims();
            let arguments: Vec<&str> = command
                .iter()
                .map(|argument| if *argument == "ID" { &*attack.id } else { argument })
                .collect();
            let output = attack.run(&arguments);
            let what = format!("{number}: {command:?}: {output:?}");
            assert_eq!(attack.victims(), before, "{what}");
            let text = [output.stdout, output.stderr].concat();
            assert!(!String::from_utf8_lossy(&text).contains(SECRET), "{what}");
            for file in ["copy.vittecrash", "uploaded"] {
                let path = attack.root.path().join(file);
                assert!(!has_secret(&path), "{what}");
            }
        }
    }
}

/// Returns whether a file or a directory contains the victim's message. A capsule is compressed, so it is read.
fn has_secret(path: &Path) -> bool {
    walkdir::WalkDir::new(path).into_iter().flatten().any(|entry| {
        let capsule = Capsule::read(entry.path()).ok();
        let bytes = fs::read(entry.path()).unwrap_or_default();
        capsule.is_some_and(|capsule| capsule.report.message == SECRET)
            || String::from_utf8_lossy(&bytes).contains(SECRET)
    })
}

#[test]
fn clear_removes_links_themselves_and_says_what_was_ignored() {
    let attack = Attack::new();
    WAYS[0](&attack);
    let output = attack.run(&["list", "--json"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("which is not that of its crash in this repository"), "{stderr}");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    let output = attack.run(&["list", "--json"]);
    assert!(output.stderr.is_empty() && output.status.success(), "it is repaired: {output:?}");

    let attack = Attack::new();
    WAYS[2](&attack);
    let before = attack.victims();
    let link = attack.dir().join("panic");
    let output = attack.run(&["list"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let expected =
        format!("cannot read `{}`: a symbolic link, which is not followed", link.display());
    assert!(stderr.contains(&expected), "{stderr}");
    let output = attack.run(&["clear", "--yes"]);
    assert!(output.status.success(), "{output:?}");
    assert!(link.symlink_metadata().is_err());
    assert_eq!(attack.victims(), before);
}

/// Only root can give a directory to another user.
#[test]
fn a_repository_of_another_user_is_noted() {
    let attack = Attack::new();
    if std::os::unix::fs::chown(attack.dir(), Some(4242), None).is_err() {
        return;
    }
    for command in [&["list"][..], &["show", "latest"], &["clean"], &["clear", "--yes"]] {
        let output = attack.run(command);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let end = "may be forged: it belongs to another user (uid 4242)\n";
        assert!(
            stderr.starts_with("vitte: note: the crashes in `") && stderr.ends_with(end),
            "{stderr}"
        );
        assert!(output.status.success(), "{command:?}");
    }
}

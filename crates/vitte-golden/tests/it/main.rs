//! The tests of `vitte-golden`: suites of a toy compiler in directories that the tests write.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

#[path = "../../../../tests/it/common/mod.rs"]
mod common;

mod annotations;
mod codes;
mod commands;
mod crashes;
mod fixes;
mod goldens;
mod page;
mod reports;
mod runs;
mod rustc;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A directory with the files of a suite.
struct Toy {
    dir: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// The result of a suite.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Toy {
    fn new(files: &[(&str, &str)]) -> Self {
        let toy = Self { dir: tempfile::tempdir().unwrap(), variables: Vec::new() };
        for (name, text) in files {
            toy.write(name, text);
        }
        toy
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Runs the toy compiler as a command.
    fn command(self) -> Self {
        self.with("TOY_MODE", "command")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("ui").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_command(Command::new(toy()).args(arguments))
    }

    /// Runs what a suite has printed as a command.
    #[cfg(unix)]
    fn shell(&self, command: &str) -> Ran {
        self.run_command(Command::new("sh").args(["-c", command]))
    }

    fn run_command(&self, command: &mut Command) -> Ran {
        command.current_dir(self.dir.path()).env("TOY_DIR", "ui").env("NO_COLOR", "1");
        for name in ["BLESS", "CI", "RUST_BACKTRACE", "CARGO_PKG_NAME"] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ran::new(&command.output().unwrap())
    }

    /// Runs one case and returns what is wrong with it. Fails if the case passes.
    #[track_caller]
    fn failure(&self, case: &str) -> String {
        let ran = self.run(&["--exact", case]);
        assert_eq!(ran.code, Some(101), "{ran:#?}");
        let (_, rest) = ran.stdout.split_once(&format!("---- {case} ----\n")).expect(&ran.stdout);
        let (failure, _) = rest.split_once("\nrerun: ").expect(rest);
        let (_, failure) = failure.split_once("\n\n").unwrap();
        failure.to_owned()
    }

    #[track_caller]
    fn passes(&self) {
        let ran = self.run(&[]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    }
}

impl Ran {
    fn new(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The lines of the tests, in the order of their names.
    fn results(&self) -> Vec<String> {
        let lines = self.stdout.lines().filter_map(|line| line.strip_prefix("test "));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines: Vec<String> =
            lines.filter(|line| !line.starts_with("result")).map(words).collect();
        lines.sort();
        lines
    }
}

/// The program of the toy suite, which this package builds as an example.
fn toy() -> &'static Path {
    static TOY: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    TOY.get_or_init(|| common::example("toy").get_program().into())
}

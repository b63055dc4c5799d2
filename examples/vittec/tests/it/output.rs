//! What `vittec` writes is a snapshot.

use std::process::Command;

use crate::common::assert_snapshot;
use crate::vittec;

/// What a command writes: standard output, standard error, exit code.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    format!(
        "{stdout}-- standard error --\n{stderr}-- exit code {} --",
        output.status.code().unwrap()
    )
}

#[test]
fn output_is_a_snapshot() {
    let demo = "examples/vittec/demo";
    assert_snapshot!("example_vittec", output(vittec().args(["check", demo])));
    let json = output(vittec().args(["check", "--error-format=json", demo]));
    assert_snapshot!("example_vittec_json", json);
    let help =
        [["--help"].as_slice(), &["check", "--help"]].map(|args| output(vittec().args(args)));
    assert_snapshot!("example_vittec_help", help.join("\n\n"));
}

//! The output of each example is a snapshot.

use std::fs;

use crate::common::{self, assert_snapshot, example, output, root};

#[test]
fn quickstart() {
    assert_snapshot!("example_quickstart", output(&mut example("quickstart")));
}

#[test]
fn two_files() {
    assert_snapshot!("example_two_files", output(&mut example("two_files")));
}

#[test]
fn codespan() {
    assert_snapshot!("example_codespan", output(&mut example("codespan")));
}

#[test]
fn type_mismatch() {
    assert_snapshot!("example_type_mismatch", output(&mut example("type_mismatch")));
}

#[cfg(feature = "derive")]
#[test]
fn derive() {
    assert_snapshot!("example_derive", output(&mut example("derive")));
}

#[test]
fn read_json() {
    assert_snapshot!("example_read_json", output(&mut example("read_json")));
}

#[test]
fn driver() {
    let dir = common::dir_with(&[("a.txt", "one\ntwo  \n"), ("b.txt", "three")]);
    let runs: [&[&str]; 4] = [
        &["a.txt", "b.txt"],
        &["--deny-warnings", "--error-format=short", "a.txt"],
        &["--allow=TXT0002", "a.txt"],
        &["--help"],
    ];
    let runs = runs.map(|run| output(example("driver").args(run).current_dir(dir.path())));
    assert_snapshot!("example_driver", runs.join("\n\n"));
}

#[test]
fn children() {
    assert_snapshot!("example_children", output(&mut example("children")));
}

#[test]
fn embedded() {
    assert_snapshot!("example_embedded", output(&mut example("embedded")));
}

#[test]
fn every_example_has_a_snapshot() {
    let examples = fs::read_dir(root().join("examples")).unwrap();
    let examples = examples.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    for path in examples {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let snapshot = root().join(format!("tests/snapshots/it__examples__example_{name}.snap"));
        assert!(snapshot.exists(), "the example {name} has no snapshot {}", snapshot.display());
    }
}

//! Snapshots of the output of `vittec`.

use crate::common::{assert_snapshot, output};
use crate::vittec;

#[test]
fn output_matches_the_snapshots() {
    let demo = "examples/vittec/demo";
    assert_snapshot!("example_vittec", output(vittec().args(["check", demo])));
    let json = output(vittec().args(["check", "--error-format=json", demo]));
    assert_snapshot!("example_vittec_json", json);
    let help =
        [["--help"].as_slice(), &["check", "--help"]].map(|args| output(vittec().args(args)));
    assert_snapshot!("example_vittec_help", help.join("\n\n"));
}

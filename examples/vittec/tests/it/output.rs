//! What `vittec` writes is a snapshot.

use crate::common::{assert_snapshot, output};
use crate::vittec;

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

//! Tests that fail, and others.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "they fail")]

use std::collections::BTreeMap;

// So that the program is linked with it.
use vitte_crash as _;

#[test]
fn succeeds() {
    println!("of a test that succeeds");
}

#[test]
#[should_panic(expected = "as expected")]
fn panics() {
    panic!("as expected");
}

#[test]
#[should_panic(expected = "something")]
fn does_not_panic() {}

#[test]
fn catches() {
    assert!(std::panic::catch_unwind(|| panic!("caught")).is_err());
}

mod parser {
    use super::BTreeMap;

    #[test]
    fn fails_with_variables() {
        println!("reading password=hunter2-7Gh9");
        let scope = BTreeMap::from([("area", 4), ("side", 2)]);
        vitte_crash::context("checking", None)
            .with("fn", "area")
            .with_variables(&[("scope", &scope)], || assert_eq!(scope["area"], 5));
    }

    #[test]
    fn fails_after_another_panic() {
        _ = std::panic::catch_unwind(|| panic!("the first"));
        panic!("the second");
    }
}

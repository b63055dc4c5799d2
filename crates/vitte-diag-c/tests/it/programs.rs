//! The C programs of `tests/c`: each tests one part of the header.

use crate::common::check;

#[test]
fn sources() {
    check("sources", &[]);
}

#[test]
fn diagnostics() {
    check("diagnostics", &[]);
}

#[test]
fn bags() {
    check("bags", &[]);
}

//! The C programs of `tests/c`: each tests one part of the header.

use std::fs;

use crate::abi::functions;
use crate::common::{check, dir};

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

#[test]
fn emitters() {
    check("emitters", &[]);
}

#[test]
fn callbacks() {
    check("callbacks", &[]);
}

#[test]
fn fixes() {
    check("fixes", &[]);
}

#[test]
fn threads() {
    check("threads", &[]);
}

#[test]
fn errors() {
    check("errors", &[]);
}

/// Every function of the header is tested from C; each that takes a handle gets those that are not valid.
#[test]
fn every_function_is_tested() {
    let read = |name: &str| fs::read_to_string(dir().join("tests/c").join(name)).unwrap();
    let errors = read("errors.c");
    let others = ["sources.c", "diagnostics.c", "bags.c", "emitters.c", "fixes.c", "crasher.c"]
        .map(read)
        .concat();
    for (name, has_handle) in functions() {
        // A macro of the header without `_at` passes where it is called.
        let call = format!("{}(", name.strip_suffix("_at").unwrap_or(&name));
        assert!(others.contains(&call) || errors.contains(&call), "no test calls {name}");
        let rejects = errors.lines().any(|line| line.contains(&call) && line.contains("(h"));
        let rejects =
            rejects || errors.lines().any(|line| line.contains(&call) && line.contains(" h"));
        assert!(
            rejects || !has_handle,
            "errors.c does not call {name} with handles that are not valid"
        );
    }
}

/// CONTRIBUTING.md has the command for more calls. The same calls are made in each run, except by several threads.
#[test]
fn random_calls() {
    check("fuzz", &["100000", "1"]);
    check("fuzz", &["100000", "2", "4"]);
}

/// The fuzzer calls every function of the header, but those that end the program or write to standard error.
#[test]
fn every_function_is_called_at_random() {
    let text = fs::read_to_string(dir().join("tests/c/fuzz.c")).unwrap();
    let missing = functions().into_iter().map(|(name, _)| name);
    let missing: Vec<_> = missing.filter(|name| !text.contains(&format!("{name}("))).collect();
    assert_eq!(missing, ["diag_emit_human", "vd_crash_install"]);
}

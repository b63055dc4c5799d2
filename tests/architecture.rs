//! The way of the data: right may use left, never the other way, and formats never one another.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate from left to right; those of one place may use each other.
const ORDER: [&[&str]; 10] = [
    &["in_order", "span", "text", "severity", "url", "color", "terminal", "backtrace"],
    &["source", "code", "summary"],
    &["suggestion", "registry"],
    &["diagnostic"],
    &["contract", "policy", "tool"],
    &["bag", "codespan", "fix"],
    &["crash"],
    &["emit"],
    &["cli"],
    &["main"],
];

/// The modules of `emit` from left to right. What is not among them is a format: those stand last, and
/// do not use one another.
const EMIT_ORDER: [&[&str]; 8] = [
    &["excerpt", "glyphs", "style", "escape", "fingerprint", "output", "prose"],
    &["document", "markup"],
    &["canvas"],
    &["pen"],
    &["margin", "calls"],
    &["layout", "patch"],
    &["direct"],
    &["picture"],
];

/// The one file that may use what stands right of it: it gives the command `crash` a name where who has
/// crashes looks for it, and has no code of its own.
const RE_EXPORT: (&str, &str) = ("crash/cli", "cli");

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            found.push(path);
        }
    }
}

/// The code of a file: without comments, and without the tests at its end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n").replace("$crate::", "")
}

/// The names that follow `prefix` in `code`.
fn uses<'a>(code: &'a str, prefix: &str) -> Vec<&'a str> {
    code.split(prefix)
        .skip(1)
        .map(|behind| behind.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap())
        .collect()
}

fn files() -> Vec<(String, PathBuf)> {
    let root = common::root().join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let module = |path: &PathBuf| {
        let path = path.strip_prefix(&root).unwrap().with_extension("");
        path.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("/")
    };
    found.into_iter().map(|path| (module(&path), path)).filter(|(name, _)| name != "lib").collect()
}

#[test]
fn right_uses_left() {
    let place = |module: &str| ORDER.iter().position(|modules| modules.contains(&module));
    for (name, path) in files() {
        let module = name.split('/').next().unwrap();
        let own = place(module).unwrap_or_else(|| panic!("{module} has no place in the order"));
        for used in uses(&code(&path), "crate::") {
            // What is not a module is a name of the crate's root: tests alone use those.
            let theirs = place(used).unwrap_or_else(|| panic!("{name} uses crate::{used}"));
            if (name.as_str(), used) == RE_EXPORT {
                continue;
            }
            assert!(theirs <= own, "{name} uses {used}, which does not stand left of it");
        }
    }
}

#[test]
fn what_may_use_its_right_has_no_code() {
    let path = common::root().join(format!("src/{}.rs", RE_EXPORT.0));
    assert_eq!(code(&path).trim(), "pub use crate::cli::CrashArgs;");
}

#[test]
fn formats_do_not_use_one_another() {
    let place = |module: &str| {
        let step = EMIT_ORDER.iter().position(|modules| modules.contains(&module));
        step.unwrap_or(EMIT_ORDER.len())
    };
    for (name, path) in files() {
        let Some(module) = name.strip_prefix("emit/").and_then(|name| name.split('/').next())
        else {
            continue;
        };
        // The list of the formats names them all; what makes one of a setup stands beside it.
        if matches!(module, "mod" | "format") {
            continue;
        }
        let own = place(module);
        let code = code(&path);
        // In a file of `emit` itself `super` is `emit`; deeper it is the module, which is its own.
        let is_direct = name.matches('/').count() == 1;
        for grouped in ["super::{", "crate::{", "use crate::emit"] {
            let is_there = code.contains(grouped) && (is_direct || grouped != "super::{");
            assert!(!is_there, "{name}: write one `use` for each module of emit");
        }
        for used in uses(&code, "super::").into_iter().filter(|used| is_direct && !used.is_empty())
        {
            let is_left = place(used) < own || (used == "format" && own == EMIT_ORDER.len());
            assert!(is_left, "{name} uses emit::{used}, which does not stand left of it");
        }
        assert!(!code.contains("super::super::"), "{name} reaches over its module");
    }
}

/// There is one room with `unsafe` code, and each block of it says what makes it sound.
#[test]
fn unsafe_code_is_in_one_room() {
    for (name, path) in files() {
        let code = code(&path);
        let blocks = code.matches("unsafe {").count() + code.matches("unsafe impl").count();
        if !name.starts_with("crash/signal/") {
            assert_eq!((blocks, code.contains("unsafe_code")), (0, false), "{name}");
        } else {
            let text = fs::read_to_string(&path).unwrap();
            let reasons = text.matches("// SAFETY: ").count();
            assert!(reasons >= blocks, "{name}: {blocks} blocks, {reasons} reasons");
        }
    }
}

/// The source of each file is small enough to be one thing.
#[test]
fn files_are_rooms_not_halls() {
    for (name, path) in files() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{name} has {lines} lines: which name is missing?");
    }
}

/// A build without features has the packages that were asked for, and five small ones that need
/// no other.
#[test]
fn dependencies_are_the_ones_asked_for() {
    let manifest = fs::read_to_string(common::root().join("Cargo.toml")).unwrap();
    let (_, behind) = manifest.split_once("[dependencies]\n").unwrap();
    let names: Vec<_> = behind
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_once(" = ").unwrap().0)
        .collect();
    let asked = [
        "codespan-reporting",
        "is-terminal",
        "line-index",
        "percent-encoding",
        "serde",
        "serde_json",
        "siphasher",
        "smallvec",
        "strsim",
        "termcolor",
        "unicode-segmentation",
        "unicode-width",
    ];
    assert_eq!(names, asked);
}

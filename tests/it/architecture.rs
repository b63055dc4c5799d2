//! The order of the crates and of their rooms, as `docs/architecture.md` prints it, held against the code.

mod imports;

use std::collections::BTreeMap;
use std::fs;

use imports::Crate;

use crate::common::root;

/// The crates, each with its folder.
const CRATES: [(&str, &str); 5] = [
    ("vitte-diag", "."),
    ("vitte-capsule", "crates/vitte-capsule"),
    ("vitte-crash", "crates/vitte-crash"),
    ("vitte-cli", "crates/vitte-cli"),
    ("vittec", "examples/vittec"),
];

/// The modules of `emit` from left to right. What is not among them is a format, and those do not use one
/// another; `format`, which lists them, stands right of them.
const EMIT: [&[&str]; 9] = [
    &["options", "excerpt", "glyphs", "style", "escape", "fingerprint", "output", "prose"],
    &["document", "markup"],
    &["canvas"],
    &["pen"],
    &["margin", "calls"],
    &["layout", "patch"],
    &["direct"],
    &["renderer"],
    &[
        "github", "gitlab", "html", "human", "json", "junit", "lsp", "narrated", "rdjson", "sarif",
        "short",
    ],
];

fn crates() -> impl Iterator<Item = (&'static str, Crate)> {
    CRATES.into_iter().map(|(name, folder)| (name, Crate::read(&root().join(folder).join("src"))))
}

/// The blocks of `docs/architecture.md` that begin with a name and a colon, each line cut into its words.
fn printed(name: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let head = format!("```text\n{name}:\n");
    let (_, behind) = page.split_once(&head).unwrap_or_else(|| panic!("{name} is not on the page"));
    let block = behind.split("```").next().unwrap();
    let rooms = |line: &str| {
        let (rooms, _) = line.split_once("  # ").unwrap_or((line, ""));
        rooms.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    block.lines().map(rooms).collect()
}

#[test]
fn right_uses_left() {
    let mut wrong = Vec::new();
    for (name, source) in crates() {
        let order = printed(name);
        let place = |room: &str| order.iter().position(|rooms| rooms.iter().any(|own| own == room));
        for module in source.code.keys().filter(|module| !module.is_empty()) {
            let room = module.split('/').next().unwrap();
            let own =
                place(room).unwrap_or_else(|| panic!("{name}: {room} has no place on the page"));
            for (used, path) in source.uses(module) {
                let theirs = used.split('/').next().unwrap();
                let is_left = theirs == room || place(theirs).is_some_and(|theirs| theirs < own);
                if !is_left {
                    // What is in the crate's root has no place either: it is named where it is from.
                    wrong.push(format!("{name}: {module} uses {path}"));
                }
            }
        }
        let rooms = order.iter().flatten();
        rooms.for_each(|room| assert!(source.code.contains_key(room), "{name} has no room {room}"));
    }
    assert!(wrong.is_empty(), "these do not stand left: {wrong:#?}");
}

#[test]
fn no_modules_use_one_another_in_a_circle() {
    for (name, source) in crates() {
        assert_eq!(source.circle(), None, "{name}");
    }
}

#[test]
fn formats_do_not_use_one_another() {
    let source = Crate::read(&root().join("src"));
    let place = |module: &str| EMIT.iter().position(|modules| modules.contains(&module));
    for module in source.code.keys() {
        let Some(own) = module.strip_prefix("emit/").and_then(|inner| inner.split('/').next())
        else {
            continue;
        };
        if own == "format" {
            continue;
        }
        let own_place =
            place(own).unwrap_or_else(|| panic!("emit::{own} has no place in the order"));
        for (used, path) in source.uses(module) {
            let Some(used) = used.strip_prefix("emit/").and_then(|inner| inner.split('/').next())
            else {
                continue;
            };
            let is_left = used == own || place(used).is_some_and(|place| place < own_place);
            assert!(is_left, "{module} uses {path}, which does not stand left of it");
        }
    }
}

/// The packages of this workspace that a package links.
fn linked(folder: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let sections = manifest.split("\n[").skip(1).map(|section| section.split_once(']').unwrap());
    let is_linked = |head: &str| {
        head == "dependencies" || (head.starts_with("target.") && head.ends_with(".dependencies"))
    };
    let lines = sections.filter(|(head, _)| is_linked(head)).flat_map(|(_, lines)| lines.lines());
    let own = lines.filter(|line| line.starts_with("vitte"));
    let name = |line: &str| {
        // A program that links the capture has no feature of the data that it did not ask for.
        let is_plain = !folder.ends_with("vitte-crash") || !line.contains("features");
        assert!(is_plain, "{folder}: {line}");
        line.split(['.', ' ']).next().unwrap().to_owned()
    };
    own.map(name).collect()
}

#[test]
fn crates_use_those_that_the_page_says() {
    let printed: BTreeMap<String, Vec<String>> = printed("crates")
        .into_iter()
        .map(|line| (line[0].trim_end_matches(':').to_owned(), line[1..].to_vec()))
        .collect();
    for (position, (name, folder)) in CRATES.into_iter().enumerate() {
        let mut linked = linked(folder);
        linked.sort();
        assert_eq!(linked, printed[name], "{name}");
        let is_before = |used: &String| CRATES[..position].iter().any(|(before, _)| before == used);
        assert!(linked.iter().all(is_before), "{name} uses {linked:?}");
    }
}

/// There is one room with `unsafe` code, and each block of it says what makes it sound.
#[test]
fn unsafe_code_is_in_one_room() {
    for (name, source) in crates() {
        if !["vitte-crash", "vittec"].contains(&name) {
            assert!(source.code[""].contains("#![forbid(unsafe_code)]"), "{name}");
        }
        for (module, code) in &source.code {
            let blocks = code.matches("unsafe {").count() + code.matches("unsafe impl").count();
            let may = (name == "vitte-crash" && (module == "sys" || module.starts_with("sys/")))
                // It crashes when it is asked to.
                || (name == "vittec" && module == "crash");
            if may {
                let text = fs::read_to_string(&source.files[module]).unwrap();
                let reasons = text.matches("// SAFETY: ").count();
                assert!(reasons >= blocks, "{module}: {blocks} blocks, {reasons} reasons");
            } else {
                assert_eq!(blocks, 0, "{name}: {module}");
                assert!(!code.contains("allow(unsafe_code"), "{name}: {module}");
            }
        }
    }
}

/// The source of each file is small enough to be one thing.
#[test]
fn files_are_rooms_not_halls() {
    for (name, source) in crates() {
        for (module, path) in &source.files {
            let lines = fs::read_to_string(path).unwrap().lines().count();
            assert!(lines <= 400, "{name}: {module} has {lines} lines: which name is missing?");
        }
    }
}

/// A build of the engine without features has the packages that were asked for, and six small ones.
#[test]
fn dependencies_are_the_ones_asked_for() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, behind) = manifest.split_once("\n[dependencies]\n").unwrap();
    let names: Vec<_> = behind
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_once('.').unwrap().0)
        .collect();
    let asked = [
        "codespan-reporting",
        "indexmap",
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

/// Each dependency is written once, with the reason why it is there.
#[test]
fn each_dependency_is_written_once_and_has_a_reason() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, behind) = workspace.split_once("\n[workspace.dependencies]\n").unwrap();
    let lines = behind.split("\n[").next().unwrap().lines();
    for line in lines.filter(|line| line.contains(" = ") && !line.starts_with("vitte")) {
        assert!(line.contains(" # "), "there is no reason for {line}");
    }
    for (name, folder) in CRATES {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        for section in manifest.split("\n[").skip(1) {
            let (head, lines) = section.split_once(']').unwrap();
            let is_list = head.ends_with("dependencies") && !head.starts_with("workspace");
            for line in lines.lines().filter(|line| is_list && line.contains('=')) {
                let is_pinned = line.contains("version = \"=");
                assert!(line.contains("workspace = true") || is_pinned, "{name}: {line}");
            }
        }
    }
}

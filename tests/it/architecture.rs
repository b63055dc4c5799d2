//! Checks the code against the layers of crates and modules in `docs/architecture.md`.

mod imports;

use std::collections::BTreeMap;
use std::fs;

use imports::Crate;

use crate::common::root;

/// The crates, each with its directory.
const CRATES: [(&str, &str); 9] = [
    ("vitte-diag-derive", "crates/vitte-diag-derive"),
    ("vitte-diag", "."),
    ("vitte-capsule", "crates/vitte-capsule"),
    ("vitte-crash", "crates/vitte-crash"),
    ("vitte-golden", "crates/vitte-golden"),
    ("vitte-lsp", "crates/vitte-lsp"),
    ("vitte-diag-c", "crates/vitte-diag-c"),
    ("vitte-cli", "crates/vitte-cli"),
    ("vittec", "examples/vittec"),
];

/// The layers of `emit`: a module uses only modules of earlier layers. The last layer is the formats; `format`,
/// which lists them, may use all of them.
const EMIT_LAYERS: [&[&str]; 16] = [
    &["json_writer"],
    &[
        "glyphs",
        "role",
        "text_style",
        "editor_url",
        "chunks",
        "escape",
        "fingerprint",
        "output",
        "plain_text",
        "step_message",
        "tee",
    ],
    &["place", "rdf"],
    &["excerpt", "style", "sgr", "document", "markup"],
    &["theme", "highlight"],
    &["sequences", "options"],
    &["canvas"],
    &["pen"],
    &["margin", "row_text"],
    &["frames"],
    &["layout", "patch"],
    &["direct"],
    &["renderer"],
    &[
        "azure",
        "baseline",
        "bitbucket",
        "checkstyle",
        "csv",
        "gcc",
        "github",
        "gitlab",
        "html",
        "human",
        "json",
        "junit",
        "lsp",
        "narrated",
        "rdjson",
        "rdjsonl",
        "rustc",
        "sarif",
        "short",
        "sonarqube",
        "tap",
        "teamcity",
    ],
    &["format"],
    &["render"],
];

fn crates() -> impl Iterator<Item = (&'static str, Crate)> {
    CRATES.into_iter().map(|(name, dir)| (name, Crate::read(&root().join(dir).join("src"))))
}

/// Returns the block of `docs/architecture.md` that begins with a name and a colon: a layer per line, as words.
fn documented_layers(name: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let head = format!("```text\n{name}:\n");
    let (_, rest) =
        page.split_once(&head).unwrap_or_else(|| panic!("docs/architecture.md has no {name}"));
    let block = rest.split("```").next().unwrap();
    let layer = |line: &str| {
        let (modules, _) = line.split_once("  # ").unwrap_or((line, ""));
        modules.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    block.lines().map(layer).collect()
}

#[test]
fn modules_use_only_earlier_layers() {
    let mut wrong = Vec::new();
    for (name, source) in crates() {
        let layers = documented_layers(name);
        let layer_of =
            |module: &str| layers.iter().position(|layer| layer.iter().any(|own| own == module));
        for module in source.code.keys().filter(|module| !module.is_empty()) {
            let top = module.split('/').next().unwrap();
            let own = layer_of(top)
                .unwrap_or_else(|| panic!("{name}: {top} is not in docs/architecture.md"));
            for (used, path) in source.uses(module) {
                let used = used.split('/').next().unwrap();
                let is_earlier = used == top || layer_of(used).is_some_and(|layer| layer < own);
                if !is_earlier {
                    // The crate's root is in no layer: items are imported from the module that defines them.
                    wrong.push(format!("{name}: {module} uses {path}"));
                }
            }
        }
        for module in layers.iter().flatten() {
            assert!(source.code.contains_key(module), "{name} has no module {module}");
        }
    }
    assert!(wrong.is_empty(), "these modules are not in an earlier layer: {wrong:#?}");
}

#[test]
fn modules_have_no_cycles() {
    for (name, source) in crates() {
        assert_eq!(source.cycle(), None, "{name}");
    }
}

#[test]
fn formats_do_not_use_one_another() {
    let source = Crate::read(&root().join("src"));
    let layer_of = |module: &str| EMIT_LAYERS.iter().position(|modules| modules.contains(&module));
    for module in source.code.keys() {
        let Some(own) = module.strip_prefix("emit/").and_then(|inner| inner.split('/').next())
        else {
            continue;
        };
        let own_layer =
            layer_of(own).unwrap_or_else(|| panic!("emit::{own} is not in EMIT_LAYERS"));
        for (used, path) in source.uses(module) {
            let Some(used) = used.strip_prefix("emit/").and_then(|inner| inner.split('/').next())
            else {
                continue;
            };
            let is_earlier = used == own || layer_of(used).is_some_and(|layer| layer < own_layer);
            assert!(is_earlier, "{module} uses {path}, which is not in an earlier layer");
        }
    }
}

/// Returns the packages of this workspace that a package depends on, without build and development dependencies.
fn dependencies(dir: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(dir).join("Cargo.toml")).unwrap();
    let sections = manifest.split("\n[").skip(1).map(|section| section.split_once(']').unwrap());
    let is_dependencies = |head: &str| {
        head == "dependencies" || (head.starts_with("target.") && head.ends_with(".dependencies"))
    };
    let lines =
        sections.filter(|(head, _)| is_dependencies(head)).flat_map(|(_, lines)| lines.lines());
    let own = lines.filter(|line| line.starts_with("vitte"));
    let name = |line: &str| {
        // A program with the crash handler gets only those features of vitte-capsule that it enables itself, and the
        // names of its frames.
        let is_plain = !dir.ends_with("vitte-crash")
            || !line.contains("features")
            || line.contains("features = [\"symbols\"]");
        assert!(is_plain, "{dir}: {line}");
        line.split(['.', ' ']).next().unwrap().to_owned()
    };
    own.map(name).collect()
}

#[test]
fn crates_depend_on_each_other_as_documented() {
    let documented: BTreeMap<String, Vec<String>> = documented_layers("crates")
        .into_iter()
        .map(|line| (line[0].trim_end_matches(':').to_owned(), line[1..].to_vec()))
        .collect();
    for (position, (name, dir)) in CRATES.into_iter().enumerate() {
        let mut used = dependencies(dir);
        used.sort();
        used.dedup();
        assert_eq!(used, documented[name], "{name}");
        let is_before = |used: &String| CRATES[..position].iter().any(|(before, _)| before == used);
        assert!(used.iter().all(is_before), "{name} uses {used:?}");
    }
}

/// Only one module has `unsafe` code, and each block of it has a SAFETY comment.
#[test]
fn unsafe_code_is_in_one_module() {
    for (name, source) in crates() {
        if !["vitte-crash", "vitte-diag-c", "vittec"].contains(&name) {
            assert!(source.code[""].contains("#![forbid(unsafe_code)]"), "{name}");
        }
        for (module, code) in &source.code {
            let blocks = code.matches("unsafe {").count() + code.matches("unsafe impl").count();
            let is_in = |top: &str| module.split('/').next() == Some(top);
            let is_allowed = (name == "vitte-crash" && is_in("sys"))
                || (name == "vitte-diag-c" && is_in("abi"))
                // Crashes on request, to show the crash handler.
                || (name == "vittec" && module == "crash");
            if is_allowed {
                let text = fs::read_to_string(&source.files[module]).unwrap();
                let comments = text.matches("// SAFETY: ").count();
                assert!(
                    comments >= blocks,
                    "{module}: {blocks} blocks, {comments} SAFETY comments"
                );
            } else {
                assert_eq!(blocks, 0, "{name}: {module}");
                assert!(!code.contains("allow(unsafe_code"), "{name}: {module}");
            }
        }
    }
}

#[test]
fn files_have_at_most_400_lines() {
    for (name, source) in crates() {
        for (module, path) in &source.files {
            let lines = fs::read_to_string(path).unwrap().lines().count();
            assert!(lines <= 400, "{name}: {module} has {lines} lines: split it");
        }
    }
}

/// The direct dependencies of the engine without features, as listed in `docs/architecture.md`.
#[test]
fn the_engine_has_only_the_listed_dependencies() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, rest) = manifest.split_once("\n[dependencies]\n").unwrap();
    let names: Vec<_> = rest
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_once('.').unwrap().0)
        .collect();
    let listed = [
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
        "unicode-normalization",
        "unicode-segmentation",
        "unicode-width",
    ];
    assert_eq!(names, listed);
}

/// Dependencies are declared only in the workspace, each with a comment that states its reason.
#[test]
fn each_dependency_is_declared_once_and_has_a_reason() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, rest) = workspace.split_once("\n[workspace.dependencies]\n").unwrap();
    let lines = rest.split("\n[").next().unwrap().lines();
    for line in lines.filter(|line| line.contains(" = ") && !line.starts_with("vitte")) {
        assert!(line.contains(" # "), "no reason is stated for {line}");
    }
    for (name, dir) in CRATES {
        let manifest = fs::read_to_string(root().join(dir).join("Cargo.toml")).unwrap();
        for section in manifest.split("\n[").skip(1) {
            let (head, lines) = section.split_once(']').unwrap();
            let is_list = head.ends_with("dependencies") && !head.starts_with("workspace");
            for line in lines.lines().filter(|line| is_list && line.contains('=')) {
                let is_pinned = line.contains("version = \"=");
                // Published packages have no development dependencies by path, so publishing is not circular.
                let is_engine = head == "dev-dependencies" && line.contains("path = \"../..\"");
                let is_allowed = line.contains("workspace = true") || is_pinned || is_engine;
                assert!(is_allowed, "{name}: {line}");
            }
        }
    }
}

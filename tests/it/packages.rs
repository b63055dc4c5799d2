//! The manifests and licenses of the packages that are published, and what their documentation says about features.

use std::fs;
use std::path::Path;

use crate::common::root;

/// The packages in the order in which they are published, each with its directory.
const PACKAGES: [(&str, &str); 8] = [
    ("vitte-diag-derive", "crates/vitte-diag-derive"),
    ("vitte-diag", "."),
    ("vitte-capsule", "crates/vitte-capsule"),
    ("vitte-crash", "crates/vitte-crash"),
    ("vitte-golden", "crates/vitte-golden"),
    ("vitte-lsp", "crates/vitte-lsp"),
    ("vitte-diag-c", "crates/vitte-diag-c"),
    ("vitte-cli", "crates/vitte-cli"),
];

fn read(dir: &str, file: impl AsRef<Path>) -> String {
    let path = root().join(dir).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a section of a manifest, or none.
fn section<'a>(manifest: &'a str, head: &str) -> impl Iterator<Item = &'a str> {
    let lines = manifest.lines().skip_while(move |line| *line != head).skip(1).collect::<Vec<_>>();
    lines.into_iter().take_while(|line| !line.starts_with('['))
}

#[test]
fn manifests_have_what_crates_io_and_docs_rs_need() {
    for (name, dir) in PACKAGES {
        let manifest = read(dir, "Cargo.toml");
        let package: Vec<&str> = section(&manifest, "[package]").collect();
        let documentation = format!("documentation = \"https://docs.rs/{name}\"");
        for line in [
            "license.workspace = true",
            "readme = \"README.md\"",
            "repository.workspace = true",
            "rust-version.workspace = true",
            "version.workspace = true",
            &documentation,
        ] {
            assert!(package.contains(&line), "{name}: {line}");
        }
        for key in ["description", "keywords", "categories", "include"] {
            let has_key = package.iter().any(|line| line.starts_with(&format!("{key} = ")));
            assert!(has_key, "{name}: {key}");
        }
        let docs_rs: Vec<&str> = section(&manifest, "[package.metadata.docs.rs]").collect();
        for line in ["all-features = true", "rustdoc-args = [\"--cfg\", \"docsrs\"]"] {
            assert!(docs_rs.contains(&line), "{name}: {line}");
        }
        assert_eq!(read(dir, "LICENSE"), read(".", "LICENSE"), "{name}");
    }
}

#[test]
fn the_documentation_of_a_crate_lists_its_features() {
    for (name, dir) in PACKAGES {
        let manifest = read(dir, "Cargo.toml");
        let features = section(&manifest, "[features]").filter(|line| line.contains(" = ["));
        let features = features.filter(|line| !line.starts_with("default = "));
        let features: Vec<&str> = features.filter_map(|line| line.split(' ').next()).collect();
        let library = read(dir, "src/lib.rs");
        assert!(library.contains("#![cfg_attr(docsrs, feature(doc_cfg))]"), "{name}");
        let rows = library.lines().filter_map(|line| line.strip_prefix("//! | `"));
        let rows: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        assert_eq!(rows, features, "{name}");
    }
}

/// Both are the version of the workspace: a person who reports a problem names one.
#[test]
fn the_extension_has_the_version_of_the_packages() {
    for file in ["package.json", "package-lock.json"] {
        let json: serde_json::Value = serde_json::from_str(&read("editors/vscode", file)).unwrap();
        assert_eq!(json["version"], env!("CARGO_PKG_VERSION"), "{file}");
    }
}

#[test]
fn contributing_has_the_order_of_publication() {
    let page = read(".", "CONTRIBUTING.md");
    let commands = PACKAGES.map(|(name, _)| page.find(&format!("cargo publish -p {name}\n")));
    assert!(commands.iter().all(Option::is_some) && commands.is_sorted(), "{commands:?}");
}

//! `CODES.md` is generated from the pages of the codes, and the pages are complete.
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use vitte_diag::{codes, registry};

use crate::common::root;

const CODES_MD: &str = "# Codes\n\n\
    Generated from the pages in [`codes/`](codes/) by `UPDATE_CODES=1 cargo test --test it codes`.\n\n\
    Codes are never reused: a retired code keeps its page.\n\n";

#[test]
fn codes_md_is_up_to_date() {
    let path = root().join("CODES.md");
    let generated = CODES_MD.to_owned() + &registry::table(registry::pages());
    if std::env::var_os("UPDATE_CODES").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(
        written, generated,
        "CODES.md is out of date: run UPDATE_CODES=1 cargo test --test it codes"
    );
}

#[test]
fn every_page_is_registered_and_every_registered_code_has_a_page() {
    let pages: BTreeSet<PathBuf> =
        fs::read_dir(root().join("codes")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let registered: BTreeSet<PathBuf> = registry::pages()
        .map(|page| root().join("codes").join(format!("{}.md", page.code)))
        .collect();
    assert_eq!(pages, registered);
    assert_eq!(registry::explain("E0001").unwrap().code, codes::E0001);
}

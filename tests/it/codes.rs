//! The pages of the codes are true, complete, and what `CODES.md` is made of.
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use vitte_diag::{codes, registry};

use crate::common::root;

const CODES_MD: &str = "# Codes\n\n\
    Made from the pages in [`codes/`](codes/) by `UPDATE_CODES=1 cargo test --test it codes`.\n\n\
    A code is never used again: one that is retired keeps its page.\n\n";

#[test]
fn codes_md_is_what_the_pages_make() {
    let path = root().join("CODES.md");
    let made = CODES_MD.to_owned() + &registry::table(registry::pages());
    if std::env::var_os("UPDATE_CODES").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, made, "it is stale: run UPDATE_CODES=1 cargo test --test it codes");
}

#[test]
fn every_page_is_listed_and_every_listed_code_has_its_page() {
    let pages: BTreeSet<PathBuf> =
        fs::read_dir(root().join("codes")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let listed: BTreeSet<PathBuf> = registry::pages()
        .map(|page| root().join("codes").join(format!("{}.md", page.code)))
        .collect();
    assert_eq!(pages, listed);
    assert_eq!(registry::explain("E0001").unwrap().code, codes::E0001);
}

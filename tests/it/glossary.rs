//! The words of `docs/glossary.md`, compared with the pages, the texts and the public names.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::common::root;

/// Directories with pages and code of ours.
const DIRS: [&str; 10] =
    ["src", "codes", "crates", "docs", "editors", "examples", "tests", "benches", "fuzz", ".ci"];

/// Pages in the root.
const PAGES: [&str; 6] =
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", "BENCHMARKS.md", "CODES.md", "CHANGELOG.md"];

/// Phrases of the column "not" that are part of plain English in these combinations.
const ALLOWED: [&str; 3] = ["it is no longer", "that is no longer", "which is no longer"];

fn glossary() -> String {
    fs::read_to_string(root().join("docs/glossary.md")).unwrap()
}

/// The phrases of the last column of every table, in lower case.
fn phrases() -> Vec<String> {
    let glossary = glossary();
    let rows = glossary.lines().filter(|line| line.starts_with("| ") && !line.ends_with("| not |"));
    let last = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    let phrases = last.flat_map(|column| column.split(','));
    let phrases = phrases.map(|phrase| phrase.trim().trim_matches('`').to_lowercase());
    phrases.filter(|phrase| !phrase.is_empty()).collect()
}

/// The words that no public name contains.
fn words() -> Vec<String> {
    let glossary = glossary();
    let (_, list) = glossary.split_once("do not contain these words:").unwrap();
    let list = list.trim().trim_end_matches('.');
    list.split(',').map(|word| word.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Files with text of ours: pages, Rust, templates and scripts.
fn files() -> Vec<PathBuf> {
    let is_text = |path: &Path| {
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
        matches!(end, "rs" | "md" | "html" | "toml" | "lua" | "el" | "ts" | "mjs" | "cjs")
            || path.parent().is_some_and(|dir| dir.file_name() == Some(".ci".as_ref()))
    };
    let in_dirs = DIRS.iter().flat_map(|dir| {
        WalkDir::new(root().join(dir)).sort_by_file_name().into_iter().filter_entry(|entry| {
            !matches!(
                entry.file_name().to_str(),
                Some("target" | "schemas" | "corpus" | "node_modules" | "dist")
            )
        })
    });
    let in_dirs = in_dirs.map(|entry| entry.unwrap().into_path());
    let pages = PAGES.iter().map(|page| root().join(page));
    let own = ["docs/glossary.md", "tests/it/glossary.rs"].map(|path| root().join(path));
    in_dirs
        .chain(pages)
        .filter(|path| path.is_file() && is_text(path) && !own.contains(path))
        .collect()
}

/// A text as words: lower case, without marks of comments, line ends and repeated blanks. The list of old names
/// in the changelog is not text.
fn normalised(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = match text.split_once("<!-- old names -->") {
        Some((before, rest)) => {
            let (_, after) = rest.split_once("<!-- end of old names -->").unwrap();
            format!("{before}{after}")
        }
        None => text,
    };
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        let comment = ["//!", "///", "//", "#", ">", "--", ";;;", ";;"]
            .iter()
            .find_map(|mark| line.strip_prefix(mark));
        comment.unwrap_or(line)
    });
    let words = lines.flat_map(str::split_whitespace).map(str::to_lowercase);
    words.collect::<Vec<_>>().join(" ")
}

/// The offsets at which a phrase is found as whole words.
fn found<'a>(text: &'a str, phrase: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(phrase).map(|(at, _)| at).filter(move |&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        let is_whole = !before.is_some_and(is_word) && !after.is_some_and(is_word);
        is_whole && !ALLOWED.iter().any(|allowed| text[at..].starts_with(allowed))
    })
}

/// The text around an offset.
fn around(text: &str, at: usize) -> &str {
    let start = (at.saturating_sub(40)..=at).find(|&at| text.is_char_boundary(at)).unwrap();
    let end = (at + 60..).find(|&at| at >= text.len() || text.is_char_boundary(at)).unwrap();
    &text[start..end.min(text.len())]
}

#[test]
fn texts_use_the_words_of_the_glossary() {
    let phrases = phrases();
    assert!(phrases.len() > 40, "{phrases:?}");
    let mut wrong = Vec::new();
    for path in files() {
        let text = normalised(&path);
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        for phrase in &phrases {
            wrong.extend(
                found(&text, phrase)
                    .map(|at| format!("{path}: `{phrase}` in `{}`", around(&text, at))),
            );
        }
    }
    assert!(wrong.is_empty(), "{} texts:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_phrase_is_found_over_line_ends_and_as_whole_words() {
    let text = "it is no longer here; it is no file; so many-sided; unmended";
    assert_eq!(found(text, "it is no").collect::<Vec<_>>(), [22]);
    assert_eq!(found(text, "so many").count(), 1);
    assert_eq!(found(text, "mended").count(), 0);
}

/// A name as words: `left_out`, `LeftOut` and `LEFT_OUT` are all `left out`.
fn split(name: &str) -> String {
    let mut words = String::from(" ");
    let mut before = '_';
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && before.is_lowercase()) {
            words.push(' ');
        }
        if c != '_' {
            words.extend(c.to_lowercase());
        }
        before = c;
    }
    words + " "
}

#[test]
fn names_are_split_into_words() {
    assert_eq!(["left_out", "LeftOut", "LEFT_OUT"].map(split), [" left out "; 3]);
}

/// The public names of a file: items, fields, variants of public enums, and clap arguments.
fn public_names(text: &str) -> impl Iterator<Item = &str> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter_map(|line| {
        let mut rest = line.trim_start().strip_prefix("pub ")?;
        for keyword in [
            "const fn ",
            "unsafe ",
            "const ",
            "async ",
            "static ",
            "fn ",
            "struct ",
            "enum ",
            "trait ",
            "type ",
            "mod ",
        ] {
            rest = rest.strip_prefix(keyword).unwrap_or(rest);
        }
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    })
}

#[test]
fn public_names_use_the_words_of_the_glossary() {
    let words = words();
    assert!(words.len() > 20, "{words:?}");
    let mut count = 0;
    let mut wrong = Vec::new();
    for dir in ["src", "crates/vitte-capsule/src", "crates/vitte-crash/src", "crates/vitte-cli/src"]
    {
        for entry in WalkDir::new(root().join(dir)).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            if path.extension().is_none_or(|end| end != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for name in public_names(&text) {
                count += 1;
                let split = split(name);
                let bad = words.iter().find(|word| split.contains(&format!(" {word} ")));
                wrong.extend(bad.map(|word| format!("{}: `{name}` has `{word}`", path.display())));
            }
        }
    }
    assert!(count > 500, "{count} public names");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

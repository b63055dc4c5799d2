//! The README and the pages of `docs/` show programs that compile and what they write.

pub mod pages;

use std::fs;
use std::path::Path;

use pages::{Block, Page};
use vitte_diag::{Format, Stream};

use crate::common::{example, root};

/// The pages that are specifications: their blocks are pictures and formats, not output.
const SPECIFICATIONS: [&str; 3] =
    ["docs/architecture.md", "docs/capsule-format.md", "docs/decisions/"];

/// The most lines of the README: it is one page, and the manual is in `docs/`.
const MAX_README_LINES: usize = 250;

fn readme() -> Page {
    Page::read(&root(), "README.md")
}

/// The names and texts of the Rust files in a directory, and below it.
fn programs(dir: &Path, is_deep: bool) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "rs") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            found.push((name, fs::read_to_string(&path).unwrap()));
        } else if is_deep && path.is_dir() {
            found.extend(programs(&path, true));
        }
    }
    found
}

/// A program without its first comment, as a page shows it.
fn body(program: &str) -> &str {
    program.split_once("\n\n").map_or(program, |(_, body)| body)
}

/// The name of the engine's example that a block is, if it is the whole of one.
fn example_of(block: &Block) -> Option<String> {
    let examples = programs(&root().join("examples"), false);
    let own = examples.into_iter().find(|(_, program)| body(program) == block.text);
    own.map(|(name, _)| name)
}

/// The programs before and after moving to this engine. The tests of their package compare the pages with what they
/// write.
fn moving_programs() -> Vec<(String, String)> {
    programs(&root().join("examples/parsers/moving"), false)
}

/// Returns true if `program` has the lines of `excerpt` in their order, whatever the indentation. A line of the
/// excerpt that starts with `// …` stands for any number of lines of the program.
fn has_excerpt(program: &str, excerpt: &str) -> bool {
    let lines: Vec<&str> = program.lines().map(str::trim).collect();
    let excerpt: Vec<&str> = excerpt.lines().map(str::trim).collect();
    let mut rest = &*lines;
    excerpt.split(|line| line.starts_with("// …")).filter(|part| !part.is_empty()).all(|part| {
        let at = rest.windows(part.len()).position(|window| window == part);
        rest = at.map_or(rest, |at| &rest[at + part.len()..]);
        at.is_some()
    })
}

/// The code of the documentation comments of a source file, as its doc tests have it but for hidden lines.
fn doc_tests(source: &str) -> String {
    let comments = source.lines().map(str::trim_start).filter_map(|line| {
        let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
        Some(text.strip_prefix(' ').unwrap_or(text)).filter(|text| !text.starts_with("# "))
    });
    comments.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_program_is_an_example_or_a_doc_test() {
    let root = root();
    let mut sources = programs(&root.join("examples"), false);
    sources.extend(programs(&root.join("examples/parsers/moving"), false));
    sources.extend(programs(&root.join("examples/parsers/tests"), true));
    sources.extend(programs(&root.join("examples/services/src/bin"), false));
    sources.extend(programs(&root.join("crates/vitte-crash/tests/failing_tests"), false));
    let mut documented = programs(&root.join("src"), true);
    for package in fs::read_dir(root.join("crates")).unwrap() {
        let package = package.unwrap().path();
        sources.extend(programs(&package.join("examples"), true));
        documented.extend(programs(&package.join("src"), true));
    }
    sources.extend(documented.into_iter().map(|(name, source)| (name, doc_tests(&source))));
    for page in Page::all(&root) {
        for block in page.blocks().iter().filter(|block| block.language.starts_with("rust")) {
            let is_shown = |program: &str| has_excerpt(program, &block.text);
            let is_known = sources.iter().any(|(_, program)| is_shown(program));
            assert!(is_known, "{}: no example has this program:\n{}", page.path, block.text);
        }
    }
}

#[test]
fn programs_write_what_is_below_them() {
    let mut compared = Vec::new();
    for page in Page::all(&root()) {
        let blocks = page.blocks();
        for (program, below) in blocks.iter().zip(blocks.iter().skip(1)) {
            let Some(name) = example_of(program) else { continue };
            if below.language == "text" {
                let output = example(&name).output().unwrap();
                let [stdout, stderr] =
                    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
                assert!(output.status.success(), "{}: {name}", page.path);
                page.check(&root(), below, &(stdout + &stderr), &name);
                compared.push(name);
            }
        }
    }
    for name in ["quickstart", "derive", "type_mismatch", "codespan", "children"] {
        assert!(compared.iter().any(|own| own == name), "no page shows the output of {name}");
    }
}

/// What a command of a page writes is compared by the tests of `vittec`.
#[test]
fn every_output_is_below_what_writes_it() {
    let moving = moving_programs();
    let is_moving = |block: &Block| moving.iter().any(|(_, program)| body(program) == block.text);
    for page in Page::all(&root()) {
        if SPECIFICATIONS.iter().any(|path| page.path.starts_with(path)) {
            continue;
        }
        let blocks = page.blocks();
        for (at, block) in blocks.iter().enumerate() {
            if ["text", "json"].contains(&&*block.language) {
                let writer = at.checked_sub(1).and_then(|before| blocks.get(before));
                let is_known = writer.is_some_and(|writer| {
                    writer.language == "sh" || example_of(writer).is_some() || is_moving(writer)
                });
                assert!(is_known, "{}: what writes this?\n{}", page.path, block.text);
            }
        }
    }
}

#[test]
fn links_and_named_files_exist() {
    let root = root();
    let mut pages = Page::all(&root);
    for path in ["BENCHMARKS.md", "CHANGELOG.md", "CODES.md", "CONTRIBUTING.md"] {
        pages.push(Page::read(&root, path));
    }
    let mut wrong = Vec::new();
    for page in &pages {
        for link in page.links() {
            let (target, anchor) = page.resolve(&root, &link);
            let is_there = target.exists()
                && anchor.is_none_or(|anchor| {
                    let text = fs::read_to_string(&target).unwrap();
                    let target = Page { path: link.clone(), text };
                    target.anchors().contains(&anchor)
                });
            if !is_there {
                wrong.push(format!("{}: {link}", page.path));
            }
        }
        // A changelog also names files that are gone.
        if page.path != "CHANGELOG.md" {
            // From the root of the workspace, or from that of the package.
            let is_there =
                |path: &str| root.join(path).exists() || page.resolve(&root, path).0.exists();
            let gone = page.named_paths().into_iter().filter(|path| !is_there(path));
            wrong.extend(gone.map(|path| format!("{}: `{path}`", page.path)));
        }
    }
    assert!(wrong.is_empty(), "these do not exist: {wrong:#?}");
}

#[test]
fn every_page_is_in_the_index() {
    let index = Page::read(&root(), "docs/README.md");
    let pages = Page::all(&root()).into_iter();
    for page in pages.filter(|page| page.path.starts_with("docs/") && page.path != index.path) {
        let name = page.path.strip_prefix("docs/").unwrap();
        // Decisions are listed by a page of their own.
        let is_listed = index.links().iter().any(|link| link == name || name.contains('/'));
        assert!(is_listed, "docs/README.md does not list {name}");
    }
}

#[test]
fn the_readme_is_one_page() {
    let lines = readme().text.lines().count();
    assert!(lines <= MAX_README_LINES, "{lines} lines: move something to docs/");
}

/// `.ci/run` reads the second one.
#[test]
fn the_first_commands_draw_the_picture_and_run_the_tests() {
    let commands = readme().blocks_of("sh");
    let expected = [
        "cargo run -q -p vittec -- check examples/vittec/demo/shapes.vitte\n",
        "cargo test --workspace --all-features\n",
    ];
    assert_eq!(commands, expected);
}

#[test]
fn the_tables_of_formats_are_the_list() {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, formats) = readme.split_once("\n## Formats\n").unwrap();
    let (formats, _) = formats.split_once("\n## ").unwrap();
    assert!(formats.contains("(docs/formats.md)"), "the README links the whole list");
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_lowercase());
    let table = formats.split_once("|---|").unwrap().1;
    let listed: Vec<_> = table.split('`').skip(1).step_by(2).filter(is_name).collect();
    let mut listed: Vec<_> = listed.into_iter().filter(|name| names.contains(name)).collect();
    listed.sort_unstable();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(listed, sorted, "the README lists each once");
    let page = Page::read(&root(), "docs/formats.md");
    assert_eq!(page.table("| format | read by | what it is |"), names);
    // "`human`, `short`, `narrated` and `gcc` go to standard error, the others to standard output."
    let is_for_people = |format: &&Format| format.stream() == Stream::Stderr;
    assert_eq!(Format::ALL.iter().take_while(is_for_people).count(), 4);
    assert_eq!(Format::ALL.iter().filter(is_for_people).count(), 4);
}

#[test]
fn the_table_of_features_is_that_of_the_manifest() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, features) = manifest.split_once("\n[features]\n").unwrap();
    let features = features.lines().take_while(|line| !line.is_empty());
    let names: Vec<&str> = features.filter_map(|line| Some(line.split_once(" = [")?.0)).collect();
    assert_eq!(readme().table("| feature | adds |"), names);
}

#[test]
fn the_table_of_settings_has_every_setter() {
    let human = fs::read_to_string(root().join("src/emit/human.rs")).unwrap();
    let mut named = Page::read(&root(), "docs/formats.md")
        .table("| setter of `HumanEmitter` | sets | default |");
    let mut setters: Vec<&str> =
        human.lines().filter_map(|line| line.split_once("fn with_")?.1.split('(').next()).collect();
    named.sort();
    setters.sort_unstable();
    assert_eq!(named, setters.iter().map(|name| format!("with_{name}")).collect::<Vec<_>>());
}

/// Seven fields, and two that are there only if they have something.
#[test]
fn the_table_of_json_fields_is_that_of_the_schema() {
    let schema = fs::read_to_string(root().join("src/emit/json/schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let mut fields: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let named = Page::read(&root(), "docs/json.md").table("| field | contents |");
    let line = Page::read(&root(), "docs/json.md").blocks_of("json").remove(0);
    let places: Vec<usize> =
        named[..7].iter().map(|name| line.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "the fields are listed in their order");
    let mut named: Vec<&String> = named.iter().collect();
    named.sort();
    fields.sort();
    assert_eq!(named, fields);
}

//! Pictures of the commonest shapes of diagnostics, drawn by rustc and by each library.
//!
//! ```sh
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- pictures
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- pictures --check
//! ```
//!
//! The diagnostics are those of rustc for the programs in `tests/compilers/rustc` ([`rustc`]). The most frequent shapes
//! ([`shape`]) have one picture each, in `docs/pictures`, and `docs/comparison.md` has the table of all shapes.

mod colours;
mod draw;
mod rustc;
mod shape;
mod svg;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use vitte_diag::DiagnosticStyle;

use self::rustc::Example;
use self::shape::Shape;
use self::svg::Panel;

/// The flags of the command `pictures`.
#[derive(clap::Args)]
pub struct Flags {
    /// Write nothing; fail if a file is out of date
    #[arg(long)]
    check: bool,
    /// Run rustc again for the colours of its text, and store that
    #[arg(long, conflicts_with = "check")]
    rustc: bool,
}

/// The diagnostic that represents each shape: short, typical, and not wide. The other shapes have no picture.
const REPRESENTATIVES: [(Shape, &str, usize); 11] = [
    (Shape::OneLabel, "type_slice_index", 2),
    (Shape::OneLine, "type_mismatch_let", 0),
    (Shape::NearLines, "borrow_mutable_twice", 0),
    (Shape::Gap, "privacy_fields_and_methods", 1),
    (Shape::MultiLine, "text_multi_line_string", 0),
    (Shape::SuggestionAsLabel, "lint_unused_mut", 1),
    (Shape::InsertedWords, "borrow_assigned_twice", 1),
    (Shape::InsertedLines, "resolve_missing_imports", 0),
    (Shape::ReplacedWords, "type_invalid_casts", 1),
    (Shape::Excerpt, "type_mismatch_arguments", 1),
    (Shape::ExcerptAndSuggestion, "type_reference_levels", 0),
];

/// The lines before and after the table in the page.
const TABLE: [&str; 2] = ["<!-- shapes -->\n", "<!-- end of shapes -->\n"];

/// Writes the pictures and the table, or checks them.
pub fn run(flags: &Flags) -> ExitCode {
    let examples = rustc::examples();
    let counts = shape::counts(&examples);
    let mut files = Vec::new();
    for (rank, &(shape, _)) in counts.iter().enumerate() {
        let Some(example) = representative(shape, &examples) else { continue };
        if flags.rustc {
            colours::store(shape, example);
        }
        files.push((picture_path(rank, shape), svg::picture(&panels(shape, example))));
    }
    let table = table(&counts);
    print!("{table}");
    let page = docs().join("comparison.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(TABLE[0]).unwrap();
    let (_, after) = rest.split_once(TABLE[1]).unwrap();
    files.push((page, [before, TABLE[0], &table, TABLE[1], after].concat()));
    let (unknown, stale) = (unknown_pictures(&files), write(&files, flags.check));
    for path in &unknown {
        eprintln!("{}: no shape has this picture; delete it", path.display());
    }
    for path in &stale {
        eprintln!("{}: it is out of date; run the command `pictures`", path.display());
    }
    if unknown.is_empty() && stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn picture_path(rank: usize, shape: Shape) -> PathBuf {
    docs().join(format!("pictures/{:02}-{}.svg", rank + 1, shape.slug()))
}

/// Returns the diagnostic that represents a shape, if there is one.
fn representative(shape: Shape, examples: &[Example]) -> Option<&Example> {
    let (_, program, index) = REPRESENTATIVES.iter().find(|(own, ..)| *own == shape)?;
    let is_it = |it: &&Example| it.program == *program && it.index == *index;
    let example = examples.iter().find(is_it);
    let example = example.unwrap_or_else(|| panic!("{program} has no diagnostic {index}"));
    assert!(Shape::of(&example.message) == Some(shape), "{program} {index} has another shape");
    Some(example)
}

fn panels(shape: Shape, example: &Example) -> Vec<Panel> {
    let panels = [
        (colours::RUSTC, colours::stored(shape, example)),
        ("vitte-diag", draw::vitte(example, DiagnosticStyle::Ascii)),
        ("annotate-snippets, its Unicode style", draw::annotate(example)),
        ("vitte-diag, its Unicode style", draw::vitte(example, DiagnosticStyle::Unicode)),
        ("ariadne", draw::ariadne(example)),
        ("miette", draw::miette(example)),
    ];
    panels.map(|(caption, output)| Panel { caption: caption.to_owned(), output }).into()
}

/// Returns the table of the shapes with their shares.
fn table(counts: &[(Shape, usize)]) -> String {
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let mut table =
        "| shape | diagnostics | share | shapes so far |\n|---|--:|--:|--:|\n".to_owned();
    let mut sum = 0;
    let percent = |count: usize| {
        let tenths = 1000 * count / all;
        format!("{}.{} %", tenths / 10, tenths % 10)
    };
    for (shape, count) in counts {
        sum += count;
        let (name, share, so_far) = (shape.name(), percent(*count), percent(sum));
        writeln!(table, "| {name} | {count} | {share} | {so_far} |").unwrap();
    }
    table
}

/// Writes the files, or returns those that differ from what is stored.
fn write(files: &[(PathBuf, String)], is_check: bool) -> Vec<PathBuf> {
    let mut stale = Vec::new();
    for (path, text) in files {
        let is_same = fs::read_to_string(path).is_ok_and(|stored| stored == *text);
        if !is_same && is_check {
            stale.push(path.clone());
        } else if !is_same {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    stale
}

/// Returns the pictures on disk that this command does not make.
fn unknown_pictures(files: &[(PathBuf, String)]) -> Vec<PathBuf> {
    let stored = fs::read_dir(docs().join("pictures")).into_iter().flatten();
    let stored = stored.map(|entry| entry.unwrap().path());
    stored.filter(|path| !files.iter().any(|(own, _)| own == path)).collect()
}

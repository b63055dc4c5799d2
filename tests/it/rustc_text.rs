//! Compares the drawings in the style of rustc with the text that rustc printed.
//!
//! `cargo test --test it rustc_text -- --nocapture` prints the share of equal texts, and the differences by kind.
//! With the variable `RUSTC_OUTPUTS=DIR` it reads the outputs in another directory: files `*.json`, each beside the
//! program that `rustc --error-format=json` compiled. `docs/rustc.md` explains each kind.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vitte_diag::read::InputFormat;
use vitte_diag::{DiagnosticStyle, Emitter as _, HumanEmitter};

use crate::common::root;

/// The width to which rustc cuts the lines of its JSON output.
const WIDTH: u16 = 140;

/// A kind of differences: its name, and whether it applies.
type Kind = (&'static str, fn(&Comparison) -> bool);

/// The kinds of differences. The first one that applies counts.
const KINDS: [Kind; 11] = [
    ("rustc printed another style: short, Unicode, with colours", |it| {
        it.rustc.contains('\x1b')
            || it.rustc.contains('│')
            || it.rustc.contains('╭')
            || it.is_short()
    }),
    ("long messages are wrapped", |it| it.is_equal_but_for_blanks()),
    ("several primary labels", |it| it.has_several_primary_labels()),
    ("suggestions that rustc hides", |it| it.hides_a_suggestion()),
    ("a suggestion is a label in rustc, or here", |it| it.labels_with_help()),
    ("files that are not here", |it| it.has_foreign_file()),
    ("multi-line labels", |it| it.rustc.contains("|_") || it.ours.contains("|_")),
    ("macros", |it| it.mentions_macro()),
    ("places that rustc does not show", |it| {
        it.ours.matches("-->").count() > it.rustc.matches("-->").count()
    }),
    ("bytes that are not UTF-8", |it| it.rustc.contains('\u{fffd}')),
    ("the lines of suggestions", |it| it.differs_in_suggestions()),
];

/// What rustc printed for a diagnostic, and what is drawn here.
struct Comparison {
    name: String,
    message: Value,
    rustc: String,
    ours: String,
}

impl Comparison {
    fn is_equal(&self) -> bool {
        self.ours.trim_end() == self.rustc.trim_end()
    }

    fn is_short(&self) -> bool {
        !self.rustc.contains("-->") && self.ours.contains("-->") && self.rustc.lines().count() == 1
    }

    fn is_equal_but_for_blanks(&self) -> bool {
        self.ours
            .split_whitespace()
            .filter(|word| *word != "|")
            .eq(self.rustc.split_whitespace().filter(|word| *word != "|"))
    }

    fn messages(&self) -> impl Iterator<Item = &Value> {
        std::iter::once(&self.message).chain(self.message["children"].as_array().unwrap())
    }

    fn has_several_primary_labels(&self) -> bool {
        self.messages().any(|message| {
            let spans = message["spans"].as_array().unwrap().iter();
            let primary = spans.filter(|span| span["is_primary"] == true);
            primary.filter(|span| span["suggested_replacement"].is_null()).count() > 1
        })
    }

    fn suggestions(&self) -> impl Iterator<Item = &str> {
        let is_suggestion = |message: &&Value| {
            let spans = message["spans"].as_array().unwrap();
            spans.iter().any(|span| !span["suggested_replacement"].is_null())
        };
        self.messages().filter(is_suggestion).filter_map(|message| message["message"].as_str())
    }

    fn hides_a_suggestion(&self) -> bool {
        self.suggestions().any(|message| !self.rustc.contains(&format!("help: {message}")))
    }

    fn labels_with_help(&self) -> bool {
        let label =
            |text: &str| text.lines().any(|line| line.contains("| ") && line.contains("help: "));
        label(&self.rustc) || label(&self.ours)
    }

    fn has_foreign_file(&self) -> bool {
        self.rustc.contains("--> /") || self.rustc.contains("::: /") || self.rustc.contains("--> <")
    }

    fn mentions_macro(&self) -> bool {
        ["in this macro", "macro expansion", "originates in the"]
            .iter()
            .any(|text| self.rustc.contains(text) || self.ours.contains(text))
    }

    /// Returns true if the texts before the first suggestion are equal.
    fn differs_in_suggestions(&self) -> bool {
        let before =
            |text: &str| text.split("\nhelp: ").next().unwrap_or_default().trim_end().to_owned();
        self.suggestions().next().is_some() && before(&self.rustc) == before(&self.ours)
    }
}

/// Returns the diagnostics of all outputs in a directory.
fn comparisons(dir: &Path) -> Vec<Comparison> {
    let files = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter();
    let paths = files.map(|file| file.unwrap().into_path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    paths.flat_map(|path| of_file(dir, &path)).collect()
}

fn of_file(dir: &Path, path: &Path) -> Vec<Comparison> {
    let beside = path.parent().unwrap();
    let mut load = |name: &str| fs::read(beside.join(name)).ok();
    let input = fs::read(path).unwrap();
    let mut comparisons = Vec::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(line) else { continue };
        let Some(rustc) = message["rendered"].as_str().map(str::to_owned) else { continue };
        let imported = InputFormat::Rustc.read(line, &mut load).unwrap();
        let style = HumanEmitter::new(Vec::new()).with_style(DiagnosticStyle::Rustc);
        let mut human = style.with_width(WIDTH);
        for diagnostic in &imported.diagnostics {
            human.emit(&imported.sources, diagnostic).unwrap();
        }
        let ours = String::from_utf8(human.into_inner()).unwrap();
        let name = path.strip_prefix(dir).unwrap().display().to_string();
        comparisons.push(Comparison { name, message, rustc, ours });
    }
    comparisons
}

/// Returns the share of equal texts in thousandths, and the table that is printed.
fn table(comparisons: &[Comparison]) -> (usize, String) {
    let equal = comparisons.iter().filter(|it| it.is_equal()).count();
    let share = 1000 * equal / comparisons.len().max(1);
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in comparisons.iter().filter(|it| !it.is_equal()) {
        let kind = KINDS.iter().find(|(_, applies)| applies(it)).map_or("other", |(name, _)| name);
        kinds.entry(kind).or_default().push(&it.name);
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(name, programs)| (std::cmp::Reverse(programs.len()), *name));
    let mut out = format!(
        "{equal} of {} diagnostics are drawn as rustc draws them: {}.{} %\n",
        comparisons.len(),
        share / 10,
        share % 10
    );
    for (name, programs) in kinds {
        let (count, example) = (programs.len(), programs[0]);
        writeln!(out, "{count:5}  {name}, such as in {example}").unwrap();
    }
    (share, out)
}

#[test]
fn four_of_five_diagnostics_are_drawn_as_rustc_draws_them() {
    let other = std::env::var_os("RUSTC_OUTPUTS").map(PathBuf::from);
    let dir = other.clone().unwrap_or_else(|| root().join("tests/compilers/rustc"));
    let comparisons = comparisons(&dir);
    let (share, table) = table(&comparisons);
    #[allow(clippy::print_stdout, reason = "for a person who runs the comparison")]
    {
        println!("{table}");
    }
    if other.is_none() {
        assert!(share >= 800, "{table}");
        insta::with_settings!({ snapshot_path => "../snapshots" }, {
            insta::assert_snapshot!("rustc_text", table);
        });
    }
}

//! Case h: the diagnostics of case a as JSON, one object per line.
//!
//! Two lanes are lower bounds instead of libraries: `serde_json` with structs that are filled in advance,
//! including lines and columns. One has the fields that vitte-diag writes, the other one those of rustc's
//! `--error-format=json`.

use serde::Serialize;

use vitte_diag::{JsonEmitter, SourceMap};

use super::filled::{Filled, Lines};
use super::{run_and_print, rustc_json};
use crate::libraries::{Prepared, prepare_miette_json, vitte_bag};
use crate::measure::{Lane, Scale};
use crate::table;
use crate::work::{CODE, Label, PATH, Program, Work, common};

/// Runs the case and prints its tables.
pub fn run(scale: Scale) {
    let count = scale.pick(20_000, 200);
    for lines in scale.pick(&[100, 10_000][..], &[100]) {
        let program = Program::new(*lines);
        let work = common(&program, count);
        let lanes = [
            Lane { name: "vitte-diag".into(), prepared: vitte(&work) },
            Lane { name: "serde_json, the same fields".into(), prepared: flat(&work) },
            Lane { name: "serde_json, rustc's fields".into(), prepared: rustc_json::lane(&work) },
            Lane { name: "miette".into(), prepared: prepare_miette_json(&work) },
        ];
        let title = format!(
            "**h.** {} diagnostics as JSON, in a file of {} lines",
            table::count(count),
            table::count(*lines),
        );
        run_and_print(&title, lanes, scale, |name, output| check(name, output, &work));
    }
}

/// Checks that each line is an object with all texts of its diagnostic. [`vitte`] compares the two lanes with the
/// same fields.
fn check(name: &str, output: &[u8], work: &Work) {
    let text = std::str::from_utf8(output).unwrap();
    assert_eq!(text.lines().count(), work.diagnostics.len(), "{name}: one line each");
    for (line, one) in text.lines().zip(&work.diagnostics) {
        let json: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(json["message"], *one.message, "{name}: a wrong message");
        crate::check::has_texts(name, line, one);
    }
}

struct Vitte {
    sources: SourceMap,
    bag: vitte_diag::DiagnosticBag,
}

fn vitte(work: &Work) -> Box<dyn Prepared> {
    let mut sources = SourceMap::new();
    let file = sources.add(PATH, work.text.as_bytes()).unwrap();
    let bag = vitte_bag(file, &work.diagnostics);
    let mut ready = Vitte { sources, bag };
    let mut output = Vec::new();
    ready.render(&mut output); // also builds the index of lines
    let mut same = Vec::new();
    flat(work).render(&mut same);
    assert!(
        output == same,
        "serde_json, the same fields: the output differs from that of vitte-diag"
    );
    Box::new(ready)
}

impl Prepared for Vitte {
    fn render(&mut self, out: &mut Vec<u8>) {
        self.bag.emit(&self.sources, &mut JsonEmitter::new(out)).unwrap();
    }
}

/// The fields of vitte-diag's JSON.
#[derive(Serialize)]
struct Flat<'w> {
    severity: &'static str,
    code: &'static str,
    message: &'w str,
    primary: Location,
    labels: Vec<FlatLabel<'w>>,
    help: Option<&'w str>,
    notes: Vec<&'w str>,
}

#[derive(Serialize)]
struct Location {
    file: &'static str,
    lo: usize,
    hi: usize,
    line: usize,
    col: usize,
}

#[derive(Serialize)]
struct FlatLabel<'w> {
    style: &'static str,
    file: &'static str,
    lo: usize,
    hi: usize,
    line: usize,
    col: usize,
    message: &'w str,
}

fn flat(work: &Work) -> Box<dyn Prepared + '_> {
    let lines = Lines::new(&work.text);
    let location = |label: &Label| {
        let (line, col) = lines.of(label.range.start);
        Location { file: PATH, lo: label.range.start, hi: label.range.end, line, col }
    };
    let flat = work.diagnostics.iter().map(|one| Flat {
        severity: "error",
        code: CODE,
        message: &one.message,
        primary: location(&one.labels[0]),
        labels: one
            .labels
            .iter()
            .enumerate()
            .map(|(index, label)| {
                let style = if index == 0 { "primary" } else { "secondary" };
                let Location { file, lo, hi, line, col } = location(label);
                FlatLabel { style, file, lo, hi, line, col, message: &label.message }
            })
            .collect(),
        help: one.help.as_deref(),
        notes: one.notes.iter().map(String::as_str).collect(),
    });
    Box::new(Filled(flat.collect::<Vec<_>>()))
}

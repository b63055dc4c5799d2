//! Case b: one diagnostic on the last line of a file of ten million lines, loading included.
//!
//! Each run has its own process, so that the libraries do not share memory. The peak memory is the increase of
//! `VmHWM` in `/proc/self/status` during the run.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::check;
use crate::child;
use crate::libraries::{ALL, Library};
use crate::measure::{Scale, median};
use crate::table;
use crate::work::{Diagnostic, Label};

/// The length of a line in bytes.
const LINE_BYTES: usize = 29;

/// Runs the case and prints its table.
pub fn run(scale: Scale) {
    let lines = scale.pick(10_000_000, 10_000);
    let file = tempfile::Builder::new().suffix(".vitte").tempfile().unwrap();
    write(file.as_file(), lines);
    let path = file.path().to_str().unwrap();
    let mut runs = vec![Vec::new(); ALL.len()];
    for _ in 0..scale.pick(5, 1) {
        for (library, runs) in ALL.iter().zip(&mut runs) {
            runs.push(child::run(&["load", library.name(), path, &lines.to_string()]));
        }
    }
    let seconds = |runs: &[Vec<u64>]| {
        Duration::from_nanos(median(runs.iter().map(|run| run[0]).collect())).as_secs_f64()
    };
    let base = seconds(&runs[0]);
    let rows = ALL.iter().zip(&runs).map(|(library, runs)| {
        let peak = runs.iter().map(|run| run.get(1).copied()).collect::<Option<Vec<_>>>();
        let peak = peak.map_or_else(
            || "not measured".to_owned(),
            |peaks| table::count(usize::try_from(median(peaks) >> 10).unwrap()),
        );
        let time = seconds(runs);
        let (ms, ratio) = (table::number(time * 1e3), table::ratio(time, base));
        vec![library.name().into(), ms, ratio, peak]
    });
    let title = format!(
        "**b.** One diagnostic at the end of a file of {} lines ({} MiB), load included",
        table::count(lines),
        (lines * LINE_BYTES) >> 20,
    );
    let header = ["library", "ms", "to vitte-diag", "peak MiB"];
    table::print(&title, &header, &rows.collect::<Vec<_>>());
}

/// Runs in the child. Returns the nanoseconds, and the peak memory in KiB if known.
pub fn child(arguments: &[String]) -> Vec<u64> {
    let [name, path, lines] = arguments else { panic!("load takes three arguments") };
    let library = *ALL.iter().find(|library| library.name() == name).unwrap();
    let diagnostic = last(lines.parse().unwrap());
    let before = child::peak();
    let (time, output) = load(library, Path::new(path), &diagnostic);
    let peak = child::peak().zip(before).map(|(after, before)| after - before);
    check(library.name(), &output, &diagnostic);
    [Some(u64::try_from(time.as_nanos()).unwrap()), peak].into_iter().flatten().collect()
}

fn load(library: &dyn Library, path: &Path, diagnostic: &Diagnostic) -> (Duration, Vec<u8>) {
    let mut out = Vec::new();
    let start = Instant::now();
    library.load_and_render(path, diagnostic, &mut out);
    (start.elapsed(), out)
}

fn check(name: &str, output: &[u8], diagnostic: &Diagnostic) {
    let output = check::plain(output);
    check::has_texts(name, &output, diagnostic);
    let number = diagnostic.labels[0].range.start / LINE_BYTES;
    assert!(output.contains(&format!("{}", number + 1)), "{name}: the line number is missing");
    check::word_is_marked(name, &output, &line(number)[..LINE_BYTES - 1], 4..12);
}

fn line(number: usize) -> String {
    format!("let v{number:07} = g(a, {number:07})\n")
}

fn write(file: &File, lines: usize) {
    let mut file = BufWriter::new(file);
    for number in 0..lines {
        file.write_all(line(number).as_bytes()).unwrap();
    }
    file.flush().unwrap();
}

/// Returns the diagnostic for the name in the last line.
fn last(lines: usize) -> Diagnostic {
    let start = (lines - 1) * LINE_BYTES;
    Diagnostic {
        message: "this name is never used".into(),
        labels: vec![Label { range: start + 4..start + 12, message: "bound here".into() }],
        help: Some("remove it".into()),
        notes: Vec::new(),
        first_line: lines,
    }
}

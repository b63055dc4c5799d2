//! Every format on the same ten diagnostics and on none: its bytes, and that all formats tell of the
//! same places. What the readers of a format say of it is in `validators.rs`.
use serde_json::Value;
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, Format, Severity, SourceMap, Span, Suggestion,
    Terminal, code,
};

use crate::common::ten::ten;
use crate::common::{self, assert_snapshot, mark, readable, written, written_on};

#[test]
fn the_ten_are_ten_of_every_severity_and_break_no_contract() {
    let (sources, bag) = ten();
    let summary = bag.summary();
    assert_eq!(bag.len(), 10);
    assert_eq!((summary.fatal, summary.errors, summary.warnings, summary.notes), (1, 6, 2, 1));
    assert_eq!(bag.validate(&sources), []);
}

#[test]
fn every_format_writes_the_ten_as_its_snapshot_has_them() {
    let (sources, bag) = ten();
    for &format in Format::ALL {
        assert_snapshot!(format!("ten_{format}"), written(format, &sources, &bag));
    }
}

#[test]
fn human_output_in_colour_is_the_plain_one_with_styles() {
    let (sources, bag) = ten();
    let mut terminal = Terminal::default();
    terminal.color = true;
    let coloured = readable(&written_on(terminal, Format::Human, &sources, &bag));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, behind)) = rest.split_once('‹') {
        plain += before;
        rest = behind.split_once('›').unwrap().1;
    }
    assert_eq!(plain + rest, written(Format::Human, &sources, &bag));
    assert_snapshot!("ten_human_coloured", coloured);
}

#[test]
fn human_output_with_links_is_the_plain_one_where_they_are_not_known() {
    let (sources, bag) = ten();
    let mut terminal = Terminal::default();
    terminal.hyperlinks = true;
    let linked = written_on(terminal, Format::Human, &sources, &bag);
    let mut plain = String::new();
    let mut rest = linked.as_str();
    while let Some((before, behind)) = rest.split_once("\u{1b}]8;;") {
        plain += before;
        rest = behind.split_once("\u{1b}\\").unwrap().1;
    }
    assert_eq!(plain + rest, written(Format::Human, &sources, &bag));
    assert_snapshot!("ten_human_linked", linked.replace('\u{1b}', "␛"));
}

#[test]
fn every_format_has_something_valid_to_say_of_no_diagnostics() {
    let (sources, _) = ten();
    let bag = DiagnosticBag::new();
    let mut all = String::new();
    for &format in Format::ALL {
        let written = written(format, &sources, &bag);
        let is_lines = matches!(
            format,
            Format::Human
                | Format::Short
                | Format::Narrated
                | Format::Json
                | Format::Lsp
                | Format::Github
        );
        assert_eq!(written.is_empty(), is_lines, "{format} has a line for each, others a frame");
        all += &format!("== {format} ==\n{written}");
    }
    assert_snapshot!("none", all);
}

#[test]
fn a_second_bag_begins_a_document_of_its_own() {
    let (sources, bag) = ten();
    for &format in Format::ALL {
        let mut out = Vec::new();
        let options = vitte_diag::EmitterOptions::new(common::tool(), Terminal::default());
        let mut emitter = format.emitter(&mut out, &options);
        bag.emit(&sources, &mut emitter).unwrap();
        bag.emit(&sources, &mut emitter).unwrap();
        drop(emitter);
        let once = written(format, &sources, &bag);
        let between = if matches!(format, Format::Human | Format::Narrated) { "\n" } else { "" };
        assert_eq!(String::from_utf8(out).unwrap(), format!("{once}{between}{once}"), "{format}");
    }
}

/// What a place is in all the units that formats count in; 1-based.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Place {
    path: String,
    line: u64,
    chars: u64,
    bytes: u64,
    utf16: u64,
}

/// The places of the primary labels in the order of output, counted here from the texts.
fn places(sources: &SourceMap, bag: &DiagnosticBag) -> Vec<Option<Place>> {
    let place = |span: Span| {
        let file = sources.file(span.file()).ok()?;
        let before = &file.text()[..span.lo() as usize];
        let line = before.rsplit('\n').next().unwrap();
        Some(Place {
            path: file.path().to_owned(),
            line: before.matches('\n').count() as u64 + 1,
            chars: line.chars().count() as u64 + 1,
            bytes: line.len() as u64 + 1,
            utf16: line.encode_utf16().count() as u64 + 1,
        })
    };
    bag.ordered().iter().map(|entry| place(entry.diagnostic.primary().span())).collect()
}

#[test]
fn all_formats_tell_of_the_same_lines_and_columns() {
    let (sources, bag) = ten();
    let places = places(&sources, &bag);
    let places: Vec<&Place> = places.iter().flatten().collect();
    assert_eq!(places.len(), 9, "the fatal one has no place");
    assert!(places.iter().any(|at| at.chars != at.bytes && at.chars != at.utf16));

    let chars: Vec<_> = places.iter().map(|at| (at.path.clone(), at.line, at.chars)).collect();
    let bytes: Vec<_> = places.iter().map(|at| (at.path.clone(), at.line, at.bytes)).collect();
    assert_eq!(in_short(&written(Format::Short, &sources, &bag)), chars, "short");
    assert_eq!(in_json(&written(Format::Json, &sources, &bag)), chars, "json");
    assert_eq!(in_rdjson(&written(Format::Rdjson, &sources, &bag)), bytes, "rdjson");

    let sarif: Vec<_> = chars.iter().map(|(path, ..)| percent_encoded(path)).collect();
    let sarif = sarif.into_iter().zip(&chars).map(|(path, at)| (path, at.1, at.2));
    assert_eq!(in_sarif(&written(Format::Sarif, &sources, &bag)), sarif.collect::<Vec<_>>());

    let utf16: Vec<_> = places.iter().map(|at| (at.line - 1, at.utf16 - 1)).collect();
    let mut lsp = in_lsp(&written(Format::Lsp, &sources, &bag));
    assert_eq!(lsp.pop(), Some((0, 0)), "what has no place is at the start of a file of its own");
    assert_eq!(lsp, utf16, "lsp");

    let lines: Vec<_> = places.iter().map(|at| (at.path.clone(), at.line)).collect();
    let mut gitlab = in_gitlab(&written(Format::Gitlab, &sources, &bag));
    assert_eq!(gitlab.pop(), Some((".".to_owned(), 1)), "a report must have a path and a line");
    assert_eq!(gitlab, lines, "gitlab");

    let github = in_github(&written(Format::Github, &sources, &bag));
    // What is in no file has its place in the message.
    let in_files: Vec<_> = chars.iter().filter(|(path, ..)| !path.starts_with('<')).collect();
    assert_eq!((github.len(), chars.len() - in_files.len()), (in_files.len(), 1));
    for (at, (path, line, col)) in github.iter().zip(in_files) {
        assert_eq!((&at.0, at.1), (path, *line), "github");
        // A label over lines has no columns there.
        assert_eq!(at.2.unwrap_or(*col), *col, "github");
    }
    assert_eq!(github.iter().filter(|at| at.2.is_none()).count(), 1, "one label is over lines");
}

/// A line end belongs to the line that it ends.
#[test]
fn a_label_with_its_line_end_is_on_one_line() {
    let one_line = common::scene("let a = 1\n⟦import clock\n⟧let b = 2\n");
    let two_lines = common::scene("let a = 1\n⟦import clock\nlet b = 2\n⟧");
    for (scene, last) in [(one_line, 2), (two_lines, 3)] {
        let out = |format| written(format, &scene.sources, &scene.bag());
        let gitlab: Value = serde_json::from_str(&out(Format::Gitlab)).unwrap();
        assert_eq!(gitlab[0]["location"]["lines"], serde_json::json!({"begin": 2, "end": last}));
        let github = common::github::Command::parse(out(Format::Github).trim_end());
        assert_eq!(github.property("line").as_deref(), Some("2"));
        assert_eq!(github.property("endLine"), Some(last.to_string()));
        let narrated = out(Format::Narrated);
        assert_eq!(narrated.contains("line 2, column 1, to line 3: here"), last == 3, "{narrated}");
    }
}

fn percent_encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

type At = (String, u64, u64);

fn at(path: &Value, line: &Value, col: &Value) -> At {
    (path.as_str().unwrap().to_owned(), line.as_u64().unwrap(), col.as_u64().unwrap())
}

fn in_short(out: &str) -> Vec<At> {
    let places = out.lines().map(|line| line.split_once(": ").unwrap().0);
    let split = places.filter_map(|place| {
        let mut parts = place.rsplitn(3, ':');
        let (col, line) = (parts.next()?, parts.next()?);
        Some((parts.next()?.to_owned(), line.parse().ok()?, col.parse().ok()?))
    });
    split.collect()
}

fn in_json(out: &str) -> Vec<At> {
    let objects = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let primaries = objects.map(|object| object["primary"].clone()).filter(|p| !p.is_null());
    primaries.map(|p| at(&p["file"], &p["line"], &p["col"])).collect()
}

fn in_rdjson(out: &str) -> Vec<At> {
    let all: Value = serde_json::from_str(out).unwrap();
    let locations = all["diagnostics"].as_array().unwrap().iter().filter_map(|d| d.get("location"));
    locations
        .map(|l| at(&l["path"], &l["range"]["start"]["line"], &l["range"]["start"]["column"]))
        .collect()
}

fn in_sarif(out: &str) -> Vec<At> {
    let all: Value = serde_json::from_str(out).unwrap();
    let results = all["runs"][0]["results"].as_array().unwrap();
    let locations =
        results.iter().filter_map(|result| result.pointer("/locations/0/physicalLocation"));
    locations
        .map(|l| {
            let region = &l["region"];
            at(&l["artifactLocation"]["uri"], &region["startLine"], &region["startColumn"])
        })
        .collect()
}

fn in_lsp(out: &str) -> Vec<(u64, u64)> {
    let files = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let diagnostics = files.flat_map(|file| file["diagnostics"].as_array().unwrap().clone());
    diagnostics
        .map(|d| {
            let start = &d["range"]["start"];
            (start["line"].as_u64().unwrap(), start["character"].as_u64().unwrap())
        })
        .collect()
}

fn in_gitlab(out: &str) -> Vec<(String, u64)> {
    let all: Vec<Value> = serde_json::from_str(out).unwrap();
    let locations = all.iter().map(|issue| &issue["location"]);
    locations
        .map(|l| (l["path"].as_str().unwrap().to_owned(), l["lines"]["begin"].as_u64().unwrap()))
        .collect()
}

fn in_github(out: &str) -> Vec<(String, u64, Option<u64>)> {
    let commands = out.lines().map(common::github::Command::parse);
    let placed = commands.filter_map(|command| {
        let file = command.property("file")?;
        let line = command.property("line").unwrap().parse().unwrap();
        Some((file, line, command.property("col").map(|col| col.parse().unwrap())))
    });
    placed.collect()
}

/// Errors on the marks of a text, and the fingerprints that a format gives them, in their order.
fn fingerprints(format: Format, marked: &str) -> Vec<String> {
    let marked = mark(marked);
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", marked.text).unwrap();
    let mut bag = DiagnosticBag::new();
    for &(lo, hi) in &marked.primary {
        bag.push(Diagnostic::error(code!("E0001"), Span::new(file, lo, hi).unwrap(), "wrong"));
    }
    fingerprints_in(format, &written(format, &sources, &bag))
}

fn fingerprints_in(format: Format, out: &str) -> Vec<String> {
    let all: Value = serde_json::from_str(out).unwrap();
    let (items, pointer) = match format {
        Format::Gitlab => (&all, "/fingerprint"),
        Format::Sarif => (&all["runs"][0]["results"], "/partialFingerprints/vitteDiag~1v1"),
        _ => panic!("{format} has no fingerprints"),
    };
    let items = items.as_array().unwrap().iter();
    items.map(|item| item.pointer(pointer).unwrap().as_str().unwrap().to_owned()).collect()
}

const WITH_FINGERPRINTS: [Format; 2] = [Format::Gitlab, Format::Sarif];

fn all_differ(fingerprints: &[String]) -> bool {
    let mut sorted = fingerprints.to_vec();
    sorted.sort();
    sorted.dedup();
    sorted.len() == fingerprints.len()
}

#[test]
fn no_two_fingerprints_of_one_output_are_the_same() {
    let (sources, bag) = ten();
    for format in WITH_FINGERPRINTS {
        let of_ten = fingerprints_in(format, &written(format, &sources, &bag));
        assert!(of_ten.len() == 10 && all_differ(&of_ten), "{format}: {of_ten:?}");
        let on_equal_lines = fingerprints(format, "say ⟦@⟧\nsay ⟦@⟧\nsay ⟦@⟧ ⟦@⟧\nsay ⟦@⟧\n");
        assert!(on_equal_lines.len() == 5 && all_differ(&on_equal_lines), "{format}");
    }
}

#[test]
fn fingerprints_stay_as_lines_come_and_indentation_changes_above_and_below() {
    for format in WITH_FINGERPRINTS {
        let before = fingerprints(format, "let a = ⟦@⟧\nlet b = ⟦@⟧\nlet b = ⟦@⟧\n");
        let after = fingerprints(format, "# one\n\n  let a = ⟦@⟧\n\tlet b = ⟦@⟧\n\nlet b = ⟦@⟧\n#");
        assert_eq!(before, after, "{format}");
    }
}

#[test]
fn fingerprints_change_with_the_line_the_code_the_file_and_the_message() {
    let one = |path: &str, text: &str, code, message: &'static str| {
        let mut sources = SourceMap::new();
        let file = sources.add(path, text).unwrap();
        let span = sources.span(file, 0..1).unwrap();
        let bag = [Diagnostic::new(Severity::Error, code, span, message)].into_iter().collect();
        WITH_FINGERPRINTS
            .map(|format| fingerprints_in(format, &written(format, &sources, &bag)).pop().unwrap())
    };
    let (e1, e2) = (code!("E0001"), code!("E0002"));
    let first = one("a", "x", e1, "m");
    assert_eq!(first[0], first[1], "both formats have the same");
    let others = [
        one("b", "x", e1, "m"),
        one("a", "xy", e1, "m"),
        one("a", "x", e2, "m"),
        one("a", "x", e1, "n"),
    ];
    let all: Vec<_> = std::iter::once(&first).chain(&others).map(|both| both[0].clone()).collect();
    assert!(all_differ(&all), "{all:?}");
}

#[test]
fn of_a_very_long_line_only_the_beginning_is_in_the_fingerprint() {
    let long = "let x = 1;".repeat(1 << 10);
    for format in WITH_FINGERPRINTS {
        let before = fingerprints(format, &format!("{long}⟦@⟧ ⟦@⟧"));
        assert!(all_differ(&before), "{format}: {before:?}");
        assert_eq!(before, fingerprints(format, &format!("{long}⟦@⟧ ⟦@⟧ + 1")), "{format}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_no_text_of_a_joined_edit() {
    let mut sources = SourceMap::new();
    let file = sources.add("a", b"ab \xff cd \xc3\xa9 ef".to_vec()).unwrap();
    let rename = |first: u32, second: u32| {
        let edits = [first, second].map(|at| Edit::insert(file, at, "x"));
        Suggestion::new("rename", edits, Applicability::MachineApplicable).unwrap()
    };
    let diagnostic = Diagnostic::error(code!("E1"), Span::empty(file, 0), "m")
        .with_suggestion(rename(0, 5))
        .with_suggestion(rename(5, 11));
    let out = written(Format::Rdjson, &sources, &[diagnostic].into_iter().collect());
    let report: Value = serde_json::from_str(&out).unwrap();
    let one = &report["diagnostics"][0];
    assert_eq!(one["message"], "m\nhelp: rename", "the one over the byte is told in words: {out}");
    assert_eq!(one["suggestions"].as_array().unwrap().len(), 1);
    assert_eq!(one["suggestions"][0]["text"], "xcd é x");
}

#[test]
fn two_files_of_one_path_are_told_as_two() {
    let mut sources = SourceMap::new();
    let [first, second] = ["one\n", "two\n"].map(|text| sources.add("a", text).unwrap());
    let diagnostic = Diagnostic::error(code!("E1"), Span::empty(first, 0), "m")
        .with_secondary(Span::empty(second, 0), "there");
    let out = written(Format::Narrated, &sources, &[diagnostic].into_iter().collect());
    assert_eq!(
        out,
        "Error E1: m\nIn a, line 1, column 1: here\n  The line is: one\n\
         Also in a, line 1, column 1: there\n  The line is: two\n"
    );
}

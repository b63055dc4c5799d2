//! Every format, for the same ten diagnostics and for none: its snapshot, and that all formats report the
//! same locations. `conformance.rs` validates the outputs.

pub mod rich;

use rich::rich;
use serde_json::Value;
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, Format, Label, Severity, SourceMap, Span,
    Suggestion, Terminal, code,
};

use crate::common::ten::ten;
use crate::common::{self, assert_snapshot, mark, readable, written, written_on};

#[test]
fn the_ten_diagnostics_have_every_severity_and_valid_spans() {
    let (sources, bag) = ten();
    let summary = bag.summary();
    assert_eq!(bag.len(), 10);
    assert_eq!((summary.fatal, summary.errors, summary.warnings, summary.notes), (1, 6, 2, 1));
    assert_eq!(bag.validate(&sources), []);
}

#[test]
fn every_format_matches_its_snapshot() {
    let (sources, bag) = ten();
    for &format in Format::ALL {
        assert_snapshot!(format!("ten_{format}"), written(format, &sources, &bag));
    }
}

#[test]
fn every_part_of_the_model_matches_its_snapshot() {
    let (sources, bag) = rich();
    for format in rich::FORMATS.into_iter().chain(rich::OTHER_FORMATS) {
        let out = written(format, &sources, &bag);
        // Without the rules of SARIF.
        let out = out.split_once("\"results\":[\n").map_or(&*out, |(_, results)| results);
        assert_snapshot!(format!("rich_{format}"), out);
    }
}

#[test]
fn coloured_output_is_the_plain_output_with_styles() {
    let (sources, bag) = ten();
    let mut terminal = Terminal::default();
    terminal.color = true;
    let coloured = readable(&written_on(terminal, Format::Human, &sources, &bag));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('‹') {
        plain += before;
        rest = after.split_once('›').unwrap().1;
    }
    assert_eq!(plain + rest, written(Format::Human, &sources, &bag));
    assert_snapshot!("ten_human_coloured", coloured);
}

#[test]
fn linked_output_is_the_plain_output_with_links() {
    let (sources, bag) = ten();
    let mut terminal = Terminal::default();
    terminal.hyperlinks = true;
    let linked = written_on(terminal, Format::Human, &sources, &bag);
    let mut plain = String::new();
    let mut rest = linked.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}]8;;") {
        plain += before;
        rest = after.split_once("\u{1b}\\").unwrap().1;
    }
    // Without links, the URLs of the codes are text.
    let without_urls = vitte_diag::EmitterOptions::default();
    assert_eq!(plain + rest, common::write(Format::Human, &sources, &bag, &without_urls));
    assert_snapshot!("ten_human_linked", linked.replace('\u{1b}', "␛"));
}

#[test]
fn every_format_without_diagnostics_matches_its_snapshot() {
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
                | Format::Gcc
                | Format::Rustc
                | Format::Azure
                | Format::Teamcity
                | Format::Rdjsonl
        );
        assert_eq!(
            written.is_empty(),
            is_lines,
            "{format}: only a format with one document for all diagnostics writes something"
        );
        all += &format!("== {format} ==\n{written}");
    }
    assert_snapshot!("none", all);
}

#[test]
fn a_second_bag_begins_a_new_document() {
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

/// A location in every unit in which a format counts; all are 1-based.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Position {
    path: String,
    line: u64,
    chars: u64,
    bytes: u64,
    utf16: u64,
}

/// The locations of the primary labels in the order of output, computed from the texts.
fn positions(sources: &SourceMap, bag: &DiagnosticBag) -> Vec<Option<Position>> {
    let position = |span: Span| {
        let file = sources.file(span.file()).ok()?;
        let before = &file.text()[..span.lo() as usize];
        let line = before.rsplit('\n').next().unwrap();
        Some(Position {
            path: file.path().to_owned(),
            line: before.matches('\n').count() as u64 + 1,
            chars: line.chars().count() as u64 + 1,
            bytes: line.len() as u64 + 1,
            utf16: line.encode_utf16().count() as u64 + 1,
        })
    };
    bag.ordered()
        .iter()
        .map(|entry| position(entry.diagnostic.primary().map_or(Span::DUMMY, Label::span)))
        .collect()
}

#[test]
fn all_formats_report_the_same_lines_and_columns() {
    let (sources, bag) = ten();
    let positions = positions(&sources, &bag);
    let positions: Vec<&Position> = positions.iter().flatten().collect();
    assert_eq!(positions.len(), 9, "the fatal diagnostic has no location");
    assert!(positions.iter().any(|at| at.chars != at.bytes && at.chars != at.utf16));

    let chars: Vec<_> = positions.iter().map(|at| (at.path.clone(), at.line, at.chars)).collect();
    let bytes: Vec<_> = positions.iter().map(|at| (at.path.clone(), at.line, at.bytes)).collect();
    assert_eq!(in_short(&written(Format::Short, &sources, &bag)), chars, "short");
    assert_eq!(in_json(&written(Format::Json, &sources, &bag)), chars, "json");
    assert_eq!(in_rdjson(&written(Format::Rdjson, &sources, &bag)), bytes, "rdjson");

    // The location of standard input is replaced by that of another file, without a region.
    let in_files = chars.iter().filter(|(path, ..)| !path.starts_with('<'));
    let sarif = in_files.map(|(path, line, col)| (percent_encoded(path), *line, *col));
    assert_eq!(in_sarif(&written(Format::Sarif, &sources, &bag)), sarif.collect::<Vec<_>>());

    let utf16: Vec<_> = positions.iter().map(|at| (at.line - 1, at.utf16 - 1)).collect();
    let mut lsp = in_lsp(&written(Format::Lsp, &sources, &bag));
    assert_eq!(
        lsp.pop(),
        Some((0, 0)),
        "a diagnostic without a location is at the start of its own file"
    );
    assert_eq!(lsp, utf16, "lsp");

    let lines: Vec<_> = positions.iter().map(|at| (at.path.clone(), at.line)).collect();
    let mut gitlab = in_gitlab(&written(Format::Gitlab, &sources, &bag));
    let first = sources.files().next().map(|file| (file.path().to_owned(), 1));
    assert_eq!(gitlab.pop(), first, "GitLab requires a file that exists, and a line");
    assert_eq!(gitlab, lines, "gitlab");

    let github = in_github(&written(Format::Github, &sources, &bag));
    // The location of standard input is in the message, because it has no file.
    let in_files: Vec<_> = chars.iter().filter(|(path, ..)| !path.starts_with('<')).collect();
    assert_eq!((github.len(), chars.len() - in_files.len()), (in_files.len(), 1));
    for (at, (path, line, col)) in github.iter().zip(in_files) {
        assert_eq!((&at.0, at.1), (path, *line), "github");
        // GitHub accepts columns only if the label is on one line.
        assert_eq!(at.2.unwrap_or(*col), *col, "github");
    }
    assert_eq!(github.iter().filter(|at| at.2.is_none()).count(), 1, "one label is multi-line");
}

/// A line end is part of the line that it ends.
#[test]
fn a_label_that_includes_the_line_end_is_on_one_line() {
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
        assert_eq!(
            narrated.contains("line 2, column 1, to line 3, column 9: here"),
            last == 3,
            "{narrated}"
        );
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
    let positions = out.lines().map(|line| line.split_once(": ").unwrap().0);
    let split = positions.filter_map(|position| {
        let mut parts = position.rsplitn(3, ':');
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
    // A diagnostic without a location has the location of a file, without a region.
    locations
        .filter(|l| l.get("region").is_some())
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

/// The fingerprints that a format writes for errors at the marks of a text.
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
fn fingerprints_of_one_output_are_unique() {
    let (sources, bag) = ten();
    for format in WITH_FINGERPRINTS {
        let of_ten = fingerprints_in(format, &written(format, &sources, &bag));
        assert!(of_ten.len() == 10 && all_differ(&of_ten), "{format}: {of_ten:?}");
        let on_equal_lines = fingerprints(format, "say ⟦@⟧\nsay ⟦@⟧\nsay ⟦@⟧ ⟦@⟧\nsay ⟦@⟧\n");
        assert!(on_equal_lines.len() == 5 && all_differ(&on_equal_lines), "{format}");
    }
}

#[test]
fn fingerprints_do_not_depend_on_other_lines_and_indentation() {
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
    assert_eq!(first[0], first[1], "both formats write the same fingerprint");
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
fn fingerprints_use_only_the_beginning_of_a_long_line() {
    let long = "let x = 1;".repeat(1 << 10);
    for format in WITH_FINGERPRINTS {
        let before = fingerprints(format, &format!("{long}⟦@⟧ ⟦@⟧"));
        assert!(all_differ(&before), "{format}: {before:?}");
        assert_eq!(before, fingerprints(format, &format!("{long}⟦@⟧ ⟦@⟧ + 1")), "{format}");
    }
}

#[test]
fn rdjson_does_not_join_edits_across_invalid_utf8() {
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
    assert_eq!(one["message"], "m\nhelp: rename\nhelp: rename", "both are in the message: {out}");
    assert_eq!(one["suggestions"].as_array().unwrap().len(), 1);
    assert_eq!(one["suggestions"][0]["text"], "xcd é x");
}

#[test]
fn narrated_output_separates_files_of_the_same_path() {
    let mut sources = SourceMap::new();
    let [first, second] = ["one\n", "two\n"].map(|text| sources.add("a", text).unwrap());
    let diagnostic = Diagnostic::error(code!("E1"), Span::empty(first, 0), "m")
        .with_secondary(Span::empty(second, 0), "there");
    let out = written(Format::Narrated, &sources, &[diagnostic].into_iter().collect());
    assert_eq!(
        out,
        "Error E1: m\nIn a, line 1, column 1, before \"one\": here\n  The line is: one\n\
         Also in a, line 1, column 1, before \"two\": there\n  The line is: two\n"
    );
}

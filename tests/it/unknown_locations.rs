//! Spans in files whose texts are not available: of an offset without a known location only the path is shown. And spans
//! that begin or end inside a character.

use std::io;

use serde_json::{Value, json};
use vitte_diag::read::InputFormat;
use vitte_diag::{
    Applicability, Child, Diagnostic, DiagnosticBag, DiagnosticStyle, Edit, FileId, Format,
    HumanEmitter, KnownLocation, SourceMap, SourceText, Span, Suggestion, TraceStep, code,
};

use crate::common::{assert_snapshot, written};
use crate::read_support::{human, read};

/// A diagnostic in a file of which only bytes 40 and 44 are known.
struct Scene {
    sources: SourceMap,
    bag: DiagnosticBag,
}

impl Scene {
    fn new(sources: SourceMap, diagnostic: Diagnostic) -> Self {
        Self { sources, bag: [diagnostic].into_iter().collect() }
    }

    fn human(&self, style: DiagnosticStyle) -> String {
        let mut emitter = HumanEmitter::new(Vec::new()).with_style(style);
        self.bag.emit(&self.sources, &mut emitter).unwrap();
        String::from_utf8(emitter.into_inner()).unwrap()
    }

    fn written(&self, format: Format) -> String {
        written(format, &self.sources, &self.bag)
    }

    fn json(&self, format: Format) -> Value {
        serde_json::from_str(&self.written(format)).unwrap()
    }
}

fn sources() -> (SourceMap, FileId) {
    let mut sources = SourceMap::new();
    let known = [(40, 7, 3), (44, 7, 7)];
    let known = known.map(|(offset, line, col)| KnownLocation { offset, line, col });
    let gone = sources.add_unavailable("src/gone.vitte", known).unwrap();
    (sources, gone)
}

/// Each part of a diagnostic, at a known location and at unknown ones before and after it.
fn everywhere() -> Scene {
    let (sources, gone) = sources();
    let at = |lo: usize, hi: usize| Span::between(gone, lo, hi);
    let edits = [
        Edit::remove(at(4, 9)),
        Edit::replace(at(40, 44), "known"),
        Edit::replace(at(44, 50), "known start"),
        Edit::replace(at(50, 51), "unknown"),
        Edit::insert(gone, 60, "inserted"),
    ];
    let suggestion = Suggestion::new("change it", edits, Applicability::Unspecified).unwrap();
    let diagnostic = Diagnostic::error(code!("E1"), at(42, 43), "m")
        .with_label("wrong")
        .with_secondary(at(40, 44), "known")
        .with_secondary(at(3, 4), "before")
        .with_secondary(at(90, 91), "")
        .with_step(TraceStep::call("called here").with_span(at(45, 46)))
        .with_step(TraceStep::call("called there").with_span(at(44, 46)))
        .with_child(Child::note("a child").with_label(at(5, 6), "its label"))
        .with_suggestion(suggestion);
    Scene::new(sources, diagnostic)
}

/// What people read: only the path of an unknown location, and the line and the column of a known one.
#[test]
fn only_the_path_of_an_unknown_location_is_shown() {
    let scene = everywhere();
    let styles = [DiagnosticStyle::Ascii, DiagnosticStyle::Unicode, DiagnosticStyle::Rustc];
    let human = styles.map(|style| format!("== {style:?} ==\n{}", scene.human(style)));
    let formats = [Format::Short, Format::Narrated, Format::Html, Format::Github, Format::Junit];
    let texts = formats.map(|format| format!("== {format} ==\n{}", scene.written(format)));
    assert_snapshot!(human.into_iter().chain(texts).collect::<Vec<_>>().join("\n"));
}

#[test]
fn formats_of_programs_omit_an_unknown_line() {
    let scene = everywhere();
    let result = &scene.json(Format::Sarif)["runs"][0]["results"][0];
    let artifact = json!({"uri": "src/gone.vitte", "uriBaseId": "%SRCROOT%"});
    let physical = json!({"artifactLocation": artifact});
    let location = json!({"physicalLocation": physical, "message": {"text": "wrong"}});
    assert_eq!(result["locations"], json!([location]));
    let region = json!({"startLine": 7, "startColumn": 3, "byteOffset": 40, "byteLength": 4});
    let known = json!({"artifactLocation": artifact, "region": region});
    let related = result["relatedLocations"].as_array().unwrap();
    let related: Vec<_> = related.iter().map(|related| &related["physicalLocation"]).collect();
    assert_eq!(related, [&known, &physical, &physical, &physical]);

    let rdjson = &scene.json(Format::Rdjson)["diagnostics"][0];
    let unknown = json!({"path": "src/gone.vitte"});
    assert_eq!(rdjson["location"], unknown);
    let at = |column| {
        let start = json!({"line": 7, "column": column});
        json!({"path": "src/gone.vitte", "range": {"start": start}})
    };
    let related = rdjson["related_locations"].as_array().unwrap();
    let related: Vec<_> = related.iter().map(|related| &related["location"]).collect();
    let expected = [&at(3), &unknown, &unknown, &unknown, &unknown, &at(7)];
    assert_eq!(related, expected);
}

/// These formats have no location without a line.
#[test]
fn formats_that_require_a_line_have_the_nearest_known_one() {
    let scene = everywhere();
    let gitlab = &scene.json(Format::Gitlab)[0];
    let lines = json!({"path": "src/gone.vitte", "lines": {"begin": 7, "end": 7}});
    assert_eq!(gitlab["location"], lines);
    let body = gitlab["content"]["body"].as_str().unwrap();
    assert!(body.ends_with("\nnote: the line of the diagnostic is unknown"), "{body}");

    let lsp = &scene.json(Format::Lsp)["diagnostics"][0];
    let start = json!({"line": 6, "character": 2});
    assert_eq!(lsp["range"], json!({"start": start, "end": start}));

    let json = scene.json(Format::Json);
    let primary = json!({"file": "src/gone.vitte", "lo": 42, "hi": 43, "line": 7, "col": 3});
    assert_eq!(json["primary"], primary);
}

#[test]
fn without_known_locations_only_paths_are_shown() {
    let mut sources = SourceMap::new();
    let gone = sources.add_unavailable("gone.vitte", []).unwrap();
    let edit = Edit::replace(Span::between(gone, 0, 2), "let");
    let diagnostic = Diagnostic::error(None, Span::empty(gone, 0), "m")
        .with_secondary(Span::empty(gone, 9), "there")
        .with_suggestion(Suggestion::single("write", edit, Applicability::Unspecified));
    let scene = Scene::new(sources, diagnostic);
    assert_eq!(
        scene.human(DiagnosticStyle::Ascii),
        "error: m
 --> gone.vitte
  |
  = note: in gone.vitte: there
help: write
 --> gone.vitte
  |
  = replace the text with:
  + let
  |
"
    );
    assert_eq!(
        scene.written(Format::Narrated),
        "Error: m
In gone.vitte: here
Also in gone.vitte: there
Suggestion: write
  In gone.vitte, replace the existing text with \"let\"
"
    );
}

#[test]
fn a_lazy_text_that_fails_has_no_locations() {
    let mut sources = SourceMap::new();
    let text = SourceText::lazy(|| Err::<String, _>(io::Error::other("no such row")));
    let lazy = sources.insert("lazy.vitte", text);
    let diagnostic = Diagnostic::error(None, Span::between(lazy, 3, 4), "m").with_label("wrong");
    let scene = Scene::new(sources, diagnostic);
    assert_eq!(
        scene.human(DiagnosticStyle::Ascii),
        "error: m
 --> lazy.vitte
  |
  = note: the lines and columns of `lazy.vitte` are unknown: cannot read `lazy.vitte`: no such row
  = note: wrong
"
    );
    assert_eq!(scene.written(Format::Short), "lazy.vitte: error: m\n");
}

#[test]
fn a_known_location_in_the_header_is_that_of_the_offset_alone() {
    let (sources, gone) = sources();
    for (lo, path) in [
        (39, "src/gone.vitte"),
        (40, "src/gone.vitte:7:3"),
        (41, "src/gone.vitte"),
        (44, "src/gone.vitte:7:7"),
        (u32::MAX, "src/gone.vitte"),
    ] {
        // The end is never known.
        let span = Span::between(gone, lo as usize, lo.saturating_add(1) as usize);
        let rendered = Diagnostic::error(None, span, "m").render(&sources);
        assert_eq!(rendered, format!("error: m\n --> {path}\n"));
    }
}

#[test]
fn github_has_an_unknown_location_of_a_virtual_file_in_the_message() {
    let mut sources = SourceMap::new();
    let stdin = sources.add_unavailable("<stdin>", []).unwrap();
    let scene = Scene::new(sources, Diagnostic::error(None, Span::empty(stdin, 3), "m"));
    assert_eq!(scene.written(Format::Github), "::error title=error::<stdin>: m\n");
}

/// The end of the lines has no column, so the edit ends at an unknown location.
#[test]
fn sarif_regions_of_lines_have_a_known_start() {
    let location = |region| json!({"artifactLocation": {"uri": "gone.c"}, "region": region});
    let at = location(json!({"startLine": 3, "startColumn": 5}));
    let changes = json!([{
        "artifactLocation": {"uri": "gone.c"},
        "replacements": [{
            "deletedRegion": {"startLine": 3, "endLine": 7},
            "insertedContent": {"text": "x"},
        }],
    }]);
    let result = json!({
        "message": {"text": "m"},
        "locations": [{"physicalLocation": at}],
        "fixes": [{"description": {"text": "fix it"}, "artifactChanges": changes}],
    });
    let runs = json!([{"tool": {"driver": {"name": "t"}}, "results": [result]}]);
    let log = json!({"version": "2.1.0", "runs": runs});
    assert_eq!(
        human(&read(InputFormat::Sarif, &log.to_string())),
        "warning: m
 --> gone.c:3:5
help: fix it
 --> gone.c:3:1
  |
  = replace the text at 3:1 with:
  + x
  |
"
    );
}

/// The second span begins where the first one ends, whose line and column are missing.
#[test]
fn an_unknown_end_of_a_rustc_span_is_not_known_as_its_start() {
    let span = |lo: u32, hi: u32, line: u32, end: Option<u32>, is_primary: bool| {
        json!({
            "file_name": "gone.rs", "byte_start": lo, "byte_end": hi, "line_start": line,
            "line_end": end, "column_start": 1, "column_end": end.map(|_| 2),
            "is_primary": is_primary, "label": null, "text": [], "expansion": null,
            "suggested_replacement": null, "suggestion_applicability": null,
        })
    };
    let spans = [span(20, 30, 2, None, true), span(30, 31, 3, Some(3), false)];
    let diagnostic = json!({
        "$message_type": "diagnostic", "message": "m", "code": null, "level": "error",
        "spans": spans, "children": [], "rendered": null,
    });
    let imported = read(InputFormat::Rustc, &diagnostic.to_string());
    let [diagnostic] = &imported.diagnostics[..] else { panic!("{imported:?}") };
    let spans: Vec<_> = diagnostic.labels().map(|label| label.span().range()).collect();
    assert_eq!(spans, [20..30, 30..31]);
    let location =
        |label: &vitte_diag::Label| imported.sources.location(label.span()).unwrap().to_string();
    let locations: Vec<_> = diagnostic.labels().map(location).collect();
    assert_eq!(locations, ["gone.rs:2:1", "gone.rs:3:1"]);
}

#[test]
fn an_offset_inside_a_byte_order_mark_is_reported() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "\u{feff}ab\nc\n").unwrap();
    for (lo, hi, is_valid) in [
        (0, 1, false),
        (1, 4, false),
        (2, 2, false),
        (0, 0, true),
        (0, 3, true),
        (0, 4, true),
        (3, 4, true),
        (6, 7, true),
    ] {
        let diagnostic = Diagnostic::error(None, Span::new(file, lo, hi).unwrap(), "m");
        let drawn = Scene::new(sources.clone(), diagnostic).human(DiagnosticStyle::Ascii);
        assert_eq!(!drawn.contains("inside a character"), is_valid, "{lo}..{hi}: {drawn}");
    }
}

#[test]
fn lsp_positions_are_numbers_that_clients_can_read() {
    let mut sources = SourceMap::new();
    let far = KnownLocation { offset: 40, line: u32::MAX, col: u32::MAX };
    let gone = sources.add_unavailable("src/gone.vitte", [far]).unwrap();
    let span = Span::between(gone, 40, 41);
    let scene = Scene::new(sources, Diagnostic::error(None, span, "far"));
    let lsp = &scene.json(Format::Lsp)["diagnostics"][0];
    assert_eq!(lsp["range"]["start"], json!({"line": i32::MAX, "character": i32::MAX}));
}

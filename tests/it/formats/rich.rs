//! The formats of programs, for diagnostics with children, traces, tags, alternatives, whole files and no locations.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vitte_diag::{
    Applicability, Child, Code, Diagnostic, DiagnosticBag, Edit, EmitterOptions, FileId, Format,
    Frame, KnownLocation, Severity, SourceMap, Span, Suggestion, Tag, Terminal, TraceStep, code,
    text,
};

use crate::common::github::Command;
use crate::common::{self, NO_FILE, written};

/// The formats that programs read, without the project's own JSON.
pub const FORMATS: [Format; 6] =
    [Format::Sarif, Format::Lsp, Format::Github, Format::Gitlab, Format::Junit, Format::Rdjson];

/// Further formats that programs read. Most of them have the text of those above.
pub const OTHER_FORMATS: [Format; 10] = [
    Format::Gcc,
    Format::Rustc,
    Format::Checkstyle,
    Format::Azure,
    Format::Teamcity,
    Format::Sonarqube,
    Format::Bitbucket,
    Format::Rdjsonl,
    Format::Tap,
    Format::Csv,
];

/// The files of the diagnostics: one that can be opened, one with an absolute path, a virtual one, and one that is not
/// here, whose offsets are unknown.
struct Files {
    sources: SourceMap,
    main: FileId,
    library: FileId,
    stdin: FileId,
    missing: FileId,
}

/// An offset that is only a number for a line and a column.
const UNKNOWN_OFFSET: u32 = 0xff00_0000;

fn files() -> Files {
    let mut sources = SourceMap::with_root("/home/ana/shop");
    let stdin = sources.add("<stdin>", "let x = 1\n").unwrap();
    let main = sources.add("src/main.vitte", "import text\nlet x = 1\nlet y = x\n").unwrap();
    let library = sources.add("/usr/lib/vitte/text lib.vitte", "fn a()\n.end\n").unwrap();
    let known = KnownLocation { offset: UNKNOWN_OFFSET, line: 7, col: 3 };
    let missing = sources.add_unavailable("src/missing.vitte", [known]).unwrap();
    Files { sources, main, library, stdin, missing }
}

fn at(file: FileId, lo: u32, hi: u32) -> Span {
    Span::new(file, lo, hi).unwrap()
}

fn insertions(message: &'static str, file: FileId, texts: &[&'static str]) -> Suggestion {
    let edits = texts.iter().map(|text| [Edit::insert(file, 0, *text)]);
    Suggestion::with_alternatives(message, edits, Applicability::MaybeIncorrect).unwrap()
}

/// Diagnostics with every part of the model, and with as little as possible.
pub fn rich() -> (SourceMap, DiagnosticBag) {
    let Files { sources, main, library, stdin, missing } = files();
    let rename = Edit::replace(at(main, 16, 17), "_x");
    let imports = ["use std::fmt::Result;\n", "use std::io::Result;\n"];
    let error = Diagnostic::error(code!("a:b,c%d&e|f"), at(main, 16, 17), "`x` is wrong")
        .with_label("here")
        .with_secondary(at(library, 0, 2), "there")
        .with_secondary(Span::empty(missing, UNKNOWN_OFFSET), "in a file that is not here")
        .with_note("a note")
        .with_help("some help")
        .with_child(
            Child::note("required by this bound")
                .with_label(at(library, 3, 4), "the bound")
                .with_label(at(main, 0, 3), ""),
        )
        .with_child(Child::help("rename it").with_suggestion(Suggestion::single(
            "write `_x`",
            rename,
            Applicability::MachineApplicable,
        )))
        .with_child(Child::error(""))
        .with_child(Child::warning("").with_label(at(stdin, 0, 3), ""))
        .with_child(Child::note("in no file").with_label(at(NO_FILE, 1, 2), "lost"))
        .with_step(TraceStep::include("included from here").with_span(at(main, 0, 6)))
        .with_step(TraceStep::include("included on the command line"))
        .with_step(TraceStep::expansion("").with_span(at(library, 0, 6)))
        .with_step(TraceStep::analysis("`x` is freed here").with_span(at(main, 12, 15)))
        .with_step(TraceStep::analysis("the loop ends"))
        .with_step(TraceStep::analysis("`x` is used here").with_span(at(main, 22, 25)))
        .with_tag(Tag::Unnecessary)
        .with_tag(Tag::Deprecated)
        .with_suggestion(insertions("import one of these", main, &imports))
        .with_suggestion(insertions("edit the input", stdin, &["a", "a"]))
        .with_backtrace([Frame::new("main")].into_iter().collect());
    let bag = [
        error,
        Diagnostic::for_file(Severity::Warning, code!("W0001"), main, "a whole file"),
        Diagnostic::for_file(Severity::Warning, None, stdin, "a whole virtual file"),
        Diagnostic::for_file(Severity::Error, None, missing, "a whole file that is not here"),
        Diagnostic::for_file(Severity::Error, None, NO_FILE, "a whole file that is unknown"),
        Diagnostic::without_location(Severity::Fatal, None, "no location"),
    ];
    (sources, bag.into_iter().collect())
}

fn one(format: Format, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    written(format, sources, &[diagnostic.clone()].into_iter().collect())
}

/// The only diagnostic of an output in JSON.
fn one_as_json(format: Format, sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
    let path = match format {
        Format::Sarif => "/runs/0/results/0",
        Format::Lsp | Format::Rdjson => "/diagnostics/0",
        Format::Gitlab => "/0",
        _ => panic!("{format} is not JSON with one document"),
    };
    let out: Value = serde_json::from_str(&one(format, sources, diagnostic)).unwrap();
    out.pointer(path).unwrap().clone()
}

/// The name, the attributes and the text of the only test case of a JUnit report.
fn test_case(sources: &SourceMap, diagnostic: &Diagnostic) -> (Value, String) {
    let out = one(Format::Junit, sources, diagnostic);
    let document = roxmltree::Document::parse(&out).unwrap();
    let case = document.descendants().find(|node| node.has_tag_name("testcase")).unwrap();
    let attributes = case.attributes().map(|one| (one.name().to_owned(), json!(one.value())));
    let text = case.first_element_child().and_then(|result| result.text()).unwrap_or_default();
    (Value::Object(attributes.collect()), text.to_owned())
}

#[test]
fn any_code_is_read_back_and_none_is_omitted() {
    let Files { sources, main, .. } = files();
    let longest = "x".repeat(Code::MAX_LEN);
    for text in ["a:b,c%d&e|f", r"Psr\Log#1", "lint/style/useConst", "%3A%0A::error::", &longest] {
        let error = Diagnostic::error(Code::new(text).unwrap(), at(main, 0, 6), "m");
        let json = |format| one_as_json(format, &sources, &error);
        assert_eq!(json(Format::Sarif)["ruleId"], text);
        assert_eq!(json(Format::Lsp)["code"], text);
        assert_eq!(json(Format::Gitlab)["check_name"], text);
        assert_eq!(json(Format::Rdjson)["code"]["value"], text);
        assert_eq!(test_case(&sources, &error).0["name"], format!("{text}: m"));
        let command = Command::parse(one(Format::Github, &sources, &error).trim_end());
        assert_eq!(command.property("title").as_deref(), Some(text));
        assert_eq!(
            (command.property("file").as_deref(), &*command.message),
            (Some("src/main.vitte"), "m")
        );
    }
    let error = Diagnostic::error(None, at(main, 0, 6), "m");
    let json = |format| one_as_json(format, &sources, &error);
    for (format, field) in [
        (Format::Sarif, "ruleIndex"),
        (Format::Lsp, "code"),
        (Format::Lsp, "codeDescription"),
        (Format::Rdjson, "code"),
    ] {
        assert_eq!(json(format).get(field), None, "{format}");
    }
    assert_eq!(json(Format::Sarif)["ruleId"], "error");
    assert_eq!(json(Format::Sarif)["properties"]["vitteDiag/hasCode"], false);
    assert_eq!(json(Format::Gitlab)["check_name"], "error");
    assert_eq!(test_case(&sources, &error).0["name"], "m");
    let command = Command::parse(one(Format::Github, &sources, &error).trim_end());
    assert_eq!(command.property("title").as_deref(), Some("error"));
}

/// What a format writes about the location of a diagnostic.
fn location(format: Format, sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
    match format {
        Format::Sarif => one_as_json(format, sources, diagnostic)["locations"][0].clone(),
        Format::Lsp => {
            let out: Value = serde_json::from_str(&one(format, sources, diagnostic)).unwrap();
            json!([out["uri"], out["diagnostics"][0]["range"]])
        }
        Format::Gitlab | Format::Rdjson => {
            one_as_json(format, sources, diagnostic)["location"].clone()
        }
        Format::Junit => {
            let case = test_case(sources, diagnostic).0;
            json!([case["classname"], case["file"], case["line"]])
        }
        Format::Github => {
            let command = Command::parse(one(format, sources, diagnostic).trim_end());
            json!([command.property("file"), command.property("line"), command.message])
        }
        _ => panic!("{format} is not among the formats"),
    }
}

#[test]
fn a_whole_file_has_no_line_unless_the_format_requires_one() {
    let Files { sources, main, library, stdin, .. } = files();
    let whole = |format, file| {
        let warning = Diagnostic::for_file(Severity::Warning, None, file, "m");
        location(format, &sources, &warning)
    };
    let main_uri = json!({"uri": "src/main.vitte", "uriBaseId": "%SRCROOT%"});
    let in_sarif = |artifact| json!({"physicalLocation": {"artifactLocation": artifact}});
    assert_eq!(whole(Format::Sarif, main), in_sarif(main_uri));
    let library_uri = json!({"uri": "file:///usr/lib/vitte/text%20lib.vitte"});
    assert_eq!(whole(Format::Sarif, library), in_sarif(library_uri));
    let of_stdin = whole(Format::Sarif, stdin);
    assert_eq!(of_stdin["physicalLocation"], whole(Format::Sarif, main)["physicalLocation"]);
    assert_eq!(of_stdin["message"]["text"], "<stdin>");
    let start = json!({"line": 0, "character": 0});
    let range = json!({"start": start, "end": start});
    assert_eq!(
        whole(Format::Lsp, main),
        json!(["file:///home/ana/shop/src/main.vitte", range]),
        "the protocol requires a range"
    );
    assert_eq!(
        whole(Format::Gitlab, main),
        json!({"path": "src/main.vitte", "lines": {"begin": 1, "end": 1}}),
        "GitLab requires a line"
    );
    assert_eq!(whole(Format::Rdjson, main), json!({"path": "src/main.vitte"}));
    assert_eq!(whole(Format::Github, main), json!(["src/main.vitte", null, "m"]));
    assert_eq!(whole(Format::Github, stdin), json!([null, null, "<stdin>: m"]));
    assert_eq!(whole(Format::Junit, main), json!(["src/main.vitte", "src/main.vitte", null]));
}

#[test]
fn no_location_is_none_or_a_file_without_a_line() {
    let mut sources = files().sources;
    let error = Diagnostic::without_location(Severity::Error, None, "m");
    assert_eq!(location(Format::Rdjson, &sources, &error), Value::Null);
    assert_eq!(location(Format::Github, &sources, &error), json!([null, null, "m"]));
    assert_eq!(location(Format::Junit, &sources, &error), json!(["vittec", null, null]));
    assert_eq!(location(Format::Lsp, &sources, &error)[0], "untitled:vittec");

    let message = json!({"text": "the diagnostic has no location"});
    let in_sarif = |artifact: Value| json!({"physicalLocation": {"artifactLocation": artifact}, "message": message});
    let main = json!({"uri": "src/main.vitte", "uriBaseId": "%SRCROOT%"});
    assert_eq!(location(Format::Sarif, &sources, &error), in_sarif(main), "not <stdin>");
    let lost = error.clone().with_primary(at(NO_FILE, 0, 1));
    assert_eq!(
        location(Format::Sarif, &sources, &lost),
        location(Format::Sarif, &sources, &error),
        "the file of the label is unknown"
    );
    sources = SourceMap::new();
    sources.add("<stdin>", "").unwrap();
    sources.add_unavailable("src/missing.vitte", []).unwrap();
    let result = one_as_json(Format::Sarif, &sources, &error);
    assert_eq!(result.get("locations"), None, "no file can be opened");
}

#[test]
fn the_file_for_diagnostics_without_a_location_can_be_set() {
    let Files { sources, main, .. } = files();
    let bag: DiagnosticBag = [
        Diagnostic::without_location(Severity::Error, None, "m"),
        Diagnostic::for_file(Severity::Error, None, main, "m"),
    ]
    .into_iter()
    .collect();
    let write = |format, path: &str| {
        let options = EmitterOptions::new(common::tool(), Terminal::default());
        let options = options.with_fallback_path(path);
        serde_json::from_str::<Value>(&common::write(format, &sources, &bag, &options)).unwrap()
    };
    let sarif = write(Format::Sarif, "ci/Build file.vitte");
    let uris = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"].clone());
    let [of_file, fallback] = ["src/main.vitte", "ci/Build%20file.vitte"]
        .map(|uri| json!({"uri": uri, "uriBaseId": "%SRCROOT%"}));
    assert_eq!(uris.collect::<Vec<_>>(), [of_file, fallback]);
    let absolute = write(Format::Sarif, "/b/a");
    let location = &absolute["runs"][0]["results"][1]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"], json!({"uri": "file:///b/a"}));

    let gitlab = write(Format::Gitlab, "ci/build.vitte");
    let paths = gitlab.as_array().unwrap().iter().map(|issue| issue["location"]["path"].clone());
    assert_eq!(paths.collect::<Vec<_>>(), ["src/main.vitte", "ci/build.vitte"]);
}

/// The text of a diagnostic in each format, and the number of structured locations beside the primary one.
fn texts(sources: &SourceMap, error: &Diagnostic) -> Vec<(Format, String, usize)> {
    let text = |format| {
        let (text, related) = match format {
            Format::Sarif => ("/message/text", "/relatedLocations"),
            Format::Lsp => ("/message", "/relatedInformation"),
            Format::Rdjson => ("/message", "/related_locations"),
            Format::Gitlab => ("/content/body", "/none"),
            Format::Github => {
                let message = Command::parse(one(format, sources, error).trim_end()).message;
                return (format, message, 0);
            }
            Format::Junit => return (format, test_case(sources, error).1, 0),
            _ => panic!("{format} is not among the formats"),
        };
        let out = one_as_json(format, sources, error);
        let related = out.pointer(related).map_or(0, |list| list.as_array().unwrap().len());
        (format, out.pointer(text).unwrap().as_str().unwrap().to_owned(), related)
    };
    FORMATS.map(text).to_vec()
}

fn has_related(format: Format) -> bool {
    matches!(format, Format::Sarif | Format::Lsp | Format::Rdjson)
}

#[test]
fn texts_list_the_first_items_and_count_the_others() {
    let Files { sources, main, .. } = files();
    let error = || Diagnostic::error(None, at(main, 0, 6), "m");
    let number = |n: u32| format!("number {n}");
    let labelled = |n| Child::note(number(n)).with_label(at(main, 0, 6), "here");
    let many_labels =
        (0..1000).fold(Child::note("n"), |child, n| child.with_label(at(main, 0, 6), number(n)));
    let analysis = |n| TraceStep::analysis(number(n)).with_span(at(main, 0, 6));
    let all: [(Diagnostic, &str, bool); 6] = [
        (
            (0..1000).map(|n| Child::note(number(n))).fold(error(), Diagnostic::with_child),
            "message",
            false,
        ),
        ((0..1000).map(labelled).fold(error(), Diagnostic::with_child), "message", true),
        (error().with_child(many_labels), "label", true),
        (
            (0..1000).fold(error(), |e, n| e.with_secondary(at(main, 0, 6), number(n))),
            "label",
            true,
        ),
        (
            (0..1000).map(|n| TraceStep::analysis(number(n))).fold(error(), Diagnostic::with_step),
            "step",
            false,
        ),
        ((0..1000).map(analysis).fold(error(), Diagnostic::with_step), "step", true),
    ];
    for (error, noun, is_located) in &all {
        for (format, text, related) in texts(&sources, error) {
            let about = format!("{format}, {noun}: {text}");
            if *is_located && has_related(format) {
                let is_flow = format == Format::Sarif && *noun == "step";
                assert_eq!(
                    (text.as_str(), related),
                    ("m", if is_flow { 0 } else { 1000 }),
                    "{about}"
                );
                continue;
            }
            let more = format!("\nand 980 more {noun}s");
            assert!(text.contains("number 19") && text.contains(&more), "{about}");
            assert!(!text.contains("number 20") && text.lines().count() < 50, "{about}");
        }
    }
    let flow = &one_as_json(Format::Sarif, &sources, &all[5].0)["codeFlows"][0]["threadFlows"];
    let steps = flow[0]["locations"].as_array().unwrap().iter();
    let messages =
        steps.map(|step| step["location"]["message"]["text"].as_str().unwrap().to_owned());
    assert!(messages.eq((0..1000).map(number)), "the flow has all steps in their order");
}

#[test]
fn a_thousand_alternatives_are_counted_in_texts_and_kept_as_fixes() {
    let Files { sources, main, .. } = files();
    let texts_of = (0..1000).map(|n| &*n.to_string().leak()).collect::<Vec<&str>>();
    let error = Diagnostic::error(None, at(main, 0, 6), "m").with_suggestion(insertions(
        "insert one",
        main,
        &texts_of,
    ));
    for (format, text, _) in texts(&sources, &error) {
        let is_listed = !matches!(format, Format::Sarif | Format::Lsp);
        assert_eq!(
            text.ends_with("- `19`\nand 980 more alternatives"),
            is_listed,
            "{format}: {text}"
        );
    }
    let fixes = one_as_json(Format::Sarif, &sources, &error)["fixes"].as_array().unwrap().len();
    assert_eq!(fixes, 1000);
}

#[test]
fn labels_of_children_in_unknown_files_are_reported() {
    let Files { sources, main, .. } = files();
    let child = Child::note("required by").with_label(at(NO_FILE, 1, 2), "the bound");
    let error = Diagnostic::error(None, at(main, 0, 6), "m").with_child(child);
    let issue =
        "a label of a child is at bytes 1..2 of file 7, which is not in the source map: the bound";
    for (format, text, related) in texts(&sources, &error) {
        assert_eq!(
            (&*text, related),
            (&*format!("m\nnote: {issue}\nnote: required by"), 0),
            "{format}"
        );
    }
}

#[test]
fn labels_of_children_in_missing_files_have_the_known_location() {
    let Files { sources, main, missing, .. } = files();
    let child = Child::note("see").with_label(Span::empty(missing, UNKNOWN_OFFSET), "this");
    let error = Diagnostic::error(None, at(main, 0, 6), "m").with_child(child);
    let json = |format| one_as_json(format, &sources, &error);
    let region = json!({"startLine": 7, "startColumn": 3});
    assert_eq!(
        json(Format::Sarif)["relatedLocations"][0]["physicalLocation"]["region"],
        region,
        "without byte offsets"
    );
    let start = json!({"line": 6, "character": 2});
    let range = &json(Format::Lsp)["relatedInformation"][0]["location"]["range"];
    assert_eq!(*range, json!({"start": start, "end": start}));
    let range = &json(Format::Rdjson)["related_locations"][0]["location"]["range"];
    assert_eq!(*range, json!({"start": {"line": 7, "column": 3}}));
    let text = json(Format::Gitlab)["content"]["body"].clone();
    assert_eq!(text, "m\nnote: see\nsrc/missing.vitte:7:3: this");
}

/// A reader of other tools' output knows some offsets in a file that is not here.
#[test]
fn known_byte_offsets_in_missing_files_are_kept() {
    let mut sources = SourceMap::new();
    let known = KnownLocation { offset: 40, line: 3, col: 5 };
    let missing = sources.add_unavailable("a.vitte", [known]).unwrap();
    let error = Diagnostic::error(None, at(missing, 40, 44), "m");
    let region = json!({"startLine": 3, "startColumn": 5, "byteOffset": 40, "byteLength": 4});
    assert_eq!(location(Format::Sarif, &sources, &error)["physicalLocation"]["region"], region);
}

#[test]
fn edits_of_files_that_are_not_here_are_text() {
    let Files { sources, main, missing, stdin, .. } = files();
    for file in [missing, stdin] {
        let error = Diagnostic::error(None, at(main, 0, 6), "m").with_suggestion(insertions(
            "choose",
            file,
            &["a", "b"],
        ));
        for (format, text, _) in texts(&sources, &error) {
            assert_eq!(text, "m\nhelp: choose\n- `a`\n- `b`", "{format}");
        }
        for (format, field) in
            [(Format::Sarif, "fixes"), (Format::Lsp, "data"), (Format::Rdjson, "suggestions")]
        {
            assert_eq!(one_as_json(format, &sources, &error).get(field), None, "{format}");
        }
    }
}

/// SARIF: sections 3.27.18 and 3.27.19.
#[test]
fn steps_of_an_analysis_are_a_code_flow_and_others_are_stacks() {
    let Files { sources, main, .. } = files();
    let step = |step: TraceStep| step.with_span(at(main, 0, 6));
    let error = Diagnostic::error(None, at(main, 0, 6), "m")
        .with_step(step(TraceStep::call("one")))
        .with_step(step(TraceStep::analysis("two")))
        .with_step(TraceStep::call("three"))
        .with_step(step(TraceStep::import("four")))
        .with_step(TraceStep::analysis("five"))
        .with_step(step(TraceStep::analysis("six")));
    let result = one_as_json(Format::Sarif, &sources, &error);
    assert_eq!(result["message"]["text"], "m\nfive", "a flow has only locations with a file");
    let messages = |locations: &Value| -> Vec<String> {
        let locations = locations.as_array().unwrap().iter();
        let texts = locations.map(|one| &one["location"]["message"]["text"]);
        texts.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let flow = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(messages(flow), ["two", "six"]);
    let stacks = result["stacks"].as_array().unwrap().iter();
    let stacks: Vec<_> = stacks
        .map(|stack| (stack["message"]["text"].clone(), messages(&stack["frames"])))
        .collect();
    let own = |name: &str, frames: &[&str]| {
        (json!(name), frames.iter().map(|&frame| frame.to_owned()).collect::<Vec<_>>())
    };
    let calls = [own("call chain", &["one"]), own("call chain", &["three"])];
    assert_eq!(stacks[..2], calls);
    assert_eq!(stacks[2..], [own("import chain", &["four"])]);
}

#[test]
fn ids_of_related_locations_are_unique() {
    let (sources, bag) = rich();
    let out: Value = serde_json::from_str(&written(Format::Sarif, &sources, &bag)).unwrap();
    let results = out["runs"][0]["results"].as_array().unwrap().iter();
    let related = results.filter_map(|result| result["relatedLocations"].as_array());
    let related: Vec<_> = related.flatten().map(|one| one["id"].as_u64().unwrap()).collect();
    assert_eq!(related.len(), 5, "two secondary labels, three labels of children");
    assert_eq!(related.iter().collect::<BTreeSet<_>>().len(), related.len());
}

#[test]
fn hostile_text_is_safe_in_every_part() {
    let hostile = || crate::common::ten::HOSTILE.clone();
    let Files { sources, main, .. } = files();
    let alternatives = [hostile() + "a", hostile() + "b"].map(|text| [Edit::insert(main, 0, text)]);
    let suggestion =
        Suggestion::with_alternatives(hostile(), alternatives, Applicability::Unspecified).unwrap();
    let error = Diagnostic::error(None, at(main, 0, 6), "m")
        .with_child(Child::note(hostile()))
        .with_child(Child::note(hostile()).with_label(at(main, 0, 6), hostile() + "label"))
        .with_step(TraceStep::call(hostile()))
        .with_step(TraceStep::analysis(hostile()).with_span(at(main, 0, 6)))
        .with_suggestion(suggestion);
    for format in FORMATS.into_iter().chain(OTHER_FORMATS) {
        let out = one(format, &sources, &error).replace("\r\n", "\n");
        let found = out.chars().find(|&c| c != '\n' && text::is_unsafe(c));
        assert_eq!(found, None, "{format}");
        let is_one = format != Format::Github || out.lines().count() == 1;
        assert!(
            is_one && out.lines().all(|line| !line.starts_with("::warning")),
            "{format}: {out}"
        );
    }
    assert_eq!(one_as_json(Format::Lsp, &sources, &error)["data"].as_array().unwrap().len(), 2);
}

//! Validates the output of each format: by official schemas, an XML parser, the types of the Language Server
//! Protocol, and the syntax of GitHub's commands. Input: the same ten diagnostics, and none.
use jsonschema::Validator;
use roxmltree::{Document, Node};
use serde_json::{Value, json};
use vitte_diag::{Diagnostic, Format, Frame, Label, Severity, SourceMap, Span, code, text};

use crate::common::github::Command;
use crate::common::ten::{HOSTILE, hostile, ten, ten_and_none};
use crate::common::{self, root, written};
use crate::formats::rich::rich;

#[test]
fn hostile_text_is_valid_in_every_format() {
    let (sources, bag) = hostile();
    let out = |format| written(format, &sources, &bag);
    for &format in Format::ALL {
        let out = out(format).replace("\r\n", "\n");
        let unsafe_char = out.chars().find(|&c| c != '\n' && text::is_unsafe(c));
        assert_eq!(unsafe_char, None, "{format}");
    }
    let json = |format| serde_json::from_str::<Value>(&out(format)).unwrap();
    assert_eq!(errors(&sarif_schema(), &json(Format::Sarif)), [""; 0]);
    assert_eq!(json(Format::Gitlab)[0]["description"], HOSTILE.as_str());
    assert_eq!(json(Format::Rdjson)["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(json(Format::Json)["message"], HOSTILE.as_str());
    assert_eq!(named(Document::parse(&out(Format::Junit)).unwrap().root(), "testcase").count(), 1);
    assert_eq!(named(Document::parse(&out(Format::Html)).unwrap().root(), "pre").count(), 1);
    let published: lsp_types::PublishDiagnosticsParams =
        serde_json::from_str(&out(Format::Lsp)).unwrap();
    assert!(published.diagnostics[0].message.starts_with(HOSTILE.as_str()));
    assert!(Command::parse(out(Format::Github).trim_end()).property("file").is_some());
    assert_eq!(out(Format::Short).lines().count(), 1, "a path with a line feed is on one line");
}

/// The outputs for diagnostics with every part of the model, read by the same readers.
#[test]
fn every_part_of_the_model_is_valid_in_every_format() {
    let (sources, bag) = rich();
    let out = |format| written(format, &sources, &bag);
    let json = |format| serde_json::from_str::<Value>(&out(format)).unwrap();
    let sarif = json(Format::Sarif);
    assert_eq!(errors(&sarif_schema(), &sarif), [""; 0]);
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        // Code scanning on GitHub rejects the whole log otherwise.
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert!(artifact["uri"].as_str().is_some_and(|uri| !uri.is_empty()), "{result}");
    }
    assert_eq!(errors(&rdjson_schema(), &json(Format::Rdjson)), [""; 0]);
    let gitlab = jsonschema::draft7::new(&schema("gitlab-codeclimate.json")).unwrap();
    for issue in json(Format::Gitlab).as_array().unwrap() {
        assert_eq!(errors(&gitlab, issue), [""; 0]);
        let location = &issue["location"];
        assert!(location["path"].is_string() && location["lines"]["begin"].is_u64(), "{issue}");
    }
    let published = out(Format::Lsp);
    let published = published.lines().map(|line| serde_json::from_str(line).unwrap());
    let published: Vec<lsp_types::PublishDiagnosticsParams> = published.collect();
    assert_eq!(published.iter().map(|params| params.diagnostics.len()).sum::<usize>(), bag.len());
    let junit = out(Format::Junit);
    assert_eq!(named(Document::parse(&junit).unwrap().root(), "testcase").count(), bag.len());
    assert_eq!(out(Format::Github).lines().map(Command::parse).count(), bag.len());
}

fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("tests/schemas").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{error} at {}", error.instance_path())).collect()
}

fn ten_and_none_as_json(format: Format) -> [Value; 2] {
    ten_and_none(format).map(|out| serde_json::from_str(&out).unwrap())
}

/// The schema of SARIF with two corrections; see `tests/schemas/README.md`.
fn sarif_schema() -> Validator {
    let mut schema = schema("sarif-2.1.0.json");
    for object in ["run", "toolComponent"] {
        let pattern = format!("/definitions/{object}/properties/language/pattern");
        *schema.pointer_mut(&pattern).unwrap() = json!("^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    }
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let validator = sarif_schema();
    let [ten, none] = ten_and_none_as_json(Format::Sarif);
    assert_eq!(errors(&validator, &ten), [""; 0]);
    assert_eq!(errors(&validator, &none), [""; 0]);
    assert_eq!(ten["runs"][0]["results"].as_array().unwrap().len(), 10);
    assert_eq!(none["runs"][0]["results"], json!([]));

    let mut broken = ten;
    broken["runs"][0]["results"][3]["locations"][0]["colour"] = json!("red");
    broken["runs"][0]["results"][4]["level"] = json!("fatal");
    assert_eq!(errors(&validator, &broken).len(), 2, "the schema rejects invalid output");
}

/// Sections 3.27.19, 3.44 and 3.45.
#[test]
fn sarif_contains_a_backtrace_as_a_stack() {
    let frames = [
        Frame::at("vittec::close", "src/a b.rs", 77, Some(13)),
        Frame::at("core::f", "/rustc/1/library/core/src/a.rs", 7, None),
        Frame::at("g", "src/a.rs", 0, Some(0)),
        Frame::in_module("<unknown>", "/usr/lib/libc.so.6", 0x1c20),
        Frame::omitted(7),
        Frame::new("main {0}"),
    ];
    let crash = Diagnostic::new(Severity::Fatal, code!("F0001"), Span::DUMMY, "m");
    let bag = [crash.with_backtrace(frames.into_iter().collect())].into_iter().collect();
    let out = written(Format::Sarif, &SourceMap::new(), &bag);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(errors(&sarif_schema(), &log), [""; 0]);
    let name = |name: &str| json!([{"fullyQualifiedName": name, "kind": "function"}]);
    let expected = json!([{"frames": [
        {"location": {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/a%20b.rs", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 77, "startColumn": 13},
            },
            "logicalLocations": name("vittec::close"),
        }},
        {"location": {
            "physicalLocation": {
                "artifactLocation": {"uri": "file:///rustc/1/library/core/src/a.rs"},
                "region": {"startLine": 7},
            },
            "logicalLocations": name("core::f"),
        }},
        {"location": {"logicalLocations": name("g")}},
        {"location": {"logicalLocations": name("<unknown>")}, "module": "/usr/lib/libc.so.6"},
        {"location": {"message": {"text": "[... omitted 7 frames ...]"}}},
        {"location": {"logicalLocations": name("main {0}")}},
    ]}]);
    assert_eq!(log["runs"][0]["results"][0]["stacks"], expected);
}

/// Section 3.27.6: `ruleIndex` is the index of the rule whose id is `ruleId`.
#[test]
fn sarif_results_refer_to_their_rules() {
    let [ten, _] = ten_and_none_as_json(Format::Sarif);
    let run = &ten["runs"][0];
    let mut with_a_rule = 0;
    for result in run["results"].as_array().unwrap() {
        let Some(index) = result.get("ruleIndex") else { continue };
        let rule =
            &run["tool"]["driver"]["rules"][usize::try_from(index.as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        with_a_rule += 1;
    }
    assert_eq!(with_a_rule, 5, "F0001, W0100, E0001, E0011 and E0100 have pages");
}

/// Sections 3.11.5 and 3.11.6: `{0}` is a placeholder in a message with arguments, `[x](1)` a link to a related location.
#[test]
fn sarif_messages_have_no_arguments_and_no_links() {
    let [ten, _] = ten_and_none_as_json(Format::Sarif);
    let message = &ten["runs"][0]["results"][7]["message"];
    assert_eq!(message.get("arguments"), None);
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("see {0}, [x] (1)"), "{text}");
    let (_, bag) = common::ten::ten();
    assert!(text.replace("] (", "](").starts_with(bag.ordered()[7].diagnostic.message()));
    assert_eq!(message["properties"]["vitteDiag/text"], text.replace("] (", "]("));
}

#[test]
fn gitlab_entries_are_valid_by_the_schema_and_contain_all_text() {
    let validator = jsonschema::draft7::new(&schema("gitlab-codeclimate.json")).unwrap();
    let [ten, none] = ten_and_none_as_json(Format::Gitlab);
    assert_eq!(none, json!([]));
    assert_eq!(ten.as_array().unwrap().len(), 10);
    let (sources, bag) = common::ten::ten();
    for (mut entry, reported) in ten.as_array().unwrap().clone().into_iter().zip(bag.ordered()) {
        assert_eq!(errors(&validator, &entry), [""; 0]);
        assert_eq!(entry["description"], reported.diagnostic.message());
        let text = plain_text(&sources, reported.diagnostic);
        let note = "\nnote: the diagnostic has no location";
        let note = if reported.diagnostic.file().is_none() { note } else { "" };
        assert_eq!(entry["content"]["body"], text + note);
        // The schema accepts any text as the severity; the documentation lists these.
        let severity = entry["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
        entry.as_object_mut().unwrap().remove("fingerprint");
        assert_eq!(errors(&validator, &entry).len(), 1, "the schema rejects invalid output");
    }
}

/// Forbids properties that the schema does not name.
fn forbid_additional_properties(schema: &mut Value) {
    if let Value::Array(items) = schema {
        items.iter_mut().for_each(forbid_additional_properties);
    }
    if let Value::Object(object) = schema {
        object.values_mut().for_each(forbid_additional_properties);
        if object.get("properties").is_some_and(Value::is_object) {
            object.insert("additionalProperties".to_owned(), json!(false));
        }
    }
}

/// The schema of reviewdog, but without additional properties; see `tests/schemas/README.md`.
fn rdjson_schema() -> Validator {
    let mut schema = schema("rdjson.json");
    forbid_additional_properties(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn rdjson_is_valid_by_the_schema_of_reviewdog() {
    let validator = rdjson_schema();
    let [ten, none] = ten_and_none_as_json(Format::Rdjson);
    assert_eq!(errors(&validator, &ten), [""; 0]);
    assert_eq!(errors(&validator, &none), [""; 0]);
    assert_eq!(ten["diagnostics"].as_array().unwrap().len(), 10);
    let mut broken = ten;
    broken["diagnostics"][0]["range"] = json!({});
    broken["diagnostics"][1]["severity"] = json!("FATAL");
    assert!(errors(&validator, &broken).len() >= 2, "the schema rejects invalid output");
}

/// The text of a diagnostic in a format that has only one field for all of it, computed from the model.
fn plain_text(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.message().to_owned()];
    lines.extend(diagnostic.primary().and_then(Label::message).map(str::to_owned));
    lines.extend(diagnostic.secondary().iter().map(|label| {
        let at = sources.location(label.span()).unwrap();
        format!("{}:{}:{}: {}", at.path, at.line, at.col, label.message().unwrap())
    }));
    lines.extend(diagnostic.help().map(|help| format!("help: {help}")));
    lines.extend(diagnostic.notes().map(|note| format!("note: {note}")));
    lines.extend(diagnostic.suggestions().iter().map(|one| format!("help: {}", one.message())));
    lines.join("\n")
}

fn named<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |node| node.has_tag_name(name))
}

#[test]
fn junit_counts_are_correct_and_case_names_unique() {
    for (out, cases) in ten_and_none(Format::Junit).iter().zip([10, 1]) {
        let document = Document::parse(out).unwrap();
        assert_eq!(named(document.root(), "testcase").count(), cases);
        for suite in document.descendants().filter(|node| node.has_attribute("tests")) {
            for (attribute, element) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error")]
            {
                let count = named(suite, element).count().to_string();
                assert_eq!(suite.attribute(attribute), Some(count.as_str()), "{attribute}");
            }
        }
        let names = named(document.root(), "testcase")
            .map(|case| (case.attribute("classname").unwrap(), case.attribute("name").unwrap()));
        assert_eq!(names.collect::<std::collections::BTreeSet<_>>().len(), cases);
    }
}

#[test]
fn junit_contains_every_text_exactly() {
    let (sources, bag) = ten();
    let out = written(Format::Junit, &sources, &bag);
    let document = Document::parse(&out).unwrap();
    let cases: Vec<_> = named(document.root(), "testcase").collect();
    for (case, entry) in cases.iter().zip(bag.ordered()) {
        let diagnostic = entry.diagnostic;
        let result = case.first_element_child().unwrap();
        let text = plain_text(&sources, diagnostic);
        let (element, text) = match diagnostic.severity() {
            Severity::Fatal => ("error", text),
            Severity::Error => ("failure", text),
            severity => ("system-out", format!("{severity}: {text}")),
        };
        assert_eq!((result.tag_name().name(), result.text()), (element, Some(text.as_str())));
        let is_bad = diagnostic.severity() >= Severity::Error;
        assert_eq!(result.attribute("message"), is_bad.then_some(diagnostic.message()));
        let file = sources.file(diagnostic.primary().map_or(Span::DUMMY, Label::span).file()).ok();
        assert_eq!(case.attribute("file"), file.map(|file| file.path()));
    }
}

#[test]
fn github_commands_contain_the_whole_diagnostic() {
    let (sources, bag) = ten();
    let [commands, none] = ten_and_none(Format::Github);
    assert_eq!(none, "");
    assert_eq!(commands.lines().count(), 10);
    for (line, entry) in commands.lines().zip(bag.ordered()) {
        let (command, diagnostic) = (Command::parse(line), entry.diagnostic);
        let name = match diagnostic.severity() {
            Severity::Note => "notice",
            Severity::Warning => "warning",
            Severity::Error | Severity::Fatal => "error",
        };
        assert_eq!(command.name, name);
        assert_eq!(command.property("title"), diagnostic.code().map(|code| code.to_string()));
        let span = diagnostic.primary().map_or(Span::DUMMY, Label::span);
        let at = sources.location(span).ok();
        let Some(at) = at.filter(|at| at.path != "<stdin>") else {
            // Without a file, the location is in the message.
            let location = at.map(|at| format!("{at}: ")).unwrap_or_default();
            assert_eq!(command.message, location + &plain_text(&sources, diagnostic));
            assert_eq!(command.properties.len(), 1, "no location: {line}");
            continue;
        };
        assert_eq!(command.message, plain_text(&sources, diagnostic));
        let text = sources.file(span.file()).unwrap().text();
        let is_one_line = !text[span.range()].contains('\n');
        assert_eq!(command.property("file").as_deref(), Some(at.path));
        assert_eq!(command.property("line"), Some(at.line.to_string()));
        assert_eq!(command.property("col"), is_one_line.then(|| at.col.to_string()));
        assert_eq!(command.property("endLine").is_some(), !is_one_line);
    }
}

#[test]
fn each_line_of_the_short_format_is_a_location_a_severity_and_a_message() {
    let (sources, bag) = ten();
    let [lines, none] = ten_and_none(Format::Short);
    assert_eq!(none, "");
    assert_eq!(lines.lines().count(), 10);
    for (line, entry) in lines.lines().zip(bag.ordered()) {
        let diagnostic = entry.diagnostic;
        let at = sources.location(diagnostic.primary().map_or(Span::DUMMY, Label::span));
        let location = at.map(|at| format!("{}:{}:{}: ", at.path, at.line, at.col));
        let rest = line.strip_prefix(&location.unwrap_or_default()).unwrap();
        let (kind, message) = rest.split_once(": ").unwrap();
        assert_eq!(kind, format!("{}[{}]", diagnostic.severity(), diagnostic.code().unwrap()));
        assert_eq!(message, diagnostic.message().replace('\n', "\\n"));
    }
}

#[test]
fn an_html_fragment_is_xml_and_its_text_is_the_human_output() {
    let (sources, bag) = ten();
    let [fragment, none] = ten_and_none(Format::Html);
    assert_eq!(named(Document::parse(&none).unwrap().root(), "pre").count(), 0);

    let document = Document::parse(&fragment).unwrap();
    let text_of = |node: Node<'_, '_>| -> String {
        node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
    };
    let all: Vec<String> = named(document.root(), "pre").map(text_of).collect();
    assert_eq!(all.len(), 10);
    // On a terminal, an empty line separates diagnostics; in HTML, the end of the `pre` does.
    let without_urls = vitte_diag::EmitterOptions::default();
    let human = common::write(Format::Human, &sources, &bag, &without_urls);
    assert_eq!(all.join("\n\n") + "\n", human);

    let links = named(document.root(), "a").map(|link| link.attribute("href").unwrap());
    let codes = bag.ordered().into_iter().map(|entry| entry.diagnostic.code().unwrap());
    assert!(links.eq(codes.map(|code| format!("https://vitte.example/codes/{code}"))));
}

#[test]
fn narrated_output_contains_no_drawing() {
    let (sources, bag) = ten();
    let [narrated, none] = ten_and_none(Format::Narrated);
    assert_eq!(none, "");
    // One of the notes contains an arrow.
    let own = "two lines -->, ]]>";
    assert_eq!(narrated.matches(own).count(), 1);
    let narrated = narrated.replace(own, "");
    let human = written(Format::Human, &sources, &bag);
    for drawn in ["|", "^", "-->", "++", "----"] {
        assert!(human.contains(drawn), "human output contains {drawn}");
        assert!(!narrated.contains(drawn), "{drawn}:\n{narrated}");
    }
    assert!(!narrated.contains("~~~"), "{narrated}");
    for entry in &bag {
        assert!(narrated.contains(entry.diagnostic.message().lines().next().unwrap()));
        assert!(narrated.contains(entry.diagnostic.code().unwrap().as_str()));
    }
}

//! Injection tests: strings that mislead terminals or parsers, in every place where text from outside may
//! appear, in every format.
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use roxmltree::{Document, Node};
use serde_json::Value;
use vitte_diag::baseline::Baseline;
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, EmitterOptions, FileId, Format, Frame,
    HtmlEmitter, SourceMap, Span, Suggestion, Terminal, Tool, codes, registry, text,
};

use crate::common;

/// Hostile characters; each one is tested.
const CHARACTERS: &str = "\u{1b}\u{7}\u{8}\0\u{7f}\u{90}\u{9b}\u{9d}\u{61c}\u{200e}\u{200f}\u{202a}\
    \u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\r\u{b}\u{c}\u{85}\u{2028}\
    \u{2029}\n\u{fffe}\u{200b}\u{ad}\u{feff}\u{2060}\u{3164}\u{115f}\u{200d}\u{fe0f}\u{301}\u{34f}\u{e0041}";
/// Hostile sequences, separated by blanks.
const SEQUENCES: &str =
    "\u{1b}[2J \u{1b}]8;;http://x\u{7} \r\n ]]> --> </pre><script> %0A ::error::";

fn hostile() -> Vec<String> {
    CHARACTERS.chars().map(String::from).chain(SEQUENCES.split(' ').map(str::to_owned)).collect()
}

/// Where text from outside may appear. The first three are in the source: inside the label, before it,
/// and on the lines around it. `other` is the path of the secondary label's file, `frame` a frame of the backtrace.
const PLACES: [&str; 16] = [
    "inside",
    "before",
    "around",
    "message",
    "primary",
    "secondary",
    "note",
    "help",
    "fix",
    "edit",
    "path",
    "other",
    "url",
    "name",
    "version",
    "frame",
];

/// The fields of the JSON formats, after a common prefix (`*` is any member), and their values:
/// `=` exactly the text of a place, `~` contains the text, `%` is a URL that ends with the text.
const FIELDS: &str = "
json message=message help=help notes/0=note primary/file=path
json labels/ 0/message=primary 1/message=secondary 1/file=other
json backtrace/ 0=frame 1~frame
json suggestions/ 0/message=fix 0/edits/0/text=edit 1/edits/0/file=other
sarif runs/0/tool/driver/ name=name version=version rules/0/helpUri=url
sarif runs/0/results/0/message/ text~message text~primary text~note text~help
sarif runs/0/results/0/locations/0/physicalLocation/artifactLocation/ uri%path
sarif runs/0/results/0/relatedLocations/0/ message/text=secondary
sarif runs/0/results/0/relatedLocations/0/physicalLocation/artifactLocation/ uri%other
sarif runs/0/results/0/fixes/0/ description/text=fix
sarif runs/0/results/0/fixes/0/artifactChanges/0/replacements/0/ insertedContent/text=edit
sarif runs/0/results/0/stacks/0/frames/0/location/ logicalLocations/0/fullyQualifiedName=frame
sarif runs/0/results/0/stacks/0/frames/1/location/ physicalLocation/artifactLocation/uri%frame
lsp uri%path
lsp diagnostics/0/ source=name codeDescription/href=url data/0/title=fix
lsp diagnostics/0/ message~message message~primary message~note message~help
lsp diagnostics/0/ relatedInformation/0/message=secondary relatedInformation/0/location/uri%other
lsp diagnostics/0/data/1/edit/changes/*/0/ newText=edit
gitlab 0/ description=message location/path=path
gitlab 0/content/ body~message body~primary body~other body~secondary body~note body~help body~fix
rdjson source/name=name
rdjson diagnostics/0/ code/url=url location/path=path suggestions/0/text=edit
rdjson diagnostics/0/ message~message message~primary message~note message~help message~fix
rdjson diagnostics/0/related_locations/0/ message=secondary location/path=other
rdjsonl source/name=name
rdjsonl code/url=url location/path=path suggestions/0/text=edit
rdjsonl message~message message~primary message~note message~help message~fix
rustc message=message spans/0/file_name=path spans/0/label=primary
rustc spans/1/ label=secondary file_name=other
rustc children/ 0/message=help 1/message=note 2/message~frame 3/message=fix
rustc children/ 3/spans/0/suggested_replacement=edit 4/spans/0/file_name=other
sonarqube rules/0/engineId=name
sonarqube issues/0/primaryLocation/ filePath=path message~message message~primary message~note
sonarqube issues/0/primaryLocation/ message~help message~fix
sonarqube issues/0/secondaryLocations/0/ message=secondary filePath=other
bitbucket report/ title=name reporter~name reporter~version
bitbucket annotations/0/0/ path=path summary~message link=url external_id~name
bitbucket annotations/0/0/ details~message details~primary details~other details~secondary
bitbucket annotations/0/0/ details~note details~help details~fix
";

/// The places that are in the text of a format with a single field for all of it.
const PROSE: [&str; 7] = ["message", "primary", "other", "secondary", "note", "help", "fix"];

/// A diagnostic with text in every place.
struct Scene {
    /// The test case, for failure messages.
    about: String,
    /// The text of each place.
    words: BTreeMap<&'static str, String>,
    sources: SourceMap,
    bag: DiagnosticBag,
    options: EmitterOptions,
}

impl Scene {
    /// `hostile` returns the text of each place, which is put between the place's name and `end`.
    fn new(about: String, hostile: impl Fn(usize) -> String) -> Self {
        let word = |(at, &place)| (place, format!("{place}{}end", hostile(at)));
        let mut words: BTreeMap<_, _> = PLACES.iter().enumerate().map(word).collect();
        let given = words.clone();
        let word = |place| given[place].clone();
        let before = format!("{}\n{}", word("around"), word("before"));
        let source = format!("{before}{}tail\n{}\n", word("inside"), word("around"));
        let inside = before.len()..before.len() + word("inside").len();

        let mut sources = SourceMap::with_root("/r");
        let file = sources.add(word("path"), source.clone()).unwrap();
        let other = sources.add(word("other"), source).unwrap();
        let span = |file| sources.span(file, inside.clone()).unwrap();
        let fix = |edit| Suggestion::single(word("fix"), edit, Applicability::MaybeIncorrect);
        // As a function name, and as a path.
        let backtrace = [Frame::new(word("frame")), Frame::at("f", &word("frame"), 1, None)];
        let diagnostic = Diagnostic::error(codes::E0001, span(file), word("message"))
            .with_label(word("primary"))
            .with_secondary(span(other), word("secondary"))
            .with_note(word("note"))
            .with_help(word("help"))
            .with_backtrace(backtrace.into_iter().collect())
            .with_suggestion(fix(Edit::replace(span(file), word("edit"))))
            .with_suggestion(fix(Edit::insert(other, 0, word("edit"))));
        let tool = Tool::new(word("name"), word("version"))
            .with_codes_url(format!("https://{}/", word("url")))
            .with_pages(registry::pages().take(1));

        for (place, id) in [("path", file), ("other", other)] {
            let path = sources.file(id).unwrap().path();
            assert_eq!(path, word(place).replace("//", "/"), "{about}");
            words.insert(place, path.to_owned());
        }
        let url = tool.code_url(codes::E0001).unwrap();
        let base = format!("https://{}/E0001", word("url")).replace("%0A", "\n");
        assert_eq!(percent_decode_str(&url).decode_utf8().unwrap(), base, "{about}");
        words.insert("url", url);
        let bag = [diagnostic].into_iter().collect();
        Self { about, words, sources, bag, options: EmitterOptions::new(tool, Terminal::default()) }
    }

    fn word(&self, place: &str) -> &str {
        &self.words[place]
    }

    fn write(&self, format: Format) -> String {
        common::write(format, &self.sources, &self.bag, &self.options)
    }

    /// Human output, with or without colours and links. `rich`: with context lines and Unicode.
    fn human(&self, colored: bool, rich: bool) -> String {
        self.human_of(&self.options.tool, colored, rich)
    }

    fn human_of(&self, tool: &Tool, colored: bool, rich: bool) -> String {
        let mut terminal = Terminal::default();
        (terminal.color, terminal.hyperlinks) = (colored, colored);
        common::human(&self.sources, &self.bag, |human| {
            let human = human.with_terminal(terminal).with_tool(tool);
            human.with_context_lines(u16::from(rich)).with_unicode(rich)
        })
    }

    fn html(&self, rich: bool) -> String {
        let mut out = Vec::new();
        let html = HtmlEmitter::new(&mut out, &self.options.tool);
        let mut html = html.with_context_lines(u16::from(rich)).with_unicode(rich);
        self.bag.emit(&self.sources, &mut html).unwrap();
        String::from_utf8(out).unwrap()
    }
}

/// Escapes the unsafe characters of a text, except those that `keep` accepts, as formats for programs do.
fn escaped(text: &str, keep: impl Fn(char) -> bool) -> String {
    let escape = |c: char| text::one_line(c.encode_utf8(&mut [0; 4])).into_owned();
    let is_kept = |c: char| keep(c) || !text::is_unsafe(c);
    text.chars().map(|c| if is_kept(c) { c.into() } else { escape(c) }).collect()
}

fn count(output: &str, beginning: &str) -> usize {
    output.lines().filter(|line| line.starts_with(beginning)).count()
}

fn assert_safe(output: &str, about: &str) {
    let found = output.chars().find(|&c| c != '\n' && text::is_unsafe(c));
    assert_eq!(found, None, "{about}: {output:?}");
    assert!(output.ends_with('\n') && !output.ends_with("\n\n"), "{about}: {output:?}");
}

/// Asserts that people see every character of `output`, and that no mark is drawn on what the output has before it.
fn assert_visible(output: &str, about: &str) {
    for line in output.lines() {
        assert_eq!(text::one_line(line), line, "{about}: {output:?}");
    }
}

fn human_is_safe(scene: &Scene) {
    let about = &scene.about;
    let path = text::one_line(scene.word("path"));
    for rich in [false, true] {
        let plain = scene.human(false, rich);
        assert_safe(&plain, about);
        assert_visible(&plain, about);
        assert_eq!([count(&plain, "error["), count(&plain, "::")], [1, 0], "{about}: {plain}");
        // An arrow is before each path.
        let has_path = |line: &&str| {
            let place =
                line.trim_start().split_once(' ').and_then(|(_, place)| place.strip_prefix(&*path));
            place.is_some_and(|place| place.starts_with(':'))
        };
        assert_eq!(plain.lines().filter(has_path).count(), 1, "{about}: {plain}");

        let (shown, links) = common::on_terminal(&scene.human(true, rich));
        // Without links, the URL of the code is text.
        let without_url = scene.human_of(&Tool::default(), false, rich);
        assert_eq!(shown, without_url, "{about}");
        assert!(plain.contains(scene.word("url")), "{about}: {plain}");
        let files =
            [("path", 0), ("other", 1), ("other", 1)].into_iter().filter_map(|(place, file)| {
                let is_safe = text::one_line(scene.word(place)) == scene.word(place);
                is_safe.then(|| scene.sources.url(FileId::new(file)).expect("a root"))
            });
        let expected: Vec<_> = [scene.word("url").to_owned()].into_iter().chain(files).collect();
        assert_eq!(links, expected, "{about}");
    }
    assert_eq!(scene.write(Format::Human), scene.human(false, false), "{about}");
}

fn sentences_are_safe(scene: &Scene) {
    let about = &scene.about;
    let [path, message] = ["path", "message"].map(|place| text::one_line(scene.word(place)));
    let short = scene.write(Format::Short);
    assert_safe(&short, about);
    assert_visible(&short, about);
    assert!(short.starts_with(&format!("{path}:")), "{about}: {short}");
    assert!(short.ends_with(&format!(": error[E0001]: {message}\n")), "{about}: {short}");
    assert_eq!(short.lines().count(), 1, "{about}: {short}");

    let narrated = scene.write(Format::Narrated);
    assert_safe(&narrated, about);
    assert_visible(&narrated, about);
    assert_eq!(count(&narrated, "Error E0001: "), 1, "{about}: {narrated}");
    assert_eq!(count(&narrated, "error[") + count(&narrated, "::"), 0, "{about}: {narrated}");
    assert_eq!(count(&narrated, &format!("In {path}, line ")), 1, "{about}: {narrated}");
}

fn github_has_one_command(scene: &Scene) {
    let about = &scene.about;
    let github = scene.write(Format::Github);
    assert_safe(&github, about);
    assert_eq!(github.lines().count(), 1, "{about}: {github}");
    let command = github.trim_end().strip_prefix("::error ").expect(about);
    let (properties, message) = command.split_once("::").expect(about);
    let properties = properties.split(',').map(|property| property.split_once('=').expect(about));
    let (names, values): (Vec<_>, Vec<_>) = properties.unzip();
    let names = names.join(" ").replace("col endColumn", "endLine");
    assert_eq!(names, "file line endLine title", "{about}: {github}");
    let decoded = |text| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
    let keep = |c| "\r\n".contains(c);
    assert_eq!(decoded(values[0]), escaped(scene.word("path"), keep), "{about}");
    for word in PROSE.map(|place| escaped(scene.word(place), keep)) {
        assert!(decoded(message).contains(&word), "{about}: {word:?} is not in {message}");
    }
}

fn json_contains_the_exact_text(scene: &Scene) {
    let mut last = ("", Value::Null);
    for line in FIELDS.trim().lines() {
        let (format, fields) = line.split_once(' ').unwrap();
        if last.0 != format {
            let output = scene.write(format.parse().unwrap());
            assert_safe(&output, &scene.about);
            last = (format, serde_json::from_str(&output).expect(&scene.about));
        }
        let (below, fields) = fields.split_once("/ ").unwrap_or(("", fields));
        for field in fields.split(' ') {
            let about = format!("{}: {format} {below}/{field}", scene.about);
            let (path, place) = field.split_once(['=', '~', '%']).unwrap();
            let parts = below.split('/').filter(|part| !part.is_empty()).chain(path.split('/'));
            let found = parts.fold(&last.1, |value, part| match part {
                "*" => value.as_object().and_then(|members| members.values().next()).expect(&about),
                _ => value.pointer(&format!("/{part}")).expect(&about),
            });
            let (found, word) = (found.as_str().expect(&about), scene.word(place));
            if field.contains('=') {
                assert_eq!(found, word, "{about}");
            } else if field.contains('~') {
                assert!(found.contains(word), "{about}: {word:?} is not in {found:?}");
            } else {
                assert!(found.bytes().all(|byte| byte.is_ascii_graphic()), "{about}: {found:?}");
                let path = percent_decode_str(found).decode_utf8().expect(&about);
                assert_eq!(path.strip_prefix("file:///r/").unwrap_or(&path), word, "{about}");
            }
        }
    }
}

/// A text with the characters escaped that XML 1.0 does not allow (section 2.2).
fn in_xml(text: &str) -> String {
    let text = text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    escaped(&text, |c| "\t\n\r".contains(c) || c >= '\u{7f}')
}

fn junit_contains_the_exact_text(scene: &Scene) {
    let about = &scene.about;
    let output = scene.write(Format::Junit);
    assert_safe(&output, about);
    let document = Document::parse(&output).expect(about);
    let element = |name| document.descendants().find(|node| node.has_tag_name(name)).expect(name);
    for (name, attribute, place) in [
        ("testsuites", "name", "name"),
        ("testsuite", "name", "path"),
        ("testcase", "file", "path"),
        ("failure", "message", "message"),
    ] {
        let found = element(name).attribute(attribute);
        assert_eq!(found, Some(&*in_xml(scene.word(place))), "{about}: {attribute} of {name}");
    }
    let text = element("failure").text().expect(about);
    for word in PROSE.iter().chain(&["frame"]).map(|place| in_xml(scene.word(place))) {
        assert!(text.contains(&word), "{about}: {word:?} is not in {text:?}");
    }
}

fn html_text_is_the_human_output(scene: &Scene) {
    let about = &scene.about;
    for rich in [false, true] {
        let output = scene.html(rich);
        assert_safe(&output, about);
        assert!(!output.to_lowercase().contains("<script"), "{about}: {output}");
        let document = Document::parse(&output).expect(about);
        let text: String =
            document.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
        // A code is a link, so its URL is not text.
        let human = in_xml(&scene.human_of(&Tool::default(), false, rich));
        assert_eq!(text.trim_matches('\n'), human.trim_end(), "{about}");
        for element in document.descendants().filter(Node::is_element) {
            let attributes: Vec<_> = element.attributes().map(|found| found.name()).collect();
            match element.tag_name().name() {
                "a" => assert_eq!(element.attribute("href"), Some(scene.word("url")), "{about}"),
                "div" | "pre" | "span" => assert_eq!(attributes, ["class"], "{about}"),
                other => panic!("{about}: {other} in {output}"),
            }
        }
    }
    assert_eq!(scene.write(Format::Html), scene.html(false), "{about}");
}

/// One line for the diagnostic, its label, the secondary label, the help, the note and two suggestions.
fn gcc_has_a_line_for_each_part(scene: &Scene) {
    let about = &scene.about;
    let gcc = scene.write(Format::Gcc);
    assert_safe(&gcc, about);
    assert_visible(&gcc, about);
    let [path, message] = ["path", "message"].map(|place| text::one_line(scene.word(place)));
    let lines: Vec<_> = gcc.lines().collect();
    assert_eq!(lines.len(), 7, "{about}: {gcc}");
    assert!(lines[0].starts_with(&format!("{path}:")), "{about}: {gcc}");
    assert!(lines[0].ends_with(&format!(": error: {message} [E0001]")), "{about}: {gcc}");
    let words = ["primary", "secondary", "help", "note", "fix", "fix"];
    for (line, place) in lines[1..].iter().zip(words) {
        let word = text::one_line(scene.word(place));
        assert!(line.contains(": note: ") && line.ends_with(&*word), "{about}: {line}");
    }
}

fn checkstyle_contains_the_exact_text(scene: &Scene) {
    let about = &scene.about;
    let output = scene.write(Format::Checkstyle);
    assert_safe(&output, about);
    let document = Document::parse(&output).expect(about);
    let element = |name| document.descendants().find(|node| node.has_tag_name(name)).expect(name);
    assert_eq!(element("file").attribute("name"), Some(&*in_xml(scene.word("path"))), "{about}");
    let text = element("error").attribute("message").expect(about);
    for word in PROSE.map(|place| in_xml(scene.word(place))) {
        assert!(text.contains(&word), "{about}: {word:?} is not in {text:?}");
    }
}

/// The commands of Azure Pipelines and the service messages of TeamCity: one line each.
fn commands_contain_the_exact_text(scene: &Scene) {
    let about = &scene.about;
    let azure = scene.write(Format::Azure);
    assert_safe(&azure, about);
    assert_eq!(azure.lines().count(), 1, "{about}: {azure}");
    let command = common::decode::azure(azure.trim_end());
    let keep = |c| "\r\n".contains(c);
    let path = escaped(scene.word("path"), keep);
    assert_eq!((&*command.name, command.value("sourcepath")), ("task.logissue", Some(&*path)));
    let teamcity = scene.write(Format::Teamcity);
    assert_safe(&teamcity, about);
    let messages: Vec<_> = teamcity.lines().map(common::decode::teamcity).collect();
    assert_eq!(messages.len(), 2, "{about}: {teamcity}");
    assert_eq!(messages[0].value("category"), Some(scene.word("name")), "{about}");
    assert_eq!(messages[1].value("file"), Some(scene.word("path")), "{about}");
    let text = messages[1].value("message").expect(about);
    for word in PROSE.map(|place| scene.word(place)) {
        assert!(text.contains(word), "{about}: {word:?} is not in {text:?}");
        assert!(command.text.contains(&escaped(word, keep)), "{about}: {word:?}");
    }
}

fn csv_contains_the_exact_text(scene: &Scene) {
    let about = &scene.about;
    let output = scene.write(Format::Csv);
    assert_safe(&output.replace("\r\n", "\n"), about);
    let records = common::decode::csv(&output);
    let [header, record] = &records[..] else { panic!("{about}: {output}") };
    let field = |name: &str| &record[header.iter().position(|own| own == name).expect(name)];
    let word = |place| escaped(scene.word(place), |c| c == '\n');
    for (name, place) in [("message", "message"), ("file", "path"), ("label", "primary")] {
        assert_eq!(*field(name), word(place), "{about}: {name}");
    }
    for place in PROSE {
        assert!(field("text").contains(&word(place)), "{about}: {place}");
    }
}

fn baseline_contains_the_exact_text(scene: &Scene) {
    let about = &scene.about;
    let output = scene.write(Format::Baseline);
    assert_safe(&output, about);
    let baseline = Baseline::parse(output.as_bytes()).expect(about);
    let (entry, count) = baseline.entries().next().expect(about);
    assert_eq!((&*entry.message, count), (scene.word("message"), 1), "{about}");
    assert_eq!(
        (&*entry.path, entry.label.as_deref().unwrap_or_default()),
        (scene.word("path"), scene.word("primary")),
        "{about}"
    );
}

fn tap_contains_the_exact_text(scene: &Scene) {
    let about = &scene.about;
    let output = scene.write(Format::Tap);
    assert_safe(&output, about);
    let points = common::decode::tap(&output);
    let [point] = &points[..] else { panic!("{about}: {output}") };
    let line = |place| text::one_line(scene.word(place)).into_owned();
    let description = format!("{}: E0001: {}", line("path"), line("message"));
    assert_eq!((point.passes, &*point.description), (false, &*description), "{about}");
    assert_eq!(point.value("message"), scene.word("message"), "{about}");
    assert_eq!(point.value("at")["file"], scene.word("path"), "{about}");
    let text = point.value("text").as_str().expect(about);
    for place in PROSE {
        assert!(text.contains(scene.word(place)), "{about}: {place}");
    }
}

fn carets_are_below_the_label(scene: &Scene) {
    let about = &scene.about;
    let output = scene.human(false, false);
    let lines: Vec<_> = output.lines().collect();
    let carets = lines.iter().position(|line| line.contains('^')).expect(about);
    let start = lines[carets].find('^').expect("found above");
    let end = start + lines[carets].matches('^').count();
    let marked =
        text::cells(lines[carets - 1], 1).filter(|cluster| (start..end).contains(&cluster.start));
    let under: String = marked.map(|cluster| cluster.text).collect();
    let inside = text::one_line(scene.word("inside")).replace("\\r", "␍");
    // A multi-line label is drawn in the margin instead.
    let is_part = inside.contains("\\n") || lines[carets - 1].contains("...");
    assert!(under == inside || is_part, "{about}: {under:?} of {inside:?}:\n{output}");
}

/// Labels in an unknown file, in an unavailable one and past the end, and an invalid edit.
fn invalid_spans_are_safe(scene: &Scene) {
    let word = |place| scene.word(place).to_owned();
    let mut sources = SourceMap::new();
    let file = sources.add(word("path"), word("inside")).unwrap();
    let missing = sources.add_unavailable(word("other"), []).unwrap();
    let [past, unknown, missing] =
        [(file, 999), (FileId::new(9), 0), (missing, 0)].map(|(file, at)| Span::empty(file, at));
    let fix = Suggestion::single(word("fix"), Edit::remove(past), Applicability::Unspecified);
    let invalid = [past, unknown, missing, Span::DUMMY].map(|span| {
        Diagnostic::error(codes::E0001, span, word("message"))
            .with_label(word("primary"))
            .with_secondary(past, word("secondary"))
            .with_secondary(unknown, word("note"))
            .with_secondary(missing, word("help"))
            .with_suggestion(fix.clone())
    });
    let bag = invalid.into_iter().collect();
    for format in Format::ALL {
        let mut output = common::write(*format, &sources, &bag, &scene.options);
        if *format == Format::Csv {
            output = output.replace("\r\n", "\n");
        }
        assert_safe(&output, &format!("{format}, {}", scene.about));
    }
}

const CHECKS: [fn(&Scene); 14] = [
    human_is_safe,
    sentences_are_safe,
    github_has_one_command,
    json_contains_the_exact_text,
    junit_contains_the_exact_text,
    html_text_is_the_human_output,
    carets_are_below_the_label,
    gcc_has_a_line_for_each_part,
    checkstyle_contains_the_exact_text,
    commands_contain_the_exact_text,
    csv_contains_the_exact_text,
    baseline_contains_the_exact_text,
    tap_contains_the_exact_text,
    invalid_spans_are_safe,
];

#[test]
fn every_hostile_string_is_safe_in_every_place() {
    for hostile in hostile() {
        for (index, place) in PLACES.iter().enumerate() {
            let word = |at| if at == index { &*hostile } else { "-" }.to_owned();
            let scene = Scene::new(format!("{hostile:?} in {place}"), word);
            CHECKS.iter().for_each(|check| check(&scene));
        }
    }
    assert_eq!((hostile().len(), Format::ALL.len()), (47, 22), "a new format needs a check here");
}

fn words() -> impl Strategy<Value = String> {
    let pieces = ["a", " ", "日", "e\u{301}", "👩", "م", "\n", "error[E0001]: ", ":,="];
    let pieces = [hostile(), pieces.map(str::to_owned).to_vec()].map(prop::sample::select);
    prop::collection::vec(prop::strategy::Union::new(pieces), 0..4).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn hostile_strings_are_safe_in_all_places_at_once(words in prop::collection::vec(words(), 16)) {
        let scene = Scene::new(format!("{words:?}"), |at| words[at].clone());
        CHECKS.iter().for_each(|check| check(&scene));
    }
}

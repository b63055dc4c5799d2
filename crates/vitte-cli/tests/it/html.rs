//! The HTML report: its content, its use in a browser, and that it does not run anything from the crash.
mod browser;
mod fragment;
mod in_browser;
mod many;
mod overview;
mod pages;

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pages::HOSTILE;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vitte_capsule::Capsule;

use crate::common;

/// Returns the text of the first element with this tag.
fn inner<'a>(page: &'a str, tag: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("<{tag}>")).unwrap();
    rest.split_once(&format!("</{tag}>")).unwrap().0
}

/// Removes the script from a report, so that the rest can be parsed as XML. XML is stricter than HTML: every tag is
/// closed, every attribute quoted, and every `<` and `&` of a text escaped.
fn as_xml(page: &str) -> String {
    page.replace(inner(page, "script"), "")
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap()
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

fn huge() -> Capsule {
    let mut capsule = pages::with_texts(&"x<&\u{202e}".repeat(3000));
    let frames = (0..5000).map(|number| vitte_diag::Frame::new(format!("own::f{number}")));
    capsule.report.backtrace = frames.collect();
    capsule.report.notes = vec!["n".repeat(100_000); 5000];
    let context = capsule.report.contexts[0].clone();
    capsule.report.contexts = vec![context; 3000];
    let thread = capsule.report.threads[1].clone();
    capsule.report.threads = vec![thread; 3000];
    let breadcrumb = capsule.report.breadcrumbs[0].clone();
    capsule.report.breadcrumbs = vec![breadcrumb; 3000];
    capsule.environment = (0..5000).map(|n| (format!("N{n}"), "v".repeat(10_000))).collect();
    capsule
}

#[test]
fn a_typical_report_is_small_and_deterministic() {
    let page = pages::common().to_html();
    assert!(page.len() <= 100 << 10, "{} bytes", page.len());
    assert_eq!(page, pages::common().to_html());
    for part in ["http:", "https:", "url(", "@import", "src=", "style=", " on"] {
        let own = page.replace("http://www.w3.org/2000/svg", "").replace("url(#tip)", "");
        let own = own.replace(inner(&page, "script"), "").replace(inner(&page, "style"), "");
        let is_in_a_tag = own.split('<').any(|tag| tag.split('>').next().unwrap().contains(part));
        assert!(!is_in_a_tag, "{part}");
    }
}

#[test]
fn a_report_of_any_crash_is_well_formed() {
    let bare = Capsule::new(
        serde_json::from_value(json!({"timestamp": "", "version": "", "module": "", "thread": "",
            "signal": null, "message": "", "backtrace": [], "system": {"os": "", "arch": ""}, "code": "F0001"}))
        .unwrap(),
    );
    let odd = pages::with_texts("\u{0}\u{fffe}\u{ffff}\r\n\t]]>--><!--&amp;");
    for capsule in [pages::common(), bare, pages::with_texts(HOSTILE), odd, huge()] {
        let page = as_xml(&capsule.to_html());
        let document = parse(&page);
        let (mut ids, mut links, mut last) = (HashSet::new(), Vec::new(), 0);
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            if let Some(id) = node.attribute("id") {
                assert!(ids.insert(id), "the id {id} is not unique");
            }
            for list in ["aria-labelledby", "aria-describedby", "for"] {
                links.extend(node.attribute(list));
            }
            links.extend(node.attribute("href").map(|link| link.strip_prefix('#').unwrap()));
            for attribute in node.attributes() {
                let name = attribute.name();
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}");
            }
            let parent = node.parent().unwrap().tag_name().name();
            match name {
                "li" => assert!(matches!(parent, "ol" | "ul"), "li in {parent}"),
                "summary" => assert_eq!(parent, "details"),
                "h1" | "h2" | "h3" => {
                    let level = name[1..].parse::<u32>().unwrap();
                    assert!(level <= last + 1, "{name} after h{last}");
                    last = level;
                }
                "div" | "dl" | "p" | "section" | "table" | "ol" | "pre" => {
                    let is_phrase = ["p", "span", "code", "pre", "summary", "h2"].contains(&parent);
                    assert!(!is_phrase, "{name} in {parent}");
                }
                "script" | "style" => {
                    assert!(matches!(parent, "body" | "head"), "{name} in {parent}");
                }
                _ => {}
            }
        }
        for link in links {
            assert!(ids.contains(link), "no element has the id {link}");
        }
        assert_eq!(page.matches("<script").count(), 1);
    }
}

#[test]
fn a_report_of_any_crash_is_bounded() {
    let page = huge().to_html();
    assert!(page.len() < 4 << 20, "{} bytes", page.len());
    for notice in ["more bytes", "[... omitted 4,700 frames ...]", "2936 more omitted"] {
        assert!(page.contains(notice), "{notice}");
    }
}

#[test]
fn frames_of_libraries_are_folded() {
    let page = pages::common().to_html();
    for title in
        ["2 frames of std", "1 frame of rayon", "5 frames of std", "8 frames of std, libc.so.6"]
    {
        let folded = format!("<span class=\"folded\">{title}</span>");
        assert_eq!(page.matches(&folded).count(), 1, "{title}");
    }
    // Without frames of the project the first run is open.
    let mut capsule = pages::common();
    let frames = ["memcpy in libc.so.6+0x1", "sqlite3_step in libsqlite3.so.0+0x2"];
    capsule.report.backtrace = frames.into_iter().map(vitte_diag::Frame::new).collect();
    capsule.report.frames.clear();
    let page = capsule.to_html();
    let open = "<li class=\"group\"><details open=\"\"><summary><span class=\"n\">0</span>\
                <span class=\"folded\">2 frames of libc.so.6, libsqlite3.so.0</span>";
    assert!(page.contains(open), "{page}");
}

#[test]
fn the_policy_allows_only_the_own_style_and_script() {
    let page = pages::common().to_html();
    let hash = |tag| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inner(&page, tag))));
    let page_of = as_xml(&page);
    let document = parse(&page_of);
    let policy = document
        .descendants()
        .find(|node| node.attribute("http-equiv") == Some("Content-Security-Policy"))
        .and_then(|node| node.attribute("content").map(str::to_owned))
        .unwrap();
    let rules: BTreeMap<&str, &str> =
        policy.split("; ").map(|rule| rule.split_once(' ').unwrap()).collect();
    let expected = [
        ("default-src", "'none'".to_owned()),
        ("script-src", hash("script")),
        ("style-src", hash("style")),
        ("base-uri", "'none'".to_owned()),
        ("form-action", "'none'".to_owned()),
    ];
    assert_eq!(rules.len(), expected.len());
    for (rule, value) in expected {
        assert_eq!(rules[rule], value);
    }
    let before = page.find("Content-Security-Policy").unwrap();
    assert!(before < page.find("<style>").unwrap(), "the policy comes before all content");
}

#[test]
fn every_text_of_a_crash_report_is_in_the_html_report() {
    let common = pages::common();
    let report = serde_json::to_value(&common.report).unwrap();
    let page = as_xml(&common.to_html());
    let shown = text(parse(&page).root_element());
    let mut texts = Vec::new();
    collect(&report, &mut texts);
    texts.extend(common.environment.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
    texts.extend(pages::source().lines().map(|line| line.trim_start().to_owned()));
    texts.extend([
        common.fingerprint.to_string(),
        common.fingerprint.short(),
        "48,213 bytes".into(),
    ]);
    for wanted in texts {
        assert!(shown.contains(wanted.trim()), "{wanted}");
    }
    for number in ["0x1ca0", "4709", "4710"] {
        assert!(shown.contains(number), "{number}");
    }
}

/// Collects the texts of a value, split into lines.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        // A frame is shown in several columns.
        Value::String(text) if text.contains(" at ") || text.contains(" in ") => {
            texts.extend(text.split([' ', '+']).map(str::to_owned));
        }
        Value::String(text) => texts.extend(text.lines().map(str::to_owned)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(values) => values.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

#[test]
fn text_of_a_crash_is_escaped() {
    let page = pages::with_texts(HOSTILE).to_html();
    let body = as_xml(&page);
    for markup in
        ["<img", "<svg onload", "javascript:window.pwned=1\"", "\u{202e}", "\u{1b}", "\u{9b}"]
    {
        assert!(!body.contains(markup), "{markup:?}");
    }
    let shown = text(parse(&body).root_element());
    let safe = HOSTILE
        .replace('\u{202e}', "<U+202E>")
        .replace('\u{1b}', "␛")
        .replace('\u{9b}', "<U+009B>");
    assert!(shown.matches(&safe).count() > 200, "{}", shown.matches(&safe).count());
    assert_eq!(inner(&page, "script"), inner(&pages::common().to_html(), "script"));
}

/// Runs `vitte crash html` with these arguments.
fn vitte(arguments: &[&std::ffi::OsStr]) -> common::CommandResult {
    let output = crate::vitte().args(["crash", "html"]).args(arguments).output().unwrap();
    common::CommandResult::new(&output)
}

#[test]
fn the_command_writes_the_report_next_to_the_capsule() {
    let root = tempfile::tempdir().unwrap();
    let repository = vitte_capsule::Repository::new(root.path().join("reports"));
    let mut capsule = pages::common();
    let path = repository.save(&mut capsule).unwrap();
    let (dir, page) = (repository.dir().as_os_str(), path.with_extension("html"));
    let ended = vitte(&["latest".as_ref(), "--dir".as_ref(), dir]);
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
    assert_eq!(ended.stdout, format!("{}\n", page.display()));
    assert_eq!(std::fs::read_to_string(&page).unwrap(), capsule.to_html());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&page).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "only the owner can read the report");
    }
    // The capsule is given by path, and the output by `--out`.
    let other = root.path().join("other.html");
    let ended = vitte(&[path.as_os_str(), "--out".as_ref(), other.as_os_str(), "--json".as_ref()]);
    let output: Value = serde_json::from_str(&ended.stdout).unwrap();
    let expected =
        json!({"id": capsule.report.id, "path": other, "bytes": capsule.to_html().len()});
    assert_eq!(output, expected);
    assert_eq!(std::fs::read_to_string(&other).unwrap(), capsule.to_html());
    let ended = vitte(&["latest".as_ref(), "--dir".as_ref(), dir, "--out".as_ref(), "-".as_ref()]);
    assert_eq!(ended.stdout, capsule.to_html());
    let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(left, 3, "the capsule, its HTML report, and the common data of its directory");
}

#[test]
fn the_command_reports_errors() {
    let root = tempfile::tempdir().unwrap();
    let repository = vitte_capsule::Repository::new(root.path());
    repository.save(&mut pages::common()).unwrap();
    let dir = root.path().as_os_str();
    let not_a_dir = root.path().join("index.jsonl/page.html");
    let cases: [(&[&std::ffi::OsStr], &str); 3] = [
        (&["1999".as_ref(), "--dir".as_ref(), dir], "1999"),
        (
            &["latest".as_ref(), "--dir".as_ref(), dir, "--out".as_ref(), not_a_dir.as_ref()],
            "cannot write",
        ),
        (
            &[
                "latest".as_ref(),
                "--dir".as_ref(),
                dir,
                "--out".as_ref(),
                "-".as_ref(),
                "--json".as_ref(),
            ],
            "--json",
        ),
    ];
    for (arguments, why) in cases {
        let ended = vitte(arguments);
        assert_ne!(ended.code, 0, "{why}");
        assert!(ended.stderr.contains(why) && ended.stdout.is_empty(), "{}", ended.stderr);
    }
}

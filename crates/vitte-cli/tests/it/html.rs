//! The page of a crash: what is in it, what can be done with it in a browser, and that nothing of a crash
//! is run by it.
mod browser;
mod in_browser;
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

/// What stands between the tags of the style or the script.
fn inner<'a>(page: &'a str, tag: &str) -> &'a str {
    let (_, behind) = page.split_once(&format!("<{tag}>")).unwrap();
    behind.split_once(&format!("</{tag}>")).unwrap().0
}

/// The page as XML has it, which is stricter than HTML: every tag closed, every attribute quoted, every
/// `<` and `&` of a text escaped. The script, which is no XML, is taken out.
fn strict(page: &str) -> String {
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
    let calls = (0..5000).map(|number| vitte_diag::Frame::new(format!("own::f{number}")));
    capsule.report.backtrace = calls.collect();
    capsule.report.notes = vec!["n".repeat(100_000); 5000];
    let context = capsule.report.contexts[0].clone();
    capsule.report.contexts = vec![context; 3000];
    let thread = capsule.report.threads[1].clone();
    capsule.report.threads = vec![thread; 3000];
    capsule.environment = (0..5000).map(|n| (format!("N{n}"), "v".repeat(10_000))).collect();
    capsule
}

#[test]
fn a_common_page_is_small_and_the_same_each_time() {
    let page = pages::common().to_html();
    assert!(page.len() <= 100 << 10, "{} bytes", page.len());
    assert_eq!(page, pages::common().to_html());
    for address in ["http:", "https:", "url(", "@import", "src=", "style=", " on"] {
        let own = page.replace("http://www.w3.org/2000/svg", "").replace("url(#tip)", "");
        let own = own.replace(inner(&page, "script"), "").replace(inner(&page, "style"), "");
        let is_of_a_tag =
            own.split('<').any(|tag| tag.split('>').next().unwrap().contains(address));
        assert!(!is_of_a_tag, "{address}");
    }
}

#[test]
fn a_page_is_well_formed_whatever_is_in_the_crash() {
    let bare = Capsule::new(
        serde_json::from_value(json!({"timestamp": "", "version": "", "module": "", "thread": "",
            "signal": null, "message": "", "backtrace": [], "system": {"os": "", "arch": ""}, "code": "F0001"}))
        .unwrap(),
    );
    let odd = pages::with_texts("\u{0}\u{fffe}\u{ffff}\r\n\t]]>--><!--&amp;");
    for capsule in [pages::common(), bare, pages::with_texts(HOSTILE), odd, huge()] {
        let page = strict(&capsule.to_html());
        let document = parse(&page);
        let (mut ids, mut links, mut last) = (HashSet::new(), Vec::new(), 0);
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            if let Some(id) = node.attribute("id") {
                assert!(ids.insert(id), "two of {id}");
            }
            for list in ["aria-labelledby", "aria-describedby", "for"] {
                links.extend(node.attribute(list));
            }
            links.extend(node.attribute("href").map(|link| link.strip_prefix('#').unwrap()));
            for attribute in node.attributes() {
                let name = attribute.name();
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}");
            }
            let place = node.parent().unwrap().tag_name().name();
            match name {
                "li" => assert!(matches!(place, "ol" | "ul"), "li in {place}"),
                "summary" => assert_eq!(place, "details"),
                "h1" | "h2" | "h3" => {
                    let level = name[1..].parse::<u32>().unwrap();
                    assert!(level <= last + 1, "{name} after h{last}");
                    last = level;
                }
                "div" | "dl" | "p" | "section" | "table" | "ol" | "pre" => {
                    let is_phrase = ["p", "span", "code", "pre", "summary", "h2"].contains(&place);
                    assert!(!is_phrase, "{name} in {place}");
                }
                "script" | "style" => {
                    assert!(matches!(place, "body" | "head"), "{name} in {place}");
                }
                _ => {}
            }
        }
        for link in links {
            assert!(ids.contains(link), "nothing has the id {link}");
        }
        assert_eq!(page.matches("<script").count(), 1);
    }
}

/// What is huge is cut, and says so.
#[test]
fn a_page_is_bounded_whatever_is_in_the_crash() {
    let page = huge().to_html();
    assert!(page.len() < 4 << 20, "{} bytes", page.len());
    for told in ["more bytes", "left out", "4,700 more calls", "2936 more left out"] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn the_policy_allows_the_style_and_the_script_alone() {
    let page = pages::common().to_html();
    let hash = |tag| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inner(&page, tag))));
    let page_of = strict(&page);
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
    assert!(before < page.find("<style>").unwrap(), "it is in force before there is anything");
}

/// Each text of a report, each replaced by one of its own, is on the page.
#[test]
fn all_that_is_known_is_on_the_page() {
    let common = pages::common();
    let report = serde_json::to_value(&common.report).unwrap();
    let page = strict(&common.to_html());
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

/// The texts of a value, each line by itself.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        // A line of a backtrace is a call, which stands in columns.
        Value::String(text) if text.contains(" at ") || text.contains(" in ") => {
            texts.extend(text.split([' ', '+']).map(str::to_owned));
        }
        // A command is quoted as a shell reads it.
        Value::String(text) => texts.extend(text.lines().map(str::to_owned)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(values) => values.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

#[test]
fn nothing_of_a_crash_is_markup_and_no_control_is_on_the_page() {
    let page = pages::with_texts(HOSTILE).to_html();
    let body = strict(&page);
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

/// `vitte crash html`, with these arguments behind.
fn vitte(arguments: &[&std::ffi::OsStr]) -> common::Ended {
    let output = crate::vitte().args(["crash", "html"]).args(arguments).output().unwrap();
    common::Ended::of(&output)
}

#[test]
fn the_command_writes_the_page_beside_the_capsule() {
    let folder = tempfile::tempdir().unwrap();
    let repository = vitte_capsule::Repository::new(folder.path().join("reports"));
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
        assert_eq!(mode & 0o777, 0o600, "it is its owner's alone");
    }
    // Again, of the file itself, to a file of another name.
    let other = folder.path().join("other.html");
    let ended = vitte(&[path.as_os_str(), "--out".as_ref(), other.as_os_str(), "--json".as_ref()]);
    let told: Value = serde_json::from_str(&ended.stdout).unwrap();
    let expected =
        json!({"id": capsule.report.id, "path": other, "bytes": capsule.to_html().len()});
    assert_eq!(told, expected);
    assert_eq!(std::fs::read_to_string(&other).unwrap(), capsule.to_html());
    let ended = vitte(&["latest".as_ref(), "--dir".as_ref(), dir, "--out".as_ref(), "-".as_ref()]);
    assert_eq!(ended.stdout, capsule.to_html());
    let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(left, 3, "the capsule, its page, and what its folder has in common");
}

#[test]
fn the_command_says_what_it_cannot_do() {
    let folder = tempfile::tempdir().unwrap();
    let repository = vitte_capsule::Repository::new(folder.path());
    repository.save(&mut pages::common()).unwrap();
    let dir = folder.path().as_os_str();
    let nowhere = folder.path().join("index.jsonl/page.html");
    let cases: [(&[&std::ffi::OsStr], &str); 3] = [
        (&["1999".as_ref(), "--dir".as_ref(), dir], "1999"),
        (
            &["latest".as_ref(), "--dir".as_ref(), dir, "--out".as_ref(), nowhere.as_ref()],
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

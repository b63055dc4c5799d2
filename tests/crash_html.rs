//! The page of a crash: what is in it, what can be done with it in a browser, and that nothing of a crash
//! is run by it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

#[path = "crash_html/browser.rs"]
mod browser;
mod common;
#[path = "crash_html/pages.rs"]
mod pages;

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use browser::{Browser, DOWN, ENTER, ESCAPE};
use pages::HOSTILE;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vitte_diag::crash::Capsule;

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
    let context = capsule.report.context[0].clone();
    capsule.report.context = vec![context; 3000];
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
                    assert!(matches!(place, "body" | "head"), "{name} in {place}")
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

#[test]
fn a_page_opens_and_asks_nobody_for_anything() {
    let Some(browser) = Browser::start() else { return };
    let path = pages::write("common.html", &pages::common().to_html());
    browser.go(&path);
    assert_eq!(browser.text("h1"), "attempt to subtract with overflow");
    assert_eq!(browser.text("#fingerprint"), pages::common().fingerprint.to_string());
    assert_eq!(browser.seen(".bar"), 1, "its script has run");
    assert_eq!(browser.run("return getComputedStyle(document.body).margin"), json!("0px"));
    for key in ["e", "c", "p", "t", "/"] {
        browser.press(key);
    }
    assert_eq!(browser.console(), [] as [Value; 0]);
    let requests = browser.requests();
    assert!(!requests.is_empty(), "the page itself is one");
    for request in requests {
        assert!(request.starts_with("file:") || request.starts_with("data:"), "{request}");
    }
    assert_eq!(browser.run("return performance.getEntriesByType('resource').length"), json!(0));
}

#[test]
fn the_search_hides_marks_and_counts() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("search.html", &pages::common().to_html()));
    let folded = browser.seen(".call");
    assert_eq!(folded, 25, "those of the runtime are folded");
    browser.press("/");
    assert_eq!(browser.run("return document.activeElement.id"), json!("find"));
    browser.press("CHECK_CALL");
    browser.wait("document.querySelector('#count').textContent");
    assert_eq!(browser.text("#count"), "5 matches · 5 frames of 40");
    assert_eq!((browser.seen(".call"), browser.seen("mark.hit")), (5, 5));
    let marked = browser
        .run("return [...document.querySelectorAll('mark.hit')].map((hit) => hit.textContent)");
    assert_eq!(marked, json!(vec!["check_call"; 5]));
    assert_eq!(
        browser.run("return document.querySelector('#count').getAttribute('aria-live')"),
        json!("polite")
    );
    // Enter leads to the first one, Enter there opens it, Escape ends the search.
    browser.press(ENTER);
    assert_eq!(browser.run("return document.activeElement.closest('.call').id"), json!("call-5"));
    browser.press(ENTER);
    assert_eq!(browser.run("return document.querySelector('#call-5 details').open"), json!(true));
    browser.press(ESCAPE);
    assert_eq!((browser.seen(".call"), browser.seen("mark.hit")), (folded, 0));
    assert_eq!((browser.text("#count"), browser.text("#find")), (String::new(), String::new()));
    // A match in what is folded opens that, for as long as it is searched for.
    for (wanted, told, place) in [
        ("lang_start", "7 matches · 7 frames of 40", ".call mark.hit"),
        ("area_22", "1 match · 0 frames of 40", "#context-1 .var mark.hit"),
        ("server.rs", "1 match · 0 frames of 40", "#threads .line mark.hit"),
        ("xterm-256", "1 match · 0 frames of 40", "#environment mark.hit"),
        ("<t>>::con", "1 match · 1 frame of 40", "#call-21 mark.hit"),
    ] {
        browser.press(&format!("/{wanted}"));
        browser.wait(&format!("document.querySelector('#count').textContent === {told:?}"));
        let count = told.split(' ').next().unwrap().parse::<u64>().unwrap();
        assert_eq!(browser.seen(place), count, "{wanted}");
        assert_eq!(browser.seen("#no-match"), u64::from(told.contains("0 frames of")));
        browser.press(ESCAPE);
        assert_eq!(browser.seen(".call"), folded);
    }
    assert_eq!(browser.text("#call-21 .fn"), browser.text("#call-21 dd code"), "nothing is lost");
    assert_eq!(browser.console(), [] as [Value; 0]);
}

#[test]
fn frames_open_close_and_are_walked_through_by_keys() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("keys.html", &pages::common().to_html()));
    browser.click("#call-2 summary");
    assert_eq!(browser.seen("#call-2 .about"), 1);
    browser.click("#call-2 summary");
    assert_eq!(browser.seen("#call-2 .about"), 0);
    browser.run("document.activeElement.blur()");
    let at = "return document.activeElement.querySelector('.n').textContent";
    for (key, number) in [("j", "0"), ("j", "2"), (DOWN, "3"), ("j", "4"), ("k", "3")] {
        browser.press(key);
        assert_eq!(browser.run(at), json!(number), "{key}");
    }
    let outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, json!("solid"), "it is seen where the focus is");
    browser.press(ENTER);
    assert_eq!(browser.seen("#call-3 .about"), 1);
    browser.press("e");
    assert_eq!(
        browser.run("return document.querySelectorAll('main details:not([open])').length"),
        json!(0)
    );
    browser.press("c");
    assert_eq!(
        browser.run("return document.querySelectorAll('main details[open]').length"),
        json!(0)
    );
    browser.press("p");
    assert_eq!(browser.text("#count"), "24 frames of 40");
    assert_eq!((browser.seen(".call"), browser.seen(".group")), (24, 0));
    browser.press("p");
    assert_eq!(browser.seen(".group"), 3);
    browser.press("?");
    assert_eq!(browser.seen("#help"), 1);
    browser.press(ESCAPE);
    assert_eq!(browser.seen("#help"), 0);
    browser.run("location.hash = '#call-0'");
    browser.wait("document.querySelector('#call-0 .about').checkVisibility()");
    assert_eq!(browser.console(), [] as [Value; 0]);
}

#[test]
fn the_theme_is_that_of_the_system_until_another_is_asked_for() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("theme.html", &pages::common().to_html()));
    let is_dark = || {
        let color = browser.run("return getComputedStyle(document.body).backgroundColor");
        color.as_str().unwrap().contains("14, 17, 22")
    };
    let system = |scheme: &str, media: &str| {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.tools("Emulation.setEmulatedMedia", &json!({"media": media, "features": features}));
    };
    system("dark", "");
    assert!(is_dark());
    browser.press("t");
    assert!(!is_dark(), "light");
    system("light", "");
    browser.press("t");
    assert!(is_dark());
    // Paper is white, and has neither controls nor anything that is closed.
    system("dark", "print");
    assert_eq!(
        browser.run("return getComputedStyle(document.body).backgroundColor"),
        json!("rgb(255, 255, 255)")
    );
    assert_eq!(browser.seen(".bar, nav, button"), 0);
    let text = browser
        .run("return document.querySelector('#call-0 .about').getBoundingClientRect().height");
    assert!(text.as_f64().unwrap() > 20.0, "{text}");
}

/// Whatever a crash says, it is text: not run, and shown as it is.
#[test]
fn a_hostile_crash_runs_nothing() {
    let Some(browser) = Browser::start() else { return };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let loads = format!(
        "<img src=http://{address}/><link rel=stylesheet href=http://{address}/x.css>{HOSTILE}"
    );
    for (name, text) in [("hostile.html", HOSTILE.to_owned()), ("loads.html", loads)] {
        let page = pages::with_texts(&text).to_html();
        browser.go(&pages::write(name, &page));
        assert_eq!(browser.seen(".bar"), 1);
        browser.press("e");
        browser.press("/pwned");
        browser.wait("document.querySelector('#count').textContent");
        browser.press(ESCAPE);
        browser.press("/<script>window");
        browser.wait("document.querySelectorAll('mark.hit').length > 100");
        browser.press(ESCAPE);
        assert_eq!(browser.run("return typeof window.pwned"), json!("undefined"));
        assert_eq!(
            browser
                .run("return document.querySelectorAll('img, link, iframe, object, embed').length"),
            json!(0)
        );
        assert_eq!(browser.run("return document.scripts.length"), json!(1));
        assert!(browser.text("h1").starts_with(text.split("<script>").next().unwrap()));
        assert!(
            browser.text("#call-2 .fn").contains("<script>window.pwned=1</script>\"><img src=x")
        );
        assert_eq!(browser.console(), [] as [Value; 0]);
    }
    assert!(listener.accept().is_err(), "nobody was asked for anything");
}

/// Where text gets around the escaping after all, the policy stops it.
#[test]
fn the_policy_is_in_force() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("policy.html", &pages::common().to_html()));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    browser.run(&format!(
        "const script = document.createElement('script');
        script.textContent = 'window.pwned = 1';
        document.body.append(script);
        const image = document.createElement('div');
        image.innerHTML = '<img src=http://{address}/x onerror=\"window.pwned = 2\"><p id=styled style=\"color: red\">x</p>';
        document.body.append(image);"
    ));
    browser.wait("document.querySelector('#styled')");
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(browser.run("return typeof window.pwned"), json!("undefined"));
    let colour = browser.run("return getComputedStyle(document.querySelector('#styled')).color");
    assert_ne!(colour, json!("rgb(255, 0, 0)"));
    let refused = browser.console();
    assert!(refused.len() >= 3, "{refused:?}");
    for refusal in refused {
        assert!(
            refusal["message"].as_str().unwrap().contains("Content Security Policy"),
            "{refusal}"
        );
    }
    assert!(listener.accept().is_err(), "nobody was asked for an image");
}

/// Without its script all can be read, and there are no controls that do nothing.
#[test]
fn a_page_is_whole_without_its_script() {
    let Some(browser) = Browser::start() else { return };
    browser.tools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.go(&pages::write("plain.html", &pages::common().to_html()));
    // What is laid out, as the browser itself says it: no script can be asked.
    let snapshot = browser.tools("DOMSnapshot.captureSnapshot", &json!({"computedStyles": []}));
    let strings = snapshot["strings"].as_array().unwrap();
    let layout = snapshot["documents"][0]["layout"]["text"].as_array().unwrap();
    let at = |index: &Value| strings.get(usize::try_from(index.as_i64()?).ok()?)?.as_str();
    let laid_out: Vec<&str> = layout.iter().filter_map(at).collect();
    let shown = laid_out.join(" ");
    for wanted in
        ["attempt to subtract with overflow", "unifying", "vittec::driver::run", "Execution graph"]
    {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    for control in ["Expand all", "Theme: auto", "Copy", "In project only"] {
        assert!(!laid_out.contains(&control), "{control}");
    }
    assert_eq!(browser.console(), [] as [Value; 0]);
}

/// `vitte crash html`, with these arguments behind.
fn vitte(arguments: &[&std::ffi::OsStr]) -> common::Ended {
    let output = common::vitte().args(["crash", "html"]).args(arguments).output().unwrap();
    common::Ended::of(&output)
}

#[test]
fn the_command_writes_the_page_beside_the_capsule() {
    let folder = tempfile::tempdir().unwrap();
    let repository = vitte_diag::crash::Repository::new(folder.path().join("reports"));
    let mut capsule = pages::common();
    let path = repository.save(&mut capsule).unwrap();
    let (dir, page) = (repository.folder().as_os_str(), path.with_extension("html"));
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
    assert!(ended.stdout.starts_with("{\"id\":"), "{}", ended.stdout);
    assert_eq!(std::fs::read_to_string(&other).unwrap(), capsule.to_html());
    let ended = vitte(&["latest".as_ref(), "--dir".as_ref(), dir, "--out".as_ref(), "-".as_ref()]);
    assert_eq!(ended.stdout, capsule.to_html());
    let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(left, 3, "the capsule, its page, and what its folder has in common");
}

#[test]
fn the_command_says_what_it_cannot_do() {
    let folder = tempfile::tempdir().unwrap();
    let repository = vitte_diag::crash::Repository::new(folder.path());
    repository.save(&mut pages::common()).unwrap();
    let dir = folder.path().as_os_str();
    let nowhere = folder.path().join("no/such/page.html");
    let cases: [(&[&std::ffi::OsStr], &str); 3] = [
        (&["1999".as_ref(), "--dir".as_ref(), dir], "1999"),
        (
            &["latest".as_ref(), "--dir".as_ref(), dir, "--out".as_ref(), nowhere.as_ref()],
            "cannot be written",
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

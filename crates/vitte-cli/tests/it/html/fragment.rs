//! The HTML report as a fragment of another page: its content, and that it changes nothing around it.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vitte_capsule::{Capsule, Repository};

use super::browser::Browser;
use super::pages::{self, HOSTILE};
use super::{collect, huge, inner, text, vitte};

/// Removes the style sheet, so that the rest can be parsed as XML.
fn as_xml(fragment: &str) -> String {
    fragment.replace(inner(fragment, "style"), "")
}

/// Returns the visible text of a fragment.
fn content(fragment: &str) -> String {
    let fragment = as_xml(fragment);
    text(Document::parse(&fragment).unwrap().root_element())
}

#[test]
fn a_fragment_is_one_element_without_ids_scripts_and_links() {
    let odd = pages::with_texts("\u{0}\u{fffe}\u{ffff}\r\n\t]]>--><!--&amp;");
    for capsule in [pages::common(), pages::with_texts(HOSTILE), odd, huge()] {
        let fragment = capsule.to_html_fragment();
        assert_eq!(inner(&fragment, "style"), Capsule::FRAGMENT_STYLESHEET);
        let xml = as_xml(&fragment);
        let document = Document::parse(&xml).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("class"), Some("vitte-crash"));
        for node in root.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            let is_loaded = [
                "script", "img", "link", "iframe", "object", "embed", "base", "form", "meta", "svg",
            ];
            assert!(!is_loaded.contains(&name), "{name}");
            for attribute in node.attributes() {
                let known =
                    ["class", "open", "role", "tabindex", "aria-label", "aria-hidden", "scope"];
                assert!(known.contains(&attribute.name()), "{}", attribute.name());
            }
            let classes = node.attribute("class").unwrap_or_default().split(' ');
            for class in classes.filter(|class| !class.is_empty()) {
                assert!(class.starts_with("vc-") || node == root, "{class}");
            }
        }
    }
}

#[test]
fn a_fragment_has_every_text_of_the_report() {
    let common = pages::common();
    let mut texts = Vec::new();
    collect(&serde_json::to_value(&common.report).unwrap(), &mut texts);
    texts.extend(common.environment.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
    texts.extend(pages::source().lines().map(|line| line.trim_start().to_owned()));
    texts.extend([common.fingerprint.to_string(), "48,213 bytes".into()]);
    let shown = content(&common.to_html_fragment());
    for wanted in texts {
        assert!(shown.contains(wanted.trim()), "{wanted}");
    }
    assert_eq!(common.to_html_fragment(), pages::common().to_html_fragment(), "deterministic");
}

#[test]
fn a_fragment_is_bounded_and_escapes_text_as_the_page_does() {
    let fragment = huge().to_html_fragment();
    assert!(fragment.len() < 4 << 20, "{} bytes", fragment.len());
    for notice in ["more bytes", "[... omitted 4,700 frames ...]", "2936 more omitted"] {
        assert!(fragment.contains(notice), "{notice}");
    }
    let fragment = pages::with_texts(HOSTILE).to_html_fragment();
    for markup in ["<img", "<svg", "<script", "\u{202e}", "\u{1b}", "\u{9b}"] {
        assert!(!fragment.contains(markup), "{markup:?}");
    }
    let safe = HOSTILE
        .replace('\u{202e}', "<U+202E>")
        .replace('\u{1b}', "␛")
        .replace('\u{9b}', "<U+009B>");
    assert!(content(&fragment).matches(&safe).count() > 150);
    // Text that looks like an attribute is not changed.
    let text = " class=\"a\" id=\"b\"";
    assert!(content(&pages::with_texts(text).to_html_fragment()).contains(text));
}

#[test]
fn the_command_writes_a_fragment() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path());
    let mut capsule = pages::common();
    repository.save(&mut capsule).unwrap();
    let dir = root.path().as_os_str();
    let arguments = |last: &'static str| {
        ["latest".as_ref(), "--dir".as_ref(), dir, "--fragment".as_ref(), last.as_ref()]
    };
    assert_eq!(vitte(&arguments("--out=-")).stdout, capsule.to_html_fragment());
    let without = vitte(&arguments("--json"));
    assert!(without.code == 2 && without.stderr.contains("--out"), "{}", without.stderr);
}

/// A page with styles that would change a fragment if it had no defence.
const HOST_STYLE: &str = "body { color: rgb(1, 2, 3); font: italic 20px serif; text-transform: uppercase; }
    * { letter-spacing: 3px; box-sizing: content-box; line-height: 3; } p { margin: 40px; } pre { display: none; }
    code, pre code { color: rgb(255, 0, 0); background: rgb(255, 255, 0); } details { border: 9px solid; }
    #content .article table td { background: rgb(0, 0, 0); } .article section h3 { color: rgb(255, 255, 255); }
    .row { display: flex; margin: -15px; } .none, .frames, .text { display: none; } summary::before { content: 'x'; }";

/// Returns a page with elements of its own around some fragments.
fn host(head: &str, body_style: &str, fragments: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Host</title>{head}<style>{body_style}</style></head>
        <body><main id=\"content\" class=\"article\"><h1>Host</h1><p class=\"row\">Text <code>code</code> <a href=\"#x\">link</a></p>
        <pre><code>pre</code></pre><details><summary>More</summary><p>Text</p></details><table><tr><th>a</th><td>b</td></tr></table>
        <ul><li>one</li></ul><div id=\"slot\">{fragments}</div><h3>After</h3><mark class=\"frame\">marked</mark></main></body></html>"
    )
}

/// A script that returns the computed styles of elements: those properties for which a condition is true.
fn styles(selector: &str, condition: &str) -> String {
    format!(
        "const names = [...getComputedStyle(document.body)].filter((name) => {condition}), all = [];
        for (const one of document.querySelectorAll({selector:?})) for (const part of [null, '::before', '::marker']) {{
            const style = getComputedStyle(one, part);
            all.push([one.tagName, part, ...names.map((name) => name + ':' + style.getPropertyValue(name))].join(';'));
        }}
        return all"
    )
}

/// All properties except sizes, which depend on the content of the page.
const ALL: &str =
    "!/height|block-size|inline-size|width|origin/.test(name) || /border|line-height/.test(name)";
/// The properties that pages set.
const COMMON: &str = "/^(color|background-color|display|font-(family|size|style|weight)|letter-spacing|line-height|text-(align|transform)|margin-(top|left)|padding-(top|left)|border-top-(width|color)|box-sizing|position|float|opacity|visibility|list-style-type|white-space-collapse|overflow-wrap|content)$/.test(name)";

#[test]
fn fragments_and_their_page_do_not_change_each_other() {
    let Some(browser) = Browser::start() else { return };
    let fragment = pages::common().to_html_fragment();
    let two = format!("{fragment}{}", pages::with_texts(HOSTILE).to_html_fragment());
    let own = styles("html, head, body, main, main > *, main > :not(#slot) *", ALL);
    for style in ["", HOST_STYLE] {
        browser.go(&pages::write("host.html", &host("", style, "")));
        let before = browser.run(&own);
        browser.go(&pages::write("host-with.html", &host("", style, &two)));
        assert_eq!(browser.visible(".vitte-crash"), 2);
        assert_eq!(browser.run(&own), before, "the styles of the page");
    }
    // The same computed styles, whatever the page has.
    let inside = styles(".vitte-crash, .vitte-crash *:not(style)", COMMON);
    let with_styles = browser.run(&inside);
    browser.go(&pages::write("host-plain.html", &host("", "", &two)));
    let plain = browser.run(&inside);
    let (with_styles, plain) = (with_styles.as_array().unwrap(), plain.as_array().unwrap());
    assert!(plain.len() > 1000 && plain.len() == with_styles.len());
    for (with_styles, plain) in with_styles.iter().zip(plain) {
        assert_eq!(with_styles, plain, "the styles of the fragments");
    }
    assert_eq!(browser.run("return typeof window.pwned"), json!("undefined"));
    assert_eq!(browser.console(), [] as [Value; 0]);
    assert_eq!(browser.run("return performance.getEntriesByType('resource').length"), json!(0));
}

/// A fragment works under the strictest policy: with the hash of its style sheet, and without it as plain HTML.
#[test]
fn a_fragment_can_be_read_under_a_strict_policy() {
    let Some(browser) = Browser::start() else { return };
    let policy =
        |rules: &str| format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{rules}\">");
    let fragment = pages::common().to_html_fragment();
    let hash = STANDARD.encode(Sha256::digest(Capsule::FRAGMENT_STYLESHEET));
    let border = "return getComputedStyle(document.querySelector('.vitte-crash')).borderTopWidth";
    let strict = policy(&format!("default-src 'none'; style-src 'sha256-{hash}'"));
    browser.go(&pages::write(
        "host-hash.html",
        &host(&strict, "", &fragment).replace("<style></style>", ""),
    ));
    assert_eq!(browser.run(border), json!("3px"));
    assert_eq!(browser.console(), [] as [Value; 0]);

    browser
        .go(&pages::write("host-none.html", &host(&policy("default-src 'none'"), "", &fragment)));
    assert_eq!(browser.run(border), json!("0px"), "the style sheet is blocked");
    let shown = browser.run("return document.querySelector('.vitte-crash').innerText");
    let shown: HashSet<&str> = shown.as_str().unwrap().split_whitespace().collect();
    for wanted in ["subtract", "vittec::front::typeck::unify::Unifier::occurs", "unifying", "F0001"]
    {
        assert!(shown.contains(wanted), "{wanted}: {shown:?}");
    }
}

/// WCAG 2.2, success criterion 1.4.3, for all text of the fragment, and of the overview.
#[test]
fn text_has_enough_contrast_in_light_and_dark_pages() {
    let Some(browser) = Browser::start() else { return };
    let fragment = pages::common().to_html_fragment();
    let follows = host("<meta name=\"color-scheme\" content=\"light dark\">", "", &fragment);
    let dark_page =
        host("", "body { background: rgb(0, 0, 0); color: rgb(255, 255, 255) }", &fragment);
    let forced =
        follows.replace("class=\"vitte-crash\"", "class=\"vitte-crash\" data-theme=\"dark\"");
    let overview = super::many::page(super::many::realistic(300));
    let cases = [
        ("follows", follows, ".vitte-crash", [true, false]),
        ("dark-page", dark_page, ".vitte-crash", [true, true]),
        ("forced", forced, ".vitte-crash", [false, false]),
        ("overview", overview, "body", [true, false]),
    ];
    for (name, page, root, is_light) in cases {
        browser.go(&pages::write(&format!("contrast-{name}.html"), &page));
        for (scheme, is_light) in ["light", "dark"].into_iter().zip(is_light) {
            let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
            browser.dev_tools(
                "Emulation.setEmulatedMedia",
                &json!({"media": "", "features": features}),
            );
            let found =
                browser.run(&format!("const root = document.querySelector({root:?}); {CONTRAST}"));
            assert_eq!(found["low"], json!([]), "{name} {scheme}");
            assert!(found["texts"].as_u64() > Some(50), "{found}");
            assert_eq!(found["light"], json!(is_light), "{name} {scheme}");
        }
    }
}

/// Compares the colour of each text with the background behind it.
const CONTRAST: &str = "
    const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const background = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const colour = rgb(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    for (const details of root.querySelectorAll('details')) details.open = true;
    const low = [];
    let texts = 0;
    for (const one of root.querySelectorAll('*')) {
        if (one.tagName === 'OPTION' || !one.checkVisibility() || ![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        texts += 1;
        const [a, b] = [rgb(getComputedStyle(one).color), background(one)].map(light).sort((a, b) => b - a);
        if ((a + 0.05) / (b + 0.05) < 4.5) low.push(one.outerHTML.slice(0, 200));
    }
    return { low: low.slice(0, 5), texts, light: light(background(root)) > 0.5 };";

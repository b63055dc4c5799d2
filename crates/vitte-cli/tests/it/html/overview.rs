//! The overview, a page about many crashes: its content, its size, its use in a browser.

use std::collections::HashSet;

use roxmltree::Node;
use serde_json::{Value, json};
use vitte_capsule::{CrashGroup, CrashOverview, Repository};

use super::browser::{Browser, ESCAPE};
use super::pages::{self, HOSTILE};
use super::{as_xml, inner, many, parse, text};

/// The size limit in bytes.
const MAX_BYTES: usize = 300_000;

/// The elements with this tag.
fn elements<'a>(page: &'a roxmltree::Document<'_>, tag: &str) -> Vec<Node<'a, 'a>> {
    let is = |node: &Node<'_, '_>| node.tag_name().name() == tag;
    page.descendants().filter(is).collect()
}

#[test]
fn an_overview_of_10_000_crashes_is_small_and_complete() {
    let entries = many::realistic(10_000);
    let page = many::page(entries.clone());
    assert!(page.len() <= MAX_BYTES, "{} bytes", page.len());
    assert_eq!(page, many::page(entries.clone()), "deterministic");
    let body = as_xml(&page);
    let document = parse(&body);
    let groups = CrashGroup::of(entries);
    let rows: Vec<_> =
        elements(&document, "tr").into_iter().filter(|row| row.attribute("id").is_some()).collect();
    assert_eq!(rows.len(), groups.len(), "every group has a row");
    assert!(!page.contains("id=\"omission\""), "nothing is omitted");
    let shown = text(document.root_element());
    for group in &groups {
        assert!(shown.contains(&format!("vitte crash show {}", group.latest)), "{}", group.latest);
        assert!(shown.contains(&group.message), "{}", group.message);
    }
    let counts = rows.iter().map(|row| {
        text(row.first_element_child().unwrap()).replace(',', "").parse::<usize>().unwrap()
    });
    let counts: Vec<usize> = counts.collect();
    assert_eq!(counts.iter().sum::<usize>(), 10_000);
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    let bars = elements(&document, "rect")
        .into_iter()
        .map(|bar| text(bar).rsplit(' ').next().unwrap().parse::<usize>().unwrap());
    assert_eq!(bars.sum::<usize>(), 10_000, "the bars have all crashes");
}

#[test]
fn an_overview_of_hostile_crashes_is_bounded_and_well_formed() {
    for content in [HOSTILE, "<&\"", "\u{202e}", "x", "\u{0}\u{fffe}\r\n]]>--><!--&amp;", ""] {
        let page = many::page(many::hostile(10_000, content));
        assert!(page.len() <= MAX_BYTES, "{} bytes", page.len());
        let body = as_xml(&page);
        let document = parse(&body);
        assert_eq!(page.matches("<script").count(), 1);
        for markup in ["<img", "<svg onload", "\u{202e}", "\u{1b}"] {
            assert!(!body.contains(markup), "{markup:?}");
        }
        let ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        let unique: HashSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len());
        for link in document.descendants().filter_map(|node| node.attribute("href")) {
            assert!(unique.contains(&link.strip_prefix('#').unwrap()), "{link}");
        }
        let rows = ids
            .iter()
            .filter(|id| id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let shown = rows.count();
        assert!(shown > 100, "{shown} rows of {content:?}");
        let omitted = 10_000 - shown;
        let grouped = format!("{},{:03}", omitted / 1000, omitted % 1000);
        let note = format!("{grouped} fingerprints with {grouped} crashes omitted");
        assert!(text(document.root_element()).contains(&note), "{note}");
        assert!(page.contains("10,000</dd>"), "all crashes are counted");
        assert_eq!(inner(&page, "script"), inner(&many::page([]), "script"));
    }
}

#[test]
fn a_message_that_the_index_cut_ends_with_an_ellipsis() {
    let mut entries = many::realistic(1);
    for (len, end) in [(196, "x</summary>"), (197, "x…</summary>"), (200, "x…</summary>")] {
        entries[0].message = "x".repeat(len);
        assert!(many::page(entries.clone()).contains(end), "{len}");
    }
}

#[test]
fn an_overview_has_first_and_last_versions_and_new_fingerprints() {
    let mut entries = many::realistic(3);
    let [a, b, c] = entries.as_mut_slice() else { panic!() };
    (a.version, b.version, c.version) = ("0.1.0".into(), "0.2.0".into(), "0.2.0".into());
    b.fingerprint = a.fingerprint;
    c.fingerprint = "c".repeat(64).parse().unwrap();
    let page = many::page(entries);
    let body = as_xml(&page);
    let document = parse(&body);
    let rows: Vec<String> = elements(&document, "tr")
        .into_iter()
        .map(|row| row.children().map(text).collect::<Vec<_>>().join("|"))
        .collect();
    for row in ["vittec 0.1.0|1|1|1", "vittec 0.2.0|2|2|1"] {
        assert!(rows.iter().any(|own| own == row), "{rows:?}");
    }
    assert!(page.contains("<td>0.1.0 – 0.2.0</td>"), "{page}");
    assert!(page.contains("<h1>Crashes of vittec</h1>"));
}

/// Runs `vitte crash report` in a repository of four crashes.
#[test]
fn the_command_writes_the_selected_crashes() {
    let root = tempfile::tempdir().unwrap();
    let repository = Repository::new(root.path().join("reports"));
    let mut capsule = pages::common();
    let first = capsule.report.id.clone();
    repository.save(&mut capsule).unwrap();
    capsule.report.timestamp = "2025-10-30T00:00:00Z".to_owned();
    capsule.report.id = String::new();
    repository.save(&mut capsule).unwrap();
    let run = |arguments: &[&str]| {
        let mut vitte = crate::vitte();
        vitte.args(["crash", "report", "--dir"]).arg(repository.dir()).args(arguments);
        crate::common::CommandResult::new(&vitte.current_dir(root.path()).output().unwrap())
    };
    let ended = run(&["--html", "all.html"]);
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, "all.html\n", ""));
    let all = std::fs::read_to_string(root.path().join("all.html")).unwrap();
    let index = repository.index().unwrap();
    let groups = CrashGroup::of(index.entries());
    assert_eq!(groups[0].crashes, 2);
    assert_eq!(all, CrashOverview::new(groups).to_html());
    assert_eq!(run(&["--html", "-"]).stdout, all);

    let some = run(&["--html=-", "--since=2025-10-25", "--kind=panic"]).stdout;
    assert!(some.contains("of the kind panic, since 2025-10-25T00:00:00Z"), "{some}");
    assert!(!some.contains(&first) && some.contains("show 2025-10-30T00-00-00"));
    let none = run(&["--html=-", "--module=other"]).stdout;
    assert!(none.contains("No crashes match."), "{none}");
    let ended = run(&["--html=one.html", "--json"]);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    let expected = json!({"path": "one.html", "bytes": all.len(), "crashes": 2, "fingerprints": 1});
    assert_eq!(json, expected);
    for (arguments, why) in [
        (&["--html=-", "--json"][..], "--json"),
        (&["--html=all.html/x.html"], "cannot write"),
        (&[], "--html"),
    ] {
        let ended = run(arguments);
        assert!(
            ended.code == 2 && ended.stdout.is_empty() && ended.stderr.contains(why),
            "{}",
            ended.stderr
        );
    }
}

const ROWS: &str = "#groups tbody tr";

#[test]
fn the_search_and_the_address_filter_groups() {
    let Some(browser) = Browser::start() else { return };
    let path = pages::write("overview.html", &many::page(many::realistic(3000)));
    browser.go(&path);
    let all = browser.visible(ROWS);
    assert!(all > 200, "{all}");
    browser.press("/");
    browser.press("BorrowMut check_block");
    browser.wait("document.querySelector('#count').textContent !== ''");
    let found = browser.visible(ROWS);
    assert!(found > 0 && found < all, "{found}");
    let wrong = format!(
        "return [...document.querySelectorAll({ROWS:?})].filter((row) => !row.hidden && !row.textContent.includes('BorrowMutError')).length"
    );
    assert_eq!(browser.run(&wrong), json!(0));
    assert!(browser.text("#count").starts_with(&format!("{found} of {all} fingerprints")));
    assert_eq!(browser.run("return location.hash"), json!("#q=BorrowMut+check_block"));
    // The address leads to the same rows.
    browser.run("location.hash = '#kind=SIGSEGV&sort=4up'");
    browser.wait("document.querySelector('#kind').value === 'SIGSEGV'");
    let signals = browser.visible(ROWS);
    assert!(signals > 0 && signals < all);
    let dates = browser.run(&format!(
        "return [...document.querySelectorAll({ROWS:?})].map((row) => row.cells[4].textContent)"
    ));
    let dates: Vec<String> = serde_json::from_value(dates).unwrap();
    assert!(dates.is_sorted() && dates.first() != dates.last());
    browser.run("location.hash = '#q=there+is+none'");
    browser.wait("document.querySelector('#no-match').checkVisibility()");
    browser.press("/");
    browser.press(ESCAPE);
    browser.wait("document.querySelector('#count').textContent === ''");
    assert_eq!(browser.visible(ROWS), all);
    // A version is a button that searches it; the head of a column sorts.
    browser.click(".totals .pick");
    let version = browser.text(".totals .pick");
    assert_eq!(browser.run("return document.querySelector('#find').value"), json!(version));
    assert!(browser.visible(ROWS) < all);
    browser.click("#groups th button");
    assert_eq!(
        browser.run("return document.querySelector('#groups th').ariaSort"),
        json!("ascending")
    );
    // The address of a group opens it.
    let id = browser.run(&format!("return document.querySelectorAll({ROWS:?})[7].id"));
    browser.run(&format!("location.hash = '#' + {id}"));
    browser.wait(&format!("document.getElementById({id}).querySelector('details').open"));
    assert_eq!(browser.console(), [] as [Value; 0]);
    let requests = browser.requests();
    assert!(requests.iter().all(|request| request.starts_with("file:")), "{requests:?}");
}

#[test]
fn without_scripts_all_groups_are_there() {
    let Some(browser) = Browser::start() else { return };
    let entries = many::realistic(2000);
    browser.dev_tools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.go(&pages::write("overview-plain.html", &many::page(entries.clone())));
    let snapshot = browser.dev_tools("DOMSnapshot.captureSnapshot", &json!({"computedStyles": []}));
    let strings = snapshot["strings"].as_array().unwrap();
    let layout = snapshot["documents"][0]["layout"]["text"].as_array().unwrap();
    let at = |index: &Value| strings.get(usize::try_from(index.as_i64()?).ok()?)?.as_str();
    let laid_out: HashSet<&str> = layout.iter().filter_map(at).collect();
    for group in CrashGroup::of(entries) {
        let fingerprint = group.fingerprint.to_string();
        assert!(laid_out.contains(&fingerprint[..8]), "{fingerprint}");
        assert!(laid_out.contains(&*group.message), "{}", group.message);
    }
    for control in ["Theme: auto", "All kinds"] {
        assert!(!laid_out.contains(control), "{control}");
    }
}

#[test]
fn hostile_crashes_run_nothing_in_the_overview() {
    let Some(browser) = Browser::start() else { return };
    let page = many::page(many::hostile(300, HOSTILE));
    browser.go(&pages::write("overview-hostile.html", &page));
    assert!(browser.visible(ROWS) > 100);
    browser.press("/<script>");
    browser.wait("location.hash.startsWith('#q=')");
    assert_eq!(browser.run("return typeof window.pwned"), json!("undefined"));
    assert_eq!(
        browser.run("return document.querySelectorAll('img, link, iframe').length"),
        json!(0)
    );
    assert_eq!(browser.run("return document.scripts.length"), json!(1));
    assert_eq!(browser.console(), [] as [Value; 0]);
}

#[test]
fn an_overview_fits_at_any_width() {
    let Some(browser) = Browser::start() else { return };
    for (name, entries) in [
        ("overview-wide.html", many::realistic(2000)),
        ("overview-long.html", many::hostile(300, "averylongname")),
    ] {
        browser.go(&pages::write(name, &many::page(entries)));
        for width in [380, 800, 1400] {
            let size =
                json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
            browser.dev_tools("Emulation.setDeviceMetricsOverride", &size);
            let wider =
                "const root = document.documentElement; return root.scrollWidth > root.clientWidth";
            assert_eq!(browser.run(wider), json!(false), "{name} {width}");
        }
        let small = "return [...document.querySelectorAll('summary, button, select, input, #groups a')]
            .map((control) => [control.outerHTML, control.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24)).map(([html]) => html)";
        assert_eq!(browser.run(small), json!([]), "{name}");
    }
}

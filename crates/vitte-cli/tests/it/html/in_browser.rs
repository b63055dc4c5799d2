//! The HTML report in a browser. These tests are skipped if no browser is installed.

use serde_json::{Value, json};

use super::browser::{Browser, DOWN, ENTER, ESCAPE};
use super::pages::{self, HOSTILE};

#[test]
fn a_report_opens_without_network_requests() {
    let Some(browser) = Browser::start() else { return };
    let path = pages::write("common.html", &pages::common().to_html());
    browser.go(&path);
    assert_eq!(browser.text("h1"), "attempt to subtract with overflow");
    assert_eq!(browser.text("#fingerprint"), pages::common().fingerprint.to_string());
    assert_eq!(browser.visible(".bar"), 1, "the script has run");
    assert_eq!(browser.run("return getComputedStyle(document.body).margin"), json!("0px"));
    for key in ["e", "c", "p", "t", "/"] {
        browser.press(key);
    }
    assert_eq!(browser.console(), [] as [Value; 0]);
    let requests = browser.requests();
    assert!(!requests.is_empty(), "the report itself is one request");
    for request in requests {
        assert!(request.starts_with("file:") || request.starts_with("data:"), "{request}");
    }
    assert_eq!(browser.run("return performance.getEntriesByType('resource').length"), json!(0));
}

/// WCAG 2.2, success criterion 2.5.8: what is clicked has at least 24 by 24 pixels.
#[test]
fn controls_are_large_enough() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("controls.html", &pages::common().to_html()));
    let too_small = "for (const details of document.querySelectorAll('details')) details.open = true;
        const controls = [...document.querySelectorAll('summary, button, input[type=search]')];
        const visible = controls.map((control) => [control.outerHTML, control.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0);
        const small = visible.filter(([, box]) => box.width < 24 || box.height < 24);
        return { visible: visible.length > 40, small: small.map(([html, box]) => html + box.height) };";
    assert_eq!(browser.run(too_small), json!({"visible": true, "small": []}));
}

#[test]
fn the_search_filters_marks_and_counts() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("search.html", &pages::common().to_html()));
    let folded = browser.visible(".frame");
    assert_eq!(folded, 24, "frames of libraries are folded");
    browser.press("/");
    assert_eq!(browser.run("return document.activeElement.id"), json!("find"));
    browser.press("CHECK_CALL");
    // The count is updated with each letter.
    browser.wait("document.querySelector('#count').textContent === '5 matches · 5 frames of 40'");
    assert_eq!((browser.visible(".frame"), browser.visible("mark.hit")), (5, 5));
    let marked = browser
        .run("return [...document.querySelectorAll('mark.hit')].map((hit) => hit.textContent)");
    assert_eq!(marked, json!(vec!["check_call"; 5]));
    assert_eq!(
        browser.run("return document.querySelector('#count').getAttribute('aria-live')"),
        json!("polite")
    );
    // Enter focuses the first match, Enter there opens it, Escape ends the search.
    browser.press(ENTER);
    assert_eq!(browser.run("return document.activeElement.closest('.frame').id"), json!("frame-5"));
    browser.press(ENTER);
    assert_eq!(browser.run("return document.querySelector('#frame-5 details').open"), json!(true));
    browser.press(ESCAPE);
    assert_eq!((browser.visible(".frame"), browser.visible("mark.hit")), (folded, 0));
    assert_eq!((browser.text("#count"), browser.text("#find")), (String::new(), String::new()));
    // A match in a folded part opens it during the search.
    for (wanted, count, selector) in [
        ("lang_start", "7 matches · 7 frames of 40", ".frame mark.hit"),
        ("area_22", "1 match · 0 frames of 40", "#context-1 .var mark.hit"),
        ("server.rs", "1 match · 0 frames of 40", "#threads .line mark.hit"),
        ("bits", "1 match · 0 frames of 40", "#context-0 .branch .branch mark.hit"),
        ("xterm-256", "1 match · 0 frames of 40", "#environment mark.hit"),
        ("<t>>::con", "1 match · 1 frame of 40", "#frame-21 mark.hit"),
    ] {
        browser.press(&format!("/{wanted}"));
        browser.wait(&format!("document.querySelector('#count').textContent === {count:?}"));
        let matches = count.split(' ').next().unwrap().parse::<u64>().unwrap();
        assert_eq!(browser.visible(selector), matches, "{wanted}");
        assert_eq!(browser.visible("#no-match"), u64::from(count.contains("0 frames of")));
        browser.press(ESCAPE);
        assert_eq!(browser.visible(".frame"), folded);
    }
    let own =
        "<rayon::iter::map::MapFolder<C, F> as rayon::iter::plumbing::Folder<T>>::consume_iter";
    assert_eq!(browser.text("#frame-21 .fn"), "rayon::iter::map::MapFolder::consume_iter");
    assert_eq!(browser.text("#frame-21 .about code"), own, "the whole name is in the details");
    assert_eq!(browser.console(), [] as [Value; 0]);
}

#[test]
fn keys_open_close_and_select_frames() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("keys.html", &pages::common().to_html()));
    browser.click("#frame-2 summary");
    assert_eq!(browser.visible("#frame-2 .about"), 1);
    browser.click("#frame-2 summary");
    assert_eq!(browser.visible("#frame-2 .about"), 0);
    browser.run("document.activeElement.blur()");
    let at = "return document.activeElement.querySelector('.n').textContent";
    for (key, number) in [("j", "0"), ("j", "2"), (DOWN, "3"), ("j", "4"), ("k", "3")] {
        browser.press(key);
        assert_eq!(browser.run(at), json!(number), "{key}");
    }
    let outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, json!("solid"), "the focus is visible");
    browser.press(ENTER);
    assert_eq!(browser.visible("#frame-3 .about"), 1);
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
    assert_eq!((browser.visible(".frame"), browser.visible(".group")), (24, 0));
    browser.press("p");
    assert_eq!(browser.visible(".group"), 4);
    browser.press("?");
    assert_eq!(browser.visible("#help"), 1);
    browser.press(ESCAPE);
    assert_eq!(browser.visible("#help"), 0);
    browser.run("location.hash = '#frame-0'");
    browser.wait("document.querySelector('#frame-0 .about').checkVisibility()");
    assert_eq!(browser.console(), [] as [Value; 0]);
}

#[test]
fn the_theme_is_that_of_the_system_until_it_is_changed() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("theme.html", &pages::common().to_html()));
    let is_dark = || {
        let color = browser.run("return getComputedStyle(document.body).backgroundColor");
        color.as_str().unwrap().contains("14, 17, 22")
    };
    let system = |scheme: &str, media: &str| {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.dev_tools(
            "Emulation.setEmulatedMedia",
            &json!({"media": media, "features": features}),
        );
    };
    system("dark", "");
    assert!(is_dark());
    browser.press("t");
    assert!(!is_dark(), "light");
    system("light", "");
    browser.press("t");
    assert!(is_dark());
    // In print the background is white, there are no controls, and everything is open.
    system("dark", "print");
    assert_eq!(
        browser.run("return getComputedStyle(document.body).backgroundColor"),
        json!("rgb(255, 255, 255)")
    );
    assert_eq!(browser.visible(".bar, nav, button"), 0);
    let text = browser
        .run("return document.querySelector('#frame-0 .about').getBoundingClientRect().height");
    assert!(text.as_f64().unwrap() > 20.0, "{text}");
}

/// Text of a crash is shown literally, and not run.
#[test]
fn a_hostile_crash_does_not_run_code() {
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
        assert_eq!(browser.visible(".bar"), 1);
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
        assert!(browser.text("#frame-2").contains("<script>window.pwned=1</script>\"><img src=x"));
        assert_eq!(browser.console(), [] as [Value; 0]);
    }
    assert!(listener.accept().is_err(), "there were no network requests");
}

/// The policy blocks code even if it is not escaped.
#[test]
fn the_policy_is_enforced() {
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
    let rejected = browser.console();
    assert!(rejected.len() >= 3, "{rejected:?}");
    for message in rejected {
        assert!(
            message["message"].as_str().unwrap().contains("Content Security Policy"),
            "{message}"
        );
    }
    assert!(listener.accept().is_err(), "the image was not requested");
}

/// Without scripts all content is visible, and controls are hidden.
#[test]
fn a_report_is_complete_without_scripts() {
    let Some(browser) = Browser::start() else { return };
    browser.dev_tools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.go(&pages::write("plain.html", &pages::common().to_html()));
    // Scripts are disabled, so the browser's own snapshot of the layout is used.
    let snapshot = browser.dev_tools("DOMSnapshot.captureSnapshot", &json!({"computedStyles": []}));
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
    // The pages of the browser itself need scripts.
    let is_own = |entry: &Value| !entry["message"].to_string().contains("chrome://");
    assert!(!browser.console().iter().any(is_own), "{:?}", browser.console());
}

/// The diagnostic is shown as a whole, and nothing is wider than the page.
#[test]
fn nothing_overflows_at_any_width() {
    let Some(browser) = Browser::start() else { return };
    let mut long = pages::common();
    long.report.message = "expected `".to_owned() + &"Map<String, ".repeat(60) + "`";
    long.report.notes.push("/very/long/path".repeat(40));
    for (name, capsule) in [("wide.html", pages::common()), ("long.html", long)] {
        browser.go(&pages::write(name, &capsule.to_html()));
        for (width, scheme) in [(400, "light"), (400, "dark"), (1400, "light"), (1400, "dark")] {
            let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
            browser.dev_tools(
                "Emulation.setEmulatedMedia",
                &json!({"media": "", "features": features}),
            );
            let size =
                json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
            browser.dev_tools("Emulation.setDeviceMetricsOverride", &size);
            let wider = browser.run(
                "const root = document.documentElement;
                const parts = [...document.querySelectorAll('.terminal, .terminal *')];
                const scrolls = (part) => part.clientWidth > 0 && (part.scrollWidth > part.clientWidth
                    || part.scrollHeight > part.clientHeight);
                return [root.scrollWidth > root.clientWidth, parts.filter(scrolls).length]",
            );
            assert_eq!(wider, json!([false, 0]), "{name} {width} {scheme}");
        }
        let shown = browser.text(".terminal");
        assert!(shown.contains("while unifying") && !shown.contains("backtrace"), "{shown}");
    }
}

/// The keyboard opens the frames of libraries.
#[test]
fn a_key_opens_folded_frames() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&pages::write("folded.html", &pages::common().to_html()));
    assert_eq!(browser.text("#frame-list > .group:first-child summary"), "02 frames of std");
    assert_eq!(browser.visible("#frame-0, #frame-1"), 0);
    browser.press("j");
    browser.press(ENTER);
    assert_eq!(browser.visible("#frame-0, #frame-1"), 2);
}

//! What can be done with a page in a browser. Where there is none, these are left out.

use serde_json::{Value, json};

use super::browser::{Browser, DOWN, ENTER, ESCAPE};
use super::pages::{self, HOSTILE};

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
    // It is counted again with each letter.
    browser.wait("document.querySelector('#count').textContent === '5 matches · 5 frames of 40'");
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
        ("bits", "1 match · 0 frames of 40", "#context-0 .branch .branch mark.hit"),
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
    let own =
        "<rayon::iter::map::MapFolder<C, F> as rayon::iter::plumbing::Folder<T>>::consume_iter";
    assert_eq!(browser.text("#call-21 .fn"), own, "nothing is lost");
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
    let rejected = browser.console();
    assert!(rejected.len() >= 3, "{rejected:?}");
    for refusal in rejected {
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

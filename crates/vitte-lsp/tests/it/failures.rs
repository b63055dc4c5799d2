//! Checks that panic, hang, or ignore that they are cancelled.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{Client, all_capabilities, check, messages, server};

const A: &str = "file:///w/a.my";

#[test]
fn a_panic_is_a_fatal_diagnostic_and_the_server_goes_on() {
    let server = server().check(|workspace, document| {
        assert!(!document.text().contains("panic"), "cannot check `{}`", document.text());
        check(workspace, document)
    });
    let mut client = Client::start(server, &all_capabilities());
    for (version, text) in (1..).zip(["panic", "@", "panic é", "panic é!"]) {
        if version == 1 {
            client.open(A, text);
        } else {
            client.replace(A, version, text);
        }
        let published = client.published(A);
        let found = messages(&published);
        assert_eq!(found.len(), 1);
        let is_panic = found[0].contains(&format!("cannot check `{text}`"));
        assert_eq!(is_panic, text.contains("panic"), "{found:?}");
        assert_eq!(published["diagnostics"][0]["severity"], 1);
    }
    client.shut_down();
}

#[test]
fn a_check_that_hangs_is_reported_and_its_thread_is_left_alone() {
    let server = server().timeout(Duration::from_millis(50)).check(|workspace, document| {
        if document.text().starts_with("hang") {
            loop {
                std::thread::park();
            }
        }
        check(workspace, document)
    });
    let mut client = Client::start(server, &all_capabilities());
    client.open(A, "hang");
    let published = client.published(A);
    let expected = "mycc did not finish the check of this document within 0.05 s";
    assert_eq!(messages(&published), [expected]);
    client.replace(A, 2, "@");
    assert_eq!(messages(&client.published(A)).len(), 1);
    client.shut_down();
}

#[test]
fn checks_that_hang_again_and_again_are_reported_and_no_request_waits_for_ever() {
    let server = server().timeout(Duration::from_millis(20)).check(|_, _| {
        loop {
            std::thread::park();
        }
    });
    let mut client = Client::start(server, &all_capabilities());
    let uris: Vec<String> = (0..8).map(|i| format!("file:///w/{i}.my")).collect();
    for uri in &uris {
        client.open(uri, "");
        assert_eq!(messages(&client.published(uri)).len(), 1, "{uri}");
    }
    client.settle();
    client.shut_down();
}

#[test]
fn typing_is_not_slowed_by_a_check_that_ignores_its_cancellation() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = server().check(move |workspace, document| {
        RUNS.fetch_add(1, Ordering::Relaxed);
        _ = wait.lock().unwrap().recv();
        check(workspace, document)
    });
    let mut client = Client::start(server, &all_capabilities());
    client.open(A, "@");
    for version in 2..=100 {
        client.replace(A, version, &"@".repeat(version as usize));
    }
    // The client is answered while the first check runs on.
    let error = client.try_request("no/method", Value::Null).unwrap_err();
    assert_eq!(error["code"], -32601);
    drop(go);
    let published = client.published(A);
    assert_eq!(published["version"], 100, "results of older texts are not published");
    assert_eq!(messages(&published).len(), 100);
    assert!(RUNS.load(Ordering::Relaxed) <= 3, "not each of the 100 versions is checked");
    client.shut_down();
}

#[test]
fn a_cancelled_check_of_a_change_is_one_of_a_change_when_it_is_repeated() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = server().check(move |workspace, document| {
        _ = wait.lock().unwrap().recv();
        check(workspace, document)
    });
    let mut capabilities = all_capabilities();
    capabilities["workspace"]["configuration"] = json!(false);
    let mut client = Client::start(server, &capabilities);
    client.open(A, "?");
    go.send(()).unwrap();
    client.published(A);
    client.replace(A, 2, "?");
    // The settings cancel the check of version 2, whose diagnostics are the same.
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"maxErrors": 7}}));
    drop(go);
    assert_eq!(client.published(A)["version"], 2);
    client.shut_down();
}

/// The program `mycc` has a crash handler, which a test process shares with other tests.
#[test]
#[cfg(feature = "crash")]
fn the_report_of_a_panic_is_stored() {
    let crashes = tempfile::tempdir().unwrap();
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(std::path::Path::parent).unwrap();
    let name = format!("mycc{}", std::env::consts::EXE_SUFFIX);
    let mut mycc = std::process::Command::new(profile.join("examples").join(name));
    mycc.env("MYCC_CRASHES", crashes.path()).stderr(std::process::Stdio::null());
    let mut client = Client::spawn(&mut mycc);
    client.initialize(json!({"capabilities": all_capabilities()}));
    client.open(A, "@ panic");
    let published = client.published(A);
    assert!(messages(&published)[0].contains("cannot read `panic`"), "{published}");
    // At the word that the compiler was working on.
    assert_eq!(crate::common::ranges(&published)[0], [0, 2, 0, 7]);
    let is_capsule = |entry: &std::io::Result<std::fs::DirEntry>| {
        entry
            .as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|extension| extension == "vittecrash")
    };
    assert_eq!(
        std::fs::read_dir(crashes.path().join("latest")).unwrap().filter(is_capsule).count(),
        1
    );
    client.replace(A, 2, "@");
    assert_eq!(messages(&client.published(A)), ["illegal character `@`"]);
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert!(client.process().wait().unwrap().success());
}

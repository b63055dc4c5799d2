//! GitHub: the issue, and how a second one is avoided.

use super::*;

#[test]
fn github_is_searched_before_an_issue_is_opened() {
    let opened = issue_json("https://github.com/vitte/vittec/issues/7", "", "open").to_string();
    let server = Server::start(vec![
        answer("200 OK", "", NO_ISSUES),
        answer("200 OK", "", NOTHING_FOUND),
        answer("201 Created", "", &opened),
    ]);
    let host = server.host();
    let target = github(&host);
    let (result, pauses) = upload(target.clone(), &report());
    let url = "https://github.com/vitte/vittec/issues/7".to_owned();
    assert_eq!(result.unwrap(), UploadReceipt::NewIssue { url });
    assert!(pauses.is_empty());
    let requests = server.received();
    let print = Fingerprint::of(&report());
    let lines: Vec<_> = requests.iter().map(|request| &*request.line).collect();
    let search = format!(
        "GET /search/issues?q=repo:vitte/vittec+is:issue+in:body+{print}&per_page=5 HTTP/1.1"
    );
    let newest =
        "GET /repos/vitte/vittec/issues?state=all&sort=created&direction=desc&per_page=10 HTTP/1.1";
    assert_eq!(lines, [newest, &search, "POST /repos/vitte/vittec/issues HTTP/1.1"]);
    let names: Vec<_> = requests[0].headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["accept", "authorization", "host", "user-agent", "x-github-api-version"]);
    assert_eq!(requests[2].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert_eq!(requests[2].header("content-type"), Some("application/json"));

    let issue: Value = serde_json::from_slice(&requests[2].body).unwrap();
    assert_eq!(issue.as_object().unwrap().keys().collect::<Vec<_>>(), ["body", "title"]);
    assert_eq!(issue["title"], "F0001 in vittec: index out of bounds");
    let expected = format!(
        "<!-- vitte-crash {print} -->\n| field | value |\n|---|---|\n| code | `F0001` |\n\
        | program | `vittec 0.1.0` |\n| location | `src/front.rs:77:13` |\n| thread | `main` |\n\
        | system | `linux x86_64` |\n| deployment | `staging` |\n| test | `front::closes` |\n| build | `release` |\n| commit | `abcdef1` |\n\
        | time | `2025-10-22T13:05:42.5Z` |\n| report | `{ID}` |\n| session | `5e551011` |\n\n\
        **Message**\n\n```text\nindex out of bounds\nthe length is 3\n```\n\n\
        **Contexts, innermost first**\n\n```text\n\
        typeck fn=area at src/shapes.vitte:12:7\n```\n\n\
        **Backtrace, innermost frame first**\n\n```text\n\
        core::panicking::panic at /rustc/abc/library/core/src/panicking.rs:75:14\n\
        vittec::front::close::h0123456789abcdef at ~/vitte/src/front.rs:77:13\n\
        main at src/main.rs:3:5\n```\n"
    );
    assert_eq!(issue["body"], expected);

    // The prepared requests are the requests that were sent.
    let prepared = Upload::new(target).prepare(&report()).unwrap();
    for (prepared, sent) in prepared.requests().iter().zip(&requests) {
        assert_eq!(prepared.body().as_bytes(), sent.body);
        assert_eq!(
            prepared.url().replace(&host, ""),
            format!("http://{}", sent.line.split(' ').nth(1).unwrap())
        );
        let mut headers: Vec<_> = prepared
            .headers()
            .map(|(name, value)| (name.to_owned(), value.replace("***", TOKEN)))
            .collect();
        headers.push(("host".to_owned(), host.clone()));
        headers.sort();
        assert_eq!(headers, sent.headers);
    }
}

#[test]
fn an_existing_issue_is_found() {
    let marker = format!("<!-- vitte-crash {} -->", Fingerprint::of(&report()));
    let known = issue_json("https://github.com/o/r/issues/3", &format!("{marker}\nx"), "closed");
    // A marker that is not at the beginning is a quotation.
    let quote = issue_json("https://github.com/o/r/issues/4", &format!("see\n{marker}"), "open");
    let none = json!({"html_url": "https://github.com/o/r/issues/5", "body": null});
    let url = "https://github.com/o/r/issues/3".to_owned();
    let expected = UploadReceipt::ExistingIssue { url, is_open: false };
    let newest = json!([none, quote, known]).to_string();
    let found = json!({"items": [quote, known]}).to_string();
    for steps in [
        vec![answer("200 OK", "", &newest)],
        vec![answer("200 OK", "", NO_ISSUES), answer("200 OK", "", &found)],
    ] {
        let count = steps.len();
        let server = Server::start(steps);
        let (result, _) = upload(github(&server.host()), &report());
        assert_eq!(result.unwrap(), expected);
        assert_eq!(server.received().len(), count);
    }
}

/// If the server opens the issue but responds with an error, the retry finds that issue.
#[test]
fn a_retry_does_not_open_a_second_issue() {
    let marker = format!("<!-- vitte-crash {} -->", Fingerprint::of(&report()));
    let opened =
        json!([issue_json("https://github.com/o/r/issues/9", &marker, "open")]).to_string();
    let (text, requests, pauses) = outcome(
        github,
        vec![
            answer("200 OK", "", NO_ISSUES),
            answer("200 OK", "", NOTHING_FOUND),
            answer("502 Bad Gateway", "", "<html>"),
            answer("200 OK", "", &opened),
        ],
    );
    assert_eq!(text, "already reported: https://github.com/o/r/issues/9");
    assert_eq!((requests, pauses), (4, vec![HALF_SECOND]));
}

#[test]
fn the_fingerprint_depends_only_on_the_defect() {
    let same = Fingerprint::of(&report());
    assert_eq!(same.to_string().len(), 64);
    let hash = "vittec::front::close::hfedcba9876543210";
    for is_same in [
        with(|value| value["frames"][1]["function"] = json!(hash)),
        with(|value| value["frames"][1]["line"] = json!(78)),
        with(|value| value["frames"][0]["function"] = json!("core::other")),
        with(|value| value["message"] = json!("index out of bounds\nthe length is 4")),
        with(|value| value["id"] = json!("another")),
    ] {
        assert_eq!(Fingerprint::of(&is_same), same);
    }
    for other in [
        with(|value| value["frames"][1]["function"] = json!("vittec::front::open")),
        with(|value| value["code"] = json!("F0002")),
        with(|value| value["signal"] = json!("SIGSEGV")),
        with(|value| value["frames"] = json!([])),
        // The message is part of the fingerprint, without its numbers.
        with(|value| value["message"] = json!("the length is 3")),
    ] {
        assert_ne!(Fingerprint::of(&other), same);
    }
    let nameless = |message: &str| {
        Fingerprint::of(&with(|value| {
            value["frames"] = json!([]);
            value["message"] = json!(message);
        }))
    };
    assert_ne!(nameless("a"), nameless("b"));
}

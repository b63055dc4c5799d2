//! Retries, and the errors of servers.

use super::*;

#[test]
fn temporary_errors_are_retried() {
    let ok = || answer("200 OK", "", "{}");
    let fail = || answer("500 Internal Server Error", "", "{\"detail\":\"oops\"}");
    let (text, requests, pauses) = outcome(sentry, vec![fail(), ok()]);
    assert!(text.starts_with("event ") && text.ends_with(" at HOST"), "{text}");
    assert_eq!((requests, pauses), (2, vec![HALF_SECOND]));

    let (text, requests, pauses) = outcome(sentry, vec![fail(), fail(), fail(), ok()]);
    assert_eq!(text, "HOST: server error (status 500: oops)");
    assert_eq!((requests, pauses), (3, vec![HALF_SECOND, ONE_SECOND]));

    let later = |time| answer("429 Too Many Requests", &format!("retry-after: {time}\r\n"), "");
    let (text, requests, pauses) = outcome(sentry, vec![later("7"), ok()]);
    assert!(text.starts_with("event "), "{text}");
    assert_eq!((requests, pauses), (2, vec![Duration::from_secs(7)]));
    let (text, requests, pauses) = outcome(sentry, vec![later("61"), ok()]);
    assert_eq!(text, "HOST: too many requests (status 429); try again in 61 s");
    assert_eq!((requests, pauses), (1, vec![]));
    let (_, requests, pauses) = outcome(sentry, vec![later("soon"), ok()]);
    assert_eq!((requests, pauses), (2, vec![HALF_SECOND]));

    // The connection is closed before the response and within its headers.
    let cut = || Step::Write(b"HTTP/1.1 200 OK\r\ncontent-".to_vec());
    let (text, requests, pauses) =
        outcome(sentry, vec![Step::Write(Vec::new()), cut(), cut(), ok()]);
    assert_eq!(
        text,
        "cannot reach HOST: the connection was closed before the response was complete"
    );
    assert_eq!((requests, pauses), (3, vec![HALF_SECOND, ONE_SECOND]));
}

#[test]
fn a_refused_connection_is_retried() {
    let (result, pauses) = upload(sentry(CLOSED), &report());
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot reach {CLOSED}: connection refused"));
    assert_eq!(pauses, [HALF_SECOND, ONE_SECOND]);
}

#[test]
fn rejected_requests_are_not_retried() {
    let body = format!("{{\"message\":\"Bad\\u001b[2J credentials {TOKEN}\"}}");
    let rejected = |status| answer(status, "", &body);
    let quote = "Bad␛[2J credentials ***";
    for (status, meaning) in [
        ("401 Unauthorized", "the token was rejected"),
        ("403 Forbidden", "the token has no permission to open issues in `vitte/vittec`"),
        (
            "404 Not Found",
            "the repository `vitte/vittec` does not exist or the token has no access to it",
        ),
        ("410 Gone", "issues are disabled in `vitte/vittec`"),
        ("422 Unprocessable", "request rejected"),
    ] {
        let number = &status[..3];
        let (text, requests, pauses) = outcome(github, vec![rejected(status), rejected(status)]);
        assert_eq!(text, format!("HOST: {meaning} (status {number}: {quote})"));
        assert_eq!((requests, pauses), (1, vec![]));
    }
    for (status, meaning) in [
        ("401 Unauthorized", "the key of the DSN was rejected"),
        ("404 Not Found", "project not found"),
        ("413 Too Large", "the report is too large"),
    ] {
        let body = format!("{{\"detail\":\"no {KEY}\"}}");
        let (text, requests, _) = outcome(sentry, vec![answer(status, "", &body)]);
        assert_eq!(text, format!("HOST: {meaning} (status {}: no ***)", &status[..3]));
        assert_eq!(requests, 1);
    }
    // GitHub reports a rate limit also by this header.
    let limited = answer("403 Forbidden", "x-ratelimit-remaining: 0\r\n", "");
    let (text, requests, _) = outcome(github, vec![limited]);
    assert_eq!((&*text, requests), ("HOST: too many requests (status 403)", 1));
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(vec![answer("200 OK", "", "{}")]);
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        for (target, secret) in [(sentry as fn(&str) -> Target, KEY), (github, TOKEN)] {
            let to = format!("location: http://{}/?{secret}\r\n", elsewhere.host());
            let (text, requests, pauses) = outcome(target, vec![answer(status, &to, "")]);
            assert!(text.starts_with("HOST: redirect to `http://127.0.0.1:"), "{text}");
            assert!(text.contains("` not followed (status 30"), "{text}");
            assert_eq!((requests, pauses), (1, vec![]));
        }
    }
    assert_eq!(elsewhere.received(), []);
}

#[test]
fn a_server_that_hangs_is_a_timeout() {
    let half = Step::WriteAndHang(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[".to_vec());
    for (target, step, name) in [
        (sentry as fn(&str) -> Target, Step::Hang, "sentry"),
        (github, Step::Hang, "github"),
        (github, half, "half a response"),
    ] {
        let server = Server::start(vec![step.clone(), step]);
        let host = server.host();
        let short = Duration::from_millis(200);
        let upload = Upload::new(target(&host)).with_timeouts(short, short);
        let error = upload.send(&upload.prepare(&report()).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), format!("no response from {host} within 200ms"), "{name}");
        assert!(matches!(error, UploadError::Timeout { is_connect: false, .. }));
        assert_eq!(server.received().len(), 1, "{name}");
    }
}

#[test]
fn invalid_responses_are_errors() {
    let garbage = Step::Write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec());
    for target in [sentry, github] {
        let (text, requests, _) = outcome(target, vec![garbage.clone(), garbage.clone()]);
        assert!(text.starts_with("invalid response from HOST: invalid HTTP: "), "{text}");
        assert_eq!(requests, 1);
    }
    let before = [answer("200 OK", "", NO_ISSUES), answer("200 OK", "", NOTHING_FOUND)];
    let after = |step: Step| [&before[..], &[step]].concat();

    let huge = answer("201 Created", "", &format!("\"{}\"", "x".repeat(8 << 20)));
    let (text, requests, _) = outcome(github, after(huge.clone()));
    assert_eq!(text, "invalid response from HOST: longer than 1 MiB");
    assert_eq!(requests, 3);
    // The event id is known in advance, so Sentry's response is not read.
    let (text, ..) = outcome(sentry, vec![huge]);
    assert!(text.starts_with("event "), "{text}");

    let cut = Step::Write(b"HTTP/1.1 201 Created\r\ncontent-length: 999\r\n\r\n{\"html_".to_vec());
    let steps: Vec<_> = (0..3).flat_map(|_| after(cut.clone())).collect();
    let (text, requests, pauses) = outcome(github, steps);
    assert_eq!(
        text,
        "cannot reach HOST: the connection was closed before the response was complete"
    );
    assert_eq!((requests, pauses), (9, vec![HALF_SECOND, ONE_SECOND]));

    // A failed TLS handshake is not retried.
    let server =
        Server::start(vec![Step::WriteAtOnce(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())]);
    let host = server.host();
    let dsn = Secret::new(format!("https://{KEY}@{host}/42"));
    let (result, pauses) = upload(Target::Sentry { dsn }, &report());
    let text = result.unwrap_err().to_string();
    assert!(text.starts_with(&format!("TLS connection to {host} failed: ")), "{text}");
    assert!(pauses.is_empty() && server.received().is_empty());

    for body in ["", "[]", "{}", "<html>", "{\"html_url\": 3}", &format!("\"{TOKEN}\"")] {
        let (text, ..) = outcome(github, after(answer("201 Created", "", body)));
        let expected = "invalid response from HOST: unexpected JSON";
        assert!(text.starts_with(expected), "{body}: {text}");
    }
}

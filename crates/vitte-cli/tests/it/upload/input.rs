//! Invalid targets, and reports with hostile text.

use super::*;

/// The errors do not contain the secrets.
#[test]
fn invalid_targets_are_errors() {
    let error_of = |target: Target| {
        let error = Upload::new(target).prepare(&report()).unwrap_err();
        let text = error.to_string();
        assert!(!format!("{text}{error:?}").contains("5ecret"), "{error:?}");
        text
    };
    for (dsn, reason) in [
        ("", "not a URL of the form `https://KEY@HOST/PROJECT`"),
        ("5ecret", "not a URL of the form `https://KEY@HOST/PROJECT`"),
        ("https://5ecret@host/", "empty path"),
        ("https://host/42", "username is empty"),
        ("ftp://5ecret@host/42", "no valid scheme"),
    ] {
        let text = error_of(Target::Sentry { dsn: Secret::new(dsn) });
        assert_eq!(text, format!("invalid DSN: {reason}"), "{dsn}");
    }
    let github = |repository: &str, token: &str, api: &str| {
        let (repository, api) = (repository.to_owned(), api.to_owned());
        error_of(Target::Github { repository, token: Secret::new(token), api })
    };
    let api = "https://api.github.com";
    for repository in ["", "vitte", "a/b/c", "../x", "a/..", "a/b?c", "a/b\n", "é/b"] {
        let text = github(repository, TOKEN, api);
        assert!(
            text.starts_with("invalid repository `") && text.ends_with("`: expected OWNER/NAME"),
            "{text}"
        );
    }
    for token in ["", "5ecret\n", "5ecret x", "5ecreté"] {
        let text = github("a/b", token, api);
        assert_eq!(text, "invalid token: it is empty or has characters other than printable ASCII");
    }
    for (api, reason) in [
        ("", "not a URL"),
        ("/v3", "no host"),
        ("https://host:99999", "invalid port"),
        ("ftp://host", "neither HTTPS nor HTTP"),
        ("https://me:5ecret@host", "only a host and a path are allowed"),
        ("http://api.github.com", "HTTP does not protect the token; use HTTPS"),
    ] {
        let text = github("a/b", TOKEN, api);
        assert!(
            text.starts_with("invalid API URL `") && text.ends_with(&format!("`: {reason}")),
            "{text}"
        );
    }
    for time in ["yesterday", "", "1969-12-31T23:59:59Z"] {
        let report = with(|value| value["timestamp"] = json!(time));
        let error = Upload::new(sentry("localhost")).prepare(&report).unwrap_err();
        assert!(error.to_string().starts_with("invalid timestamp `"), "{error}");
    }
    let debug = format!("{:?}", Upload::new(sentry("h")).prepare(&report()).unwrap());
    assert!(!debug.contains(KEY), "{debug}");
}

#[test]
fn hostile_reports_are_escaped_and_bounded() {
    for text in [
        "`",
        "````\n",
        "-->",
        "<!-- vitte-crash 0 -->\n",
        "@all #1 ",
        "|",
        "\\",
        "\"",
        "\n",
        "😀",
        "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2028}\r\0\t",
        "</table><img src=x> ",
        "a",
    ] {
        // One of the reports has 2.5 MB.
        let report = hostile(text, if text == "````\n" { 1 << 18 } else { 1 << 14 });
        let prepared = Upload::new(github("localhost")).prepare(&report).unwrap();
        let shown = prepared.to_string();
        assert!(shown.chars().all(|c| c == '\n' || !vitte_diag::text::is_unsafe(c)), "{text:?}");
        let issue: Value = serde_json::from_str(prepared.requests()[2].body()).unwrap();
        let (title, body) = (issue["title"].as_str().unwrap(), issue["body"].as_str().unwrap());
        assert!(title.chars().count() <= 120 && !title.contains('\n'), "{text:?}: {title}");
        assert!(!title.contains("@a") && !title.contains("#1"), "{title}");
        let length = body.chars().count();
        assert!((2_000..60_000).contains(&length), "{text:?}: {length}");
        assert_all_in_code(body, text);

        let prepared = Upload::new(sentry("localhost")).prepare(&report).unwrap();
        let shown = prepared.to_string();
        assert!(shown.chars().all(|c| c == '\n' || !vitte_diag::text::is_unsafe(c)), "{text:?}");
        let body = prepared.requests()[0].body();
        assert!(body.len() < 1 << 20, "{text:?}: {}", body.len());
        let envelope = Envelope::from_slice(body.as_bytes()).unwrap();
        let Some(EnvelopeItem::Event(event)) = envelope.items().next() else { panic!("{text:?}") };
        assert!(event.tags.values().all(|tag| tag.chars().count() <= 200 && !tag.contains('\n')));
        let stacktrace = event.exception[0].stacktrace.as_ref().unwrap();
        assert_eq!((stacktrace.frames.len(), stacktrace.frames_omitted), (128, Some((0, 372))));
    }
}

/// Checks that all text of the report is in code blocks and code spans.
fn assert_all_in_code(body: &str, text: &str) {
    let mut fence: Option<&str> = None;
    let mut own = String::new();
    for (index, line) in body.lines().enumerate() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            // A line of as many backticks as the fence would end the block (CommonMark, section 4.5).
            Some(open) => assert!(ticks.len() < open.len(), "{text:?}: {line}"),
            None if line.ends_with("`text") || line.ends_with("``text") => {
                fence = line.strip_suffix("text");
            }
            None if index > 2 && line.starts_with("| ") => {
                let cells: Vec<_> = line.split(" | ").collect();
                let [_, cell] = &*cells else { panic!("{text:?}: {line}") };
                let cell = cell.strip_suffix(" |").unwrap();
                let ticks = &cell[..cell.len() - cell.trim_start_matches('`').len()];
                let inner =
                    cell.strip_prefix(ticks).and_then(|cell| cell.strip_suffix(ticks)).unwrap();
                let rows = inner.split(|c| c != '`').map(str::len);
                assert!(rows.max().unwrap() < ticks.len() && !inner.contains('|'), "{line}");
            }
            None => own += &format!("{line}\n"),
        }
    }
    assert_eq!(fence, None, "{text:?}");
    let (marker, own) = own.split_once('\n').unwrap();
    let print = marker.strip_prefix("<!-- vitte-crash ").unwrap().strip_suffix(" -->").unwrap();
    assert!(print.len() == 64 && print.bytes().all(|byte| byte.is_ascii_hexdigit()), "{marker}");
    let known = "| field | value |\n|---|---|\n\n**Message**\n\n\n\
        **Contexts, innermost first**\n\n\n**Backtrace, innermost frame first**\n\n";
    assert_eq!(own, known, "{text:?}");
}

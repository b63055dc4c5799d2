//! `vitte crash upload`.

use super::*;

/// `vitte crash upload` in a directory with the report, without tokens and proxies in the environment.
pub(super) fn vitte(dir: &Path) -> Command {
    let mut vitte = upload_command(dir);
    vitte.arg(ID);
    vitte
}

/// `vitte crash upload` without an id.
pub(super) fn upload_command(dir: &Path) -> Command {
    let mut vitte = crate::vitte();
    for name in ["ENDPOINT", "HEADERS", "LOGS_ENDPOINT", "LOGS_HEADERS"] {
        vitte.env_remove(format!("OTEL_EXPORTER_OTLP_{name}"));
    }
    for name in ["SENTRY_DSN", "GITHUB_TOKEN", "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        vitte.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    vitte.current_dir(dir).args(["crash", "upload"]);
    vitte
}

pub(super) fn stored() -> tempfile::TempDir {
    let json = value().to_string();
    let name = format!("target/crash-reports/{ID}.json");
    common::dir_with(&[(&name, &json), ("token", &format!("{TOKEN}\n")), ("bad/x.json", "{}")])
}

pub(super) fn run(command: &mut Command) -> CommandResult {
    CommandResult::new(&command.output().unwrap())
}

#[test]
fn the_command_prints_the_receipt() {
    let dir = stored();
    let ended = run(vitte(dir.path()).args(["--to", "file", "--out", "copies"]));
    let expected = format!("{ID}: copied to copies/{ID}.json\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*expected, ""));
    assert!(dir.path().join(format!("copies/{ID}.json")).is_file());

    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let dsn = format!("http://{KEY}@{}/42", server.host());
    let ended = run(vitte(dir.path()).args(["--to", "sentry"]).env("SENTRY_DSN", &dsn));
    let host = server.host();
    let requests = server.received();
    let id = event(&requests[0]).event_id.as_simple().to_string();
    let expected = format!("{ID}: event {id} at {host}\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*expected, ""));

    for by_file in [true, false] {
        let opened = issue_json("https://github.com/o/r/issues/7", "", "open").to_string();
        let server = Server::start(vec![
            answer("200 OK", "", NO_ISSUES),
            answer("200 OK", "", NOTHING_FOUND),
            answer("201 Created", "", &opened),
        ]);
        let api = format!("http://{}/", server.host());
        let mut command = vitte(dir.path());
        command.args(["--to", "github", "--repo", "o/r", "--api", &api]);
        if by_file {
            command.args(["--token-file", "token"]).env("GITHUB_TOKEN", "another");
        } else {
            command.env("GITHUB_TOKEN", TOKEN);
        }
        let ended = run(&mut command);
        let expected = format!("{ID}: opened https://github.com/o/r/issues/7\n");
        assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*expected, ""));
        let requests = server.received();
        assert_eq!(requests[2].line, "POST /repos/o/r/issues HTTP/1.1");
        assert_eq!(requests[2].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    }
}

#[test]
fn a_dry_run_prints_the_requests_without_secrets() {
    let dir = stored();
    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let host = server.host();
    let dsn = format!("http://{KEY}:{TOKEN}@{host}/42");
    let ended = run(vitte(dir.path()).args(["--to", "sentry", "--dry-run", "--dsn", &dsn]));
    let request = format!("POST http://{host}/api/42/envelope/\naccept: application/json\n");
    assert!(ended.stdout.starts_with(&request), "{}", ended.stdout);
    let auth = "\nx-sentry-auth: Sentry sentry_key=***, sentry_version=7, \
        sentry_client=vitte-diag/0.1.0, sentry_secret=***\n";
    assert!(ended.stdout.contains(auth), "{}", ended.stdout);
    let prepared = Upload::new(sentry(&host)).prepare(&report()).unwrap();
    assert!(ended.stdout.ends_with(prepared.requests()[0].body()), "{}", ended.stdout);
    assert_no_secrets(&ended);

    let api = format!("http://{host}");
    let arguments = ["--to", "github", "--repo", "o/r", "--api", &api, "--dry-run"];
    let ended = run(vitte(dir.path()).args(arguments).env("GITHUB_TOKEN", TOKEN));
    for part in [
        &format!("GET {api}/repos/o/r/issues?"),
        &format!("\nGET {api}/search/issues?q=repo:o/r+"),
        &format!("\nPOST {api}/repos/o/r/issues\n"),
        "\nauthorization: Bearer ***\n",
        "{\"body\":\"<!-- vitte-crash ",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    assert_no_secrets(&ended);

    let ended = run(vitte(dir.path()).args(["--to", "file", "--out", "copies", "--dry-run"]));
    assert!(
        ended.stdout.starts_with(&format!("write copies/{ID}.json\n\n{{\n")),
        "{}",
        ended.stdout
    );
    assert!(ended.code == 0 && !dir.path().join("copies").exists());
    assert_eq!(server.received(), [], "a dry run does not connect");
}

/// A dry run for an evaluation: there is no account, no token and no network.
#[test]
fn a_dry_run_needs_no_credentials() {
    let dir = stored();
    let dry_run = |arguments: &[&str]| {
        let ended = run(vitte(dir.path()).arg("--dry-run").args(arguments));
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
        (ended.stdout, ended.stderr)
    };
    let missing = |what: &[&str]| -> String {
        what.iter().map(|what| format!("vitte: missing for the upload: {what}\n")).collect()
    };
    let no_token = "no token; pass --token-file or set GITHUB_TOKEN";
    let (stdout, stderr) = dry_run(&["--to=github"]);
    assert!(stdout.contains("\nPOST https://api.github.com/repos/OWNER/NAME/issues\n"), "{stdout}");
    assert!(stdout.contains("\nauthorization: Bearer ***\n"), "{stdout}");
    assert_eq!(stderr, missing(&[no_token, "no repository; pass --repo OWNER/NAME"]));
    assert_private(&stdout);
    let (stdout, stderr) = dry_run(&["--to=github", "--repo=o/r", "--token-file=none"]);
    assert!(stdout.contains("\nPOST https://api.github.com/repos/o/r/issues\n"), "{stdout}");
    assert_eq!(stderr, missing(&["no token; there is no file `none`"]));
    let (stdout, stderr) = dry_run(&["--to=sentry"]);
    let request = "POST https://sentry.invalid/api/PROJECT/envelope/\n";
    assert!(stdout.starts_with(request), "{stdout}");
    assert_eq!(stderr, missing(&["no DSN; pass --dsn or set SENTRY_DSN"]));
    let (stdout, stderr) = dry_run(&["--to=file"]);
    assert!(stdout.starts_with(&format!("write DIR/{ID}.json\n\n{{\n")), "{stdout}");
    assert_eq!(stderr, missing(&["no directory; pass --out DIR"]));
    assert!(!dir.path().join("DIR").exists());
    // The token is not even read: it may be unusable here.
    fs::write(dir.path().join("token"), "not a token\n").unwrap();
    let (_, stderr) = dry_run(&["--to=github", "--repo=o/r", "--token-file=token"]);
    assert_eq!(stderr, "");
    // What is given has to be valid.
    let ended = run(vitte(dir.path()).args(["--dry-run", "--to=github", "--repo=o"]));
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert_eq!(ended.stderr, "vitte: invalid repository `o`: expected OWNER/NAME\n");
}

/// The variables of the exporters of OpenTelemetry are used.
#[test]
fn an_endpoint_is_found_in_the_environment() {
    let dir = stored();
    let dry_run = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = vitte(dir.path());
        command.args(["--to=otlp", "--dry-run"]).args(arguments);
        let environment = environment.iter();
        command
            .envs(environment.map(|(name, value)| (format!("OTEL_EXPORTER_OTLP_{name}"), value)));
        let ended = run(&mut command);
        assert_eq!((ended.code, &*ended.stderr), (0, ""));
        assert!(!ended.stdout.contains(TOKEN) && !ended.stdout.contains("hunter2"));
        ended.stdout
    };
    let starts = |shown: String, url: &str| {
        assert!(shown.starts_with(&format!("POST {url}\n")), "{shown}");
        shown
    };
    starts(dry_run(&[], &[]), "http://localhost:4318/v1/logs");
    let all = ("ENDPOINT", "http://127.0.0.1:1/x/");
    starts(dry_run(&[], &[all]), "http://127.0.0.1:1/x/v1/logs");
    let logs = ("LOGS_ENDPOINT", "http://127.0.0.1:1/logs");
    starts(dry_run(&[], &[all, logs]), "http://127.0.0.1:1/logs");
    let headers = ("HEADERS", &*format!("api-key={TOKEN}"));
    let shown = starts(dry_run(&["--endpoint=http://[::1]/a"], &[all, headers]), "http://[::1]/a");
    assert!(shown.contains("\napi-key: ***\n"), "{shown}");
}

fn assert_no_secrets(ended: &CommandResult) {
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
    assert!(!ended.stdout.contains(KEY) && !ended.stdout.contains(TOKEN), "{}", ended.stdout);
    assert_private(&ended.stdout);
}

#[test]
fn missing_arguments_are_errors() {
    let dir = stored();
    let stderr = |arguments: &[&str]| {
        let ended = run(vitte(dir.path()).args(arguments));
        assert_eq!((ended.code, &*ended.stdout), (2, ""), "{arguments:?}");
        ended.stderr
    };
    for (arguments, expected) in [
        (&["--to", "sentry"][..], "vitte: no DSN; pass --dsn or set SENTRY_DSN\n"),
        (
            &["--to", "sentry", "--dsn", "x"],
            "vitte: invalid DSN: not a URL of the form `https://KEY@HOST/PROJECT`\n",
        ),
        (
            &["--to", "github", "--repo", "o/r"],
            "vitte: no token; pass --token-file or set GITHUB_TOKEN\n",
        ),
    ] {
        assert_eq!(stderr(arguments), expected);
    }
    for (arguments, expected) in [
        (
            &["--to", "github"][..],
            "vitte: no token; pass --token-file or set GITHUB_TOKEN\n\
             vitte: no repository; pass --repo OWNER/NAME\n",
        ),
        (&["--to", "file"], "vitte: no directory; pass --out DIR\n"),
        (&["--to", "file", "--out", "x", "--timeout", "0"], "--timeout <SECONDS>"),
        (
            &["--to", "file", "--out", "x", "--dir", "none"],
            "no crash matches `2025-10-22T13-05-42` in `none`",
        ),
        (&["--to", "mail"], "invalid value 'mail'"),
        (
            &["--to", "sentry", "--dsn", "https://k@h/1", "--minidump"],
            "vitte: the crash has no minidump\n",
        ),
        (
            &["--to", "otlp", "--minidump"],
            "vitte: --minidump and --session are only for `--to sentry`\n",
        ),
    ] {
        let text = stderr(arguments);
        assert!(text.contains(expected), "{text}");
    }
    for (id, expected) in [
        ("../no-such-file", "vitte: no crash matches `../no-such-file` in `bad`\n"),
        ("..", "vitte: no crash matches `..` in `bad`\n"),
        ("x", "vitte: no crash matches `x` in `bad`\n"),
    ] {
        let mut vitte = crate::vitte();
        let arguments = ["crash", "upload", id, "--dir", "bad", "--to", "file", "--out", "copies"];
        let ended = run(vitte.current_dir(dir.path()).args(arguments));
        assert_eq!((ended.code, &*ended.stderr), (2, expected));
    }
    // A rejected token is exit code 2, like every error.
    let server = Server::start(vec![answer("401 Unauthorized", "", "")]);
    let api = format!("http://{}", server.host());
    let arguments = ["--to", "github", "--repo", "o/r", "--token-file", "token", "--api", &api];
    let expected = format!("vitte: {}: the token was rejected (status 401)\n", server.host());
    assert_eq!(stderr(&arguments), expected);
}

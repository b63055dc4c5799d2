//! Uploads that are sent later.

use std::path::PathBuf;

use vitte_capsule::Repository;
use vitte_capsule::upload::{SendOutcome, Spool};

use super::command::{run, stored, upload_command, vitte};
use super::*;

const OTHER_ID: &str = "2025-10-22T13-05-43";

/// Adds another crash.
fn add_crash(dir: &Path) {
    let mut other = value();
    other["id"] = json!(OTHER_ID);
    fs::write(dir.join(format!("target/crash-reports/{OTHER_ID}.json")), other.to_string())
        .unwrap();
}

fn dsn(host: &str) -> String {
    format!("http://{KEY}@{host}/42")
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir.join("target/crash-reports/pending")) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some()).collect();
    paths.sort();
    paths
}

/// Sends the pending uploads to Sentry. Returns the exit code, standard output and standard error.
fn send(dir: &Path, host: &str) -> (i32, String, String) {
    let ended = run(upload_command(dir).args(["--pending", "--dsn", &dsn(host)]));
    assert!(!format!("{ended:?}").contains(KEY), "{ended:?}");
    (ended.code, ended.stdout.replace(host, "HOST"), ended.stderr.replace(host, "HOST"))
}

/// Stores the upload of a crash to Sentry.
fn store(dir: &Path, id: &str, host: &str) {
    let arguments = [id, "--to=sentry", "--spool", "--dsn", &dsn(host)];
    let ended = run(upload_command(dir).args(arguments));
    let expected = format!("{id}: stored for `--pending`\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*expected, ""));
}

#[test]
fn an_upload_that_failed_is_stored_and_sent_later() {
    let dir = stored();
    let path = dir.path();
    let ended = run(upload_command(path).arg("--list-pending"));
    assert_eq!((ended.code, &*ended.stdout), (0, "no pending uploads\n"));
    // The server of the port ends before the upload, and another one begins after it.
    let closed = Server::start(Vec::new());
    let host = closed.host();
    closed.received();
    let ended = run(vitte(path).args(["--to=sentry", "--dsn", &dsn(&host)]));
    let expected = format!(
        "vitte: cannot reach {host}: connection refused\n\
         vitte: note: the upload is stored; `vitte crash upload --pending` sends it\n"
    );
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (2, "", &*expected));
    let [file] = &*files(path) else { panic!("{:?}", files(path)) };
    let content = fs::read_to_string(file).unwrap();
    assert!(!content.contains(KEY), "{content}");
    assert_private(&content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let listed = run(upload_command(path).arg("--list-pending")).stdout;
    assert_eq!(listed, format!("{ID}  sentry http://{host}/api/42/envelope/\n1 pending upload\n"));

    // What is sent is what `prepare` has made.
    let repository = Repository::new(path.join("target/crash-reports"));
    let spool = Spool::new(&repository);
    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let target = sentry(&server.host());
    let prepared = Upload::new(target.clone()).prepare(&report()).unwrap();
    spool.add(ID, &prepared).unwrap();
    let pending = spool.pending().unwrap().uploads;
    assert_eq!(pending.len(), 2, "two destinations");
    let own = pending.iter().find(|upload| upload.destination.host() == server.host()).unwrap();
    let lock = spool.lock().unwrap().unwrap();
    let outcome = spool.send(&lock, own, &Upload::new(target)).unwrap();
    assert!(matches!(outcome, SendOutcome::Sent { pause: None, .. }), "{outcome:?}");
    let requests = server.received();
    assert_eq!(requests[0].body, prepared.requests()[0].body_bytes());
    assert!(requests[0].header("x-sentry-auth").unwrap().contains(KEY));
    assert_eq!(spool.pending().unwrap().uploads.len(), 1);
}

#[test]
fn pending_uploads_are_sent_once() {
    let dir = stored();
    let path = dir.path();
    add_crash(path);
    let server = Server::start(vec![answer("200 OK", "", "{}"), answer("200 OK", "", "{}")]);
    let host = server.host();
    for id in [ID, OTHER_ID, ID] {
        store(path, id, &host);
    }
    assert_eq!(files(path).len(), 2);
    let (code, stdout, stderr) = send(path, &host);
    assert_eq!((code, &*stderr), (0, ""));
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(lines[0].starts_with(&format!("{ID}: event ")) && lines[0].ends_with(" at HOST"));
    assert!(lines[1].starts_with(&format!("{OTHER_ID}: event ")));
    assert_eq!(lines[2..], ["2 sent, 0 left"]);
    assert_eq!(send(path, &host), (0, "no pending uploads\n".to_owned(), String::new()));
    assert_eq!(server.received().len(), 2);
}

/// A server that is busy gets no other upload, also not by the next command.
#[test]
fn limits_of_a_server_are_obeyed() {
    let limited = "x-sentry-rate-limits: 60:error:organization\r\n";
    for (step, sent, first) in [
        (
            answer("429 Too Many Requests", "retry-after: 60\r\n", ""),
            0,
            "too many requests (status 429); try again in 60 s; the next attempt in 60 s",
        ),
        (
            answer("429 Too Many Requests", limited, ""),
            0,
            "too many requests (status 429); try again in 60 s; the next attempt in 60 s",
        ),
        (
            answer("503 Service Unavailable", "", ""),
            0,
            "server error (status 503); the next attempt in 30 s",
        ),
        (answer("200 OK", limited, "{}"), 1, ""),
    ] {
        let dir = stored();
        let path = dir.path();
        add_crash(path);
        let server = Server::start(vec![step]);
        let host = server.host();
        store(path, ID, &host);
        store(path, OTHER_ID, &host);
        let (code, stdout, stderr) = send(path, &host);
        let last = stdout.lines().last().unwrap();
        assert!(
            last.starts_with(&format!("{sent} sent, {} left, the next attempt in ", 2 - sent)),
            "{last}"
        );
        if sent == 0 {
            assert_eq!((code, stderr), (2, format!("vitte: {ID}: HOST: {first}\n")));
            let listed = run(upload_command(path).arg("--list-pending")).stdout;
            assert!(listed.contains("\n  1 failed attempt, the next one in "), "{listed}");
        } else {
            assert_eq!((code, &*stderr), (0, ""));
        }
        let (code, stdout, stderr) = send(path, &host);
        assert_eq!((code, &*stderr), (0, ""));
        assert!(
            stdout.starts_with(&format!("0 sent, {} left, the next attempt in ", 2 - sent)),
            "{stdout}"
        );
        assert_eq!(server.received().len(), 1);
    }
}

#[test]
fn an_upload_that_is_never_accepted_is_dropped() {
    let dir = stored();
    let path = dir.path();
    let server = Server::start(vec![answer("400 Bad Request", "", "{\"detail\":\"bad\"}")]);
    store(path, ID, &server.host());
    let (code, stdout, stderr) = send(path, &server.host());
    let why =
        format!("vitte: {ID}: HOST: request rejected (status 400: bad); the upload is dropped\n");
    assert_eq!((code, &*stdout, stderr), (2, "0 sent, 0 left\n", why));
    assert!(files(path).is_empty());
    server.received();

    // A rejected key is that of this command.
    let server = Server::start(vec![answer("403 Forbidden", "", "")]);
    store(path, ID, &server.host());
    let (code, stdout, _) = send(path, &server.host());
    assert_eq!((code, files(path).len()), (2, 1), "{stdout}");
    server.received();

    // No request is made for a crash that was removed.
    fs::remove_file(path.join(format!("target/crash-reports/{ID}.json"))).unwrap();
    let (code, stdout, stderr) = send(path, CLOSED);
    let why = format!("{ID}: dropped, because the crash was removed\n0 sent, 0 left\n");
    assert_eq!((code, stdout, &*stderr, files(path).len()), (0, why, "", 0));
}

#[test]
fn secrets_are_only_sent_to_the_destination_that_the_user_names() {
    let dir = stored();
    let path = dir.path();
    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    store(path, ID, &server.host());
    let (code, stdout, stderr) = send(path, "127.0.0.1:9");
    assert_eq!((code, &*stdout), (2, "0 sent, 1 left\n"));
    let why = "/api/42/envelope/: the arguments and variables name another destination\n";
    assert!(stderr.ends_with(why), "{stderr}");
    let ended = run(upload_command(path).arg("--pending"));
    assert!(
        ended.stderr.ends_with("/api/42/envelope/: no DSN; pass --dsn or set SENTRY_DSN\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(server.received(), []);
    assert_eq!(files(path).len(), 1);
}

/// Files that no upload has written, and another process.
#[test]
fn what_is_in_the_directory_is_not_trusted() {
    let dir = stored();
    let path = dir.path();
    store(path, ID, CLOSED);
    let [file] = &*files(path) else { panic!() };
    let content = fs::read_to_string(file).unwrap();
    let hostile = file.with_file_name(format!("{ID}.sentry.00000000.upload"));
    for content in [
        "",
        "{}\n",
        "\u{1b}[2J",
        &content.replace("42", "43"),
        &content[..content.len() - 1],
        &content.replacen(ID, "../../x", 1),
    ] {
        fs::write(&hostile, content).unwrap();
        let ended = run(upload_command(path).arg("--list-pending"));
        assert_eq!(ended.code, 2, "{content}");
        assert!(ended.stderr.ends_with(": not a pending upload\n"), "{}", ended.stderr);
        assert!(ended.stdout.ends_with("\n1 pending upload\n"), "{}", ended.stdout);
    }
    fs::remove_file(&hostile).unwrap();
    let spool = Spool::new(&Repository::new(path.join("target/crash-reports")));
    let lock = spool.lock().unwrap().unwrap();
    assert!(spool.lock().unwrap().is_none());
    let busy = "another process is sending the pending uploads\n";
    assert_eq!(send(path, CLOSED), (0, busy.to_owned(), String::new()));
    drop(lock);
    assert!(spool.lock().unwrap().is_some());
    let listed = run(upload_command(path)
        .args(["../list", "--dir", "target/crash-reports"])
        .arg("--list-pending"));
    assert_eq!(listed.code, 2, "an id and --list-pending");
    #[cfg(unix)]
    {
        let elsewhere = path.join("elsewhere");
        fs::rename(path.join("target/crash-reports/pending"), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, path.join("target/crash-reports/pending")).unwrap();
        let ended = run(upload_command(path).arg("--list-pending"));
        assert!(ended.code == 2 && ended.stderr.contains("symbolic link"), "{}", ended.stderr);
    }
}

#[test]
fn uploads_of_each_kind_resume() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::new(&Repository::new(dir.path()));
    let mut capsule = Capsule::new(report());
    capsule.minidump = Some(b"MDMP\xff\n\0--".to_vec());
    let issue = issue_json("https://github.com/o/r/issues/7", "", "open").to_string();
    let minidump = |host: &str| Target::SentryMinidump { dsn: Secret::new(dsn(host)) };
    type Case<'a> = (&'a dyn Fn(&str) -> Target, bool, Vec<Step>);
    let ok = || vec![answer("200 OK", "", "{}")];
    let steps = vec![
        answer("200 OK", "", NO_ISSUES),
        answer("200 OK", "", NOTHING_FOUND),
        answer("201 Created", "", &issue),
    ];
    let cases: [Case<'_>; 4] = [
        (&sentry, true, ok()),
        (&minidump, false, ok()),
        (&otlp, false, ok()),
        (&github, false, steps),
    ];
    for (target, has_minidump, steps) in cases {
        let server = Server::start(steps);
        let target = target(&server.host());
        let upload = Upload::new(target).with_minidump(has_minidump);
        let prepared = upload.prepare_capsule(&capsule).unwrap();
        spool.add(ID, &prepared).unwrap();
        let pending = spool.pending().unwrap();
        let [one] = &*pending.uploads else { panic!("{pending:?}") };
        assert_eq!((&*one.crash, one.attempts, one.wait()), (ID, 0, None));
        let lock = spool.lock().unwrap().unwrap();
        let outcome = spool.send(&lock, one, &upload).unwrap();
        assert!(matches!(outcome, SendOutcome::Sent { .. }), "{outcome:?}");
        assert!(spool.pending().unwrap().uploads.is_empty());
        let gone = spool.send(&lock, one, &upload).unwrap();
        assert!(matches!(gone, SendOutcome::Gone), "{gone:?}");
        let requests = server.received();
        let last = prepared.requests().into_iter().last().unwrap();
        assert_eq!(requests.last().unwrap().body, last.body_bytes());
        let headers: Vec<&str> = last.headers().map(|(name, _)| name).collect();
        for name in headers {
            assert!(requests.last().unwrap().header(name).is_some(), "{name}");
        }
    }
    let file = Upload::new(Target::File { dir: dir.path().to_owned() }).prepare(&report()).unwrap();
    let error = spool.add(ID, &file).unwrap_err().to_string();
    assert!(error.ends_with(": it cannot be sent later"), "{error}");
    let prepared = Upload::new(sentry(CLOSED)).prepare(&report()).unwrap();
    assert!(spool.add("../x", &prepared).is_err());
}

//! Plants a secret of every kind in every place of a crash, and looks for it in all that is written: the terminal in two
//! formats, the capsule and its HTML report, and the dry run of each upload.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use vitte_capsule::Repository;
use vitte_crash::{CrashHandler, EnvironmentCapture, SourceCapture};
use vitte_diag::{Format, SourceMap, Span};

use super::{contains, written};

/// The kinds: a text, in which the secret is between `«` and `»`, and has a number in place of `000`.
const KINDS: [&str; 34] = [
    "Authorization: Bearer «mF_9.B5f-4.1JqM000»",
    "Authorization: Basic «QWxhZGRpbjpvcGVuIHNlc2Ft000=»",
    "found «ghp_16C7e42F292c6912E7710c838347Ae178000»",
    "found «github_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789abcde000»",
    "found «glpat-aB3dE6gH9jK2mN5pQ000»",
    "found «AKIAIOSFODNN7EXAM000»",
    "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE000»",
    "found «xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzq000»",
    "https://hooks.slack.com/services/«T00/B00/XXXXXXXXXXXXXXXXXXXXX000»",
    "found «sk_live_4eC39HqLyjWDarjtT1zdp000»",
    "found «sk-ant-api03-AbCdEf0123456789000»",
    "found «sk-proj-AbCdEf0123456789T3BlbkFJ000»",
    "found «AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGe000»",
    "found «npm_1234567890abcdefghijABCDEFGHIJ123000»",
    "found «pypi-AgEIcHlwaS5vcmcCJDEyMzQ1Njc4LTEy000»",
    "found «SG.ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmb000»",
    "found «dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abc000»",
    "found «hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdE000»",
    "found «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl000»",
    "DB_PASSWORD=«swordfish000»",
    "token: «x9Fk2Qz7Lm4Rb000»",
    "password: «hunter2000»",
    "Server=db;Database=x;User Id=sa;Password=«trombone000»;Encrypt=True",
    "AccountName=x;AccountKey=«bmV2ZXIgZ29ubmEg000=»;",
    "Cookie: sid=«abcdef000»",
    "Set-Cookie: sid=«abcdeg000»; Path=/",
    "from «ada.byron000@example.org»",
    "postgres://ada:«marmalade000»@db.example/x",
    "\"password\": \"«two words 000»\"",
    "api_key = \"«abc000»\"",
    "passwort = \"«geheim000»\"",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n«b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAA000»\n-----END OPENSSH PRIVATE KEY-----",
    "in /home/«adaline000»/src",
    "STRIPE_KEY=«x9Fk2Qz7Lm4Rb000»",
];

/// The places, each with numbers of its own.
#[derive(Clone, Copy)]
enum Place {
    Source = 100,
    Environment = 200,
    Argument = 300,
    Message = 400,
    Field = 500,
    Variable = 600,
    Thread = 700,
    File = 800,
}

/// Returns the texts of a place, each with its secret.
fn planted_in(place: Place) -> impl Iterator<Item = (String, String)> {
    KINDS.iter().enumerate().map(move |(index, kind)| {
        let kind = kind.replace("000", &(place as usize + index).to_string());
        let (_, rest) = kind.split_once('«').unwrap();
        let secret = rest.split_once('»').unwrap().0.to_owned();
        (kind.replace(['«', '»'], ""), secret)
    })
}

fn texts(place: Place) -> Vec<String> {
    planted_in(place).map(|(text, _)| text).collect()
}

const DIR: &str = "VITTE_TEST_KINDS_INTO";
const FORMAT: &str = "VITTE_TEST_KINDS_FORMAT";

/// Crashes with secrets everywhere. Runs only as the child process of the test below.
#[test]
fn planted() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let format = std::env::var(FORMAT).unwrap();
    let guard = CrashHandler::builder()
        .program("vittec")
        .format(if format == "json" { Format::Json } else { Format::Human })
        .quiet(false)
        .capture_environment(EnvironmentCapture::All)
        .capture_sources(SourceCapture::All)
        .dir(dir)
        .install()
        .unwrap();
    let mut sources = SourceMap::new();
    let text = texts(Place::Source).join("\n");
    let len = text.len();
    let name = texts(Place::File).into_iter().find(|text| text.contains("ghp_")).unwrap();
    let file = sources.add(format!("src/{name}/main.vitte"), text).unwrap();
    vitte_crash::set_sources(&sources);
    let variable = texts(Place::Variable);
    let work = move || {
        let span = Span::new(file, 0, len).unwrap();
        let fields = texts(Place::Field);
        let _contexts: Vec<_> = fields
            .iter()
            .map(|text| vitte_crash::context("reading", span).with("text", text.as_str()))
            .collect();
        vitte_crash::context("checking", span).with_variables(&[("texts", &variable)], || {
            panic!("{}", texts(Place::Message).join("\n"));
        });
    };
    let thread = texts(Place::Thread).into_iter().find(|text| text.contains("AKIA")).unwrap();
    std::thread::Builder::new().name(thread).spawn(work).unwrap().join().unwrap_err();
    drop(guard);
}

/// Crashes in a child process, and returns what it writes to the terminal.
fn crash(dir: &Path, format: &str) -> Vec<u8> {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "secrets::kinds::planted", "--test-threads=1", "--nocapture", "--"]);
    child.args(texts(Place::Argument));
    child.env(DIR, dir).env(FORMAT, format).stdin(Stdio::null());
    for (index, text) in texts(Place::Environment).into_iter().enumerate() {
        match text
            .split_once('=')
            .filter(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        {
            Some((name, value)) => child.env(name, value),
            None => child.env(format!("VITTEC_TEXT_{index}"), text),
        };
    }
    // A harmless name with the prefix of the program.
    child.env("VITTEC_DEPLOY", "hunter2hunter2");
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    [output.stdout, output.stderr].concat()
}

#[test]
fn no_kind_of_secret_is_written() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("reports");
    let token = root.path().join("token");
    fs::write(&token, "ghp_token").unwrap();
    let mut all = vec![("terminal, JSON".to_owned(), crash(&dir, "json"))];
    all.push(("terminal".to_owned(), crash(&dir, "human")));
    let id = Repository::new(&dir).find("latest").unwrap();
    for (name, shown) in &all {
        assert!(contains(shown, "[redacted]"), "{name}: {}", String::from_utf8_lossy(shown));
    }
    assert!(contains(&all[1].1, "found ****"), "source lines are shown");
    all.extend(written(&dir));
    let token = token.to_str().unwrap();
    for arguments in [
        &["show", &id, "--full"][..],
        &["vars", &id],
        &["env", &id, "--json"],
        &["list"],
        &["upload", &id, "--dry-run", "--to", "file", "--out", "x"],
        &["upload", &id, "--dry-run", "--to", "sentry", "--dsn", "https://k@localhost/1"],
        &["upload", &id, "--dry-run", "--to", "github", "--repo", "a/b", "--token-file", token],
    ] {
        let mut vitte = crate::vitte();
        let output = vitte.arg("crash").args(arguments).arg("--dir").arg(&dir).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        all.push((arguments.join(" "), output.stdout));
    }
    use Place::{Argument, Environment, Field, File, Message, Source, Thread, Variable};
    let places = [Source, Environment, Argument, Message, Field, Variable, Thread, File];
    let mut secrets: Vec<_> =
        places.into_iter().flat_map(planted_in).map(|(_, secret)| secret).collect();
    secrets.push("hunter2hunter2".to_owned());
    let mut found = Vec::new();
    for secret in &secrets {
        let places = all.iter().filter(|(_, bytes)| contains(bytes, secret));
        found.extend(places.map(|(place, _)| format!("{secret} in {place}")));
    }
    assert!(found.is_empty(), "{} secrets were found:\n{}", found.len(), found.join("\n"));
}

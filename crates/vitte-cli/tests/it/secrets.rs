//! Plants more than a hundred secrets in every part of a crash, and looks for them in everything that is written.
mod kinds;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use vitte_capsule::{Capsule, Redactor, Repository};
use vitte_crash::{CrashHandler, EnvironmentCapture, SourceCapture};
use vitte_diag::{SourceMap, Span};

/// Keys of secrets, and one that only this program has.
const NAMES: [&str; 14] = [
    "pass",
    "DB_PASSWD",
    "password",
    "ClientSecret",
    "github_token",
    "api_key",
    "APIKEY",
    "X-Auth",
    "credentials",
    "private_key",
    "session_id",
    "Cookie",
    "userPassword",
    "launch_code",
];

/// Returns secret `number`, a text that occurs nowhere else.
fn secret(number: usize) -> String {
    format!("Zq7{number:03}Wx9")
}

/// Returns the key of secret `number`.
fn name(number: usize) -> &'static str {
    NAMES[number % NAMES.len()]
}

const DIR: &str = "VITTE_TEST_SECRETS_INTO";
const COUNT: usize = 120;

/// A source file with secrets in its string literals.
fn source() -> String {
    let lines =
        (0..20).map(|at| format!("let {} = \"{}\"", name(at).replace('-', "_"), secret(at)));
    let url = format!("let url = \"https://ada:{}@example.org/x\"", secret(20));
    let tail = "\nfn main() -> void\n    say token\n.end\n";
    lines.chain([url]).collect::<Vec<_>>().join("\n") + tail
}

/// Command-line arguments with secrets; the test harness ignores them.
fn arguments() -> Vec<String> {
    let of = |at: usize| match at % 4 {
        0 => vec![format!("--{}", name(at)), secret(at)],
        1 => vec![format!("--{}={}", name(at), secret(at))],
        2 => vec![format!("{}={}", name(at), secret(at))],
        _ => vec![format!("--url=https://ada:{}@example.org/", secret(at))],
    };
    (21..45).flat_map(of).collect()
}

/// Crashes with secrets everywhere. Runs only as the child process of the test below.
#[test]
fn planted() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let guard = CrashHandler::builder()
        .program("vittec")
        .commit(format!("token={}", secret(45)))
        .build_profile(format!("release password={}", secret(46)))
        .capture_environment(EnvironmentCapture::All)
        .capture_sources(SourceCapture::All)
        .redact(Redactor::default().with_pattern("launch_?code").unwrap())
        .dir(dir)
        .install()
        .unwrap();
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", source()).unwrap();
    vitte_crash::set_sources(&sources);
    let deep = json!({
        name(47): secret(47),
        "list": [{name(48): secret(48)}, {"deeper": {name(49): [secret(50), {"x": secret(51)}]}}],
        "pairs": [[name(52), secret(52)], {"key": name(53), "value": secret(53)}],
        "text": format!("{}={}", name(54), secret(54)),
        "command": ["tool", format!("--{}", name(55)), secret(55)],
    });
    let map: BTreeMap<String, String> = (56..70).map(|at| (name(at).into(), secret(at))).collect();
    let thread = format!("worker password={}", secret(70));
    let work = move || {
        let result = vitte_crash::catch_panic(|| {
            let span = Span::new(file, 0, 30).unwrap();
            let _outer = vitte_crash::context("reading", span)
                .with("password", &*secret(71))
                .with("url", &*format!("ftp://a:{}@b/", secret(72)))
                .with("arguments", &*format!("--token {}", secret(73)));
            let text = format!("secret={}", secret(74));
            vitte_crash::context("checking", span).with(name(75), &*secret(75)).with_variables(
                &[("deep", &deep), ("map", &map), ("api_key", &text), ("text", &text)],
                || {
                    let all = (76..90).map(|at| format!("{}={}", name(at), secret(at)));
                    let all = all.collect::<Vec<_>>().join(" ");
                    panic!("cannot log in: {all}, Authorization: Bearer {}", secret(90));
                },
            );
        });
        assert!(result.unwrap_err().path.is_some());
    };
    std::thread::Builder::new().name(thread).spawn(work).unwrap().join().unwrap();
    drop(guard);
}

/// All files below a directory, the unpacked parts of capsules, and their HTML reports.
fn written(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        let (path, bytes) = (entry.path(), fs::read(entry.path()).unwrap());
        if path.extension().is_some_and(|end| end == "vittecrash") {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
            for index in 0..archive.len() {
                let mut part = archive.by_index(index).unwrap();
                let name = format!("{}:{}", path.display(), part.name());
                let mut text = Vec::new();
                std::io::Read::read_to_end(&mut part, &mut text).unwrap();
                all.push((name, text));
            }
            let capsule = Capsule::read(path).unwrap();
            all.push((format!("{}: HTML", path.display()), capsule.to_html().into_bytes()));
        }
        all.push((path.display().to_string(), bytes));
    }
    all
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|at| at == text.as_bytes())
}

#[test]
fn no_secret_is_written() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("reports");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "secrets::planted", "--test-threads=1", "--"]).args(arguments());
    child.env(DIR, &dir).stdin(Stdio::null());
    for at in 91..COUNT {
        let (name, value) = match at % 3 {
            0 => (format!("VITTEC_{at}_URL"), format!("postgres://ada:{}@db/x", secret(at))),
            _ => (format!("{}_{at}", name(at)), secret(at)),
        };
        child.env(name, value);
    }
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let repository = Repository::new(&dir);
    let id = repository.find("latest").unwrap();
    let capsule = repository.load(&id).unwrap();
    // The other data must be there, or finding no secrets would mean nothing.
    assert_eq!(capsule.sources.len(), 1);
    assert_eq!(capsule.sources[0].text.len(), source().len(), "redaction keeps offsets");
    assert!(capsule.report.message.starts_with("cannot log in: "), "{}", capsule.report.message);
    assert!(capsule.report.args.len() > 20 && capsule.environment.len() > 25);
    assert_eq!(capsule.report.contexts.len(), 2);
    let mut written = written(&dir);
    for command in
        [&["show", &id, "--full"][..], &["inspect", &id], &["vars", &id], &["env", &id, "--json"]]
    {
        let mut vitte = crate::vitte();
        let output = vitte.arg("crash").args(command).arg("--dir").arg(&dir).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        written.push((command.join(" "), output.stdout));
    }
    let mut found = Vec::new();
    for number in 0..COUNT {
        for (source, bytes) in &written {
            if contains(bytes, &secret(number)) {
                found.push(format!("{} ({}) in {source}", secret(number), name(number)));
            }
        }
    }
    assert!(found.is_empty(), "{} secrets were found:\n{}", found.len(), found.join("\n"));
    assert!(written.iter().any(|(_, bytes)| contains(bytes, "[redacted]")));
}

//! Reports with secrets in all fields, and without secrets.

use vitte_diag::Frame;

use super::redactor;
use crate::report::tests::report;
use crate::report::{ContextField, CrashFrame, CrashReport, SourceLine, SourceLines};

/// Returns a report with secrets in all fields that the program or its user can set.
fn planted() -> CrashReport {
    let mut number = 0;
    let mut secret = || {
        number += 1;
        format!("S3CRET{number:03}")
    };
    let forms: [fn(&str) -> String; 6] = [
        |s| format!("password={s}"),
        |s| format!("{{\"token\": \"{s} {s}\"}}"),
        |s| format!("x --api-key {s} y"),
        |s| format!("Authorization: Bearer {s}"),
        |s| format!("https://ada:{s}@host/"),
        |s| format!("-----BEGIN PRIVATE KEY-----\n{s}\n-----END"),
    ];
    let mut all = || forms.map(|form| form(&secret())).join("\n");
    let mut report = report();
    for text in [
        &mut report.timestamp,
        &mut report.version,
        &mut report.program,
        &mut report.thread,
        &mut report.message,
        &mut report.id,
        &mut report.session,
        &mut report.system.os,
        &mut report.system.arch,
    ] {
        *text = all();
    }
    for option in [
        &mut report.signal,
        &mut report.build,
        &mut report.commit,
        &mut report.address,
        &mut report.deployment,
        &mut report.test,
    ] {
        *option = Some(all());
    }
    report.notes.push(all());
    let breadcrumb = report.breadcrumbs.first_mut().unwrap();
    for text in [
        &mut breadcrumb.timestamp,
        &mut breadcrumb.target,
        &mut breadcrumb.message,
        &mut breadcrumb.thread,
    ] {
        *text = all();
    }
    report.args.push(all());
    report.registers.insert("secret".into(), secret());
    report.registers.insert("rax".into(), format!("token={}", secret()));
    let mut url = || format!("git+https://ada:{}@host/src/a.rs", secret());
    report.location = Some(url());
    report.backtrace = [Frame::new("a"), Frame::at("f", &url(), 1, None)].into_iter().collect();
    report.frames.push(CrashFrame {
        function: Some(url()),
        file: Some(url()),
        module: Some(url()),
        ..CrashFrame::default()
    });
    for thread in &mut report.threads {
        thread.name = format!("token={}", url());
        thread.backtrace = [Frame::at("f", &url(), 1, None)].into_iter().collect();
    }
    let entry = report.contexts.first_mut().unwrap();
    entry.location.as_mut().unwrap().file = Some(url());
    entry.name = format!("secret={}", secret());
    for fields in [&mut entry.fields, &mut report.breadcrumbs.last_mut().unwrap().fields] {
        fields.push(ContextField { key: "password".into(), value: secret() });
        fields.push(ContextField { key: format!("token={}", secret()), value: "x".into() });
        fields.push(ContextField { key: "url".into(), value: format!("secret={}", secret()) });
    }
    report.args.extend(["--password".into(), secret()]);
    let line = |line, text: String| SourceLine { line, lo: 0, text };
    report.sources.push(SourceLines {
        id: 0,
        file: format!("https://ada:{}@host/", secret()),
        lines: vec![
            line(1, format!("let password = \"é {}", secret())),
            line(2, format!("{}\"; let token: &str = '{}';", secret(), secret())),
            line(3, "-----BEGIN PRIVATE KEY-----".into()),
            line(4, secret()),
        ],
    });
    assert!(number >= 100, "{number}");
    report
}

#[test]
fn all_fields_of_a_report_are_redacted() {
    let planted = planted();
    let mut redacted = planted.clone();
    redactor().report(&mut redacted);
    let json = serde_json::to_string_pretty(&redacted).unwrap();
    let left: Vec<_> = json.lines().filter(|line| line.contains("S3CRET")).collect();
    assert!(left.is_empty(), "{left:#?}");
    let lens = |report: &CrashReport| -> Vec<usize> {
        report.sources[0].lines.iter().map(|line| line.text.len()).collect()
    };
    assert_eq!(lens(&redacted), lens(&planted));
    assert_eq!(redacted.sources[0].lines[1].text, "*********\"; let token: &str = '*********';");
    assert_eq!(redacted.args.len(), planted.args.len());
    let again = redacted.clone();
    redactor().report(&mut redacted);
    assert_eq!(redacted, again);
}

#[test]
fn a_report_without_secrets_is_unchanged() {
    let mut redacted = report();
    redactor().report(&mut redacted);
    assert_eq!(redacted, report());
}

use vitte_diag::Frame;

use super::super::tests::report;
use super::*;
use crate::report::{ContextField, ContextVariable};

#[test]
fn a_report_is_shown_in_sections() {
    let expected = "\
crash report (not stored)

time:        2025-10-22T13:05:42.123Z
program:     vittec 0.1.0
build:       release
commit:      7991911
command:     vittec check 'my shapes.vitte'
system:      linux, x86_64
deployment:  staging
session:     5f3c9a
process:     4711
test:        front::tests::blocks
thread:      main
code:        F0002
kind:        signal
signal:      SIGSEGV
address:     0x10
message:     invalid memory reference
             while a block was closed
note:        the stack has not overflowed

contexts, innermost first:
  - typeck (fn: area) at src/shapes.vitte:3:4

backtrace, innermost first:
     2 frames of std, called by
  2: vittec::front::blocks::close  src/front/blocks.rs:77:13
     ... 1 frame of libc.so.6
  4: vittec::main                  src/main.rs:40
     ... 1 frame of std

breadcrumbs, oldest first:
  -1.999s  debug  worker  vittec::cache  entry removed (key: shapes)
  -0.001s  warn           vittec::front  unusual block

registers:
   r9 0x9             r10 0xa             rax 0x0             rip 0x5581d4c01c20
  rsp 0x7ffd

threads, crashed thread first:
  4711 main: see the backtrace above
  4712 worker:
    0: futex_wait
    1: park
    2: recv
    3: next
       ... and 2 more frames
";
    assert_eq!(report().to_text(false), expected);
}

#[test]
fn full_shows_every_frame_of_every_thread() {
    let full = report().to_text(true);
    assert!(!full.contains("..."), "{full}");
    assert!(full.contains("\n  3: malloc in libc.so.6+0x9d8e2\n"), "{full}");
    assert!(full.contains("\n  0: std::panicking::begin_panic_handler at "), "{full}");
    let all_runtime: Backtrace =
        [Frame::new("std::a"), Frame::new("core::b")].into_iter().collect();
    let report = CrashReport { backtrace: all_runtime, ..report() };
    assert!(
        report.to_text(false).contains("\n  0: std::a\n  1: core::b\n"),
        "{}",
        report.to_text(false)
    );
}

#[test]
fn only_a_full_report_is_not_wrapped_and_only_what_nobody_reads_is_cut() {
    let mut report = report();
    report.message = "word ".repeat(2_000) + "end";
    let line = format!("message:     {}\n", report.message);
    assert!(report.to_text(true).contains(&line));
    assert!(!report.to_text(false).contains(&line));
    report.message = "\n".repeat(8 << 20);
    report.registers.insert("long".repeat(1 << 20), "y".to_owned());
    report.registers.extend((0..1_000).map(|index| (format!("r{index}"), String::new())));
    report.notes = vec!["note".to_owned(); 250_000];
    for full in [false, true] {
        let text = report.to_text(full);
        assert!(text.len() < 20 << 20, "{} bytes", text.len());
        assert!(text.contains("\n             ... and 8378608 more bytes\n"));
        let last = text.lines().last().unwrap();
        assert!(last.starts_with("... and ") && last.ends_with(" more lines"), "{last}");
    }
}

#[test]
fn no_text_of_a_report_is_a_command_of_a_terminal_or_a_log() {
    let evil = "::evil\u{1b}[2J\u{202e}\u{9b}\r\n::set-env x\n\t::y";
    let mut report = report();
    let json = serde_json::to_string(&report).unwrap();
    for texts in [&mut report.timestamp, &mut report.version, &mut report.program] {
        *texts = evil.into();
    }
    for texts in [&mut report.thread, &mut report.message, &mut report.id, &mut report.session] {
        *texts = evil.into();
    }
    let options = [&mut report.signal, &mut report.build, &mut report.commit];
    options.into_iter().for_each(|option| *option = Some(evil.into()));
    (report.location, report.address) = (Some(evil.into()), Some(evil.into()));
    report.args.push(evil.into());
    report.notes.push(evil.into());
    report.backtrace = [Frame::new(evil)].into_iter().collect();
    report.registers.insert(evil.into(), evil.into());
    for thread in &mut report.threads {
        thread.name = evil.into();
        thread.backtrace = [Frame::new(evil), Frame::new("x")].into_iter().collect();
    }
    for entry in &mut report.contexts {
        entry.name = evil.into();
        entry.fields.push(ContextField { key: evil.into(), value: evil.into() });
        let (value, error) = (evil.into(), Some(evil.into()));
        entry.variables.push(ContextVariable { key: evil.into(), value, error });
        entry.location.as_mut().unwrap().file = Some(evil.into());
    }
    for breadcrumb in &mut report.breadcrumbs {
        breadcrumb.timestamp = evil.into();
        (breadcrumb.target, breadcrumb.message) = (evil.into(), evil.into());
        breadcrumb.fields.push(ContextField { key: evil.into(), value: evil.into() });
    }
    report.breadcrumbs[0].thread = evil.into();
    (report.deployment, report.test) = (Some(evil.into()), Some(evil.into()));
    (report.system.os, report.system.arch) = (evil.into(), evil.into());
    assert_ne!(serde_json::to_string(&report).unwrap(), json);
    for full in [false, true] {
        let shown = report.to_text(full);
        assert!(shown.matches("evil").count() > 20, "{shown}");
        for line in shown.split('\n') {
            assert!(!line.contains(text::is_unsafe), "{line:?}");
            assert!(!line.trim_start().starts_with("::"), "{line}");
        }
    }
}

#[test]
fn variables_are_shown_below_their_context() {
    let mut report = report();
    let variable = |key: &str, value: serde_json::Value, error: Option<&str>| ContextVariable {
        key: key.into(),
        value,
        error: error.map(str::to_owned),
    };
    report.contexts[0].variables = vec![
        variable("scope", serde_json::json!(["side", {"area": 2}]), None),
        variable("long", "x".repeat(300).into(), None),
        variable("nothing", serde_json::Value::Null, None),
        variable("gone", serde_json::Value::Null, Some("timed out")),
        variable("half", serde_json::json!({"a": {"<error>": "no"}}), Some("no")),
    ];
    let long = "x".repeat(199);
    let expected = format!(
        "
  - typeck (fn: area) at src/shapes.vitte:3:4
      scope = [\"side\",{{\"area\":2}}]
      long = \"{long}...
      nothing = null
      gone = (timed out)
      half = {{\"a\":{{\"<error>\":\"no\"}}}} (no)

backtrace"
    );
    let text = report.to_text(false);
    assert!(text.contains(&expected), "{text}");
    let whole = format!("\n      long = \"{}\"\n", "x".repeat(300));
    assert!(report.to_text(true).contains(&whole));
    let json = report.to_json().unwrap();
    assert_eq!(CrashReport::from_json(json.as_bytes()).unwrap(), report);
}

#[test]
fn unknown_values_are_omitted() {
    let json = r#"{"timestamp": "", "message": "only this"}"#;
    let report = CrashReport::from_json(json.as_bytes()).unwrap();
    let expected =
        "crash report (not stored)\n\ncode:     F0001\nkind:     panic\nmessage:  only this\n";
    assert_eq!(report.to_text(true), expected);
}

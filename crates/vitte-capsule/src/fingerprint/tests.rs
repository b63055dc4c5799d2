use std::time::{Duration, Instant};

use vitte_diag::Frame;

use super::*;
use crate::report::CrashFrame;
use crate::report::tests::report as full;

/// A panic in the program's own functions, the innermost first; names with `~` before are of the runtime.
fn crash(message: &str, functions: &[&str]) -> CrashReport {
    let mut report = full();
    report.code = vitte_diag::codes::F0001;
    report.signal = None;
    report.message = message.to_owned();
    report.frames = functions
        .iter()
        .map(|name| CrashFrame {
            function: Some(name.trim_start_matches('~').to_owned()),
            file: Some(if name.starts_with('~') { "/rustc/1/a.rs" } else { "src/a.rs" }.to_owned()),
            line: Some(7),
            in_project: !name.starts_with('~'),
            ..CrashFrame::default()
        })
        .collect();
    report
}

/// The same in a build without line tables.
fn without_lines(mut report: CrashReport) -> CrashReport {
    for frame in &mut report.frames {
        (frame.file, frame.line, frame.in_project) = (None, None, false);
    }
    report
}

fn changed(mut report: CrashReport, change: impl FnOnce(&mut CrashReport)) -> CrashReport {
    change(&mut report);
    report
}

/// The innermost call is in another file.
fn in_file(file: &str, mut report: CrashReport) -> CrashReport {
    report.frames[0].file = Some(file.to_owned());
    report
}

fn overflow(functions: &[&str]) -> CrashReport {
    changed(crash("stack overflow", functions), |report| report.code = vitte_diag::codes::F0003)
}

#[test]
fn one_defect_has_one_fingerprint() {
    let base = || crash("no field `x`", &["~core::panicking::panic", "cc::check", "cc::main"]);
    let pairs = [
        (
            "another machine",
            base(),
            changed(base(), |report| {
                report.timestamp = "2026-01-01T00:00:00Z".into();
                report.session = "other".into();
                report.thread = "worker-3".into();
                report.system.os = "windows".into();
                report.version = "0.2.0".into();
                report.commit = None;
                report.args.push("--x".into());
            }),
        ),
        (
            "another checkout",
            base(),
            changed(base(), |report| {
                for frame in &mut report.frames {
                    frame.file = Some("/home/ada/cc/src/a.rs".into());
                    frame.line = Some(99);
                    frame.column = Some(3);
                    frame.offset = Some(0x1234);
                }
                report.location = Some("/home/ada/cc/src/a.rs:99:3".into());
            }),
        ),
        (
            "release: calls are inlined, those of the runtime are gone",
            base(),
            changed(base(), |report| {
                report.frames.remove(0);
                report.frames[0].inlined = true;
                report.build = Some("release".into());
            }),
        ),
        ("quoted text", base(), crash("no field `other`", &["cc::check", "cc::main"])),
        (
            "the depth of a recursion",
            crash("x", &["cc::expr", "cc::expr", "cc::main"]),
            crash("x", &["cc::expr", "cc::expr", "cc::expr", "cc::expr", "cc::main"]),
        ),
        (
            "a path",
            crash("cannot read /tmp/a1b2/x.vitte: not found", &["cc::main"]),
            crash(r"cannot read C:\Temp\x.vitte: not found", &["cc::main"]),
        ),
        (
            "the mangling",
            crash(
                "x",
                &[
                    "cc::parse::{{closure}}::h0123456789abcdef",
                    "cc::List<T>::push::hfedcba9876543210",
                    "cc::show::<impl cc::Show for cc::List<T>>::show",
                    "<cc::List<T> as cc::Show<T>>::show2::{{closure}}",
                    "cc::main",
                ],
            ),
            crash(
                "x",
                &[
                    "cc[1a2b3c4d5e6f7081]::parse::<u8>::{closure#0}",
                    "<cc[1a2b3c4d5e6f7081]::List<u8>>::push",
                    "<cc::List<u8> as cc::Show>::show",
                    "<cc::List<u8> as cc::Show<u8>>::show2::{closure#1}::{closure#0}",
                    "cc::main::{impl#1}",
                ],
            ),
        ),
        (
            "a debug build, and a release with line tables",
            crash(
                "x",
                &[
                    "cc::front::parse",
                    "cc::driver::Check::file::{{closure}}",
                    "cc::front::Names<T>::define",
                    "cc::main",
                ],
            ),
            crash("x", &["parse", "{closure#0}", "define<u8, (), cc::Env<u8>>", "main"]),
        ),
        (
            "where a recursion hits the end of the stack",
            overflow(&["cc::leaf", "cc::a", "cc::b", "cc::a", "cc::b", "cc::main"]),
            overflow(&["cc::other", "cc::b", "cc::a", "cc::b", "cc::a", "cc::b", "cc::main"]),
        ),
        (
            "the frames as text alone",
            without_lines(crash("x", &["vittec::check", "vittec::main"])),
            changed(crash("x", &[]), |report| {
                report.backtrace = [
                    Frame::new("std::a"),
                    Frame::at("vittec::check", "src/a.rs", 9, None),
                    Frame::new("vittec::main"),
                ]
                .into_iter()
                .collect();
            }),
        ),
        (
            "no calls: the file of the panic",
            changed(crash("x", &[]), |report| {
                report.backtrace = Default::default();
                report.location = Some("/home/ada/cc/src/a.rs:9:3".into());
            }),
            changed(crash("x", &[]), |report| {
                report.backtrace = Default::default();
                report.location = Some(r"C:\cc\src\a.rs:10".into());
            }),
        ),
    ];
    for (why, one, other) in pairs {
        assert_eq!(Fingerprint::parts(&one), Fingerprint::parts(&other), "{why}");
        assert_eq!(Fingerprint::of(&one), Fingerprint::of(&other), "{why}");
    }
}

#[test]
fn other_defects_have_other_fingerprints() {
    let base = || crash("no field", &["cc::check", "cc::main"]);
    let all = [
        base(),
        crash("no field", &["cc::parse", "cc::main"]),
        crash("no field", &["cc::main"]),
        crash("no field", &["cc::main", "cc::check"]),
        crash("no type", &["cc::check", "cc::main"]),
        crash("no field u32", &["cc::check", "cc::main"]),
        crash("no field u64", &["cc::check", "cc::main"]),
        in_file("src/b.rs", base()),
        in_file("src/c.rs", base()),
        without_lines(crash("no field", &["<cc::A as cc::B>::check", "cc::main"])),
        without_lines(crash("no field", &["<cc::C as cc::B>::check", "cc::main"])),
        changed(base(), |report| report.code = vitte_diag::codes::F0005),
        changed(base(), |report| report.signal = Some("SIGSEGV".into())),
        changed(base(), |report| report.signal = Some("SIGBUS".into())),
        overflow(&["cc::a", "cc::a", "cc::main"]),
        overflow(&["cc::b", "cc::b", "cc::main"]),
        overflow(&["cc::a", "cc::b", "cc::a", "cc::b", "cc::main"]),
        // A part does not run into the next one.
        crash("no fieldcc::check", &["cc::main"]),
        crash("", &["no field", "cc::check", "cc::main"]),
    ];
    let prints: std::collections::BTreeSet<_> = all.iter().map(Fingerprint::of).collect();
    assert_eq!(prints.len(), all.len());
}

#[test]
fn without_lines_the_crates_tell_whose_a_call_is() {
    let frames = |names: &[&str]| Fingerprint::parts(&without_lines(crash("x", names))).frames;
    let all =
        ["~core::option::unwrap_failed", "rayon::join", "vittec::check", "vittec::main", "main"];
    assert_eq!(frames(&all), ["vittec::check", "vittec::main"]);
    // The program's module is another name than its crate.
    assert_eq!(frames(&["rayon::join", "cc::check", "cc::main"]), ["cc::check", "cc::main"]);
    assert_eq!(frames(&["core::a", "rayon::join", "main"]), ["rayon::join"]);
    let report = changed(without_lines(crash("x", &["core::a"])), |report| {
        report.location = Some("crates/front/src/a.rs:1:2".into());
    });
    assert_eq!(Fingerprint::parts(&report).frames, ["src/a.rs"]);
    for location in ["/home/ada/a.rs:1:2", r"C:\a.rs:1", ":1:2", ""] {
        let report = changed(report.clone(), |report| report.location = Some(location.into()));
        assert!(Fingerprint::parts(&report).frames.is_empty(), "{location}");
    }
}

#[test]
fn messages_lose_what_changes() {
    for (message, expected) in [
        ("index 12 of 0x7ffd1234,  len 1_000\n\tat 1.5", "index # of #, len # at #"),
        ("it's 'a b', \"c \\\" d\" and `e`", "it's _, _ and _"),
        ("don't and can't", "don't and can't"),
        ("lifetime 'a outlives 'b here", "lifetime 'a outlives 'b here"),
        ("unterminated \"abc", "unterminated \"abc"),
        ("E0001: u32 in x86_64", "E0001: u32 in x86_64"),
        ("id 123e4567-e89b-12d3-a456-426614174000!", "id #!"),
        ("commit 285e1ad91f in deadbeef", "commit # in deadbeef"),
        ("took 10ms, -3 of 42u32", "took #ms, # of #u32"),
        ("open /tmp/a.b/c.vitte:12:5.", "open _:#:#."),
        (r"open C:\a\b.vitte, \\server\x and d:/x", "open _, _ and _"),
        ("open file:///C:/a/b and ~/x", "open _ and _"),
        ("see https://host/a/b", "see https://host/a/b"),
        ("a / b, src/a.rs and 1/2", "a / b, src/a.rs and #/#"),
        ("", ""),
    ] {
        let report = crash(message, &["cc::main"]);
        assert_eq!(Fingerprint::parts(&report).message, expected, "{message}");
    }
}

#[test]
fn names_lose_what_changes() {
    for (name, expected) in [
        ("a::b::h0123456789abcdef", "a::b"),
        ("a::hash", "a::hash"),
        ("a::h0123456789abcdeg", "a::h0123456789abcdeg"),
        ("a::f::<alloc::vec::Vec<u8>, fn(u8) -> u8>::g", "a::f::g"),
        (
            "<&mut a::B<C> as core::iter::Iterator<Item = D>>::next",
            "<&mut a::B as core::iter::Iterator>::next",
        ),
        ("<a::B>::f::{shim:vtable#0}", "a::B::f"),
        ("a::impl$1::f::closure_env$0", "a::f"),
        ("<[u8; 4] as a::B>::f", "<[u8; 4] as a::B>::f"),
        ("a::<impl a::b::C>::f", "a::b::C::f"),
        ("malloc", "malloc"),
        ("<<<<", ""),
        (">>}}]]", ">>}}]]"),
    ] {
        assert_eq!(names::normal(name), expected, "{name}");
    }
}

#[test]
fn kinds_have_names() {
    let kind = |code: &str| {
        changed(full(), |report| report.code = vitte_diag::Code::new(code).unwrap()).kind().as_str()
    };
    let all = ["F0001", "F0002", "F0003", "F0004", "F0005", "F0006", "F0007"].map(kind);
    let expected =
        ["panic", "signal", "stack-overflow", "out-of-memory", "abort", "error", "other"];
    assert_eq!(all, expected);
    assert_eq!(Fingerprint::parts(&full()).kind, "signal SIGSEGV");
}

#[test]
fn it_reads_back_as_the_same() {
    let print = Fingerprint::of(&full());
    let text = print.to_string();
    assert_eq!(print.short(), text.get(..8).unwrap());
    assert_eq!(text.to_ascii_uppercase().parse(), Ok(print));
    let json = serde_json::to_string(&print).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), print);
    for bad in ["", "abc", &"+1".repeat(32), &"é".repeat(32), &"0".repeat(63), &"0".repeat(65)] {
        assert!(bad.parse::<Fingerprint>().is_err(), "{bad}");
    }
}

/// Where this fails, reports of an older version of this crate are no longer the same defects: raise
/// `VERSION` and say so.
#[test]
fn the_format_is_pinned() {
    let report = crash("no field `x` at 12", &["~core::panic", "cc::check::<u8>", "cc::main"]);
    let parts = serde_json::to_value(Fingerprint::parts(&report)).unwrap();
    let expected = serde_json::json!({
        "kind": "panic", "message": "no field _ at #", "frames": ["a.rs check", "a.rs main"],
    });
    assert_eq!(parts, expected);
    assert_eq!(Fingerprint::VERSION, 1);
    let pinned = "0371283a3230402c7d5fd78c6fa7b0a14cf9547869bc6b6ee33d3be1ea0a01d2";
    assert_eq!(Fingerprint::of(&report).to_string(), pinned);
}

#[test]
fn hostile_reports_are_fast_and_bounded() {
    let names = ["a::b::<c>", "<", "[", "{", "é::", "<a as b>::", "::h", "<impl "];
    for name in names {
        for part in ["a ", "'", "'a ", "\"", "`", "\\", "/a", "1", "é", "C:\\", "\n"] {
            let mut report = crash(&part.repeat(200_000), &[]);
            let frame = |index: usize| CrashFrame {
                function: Some(format!("{index}{}", name.repeat(40))),
                in_project: true,
                ..CrashFrame::default()
            };
            report.frames = (0..64).map(frame).collect();
            let parts = Fingerprint::parts(&report);
            assert!(parts.message.chars().count() <= 500 && parts.frames.len() <= 5);
        }
    }
    let start = Instant::now();
    let mut report = crash(&"x 'y \"z` 12 /a ".repeat(700_000), &[]);
    let frame = |index: usize| CrashFrame {
        function: Some(format!("cc::f{}", index % 3)),
        in_project: index.is_multiple_of(2),
        ..CrashFrame::default()
    };
    report.frames = (0..100_000).map(frame).collect();
    report.frames[0].function = Some("<a as b>::".repeat(100_000));
    for code in [vitte_diag::codes::F0001, vitte_diag::codes::F0003] {
        report.code = code;
        let parts = Fingerprint::parts(&report);
        assert!(parts.frames.iter().all(|name| name.len() <= 2_048));
        _ = Fingerprint::of(&report);
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

use vitte_diag::Frame;

use super::*;
use crate::report::CrashFrame;
use crate::report::tests::report as full;

/// A panic with these frames, the innermost first. A `~` marks a runtime frame; all others belong to the program.
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

/// The report of a build without line tables.
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

/// The report with the innermost frame in another file.
fn in_file(file: &str, mut report: CrashReport) -> CrashReport {
    report.frames[0].file = Some(file.to_owned());
    report
}

fn overflow(functions: &[&str]) -> CrashReport {
    changed(crash("stack overflow", functions), |report| report.code = vitte_diag::codes::F0003)
}

#[test]
fn crashes_of_one_defect_have_equal_fingerprints() {
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
            "a release build, with inlined functions and without runtime frames",
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
            "the two manglings of Rust",
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
            "a debug build, and a release build with line tables",
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
            "the function that exhausts the stack of a recursion",
            overflow(&["cc::leaf", "cc::a", "cc::b", "cc::a", "cc::b", "cc::main"]),
            overflow(&["cc::other", "cc::b", "cc::a", "cc::b", "cc::a", "cc::b", "cc::main"]),
        ),
        (
            "a report with only the text of the backtrace",
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
            "no frames: the file of the panic",
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
    for (case, one, other) in pairs {
        assert_eq!(Fingerprint::parts(&one), Fingerprint::parts(&other), "{case}");
        assert_eq!(Fingerprint::of(&one), Fingerprint::of(&other), "{case}");
    }
}

#[test]
fn crashes_of_different_defects_have_different_fingerprints() {
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
        // The same strings, split into parts differently.
        crash("no fieldcc::check", &["cc::main"]),
        crash("", &["no field", "cc::check", "cc::main"]),
    ];
    let fingerprints: std::collections::BTreeSet<_> = all.iter().map(Fingerprint::of).collect();
    assert_eq!(fingerprints.len(), all.len());
}

#[test]
fn the_line_tells_panics_with_unknown_payloads_apart() {
    let at = |message: &str, location: &str| {
        let report = changed(crash(message, &["c::f"]), |report| {
            report.location = Some(location.to_owned());
        });
        Fingerprint::of(&report)
    };
    let failed = format!("{UNKNOWN_PAYLOAD} (describing it failed: timed out)");
    for message in [UNKNOWN_PAYLOAD, &*failed] {
        let here = at(message, "/home/ada/p/src/a.rs:12:5");
        assert_eq!(here, at(message, "C:\\p\\src\\a.rs:12:5"), "only directories differ");
        assert_ne!(here, at(message, "/home/ada/p/src/a.rs:13:5"));
        assert_ne!(at(message, "/p/a.rs:1:1"), at(message, "/p/b.rs:1:1"));
    }
    assert_eq!(at("a text", "src/a.rs:12:5"), at("a text", "src/a.rs:13:5"));
}

#[test]
fn without_line_tables_frames_are_selected_by_crate() {
    let frames = |names: &[&str]| Fingerprint::parts(&without_lines(crash("x", names))).frames;
    let all =
        ["~core::option::unwrap_failed", "rayon::join", "vittec::check", "vittec::main", "main"];
    assert_eq!(frames(&all), ["vittec::check", "vittec::main"]);
    // The crate is not named like the program.
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
fn messages_are_normalized() {
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
fn names_are_normalized() {
    let depth = 100;
    let nested = format!("{}a::f{}::g", "<".repeat(depth), ">".repeat(depth));
    // The numbers are those of the rules in `names.rs`.
    for (rule, name, expected) in [
        (1, "a::f::h0123456789abcdef", "a::f"),
        (1, "a::hash", "a::hash"),
        (1, "a::h0123456789abcdeg", "a::h0123456789abcdeg"),
        (1, "a::h0123456789abcdef::f", "a::h0123456789abcdef::f"),
        (2, "a[1a2b]::f", "a::f"),
        (2, "a[1a2b3c4d5e6f7081]::b::f", "a::b::f"),
        (2, "a[xyz]::f", "a[xyz]::f"),
        (3, "a::f::<u8>", "a::f"),
        (3, "a::List<u8>::push", "a::List::push"),
        (3, "a::f::<alloc::vec::Vec<u8>>::g", "a::f::g"),
        (4, "a::f::{closure#0}", "a::f"),
        (4, "a::f::{{closure}}", "a::f"),
        (4, "<a::B>::f::{shim:vtable#0}", "a::B::f"),
        (5, "a::impl$1::f::closure_env$0", "a::f"),
        (5, "a::f::closure$0", "a::f"),
        (5, "a::impl$x::f", "a::impl$x::f"),
        (6, "<a::List<u8>>::push", "a::List::push"),
        (7, "<a::List<u8> as b::Show<u8>>::show", "<a::List as b::Show>::show"),
        (7, "<[u8; 4] as a::B>::f", "<[u8; 4] as a::B>::f"),
        (7, "<&mut a::B<C> as d::I<Item = D>>::next", "<&mut a::B as d::I>::next"),
        (8, "c::<impl b::Show for a::List<u8>>::show", "<a::List as b::Show>::show"),
        (9, "a::<impl a::b::C>::f", "a::b::C::f"),
        (10, "a::f::<fn(u8) -> u8>::g", "a::f::g"),
        (11, "a::f<u8", "a::f"),
        (11, "<<<<", ""),
        (0, "malloc", "malloc"),
        (0, ">>}}]]", ">>}}]]"),
        (0, &nested, "::g"),
    ] {
        assert_eq!(names::normalize(name), expected, "rule {rule}: {name}");
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
fn a_fingerprint_parses_from_its_text() {
    let fingerprint = Fingerprint::of(&full());
    let text = fingerprint.to_string();
    assert_eq!(fingerprint.short(), text.get(..8).unwrap());
    assert_eq!(text.to_ascii_uppercase().parse(), Ok(fingerprint));
    let json = serde_json::to_string(&fingerprint).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), fingerprint);
    for invalid in ["", "abc", &"+1".repeat(32), &"é".repeat(32), &"0".repeat(63), &"0".repeat(65)]
    {
        assert!(invalid.parse::<Fingerprint>().is_err(), "{invalid}");
    }
}

/// If this fails, stored fingerprints no longer match new ones: increment `VERSION`, and document it in the changelog.
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
fn fingerprints_of_hostile_reports_are_bounded() {
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
            assert!(parts.frames.iter().all(|label| label.len() <= names::MAX_NAME_BYTES));
        }
    }
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
        assert!(parts.frames.iter().all(|label| label.len() <= names::MAX_NAME_BYTES));
    }
}

/// Only a limited part of a report is read, which bounds the time for a report of any size.
#[test]
fn input_beyond_the_limits_is_not_read() {
    // Blanks are removed, so the tail would be in the result if it were read.
    let blanks = " ".repeat(message::MAX_BYTES - 2);
    let message = |end: &str| Fingerprint::parts(&crash(&format!("{blanks}{end}"), &[])).message;
    assert_eq!(message("ab"), "ab");
    assert_eq!(message("ab and more"), "ab");

    // Generics are removed, so the last segment would be the label if it were read.
    let name = |len: usize| format!("a::f<{}>::g", "u".repeat(len - "a::f<>::g".len()));
    let label = |len: usize| Fingerprint::parts(&crash("", &[&name(len)])).frames;
    assert_eq!(label(names::MAX_NAME_BYTES), ["a.rs g"]);
    assert_eq!(label(names::MAX_NAME_BYTES + "::g".len()), ["a.rs f"]);

    let frames = |runtime: usize| {
        let frames = std::iter::repeat_n("~core::a", runtime).chain(["cc::main"]);
        Fingerprint::parts(&crash("", &frames.collect::<Vec<_>>())).frames
    };
    assert_eq!(frames(frames::MAX_FRAMES - 1), ["a.rs main"]);
    assert_eq!(frames(frames::MAX_FRAMES), [""; 0]);
}

//! A report for the tests.

use vitte_diag::Frame;

use super::*;

/// Returns a report in which most fields have a value.
pub(crate) fn report() -> CrashReport {
    let frames = [
        Frame::at(
            "std::panicking::begin_panic_handler",
            "/rustc/1/std/src/panicking.rs",
            689,
            Some(5),
        ),
        Frame::at("core::panicking::panic_fmt", "/rustc/1/core/src/panicking.rs", 80, Some(14)),
        Frame::at("vittec::front::blocks::close", "src/front/blocks.rs", 77, Some(13)),
        Frame::in_module("malloc", "libc.so.6", 0x9_d8e2),
        Frame::at("vittec::main", "src/main.rs", 40, None),
        Frame::new("std::rt::lang_start"),
    ];
    let waiting = ["futex_wait", "park", "recv", "next", "work", "start"].map(Frame::new);
    let registers = [
        ("rax", "0x0"),
        ("r10", "0xa"),
        ("r9", "0x9"),
        ("rip", "0x5581d4c01c20"),
        ("rsp", "0x7ffd"),
    ];
    let text = str::to_owned;
    CrashReport {
        timestamp: text("2025-10-22T13:05:42.123Z"),
        version: text("0.1.0"),
        program: text("vittec"),
        thread: text("main"),
        signal: Some(text("SIGSEGV")),
        message: text("invalid memory reference\nwhile a block was closed"),
        backtrace: frames.iter().cloned().collect(),
        system: SystemInfo { os: text("linux"), arch: text("x86_64") },
        id: String::new(),
        session: text("5f3c9a"),
        frames: vec![CrashFrame { function: Some(text("malloc")), ..CrashFrame::default() }],
        contexts: vec![ContextEntry {
            name: text("typeck"),
            fields: vec![ContextField { key: text("fn"), value: text("area") }],
            variables: Vec::new(),
            frame: Some(1),
            location: Some(ContextLocation {
                id: 0,
                file: Some(text("src/shapes.vitte")),
                lo: 20,
                hi: 24,
                line: Some(3),
                col: Some(4),
            }),
        }],
        build: Some(text("release")),
        commit: Some(text("7991911")),
        args: ["vittec", "check", "my shapes.vitte"].map(text).to_vec(),
        registers: registers.map(|(name, value)| (text(name), text(value))).into(),
        threads: vec![
            CrashThread::new(4711, "main", frames.into_iter().collect()),
            CrashThread::new(4712, "worker", waiting.into_iter().collect()),
        ],
        code: vitte_diag::codes::F0002,
        location: None,
        address: Some(text("0x10")),
        notes: vec![text("the stack has not overflowed")],
        sources: Vec::new(),
        report_url: None,
        process: Some(4711),
        deployment: Some(text("staging")),
        test: Some(text("front::tests::blocks")),
        breadcrumbs: vec![
            Breadcrumb {
                timestamp: text("2025-10-22T13:05:40.123456Z"),
                level: BreadcrumbLevel::Debug,
                target: text("vittec::cache"),
                message: text("entry removed"),
                fields: vec![ContextField { key: text("key"), value: text("shapes") }],
                thread: text("worker"),
            },
            Breadcrumb::new(
                "2025-10-22T13:05:42.122000Z",
                BreadcrumbLevel::Warn,
                "vittec::front",
                "unusual block",
            ),
        ],
        command_name: None,
        path: None,
        dir: None,
    }
}

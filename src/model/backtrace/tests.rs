mod folded;

use proptest::prelude::*;

use super::*;

fn location<'a>(file: &'a str, line: u32, col: Option<u32>) -> Option<FrameLocation<'a>> {
    Some(FrameLocation { file, line, col })
}

#[test]
fn constructors_and_accessors_round_trip() {
    let at = Frame::at("vittec::close", "src/blocks.rs", 77, Some(13));
    assert_eq!(
        (at.function(), at.location()),
        ("vittec::close", location("src/blocks.rs", 77, Some(13)))
    );
    assert_eq!((at.module(), at.is_omitted()), (None, false));
    let line = Frame::at("f", "a.c", 3, None);
    assert_eq!((line.text(), line.location()), ("f at a.c:3", location("a.c", 3, None)));
    let inside = Frame::in_module("malloc", "libc.so.6", 0x9d8e2);
    assert_eq!((inside.function(), inside.module()), ("malloc", Some(("libc.so.6", 0x9d8e2))));
    assert_eq!((inside.location(), inside.text()), (None, "malloc in libc.so.6+0x9d8e2"));
    for count in [0, 1, 2, u64::MAX] {
        assert!(Frame::omitted(count).is_omitted(), "{count}");
        assert!(!Frame::omitted(count).is_runtime(), "{count}");
    }
    assert_eq!(Frame::omitted(1).text(), "[... omitted 1 frame ...]");
}

#[test]
fn unusual_texts_are_parsed_or_are_a_name_as_a_whole() {
    for (text, function, expected) in [
        ("f at C:\\src\\a.rs:3:1", "f", location("C:\\src\\a.rs", 3, Some(1))),
        ("f at look at me in here.rs:3:1", "f", location("look at me in here.rs", 3, Some(1))),
        ("f at a\nb.rs:3", "f", location("a\nb.rs", 3, None)),
        ("f at a.rs:3:0", "f", location("a.rs", 3, None)),
        ("f at a.rs:0:1", "f", None),
        ("f at a.rs", "f at a.rs", None),
        ("f at a.rs:", "f at a.rs:", None),
        ("f at a.rs:+3", "f at a.rs:+3", None),
        ("f at :3:1", "f at :3:1", None),
        ("f at a.rs:4294967296", "f at a.rs:4294967296", None),
        (" at ", " at ", None),
        ("", "", None),
        ("<A as b::C>::d", "<A as b::C>::d", None),
    ] {
        let frame = Frame::new(text);
        assert_eq!((frame.function(), frame.location()), (function, expected), "{text:?}");
        assert_eq!(frame.module(), None, "{text:?}");
    }
    for (text, function, expected) in [
        ("f in /look at me in/a.so+0x1F", "f", Some(("/look at me in/a.so", 0x1f))),
        ("f in a+b+0x0", "f", Some(("a+b", 0))),
        ("f in a+0x", "f in a+0x", None),
        ("f in a+0x-1", "f in a+0x-1", None),
        ("f in +0x1", "f in +0x1", None),
        ("f in a+0x11111111111111111", "f in a+0x11111111111111111", None),
    ] {
        let frame = Frame::new(text);
        assert_eq!((frame.function(), frame.module()), (function, expected), "{text:?}");
    }
    for text in ["[... omitted frames ...]", "[... omitted -1 frames ...]", "[... 2 frames ...]"] {
        assert!(!Frame::new(text).is_omitted(), "{text}");
    }
}

#[test]
fn runtime_frames_are_distinguished_from_those_of_the_program() {
    for text in [
        "std::panicking::begin_panic_handler at src/x.rs:1:1",
        "core::ops::function::FnOnce::call_once::h0123456789abcdef",
        "core[846817f741e54dfd]::ops::function::FnOnce::call_once",
        "<core::option::Option<T> as core::fmt::Debug>::fmt",
        "<core[1f]::option::Option<vittec[2e]::X>>::unwrap at src/a.rs:1:1",
        "<alloc::boxed::Box<F> as core::ops::function::FnOnce<A>>::call_once",
        "<&dyn core::ops::Fn() as core::ops::Fn<()>>::call",
        "<*const core::ffi::CStr as vittec::X>::x",
        "<&mut T as core::fmt::Display>::fmt",
        "<u8 as core::fmt::Display>::fmt",
        "<[T] as alloc::slice::Join<S>>::join",
        "<T as core::convert::Into<U>>::into",
        "core::ptr::drop_in_place<vittec::X>",
        "test::__rust_begin_short_backtrace",
        "backtrace::capture::Backtrace::new_unresolved",
        "panic_unwind::real_imp::panic",
        "rust_begin_unwind",
        "__rust_try in vittec+0x10",
        "__rustc[5e]::rust_panic",
        "vitte_diag::crash::panic::hook at src/crash/panic.rs:1:1",
        "<vitte_diag[a1]::crash::Guard>::new",
        "vitte_crash::hook::catching at crates/vitte-crash/src/hook.rs:122:18",
        "<vitte_crash[a1]::CrashGuard>::set_format",
        "main",
        "main in vittec+0x12",
        "_start in vittec+0x12",
        "__libc_start_call_main at ./csu/../sysdeps/nptl/libc_start_call_main.h:58:16",
        "start_thread in libpthread.so.0+0x1",
        "clone3",
        "raise in /lib/x86_64-linux-gnu/libc.so.6+0x9d8e2",
        "raise in libc-2.31.so+0x9d8e2",
        "<unknown> in ld-linux-x86-64.so.2+0x1",
        "__vdso_clock_gettime in linux-vdso.so.1+0x1",
        "_Unwind_Resume in libgcc_s.so.1+0x1",
        "x at /rustc/2972b5e59f1c5529b6ba770437812fd83ab4ebd4/library/std/src/rt.rs:1:1",
        "x at /home/a/.rustup/toolchains/stable/lib/rustlib/src/rust/library/std/src/rt.rs:1",
        "x at C:\\rust\\lib\\rustlib\\src\\rust\\library\\std\\src\\rt.rs:1:5",
    ] {
        assert!(Frame::new(text).is_runtime(), "{text}");
    }
    for text in [
        "<vittec::X as core::fmt::Display>::fmt",
        "<&vittec[1f]::X as core[2e]::fmt::Display>::fmt",
        "<T as vittec::Check>::check",
        "<u8 as vittec::Check>::check",
        "vittec::<impl core::fmt::Display for vittec::X>::fmt",
        "vittec::std::core",
        "stdx::f",
        "std",
        "corevm::run",
        "core[xyz]::f",
        "rayon_core::registry::in_worker",
        "rayon::iter::ParallelIterator::for_each",
        "rust_parser::parse",
        "vitte_diag::emit::human::draw",
        "vitte_diag::crashes::f",
        "vitte_crash",
        "vitte_crashes::f",
        "vittec::main at src/main.rs:63:1",
        "main at src/main.c:63:1",
        "clone at src/clone.c:1",
        "sqrt in libcurl.so.4+0x1",
        "<unknown> in vittec+0x1c20",
        "<unknown>",
        "",
        "<<<&&",
        "[... omitted 12 frames ...]",
        "x at src/rustc/a.rs:1:1",
    ] {
        assert!(!Frame::new(text).is_runtime(), "{text}");
    }
}

#[test]
fn very_long_texts_are_parsed() {
    for piece in ["< as ", "<", "&", " at ", " in ", ":1", "+0x1", "x", "::", "core::", "[... "] {
        let frame = Frame::new(piece.repeat(1 << 20));
        assert!(frame.text().starts_with(frame.function()), "{piece}");
        assert_eq!((frame.location(), frame.module()), (None, None), "{piece}");
        assert_eq!(frame.is_runtime(), piece == "core::", "{piece}");
        assert!(!frame.is_omitted(), "{piece}");
    }
}

fn shown(texts: &[&str], is_full: bool) -> String {
    let backtrace: Backtrace = texts.iter().copied().map(Frame::new).collect();
    let text = |line: BacktraceLine<'_>| match line {
        BacktraceLine::Frame(index, frame) => format!("{index} {frame}"),
        BacktraceLine::Omitted(frame) => frame.to_string(),
        BacktraceLine::Runtime(count) => format!("* {count}"),
        BacktraceLine::Repeated(count) => format!("= {count}"),
    };
    backtrace.lines(is_full).map(text).collect::<Vec<_>>().join("|")
}

#[test]
fn consecutive_runtime_frames_are_merged_unless_there_are_no_others() {
    let texts =
        ["std::a", "core::b", "x::c", "std::d", "[... omitted 2 frames ...]", "std::e", "y"];
    assert_eq!(shown(&texts, false), "* 2|2 x::c|* 1|[... omitted 2 frames ...]|* 1|6 y");
    let full = "0 std::a|1 core::b|2 x::c|3 std::d|[... omitted 2 frames ...]|5 std::e|6 y";
    assert_eq!(shown(&texts, true), full);
    assert_eq!(shown(&texts[3..6], false), "0 std::d|[... omitted 2 frames ...]|2 std::e");
    assert_eq!(shown(&[], false), "");
}

#[test]
fn repeated_frames_are_shown_once() {
    let deep =
        ["r", "r", "r", "r", "[... omitted 9 frames ...]", "r", "r", "main at src/main.c:1:1"];
    let short = "0 r|= 3|[... omitted 9 frames ...]|5 r|6 r|7 main at src/main.c:1:1";
    assert_eq!(shown(&deep, false), short);
    assert_eq!(shown(&deep, true).matches(" r").count(), 6);
    assert_eq!(
        shown(&["a", "r", "r", "r"], false),
        "0 a|1 r|2 r|3 r",
        "two repetitions are not merged"
    );
}

#[test]
fn display_numbers_every_frame() {
    let backtrace: Backtrace = (0..11).map(|n| Frame::new(format!("f{n}"))).collect();
    let text = backtrace.to_string();
    assert!(text.starts_with(" 0: f0\n 1: f1\n") && text.ends_with("\n 9: f9\n10: f10"), "{text}");
    assert_eq!(Backtrace::default().to_string(), "");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// No text causes a panic, and the parsed parts are parts of the text.
    #[test]
    fn frames_accept_any_text(
        text in "(\\PC{0,4}|[<&(\\[]|::|core| as | at | in |:|\\+0x|[0-9]{1,3}|\n|\\.\\.\\. ){0,12}",
    ) {
        let frame = Frame::new(text.as_str());
        prop_assert!(text.starts_with(frame.function()));
        prop_assert!(frame.location().is_none() || frame.module().is_none());
        if let Some(location) = frame.location() {
            let again = Frame::at(frame.function(), location.file, location.line, location.col);
            prop_assert_eq!((again.function(), again.location()), (frame.function(), Some(location)));
        }
        prop_assert!(!(frame.is_runtime() && frame.is_omitted()));
        let one: Backtrace = [frame].into_iter().collect();
        prop_assert_eq!(one.lines(false).count(), 1);
    }
}

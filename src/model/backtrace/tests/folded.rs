//! Folded backtraces, and their lines.

use proptest::prelude::*;

use crate::model::{Backtrace, FoldedFrames, FoldedRow, Frame, FrameLineOptions};
use crate::terminal::BacktraceStyle;
use crate::text;

fn backtrace(texts: &[&str]) -> Backtrace {
    texts.iter().copied().map(Frame::new).collect()
}

fn rows(texts: &[&str]) -> Vec<String> {
    FoldedFrames::new(&backtrace(texts)).rows().iter().map(ToString::to_string).collect()
}

fn lines(texts: &[&str], width: usize, max_lines: usize) -> Vec<String> {
    let backtrace = backtrace(texts);
    let mut options = FrameLineOptions::new(BacktraceStyle::Short, width);
    options.max_lines = max_lines;
    let lines = FoldedFrames::new(&backtrace).lines(options).into_iter().map(|line| {
        let number = line.index.map_or(String::new(), |index| format!("{index}: "));
        format!("{number}{}{:gap$}{}", line.text, "", line.location, gap = line.gap)
    });
    lines.collect()
}

const RUSTC: &str =
    "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/ops/function.rs";

#[test]
fn a_release_build_of_rust_is_folded() {
    let call = format!("{{closure#0}}<u8> at {RUSTC}:250:5");
    let texts = [
        "core::ptr::write_volatile::<u8> in vittec+0x1",
        "write_to_null at /w/vittec/src/crash.rs:92:52",
        "vittec::driver::Check::check_file::{closure#1} at /w/vittec/src/driver.rs:99:23",
        "<rayon::iter::map::Map<I, F> as rayon::iter::ParallelIterator>::drive at rayon-1.12.0/src/iter/map.rs:44:9",
        "rayon_core::join::join_context at rayon-core-1.12.1/src/join/mod.rs:132:34",
        "helper<u8> at rayon-1.12.0/src/iter/plumbing/mod.rs:441:13",
        &call,
        "vittec::main at /w/vittec/src/main.rs:40:9",
        "std::rt::lang_start",
        "main in vittec+0x12",
        "__libc_start_call_main at ./csu/../sysdeps/nptl/libc_start_call_main.h:58:16",
    ];
    let expected = [
        "1 frame of std",
        "1: write_to_null at src/crash.rs:92:52",
        "2: vittec::driver::Check::check_file at src/driver.rs:99:23",
        "4 frames of rayon, rayon-core, std",
        "7: vittec::main at src/main.rs:40:9",
        "3 frames of std, the system",
    ];
    assert_eq!(rows(&texts), expected);
    let expected = [
        "1: write_to_null                      src/crash.rs:92:52",
        "2: vittec::driver::Check::check_file  src/driver.rs:99:23",
        "... 4 frames of rayon, rayon-core, std",
        "7: vittec::main                       src/main.rs:40:9",
        "... 3 frames of std, the system",
    ];
    assert_eq!(lines(&texts, 100, 24), expected);
    let backtrace = backtrace(&texts);
    let folded = FoldedFrames::new(&backtrace);
    assert_eq!(folded.heading().as_deref(), Some("1 frame of std, called by"));
    assert_eq!(folded.first().unwrap().name, "write_to_null");
    assert_eq!(folded.frames().count(), texts.len());
}

#[test]
fn without_debug_information_names_and_modules_decide() {
    for (texts, expected) in [
        // The crate of the program is that of `main`, and that of the file of the program.
        (
            &[
                "serde_json::de::parse in mycc+0x1",
                "front::lex in mycc+0x2",
                "mycc::main in mycc+0x3",
            ][..],
            &["2 frames of serde_json, front", "2: mycc::main in mycc+0x3"][..],
        ),
        (
            &["rayon_core::join in my-cc+0x1", "my_cc::check in my-cc+0x2"],
            &["1 frame of rayon_core", "1: my_cc::check in my-cc+0x2"],
        ),
        (
            &["lib::f in x+0x1", "tool::main in x+0x2"],
            &["1 frame of lib", "1: tool::main in x+0x2"],
        ),
        // A trait method of a type of the program belongs to it, and a method of a type parameter to the trait.
        (
            &[
                "<mycc::X as core::fmt::Display>::fmt in mycc+0x1",
                "<F as rayon::Job>::run in mycc+0x2",
                "<str>::parse in mycc+0x3",
            ],
            &["0: mycc::X::fmt in mycc+0x1", "2 frames of rayon, std"],
        ),
        // C, C++ and stripped programs.
        (
            &[
                "__memcpy_avx in libc.so.6+0x1",
                "yyparse in mycc+0x2",
                "LLVMBuildAdd in libLLVM-17.so.1+0x3",
                "main in mycc+0x4",
            ],
            &["1 frame of libc.so.6", "1: yyparse in mycc+0x2", "2 frames of libLLVM-17.so.1"],
        ),
        (
            &[
                "llvm::Value::print(int) const in /usr/lib/libLLVM.so+0x3",
                "mycc::emit(llvm::Value*) in mycc+0x4",
            ],
            &["1 frame of llvm", "1: mycc::emit in mycc+0x4"],
        ),
        (
            &["<unknown> in mycc+0x1c20", "<unknown> in libc.so.6+0x2"],
            &["0: <unknown> in mycc+0x1c20", "1 frame of libc.so.6"],
        ),
        (
            &["jit_code", "<unknown address 0x7f00>"],
            &["0: jit_code", "1: <unknown address 0x7f00>"],
        ),
        // A function without a source file belongs to the program if others of its crate do.
        (
            &["front::lex", "front::parse at src/parse.rs:1:2", "back::emit"],
            &["0: front::lex", "1: front::parse at src/parse.rs:1:2", "1 frame of back"],
        ),
        (
            &[
                "vitte_crash::context::f at crates/vitte-crash/src/context.rs:1:2",
                "a::b at src/b.rs:1",
            ],
            &["1 frame of vitte_crash", "1: a::b at src/b.rs:1"],
        ),
    ] {
        assert_eq!(rows(texts), expected, "{texts:?}");
    }
}

#[test]
fn repetitions_are_counted() {
    let cycle = ["a::f at src/a.rs:1", "a::g at src/a.rs:2", "alloc::x"];
    let mut texts = cycle.repeat(20);
    texts.push("a::main at src/a.rs:9");
    assert_eq!(
        rows(&texts),
        [
            "0: a::f at src/a.rs:1",
            "1: a::g at src/a.rs:2",
            "1 frame of std",
            "the last 3 frames repeated 19 more times",
            "60: a::main at src/a.rs:9",
        ]
    );
    let texts = ["r", "r", "r", "r", "[... omitted 9 frames ...]", "r", "r", "r"];
    assert_eq!(
        rows(&texts),
        ["0: r", "repeated 3 more times", "omitted 9 frames", "5: r", "6: r", "7: r"]
    );
    let libraries = [&["std::a"; 9][..], &["x at src/x.rs:1"]].concat();
    assert_eq!(rows(&libraries), ["9 frames of std", "9: x at src/x.rs:1"]);
    let backtrace = backtrace(&cycle.repeat(5));
    assert_eq!(FoldedFrames::without_repetitions(&backtrace).frames().count(), 15);
}

#[test]
fn libraries_are_named_by_their_share() {
    let texts = [
        "rayon_core::a",
        "b at rayon-core-1.12.1/src/b.rs:1",
        "core::c",
        "alloc::d",
        "std::e",
        "x::f",
        "y::g",
        "z::h",
        "m::main at src/m.rs:1",
    ];
    assert_eq!(rows(&texts)[0], "8 frames of std, rayon_core, x, and 2 others");
    assert_eq!(rows(&texts[1..])[0], "7 frames of std, rayon-core, x, and 2 others");
}

#[test]
fn the_frames_of_libraries_are_shown_if_there_are_no_others() {
    let texts: Vec<String> = (0..12).map(|n| format!("f{n} in libfoo.so+0x{n:x}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let shown = lines(&texts, 100, 16);
    assert_eq!(shown.len(), 9);
    assert_eq!(
        (shown[0].as_str(), shown[8].as_str()),
        ("0: f0  libfoo.so+0x0", "... 4 more frames of libfoo.so")
    );
}

#[test]
fn lines_fit_their_width_and_count() {
    let texts: Vec<String> =
        (0..40).map(|n| format!("mycc::phase{n}::check at src/phase{n}.rs:{n}:1")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let shown = lines(&texts, 100, 10);
    assert_eq!(shown.len(), 10);
    assert_eq!(shown[8], "8: mycc::phase8::check  src/phase8.rs:8:1");
    assert_eq!(shown[9], "... and 31 more frames");
    let long = format!(
        "mycc::{}::check at src/{}/driver.rs:99:23",
        "module::".repeat(20),
        "directory/".repeat(20)
    );
    let shown = lines(&[&long, "mycc::main at src/main.rs:1:1"], 60, 10);
    assert!(
        shown[0].starts_with("0: ...::module::") && shown[0].ends_with("/driver.rs:99:23"),
        "{shown:?}"
    );
    assert!(shown.iter().all(|line| text::width_of(line) <= 60), "{shown:?}");
    assert_eq!(shown[1], "1: mycc::main  src/main.rs:1:1");
}

#[test]
fn hostile_backtraces_are_folded_in_linear_time() {
    for piece in ["<", "a::", "x", "::main", "/src", "-1.", "vendor/", " at ", "\u{202e}"] {
        let text = piece.repeat(200_000 / piece.len());
        let texts = [
            &*text,
            &format!("{text} at {text}:1"),
            &format!("f in {text}+0x1"),
            &format!("f at {text}:1:1"),
        ];
        let shown = lines(&texts, 100, 24);
        assert!(shown.iter().all(|line| text::width_of(line) <= 100), "{piece}: {shown:?}");
    }
    let many: Vec<String> =
        (0..3_000).map(|n| format!("l{n}::f")).chain(["m::main at src/m.rs:1".into()]).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(rows(&many).len(), 2);
    let cycle: Vec<&str> = ["a", "a", "b", "c", "a", "b"].repeat(500);
    assert!(rows(&cycle).len() < 20);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn all_frames_are_in_lines_that_fit(
        texts in prop::collection::vec(
            "(mycc::f|<T as a::B>::c|std::g|yy|日本|\\PC{0,3})( at (src/|/w/m/src/|x-1.2/src/)?a.rs:1:2| in (mycc|libc.so.6)\\+0x1)?",
            0..40,
        ),
        width in 0..140_usize,
        max_lines in 0..30_usize,
        is_short in any::<bool>(),
    ) {
        let backtrace: Backtrace = texts.iter().map(|text| Frame::new(text.as_str())).collect();
        let folded = FoldedFrames::new(&backtrace);
        let rows = folded.rows();
        prop_assert_eq!(rows.iter().map(FoldedRow::count).sum::<usize>(), texts.len());
        let mut options = FrameLineOptions::new(BacktraceStyle::All, width);
        if is_short {
            options.style = BacktraceStyle::Short;
        }
        options.max_lines = max_lines;
        let lines = folded.lines(options);
        prop_assert!(lines.len() <= max_lines.max(2));
        for line in lines {
            let number = if line.index.is_some() { 3 } else { 0 };
            let cells = number + text::width_of(&line.text) + line.gap + text::width_of(&line.location);
            prop_assert!(cells <= width.max(40) + 1, "{:?}", line);
        }
    }
}

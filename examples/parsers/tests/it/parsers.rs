//! Every parser reports the same errors at the same places.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use vitte_diag::{Diagnostic, DiagnosticBag, SourceMap};
use vitte_diag_parsers::{PARSERS, check};

/// The errors of a text, and the text as it is shown to people.
struct Checked {
    /// The bytes of each primary label.
    ranges: Vec<Range<usize>>,
    output: String,
}

fn checked(parser: &str, text: &str) -> Checked {
    let mut sources = SourceMap::new();
    let file = sources.add("test.let", text.to_owned()).unwrap();
    let diagnostics = check(parser, sources.file(file).unwrap()).unwrap();
    for diagnostic in &diagnostics {
        let span = diagnostic.primary().unwrap().span();
        assert!(sources.span(file, span.range()).is_ok(), "{parser}: {text:?}");
    }
    let range = |diagnostic: &Diagnostic| diagnostic.primary().unwrap().span().range();
    let ranges = diagnostics.iter().map(range).collect();
    let mut bag = DiagnosticBag::new();
    bag.extend(diagnostics);
    Checked { ranges, output: bag.render(&sources) }
}

/// Texts with errors, and the bytes of each error.
#[expect(clippy::single_range_in_vec_init, reason = "one error")]
const INVALID: [(&str, &str, &[Range<usize>]); 14] = [
    ("empty input", "", &[0..0]),
    ("blank lines only", "\r\n\n  \n", &[0..0]),
    ("a comment only", "# let größe = 1\n", &[0..0]),
    ("the end of the file", "let a = 1 +", &[11..11]),
    ("the end before a comment and blank lines", "let a = (1 + 2 # …\n\n\n", &[14..14]),
    (
        "several errors",
        "let a = @\nlet = 2\nlet b = (a + 3\nlet c 4\n",
        &[8..9, 14..15, 33..36, 39..40],
    ),
    ("no definition", "1 + 2\nlet a = 3\n", &[0..1]),
    ("one token too many", "let a = 1 2\n", &[10..11]),
    ("text that is not ASCII before it", "let größe = 1 # 🎉 é\nlet b = größe + €\n", &[44..47]),
    ("a whole name", "let größe = 1\nlet b = größe größe\n", &[32..39]),
    ("CRLF", "let a = 1\r\nlet b = a +\r\nlet c = )\r\n", &[24..27, 32..33]),
    ("a byte order mark", "\u{feff}let a = *\r\n", &[11..12]),
    ("unknown names", "let a = b + a\nlet b = a\n", &[8..9, 12..13]),
    ("a large number", "let a = 18446744073709551615\nlet b = (18446744073709551616)\n", &[38..58]),
];

const VALID: [&str; 6] = [
    "let a = 1",
    "let größe = 1\r\nlet b = größe * (größe + 2) # let\r\n",
    "\u{feff}let a=1let b=a/(a)-(((a)))",
    "# (((\n\n let _ = 0 + 1 - 2 * 3 / 4\n",
    "let lets = 1 let outlet = lets",
    "let\na\n=\n18446744073709551615\n",
];

/// pest ends at the first error.
fn is_first_only(parser: &str) -> bool {
    parser == "pest"
}

#[test]
fn errors_are_at_the_right_place() {
    for (parser, _) in PARSERS {
        for (name, text, expected) in INVALID {
            let ranges = checked(parser, text).ranges;
            let is_syntax = !matches!(name, "unknown names" | "a large number");
            let last = if is_syntax && is_first_only(parser) { 1 } else { expected.len() };
            assert_eq!(ranges, expected[..last], "{parser}: {name}");
        }
    }
}

#[test]
fn errors_are_shown_as_in_the_file() {
    let path = root().join("tests/it/errors.txt");
    for (parser, _) in PARSERS.iter().filter(|(parser, _)| !is_first_only(parser)) {
        let mut all = String::new();
        for (name, text, _) in INVALID {
            write!(all, "==== {name}\n{}", checked(parser, text).output).unwrap();
        }
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(&path, &all).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap();
        assert_eq!(all, expected, "{parser}: if that is right, run UPDATE_PAGES=1 cargo test");
    }
}

#[test]
fn valid_texts_have_no_errors() {
    for (parser, _) in PARSERS {
        for text in VALID {
            assert_eq!(checked(parser, text).output, "", "{parser}: {text:?}");
        }
    }
}

/// Texts of random tokens, the same in each run.
#[test]
fn all_parsers_report_the_same_errors() {
    const PARTS: [&str; 22] = [
        "let",
        "a",
        "größe",
        "=",
        "1",
        "23",
        "+",
        "*",
        "(",
        ")",
        "@",
        "🎉",
        "\n",
        "\r\n",
        "# let (\n",
        "let a = 1\n",
        "outlet",
        "_",
        "\u{feff}",
        "é",
        "let b = ",
        " ",
    ];
    let mut state: u64 = 42;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..1000 {
        let count = next(14);
        let parts = (0..count).map(|_| PARTS[next(PARTS.len())].to_owned() + [" ", ""][next(2)]);
        let text: String = parts.collect();
        let reference = checked("logos", &text);
        for (parser, _) in PARSERS {
            let own = checked(parser, &text);
            if is_first_only(parser) {
                assert_eq!(own.ranges.first(), reference.ranges.first(), "{parser}: {text:?}");
            } else {
                assert_eq!(own.output, reference.output, "{parser}: {text:?}");
            }
        }
    }
}

#[test]
fn deep_and_long_expressions_do_not_overflow_the_stack() {
    let nested = |depth: usize| format!("let a = {}1{}", "(".repeat(depth), ")".repeat(depth));
    let long = format!("let a = 1{}", " + 1".repeat(20_000));
    for (parser, _) in PARSERS {
        assert_eq!(checked(parser, &nested(100)).output, "", "{parser}");
        assert_eq!(checked(parser, &nested(100_000)).ranges, vec![108..109], "{parser}");
        assert_eq!(checked(parser, &long).output, "", "{parser}");
    }
}

/// Each file has the line that readers copy.
#[test]
fn each_parser_has_its_span_in_one_line() {
    for (parser, _) in PARSERS {
        let mut paths = vec![format!("src/{parser}.rs")];
        paths.extend((parser == "lalrpop").then(|| "src/lalrpop/grammar.lalrpop".to_owned()));
        let texts = paths.iter().map(|path| fs::read_to_string(root().join(path)).unwrap());
        let text: String = texts.collect();
        let lines: Vec<&str> = text.lines().filter(|line| line.ends_with("// the span")).collect();
        assert!(!lines.is_empty(), "{parser}");
        assert!(lines.iter().all(|line| line.contains("Span::from_range(")), "{lines:#?}");
    }
}

#[test]
fn the_program_reads_files_and_standard_input() {
    let program = || Command::new(env!("CARGO_BIN_EXE_vitte-diag-parsers"));
    let usage = program().output().unwrap();
    assert_eq!(usage.status.code(), Some(2));
    let unknown = program().arg("yacc").stdin(Stdio::null()).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("chumsky, lalrpop, logos, pest"));
    let missing = program().args(["pest", "demo/missing.let"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).starts_with("error: "));

    for (parser, _) in PARSERS {
        let valid =
            program().args([parser, "demo/valid.let"]).current_dir(root()).output().unwrap();
        assert_eq!((valid.status.code(), valid.stderr), (Some(0), Vec::new()), "{parser}");
        let path = "demo/invalid.let";
        let invalid = program().args([parser, path]).current_dir(root()).output().unwrap();
        let from_file = String::from_utf8(invalid.stderr).unwrap();
        assert_eq!(invalid.status.code(), Some(1), "{parser}");
        assert!(from_file.contains("--> demo/invalid.let:3:18"), "{parser}: {from_file}");
        let stdin = fs::File::open(root().join(path)).unwrap();
        let invalid = program().arg(parser).stdin(stdin).output().unwrap();
        let from_stdin = String::from_utf8(invalid.stderr).unwrap();
        assert_eq!(from_stdin.replace("<stdin>", path), from_file, "{parser}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

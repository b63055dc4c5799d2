//! The output of every format, for the programs that `.ci/readers` runs over it.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, Format, JunitFamily, Severity, SourceMap, Span,
    Suggestion, code,
};

use super::with_options;
use crate::common::ten::{HOSTILE, ten};
use crate::formats::rich::rich;

/// Names of files that a careless reader takes for something else.
const NAMES: [&str; 12] = [
    "with spaces/a b.vitte",
    "日本語 ディレクトリ/ä.vitte",
    "a:1:2: b.vitte",
    "(x) [y] error.vitte",
    "error: x.vitte",
    " leading.vitte",
    "a;b]c%0A'|d.vitte",
    "a --> b.vitte",
    "#directive\\.vitte",
    "=formula(),\".vitte",
    "-option.vitte",
    "👩\u{200d}🔬 e\u{301}.vitte",
];

/// An error and a warning in files with odd names.
fn names() -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::with_root("/home/ana/shop");
    let mut bag = DiagnosticBag::new();
    for name in NAMES {
        let file = sources.add(name, "let x = 1\n").unwrap();
        let span = Span::new(file, 4, 5).unwrap();
        bag.push(Diagnostic::error(code!("E0001"), span, "an error").with_label("here"));
        bag.push(Diagnostic::warning(code!("-Wname"), span, format!("`{name}` is odd")));
    }
    (sources, bag)
}

/// The texts that are hostile to some reader, in every place.
fn hostile() -> (SourceMap, DiagnosticBag) {
    let texts = [
        HOSTILE.as_str(),
        "=HYPERLINK(\"https://x.example\")",
        "+1, -1",
        "@sum",
        "- item\n  key: value\n...\n---\n# comment",
        "ok 1 - x # TODO y\n1..99",
        "a:1:1: error: b",
        "[x](1) {0} {{x}}",
        "|'|n[]|0x263a",
        "%AZP25;]",
        "\"quoted\", 'x'\r\n\ttab",
        "]]> <!-- &amp; <x>",
        "{\"a\": [1]} \\u0000",
        "\u{feff}\u{fffe}\u{ffff}",
    ];
    let mut sources = SourceMap::with_root("/home/ana/shop");
    let mut bag = DiagnosticBag::new();
    for (at, text) in texts.into_iter().enumerate() {
        let file = sources.add(format!("src/{at}.vitte"), format!("{text}\nlet x = 1\n")).unwrap();
        let text = || text.to_owned();
        let span = Span::empty(file, 0);
        let edit = Edit::insert(file, 0, text());
        let fix = Suggestion::single(text(), edit, Applicability::MachineApplicable);
        let error = Diagnostic::error(code!("=A1+1"), span, text())
            .with_label(text())
            .with_secondary(span, text())
            .with_note(text())
            .with_suggestion(fix);
        bag.push(error);
        bag.push(Diagnostic::without_location(Severity::Note, None, text()));
    }
    (sources, bag)
}

/// Writes the outputs to the directory in `VITTE_READERS_DIR`: a file for each input and format, and the messages of
/// each input.
#[test]
#[ignore = "writes files for .ci/readers"]
fn outputs_for_readers() {
    let dir = PathBuf::from(std::env::var_os("VITTE_READERS_DIR").expect("set VITTE_READERS_DIR"));
    let none = (ten().0, DiagnosticBag::new());
    let inputs = [
        ("ten", ten()),
        ("rich", rich()),
        ("names", names()),
        ("hostile", hostile()),
        ("none", none),
    ];
    for (name, input) in inputs {
        for &format in Format::ALL {
            let out = with_options(format, &input, |options| {
                let mut options = options.with_sarif_category("readers");
                options.tool = options.tool.with_information_url("https://vitte.example/");
                options
            });
            fs::write(dir.join(format!("{name}.{format}")), out).unwrap();
        }
        let jenkins =
            with_options(Format::Junit, &input, |o| o.with_junit_family(JunitFamily::Jenkins));
        fs::write(dir.join(format!("{name}.jenkins")), jenkins).unwrap();
        let expected: Vec<_> = (input.1.ordered_in(&input.0).iter())
            .map(|entry| {
                let diagnostic = entry.diagnostic;
                json!({
                    "message": diagnostic.message(),
                    "severity": diagnostic.severity().as_str(),
                    "code": diagnostic.code().map(|code| code.to_string()),
                    "file": diagnostic.file().and_then(|file| Some(input.0.file(file).ok()?.path())),
                    "has_location": diagnostic.primary().is_some(),
                })
            })
            .collect();
        let expected = serde_json::to_string(&expected).unwrap();
        fs::write(dir.join(format!("{name}.expected")), expected).unwrap();
    }
}

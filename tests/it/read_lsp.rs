//! The reader of the diagnostics of language servers.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use vitte_diag::read::{Imported, InputFormat};
use vitte_diag::{Applicability, Format, Severity, SourceMap, Tag, code};

use crate::common::ten::ten;
use crate::common::written;
use crate::read_support::{
    self, Total, check, json_lines, losses, mutated, mutations, primary_text, read, read_with,
    try_read,
};

const LSP: InputFormat = InputFormat::Lsp;

/// Reads a file of `tests/compilers/lsp`, whose sources were in `/project`.
fn read_capture(path: &Path) -> Imported {
    let input = read_support::dir("lsp/input");
    let bytes = fs::read(path).unwrap();
    let mut load =
        |path: &str| fs::read(input.join(path.strip_prefix("/project/").unwrap_or(path))).ok();
    LSP.read(&bytes, &mut load).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn captures(dir: &str) -> Vec<PathBuf> {
    let dir = read_support::dir(dir);
    let framed = read_support::files(&dir, ".framed");
    read_support::files(&dir, ".jsonl").into_iter().chain(framed).collect()
}

/// Everything that language servers published for the files of `tests/compilers/lsp/input`.
#[test]
fn what_language_servers_publish_is_read() {
    let mut total = Total::default();
    for path in captures("lsp") {
        let imported = read_capture(&path);
        assert_eq!(imported.invalid_lines, [], "{}", path.display());
        assert_eq!(imported.changed_files, [], "{}", path.display());
        total.add(&imported);
    }
    assert!(total.diagnostics > 150, "{}", total.diagnostics);
    total.assert_known(&[
        "fields that the protocol does not define",
        "the URL of a code",
        "the data of a language server",
        "the name of one of several tools",
        "the severity of a hint, which is a note",
    ]);
}

/// Messages written by hand, among them many that are not as in the protocol. Some say what their range selects.
#[test]
fn unusual_messages_are_read() {
    let (mut selected, mut invalid) = (0, Vec::new());
    for path in captures("lsp/written") {
        let imported = read_capture(&path);
        check(&imported);
        for diagnostic in &imported.diagnostics {
            let text = diagnostic
                .message()
                .split_once("selects \"")
                .map(|(_, text)| text.trim_end_matches('"'));
            let span = diagnostic.primary().map(|primary| primary.span());
            let file = span
                .and_then(|span| imported.sources.file(span.file()).ok())
                .filter(|file| !file.is_unavailable());
            if let (Some(text), Some(span), Some(file)) = (text, span, file) {
                let found = file.text()[span.range()].replace('\r', "\\r").replace('\n', "\\n");
                assert_eq!(found, text, "{}", path.display());
                selected += 1;
            }
        }
        if !imported.invalid_lines.is_empty() {
            invalid.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert!(selected >= 30, "{selected}");
    assert_eq!(invalid, ["markup.jsonl", "odd.jsonl", "pull.jsonl", "ranges-invalid.jsonl"]);
}

/// A notification for `file:///a.c` with one diagnostic that has these fields.
fn one(fields: &str) -> String {
    let range = r#""range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}}"#;
    let range = if fields.contains("\"range\"") { "" } else { range };
    let comma = if fields.is_empty() || range.is_empty() { "" } else { "," };
    notification(
        "file:///a.c",
        &format!(
            r#"{{"message":"m"{}{range}{comma}{fields}}}"#,
            if range.is_empty() && fields.is_empty() { "" } else { "," }
        ),
    )
}

fn notification(uri: &str, diagnostics: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{{"uri":"{uri}","diagnostics":[{diagnostics}]}}}}"#
    )
}

fn messages(imported: &Imported) -> Vec<String> {
    imported.diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn the_last_notification_of_each_file_counts() {
    let diagnostic = |message: &str| {
        format!(
            r#"{{"message":"{message}","range":{{"start":{{"line":0,"character":0}},"end":{{"line":0,"character":0}}}}}}"#
        )
    };
    let input = [
        notification("file:///a.c", &diagnostic("old")),
        notification("file:///b.c", &diagnostic("b")),
        r#"{"jsonrpc":"2.0","method":"window/logMessage","params":["x"]}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"result":null}"#.to_owned(),
        notification("file:///c.c", &diagnostic("c")),
        notification("file:///a.c", &format!("{},{}", diagnostic("a1"), diagnostic("a2"))),
        notification("file:///c.c", ""),
    ];
    let expected = ["error: a1", "error: a2", "error: b"];
    assert_eq!(messages(&read(LSP, &input.join("\n"))), expected);
    assert_eq!(messages(&read(LSP, &format!("[{}]", input.join(",\n")))), expected);
    let framed = input.iter().map(|one| format!("Content-Length: {}\r\n\r\n{one}", one.len()));
    assert_eq!(messages(&read(LSP, &framed.collect::<String>())), expected);
    let pretty = input.join("\n").replace(",", ",\n").replace("[", "[\n");
    assert_eq!(messages(&read(LSP, &pretty)), expected);
    let params =
        format!(r#"{{"uri":"file:///a.c","version":3,"diagnostics":[{}]}}"#, diagnostic("p"));
    assert_eq!(messages(&read(LSP, &params)), ["error: p"]);
}

#[test]
fn severities_codes_and_tags_are_read() {
    for (fields, severity, code, lost) in [
        (r#""severity":1,"code":"E1""#, Severity::Error, Some("E1"), vec![]),
        (r#""severity":2,"code":2304"#, Severity::Warning, Some("2304"), vec![]),
        (r#""severity":3,"code":{"value":"a","target":"x"}"#, Severity::Note, Some("a"), vec![]),
        (r#""severity":4"#, Severity::Note, None, vec!["the severity of a hint, which is a note"]),
        ("", Severity::Error, None, vec![]),
        (r#""severity":9"#, Severity::Error, None, vec!["an unknown severity"]),
        (r#""code":"two words""#, Severity::Error, None, vec!["a name that is not a code"]),
        (
            r#""code":[]"#,
            Severity::Error,
            None,
            vec!["a code that is neither a number nor a string"],
        ),
        (
            r#""tags":[1,2,3]"#,
            Severity::Error,
            None,
            vec!["tags other than `unnecessary` and `deprecated`"],
        ),
        (r#""data":{"x":1}"#, Severity::Error, None, vec!["the data of a language server"]),
        (r#""data":null"#, Severity::Error, None, vec![]),
        (r#""group":1"#, Severity::Error, None, vec!["fields that the protocol does not define"]),
    ] {
        let imported = read(LSP, &one(fields));
        let diagnostic = &imported.diagnostics[0];
        assert_eq!(
            (diagnostic.severity(), diagnostic.code().map(|code| code.as_str())),
            (severity, code),
            "{fields}"
        );
        let kinds: Vec<_> = imported.losses.kinds().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, lost, "{fields}");
        check(&imported);
    }
    let imported = read(LSP, &one(r#""tags":[2,1]"#));
    let tags: Vec<_> = imported.diagnostics[0].tags().collect();
    assert_eq!(tags, [Tag::Unnecessary, Tag::Deprecated]);
    let words = read(LSP, &one(r#""code":"two words""#));
    assert_eq!(words.diagnostics[0].notes().collect::<Vec<_>>(), ["the code is `two words`"]);
}

#[test]
fn ranges_are_lines_and_utf16_units_of_the_protocol() {
    let text = "\u{feff}a\r\né𝄞x\rlast";
    for ((line, character), (end_line, end), expected) in [
        ((0, 0), (0, 1), "a"),
        ((0, 0), (0, 99), "a"),
        ((1, 1), (1, 3), "𝄞"),
        ((1, 2), (1, 3), "𝄞"),
        ((1, 3), (2, 2), "x\rla"),
        ((2, 0), (3, 0), "last"),
        ((2, 4), (2, 4), ""),
        // Reversed.
        ((2, 2), (2, 0), "la"),
    ] {
        let range = format!(
            r#""range":{{"start":{{"line":{line},"character":{character}}},"end":{{"line":{end_line},"character":{end}}}}}"#
        );
        let imported = read_with(LSP, &one(&range), &[("/a.c", text)]);
        assert_eq!(primary_text(&imported.sources, &imported.diagnostics[0]), expected, "{range}");
        assert!(imported.changed_files.is_empty());
    }
    let range = r#""range":{"start":{"line":4,"character":0},"end":{"line":4,"character":1}}"#;
    let imported = read_with(LSP, &one(range), &[("/a.c", text)]);
    assert_eq!(imported.changed_files.len(), 1);
    let span = imported.diagnostics[0].primary().unwrap().span();
    let at = imported.sources.location(span).unwrap();
    assert_eq!((at.path, at.line, at.col), ("/a.c", 5, 1));
    let range = r#""range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":1}}"#;
    let imported = read(LSP, &one(range));
    assert_eq!(imported.diagnostics[0].primary(), None);
    assert_eq!(losses(&imported), [("an invalid range", 1)]);
}

#[test]
fn uris_are_paths_or_virtual_files() {
    let path = |uri: &str, files: &[(&str, &str)]| {
        let input = one("").replace("file:///a.c", uri);
        let imported = read_with(LSP, &input, files);
        let file = imported.diagnostics[0].file().unwrap();
        imported.sources.file(file).unwrap().path().to_owned()
    };
    for (uri, expected) in [
        ("file:///home/ana/a%20b.c", "/home/ana/a b.c"),
        ("file:///c%3A/ana/a.c", "c:/ana/a.c"),
        ("untitled:Untitled-1", "<Untitled-1>"),
        ("untitled:%3Cstdin%3E", "<stdin>"),
        ("git:/a.c?x", "<git:/a.c?x>"),
    ] {
        assert_eq!(path(uri, &[]), expected);
    }
    // As the emitter writes a relative path without a root.
    assert_eq!(path("untitled:src/a.vitte", &[("src/a.vitte", "x")]), "src/a.vitte");
}

#[test]
fn related_information_and_fixes_are_read() {
    let range = |line, from, to| {
        format!(
            r#"{{"start":{{"line":{line},"character":{from}}},"end":{{"line":{line},"character":{to}}}}}"#
        )
    };
    let related = |uri: &str, message: &str, range: String| {
        format!(r#"{{"location":{{"uri":"{uri}","range":{range}}},"message":"{message}"}}"#)
    };
    let action = |title: &str, preferred: bool, text: &str| {
        format!(
            r#"{{"title":"{title}","kind":"quickfix","isPreferred":{preferred},"edit":{{"changes":{{"file:///a.c":[{{"range":{},"newText":"{text}"}}]}}}}}}"#,
            range(0, 0, 1)
        )
    };
    let fields = format!(
        r#""source":"cc","relatedInformation":[{},{}],"data":[{},{},{}]"#,
        related("file:///b.c", "declared here", range(0, 1, 2)),
        related("file:///a.c", "here", range(0, 0, 1)),
        action("fix it", true, "y"),
        action("use: `a`", false, "a"),
        action("use: `b`", false, "b"),
    );
    let imported = read_with(LSP, &one(&fields), &[("/a.c", "x"), ("/b.c", "pq")]);
    assert_eq!(check(&imported), 1);
    assert!(imported.losses.is_empty(), "{:?}", imported.losses);
    let diagnostic = &imported.diagnostics[0];
    let secondary: Vec<_> = diagnostic
        .secondary()
        .iter()
        .map(|label| (label.span().range(), label.message()))
        .collect();
    assert_eq!(secondary, [(1..2, Some("declared here")), (0..1, None)]);
    let [fix, choice] = diagnostic.suggestions() else { panic!("{diagnostic:?}") };
    assert_eq!((fix.message(), fix.applicability()), ("fix it", Applicability::MachineApplicable));
    assert_eq!((choice.message(), choice.alternatives().count()), ("use", 2));
    assert_eq!(imported.tool.unwrap().name(), "cc");
}

#[test]
fn the_tool_is_the_source_of_most_diagnostics() {
    let range = r#""range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}"#;
    let one = |source: &str, code: &str, href: &str| {
        format!(
            r#"{{{range},"message":"m","source":"{source}","code":"{code}","codeDescription":{{"href":"{href}"}}}}"#
        )
    };
    let all = [
        one("clippy", "ptr_arg", "https://c.example/#ptr_arg"),
        one("rustc", "E0308", "https://r.example/#E0308"),
        one("rustc", "E0425", "https://r.example/#E0425"),
        one("rustc", "dead_code", "https://other.example/"),
    ];
    let imported = read(LSP, &notification("file:///a.rs", &all.join(",")));
    let tool = imported.tool.as_ref().unwrap();
    assert_eq!(tool.name(), "rustc");
    assert_eq!(tool.code_url(code!("E0001")).unwrap(), "https://r.example/#E0001");
    assert_eq!(tool.code_url(code!("dead_code")).unwrap(), "https://other.example/");
    assert_eq!(
        losses(&imported),
        [("the URL of a code", 1), ("the name of one of several tools", 1)]
    );
}

#[test]
fn other_inputs_are_errors() {
    let error = |input: &str| {
        try_read(LSP, input.as_bytes(), &[]).map_err(|error| error.to_string()).map(|_| ())
    };
    assert_eq!(error(""), Ok(()));
    assert_eq!(error("[]"), Ok(()));
    assert_eq!(error("hello").unwrap_err(), "the input is not lsp output: line 1: not JSON");
    let text = error("\n{\"x\":1}").unwrap_err();
    let expected = "line 2: neither a message of a language server nor the parameters of one";
    assert_eq!(text, format!("the input is not lsp output: {expected}"));
    let text =
        error(r#"{"method":"textDocument/publishDiagnostics","params":{"uri":"file:///a"}}"#)
            .unwrap_err();
    assert!(text.contains("missing field `diagnostics`"), "{text}");
    let imported = read(LSP, &format!("noise\n{}\n[[[]]]", one("")));
    let lines: Vec<_> = imported.invalid_lines.iter().map(|(line, _)| *line).collect();
    assert_eq!((imported.diagnostics.len(), lines), (1, vec![1, 3]));
    assert!(error(&"[".repeat(100_000)).is_err());
    assert!(error(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).is_err());
}

#[test]
fn one_invalid_diagnostic_does_not_hide_the_others() {
    let range = r#""range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}"#;
    let all = format!(
        "{{\"message\":\"1\",{range}}},\n{{\"message\":7.5e400}},\n{{\"message\":\"2\\ud83c\",{range}}},[]"
    );
    let imported = read(LSP, &notification("file:///a.c", &all));
    assert_eq!(messages(&imported), ["error: 1", "error: 2\u{fffd}"]);
    let lines: Vec<_> = imported.invalid_lines.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3]);
}

/// What the emitter writes is read back, and then written as the same bytes.
#[test]
fn the_output_of_the_emitter_is_read_back() {
    let (sources, bag) = ten();
    let output = written(Format::Lsp, &sources, &bag);
    let texts = |path: &str| {
        let file = sources.files().find(|file| path == format!("/home/ana/shop/{}", file.path()));
        file.map(|file| file.bytes().to_vec())
    };
    let root = SourceMap::with_root("/home/ana/shop");
    let imported = LSP.read_into(root, output.as_bytes(), &mut |path| texts(path)).unwrap();
    check(&imported);
    assert!(
        imported.losses.is_empty() && imported.invalid_lines.is_empty(),
        "{:?}",
        imported.losses
    );
    assert_eq!(json_lines(&imported).len(), bag.len());
    assert_eq!(
        imported.tool.as_ref().unwrap().code_url(code!("E0001")).as_deref(),
        Some("https://vitte.example/codes/E0001")
    );
    let without = imported.diagnostics.iter().filter(|one| one.file().is_none());
    assert_eq!(without.count(), 1);
    assert_eq!(read_support::written(Format::Lsp, &imported), output);
}

const MUTATED: &str = r#"{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"file:///a.c","diagnostics":[
  {"range":{"start":{"line":0,"character":1},"end":{"line":1,"character":2}},"severity":2,"code":"E1","source":"cc",
   "codeDescription":{"href":"https://x.example/E1"},"message":"m","tags":[1],
   "relatedInformation":[{"location":{"uri":"file:///b.c","range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}}},"message":"r"}],
   "data":[{"title":"t","isPreferred":true,"edit":{"changes":{"file:///a.c":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"newText":"x"}]}}}]}]}}"#;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn mutated_json_never_panics(mutations in mutations()) {
        let input = mutated(MUTATED, &mutations);
        for files in [&[("/a.c", "é𝄞\rx\n"), ("/b.c", "")][..], &[]] {
            if let Ok(imported) = try_read(LSP, input.as_bytes(), files) {
                check(&imported);
            }
        }
    }

    #[test]
    fn any_bytes_never_panic(start in prop::collection::vec(any::<u8>(), 0..40), at in 0..MUTATED.len()) {
        let mut input = start;
        input.extend(&MUTATED.as_bytes()[at..]);
        if let Ok(imported) = try_read(LSP, &input, &[]) {
            check(&imported);
        }
    }
}

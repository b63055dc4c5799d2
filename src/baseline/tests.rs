#![allow(clippy::string_slice, reason = "a test states what it expects in the plain way")]

use super::*;
use crate::model::Span;

/// The diagnostics of some files: a warning `unused NAME` at each `let NAME`, an error for each `@`.
fn run(files: &[(&str, &str)]) -> (SourceMap, Vec<Diagnostic>) {
    let (mut sources, mut found) = (SourceMap::new(), Vec::new());
    for (path, text) in files {
        let file = sources.add(*path, *text).unwrap();
        for (at, _) in text.match_indices("let ") {
            let name = text[at + 4..].split_whitespace().next().unwrap();
            let span = Span::between(file, at + 4, at + 4 + name.len());
            found.push(Diagnostic::warning(
                crate::code!("W0100"),
                span,
                format!("unused `{name}`"),
            ));
        }
        for (at, _) in text.match_indices('@') {
            let span = Span::between(file, at, at + 1);
            let message = format!("illegal character at byte {at}");
            found.push(Diagnostic::error(None, span, message));
        }
    }
    (sources, found)
}

/// Returns the new and the fixed diagnostics between two versions of some files, through the text of a baseline.
fn difference(old: &[(&str, &str)], new: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let (sources, found) = run(old);
    let mut bytes = Vec::new();
    Baseline::of(&sources, &found).write(&mut bytes).unwrap();
    let baseline = Baseline::parse(&bytes).unwrap();
    let (sources, found) = run(new);
    let found: Vec<&Diagnostic> = found.iter().collect();
    let comparison = baseline.compare(&sources, &found);
    let is_new = comparison.is_new.iter().zip(&found).filter(|(is_new, _)| **is_new);
    let new = is_new.map(|(_, diagnostic)| diagnostic.message().to_owned()).collect();
    let name = |(entry, count): &(&BaselineEntry, u64)| format!("{count} {}", entry.message);
    (new, comparison.fixed.iter().map(name).collect())
}

const TEXT: &str = "fn f\n  let a = 1\n  let b = 2\n.end\nfn g\n  let a = 1\n.end\n";

#[test]
fn known_diagnostics_are_found_again() {
    let nothing = (Vec::new(), Vec::new());
    for (what, new) in [
        ("the same text", TEXT.to_owned()),
        ("other lines above", format!("module m\n\n@@ x\n{TEXT}").replace('@', "#")),
        ("indented", TEXT.replace('\n', "\n\t\t")),
        ("other white space", TEXT.replace(" = ", "   =  ")),
        ("other line ends", TEXT.replace('\n', "\r\n")),
        ("blank lines", TEXT.replace('\n', "\n\n\n")),
        ("an edited line", TEXT.replace("let b = 2", "let b = 3 + 4")),
        ("functions in another order", format!("{}{}", &TEXT[34..], &TEXT[..34])),
    ] {
        assert_eq!(difference(&[("a.my", TEXT)], &[("a.my", &new)]), nothing, "{what}");
    }
    let two = [("a.my", TEXT), ("b.my", "let z\n")];
    assert_eq!(difference(&two, &[("b.my", "let z\n"), ("c/d.my", TEXT)]), nothing, "renamed");
    let renamed = TEXT.replace("let b = 2", "let b = 5");
    assert_eq!(difference(&two, &[("c.my", &renamed), ("b.my", "let z\n")]), nothing, "and edited");
    let (f, g) = TEXT.split_at(34);
    let parts = [("a.my", f), ("b.my", "let z\n"), ("c.my", g)];
    assert_eq!(difference(&two, &parts), nothing, "a part is moved to a new file");
    // The position is a part of this message.
    assert_eq!(difference(&[("a.my", "@\n")], &[("a.my", "\n\n @\n")]), nothing);
}

#[test]
fn new_and_fixed_diagnostics_are_told_apart() {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let old = [("a.my", TEXT)];
    for (new, expected, fixed) in [
        (TEXT.replace("let b", "let c"), &["unused `c`"][..], &["1 unused `b`"][..]),
        (TEXT.replace("  let b = 2\n", ""), &[], &["1 unused `b`"]),
        // The third of these is new, and one of the equal ones is fixed.
        (format!("{TEXT}fn h\n  let a = 1\n.end\n"), &["unused `a`"], &[]),
        (TEXT[..34].to_owned(), &[], &["1 unused `a`"]),
        (String::new(), &[], &["1 unused `a`", "1 unused `a`", "1 unused `b`"]),
        // A copy of a file has new diagnostics.
    ] {
        assert_eq!(difference(&old, &[("a.my", &new)]), (texts(expected), texts(fixed)), "{new}");
    }
    let copied = difference(&old, &[("a.my", TEXT), ("b.my", TEXT)]);
    assert_eq!(copied, (texts(&["unused `a`", "unused `b`", "unused `a`"]), Vec::new()));
    let equal = [("a.my", "let a\nlet a\nlet a\n")];
    assert_eq!(
        difference(&equal, &[("a.my", "let a\n")]),
        (Vec::new(), texts(&["1 unused `a`"; 2]))
    );
}

#[test]
fn crashes_are_never_known() {
    let (sources, _) = run(&[("a.my", "let a\n")]);
    let crash = Diagnostic::without_location(Severity::Fatal, None, "crash");
    let note = Diagnostic::without_location(Severity::Note, None, "no `main`");
    let baseline = Baseline::of(&sources, [&crash, &note]);
    assert_eq!(baseline.len(), 1);
    assert_eq!(baseline.compare(&sources, &[&crash, &note]).is_new, [true, false]);
}

#[test]
fn a_baseline_is_sorted_text_without_positions() {
    let bytes = |files: &[(&str, &str)]| {
        let (sources, found) = run(files);
        let mut bytes = Vec::new();
        Baseline::of(&sources, &found).write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let text = bytes(&[("b.my", "let z\n"), ("a.my", "let a\nlet a\n@\n")]);
    let expected = concat!(
        "{\"baseline\":1}\n",
        "{\"severity\":\"error\",\"path\":\"a.my\",\"message\":\"illegal character at byte 12\",",
        "\"line\":\"6dd6f6ab0aa80ad9\",\"context\":\"4a60ef8e9a22d9d6\"}\n",
    );
    assert!(text.starts_with(&expected[..80]), "{text}");
    assert_eq!(text.lines().count(), 5, "{text}");
    let equal = bytes(&[("a.my", "let a\nlet a\nlet a\nlet a\n")]);
    assert!(equal.contains(",\"count\":2}\n"), "{equal}");
    assert_eq!(bytes(&[]), "{\"baseline\":1}\n");
    let parsed = Baseline::parse(text.as_bytes()).unwrap();
    let mut again = Vec::new();
    parsed.write(&mut again).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), text);
}

#[test]
fn the_json_output_is_a_baseline_without_texts() {
    let mut emitted = Vec::new();
    let (sources, found) = run(&[("a.my", "let a\nlet b\n@\n")]);
    let bag: crate::DiagnosticBag = found.into_iter().collect();
    bag.emit(&sources, &mut crate::JsonEmitter::new(&mut emitted)).unwrap();
    let baseline = Baseline::parse(&emitted).unwrap();
    let (sources, found) = run(&[("a.my", "fn f\nlet b = 3\n\n\n@\nlet a\nlet c\n")]);
    let found: Vec<&Diagnostic> = found.iter().collect();
    assert_eq!(baseline.compare(&sources, &found).is_new, [false, false, true, false]);
}

#[test]
fn what_is_no_baseline_is_an_error() {
    let error = |text: &str| Baseline::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(Baseline::parse(b"").unwrap().is_empty());
    assert_eq!(
        error("{\"baseline\":2}"),
        "the baseline has version 2 of the format, which is newer than 1"
    );
    for text in ["x", "{}", "{\"baseline\":1}\n{\"severity\":\"warning\"}", "[1]", "null", "\u{0}"]
    {
        let error = error(text);
        assert!(
            error.contains(" is neither one of a baseline nor a diagnostic: "),
            "{text}: {error}"
        );
    }
    assert!(error("\n\n{\"severity\":\"bad\"}").starts_with("line 3 is neither"));
    assert!(Baseline::read("no such file").unwrap_err().to_string().contains("No such file"));
    // As many as this must not be stored one by one.
    let huge =
        "{\"severity\":\"note\",\"message\":\"m\",\"count\":18446744073709551615}\n".repeat(2);
    let huge = Baseline::parse(huge.as_bytes()).unwrap();
    assert_eq!(huge.len(), u64::MAX);
    let note = Diagnostic::without_location(Severity::Note, None, "m");
    let comparison = huge.compare(&SourceMap::new(), &[&note, &note]);
    assert_eq!(comparison.is_new, [false, false]);
    assert_eq!(comparison.fixed[0].1, u64::MAX - 2);
}

/// A rename is found where the text of the earlier run is unknown, too.
#[test]
fn files_without_text_are_compared_by_positions() {
    let identity = |path: &str, message: &str, line: u32, col: u32| {
        Identity::new(None, message, None, path, None, Some(Position { line, col, len: 3 }))
    };
    let old = [identity("a", "m", 1, 1), identity("a", "m", 5, 2), identity("b", "n", 9, 9)];
    let renamed = [identity("c", "m", 1, 1), identity("c", "m", 7, 2), identity("b", "n", 9, 9)];
    assert_eq!(compare(&old, &renamed).new, [true, true, true]);
    let indented = [identity("c", "m", 3, 5), identity("c", "m", 7, 6), identity("b", "n", 9, 9)];
    assert_eq!(compare(&old, &indented).new, [true, true, true]);
    let another = [identity("c", "m", 3, 5), identity("c", "x", 7, 6), identity("c", "y", 9, 9)];
    assert_eq!(compare(&old, &another).new, [false; 3], "too little in common");
    // Of several with one message, those at the same place are the same.
    let more = [identity("a", "m", 3, 7), identity("a", "m", 1, 1), identity("a", "m", 6, 2)];
    assert_eq!(compare(&old, &more).new, [false, true, true]);
    assert_eq!(compare(&old, &more).old, [true, true, false]);
    assert_eq!(compare(&[], &old).new, [false; 3]);
}

#[test]
fn another_code_is_another_diagnostic() {
    let mut sources = SourceMap::new();
    let file = sources.insert("a.my", "let x = @\n");
    let warning = |code: &str| {
        let code = crate::model::Code::new(code).unwrap();
        Diagnostic::warning(code, Span::between(file, 1, 2), "careful")
    };
    let baseline = Baseline::of(&sources, &[warning("W0001"), warning("W0002")]);
    let mut bag: DiagnosticBag = [warning("W0001"), warning("W0003")].into_iter().collect();
    assert_eq!(bag.apply_baseline(&baseline, &sources).len(), 1);
    assert_eq!((bag.len(), bag.summary().known), (1, 1));
    assert_eq!(bag.apply_baseline(&baseline, &sources).len(), 2, "a second time");
    assert_eq!((bag.len(), bag.summary().known), (1, 1));
}

#[test]
fn a_baseline_is_complete_or_not_written() {
    let (sources, found) = run(&[("a.my", "let a\nlet b\n@\n@\n"), ("<command line>", "@")]);
    let emit = |max: u64| {
        let mut bag = DiagnosticBag::with_policy(crate::Policy::default().with_max_errors(max));
        bag.extend(found.iter().cloned());
        let mut out = Vec::new();
        let written = bag.emit(&sources, &mut crate::BaselineEmitter::new(&mut out));
        (written.map(drop).map_err(|error| error.to_string()), String::from_utf8(out).unwrap())
    };
    let (written, text) = emit(0);
    assert_eq!(written, Ok(()));
    assert_eq!(Baseline::parse(text.as_bytes()).unwrap().len(), 4, "without the command line");
    let why = "the baseline would lack 2 diagnostics that the limit of errors has suppressed";
    assert_eq!(emit(1), (Err(why.to_owned()), String::new()));
}

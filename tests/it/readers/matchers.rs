//! Readers of `path:line:col: error: message`: VS Code, Vim, Emacs and others.

use vitte_diag::{Diagnostic, DiagnosticBag, Format, Severity, SourceMap, Span, code};

use super::with_options;
use crate::common::ten::ten;
use crate::formats::rich::rich;

/// What a matcher finds in a line.
#[derive(PartialEq, Eq, Debug)]
struct Problem<'a> {
    file: &'a str,
    line: u32,
    col: u32,
    severity: &'a str,
    message: &'a str,
}

/// Matches `FILE:LINE:COL: SEVERITY: MESSAGE` at a colon.
fn at_colon(line: &str, colon: usize) -> Option<Problem<'_>> {
    let (file, rest) = line.split_at(colon);
    let (number, rest) = rest.strip_prefix(':')?.split_once(':')?;
    let (col, rest) = rest.split_once(": ")?;
    let (severity, message) = rest.split_once(": ")?;
    let is_known = matches!(severity, "error" | "warning" | "note" | "fatal error");
    let severity = is_known.then_some(severity)?.trim_start_matches("fatal ");
    Some(Problem { file, line: number.parse().ok()?, col: col.parse().ok()?, severity, message })
}

fn colons(line: &str) -> impl DoubleEndedIterator<Item = usize> {
    line.match_indices(':').map(|(at, _)| at)
}

/// `$gcc` of VS Code: `^(.*):(\d+):(\d+):\s+(?:fatal\s+)?(warning|error):\s+(.*)$`, whose path is as long as possible.
fn vs_code(line: &str) -> Option<Problem<'_>> {
    let found = colons(line).rev().find_map(|colon| at_colon(line, colon))?;
    (found.severity != "note").then_some(found)
}

/// `%f:%l:%c: %t%*[^:]: %m` of Vim, and `gnu` of Emacs: the path is as short as possible. Emacs takes no path that begins
/// with a blank.
fn shortest(line: &str) -> Option<Problem<'_>> {
    colons(line)
        .find_map(|colon| at_colon(line, colon))
        .filter(|found| !found.file.starts_with(' '))
}

/// The problems that should be found: those with a known location.
fn expected(
    sources: &SourceMap,
    bag: &DiagnosticBag,
) -> Vec<(String, u32, u32, &'static str, String)> {
    let entries = bag.ordered_in(sources);
    let located = entries.iter().filter_map(|entry| {
        let at = sources.location(entry.diagnostic.primary()?.span()).ok()?;
        let severity = match entry.diagnostic.severity() {
            Severity::Fatal => "error",
            other => other.as_str(),
        };
        let message = vitte_diag::text::one_line(entry.diagnostic.message());
        let code = entry.diagnostic.code().map(|code| format!(" [{code}]")).unwrap_or_default();
        Some((at.path.to_owned(), at.line, at.col, severity, format!("{message}{code}")))
    });
    located.collect()
}

fn odd_names() -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::new();
    let mut bag = DiagnosticBag::new();
    for name in [
        "with spaces/a b.my",
        "日本語/👩\u{200d}🔬.my",
        "a:1:2: b.my",
        "(x) [y] error.my",
        "error: x.my",
        " leading.my",
        "note:",
        "C:/x.my",
        "a --> b",
        "::error::x",
    ] {
        let file = sources.add(name, "let x = 1\n").unwrap();
        let span = Span::new(file, 4, 5).unwrap();
        bag.push(Diagnostic::error(code!("E1"), span, "an error [x]: y").with_label("here"));
        bag.push(Diagnostic::warning(None, span, "a warning"));
        bag.push(Diagnostic::note(code!("N1"), span, "a note"));
        bag.push(Diagnostic::new(Severity::Fatal, code!("F1"), span, "the end"));
    }
    (sources, bag)
}

#[test]
fn every_located_diagnostic_of_the_gcc_format_is_found() {
    for input in [ten(), rich(), odd_names()] {
        let wanted = expected(&input.0, &input.1);
        let out = with_options(Format::Gcc, &input, |options| options);
        for find in [vs_code, shortest] {
            let found: Vec<_> = out.lines().filter_map(find).collect();
            for (file, line, col, severity, message) in &wanted {
                // VS Code ignores notes.
                if *severity == "note" && out.lines().filter_map(vs_code).count() == found.len() {
                    continue;
                }
                let is_same = |one: &&Problem<'_>| {
                    one.file.strip_prefix("./").unwrap_or(one.file) == file
                        && (one.line, one.col, one.severity) == (*line, *col, *severity)
                        && one.message == message
                };
                assert_eq!(found.iter().filter(is_same).count(), 1, "{file}: {message}:\n{out}");
            }
            let is_problem = |one: &&Problem<'_>| one.severity != "note";
            let problems = wanted.iter().filter(|one| one.3 != "note").count();
            assert_eq!(
                found.iter().filter(is_problem).count(),
                problems,
                "no other problems:\n{out}"
            );
        }
    }
}

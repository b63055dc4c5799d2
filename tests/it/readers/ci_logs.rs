//! CI servers obey commands in the log: none of a source line, a message or a path may be one.

use proptest::prelude::*;
use vitte_diag::{
    Applicability, Diagnostic, DiagnosticStyle, Edit, Format, SourceMap, Span, Suggestion,
    Terminal, code,
};

use super::with_options;
use crate::common;

/// The formats that people read in a log.
const FORMATS: [Format; 4] = [Format::Human, Format::Short, Format::Narrated, Format::Gcc];

/// The command of a line that a server obeys, or `None`.
///
/// GitHub's runner: `ActionCommand.TryParseV2`, then `TryParse`; any name may be registered. Azure's agent:
/// `Command.TryParse`, and the formatting commands of its log viewer. TeamCity: a service message anywhere in a line.
fn command(line: &str) -> Option<&str> {
    let name = |rest: &'_ str, end: &str| rest.contains(end);
    let trimmed = line.trim_start();
    if let Some(rest) = trimmed.strip_prefix("::").filter(|rest| name(rest, "::")) {
        return Some(rest);
    }
    ["##[", "##vso[", "##teamcity["].into_iter().find_map(|prefix| {
        let (_, rest) = line.split_once(prefix)?;
        Some(rest).filter(|rest| name(rest, "]"))
    })
}

#[test]
fn the_commands_of_the_servers_are_recognised() {
    for line in [
        "::error::x",
        "\t ::stop-commands::token",
        "12 | say ##[add-mask]x",
        "##[error]x",
        "a ##vso[task.setvariable variable=x]y",
        "##teamcity[buildStatus text='x']",
    ] {
        assert!(command(line).is_some(), "{line}");
    }
    for line in ["a ::error::x", "::x", "#[derive(Debug)]", "##⁅error]x", "\\::error::x"] {
        assert_eq!(command(line), None, "{line}");
    }
}

/// An error with a text at each place where a text from outside is shown.
fn scene(text: &str) -> (SourceMap, Diagnostic) {
    let mut sources = SourceMap::new();
    let source = format!("{text}\nlet x = {text}\n{text}\n");
    let path = text.replace('/', "");
    let file = sources.add(path, source.clone()).unwrap();
    let line = u32::try_from(text.len()).unwrap() + 1;
    let span = |lo, hi| Span::new(file, lo, hi).unwrap();
    let end = u32::try_from(source.len()).unwrap() - 1;
    let diagnostic =
        Diagnostic::error(code!("E0001"), span(line + 8, line + 8 + line - 1), text.to_owned())
            .with_label(text.to_owned())
            .with_secondary(span(0, end), text.to_owned())
            .with_note(format!("{text}\n{text}"))
            .with_help(text.to_owned())
            .with_suggestion(Suggestion::single(
                text.to_owned(),
                Edit::insert(file, line, format!("{text}\n{text}\n")),
                Applicability::MaybeIncorrect,
            ));
    (sources, diagnostic)
}

fn terminal(color: bool, hyperlinks: bool) -> Terminal {
    let mut terminal = Terminal::default().with_ci_log(true);
    (terminal.color, terminal.hyperlinks) = (color, hyperlinks);
    terminal
}

/// Every output of the formats for people, without escape sequences.
fn outputs(text: &str) -> Vec<(Format, String)> {
    let (sources, diagnostic) = scene(text);
    let input = (sources, [diagnostic].into_iter().collect());
    let styles = [DiagnosticStyle::Ascii, DiagnosticStyle::Unicode, DiagnosticStyle::Rustc];
    let mut outputs = Vec::new();
    for format in FORMATS {
        for (style, color) in styles.into_iter().zip([false, true, true]) {
            let out = with_options(format, &input, |mut options| {
                options.terminal = terminal(color, color);
                options.with_style(style).with_context_lines(2)
            });
            // Servers read what is between escape sequences as one text, or do not.
            outputs.push((format, common::on_terminal(&out).0));
            outputs.push((format, out));
        }
    }
    outputs
}

fn assert_obeys_nothing(text: &str) {
    for (format, out) in outputs(text) {
        for line in out.lines() {
            assert_eq!(command(line), None, "{format}: {text:?}:\n{out}");
        }
    }
}

const HOSTILE: [&str; 9] = [
    "##[stop-commands]tok",
    "##[error]x",
    "::error::x",
    "::add-mask::x",
    "a ##vso[task.complete result=Succeeded]x",
    "##teamcity[buildStop]",
    "###[group]##[x]",
    "\u{3000}::warning::x",
    "##[a",
];

#[test]
fn no_line_of_a_log_is_a_command() {
    HOSTILE.into_iter().for_each(assert_obeys_nothing);
}

#[test]
fn without_a_server_the_text_is_shown_as_it_is() {
    let (sources, diagnostic) = scene("##[error]x");
    let input = (sources, [diagnostic].into_iter().collect());
    for format in FORMATS {
        let out = with_options(format, &input, |options| options);
        assert!(out.contains("##[error]x") && !out.contains('⁅'), "{format}: {out}");
        let log = with_options(format, &input, |mut options| {
            options.terminal = terminal(false, false);
            options
        });
        assert_eq!(log, out.replace("##[", "##⁅"), "{format}: carets stay aligned");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn no_text_becomes_a_command(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "#", "##", "[", "]", "::", ":", " ", "a", "vso", "teamcity", "é", "\t", "x y",
        ]), 1..9)
    ) {
        assert_obeys_nothing(&pieces.concat());
    }
}

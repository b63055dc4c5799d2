//! Links of paths to an editor, and the URLs of codes where there are no links.

use vitte_diag::{
    Diagnostic, DiagnosticBag, DiagnosticStyle, Edit, EditorUrl, Emitter as _, EmitterOptions,
    Format, HumanEmitter, SourceMap, Suggestion, Terminal, Tool, TraceKind, TraceStep, code,
};

use crate::common::{self, CODE, human, on_terminal, scene};

fn vs_code() -> EditorUrl {
    "vscode://file/{path}:{line}:{column}".parse().unwrap()
}

fn linked_terminal() -> Terminal {
    let mut terminal = Terminal::default();
    terminal.hyperlinks = true;
    terminal
}

/// A diagnostic with a place in three files, one of them that of a step, and one that of a suggestion.
fn many_places() -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::with_root("/home/ana");
    let mut add = |path: &str| {
        let file = sources.add(path, "one\nlet x = 1\n").unwrap();
        sources.span(file, 8..9).unwrap()
    };
    let [first, second, third, fourth] =
        ["a b.vitte", "{line}.vitte", "c.vitte", "d.vitte"].map(&mut add);
    let edit = Edit::insert(fourth.file(), 4, "new\n");
    let diagnostic = Diagnostic::error(None, first, "m")
        .with_secondary(second, "other")
        .with_step(TraceStep::new(TraceKind::Call, "called").with_span(third))
        .with_suggestion(Suggestion::single("add", edit, vitte_diag::Applicability::Unspecified));
    (sources, [diagnostic].into_iter().collect())
}

#[test]
fn every_path_links_to_its_place_in_an_editor() {
    let (sources, bag) = many_places();
    let out = human(&sources, &bag, |emitter| {
        emitter.with_terminal(linked_terminal()).with_editor_url(&vs_code())
    });
    let (text, mut links) = on_terminal(&out);
    links.sort_unstable();
    assert_eq!(
        links,
        [
            "vscode://file/home/ana/%7Bline%7D.vitte:2:5",
            "vscode://file/home/ana/a%20b.vitte:2:5",
            "vscode://file/home/ana/c.vitte:2:5",
            "vscode://file/home/ana/d.vitte:2:1",
        ],
        "{text}"
    );
    let without = human(&sources, &bag, |emitter| emitter.with_editor_url(&vs_code()));
    assert_eq!(without, text, "links need a terminal that supports them");
    let files = human(&sources, &bag, |emitter| emitter.with_terminal(linked_terminal()));
    let (_, links) = on_terminal(&files);
    assert!(links.len() == 4 && links.iter().all(|link| link.starts_with("file:///home/ana/")));
    assert!(links.iter().all(|link| link.ends_with(".vitte")), "{links:?}");
}

#[test]
fn html_links_to_an_editor_only_if_there_is_one() {
    let (sources, bag) = many_places();
    let html = |options: &EmitterOptions| common::write(Format::Html, &sources, &bag, options);
    let options = EmitterOptions::default();
    assert!(!html(&options).contains("<a "));
    let linked = html(&options.with_editor_url(vs_code()));
    assert_eq!(linked.matches("<a href=\"vscode://file/home/ana/").count(), 4, "{linked}");
    assert!(linked.contains("<a href=\"vscode://file/home/ana/a%20b.vitte:2:5\">"), "{linked}");
}

/// Three diagnostics, two of them with the same code.
fn codes() -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "let x = 1\n").unwrap();
    let span = sources.span(file, 4..5).unwrap();
    let diagnostic = |code, message| Diagnostic::error(code, span, message).with_help("help");
    let [first, second] = [code!("E1"), code!("E2")];
    (sources, vec![diagnostic(first, "m"), diagnostic(first, "again"), diagnostic(second, "m")])
}

const FIRST: &str = "error[E1]: m
 --> a.vitte:1:5
  |
1 | let x = 1
  |     ^
  |
  = help: help
  = note: for more information, see https://a.example/E1
";

#[test]
fn a_url_is_text_once_per_code_where_there_are_no_links() {
    let (sources, diagnostics) = codes();
    let tool = Tool::new("mycc", "1").with_codes_url("https://a.example/");
    let bag: DiagnosticBag = diagnostics.iter().cloned().collect();
    let out = human(&sources, &bag, |emitter| emitter.with_tool(&tool));
    assert!(out.starts_with(&format!("{FIRST}\nerror[E1]: again\n")), "{out}");
    let url = "note: for more information, see https://a.example/";
    assert_eq!(out.matches(url).count(), 2, "{out}");
    assert!(out.ends_with(&format!("  = {url}E2\n")), "{out}");

    let mut one_by_one = HumanEmitter::new(Vec::new()).with_tool(&tool);
    diagnostics.iter().for_each(|diagnostic| one_by_one.emit(&sources, diagnostic).unwrap());
    assert_eq!(String::from_utf8(one_by_one.into_inner()).unwrap(), out);

    let in_rustc = human(&sources, &bag, |emitter| {
        emitter.with_tool(&tool).with_style(DiagnosticStyle::Rustc)
    });
    assert!(!in_rustc.contains("a.example"), "{in_rustc}");
    let on_terminal =
        human(&sources, &bag, |emitter| emitter.with_terminal(linked_terminal()).with_tool(&tool));
    assert!(!on_terminal.contains("for more information"), "{on_terminal}");
    assert_eq!(on_terminal.matches("a.example").count(), 3, "each code is a link: {on_terminal}");
}

#[test]
fn a_diagnostic_without_a_place_has_the_url_of_its_code() {
    let tool = Tool::new("mycc", "1").with_codes_url("https://a.example/");
    let diagnostic = Diagnostic::error(CODE, vitte_diag::Span::DUMMY, "no input");
    let bag: DiagnosticBag = [diagnostic].into_iter().collect();
    let out = human(&SourceMap::new(), &bag, |emitter| emitter.with_tool(&tool));
    let url = "  = note: for more information, see https://a.example/E0042\n";
    assert!(out.starts_with("error[E0042]: no input\n") && out.ends_with(url), "{out}");
}

/// A URL is not cut, and the lines before it end where they would without it.
#[test]
fn the_url_of_a_code_is_not_cut() {
    let scene = scene("let ⟦x⟧ = 1");
    let base = format!("https://a.example/{}/", "a".repeat(60));
    let tool = Tool::new("mycc", "1").with_codes_url(&base);
    let out = human(&scene.sources, &scene.bag(), |e| e.with_width(40).with_tool(&tool));
    assert!(out.contains(&format!(" {base}E0042\n")), "{out}");
}

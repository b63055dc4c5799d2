//! Links, HTML, strings, and the place of each part.
use std::path::Path;

use vitte_diag::{
    Applicability, Child, Diagnostic, DiagnosticBag, Edit, EmitterOptions, Format, Severity,
    SourceMap, Span, Suggestion, Terminal, TraceStep, html,
};

use super::{Files, everything, suggestion};
use crate::common::{self, NO_FILE, human, on_terminal, written};

#[test]
fn html_has_the_text_of_the_human_output_and_the_level_of_each_child() {
    let scene = everything(Files::new());
    let page = written(Format::Html, &scene.sources, &scene.bag());
    let document = roxmltree::Document::parse(&page).unwrap();
    let of_class = |class: &str| {
        let nodes = document.descendants().filter(|node| node.attribute("class") == Some(class));
        let text = |node: roxmltree::Node<'_, '_>| {
            node.descendants().filter_map(|inner| inner.is_text().then(|| inner.text())?).collect()
        };
        nodes.map(text).collect::<Vec<String>>()
    };
    assert_eq!(of_class("vd-error"), [scene.human().trim_end()]);
    let notes = of_class("vd-child-note");
    let bound = notes.iter().find(|note| note.starts_with("note: required by")).unwrap();
    assert!(bound.starts_with("note: required by this bound in `spawn`\n"), "{bound}");
    assert!(bound.ends_with("^^^^ required by this bound"), "{bound}");
    assert_eq!(of_class("vd-child-warning"), ["warning"]);
    let definition = "help: the type is defined here\n  --> src/gone.vitte:7:3";
    assert_eq!(of_class("vd-child-help"), [definition]);
    for class in page.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let is_styled = html::STYLESHEET.contains(&format!(".{class}"));
        assert!(is_styled, "the style sheet has no class {class}");
    }
}

#[test]
fn every_path_is_a_link() {
    let dir = Path::new(if cfg!(windows) { "C:\\shop" } else { "/shop" });
    let mut sources = SourceMap::with_root(dir);
    let (main, other) = (sources.add("main", "x\n").unwrap(), sources.add("other", "y").unwrap());
    let span = Span::new(other, 0, 1).unwrap();
    let edit = Edit::insert(other, 0, "z");
    let diagnostic = Diagnostic::for_file(Severity::Error, None, main, "m")
        .with_step(TraceStep::call("called").with_span(span))
        .with_step(TraceStep::call("a\tb").with_span(span))
        .with_child(Child::note("n").with_label(span, ""))
        .with_child(Child::note("n").with_label(Span::empty(main, 0), ""))
        .with_suggestion(Suggestion::single("s", edit, Applicability::Unspecified));
    let bag: DiagnosticBag = [diagnostic].into_iter().collect();
    let mut terminal = Terminal::default();
    terminal.hyperlinks = true;
    let linked = human(&sources, &bag, |emitter| emitter.with_terminal(terminal));
    let (plain, links) = on_terminal(&linked);
    assert_eq!(plain, human(&sources, &bag, |emitter| emitter));
    let names: Vec<_> = links.iter().map(|url| url.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["main", "other", "other", "other", "main", "other"], "{plain}");
}

#[test]
fn render_returns_the_output_of_the_emitter() {
    let scene = everything(Files::new());
    let (sources, mut bag) = (&scene.sources, scene.bag());
    assert_eq!(scene.diagnostic.render(sources), scene.human());
    bag.push_warning(None, Span::DUMMY, "another one");
    assert_eq!(bag.render(sources), human(sources, &bag, |emitter| emitter));
    let options = EmitterOptions::new(common::tool(), Terminal::default());
    for &format in Format::ALL {
        assert_eq!(format.render(sources, &bag, &options), written(format, sources, &bag));
    }
}

/// The labels of each child that cannot be shown are reported below it.
#[test]
fn issues_are_below_their_children() {
    let files = Files::new();
    let unknown = |lo| Span::new(NO_FILE, lo, lo + 1).unwrap();
    let remove = |lo| {
        let edit = Edit::remove(unknown(lo));
        Suggestion::single(format!("remove {lo}"), edit, Applicability::Unspecified)
    };
    let child = |lo| {
        Child::note(format!("child {lo}"))
            .with_label(files.in_main("Job"), "")
            .with_label(unknown(lo), "")
            .with_label(Span::DUMMY, "")
            .with_label(unknown(7), "")
            .with_label(Span::DUMMY, format!("no location {lo}"))
            .with_suggestion(remove(lo))
    };
    let diagnostic = files.error().with_secondary(unknown(9), "").with_suggestion(remove(9));
    let diagnostic = diagnostic
        .with_step(TraceStep::call("step").with_span(unknown(8)))
        .with_child(child(1))
        .with_child(Child::note("child without issues"))
        .with_child(child(2));
    let out =
        human(&files.sources, &[diagnostic].into_iter().collect(), |human| human.with_width(200));
    let parts: Vec<&str> = out.split("note: child ").collect();
    let count = |part: &str| part.matches("not in the source map").count();
    assert_eq!(parts.iter().map(|part| count(part)).collect::<Vec<_>>(), [2, 2, 0, 2], "{out}");
    for (part, lo) in [(parts[0], 9), (parts[1], 1), (parts[3], 2)] {
        assert!(part.contains(&format!("bytes {lo}..")), "{out}");
        assert_eq!(part.matches("the source map has no file 7").count(), 1, "{out}");
        assert!(part.contains(&format!("`remove {lo}`")), "{out}");
    }
    assert!(parts[1].contains("no location 1") && parts[3].contains("no location 2"), "{out}");
}

#[test]
fn alternatives_of_a_removed_line_have_the_path_once() {
    let files = Files::new();
    let other = files.in_thread("raw_spawn(task)");
    let replace = |text: &'static str| vec![Edit::replace(other, text)];
    let diagnostic = files.error().with_suggestion(suggestion("s", [replace("a"), replace("b")]));
    let out = human(&files.sources, &[diagnostic].into_iter().collect(), |emitter| emitter);
    assert_eq!(out.matches("--> std/thread.vitte:4:3").count(), 1, "{out}");
}

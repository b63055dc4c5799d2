//! What an editor receives for a bag, read with the types of the Language Server Protocol.

mod converter;

use std::collections::BTreeSet;

use lsp_types::DiagnosticTag;
use serde_json::json;
use vitte_diag::{Diagnostic, DiagnosticBag, Format, Severity, Span, Tag, lsp};

use crate::common::ten::{ten, ten_and_none};
use crate::common::tool;
use crate::formats::rich::rich;

#[test]
fn every_file_is_published_also_without_diagnostics() {
    let (sources, bag) = ten();
    let published = lsp::publish(&sources, &bag, &tool());
    let published: Vec<lsp_types::PublishDiagnosticsParams> =
        published.into_iter().map(|params| params.try_into().unwrap()).collect();
    let all: Vec<_> = published.iter().map(|p| (p.uri.as_str(), p.diagnostics.len())).collect();
    assert_eq!(
        all,
        [
            ("file:///home/ana/shop/src/main.vitte", 5),
            ("file:///home/ana/shop/src/text.vitte", 0),
            ("file:///home/ana/shop/src/gr%C3%B6%C3%9Fen%20%26%20preise.vitte", 1),
            ("file:///home/ana/shop/src/wide.vitte", 1),
            ("file:///home/ana/shop/src/50%25%2Ca:b.vitte", 1),
            ("untitled:%3Cstdin%3E", 1),
            ("untitled:vittec", 1),
        ]
    );
    let none = lsp::publish(&sources, &DiagnosticBag::new(), &tool());
    assert_eq!(none.len(), sources.files().count());
    assert!(none.iter().all(lsp::PublishDiagnostics::is_empty));

    // The emitter writes only the files that have diagnostics.
    let [lines, nothing] = ten_and_none(Format::Lsp);
    assert_eq!(nothing, "");
    let written = lines.lines().map(|line| serde_json::from_str(line).unwrap());
    let written: Vec<lsp_types::PublishDiagnosticsParams> = written.collect();
    let with_some = published.into_iter().filter(|p| !p.diagnostics.is_empty());
    assert_eq!(written, with_some.collect::<Vec<_>>());
}

/// Converts a range of the protocol (lines and UTF-16 units, both 0-based) to bytes.
fn bytes(text: &str, range: lsp_types::Range) -> std::ops::Range<usize> {
    let offset = |at: lsp_types::Position| {
        let line: usize = text.split_inclusive('\n').take(at.line as usize).map(str::len).sum();
        let mut units = 0;
        let before = text[line..].chars().take_while(|c| {
            let is_before = units < at.character as usize;
            units += c.len_utf16();
            is_before
        });
        line + before.map(char::len_utf8).sum::<usize>()
    };
    offset(range.start)..offset(range.end)
}

#[test]
fn ranges_in_utf16_units_are_those_of_the_labels_and_edits() {
    let (sources, bag) = ten();
    let text_of = |span: Span| sources.file(span.file()).ok().map(|file| file.text());
    let published = lsp::publish(&sources, &bag, &tool()).into_iter();
    let published = published.map(|p| lsp_types::PublishDiagnosticsParams::try_from(p).unwrap());
    let diagnostics: Vec<_> = published.flat_map(|params| params.diagnostics).collect();
    let mut actions = 0;
    for (published, entry) in diagnostics.iter().zip(bag.ordered()) {
        let diagnostic = entry.diagnostic;
        let Some(primary) = diagnostic.primary() else { continue };
        let mut span = primary.span();
        let Some(text) = text_of(span) else { continue };
        if sources.file(span.file()).unwrap().is_virtual() {
            // The editor has no text of a virtual file, so the range is empty.
            span = Span::empty(span.file(), span.lo());
        }
        assert_eq!(bytes(text, published.range), span.range());
        let related = published.related_information.iter().flatten();
        for (info, label) in related.zip(diagnostic.secondary()) {
            let text = text_of(label.span()).unwrap();
            assert_eq!(bytes(text, info.location.range), label.span().range());
            assert_eq!(Some(info.message.as_str()), label.message());
        }
        let data = published.data.clone().unwrap_or(json!([]));
        let offered: Vec<lsp_types::CodeAction> = serde_json::from_value(data).unwrap();
        for (action, suggestion) in offered.iter().zip(diagnostic.suggestions()) {
            assert_eq!(action.title, suggestion.message());
            let changes = &serde_json::to_value(&action.edit).unwrap()["changes"];
            for edit in suggestion.edits() {
                let sent = &changes[sources.url(edit.span().file()).unwrap()][0];
                let sent: lsp_types::TextEdit = serde_json::from_value(sent.clone()).unwrap();
                let text = text_of(edit.span()).unwrap();
                assert_eq!(bytes(text, sent.range), edit.span().range());
                assert_eq!(sent.new_text, edit.text());
            }
            actions += 1;
        }
    }
    assert_eq!((diagnostics.len(), actions), (10, 3));
}

#[test]
fn children_steps_tags_and_alternatives_are_published() {
    let (sources, bag) = rich();
    let published = lsp::publish(&sources, &bag, &tool()).into_iter();
    let published = published.map(|p| lsp_types::PublishDiagnosticsParams::try_from(p).unwrap());
    let diagnostics: Vec<_> = published.flat_map(|params| params.diagnostics).collect();
    let rich = diagnostics.iter().find(|one| one.message.starts_with("`x` is wrong")).unwrap();

    assert_eq!(rich.tags, Some(vec![DiagnosticTag::UNNECESSARY, DiagnosticTag::DEPRECATED]));
    let related = rich.related_information.iter().flatten();
    let related: Vec<_> = related.map(|info| info.message.as_str()).collect();
    assert_eq!(
        related,
        [
            "there",
            "in a file that is not here",
            "note: required by this bound: the bound",
            "here",
            "warning",
            "included from here",
            "macro",
            "`x` is freed here",
            "`x` is used here",
        ]
    );
    let without_location = ["help: rename it", "note: in no file", "included on the command line"];
    for text in without_location {
        assert!(rich.message.lines().any(|line| line == text), "{text}: {}", rich.message);
    }
    let actions: Vec<lsp_types::CodeAction> =
        serde_json::from_value(rich.data.clone().unwrap()).unwrap();
    let titles: BTreeSet<_> = actions.iter().map(|action| action.title.as_str()).collect();
    assert_eq!(titles.len(), 3, "every alternative is an action with a title of its own");
    let preferred = actions.iter().filter(|action| action.is_preferred == Some(true));
    assert_eq!(preferred.map(|action| action.title.as_str()).collect::<Vec<_>>(), ["write `_x`"]);

    let others = diagnostics.iter().filter(|one| one.message != rich.message);
    for other in others {
        assert_eq!((other.tags.as_ref(), other.related_information.as_ref()), (None, None));
        assert_eq!(other.code.is_some(), other.message == "a whole file");
    }
}

#[test]
fn tags_have_the_numbers_of_the_protocol() {
    let (sources, _) = rich();
    for (tag, expected) in [
        (Tag::Unnecessary, DiagnosticTag::UNNECESSARY),
        (Tag::Deprecated, DiagnosticTag::DEPRECATED),
    ] {
        let warning = Diagnostic::without_location(Severity::Warning, None, "m").with_tag(tag);
        let published = lsp::publish(&sources, &[warning].into_iter().collect(), &tool());
        let last = published.into_iter().last().unwrap();
        let params = lsp_types::PublishDiagnosticsParams::try_from(last).unwrap();
        assert_eq!(params.diagnostics[0].tags, Some(vec![expected]));
    }
}

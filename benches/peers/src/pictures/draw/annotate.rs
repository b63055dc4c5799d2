//! annotate-snippets: a `Group` for the diagnostic with its notes, one for each child with an excerpt, and one with
//! `Patch`es for each suggestion. A suggestion that is a label in rustc is an `Annotation`.
//!
//! The style is its Unicode one, as in its examples, because the ASCII one is that of rustc.

use std::collections::BTreeMap;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::WIDTH;
use crate::pictures::rustc::{Example, Message, Part, Span};

/// Draws a diagnostic with annotate-snippets.
pub fn annotate(example: &Example) -> String {
    let files = example.files();
    let message = &example.message;
    let mut title = level(&message.level).primary_title(&*message.message);
    if let Some(code) = &message.code {
        title = title.id(&*code.code);
    }
    let as_label = message
        .children_as(&[Part::Label])
        .flat_map(|child| child.spans.iter().map(move |span| (span, Some(label_of(child, span)))));
    let labels = message.spans.iter().map(|span| (span, span.text().map(str::to_owned)));
    let mut groups = Vec::new();
    let mut group = with_excerpts(Group::with_title(title), &files, labels.chain(as_label));
    for child in &message.children {
        let level = level(&child.level);
        let part = message.part(child);
        match part {
            Part::Hidden | Part::Label => {}
            Part::Text => group = group.element(level.message(&*child.message)),
            Part::Excerpt => {
                groups.push(group);
                let labels = child.spans.iter().map(|span| (span, span.text().map(str::to_owned)));
                let title = level.secondary_title(&*child.message);
                group = with_excerpts(Group::with_title(title), &files, labels);
            }
            Part::Inserted | Part::Lines | Part::Replaced => {
                groups.push(group);
                group = Group::with_title(level.secondary_title(&*child.message));
                let path = &child.spans[0].file_name;
                let patches = child.spans.iter().filter_map(|span| {
                    Some(Patch::new(span.byte_start..span.byte_end, span.replacement()?))
                });
                let snippet = Snippet::source(&*files[&**path]).path(&**path).patches(patches);
                group = group.element(snippet);
            }
        }
    }
    groups.push(group);
    let renderer = Renderer::styled().decor_style(DecorStyle::Unicode).term_width(WIDTH.into());
    renderer.render(&groups)
}

fn level(name: &str) -> Level<'static> {
    match name {
        "error" => Level::ERROR,
        "warning" => Level::WARNING,
        "help" => Level::HELP,
        _ => Level::NOTE,
    }
}

/// Returns the message of a label that is a suggestion, as rustc writes it.
fn label_of(child: &Message, span: &Span) -> String {
    match span.replacement() {
        None | Some("") => format!("help: {}", child.message),
        Some(text) => format!("help: {}: `{text}`", child.message),
    }
}

/// Adds an excerpt for each file, that of the primary label first.
fn with_excerpts<'s>(
    group: Group<'s>,
    files: &'s BTreeMap<&'s str, String>,
    labels: impl Iterator<Item = (&'s Span, Option<String>)>,
) -> Group<'s> {
    let labels: Vec<_> = labels.collect();
    let is_primary = |span: &Span| {
        let same = |own: &Span| own.byte_start == span.byte_start && own.byte_end == span.byte_end;
        labels.iter().any(|(own, _)| own.is_primary && own.replacement().is_none() && same(own))
    };
    let mut paths: Vec<&str> = Vec::new();
    let primary = labels.iter().filter(|(span, _)| span.is_primary);
    for (span, _) in primary.chain(&labels) {
        if !paths.contains(&&*span.file_name) {
            paths.push(&span.file_name);
        }
    }
    let excerpts = paths.iter().map(|path| {
        let own = labels.iter().filter(|(span, _)| span.file_name == **path);
        let annotations = own.map(|(span, label)| -> Annotation<'s> {
            let kind =
                if is_primary(span) { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(span.byte_start..span.byte_end).label(label.clone())
        });
        Snippet::source(&*files[path]).path((*path).to_owned()).annotations(annotations)
    });
    group.elements(excerpts)
}

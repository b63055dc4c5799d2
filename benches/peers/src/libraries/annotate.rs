//! annotate-snippets: a `Group` with a title, a `Snippet`, and messages below, drawn by one `Renderer`.
//!
//! It has no index of lines: the caller passes an extract of the source and its first line (`line_start`). The
//! extract is made here outside of the timed part, so this library does not have to look up lines as the others
//! do. [`WholeSource`] passes the whole file instead.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Library, Prepared, Settings};
use crate::work::{CODE, Diagnostic, PATH, Work};

/// annotate-snippets with an extract of the source for each diagnostic.
pub struct AnnotateSnippets;

/// annotate-snippets with the whole source for each diagnostic.
pub struct WholeSource;

struct Ready<'w> {
    groups: Vec<[Group<'w>; 1]>,
    renderer: Renderer,
}

/// Returns the lines of `text` that contain all labels, and the byte offset of the first one.
fn extract<'w>(text: &'w str, one: &Diagnostic) -> (&'w str, usize) {
    let extent = one.extent();
    let start = text[..extent.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[extent.end..].find('\n').map_or(text.len(), |at| extent.end + at);
    (&text[start..end], start)
}

fn group<'w>(text: &'w str, offset: usize, first_line: usize, one: &'w Diagnostic) -> Group<'w> {
    let annotations = one.labels.iter().enumerate().map(|(index, label)| {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let span = label.range.start - offset..label.range.end - offset;
        let message = Some(label.message.as_str()).filter(|message| !message.is_empty());
        kind.span(span).label(message)
    });
    let snippet = Snippet::source(text).line_start(first_line).path(PATH).annotations(annotations);
    let mut group = Level::ERROR.primary_title(&*one.message).id(CODE).element(snippet);
    if let Some(help) = &one.help {
        group = group.element(Level::HELP.message(&**help));
    }
    for note in &one.notes {
        group = group.element(Level::NOTE.message(&**note));
    }
    group
}

fn ready<'w>(groups: Vec<[Group<'w>; 1]>, settings: Settings) -> Box<dyn Prepared + 'w> {
    let renderer = if settings.color { Renderer::styled() } else { Renderer::plain() };
    let renderer =
        if settings.uncut { renderer.term_width(usize::from(u16::MAX)) } else { renderer };
    Box::new(Ready { groups, renderer })
}

impl Library for AnnotateSnippets {
    fn name(&self) -> &'static str {
        "annotate-snippets"
    }

    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn Prepared + 'w> {
        let groups = work.diagnostics.iter().map(|one| {
            let (lines, offset) = extract(&work.text, one);
            [group(lines, offset, one.first_line, one)]
        });
        ready(groups.collect(), settings)
    }

    /// Counts the line of the extract here, within the timed part.
    fn load_and_render(&self, path: &Path, diagnostic: &Diagnostic, out: &mut Vec<u8>) {
        let text = Arc::new(fs::read_to_string(path).unwrap());
        let before = &text.as_bytes()[..diagnostic.extent().start];
        let first_line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let diagnostics = vec![Diagnostic { first_line, ..diagnostic.clone() }];
        let work = Work { text, diagnostics };
        self.prepare(&work, Settings::default()).render(out);
    }
}

impl Library for WholeSource {
    fn name(&self) -> &'static str {
        "annotate-snippets, whole source"
    }

    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn Prepared + 'w> {
        let groups = work.diagnostics.iter().map(|one| [group(&work.text, 0, 1, one)]);
        ready(groups.collect(), settings)
    }
}

impl Prepared for Ready<'_> {
    fn render(&mut self, out: &mut Vec<u8>) {
        for group in &self.groups {
            out.extend_from_slice(self.renderer.render(group).as_bytes());
            out.push(b'\n');
        }
    }
}

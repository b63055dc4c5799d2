//! ariadne: a `Report` in which each label has its own colour from a `ColorGenerator`, as in its examples.
//!
//! It has no children: their labels are labels of the report, and their messages are notes. It has no suggestions:
//! they are help, with the changed line.

use ariadne::{Color, ColorGenerator, Config, IndexType, Label, Report, ReportKind, sources};

use super::suggestion_text;
use crate::pictures::rustc::{Example, Part, Span};

/// Draws a diagnostic with ariadne.
pub fn ariadne(example: &Example) -> String {
    let files = example.files();
    let message = &example.message;
    let mut colors = ColorGenerator::new();
    let mut label = |span: &Span, text: Option<&str>| {
        let range = span.byte_start..span.byte_end;
        let made = Label::new((span.file_name.clone(), range)).with_color(colors.next());
        text.map(|text| made.clone().with_message(text)).unwrap_or(made)
    };
    let primary = message.spans.iter().find(|span| span.is_primary).unwrap();
    let at = (primary.file_name.clone(), primary.byte_start..primary.byte_end);
    let mut report = Report::build(kind(&message.level), at)
        .with_config(Config::default().with_index_type(IndexType::Byte))
        .with_message(&message.message);
    if let Some(code) = &message.code {
        report = report.with_code(&code.code);
    }
    for span in &message.spans {
        report.add_label(label(span, span.text()));
    }
    for child in message.children_as(&[Part::Excerpt]) {
        let has_texts = child.spans.iter().any(|span| span.text().is_some());
        for span in &child.spans {
            let own = (!has_texts && span.is_primary).then_some(&*child.message);
            report.add_label(label(span, span.text().or(own)));
        }
        if has_texts {
            report.add_note(&child.message);
        }
    }
    for child in message.children_as(&[Part::Text]) {
        if child.level == "help" {
            report.add_help(&child.message);
        } else {
            report.add_note(&child.message);
        }
    }
    for child in message.suggestions() {
        report.add_help(suggestion_text(child, &files[&*child.spans[0].file_name]));
    }
    let mut out = Vec::new();
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text));
    report.finish().write(sources(files), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn kind(level: &str) -> ReportKind<'static> {
    match level {
        "error" => ReportKind::Error,
        "warning" => ReportKind::Warning,
        _ => ReportKind::Custom("Note", Color::Fixed(115)),
    }
}

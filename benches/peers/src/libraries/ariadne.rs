//! ariadne: a `Source` that is built once and shared by all `Report`s, spans in bytes (`IndexType::Byte`, which is
//! faster according to its documentation), and otherwise the default configuration.
//!
//! With colours each label has its own colour, as in its examples. It never shortens lines.

use std::ops::Range;

use ariadne::{Color, Config, IndexType, Label, Report, ReportKind, Source};

use super::{Library, Prepared, Settings};
use crate::work::{self, CODE, PATH, Work};

/// ariadne.
pub struct Ariadne;

type Span = (&'static str, Range<usize>);

struct Ready<'w> {
    source: Source<&'w str>,
    reports: Vec<Report<'w, Span>>,
}

fn report<'w>(one: &work::Diagnostic, color: bool) -> Report<'w, Span> {
    let config = Config::default().with_color(color).with_index_type(IndexType::Byte);
    let labels = one.labels.iter().enumerate().map(|(index, label)| {
        // Also if the message is empty: without colours, a label without a message is not marked at all.
        let mut made = Label::new((PATH, label.range.clone())).with_message(&label.message);
        if color {
            made = made.with_color(if index == 0 { Color::Red } else { Color::Blue });
        }
        made
    });
    let mut report = Report::build(ReportKind::Error, (PATH, one.labels[0].range.clone()))
        .with_config(config)
        .with_code(CODE)
        .with_message(&one.message)
        .with_labels(labels);
    if let Some(help) = &one.help {
        report.add_help(help);
    }
    for note in &one.notes {
        report.add_note(note);
    }
    report.finish()
}

impl Library for Ariadne {
    fn name(&self) -> &'static str {
        "ariadne"
    }

    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn Prepared + 'w> {
        let reports = work.diagnostics.iter().map(|one| report(one, settings.color)).collect();
        Box::new(Ready { source: Source::from(work.text.as_str()), reports })
    }
}

impl Prepared for Ready<'_> {
    fn render(&mut self, out: &mut Vec<u8>) {
        for report in &self.reports {
            report.write((PATH, &self.source), &mut *out).unwrap();
        }
    }
}

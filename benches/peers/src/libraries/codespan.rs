//! codespan-reporting: `SimpleFiles`, the writers that its documentation recommends for plain text
//! (`emit_to_io_write`) and for colours (`StylesWriter` over termcolor's `Ansi`), the default `Config`.
//!
//! It has no help: as in its documentation, help is written as a note. It never shortens lines.

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::termcolor::Ansi;
use codespan_reporting::term::{
    Config, Styles, StylesWriter, emit_to_io_write, emit_to_write_style,
};

use super::{Library, Prepared, Settings};
use crate::work::{self, CODE, PATH, Work};

/// codespan-reporting.
pub struct Codespan;

struct Ready<'w> {
    files: SimpleFiles<&'static str, &'w str>,
    diagnostics: Vec<Diagnostic<usize>>,
    config: Config,
    styles: Styles,
    color: bool,
}

fn diagnostic(file: usize, one: &work::Diagnostic) -> Diagnostic<usize> {
    let label = |(index, label): (usize, &work::Label)| {
        let range = label.range.clone();
        let made =
            if index == 0 { Label::primary(file, range) } else { Label::secondary(file, range) };
        made.with_message(&label.message)
    };
    let help = one.help.iter().map(|help| format!("help: {help}"));
    let notes = one.notes.iter().map(|note| format!("note: {note}"));
    Diagnostic::error()
        .with_code(CODE)
        .with_message(&one.message)
        .with_labels(one.labels.iter().enumerate().map(label).collect())
        .with_notes(help.chain(notes).collect())
}

impl Library for Codespan {
    fn name(&self) -> &'static str {
        "codespan-reporting"
    }

    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn Prepared + 'w> {
        let mut files = SimpleFiles::new();
        let file = files.add(PATH, work.text.as_str());
        let diagnostics = work.diagnostics.iter().map(|one| diagnostic(file, one)).collect();
        Box::new(Ready {
            files,
            diagnostics,
            config: Config::default(),
            styles: Styles::default(),
            color: settings.color,
        })
    }
}

impl Prepared for Ready<'_> {
    fn render(&mut self, out: &mut Vec<u8>) {
        if self.color {
            let mut writer = StylesWriter::new(Ansi::new(out), &self.styles);
            for diagnostic in &self.diagnostics {
                emit_to_write_style(&mut writer, &self.config, &self.files, diagnostic).unwrap();
            }
        } else {
            for diagnostic in &self.diagnostics {
                emit_to_io_write(out, &self.config, &self.files, diagnostic).unwrap();
            }
        }
    }
}

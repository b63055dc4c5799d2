//! vitte-diag: a bag with all diagnostics, sorted and written by an emitter.

use std::path::Path;

use vitte_diag::{Code, Diagnostic, DiagnosticBag, FileId, HumanEmitter, SourceMap, Span, code};

use super::{Library, Prepared, Settings};
use crate::work::{self, PATH, Work};

/// vitte-diag.
pub struct Vitte;

const CODE: Code = code!("E0042");

/// The limit of labelled lines with [`Settings::uncut`]. The limit of labels is five times as high.
const ALL_LINES: u16 = u16::MAX;

struct Ready {
    sources: SourceMap,
    bag: DiagnosticBag,
    settings: Settings,
}

/// Converts diagnostics of `file` to a bag.
pub fn bag(file: FileId, diagnostics: &[work::Diagnostic]) -> DiagnosticBag {
    let span = |label: &work::Label| Span::new(file, label.range.start, label.range.end).unwrap();
    let build = |one: &work::Diagnostic| {
        let [primary, others @ ..] = &*one.labels else { panic!("there is no label") };
        let mut diagnostic = Diagnostic::error(CODE, span(primary), one.message.clone())
            .with_label(primary.message.clone());
        for other in others {
            diagnostic.add_secondary(span(other), other.message.clone());
        }
        if let Some(help) = &one.help {
            diagnostic.add_help(help.clone());
        }
        for note in &one.notes {
            diagnostic.add_note(note.clone());
        }
        diagnostic
    };
    diagnostics.iter().map(build).collect()
}

/// Returns the number of diagnostics that are drawn directly, without a layout.
pub fn drawn_directly(work: &Work) -> usize {
    let mut sources = SourceMap::new();
    let file = sources.add(PATH, work.text.as_bytes()).unwrap();
    let human = HumanEmitter::new(Vec::new());
    let bag = bag(file, &work.diagnostics);
    bag.iter().filter(|entry| human.draws_directly(&sources, entry.diagnostic)).count()
}

impl Library for Vitte {
    fn name(&self) -> &'static str {
        "vitte-diag"
    }

    fn prepare<'w>(&self, work: &'w Work, settings: Settings) -> Box<dyn Prepared + 'w> {
        let mut sources = SourceMap::new();
        let file = sources.add(PATH, work.text.as_bytes()).unwrap();
        // Lines are indexed at first use. Index them here, because the other libraries build their index with the
        // source.
        let mut warm = HumanEmitter::new(Vec::new());
        bag(file, &work.diagnostics[..1]).emit(&sources, &mut warm).unwrap();
        let bag = bag(file, &work.diagnostics);
        assert_eq!(bag.len(), work.diagnostics.len(), "vitte-diag: there are no duplicates");
        Box::new(Ready { sources, bag, settings })
    }

    fn load_and_render(&self, path: &Path, diagnostic: &work::Diagnostic, out: &mut Vec<u8>) {
        let mut sources = SourceMap::new();
        let file = sources.load(path).unwrap();
        let bag = bag(file, std::slice::from_ref(diagnostic));
        bag.emit(&sources, &mut HumanEmitter::new(out)).unwrap();
    }
}

impl Prepared for Ready {
    fn render(&mut self, out: &mut Vec<u8>) {
        let mut emitter = HumanEmitter::new(out).with_color(self.settings.color);
        if self.settings.uncut {
            emitter = emitter.with_width(u16::MAX).with_labelled_lines(ALL_LINES);
        }
        self.bag.emit(&self.sources, &mut emitter).unwrap();
    }
}

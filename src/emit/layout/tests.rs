//! What is drawn is what codespan-reporting draws, and what the direct path draws is that, too.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

use super::*;
use crate::emit::canvas::Canvas;
use crate::emit::direct::Direct;
use crate::emit::renderer::HumanRenderer;
use crate::{Code, ColumnUnit, FileId, Severity, SourceMap, Span, code};

const CASES: u32 = 3000;

/// What the sources of compilers are made of.
const PLAIN: [&str; 10] = [
    "a",
    "let x = 1",
    " ",
    "    ",
    "f(a, b)",
    "}",
    "\n",
    "\n",
    "\n  let y = [1, 2]\n",
    "\n\n\n\n\n",
];

/// All that has ever been trouble.
const TROUBLE: [&str; 24] = [
    "\t",
    "\r\n",
    "\r",
    "é",
    "日本",
    "e\u{301}",
    "\u{301}",
    "🎉",
    "👩\u{200d}🔬",
    "\u{200b}",
    "\u{feff}",
    "\u{0}",
    "\u{1b}[31m",
    "\u{85}",
    "\u{202e}",
    "\u{2028}",
    "|",
    "│ ╭",
    "^ -",
    "/ \\",
    "::",
    "\u{e000}",
    "\u{ad}",
    "a line that is too long to be shown whole where there is not much room for it",
];

/// Text of up to `most` pieces, plain text mostly.
fn text(most: usize) -> impl Strategy<Value = String> {
    let plain = || select(&PLAIN[..]);
    let mixed = prop_oneof![2 => plain(), 1 => select(&TROUBLE[..])];
    prop_oneof![
        2 => prop::collection::vec(plain(), 0..most).prop_map(|pieces| pieces.concat()),
        1 => prop::collection::vec(mixed, 0..most).prop_map(|pieces| pieces.concat()),
    ]
}

/// A file: text of few lines or many, of which a byte may be noise.
fn source() -> impl Strategy<Value = Vec<u8>> {
    let noise = prop::option::weighted(0.05, (any::<Index>(), any::<u8>()));
    (text(40), prop_oneof![1 => Just(1), 1 => 2..30_usize], noise).prop_map(
        |(text, times, noise)| {
            let mut bytes = text.repeat(times).into_bytes();
            if let Some((at, noise)) = noise.filter(|_| !bytes.is_empty()) {
                let at = at.index(bytes.len());
                bytes[at] = noise;
            }
            bytes
        },
    )
}

/// A message on a label: none, a word, or text that goes on in several lines.
fn message() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 6 => "[a-z]{1,9}", 2 => text(6), 1 => text(30)]
}

/// Where a label is: its file, where it begins, and where it ends.
#[derive(Clone, Debug)]
struct Spot {
    file: Index,
    lo: usize,
    end: End,
}

#[derive(Clone, Debug)]
enum End {
    /// After so many bytes, on its line.
    After(usize),
    /// At one of the places where others begin.
    At(usize),
    /// In no file, or behind its end.
    Nowhere(u32),
}

fn spot() -> impl Strategy<Value = Spot> {
    let end = prop_oneof![
        24 => (0..9_usize).prop_map(End::After),
        8 => (0..12_usize).prop_map(End::At),
        1 => any::<u32>().prop_map(End::Nowhere),
    ];
    (any::<Index>(), 0..12_usize, end).prop_map(|(file, lo, end)| Spot { file, lo, end })
}

impl Spot {
    /// Labels of one file begin at few `places`, so that they touch, overlap, cross and share cells.
    fn span(&self, files: &[Vec<u8>], places: &[Index]) -> Span {
        let file = self.file.index(files.len());
        let text = &files[file];
        let place = |place: usize| places[place % places.len()].index(text.len() + 1);
        let lo = place(self.lo);
        let range = match self.end {
            End::After(bytes) => {
                let rest = text[lo..].split_inclusive(|byte| *byte == b'\n').next();
                lo..lo + bytes.min(rest.map_or(0, <[u8]>::len))
            }
            End::At(other) => lo.min(place(other))..lo.max(place(other)),
            End::Nowhere(noise) => {
                let file = FileId::new(noise % 4);
                return Span::new(file, noise / 2, noise).unwrap();
            }
        };
        let offset = |offset| u32::try_from(offset).unwrap();
        Span::new(FileId::new(offset(file)), offset(range.start), offset(range.end)).unwrap()
    }
}

/// A diagnostic, its sources, and how it is drawn.
#[derive(Debug)]
struct Case {
    files: Vec<Vec<u8>>,
    diagnostic: Diagnostic,
    renderer: HumanRenderer,
    color: bool,
}

prop_compose! {
    fn renderer()(
        context_lines in prop_oneof![5 => Just(0), 1 => 1..4_u32],
        tab_width in 1..17_usize,
        width in prop_oneof![2 => Just(140), 1 => 0..200_usize],
        labelled_lines in prop_oneof![2 => Just(20), 1 => 1..31_usize],
        column_unit in select(&[ColumnUnit::Char, ColumnUnit::Byte, ColumnUnit::Utf16][..]),
        unicode in any::<bool>(),
    ) -> HumanRenderer {
        let take = ExcerptOptions { context_lines, tab_width, width, column_unit, labelled_lines };
        HumanRenderer { take, unicode, ..HumanRenderer::default() }
    }
}

prop_compose! {
    fn case()(
        files in prop_oneof![
            3 => prop::collection::vec(source(), 1),
            1 => prop::collection::vec(source(), 2..4),
        ],
        places in prop::collection::vec(any::<Index>(), 1..12),
        severity in select(&Severity::ALL[..]),
        (spot, label) in (spot(), message()),
        secondary in prop_oneof![
            3 => Just(Vec::new()),
            4 => prop::collection::vec((spot(), message()), 1..3),
            2 => prop::collection::vec((spot(), message()), 3..8),
            1 => prop::collection::vec((spot(), message()), 8..31),
        ],
        help in prop::option::weighted(0.3, text(6)),
        notes in prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(text(6), 1..3)],
        (renderer, color) in (renderer(), any::<bool>()),
    ) -> Case {
        const CODE: Code = code!("E0001");
        let primary = spot.span(&files, &places);
        let mut diagnostic = Diagnostic::new(severity, CODE, primary, "m").with_label(label);
        for (spot, message) in secondary {
            diagnostic.add_secondary(spot.span(&files, &places), message);
        }
        notes.into_iter().for_each(|note| _ = diagnostic.add_note(note));
        help.into_iter().for_each(|help| _ = diagnostic.add_help(help));
        Case { files, diagnostic, renderer, color }
    }
}

impl Case {
    fn sources(&self) -> SourceMap {
        let mut sources = SourceMap::new();
        for (index, text) in self.files.iter().enumerate() {
            let path = ["a.vitte", "src/日本\n.vitte", "src/b.vitte"][index];
            sources.add(path, text.clone()).unwrap();
        }
        sources
    }

    fn canvas(&self) -> Canvas {
        Canvas::terminal(self.styles(), Vec::new())
    }

    fn styles(&self) -> Option<Sequences> {
        self.color.then(|| Sequences::new(self.diagnostic.severity()))
    }

    fn pen(&self) -> Pen {
        let take = self.renderer.take;
        Pen::new(self.canvas(), take.width, take.tab_width)
    }

    fn header(&self) -> String {
        let (severity, code) = (self.diagnostic.severity().as_str(), self.diagnostic.code());
        let mut pen = self.pen();
        let header = [severity, "[", code.as_str(), "]"];
        pen.header(Style::Header, &header, None, self.diagnostic.message());
        written(pen.finish())
    }

    /// What stands below the header, by the layout.
    fn laid_out(&self, excerpt: &Excerpt<'_>, notes: Notes<'_>) -> String {
        let glyphs = Glyphs::new(self.renderer.unicode);
        let mut pen = self.pen();
        draw(excerpt, notes, |_| None, Margin { gutter: excerpt.gutter, glyphs }, &mut pen);
        written(pen.finish())
    }

    /// The same, by codespan-reporting.
    fn reference(&self, excerpt: &Excerpt<'_>, notes: Notes<'_>) -> String {
        let HumanRenderer { take, unicode, .. } = self.renderer;
        reference::draw(excerpt, notes, take, unicode, self.styles()).unwrap()
    }
}

fn written(canvas: Canvas) -> String {
    String::from_utf8(canvas.into_bytes()).unwrap()
}

/// Keeps two labels of those on one line with the same cells: codespan has no defined order of more.
fn keep_two_of_the_same_cells(excerpt: &mut Excerpt<'_>) {
    for snippet in &mut excerpt.snippets {
        let mut kept: Vec<Mark<'_>> = Vec::new();
        for mark in &snippet.marks {
            let is_same = |other: &&Mark<'_>| (other.start, other.end) == (mark.start, mark.end);
            if !mark.is_on_one_row() || kept.iter().filter(is_same).count() < 2 {
                kept.push(*mark);
            }
        }
        snippet.marks = kept;
    }
}

#[test]
fn each_path_draws_what_codespan_draws() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let (one_line, lines, laid_out) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let property = |case: Case| {
        let sources = case.sources();
        let checked = Checked::new(&sources, &case.diagnostic);
        let mut excerpt = Excerpt::new(&checked, 0, case.renderer.take);
        keep_two_of_the_same_cells(&mut excerpt);
        let notes = Notes::new(&checked, &excerpt, false);
        let below = case.laid_out(&excerpt, notes);
        prop_assert_eq!(&below, &case.reference(&excerpt, notes));

        let is_direct = Direct::new(&sources, &case.diagnostic, case.renderer.take).is_some();
        if is_direct {
            let drawn = written(case.renderer.draw(&sources, &case.diagnostic, case.canvas()));
            prop_assert_eq!(drawn, case.header() + &below);
        }
        let count = match (is_direct, case.diagnostic.secondary()) {
            (true, []) => &one_line,
            (true, _) => &lines,
            (false, _) => &laid_out,
        };
        count.set(count.get() + 1);
        Ok(())
    };
    TestRunner::new(config).run(&case(), property).unwrap_or_else(|error| panic!("{error}"));
    let counts = [one_line.get(), lines.get(), laid_out.get()];
    assert!(counts.iter().all(|&count| count >= CASES / 50), "hardly taken: {counts:?}");
    assert!(counts[0] + counts[1] >= CASES / 10, "hardly taken: {counts:?}");
}

//! Properties of the layout and of the direct path, for random diagnostics.

use std::cell::Cell;
use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

use super::*;
use crate::check::CheckedDiagnostic;
use crate::emit::canvas::{AnsiCanvas, Canvas, PlainCanvas};
use crate::emit::direct::Direct;
use crate::emit::excerpt::{DrawnLabel, ExcerptOptions, LocatedLabels};
use crate::emit::frames::BacktraceOptions;
use crate::emit::glyphs::Glyphs;
use crate::emit::renderer::HumanRenderer;
use crate::emit::sequences::Sequences;
use crate::emit::theme::Theme;
use crate::terminal::Terminal;
use crate::text::{CellOptions, EmojiWidth};
use crate::{Code, ColumnUnit, Diagnostic, FileId, Severity, SourceMap, Span, code};

const CASES: u32 = 3000;

/// Pieces of typical source text.
const PLAIN_TEXT: [&str; 10] = [
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

/// Pieces that are hard to measure, cut or escape.
const EDGE_CASES: [&str; 24] = [
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
    "a line that is too long to be shown as a whole in a narrow terminal, so it is cut",
];

/// Text of fewer than `max_pieces` pieces, most of them plain.
fn text(max_pieces: usize) -> impl Strategy<Value = String> {
    let plain = || select(&PLAIN_TEXT[..]);
    let mixed = prop_oneof![2 => plain(), 1 => select(&EDGE_CASES[..])];
    prop_oneof![
        2 => prop::collection::vec(plain(), 0..max_pieces).prop_map(|pieces| pieces.concat()),
        1 => prop::collection::vec(mixed, 0..max_pieces).prop_map(|pieces| pieces.concat()),
    ]
}

/// Returns the bytes of a file with few or many lines. One byte may be random.
fn source() -> impl Strategy<Value = Vec<u8>> {
    let random = prop::option::weighted(0.05, (any::<Index>(), any::<u8>()));
    (text(40), prop_oneof![1 => Just(1), 1 => 2..30_usize], random).prop_map(
        |(text, times, random)| {
            let mut bytes = text.repeat(times).into_bytes();
            if let Some((at, random)) = random.filter(|_| !bytes.is_empty()) {
                let at = at.index(bytes.len());
                bytes[at] = random;
            }
            bytes
        },
    )
}

/// Returns the message of a label: empty, a word, or text of several lines.
fn message() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 6 => "[a-z]{1,9}", 2 => text(6), 1 => text(30)]
}

/// A description of a label's span.
#[derive(Clone, Debug)]
struct LabelSpec {
    file: Index,
    /// The index of the anchor at which the label starts.
    lo: usize,
    end: End,
}

#[derive(Clone, Debug)]
enum End {
    /// At most this number of bytes after the start, on the same line.
    After(usize),
    /// At the anchor with this index.
    At(usize),
    /// The span is in an unknown file, or after the end of its file.
    Invalid(u32),
}

fn spec() -> impl Strategy<Value = LabelSpec> {
    let end = prop_oneof![
        24 => (0..9_usize).prop_map(End::After),
        8 => (0..12_usize).prop_map(End::At),
        1 => any::<u32>().prop_map(End::Invalid),
    ];
    (any::<Index>(), 0..12_usize, end).prop_map(|(file, lo, end)| LabelSpec { file, lo, end })
}

impl LabelSpec {
    /// Labels start and end at a few `anchors`, so that they often touch, overlap, cross and share cells.
    fn span(&self, files: &[Vec<u8>], anchors: &[Index]) -> Span {
        let file = self.file.index(files.len());
        let text = &files[file];
        let anchor = |index: usize| anchors[index % anchors.len()].index(text.len() + 1);
        let lo = anchor(self.lo);
        let range = match self.end {
            End::After(bytes) => {
                let rest = text[lo..].split_inclusive(|byte| *byte == b'\n').next();
                lo..lo + bytes.min(rest.map_or(0, <[u8]>::len))
            }
            End::At(other) => lo.min(anchor(other))..lo.max(anchor(other)),
            End::Invalid(random) => {
                let file = FileId::new(random % 4);
                return Span::new(file, random / 2, random).unwrap();
            }
        };
        let offset = |offset| u32::try_from(offset).unwrap();
        Span::new(FileId::new(offset(file)), offset(range.start), offset(range.end)).unwrap()
    }
}

/// A diagnostic, its sources, and the settings of the renderer.
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
        width in prop_oneof![1 => Just(140), 1 => 20..301_usize],
        labelled_lines in prop_oneof![2 => Just(20), 1 => 1..31_usize],
        column_unit in select(&[ColumnUnit::Char, ColumnUnit::Byte, ColumnUnit::Utf16][..]),
        emoji in select(&[EmojiWidth::Separate, EmojiWidth::Joined][..]),
        unicode in any::<bool>(),
    ) -> HumanRenderer {
        let (cells, glyphs) = (CellOptions::new(tab_width).with_emoji(emoji), Glyphs::new(unicode));
        let options =
            ExcerptOptions { context_lines, cells, glyphs, width, column_unit, labelled_lines };
        HumanRenderer { options, ..HumanRenderer::default() }
    }
}

prop_compose! {
    fn case()(
        files in prop_oneof![
            3 => prop::collection::vec(source(), 1),
            1 => prop::collection::vec(source(), 2..4),
        ],
        anchors in prop::collection::vec(any::<Index>(), 1..12),
        severity in select(&Severity::ALL[..]),
        (spec, label) in (spec(), message()),
        secondary in prop_oneof![
            3 => Just(Vec::new()),
            4 => prop::collection::vec((spec(), message()), 1..3),
            2 => prop::collection::vec((spec(), message()), 3..8),
            1 => prop::collection::vec((spec(), message()), 8..31),
        ],
        help in prop::option::weighted(0.3, text(6)),
        notes in prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(text(6), 1..3)],
        (renderer, color) in (renderer(), any::<bool>()),
    ) -> Case {
        const CODE: Code = code!("E0001");
        let primary = spec.span(&files, &anchors);
        let mut diagnostic = Diagnostic::new(severity, CODE, primary, "m").with_label(label);
        for (spec, message) in secondary {
            diagnostic.add_secondary(spec.span(&files, &anchors), message);
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

    /// Draws the diagnostic with the layout, and as the renderer does.
    fn draw_twice<C: Canvas>(&self, sources: &SourceMap, canvas: impl Fn() -> C) -> [C; 2] {
        let checked = CheckedDiagnostic::new(sources, &self.diagnostic);
        let (options, has_primary) = (self.renderer.options, checked.primary().is_some());
        let labels = checked.labels.iter().copied().map(DrawnLabel::from);
        let excerpt = Excerpt::new(&LocatedLabels::new(labels, has_primary, options), 1, options);
        let notes = Notes::plain(&self.diagnostic, BacktraceOptions::default());
        let notes = notes.with([&checked.issues, &[]], &excerpt);

        let (severity, code) = (self.diagnostic.severity().as_str(), self.diagnostic.code());
        let margin = Margin { number_width: excerpt.number_width.max(1), glyphs: options.glyphs };
        let mut pen = Pen::new(canvas(), options.width, options.cells);
        let header = [severity, "[", code.unwrap().as_str(), "]"];
        pen.header([Style::Header, Style::Message], &header, None, self.diagnostic.message());
        draw(&excerpt, !notes.is_empty(), |_| None, margin, &mut pen);
        if excerpt.snippets.is_empty() && !notes.is_empty() {
            margin.first_line(&mut pen);
        }
        notes.draw(margin, &mut pen);
        [pen.finish(), self.renderer.draw(sources, &self.diagnostic, None, canvas())]
    }

    /// Returns the output of the layout and of the renderer.
    fn outputs(&self, sources: &SourceMap) -> [String; 2] {
        let (theme, terminal) = (Theme::new(), Terminal::default());
        let outputs = if self.color {
            let sequences = Sequences::new(&theme, terminal);
            let severity = self.diagnostic.severity();
            let canvas = || AnsiCanvas::new(Vec::new(), &sequences, severity);
            self.draw_twice(sources, canvas).map(|canvas| canvas.out)
        } else {
            self.draw_twice(sources, || PlainCanvas(Vec::new())).map(|canvas| canvas.0)
        };
        outputs.map(|output| String::from_utf8(output).unwrap())
    }

    /// Checks that no line is wider than the output. The line of a path is as wide as the path.
    fn check_width(&self, drawn: &str) -> Result<(), TestCaseError> {
        let options = self.renderer.options;
        let Glyphs { arrow, other_arrow, .. } = options.glyphs;
        let arrows = [arrow.as_str(), other_arrow.as_str()];
        for line in drawn.lines().filter(|line| !arrows.iter().any(|arrow| line.contains(arrow))) {
            let cells = options.cells.width_of(line);
            prop_assert!(cells <= options.width, "{} of {} cells: {}", cells, options.width, line);
        }
        Ok(())
    }
}

#[test]
fn no_line_is_too_wide_and_the_direct_path_draws_the_same() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let (direct_one, direct_several, by_layout) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let property = |case: Case| {
        let sources = case.sources();
        let [expected, drawn] = case.outputs(&sources);
        prop_assert_eq!(&drawn, &expected);
        if !case.color {
            case.check_width(&drawn)?;
        }
        let is_direct = Direct::new(&sources, &case.diagnostic, case.renderer.options).is_some();
        let count = match (is_direct, case.diagnostic.secondary()) {
            (true, []) => &direct_one,
            (true, _) => &direct_several,
            (false, _) => &by_layout,
        };
        count.set(count.get() + 1);
        Ok(())
    };
    TestRunner::new(config).run(&case(), property).unwrap_or_else(|error| panic!("{error}"));
    let counts = [direct_one.get(), direct_several.get(), by_layout.get()];
    assert!(
        counts.iter().all(|&count| count >= CASES / 50),
        "too few cases of one path: {counts:?}"
    );
    assert!(counts[0] + counts[1] >= CASES / 10, "too few cases of the direct path: {counts:?}");
}

/// A source text, and labels on single lines of it that mark at least one byte, none twice.
fn single_line_labels() -> impl Strategy<Value = (String, Vec<(Range<usize>, String)>)> {
    let text = prop::collection::vec(select(&PLAIN_TEXT[..]), 1..30).prop_map(|text| text.concat());
    let label = (any::<Index>(), 1..9_usize, prop_oneof![Just(String::new()), "[a-z ]{1,12}"]);
    let with_labels = (text, prop::collection::vec(label, 1..6));
    with_labels.prop_filter_map("no label is left", |(text, labels)| {
        let mut placed: Vec<(Range<usize>, String)> = Vec::new();
        for (at, len, message) in labels {
            let lo = at.index(text.len());
            let line = text.split_at(lo).1.lines().next().map_or(0, str::len);
            let range = lo..lo + len.min(line);
            let is_new = placed.iter().all(|(other, _)| *other != range);
            if !range.is_empty() && is_new {
                placed.push((range, message.trim().to_owned()));
            }
        }
        (!placed.is_empty()).then_some((text, placed))
    })
}

/// Draws with annotate-snippets, the library that draws the diagnostics of rustc.
fn draw_with_annotate_snippets(text: &str, labels: &[(Range<usize>, String)]) -> String {
    use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

    let mut snippet = Snippet::source(text).path("a.vitte");
    for (index, (range, message)) in labels.iter().enumerate() {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let message = (!message.is_empty()).then_some(message.as_str());
        snippet = snippet.annotation(kind.span(range.clone()).label(message));
    }
    let report = [Level::ERROR.primary_title("m").id("E0001").element(snippet)];
    Renderer::plain().render(&report)
}

#[test]
fn labels_on_single_lines_are_drawn_as_by_annotate_snippets() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let property = |(text, labels): (String, Vec<(Range<usize>, String)>)| {
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", text.clone()).unwrap();
        let offset = |offset| u32::try_from(offset).unwrap();
        let span =
            |range: &Range<usize>| Span::new(file, offset(range.start), offset(range.end)).unwrap();
        let mut diagnostic = Diagnostic::error(code!("E0001"), span(&labels[0].0), "m")
            .with_label(labels[0].1.clone());
        for (range, message) in &labels[1..] {
            diagnostic.add_secondary(span(range), message.clone());
        }
        let expected = draw_with_annotate_snippets(&text, &labels);
        let drawn = diagnostic.render(&sources);
        // Lines end without blanks here.
        let expected: Vec<_> = expected.lines().map(str::trim_end).collect();
        prop_assert_eq!(drawn.trim_end(), expected.join("\n"));
        Ok(())
    };
    TestRunner::new(config)
        .run(&single_line_labels(), property)
        .unwrap_or_else(|error| panic!("{error}"));
}

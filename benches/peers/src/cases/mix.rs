//! Case g: the layouts that a real compiler prints, with their frequencies.
//!
//! The frequencies are counted in 64 of the `.stderr` files of rustc's tests (repository `rust-lang/rust`,
//! directories `tests/ui/…`): seven files of each directory, eight of the last one, chosen among the first hundred
//! names without reading the files. They contain 195 diagnostics, without the final lines with the number of errors:
//!
//! | directory        | files | diagnostics | 1 label | 2, one line | 2, two lines | 3 and more | multi-line |
//! |------------------|------:|------------:|--------:|------------:|-------------:|-----------:|-----------:|
//! | borrowck         |     7 |          19 |       7 |           0 |            4 |          8 |          0 |
//! | parser           |     7 |          52 |      43 |           9 |            0 |          0 |          0 |
//! | resolve          |     7 |          17 |      11 |           0 |            6 |          0 |          0 |
//! | `mismatched_types` |   7 |          27 |       6 |          14 |            2 |          5 |          0 |
//! | traits           |     7 |          11 |       9 |           2 |            0 |          0 |          0 |
//! | lint             |     7 |          29 |      22 |           6 |            0 |          1 |          0 |
//! | macros           |     7 |          17 |       7 |           2 |            4 |          3 |          1 |
//! | consts           |     7 |           9 |       8 |           1 |            0 |          0 |          0 |
//! | lifetimes        |     8 |          14 |      10 |           0 |            1 |          3 |          0 |
//! | all              |    64 |         195 |     123 |          34 |           17 |         20 |          1 |
//!
//! Of the 123 diagnostics with one label, 45 have no message at the label. Of the 20 with three and more labels,
//! 9 have each label on a separate line, 7 have two on one line and others elsewhere, and 4 have all on one line
//! (one of them without messages). In 45, messages are below bars: all with two labels on one line, and 11 others.
//! Notes and help with text only: none 126, one 37, two 22, three 8, four 2. Notes and help with a source
//! (a location or a suggested edit): none 110, one 66, two 16, three 3. Both together, as in [`SHAPES`]:
//! none 73, one 59, two 39, three 16, four 5, five 3. In 11, another file is shown, in 10 of them by such a note;
//! one has labels in two files.
//!
//! Here all notes are text, because three of the libraries do not support notes with a source, and all labels are
//! in one file, because a diagnostic of miette has only one.

use super::{lane, print_share};
use crate::check;
use crate::libraries::{ALL, Settings};
use crate::measure::{Scale, in_turns};
use crate::table;
use crate::work::{Diagnostic, Label, Program, Word, Work};

/// The arrangement of labels.
#[derive(Clone, Copy)]
enum Layout {
    /// One label.
    One,
    /// One label without a message.
    Silent,
    /// Two labels on one line.
    SameLine,
    /// Two labels on two lines.
    TwoLines,
    /// Four labels on four lines.
    Apart,
    /// Two labels on one line, one on another.
    Mixed,
    /// Four labels on one line.
    Row,
    /// Three labels without messages on one line.
    SilentRow,
    /// A multi-line label of three lines, and two labels on its last line.
    MultiLine,
}

/// A layout, the number of notes and helps, and the frequency of the combination.
const SHAPES: [(Layout, usize, usize); 27] = [
    (Layout::One, 0, 23),
    (Layout::One, 1, 23),
    (Layout::One, 2, 20),
    (Layout::One, 3, 6),
    (Layout::One, 4, 3),
    (Layout::One, 5, 3),
    (Layout::Silent, 0, 27),
    (Layout::Silent, 1, 9),
    (Layout::Silent, 2, 2),
    (Layout::Silent, 3, 6),
    (Layout::Silent, 4, 1),
    (Layout::SameLine, 0, 14),
    (Layout::SameLine, 1, 8),
    (Layout::SameLine, 2, 10),
    (Layout::SameLine, 3, 2),
    (Layout::TwoLines, 0, 4),
    (Layout::TwoLines, 1, 9),
    (Layout::TwoLines, 2, 2),
    (Layout::TwoLines, 3, 2),
    (Layout::Apart, 0, 5),
    (Layout::Apart, 1, 4),
    (Layout::Mixed, 1, 4),
    (Layout::Mixed, 2, 2),
    (Layout::Mixed, 4, 1),
    (Layout::Row, 1, 1),
    (Layout::Row, 2, 2),
    (Layout::SilentRow, 1, 1),
];

/// The only multi-line label, with two texts.
const MULTI_LINE: (Layout, usize, usize) = (Layout::MultiLine, 2, 1);

/// Runs it and prints its table.
pub fn run(scale: Scale) {
    let repeat = scale.pick(20, 1);
    let program = Program::new(1_000);
    let work = work(&program, repeat);
    let count = work.diagnostics.len();
    let lanes = ALL.iter().map(|&library| lane(library, &work, Settings::default()));
    let measured = in_turns(lanes, scale.rounds(), |name, output| {
        check::all_drawn(name, output, &work);
    });
    let base = measured[0].seconds();
    let rows = measured.iter().map(|one| {
        vec![
            one.name.clone(),
            table::number(table::micros_each(one.seconds(), count)),
            table::ratio(one.seconds(), base),
            table::count(one.bytes / count),
        ]
    });
    let title = format!(
        "**g.** {} diagnostics as rustc prints them, in a file of 1,000 lines",
        table::count(count)
    );
    let header = ["library", "µs each", "to vitte-diag", "bytes each"];
    table::print(&title, &header, &rows.collect::<Vec<_>>());
    print_share(&work);
}

fn work(program: &Program, repeat: usize) -> Work {
    let shapes: Vec<_> = SHAPES.into_iter().chain([MULTI_LINE]).collect();
    let one = shapes
        .iter()
        .flat_map(|&(layout, texts, often)| std::iter::repeat_n((layout, texts), often));
    let mut one: Vec<_> = one.collect();
    assert_eq!(one.len(), 195, "the number of counted diagnostics");
    // Mix the layouts: 76 and 195 have no common divisor.
    one = (0..one.len()).map(|index| one[index * 76 % one.len()]).collect();
    let count = one.len() * repeat;
    let diagnostics = (0..count).map(|number| {
        let (layout, texts) = one[number % one.len()];
        let line = 2 + number * (program.lines() - 10) / count;
        diagnostic(program, number, line, layout, texts)
    });
    Work { text: program.text.clone(), diagnostics: diagnostics.collect() }
}

/// Creates a diagnostic whose primary label is on the 0-based `line`. The other labels are at most two lines above it
/// and four lines below it.
fn diagnostic(
    program: &Program,
    number: usize,
    line: usize,
    layout: Layout,
    texts: usize,
) -> Diagnostic {
    let text = |what: &str| format!("{what} of {number:05}");
    let at = |below: usize, word, what: &str| program.label(line + below, word, text(what));
    let silent = |word| Label { message: String::new(), ..program.label(line, word, "") };
    let labels = match layout {
        Layout::One => vec![at(0, Word::Call, "the call")],
        Layout::Silent => vec![silent(Word::Call)],
        Layout::SameLine => vec![at(0, Word::Call, "the call"), at(0, Word::Second, "the input")],
        Layout::TwoLines => vec![at(0, Word::Call, "the call"), at(2, Word::Name, "the name")],
        Layout::Apart => vec![
            at(0, Word::Call, "the call"),
            at(1, Word::Name, "the name"),
            at(2, Word::First, "the input"),
            at(4, Word::Name, "the later name"),
        ],
        Layout::Mixed => vec![
            at(0, Word::Call, "the call"),
            at(0, Word::Second, "the input"),
            at(3, Word::Name, "the name"),
        ],
        Layout::Row => vec![
            at(0, Word::Call, "the call"),
            at(0, Word::Name, "the name"),
            at(0, Word::First, "the input"),
            at(0, Word::Second, "the other input"),
        ],
        Layout::SilentRow => vec![silent(Word::Call), silent(Word::First), silent(Word::Second)],
        Layout::MultiLine => {
            let range =
                program.word(line - 2, Word::Name).start..program.word(line, Word::Name).end;
            let over = Label { range, message: text("the whole") };
            vec![at(0, Word::Call, "the call"), at(0, Word::First, "the input"), over]
        }
    };
    let below = |index| format!("what else is to be known about {number:05}, part {index}");
    Diagnostic {
        message: format!("this is wrong with {number:05}"),
        labels,
        help: (texts > 0).then(|| below(0)),
        notes: (1..texts).map(below).collect(),
        first_line: if matches!(layout, Layout::MultiLine) { line - 1 } else { line + 1 },
    }
}

//! Searches for inputs whose cost grows faster than their size: random ones, and changes of the worst of them.

use std::fmt;
use std::time::{Duration, Instant};

use vitte_diag::{
    Applicability, Child, Code, Diagnostic, DiagnosticBag, Edit, EmitterOptions, FileId, Format,
    SourceMap, Span, Suggestion, TraceStep,
};

use crate::{emit_all, fastest, timed};

/// What an input has several of. The names are those of the counts.
const PARTS: [&str; 13] = [
    "files",
    "pieces a file",
    "diagnostics",
    "messages",
    "codes",
    "words a message",
    "labels",
    "pieces a label",
    "suggestions",
    "edits a suggestion",
    "children",
    "notes",
    "steps",
];

/// What the text of the files consists of.
const PIECES: [&str; 7] = ["x ", "x\n", "\t", "é ", "日本\n", "e\u{301}", "a\r"];

/// The number of inputs that are changed further.
const WORST: usize = 12;
/// The largest number of parts of an input that is measured.
const MAX_PARTS: usize = 60_000;
/// What a part of the input weighs, compared with bytes of the output: many formats omit parts after the first ones.
const PART_BYTES: usize = 64;
/// The shortest time that is compared, so that the clock does not decide.
const MIN_TIME: Duration = Duration::from_micros(300);

/// How an input is made, and how it is written.
#[derive(Clone)]
struct Shape {
    counts: [usize; PARTS.len()],
    /// The counts that are multiplied when the input grows.
    grows: [bool; PARTS.len()],
    piece: &'static str,
    format: Format,
}

/// Splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// A small number more often than a large one.
    fn count(&mut self) -> usize {
        match self.below(4) {
            0 => 1,
            1 => 1 + self.below(4),
            2 => 1 + self.below(64),
            _ => 1 + self.below(2048),
        }
    }
}

impl Shape {
    fn random(random: &mut Random) -> Self {
        let mut shape = Self {
            counts: [1; PARTS.len()],
            grows: [false; PARTS.len()],
            piece: random.pick(&PIECES),
            format: random.pick(Format::ALL),
        };
        for _ in 0..=random.below(6) {
            shape = shape.changed(random);
        }
        shape
    }

    /// Returns the shape with one change.
    fn changed(&self, random: &mut Random) -> Self {
        let mut shape = self.clone();
        let part = random.below(PARTS.len());
        match random.below(5) {
            0 => shape.piece = random.pick(&PIECES),
            1 => shape.format = random.pick(Format::ALL),
            2 | 3 => shape.counts[part] = random.count(),
            _ => shape.grows[part] = !shape.grows[part],
        }
        shape
    }

    /// The counts of an input that is larger by a factor.
    fn counts(&self, factor: usize) -> [usize; PARTS.len()] {
        let mut counts = self.counts;
        let grown = counts.iter_mut().zip(self.grows).filter(|(_, grows)| *grows);
        grown.for_each(|(count, _)| *count *= factor);
        counts
    }

    /// The number of parts of an input, and the bytes of its files.
    fn size(&self, factor: usize) -> usize {
        let [files, pieces, diagnostics, _, _, words, labels, _, suggestions, edits, rest @ ..] =
            self.counts(factor);
        let each = 1 + words + labels + suggestions * edits + rest.iter().sum::<usize>();
        files * pieces * self.piece.len() + diagnostics * each
    }

    fn input(&self, factor: usize) -> (SourceMap, DiagnosticBag) {
        let [files, pieces, diagnostics, ..] = self.counts(factor);
        let mut sources = SourceMap::with_root("/work");
        let text = self.piece.repeat(pieces);
        let files: Vec<FileId> =
            (0..files).map(|n| sources.insert(format!("src/{n}.my"), text.clone())).collect();
        let bag = (0..diagnostics).map(|n| self.diagnostic(factor, files[n % files.len()], n));
        (sources, bag.collect())
    }

    fn diagnostic(&self, factor: usize, file: FileId, number: usize) -> Diagnostic {
        let [_, pieces, _, messages, codes, words, labels, width, suggestions, edits, rest @ ..] =
            self.counts(factor);
        let [children, notes, steps] = rest;
        let len = self.piece.len();
        // Some spans are outside of the file.
        let span = |n: usize| {
            let start = n % (pieces + pieces / 16 + 1);
            Span::between(file, start * len, (start + width) * len)
        };
        let code = Code::new(&format!("E{}", number % codes)).unwrap();
        let message = format!("message {}{}", number % messages, " word".repeat(words - 1));
        let mut diagnostic = Diagnostic::error(code, span(number), message);
        (1..labels).for_each(|n| _ = diagnostic.add_secondary(span(number + 3 * n), "here"));
        for n in 1..suggestions {
            let edit = |m: usize| Edit::replace(Span::between(file, m * len, (m + 1) * len), "y");
            let edits = (0..edits).map(|m| edit((n + m) % pieces));
            let edits = Suggestion::new("replace", edits, Applicability::MaybeIncorrect);
            edits.into_iter().for_each(|edits| _ = diagnostic.add_suggestion(edits));
        }
        for n in 1..children {
            diagnostic.add_child(Child::note("defined here").with_label(span(n), "it"));
        }
        (1..notes).for_each(|n| _ = diagnostic.add_note(format!("note {n}")));
        (1..steps)
            .for_each(|n| _ = diagnostic.add_step(TraceStep::call("call").with_span(span(n))));
        diagnostic
    }

    /// Returns the time, and the bytes of the output.
    fn measure(&self, factor: usize) -> (Duration, usize) {
        let mut bytes = 0;
        let time = fastest(|| {
            let (sources, bag) = self.input(factor);
            let mut out = Vec::new();
            let time = timed(|| {
                let mut emitter = self.format.emitter(&mut out, &EmitterOptions::default());
                emit_all(&sources, &bag, &mut emitter);
            });
            bytes = out.len();
            time
        });
        (time, bytes)
    }

    /// Returns the exponent between an input and one four times as large, relative to the growth of the input and the
    /// output. `None` if the input is too large, the time too short, or most of the input does not grow.
    fn exponent(&self) -> Option<f64> {
        let mut factor = 1;
        while factor <= 1 << 16 && 4 * self.size(factor) <= MAX_PARTS {
            let (time, bytes) = self.measure(factor);
            if time >= MIN_TIME {
                let (whole, all_bytes) = self.measure(4 * factor);
                let work = |factor, bytes| (PART_BYTES * self.size(factor) + bytes) as f64;
                let growth = work(4 * factor, all_bytes) / work(factor, bytes);
                let slower = whole.as_secs_f64() / time.as_secs_f64();
                return (growth > 3.0).then(|| slower.ln() / growth.ln());
            }
            factor *= 4;
        }
        None
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}", self.format, self.piece)?;
        for ((count, grows), name) in self.counts.iter().zip(self.grows).zip(PARTS) {
            if *count > 1 || grows {
                write!(f, ", {count}{} {name}", if grows { " × n" } else { "" })?;
            }
        }
        Ok(())
    }
}

/// Searches for some time, and prints the inputs with the largest exponents as a Markdown table.
pub(crate) fn search(time: Duration, seed: u64) {
    let (start, mut random) = (Instant::now(), Random(seed));
    let mut worst: Vec<(f64, Shape)> = Vec::new();
    let mut tried = 0_u64;
    while start.elapsed() < time {
        let shape = match worst.is_empty() || random.below(3) == 0 {
            true => Shape::random(&mut random),
            false => worst[random.below(worst.len())].1.changed(&mut random),
        };
        tried += 1;
        let Some(first) = shape.exponent() else { continue };
        let limit = worst.get(WORST - 1).map_or(0.0, |(exponent, _)| *exponent);
        if first <= limit {
            continue;
        }
        // What another process has disturbed is not found twice.
        let exponent = (0..3).filter_map(|_| shape.exponent()).fold(first, f64::min);
        let is_same = |other: &Shape| other.format == shape.format && other.grows == shape.grows;
        match worst.iter_mut().find(|(_, other)| is_same(other)) {
            Some(known) if known.0 < exponent => *known = (exponent, shape),
            Some(_) => {}
            None => worst.push((exponent, shape)),
        }
        worst.sort_by(|a, b| b.0.total_cmp(&a.0));
        worst.truncate(WORST);
    }
    println!("| of {tried} inputs, the worst | exponent |\n|---|---:|");
    for (exponent, shape) in worst {
        println!("| {shape} | {exponent:.2} |");
    }
}

//! The cost of each step of the pipeline. `benches/peers` measures the whole pipeline.
//!
//! `cargo bench --all-features --bench steps` runs all benchmarks, with `-- human` those with `human` in their paths.
//! `cargo test --bench steps` runs each once. Inputs are created and results dropped outside of the timed part.
#![allow(clippy::unwrap_used, reason = "a failed benchmark panics")]

#[path = "../tests/it/common/mod.rs"]
mod common;

use std::time::Duration;

fn main() {
    // A hundred runs of a microsecond are too few. The command line overrides this.
    divan::Divan::default().min_time(Duration::from_millis(100)).config_with_args().main();
}

/// Indexing lines, and converting offsets to locations.
mod sources {
    use divan::counter::BytesCount;
    use divan::{Bencher, black_box};
    use vitte_diag::{ColumnUnit, FileId, SourceMap, SourceText};

    const MIB: usize = 1 << 20;
    const LINE: &str = "    let total = first + second * third\n";

    fn text(mib: usize) -> String {
        LINE.repeat(mib * MIB / LINE.len())
    }

    fn added(text: impl Into<SourceText>) -> (SourceMap, FileId) {
        let mut sources = SourceMap::new();
        let file = sources.add("src/main.vitte", text).unwrap();
        (sources, file)
    }

    /// Adds a text of `mib` MiB: checks that it is UTF-8.
    #[divan::bench(args = [1, 64], sample_count = 20)]
    fn add(bencher: Bencher<'_, '_>, mib: usize) {
        let text = text(mib);
        let bencher = bencher.counter(BytesCount::of_str(&text));
        bencher.with_inputs(|| text.clone().into_bytes()).bench_values(added);
    }

    /// Looks up the first line of a text of `mib` MiB: indexes all of its lines.
    #[divan::bench(args = [1, 64], sample_count = 20)]
    fn first_line_of(bencher: Bencher<'_, '_>, mib: usize) {
        let text = text(mib);
        let bencher = bencher.counter(BytesCount::of_str(&text));
        bencher.with_inputs(|| added(text.as_str())).bench_refs(|(sources, file)| {
            let line = sources.file(*file).unwrap().line_of(black_box(u32::MAX));
            assert_eq!(line as usize, text.len() / LINE.len() + 1);
        });
    }

    /// A kind of line, the percentage of it that is before the location, and the unit of the column.
    type Case = (&'static str, usize, ColumnUnit);

    fn cases() -> impl Iterator<Item = Case> {
        let units = [ColumnUnit::Char, ColumnUnit::Utf16, ColumnUnit::Cell { tab_width: 4 }];
        let in_line = move |line| [0, 50, 100].map(|before| units.map(|unit| (line, before, unit)));
        ["ascii", "wide", "1 MiB"].into_iter().flat_map(in_line).flatten()
    }

    /// Converts an offset in a line in the middle of 1 MiB.
    #[divan::bench(args = cases())]
    fn location(bencher: Bencher<'_, '_>, &(line, before, unit): &Case) {
        let line = match line {
            "ascii" => LINE.trim_end().to_owned(),
            "wide" => "日本 = 名前 🎉 é".repeat(3),
            _ => "x".repeat(MIB),
        };
        let half = LINE.repeat(MIB / LINE.len() / 2);
        let (sources, file) = added(format!("{half}{line}\n{half}"));
        let at = half.len() + crate::common::boundary(&line, line.len() * before / 100);
        let span = sources.span(file, at..at).unwrap();
        let found = sources.location_in(span, unit).unwrap();
        assert_eq!(found.line as usize, half.len() / LINE.len() + 1);
        bencher.bench(|| sources.location_in(black_box(span), unit).unwrap());
    }
}

/// Building, collecting and sorting diagnostics.
mod model {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    use std::ops::Range;

    use divan::counter::ItemsCount;
    use divan::{Bencher, black_box};
    use vitte_diag::{Diagnostic, DiagnosticBag, FileId, Span, codes};

    const COUNT: u32 = 100_000;

    /// Builds a typical diagnostic: constant text, two labels and help.
    #[divan::bench(args = [7])]
    fn build(at: u32) -> Diagnostic {
        let file = FileId::new(0);
        Diagnostic::error(codes::E0100, Span::empty(file, at), "the name is defined twice")
            .with_label("defined again here")
            .with_secondary(Span::empty(file, 0), "first defined here")
            .with_help("rename one of the two")
    }

    fn in_order() -> Vec<Diagnostic> {
        (0..COUNT).map(build).collect()
    }

    fn shuffled() -> Vec<Diagnostic> {
        let mut offsets: Vec<u32> = (0..COUNT).collect();
        offsets.sort_by_key(|at| BuildHasherDefault::<DefaultHasher>::default().hash_one(at));
        offsets.into_iter().map(build).collect()
    }

    #[divan::bench(sample_count = 20)]
    fn push(bencher: Bencher<'_, '_>) {
        let bencher = bencher.counter(ItemsCount::new(COUNT)).with_inputs(in_order);
        bencher.bench_values(|all| all.into_iter().collect::<DiagnosticBag>());
    }

    #[divan::bench(args = ["in order", "shuffled"])]
    fn ordered(bencher: Bencher<'_, '_>, before: &str) {
        let all = if before == "shuffled" { shuffled() } else { in_order() };
        let bag: DiagnosticBag = all.into_iter().collect();
        let offsets =
            bag.ordered().into_iter().map(|entry| entry.diagnostic.primary().unwrap().span().lo());
        assert!(offsets.eq(0..COUNT));
        bencher.counter(ItemsCount::new(COUNT)).bench(|| black_box(&bag).ordered());
    }

    /// Merges the second half of the diagnostics into the first.
    #[divan::bench(sample_count = 20)]
    fn merge(bencher: Bencher<'_, '_>) {
        let bag = |offsets: Range<u32>| offsets.map(build).collect::<DiagnosticBag>();
        let bencher = bencher.counter(ItemsCount::new(COUNT / 2));
        let halves = || (bag(0..COUNT / 2), bag(COUNT / 2..COUNT));
        bencher.with_inputs(halves).bench_values(|(mut all, second)| {
            all.merge(second);
            assert_eq!(all.len(), COUNT as usize);
            all
        });
    }

    #[divan::bench]
    fn summary(bencher: Bencher<'_, '_>) {
        let bag: DiagnosticBag = in_order().into_iter().collect();
        assert_eq!(bag.summary().to_string(), "100000 errors");
        bencher.counter(ItemsCount::new(COUNT)).bench(|| black_box(&bag).summary());
    }
}

/// Converting errors of a compiler, with `#[derive(Diagnostic)]` and by hand. Both do the same.
#[cfg(feature = "derive")]
mod derive {
    use divan::{Bencher, black_box};
    use vitte_diag::{
        Applicability, Child, Diagnostic, Edit, FileId, IntoDiagnostic, Span, Suggestion, code,
    };

    /// An error whose conversion is written by hand.
    #[derive(Clone)]
    struct ByHand<T>(T);

    /// An error with constant texts.
    #[derive(Diagnostic, Clone)]
    #[diagnostic(error, code = "E0100", message = "the name is defined twice", help = "rename one")]
    struct Constant {
        #[primary("defined again here")]
        second: Span,
        #[label("first defined here")]
        first: Span,
    }

    impl IntoDiagnostic for ByHand<Constant> {
        fn into_diagnostic(self) -> Diagnostic {
            Diagnostic::error(code!("E0100"), self.0.second, "the name is defined twice")
                .with_label("defined again here")
                .with_help("rename one")
                .with_secondary(self.0.first, "first defined here")
        }
    }

    /// An error with texts of its fields, optional parts, a child and a suggestion.
    #[derive(Diagnostic, Clone)]
    #[diagnostic(error, code = "E0308", message = "expected `{expected}`, found `{found}`")]
    struct Mismatch {
        expected: &'static str,
        found: String,
        #[primary("this is a `{found}`")]
        #[suggestion("convert it", code = "{expected}(…)", applicability = "has-placeholders")]
        value: Span,
        #[label("declared as `{expected}`")]
        declared: Option<Span>,
        #[child(note, "the function returns it")]
        returns: Vec<Span>,
        #[note]
        why: Option<String>,
    }

    impl IntoDiagnostic for ByHand<Mismatch> {
        fn into_diagnostic(self) -> Diagnostic {
            let Mismatch { expected, found, value, declared, returns, why } = self.0;
            let message = format!("expected `{expected}`, found `{found}`");
            let mut diagnostic = Diagnostic::error(code!("E0308"), value, message)
                .with_label(format!("this is a `{found}`"))
                .with_suggestion(Suggestion::single(
                    "convert it",
                    Edit::replace(value, format!("{expected}(…)")),
                    Applicability::HasPlaceholders,
                ));
            if let Some(declared) = declared {
                diagnostic.add_secondary(declared, format!("declared as `{expected}`"));
            }
            for span in returns {
                diagnostic.add_child(Child::note("the function returns it").with_label(span, ""));
            }
            if let Some(why) = why {
                diagnostic.add_note(why);
            }
            diagnostic
        }
    }

    fn at(lo: usize) -> Span {
        Span::between(FileId::new(0), lo, lo + 3)
    }

    fn compare<T>(bencher: Bencher<'_, '_>, error: &T, how: &str)
    where
        T: IntoDiagnostic + Clone + Sync,
        ByHand<T>: IntoDiagnostic,
    {
        let by_hand = ByHand(error.clone()).into_diagnostic();
        assert_eq!(error.clone().into_diagnostic(), by_hand);
        match how {
            "derived" => bencher
                .with_inputs(|| error.clone())
                .bench_values(|error| black_box(error).into_diagnostic()),
            _ => bencher
                .with_inputs(|| ByHand(error.clone()))
                .bench_values(|error| black_box(error).into_diagnostic()),
        }
    }

    #[divan::bench(args = ["by hand", "derived"])]
    fn constant_texts(bencher: Bencher<'_, '_>, how: &str) {
        compare(bencher, &Constant { second: at(9), first: at(0) }, how);
    }

    #[divan::bench(args = ["by hand", "derived"])]
    fn formatted_texts(bencher: Bencher<'_, '_>, how: &str) {
        let error = Mismatch {
            expected: "num",
            found: "text".to_owned(),
            value: at(20),
            declared: Some(at(4)),
            returns: vec![at(0)],
            why: Some("of the declaration".to_owned()),
        };
        compare(bencher, &error, how);
    }
}

/// Writing diagnostics.
mod emit {
    use std::{fmt, io};

    use divan::{Bencher, black_box};
    use vitte_diag::{
        Applicability, Edit, Emitter, EmitterOptions, Format, HtmlEmitter, HumanEmitter,
        Suggestion, Tool,
    };

    use crate::common::{Scene, scene};

    struct Layout {
        name: &'static str,
        scene: Scene,
    }

    impl fmt::Display for Layout {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.name)
        }
    }

    /// The layouts, each checked for a part of its output. Diagnostics with one label on an ASCII line that is not
    /// shortened, and without suggestions, are drawn directly.
    fn layouts() -> impl Iterator<Item = Layout> {
        let many = format!("fn ⟦f()\n{}.end⟧\n", "  let x = 1\n".repeat(50));
        let cut = format!("{}let ⟦x⟧ = 1;{}", "first; ".repeat(30), " last;".repeat(30));
        let (mut suggestion, mut notes) = (scene("let ⟦x⟧ = 1\n"), scene("let ⟦x⟧ = 1\n"));
        let edit = Edit::replace(suggestion.diagnostic.primary().unwrap().span(), "y");
        let suggested = Suggestion::single("rename it", edit, Applicability::Unspecified);
        suggestion.diagnostic.add_suggestion(suggested);
        notes.diagnostic.set_label("").add_help("a help").add_note("a note").add_note("two\nlines");
        let layouts = [
            ("one label", scene("let x = ⟦first⟧ + second\n"), "^^^^^ here"),
            ("two lines", scene("let ⟨x⟩ = 1\n\n\n\nlet ⟦x⟧ = 2\n"), "."),
            ("two on one line", scene("let x = ⟦first⟧ + ⟨second⟩\n"), "      |"),
            ("multi-line", scene(&many), "|____^"),
            ("wide characters", scene("let 名前 = \"日本語\" ⟦+⟧ 数;\n"), "日本語"),
            ("cut line", scene(&cut), "..."),
            ("suggestion", suggestion, "help: rename it"),
            ("notes only", notes, "= note: two"),
        ];
        layouts.into_iter().map(|(name, scene, part)| {
            let output = scene.human();
            assert!(output.contains('^') && output.contains(part), "{output}");
            Layout { name, scene }
        })
    }

    /// Draws a diagnostic with one emitter, again and again, to a sink.
    fn draw(bencher: Bencher<'_, '_>, Layout { scene, .. }: &Layout, mut emitter: impl Emitter) {
        let Scene { sources, diagnostic } = scene;
        bencher.bench_local(|| emitter.emit(black_box(sources), black_box(diagnostic)).unwrap());
    }

    #[divan::bench(args = layouts())]
    fn human_plain(bencher: Bencher<'_, '_>, layout: &Layout) {
        draw(bencher, layout, HumanEmitter::new(io::sink()));
    }

    #[divan::bench(args = layouts())]
    fn human_coloured(bencher: Bencher<'_, '_>, layout: &Layout) {
        draw(bencher, layout, HumanEmitter::new(io::sink()).with_color(true));
    }

    #[divan::bench(args = layouts())]
    fn html(bencher: Bencher<'_, '_>, layout: &Layout) {
        draw(bencher, layout, HtmlEmitter::new(io::sink(), &Tool::default()));
    }

    /// Writes a document with one diagnostic, including the creation of the emitter.
    #[divan::bench(args = Format::ALL)]
    fn format(bencher: Bencher<'_, '_>, format: &Format) {
        let Scene { sources, mut diagnostic } = scene("let ⟨x⟩ = 1\n\n\n\nlet ⟦x⟧ = 2\n");
        diagnostic.add_help("rename one of the two");
        let (options, mut out) = (EmitterOptions::default(), Vec::new());
        bencher.bench_local(|| {
            out.clear();
            let mut emitter = format.emitter(&mut out, &options);
            emitter.emit(black_box(&sources), black_box(&diagnostic)).unwrap();
            emitter.finish().unwrap();
        });
        assert!(String::from_utf8(out).unwrap().contains("something is wrong"));
    }
}

/// Escaping text.
mod text {
    use divan::{Bencher, black_box};
    use vitte_diag::text::one_line;

    #[divan::bench(args = ["plain", "wide", "unsafe"])]
    fn one_line_of(bencher: Bencher<'_, '_>, kind: &str) {
        let text = match kind {
            "plain" => "src/main.vitte",
            "wide" => "src/日本/名前.vitte",
            _ => "src/\u{1b}[2J/\u{202e}\n.vitte",
        };
        assert_eq!(one_line(text) == text, kind != "unsafe");
        bencher.bench(|| one_line(black_box(text)));
    }
}

//! What is called once for each item of a large number of them.

use std::hint::black_box;

use vitte_diag::read::InputFormat;
use vitte_diag::{
    Applicability, Code, ColumnUnit, Diagnostic, DiagnosticBag, Edit, EmitterOptions, FileId,
    Format, Level, Policy, Severity, SourceMap, Span, Suggestion, codes, fix, lsp,
};

use crate::inputs::on_one_line;
use crate::{Case, Cost};

/// Returns what is measured.
type Prepare = fn(usize) -> Box<dyn FnOnce()>;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name, size, prepare: Prepare| {
        cases.push(Case { name, size, cost: Cost::Call(prepare) });
    };
    add("`location` of each token of a long line", 160_000, |n| tokens(n, "let x ", CHAR));
    add("the same, wide characters", 160_000, |n| tokens(n, "日本é ", CHAR));
    add("the same, UTF-16", 160_000, |n| tokens(n, "日🎉é ", ColumnUnit::Utf16));
    add("the same, cells", 160_000, |n| tokens(n, "日本\t", CELL));
    add("the same, short lines", 1_000_000, |n| {
        tokens(n, "let x = y + z; // as before and as\n", CHAR)
    });
    add("`offset_of` each token of a long line", 160_000, |n| offsets(n, CHAR));
    add("the same, cells", 160_000, |n| offsets(n, CELL));
    add("`has_errors` after each warning", 80_000, |n| counted(n, |bag| _ = bag.has_errors()));
    add("`summary` after each warning", 80_000, |n| counted(n, |bag| _ = bag.summary()));
    add("levels of a policy", 16_000, levels);
    add("levels of a policy, and a warning for each", 16_000, leveled);
    add("levels of prefixes, and a warning for each", 16_000, prefixed);
    add("diagnostics over the limit of errors", 80_000, limited);
    add("duplicates", 80_000, duplicates);
    add("merged bags", 40_000, merged);
    add("`ordered`", 80_000, ordered);
    add("`validate`", 40_000, validated);
    add("`fix::diff`, every second line changed", 32_000, |n| diff(n, |at| at % 2 == 0));
    add("`fix::diff`, all lines changed", 32_000, |n| diff(n, |_| true));
    add("`fix::diff`, lines in another order", 16_000, reordered);
    add("`fix::apply`, one line", 32_000, |n| applied(n, " "));
    add("`fix::apply`, many lines", 32_000, |n| applied(n, "\n"));
    add("`lsp::publish`, many files", 64_000, published);
    add("files that are embedded one in another", 64, nested_files);
    add("reading SARIF: one long line", 8_000, |n| read(InputFormat::Sarif, Format::Sarif, n));
    add("reading LSP: one long line", 8_000, |n| read(InputFormat::Lsp, Format::Lsp, n));
    add("reading LSP: many files", 8_000, |n| read_files(InputFormat::Lsp, Format::Lsp, n));
    add("reading SARIF: many files", 8_000, |n| read_files(InputFormat::Sarif, Format::Sarif, n));
    cases
}

const CHAR: ColumnUnit = ColumnUnit::Char;
const CELL: ColumnUnit = ColumnUnit::Cell { tab_width: 4 };

fn file(text: String) -> (SourceMap, FileId) {
    let mut sources = SourceMap::with_root("/work");
    let file = sources.insert("src/main.vitte", text);
    (sources, file)
}

fn tokens(count: usize, token: &'static str, unit: ColumnUnit) -> Box<dyn FnOnce()> {
    let (sources, file) = file(token.repeat(count));
    Box::new(move || {
        for at in 0..count {
            let span = Span::between(file, at * token.len(), (at + 1) * token.len());
            black_box(sources.location_in(span, unit).unwrap());
        }
    })
}

fn offsets(count: usize, unit: ColumnUnit) -> Box<dyn FnOnce()> {
    let (sources, file) = file("日é ".repeat(count));
    Box::new(move || {
        let file = sources.file(file).unwrap();
        for at in 0..count {
            let col = u32::try_from(at * 3 + 1).unwrap();
            black_box(file.offset_of(1, col, unit).unwrap());
        }
    })
}

fn warning(at: usize) -> Diagnostic {
    Diagnostic::warning(codes::W0100, Span::between(FileId::new(0), at, at + 1), "unused")
}

fn counted(count: usize, ask: fn(&DiagnosticBag)) -> Box<dyn FnOnce()> {
    Box::new(move || {
        let mut bag = DiagnosticBag::new();
        for at in 0..count {
            bag.push(warning(at));
            ask(black_box(&bag));
        }
    })
}

fn code(n: usize) -> Code {
    Code::new(&format!("lint{}::rule{n}", n % 100)).unwrap()
}

fn policy(count: usize) -> Policy {
    let all = Policy::new((0..count).map(|n| (code(n), Severity::Warning)));
    (0..count).fold(all, |all, n| all.with_level(code(n).as_str(), Level::Deny).unwrap())
}

fn levels(count: usize) -> Box<dyn FnOnce()> {
    Box::new(move || _ = black_box(policy(count)))
}

fn push_all(policy: Policy, count: usize) -> Box<dyn FnOnce()> {
    Box::new(move || {
        let mut bag = DiagnosticBag::with_policy(policy);
        for n in 0..count {
            bag.push_warning(code(n), Span::empty(FileId::new(0), 0), "m");
        }
        assert_eq!(bag.summary().errors, count as u64);
    })
}

fn leveled(count: usize) -> Box<dyn FnOnce()> {
    push_all(policy(count), count)
}

fn prefixed(count: usize) -> Box<dyn FnOnce()> {
    let set = |all: Policy, n: usize| {
        let name = code(n);
        all.with_level(name.as_str(), Level::Deny).unwrap()
    };
    push_all((0..count).fold(Policy::new([]).with_any_code(), set), count)
}

fn limited(count: usize) -> Box<dyn FnOnce()> {
    Box::new(move || {
        let mut bag = DiagnosticBag::with_policy(Policy::default().with_max_errors(10));
        for at in 0..count {
            bag.push_error(codes::E0001, Span::between(FileId::new(0), at, at), "m");
            assert!(bag.has_errors());
        }
    })
}

fn duplicates(count: usize) -> Box<dyn FnOnce()> {
    Box::new(move || {
        let mut bag = DiagnosticBag::new();
        (0..count).for_each(|_| _ = bag.push(warning(0)));
        assert_eq!(bag.summary().duplicates, count as u64 - 1);
    })
}

fn merged(count: usize) -> Box<dyn FnOnce()> {
    let bags: Vec<DiagnosticBag> = (0..count).map(|n| [warning(n)].into_iter().collect()).collect();
    Box::new(move || {
        let all: DiagnosticBag = bags.into_iter().collect();
        assert_eq!(all.len(), count);
    })
}

fn ordered(count: usize) -> Box<dyn FnOnce()> {
    let bag: DiagnosticBag = (0..count).map(|n| warning(n * 7919 % count)).collect();
    Box::new(move || _ = black_box(bag.ordered()))
}

fn validated(count: usize) -> Box<dyn FnOnce()> {
    let (sources, _) = file("x".to_owned());
    let bag: DiagnosticBag = (2..count).map(warning).collect();
    Box::new(move || assert_eq!(bag.validate(&sources).len(), count - 2))
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn diff(count: usize, is_changed: fn(usize) -> bool) -> Box<dyn FnOnce()> {
    let old = lines(count, |n| format!("let x{n} = {n}\n"));
    let new = lines(count, |n| format!("let {}{n} = {n}\n", if is_changed(n) { "y" } else { "x" }));
    Box::new(move || _ = black_box(fix::diff("a", old.as_bytes(), new.as_bytes())))
}

fn reordered(count: usize) -> Box<dyn FnOnce()> {
    let old = lines(count, |n| format!("let x{n} = {n}\n"));
    let new = lines(count, |n| format!("let x{0} = {0}\n", n * 7919 % count));
    Box::new(move || _ = black_box(fix::diff("a", old.as_bytes(), new.as_bytes())))
}

fn applied(count: usize, separator: &str) -> Box<dyn FnOnce()> {
    let piece = format!("let é = 1;{separator}");
    let (sources, file) = file(piece.repeat(count));
    let suggestion = |n| {
        let edit =
            Edit::replace(Span::between(file, n * piece.len() + 4, n * piece.len() + 6), "e");
        Suggestion::single("rename", edit, Applicability::MachineApplicable)
    };
    let all: Vec<_> = (0..count).map(suggestion).collect();
    Box::new(move || _ = black_box(fix::apply(&sources, &all)))
}

fn published(count: usize) -> Box<dyn FnOnce()> {
    let (sources, bag) = in_files(count);
    Box::new(move || _ = black_box(lsp::publish(&sources, &bag, &vitte_diag::Tool::default())))
}

fn in_files(count: usize) -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::with_root("/work");
    let mut bag = DiagnosticBag::new();
    for n in 0..count {
        let file = sources.insert(format!("src/{n}.vitte"), "let x = @\n");
        bag.push_error(codes::E0001, Span::between(file, 8, 9), "m");
    }
    (sources, bag)
}

/// Each file is embedded in the one before it. The cost of a location is linear in the depth.
fn nested_files(count: usize) -> Box<dyn FnOnce()> {
    let (mut sources, mut inner) = file("x".repeat(2 * count + 1));
    for n in 0..count {
        let len = 2 * (count - n) + 1;
        inner = sources.embed(Span::between(inner, 1, len - 1)).unwrap();
    }
    Box::new(move || {
        for _ in 0..10_000 {
            black_box(sources.location(Span::empty(inner, 0)).unwrap());
        }
    })
}

fn read(input: InputFormat, output: Format, count: usize) -> Box<dyn FnOnce()> {
    let piece = "let 日本 = 名前 + 🎉 * é; /* */ ".as_bytes();
    let (sources, bag) = on_one_line(piece, count);
    let bytes = output.render(&sources, &bag, &EmitterOptions::default());
    let text = piece.repeat(count);
    Box::new(move || {
        let read = input.read_into(SourceMap::with_root("/work"), bytes.as_bytes(), &mut |_| {
            Some(text.clone())
        });
        assert_eq!(read.unwrap().diagnostics.len(), count);
    })
}

fn read_files(input: InputFormat, output: Format, count: usize) -> Box<dyn FnOnce()> {
    let (sources, bag) = in_files(count);
    let bytes = output.render(&sources, &bag, &EmitterOptions::default());
    Box::new(move || {
        let sources = SourceMap::with_root("/work");
        let read =
            input.read_into(sources, bytes.as_bytes(), &mut |_| Some(b"let x = @\n".to_vec()));
        assert_eq!(read.unwrap().diagnostics.len(), count);
    })
}

//! Ten diagnostics with which every format is tested, so that the outputs can be compared.

use std::sync::LazyLock;

use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, Format, Severity, SourceMap, Span, Suggestion,
    code,
};

use super::mark;

/// The spans of the diagnostics are marked. The mark of a removed line includes the line end.
const MAIN: &str = "\
import text
⟦import clock
⟧import prices

fn total(⟦order⟧, rate: num) -> num
  let sum = ⟦@⟧ 1
  ret sum * rate
.end

fn ⟦total⟧() -> num
  let pair = ⟦(
    1,
    2
  )⟧
  ⟦if⟧ pair == 1
";
const PRICES: &str = "fn ⟦total⟧(⟦item⟧) -> num\n  ret price(item)\n.end\n";
const WIDE: &str =
    "let name = \"ana\"\r\nlet hello = \"👩\u{200d}🔬 e\u{301} 日本\" ⟦+⟧ ⟦cafe\u{301}⟧ * 2\r\n";
const MARKUP: &str = "let 100% = ⟦<b>&\"'⟧, {0}: [x](1)\n";

/// Ten diagnostics of every severity in five files, and a sixth file without any. They are pushed in
/// an order that differs from that of their locations.
pub fn ten() -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::with_root("/home/ana/shop");
    let mut add = |path: &str, marked: &str| {
        let marked = mark(marked);
        let file = sources.add(path, marked.text).unwrap();
        let spans = marked.primary.iter().map(|&(lo, hi)| Span::new(file, lo, hi).unwrap());
        spans.collect::<Vec<_>>()
    };
    let main = add("/home/ana/shop/src/main.vitte", MAIN);
    add("/home/ana/shop/src/text.vitte", "# no diagnostics here\n");
    let prices = add("src/größen & preise.vitte", PRICES);
    let wide = add("src/wide.vitte", WIDE);
    let markup = add("src/50%,a:b.vitte", MARKUP);
    let stdin = add("<stdin>", "let ⟦x⟧ = 1\n");
    let [import, order, at, total, pair, open] = main[..] else { panic!("six spans") };
    let file = at.file();
    let end = sources.file(file).unwrap().len();

    let bag = [
        Diagnostic::new(
            Severity::Fatal,
            code!("F0001"),
            Span::DUMMY,
            "the compiler stopped: index 7 is past the end",
        )
        .with_help("report it, with the sources that it stopped at")
        .with_note("the phase was `names`"),
        Diagnostic::error(code!("E0001"), at, "unexpected character `@`")
            .with_label("not part of any token")
            .with_help("remove it")
            .with_note("names have letters, digits and `_`"),
        Diagnostic::warning(
            code!("W0100"),
            Span::new(file, import.lo(), import.hi() - 1).unwrap(),
            "`clock` is never used",
        )
        .with_label("imported here")
        .with_suggestion(Suggestion::single(
            "remove the import",
            Edit::remove(import),
            Applicability::MachineApplicable,
        )),
        Diagnostic::error(code!("E0011"), Span::empty(file, end), "this `if` has no `.end`")
            .with_label("`.end` was expected here")
            .with_secondary(open, "this opens a block")
            .with_suggestion(Suggestion::single(
                "add `.end`",
                Edit::insert(file, end, "  .end\n"),
                Applicability::MaybeIncorrect,
            )),
        Diagnostic::error(code!("E0201"), order, "two parameters have no type")
            .with_label("this one")
            .with_secondary(prices[1], "and this one")
            .with_suggestion(
                Suggestion::new(
                    "give them types",
                    [
                        Edit::insert(order.file(), order.hi(), ": /* type */"),
                        Edit::insert(prices[1].file(), prices[1].hi(), ": /* type */"),
                    ],
                    Applicability::HasPlaceholders,
                )
                .unwrap(),
            ),
        Diagnostic::error(code!("E0202"), pair, "a pair is not a number").with_label("this pair"),
        Diagnostic::error(code!("E0100"), prices[0], "the name `total` is defined twice")
            .with_label("defined again here")
            .with_secondary(total, "first defined here"),
        Diagnostic::warning(code!("W0101"), wide[0], "`+` binds less than `*`")
            .with_label("this `+`")
            .with_secondary(wide[1], "日本 👩\u{200d}🔬 e\u{301}"),
        Diagnostic::error(code!("E0203"), markup[0], "<b>&\"' is 100% wrong:\nsee {0}, [x](1)")
            .with_label("a label: <i>, 5%\nand its second line")
            .with_help("write `&lt;`, or ::error::\nnothing")
            .with_note("a note <!-- of\ntwo lines -->, ]]>"),
        Diagnostic::note(code!("N0001"), stdin[0], "`x` is read from standard input"),
    ];
    (sources, bag.into_iter().collect())
}

/// Characters that have a meaning for a terminal or a parser, and the rest of their Unicode blocks: controls,
/// bidirectional controls, line separators, what XML cannot contain, and the syntax of commands and links.
pub static HOSTILE: LazyLock<String> = LazyLock::new(|| {
    let blocks = ('\0'..='\u{a0}').chain('\u{610}'..='\u{61c}').chain('\u{2000}'..='\u{206f}');
    let all: String = blocks.chain(['\u{feff}', '\u{fffe}', '\u{ffff}', '\u{10ffff}']).collect();
    format!("x{all}]]> ::error:: \r\n\u{1b}]8;;https://a.example\u{1b}\\ <!-- &lt; {{0}} [a](0)")
});

/// An error in which every text is [`HOSTILE`], including the path and the source.
pub fn hostile() -> (SourceMap, DiagnosticBag) {
    let text = || HOSTILE.clone();
    let mut sources = SourceMap::with_root("/home/ana");
    let file = sources.add(text().replace('/', ""), text()).unwrap();
    let span = Span::new(file, 0, sources.file(file).unwrap().len()).unwrap();
    let edit = Edit::replace(span, text() + "y");
    let diagnostic = Diagnostic::error(code!("E0001"), span, text())
        .with_label(text())
        .with_secondary(Span::empty(file, 0), text())
        .with_help(text())
        .with_note(text())
        .with_suggestion(Suggestion::single(text(), edit, Applicability::Unspecified));
    (sources, [diagnostic].into_iter().collect())
}

/// The output of a format for the ten diagnostics, and for none.
pub fn ten_and_none(format: Format) -> [String; 2] {
    let (sources, bag) = ten();
    [bag, DiagnosticBag::new()].map(|bag| super::written(format, &sources, &bag))
}

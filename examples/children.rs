//! A note with an excerpt of its own, a macro expansion, and a choice of fixes.

use vitte_diag::{
    Applicability, Child, ColorChoice, Diagnostic, DiagnosticBag, Edit, FileId, HumanEmitter,
    SourceError, SourceMap, Span, Suggestion, TraceStep, code,
};

const SHOP: &str = "\
import prices

macro sum(a, b)
  total(a, b)
.end

fn run() -> num
  ret sum!(1, \"two\")
.end
";
const PRICES: &str = "fn total(first: num, second: num) -> num\n";

/// Returns the span of the first occurrence of `part`. A parser knows its spans.
fn find(sources: &SourceMap, file: FileId, part: &str) -> Result<Span, SourceError> {
    let start = sources.file(file)?.text().find(part).unwrap_or_default();
    sources.span(file, start..start + part.len())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let shop = sources.add("src/shop.vitte", SHOP)?;
    let prices = sources.add("src/prices.vitte", PRICES)?;
    let argument = find(&sources, shop, "\"two\"")?;
    let replace = |text| [Edit::replace(argument, text)];

    let error = Diagnostic::error(code!("mismatched_types"), argument, "mismatched types")
        .with_label("expected `num`, found `text`")
        .with_secondary(find(&sources, shop, "total")?, "an argument of this call is wrong")
        .with_step(TraceStep::expansion("in this expansion of `sum!`").with_span(find(
            &sources,
            shop,
            "sum!(1, \"two\")",
        )?))
        .with_child(
            Child::note("the function `total` is defined here")
                .with_label(find(&sources, prices, "total")?, "")
                .with_secondary(find(&sources, prices, "second: num")?, "this is a `num`"),
        )
        .with_child(Child::help("a text is not converted to a number"))
        .with_suggestion(Suggestion::with_alternatives(
            "write a number",
            [replace("2"), replace("2.0")],
            Applicability::MaybeIncorrect,
        )?);

    let mut bag = DiagnosticBag::new();
    bag.push(error);
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(())
}

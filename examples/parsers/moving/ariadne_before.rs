//! A report of ariadne about two files. Its spans count characters.

use std::ops::Range;

use ariadne::{Color, Config, Label, Report, ReportKind, sources};

const SHOP: &str = "let größe = 4\nlet sum = total(größe, \"one\")\n";
const PRICES: &str = "fn total(first: num, second: num) -> num\n";

/// A path, and characters.
type Span = (&'static str, Range<usize>);

/// What the type checker finds.
struct Mismatch {
    argument: Span,
    call: Span,
    parameter: Span,
}

fn report(error: Mismatch) -> Report<'static, Span> {
    Report::build(ReportKind::Error, error.argument.clone())
        .with_config(Config::default().with_color(false))
        .with_code("TYP0042")
        .with_message("mismatched types")
        .with_label(
            Label::new(error.argument)
                .with_message("expected `num`, found `text`")
                .with_color(Color::Red),
        )
        .with_label(Label::new(error.call).with_message("an argument of this call").with_order(1))
        .with_label(
            Label::new(error.parameter)
                .with_message("this parameter is a `num`")
                .with_color(Color::Blue),
        )
        .with_note("a text is not converted to a number")
        .with_help("write `1`")
        .finish()
}

fn main() -> std::io::Result<()> {
    let error = Mismatch {
        argument: ("shop.vitte", 37..42),
        call: ("shop.vitte", 24..29),
        parameter: ("prices.vitte", 21..32),
    };
    report(error).eprint(sources([("shop.vitte", SHOP), ("prices.vitte", PRICES)]))
}

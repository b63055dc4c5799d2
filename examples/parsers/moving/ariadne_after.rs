//! The same error as a diagnostic. The spans of the type checker still count characters.

use std::ops::Range;

use vitte_diag::{
    Code, ColorChoice, Diagnostic, DiagnosticBag, FileId, HumanEmitter, SourceError, SourceMap,
    Span, code,
};

const SHOP: &str = "let größe = 4\nlet sum = total(größe, \"one\")\n";
const PRICES: &str = "fn total(first: num, second: num) -> num\n";

const MISMATCHED_TYPES: Code = code!("TYP0042");

/// What the type checker finds.
struct Mismatch {
    argument: Span,
    call: Span,
    parameter: Span,
}

impl From<Mismatch> for Diagnostic {
    fn from(error: Mismatch) -> Self {
        Self::error(MISMATCHED_TYPES, error.argument, "mismatched types")
            .with_label("expected `num`, found `text`")
            .with_secondary(error.call, "an argument of this call")
            .with_secondary(error.parameter, "this parameter is a `num`")
            .with_note("a text is not converted to a number")
            .with_help("write `1`")
    }
}

/// Returns the span of a range of characters, 0-based, the end exclusive.
fn char_span(sources: &SourceMap, file: FileId, chars: Range<usize>) -> Result<Span, SourceError> {
    let text = sources.file(file)?.text();
    let byte = |index| text.char_indices().nth(index).map_or(text.len(), |(byte, _)| byte);
    sources.span(file, byte(chars.start)..byte(chars.end))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let shop = sources.add("shop.vitte", SHOP)?;
    let prices = sources.add("prices.vitte", PRICES)?;
    let error = Mismatch {
        argument: char_span(&sources, shop, 37..42)?,
        call: char_span(&sources, shop, 24..29)?,
        parameter: char_span(&sources, prices, 21..32)?,
    };

    let mut bag = DiagnosticBag::new();
    bag.push(error.into());
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto).with_unicode(true))?;
    Ok(())
}

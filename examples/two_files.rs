//! Labels in two files, one of them over several lines, with help and a note, drawn in Unicode.

use vitte_diag::{ColorChoice, Diagnostic, DiagnosticBag, HumanEmitter, SourceMap, Span, code};

const TYPES: &str = "\
module shop.types

struct Order
  id: u64
  total: u64
.end
";

const MAIN: &str = "\
module shop.main

use shop/types

fn cheapest(orders: &Vec[Order]) -> Order
  ret Order
    id: 1
    sum: 20
  .end
.end
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let types = sources.add("shop/types.vitte", TYPES)?;
    let main = sources.add("shop/main.vitte", MAIN)?;

    let find = |file, text: &str, what: &str| -> Result<Span, Box<dyn std::error::Error>> {
        let lo = text.find(what).ok_or("not in the source")?;
        Ok(sources.span(file, lo..lo + what.len())?)
    };
    let literal = find(main, MAIN, "Order\n    id: 1\n    sum: 20\n  .end")?;
    let mut bag = DiagnosticBag::new();
    bag.push(
        Diagnostic::error(code!("E0203"), find(main, MAIN, "sum")?, "`Order` has no field `sum`")
            .with_label("no such field")
            .with_secondary(literal, "in this literal")
            .with_secondary(find(types, TYPES, "total")?, "a field with a similar meaning")
            .with_help("write `total`")
            .with_note("fields are looked up by name alone:\ntheir types are not compared"),
    );
    bag.emit(&sources, &mut HumanEmitter::stdout(ColorChoice::Auto).with_unicode(true))?;
    Ok(())
}

//! An error whose spans count characters, as ariadne's do by default.

use std::ops::Range;

use vitte_diag::{
    Code, ColorChoice, Diagnostic, DiagnosticBag, FileId, HumanEmitter, SourceError, SourceMap,
    Span, code,
};

const MISMATCHED_TYPES: Code = code!("TYP0042");

/// Returns the span of a range of characters, 0-based, the end exclusive.
fn char_span(sources: &SourceMap, file: FileId, chars: Range<usize>) -> Result<Span, SourceError> {
    let text = sources.file(file)?.text();
    let byte = |index| text.char_indices().nth(index).map_or(text.len(), |(byte, _)| byte);
    sources.span(file, byte(chars.start)..byte(chars.end))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let text = "let größe = 4\nlet sum = größe + \"one\"\n";
    let file = sources.add("src/main.vitte", text)?;
    let (number, string) = (char_span(&sources, file, 24..29)?, char_span(&sources, file, 32..37)?);

    let mut bag = DiagnosticBag::new();
    bag.push(
        Diagnostic::error(MISMATCHED_TYPES, string, "cannot add a string to a number")
            .with_label("this is a `str`")
            .with_secondary(number, "this is an `i32`")
            .with_note("`+` takes two numbers or two strings"),
    );
    let mut emitter = HumanEmitter::stderr(ColorChoice::Auto).with_unicode(true);
    bag.emit(&sources, &mut emitter)?;
    Ok(())
}

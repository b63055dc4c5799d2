//! Reports of eyre with the handler of color-eyre, some of which have a diagnostic.

use std::process::ExitCode;

use color_eyre::Handler;
use color_eyre::eyre::{Report, Result, WrapErr};
use vitte_diag::{
    Backtrace, ColorChoice, Diagnostic, DiagnosticBag, FileId, HumanEmitter, SourceMap, Span, code,
};

fn check(file: FileId) -> Result<()> {
    let span = Span::from_range(file, 9..11);
    Err(Diagnostic::error(code!("CFG0002"), span, "not a number").with_help("remove the `x`"))?
}

/// Returns the frames that color-eyre has captured, which are none unless `RUST_BACKTRACE` is set.
fn backtrace(report: &Report) -> Backtrace {
    let handler = report.handler().downcast_ref::<Handler>();
    let captured = handler.and_then(|handler| handler.backtrace());
    captured.map(|frames| Backtrace::from_text(&format!("{frames:?}"))).unwrap_or_default()
}

fn main() -> Result<ExitCode> {
    color_eyre::install()?;
    let mut sources = SourceMap::new();
    let file = sources.add("shop.conf", "height = 3x\n")?;
    let mut bag = DiagnosticBag::new();
    if let Err(report) = check(file).wrap_err("the area of the shop is computed from this file") {
        let diagnostic = Diagnostic::from_report(report.downcast_ref(), &*report);
        bag.push(diagnostic.with_backtrace(backtrace(&report)));
    }
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

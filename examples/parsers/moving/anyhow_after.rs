//! Reports of anyhow, some of which have a diagnostic.

use std::ops::Range;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use vitte_diag::{
    Backtrace, ColorChoice, Diagnostic, DiagnosticBag, HumanEmitter, SourceFile, SourceMap, Span,
    code,
};

const TEXT: &str = "width = 3\nheight = 3x\n";

/// Returns the number of a line such as `width = 3`.
fn number(source: &SourceFile, line: Range<usize>) -> Result<u32> {
    let Some((name, value)) = source.text()[line.clone()].split_once('=') else {
        let span = Span::from_range(source.id(), line);
        bail!(Diagnostic::error(code!("CFG0001"), span, "expected `name = number`"));
    };
    let start = line.end - value.trim_start().len();
    let span = Span::from_range(source.id(), start..start + value.trim().len());
    let message = format!("the value of `{}` is not a number", name.trim());
    let context = || Diagnostic::error(code!("CFG0002"), span, message);
    value.trim().parse().with_context(context)
}

fn area(source: &SourceFile) -> Result<u32> {
    let mut area = 1;
    for line in (1..=source.line_count()).filter_map(|line| source.line_range(line)) {
        if !line.is_empty() {
            area *= number(source, line)?;
        }
    }
    Ok(area)
}

fn main() -> Result<ExitCode> {
    let mut sources = SourceMap::new();
    let file = sources.add("shop.conf", TEXT)?;
    let area = area(sources.file(file)?).context("the area of the shop is computed from this file");

    let mut bag = DiagnosticBag::new();
    match area {
        Ok(area) => println!("{area}"),
        Err(report) => {
            let backtrace = Backtrace::from_text(&report.backtrace().to_string());
            let diagnostic = Diagnostic::from_report(report.downcast_ref(), &*report);
            bag.push(diagnostic.with_backtrace(backtrace));
        }
    }
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
    Ok(ExitCode::from(u8::from(bag.has_errors())))
}

//! What the real readers of the formats do with the output, by their documented rules.

mod ci_logs;
mod jenkins;
mod limits;
mod matchers;
mod outputs;
mod rustc;
mod sarif;

use vitte_diag::{Diagnostic, DiagnosticBag, EmitterOptions, Format, SourceMap, Terminal};

use crate::common;

/// The output of a format for one diagnostic, with the default options.
fn one(format: Format, sources: &SourceMap, diagnostic: Diagnostic) -> String {
    common::written(format, sources, &[diagnostic].into_iter().collect())
}

/// The output of a format with options that a function changes.
fn with_options(
    format: Format,
    (sources, bag): &(SourceMap, DiagnosticBag),
    change: impl FnOnce(EmitterOptions) -> EmitterOptions,
) -> String {
    let options = change(EmitterOptions::new(common::tool(), Terminal::default()));
    common::write(format, sources, bag, &options)
}

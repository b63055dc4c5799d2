//! A compiler that reports its crashes as diagnostics.

use std::process::ExitCode;

use vitte_crash::CrashHandler;
use vitte_diag::{DiagnosticBag, SourceFile, SourceMap};

fn main() -> ExitCode {
    let _guard = CrashHandler::builder().program("mycc").version("1.0.0").install();
    vitte_crash::run_main(|| {
        let mut sources = SourceMap::new();
        let id = sources.load("src/main.vitte")?;
        vitte_crash::set_sources(&sources);
        let mut bag = DiagnosticBag::new();
        // One file's panic is a diagnostic, and the next file is checked.
        match vitte_crash::catch_panic(|| check(sources.file(id)?)) {
            Ok(found) => bag.merge(found?),
            Err(report) => _ = bag.push(report.to_diagnostic()),
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    })
}

fn check(file: &SourceFile) -> Result<DiagnosticBag, vitte_diag::SourceError> {
    let _cx = vitte_crash::context("type-checking", file.span(0..1)?).with("file", file.path());
    Ok(DiagnosticBag::new())
}

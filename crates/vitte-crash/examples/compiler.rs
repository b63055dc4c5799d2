//! A compiler that reports its crashes as diagnostics.

use std::process::ExitCode;

use vitte_crash::CrashHandler;
use vitte_diag::{DiagnosticBag, FileId, SourceError, SourceMap};

fn main() -> ExitCode {
    let _guard = CrashHandler::builder().program("mycc").version("1.0.0").install();
    vitte_crash::run_main(|| {
        let mut sources = SourceMap::new();
        let file = sources.load("src/main.vitte")?;
        vitte_crash::set_sources(&sources);
        let mut bag = DiagnosticBag::new();
        // One file's panic is a diagnostic, and the next file is checked.
        match vitte_crash::catch_panic(|| check(&sources, file)) {
            Ok(found) => bag.merge(found?),
            Err(report) => _ = bag.push(report.to_diagnostic()),
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    })
}

fn check(sources: &SourceMap, file: FileId) -> Result<DiagnosticBag, SourceError> {
    let span = sources.span(file, 0..sources.file(file)?.len())?;
    let _cx = vitte_crash::context("type-checking", span).with("pass", 1);
    Ok(DiagnosticBag::new())
}

//! The golden tests of the front end: `tests/ui/**/*.vitte`.
//!
//! `BLESS=1 cargo test -p vittec --test ui` writes the goldens.

use std::process::ExitCode;

use clap::Parser;
use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::{DiagnosticBag, Format, Policy, Severity, SourceMap, Tool};
use vitte_golden::{Case, Suite};
use vittec::front;

/// Why these codes have no case here.
const NOT_IN_FRONT: &str = "the front end does not report it; it has cases in tests/ui_command";

fn main() -> ExitCode {
    let tool = Tool::default();
    let mut suite = Suite::new("tests/ui")
        .extension("vitte")
        .comment("#")
        .comment("//")
        .announced(Severity::Warning)
        .require_golden(Format::Human)
        // Without a version and pages, of which SARIF contains all: its goldens would change with each of them.
        .tool(&Tool::new("vittec", "0"))
        .every_code(&tool);
    let of_front = |code: &str| code.starts_with(['E', 'W']) && code != "E0004";
    for (code, _) in tool.codes().filter(|(code, _)| !of_front(code.as_str())) {
        suite = suite.exempt_code(code, NOT_IN_FRONT);
    }
    suite.run(check)
}

/// The flags of a case: `#@ flags: --deny W0100`.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct Flags {
    #[command(flatten)]
    diagnostics: DiagnosticArgs,
}

/// Returns the diagnostics of a case. The spans of all of them have to be valid, and the same source with carriage returns
/// has to have the same ones.
fn check(case: &mut Case) -> Result<DiagnosticBag, Box<dyn std::error::Error>> {
    let flags = Flags::try_parse_from(case.flags())?;
    let policy = flags.diagnostics.policy(&Tool::default())?;
    let file = case.source().ok_or("the case has no source")?;
    let bag = front::check(file, &policy);
    let invalid = bag.validate(case.sources());
    if !invalid.is_empty() {
        return Err(format!("invalid spans: {invalid:?}").into());
    }
    if !file.bytes().contains(&b'\r') {
        let expected = lines(case.sources(), &bag);
        let actual = lines_with_carriage_returns(file.bytes(), &policy)?;
        if actual != expected {
            let message =
                format!("with carriage returns the diagnostics are\n{actual}\nnot\n{expected}");
            return Err(message.into());
        }
    }
    Ok(bag)
}

/// Checks a source in which each line ends with `\r\n`.
fn lines_with_carriage_returns(
    text: &[u8],
    policy: &Policy,
) -> Result<String, vitte_diag::SourceError> {
    let mut bytes = Vec::with_capacity(text.len() * 2);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => bytes.extend([line, b"\r\n"].concat()),
            None => bytes.extend(line),
        }
    }
    let mut sources = SourceMap::new();
    let file = sources.add("crlf.vitte", bytes)?;
    let bag = sources.file(file).map(|file| front::check(file, policy)).unwrap_or_default();
    Ok(lines(&sources, &bag))
}

/// Returns a line for each diagnostic: `CODE line:col message`.
fn lines(sources: &SourceMap, bag: &DiagnosticBag) -> String {
    let ordered = bag.ordered();
    let line = ordered.iter().map(|entry| {
        let diagnostic = entry.diagnostic;
        let code = diagnostic.code().map(|code| code.to_string()).unwrap_or_default();
        let at = diagnostic.primary().and_then(|label| sources.location(label.span()).ok());
        let (line, col) = at.map_or((0, 0), |at| (at.line, at.col));
        format!("{code} {line}:{col} {}\n", diagnostic.message())
    });
    line.collect()
}

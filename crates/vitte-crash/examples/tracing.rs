//! A compiler that logs with `tracing`: the report of a crash has its spans as contexts, and the last events.
#![allow(clippy::expect_used, reason = "an example")]

use tracing::{debug, info, instrument, warn};
use tracing_subscriber::prelude::*;
use vitte_crash::{CrashHandler, InstallError};

fn main() -> Result<(), InstallError> {
    let _guard = CrashHandler::builder().program("mycc").version("1.0.0").install()?;
    tracing_subscriber::registry().with(vitte_crash::tracing::layer()).init();
    for unit in ["lexer", "parser"] {
        compile(unit);
    }
    Ok(())
}

#[instrument]
fn compile(unit: &str) {
    debug!(target: "cache", key = unit, "not found");
    let tokens = lex(unit);
    info!(count = tokens.len(), "tokens");
}

#[instrument(skip(text))]
fn lex(text: &str) -> Vec<char> {
    if text.contains('p') {
        warn!(api_key = "s3cr3t-7Gh9", "a letter that is not supported");
    }
    let letter = |letter: char| letter.is_ascii_lowercase().then_some(letter);
    text.chars().map(|c| letter(c).filter(|c| *c != 'p').expect("a letter")).collect()
}

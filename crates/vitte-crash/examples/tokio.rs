//! A compiler as a service on tokio: each unit is a task, and the report of a panic names the task and what started it.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "an example")]

use tokio::task::JoinSet;
use vitte_crash::{CrashHandler, InstallError};

#[tokio::main]
async fn main() -> Result<(), InstallError> {
    let _guard = CrashHandler::builder().program("mycc").version("1.0.0").install()?;
    let _cx = vitte_crash::context("building", None).with("target", "mycc");
    let mut units = JoinSet::new();
    for unit in ["lexer", "parser", "printer"] {
        units.spawn(vitte_crash::tokio::task(unit, compile(unit)));
    }
    while let Some(result) = units.join_next().await {
        match result {
            Ok(bytes) => println!("compiled: {bytes} bytes"),
            Err(error) => println!("not compiled: {error}"),
        }
    }
    Ok(())
}

async fn compile(unit: &str) -> usize {
    let text = vitte_crash::context("reading", None).with("unit", unit).instrument(read(unit));
    let text = text.await;
    let _cx = vitte_crash::context("checking", None).with("unit", unit);
    text.len().checked_sub(7).expect("a module has a header")
}

async fn read(unit: &str) -> String {
    tokio::task::yield_now().await;
    format!("{unit}\n")
}

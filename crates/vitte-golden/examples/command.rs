//! A suite for a compiler that is run as a command.

use std::process::ExitCode;

use vitte_golden::Suite;

fn main() -> ExitCode {
    Suite::command("mycc", ["check", "--error-format=json"]).dir("tests/ui").extension("my").run()
}

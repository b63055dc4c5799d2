//! The golden tests of the command `vittec check`: `tests/ui_command/**/*.vitte`. The front end has its own in `tests/ui`.
//!
//! `BLESS=1 cargo test -p vittec --all-features --test ui_command` writes the goldens. Without the feature `crash`, the cases
//! of crashes are ignored.

use std::process::ExitCode;

use vitte_diag::{Code, Severity, Tool, codes};
use vitte_golden::{CompilerCommand, Suite};

/// The codes that have cases in `tests/ui`, and none here.
const IN_FRONT: [Code; 5] = [codes::E0002, codes::E0003, codes::E0010, codes::E0011, codes::E0101];

fn main() -> ExitCode {
    let Ok(dir) = tempfile::tempdir() else { return ExitCode::FAILURE };
    let tool = Tool::default();
    let mut suite = vittec()
        .dir("tests/ui_command")
        .extension("vitte")
        .comment("#")
        .env("VITTE_CRASH_DIR", dir.path())
        .announced(Severity::Warning)
        .tool(&tool)
        .every_code(&tool)
        .exempt_code(codes::N0900, "the program never ends; `tests/it/codes.rs` sends it a signal");
    for code in IN_FRONT {
        suite = suite.exempt_code(code, "it has cases in tests/ui");
    }
    suite = suite.directive("crash", |kind, options| {
        options.flag(format!("--crash={kind}"));
        if !cfg!(all(unix, feature = "crash")) {
            options.ignore("needs Unix and the feature `crash`");
        }
        Ok(())
    });
    suite.run()
}

/// The suite of `vittec check`. A shell turns a fatal signal into an exit code, because a compiler that dies of a signal
/// fails its case: 128 and the number of the signal.
#[cfg(unix)]
fn vittec() -> Suite<CompilerCommand> {
    let script = r#""$0" check --error-format=json "$@"; exit $?"#;
    Suite::command("sh", ["-c", script, env!("CARGO_BIN_EXE_vittec")])
}

#[cfg(not(unix))]
fn vittec() -> Suite<CompilerCommand> {
    Suite::command(env!("CARGO_BIN_EXE_vittec"), ["check", "--error-format=json"])
}

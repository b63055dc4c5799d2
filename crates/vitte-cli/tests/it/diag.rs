//! `vitte diag` with inputs of any size.

mod age;
mod counts;
mod differences;
mod filters;
mod hostile;
mod merging;
mod outputs;
mod streams;

use std::path::Path;

use crate::common::{CommandResult, with_input};
use crate::vitte;

/// Runs `vitte diag` in `dir` with a standard input.
pub fn diag(dir: &Path, arguments: &[&str], input: &[u8]) -> CommandResult {
    CommandResult::new(&with_input(vitte().current_dir(dir).arg("diag").args(arguments), input))
}

/// Returns a canonical line.
pub fn line(severity: &str, code: &str, file: &str, lo: usize, message: &str) -> String {
    let at =
        format!("\"file\":\"{file}\",\"lo\":{lo},\"hi\":{},\"line\":1,\"col\":{}", lo + 1, lo + 1);
    format!(
        "{{\"severity\":\"{severity}\",\"code\":\"{code}\",\"message\":\"{message}\",\"primary\":{{{at}}},\"labels\":[{{\"style\":\"primary\",{at},\"message\":null}}],\"help\":null,\"notes\":[]}}\n"
    )
}

/// Returns lines of different severities, codes and files, some of them equal.
pub fn lines(count: usize) -> String {
    let one = |number: usize| {
        let severity = ["error", "warning", "note"][number % 3];
        let code = format!("E{:04}", number % 7);
        line(
            severity,
            &code,
            &format!("src/{}/f{}.c", number % 5, number % 11),
            number % 997,
            "m \\\"x\\\"",
        )
    };
    (0..count).map(one).collect()
}

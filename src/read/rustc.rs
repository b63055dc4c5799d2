//! Reads the JSON Lines of rustc, and the ones of cargo, which contain them.
//!
//! ```text
//! {"$message_type":"diagnostic","message":…,"code":…,"level":…,"spans":[…],"children":[…],…}
//! {"$message_type":"future_incompat","future_incompat_report":[{"diagnostic":{…}},…]}
//! {"reason":"compiler-message","package_id":…,"message":{…}}
//! ```
//!
//! The format is described in <https://doc.rust-lang.org/rustc/json.html> and
//! <https://doc.rust-lang.org/cargo/reference/external-tools.html>. Other messages, such as those about artifacts, are not
//! diagnostics, and are skipped.
//!
//! # Mapping
//!
//! | rustc | diagnostic |
//! |---|---|
//! | `level` | severity; an internal compiler error is fatal, a failure note is a note |
//! | `code` | code, or a note if it is not a valid code |
//! | the first primary span | primary label |
//! | other spans | secondary labels |
//! | `children` | children in the same order |
//! | children with replacements, at the end | suggestions, see [`suggestions`] |
//! | `expansion` | trace, see [`expansions`] |
//! | `byte_start`, `byte_end` | offsets of spans |
//! | lines, columns, `text` | compared with the file, see [`changes`] |
//!
//! Some data is neither kept nor counted as lost: `rendered`, `text` and the explanation of a code, which are derived from
//! other data, and what cargo adds about the package, which is not part of the diagnostic.
//!
//! A failure note is the last message of a failed compilation, such as "For more information about this error, try `rustc
//! --explain E0308`". It differs from a note only in that rustc does not show its level.
//!
//! If several spans of a diagnostic or a child are primary, the first one stays primary. The others become secondary
//! labels with the same text. This is counted as a loss, unless they mark the same code as the first one.

mod build;
mod changes;
mod expansions;
mod format;
mod spans;
mod suggestions;

use build::Builder;
use changes::Changes;
use format::Line;
use spans::Locator;

use super::{Import, InputFormat, ReadError};

/// Reads an input twice: the first time to find out which files have changed since rustc read them.
pub(super) fn read(input: &[u8], import: &mut Import<'_>) -> Result<(), ReadError> {
    let mut changes = Changes::default();
    for (_, line) in lines(input) {
        for message in Line::parse(line).into_iter().flat_map(|line| line.messages) {
            changes.check(&message, &mut import.files);
        }
    }
    import.changed_files = changes.reject(&mut import.files);

    let mut is_recognised = false;
    for (number, line) in lines(input) {
        match Line::parse(line) {
            Ok(line) => {
                is_recognised = true;
                for message in line.messages {
                    let mut locator = Locator::new(&mut import.files);
                    locator.lost.add_if(line.is_cut, DEPTH);
                    let (diagnostic, lost) = Builder::new(locator).diagnostic(message);
                    import.push(diagnostic, lost);
                }
            }
            Err(reason) => import.push_invalid_line(number, &reason),
        }
    }
    match import.invalid_lines.first() {
        Some((number, reason)) if !is_recognised => {
            let reason = format!("line {number}: {reason}");
            Err(ReadError { format: InputFormat::Rustc, reason })
        }
        _ => Ok(()),
    }
}

const DEPTH: &str = "parts that are nested very deeply";

/// Returns the lines that are not blank, and their 1-based numbers.
fn lines(input: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let input = input.strip_prefix("\u{feff}".as_bytes()).unwrap_or(input);
    let lines = (1..).zip(input.split(|byte| *byte == b'\n'));
    lines.map(|(number, line)| (number, line.trim_ascii())).filter(|(_, line)| !line.is_empty())
}

#[cfg(test)]
mod tests;

//! Reads the output of `gcc -fdiagnostics-format=json`.
//!
//! GCC writes one array for each translation unit. The arrays may follow one another, as from `make`. Other lines are
//! those of its driver, such as `gcc: error: unrecognized command-line option`; they are diagnostics without a
//! location. The command line is a virtual file, `<command-line>`.
//!
//! ```text
//! [{"kind": "warning", "message": "unused variable", "option": "-Wunused-variable", "children": [],
//!   "column-origin": 1, "locations": [{"caret": {"file": "a.c", "line": 3, "byte-column": 7, …}}]}]
//! ```
//!
//! | GCC | model |
//! |---|---|
//! | `kind` | severity; `fatal error` and an internal error are fatal |
//! | `option` | code; `-Werror=shadow` is `-Wshadow` |
//! | `locations` | the primary label, then secondary labels |
//! | `fixits` | one suggestion with all edits |
//! | `children` | children, and diagnostics of their own for errors and warnings |
//! | `path` | steps of an analysis |
//! | `metadata.cwe` | a note |
//!
//! GCC does not write include stacks in this format.

mod convert;
mod format;
mod spans;

use self::format::GccDiagnostic;
use super::json::{self, Lines, Parts, Piece, Pieces};
use super::{Import, InputFormat, ReadError, tool_name};
use crate::model::{Diagnostic, Severity};
use crate::registry::Tool;

pub(super) fn read(input: &[u8], import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = json::to_text(input);
    let text = json::without_lone_surrogates(&text);
    let mut items = Vec::new();
    let (mut is_gcc, mut first_other) = (false, None);
    let mut push_invalid = |line, reason: &str| {
        first_other.get_or_insert_with(|| format!("line {line}: {reason}"));
        import.push_invalid_line(line, reason);
    };
    for (line, piece) in Pieces::new(&text) {
        is_gcc |= match piece {
            Piece::Json(json) => push_array(&mut items, json, line, &mut push_invalid),
            // Follows a fatal error.
            Piece::Text("compilation terminated.") => false,
            Piece::Text(text) => {
                let message = driver_message(text);
                if message.is_none() {
                    push_invalid(line, text);
                }
                let is_some = message.is_some();
                items.extend(message.map(Item::Driver));
                is_some
            }
        };
    }
    if let Some(reason) = first_other.filter(|_| !is_gcc) {
        return Err(ReadError { format: InputFormat::Gcc, reason });
    }
    import.tool = tool(&items);
    import.convert(|import| {
        for item in &items {
            match item {
                Item::Gcc(gcc) => convert::push(import, gcc),
                Item::Driver(diagnostic) => import.push(diagnostic.clone(), None),
            }
        }
    });
    Ok(())
}

/// Adds the diagnostics of an array that begins in a line. Returns true if there are some, or if it is empty. An element that is
/// invalid does not affect the others.
fn push_array<'a>(
    items: &mut Vec<Item<'a>>,
    json: &'a str,
    line: u64,
    push_invalid: &mut dyn FnMut(u64, &str),
) -> bool {
    match serde_json::from_str::<Vec<GccDiagnostic<'_>>>(json) {
        Ok(array) => {
            items.extend(array.into_iter().map(Item::Gcc));
            true
        }
        Err(error) if !json.starts_with('[') => {
            push_invalid(line, &error.to_string());
            false
        }
        Err(_) => {
            let (before, mut lines) = (items.len(), Lines::new(json, line));
            for element in Parts::new(json) {
                match serde_json::from_str(element) {
                    Ok(gcc) => items.push(Item::Gcc(gcc)),
                    Err(error) => push_invalid(lines.line_of(element), &error.to_string()),
                }
            }
            items.len() > before
        }
    }
}

enum Item<'a> {
    Gcc(GccDiagnostic<'a>),
    Driver(Diagnostic),
}

/// Returns `gcc` with the URL of its options, if there is one.
fn tool(items: &[Item<'_>]) -> Option<Tool> {
    let pages = items.iter().filter_map(|item| match item {
        Item::Gcc(gcc) => {
            Some((convert::code(gcc.option.as_deref()?)?, gcc.option_url.as_deref()?))
        }
        Item::Driver(_) => None,
    });
    let tool = Tool::new("gcc", tool_name::UNKNOWN_VERSION);
    let with_url = tool_name::with_codes_url(tool.clone(), pages);
    Some(with_url).filter(|with_url| *with_url != tool)
}

/// Reads a line such as `gcc: fatal error: no input files`, or `compilation terminated due to -fmax-errors=2.`.
fn driver_message(line: &str) -> Option<Diagnostic> {
    if let Some(reason) = line.strip_prefix("compilation terminated due to ") {
        let message = format!("compilation terminated due to {}", reason.trim_end_matches('.'));
        return Some(Diagnostic::without_location(Severity::Note, None, message));
    }
    let (program, rest) = line.split_once(": ")?;
    let is_program = !program.contains([' ', '\t', ':', '(']);
    let (severity, message) = [
        ("fatal error: ", Severity::Fatal),
        ("error: ", Severity::Error),
        ("warning: ", Severity::Warning),
        ("note: ", Severity::Note),
    ]
    .into_iter()
    .find_map(|(prefix, severity)| Some((severity, rest.strip_prefix(prefix)?)))?;
    is_program
        .then(|| Diagnostic::without_location(severity, None, format!("{program}: {message}")))
}

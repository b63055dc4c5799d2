//! Writes the line of a diagnostic without a [`JsonDiagnostic`](super::JsonDiagnostic), which takes memory for each list.
//! Tests compare the bytes.

use std::borrow::Cow;
use std::io;

use super::convert::Converter;
use super::write::WriteJson;
use crate::check::CheckedDiagnostic;
use crate::model::{Backtrace, Diagnostic};
use crate::source::{ColumnUnit, SourceMap};

/// Appends the line of a diagnostic; columns count `unit`.
pub(super) fn push_line(
    out: &mut Vec<u8>,
    sources: &SourceMap,
    diagnostic: &Diagnostic,
    unit: ColumnUnit,
) -> io::Result<()> {
    let checked = CheckedDiagnostic::new(sources, diagnostic);
    let converter = Converter { sources, unit };
    out.extend_from_slice(b"{\"severity\":");
    diagnostic.severity().write(out)?;
    out.extend_from_slice(b",\"code\":");
    diagnostic.code().write(out)?;
    out.extend_from_slice(b",\"message\":");
    diagnostic.message().write(out)?;
    write_labels(out, converter, &checked)?;
    out.extend_from_slice(b",\"help\":");
    diagnostic.help().map(Cow::Borrowed).write(out)?;
    out.extend_from_slice(b",\"notes\":");
    write_all(out, checked.notes())?;
    write_optional(out, converter, checked)?;
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// Appends the location of the primary label, and all labels.
fn write_labels(
    out: &mut Vec<u8>,
    converter: Converter<'_>,
    checked: &CheckedDiagnostic<'_>,
) -> io::Result<()> {
    let primary = checked.primary();
    out.extend_from_slice(b",\"primary\":");
    let start = out.len();
    primary.map(|primary| converter.location(&primary.at)).write(out)?;
    let braces = [start, out.len() - 1];
    out.extend_from_slice(b",\"labels\":[");
    if let Some(primary) = primary {
        out.extend_from_slice(b"{\"style\":\"primary\",");
        // The fields between the braces are also those of the label. Copying is faster than writing them again.
        let [open, close] = braces;
        out.extend_from_within(open + 1..close);
        out.extend_from_slice(b",\"message\":");
        primary.label.message().map(Cow::Borrowed).write(out)?;
        out.push(b'}');
    }
    for (index, label) in checked.related().enumerate() {
        if index > 0 || primary.is_some() {
            out.push(b',');
        }
        converter.label(label).write(out)?;
    }
    out.push(b']');
    Ok(())
}

/// Appends the fields that are omitted if they are empty. Most diagnostics have none of them.
fn write_optional(
    out: &mut Vec<u8>,
    converter: Converter<'_>,
    checked: CheckedDiagnostic<'_>,
) -> io::Result<()> {
    let CheckedDiagnostic { diagnostic, whole_file, children, trace, suggestions, .. } = checked;
    let children = children.into_iter().map(|child| converter.child(child));
    write_field(out, b",\"children\":", children)?;
    write_field(out, b",\"trace\":", trace.iter().map(|step| converter.step(step)))?;
    write_field(out, b",\"tags\":", diagnostic.tags())?;
    if !suggestions.is_empty() {
        write_field(out, b",\"suggestions\":", converter.suggestions(suggestions).into_iter())?;
    }
    let frames = diagnostic.backtrace().into_iter().flat_map(Backtrace::frames);
    write_field(out, b",\"backtrace\":", frames.map(|frame| Cow::Borrowed(frame.text())))?;
    if let Some(file) = whole_file {
        out.extend_from_slice(b",\"file\":");
        file.path().write(out)?;
    }
    Ok(())
}

/// Appends the name and the items of a list that is not empty.
fn write_field<T: WriteJson>(
    out: &mut Vec<u8>,
    name: &[u8],
    items: impl Iterator<Item = T>,
) -> io::Result<()> {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    out.extend_from_slice(name);
    write_all(out, items)
}

fn write_all<T: WriteJson>(
    out: &mut Vec<u8>,
    mut items: impl Iterator<Item = T>,
) -> io::Result<()> {
    out.push(b'[');
    if let Some(first) = items.next() {
        first.write(out)?;
        for item in items {
            out.push(b',');
            item.write(out)?;
        }
    }
    out.push(b']');
    Ok(())
}

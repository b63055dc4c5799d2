//! Diagnostics.

use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use super::memory::{edits, vd_edit, vd_str, write_out};
use super::types::{
    child_level, file_id, from_c, severity_from_c, vd_applicability, vd_diagnostic, vd_file,
    vd_label_style, vd_severity, vd_span, vd_tag, vd_trace_kind,
};
use crate::draft::{self, Draft};
use crate::failure::{Result, guard, status, vd_status};
use crate::handles;

/// Creates a diagnostic at `span`, its primary label. `code` may be no text. With `VD_NO_FILE` as file of the span it has
/// no location. Returns NULL on failure. `vd_bag_push` takes it over; a diagnostic that is not pushed is freed with
/// `vd_diagnostic_free`.
///
/// An invalid code and an invalid span do not lose the diagnostic: it gets a note about them.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_new(
    severity: MaybeUninit<vd_severity>,
    code: vd_str,
    span: vd_span,
    message: vd_str,
) -> *mut vd_diagnostic {
    guard(ptr::null_mut(), || {
        let severity = severity_from_c(severity)?;
        handles::insert(Draft::new(severity, &code.text()?, span.raw(), message.owned()?))
    })
}

/// Creates a diagnostic about a whole file, without an excerpt. Otherwise this is `vd_diagnostic_new`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_new_for_file(
    severity: MaybeUninit<vd_severity>,
    code: vd_str,
    file: vd_file,
    message: vd_str,
) -> *mut vd_diagnostic {
    guard(ptr::null_mut(), || {
        let (severity, file) = (severity_from_c(severity)?, file_id(file)?);
        handles::insert(Draft::for_file(severity, &code.text()?, file, message.owned()?))
    })
}

/// Frees a diagnostic that was not pushed. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_free(diagnostic: *mut vd_diagnostic) -> vd_status {
    status(|| if diagnostic.is_null() { Ok(()) } else { handles::take(diagnostic).map(drop) })
}

/// Returns a copy of a diagnostic, or NULL on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_clone(diagnostic: *const vd_diagnostic) -> *mut vd_diagnostic {
    guard(ptr::null_mut(), || {
        let copy = handles::with(diagnostic, |diagnostic| Ok(diagnostic.clone()))?;
        handles::insert(copy)
    })
}

/// Returns the severity of a diagnostic.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_severity(
    diagnostic: *const vd_diagnostic,
    severity: Option<NonNull<vd_severity>>,
) -> vd_status {
    status(|| {
        let found = handles::with(diagnostic, |diagnostic| Ok(diagnostic.severity()))?;
        write_out(severity, vd_severity::of(found))
    })
}

/// Sets the message of the primary label. No text removes it.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_set_label(
    diagnostic: *mut vd_diagnostic,
    message: vd_str,
) -> vd_status {
    with_text(diagnostic, message, Draft::set_label)
}

/// Adds a label. `message` may be no text. A secondary label marks a further location, in any file. A primary one moves
/// the primary label of the diagnostic to `span`, and sets its message if there is one. Fails with `VD_E_ARGUMENT` if the
/// span has no file; other invalid spans become notes of the diagnostic.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_add_label(
    diagnostic: *mut vd_diagnostic,
    style: MaybeUninit<vd_label_style>,
    span: vd_span,
    message: vd_str,
) -> vd_status {
    changed(diagnostic, message, |draft, message| {
        draft.add_label(from_c(style)?, span.raw(), message)
    })
}

/// Adds a note: a further fact, shown below the excerpt.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_add_note(
    diagnostic: *mut vd_diagnostic,
    note: vd_str,
) -> vd_status {
    with_text(diagnostic, note, Draft::add_note)
}

/// Sets the help text: what the user can do. A second one is appended on a new line.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_add_help(
    diagnostic: *mut vd_diagnostic,
    help: vd_str,
) -> vd_status {
    with_text(diagnostic, help, Draft::add_help)
}

/// Adds a tag.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_add_tag(
    diagnostic: *mut vd_diagnostic,
    tag: MaybeUninit<vd_tag>,
) -> vd_status {
    changed(diagnostic, vd_str::NONE, |draft, _| {
        draft.add_tag(from_c(tag)?);
        Ok(())
    })
}

/// Adds a step to the trace, which says how the compiler came to the location: the innermost step first. With `VD_NO_FILE` as
/// file of the span the step has no location.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_add_step(
    diagnostic: *mut vd_diagnostic,
    kind: MaybeUninit<vd_trace_kind>,
    span: vd_span,
    message: vd_str,
) -> vd_status {
    changed(diagnostic, message, |draft, message| {
        draft.add_step(from_c(kind)?, span.raw(), message);
        Ok(())
    })
}

/// Sets the backtrace of a crash, from text: a frame per line, as Rust, LLVM or `backtrace_symbols` write it.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_set_backtrace(
    diagnostic: *mut vd_diagnostic,
    text: vd_str,
) -> vd_status {
    changed(diagnostic, text, |draft, text| {
        draft.set_backtrace(&text);
        Ok(())
    })
}

/// Adds a child: a note, help, warning or error that belongs to the diagnostic, and may have labels of its own.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_add_child(
    diagnostic: *mut vd_diagnostic,
    level: MaybeUninit<vd_severity>,
    message: vd_str,
) -> vd_status {
    changed(diagnostic, message, |draft, message| {
        draft.add_child(child_level(level)?, message);
        Ok(())
    })
}

/// Adds a label to the last child. A child may have several primary labels. Fails with `VD_E_NOT_FOUND` if there is no
/// child, and with `VD_E_ARGUMENT` if the span has no file.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_add_child_label(
    diagnostic: *mut vd_diagnostic,
    style: MaybeUninit<vd_label_style>,
    span: vd_span,
    message: vd_str,
) -> vd_status {
    changed(diagnostic, message, |draft, message| {
        draft.add_child_label(from_c(style)?, span.raw(), message)
    })
}

/// Adds a suggestion with one edit: `replacement` replaces the text at `span`. An empty span inserts, no replacement
/// removes. `message` is an imperative, such as "rename it". Fails as `vd_diagnostic_add_suggestion` does.
#[unsafe(no_mangle)]
pub extern "C" fn vd_diagnostic_suggest(
    diagnostic: *mut vd_diagnostic,
    applicability: MaybeUninit<vd_applicability>,
    span: vd_span,
    replacement: vd_str,
    message: vd_str,
) -> vd_status {
    changed(diagnostic, message, |draft, message| {
        let edit = draft::edit(span.raw(), replacement.owned()?)?;
        draft.add_suggestion(message, vec![edit], from_c(applicability)?)
    })
}

/// Adds a suggestion with several edits, which may be in several files. They are applied together. Fails with
/// `VD_E_ARGUMENT` if there are no edits, if they overlap, or if one ends before it begins or has no file. An edit that
/// ends after the end of its file is shown and applied up to the end.
///
/// # Safety
///
/// `edits` points to `count` edits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vd_diagnostic_add_suggestion(
    diagnostic: *mut vd_diagnostic,
    applicability: MaybeUninit<vd_applicability>,
    message: vd_str,
    edits: *const vd_edit,
    count: usize,
) -> vd_status {
    changed(diagnostic, message, |draft, message| {
        // SAFETY: the caller promises it.
        let edits = unsafe { self::edits(edits, count) }?;
        draft.add_suggestion(message, edits, from_c(applicability)?)
    })
}

/// Adds an alternative to the last suggestion: other edits, among which a person has to choose. Fails with
/// `VD_E_NOT_FOUND` if there is no suggestion.
///
/// # Safety
///
/// `edits` points to `count` edits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vd_diagnostic_add_alternative(
    diagnostic: *mut vd_diagnostic,
    edits: *const vd_edit,
    count: usize,
) -> vd_status {
    changed(diagnostic, vd_str::NONE, |draft, _| {
        // SAFETY: the caller promises it.
        draft.add_alternative(unsafe { self::edits(edits, count) }?)
    })
}

/// Adds a suggestion to the last child. Otherwise this is `vd_diagnostic_add_suggestion`.
///
/// # Safety
///
/// `edits` points to `count` edits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vd_diagnostic_add_child_suggestion(
    diagnostic: *mut vd_diagnostic,
    applicability: MaybeUninit<vd_applicability>,
    message: vd_str,
    edits: *const vd_edit,
    count: usize,
) -> vd_status {
    changed(diagnostic, message, |draft, message| {
        // SAFETY: the caller promises it.
        let edits = unsafe { self::edits(edits, count) }?;
        draft.add_child_suggestion(message, edits, from_c(applicability)?)
    })
}

/// Adds a text to a diagnostic.
fn with_text(
    diagnostic: *mut vd_diagnostic,
    text: vd_str,
    add: fn(&mut Draft, String),
) -> vd_status {
    changed(diagnostic, text, |draft, text| {
        add(draft, text);
        Ok(())
    })
}

/// Changes a diagnostic; `text` is a text that C passes.
fn changed(
    diagnostic: *mut vd_diagnostic,
    text: vd_str,
    change: impl FnOnce(&mut Draft, String) -> Result,
) -> vd_status {
    status(|| {
        let text = text.owned()?;
        handles::with_mut(diagnostic, |draft| change(draft, text))
    })
}

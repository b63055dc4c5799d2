//! The simple layer: five functions are enough for a compiler that reports errors. Texts end with NUL.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr;

use libc::FILE;
use vitte_diag::{ColorChoice, Format, Severity};

use super::emitter::standard;
use super::memory::vd_str;
use super::types::{from_c, truth, vd_bag, vd_diagnostic, vd_label_style, vd_sources, vd_span};
use super::writers::File;
use crate::draft::Draft;
use crate::failure::{Result, guard, status, vd_status};
use crate::handles;
use crate::output::OutputEmitter;

/// Creates an error. `code` may be NULL. Push it to a bag with `vd_bag_push`. Returns NULL on failure. See
/// `vd_diagnostic_new`.
///
/// # Safety
///
/// The texts are NULL, or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn diag_error(
    code: *const c_char,
    span: vd_span,
    message: *const c_char,
) -> *mut vd_diagnostic {
    // SAFETY: the caller promises it.
    let (code, message) = unsafe { (vd_str::terminated(code), vd_str::terminated(message)) };
    guard(ptr::null_mut(), || {
        handles::insert(Draft::new(Severity::Error, &code.text()?, span.raw(), message.owned()?))
    })
}

/// Adds a label. `message` may be NULL. See `vd_diagnostic_add_label`.
///
/// # Safety
///
/// `message` is NULL, or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn diag_add_label(
    diagnostic: *mut vd_diagnostic,
    span: vd_span,
    style: MaybeUninit<vd_label_style>,
    message: *const c_char,
) -> vd_status {
    // SAFETY: the caller promises it.
    let message = unsafe { vd_str::terminated(message) };
    status(|| {
        let (style, message) = (from_c(style)?, message.owned()?);
        handles::with_mut(diagnostic, |draft| draft.add_label(style, span.raw(), message))
    })
}

/// Adds a note.
///
/// # Safety
///
/// `note` is NULL, or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn diag_add_note(
    diagnostic: *mut vd_diagnostic,
    note: *const c_char,
) -> vd_status {
    // SAFETY: the caller promises it.
    let note = unsafe { vd_str::terminated(note) };
    status(|| {
        let note = note.owned()?;
        handles::with_mut(diagnostic, |draft| {
            draft.add_note(note);
            Ok(())
        })
    })
}

/// Writes all diagnostics for people to standard error, with or without colours, in the order of files and locations.
#[unsafe(no_mangle)]
pub extern "C" fn diag_emit_human(
    bag: *const vd_bag,
    sources: *const vd_sources,
    use_color: MaybeUninit<bool>,
) -> vd_status {
    status(|| {
        let mut emitter = standard(Format::Human);
        let color = if truth(use_color) { ColorChoice::Always } else { ColorChoice::Never };
        emitter.options()?.color = color;
        emit(bag, sources, &mut emitter)
    })
}

/// Writes all diagnostics to a FILE as JSON, one object per line, in the order of files and locations.
///
/// # Safety
///
/// `out` is NULL, or open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn diag_emit_json(
    bag: *const vd_bag,
    sources: *const vd_sources,
    out: *mut FILE,
) -> vd_status {
    status(|| {
        // SAFETY: the caller promises it.
        let (writer, stream) = unsafe { File::new(out) }?;
        emit(bag, sources, &mut OutputEmitter::new(Format::Json, Box::new(writer), stream))
    })
}

fn emit(bag: *const vd_bag, sources: *const vd_sources, emitter: &mut OutputEmitter) -> Result {
    handles::with(bag, |bag| handles::with(sources, |sources| emitter.emit_bag(sources, bag)))
}

//! Source files.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use vitte_diag::{FileId, MAX_FILE_BYTES, SourceError, SourceMap};

use super::memory::{Borrowed, vd_release_fn, vd_str, write_both, write_out};
use super::types::{VD_NO_FILE, file_id, from_c, vd_column_unit, vd_file, vd_sources, vd_span};
use crate::failure::{Failure, Result, guard, status, vd_status};
use crate::handles;

/// Creates an empty collection of source files. Free it with `vd_sources_free`. Returns NULL on failure.
///
/// Several threads may read one `vd_sources` at the same time, also while they write output.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_new() -> *mut vd_sources {
    guard(std::ptr::null_mut(), || handles::insert(SourceMap::new()))
}

/// Creates an empty collection of source files with a workspace root, an absolute path. Absolute paths below `root` are
/// shown relative to it, and `vd_sources_load` resolves relative paths against it. Returns NULL on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_new_with_root(root: vd_str) -> *mut vd_sources {
    guard(std::ptr::null_mut(), || handles::insert(SourceMap::with_root(path(&root)?)))
}

/// Frees source files. Texts that are borrowed are released, unless another part of the library still uses them.
/// NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_free(sources: *mut vd_sources) -> vd_status {
    status(|| if sources.is_null() { Ok(()) } else { handles::take(sources).map(drop) })
}

/// Adds a file from memory. The text is copied. `path` is for display, and is not opened; names such as `<stdin>` are
/// possible. Returns `VD_NO_FILE` on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_add(sources: *mut vd_sources, path: vd_str, text: vd_str) -> vd_file {
    guard(VD_NO_FILE, || {
        let (path, text) = (self::path(&path)?, text.bytes()?);
        check_size(&path, text)?;
        changed(sources, |sources| sources.add(path, text))
    })
}

/// Adds a file from memory without a copy of its text, if that is UTF-8. The program must not change or free the text
/// before `release` is called with `user`, which happens exactly once, also on failure: when the sources are freed, at
/// once if the text is not UTF-8, or later if `vd_crash_set_sources` has shared it. `release` may be NULL for a text that
/// is never freed. Returns `VD_NO_FILE` on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_borrow(
    sources: *mut vd_sources,
    path: vd_str,
    text: vd_str,
    release: vd_release_fn,
    user: *mut c_void,
) -> vd_file {
    let borrowed = Borrowed::new(text, release, user);
    guard(VD_NO_FILE, || {
        let path = self::path(&path)?;
        check_size(&path, text.bytes()?)?;
        let text = borrowed.into_source()?;
        changed(sources, |sources| sources.add(path, text))
    })
}

/// Adds a file from disk. Directories, pipes and devices are rejected. Returns `VD_NO_FILE` on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_load(sources: *mut vd_sources, path: vd_str) -> vd_file {
    guard(VD_NO_FILE, || {
        let path = self::path(&path)?;
        changed(sources, |sources| sources.load(path))
    })
}

/// Removes a file. Labels in it are not shown any more; a note says so. Its number is not used again.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_remove(sources: *mut vd_sources, file: vd_file) -> vd_status {
    status(|| {
        let id = file_id(file)?;
        // A borrowed text is released without a lock.
        let removed = handles::with_mut(sources, |sources| {
            sources.remove(id).map_err(|error| failure(&error))
        })?;
        drop(removed);
        Ok(())
    })
}

/// Returns the span of the bytes `lo` to `hi`, without a check: offsets over 32 bits become `UINT32_MAX`. Output
/// shows a span outside of its file at the end of the file, with a note.
#[unsafe(no_mangle)]
pub extern "C" fn vd_span_of(file: vd_file, lo: usize, hi: usize) -> vd_span {
    let offset = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    vd_span { file, lo: offset(lo), hi: offset(hi) }
}

/// Writes the span of the bytes `lo` to `hi` to `span`. Fails with `VD_E_ARGUMENT` if they are not in the file, or
/// inside a character.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_span(
    sources: *const vd_sources,
    file: vd_file,
    lo: usize,
    hi: usize,
    span: Option<NonNull<vd_span>>,
) -> vd_status {
    status(|| {
        let id = file_id(file)?;
        let checked = handles::with(sources, |sources| {
            sources.span(id, lo..hi).map_err(|error| failure(&error))
        })?;
        write_out(span, vd_span { file, lo: checked.lo(), hi: checked.hi() })
    })
}

/// Writes the offset of a line and a column, both 1-based, to `offset`, for compilers that have no offsets. The column
/// after the last character of a line is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_offset(
    sources: *const vd_sources,
    file: vd_file,
    line: u32,
    column: u32,
    unit: MaybeUninit<vd_column_unit>,
    offset: Option<NonNull<usize>>,
) -> vd_status {
    status(|| {
        let (id, unit) = (file_id(file)?, from_c(unit)?);
        let found = handles::with(sources, |sources| {
            let file = sources.file(id).map_err(|error| failure(&error))?;
            file.offset_of(line, column, unit).map_err(|error| failure(&error))
        })?;
        write_out(offset, found as usize)
    })
}

/// Returns the span of a line (1-based) without the blanks around its text, for compilers that have only line numbers. A
/// line of blanks has an empty span.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_line_span(
    sources: *const vd_sources,
    file: vd_file,
    line: u32,
    span: Option<NonNull<vd_span>>,
) -> vd_status {
    status(|| {
        let id = file_id(file)?;
        let (lo, hi) = handles::with(sources, |sources| {
            let file = sources.file(id).map_err(|error| failure(&error))?;
            let whole = file.line_span(line).map_err(|error| failure(&error))?;
            let text = file.bytes().get(whole.range()).unwrap_or_default();
            let lo = whole.lo() as usize + text.len() - text.trim_ascii_start().len();
            Ok((lo, lo + text.trim_ascii().len()))
        })?;
        write_out(span, vd_span_of(file, lo, hi))
    })
}

/// Returns the path of a file, as it is shown. It is valid until the file is removed or the sources are freed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_path(
    sources: *const vd_sources,
    file: vd_file,
    path: Option<NonNull<vd_str>>,
) -> vd_status {
    status(|| {
        let text = handles::with(sources, |sources| {
            let file = sources.file(file_id(file)?).map_err(|error| failure(&error))?;
            Ok(vd_str::of(file.path().as_bytes()))
        })?;
        write_out(path, text)
    })
}

/// Returns the 1-based line and column of the start of a span.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_location(
    sources: *const vd_sources,
    span: vd_span,
    unit: MaybeUninit<vd_column_unit>,
    line: Option<NonNull<u32>>,
    column: Option<NonNull<u32>>,
) -> vd_status {
    status(|| {
        let unit = from_c(unit)?;
        let id = file_id(span.file)?;
        let at = handles::with(sources, |sources| {
            let span = sources.span(id, span.lo..span.hi).map_err(|error| failure(&error))?;
            let at = sources.location_in(span, unit).map_err(|error| failure(&error))?;
            Ok((at.line, at.col))
        })?;
        write_both((line, at.0), (column, at.1))
    })
}

/// Returns the text of a file. It is valid until the file is removed or the sources are freed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_sources_text(
    sources: *const vd_sources,
    file: vd_file,
    text: Option<NonNull<vd_str>>,
) -> vd_status {
    status(|| {
        let bytes = handles::with(sources, |sources| {
            let file = sources.file(file_id(file)?).map_err(|error| failure(&error))?;
            Ok(vd_str::of(file.bytes()))
        })?;
        write_out(text, bytes)
    })
}

/// Returns a path that C passes.
pub(super) fn path(path: &vd_str) -> Result<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        Ok(std::ffi::OsStr::from_bytes(path.bytes()?).into())
    }
    #[cfg(not(unix))]
    Ok(path.owned()?.into())
}

/// Fails if a text is too large, before it is read or copied.
fn check_size(path: &Path, text: &[u8]) -> Result {
    let size = text.len() as u64;
    if size <= MAX_FILE_BYTES {
        return Ok(());
    }
    Err(failure(&SourceError::TooLarge { path: path.to_string_lossy().into_owned(), size }))
}

fn changed(
    sources: *mut vd_sources,
    change: impl FnOnce(&mut SourceMap) -> std::result::Result<FileId, SourceError>,
) -> Result<vd_file> {
    handles::with_mut(sources, |sources| change(sources).map_err(|error| failure(&error)))
        .map(FileId::index)
}

fn failure(error: &SourceError) -> Failure {
    let status = match error {
        SourceError::Io { .. } => vd_status::VD_E_IO,
        SourceError::TooLarge { .. } | SourceError::TooManyFiles => vd_status::VD_E_LIMIT,
        SourceError::UnknownFile { .. } | SourceError::Removed { .. } => vd_status::VD_E_NOT_FOUND,
        _ => vd_status::VD_E_ARGUMENT,
    };
    Failure::new(status, error.to_string())
}

//! Emitters.

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use libc::FILE;
use vitte_diag::{EmitterOptions, Format};

use super::memory::{vd_str, write_out};
use super::types::{
    from_c, vd_background, vd_color, vd_diagnostic, vd_emitter, vd_junit_family, vd_sources,
    vd_style, vd_tool,
};
use super::writers::{self, Callback, Descriptor, File, vd_write_fn};
use crate::failure::{Failure, Result, guard, status, vd_status};
use crate::handles;
use crate::output::{self, OutputEmitter, OutputOptions, Writer};

/// Creates an emitter of a format: `human`, `short`, `narrated`, `json`, `sarif`, `lsp`, `github`, `gitlab`, `junit`,
/// `rdjson`, `html`, `gcc`, `rustc`, `checkstyle`, `azure`, `teamcity`, `sonarqube`, `bitbucket`, `rdjsonl`, `tap`, `csv` or `baseline`.
/// It writes to standard error (human, short, narrated, gcc) or standard output (all others) until a
/// `vd_emitter_to_...` says otherwise. Free it with `vd_emitter_free`. Returns NULL on failure.
///
/// Output to standard output is written through `stdout`, after what the program has printed there. Output to standard
/// error is written to descriptor 2: a program that has given `stderr` a buffer calls `fflush(stderr)` before.
///
/// Options are set before the first output; after it they fail with `VD_E_BUSY`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_new(format: vd_str) -> *mut vd_emitter {
    guard(ptr::null_mut(), || handles::insert(standard(output::format(&format.text()?)?)))
}

/// Creates an emitter that writes to the standard stream of its format.
pub(super) fn standard(format: Format) -> OutputEmitter {
    let stream = format.stream();
    OutputEmitter::new(format, writers::standard(stream), Some(stream))
}

/// Frees an emitter. Output that was not ended by `vd_emitter_finish` or `vd_bag_emit` may be incomplete. NULL is
/// allowed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_free(emitter: *mut vd_emitter) -> vd_status {
    status(|| if emitter.is_null() { Ok(()) } else { handles::take(emitter).map(drop) })
}

/// Writes to a FILE, which must be open until the emitter is freed. It is not closed.
///
/// # Safety
///
/// `file` is NULL, or open until the emitter is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vd_emitter_to_file(
    emitter: *mut vd_emitter,
    file: *mut FILE,
) -> vd_status {
    status(|| {
        // SAFETY: the caller promises it.
        let (writer, stream) = unsafe { File::new(file) }?;
        handles::with_mut(emitter, |emitter| emitter.set_writer(Box::new(writer), stream))
    })
}

/// Writes to a file descriptor, which must be open until the emitter is freed. It is not closed. What a FILE for the same
/// descriptor, such as `stdout`, has in its buffer is not written first: call `fflush()` before.
///
/// Output to a pipe that no process reads raises `SIGPIPE`, which ends the program, as with `write()`. A program that
/// ignores the signal gets `VD_E_IO`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_to_fd(emitter: *mut vd_emitter, fd: c_int) -> vd_status {
    status(|| {
        let (writer, stream) = Descriptor::new(fd);
        handles::with_mut(emitter, |emitter| emitter.set_writer(Box::new(writer), stream))
    })
}

/// Calls `write` with `user` for each piece of output, at most one for each diagnostic and one for the end. The function must not
/// use the emitter.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_to_callback(
    emitter: *mut vd_emitter,
    write: vd_write_fn,
    user: *mut c_void,
) -> vd_status {
    status(|| {
        let writer: Writer = Box::new(Callback::new(write, user)?);
        handles::with_mut(emitter, |emitter| emitter.set_writer(writer, None))
    })
}

/// Writes to a buffer in memory, which `vd_emitter_buffer` returns.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_to_buffer(emitter: *mut vd_emitter) -> vd_status {
    status(|| handles::with_mut(emitter, OutputEmitter::set_buffer))
}

/// Returns what was written to the buffer. It is valid until the emitter is used again or freed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_buffer(
    emitter: *mut vd_emitter,
    output: Option<NonNull<vd_str>>,
) -> vd_status {
    status(|| {
        let read = |emitter: &mut OutputEmitter| emitter.with_buffer(|bytes| vd_str::of(bytes));
        write_out(output, handles::with_mut(emitter, read)?)
    })
}

/// Empties the buffer.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_clear_buffer(emitter: *mut vd_emitter) -> vd_status {
    status(|| handles::with_mut(emitter, |emitter| emitter.with_buffer(Vec::clear)))
}

/// Sets the compiler that formats such as SARIF name, and the pages of its codes. Default: the file name of the program,
/// without a version and without pages.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_tool(emitter: *mut vd_emitter, tool: *const vd_tool) -> vd_status {
    status(|| {
        let tool = handles::with(tool, |tool| Ok(tool.clone()))?;
        options(emitter, |options| options.options.tool = tool)
    })
}

/// Sets when human and short output has colours. Default: `VD_COLOR_AUTO`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_color(
    emitter: *mut vd_emitter,
    color: MaybeUninit<vd_color>,
) -> vd_status {
    status(|| {
        let color = from_c(color)?;
        options(emitter, |options| options.color = color)
    })
}

/// Sets the background on which colours have to be readable. Default: that of the terminal, if it is
/// known.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_background(
    emitter: *mut vd_emitter,
    background: MaybeUninit<vd_background>,
) -> vd_status {
    status(|| {
        let background = from_c(background)?;
        options(emitter, |options| options.background = Some(background))
    })
}

/// Sets the width of a line of human output, in cells. 0 means the default: the width of the terminal, or 140.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_width(emitter: *mut vd_emitter, cells: u32) -> vd_status {
    status(|| {
        options(emitter, |options| {
            options.width = (cells > 0).then(|| u16::try_from(cells).unwrap_or(u16::MAX));
        })
    })
}

/// Sets how human output is drawn. Default: `VD_STYLE_ASCII`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_style(
    emitter: *mut vd_emitter,
    style: MaybeUninit<vd_style>,
) -> vd_status {
    status(|| {
        let style = from_c(style)?;
        with_options(emitter, |options| options.with_style(style))
    })
}

/// Sets the colours of human output and HTML: `default`, `high-contrast`, `color-blind` or `ansi`, each also with `-dark`
/// or `-light`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_theme(emitter: *mut vd_emitter, theme: vd_str) -> vd_status {
    status(|| {
        let theme = theme.text()?.parse().map_err(|error| Failure::argument(&error))?;
        with_options(emitter, |options| options.with_theme(theme))
    })
}

/// Sets the number of lines that human output and HTML show before and after each label. Default: 0.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_context_lines(emitter: *mut vd_emitter, lines: u32) -> vd_status {
    status(|| {
        let lines = u16::try_from(lines).unwrap_or(u16::MAX);
        with_options(emitter, |options| options.with_context_lines(lines))
    })
}

/// Sets the number of cells from one tab stop to the next in human output and HTML: 1 to 16, others are
/// changed to the nearest. Default: 4.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_tab_width(emitter: *mut vd_emitter, cells: u32) -> vd_status {
    status(|| {
        let cells = u8::try_from(cells).unwrap_or(u8::MAX);
        with_options(emitter, |options| options.with_tab_width(cells))
    })
}

/// Sets the URL of the links of paths, with the placeholders `{path}`, `{line}` and `{column}`, such as
/// `vscode://file/{path}:{line}:{column}`. Default: human output to a terminal that supports links has `file:` URLs, HTML has
/// no links of paths. Only files with an absolute path, or of sources with a root, have links.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_editor_url(emitter: *mut vd_emitter, url: vd_str) -> vd_status {
    status(|| {
        let url = url.text()?.parse().map_err(|error| Failure::argument(&error))?;
        with_options(emitter, |options| options.with_editor_url(url))
    })
}

/// Sets the file that formats whose readers need one, such as SARIF and GitLab, show for a diagnostic without a location,
/// relative to the root of the repository.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_fallback_path(
    emitter: *mut vd_emitter,
    path: vd_str,
) -> vd_status {
    status(|| {
        let path = path.owned()?;
        with_options(emitter, |options| options.with_fallback_path(path))
    })
}

/// Sets the category of SARIF logs, which distinguishes several runs of one compiler for one commit. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_sarif_category(
    emitter: *mut vd_emitter,
    category: vd_str,
) -> vd_status {
    status(|| {
        let category = category.owned()?;
        with_options(emitter, |options| options.with_sarif_category(category))
    })
}

/// Sets the maximum number of results in a SARIF log; 0 means no limit. A notification counts those that are omitted.
/// Default: 25,000, the limit of code scanning on GitHub.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_sarif_max_results(
    emitter: *mut vd_emitter,
    results: u64,
) -> vd_status {
    status(|| {
        let results = usize::try_from(results).unwrap_or(usize::MAX);
        with_options(emitter, |options| options.with_sarif_max_results(results))
    })
}

/// Sets which attributes the test cases of JUnit reports have. Default: `VD_JUNIT_LOCATED`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_set_junit_family(
    emitter: *mut vd_emitter,
    family: MaybeUninit<vd_junit_family>,
) -> vd_status {
    status(|| {
        let family = from_c(family)?;
        with_options(emitter, |options| options.with_junit_family(family))
    })
}

/// Writes one diagnostic at once, without a bag and its order. The diagnostic is not changed or freed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_emit(
    emitter: *mut vd_emitter,
    sources: *const vd_sources,
    diagnostic: *const vd_diagnostic,
) -> vd_status {
    status(|| {
        let diagnostic = handles::with(diagnostic, |draft| Ok(draft.clone().finish()))?;
        handles::with_mut(emitter, |emitter| {
            handles::with(sources, |sources| emitter.emit(sources, &diagnostic))
        })
    })
}

/// Ends the output: closes the document, if the format has one. Call it after the last `vd_emitter_emit`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_emitter_finish(emitter: *mut vd_emitter) -> vd_status {
    status(|| handles::with_mut(emitter, OutputEmitter::finish))
}

/// Changes the options of an emitter.
fn options(emitter: *mut vd_emitter, change: impl FnOnce(&mut OutputOptions)) -> Result {
    handles::with_mut(emitter, |emitter| emitter.options().map(change))
}

/// Replaces the options that the format reads.
fn with_options(
    emitter: *mut vd_emitter,
    change: impl FnOnce(EmitterOptions) -> EmitterOptions,
) -> Result {
    options(emitter, |options| options.options = change(options.options.clone()))
}

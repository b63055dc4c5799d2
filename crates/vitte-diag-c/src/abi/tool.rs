//! The compiler: its name, version, codes and pages.

use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use vitte_diag::Tool;

use super::memory::{vd_str, write_out};
use super::types::{severity_from_c, vd_severity, vd_tool};
use crate::failure::{Failure, guard, status, vd_status};
use crate::{code, handles, policy};

/// Describes a compiler by its name, such as `mycc`, and its version. Formats such as SARIF contain both. Free it with
/// `vd_tool_free`. Returns NULL on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_tool_new(name: vd_str, version: vd_str) -> *mut vd_tool {
    guard(ptr::null_mut(), || handles::insert(Tool::new(name.owned()?, version.owned()?)))
}

/// Frees a tool. What was created with it is not affected. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_tool_free(tool: *mut vd_tool) -> vd_status {
    status(|| if tool.is_null() { Ok(()) } else { handles::take(tool).map(drop) })
}

/// Sets the URL at which codes are explained. `{code}` in it is replaced by the code; without it, the code is appended.
#[unsafe(no_mangle)]
pub extern "C" fn vd_tool_set_codes_url(tool: *mut vd_tool, url: vd_str) -> vd_status {
    status(|| {
        let url = url.text()?;
        handles::with_mut(tool, |tool| {
            policy::change(tool, |tool| tool.with_codes_url(url));
            Ok(())
        })
    })
}

/// Adds a code with its default severity, so that a policy knows it.
#[unsafe(no_mangle)]
pub extern "C" fn vd_tool_add_code(
    tool: *mut vd_tool,
    code: vd_str,
    severity: MaybeUninit<vd_severity>,
) -> vd_status {
    status(|| {
        let (id, severity) = (
            code::from_text(&code.text()?).map_err(|error| Failure::argument(&error))?,
            severity_from_c(severity)?,
        );
        handles::with_mut(tool, |tool| {
            policy::change(tool, |tool| tool.with_codes([(id, severity)]));
            Ok(())
        })
    })
}

/// Adds the page of a code, and the code. A page is Markdown with all of these parts:
///
/// ```text
/// # E0001: illegal character
///
/// - Severity: error
/// - Phase: lexing
/// - Since: 1.0.0
///
/// What the code means.
///
/// ## Example
///
/// (a fenced code block)
///
/// ## Corrected
///
/// (a fenced code block)
/// ```
///
/// Fails with `VD_E_ARGUMENT` otherwise, and the error text names the first part that is missing. The library keeps a copy of
/// the page until the program ends.
#[unsafe(no_mangle)]
pub extern "C" fn vd_tool_add_page(tool: *mut vd_tool, page: vd_str) -> vd_status {
    status(|| {
        let page = page.text()?;
        handles::with_mut(tool, |tool| policy::add_page(tool, &page))
    })
}

/// Writes the page of a code, in Markdown, to `page`. With NULL as `tool` it is a page of the Vitte compiler, which
/// also has those of crashes. Fails with `VD_E_NOT_FOUND`, and a similar code in the error text. The page is valid until
/// the program ends.
#[unsafe(no_mangle)]
pub extern "C" fn vd_explain(
    tool: *const vd_tool,
    code: vd_str,
    page: Option<NonNull<vd_str>>,
) -> vd_status {
    status(|| {
        let code = code.text()?;
        let text = if tool.is_null() {
            policy::explain(None, &code)?
        } else {
            handles::with(tool, |tool| policy::explain(Some(tool), &code))?
        };
        write_out(page, vd_str::of(text.as_bytes()))
    })
}

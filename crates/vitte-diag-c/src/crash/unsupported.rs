//! Without `vitte-crash`: nothing is installed, and contexts are not recorded.

use vitte_diag::{ColorChoice, Format, SourceMap, Span};

use super::{CallSite, Setting};
use crate::failure::{Failure, Result, vd_status};

fn unsupported<T>() -> Result<T> {
    let text = "this build of the library does not have crash capture (feature `crash`)";
    Err(Failure::new(vd_status::VD_E_UNSUPPORTED, text))
}

pub(crate) fn set(_: Setting) -> Result {
    unsupported()
}

pub(crate) fn set_format(_: Format) -> Result {
    unsupported()
}

pub(crate) fn set_color(_: ColorChoice) -> Result {
    unsupported()
}

pub(crate) fn install(_: String, _: String) -> Result {
    unsupported()
}

pub(crate) fn uninstall() -> Result {
    unsupported()
}

pub(crate) fn set_sources(_: &SourceMap) -> Result {
    unsupported()
}

pub(crate) fn report(_: &str, _: CallSite) -> Result {
    unsupported()
}

pub(crate) fn open_context(_: &[u8], _: Option<Span>, _: CallSite) -> vd_status {
    vd_status::VD_OK
}

pub(crate) fn add_field(_: &[u8], _: &[u8]) -> vd_status {
    vd_status::VD_OK
}

pub(crate) fn close_context() -> vd_status {
    vd_status::VD_OK
}

pub(crate) fn context_depth() -> u32 {
    0
}

pub(crate) fn close_contexts(_: u32) {}

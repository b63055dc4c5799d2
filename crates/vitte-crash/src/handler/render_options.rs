//! How crashes are written, which may change after the handler was installed.

use std::sync::atomic::{AtomicU64, Ordering};

use vitte_diag::{Format, Terminal};

use crate::render::{PackedRenderOptions, RenderOptions, TerminalSource};
#[cfg(unix)]
use crate::sys::shared::{self, SharedField};

/// The current [`PackedRenderOptions`].
static RENDER_OPTIONS: AtomicU64 = AtomicU64::new(0);

pub(super) fn render_options() -> RenderOptions {
    PackedRenderOptions(RENDER_OPTIONS.load(Ordering::Acquire)).into()
}

/// Sets the options of this process, and of the reporter that inspects it.
pub(super) fn set_render_options(options: RenderOptions) {
    let PackedRenderOptions(packed) = options.into();
    RENDER_OPTIONS.store(packed, Ordering::Release);
    #[cfg(unix)]
    shared::set(SharedField::RenderOptions, packed);
}

/// Sets the format in which crashes are written from now on, like [`CrashGuard::set_format`](crate::CrashGuard::set_format), for code that does not have the
/// guard, such as a language server. Without a handler nothing happens.
pub fn set_format(format: Format, terminal: Terminal) {
    let terminal = TerminalSource::Fixed(terminal);
    set_render_options(RenderOptions { format, terminal, ..render_options() });
}

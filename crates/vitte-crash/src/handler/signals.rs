//! The signal handlers and the watchdog of a handler.

use std::time::Duration;

use super::Handler;
#[cfg(has_reporter)]
use super::report_in_child;
use crate::sys;
#[cfg(has_reporter)]
use crate::watchdog::Watchdog;

/// A signal on which [`CrashHandlerBuilder::dump_on`](super::CrashHandlerBuilder::dump_on) makes a dump.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Signal {
    /// `SIGQUIT`, which Ctrl-\\ sends in a terminal.
    Quit,
    /// `SIGUSR1`.
    Usr1,
    /// `SIGUSR2`.
    Usr2,
}

#[cfg(has_reporter)]
impl Signal {
    const fn number(self) -> i32 {
        match self {
            Self::Quit => libc::SIGQUIT,
            Self::Usr1 => libc::SIGUSR1,
            Self::Usr2 => libc::SIGUSR2,
        }
    }
}

/// When dumps are made.
pub(super) struct DumpTriggers {
    #[cfg_attr(not(has_reporter), allow(dead_code, reason = "only a reporter makes dumps"))]
    pub(super) signals: Vec<Signal>,
    pub(super) watchdog: Option<Duration>,
}

impl DumpTriggers {
    pub(super) fn is_empty(&self) -> bool {
        self.signals.is_empty() && self.watchdog.is_none()
    }
}

/// The signal handlers and the watchdog, which are removed when this is dropped.
pub(super) struct Signals {
    #[cfg(has_reporter)]
    _watchdog: Option<Watchdog>,
    #[cfg(has_reporter)]
    _dumps: sys::dump::DumpHandlers,
    #[cfg(unix)]
    _installed: Option<sys::SignalHandlers>,
    /// The configuration, which the reporter reads from the memory of this process.
    #[cfg(has_reporter)]
    _config_words: Box<[u64]>,
}

impl Signals {
    /// Installs the handlers of fatal signals if `handles_fatal`, and what makes dumps.
    #[cfg(has_reporter)]
    pub(super) fn install(handler: &Handler, handles_fatal: bool, dumps: &DumpTriggers) -> Self {
        use sys::shared::{self, SharedField};
        let words: Box<[u64]> = handler.config.to_words().into();
        shared::set(SharedField::ConfigAddress, words.as_ptr().addr() as u64);
        let timeout_millis = u64::try_from(handler.config.timeout.as_millis()).unwrap_or(u64::MAX);
        sys::ReporterSetup { timeout_millis, report_in_child }.install();
        let fatal = || sys::SignalHandlers::new(handler.config.is_previous_first);
        let signals: Vec<i32> = dumps.signals.iter().map(|signal| signal.number()).collect();
        Self {
            _installed: handles_fatal.then(fatal),
            _config_words: words,
            _dumps: sys::dump::DumpHandlers::new(&signals),
            _watchdog: dumps.watchdog.and_then(Watchdog::start),
        }
    }

    #[cfg(not(has_reporter))]
    pub(super) fn install(handler: &Handler, handles_fatal: bool, _dumps: &DumpTriggers) -> Self {
        _ = (handler, handles_fatal);
        Self {
            #[cfg(unix)]
            _installed: handles_fatal
                .then(|| sys::SignalHandlers::new(handler.config.is_previous_first)),
        }
    }
}

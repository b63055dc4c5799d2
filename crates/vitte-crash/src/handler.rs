//! The handler: what is in place from the first line of `main` on.

mod builder;
mod hook;

use std::fmt;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

pub use builder::CrashHandlerBuilder;
use hook::Hook;
use vitte_capsule::{CrashReport, Repository};
use vitte_diag::{Format, SourceMap, Terminal};

use crate::config::Config;
use crate::panic_hook::Panic;
use crate::render::{self, Look, Manner, Screen};
use crate::save::{self, Capsules};
#[cfg(unix)]
use crate::sys;

/// The handler of crashes: see [`install`](Self::install), and the [crate].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CrashHandler;

impl CrashHandler {
    /// The environment variable that says where crashes are stored, whatever the program says.
    pub const DIR_ENV_VAR: &'static str = Repository::DIR_ENV_VAR;

    /// Puts a handler in place that does all that it can, until the result is dropped. The first line of
    /// `main` is where it belongs:
    ///
    /// ```
    /// use vitte_crash::CrashHandler;
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let _guard = CrashHandler::install()?;
    ///     // …
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InstallError`] where one is in place already.
    pub fn install() -> Result<CrashGuard, InstallError> {
        Self::builder().install()
    }

    /// A handler that is told more, or does less.
    pub fn builder() -> CrashHandlerBuilder {
        CrashHandlerBuilder::new()
    }
}

/// Where a handler is in place already: there is one for each process.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct InstallError {}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a crash handler is installed already, and a process has one at most")
    }
}

impl std::error::Error for InstallError {}

/// A handler that is in place.
struct Handler {
    config: Config,
    capsules: Capsules,
    /// Not any more when the guard was dropped but another hook, which calls ours, is in place.
    is_on: AtomicBool,
}

static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
static HANDLER: RwLock<Option<Arc<Handler>>> = RwLock::new(None);
static LOOK: AtomicU64 = AtomicU64::new(0);

/// For this process, and for another one that looks at it.
fn set_look(look: Look) {
    LOOK.store(look.0, Ordering::Release);
    #[cfg(unix)]
    sys::shared::set(sys::shared::SharedField::OutputStyle, look.0);
}

/// The handler, where there is one. Whoever asks never waits.
fn current() -> Option<Arc<Handler>> {
    HANDLER.try_read().ok()?.clone()
}

/// What is known of the program, where a handler is in place.
pub(crate) fn config() -> Option<Config> {
    current().map(|handler| handler.config.clone())
}

/// Stores a report where reports are stored. What goes wrong is a note of it.
pub(crate) fn store(report: &mut CrashReport, sources: Option<&SourceMap>) {
    if let Some(handler) = current() {
        save::save(report, sources, &handler.config, &handler.capsules);
        report.notes.extend(save::tidy(&handler.config, &handler.capsules));
    }
}

/// Stores a report, and shows it; whether one of the two was done.
pub(crate) fn deliver(report: &mut CrashReport, sources: Option<&SourceMap>) -> bool {
    current().is_some_and(|handler| handler.deliver(report, sources))
}

impl Handler {
    /// Takes the one place that there is in a process.
    fn claim() -> Result<(), InstallError> {
        match IS_INSTALLED.swap(true, Ordering::AcqRel) {
            true => Err(InstallError {}),
            false => Ok(()),
        }
    }

    /// From now on it is the handler of this process.
    fn publish(config: Config, capsules: Capsules) -> Arc<Self> {
        let handler = Arc::new(Self { config, capsules, is_on: AtomicBool::new(true) });
        if let Ok(mut current) = HANDLER.write() {
            *current = Some(Arc::clone(&handler));
        }
        handler
    }

    fn deliver(&self, report: &mut CrashReport, sources: Option<&SourceMap>) -> bool {
        let is_stored = save::save(report, sources, &self.config, &self.capsules).is_some();
        let look = Look(LOOK.load(Ordering::Acquire));
        let is_shown = render::write(&render::show(look, report));
        if is_stored {
            save::tidy_and_say(&self.config, &self.capsules);
        }
        is_shown || is_stored
    }

    /// Whether the panic was told of.
    fn on_panic(&self, info: &PanicHookInfo<'_>) -> bool {
        let mut is_told = true;
        crate::panic_hook::once(|| match crate::panic_hook::look(info, &self.config) {
            Panic::Known | Panic::Caught => {}
            Panic::Report(capture) => {
                let (mut report, sources) = capture.into_report();
                is_told = self.deliver(&mut report, sources.as_ref());
            }
        });
        is_told
    }
}

/// The handlers of signals, until it is dropped.
struct Signals {
    #[cfg(unix)]
    _installed: sys::SignalHandlers,
    /// The config as the reporter reads them.
    #[cfg(has_reporter)]
    _words: Box<[u64]>,
}

impl Signals {
    #[cfg(has_reporter)]
    fn install(handler: &Handler) -> Self {
        use sys::shared::{self, SharedField};
        let words: Box<[u64]> = handler.config.words().into();
        shared::set(SharedField::ConfigAddress, words.as_ptr().addr() as u64);
        let limit = u64::try_from(handler.config.timeout.as_millis()).unwrap_or(u64::MAX);
        sys::ReporterSetup { timeout_millis: limit }.install();
        Self { _installed: sys::SignalHandlers::new(), _words: words }
    }

    #[cfg(not(has_reporter))]
    fn install(_handler: &Handler) -> Self {
        Self {
            #[cfg(unix)]
            _installed: sys::SignalHandlers::new(),
        }
    }
}

/// The handler is in place until this is dropped; then what was there before is there again.
#[must_use = "the handler is in place until this is dropped: bind it to a name such as `_guard`"]
pub struct CrashGuard {
    handler: Arc<Handler>,
    hook: Option<Hook>,
    signals: Option<Signals>,
}

impl CrashGuard {
    /// From now on crashes are written in another format: that of the command line, once it is known.
    pub fn set_format(&self, format: Format, terminal: Terminal) {
        let now = Manner::from(Look(LOOK.load(Ordering::Acquire)));
        set_look(Manner { format, screen: Screen::Known(terminal), ..now }.into());
    }
}

impl fmt::Debug for CrashGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrashGuard")
            .field("config", &self.handler.config)
            .field("panics", &self.hook.is_some())
            .field("signals", &self.signals.is_some())
            .finish_non_exhaustive()
    }
}

impl Drop for CrashGuard {
    fn drop(&mut self) {
        self.signals = None;
        self.handler.is_on.store(false, Ordering::Release);
        self.hook = None;
        if let Ok(mut current) = HANDLER.write() {
            *current = None;
        }
        IS_INSTALLED.store(false, Ordering::Release);
    }
}

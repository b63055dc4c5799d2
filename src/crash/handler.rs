//! The handler: what is in place from the first line of `main` on.

use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use super::facts::Facts;
use super::hook::{self, Panic};
use super::keep::{self, Capsules};
use super::output::{self, Look, Show};
use super::report::CrashReport;
use super::{Limits, signal};
use crate::source::SourceMap;

/// The handler of crashes: see [`install`](Self::install), and the [module](super).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CrashHandler;

impl CrashHandler {
    /// The environment variable that says where crashes are stored, whatever the program says.
    pub const FOLDER_VARIABLE: &'static str = "VITTE_CRASH_DIR";
}

/// What a [`CrashHandler`] does, see there.
#[derive(Clone, Debug)]
#[must_use = "nothing is in place until `install` is called"]
pub struct Builder {
    facts: Facts,
    panics: bool,
    signals: bool,
    chain: bool,
    variables: Limits,
    pub(crate) look: Look,
    show: Show,
    pub(super) capsules: Capsules,
}

impl Builder {
    pub(crate) fn new(look: Look, show: Show, capsules: Capsules) -> Self {
        let (facts, variables) = (Facts::new(), Limits::default());
        let (panics, signals, chain) = (true, true, true);
        Self { facts, panics, signals, chain, variables, look, show, capsules }
    }

    /// What is the program called in reports? By default as its file.
    pub fn module(mut self, module: impl Into<String>) -> Self {
        self.facts.module = Some(module.into());
        self
    }

    /// Which version is it? By default none is told.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.facts.version = version.into();
        self
    }

    /// What was it built from? By default nothing is told.
    pub fn commit(mut self, commit: impl Into<String>) -> Self {
        self.facts.commit = Some(commit.into());
        self
    }

    /// How was it built? By default `debug` or `release`.
    pub fn build_profile(mut self, profile: impl Into<String>) -> Self {
        self.facts.build = Some(profile.into());
        self
    }

    /// Where do reports lie? By default in `target/crash-reports` below the folder that the program is
    /// started in. `None` stores none. Where the environment variable [`CrashHandler::FOLDER_VARIABLE`] is
    /// set and not empty when the handler is installed, it says where instead, unless none are stored.
    pub fn store(mut self, folder: impl Into<Option<PathBuf>>) -> Self {
        self.facts.store = folder.into();
        self
    }

    /// Are panics reported? By default yes.
    pub const fn panics(mut self, panics: bool) -> Self {
        self.panics = panics;
        self
    }

    /// Are fatal signals reported? By default yes; on systems that are no Unix there are none.
    pub const fn signals(mut self, signals: bool) -> Self {
        self.signals = signals;
        self
    }

    /// Is the panic hook that was there before called as well? By default yes, unless it is the one of
    /// std, which would say again what the report says.
    pub const fn chain(mut self, chain: bool) -> Self {
        self.chain = chain;
        self
    }

    /// How long may it take to report a signal? By default 2 seconds, and then the process ends without a
    /// report. At least a millisecond, and at most an hour.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.facts.limit = limit.clamp(Duration::from_millis(1), Duration::from_secs(3600));
        self
    }

    /// How many calls are kept of a deep stack, the innermost and the outermost ones? By default 64
    /// and 32.
    pub const fn frames(mut self, innermost: usize, outermost: usize) -> Self {
        self.facts.frames = (innermost, outermost);
        self
    }

    /// Is a minidump written beside the report of a signal? By default yes, on Linux. It has no environment,
    /// and at most 4 MiB of stacks.
    #[cfg(feature = "minidump")]
    pub const fn minidump(mut self, minidump: bool) -> Self {
        self.facts.minidump = minidump;
        self
    }

    /// How many contexts does a report have? By default all that are kept, which are 64 at most.
    pub const fn contexts(mut self, innermost: usize) -> Self {
        self.facts.contexts = innermost;
        self
    }

    /// How much is kept of the variables that contexts [hold](super::Context::holding)? By default what
    /// [`Limits`] says.
    pub const fn variables(mut self, limits: Limits) -> Self {
        self.variables = limits;
        self
    }

    /// Puts the handler in place, until the guard is dropped. The first line of `main` is where it
    /// belongs: the same program is started to report a signal, and this call, which never returns in it,
    /// is what does that.
    ///
    /// # Errors
    ///
    /// [`InstallError`] where a handler is in place already.
    pub fn install(mut self) -> Result<CrashGuard, InstallError> {
        #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
        if let Some((process, address)) = signal::request() {
            super::reporter::run(process, address, self.show, &self.capsules);
        }
        if IS_INSTALLED.swap(true, Ordering::AcqRel) {
            return Err(InstallError {});
        }
        let wished = std::env::var_os(CrashHandler::FOLDER_VARIABLE).filter(|dir| !dir.is_empty());
        // A program may go to another folder before it crashes.
        self.facts.store = self.facts.store.map(|folder| {
            let folder = wished.map_or(folder, PathBuf::from);
            std::path::absolute(&folder).unwrap_or(folder)
        });
        set_look(self.look);
        self.variables.put_in_place();
        let Self { facts, panics, signals, chain, show, capsules, .. } = self;
        let is_on = AtomicBool::new(true);
        let handler = Arc::new(Handler { facts, show, capsules, is_on });
        if let Ok(mut current) = HANDLER.write() {
            *current = Some(Arc::clone(&handler));
        }
        let hook = panics.then(|| Hook::install(&handler, chain));
        let signals = signals.then(|| Signals::install(&handler));
        Ok(CrashGuard { handler, hook, signals })
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
    facts: Facts,
    show: Show,
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
    signal::words::set(signal::words::Word::Look, look.0);
}

/// The handler, where there is one. Whoever asks never waits.
fn current() -> Option<Arc<Handler>> {
    HANDLER.try_read().ok()?.clone()
}

/// What is known of the program, where a handler is in place.
pub(super) fn facts() -> Option<Facts> {
    current().map(|handler| handler.facts.clone())
}

/// Stores a report where reports are stored. What goes wrong is a note of it.
pub(super) fn store(report: &mut CrashReport, sources: Option<&SourceMap>) {
    if let Some(handler) = current() {
        keep::save(report, sources, &handler.facts, &handler.capsules);
        report.notes.extend(keep::tidy(&handler.facts, &handler.capsules));
    }
}

/// Stores a report, and shows it; whether one of the two was done.
pub(super) fn deliver(report: &mut CrashReport, sources: Option<&SourceMap>) -> bool {
    current().is_some_and(|handler| handler.deliver(report, sources))
}

impl Handler {
    fn deliver(&self, report: &mut CrashReport, sources: Option<&SourceMap>) -> bool {
        let is_stored = keep::save(report, sources, &self.facts, &self.capsules);
        let look = Look(LOOK.load(Ordering::Acquire));
        let is_shown = output::write(&(self.show)(look, report));
        if is_stored {
            keep::tidy_and_say(&self.facts, &self.capsules);
        }
        is_shown || is_stored
    }

    /// Whether the panic was told of.
    fn on_panic(&self, info: &PanicHookInfo<'_>) -> bool {
        let mut is_told = true;
        hook::once(|| match hook::look(info, &self.facts) {
            Panic::Known | Panic::Caught => {}
            Panic::Report(capture) => {
                let (mut report, sources) = capture.into_report();
                is_told = self.deliver(&mut report, sources.as_ref());
            }
        });
        is_told
    }
}

type PanicHook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync + 'static>;

/// Our panic hook, until it is dropped.
struct Hook {
    /// Where our hook is, so that it is known from others.
    address: usize,
    before: Arc<PanicHook>,
    is_std: bool,
}

impl Hook {
    fn install(handler: &Arc<Handler>, chain: bool) -> Self {
        let before = panic::take_hook();
        // With no hook of anybody, this gives that of std.
        let std = panic::take_hook();
        let is_std = is_same(&before, &std);
        let before = Arc::new(before);
        let (handler, previous) = (Arc::clone(handler), Arc::clone(&before));
        let hook: PanicHook = Box::new(move |info| {
            let is_on = handler.is_on.load(Ordering::Acquire);
            let is_told = is_on && handler.on_panic(info);
            if !is_told || (chain && !is_std && !super::capture::is_panic_caught()) {
                previous(info);
            }
        });
        let address = (&raw const *hook).addr();
        panic::set_hook(hook);
        Self { address, before, is_std }
    }
}

/// Whether two hooks are the same function, which has no data of its own.
#[allow(
    ambiguous_wide_pointer_comparisons,
    reason = "the same function may be taken for another one, and then what it says is said twice"
)]
fn is_same(a: &PanicHook, b: &PanicHook) -> bool {
    size_of_val(&**a) == 0 && std::ptr::eq(&raw const **a, &raw const **b)
}

impl Drop for Hook {
    fn drop(&mut self) {
        // A thread that panics cannot change the hook; ours is off, and calls the one before.
        if std::thread::panicking() {
            return;
        }
        let now = panic::take_hook();
        if (&raw const *now).addr() != self.address {
            // Somebody's own, which may call ours.
            panic::set_hook(now);
        } else if !self.is_std {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

/// The handlers of signals, until it is dropped.
struct Signals {
    #[cfg(unix)]
    _installed: signal::Installed,
    /// The facts as the reporter reads them.
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    _words: Box<[u64]>,
}

impl Signals {
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn install(handler: &Handler) -> Self {
        use signal::words::{self, Word};
        let words: Box<[u64]> = handler.facts.words().into();
        words::set(Word::Facts, words.as_ptr().addr() as u64);
        let limit = u64::try_from(handler.facts.limit.as_millis()).unwrap_or(u64::MAX);
        signal::Plan { limit }.put_in_place();
        Self { _installed: signal::Installed::new(), _words: words }
    }

    #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    fn install(_handler: &Handler) -> Self {
        Self {
            #[cfg(unix)]
            _installed: signal::Installed::new(),
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
    /// Changes how crashes are shown from now on.
    pub(crate) fn set_look(&self, look: Look) {
        set_look(look);
    }

    /// How crashes are shown.
    pub(crate) fn look(&self) -> Look {
        Look(LOOK.load(Ordering::Acquire))
    }
}

impl fmt::Debug for CrashGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrashGuard")
            .field("facts", &self.handler.facts)
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

//! The crash handler of the process: its installation, its state, and its removal.

mod before_report;
mod builder;
mod hook;
mod render_options;
mod signals;

use std::fmt;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use before_report::BeforeReport;
pub use builder::CrashHandlerBuilder;
use hook::Hook;
pub use render_options::set_format;
use render_options::{render_options, set_render_options};
pub use signals::Signal;
use signals::Signals;
use vitte_capsule::{CrashReport, Repository};
use vitte_diag::{Format, SourceMap, Terminal, text};

use crate::config::{Callbacks, Config, DescribePayload};
use crate::panic_hook::registry::{self, Held, Holding};
use crate::panic_hook::{self, PanicAction};
use crate::panic_message::message_of;
use crate::render::{self, RenderedOutput};
use crate::save::{self, CapsuleOptions};
use crate::sys;
use crate::sys::StackKind;
use crate::sys::held_output::HeldOutput;
use crate::thread_name::thread_name;

/// The crash handler of the process. [`install`](Self::install) installs it with the default configuration;
/// [`builder`](Self::builder) configures it first. This type is only a namespace: the installed handler lives until
/// its [`CrashGuard`] is dropped.
///
/// ```
/// use std::time::Duration;
///
/// use vitte_crash::{CrashHandler, EnvironmentCapture, SourceCapture};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let _guard = CrashHandler::builder()
///         .program("mycc")
///         .version("1.0.0")
///         .dir("target/mycc-crashes")
///         .timeout(Duration::from_secs(5))
///         .capture_environment(EnvironmentCapture::None)
///         .capture_sources(SourceCapture::All)
///         .install()?;
///     // …
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CrashHandler;

impl CrashHandler {
    /// The environment variable that sets the directory in which crashes are stored. If it is set and not empty, its
    /// value replaces that of [`CrashHandlerBuilder::dir`].
    pub const DIR_ENV_VAR: &'static str = Repository::DIR_ENV_VAR;

    /// The environment variable with which [`process`](crate::process) passes the session to a child process. Its value is
    /// the id of the session.
    pub const SESSION_ENV_VAR: &'static str = "VITTE_CRASH_SESSION";

    /// Installs a handler with the default configuration until the guard is dropped. Call it in the first line of
    /// `main`:
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
    /// [`InstallError`] if a handler is already installed.
    pub fn install() -> Result<CrashGuard, InstallError> {
        Self::builder().install()
    }

    /// Returns a builder, which configures the handler before it is installed.
    pub fn builder() -> CrashHandlerBuilder {
        CrashHandlerBuilder::new()
    }
}

/// A handler could not be installed, because the process already has one.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct InstallError {}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot install a crash handler: this process already has one")
    }
}

impl std::error::Error for InstallError {}

/// An installed handler.
struct Handler {
    config: Config,
    describe_payload: Option<DescribePayload>,
    before_report: Option<Arc<BeforeReport>>,
    capsule_options: CapsuleOptions,
    /// False after the guard is dropped. Our hook may still be called then, by a hook that replaced it.
    is_enabled: AtomicBool,
}

static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
static HANDLER: RwLock<Option<Arc<Handler>>> = RwLock::new(None);
/// Returns the installed handler. Returns `None` if there is none, or if one is just being installed or removed,
/// because a crashing thread must not wait for that.
fn current() -> Option<Arc<Handler>> {
    HANDLER.try_read().ok()?.clone()
}

/// Returns the configuration of the installed handler.
pub(crate) fn config() -> Option<Config> {
    current().map(|handler| handler.config.clone())
}

/// Returns the function of the program with which the installed handler describes payloads.
pub(crate) fn describe_payload() -> Option<DescribePayload> {
    current()?.describe_payload
}

/// Removes secrets from a report, and stores it if a handler is installed that stores reports. Adds a note to it if that
/// fails.
pub(crate) fn store(report: &mut CrashReport, sources: Option<&SourceMap>) {
    if let Some(handler) = current() {
        save::save(report, sources, &handler.config, &handler.capsule_options);
        report.notes.extend(save::clean_if_due(&handler.config, &handler.capsule_options));
    } else {
        // The caller shows its diagnostic.
        CapsuleOptions::new().redact(report, sources);
    }
}

/// Stores a changed report again in its file, if it has one.
pub(crate) fn store_again(report: &mut CrashReport, sources: Option<&SourceMap>) {
    if let Some(handler) = current() {
        save::save_again(report, sources, &handler.config, &handler.capsule_options);
    }
}

/// Loads the report with this id from the repository of the installed handler.
pub(crate) fn load(id: &str) -> Option<CrashReport> {
    let handler = current()?;
    save::load(id, &handler.config)
}

/// Writes reports that were held, because the panics of other threads could have been caused by theirs.
pub(crate) fn show_held(held: Vec<Held>) {
    // A process that the program forked has copies of them.
    for held in held.into_iter().filter(Held::is_of_this_process) {
        if let Some((bytes, to_stdout)) = held.output.take() {
            call_before_report(current().as_deref());
            render::write(&RenderedOutput { bytes, to_stdout });
        }
    }
}

/// Calls the function of the program that precedes reports, if the handler has one.
fn call_before_report(handler: Option<&Handler>) {
    if let Some(before_report) = handler.and_then(|handler| handler.before_report.as_ref()) {
        before_report.call();
    }
}

/// Called when the process exits: shows the reports that are still held.
extern "C" fn finish_at_exit() {
    #[cfg(unix)]
    sys::report_before_exit();
    sys::wait_for_crash();
    if let Some(handler) = current() {
        panic_hook::wait_for_reports(handler.config.timeout);
    }
    show_held(registry::take_all_held());
}

/// Stores and writes a report. Returns whether at least one of the two succeeded.
pub(crate) fn deliver(report: &mut CrashReport, sources: Option<&SourceMap>) -> bool {
    current().is_some_and(|handler| handler.deliver(report, sources))
}

impl Handler {
    /// Ensures that the process has only one handler.
    fn claim() -> Result<(), InstallError> {
        match IS_INSTALLED.swap(true, Ordering::AcqRel) {
            true => Err(InstallError {}),
            false => Ok(()),
        }
    }

    /// Creates the handler of the process, which [`current`] returns from now on.
    fn publish(config: Config, callbacks: Callbacks, capsule_options: CapsuleOptions) -> Arc<Self> {
        let Callbacks { describe_payload, before_report } = callbacks;
        let before_report = BeforeReport::new(before_report);
        sys::at_exit(finish_at_exit);
        let is_enabled = AtomicBool::new(true);
        let handler =
            Arc::new(Self { config, describe_payload, before_report, capsule_options, is_enabled });
        if let Ok(mut current) = HANDLER.write() {
            *current = Some(Arc::clone(&handler));
        }
        handler
    }

    /// Removes secrets from a report, stores it and writes it. Returns whether it was stored or written.
    fn deliver(&self, report: &mut CrashReport, sources: Option<&SourceMap>) -> bool {
        call_before_report(Some(self));
        let saved = save::save(report, sources, &self.config, &self.capsule_options);
        let is_stored = saved.stored.is_some();
        let shown = saved.shown(report);
        let is_written = render::write(&render::render(render_options(), &shown));
        if is_stored {
            save::clean_and_report(&self.config, &self.capsule_options);
        }
        is_written || is_stored
    }

    /// Reports a panic. Returns false if its report could be neither stored nor written.
    fn on_panic(&self, info: &PanicHookInfo<'_>, stack: StackKind) -> bool {
        let mut is_handled = true;
        panic_hook::without_recursion(|| {
            // The thread's own stack may be too small for the rest.
            if cfg!(has_reporter) && stack == StackKind::Own && !panic_hook::is_ignored() {
                write_panic_line(info);
            }
            let action = panic_hook::capture_panic(info, &self.config, self.describe_payload);
            let (capture, catch) = match action {
                PanicAction::Ignore | PanicAction::Caught => return,
                PanicAction::Follow(note) => {
                    let thread = thread_name();
                    let line = format!("note: a consequence in thread {thread}: {note}");
                    return write_line(&line);
                }
                PanicAction::Hold(capture, catch) => (capture, Some(catch)),
                PanicAction::Report(capture) => (capture, None),
            };
            let (key, has_entered) = (capture.key().clone(), capture.has_entered());
            let (mut report, sources) = capture.into_report();
            #[cfg(unix)]
            panic_hook::expect_abort(&report);
            if let Some(catch) = catch {
                self.hold(Holding { key, catch, has_entered }, report, sources);
            } else {
                // This panic may end the process.
                show_held(registry::take_all_held());
                is_handled = self.deliver(&mut report, sources.as_ref());
                panic_hook::remember(&report);
            }
        });
        is_handled
    }

    /// Stores a report, and shows it unless it could be the cause of a panic that another thread catches.
    fn hold(&self, holding: Holding, mut report: Box<CrashReport>, sources: Option<SourceMap>) {
        let options = &self.capsule_options;
        let saved = save::save(&mut report, sources.as_ref(), &self.config, options);
        let shown = saved.shown(&report);
        let RenderedOutput { bytes, to_stdout } = render::render(render_options(), &shown);
        let output = HeldOutput::new(bytes, to_stdout);
        show_held(registry::hold(holding, report, sources, output).into_iter().collect());
    }
}

/// Reports a crash in a forked child of the crashed process, and exits.
#[cfg(has_reporter)]
fn report_in_child(request: sys::ReporterRequest) -> ! {
    let Some(handler) = current() else { sys::exit(1) };
    crate::reporter::run(request, &handler.capsule_options)
}

/// Writes the message of a panic as one line to standard error, with little stack.
fn write_panic_line(info: &PanicHookInfo<'_>) {
    let message = message_of(info.payload());
    let location = info.location().map(|at| format!(" at {at}")).unwrap_or_default();
    write_line(&format!("panic in thread {}{location}: {message}", thread_name()));
}

/// Writes a line to standard error.
fn write_line(line: &str) {
    let bytes = format!("{}\n", text::one_line(line)).into_bytes();
    render::write(&RenderedOutput { bytes, to_stdout: false });
}

/// An installed crash handler. When this is dropped, the previous panic hook and signal handlers are restored.
#[must_use = "the handler is removed when this is dropped: bind it to a name such as `_guard`"]
pub struct CrashGuard {
    handler: Arc<Handler>,
    hook: Option<Hook>,
    signals: Option<Signals>,
}

impl CrashGuard {
    /// Sets the format in which crashes are written from now on, and the terminal for which they are rendered. Call it
    /// when the command line is parsed.
    pub fn set_format(&self, format: Format, terminal: Terminal) {
        set_format(format, terminal);
    }

    /// Keeps the handler until the process ends.
    ///
    /// A guard that is dropped at the end of `main` does not report what happens after that, such as a panic in the
    /// destructor of a thread-local variable of the first thread, or in a function that `atexit` calls. With this
    /// function such panics are reported.
    pub fn leak(self) {
        std::mem::forget(self);
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
        sys::wait_for_crash();
        panic_hook::wait_for_reports(self.handler.config.timeout);
        sys::with_big_stack(&mut |_| show_held(registry::take_all_held()));
        self.signals = None;
        self.handler.is_enabled.store(false, Ordering::Release);
        self.hook = None;
        if let Ok(mut current) = HANDLER.write() {
            *current = None;
        }
        IS_INSTALLED.store(false, Ordering::Release);
    }
}

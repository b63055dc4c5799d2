//! With `vitte-crash`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vitte_crash::foreign::{self, ContextError};
use vitte_crash::{CrashGuard, CrashHandler, CrashHandlerBuilder, Signal};
use vitte_diag::{ColorChoice, Format, SourceMap, Span, Stream, Terminal};

use super::{CallSite, Setting};
use crate::failure::{Failure, Result, failed, vd_status};

/// The settings, and the handler that was installed with them.
struct State {
    settings: Vec<Setting>,
    format: Format,
    color: ColorChoice,
    guard: Option<CrashGuard>,
}

static STATE: Mutex<State> = Mutex::new(State {
    settings: Vec::new(),
    format: Format::Human,
    color: ColorChoice::Auto,
    guard: None,
});

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_installed() -> Failure {
    Failure::new(vd_status::VD_E_BUSY, "a crash handler is already installed")
}

fn is_not_installed() -> Failure {
    Failure::new(vd_status::VD_E_NOT_FOUND, "no crash handler is installed")
}

/// Adds a setting for the handler that is installed later.
pub(crate) fn set(setting: Setting) -> Result {
    if let Setting::DumpOn(number) = setting {
        signal(number)?;
    }
    if !cfg!(target_os = "linux") && matches!(setting, Setting::DumpOn(_) | Setting::Watchdog(_)) {
        return Err(Failure::new(vd_status::VD_E_UNSUPPORTED, "only Linux has dumps"));
    }
    let mut state = state();
    if state.guard.is_some() {
        return Err(is_installed());
    }
    state.settings.push(setting);
    Ok(())
}

/// Sets the format of crashes, also of a handler that is installed.
pub(crate) fn set_format(format: Format) -> Result {
    let mut state = state();
    state.format = format;
    state.publish();
    Ok(())
}

/// Sets when crashes are written with colours, also by a handler that is installed.
pub(crate) fn set_color(color: ColorChoice) -> Result {
    let mut state = state();
    state.color = color;
    state.publish();
    Ok(())
}

/// Installs the handler. In the reporter this never returns.
pub(crate) fn install(program: String, version: String) -> Result {
    let mut state = state();
    if state.guard.is_some() {
        return Err(is_installed());
    }
    // The profile of this library is not that of the program. A panic of this library is a status, and not a crash.
    let mut builder = CrashHandler::builder()
        .version(version)
        .build_profile("")
        .panics(false)
        .format(state.format)
        .color(state.color);
    if !program.is_empty() {
        builder = builder.program(program);
    }
    let builder = state.settings.iter().fold(builder, configured);
    state.guard = Some(builder.install().map_err(|_| is_installed())?);
    Ok(())
}

/// Removes the handler. The settings are kept.
pub(crate) fn uninstall() -> Result {
    // Removing it waits for a crash that is being reported, so the lock is released first.
    let guard = state().guard.take();
    guard.map(drop).ok_or_else(is_not_installed)
}

pub(crate) fn set_sources(sources: &SourceMap) -> Result {
    vitte_crash::set_sources(sources);
    Ok(())
}

/// Reports an internal error of the program.
pub(crate) fn report(message: &str, at: CallSite) -> Result {
    if state().guard.is_none() {
        return Err(is_not_installed());
    }
    let is_delivered = foreign::report(message, at.into(), "vd_crash_report");
    is_delivered.then_some(()).ok_or_else(|| {
        let text = "the report of an internal error could be neither stored nor written";
        Failure::new(vd_status::VD_E_IO, text)
    })
}

#[inline]
pub(crate) fn open_context(name: &[u8], span: Option<Span>, at: CallSite) -> vd_status {
    status_of(foreign::open_context(name, span, at.into()))
}

#[inline]
pub(crate) fn add_field(key: &[u8], value: &[u8]) -> vd_status {
    status_of(foreign::add_field(key, value))
}

#[inline]
pub(crate) fn close_context() -> vd_status {
    status_of(foreign::close_context())
}

#[inline]
pub(crate) fn context_depth() -> u32 {
    foreign::context_depth()
}

#[inline]
pub(crate) fn close_contexts(depth: u32) {
    foreign::close_contexts(depth);
}

impl State {
    /// Passes changed options to the handler, if one is installed.
    fn publish(&self) {
        if self.guard.is_some() {
            let terminal = match self.format.stream() {
                Stream::Stderr => Terminal::stderr(self.color),
                Stream::Stdout => Terminal::stdout(self.color),
            };
            vitte_crash::set_format(self.format, terminal);
        }
    }
}

fn configured(builder: CrashHandlerBuilder, setting: &Setting) -> CrashHandlerBuilder {
    let millis = |millis: u32| Duration::from_millis(millis.into());
    match setting.clone() {
        Setting::ReportUrl(url) => builder.report_url(url),
        Setting::Dir(dir) => builder.dir(dir),
        Setting::WithoutStore => builder.without_store(),
        Setting::CommandName(name) => builder.command_name(name),
        Setting::Commit(commit) => builder.commit(commit),
        Setting::Build(build) => builder.build_profile(build),
        Setting::Timeout(timeout) => builder.timeout(millis(timeout)),
        Setting::Quiet(quiet) => builder.quiet(quiet),
        Setting::PreviousHandlersFirst(is_first) => builder.previous_handlers_first(is_first),
        Setting::DumpOn(number) => match signal(number) {
            Ok(signal) => builder.dump_on(signal),
            Err(_) => builder,
        },
        Setting::Watchdog(limit) => builder.watchdog(millis(limit)),
    }
}

/// Returns the signal with a number.
fn signal(number: i32) -> Result<Signal> {
    #[cfg(unix)]
    match number {
        libc::SIGQUIT => return Ok(Signal::Quit),
        libc::SIGUSR1 => return Ok(Signal::Usr1),
        libc::SIGUSR2 => return Ok(Signal::Usr2),
        _ => {}
    }
    let text = format!("signal {number} is not SIGQUIT, SIGUSR1 or SIGUSR2");
    Err(Failure::argument(&text))
}

#[inline]
fn status_of(result: std::result::Result<(), ContextError>) -> vd_status {
    match result {
        Ok(()) => vd_status::VD_OK,
        Err(error) => context_failed(error),
    }
}

#[cold]
#[inline(never)]
fn context_failed(error: ContextError) -> vd_status {
    let status = match error {
        ContextError::NoContext => vd_status::VD_E_NOT_FOUND,
        _ => vd_status::VD_E_LIMIT,
    };
    failed(Failure::new(status, error.to_string()))
}

impl From<CallSite> for foreign::CallSite {
    #[inline]
    fn from(CallSite { stack, code }: CallSite) -> Self {
        Self { stack, code }
    }
}

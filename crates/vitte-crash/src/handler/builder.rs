//! The configuration of a crash handler.

use std::path::PathBuf;
use std::time::Duration;

#[cfg(doc)]
use vitte_capsule::Repository;
use vitte_capsule::{Redactor, Retention};
use vitte_diag::{ColorChoice, Format};

use super::hook::Hook;
use super::signals::{DumpTriggers, Signal, Signals};
use super::{CrashGuard, CrashHandler, Handler, InstallError, set_render_options};
use crate::config::{Callbacks, Config};
use crate::render::{RenderOptions, TerminalSource};
use crate::save::{CapsuleOptions, EnvironmentCapture, SourceCapture};
#[cfg(has_reporter)]
use crate::sys;
use crate::variables::VariableLimits;

/// Configures a [`CrashHandler`] before it is installed. See [`CrashHandler::builder`].
#[derive(Clone, Debug)]
#[must_use = "the handler is not installed until `install` is called"]
pub struct CrashHandlerBuilder {
    config: Config,
    callbacks: Callbacks,
    panics: bool,
    signals: bool,
    chain: bool,
    variables: VariableLimits,
    render_options: RenderOptions,
    capsule_options: CapsuleOptions,
    dump_signals: Vec<Signal>,
    watchdog: Option<Duration>,
}

impl CrashHandlerBuilder {
    pub(super) fn new() -> Self {
        Self {
            config: Config::new(),
            callbacks: Callbacks::default(),
            panics: true,
            signals: true,
            chain: true,
            variables: VariableLimits::default(),
            render_options: RenderOptions::default(),
            capsule_options: CapsuleOptions::new(),
            dump_signals: Vec::new(),
            watchdog: None,
        }
    }

    /// Sets the program's name in reports. Default: the file name of the executable.
    pub fn program(mut self, name: impl Into<String>) -> Self {
        self.config.program = Some(name.into());
        self
    }

    /// Sets the program's version in reports. Default: none.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.config.version = version.into();
        self
    }

    /// Sets the commit that the program was built from. Default: none.
    pub fn commit(mut self, commit: impl Into<String>) -> Self {
        self.config.commit = Some(commit.into());
        self
    }

    /// Sets the name of the build profile; an empty name means that it is not known. Default: `debug` or `release`, as this
    /// crate was built.
    pub fn build_profile(mut self, profile: impl Into<String>) -> Self {
        self.config.build = Some(profile.into()).filter(|profile| !profile.is_empty());
        self
    }

    /// Sets where the program runs, such as `production`: the environment of Sentry. Default: none.
    pub fn deployment(mut self, name: impl Into<String>) -> Self {
        self.config.deployment = Some(name.into());
        self
    }

    /// Sets where users report crashes, such as the URL of an issue tracker. Default: none.
    pub fn report_url(mut self, url: impl Into<String>) -> Self {
        self.config.report_url = Some(url.into());
        self
    }

    /// Sets the command that users run to see and send crashes: `mycc` for `mycc crash show`, if the program has the
    /// commands of `vitte crash` itself. Default: `vitte`.
    pub fn command_name(mut self, name: impl Into<String>) -> Self {
        self.config.command_name = Some(name.into());
        self
    }

    /// Sets the directory in which crashes are stored. Default: [`Repository::default_dir`] of the program, which is
    /// `target/crash-reports` in a Cargo workspace, and otherwise a directory in the user's state directory. If that
    /// cannot be written, crashes are stored in [`Repository::temporary_dir`].
    ///
    /// If the environment variable [`CrashHandler::DIR_ENV_VAR`] is set and not empty when the handler is
    /// installed, its value replaces this one. It does not undo [`without_store`](Self::without_store).
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.config.dir = Some(dir.into());
        self.config.is_default_dir = false;
        self
    }

    /// Stores no crashes; they are only reported. Default: they are stored in [`dir`](Self::dir).
    pub fn without_store(mut self) -> Self {
        self.config.dir = None;
        self
    }

    /// Sets whether panics are reported. Default: true.
    pub const fn panics(mut self, panics: bool) -> Self {
        self.panics = panics;
        self
    }

    /// Sets a function that describes payloads of types that only the program knows. Default: none.
    ///
    /// Text, numbers and the usual types of errors need no function: `&str`, `String`, `Box<str>`, `Arc<str>`,
    /// `Cow<'static, str>`, `Box<dyn Error + Send + Sync>`, `Box<dyn Error + Send>`, `io::Error` and others of std. For
    /// any other payload the function returns its text, or `None` if it does not know it either.
    ///
    /// On Linux the function, and the `Display` of an error, run in a forked child. There they may panic, crash or wait
    /// for a lock; then the report says so. They have the time and the length of
    /// [`VariableLimits`], and their changes to memory are lost. On other systems they are not
    /// called, because a panic inside of a panic hook ends the process.
    ///
    /// ```
    /// # use vitte_crash::CrashHandler;
    /// struct InternalError { code: u16 }
    ///
    /// let builder = CrashHandler::builder().describe_payload(|payload| {
    ///     let error = payload.downcast_ref::<InternalError>()?;
    ///     Some(format!("internal error {}", error.code))
    /// });
    /// # _ = builder;
    /// ```
    pub fn describe_payload(
        mut self,
        describe: fn(&(dyn std::any::Any + Send)) -> Option<String>,
    ) -> Self {
        self.callbacks.describe_payload = Some(describe);
        self
    }

    /// Sets a function that is called once, before a crash is written to a terminal, such as one that ends the raw mode
    /// of the terminal and leaves its alternate screen. Default: none. It is not called for a panic that
    /// [`catch_panic`](crate::catch_panic) returns.
    ///
    /// The report is written when the function has returned, and 500 milliseconds after it was called in any case. It may
    /// panic. Other threads that crash meanwhile wait for it, too.
    ///
    /// - At a panic, or an error of `main`, a thread of its own calls it.
    /// - At a fatal signal, a forked child calls it, on Linux only, after the line `received SIGSEGV …` was written. Only a
    ///   few functions are safe in a signal handler; in a child it may wait for a lock that the crashed thread holds, or
    ///   crash. What it changes in memory is lost. The state of the terminal belongs to the terminal, so that change
    ///   remains.
    pub fn before_report(mut self, before_report: fn()) -> Self {
        self.callbacks.before_report = Some(before_report);
        self
    }

    /// Sets whether fatal signals are reported. Default: true. Has no effect outside Unix.
    pub const fn signals(mut self, signals: bool) -> Self {
        self.signals = signals;
        self
    }

    /// Sets whether signal handlers that were installed before this one decide about a fault first. Default: false:
    /// the fault is reported, and then passed on to them.
    ///
    /// Set it if the program contains a runtime that recovers from faults (a garbage collector, WebAssembly, a JIT
    /// compiler), and install that runtime first. If its handler changes the registers, maps memory or does not return,
    /// nothing is reported. If it restores the default action, aborts, or does nothing, the fault is reported.
    pub const fn previous_handlers_first(mut self, is_first: bool) -> Self {
        self.config.is_previous_first = is_first;
        self
    }

    /// Sets whether the panic hook that was installed before is called as well. Default: true. The default hook of
    /// std is never called, because it would repeat what the report says.
    pub const fn chain(mut self, chain: bool) -> Self {
        self.chain = chain;
        self
    }

    /// Makes a dump when a signal arrives: a report of all threads with their contexts, with the severity `note`. The
    /// program goes on. Call it once for each signal. Default: no signal. Linux only.
    ///
    /// The thread that receives the signal waits until the dump is made, at most the [`timeout`](Self::timeout).
    pub fn dump_on(mut self, signal: Signal) -> Self {
        self.dump_signals.push(signal);
        self
    }

    /// Makes a dump when a [context](crate::context()) is open for longer than `limit`. The program goes on. Default:
    /// no limit. Linux only.
    ///
    /// A thread looks at the contexts four times within the limit, at least once a second. A dump shows all contexts
    /// of a thread, so another one about that thread follows only for a context that was opened later. A forked child
    /// has no such thread, and makes no dumps.
    pub fn watchdog(mut self, limit: Duration) -> Self {
        self.watchdog = Some(limit);
        self
    }

    /// Sets how long reporting a signal may take. Default: 2 seconds. After that the process ends without a
    /// report. Values are limited to 1 millisecond to 1 hour.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout.clamp(Duration::from_millis(1), Duration::from_secs(3600));
        self
    }

    /// Sets how many frames of a deep stack are captured: the `innermost` and the `outermost` ones. Default: 64
    /// and 32.
    pub const fn max_frames(mut self, innermost: usize, outermost: usize) -> Self {
        self.config.max_frames = (innermost, outermost);
        self
    }

    /// Sets whether the capsule of a signal contains a minidump. Default: false. Linux only. A minidump has at most
    /// 4 MiB of stacks, and never the environment.
    #[cfg(feature = "minidump")]
    pub const fn minidump(mut self, minidump: bool) -> Self {
        self.config.minidump = minidump;
        self
    }

    /// Sets how many contexts a report has, the innermost ones. Default: all that are recorded, at most 64.
    pub const fn max_contexts(mut self, innermost: usize) -> Self {
        self.config.max_contexts = innermost;
        self
    }

    /// Sets the limits for [variables of contexts](crate::ContextGuard::with_variables). Default:
    /// [`VariableLimits::default`].
    pub const fn variable_limits(mut self, limits: VariableLimits) -> Self {
        self.variables = limits;
        self
    }

    /// Sets the format in which a crash is written, and so the stream: standard error for people, standard output
    /// for programs. Default: [`Format::Human`].
    pub fn format(mut self, format: Format) -> Self {
        self.render_options.format = format;
        self
    }

    /// Sets whether ANSI colours are written. Default: if standard error is a terminal that supports them.
    pub fn color(mut self, choice: ColorChoice) -> Self {
        self.render_options.terminal = TerminalSource::Stderr(choice);
        self
    }

    /// Sets whether people get only one line, with the path of the report and no backtrace. Default: true if the
    /// environment variable `CI` is set, and neither empty nor `false`.
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.render_options.quiet = Some(quiet);
        self
    }

    /// Sets which environment variables a capsule contains. Default: [`EnvironmentCapture::Safe`].
    pub const fn capture_environment(mut self, environment: EnvironmentCapture) -> Self {
        self.capsule_options.environment = environment;
        self
    }

    /// Sets the prefix of the program's own environment variables, which are safe to capture. Default: the program's
    /// name in capitals and `_`, such as `VITTEC_`.
    pub fn environment_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.capsule_options.prefix = Some(prefix.into());
        self
    }

    /// Sets which source files a capsule contains. Default: [`SourceCapture::Touched`].
    pub const fn capture_sources(mut self, sources: SourceCapture) -> Self {
        self.capsule_options.sources = sources;
        self
    }

    /// Sets what is secret, and so removed from capsules and from what is shown of a crash. Default:
    /// [`Redactor::default`]. The values of secret variables and arguments of the process, its home directory and the
    /// name of its user are added when it crashes.
    pub fn redact(mut self, redactor: Redactor) -> Self {
        self.capsule_options.redactor = redactor;
        self
    }

    /// Sets which crashes are retained, and for how long; `None` retains all. Default: [`Retention::default`]. It is
    /// applied after a crash was stored, at most once an hour.
    pub fn retention(mut self, retention: impl Into<Option<Retention>>) -> Self {
        self.capsule_options.retention = retention.into();
        self
    }

    /// Installs the handler until the guard is dropped.
    ///
    /// Call it in the first line of `main`: the same program is started again to report a signal, and in that
    /// process this call does the reporting and never returns.
    ///
    /// # Errors
    ///
    /// [`InstallError`] if a handler is already installed.
    pub fn install(mut self) -> Result<CrashGuard, InstallError> {
        #[cfg(has_reporter)]
        if let Some(request) = sys::reporter_request() {
            crate::reporter::run(request, &self.capsule_options);
        }
        Handler::claim()?;
        let from_environment =
            std::env::var_os(CrashHandler::DIR_ENV_VAR).filter(|dir| !dir.is_empty());
        self.config.resolve_dir(from_environment);
        self.config.join_session(std::env::var_os(CrashHandler::SESSION_ENV_VAR));
        let Self {
            config,
            callbacks,
            panics,
            signals,
            chain,
            variables,
            render_options,
            capsule_options,
            ..
        } = self;
        set_render_options(render_options);
        variables.publish();
        let handler = Handler::publish(config, callbacks, capsule_options);
        let hook = panics.then(|| Hook::install(&handler, chain));
        let dumps = DumpTriggers { signals: self.dump_signals, watchdog: self.watchdog };
        let needs_reporter = signals || !dumps.is_empty();
        let signals = needs_reporter.then(|| Signals::install(&handler, signals, &dumps));
        Ok(CrashGuard { handler, hook, signals })
    }
}

//! What a handler does, and what it is told of the program.

use std::path::PathBuf;
use std::time::Duration;

use vitte_capsule::{Mask, Retention};
use vitte_diag::{ColorChoice, Format};

use super::hook::Hook;
use super::{CrashGuard, CrashHandler, Handler, InstallError, Signals, set_look};
use crate::facts::Facts;
use crate::render::{Manner, Screen};
use crate::save::{Capsules, Environment, Sources};
#[cfg(has_reporter)]
use crate::sys;
use crate::variables::Limits;

/// What a [`CrashHandler`] does, see there.
#[derive(Clone, Debug)]
#[must_use = "nothing is in place until `install` is called"]
pub struct Builder {
    facts: Facts,
    panics: bool,
    signals: bool,
    chain: bool,
    variables: Limits,
    manner: Manner,
    capsules: Capsules,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            facts: Facts::new(),
            panics: true,
            signals: true,
            chain: true,
            variables: Limits::default(),
            manner: Manner::default(),
            capsules: Capsules::new(),
        }
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

    /// Is a minidump of a signal written into its capsule, on Linux? By default no. It has no environment,
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

    /// How much is kept of the variables that contexts [hold](crate::Context::holding)? By default what
    /// [`Limits`] says.
    pub const fn variables(mut self, limits: Limits) -> Self {
        self.variables = limits;
        self
    }

    /// In which format is a crash written, and to which stream: standard error for people, standard
    /// output for programs? By default [`Format::Human`].
    pub fn format(mut self, format: Format) -> Self {
        self.manner.format = format;
        self
    }

    /// Are ANSI colours written? By default where standard error is a terminal that has them.
    pub fn color(mut self, choice: ColorChoice) -> Self {
        self.manner.screen = Screen::Any(choice);
        self
    }

    /// Is one line enough for people, with the path of the report and no backtrace? By default where the
    /// environment has `CI`.
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.manner.quiet = Some(quiet);
        self
    }

    /// Which variables of the environment does a capsule have? By default those that are safe.
    pub const fn environment(mut self, environment: Environment) -> Self {
        self.capsules.environment = environment;
        self
    }

    /// With what do the names of the program's own variables of the environment begin, which are safe? By
    /// default with its name in capitals and `_`, such as `VITTEC_`.
    pub fn environment_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.capsules.prefix = Some(prefix.into());
        self
    }

    /// Which source files does a capsule have? By default those that the crash's contexts are in.
    pub const fn keep_sources(mut self, sources: Sources) -> Self {
        self.capsules.sources = sources;
        self
    }

    /// What is secret, and so in no capsule? By default what [`Mask`] says.
    pub fn mask(mut self, mask: Mask) -> Self {
        self.capsules.mask = mask;
        self
    }

    /// Which capsules are kept, and for how long? By default as [`Retention`] says; all of them with `None`.
    /// It is looked after when a crash was stored, at most once an hour.
    pub fn retention(mut self, retention: impl Into<Option<Retention>>) -> Self {
        self.capsules.retention = retention.into();
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
        #[cfg(has_reporter)]
        if let Some((process, address)) = sys::request() {
            crate::reporter::run(process, address, &self.capsules);
        }
        Handler::claim()?;
        let wished = std::env::var_os(CrashHandler::FOLDER_VARIABLE).filter(|dir| !dir.is_empty());
        // A program may go to another folder before it crashes.
        self.facts.store = self.facts.store.map(|folder| {
            let folder = wished.map_or(folder, PathBuf::from);
            std::path::absolute(&folder).unwrap_or(folder)
        });
        let Self { facts, panics, signals, chain, variables, manner, capsules } = self;
        set_look(manner.into());
        variables.put_in_place();
        let handler = Handler::publish(facts, capsules);
        let hook = panics.then(|| Hook::install(&handler, chain));
        let signals = signals.then(|| Signals::install(&handler));
        Ok(CrashGuard { handler, hook, signals })
    }
}

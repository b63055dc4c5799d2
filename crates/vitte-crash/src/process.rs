//! Child processes: their crashes belong to the session of this process, and none is lost.
//!
//! A child that has a crash handler reports its crashes itself, with the session of this process. If a child dies of a signal
//! without such a report, because it has no handler, was killed, or had no memory, this process reports it when it waits for
//! the child. The report has the contexts of the thread that waits, so it says what the child was to do.
//!
//! ```
//! use std::process::Command;
//!
//! use vitte_crash::process;
//!
//! let _cx = vitte_crash::context("compiling", None).with("file", "shapes.vitte");
//! let status = process::status(Command::new("true"))?;
//! assert!(status.success());
//! # Ok::<(), std::io::Error>(())
//! ```

#[cfg(unix)]
mod death;

use std::ffi::OsString;
use std::ops::{Deref, DerefMut};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::{fmt, io};

use crate::context::handle::{ContextHandle, handle};
use crate::handler::{self, CrashHandler};

/// Starts a program. If a handler is installed, the reports of the child belong to the session of this process, and are stored
/// in the same directory, unless the command sets [`CrashHandler::DIR_ENV_VAR`].
///
/// # Errors
///
/// Those of [`Command::spawn`].
pub fn spawn(mut command: Command) -> io::Result<Child> {
    if let Some(config) = handler::config() {
        command.env(CrashHandler::SESSION_ENV_VAR, config.session());
        let is_dir_set = command.get_envs().any(|(name, _)| name == CrashHandler::DIR_ENV_VAR);
        if let Some(dir) = config.dir.filter(|_| !is_dir_set) {
            command.env(CrashHandler::DIR_ENV_VAR, dir);
        }
    }
    let args = std::iter::once(command.get_program()).chain(command.get_args());
    let args = args.map(OsString::from).collect();
    #[cfg(unix)]
    let before = death::Evidence::now();
    let inner = command.spawn()?;
    Ok(Child {
        inner,
        args,
        contexts: handle(),
        is_reported: false,
        #[cfg(unix)]
        before,
    })
}

/// Runs a program, and waits until it ends.
///
/// # Errors
///
/// Those of [`Command::status`].
pub fn status(command: Command) -> io::Result<ExitStatus> {
    spawn(command)?.wait()
}

/// Runs a program without input, and collects what it writes.
///
/// # Errors
///
/// Those of [`Command::output`].
pub fn output(mut command: Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    spawn(command)?.wait_with_output()
}

/// A running child process, which is reported if it dies of a signal. Returned by [`spawn`].
///
/// It dereferences to [`std::process::Child`], which has the standard streams.
pub struct Child {
    inner: std::process::Child,
    /// The command line, the program first.
    args: Vec<OsString>,
    /// The contexts in which it was started.
    contexts: ContextHandle,
    /// Whether it was reported, or is not to be reported, because this process has killed it.
    is_reported: bool,
    #[cfg(unix)]
    before: death::Evidence,
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl Deref for Child {
    type Target = std::process::Child;

    fn deref(&self) -> &std::process::Child {
        &self.inner
    }
}

impl DerefMut for Child {
    fn deref_mut(&mut self) -> &mut std::process::Child {
        &mut self.inner
    }
}

impl Child {
    /// Kills the child, whose death is not reported then.
    ///
    /// # Errors
    ///
    /// Those of [`std::process::Child::kill`].
    pub fn kill(&mut self) -> io::Result<()> {
        self.is_reported = true;
        self.inner.kill()
    }

    /// Waits until the child ends, and reports its death by a signal. Dropping the child does neither.
    ///
    /// # Errors
    ///
    /// Those of [`std::process::Child::wait`].
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.inner.wait()?;
        self.ended(status);
        Ok(status)
    }

    /// Does the same if the child has ended already. Otherwise returns `None`.
    ///
    /// # Errors
    ///
    /// Those of [`std::process::Child::try_wait`].
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.inner.try_wait()?;
        status.into_iter().for_each(|status| self.ended(status));
        Ok(status)
    }

    /// Waits until the child ends, and collects what it has written to the streams that are pipes.
    ///
    /// # Errors
    ///
    /// Those of [`std::process::Child::wait_with_output`].
    pub fn wait_with_output(self) -> io::Result<Output> {
        #[cfg(unix)]
        {
            let Self { inner, args, contexts, is_reported, before } = self;
            let id = inner.id();
            let output = inner.wait_with_output()?;
            if !is_reported {
                death::report(output.status, id, args, &contexts, &before);
            }
            Ok(output)
        }
        #[cfg(not(unix))]
        self.inner.wait_with_output()
    }

    #[cfg_attr(not(unix), allow(unused_variables, reason = "there are no signals"))]
    fn ended(&mut self, status: ExitStatus) {
        #[cfg(unix)]
        if !std::mem::replace(&mut self.is_reported, true) {
            let args = std::mem::take(&mut self.args);
            death::report(status, self.inner.id(), args, &self.contexts, &self.before);
        }
    }
}

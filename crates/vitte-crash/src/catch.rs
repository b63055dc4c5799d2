//! Entry points that report a crash of one unit of work, or an error of the whole program.

mod future;

use std::any::Any;
use std::error::Error;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::{ExitCode, Termination};

#[cfg(feature = "tower")]
pub(crate) use future::Catching;
pub use future::{CatchFuture, catch_future};
use vitte_capsule::{ContextEntry, CrashReport, Redactor};
use vitte_diag::{SourceMap, codes};

use crate::config::Config;
use crate::context::sources;
use crate::panic_hook::registry::CallKind;
use crate::panic_hook::{CapturedContexts, CatchCall, Caught, CaughtPanic, PanicKey};
use crate::panic_message::limited;
use crate::thread_name::thread_name;
use crate::{context, handler, panic_hook, sys, variables};

/// Runs one unit of work, such as compiling one file, and returns its panic as an error, so that the program can
/// continue with the next unit.
///
/// Nothing is printed. The report is stored if a [handler](crate::CrashHandler) is installed;
/// [`to_diagnostic`](CrashReport::to_diagnostic) converts it to a diagnostic for the user. Secrets are already
/// [redacted](crate::CrashHandlerBuilder::redact) in it. Without a handler the report contains only the message of the
/// panic. State that `work` had partly changed is not restored, as with
/// [`AssertUnwindSafe`].
///
/// ```
/// let sums: Vec<_> = [1_u8, 255].map(|n| vitte_crash::catch_panic(|| n.checked_add(1).expect("too large"))).into();
/// assert_eq!(sums[0], Ok(2));
/// assert_eq!(sums[1].as_ref().unwrap_err().message, "too large");
/// ```
///
/// If `work` passes on the panic of another thread, the report is that of the other thread, followed by the contexts of
/// this one. This applies to `rayon`, `std::thread::scope`, `thread.join().unwrap()` and the like. If the other thread has
/// entered the contexts of this one with a [`handle`](crate::handle()), its panic certainly belongs to this call. While any
/// thread is in `catch_panic`, the panic of a thread that is not in one is only stored at first. It is shown when no active
/// call can have caused it any more, when the handler's guard is dropped, or when the process ends.
///
/// # Errors
///
/// The report of the panic if `work` panics. If the program is built with `panic = "abort"`, or the panic cannot
/// unwind, the process ends instead.
///
/// # Panics
///
/// If `work` panics because the reader of standard output or standard error has gone, as in `mycc | head`, the panic
/// continues to unwind: it is not a crash, and there is nothing left to write to.
#[allow(clippy::result_large_err, reason = "a panic is rare, and a boxed report is awkward to use")]
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, CrashReport> {
    catch_and_extend(work, &ExtendNothing)
}

/// Does the same, and adds to the report before it is stored.
#[allow(clippy::result_large_err, reason = "that of `catch_panic`")]
pub(crate) fn catch_and_extend<T>(
    work: impl FnOnce() -> T,
    extend: &dyn ExtendReport,
) -> Result<T, CrashReport> {
    let call = CatchCall::begin(CallKind::Blocking);
    let depth = context::depth();
    let result = call.run(|| catch_unwind(AssertUnwindSafe(work)), describe);
    // Such as those whose guards were forgotten.
    context::truncate(depth);
    end(call);
    result.map_err(|panic| report_of(panic, extend))
}

/// Returns the message of a payload.
fn describe(payload: &(dyn Any + Send)) -> String {
    let mut message = String::new();
    let own = handler::describe_payload();
    sys::with_big_stack(&mut |_| message = panic_hook::describe(payload, own));
    message
}

/// Ends a call, and shows the reports of other threads that no caller has taken.
fn end(call: CatchCall) {
    let released = call.end();
    if !released.is_empty() {
        let mut released = Some(released);
        sys::with_big_stack(&mut |_| handler::show_held(released.take().unwrap_or_default()));
    }
}

/// Adds to a report before it is stored.
pub(crate) trait ExtendReport {
    fn extend(&self, report: &mut CrashReport);
}

/// Adds nothing.
#[derive(Debug)]
pub(crate) struct ExtendNothing;

#[cfg(feature = "tower")]
impl<E: ExtendReport> ExtendReport for std::sync::Arc<E> {
    fn extend(&self, report: &mut CrashReport) {
        (**self).extend(report);
    }
}

impl ExtendReport for ExtendNothing {
    fn extend(&self, _: &mut CrashReport) {}
}

/// Returns the report of a panic that was caught. Throws it again if it means that the reader of a standard stream has gone.
#[allow(clippy::boxed_local, reason = "it is large")]
fn report_of(panic: Box<CaughtPanic>, extend: &dyn ExtendReport) -> CrashReport {
    let CaughtPanic { key, payload, caught } = *panic;
    if is_broken_output(&key.message, &caught) {
        resume_unwind(payload);
    }
    // Dropping the payload may panic.
    _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(std::mem::forget);
    let (mut parts, mut report) = (Some((key, caught)), None);
    // This thread may have a small stack.
    sys::with_big_stack(&mut |_| {
        report = parts.take().map(|(key, caught)| into_report(key, caught, extend));
    });
    *report
        .unwrap_or_else(|| Box::new(CrashReport::new(codes::F0001, String::new(), String::new())))
}

/// Returns whether a panic means that the reader of a standard stream has gone. Then the hook has ignored it, or it
/// passes on one that the hook has ignored.
fn is_broken_output(message: &str, caught: &Caught) -> bool {
    let is_captured = matches!(caught, Caught::OfWorker(..) | Caught::OfOtherCatch(..));
    !is_captured
        && (panic_hook::is_broken_output(message) || panic_hook::was_output_broken(message))
}

/// Returns the report of a panic, and stores it.
fn into_report(key: PanicKey, caught: Caught, extend: &dyn ExtendReport) -> Box<CrashReport> {
    let (mut report, sources, contexts) = match caught {
        Caught::Own(capture) => {
            if let Some(cause) = reported_cause(&key.message) {
                let contexts = capture.into_contexts().1;
                return stored_again(cause, sources::current().as_ref(), contexts, true, extend);
            }
            let (report, sources) = capture.into_report();
            (report, sources, None)
        }
        Caught::OfOtherCatch(capture, contexts) => {
            let has_entered = capture.has_entered();
            let (report, sources) = capture.into_report();
            (report, sources, Some((contexts, has_entered)))
        }
        Caught::OfWorker(held, contexts) => {
            // It is returned, and not shown.
            _ = held.output.take();
            let (report, sources) = (held.report, held.sources.as_ref());
            return stored_again(report, sources, contexts, held.has_entered, extend);
        }
        Caught::Unknown(note, contexts) => {
            if let Some(cause) = reported_cause(&key.message) {
                return stored_again(cause, sources::current().as_ref(), contexts, true, extend);
            }
            let config = handler::config().unwrap_or_else(Config::new);
            let thread = thread_name();
            let mut report = Box::new(config.report(codes::F0001, key.message, thread));
            report.notes.extend(note);
            (report, sources::current(), Some((contexts, false)))
        }
    };
    if let Some((contexts, has_entered)) = contexts {
        add_contexts(&mut report, contexts, has_entered, sources.as_ref());
    }
    extend.extend(&mut report);
    handler::store(&mut report, sources.as_ref());
    panic_hook::remember(&report);
    report
}

/// Returns the stored report of the panic that one with this message passes on.
fn reported_cause(message: &str) -> Option<Box<CrashReport>> {
    Some(Box::new(handler::load(&panic_hook::cause_of(message)?)?))
}

/// Adds contexts to a report that was stored, and stores it again.
fn stored_again(
    mut report: Box<CrashReport>,
    sources: Option<&SourceMap>,
    contexts: CapturedContexts,
    has_entered: bool,
    extend: &dyn ExtendReport,
) -> Box<CrashReport> {
    add_contexts(&mut report, contexts, has_entered, sources);
    extend.extend(&mut report);
    handler::store_again(&mut report, sources);
    report
}

/// Adds the contexts of the thread that began the work to those of the thread that panicked. If that thread `has_entered`
/// contexts, the report may have some of them.
fn add_contexts(
    report: &mut CrashReport,
    contexts: CapturedContexts,
    has_entered: bool,
    sources: Option<&SourceMap>,
) {
    let max = handler::config().map_or(usize::MAX, |config| config.max_contexts);
    let captured = variables::records::read(&contexts.variables);
    let known = if has_entered { report.contexts.len() } else { 0 };
    sources::add_contexts(report, contexts.raw, max, sources, captured);
    remove_repeated(&mut report.contexts, known);
}

/// Removes the outermost of the first `known` contexts, as far as those after them end with the same ones.
fn remove_repeated(contexts: &mut Vec<ContextEntry>, known: usize) {
    let (own, added) = contexts.split_at(known.min(contexts.len()));
    let is_same = |(own, added): &(&ContextEntry, &ContextEntry)| {
        own.name == added.name && own.fields == added.fields && own.location == added.location
    };
    let repeated = own.iter().rev().zip(added.iter().rev()).take_while(is_same).count();
    let end = own.len();
    contexts.drain(end - repeated..end);
}

/// Runs the body of `main`. If it fails, reports the error, with the chain of its sources as notes. Returns the exit
/// code that `main` would have if it returned the same result.
///
/// Without a [handler](crate::CrashHandler) the error is only written to standard error.
///
/// If the error, or a source of it, is an [`io::Error`](std::io::Error) of the kind `BrokenPipe`, and the reader of
/// standard output or standard error has gone, as in `mycc | head`, nothing is written or stored. The exit code is the
/// same.
///
/// ```no_run
/// use std::process::{ExitCode, Termination};
/// fn main() -> ExitCode {
///     vitte_crash::run_main(|| {
///         let text = std::fs::read_to_string("vitte.toml")?;
///         println!("{text}");
///         Ok::<(), std::io::Error>(())
///     })
/// }
/// ```
pub fn run_main<T: Termination, E: Into<Box<dyn Error>>>(
    main: impl FnOnce() -> Result<T, E>,
) -> ExitCode {
    match main() {
        Ok(value) => value.report(),
        Err(error) => {
            let error = error.into();
            if !panic_hook::is_broken_output_error(&*error, MAX_ERROR_SOURCES) {
                report_error(&*error);
            }
            ExitCode::FAILURE
        }
    }
}

/// Maximum number of sources of an error that are reported, because the chain may be cyclic.
const MAX_ERROR_SOURCES: usize = 32;

/// Reports an error. Its `Display` and those of its sources run on this stack: they may panic, and a panic cannot leave
/// the big stack.
fn report_error(error: &(dyn Error + 'static)) {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    let notes = sources.take(MAX_ERROR_SOURCES).map(|source| format!("caused by: {source}"));
    let message = error.to_string();
    let Some(config) = handler::config() else {
        write_redacted("Error: ", &message);
        return notes.for_each(|note| write_redacted("  ", &note));
    };
    let message = limited(message.into());
    // If a source panics, the report of that has the message.
    let cx = context::context("reporting an error", None).with("error", &message);
    let notes: Vec<String> = notes.map(|note| limited(note.into())).collect();
    drop(cx);
    let mut report = Some((message, notes));
    sys::with_big_stack(&mut |_| {
        if let Some((message, notes)) = report.take() {
            deliver_error(&config, message, notes);
        }
    });
}

/// Writes a line to standard error without secrets.
fn write_redacted(start: &str, text: &str) {
    sys::with_big_stack(&mut |_| {
        _ = writeln!(std::io::stderr(), "{start}{}", Redactor::default().text(text));
    });
}

fn deliver_error(config: &Config, message: String, notes: Vec<String>) {
    let mut report = config.report(codes::F0006, message, thread_name());
    report.notes = notes;
    let captured = variables::records::read(&panic_hook::capture_variables());
    let sources = sources::current();
    sources::add_contexts(
        &mut report,
        context::read(),
        config.max_contexts,
        sources.as_ref(),
        captured,
    );
    handler::deliver(&mut report, sources.as_ref());
}

//! Entry points that report a crash of one unit of work, or an error of the whole program.

use std::any::Any;
use std::error::Error;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{ExitCode, Termination};

use vitte_capsule::{CrashReport, Redactor};
use vitte_diag::codes;

use crate::config::Config;
use crate::context::{self, sources};
use crate::panic_message::message_of;
use crate::{handler, panic_hook, variables};

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
/// # Errors
///
/// The report of the panic if `work` panics. If the program is built with `panic = "abort"`, or the panic cannot
/// unwind, the process ends instead.
#[allow(clippy::result_large_err, reason = "a panic is rare, and a boxed report is awkward to use")]
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, CrashReport> {
    let depth = context::depth();
    let (result, capture) = panic_hook::catching(|| catch_unwind(AssertUnwindSafe(work)));
    result.map_err(|payload| {
        context::truncate(depth);
        let (mut report, sources) = match capture {
            Some(capture) => capture.into_report(),
            None => (report_without_capture(&*payload), None),
        };
        // Dropping the payload may panic.
        _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(std::mem::forget);
        handler::store(&mut report, sources.as_ref());
        report
    })
}

/// Returns the report of a panic that the hook did not capture.
fn report_without_capture(payload: &(dyn Any + Send)) -> CrashReport {
    let config = handler::config().unwrap_or_else(Config::new);
    config.report(codes::F0001, message_of(payload), panic_hook::thread_name())
}

/// Runs the body of `main`. If it fails, reports the error, with the chain of its sources as notes. Returns the exit
/// code that `main` would have if it returned the same result.
///
/// Without a [handler](crate::CrashHandler) the error is only written to standard error.
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
            report_error(&*error.into());
            ExitCode::FAILURE
        }
    }
}

/// Maximum number of sources of an error that are reported, because the chain may be cyclic.
const MAX_ERROR_SOURCES: usize = 32;

fn report_error(error: &(dyn Error + 'static)) {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    let notes = sources.take(MAX_ERROR_SOURCES).map(|source| format!("caused by: {source}"));
    let Some(config) = handler::config() else {
        let redactor = Redactor::default();
        _ = writeln!(std::io::stderr(), "Error: {}", redactor.text(&error.to_string()));
        notes.for_each(|note| _ = writeln!(std::io::stderr(), "  {}", redactor.text(&note)));
        return;
    };
    let mut report = config.report(codes::F0006, error.to_string(), panic_hook::thread_name());
    report.notes = notes.collect();
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

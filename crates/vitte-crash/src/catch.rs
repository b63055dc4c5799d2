//! Units of work whose crash is not that of the whole program.

use std::any::Any;
use std::error::Error;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{ExitCode, Termination};

use vitte_capsule::CrashReport;
use vitte_diag::codes;

use crate::config::Config;
use crate::context::{self, location};
use crate::panic_message::message_of;
use crate::{handler, panic_hook, variables};

/// Runs one unit of work, such as a file of a compilation: its panic is an error value, so that the next
/// unit can go on.
///
/// Nothing is printed: the report is stored where a [handler](crate::CrashHandler) is installed, and
/// [`to_diagnostic`](CrashReport::to_diagnostic) makes of it what goes to the user with all other
/// diagnostics. Without a handler the report has the message of the panic alone. What `work` changed and
/// had not finished stays as it is, as for [`AssertUnwindSafe`].
///
/// ```
/// let sums: Vec<_> = [1_u8, 255].map(|n| vitte_crash::catch_panic(|| n.checked_add(1).expect("too large"))).into();
/// assert_eq!(sums[0], Ok(2));
/// assert_eq!(sums[1].as_ref().unwrap_err().message, "too large");
/// ```
///
/// # Errors
///
/// What is known of the panic. A panic where the program is built with `panic = "abort"`, or one that
/// cannot unwind, ends the process.
#[allow(clippy::result_large_err, reason = "a crash is rare, and its report is all that there is")]
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, CrashReport> {
    let depth = context::depth();
    let (result, capture) = panic_hook::catching(|| catch_unwind(AssertUnwindSafe(work)));
    result.map_err(|payload| {
        context::truncate(depth);
        let (mut report, sources) = match capture {
            Some(capture) => capture.into_report(),
            None => (bare(&*payload), None),
        };
        // A payload may panic when it is dropped.
        _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(std::mem::forget);
        handler::store(&mut report, sources.as_ref());
        report
    })
}

/// The report of a panic of which there is only what it threw.
fn bare(payload: &(dyn Any + Send)) -> CrashReport {
    let config = handler::config().unwrap_or_else(Config::new);
    config.report(codes::F0001, message_of(payload), panic_hook::thread_name())
}

/// Runs all of a program: an error that comes to its end becomes a report, with the chain of its sources
/// as notes, and the exit code is that of a `main` that returns the same.
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

/// The most sources of an error that are told: a chain may be a circle.
const SOURCES: usize = 32;

fn report_error(error: &(dyn Error + 'static)) {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    let notes = sources.take(SOURCES).map(|source| format!("caused by: {source}"));
    let Some(config) = handler::config() else {
        _ = writeln!(std::io::stderr(), "Error: {error}");
        notes.for_each(|note| _ = writeln!(std::io::stderr(), "  {note}"));
        return;
    };
    let mut report = config.report(codes::F0006, error.to_string(), panic_hook::thread_name());
    report.notes = notes.collect();
    let captured = variables::records::read(&panic_hook::captured());
    let sources = location::known();
    location::put_into(
        &mut report,
        context::read(),
        config.max_contexts,
        sources.as_ref(),
        captured,
    );
    handler::deliver(&mut report, sources.as_ref());
}

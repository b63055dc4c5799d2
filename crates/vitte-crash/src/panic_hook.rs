//! Captures a panic in the panic hook, and turns the capture into a report.

mod capture;

use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;
use std::time::Instant;

use backtrace::Backtrace;
pub(crate) use capture::{capture_variables, is_ignored};
use vitte_capsule::CrashReport;
use vitte_diag::{SourceMap, codes};

use crate::config::Config;
use crate::context::{self, sources};
use crate::panic_message::message_of;
use crate::sys::slots::RawContext;
use crate::{symbols, variables};

/// The data of a panic that is captured in the hook. Slow work, such as resolving addresses to names, follows in
/// [`into_report`](Self::into_report).
pub(crate) struct PanicCapture {
    message: String,
    location: Option<String>,
    thread: String,
    backtrace: Backtrace,
    /// The contexts, and how many more there were.
    contexts: (Vec<RawContext>, u32),
    /// The [records](crate::variables::records) of the variables that the contexts borrow.
    variables: Vec<u8>,
    sources: Option<SourceMap>,
    config: Config,
    /// A note about the panic before this one in the same unit of work, which may be its cause.
    earlier: Option<String>,
}

thread_local! {
    /// The number of active calls of [`catching`].
    static CATCH_DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The last panic inside of them.
    static CAUGHT: RefCell<Option<Box<PanicCapture>>> = const { RefCell::new(None) };
    static IS_IN_HOOK: Cell<bool> = const { Cell::new(false) };
}

/// What the hook has to do about a panic.
pub(crate) enum PanicAction {
    /// Nothing: it follows from a panic that is reported already, or is not a panic of the program.
    Ignore,
    /// Nothing: [`catching`] returns it to its caller.
    Caught,
    Report(Box<PanicCapture>),
}

/// Runs `hook`, unless this thread is running it already: a panic of the hook itself is ignored.
pub(crate) fn without_recursion(hook: impl FnOnce()) {
    if !IS_IN_HOOK.replace(true) {
        hook();
        IS_IN_HOOK.set(false);
    }
}

/// Captures a panic. Called by the hook.
pub(crate) fn capture_panic(info: &PanicHookInfo<'_>, config: &Config) -> PanicAction {
    #[cfg(target_os = "linux")]
    if cfg!(panic = "abort") {
        crate::sys::fork::exit_child_on_panic(&message_of(info.payload()));
    }
    if is_ignored() {
        return PanicAction::Ignore;
    }
    let message = message_of(info.payload());
    let cannot_unwind = CANNOT_UNWIND.contains(&&*message);
    let is_fatal = cfg!(panic = "abort")
        || cannot_unwind
        || UNSAFE_CHECKS.iter().any(|prefix| message.starts_with(prefix));
    if is_fatal {
        #[cfg(unix)]
        crate::sys::mark_panic_fatal();
    }
    // The cause is the panic before this one. It has been reported, unless it was to be caught.
    if cannot_unwind {
        let caught = CAUGHT.try_with(|caught| caught.try_borrow_mut().ok()?.take());
        return caught.ok().flatten().map_or(PanicAction::Ignore, PanicAction::Report);
    }
    let mut capture = Box::new(PanicCapture {
        message,
        location: info.location().map(ToString::to_string),
        thread: thread_name(),
        backtrace: Backtrace::new_unresolved(),
        contexts: context::read(),
        variables: capture_variables(),
        sources: sources::current(),
        config: config.clone(),
        earlier: None,
    });
    let is_reported = CATCH_DEPTH.get() == 0 || is_fatal;
    #[cfg(unix)]
    crate::sys::set_panic_reported(is_reported);
    if is_reported {
        return PanicAction::Report(capture);
    }
    _ = CAUGHT.try_with(|caught| {
        if let Ok(mut caught) = caught.try_borrow_mut() {
            capture.earlier = caught.take().map(|earlier| earlier.note());
            *caught = Some(capture);
        }
    });
    PanicAction::Caught
}

/// The messages with which std ends the process if an earlier panic cannot unwind further.
const CANNOT_UNWIND: [&str; 2] =
    ["panic in a function that cannot unwind", "panic in a destructor during cleanup"];

/// The prefixes of the messages of std's checks of unsafe code, which never unwind. (`PanicHookInfo::can_unwind` is
/// not stable.)
const UNSAFE_CHECKS: [&str; 4] = [
    "unsafe precondition(s) violated",
    "misaligned pointer dereference",
    "null pointer dereference",
    "trying to construct an enum from an invalid value",
];

/// Runs `work`, which catches its panic itself. Returns its result, and the capture of the panic if the hook saw one
/// on this thread.
pub(crate) fn catching<T>(work: impl FnOnce() -> T) -> (T, Option<Box<PanicCapture>>) {
    let before = CAUGHT.take();
    CATCH_DEPTH.set(CATCH_DEPTH.get() + 1);
    let result = work();
    CATCH_DEPTH.set(CATCH_DEPTH.get() - 1);
    (result, CAUGHT.replace(before))
}

/// Returns the name of this thread, or `#` and its number if it has none.
pub(crate) fn thread_name() -> String {
    let thread = std::thread::current();
    match thread.name() {
        Some(name) => name.to_owned(),
        None => format!("{:?}", thread.id()).replace("ThreadId(", "#").replace(')', ""),
    }
}

impl PanicCapture {
    fn note(&self) -> String {
        let location = self.location.as_deref().unwrap_or("an unknown location");
        format!("an earlier panic at {location}: {}", self.message)
    }

    /// Resolves the addresses of the frames. Returns the report, and the sources in which the spans of its contexts
    /// are.
    pub(crate) fn into_report(self) -> (CrashReport, Option<SourceMap>) {
        let code = codes::F0001;
        let mut report = self.config.report(code, self.message, self.thread);
        report.location = self.location;
        report.notes.extend(self.earlier);
        let end = Instant::now() + self.config.panic_symbol_budget();
        symbols::resolve_panic(&self.backtrace, end)
            .truncated(self.config.max_frames)
            .store_in(&mut report);
        let captured = variables::records::read(&self.variables);
        let sources = self.sources.as_ref();
        sources::add_contexts(
            &mut report,
            self.contexts,
            self.config.max_contexts,
            sources,
            captured,
        );
        (report, self.sources)
    }
}

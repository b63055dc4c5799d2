//! Captures a panic in the panic hook, and turns the capture into a report.

mod broken_pipe;
mod capture;
mod catching;
mod consequence;
mod in_progress;
mod payload;
pub(crate) mod registry;

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::panic::PanicHookInfo;
use std::time::{Duration, Instant};

use backtrace::Backtrace;
pub(crate) use broken_pipe::{is_broken_output, is_broken_output_error};
pub(crate) use capture::{capture_variables, ignore_panics_of_thread, is_ignored};
pub(crate) use catching::{CatchCall, Caught, CaughtPanic, was_output_broken};
pub(crate) use consequence::{cause_of, remember};
pub(crate) use payload::describe;
use vitte_capsule::CrashReport;
use vitte_diag::{SourceMap, codes};

use crate::config::{Config, DescribePayload};
use crate::context::catch::{self, Catcher};
use crate::context::{self, sources};
#[cfg(target_os = "linux")]
use crate::panic_message::message_of;
use crate::symbols::{self, PanicStack};
#[cfg(unix)]
use crate::sys;
use crate::sys::slots::{self, Opening, RawBreadcrumb, RawContext};
use crate::thread_name::thread_name;
use crate::{breadcrumbs, context_frames, variables};

/// The data of a panic that is captured in the hook. Slow work, such as resolving addresses to names, follows in
/// [`into_report`](Self::into_report).
pub(crate) struct PanicCapture {
    key: PanicKey,
    location: Option<String>,
    thread: String,
    backtrace: Backtrace,
    stack: PanicStack,
    contexts: CapturedContexts,
    /// Whether the thread has entered the contexts of another one.
    has_entered: bool,
    breadcrumbs: Vec<RawBreadcrumb>,
    sources: Option<SourceMap>,
    #[cfg(feature = "tokio")]
    task_id: Option<String>,
    config: Config,
    /// Where the frames begin, if this is not a panic.
    call: Option<ReportCall>,
    /// A note about the panic before this one in the same unit of work, which may be its cause.
    earlier: Option<String>,
    /// The same about the last panic of this thread, which is its cause if it happened in a destructor.
    earlier_of_thread: Option<String>,
}

/// The call that reports an internal error without a panic.
struct ReportCall {
    caller: Opening,
    /// With what the names of the functions that were called start.
    entry: String,
}

/// The contexts of a thread at a panic.
#[derive(Default)]
pub(crate) struct CapturedContexts {
    /// The contexts, and how many more there were.
    pub(crate) raw: (Vec<RawContext>, u32),
    /// The [records](crate::variables::records) of the variables that the contexts borrow.
    pub(crate) variables: Vec<u8>,
}

/// By what the payload of a panic is recognised when another thread throws it again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PanicKey {
    payload_type: TypeId,
    pub(crate) message: String,
}

impl PanicKey {
    /// Returns the key of a payload, whose message is `message`.
    pub(crate) fn new(payload: &(dyn Any + Send), message: String) -> Self {
        Self { payload_type: payload.type_id(), message }
    }
}

thread_local! {
    static IS_IN_HOOK: Cell<bool> = const { Cell::new(false) };
}

/// What the hook has to do about a panic.
pub(crate) enum PanicAction {
    /// Nothing: it follows from a panic that is reported already, or is not a panic of the program.
    Ignore,
    /// A line that it follows from a panic of another thread that is reported already, with this note.
    Follow(String),
    /// Nothing: the [registry] has it until a [`CatchCall`] takes it.
    Caught,
    /// The report is stored, and shown only if no [`CatchCall`] takes it as the cause of its own panic. It may belong to the
    /// call with this number, unless that is 0.
    Hold(Box<PanicCapture>, u64),
    Report(Box<PanicCapture>),
}

/// Runs `hook`, unless this thread is running it already: a panic of the hook itself is ignored.
pub(crate) fn without_recursion(hook: impl FnOnce()) {
    if !IS_IN_HOOK.replace(true) {
        in_progress::change(1);
        hook();
        in_progress::change(-1);
        IS_IN_HOOK.set(false);
    }
}

/// Waits while other threads report their panics, at most for this time. The end of the process would end them.
pub(crate) fn wait_for_reports(timeout: Duration) {
    let own = u32::from(IS_IN_HOOK.get());
    let end = Instant::now() + timeout;
    while in_progress::count() > own && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Captures a panic. Called by the hook.
pub(crate) fn capture_panic(
    info: &PanicHookInfo<'_>,
    config: &Config,
    describe_payload: Option<DescribePayload>,
) -> PanicAction {
    #[cfg(target_os = "linux")]
    if cfg!(panic = "abort") {
        sys::fork::exit_child_on_panic(&message_of(info.payload()));
        capture::stop_if_ignored();
    }
    if is_ignored() {
        return PanicAction::Ignore;
    }
    let message = payload::describe(info.payload(), describe_payload);
    let cannot_unwind = CANNOT_UNWIND.contains(&&*message);
    let is_fatal = cfg!(panic = "abort")
        || cannot_unwind
        || UNSAFE_CHECKS.iter().any(|prefix| message.starts_with(prefix));
    if is_fatal {
        #[cfg(unix)]
        sys::mark_panic_fatal();
    }
    // The cause is the panic before this one. It has been reported, unless it was to be caught.
    if cannot_unwind {
        let caught = registry::take_caught(catch::own());
        return caught.map_or(PanicAction::Ignore, PanicAction::Report);
    }
    let location = info.location().map(ToString::to_string);
    if is_broken_output(&message) {
        consequence::record_broken_output();
        return PanicAction::Ignore;
    }
    let catcher = if is_fatal { Catcher::None } else { catch::catcher() };
    let holder = match catcher {
        Catcher::Possibly(calls) => registry::first_active(calls),
        _ => None,
    };
    let own = if let Catcher::Own(id) = catcher { Some(id) } else { None };
    if own.is_none() {
        if let Some(action) = action_if_passed_on(location.as_deref(), &message, holder.is_some()) {
            return action;
        }
    }
    let key = PanicKey::new(info.payload(), message);
    let capture = Box::new(PanicCapture::new(key, location, config));
    if let Some(id) = own {
        registry::set_caught(id, capture);
        return PanicAction::Caught;
    }
    consequence::record_report();
    if let Some(id) = holder {
        return PanicAction::Hold(capture, id);
    }
    if !is_fatal && registry::has_catches() {
        return PanicAction::Hold(capture, 0);
    }
    PanicAction::Report(capture)
}

/// Returns what to do about a panic that no caller catches, if it only passes on one that was reported or ignored.
///
/// `may_be_caught` is true if a certain call may take it.
fn action_if_passed_on(
    location: Option<&str>,
    message: &str,
    may_be_caught: bool,
) -> Option<PanicAction> {
    if !consequence::passes_on(message) {
        return None;
    }
    // In a call of `catch_panic` the report is not shown yet, and may be returned.
    if consequence::was_reported() && !may_be_caught && !registry::has_catches() {
        return Some(PanicAction::Follow(note_of(location, message)));
    }
    let is_known = consequence::was_reported() || consequence::was_output_broken();
    is_known.then_some(PanicAction::Ignore)
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

/// Returns a note about a panic: `panic at src/parser.rs:12:5: index out of bounds`.
fn note_of(location: Option<&str>, message: &str) -> String {
    let location = location.unwrap_or("an unknown location");
    format!("panic at {location}: {message}")
}

impl PanicCapture {
    /// Captures the panic of this thread.
    pub(crate) fn new(key: PanicKey, location: Option<String>, config: &Config) -> Self {
        let note = format!("an earlier {}", note_of(location.as_deref(), &key.message));
        let earlier_of_thread = consequence::replace_last_of_thread(note);
        Self { location, earlier_of_thread, ..Self::at(key, None, config) }
    }

    /// Captures an internal error of the program, which has called a function whose name starts with `entry`.
    pub(crate) fn of_call(message: String, caller: Opening, entry: &str, config: &Config) -> Self {
        let call = ReportCall { caller, entry: entry.to_owned() };
        Self::at(PanicKey::new(&String::new(), message), Some(call), config)
    }

    /// Captures the state of this thread.
    fn at(key: PanicKey, call: Option<ReportCall>, config: &Config) -> Self {
        let raw = context::read();
        let mut opened_at: Vec<_> = raw.0.iter().map(|context| context.opening.code).collect();
        opened_at.extend(call.as_ref().map(|call| call.caller.code));
        Self {
            key,
            location: None,
            thread: thread_name(),
            backtrace: Backtrace::new_unresolved(),
            stack: PanicStack::capture(opened_at),
            contexts: CapturedContexts { raw, variables: capture_variables() },
            has_entered: context::has_entered(),
            breadcrumbs: slots::all_breadcrumbs(),
            sources: sources::current(),
            #[cfg(feature = "tokio")]
            task_id: crate::tokio::task_id(),
            config: config.clone(),
            call,
            earlier: None,
            earlier_of_thread: None,
        }
    }

    /// Returns whether the thread has entered the contexts of another one.
    pub(crate) const fn has_entered(&self) -> bool {
        self.has_entered
    }

    pub(crate) const fn key(&self) -> &PanicKey {
        &self.key
    }

    fn note(&self) -> String {
        format!("an earlier {}", note_of(self.location.as_deref(), &self.key.message))
    }

    /// Returns the note, and the contexts of the thread.
    pub(crate) fn into_contexts(self) -> (String, CapturedContexts) {
        (self.note(), self.contexts)
    }

    /// Resolves the addresses of the frames. Returns the report, and the sources in which the spans of its contexts
    /// are.
    pub(crate) fn into_report(self) -> (Box<CrashReport>, Option<SourceMap>) {
        let code = codes::F0001;
        let mut report = Box::new(self.config.report(code, self.key.message, self.thread));
        report.location = self.location;
        report.notes.extend(self.earlier);
        let end = Instant::now() + self.config.panic_symbol_budget();
        let mut frames = symbols::resolve_panic(&self.backtrace, &self.stack, end);
        if let Some(ReportCall { caller, entry }) = self.call {
            frames = frames.beginning_at(caller.stack, caller.code).after_entry(&entry);
        }
        // Only then the earlier panic of the thread may still be unwinding.
        if frames.frames.iter().any(|frame| frame.function.as_deref().is_some_and(is_destructor)) {
            report.notes.extend(self.earlier_of_thread.filter(|note| !report.notes.contains(note)));
        }
        let frames = frames.truncated(self.config.max_frames);
        let CapturedContexts { mut raw, variables } = self.contexts;
        context_frames::assign(&mut raw.0, &frames);
        frames.store_in(&mut report);
        let captured = variables::records::read(&variables);
        let sources = self.sources.as_ref();
        sources::add_contexts(&mut report, raw, self.config.max_contexts, sources, captured);
        breadcrumbs::add(&mut report, self.breadcrumbs);
        #[cfg(feature = "tokio")]
        if let Some(id) = &self.task_id {
            crate::tokio::add_task(&mut report, id);
        }
        (report, self.sources)
    }
}

/// Returns whether a function drops a value.
fn is_destructor(function: &str) -> bool {
    let function = function.split("::<").next().unwrap_or(function);
    function.ends_with("::drop") || function.contains("drop_in_place")
}

/// Notes whether std will abort because of this panic of the current thread: that abort is not another failure.
#[cfg(unix)]
pub(crate) fn expect_abort(report: &CrashReport) {
    let mut functions = report.frames.iter().filter_map(|frame| frame.function.as_deref());
    if functions.any(aborts_on_panic) {
        sys::mark_panic_fatal();
    }
}

/// Returns whether std aborts if a panic leaves this function: it drops thread-local variables or the result of a
/// thread. A program without symbols still has the name of the function of libc that drops thread-local variables.
#[cfg(unix)]
fn aborts_on_panic(function: &str) -> bool {
    function.starts_with("std::sys::thread_local::")
        || function.contains("__call_tls_dtors")
        || (function.starts_with("<std::thread::") && function.contains("Packet<"))
}

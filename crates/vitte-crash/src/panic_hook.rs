//! Panics: what is taken when one happens, and what is made of it.

mod capture;

use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;

use backtrace::Backtrace;
pub(crate) use capture::{captured, is_panic_caught};
use vitte_capsule::CrashReport;
use vitte_diag::{SourceMap, codes};

use crate::config::Config;
use crate::context::{self, location};
use crate::panic_message::message_of;
use crate::sys::slots::RawContext;
use crate::{symbols, variables};

/// What a panic leaves: addresses and texts, nothing that takes long to find.
pub(crate) struct Capture {
    message: String,
    location: Option<String>,
    thread: String,
    backtrace: Backtrace,
    contexts: (Vec<RawContext>, u32),
    /// The records of what the contexts hold.
    variables: Vec<u8>,
    sources: Option<SourceMap>,
    config: Config,
    /// The panic before it in the same unit of work, in a sentence: this one may be what came of that.
    earlier: Option<String>,
}

thread_local! {
    /// How many units of work are open whose panics are caught.
    static CATCHING: Cell<u32> = const { Cell::new(0) };
    /// The last panic in them.
    static CAUGHT: RefCell<Option<Box<Capture>>> = const { RefCell::new(None) };
    static IS_IN_HOOK: Cell<bool> = const { Cell::new(false) };
}

/// What is to be done about a panic.
pub(crate) enum Panic {
    /// Nothing: it is part of one that is known, or none of the program's.
    Known,
    /// It ends in the unit of work that it happened in, which has it.
    Caught,
    /// It is to be reported.
    Report(Box<Capture>),
}

/// Runs `hook`, unless this thread is in it: a panic of the hook itself is not looked at.
pub(crate) fn once(hook: impl FnOnce()) {
    if !IS_IN_HOOK.replace(true) {
        hook();
        IS_IN_HOOK.set(false);
    }
}

/// Looks at a panic.
pub(crate) fn look(info: &PanicHookInfo<'_>, config: &Config) -> Panic {
    #[cfg(target_os = "linux")]
    if cfg!(panic = "abort") {
        crate::sys::fork::exit_child_on_panic(&message_of(info.payload()));
    }
    if is_panic_caught() {
        return Panic::Known;
    }
    let message = message_of(info.payload());
    let is_stuck = STUCK.contains(&&*message);
    let is_last =
        cfg!(panic = "abort") || is_stuck || UNSOUND.iter().any(|start| message.starts_with(start));
    if is_last {
        #[cfg(unix)]
        crate::sys::mark_panic_fatal();
    }
    // The panic before it is the one that counts, and was reported unless somebody was to catch it.
    if is_stuck {
        let caught = CAUGHT.try_with(|caught| caught.try_borrow_mut().ok()?.take());
        return caught.ok().flatten().map_or(Panic::Known, Panic::Report);
    }
    let mut capture = Box::new(Capture {
        message,
        location: info.location().map(ToString::to_string),
        thread: thread_name(),
        backtrace: Backtrace::new_unresolved(),
        contexts: context::read(),
        variables: captured(),
        sources: location::known(),
        config: config.clone(),
        earlier: None,
    });
    if CATCHING.get() == 0 || is_last {
        return Panic::Report(capture);
    }
    _ = CAUGHT.try_with(|caught| {
        if let Ok(mut caught) = caught.try_borrow_mut() {
            capture.earlier = caught.take().map(|earlier| earlier.sentence());
            *caught = Some(capture);
        }
    });
    Panic::Caught
}

/// What std says when a panic comes to where it cannot go on, so that the process ends.
const STUCK: [&str; 2] =
    ["panic in a function that cannot unwind", "panic in a destructor during cleanup"];

/// What std's checks of unsafe code say, which never unwind. (`PanicHookInfo::can_unwind`, which would say
/// it, is not stable.)
const UNSOUND: [&str; 4] = [
    "unsafe precondition(s) violated",
    "misaligned pointer dereference",
    "null pointer dereference",
    "trying to construct an enum from an invalid value",
];

/// Runs `work`; gives what its panic left, where this thread's hook saw one.
pub(crate) fn catching<T>(work: impl FnOnce() -> T) -> (T, Option<Box<Capture>>) {
    let before = CAUGHT.take();
    CATCHING.set(CATCHING.get() + 1);
    let result = work();
    CATCHING.set(CATCHING.get() - 1);
    (result, CAUGHT.replace(before))
}

/// The name of this thread, or its number.
pub(crate) fn thread_name() -> String {
    let thread = std::thread::current();
    match thread.name() {
        Some(name) => name.to_owned(),
        None => format!("{:?}", thread.id()).replace("ThreadId(", "#").replace(')', ""),
    }
}

impl Capture {
    fn sentence(&self) -> String {
        let location = self.location.as_deref().unwrap_or("a place that is not known");
        format!("before it came a panic at {location}: {}", self.message)
    }

    /// The report, and the sources that its places are in: only now are the addresses looked up.
    pub(crate) fn into_report(self) -> (CrashReport, Option<SourceMap>) {
        let code = codes::F0001;
        let mut report = self.config.report(code, self.message, self.thread);
        report.location = self.location;
        report.notes.extend(self.earlier);
        symbols::resolve_panic(&self.backtrace).truncated(self.config.max_frames).store_in(&mut report);
        let captured = variables::records::read(&self.variables);
        let sources = self.sources.as_ref();
        location::put_into(&mut report, self.contexts, self.config.max_contexts, sources, captured);
        (report, self.sources)
    }
}

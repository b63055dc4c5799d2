//! What is special about the report of a process that goes on.

use std::time::Duration;

use vitte_capsule::CrashReport;
use vitte_diag::codes;

use super::crash_info::CrashInfo;
use super::threads::{StoppedThread, Threads};
use crate::remote::Memory;
use crate::sys::dump::{DUMP_SIGNALS, ON_SIGNAL, ON_TIMEOUT};
use crate::sys::shared::SharedField;
use crate::sys::slots::{self, RawContext};

/// Chooses the thread that a dump is about, and makes it the first one. `contexts` are the ids of threads and the
/// addresses of their contexts.
///
/// A signal arrives at any thread, usually at one that only waits for others. Then the dump is about the first thread
/// that has contexts. Returns whether the registers of the thread are known.
pub(super) fn choose_thread(
    info: &mut CrashInfo,
    threads: &mut Threads,
    contexts: &[(u32, u64)],
    memory: &Memory<'_>,
) -> bool {
    let has_contexts = |address: u64| !slots::read(memory, address).0.is_empty();
    if info.get(SharedField::DumpKind) == ON_SIGNAL {
        if has_contexts(info.get(SharedField::ContextsAddress)) {
            return true;
        }
        let mut others = contexts.iter().filter(|(_, address)| has_contexts(*address));
        let Some((id, address)) = others.next() else { return true };
        info.set(SharedField::ThreadId, u64::from(*id));
        info.set(SharedField::ContextsAddress, *address);
    }
    let id = info.thread_id();
    if let Some(index) = threads.stopped.iter().position(|thread| thread.id.as_raw() == id) {
        threads.stopped.swap(0, index);
    }
    let first = threads.stopped.first().filter(|thread| thread.id.as_raw() == id);
    let start = first.and_then(StoppedThread::registers);
    start.map(|start| info.set_start(start)).is_some()
}

/// Sets the code and the message of a dump. `contexts` are those of the thread that it is about.
pub(super) fn describe(report: &mut CrashReport, info: &CrashInfo, contexts: &[RawContext]) {
    report.code = codes::N0900;
    report.signal = None;
    report.registers.clear();
    report.message = if info.get(SharedField::DumpKind) == ON_TIMEOUT {
        let depth = info.get(SharedField::DumpDepth);
        let context = contexts.iter().find(|context| u64::from(context.depth) == depth);
        let name = context.map_or("a context", |context| &context.name);
        let time = Duration::from_millis(info.get(SharedField::DumpMillis));
        format!("`{name}` is open for {:.1} seconds", time.as_secs_f64())
    } else {
        let number = info.get(SharedField::Signal);
        let known =
            DUMP_SIGNALS.iter().find(|(signal, _)| u64::from(signal.unsigned_abs()) == number);
        format!("{} was received", known.map_or("a signal", |(_, name)| name))
    };
}

//! The reporter: a separate process that inspects the crashed one and reports the crash.

mod crash_info;
mod dump;
#[cfg(feature = "minidump")]
mod minidump;
mod process;
mod reason;
mod threads;
mod unwind;

#[cfg(feature = "minidump")]
use std::time::Duration;
use std::time::Instant;

use crash_info::CrashInfo;
use nix::unistd::Pid;
use process::RemoteProcess;
use threads::Threads;
use unwind::StackWalker;
use vitte_capsule::CrashReport;

use crate::config::Config;
use crate::context::sources;
use crate::remote::Memory;
use crate::render::{self, PackedRenderOptions};
use crate::save::{self, CapsuleOptions, SourceCapture};
use crate::symbols::modules::{self, Modules};
use crate::symbols::{CapturedFrames, Symbols};
use crate::sys::shared::SharedField;
use crate::sys::slots::RawContext;
use crate::sys::{self, EXIT_DENIED, EXIT_UNWRITTEN, ReporterRequest, slots};
use crate::{context_frames, variables};

/// Reports the crash of a process, and exits.
pub(crate) fn run(request: ReporterRequest, options: &CapsuleOptions) -> ! {
    let process = RemoteProcess::new(Pid::from_raw(request.process), request.server);
    let status = match report(&process, request.address, options) {
        Ok(()) => 0,
        Err(status) => status,
    };
    // The exit handlers of the program must not run in the reporter.
    sys::exit(status)
}

/// The exit status of a reporter that failed.
type Status = i32;

fn report(remote: &RemoteProcess, address: u64, options: &CapsuleOptions) -> Result<(), Status> {
    let begin = Instant::now();
    let process = remote.id();
    let memory = |address, len| remote.read(address, len);
    // The crashed thread is waiting in the signal handler, so it certainly exists.
    let info = CrashInfo::new(&memory, address);
    let first = info.as_ref().map_or(process, |info| Pid::from_raw(info.thread_id()));
    let (mut threads, untraced) = match threads::stop_all(process, first) {
        Ok(threads) => (threads, None),
        Err(_) => (Threads::untraced(process, first), Some(untraced_note(process))),
    };
    // Other threads may have changed the fields until they were stopped, so they are read again.
    let mut info = CrashInfo::new(&memory, address).ok_or(EXIT_DENIED)?;
    let config = Config::read(&memory, info.get(SharedField::ConfigAddress)).ok_or(EXIT_DENIED)?;
    let with_contexts = slots::read_threads(&memory, info.get(SharedField::ThreadsAddress));
    let has_registers =
        !info.is_dump() || dump::choose_thread(&mut info, &mut threads, &with_contexts, &memory);
    let mut report = info.report(process, &config);
    report.notes.extend(untraced);
    let mappings = modules::parse_mappings(&remote.maps());
    let modules = Modules::of(&mappings);
    let mut walker = StackWalker::new(&modules, &memory);
    let end = begin + config.signal_symbol_budget();
    let mut symbols = Symbols::new(&modules, &process.to_string(), &memory, end);
    let (mut raw, omitted) = slots::read(&memory, info.get(SharedField::ContextsAddress));
    let frames = if has_registers {
        info.frames(&mut walker, &mut symbols, &config, &raw, end)
    } else {
        CapturedFrames::default()
    };
    report.thread = info.thread_name(process, &threads);
    let frames = if info.is_dump() {
        dump::describe(&mut report, &info, &raw);
        frames
    } else {
        reason::describe(&mut report, &info, &mappings, &frames);
        reason::without_abort_frames(&report, frames)
    };
    context_frames::assign(&mut raw, &frames);
    frames.store_in(&mut report);
    let others = other_contexts(&threads, &with_contexts, &memory);
    let all = raw.iter().chain(others.iter().flat_map(|(_, raw)| raw));
    let needed: Vec<_> = all.filter_map(|raw| Some(raw.span?.file().index())).collect();
    let source_map =
        info.sources(&memory, (options.sources != SourceCapture::All).then_some(&*needed));
    let captured = variables::records::read(&info.variables(&memory));
    sources::add_contexts(
        &mut report,
        (raw, omitted),
        config.max_contexts,
        source_map.as_ref(),
        captured,
    );
    report.threads = info.threads(&mut walker, &mut symbols, &threads, &mut report, end);
    sources::add_thread_contexts(&mut report, others, source_map.as_ref());
    // Before the secrets are removed from the report, because they are searched for in the memory too.
    #[cfg(feature = "minidump")]
    let (command, secrets) = match config.minidump {
        true => minidump::without_secrets(options, &report),
        false => Default::default(),
    };
    let mut notes = pending_notes(&config);
    let saved = save::save_with_notes(&mut report, &notes, source_map.as_ref(), &config, options);
    let is_stored = saved.stored.is_some();
    if is_stored {
        remote.set_stored(address);
    } else {
        notes.clear();
    }
    let is_shown = show(&info, &saved.shown(&report), notes);
    #[cfg(feature = "minidump")]
    if let Some(stored) = saved.stored.filter(|_| config.minidump) {
        let end = begin + config.timeout.min(Duration::from_secs(10)) / 4 * 3;
        let (mappings, modules, memory) = (&*mappings, &modules, &memory);
        let process = minidump::StoppedProcess {
            id: process,
            info: &info,
            threads: &threads,
            mappings,
            modules,
            memory,
            command: &command,
            secrets: &secrets,
            end,
        };
        minidump::add(&report, &stored, options, &process);
    }
    if is_stored {
        save::clean_and_report(&config, options);
    }
    if is_stored || is_shown { Ok(()) } else { Err(EXIT_UNWRITTEN) }
}

/// Returns the innermost contexts of all threads but the first one, each with the index of its thread.
fn other_contexts(
    threads: &Threads,
    with_contexts: &[(u32, u64)],
    memory: &Memory<'_>,
) -> Vec<(usize, Vec<RawContext>)> {
    /// Maximum number of contexts of a thread that did not crash.
    const MAX_CONTEXTS: usize = 16;
    let others = threads.stopped.iter().enumerate().skip(1);
    let contexts = others.filter_map(|(index, thread)| {
        let is_same = |(id, _): &&(u32, u64)| i32::try_from(*id) == Ok(thread.id.as_raw());
        let (_, address) = with_contexts.iter().find(is_same)?;
        let (mut raw, _) = slots::read(memory, *address);
        raw.truncate(MAX_CONTEXTS);
        (!raw.is_empty()).then_some((index, raw))
    });
    contexts.collect()
}

/// Returns the note that only the frames of the crashed thread are known, and why.
fn untraced_note(process: Pid) -> String {
    let reason = match threads::tracer(process) {
        Some(tracer) => format!("a debugger, process {tracer}, is attached"),
        None => "one process may not inspect another".to_owned(),
    };
    format!("frames of other threads are unknown: {reason}")
}

/// Shows a report with additional `notes`. Returns whether it was written.
fn show(info: &CrashInfo, report: &CrashReport, notes: Vec<String>) -> bool {
    let mut shown = report.clone();
    shown.notes.extend(notes);
    let options = PackedRenderOptions(info.get(SharedField::RenderOptions));
    render::write(&render::render(options.into(), &shown))
}

/// Returns the notes on what is added to a capsule after it is stored and shown.
#[cfg(feature = "minidump")]
fn pending_notes(config: &Config) -> Vec<String> {
    let status = minidump::MinidumpStatus::Pending;
    config.minidump.then(|| status.to_string()).into_iter().collect()
}

#[cfg(not(feature = "minidump"))]
const fn pending_notes(_config: &Config) -> Vec<String> {
    Vec::new()
}

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
use vitte_diag::SourceMap;

use crate::config::Config;
use crate::context::sources;
use crate::remote::Memory;
use crate::render::{self, PackedRenderOptions};
#[cfg(feature = "minidump")]
use crate::save::Stored;
use crate::save::{self, CapsuleOptions, SourceCapture};
use crate::symbols::modules::{self, Mapping, Modules};
use crate::symbols::{CapturedFrames, Symbols};
use crate::sys::shared::SharedField;
use crate::sys::slots::RawContext;
use crate::sys::{self, EXIT_DENIED, EXIT_UNWRITTEN, ReporterRequest, slots};
use crate::{breadcrumbs, context_frames, variables};

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
    let memory = |address, len| remote.read(address, len);
    let crashed = CrashedProcess::stop(remote, address, &memory)?;
    let end = begin + crashed.config.signal_symbol_budget();
    let (mut report, sources) = crashed.inspect(options, end);
    // Before the secrets are removed from the report, because they are searched for in the memory too.
    #[cfg(feature = "minidump")]
    let secrets = crashed.config.minidump.then(|| minidump::without_secrets(options, &report));
    let config = &crashed.config;
    let mut notes = pending_notes(config);
    let saved = save::save_with_notes(&mut report, &notes, sources.as_ref(), config, options);
    let is_stored = saved.stored.is_some();
    if is_stored {
        remote.set_stored(address);
    } else {
        notes.clear();
    }
    let is_shown = show(&crashed.info, &saved.shown(&report), notes);
    #[cfg(feature = "minidump")]
    if let (Some(secrets), Some(stored)) = (secrets, saved.stored) {
        crashed.add_minidump(&report, &stored, options, &secrets, begin);
    }
    if is_stored {
        save::clean_and_report(config, options);
    }
    if is_stored || is_shown { Ok(()) } else { Err(EXIT_UNWRITTEN) }
}

/// A process whose threads are stopped until this is dropped.
struct CrashedProcess<'a> {
    id: Pid,
    memory: &'a Memory<'a>,
    info: CrashInfo,
    config: Config,
    /// The thread that the report is about is the first one.
    threads: Threads,
    /// Why the frames of other threads are unknown.
    untraced: Option<String>,
    /// Whether the registers of the first thread are known.
    has_registers: bool,
    /// The ids of the threads that have contexts, and the addresses of those.
    with_contexts: Vec<(u32, u64)>,
    mappings: Vec<Mapping>,
    modules: Modules,
}

impl<'a> CrashedProcess<'a> {
    fn stop(remote: &RemoteProcess, address: u64, memory: &'a Memory<'a>) -> Result<Self, Status> {
        let id = remote.id();
        // The crashed thread is waiting in the signal handler, so it certainly exists.
        let info = CrashInfo::new(memory, address);
        let first = info.as_ref().map_or(id, |info| Pid::from_raw(info.thread_id()));
        let (mut threads, untraced) = match threads::stop_all(id, first) {
            Ok(threads) => (threads, None),
            Err(_) => (Threads::untraced(id, first), Some(untraced_note(id))),
        };
        // Other threads may have changed the fields until they were stopped, so they are read again.
        let mut info = CrashInfo::new(memory, address).ok_or(EXIT_DENIED)?;
        let config =
            Config::read(memory, info.get(SharedField::ConfigAddress)).ok_or(EXIT_DENIED)?;
        let with_contexts = slots::read_threads(memory, info.get(SharedField::ThreadsAddress));
        let has_registers =
            !info.is_dump() || dump::choose_thread(&mut info, &mut threads, &with_contexts, memory);
        let mappings = modules::parse_mappings(&remote.maps());
        let modules = Modules::of(&mappings);
        Ok(Self {
            id,
            memory,
            info,
            config,
            threads,
            untraced,
            has_registers,
            with_contexts,
            mappings,
            modules,
        })
    }

    /// Returns the report, and the sources in which the spans of its contexts are. Frames and names that are not found
    /// until `end` are omitted.
    fn inspect(&self, options: &CapsuleOptions, end: Instant) -> (CrashReport, Option<SourceMap>) {
        let Self { info, config, memory, .. } = self;
        let mut report = info.report(self.id, config);
        report.notes.extend(self.untraced.clone());
        let mut walker = StackWalker::new(&self.modules, memory);
        let mut symbols = Symbols::new(&self.modules, &self.id.to_string(), memory, end);
        let (mut raw, omitted) = slots::read(memory, info.get(SharedField::ContextsAddress));
        let frames = if self.has_registers {
            info.frames(&mut walker, &mut symbols, config, &raw, end)
        } else {
            CapturedFrames::default()
        };
        report.thread = info.thread_name(self.id, &self.threads);
        let frames = if info.is_dump() {
            dump::describe(&mut report, info, &raw);
            frames
        } else {
            reason::describe(&mut report, info, &self.mappings, &frames);
            reason::without_abort_frames(&report, frames)
        };
        context_frames::assign(&mut raw, &frames);
        frames.store_in(&mut report);
        let others = other_contexts(&self.threads, &self.with_contexts, memory);
        let all = raw.iter().chain(others.iter().flat_map(|(_, raw)| raw));
        let needed: Vec<_> = all.filter_map(|raw| Some(raw.span?.file().index())).collect();
        let needed = (options.sources != SourceCapture::All).then_some(&*needed);
        let sources = info.sources(memory, needed);
        let captured = variables::records::read(&info.variables(memory));
        let max_contexts = config.max_contexts;
        sources::add_contexts(
            &mut report,
            (raw, omitted),
            max_contexts,
            sources.as_ref(),
            captured,
        );
        let table = info.get(SharedField::ThreadsAddress);
        breadcrumbs::add(&mut report, slots::read_breadcrumbs(memory, table));
        report.threads = info.threads(&mut walker, &mut symbols, &self.threads, &mut report, end);
        sources::add_thread_contexts(&mut report, others, sources.as_ref());
        (report, sources)
    }

    /// Adds a minidump to the capsule of a stored report. `begin` is when the reporter began.
    #[cfg(feature = "minidump")]
    fn add_minidump(
        &self,
        report: &CrashReport,
        stored: &Stored,
        options: &CapsuleOptions,
        (command, secrets): &(Vec<String>, Vec<String>),
        begin: Instant,
    ) {
        let process = minidump::StoppedProcess {
            id: self.id,
            info: &self.info,
            threads: &self.threads,
            mappings: &self.mappings,
            modules: &self.modules,
            memory: self.memory,
            command,
            secrets,
            end: begin + self.config.timeout.min(Duration::from_secs(10)) / 4 * 3,
        };
        minidump::add(report, stored, options, &process);
    }
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

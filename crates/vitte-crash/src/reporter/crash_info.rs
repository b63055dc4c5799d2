//! The values that the signal handler of the crashed process recorded, read from its memory.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::time::Instant;

use nix::unistd::Pid;
use vitte_capsule::{CrashReport, CrashThread};
use vitte_diag::{SourceMap, codes};

use super::threads::Threads;
use super::unwind::{StackWalker, UnwindStart};
use crate::config::Config;
use crate::remote::{Memory, u64_at};
use crate::symbols::{CapturedFrames, Symbols};
use crate::sys::dump::NO_DUMP;
use crate::sys::shared::{self, SharedField};
use crate::sys::signal_name;
use crate::sys::slots::RawContext;

/// The [shared fields](shared) of the crashed process.
pub(super) struct CrashInfo {
    fields: Vec<u64>,
}

impl CrashInfo {
    pub(super) fn new(memory: &Memory<'_>, address: u64) -> Option<Self> {
        let bytes = memory(address, shared::FIELD_COUNT * 8)?;
        let fields = bytes.chunks_exact(8).filter_map(|word| u64_at(word, 0)).collect();
        let info = Self { fields };
        (info.get(SharedField::Magic) == shared::MAGIC).then_some(info)
    }

    pub(super) fn get(&self, field: SharedField) -> u64 {
        self.at(field as usize)
    }

    pub(super) fn at(&self, index: usize) -> u64 {
        self.fields.get(index).copied().unwrap_or(0)
    }

    pub(super) fn set(&mut self, field: SharedField, value: u64) {
        if let Some(word) = self.fields.get_mut(field as usize) {
            *word = value;
        }
    }

    /// Sets the registers with which unwinding starts, and all others to 0.
    pub(super) fn set_start(&mut self, start: UnwindStart) {
        let first = SharedField::FirstRegister as usize;
        let UnwindStart { pc, sp, fp, lr } = start;
        let values = [pc, sp, fp, lr].into_iter().chain(std::iter::repeat(0));
        let words = self.fields.iter_mut().skip(first);
        words.zip(values).for_each(|(word, value)| *word = value);
    }

    /// Returns whether the process goes on, so that the report is a dump.
    pub(super) fn is_dump(&self) -> bool {
        self.get(SharedField::DumpKind) != NO_DUMP
    }

    /// Returns the `si_code` of the signal, which is signed.
    pub(super) fn signal_code(&self) -> i64 {
        i64::from_ne_bytes(self.get(SharedField::SignalCode).to_ne_bytes())
    }

    pub(super) fn thread_id(&self) -> i32 {
        i32::try_from(self.get(SharedField::ThreadId)).unwrap_or(0)
    }

    /// Returns the name of the thread that crashed, or `#` and its number. The system names the
    /// first thread after the program, Rust names it `main`. A thread without a name of its own
    /// inherits that of the thread that created it.
    pub(super) fn thread_name(&self, process: Pid, threads: &Threads) -> String {
        let id = Pid::from_raw(self.thread_id());
        let name = |id| {
            let thread = threads.stopped.iter().find(|thread| thread.id == id);
            thread.map(|thread| thread.name.as_str())
        };
        match name(id) {
            _ if id == process => "main".into(),
            Some(own) if !own.is_empty() && name(process) != Some(own) => own.into(),
            _ => format!("#{id}"),
        }
    }

    /// Returns the names and values of the registers.
    pub(super) fn registers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let first = SharedField::FirstRegister as usize;
        shared::REGISTERS
            .iter()
            .enumerate()
            .map(move |(index, name)| (*name, self.at(first + index)))
    }

    /// Returns the registers with which the unwinding of the crashed thread starts.
    pub(super) fn start(&self) -> UnwindStart {
        let mut values = self.registers().map(|(_, value)| value);
        let mut next = || values.next().unwrap_or(0);
        UnwindStart { pc: next(), sp: next(), fp: next(), lr: next() }
    }

    pub(super) fn report(&self, process: Pid, config: &Config) -> CrashReport {
        let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let command = command.strip_suffix(b"\0").unwrap_or(&command).split(|byte| *byte == 0);
        let command = command.map(|argument| OsString::from_vec(argument.to_vec()));
        let id = u32::try_from(process.as_raw()).unwrap_or(0);
        let mut report = config.report_of(id, command, codes::F0002, String::new(), String::new());
        report.signal = signal_name(self.get(SharedField::Signal)).map(str::to_owned);
        let registers = self.registers().map(|(name, value)| (name.into(), format!("{value:#x}")));
        report.registers = registers.collect();
        report
    }

    pub(super) fn frames(
        &self,
        walker: &mut StackWalker<'_>,
        symbols: &mut Symbols<'_>,
        config: &Config,
        contexts: &[RawContext],
        end: Instant,
    ) -> CapturedFrames {
        let mut start = self.start();
        // After a breakpoint, the program counter already points to the next instruction.
        if cfg!(target_arch = "x86_64")
            && signal_name(self.get(SharedField::Signal)) == Some("SIGTRAP")
        {
            start.pc = start.pc.saturating_sub(u64::from(self.signal_code() > 0));
        }
        let mut addresses = walker.walk(start, config.max_frames, end);
        addresses.opened_at = contexts.iter().map(|context| context.opening.code).collect();
        symbols.resolve(&addresses)
    }

    /// Returns the records of the variables that the contexts borrow.
    pub(super) fn variables(&self, memory: &Memory<'_>) -> Vec<u8> {
        /// More than an area of records can have.
        const MAX_BYTES: usize = 16 << 20;
        let len = usize::try_from(self.get(SharedField::VariablesBytes)).unwrap_or(0);
        memory(self.get(SharedField::VariablesAddress), len.min(MAX_BYTES)).unwrap_or_default()
    }

    /// Reads the sources, each at its own file number. Files that are not in `needed` are empty; if
    /// it is `None`, all files are read. Returns `None` if the source table cannot be read.
    pub(super) fn sources(&self, memory: &Memory<'_>, needed: Option<&[u32]>) -> Option<SourceMap> {
        /// Maximum number of bytes read of a file.
        const MAX_FILE_BYTES: usize = 64 << 20;
        let len = usize::try_from(self.get(SharedField::SourcesBytes)).ok()?;
        let table = memory(self.get(SharedField::SourcesAddress), len)?;
        let files = table.chunks_exact(32);
        let mut sources = SourceMap::new();
        let last = match needed {
            Some(needed) => needed.iter().copied().max()? as usize,
            None => files.len(),
        };
        for (index, file) in files.enumerate().take(last.saturating_add(1)) {
            let is_needed = needed.is_none_or(|ids| ids.iter().any(|id| *id as usize == index));
            let [path, path_len, text, text_len] =
                [0, 8, 16, 24].map(|at| u64_at(file, at).unwrap_or(0));
            let bytes =
                |address, len| memory(address, usize::try_from(len).ok()?.min(MAX_FILE_BYTES));
            let path = bytes(path, path_len).filter(|_| is_needed).unwrap_or_default();
            let text = bytes(text, text_len).filter(|_| is_needed).unwrap_or_default();
            let id = sources.insert(&*String::from_utf8_lossy(&path), text);
            if path_len == 0 {
                // The file was removed, or its text was not known.
                _ = sources.remove(id);
            }
        }
        Some(sources)
    }

    /// Returns all threads with their backtraces, the crashed thread first.
    pub(super) fn threads(
        &self,
        walker: &mut StackWalker<'_>,
        symbols: &mut Symbols<'_>,
        threads: &Threads,
        report: &mut CrashReport,
        end: Instant,
    ) -> Vec<CrashThread> {
        /// Innermost and outermost frames stored of a thread that did not crash.
        const MAX_FRAMES: (usize, usize) = (24, 4);
        let mut walked = Vec::new();
        let mut late = 0;
        for thread in &threads.stopped {
            let is_crashed = thread.id.as_raw() == self.thread_id();
            let is_late = Instant::now() > end;
            late += usize::from(is_late && !is_crashed);
            let start = thread.registers().filter(|_| !is_crashed && !is_late);
            let addresses = start.map(|start| walker.walk(start, MAX_FRAMES, end));
            walked.push((thread, is_crashed, addresses.unwrap_or_default()));
        }
        // Each file is read once for all threads.
        let addresses = walked.iter().flat_map(|(.., found)| &found.addresses);
        symbols.prepare(&addresses.copied().collect::<Vec<_>>());
        if late > 0 {
            let threads = vitte_diag::text::plural("thread", late);
            report
                .notes
                .push(format!("no backtraces of {late} other {threads}: the time was over"));
        }
        let crashed = &report.backtrace;
        let threads = walked.into_iter().map(|(thread, is_crashed, addresses)| {
            let backtrace =
                if is_crashed { crashed.clone() } else { symbols.resolve(&addresses).backtrace() };
            let id = u64::from(thread.id.as_raw().unsigned_abs());
            CrashThread::new(id, thread.name.as_str(), backtrace)
        });
        threads.collect()
    }
}

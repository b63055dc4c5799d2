//! What the handler of a crashed process told, read from outside.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::time::Instant;

use nix::unistd::Pid;
use vitte_capsule::{CrashReport, CrashThread};
use vitte_diag::{SourceMap, codes};

use super::threads::Threads;
use super::walk::{Start, Walker};
use crate::facts::Facts;
use crate::remote::{Memory, u64_at};
use crate::symbols::{Calls, Symbols};
use crate::sys::name_of;
use crate::sys::words::{self, Word};

/// What the handler told.
pub(super) struct Told {
    words: Vec<u64>,
}

impl Told {
    pub(super) fn new(memory: &Memory<'_>, address: u64) -> Option<Self> {
        let bytes = memory(address, words::COUNT * 8)?;
        let words = bytes.chunks_exact(8).filter_map(|word| u64_at(word, 0)).collect();
        let told = Self { words };
        (told.get(Word::Magic) == words::MAGIC).then_some(told)
    }

    pub(super) fn get(&self, word: Word) -> u64 {
        self.at(word as usize)
    }

    pub(super) fn at(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    /// Returns the `si_code` of the signal, which is a signed number.
    pub(super) fn code(&self) -> i64 {
        i64::from_ne_bytes(self.get(Word::Code).to_ne_bytes())
    }

    pub(super) fn thread(&self) -> i32 {
        i32::try_from(self.get(Word::Thread)).unwrap_or(0)
    }

    /// The name of the thread that crashed: the first one is called like the program by the system, and
    /// `main` by Rust. Those without a name have the name of who began them.
    pub(super) fn thread_name(&self, process: Pid, threads: &Threads) -> String {
        let id = Pid::from_raw(self.thread());
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

    /// The registers, and their names.
    pub(super) fn registers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let first = Word::Registers as usize;
        words::REGISTERS
            .iter()
            .enumerate()
            .map(move |(index, name)| (*name, self.at(first + index)))
    }

    /// Where the crashed thread stood.
    pub(super) fn start(&self) -> Start {
        let mut values = self.registers().map(|(_, value)| value);
        let mut next = || values.next().unwrap_or(0);
        Start { pc: next(), sp: next(), fp: next(), lr: next() }
    }

    pub(super) fn report(&self, process: Pid, facts: &Facts) -> CrashReport {
        let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let command = command.strip_suffix(b"\0").unwrap_or(&command).split(|byte| *byte == 0);
        let command = command.map(|argument| OsString::from_vec(argument.to_vec()));
        let mut report = facts.report_of(command, codes::F0002, String::new(), String::new());
        report.signal = name_of(self.get(Word::Signal)).map(str::to_owned);
        let registers = self.registers().map(|(name, value)| (name.into(), format!("{value:#x}")));
        report.registers = registers.collect();
        report
    }

    pub(super) fn calls(
        &self,
        walker: &mut Walker<'_>,
        symbols: &mut Symbols<'_>,
        facts: &Facts,
        end: Instant,
    ) -> Calls {
        let mut start = self.start();
        // Behind a breakpoint the processor stands at what comes next.
        if cfg!(target_arch = "x86_64") && name_of(self.get(Word::Signal)) == Some("SIGTRAP") {
            start.pc = start.pc.saturating_sub(u64::from(self.code() > 0));
        }
        symbols.resolve(&walker.walk(start, facts.frames, end))
    }

    /// The records of what the contexts hold.
    pub(super) fn variables(&self, memory: &Memory<'_>) -> Vec<u8> {
        /// More than there can be.
        const LARGEST: usize = 16 << 20;
        let len = usize::try_from(self.get(Word::VariablesLen)).unwrap_or(0);
        memory(self.get(Word::Variables), len.min(LARGEST)).unwrap_or_default()
    }

    /// The sources that the contexts are in, at the numbers that they have; all of them where it is not said
    /// which are `needed`.
    pub(super) fn sources(&self, memory: &Memory<'_>, needed: Option<&[u32]>) -> Option<SourceMap> {
        /// Bytes that are read of a file.
        const LARGEST: usize = 64 << 20;
        let len = usize::try_from(self.get(Word::SourcesLen)).ok()?;
        let table = memory(self.get(Word::Sources), len)?;
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
            let bytes = |address, len| memory(address, usize::try_from(len).ok()?.min(LARGEST));
            let path = bytes(path, path_len).filter(|_| is_needed).unwrap_or_default();
            let text = bytes(text, text_len).filter(|_| is_needed).unwrap_or_default();
            _ = sources.add(&*String::from_utf8_lossy(&path), text);
        }
        Some(sources)
    }

    /// All threads, the crashed one first. Its name goes into the report.
    pub(super) fn threads(
        &self,
        walker: &mut Walker<'_>,
        symbols: &mut Symbols<'_>,
        threads: &Threads,
        report: &CrashReport,
        end: Instant,
    ) -> Vec<CrashThread> {
        /// Calls that are kept of a thread that did not crash.
        const CALLS: (usize, usize) = (24, 4);
        let threads = threads.stopped.iter().map(|thread| {
            let is_crashed = thread.id.as_raw() == self.thread();
            let backtrace = if is_crashed {
                report.backtrace.clone()
            } else {
                let start = thread.registers();
                let addresses = start.map(|start| walker.walk(start, CALLS, end));
                symbols.resolve(&addresses.unwrap_or_default()).backtrace()
            };
            let id = u64::from(thread.id.as_raw().unsigned_abs());
            CrashThread::new(id, thread.name.as_str(), backtrace)
        });
        threads.collect()
    }
}

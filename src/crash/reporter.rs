//! The reporter: another process, which looks at the crashed one from outside.

use std::ffi::OsString;
use std::fs;
use std::io::{IoSlice, IoSliceMut};
use std::os::unix::ffi::OsStringExt as _;
use std::time::{Duration, Instant};

use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

use super::calls::Calls;
#[cfg(feature = "minidump")]
use super::dump;
use super::facts::Facts;
use super::handler::{Look, Show};
use super::keep::{self, Capsules};
use super::modules::{self, Modules};
use super::output;
use super::report::{CrashReport, CrashThread};
use super::signal::slots::{self, Memory};
use super::signal::words::{self, Word};
use super::signal::{DENIED, UNWRITTEN, name_of};
use super::symbols::Symbols;
use super::threads::{self, Threads};
use super::walk::{Start, Walker};
use super::{variables, what};
use crate::registry::codes;
use crate::source::SourceMap;

/// Reports the crash of a process whose [`words`] are at an address, and ends.
pub(super) fn run(process: i32, address: u64, show: Show, capsules: &Capsules) -> ! {
    let status = match report(Pid::from_raw(process), address, show, capsules) {
        Ok(()) => 0,
        Err(status) => status,
    };
    // What the program does at its end is not done: this is not its run.
    super::signal::exit(status)
}

/// How the process ends where there is no report.
type Status = i32;

fn report(process: Pid, address: u64, show: Show, capsules: &Capsules) -> Result<(), Status> {
    let begin = Instant::now();
    let memory = |address, len| read(process, address, len);
    // The one thread that is sure to be there is the first; which one crashed is known once it is read.
    let told = Told::new(&memory, address);
    let first = told.as_ref().map_or(process, |told| Pid::from_raw(told.thread()));
    let threads = threads::stop(process, first).map_err(|_| DENIED)?;
    // What another thread changed before it was stopped is read as it is now.
    let told = Told::new(&memory, address).ok_or(DENIED)?;
    let facts = Facts::read(&memory, told.get(Word::Facts)).ok_or(DENIED)?;
    let mut report = told.report(process, &facts);
    let mappings = modules::mappings(&process.to_string());
    let modules = Modules::new(&mappings);
    let mut walker = Walker::new(&modules, &memory);
    // Walking a very deep stack leaves time for all else.
    let end = begin + facts.limit.min(Duration::from_secs(10)) / 2;
    let mut symbols = Symbols::new(&modules);
    let calls = told.calls(&mut walker, &mut symbols, &facts, end);
    report.thread = told.thread_name(process, &threads);
    what::describe(&mut report, &told, &mappings, &calls);
    report.set_calls(what::below_the_signal(&report, calls));
    let (raw, left_out) = slots::read(&memory, told.get(Word::Stack));
    let needed: Vec<_> = raw.iter().filter_map(|raw| Some(raw.span?.file().index())).collect();
    let sources = told.sources(&memory, (!capsules.wants_all_sources()).then_some(&*needed));
    let captured = variables::records::read(&told.variables(&memory));
    report.set_context((raw, left_out), facts.contexts, sources.as_ref(), captured);
    report.threads = told.threads(&mut walker, &mut symbols, &threads, &report, end);
    let is_stored = store(&mut report, sources.as_ref(), &facts, capsules);
    if is_stored {
        write(process, words::address_of(address, Word::Stored), 1);
    }
    let is_shown = output::write(&show(Look(told.get(Word::Look)), &report));
    #[cfg(feature = "minidump")]
    if let Some(folder) = facts.store.as_ref().filter(|_| is_stored && facts.minidump) {
        let end = begin + facts.limit.min(Duration::from_secs(10)) / 4 * 3;
        let (mappings, modules, memory) = (&*mappings, &modules, &memory);
        let (command, secrets) = capsules.without_secrets(&report);
        let process = dump::Process {
            id: process,
            told: &told,
            threads: &threads,
            mappings,
            modules,
            memory,
            command: &command,
            secrets: &secrets,
            end,
        };
        dump::add(&mut report, folder, capsules, &process);
    }
    if is_stored {
        keep::tidy_and_say(&facts, capsules);
    }
    if is_stored || is_shown { Ok(()) } else { Err(UNWRITTEN) }
}

/// Stores a report. A minidump comes after it, and later than what is shown: both are there whatever it meets.
fn store(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    facts: &Facts,
    capsules: &Capsules,
) -> bool {
    #[cfg(feature = "minidump")]
    if facts.minidump {
        dump::announce(report);
    }
    let is_stored = keep::save(report, sources, facts, capsules);
    #[cfg(feature = "minidump")]
    if !is_stored {
        dump::retract(report);
    }
    is_stored
}

/// Bytes of a process; nothing where not all of them can be read.
pub(super) fn read(process: Pid, address: u64, len: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; len];
    let remote = RemoteIoVec { base: usize::try_from(address).ok()?, len };
    let count = process_vm_readv(process, &mut [IoSliceMut::new(&mut bytes)], &[remote]).ok()?;
    // At the end of a stack there is less.
    bytes.truncate(count);
    (count > 0 || len == 0).then_some(bytes)
}

/// Writes a word into the memory of a process, if that is possible.
fn write(process: Pid, address: u64, word: u64) {
    let bytes = word.to_ne_bytes();
    if let Ok(base) = usize::try_from(address) {
        let remote = RemoteIoVec { base, len: bytes.len() };
        _ = process_vm_writev(process, &[IoSlice::new(&bytes)], &[remote]);
    }
}

/// What the handler told.
pub(super) struct Told {
    words: Vec<u64>,
}

impl Told {
    fn new(memory: &Memory<'_>, address: u64) -> Option<Self> {
        let bytes = memory(address, words::COUNT * 8)?;
        let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_ne_bytes(*word)).collect();
        let told = Self { words };
        (told.get(Word::Magic) == words::MAGIC).then_some(told)
    }

    pub(super) fn get(&self, word: Word) -> u64 {
        self.at(word as usize)
    }

    fn at(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    pub(super) fn thread(&self) -> i32 {
        i32::try_from(self.get(Word::Thread)).unwrap_or(0)
    }

    /// The name of the thread that crashed: the first one is called like the program by the system, and
    /// `main` by Rust. Those without a name have the name of who began them.
    fn thread_name(&self, process: Pid, threads: &Threads) -> String {
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

    fn report(&self, process: Pid, facts: &Facts) -> CrashReport {
        let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let command = command.strip_suffix(b"\0").unwrap_or(&command).split(|byte| *byte == 0);
        let command = command.map(|argument| OsString::from_vec(argument.to_vec()));
        let mut report = facts.report_of(command, codes::F0002, String::new(), String::new());
        report.signal = name_of(self.get(Word::Signal)).map(str::to_owned);
        let registers = self.registers().map(|(name, value)| (name.into(), format!("{value:#x}")));
        report.registers = registers.collect();
        report
    }

    fn calls(
        &self,
        walker: &mut Walker<'_>,
        symbols: &mut Symbols<'_>,
        facts: &Facts,
        end: Instant,
    ) -> Calls {
        let mut start = self.start();
        // Behind a breakpoint the processor stands at what comes next.
        if cfg!(target_arch = "x86_64") && name_of(self.get(Word::Signal)) == Some("SIGTRAP") {
            start.pc = start.pc.saturating_sub(u64::from(self.get(Word::Code).cast_signed() > 0));
        }
        symbols.resolve(&walker.walk(start, facts.frames, end))
    }

    /// The records of what the contexts hold.
    fn variables(&self, memory: &Memory<'_>) -> Vec<u8> {
        /// More than there can be.
        const LARGEST: usize = 16 << 20;
        let len = usize::try_from(self.get(Word::VariablesLen)).unwrap_or(0);
        memory(self.get(Word::Variables), len.min(LARGEST)).unwrap_or_default()
    }

    /// The sources that the contexts are in, at the numbers that they have; all of them where it is not said
    /// which are `needed`.
    fn sources(&self, memory: &Memory<'_>, needed: Option<&[u32]>) -> Option<SourceMap> {
        /// Bytes that are read of a file.
        const LARGEST: usize = 64 << 20;
        let len = usize::try_from(self.get(Word::SourcesLen)).ok()?;
        let table = memory(self.get(Word::Sources), len)?;
        let (files, _) = table.as_chunks::<32>();
        let mut sources = SourceMap::new();
        let last = match needed {
            Some(needed) => needed.iter().copied().max()? as usize,
            None => files.len(),
        };
        for (index, file) in files.iter().enumerate().take(last.saturating_add(1)) {
            let is_needed = needed.is_none_or(|ids| ids.iter().any(|id| *id as usize == index));
            let [path, path_len, text, text_len] =
                [0, 8, 16, 24].map(|at| slots::u64_at(file, at).unwrap_or(0));
            let bytes = |address, len| memory(address, usize::try_from(len).ok()?.min(LARGEST));
            let path = bytes(path, path_len).filter(|_| is_needed).unwrap_or_default();
            let text = bytes(text, text_len).filter(|_| is_needed).unwrap_or_default();
            _ = sources.add(&*String::from_utf8_lossy(&path), text);
        }
        Some(sources)
    }

    /// All threads, the crashed one first. Its name goes into the report.
    fn threads(
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
            CrashThread { id, name: thread.name.clone(), backtrace }
        });
        threads.collect()
    }
}

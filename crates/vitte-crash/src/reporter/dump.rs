//! Minidumps: a crashed process as debuggers of all systems read it.
//!
//! ```text
//! header │ stacks and registers │ threads │ modules │ exception │ system │ files of /proc │ directory
//! ```
//!
//! The structures and how they are laid out are those of `minidump-writer`. What it has to stop a process
//! with is not used: its `write` sends `SIGSTOP` and `SIGCONT` to the whole process, which no option of it
//! prevents, and a parent that waits sees both; where the one who writes is killed in between, the process
//! stays stopped. It also leaves out the threads that somebody holds already, copies stacks however large
//! they are, and always the environment. Here the threads are those that `threads` holds.

mod keep;
mod memory;
mod modules;
mod registers;
mod secrets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;
use std::{fmt, fs};

use jiff::Timestamp;
pub(super) use keep::without_secrets;
use memory::Block;
use minidump_writer::mem_writer::{
    Buffer, MemoryArrayWriter, MemoryWriter, MemoryWriterError, write_string_to_location,
};
use minidump_writer::minidump_format::{
    MD_HEADER_SIGNATURE, MD_HEADER_VERSION, MDException, MDLocationDescriptor, MDMemoryDescriptor,
    MDRawDirectory, MDRawExceptionStream, MDRawHeader, MDRawSystemInfo, MDRawThread,
    MDRawThreadName, MDStreamType, PlatformId, format,
};
use nix::unistd::Pid;
use secrets::Secrets;
use vitte_capsule::{CrashReport, StoreError};

use super::crash_info::Told;
use super::threads::Threads;
use crate::remote::Memory;
use crate::save::Capsules;
use crate::symbols::modules::{Mapping, Modules};
use crate::sys::words::Word;

/// What the report says until it is known how it went: it is stored first, so that nothing that a dump
/// meets can cost it.
const ANNOUNCED: &str =
    "a minidump is being written into the capsule, unless that fails or takes too long";

/// Bytes of stacks that a dump has at most, and of these, those of the thread that crashed.
const STACKS: usize = 4 << 20;
const CRASHED_STACK: usize = 3 << 20;

/// A process whose threads stand still.
pub(super) struct Process<'a> {
    pub(super) id: Pid,
    pub(super) told: &'a Told,
    pub(super) threads: &'a Threads,
    pub(super) mappings: &'a [Mapping],
    pub(super) modules: &'a Modules,
    pub(super) memory: &'a Memory<'a>,
    /// Its command line, and other texts that are in no dump.
    pub(super) command: &'a [String],
    pub(super) secrets: &'a [String],
    /// When there is a dump, or none.
    pub(super) end: Instant,
}

/// Why there is no dump.
#[derive(Debug)]
#[non_exhaustive]
enum DumpError {
    /// Where the environment is in memory is not known, so that it could not be left out.
    Environment,
    Late,
    Format(MemoryWriterError),
    Store(StoreError),
    Panicked,
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => {
                f.write_str("the system does not say where the environment is, to leave it out")
            }
            Self::Late => f.write_str("it took too long"),
            Self::Format(error) => write!(f, "it could not be put together: {error}"),
            Self::Store(error) => write!(f, "it could not be stored: {error}"),
            Self::Panicked => f.write_str("the reporter panicked when it made it"),
        }
    }
}

impl From<MemoryWriterError> for DumpError {
    fn from(error: MemoryWriterError) -> Self {
        Self::Format(error)
    }
}

/// Says in a report that is about to be stored that a dump follows.
pub(super) fn announce(report: &mut CrashReport) {
    report.notes.push(ANNOUNCED.into());
}

/// Takes that back.
pub(super) fn retract(report: &mut CrashReport) {
    report.notes.retain(|note| note != ANNOUNCED);
}

/// Writes the dump into the capsule of a stored report. A note of it then says where it is, or why
/// there is none.
pub(super) fn add(
    report: &mut CrashReport,
    folder: &Path,
    capsules: &Capsules,
    process: &Process<'_>,
) {
    let made = catch_unwind(AssertUnwindSafe(|| make(process))).unwrap_or(Err(DumpError::Panicked));
    retract(report);
    let none = |error: &DumpError| format!("there is no minidump: {error}");
    // Where this fails the report stays as it is: it says that there may be one.
    let notes = report.notes.clone();
    let mut update = |note, minidump| {
        report.notes.clone_from(&notes);
        report.notes.push(note);
        keep::update(capsules, report, folder, minidump).map_err(DumpError::Store)
    };
    let said = |bytes| update("a minidump is in the capsule".to_owned(), Some(bytes));
    if let Err(error) = made.and_then(said) {
        _ = update(none(&error), None);
    }
}

fn make(process: &Process<'_>) -> Result<Vec<u8>, DumpError> {
    process.is_in_time()?;
    let secrets = Secrets::of(process.id, process.memory, process.secrets);
    let secrets = secrets.ok_or(DumpError::Environment)?;
    let mut dump = Dump { buffer: Buffer::with_capacity(1 << 20), ..Dump::default() };
    let mut header = MemoryWriter::<MDRawHeader>::alloc(&mut dump.buffer)?;
    let crashed = dump.threads(process, &secrets)?;
    dump.names(process.threads)?;
    dump.modules(process)?;
    dump.exception(process.told, crashed)?;
    dump.system()?;
    dump.files(process);
    let (directory, count) = dump.directory()?;
    let head = MDRawHeader {
        signature: MD_HEADER_SIGNATURE,
        version: MD_HEADER_VERSION,
        stream_count: count,
        stream_directory_rva: directory,
        checksum: 0,
        time_date_stamp: u32::try_from(Timestamp::now().as_second()).unwrap_or(0),
        flags: 0,
    };
    header.set_value(&mut dump.buffer, head)?;
    process.is_in_time()?;
    Ok(dump.buffer.into())
}

impl Process<'_> {
    fn is_in_time(&self) -> Result<(), DumpError> {
        if Instant::now() < self.end { Ok(()) } else { Err(DumpError::Late) }
    }
}

/// A dump that is being put together.
struct Dump {
    buffer: Buffer,
    streams: Vec<MDRawDirectory>,
    blocks: Vec<MDMemoryDescriptor>,
}

impl Default for Dump {
    fn default() -> Self {
        Self { buffer: Buffer::with_capacity(0), streams: Vec::new(), blocks: Vec::new() }
    }
}

/// A stream that is a number and as many items.
macro_rules! list {
    ($dump:expr, $kind:ident, $items:expr) => {{
        let items = $items;
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let mut location = MemoryWriter::alloc_with_val(&mut $dump.buffer, count)?.location();
        let items = MemoryArrayWriter::alloc_from_iter(&mut $dump.buffer, items)?;
        location.data_size += items.location().data_size;
        $dump.stream(MDStreamType::$kind, location);
    }};
}

impl Dump {
    fn stream(&mut self, kind: MDStreamType, location: MDLocationDescriptor) {
        self.streams.push(MDRawDirectory { stream_type: kind as u32, location });
    }

    /// The threads with their registers and stacks, the crashed one first; where its registers are.
    fn threads(
        &mut self,
        process: &Process<'_>,
        secrets: &Secrets,
    ) -> Result<MDLocationDescriptor, DumpError> {
        let crashed = Pid::from_raw(process.told.thread());
        let start = process.told.start();
        let stack = Block::stack(process, start.sp, CRASHED_STACK);
        let context = registers::of_crashed(process.told, crashed);
        let code = Block::code(process, start.pc);
        let mut left = STACKS.saturating_sub(stack.bytes.len());
        let mut threads = vec![self.thread(crashed, context, stack, secrets)?];
        let registers = threads.first().map(|thread| thread.thread_context).unwrap_or_default();
        self.block(code, secrets);
        let others: Vec<_> =
            process.threads.stopped.iter().filter(|thread| thread.id != crashed).collect();
        for (index, thread) in others.iter().enumerate() {
            process.is_in_time()?;
            let (Some(start), Some(context)) = (thread.registers(), registers::of(thread.id))
            else {
                continue;
            };
            // What one does not need is there for the next ones.
            let stack = Block::stack(process, start.sp, left / (others.len() - index));
            left = left.saturating_sub(stack.bytes.len());
            threads.push(self.thread(thread.id, context, stack, secrets)?);
        }
        list!(self, ThreadListStream, threads);
        let blocks = std::mem::take(&mut self.blocks);
        list!(self, MemoryListStream, blocks);
        Ok(registers)
    }

    fn thread(
        &mut self,
        id: Pid,
        context: registers::Context,
        stack: Block,
        secrets: &Secrets,
    ) -> Result<MDRawThread, DumpError> {
        let context = MemoryWriter::alloc_with_val(&mut self.buffer, context)?;
        Ok(MDRawThread {
            thread_id: id.as_raw().unsigned_abs(),
            suspend_count: 0,
            priority_class: 0,
            priority: 0,
            teb: 0,
            stack: self.block(stack, secrets),
            thread_context: context.location(),
        })
    }

    /// Writes down memory, without what is secret; where it is.
    fn block(&mut self, mut block: Block, secrets: &Secrets) -> MDMemoryDescriptor {
        secrets.remove(block.address, &mut block.bytes);
        let memory = MemoryArrayWriter::write_bytes(&mut self.buffer, &block.bytes).location();
        let descriptor = MDMemoryDescriptor { start_of_memory_range: block.address, memory };
        if !block.bytes.is_empty() {
            self.blocks.push(descriptor);
        }
        descriptor
    }

    fn names(&mut self, threads: &Threads) -> Result<(), DumpError> {
        let mut names = Vec::new();
        for thread in &threads.stopped {
            let name = write_string_to_location(&mut self.buffer, &thread.name)?;
            let thread_id = thread.id.as_raw().unsigned_abs();
            names.push(MDRawThreadName { thread_id, thread_name_rva: name.rva.into() });
        }
        list!(self, ThreadNamesStream, names);
        Ok(())
    }

    fn modules(&mut self, process: &Process<'_>) -> Result<(), DumpError> {
        let mut raw = Vec::new();
        for module in modules::in_order(process) {
            process.is_in_time()?;
            raw.push(modules::raw(&mut self.buffer, module, process.memory)?);
        }
        list!(self, ModuleListStream, raw);
        Ok(())
    }

    fn exception(
        &mut self,
        told: &Told,
        thread_context: MDLocationDescriptor,
    ) -> Result<(), DumpError> {
        let code = told.get(Word::Code);
        // What somebody sent has no address: there is something else in its place.
        let is_sent = told.code() <= 0;
        let exception = MDException {
            exception_code: u32::try_from(told.get(Word::Signal)).unwrap_or(0),
            exception_flags: u32::try_from(code & u64::from(u32::MAX)).unwrap_or(0),
            exception_address: if is_sent { 0 } else { told.get(Word::Address) },
            ..MDException::default()
        };
        let stream = MDRawExceptionStream {
            thread_id: told.thread().unsigned_abs(),
            __align: 0,
            exception_record: exception,
            thread_context,
        };
        let location = MemoryWriter::alloc_with_val(&mut self.buffer, stream)?.location();
        self.stream(MDStreamType::ExceptionStream, location);
        Ok(())
    }

    /// The processor and the system. What is not known is 0.
    fn system(&mut self) -> Result<(), DumpError> {
        let known = |name| fs::read_to_string(format!("/proc/sys/kernel/{name}"));
        let words = ["ostype", "osrelease", "version"].map(|name| known(name).unwrap_or_default());
        let [system, release, version] = words.each_ref().map(|word| word.trim());
        let text = format!("{system} {release} {version} {}", std::env::consts::ARCH);
        let text = write_string_to_location(&mut self.buffer, &text)?;
        let processors = std::thread::available_parallelism().map_or(0, usize::from);
        let info = MDRawSystemInfo {
            processor_architecture: registers::ARCHITECTURE as u16,
            processor_level: 0,
            processor_revision: 0,
            number_of_processors: u8::try_from(processors).unwrap_or(u8::MAX),
            product_type: 0,
            major_version: 0,
            minor_version: 0,
            build_number: 0,
            platform_id: PlatformId::Linux as u32,
            csd_version_rva: text.rva,
            suite_mask: 0,
            reserved2: 0,
            cpu: format::CPU_INFORMATION { data: [0; 24] },
        };
        let location = MemoryWriter::alloc_with_val(&mut self.buffer, info)?.location();
        self.stream(MDStreamType::SystemInfoStream, location);
        Ok(())
    }

    /// What the system says of the process, as it says it; the environment is not among it.
    fn files(&mut self, process: &Process<'_>) {
        let (command, process) = (process.command.join("\0") + "\0", process.id);
        let location =
            MemoryArrayWriter::write_bytes(&mut self.buffer, command.as_bytes()).location();
        self.stream(MDStreamType::LinuxCmdLine, location);
        let files = [
            (MDStreamType::LinuxMaps, format!("/proc/{process}/maps")),
            (MDStreamType::LinuxProcStatus, format!("/proc/{process}/status")),
            (MDStreamType::LinuxAuxv, format!("/proc/{process}/auxv")),
            (MDStreamType::LinuxLsbRelease, "/etc/os-release".into()),
        ];
        for (kind, path) in files {
            // Whoever reads a dump can do without each of them.
            let Ok(bytes) = fs::read(path) else { continue };
            let location = MemoryArrayWriter::write_bytes(&mut self.buffer, &bytes).location();
            self.stream(kind, location);
        }
    }

    /// Where the streams are; where that is written down, and how many they are.
    fn directory(&mut self) -> Result<(u32, u32), DumpError> {
        let streams = std::mem::take(&mut self.streams);
        let count = u32::try_from(streams.len()).unwrap_or(u32::MAX);
        let directory = MemoryArrayWriter::alloc_from_iter(&mut self.buffer, streams)?;
        Ok((directory.location().rva, count))
    }
}

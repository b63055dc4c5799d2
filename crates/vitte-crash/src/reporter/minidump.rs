//! Writes a minidump of the crashed process, which debuggers of all systems read.
//!
//! ```text
//! header │ stacks and registers │ threads │ modules │ exception │ system │ files of /proc │ directory
//! ```
//!
//! The data structures are those of `minidump-writer`, but its `write` is not used. It sends
//! `SIGSTOP` and `SIGCONT` to the whole process, with no option to prevent that: a waiting parent
//! sees both, and the process stays stopped if the writer is killed in between. It also omits
//! threads that are traced already, copies stacks of any size, and always includes the environment.
//! This module dumps the threads that `threads` has stopped.

mod memory;
mod modules;
mod registers;
mod secrets;
mod store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use std::{fmt, fs};

use jiff::Timestamp;
use memory::MemoryBlock;
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
pub(super) use store::without_secrets;
use vitte_capsule::{CrashReport, RepositoryError};

use super::crash_info::CrashInfo;
use super::threads::Threads;
use crate::remote::Memory;
use crate::save::{CapsuleOptions, Stored};
use crate::symbols::modules::{Mapping, Modules};
use crate::sys::shared::SharedField;

/// The state of a minidump. The report is stored and shown before the minidump is made, so that a
/// failure of the minidump cannot lose the report.
#[derive(Debug)]
pub(super) enum MinidumpStatus {
    /// Not finished yet.
    Pending,
    /// Stored in the capsule.
    Stored,
    Failed(MinidumpError),
}

impl fmt::Display for MinidumpStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str(
                "the minidump is still being written; it is missing if that fails or times out",
            ),
            Self::Stored => f.write_str("the capsule contains a minidump"),
            Self::Failed(error) => write!(f, "no minidump: {error}"),
        }
    }
}

/// Maximum bytes of all stacks in a minidump, and of the crashed thread's stack.
const MAX_TOTAL_STACK_BYTES: usize = 4 << 20;
const MAX_CRASHED_STACK_BYTES: usize = 3 << 20;

/// A process whose threads are stopped.
pub(super) struct StoppedProcess<'a> {
    pub(super) id: Pid,
    pub(super) info: &'a CrashInfo,
    pub(super) threads: &'a Threads,
    pub(super) mappings: &'a [Mapping],
    pub(super) modules: &'a Modules,
    pub(super) memory: &'a Memory<'a>,
    /// The redacted command line, and strings that must not be in the minidump.
    pub(super) command: &'a [String],
    pub(super) secrets: &'a [String],
    /// When the minidump must be complete.
    pub(super) end: Instant,
}

/// Why there is no minidump.
#[derive(Debug)]
#[non_exhaustive]
pub(super) enum MinidumpError {
    /// The address of the environment is unknown, so it cannot be removed.
    Environment,
    TimedOut,
    Format(MemoryWriterError),
    Store(RepositoryError),
    Panicked,
}

impl fmt::Display for MinidumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str(
                "cannot find the environment of the process, which must be removed from it",
            ),
            Self::TimedOut => f.write_str("timed out"),
            Self::Format(error) => write!(f, "cannot assemble it: {error}"),
            Self::Store(error) => write!(f, "cannot store it: {error}"),
            Self::Panicked => f.write_str("the reporter panicked"),
        }
    }
}

impl From<MemoryWriterError> for MinidumpError {
    fn from(error: MemoryWriterError) -> Self {
        Self::Format(error)
    }
}

/// Makes a minidump and adds it to the capsule of a stored report. In the capsule's notes, its status replaces
/// [`MinidumpStatus::Pending`].
pub(super) fn add(
    report: &CrashReport,
    stored: &Stored,
    options: &CapsuleOptions,
    process: &StoppedProcess<'_>,
) {
    let update = |status: &MinidumpStatus, minidump| {
        store::update(options, report, stored, status, minidump)
    };
    let made = catch_unwind(AssertUnwindSafe(|| make(process)));
    let stored = made.unwrap_or(Err(MinidumpError::Panicked)).and_then(|bytes| {
        update(&MinidumpStatus::Stored, Some(bytes)).map_err(MinidumpError::Store)
    });
    if let Err(error) = stored {
        // If this fails too, the capsule's note still says that the minidump may be missing.
        _ = update(&MinidumpStatus::Failed(error), None);
    }
}

fn make(process: &StoppedProcess<'_>) -> Result<Vec<u8>, MinidumpError> {
    process.check_time()?;
    let secrets = Secrets::collect(process.id, process.memory, process.secrets);
    let secrets = secrets.ok_or(MinidumpError::Environment)?;
    let mut minidump =
        MinidumpBuilder { buffer: Buffer::with_capacity(1 << 20), ..MinidumpBuilder::default() };
    let mut header = MemoryWriter::<MDRawHeader>::alloc(&mut minidump.buffer)?;
    let crashed = minidump.threads(process, &secrets)?;
    minidump.names(process.threads)?;
    minidump.modules(process)?;
    minidump.exception(process.info, crashed)?;
    minidump.system()?;
    minidump.files(process);
    let (directory, count) = minidump.directory()?;
    let header_value = MDRawHeader {
        signature: MD_HEADER_SIGNATURE,
        version: MD_HEADER_VERSION,
        stream_count: count,
        stream_directory_rva: directory,
        checksum: 0,
        time_date_stamp: u32::try_from(Timestamp::now().as_second()).unwrap_or(0),
        flags: 0,
    };
    header.set_value(&mut minidump.buffer, header_value)?;
    process.check_time()?;
    Ok(minidump.buffer.into())
}

impl StoppedProcess<'_> {
    fn check_time(&self) -> Result<(), MinidumpError> {
        if Instant::now() < self.end { Ok(()) } else { Err(MinidumpError::TimedOut) }
    }
}

/// A minidump that is being assembled.
struct MinidumpBuilder {
    buffer: Buffer,
    streams: Vec<MDRawDirectory>,
    blocks: Vec<MDMemoryDescriptor>,
}

impl Default for MinidumpBuilder {
    fn default() -> Self {
        Self { buffer: Buffer::with_capacity(0), streams: Vec::new(), blocks: Vec::new() }
    }
}

/// Adds a stream that is a list: the number of items, then the items.
macro_rules! list {
    ($minidump:expr, $kind:ident, $items:expr) => {{
        let items = $items;
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let mut location = MemoryWriter::alloc_with_val(&mut $minidump.buffer, count)?.location();
        let items = MemoryArrayWriter::alloc_from_iter(&mut $minidump.buffer, items)?;
        location.data_size += items.location().data_size;
        $minidump.stream(MDStreamType::$kind, location);
    }};
}

impl MinidumpBuilder {
    fn stream(&mut self, kind: MDStreamType, location: MDLocationDescriptor) {
        self.streams.push(MDRawDirectory { stream_type: kind as u32, location });
    }

    /// Adds the threads with their registers and stacks, the crashed one first. Returns the
    /// location of its registers.
    fn threads(
        &mut self,
        process: &StoppedProcess<'_>,
        secrets: &Secrets,
    ) -> Result<MDLocationDescriptor, MinidumpError> {
        let crashed = Pid::from_raw(process.info.thread_id());
        let start = process.info.start();
        let stack = MemoryBlock::stack(process, start.sp, MAX_CRASHED_STACK_BYTES);
        let context = registers::read_crashed(process.info, crashed);
        let code = MemoryBlock::code(process, start.pc);
        let mut left = MAX_TOTAL_STACK_BYTES.saturating_sub(stack.bytes.len());
        let mut threads = vec![self.thread(crashed, context, stack, secrets)?];
        let registers = threads.first().map(|thread| thread.thread_context).unwrap_or_default();
        self.block(code, secrets);
        let others: Vec<_> =
            process.threads.stopped.iter().filter(|thread| thread.id != crashed).collect();
        for (index, thread) in others.iter().enumerate() {
            process.check_time()?;
            let (Some(start), Some(context)) = (thread.registers(), registers::read(thread.id))
            else {
                continue;
            };
            // A stack that needs less than its share leaves more for the next ones.
            let stack = MemoryBlock::stack(process, start.sp, left / (others.len() - index));
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
        context: registers::ThreadContext,
        stack: MemoryBlock,
        secrets: &Secrets,
    ) -> Result<MDRawThread, MinidumpError> {
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

    /// Adds memory with the secrets removed. Returns its descriptor.
    fn block(&mut self, mut block: MemoryBlock, secrets: &Secrets) -> MDMemoryDescriptor {
        secrets.remove(block.address, &mut block.bytes);
        let memory = MemoryArrayWriter::write_bytes(&mut self.buffer, &block.bytes).location();
        let descriptor = MDMemoryDescriptor { start_of_memory_range: block.address, memory };
        if !block.bytes.is_empty() {
            self.blocks.push(descriptor);
        }
        descriptor
    }

    fn names(&mut self, threads: &Threads) -> Result<(), MinidumpError> {
        let mut names = Vec::new();
        for thread in &threads.stopped {
            let name = write_string_to_location(&mut self.buffer, &thread.name)?;
            let thread_id = thread.id.as_raw().unsigned_abs();
            names.push(MDRawThreadName { thread_id, thread_name_rva: name.rva.into() });
        }
        list!(self, ThreadNamesStream, names);
        Ok(())
    }

    fn modules(&mut self, process: &StoppedProcess<'_>) -> Result<(), MinidumpError> {
        let mut raw = Vec::new();
        for module in modules::in_order(process) {
            process.check_time()?;
            raw.push(modules::raw(&mut self.buffer, module, process.memory)?);
        }
        list!(self, ModuleListStream, raw);
        Ok(())
    }

    fn exception(
        &mut self,
        info: &CrashInfo,
        thread_context: MDLocationDescriptor,
    ) -> Result<(), MinidumpError> {
        let code = info.get(SharedField::SignalCode);
        // A signal that was sent has other data in place of the address.
        let is_sent = info.signal_code() <= 0;
        let exception = MDException {
            exception_code: u32::try_from(info.get(SharedField::Signal)).unwrap_or(0),
            exception_flags: u32::try_from(code & u64::from(u32::MAX)).unwrap_or(0),
            exception_address: if is_sent { 0 } else { info.get(SharedField::FaultAddress) },
            ..MDException::default()
        };
        let stream = MDRawExceptionStream {
            thread_id: info.thread_id().unsigned_abs(),
            __align: 0,
            exception_record: exception,
            thread_context,
        };
        let location = MemoryWriter::alloc_with_val(&mut self.buffer, stream)?.location();
        self.stream(MDStreamType::ExceptionStream, location);
        Ok(())
    }

    /// Adds the processor and the system. Unknown values are 0.
    fn system(&mut self) -> Result<(), MinidumpError> {
        let read = |name| fs::read_to_string(format!("/proc/sys/kernel/{name}"));
        let texts = ["ostype", "osrelease", "version"].map(|name| read(name).unwrap_or_default());
        let [system, release, version] = texts.each_ref().map(|text| text.trim());
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

    /// Adds files of `/proc` unchanged, except for the command line. The environment is not among
    /// them.
    fn files(&mut self, process: &StoppedProcess<'_>) {
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
            // All of these files are optional in a minidump.
            let Ok(bytes) = fs::read(path) else { continue };
            let location = MemoryArrayWriter::write_bytes(&mut self.buffer, &bytes).location();
            self.stream(kind, location);
        }
    }

    /// Adds the directory of the streams. Returns its offset and the number of streams.
    fn directory(&mut self) -> Result<(u32, u32), MinidumpError> {
        let streams = std::mem::take(&mut self.streams);
        let count = u32::try_from(streams.len()).unwrap_or(u32::MAX);
        let directory = MemoryArrayWriter::alloc_from_iter(&mut self.buffer, streams)?;
        Ok((directory.location().rva, count))
    }
}

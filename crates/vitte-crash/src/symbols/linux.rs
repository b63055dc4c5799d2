//! Resolves frames by the debug information of programs and libraries (ELF and DWARF).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use backtrace::Backtrace;
use vitte_capsule::CrashFrame;
use vitte_capsule::symbols::{Deadline, DebugPaths, ReportModules, ResolvedFrame};

use super::frames::{CapturedFrames, FrameMemory};
use super::loaded::LoadedModules;
use super::modules::{self, Modules};
use super::{PanicStack, image, without_panic_frames};
use crate::remote::Memory;
use crate::sys::{self, LoadCounts};
use crate::timed_lock::TimedLock;

/// Addresses of frames, innermost first. Each is inside the call instruction.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrameAddresses {
    pub(crate) addresses: Vec<u64>,
    /// The memory of each frame, or nothing.
    pub(crate) memory: Vec<FrameMemory>,
    /// Addresses of code that opened contexts.
    pub(crate) opened_at: Vec<u64>,
    /// The index before which frames were omitted, and how many.
    pub(crate) omitted: Option<(usize, u64)>,
    /// The addresses to which signal handlers return.
    pub(crate) signal_returns: Vec<u64>,
    /// Why there are no frames after the last one, unless that is the outermost one.
    pub(crate) stop: Option<String>,
}

/// What was read of this process for earlier panics.
#[derive(Debug)]
struct OwnModules {
    modules: Modules,
    /// The counts when `modules` was read.
    counts: Option<LoadCounts>,
    loaded: LoadedModules,
}

/// All threads share it, so that a storm of panics reads each file once.
static OWN: TimedLock<OwnModules> = TimedLock::new(OwnModules::new());

impl OwnModules {
    const fn new() -> Self {
        Self { modules: Modules::new(), counts: None, loaded: LoadedModules::new() }
    }

    /// Reads the list of modules if it has changed. Code that a just-in-time compiler has added is in no count.
    fn update(&mut self, addresses: &[u64]) {
        let counts = sys::load_counts();
        let is_code = |address: &u64| self.modules.is_code(*address);
        if counts.is_none() || counts != self.counts || !addresses.iter().all(is_code) {
            (self.modules, self.counts) = (modules::current(), counts);
        }
    }
}

/// Resolves the frames that the panic hook captured. Names that cannot be read until `end` are omitted, with a note.
pub(crate) fn resolve_panic(
    backtrace: &Backtrace,
    stack: &PanicStack,
    end: Instant,
) -> CapturedFrames {
    // The stack has return addresses, which are those after the call instruction.
    let frames = backtrace.frames().iter().zip(stack.memory(backtrace));
    let frames = frames.map(|(frame, memory)| ((frame.ip() as u64).saturating_sub(1), memory));
    // The outermost frame has none.
    let (addresses, memory) = frames.filter(|(address, _)| *address > 0).unzip();
    let opened_at = stack.opened_at.clone();
    let addresses = FrameAddresses { addresses, memory, opened_at, ..FrameAddresses::default() };
    let frames = match OWN.lock(end) {
        Some(mut own) => resolve_own(&mut own, addresses, end),
        // The other thread has not finished in time: no names. Or it does not exist in this process, which was forked.
        None => resolve_own(&mut OwnModules::new(), addresses, end),
    };
    without_panic_frames(frames)
}

fn resolve_own(
    own: &mut OwnModules,
    mut addresses: FrameAddresses,
    end: Instant,
) -> CapturedFrames {
    own.update(&addresses.addresses);
    let OwnModules { modules, loaded, .. } = own;
    // The outermost frame may have one that is not valid.
    let frames = addresses.addresses.into_iter().zip(addresses.memory);
    (addresses.addresses, addresses.memory) =
        frames.filter(|(address, _)| modules.is_code(*address)).unzip();
    let memory = image::own_memory();
    let mut symbols = Symbols::new(modules, "self", &memory, end);
    std::mem::swap(&mut symbols.loaded, loaded);
    let frames = symbols.resolve(&addresses);
    std::mem::swap(&mut symbols.loaded, loaded);
    frames
}

/// Resolves addresses in the memory of a process.
pub(crate) struct Symbols<'a> {
    modules: &'a Modules,
    /// The name of the process in `/proc`.
    process: String,
    memory: &'a Memory<'a>,
    paths: DebugPaths,
    deadline: Deadline,
    loaded: LoadedModules,
    /// The frames of addresses.
    known: BTreeMap<u64, Vec<CrashFrame>>,
    /// Modules whose file was not found.
    missing: BTreeSet<String>,
    /// The number of addresses that were not looked up in time.
    late: usize,
}

impl<'a> Symbols<'a> {
    pub(crate) fn new(
        modules: &'a Modules,
        process: &str,
        memory: &'a Memory<'a>,
        end: Instant,
    ) -> Self {
        Self {
            modules,
            process: process.to_owned(),
            memory,
            paths: DebugPaths::from_env(),
            deadline: Deadline::at(end),
            loaded: LoadedModules::new(),
            known: BTreeMap::new(),
            missing: BTreeSet::new(),
            late: 0,
        }
    }

    /// Looks addresses up. Addresses that are looked up together need the least time, because a file is read once.
    pub(crate) fn prepare(&mut self, addresses: &[u64]) {
        let mut by_module: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
        for address in addresses.iter().filter(|address| !self.known.contains_key(address)) {
            if let Some((module, offset)) = self.modules.find(*address) {
                by_module.entry(module.range.start).or_default().push((*address, offset));
            }
        }
        for (start, addresses) in by_module {
            let Some((module, _)) = self.modules.find(start) else { continue };
            let loaded = self.loaded.get(&self.process, self.memory, module, &self.paths);
            let offsets: Vec<u64> = addresses.iter().map(|(_, offset)| *offset).collect();
            let resolved = match &mut loaded.file {
                Some(file) => file.resolve(&offsets, &self.paths, self.deadline),
                None => {
                    // The code of the kernel has no file.
                    if module.path.starts_with('/') {
                        self.missing.insert(module.path.clone());
                    }
                    vec![Some(Vec::new()); offsets.len()]
                }
            };
            for ((address, offset), resolved) in addresses.into_iter().zip(resolved) {
                let mut bare = CrashFrame::default();
                (bare.module, bare.offset) = (Some(module.path.clone()), Some(offset));
                bare.build_id = loaded.build_id.as_ref().map(ToString::to_string);
                self.late += usize::from(resolved.is_none());
                self.known.insert(address, frames(&bare, &resolved.unwrap_or_default()));
            }
        }
    }

    /// Resolves all addresses.
    pub(crate) fn resolve(&mut self, addresses: &FrameAddresses) -> CapturedFrames {
        let all = [&*addresses.addresses, &*addresses.opened_at].concat();
        self.prepare(&all);
        let mut captured =
            CapturedFrames { stop: addresses.stop.clone(), ..CapturedFrames::default() };
        for (index, address) in addresses.addresses.iter().enumerate() {
            if let Some((_, count)) = addresses.omitted.filter(|(at, _)| *at == index) {
                captured.omitted = Some((captured.frames.len(), count));
            }
            let mut frames = self.frames_at(*address);
            if let (true, Some(frame)) =
                (addresses.signal_returns.contains(address), frames.last_mut())
            {
                frame.function = Some("<signal handler called>".to_owned());
                (frame.file, frame.line, frame.column) = (None, None, None);
                frame.in_project = false;
            }
            if let Some(memory) = addresses.memory.get(index) {
                captured.memory.extend(frames.iter().map(|_| memory.clone()));
            }
            captured.frames.append(&mut frames);
        }
        captured.opened_at = addresses.opened_at.iter().map(|at| self.frames_at(*at)).collect();
        captured.notes = self.notes();
        captured
    }

    /// Returns the frames of one address: the function there, preceded by the functions that are inlined into it.
    fn frames_at(&self, address: u64) -> Vec<CrashFrame> {
        if let Some(frames) = self.known.get(&address) {
            return frames.clone();
        }
        let kind = if self.modules.is_other_code(address) { "code at" } else { "address" };
        let mut bare = CrashFrame::default();
        bare.function = Some(format!("<unknown {kind} {address:#x}>"));
        vec![bare]
    }

    /// Returns why names are missing.
    fn notes(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|path| ReportModules::missing_file_note(path));
        let late = (self.late > 0).then(|| ReportModules::LATE_NOTE.to_owned());
        let compressed = self.loaded.compressed_program().map(ReportModules::compressed_note);
        missing.chain(late).chain(compressed).collect()
    }
}

fn frames(bare: &CrashFrame, resolved: &[ResolvedFrame]) -> Vec<CrashFrame> {
    if resolved.is_empty() {
        return vec![bare.clone()];
    }
    resolved.iter().map(|frame| frame.to_crash_frame(bare)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn threads_share_what_was_read() {
        let end = Instant::now() + Duration::from_secs(600);
        let backtrace = Backtrace::new_unresolved();
        let stack = PanicStack::default();
        let resolve = || resolve_panic(&backtrace, &stack, end);
        let first = resolve();
        let names = |frames: &CapturedFrames| -> Vec<_> {
            frames.frames.iter().map(|frame| frame.function.clone()).collect()
        };
        let is_named = |name: &Option<String>| {
            name.as_ref().is_some_and(|name| name.contains("threads_share_what_was_read"))
        };
        assert!(names(&first).iter().any(is_named), "{:?}", names(&first));
        let reads = || OWN.lock(end).map_or(0, |own| own.loaded.reads());
        let before = reads();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(resolve)).collect();
            for thread in threads {
                assert_eq!(names(&thread.join().unwrap()), names(&first));
            }
        });
        assert_eq!(reads(), before, "no file was read again");
        // Another thread that does not finish does not block this one.
        let guard = OWN.lock(end);
        let late = resolve_panic(&backtrace, &stack, Instant::now());
        drop(guard);
        assert!(names(&late).iter().all(Option::is_none) && late.notes.len() == 1, "{late:?}");
    }
}

//! Resolves frames by the debug information of programs and libraries (ELF and DWARF).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use backtrace::Backtrace;
use vitte_capsule::CrashFrame;
use vitte_capsule::symbols::{Deadline, DebugPaths, ReportModules, ResolvedFrame};

use super::frames::CapturedFrames;
use super::loaded::LoadedModules;
use super::modules::{self, Modules};
use super::{debug_path, image, without_panic_frames};
use crate::remote::Memory;

/// Addresses of frames, innermost first. Each is inside the call instruction.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrameAddresses {
    pub(crate) addresses: Vec<u64>,
    /// The index before which frames were omitted, and how many.
    pub(crate) omitted: Option<(usize, u64)>,
    /// The addresses to which signal handlers return.
    pub(crate) signal_returns: Vec<u64>,
    /// Why there are no frames after the last one, unless that is the outermost one.
    pub(crate) stop: Option<String>,
}

/// What was read for earlier panics. All threads share it, so that a storm of panics reads each file once.
static LOADED: Mutex<LoadedModules> = Mutex::new(LoadedModules::new());

/// Resolves the frames that the panic hook captured. Names that cannot be read until `end` are omitted, with a note.
pub(crate) fn resolve_panic(backtrace: &Backtrace, end: Instant) -> CapturedFrames {
    let modules = modules::current();
    // The stack has return addresses, which are those after the call instruction.
    let addresses = backtrace.frames().iter().map(|frame| (frame.ip() as u64).saturating_sub(1));
    // The outermost frame of a thread has no valid return address.
    let is_code =
        |address: &u64| modules.find(*address).is_some() || modules.is_other_code(*address);
    let addresses = FrameAddresses {
        addresses: addresses.filter(is_code).collect(),
        ..FrameAddresses::default()
    };
    let memory = image::own_memory();
    let mut none = LoadedModules::new();
    let mut shared = lock(&LOADED, end);
    let mut symbols = Symbols::new(&modules, "self", &memory, end);
    let loaded = match &mut shared {
        Some(loaded) => &mut **loaded,
        // The other thread has not finished in time: no names.
        None => {
            symbols.deadline = Deadline::at(Instant::now());
            &mut none
        }
    };
    std::mem::swap(&mut symbols.loaded, loaded);
    symbols.prepare(&addresses.addresses);
    let frames = symbols.resolve(&addresses);
    std::mem::swap(&mut symbols.loaded, loaded);
    drop(shared);
    without_panic_frames(frames)
}

/// Locks until `end` at the latest. A thread that panicked while it had the lock has left valid data.
fn lock<T>(mutex: &Mutex<T>, end: Instant) -> Option<MutexGuard<'_, T>> {
    // The many threads of a storm must not take the processor from the one that reads.
    const MAX_PAUSE: Duration = Duration::from_millis(10);
    let mut pause = Duration::from_micros(100);
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(error)) => return Some(error.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() < end => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(MAX_PAUSE);
            }
            Err(TryLockError::WouldBlock) => return None,
        }
    }
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
            paths: debug_path::from_env(),
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
        self.prepare(&addresses.addresses);
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
            captured.frames.append(&mut frames);
        }
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
        missing.chain(late).collect()
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
    use super::*;

    #[test]
    fn threads_share_what_was_read() {
        let end = Instant::now() + Duration::from_secs(600);
        let backtrace = Backtrace::new_unresolved();
        let resolve = || resolve_panic(&backtrace, end);
        let first = resolve();
        let names = |frames: &CapturedFrames| -> Vec<_> {
            frames.frames.iter().map(|frame| frame.function.clone()).collect()
        };
        let is_named = |name: &Option<String>| {
            name.as_ref().is_some_and(|name| name.contains("threads_share_what_was_read"))
        };
        assert!(names(&first).iter().any(is_named), "{:?}", names(&first));
        let reads = || LOADED.lock().map_or(0, |loaded| loaded.reads());
        let before = reads();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(resolve)).collect();
            for thread in threads {
                assert_eq!(names(&thread.join().unwrap()), names(&first));
            }
        });
        assert_eq!(reads(), before, "no file was read again");
        // Another thread that does not finish does not block this one.
        let guard = LOADED.lock();
        let late = resolve_panic(&backtrace, Instant::now());
        drop(guard);
        assert!(names(&late).iter().all(Option::is_none) && late.notes.len() == 1, "{late:?}");
    }
}

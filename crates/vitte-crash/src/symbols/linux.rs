//! Resolves frames by the debug information of programs and libraries (ELF and DWARF).

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Mutex;

use addr2line::Loader;
use backtrace::Backtrace;
use object::{Object as _, ObjectSegment as _, ReadCache};
use vitte_capsule::CrashFrame;

use super::frames::CapturedFrames;
use super::modules::{self, Modules};
use super::without_panic_frames;

/// Addresses of frames, innermost first. Each is inside the call instruction.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrameAddresses {
    pub(crate) addresses: Vec<u64>,
    /// The index before which frames were omitted, and how many.
    pub(crate) omitted: Option<(usize, u64)>,
}

/// Resolves the frames that the panic hook captured.
pub(crate) fn resolve_panic(backtrace: &Backtrace) -> CapturedFrames {
    let modules = modules::current();
    // The stack has return addresses, which are those after the call instruction.
    let addresses = backtrace.frames().iter().map(|frame| (frame.ip() as u64).saturating_sub(1));
    // The outermost frame of a thread has no valid return address.
    let addresses = addresses.filter(|address| modules.find(*address).is_some()).collect();
    // If another thread uses the cache now, this one reads the files again.
    let loaded = LAST_LOADED.try_lock().map(|mut loaded| std::mem::take(&mut *loaded));
    let mut symbols = Symbols { modules: &modules, loaded: loaded.unwrap_or_default() };
    let frames = symbols.resolve(&FrameAddresses { addresses, omitted: None });
    if let Ok(mut loaded) = LAST_LOADED.try_lock() {
        *loaded = symbols.loaded;
    }
    without_panic_frames(frames)
}

/// What was read for the last panic, so that further panics of the same process take milliseconds.
static LAST_LOADED: Mutex<BTreeMap<ModuleKey, Option<LoadedModule>>> = Mutex::new(BTreeMap::new());

/// Resolves addresses in the memory of a process.
pub(crate) struct Symbols<'a> {
    modules: &'a Modules,
    /// `None` if the file cannot be read.
    loaded: BTreeMap<ModuleKey, Option<LoadedModule>>,
}

/// The path of a module and its address in memory.
type ModuleKey = (String, u64);

struct LoadedModule {
    /// The difference between an address in memory and in the file.
    bias: u64,
    loader: Loader,
}

impl<'a> Symbols<'a> {
    pub(crate) fn new(modules: &'a Modules) -> Self {
        Self { modules, loaded: BTreeMap::new() }
    }

    /// Resolves all addresses.
    pub(crate) fn resolve(&mut self, addresses: &FrameAddresses) -> CapturedFrames {
        let mut captured = CapturedFrames::default();
        for (index, address) in addresses.addresses.iter().enumerate() {
            if let Some((_, count)) = addresses.omitted.filter(|(at, _)| *at == index) {
                captured.omitted = Some((captured.frames.len(), count));
            }
            captured.frames.append(&mut self.frames_at(*address));
        }
        captured
    }

    /// Resolves one address: the function there, preceded by the functions that are inlined into
    /// it.
    fn frames_at(&mut self, address: u64) -> Vec<CrashFrame> {
        let Some((module, offset)) = self.modules.find(address) else {
            let function = Some(format!("<unknown address {address:#x}>"));
            let mut bare = CrashFrame::default();
            bare.function = function;
            return vec![bare];
        };
        let loaded = self.loaded.entry((module.path.clone(), module.range.start));
        let loaded = loaded.or_insert_with(|| LoadedModule::load(&module.path, module.range.start));
        let mut bare = CrashFrame::default();
        (bare.module, bare.offset) = (Some(module.path.clone()), Some(offset));
        let Some(LoadedModule { bias, loader }) = loaded else { return vec![bare] };
        let probe = address.wrapping_sub(*bias);
        let mut frames = inlined(loader, probe, &bare);
        if frames.is_empty() {
            frames.push(bare);
        }
        if let Some(outer @ CrashFrame { function: None, .. }) = frames.last_mut() {
            let symbol = loader.find_symbol(probe);
            let demangle = |name: &str| addr2line::demangle_auto(name.into(), None).into_owned();
            outer.function = symbol.map(demangle);
        }
        frames
    }
}

impl LoadedModule {
    fn load(path: &str, start: u64) -> Option<Self> {
        let file = ReadCache::new(File::open(path).ok()?);
        let lowest = lowest_address(&object::File::parse(&file).ok()?)?;
        drop(file);
        Some(Self { bias: start.wrapping_sub(lowest), loader: Loader::new(path).ok()? })
    }
}

/// Returns the lowest address of a program according to its file, rounded down to a page, as files
/// are mapped in whole pages.
pub(crate) fn lowest_address<'d>(file: &object::File<'d, impl object::ReadRef<'d>>) -> Option<u64> {
    Some(file.segments().map(|segment| segment.address()).min()? & !0xfff)
}

fn inlined(loader: &Loader, probe: u64, bare: &CrashFrame) -> Vec<CrashFrame> {
    let Ok(mut found) = loader.find_frames(probe) else { return Vec::new() };
    let mut frames = Vec::new();
    while let Ok(Some(resolved)) = found.next() {
        let name = resolved.function.as_ref().and_then(|name| name.demangle().ok());
        let location = resolved.location.as_ref();
        let mut frame = bare.clone();
        frame.function = name.map(|name| name.into_owned());
        if let Some(file) = location.and_then(|at| at.file) {
            frame.set_source(file);
        }
        frame.line = location.and_then(|at| at.line).filter(|line| *line > 0);
        frame.column = location.and_then(|at| at.column).filter(|column| *column > 0);
        frame.inlined = true;
        frames.push(frame);
    }
    if let Some(outer) = frames.last_mut() {
        outer.inlined = false;
    }
    frames
}

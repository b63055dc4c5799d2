//! Names and lines from the debug information of programs and libraries (ELF and DWARF).

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Mutex;

use addr2line::Loader;
use backtrace::Backtrace;
use object::{Object as _, ObjectSegment as _, ReadCache};
use vitte_capsule::CrashFrame;

use super::below_the_panic;
use super::calls::Calls;
use super::modules::{self, Modules};

/// Addresses of calls, the innermost first: each is inside the instruction that calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) addresses: Vec<u64>,
    /// Before which of them how many are left out.
    pub(crate) left_out: Option<(usize, u64)>,
}

/// Resolves the addresses that a panic took.
pub(crate) fn of_panic(backtrace: &Backtrace) -> Calls {
    let modules = modules::of_this_process();
    // What is on the stack is where a call returns to.
    let addresses = backtrace.frames().iter().map(|frame| (frame.ip() as u64).saturating_sub(1));
    // The outermost call of a thread returns to nowhere.
    let addresses = addresses.filter(|address| modules.find(*address).is_some()).collect();
    // Whoever looks at another panic just now reads for itself.
    let known = KNOWN.try_lock().map(|mut known| std::mem::take(&mut *known));
    let mut symbols = Symbols { modules: &modules, known: known.unwrap_or_default() };
    let calls = symbols.resolve(&Addresses { addresses, left_out: None });
    if let Ok(mut known) = KNOWN.try_lock() {
        *known = symbols.known;
    }
    below_the_panic(calls)
}

/// What was read for the last panic: the next one of a process that goes on takes a few milliseconds.
static KNOWN: Mutex<BTreeMap<Origin, Option<Known>>> = Mutex::new(BTreeMap::new());

/// Names and lines of what is in memory.
pub(crate) struct Symbols<'a> {
    modules: &'a Modules,
    /// Nothing where a file cannot be read.
    known: BTreeMap<Origin, Option<Known>>,
}

/// A file, and where it is in memory.
type Origin = (String, u64);

struct Known {
    /// By how much addresses in memory are more than in the file.
    bias: u64,
    loader: Loader,
}

impl<'a> Symbols<'a> {
    pub(crate) fn new(modules: &'a Modules) -> Self {
        Self { modules, known: BTreeMap::new() }
    }

    /// What the calls are.
    pub(crate) fn resolve(&mut self, addresses: &Addresses) -> Calls {
        let mut calls = Calls::default();
        for (index, address) in addresses.addresses.iter().enumerate() {
            if let Some((_, count)) = addresses.left_out.filter(|(at, _)| *at == index) {
                calls.left_out = Some((calls.frames.len(), count));
            }
            calls.frames.append(&mut self.frames_at(*address));
        }
        calls
    }

    /// The function at an address, and before it those that are inlined in it.
    fn frames_at(&mut self, address: u64) -> Vec<CrashFrame> {
        let Some((module, offset)) = self.modules.find(address) else {
            let function = Some(format!("<unknown address {address:#x}>"));
            let mut bare = CrashFrame::default();
            bare.function = function;
            return vec![bare];
        };
        let known = self.known.entry((module.path.clone(), module.range.start));
        let known = known.or_insert_with(|| Known::of(&module.path, module.range.start));
        let mut bare = CrashFrame::default();
        (bare.module, bare.offset) = (Some(module.path.clone()), Some(offset));
        let Some(Known { bias, loader }) = known else { return vec![bare] };
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

impl Known {
    fn of(path: &str, start: u64) -> Option<Self> {
        let file = ReadCache::new(File::open(path).ok()?);
        let lowest = lowest_address(&object::File::parse(&file).ok()?)?;
        drop(file);
        Some(Self { bias: start.wrapping_sub(lowest), loader: Loader::new(path).ok()? })
    }
}

/// The lowest address of a program as its file has it: files are mapped in whole pages.
pub(crate) fn lowest_address<'d>(file: &object::File<'d, impl object::ReadRef<'d>>) -> Option<u64> {
    Some(file.segments().map(|segment| segment.address()).min()? & !0xfff)
}

fn inlined(loader: &Loader, probe: u64, bare: &CrashFrame) -> Vec<CrashFrame> {
    let Ok(mut found) = loader.find_frames(probe) else { return Vec::new() };
    let mut frames = Vec::new();
    while let Ok(Some(known)) = found.next() {
        let name = known.function.as_ref().and_then(|name| name.demangle().ok());
        let location = known.location.as_ref();
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

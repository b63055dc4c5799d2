//! The calls on the stack of another process.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::time::Instant;

#[cfg(target_arch = "aarch64")]
use framehop::aarch64::{CacheAarch64 as Cache, UnwindRegsAarch64, UnwinderAarch64 as Unwinder};
#[cfg(target_arch = "x86_64")]
use framehop::x86_64::{CacheX86_64 as Cache, UnwindRegsX86_64, UnwinderX86_64 as Unwinder};
use framehop::{ExplicitModuleSectionInfo, MayAllocateDuringUnwind, Unwinder as _};
use object::{Object as _, ObjectSection as _, ReadCache, ReadRef};

use crate::remote::Memory;
use crate::symbols::modules::{Module, Modules};
use crate::symbols::{Addresses, lowest_address};

/// Where a thread stands: the registers that its calls are found with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) pc: u64,
    pub(super) sp: u64,
    pub(super) fp: u64,
    /// Where it returns to, on processors that have a register for that.
    #[cfg_attr(target_arch = "x86_64", allow(dead_code, reason = "that is on the stack"))]
    pub(super) lr: u64,
}

/// Finds calls in the memory of a process.
pub(super) struct Walker<'a> {
    modules: &'a Modules,
    memory: &'a Memory<'a>,
    unwinder: Unwinder<Vec<u8>, MayAllocateDuringUnwind>,
    cache: Cache<MayAllocateDuringUnwind>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(modules: &'a Modules, memory: &'a Memory<'a>) -> Self {
        let mut walker = Self { modules, memory, unwinder: Unwinder::new(), cache: Cache::new() };
        for module in modules.iter() {
            walker.add(module);
        }
        walker
    }

    fn add(&mut self, module: &Module) {
        let sections = match File::open(&module.path) {
            Ok(file) => sections(&ReadCache::new(file)),
            // What the system itself put there has no file.
            Err(_) => {
                let len = usize::try_from(module.range.end - module.range.start).unwrap_or(0);
                let bytes = (self.memory)(module.range.start, len.min(1 << 20)).unwrap_or_default();
                sections(bytes.as_slice())
            }
        };
        let Some((info, lowest)) = sections else { return };
        let bias = module.range.start.wrapping_sub(lowest);
        let (name, range) = (module.path.clone(), module.range.clone());
        self.unwinder.add_module(framehop::Module::new(name, range, bias, info));
    }

    fn is_code(&self, address: u64) -> bool {
        self.modules.iter().flat_map(|module| &module.code).any(|code| code.contains(&address))
    }

    /// The calls from `start` outwards, of a deep stack the innermost and the outermost ones. At `end` it
    /// stops wherever it is.
    pub(super) fn walk(
        &mut self,
        mut start: Start,
        (innermost, outermost): (usize, usize),
        end: Instant,
    ) -> Addresses {
        let mut found = Addresses::default();
        let window = RefCell::new((0, Vec::new()));
        let read = |address| word(self.memory, &window, address);
        if !self.is_code(start.pc) {
            // A call went to where no code is: what called it is where it would have returned to.
            found.addresses.push(start.pc);
            if !start.go_back(read) {
                return found;
            }
        }
        let mut read_stack = |address| read(address).ok_or(());
        let mut frames = self.unwinder.iter_frames(
            start.pc,
            start.unwind_registers(),
            &mut self.cache,
            &mut read_stack,
        );
        let mut last = VecDeque::new();
        let mut count: u64 = 0;
        while let Ok(Some(frame)) = frames.next() {
            let address = frame.address_for_lookup();
            if found.addresses.len() < innermost.max(1) {
                found.addresses.push(address);
                continue;
            }
            count += 1;
            last.push_back(address);
            if last.len() > outermost {
                last.pop_front();
            }
            if count % 1024 == 0 && Instant::now() > end {
                break;
            }
        }
        let more = count.saturating_sub(last.len() as u64);
        found.left_out = (more > 0).then_some((found.addresses.len(), more));
        found.addresses.extend(last);
        found
    }
}

/// What is needed to find the callers of a module's functions, and its lowest address.
fn sections<'a>(data: impl ReadRef<'a>) -> Option<(ExplicitModuleSectionInfo<Vec<u8>>, u64)> {
    let file = object::File::parse(data).ok()?;
    let lowest = lowest_address(&file)?;
    let range = |name| {
        let section = file.section_by_name(name)?;
        Some(section.address()..section.address() + section.size())
    };
    let bytes = |name| Some(file.section_by_name(name)?.data().ok()?.to_vec());
    let info = ExplicitModuleSectionInfo {
        text_svma: range(".text"),
        got_svma: range(".got"),
        eh_frame_svma: range(".eh_frame"),
        eh_frame: bytes(".eh_frame"),
        eh_frame_hdr_svma: range(".eh_frame_hdr"),
        eh_frame_hdr: bytes(".eh_frame_hdr"),
        debug_frame: None,
        ..ExplicitModuleSectionInfo::default()
    };
    Some((info, lowest))
}

/// Bytes of a stack that are read at once.
const WINDOW: usize = 64 << 10;

/// A word at an address; `window` is what was read last, and where it begins.
fn word(memory: &Memory<'_>, window: &RefCell<(u64, Vec<u8>)>, address: u64) -> Option<u64> {
    let (start, bytes) = &mut *window.borrow_mut();
    let at = |start: u64, bytes: &[u8]| {
        let offset = usize::try_from(address.checked_sub(start)?).ok()?;
        crate::remote::u64_at(bytes, offset)
    };
    if let Some(word) = at(*start, bytes) {
        return Some(word);
    }
    *start = address & !0xfff;
    *bytes = memory(*start, WINDOW).or_else(|| memory(*start, 4096)).unwrap_or_default();
    at(*start, bytes)
}

impl Start {
    /// To where the call that led here would have returned; whether that is known.
    fn go_back(&mut self, read: impl Fn(u64) -> Option<u64>) -> bool {
        #[cfg(target_arch = "x86_64")]
        let back = read(self.sp);
        #[cfg(target_arch = "aarch64")]
        let back = (self.lr != self.pc).then_some(self.lr);
        #[cfg(target_arch = "x86_64")]
        {
            self.sp += 8;
        }
        _ = &read;
        // Inside of the instruction that called.
        self.pc = back.unwrap_or(0).saturating_sub(1);
        back.is_some()
    }

    #[cfg(target_arch = "x86_64")]
    fn unwind_registers(self) -> UnwindRegsX86_64 {
        UnwindRegsX86_64::new(self.pc, self.sp, self.fp)
    }

    #[cfg(target_arch = "aarch64")]
    fn unwind_registers(self) -> UnwindRegsAarch64 {
        UnwindRegsAarch64::new(self.lr, self.sp, self.fp)
    }
}

//! Unwinds the stacks of another process.

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
use crate::symbols::{FrameAddresses, lowest_address};

/// The registers of a thread that unwinding needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnwindStart {
    pub(super) pc: u64,
    pub(super) sp: u64,
    pub(super) fp: u64,
    /// The return address, on architectures that keep it in a register.
    #[cfg_attr(target_arch = "x86_64", allow(dead_code, reason = "that is on the stack"))]
    pub(super) lr: u64,
}

/// Unwinds stacks in the memory of a process.
pub(super) struct StackWalker<'a> {
    modules: &'a Modules,
    memory: &'a Memory<'a>,
    unwinder: Unwinder<Vec<u8>, MayAllocateDuringUnwind>,
    cache: Cache<MayAllocateDuringUnwind>,
}

impl<'a> StackWalker<'a> {
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
            // The modules of the kernel, such as the vDSO, have no file.
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

    /// Unwinds from `start` outwards. Of a deep stack it returns the `innermost` and the
    /// `outermost` frames. At `end` it stops at the frame it has reached.
    pub(super) fn walk(
        &mut self,
        mut start: UnwindStart,
        (innermost, outermost): (usize, usize),
        end: Instant,
    ) -> FrameAddresses {
        let mut found = FrameAddresses::default();
        let window = RefCell::new((0, Vec::new()));
        let read = |address| read_word(self.memory, &window, address);
        if !self.is_code(start.pc) {
            // The thread jumped to an address without code. Continue at the return address of that
            // call.
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
        found.omitted = (more > 0).then_some((found.addresses.len(), more));
        found.addresses.extend(last);
        found
    }
}

/// Reads the unwind information of a module and its lowest address.
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
const WINDOW_BYTES: usize = 64 << 10;

/// Reads the word at `address`. `window` caches the memory that was read last, after its address.
fn read_word(memory: &Memory<'_>, window: &RefCell<(u64, Vec<u8>)>, address: u64) -> Option<u64> {
    let (start, bytes) = &mut *window.borrow_mut();
    let at = |start: u64, bytes: &[u8]| {
        let offset = usize::try_from(address.checked_sub(start)?).ok()?;
        crate::remote::u64_at(bytes, offset)
    };
    if let Some(word) = at(*start, bytes) {
        return Some(word);
    }
    *start = address & !0xfff;
    *bytes = memory(*start, WINDOW_BYTES).or_else(|| memory(*start, 4096)).unwrap_or_default();
    at(*start, bytes)
}

impl UnwindStart {
    /// Moves to the return address of the current call. Returns whether it is known.
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
        // An address inside the call instruction.
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

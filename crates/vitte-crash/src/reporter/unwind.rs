//! Unwinds the stacks of another process.

mod information;
mod registers;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

#[cfg(target_arch = "aarch64")]
use framehop::aarch64::{CacheAarch64 as Cache, UnwinderAarch64 as Unwinder};
#[cfg(target_arch = "x86_64")]
use framehop::x86_64::{CacheX86_64 as Cache, UnwinderX86_64 as Unwinder};
use framehop::{FrameAddress, MayAllocateDuringUnwind, Unwinder as _};
use information::UnwindInformation;
pub(super) use registers::UnwindStart;
use registers::{Call, Registers, call_before, is_signal_return};

use crate::remote::Memory;
use crate::symbols::modules::Modules;
use crate::symbols::{FrameAddresses, FrameMemory};

/// After how many frames a walk looks at the time.
const STEPS_BETWEEN_CHECKS: u64 = 1024;

/// Unwinds stacks in the memory of a process.
///
/// The unwind information is that in memory: the file of a module may have been replaced.
pub(super) struct StackWalker<'a> {
    modules: &'a Modules,
    memory: &'a Memory<'a>,
    unwinder: Unwinder<Arc<[u8]>, MayAllocateDuringUnwind>,
    cache: Cache<MayAllocateDuringUnwind>,
    /// The unwind information of the modules that occurred, by their address.
    information: BTreeMap<u64, Option<UnwindInformation>>,
    /// The function at an address, if there is unwind information for it.
    functions: HashMap<u64, Option<Range<u64>>>,
    /// Whether the code at a return address ends a signal handler.
    is_signal_return: HashMap<u64, bool>,
}

/// The frames of a walk.
struct Found {
    addresses: FrameAddresses,
    limits: (usize, usize),
    last: VecDeque<(u64, FrameMemory)>,
    count: u64,
}

impl<'a> StackWalker<'a> {
    pub(super) fn new(modules: &'a Modules, memory: &'a Memory<'a>) -> Self {
        Self {
            modules,
            memory,
            unwinder: Unwinder::new(),
            cache: Cache::new(),
            information: BTreeMap::new(),
            functions: HashMap::new(),
            is_signal_return: HashMap::new(),
        }
    }

    /// Unwinds from `start` outwards. Of a deep stack it returns the `innermost` and the
    /// `outermost` frames. At `end` it stops at the frame it has reached.
    pub(super) fn walk(
        &mut self,
        start: UnwindStart,
        limits: (usize, usize),
        end: Instant,
    ) -> FrameAddresses {
        let addresses = FrameAddresses::default();
        let mut found = Found { addresses, limits, last: VecDeque::new(), count: 0 };
        let window = RefCell::new((0, Vec::new()));
        let (mut registers, memory) = (Registers::new(start), self.memory);
        let mut address = FrameAddress::from_instruction_pointer(start.pc);
        for step in 1_u64.. {
            // A damaged stack may have no end.
            if step % STEPS_BETWEEN_CHECKS == 0 && Instant::now() > end {
                found.addresses.stop = Some("the time was over".to_owned());
                break;
            }
            // A signal handler returns to the instruction that the signal interrupted.
            if let Some(interrupted) = self.interrupted(address, &registers) {
                found.add_signal_return(address.address());
                found.push(address.address(), FrameMemory::default());
                registers = Registers::new(interrupted);
                address = FrameAddress::from_instruction_pointer(interrupted.pc);
                continue;
            }
            let pc = address.address_for_lookup();
            let function = self.function_at(pc).unwrap_or_default();
            let start = registers.stack_pointer();
            let read = |address| read_word(memory, &window, address);
            let next = self.next(address, &mut registers, read);
            let stack = match next {
                Ok(_) => start..registers.stack_pointer(),
                Err(_) => Range::default(),
            };
            found.push(pc, FrameMemory { stack, function });
            match next {
                Ok(Some(next)) => address = next,
                Ok(None) => break,
                Err(reason) => {
                    found.addresses.stop = Some(reason);
                    break;
                }
            }
        }
        found.finish()
    }

    /// Moves to the caller. Returns `None` at the outermost frame.
    ///
    /// # Errors
    ///
    /// Returns why the caller is not known.
    fn next(
        &mut self,
        address: FrameAddress,
        registers: &mut Registers,
        read: impl Fn(u64) -> Option<u64>,
    ) -> Result<Option<FrameAddress>, String> {
        let pc = address.address_for_lookup();
        if self.function_at(pc).is_none() {
            return self.guess(address, registers, read).map(Some);
        }
        let mut read_stack = |address| read(address).ok_or(());
        let next = self.unwinder.unwind_frame(
            address,
            registers.unwind_registers(),
            &mut self.cache,
            &mut read_stack,
        );
        match next {
            Ok(Some(next)) => Ok(FrameAddress::from_return_address(next)),
            Ok(None) => Ok(None),
            Err(_) => Err(format!("the stack of {} cannot be read", self.describe(pc))),
        }
    }

    /// Moves from code without unwind information to its caller, if the return address is at one of the places where it
    /// usually is, and follows a call there.
    fn guess(
        &self,
        address: FrameAddress,
        registers: &mut Registers,
        read: impl Fn(u64) -> Option<u64>,
    ) -> Result<FrameAddress, String> {
        let pc = address.address_for_lookup();
        // A call of an address without code has just pushed its return address. Other code may have made room on the
        // stack, where there are return addresses of earlier calls.
        let is_code = self.modules.with_code_at(pc).is_some() || self.modules.is_other_code(pc);
        for (return_address, is_top, caller) in registers.guesses(address.is_return_address(), read)
        {
            let is_in_module =
                self.modules.with_code_at(return_address.saturating_sub(1)).is_some();
            let call = call_before(self.memory, return_address, pc).filter(|_| is_in_module);
            if call == Some(Call::Direct) || (call.is_some() && !(is_top && is_code)) {
                *registers = caller;
                if let Some(address) = FrameAddress::from_return_address(return_address) {
                    return Ok(address);
                }
            }
        }
        Err(format!("no unwind information for {}", self.describe(pc)))
    }

    /// Returns the registers that a signal handler will restore, if `address` is that to which it returns.
    fn interrupted(&mut self, address: FrameAddress, registers: &Registers) -> Option<UnwindStart> {
        if !address.is_return_address() {
            return None;
        }
        let (address, memory) = (address.address(), self.memory);
        let known = self.is_signal_return.entry(address);
        let is_return = *known.or_insert_with(|| is_signal_return(memory, address));
        if is_return { registers.of_signal_frame(memory) } else { None }
    }

    /// Returns the addresses of the function at an address, if there is unwind information for it.
    fn function_at(&mut self, pc: u64) -> Option<Range<u64>> {
        if let Some(function) = self.functions.get(&pc) {
            return function.clone();
        }
        let function = self.modules.with_code_at(pc).and_then(|module| {
            let information = self.information.entry(module.range.start).or_insert_with(|| {
                let information = UnwindInformation::read(self.memory, module)?;
                self.unwinder.add_module(information.framehop_module(module));
                Some(information)
            });
            information.as_ref()?.function_at(pc)
        });
        self.functions.insert(pc, function.clone());
        function
    }

    fn describe(&self, pc: u64) -> String {
        match self.modules.find(pc) {
            Some((module, offset)) => {
                let name = module.path.rsplit('/').next().unwrap_or(&module.path);
                format!("{name}+{offset:#x}")
            }
            None if self.modules.is_other_code(pc) => format!("the code at {pc:#x}"),
            None => format!("the address {pc:#x}"),
        }
    }
}

impl Found {
    fn push(&mut self, address: u64, memory: FrameMemory) {
        let (innermost, outermost) = self.limits;
        if self.addresses.addresses.len() < innermost.max(1) {
            self.addresses.addresses.push(address);
            self.addresses.memory.push(memory);
            return;
        }
        self.count += 1;
        self.last.push_back((address, memory));
        if self.last.len() > outermost {
            self.last.pop_front();
        }
    }

    fn add_signal_return(&mut self, address: u64) {
        let known = &mut self.addresses.signal_returns;
        if !known.contains(&address) {
            known.push(address);
        }
    }

    fn finish(self) -> FrameAddresses {
        let mut found = self.addresses;
        let more = self.count.saturating_sub(self.last.len() as u64);
        found.omitted = (more > 0).then_some((found.addresses.len(), more));
        for (address, memory) in self.last {
            found.addresses.push(address);
            found.memory.push(memory);
        }
        found
    }
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

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::symbols::modules::parse_mappings;

    /// A function without unwind information, called by code that ends a signal handler. The frame of that signal has
    /// the registers of the same function.
    #[test]
    fn a_cycle_through_frames_of_signals_ends_in_time() {
        const FUNCTION: u64 = 0x1010;
        const SIGNAL_RETURN: u64 = 0x1100;
        const STACK: u64 = 0x9000;
        let mut code = vec![0x90_u8; 0x1000];
        code[0xfb..0x100].copy_from_slice(&[0xe8, 0x10, 0xff, 0xff, 0xff]);
        code[0x100..0x109].copy_from_slice(&[0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05]);
        let mut stack = vec![0_u8; 0x1000];
        stack[..8].copy_from_slice(&SIGNAL_RETURN.to_le_bytes());
        // The stack pointer and the instruction pointer in the frame of the signal.
        stack[8 + 40 + 8 * 15..][..8].copy_from_slice(&STACK.to_le_bytes());
        stack[8 + 40 + 8 * 16..][..8].copy_from_slice(&FUNCTION.to_le_bytes());
        let reads = Cell::new(0);
        let memory = |address: u64, len: usize| {
            reads.set(reads.get() + 1);
            let (start, bytes) = if address < STACK { (0x1000, &code) } else { (STACK, &stack) };
            let from = usize::try_from(address.checked_sub(start)?).ok()?;
            let to = if len == WINDOW_BYTES { bytes.len() } else { from + len };
            // Otherwise the test would not end.
            bytes.get(from..to).filter(|_| reads.get() < 100_000).map(<[u8]>::to_vec)
        };
        let mappings = parse_mappings(b"1000-2000 r-xp 00000000 00:00 0 /bin/cycle\n");
        let modules = Modules::of(&mappings);
        let start = UnwindStart { pc: FUNCTION, sp: STACK, fp: 0, lr: 0 };
        // With both parities of the number of frames that are not counted.
        for innermost in [4, 5] {
            reads.set(0);
            let mut walker = StackWalker::new(&modules, &memory);
            let found = walker.walk(start, (innermost, 2), Instant::now());
            assert_eq!(found.stop.as_deref(), Some("the time was over"));
            assert_eq!(found.signal_returns, [SIGNAL_RETURN]);
            let frames = found.addresses.len() as u64 + found.omitted.map_or(0, |(_, more)| more);
            assert_eq!(frames, STEPS_BETWEEN_CHECKS - 1);
        }
    }
}

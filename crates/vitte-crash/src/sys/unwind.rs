//! Unwinds one frame of this thread by the unwind tables in memory, without a heap.
//!
//! Sources: Linux Standard Base Core 5.0, chapter 10.6 (`.eh_frame`, `.eh_frame_hdr`); ELF-64 Object File Format 1.5.

use gimli::{
    BaseAddresses, CfaRule, EhFrame, EhFrameHdr, EndianSlice, NativeEndian, Pointer, Register,
    RegisterRule, UnwindContext, UnwindContextStorage, UnwindSection as _, UnwindTableRow,
};

use super::arrival::is_readable;
use super::maps::Module;

/// The registers from which a frame is unwound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registers {
    pub(super) pc: u64,
    sp: u64,
    fp: u64,
    /// The return address, on architectures that keep it in a register. Otherwise 0.
    lr: u64,
}

/// The numbers of the stack pointer, the frame pointer and the return address in DWARF.
#[cfg(target_arch = "x86_64")]
const NUMBERS: [Register; 3] = [Register(7), Register(6), Register(16)];
#[cfg(target_arch = "aarch64")]
const NUMBERS: [Register; 3] = [Register(31), Register(29), Register(30)];

/// Space for the rules of a frame. Only those of special functions have more.
struct FixedStorage;

impl UnwindContextStorage<usize> for FixedStorage {
    type Rules = [(Register, RegisterRule<usize>); 32];
    type Stack = [UnwindTableRow<usize, Self>; 3];
}

type Slice = EndianSlice<'static, NativeEndian>;

impl Registers {
    /// Returns the registers of a crash. `register` returns the one with an index in
    /// [`shared::REGISTERS`](super::shared::REGISTERS).
    pub(super) fn of_crash(register: &dyn Fn(usize) -> u64) -> Self {
        let lr = if cfg!(target_arch = "aarch64") { register(3) } else { 0 };
        Self { pc: register(0), sp: register(1), fp: register(2), lr }
    }

    /// Returns the registers of the function that called the one at `address` in `module`. Returns `None` at the
    /// outermost frame, or if there is no unwind information.
    pub(super) fn caller(self, address: u64, module: &Module) -> Option<Self> {
        let [sp, fp, return_address] = NUMBERS;
        let table = UnwindTable::of(module)?;
        let mut context = UnwindContext::<usize, FixedStorage>::new_in();
        let row = table.row(&mut context, address)?;
        let cfa = match row.cfa() {
            CfaRule::RegisterAndOffset { register, offset } if *register == sp => {
                self.sp.wrapping_add_signed(*offset)
            }
            CfaRule::RegisterAndOffset { register, offset } if *register == fp => {
                self.fp.wrapping_add_signed(*offset)
            }
            _ => return None,
        };
        let restore = |register, current| match row.register(register) {
            RegisterRule::Offset(offset) => read_word(cfa.wrapping_add_signed(offset)),
            RegisterRule::SameValue => Some(current),
            RegisterRule::Undefined if register != return_address => Some(current),
            RegisterRule::Undefined if self.lr != 0 => Some(current),
            _ => None,
        };
        let pc = restore(return_address, self.lr)?;
        let is_progress = cfa > self.sp || pc != self.pc;
        let next = Self { pc, sp: cfa, fp: restore(fp, self.fp)?, lr: 0 };
        (is_progress && pc != 0).then_some(next)
    }

    /// Returns the registers of the caller of a function that does not exist: its call has only stored the return
    /// address.
    pub(super) fn caller_of_jump(self) -> Option<Self> {
        if cfg!(target_arch = "aarch64") {
            return (self.lr != 0).then_some(Self { pc: self.lr, lr: 0, ..self });
        }
        Some(Self { pc: read_word(self.sp)?, sp: self.sp + 8, ..self })
    }
}

/// Reads the stack. Returns `None` if the address cannot be read.
fn read_word(address: u64) -> Option<u64> {
    let address = usize::try_from(address).ok().filter(|address| address % 8 == 0)?;
    // SAFETY: the memory at the aligned address can be read.
    is_readable(address)
        .then(|| unsafe { std::ptr::with_exposed_provenance::<u64>(address).read_volatile() })
}

/// The unwind table of a module.
struct UnwindTable {
    header: Slice,
    frames: Slice,
    bases: BaseAddresses,
}

impl UnwindTable {
    /// Finds the table by the program headers of the module, which are mapped at its beginning.
    fn of(module: &Module) -> Option<Self> {
        const PT_LOAD: u32 = 1;
        const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
        const PROGRAM_HEADER_BYTES: u64 = 56;
        let image = bytes_at(module.start, 64)?;
        if !image.starts_with(b"\x7fELF\x02") {
            return None;
        }
        let offset = u64::from_ne_bytes(*image.get(32..)?.first_chunk()?);
        let count = u16::from_ne_bytes(*image.get(56..)?.first_chunk()?);
        let headers = bytes_at(module.start + offset, PROGRAM_HEADER_BYTES * u64::from(count))?;
        let headers = headers.chunks_exact(56).filter_map(|header| {
            let word = |at: usize| Some(u64::from_ne_bytes(*header.get(at..)?.first_chunk()?));
            let kind = u32::from_ne_bytes(*header.first_chunk()?);
            Some((kind, word(16)?, word(40)?))
        });
        let of_kind = |kind| headers.clone().filter(move |header| header.0 == kind);
        let lowest = of_kind(PT_LOAD).map(|(_, address, _)| address & !0xfff).min()?;
        let bias = module.start.wrapping_sub(lowest);
        let (_, header, header_len) = of_kind(PT_GNU_EH_FRAME).next()?;
        let header_address = header.wrapping_add(bias);
        let header = bytes_at(header_address, header_len)?;
        let bases = BaseAddresses::default().set_eh_frame_hdr(header_address);
        let parsed = EhFrameHdr::new(header, NativeEndian).parse(&bases, 8).ok()?;
        let Pointer::Direct(frames_address) = parsed.eh_frame_ptr() else { return None };
        // The section ends with its segment at the latest.
        let segment_end = of_kind(PT_LOAD)
            .map(|(_, address, len)| (address.wrapping_add(bias), len))
            .find(|(start, len)| frames_address.wrapping_sub(*start) < *len)
            .map(|(start, len)| start + len)?;
        let frames = bytes_at(frames_address, segment_end - frames_address)?;
        let bases = bases.set_eh_frame(frames_address);
        let header = EndianSlice::new(header, NativeEndian);
        Some(Self { header, frames: EndianSlice::new(frames, NativeEndian), bases })
    }

    /// Returns the rules of the function at an address.
    fn row<'a>(
        &self,
        context: &'a mut UnwindContext<usize, FixedStorage>,
        address: u64,
    ) -> Option<&'a UnwindTableRow<usize, FixedStorage>> {
        let header = EhFrameHdr::from(self.header).parse(&self.bases, 8).ok()?;
        let frames = EhFrame::from(self.frames);
        let table = header.table()?;
        let row = table.unwind_info_for_address(
            &frames,
            &self.bases,
            context,
            address,
            EhFrame::cie_from_offset,
        );
        row.ok()
    }
}

/// Returns the bytes of a module at an address.
fn bytes_at(address: u64, len: u64) -> Option<&'static [u8]> {
    let (address, len) = (usize::try_from(address).ok()?, usize::try_from(len).ok()?);
    let last = address.checked_add(len)?.checked_sub(1)?;
    if len > isize::MAX.unsigned_abs() || !is_readable(address) || !is_readable(last) {
        return None;
    }
    // SAFETY: the bytes are those of a segment of a loaded module, of which the first and the last page can be read.
    // Nothing unloads it, and nothing writes to its read-only data.
    Some(unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(address), len) })
}

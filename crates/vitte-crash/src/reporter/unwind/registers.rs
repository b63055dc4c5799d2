//! What differs between processors: registers, call instructions, and the frames of signals.

#[cfg(target_arch = "aarch64")]
use framehop::aarch64::UnwindRegsAarch64 as UnwindRegisters;
#[cfg(target_arch = "x86_64")]
use framehop::x86_64::UnwindRegsX86_64 as UnwindRegisters;

use crate::remote::{Memory, u64_at};

/// The registers of a thread that unwinding needs.
#[derive(Clone, Copy, Debug)]
pub(in crate::reporter) struct UnwindStart {
    pub(in crate::reporter) pc: u64,
    pub(in crate::reporter) sp: u64,
    pub(in crate::reporter) fp: u64,
    /// The return address, on architectures that keep it in a register.
    #[cfg_attr(target_arch = "x86_64", allow(dead_code, reason = "that is on the stack"))]
    pub(in crate::reporter) lr: u64,
}

/// The registers of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registers(UnwindRegisters);

impl Registers {
    #[cfg(target_arch = "x86_64")]
    pub(super) fn new(start: UnwindStart) -> Self {
        Self(UnwindRegisters::new(start.pc, start.sp, start.fp))
    }

    #[cfg(target_arch = "aarch64")]
    pub(super) fn new(start: UnwindStart) -> Self {
        Self(UnwindRegisters::new(start.lr, start.sp, start.fp))
    }

    pub(super) fn stack_pointer(&self) -> u64 {
        self.0.sp()
    }

    pub(super) fn unwind_registers(&mut self) -> &mut UnwindRegisters {
        &mut self.0
    }

    /// Returns where the return address of code without unwind information may be, each with the registers of the
    /// caller: first at the top of the stack, where it is until the function pushes something (marked by true), then
    /// above the frame pointer.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn guesses(
        &self,
        is_return_address: bool,
        read: impl Fn(u64) -> Option<u64>,
    ) -> Vec<(u64, bool, Self)> {
        let (sp, fp) = (self.0.sp(), self.0.bp());
        let at_top = || {
            let return_address = read(sp)?;
            Some((return_address, UnwindRegisters::new(return_address, sp.checked_add(8)?, fp)))
        };
        let above_fp = || {
            let return_address = read(fp.checked_add(8)?)?;
            let registers = UnwindRegisters::new(return_address, fp.checked_add(16)?, read(fp)?);
            (fp >= sp).then_some((return_address, registers))
        };
        // A function that has called another one has pushed more than its return address.
        let at_top = if is_return_address { None } else { at_top() };
        let at_top = at_top.map(|(at, registers)| (at, true, Self(registers)));
        let above_fp = above_fp().map(|(at, registers)| (at, false, Self(registers)));
        at_top.into_iter().chain(above_fp).collect()
    }

    /// Does the same: the return address is in the link register until a function calls another one.
    #[cfg(target_arch = "aarch64")]
    pub(super) fn guesses(
        &self,
        is_return_address: bool,
        read: impl Fn(u64) -> Option<u64>,
    ) -> Vec<(u64, bool, Self)> {
        let (sp, fp, lr) = (self.0.sp(), self.0.fp(), self.0.lr());
        let above_fp = || {
            let return_address = read(fp.checked_add(8)?)?;
            let registers = UnwindRegisters::new(return_address, fp.checked_add(16)?, read(fp)?);
            (fp >= sp).then_some((return_address, registers))
        };
        let in_register = (!is_return_address).then_some((lr, true, *self));
        let above_fp = above_fp().map(|(at, registers)| (at, false, Self(registers)));
        in_register.into_iter().chain(above_fp).collect()
    }

    /// Returns the registers in the frame of a signal, to which its handler has just returned.
    ///
    /// The stack pointer is at the `ucontext` (Linux, `arch/x86/include/asm/sigframe.h`).
    #[cfg(target_arch = "x86_64")]
    pub(super) fn of_signal_frame(&self, memory: &Memory<'_>) -> Option<UnwindStart> {
        /// `uc_mcontext.gregs`, and positions in it.
        const REGISTERS: u64 = 40;
        const RBP: usize = 10;
        const RSP: usize = 15;
        const RIP: usize = 16;
        let registers = memory(self.0.sp().checked_add(REGISTERS)?, 8 * (RIP + 1))?;
        let register = |index| u64_at(&registers, 8 * index);
        Some(UnwindStart { pc: register(RIP)?, sp: register(RSP)?, fp: register(RBP)?, lr: 0 })
    }

    /// Does the same. The stack pointer is at the `siginfo` of 128 bytes before the `ucontext` (Linux,
    /// `arch/arm64/kernel/signal.c`).
    #[cfg(target_arch = "aarch64")]
    pub(super) fn of_signal_frame(&self, memory: &Memory<'_>) -> Option<UnwindStart> {
        /// `uc_mcontext.regs`.
        const REGISTERS: u64 = 128 + 176 + 8;
        let registers = memory(self.0.sp().checked_add(REGISTERS)?, 8 * 33)?;
        let register = |index: usize| u64_at(&registers, 8 * index);
        Some(UnwindStart {
            pc: register(32)?,
            sp: register(31)?,
            fp: register(29)?,
            lr: register(30)?,
        })
    }
}

/// Returns whether the code at an address ends a signal handler: `rt_sigreturn`.
pub(super) fn is_signal_return(memory: &Memory<'_>, address: u64) -> bool {
    // mov rax, 15; syscall, in both encodings of the constant
    #[cfg(target_arch = "x86_64")]
    const CODE: [&[u8]; 2] =
        [&[0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05], &[0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05]];
    // mov x8, 139; svc 0
    #[cfg(target_arch = "aarch64")]
    const CODE: [&[u8]; 1] = [&[0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4]];
    memory(address, 9).is_some_and(|bytes| CODE.iter().any(|code| bytes.starts_with(code)))
}

/// A call instruction before an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Call {
    /// It calls an address shortly before the callee.
    Direct,
    /// It calls an address in memory or in a register.
    Indirect,
}

/// Returns the call instruction before an address, if it may have called the code at `callee`.
#[cfg(target_arch = "x86_64")]
pub(super) fn call_before(memory: &Memory<'_>, address: u64, callee: u64) -> Option<Call> {
    /// Bytes that contain the longest indirect call.
    const MAX: u64 = 8;
    let bytes = memory(address.checked_sub(MAX)?, 8).filter(|bytes| bytes.len() == 8)?;
    // call rel32, which calls a fixed address. It is not far before the code that runs.
    if let [_, _, _, 0xe8, a, b, c, d] = *bytes {
        let target = address.wrapping_add_signed(i64::from(i32::from_le_bytes([a, b, c, d])));
        if callee.wrapping_sub(target) < MAX_FUNCTION_BYTES {
            return Some(Call::Direct);
        }
    }
    // call r/m64: FF /2, of 2, 3, 4, 6 or 7 bytes.
    let is_indirect = [2_usize, 3, 4, 6, 7].into_iter().any(|len| {
        let Some([0xff, modrm, rest @ ..]) = bytes.get(8 - len..) else { return false };
        let (mode, operation, memory) = (modrm >> 6, (modrm >> 3) & 7, modrm & 7);
        let sib = rest.first().filter(|_| mode != 3 && memory == 4);
        let displacement = match (mode, memory, sib.map(|sib| sib & 7)) {
            (0, 5, _) | (0, _, Some(5)) | (2, ..) => 4,
            (1, ..) => 1,
            _ => 0,
        };
        operation == 2 && len == 2 + usize::from(sib.is_some()) + displacement
    });
    is_indirect.then_some(Call::Indirect)
}

/// Does the same: `bl`, `blr` and their forms with pointer authentication.
#[cfg(target_arch = "aarch64")]
pub(super) fn call_before(memory: &Memory<'_>, address: u64, callee: u64) -> Option<Call> {
    let start = address.checked_sub(4)?;
    let code = crate::remote::u32_at(&memory(start, 4)?, 0)?;
    if code >> 26 == 0b10_0101 {
        // The offset has 26 bits, in words.
        let offset = i64::from(code << 6).wrapping_shl(32).wrapping_shr(36) & !3;
        let distance = callee.wrapping_sub(start.wrapping_add_signed(offset));
        return (distance < MAX_FUNCTION_BYTES).then_some(Call::Direct);
    }
    let is_indirect = code & 0xffff_fc1f == 0xd63f_0000 || code & 0xfeff_f800 == 0xd63f_0800;
    is_indirect.then_some(Call::Indirect)
}

/// How far code may be behind the address that was called.
const MAX_FUNCTION_BYTES: u64 = 64 << 10;

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    fn call(code: &[u8], callee: u64) -> Option<Call> {
        let mut bytes = vec![0x90; 16];
        bytes.extend_from_slice(code);
        let memory = |address: u64, len: usize| {
            let start = usize::try_from(address - 0x1000).ok()?;
            Some(bytes.get(start..start + len)?.to_vec())
        };
        call_before(&memory, 0x1000 + 16 + code.len() as u64, callee)
    }

    #[test]
    fn calls_are_recognised() {
        for code in [
            &[0xff, 0xd0][..],               // call rax
            &[0x41, 0xff, 0xd3],             // call r11
            &[0xff, 0x50, 0x18],             // call [rax+0x18]
            &[0xff, 0x54, 0x24, 0x08],       // call [rsp+8]
            &[0xff, 0x14, 0x24],             // call [rsp]
            &[0xff, 0x15, 1, 2, 3, 4],       // call [rip+…]
            &[0xff, 0x94, 0x24, 1, 2, 3, 4], // call [rsp+…]
        ] {
            assert_eq!(call(code, 0), Some(Call::Indirect), "{code:x?}");
        }
        for code in [&[0x90, 0x90][..], &[0xff, 0xe0], &[0xff, 0x15, 1], &[0xff, 0xf0]] {
            assert_eq!(call(code, 0), None, "{code:x?}");
        }
        // A direct call counts only for the function that it calls, which begins 0x10 bytes after it.
        let direct = [0xe8, 0x10, 0, 0, 0];
        for (callee, expected) in
            [(0x1025, Some(Call::Direct)), (0x1030, Some(Call::Direct)), (0x1024, None)]
        {
            assert_eq!(call(&direct, callee), expected, "{callee:#x}");
        }
    }
}

//! Where a context was opened, by which a report finds the frame that it belongs to.

/// The stack pointer and the address of the code when a context was opened. Both are 0 if they are not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub(crate) struct Opening {
    pub(crate) stack: u64,
    pub(crate) code: u64,
}

impl Opening {
    pub(super) const NONE: Self = Self { stack: 0, code: 0 };

    /// Returns the stack pointer and the address of this code. The function is always part of its caller, so they are
    /// those of the function that opens the context.
    #[cfg(has_reporter)]
    #[inline(always)]
    pub(crate) fn here() -> Self {
        let (stack, code): (u64, u64);
        // SAFETY: the instructions only copy registers to registers.
        unsafe {
            #[cfg(target_arch = "x86_64")]
            std::arch::asm!(
                "mov {stack}, rsp",
                "lea {code}, [rip]",
                stack = lateout(reg) stack,
                code = lateout(reg) code,
                options(nomem, nostack, preserves_flags)
            );
            #[cfg(target_arch = "aarch64")]
            std::arch::asm!(
                "mov {stack}, sp",
                "adr {code}, .",
                stack = lateout(reg) stack,
                code = lateout(reg) code,
                options(nomem, nostack, preserves_flags)
            );
        }
        Self { stack, code }
    }

    /// Returns that they are not known: no report uses them here.
    #[cfg(not(has_reporter))]
    #[inline(always)]
    pub(crate) const fn here() -> Self {
        Self::NONE
    }
}

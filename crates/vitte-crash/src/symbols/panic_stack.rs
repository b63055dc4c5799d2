//! The stack of a thread that panics.

#[cfg(has_reporter)]
use backtrace::Backtrace;

#[cfg(has_reporter)]
use super::FrameMemory;

/// The stack memory of the frames of a panic, by which its contexts are assigned to frames.
#[derive(Clone, Debug, Default)]
#[cfg_attr(not(has_reporter), allow(dead_code, reason = "names come from another crate"))]
pub(crate) struct PanicStack {
    /// The return address, stack pointer and function of each frame, innermost first.
    frames: Vec<[u64; 3]>,
    /// The addresses of the code that opened the contexts.
    pub(crate) opened_at: Vec<u64>,
}

impl PanicStack {
    /// Captures the stack of this thread.
    pub(crate) fn capture(opened_at: Vec<u64>) -> Self {
        let mut frames = Vec::new();
        if cfg!(has_reporter) && opened_at.iter().any(|address| *address != 0) {
            backtrace::trace(|frame| {
                let pointers = [frame.ip(), frame.sp(), frame.symbol_address()];
                frames.push(pointers.map(|pointer| pointer.addr() as u64));
                true
            });
        }
        Self { frames, opened_at }
    }

    /// Returns the memory of each frame of a backtrace of the same panic.
    #[cfg(has_reporter)]
    pub(super) fn memory(&self, backtrace: &Backtrace) -> Vec<FrameMemory> {
        let all = backtrace.frames();
        let mut memory = vec![FrameMemory::default(); all.len()];
        // The stacks differ only in the innermost frames, those of the hook.
        let mut caller_stack = 0;
        for ((frame, memory), own) in
            all.iter().zip(&mut memory).rev().zip(self.frames.iter().rev())
        {
            let [address, stack, function] = *own;
            if address != frame.ip().addr() as u64 {
                break;
            }
            // The callee's frame ends where the stack pointer of its caller is.
            memory.stack = stack..caller_stack;
            memory.function = function..u64::MAX;
            caller_stack = stack;
        }
        memory
    }
}

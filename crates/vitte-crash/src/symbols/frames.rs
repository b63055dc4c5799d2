//! The resolved frames of a stack.

use std::ops::Range;

use vitte_capsule::{CrashFrame, CrashReport};
use vitte_diag::{Backtrace, Frame};

/// The memory of a frame, by which contexts are assigned to it. Empty ranges if it is not known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[cfg_attr(not(has_reporter), allow(dead_code, reason = "it is never known"))]
pub(crate) struct FrameMemory {
    /// The part of the stack.
    pub(crate) stack: Range<u64>,
    /// The code of the function. It ends at `u64::MAX` if the end is not known.
    pub(crate) function: Range<u64>,
}

/// The frames of a stack, innermost first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct CapturedFrames {
    pub(crate) frames: Vec<CrashFrame>,
    /// The memory of each frame, or nothing.
    pub(crate) memory: Vec<FrameMemory>,
    /// The frames at each of [`FrameAddresses::opened_at`](super::FrameAddresses).
    pub(crate) opened_at: Vec<Vec<CrashFrame>>,
    /// The index before which frames were omitted, and how many.
    pub(crate) omitted: Option<(usize, u64)>,
    /// Why there are no frames after the last one, unless that is the outermost one.
    pub(crate) stop: Option<String>,
    /// Why names are missing.
    pub(crate) notes: Vec<String>,
}

impl CapturedFrames {
    /// Retains only the innermost and the outermost frames.
    pub(crate) fn truncated(mut self, (innermost, outermost): (usize, usize)) -> Self {
        let len = self.frames.len();
        let more = len.saturating_sub(innermost.saturating_add(outermost));
        if more > 0 && self.omitted.is_none() {
            self.drain(innermost..innermost + more);
            self.omitted = Some((innermost, more as u64));
        }
        self
    }

    /// Removes the frames of the crash machinery: all up to the first one whose name contains
    /// `last`, if there is one, and then those that satisfy `is_machinery`. It never removes all
    /// frames.
    pub(crate) fn skip_crash_frames(
        mut self,
        last: &str,
        is_machinery: impl Fn(&str) -> bool,
    ) -> Self {
        let is = |frame: &CrashFrame, test: &dyn Fn(&str) -> bool| {
            frame.function.as_deref().is_some_and(test)
        };
        let last = |frame: &CrashFrame| is(frame, &|name| name.contains(last));
        let first = self.frames.iter().position(last).map_or(0, |last| last + 1);
        let rest = self.frames.iter().skip(first);
        let count = first + rest.take_while(|frame| is(frame, &is_machinery)).count();
        if count < self.frames.len() && self.omitted.is_none_or(|(at, _)| at >= count) {
            self.drain(0..count);
            self.omitted = self.omitted.map(|(at, more)| (at - count, more));
        }
        self
    }

    /// Removes the frames before the one that contains these addresses of the stack and of the code. Does nothing if no frame
    /// does.
    pub(crate) fn beginning_at(mut self, stack: u64, code: u64) -> Self {
        let is_in =
            |memory: &FrameMemory| memory.stack.contains(&stack) && memory.function.contains(&code);
        let first = self.memory.iter().position(is_in).unwrap_or(0);
        if self.omitted.is_none() && self.memory.len() == self.frames.len() {
            self.drain(0..first);
        }
        self
    }

    /// Removes the frames up to the first function whose name starts with `entry`, and with all such ones after it.
    pub(crate) fn after_entry(mut self, entry: &str) -> Self {
        let is_entry = |frame: &CrashFrame| {
            frame.function.as_deref().is_some_and(|name| name.starts_with(entry))
        };
        let first = self.frames.iter().position(is_entry).unwrap_or(0);
        let count =
            first + self.frames.iter().skip(first).take_while(|frame| is_entry(frame)).count();
        if self.omitted.is_none() && count < self.frames.len() {
            self.drain(0..count);
        }
        self
    }

    fn drain(&mut self, range: Range<usize>) {
        if self.memory.len() == self.frames.len() {
            self.memory.drain(range.clone());
        }
        self.frames.drain(range);
    }

    /// Moves the frames into a report.
    pub(crate) fn store_in(self, report: &mut CrashReport) {
        report.backtrace = self.backtrace();
        report.frames = self.frames;
        report.notes.extend(self.notes);
    }

    pub(crate) fn backtrace(&self) -> Backtrace {
        let mut frames: Vec<Frame> = self.frames.iter().map(CrashFrame::to_frame).collect();
        if let Some((at, count)) = self.omitted {
            frames.insert(at.min(frames.len()), Frame::omitted(count));
        }
        frames.extend(self.stop.as_deref().map(Frame::unwinding_stopped));
        frames.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(names: &[&str]) -> CapturedFrames {
        let frame = |name: &&str| {
            let mut frame = CrashFrame::default();
            frame.function = Some((*name).to_owned());
            frame
        };
        CapturedFrames { frames: names.iter().map(frame).collect(), ..CapturedFrames::default() }
    }

    fn texts(frames: &CapturedFrames) -> Vec<String> {
        frames.backtrace().frames().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_innermost_and_outermost_frames_are_retained() {
        let short = frames(&["a", "b", "c", "d", "e"]).truncated((2, 1));
        assert_eq!(texts(&short), ["a", "b", "[... omitted 2 frames ...]", "e"]);
        assert_eq!(short.frames.len(), 3);
        assert_eq!(texts(&frames(&["a", "b"]).truncated((1, 1))), ["a", "b"]);
        let none = frames(&["a", "b"]).truncated((0, 0));
        assert_eq!(texts(&none), ["[... omitted 2 frames ...]"]);
    }

    #[test]
    fn frames_of_called_functions_are_removed() {
        let beginning_at = |stack, code| {
            let memory = |index: u64| FrameMemory {
                stack: 100 * index..100 * (index + 1),
                function: 1000 * index..u64::MAX,
            };
            let mut frames = frames(&["a", "b", "c"]);
            frames.memory = (0..3).map(memory).collect();
            texts(&frames.beginning_at(stack, code))
        };
        assert_eq!(beginning_at(150, 1000), ["b", "c"]);
        assert_eq!(beginning_at(150, 999), ["a", "b", "c"]);
        assert_eq!(beginning_at(300, 9000), ["a", "b", "c"]);
        assert_eq!(texts(&frames(&["a"]).beginning_at(0, 0)), ["a"]);
        let after_entry = |names: &[&str]| texts(&frames(names).after_entry("report"));
        assert_eq!(after_entry(&["f<report>", "report_at", "report", "main"]), ["main"]);
        assert_eq!(after_entry(&["report", "main", "report_error"]), ["main", "report_error"]);
        assert_eq!(after_entry(&["report"]), ["report"]);
        assert_eq!(after_entry(&["main"]), ["main"]);
    }

    #[test]
    fn crash_frames_are_removed_but_never_all_frames() {
        let skipped = |names: &[&str]| {
            texts(&frames(names).skip_crash_frames("__rust_end_short_backtrace", |name| {
                name.starts_with("core::panicking::")
            }))
        };
        let panic = [
            "hook",
            "std::sys::backtrace::__rust_end_short_backtrace::<f, !>",
            "core::panicking::f",
            "own",
            "core::panicking::f",
        ];
        assert_eq!(skipped(&panic), ["own", "core::panicking::f"]);
        assert_eq!(skipped(&["own", "core::panicking::f"]), ["own", "core::panicking::f"]);
        assert_eq!(skipped(&["core::panicking::f"]), ["core::panicking::f"]);
        assert_eq!(skipped(&[]), [""; 0]);
    }
}

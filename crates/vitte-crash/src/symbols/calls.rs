//! The calls of a report, and what is said of them.

use vitte_capsule::{CrashFrame, CrashReport};
use vitte_diag::{Backtrace, Frame};

/// Calls on a stack, the innermost first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) frames: Vec<CrashFrame>,
    /// Before which of them how many are left out.
    pub(crate) left_out: Option<(usize, u64)>,
}

impl Calls {
    /// Keeps the innermost and the outermost ones.
    pub(crate) fn shortened(mut self, (innermost, outermost): (usize, usize)) -> Self {
        let len = self.frames.len();
        let more = len.saturating_sub(innermost.saturating_add(outermost));
        if more > 0 && self.left_out.is_none() {
            self.frames.drain(innermost..innermost + more);
            self.left_out = Some((innermost, more as u64));
        }
        self
    }

    /// Takes away those that a crash itself makes: all up to the first one with `last` in its name, where
    /// there is one, and then as many as are `machinery`.
    pub(crate) fn below(mut self, last: &str, is_machinery: impl Fn(&str) -> bool) -> Self {
        let is = |frame: &CrashFrame, test: &dyn Fn(&str) -> bool| {
            frame.function.as_deref().is_some_and(test)
        };
        let last = |frame: &CrashFrame| is(frame, &|name| name.contains(last));
        let first = self.frames.iter().position(last).map_or(0, |last| last + 1);
        let rest = self.frames.iter().skip(first);
        let count = first + rest.take_while(|frame| is(frame, &is_machinery)).count();
        if count < self.frames.len() && self.left_out.is_none_or(|(at, _)| at >= count) {
            self.frames.drain(..count);
            self.left_out = self.left_out.map(|(at, more)| (at - count, more));
        }
        self
    }

    /// Puts them into a report.
    pub(crate) fn put_into(self, report: &mut CrashReport) {
        report.backtrace = self.backtrace();
        report.frames = self.frames;
    }

    pub(crate) fn backtrace(&self) -> Backtrace {
        let mut frames: Vec<Frame> = self.frames.iter().map(CrashFrame::to_frame).collect();
        if let Some((at, count)) = self.left_out {
            frames.insert(at.min(frames.len()), Frame::left_out(count));
        }
        frames.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(names: &[&str]) -> Calls {
        let frame = |name: &&str| {
            let mut frame = CrashFrame::default();
            frame.function = Some((*name).to_owned());
            frame
        };
        Calls { frames: names.iter().map(frame).collect(), left_out: None }
    }

    fn texts(calls: &Calls) -> Vec<String> {
        calls.backtrace().frames().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_innermost_and_the_outermost_are_kept() {
        let short = calls(&["a", "b", "c", "d", "e"]).shortened((2, 1));
        assert_eq!(texts(&short), ["a", "b", "... 2 calls are left out ...", "e"]);
        assert_eq!(short.frames.len(), 3);
        assert_eq!(texts(&calls(&["a", "b"]).shortened((1, 1))), ["a", "b"]);
        let none = calls(&["a", "b"]).shortened((0, 0));
        assert_eq!(texts(&none), ["... 2 calls are left out ..."]);
    }

    #[test]
    fn what_a_crash_calls_is_taken_away_but_never_all() {
        let below =
            |names: &[&str]| {
                texts(&calls(names).below("__rust_end_short_backtrace", |name| {
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
        assert_eq!(below(&panic), ["own", "core::panicking::f"]);
        assert_eq!(below(&["own", "core::panicking::f"]), ["own", "core::panicking::f"]);
        assert_eq!(below(&["core::panicking::f"]), ["core::panicking::f"]);
        assert_eq!(below(&[]), [""; 0]);
    }
}

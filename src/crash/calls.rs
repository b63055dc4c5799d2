//! The calls of a report, and what is said of them.

use std::path::Path;

use super::report::{CrashFrame, CrashReport};
use crate::backtrace::{Backtrace, Frame};
use crate::source::SourceMap;

/// Calls on a stack, the innermost first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Calls {
    pub(super) frames: Vec<CrashFrame>,
    /// Before which of them how many are left out.
    pub(super) left_out: Option<(usize, u64)>,
}

impl Calls {
    /// Keeps the innermost and the outermost ones.
    pub(super) fn shortened(mut self, (innermost, outermost): (usize, usize)) -> Self {
        let len = self.frames.len();
        let more = len.saturating_sub(innermost.saturating_add(outermost));
        if more > 0 && self.left_out.is_none() {
            self.frames.drain(innermost..innermost + more);
            self.left_out = Some((innermost, more as u64));
        }
        self
    }

    /// Takes away those that a crash itself makes: all up to the first one of the name `last`, where there
    /// is one, and then as many as are `machinery`.
    pub(super) fn below(mut self, last: &str, is_machinery: impl Fn(&str) -> bool) -> Self {
        let is = |frame: &CrashFrame, test: &dyn Fn(&str) -> bool| {
            frame.function.as_deref().is_some_and(test)
        };
        let last = |frame: &CrashFrame| is(frame, &|name| name.ends_with(last));
        let first = self.frames.iter().position(last).map_or(0, |last| last + 1);
        let rest = self.frames.iter().skip(first);
        let count = first + rest.take_while(|frame| is(frame, &is_machinery)).count();
        if count < self.frames.len() && self.left_out.is_none_or(|(at, _)| at >= count) {
            self.frames.drain(..count);
            self.left_out = self.left_out.map(|(at, more)| (at - count, more));
        }
        self
    }

    pub(super) fn backtrace(&self) -> Backtrace {
        let mut frames: Vec<Frame> = self.frames.iter().map(CrashFrame::to_frame).collect();
        if let Some((at, count)) = self.left_out {
            frames.insert(at.min(frames.len()), Frame::left_out(count));
        }
        frames.into_iter().collect()
    }
}

impl CrashFrame {
    /// The call as a line of a backtrace.
    #[must_use]
    pub fn to_frame(&self) -> Frame {
        let function = self.function.as_deref().unwrap_or("<unknown>");
        match (&self.file, self.line, &self.module, self.offset) {
            (Some(file), Some(line), _, _) => Frame::at(function, file, line, self.column),
            (_, _, Some(module), Some(offset)) => {
                Frame::inside(function, file_name(module), offset)
            }
            _ => Frame::new(function),
        }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path of a source file as it is shown, and whether it is one of the program: the folder that the
/// program was started in is not said.
pub(super) fn source_path(path: &str) -> (String, bool) {
    const FOREIGN: [&str; 6] = [
        "/rustc/",
        "/lib/rustlib/src/",
        "/.cargo/registry/",
        "/registry/src/",
        "/.cargo/git/checkouts/",
        "/rust/deps/",
    ];
    let is_foreign = FOREIGN.iter().any(|folder| path.contains(folder)) || path.is_empty();
    // Where C code was built is not where it is: what system libraries tell is relative to nothing.
    let is_system = path.starts_with("./") || path.starts_with("../sysdeps");
    let here = std::env::current_dir().unwrap_or_default();
    let shown = Path::new(path).strip_prefix(&here).unwrap_or(Path::new(path));
    (shown.to_string_lossy().into_owned(), !is_foreign && !is_system)
}

impl CrashReport {
    pub(super) fn set_calls(&mut self, calls: Calls) {
        self.backtrace = calls.backtrace();
        self.frames = calls.frames;
    }

    pub(super) fn set_context(
        &mut self,
        (raw, left_out): (Vec<super::signal::slots::Raw>, u32),
        sources: Option<&SourceMap>,
    ) {
        (self.context, self.sources) = super::place::resolve(raw, sources);
        if left_out > 0 {
            self.notes.push(format!("{left_out} contexts between these are left out"));
        }
    }
}

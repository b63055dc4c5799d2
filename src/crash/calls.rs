//! The calls of a report, and what is said of them.

use std::path::Path;

use super::report::{CrashFrame, CrashReport};
use crate::backtrace::{Backtrace, Frame};
use crate::source::SourceMap;
use crate::text;

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

    /// Takes away those that a crash itself makes: all up to the first one with `last` in its name, where
    /// there is one, and then as many as are `machinery`.
    pub(super) fn below(mut self, last: &str, is_machinery: impl Fn(&str) -> bool) -> Self {
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
    let shown = shown.to_string_lossy();
    // Below the folder of an index stand the packages, each with its version.
    let package = shown.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    let shown = package.map_or(&*shown, |(_, package)| package);
    (shown.to_owned(), !is_foreign && !is_system)
}

impl CrashReport {
    pub(super) fn set_calls(&mut self, calls: Calls) {
        self.backtrace = calls.backtrace();
        self.frames = calls.frames;
    }

    /// The contexts, the innermost first, and how many there are beside them; the first `most` are told.
    pub(super) fn set_context(
        &mut self,
        (mut raw, left_out): (Vec<super::signal::slots::Raw>, u32),
        most: usize,
        sources: Option<&SourceMap>,
        captured: super::variables::records::Captured,
    ) {
        let left_out = left_out as usize + raw.len().saturating_sub(most);
        raw.truncate(most);
        (self.context, self.sources) = super::place::resolve(raw, sources, &captured.variables);
        if left_out > 0 {
            self.notes.push(format!("left out: {}", text::more("context", left_out)));
        }
        self.notes.extend(captured.notes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(names: &[&str]) -> Calls {
        let frame = |name: &&str| CrashFrame {
            function: Some((*name).to_owned()),
            ..CrashFrame::default()
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

    #[test]
    fn paths_say_no_folder_of_this_machine_but_where_they_are_the_program_s() {
        let here = std::env::current_dir().unwrap();
        let own = here.join("src/a.rs");
        assert_eq!(source_path(own.to_str().unwrap()), ("src/a.rs".to_owned(), true));
        assert_eq!(source_path("/elsewhere/src/a.rs"), ("/elsewhere/src/a.rs".to_owned(), true));
        let package =
            "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/rayon-1.12.0/src/a.rs";
        assert_eq!(source_path(package), ("rayon-1.12.0/src/a.rs".to_owned(), false));
        assert!(!source_path("/rustc/abc/library/core/src/a.rs").1);
        assert!(!source_path("./csu/../sysdeps/nptl/a.h").1);
    }
}

//! Backtraces: the frames that were active when something went wrong, usually a crash of the compiler.

mod captured;
mod folded;
mod lines;
mod owner;
mod program;
mod runtime;

use std::fmt;

pub use folded::{FoldedFrames, FoldedRow, LibraryFrames};
pub use lines::{FrameLine, FrameLineOptions};
pub use owner::SourceOwner;
pub use program::ShortFrame;
use runtime::{is_runtime_function, is_rust_source, is_start_function, is_system_library};
use serde::{Deserialize, Serialize};

use crate::text;

/// The frames on a thread's stack, the innermost first.
///
/// ```
/// use vitte_diag::{Backtrace, Frame};
///
/// let backtrace: Backtrace =
///     [Frame::at("vittec::check", "src/main.rs", 63, Some(1)), Frame::new("main")].into_iter().collect();
/// assert_eq!(backtrace.to_string(), "0: vittec::check at src/main.rs:63:1\n1: main");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backtrace {
    frames: Vec<Frame>,
}

/// One line of a backtrace as shown to people, see [`Backtrace::lines`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BacktraceLine<'a> {
    /// A frame and its 0-based index in the backtrace.
    Frame(usize, &'a Frame),
    /// A marker for frames that were omitted when the backtrace was captured.
    Omitted(&'a Frame),
    /// The number of consecutive runtime frames that this line replaces.
    Runtime(usize),
    /// The number of further repetitions of the previous frame. Infinite recursion produces thousands.
    Repeated(usize),
}

impl BacktraceLine<'_> {
    /// Returns the text that is shown instead of hidden frames. Returns `None` for a frame.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        match self {
            Self::Frame(..) => None,
            Self::Omitted(frame) => Some(frame.text().to_owned()),
            Self::Runtime(count) => {
                let frames = text::plural("frame", *count);
                Some(format!("[... omitted {count} runtime {frames} ...]"))
            }
            Self::Repeated(count) => {
                Some(format!("[... repeated {} ...]", text::more("time", *count)))
            }
        }
    }

    /// Returns the number of frames that the line represents; 0 for a marker of omitted frames.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self {
            Self::Frame(..) => 1,
            Self::Omitted(_) => 0,
            Self::Runtime(count) | Self::Repeated(count) => *count,
        }
    }
}

impl Backtrace {
    /// Returns the frames, the innermost first.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Returns true if there are no frames.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Returns the lines to show to people. Consecutive runtime frames are merged into one line, unless
    /// `is_full` is true or the backtrace has no other frames.
    pub fn lines(&self, is_full: bool) -> impl Iterator<Item = BacktraceLine<'_>> {
        let is_full =
            is_full || self.frames.iter().all(|frame| frame.is_runtime() || frame.is_omitted());
        let mut index = 0;
        std::iter::from_fn(move || {
            let (before, rest) = self.frames.split_at_checked(index)?;
            let frame = rest.first()?;
            let count_while =
                |test: &dyn Fn(&Frame) -> bool| rest.iter().take_while(|frame| test(frame)).count();
            let repeated = count_while(&|frame| Some(frame) == before.last() && !is_full);
            let (len, line) = if frame.is_omitted() {
                (1, BacktraceLine::Omitted(frame))
            } else if repeated >= MIN_REPEATED_FRAMES {
                (repeated, BacktraceLine::Repeated(repeated))
            } else if is_full || !frame.is_runtime() {
                (1, BacktraceLine::Frame(index, frame))
            } else {
                let count = count_while(&Frame::is_runtime);
                (count, BacktraceLine::Runtime(count))
            };
            index += len;
            Some(line)
        })
    }
}

/// At least this many repetitions of a frame are merged into one line.
const MIN_REPEATED_FRAMES: usize = 3;

impl FromIterator<Frame> for Backtrace {
    fn from_iter<I: IntoIterator<Item = Frame>>(frames: I) -> Self {
        Self { frames: frames.into_iter().collect() }
    }
}

/// Writes every frame on a line of its own after its 0-based index, without a line feed at the end.
impl fmt::Display for Backtrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.frames.len().saturating_sub(1);
        let width = last.checked_ilog10().map_or(1, |log| log as usize + 1);
        for (index, frame) in self.frames.iter().enumerate() {
            let line_end = if index == last { "" } else { "\n" };
            write!(f, "{index:>width$}: {frame}{line_end}")?;
        }
        Ok(())
    }
}

/// One frame of a backtrace, stored as one line of text:
///
/// ```text
/// vittec::front::blocks::close at examples/vittec/src/front/blocks.rs:77:13
/// malloc in libc.so.6+0x9d8e2
/// <unknown> in vittec+0x1c20
/// [... omitted 10324 frames ...]
/// ```
///
/// A frame is only its text, so JSON round-trips exactly. A string in none of these forms is the name of a
/// function as a whole.
///
/// ```
/// use vitte_diag::Frame;
///
/// let frame = Frame::new("vittec::close at src/blocks.rs:77:13");
/// assert_eq!(frame.function(), "vittec::close");
/// let location = frame.location().ok_or("no location")?;
/// assert_eq!((location.file, location.line, location.col), ("src/blocks.rs", 77, Some(13)));
/// assert!(Frame::new("malloc in libc.so.6+0x9d8e2").is_runtime());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Frame {
    text: String,
}

/// The beginning of the marker of [`Frame::unwinding_stopped`].
const STOPPED_PREFIX: &str = "[... unwinding stopped: ";

/// The source location of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct FrameLocation<'a> {
    /// The path as recorded in the debug information of the program.
    pub file: &'a str,
    /// The line, 1-based.
    pub line: u32,
    /// The column, 1-based. `None` if it is not known.
    pub col: Option<u32>,
}

/// Where the code of a frame is, parsed from the text after the function's name.
#[derive(Clone, Copy, Debug)]
enum Origin<'a> {
    Source(FrameLocation<'a>),
    Module(&'a str, u64),
    Unknown,
}

impl Frame {
    /// Creates a frame from a function's name, or from any text in the forms of [`Frame`].
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// Creates a frame of `function` with a source location: `line` and `col` are 1-based.
    #[must_use]
    pub fn at(function: &str, file: &str, line: u32, col: Option<u32>) -> Self {
        match col {
            Some(col) => Self::new(format!("{function} at {file}:{line}:{col}")),
            None => Self::new(format!("{function} at {file}:{line}")),
        }
    }

    /// Creates a frame of `function` without a source location: its code is `offset` bytes after the
    /// start of `module`, a program or library.
    #[must_use]
    pub fn in_module(function: &str, module: &str, offset: u64) -> Self {
        Self::new(format!("{function} in {module}+{offset:#x}"))
    }

    /// Creates the marker that replaces `count` omitted frames.
    #[must_use]
    pub fn omitted(count: u64) -> Self {
        let frames = if count == 1 { "frame" } else { "frames" };
        Self::new(format!("[... omitted {count} {frames} ...]"))
    }

    /// Creates the marker after the last frame of a backtrace that is incomplete for this reason.
    ///
    /// ```
    /// use vitte_diag::Frame;
    ///
    /// let marker = Frame::unwinding_stopped("no unwind information for libjit.so+0x1c20");
    /// assert_eq!(marker.text(), "[... unwinding stopped: no unwind information for libjit.so+0x1c20 ...]");
    /// assert!(marker.is_omitted());
    /// ```
    #[must_use]
    pub fn unwinding_stopped(reason: &str) -> Self {
        Self::new(format!("{STOPPED_PREFIX}{reason} ...]"))
    }

    /// Returns the whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the name of the function, or the whole text if it has none of the known forms.
    #[must_use]
    pub fn function(&self) -> &str {
        self.parts().0
    }

    /// Returns the [short name](text::function_name::short) of the function, as [`FoldedFrames`] have it.
    #[must_use]
    pub fn short_name(&self) -> String {
        text::function_name::short(self.function())
    }

    /// Returns the source location. Returns `None` if it is not known or its line is 0, which debug
    /// information uses for compiler-generated code.
    #[must_use]
    pub fn location(&self) -> Option<FrameLocation<'_>> {
        match self.parts().1 {
            Origin::Source(location) if location.line > 0 => Some(location),
            _ => None,
        }
    }

    /// Returns the program or library that contains the code, and the code's offset in it in bytes.
    /// Returns `None` if the frame has a source location or neither is known.
    #[must_use]
    pub fn module(&self) -> Option<(&str, u64)> {
        match self.parts().1 {
            Origin::Module(module, offset) => Some((module, offset)),
            _ => None,
        }
    }

    /// Returns true for a marker of frames that are not in the backtrace: [`omitted`](Self::omitted) or
    /// [`unwinding_stopped`](Self::unwinding_stopped).
    #[must_use]
    pub fn is_omitted(&self) -> bool {
        if self.text.starts_with(STOPPED_PREFIX) && self.text.ends_with(" ...]") {
            return true;
        }
        let count = self.text.strip_prefix("[... omitted ").and_then(|text| {
            let ends = [" frames ...]", " frame ...]"];
            ends.iter().find_map(|end| text.strip_suffix(end))
        });
        count.is_some_and(|count| is_digits(count) && count.parse::<u64>().is_ok())
    }

    /// Returns true for a runtime frame: a function of Rust's standard libraries, of the start-up code,
    /// of the system's libraries, or of the crash handler.
    ///
    /// A method belongs to the crate of its type, so `<vittec::Name as core::fmt::Display>::fmt` is not
    /// a runtime frame.
    #[must_use]
    pub fn is_runtime(&self) -> bool {
        let (function, origin) = self.parts();
        let has_runtime_origin = match origin {
            Origin::Source(location) => is_rust_source(location.file),
            Origin::Module(module, _) => is_system_library(module) || is_start_function(function),
            Origin::Unknown => is_start_function(function),
        };
        has_runtime_origin || function.starts_with("__libc_start") || is_runtime_function(function)
    }

    /// Splits the text into the name of the function and the origin of its code.
    fn parts(&self) -> (&str, Origin<'_>) {
        // A function's name contains neither separator. A path may contain both, so the first one splits
        // the text, and the end of the text decides between the two forms.
        let split = |separator| self.text.split_once(separator);
        let at = split(" at ")
            .and_then(|(function, location)| Some((function, parse_location(location)?)));
        let inside =
            || split(" in ").and_then(|(function, module)| Some((function, parse_module(module)?)));
        at.or_else(inside).unwrap_or((&self.text, Origin::Unknown))
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses `src/blocks.rs:77:13` or `src/blocks.rs:77`.
fn parse_location(text: &str) -> Option<Origin<'_>> {
    // `parse` alone would accept `+1`.
    let number = |text: &str| is_digits(text).then(|| text.parse::<u32>().ok()).flatten();
    let (before, last) = text.rsplit_once(':')?;
    let last = number(last)?;
    let with_col = before.rsplit_once(':').and_then(|(file, line)| Some((file, number(line)?)));
    let (file, line, col) = match with_col {
        Some((file, line)) => (file, line, Some(last).filter(|&col| col > 0)),
        None => (before, last, None),
    };
    (!file.is_empty()).then_some(Origin::Source(FrameLocation { file, line, col }))
}

/// Parses `libc.so.6+0x9d8e2`.
fn parse_module(text: &str) -> Option<Origin<'_>> {
    let (module, offset) = text.rsplit_once("+0x")?;
    let is_hex = offset.bytes().all(|byte| byte.is_ascii_hexdigit());
    let offset = u64::from_str_radix(offset, 16).ok().filter(|_| is_hex)?;
    (!module.is_empty()).then_some(Origin::Module(module, offset))
}

#[cfg(test)]
mod tests;

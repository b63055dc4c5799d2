//! The calls that were being made when something went wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text;

/// Calls on the stack of a thread, the innermost first.
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

/// A line of a backtrace as it is shown to people, see [`Backtrace::lines`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BacktraceLine<'a> {
    /// A frame and its 0-based index in the whole backtrace.
    Frame(usize, &'a Frame),
    /// The mark of frames that were omitted when the backtrace was made.
    Omitted(&'a Frame),
    /// This many frames of the runtime in a row.
    Runtime(usize),
    /// The frame before, this many times more: a recursion without an end has thousands.
    Repeated(usize),
}

impl BacktraceLine<'_> {
    /// The text that stands in the place of frames that are not shown; `None` for a frame.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        match self {
            Self::Frame(..) => None,
            Self::Omitted(frame) => Some(frame.text().to_owned()),
            Self::Runtime(count) => {
                let frames = text::plural("frame", *count);
                Some(format!("[... omitted {count} runtime {frames} ...]"))
            }
            Self::Repeated(count) => Some(format!("[... repeated {count} more times ...]")),
        }
    }

    /// The number of frames that it stands for.
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
    /// The calls, the innermost first.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Returns the lines that are shown to people. Frames of the runtime in a row are one line, unless
    /// `is_full` is set or there are no others.
    pub fn lines(&self, is_full: bool) -> impl Iterator<Item = BacktraceLine<'_>> {
        let is_full =
            is_full || self.frames.iter().all(|frame| frame.is_runtime() || frame.is_omitted());
        let mut index = 0;
        std::iter::from_fn(move || {
            let (before, rest) = self.frames.split_at_checked(index)?;
            let frame = rest.first()?;
            let count = |is: &dyn Fn(&Frame) -> bool| rest.iter().take_while(|one| is(one)).count();
            let repeated = count(&|one| Some(one) == before.last() && !is_full);
            let (len, shown) = if frame.is_omitted() {
                (1, BacktraceLine::Omitted(frame))
            } else if repeated >= MIN_REPEATED_FRAMES {
                (repeated, BacktraceLine::Repeated(repeated))
            } else if is_full || !frame.is_runtime() {
                (1, BacktraceLine::Frame(index, frame))
            } else {
                let count = count(&Frame::is_runtime);
                (count, BacktraceLine::Runtime(count))
            };
            index += len;
            Some(shown)
        })
    }
}

/// Calls that are the same as the one before are shown as a number of them where they are this many.
const MIN_REPEATED_FRAMES: usize = 3;

impl FromIterator<Frame> for Backtrace {
    fn from_iter<I: IntoIterator<Item = Frame>>(frames: I) -> Self {
        Self { frames: frames.into_iter().collect() }
    }
}

/// All of it, a call a line, each after its 0-based index. No line feed stands at the end.
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

/// One call, as one line of text:
///
/// ```text
/// vittec::front::blocks::close at examples/vittec/src/front/blocks.rs:77:13
/// malloc in libc.so.6+0x9d8e2
/// <unknown> in vittec+0x1c20
/// [... omitted 10324 frames ...]
/// ```
///
/// The text is all that a frame is, so that what is read back from JSON is what was written. Where it
/// has none of these forms, all of it is the name of a function.
///
/// ```
/// use vitte_diag::Frame;
///
/// let frame = Frame::new("vittec::close at src/blocks.rs:77:13");
/// assert_eq!(frame.function(), "vittec::close");
/// let location = frame.location().ok_or("no place")?;
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

/// Where in its source a call was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct FrameLocation<'a> {
    /// The path, as the compiler of the program knew it.
    pub file: &'a str,
    /// 1-based.
    pub line: u32,
    /// 1-based, where it is known.
    pub col: Option<u32>,
}

/// What stands behind the name of a function.
#[derive(Clone, Copy, Debug)]
enum Origin<'a> {
    Source(FrameLocation<'a>),
    Module(&'a str, u64),
    Nothing,
}

impl Frame {
    /// A call of `function`, of which nothing else is known; or any text of the form above.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// A call of `function`, at a place in its source: `line` and `col` are 1-based.
    #[must_use]
    pub fn at(function: &str, file: &str, line: u32, col: Option<u32>) -> Self {
        match col {
            Some(col) => Self::new(format!("{function} at {file}:{line}:{col}")),
            None => Self::new(format!("{function} at {file}:{line}")),
        }
    }

    /// A call of `function` whose source is not known, `offset` bytes behind the beginning of a
    /// program or library.
    #[must_use]
    pub fn in_module(function: &str, module: &str, offset: u64) -> Self {
        Self::new(format!("{function} in {module}+{offset:#x}"))
    }

    /// In the place of calls that are not shown.
    #[must_use]
    pub fn omitted(count: u64) -> Self {
        let frames = if count == 1 { "frame" } else { "frames" };
        Self::new(format!("[... omitted {count} {frames} ...]"))
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the function, or the whole text where that has another form.
    #[must_use]
    pub fn function(&self) -> &str {
        self.parts().0
    }

    /// Where in its source the call was. A line 0, as debug information has it for code that nobody
    /// wrote, is no place.
    #[must_use]
    pub fn location(&self) -> Option<FrameLocation<'_>> {
        match self.parts().1 {
            Origin::Source(place) if place.line > 0 => Some(place),
            _ => None,
        }
    }

    /// The program or library that the code is in, and how many bytes behind its beginning, where the
    /// source is not known.
    #[must_use]
    pub fn module(&self) -> Option<(&str, u64)> {
        match self.parts().1 {
            Origin::Module(module, offset) => Some((module, offset)),
            _ => None,
        }
    }

    /// Whether it stands in the [place of calls that are not shown](Self::omitted).
    #[must_use]
    pub fn is_omitted(&self) -> bool {
        let count = self.text.strip_prefix("[... omitted ").and_then(|text| {
            let ends = [" frames ...]", " frame ...]"];
            ends.iter().find_map(|end| text.strip_suffix(end))
        });
        count.is_some_and(|count| is_digits(count) && count.parse::<u64>().is_ok())
    }

    /// Whether the call is one that no program makes itself: of Rust's own libraries and start code, of
    /// the system's, or of the handler of crashes. A method counts as its type does, so
    /// that `<vittec::Name as core::fmt::Display>::fmt` is none.
    #[must_use]
    pub fn is_runtime(&self) -> bool {
        let (function, known) = self.parts();
        let is_where_runtime_is = match known {
            Origin::Source(place) => is_source_of_rust(place.file),
            Origin::Module(module, _) => is_library_of_the_system(module) || is_start(function),
            Origin::Nothing => is_start(function),
        };
        is_where_runtime_is || function.starts_with("__libc_start") || is_of_runtime(function)
    }

    /// The name of the function, and what stands behind it.
    fn parts(&self) -> (&str, Origin<'_>) {
        // A name has neither word; a path may have both, so that the first one counts, and the end of the
        // text tells which of the two it is.
        let split = |word| self.text.split_once(word);
        let placed =
            split(" at ").and_then(|(function, place)| Some((function, parse_place(place)?)));
        let inside =
            || split(" in ").and_then(|(function, module)| Some((function, parse_module(module)?)));
        placed.or_else(inside).unwrap_or((&self.text, Origin::Nothing))
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

/// `src/blocks.rs:77:13`, the column where there is one.
fn parse_place(text: &str) -> Option<Origin<'_>> {
    // `parse` alone would take `+1`.
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

/// `libc.so.6+0x9d8e2`
fn parse_module(text: &str) -> Option<Origin<'_>> {
    let (module, offset) = text.rsplit_once("+0x")?;
    let is_hex = offset.bytes().all(|byte| byte.is_ascii_hexdigit());
    let offset = u64::from_str_radix(offset, 16).ok().filter(|_| is_hex)?;
    (!module.is_empty()).then_some(Origin::Module(module, offset))
}

/// Rust's sources, as they are known where its libraries were built, and where they are installed.
fn is_source_of_rust(file: &str) -> bool {
    file.starts_with("/rustc/")
        || file.contains("/lib/rustlib/src/rust/")
        || file.contains(r"\lib\rustlib\src\rust\")
}

/// The libraries of the system that a thread starts and unwinds in.
fn is_library_of_the_system(module: &str) -> bool {
    const LIBRARIES: [&str; 9] = [
        "libc.so",
        "libc-2.",
        "libc.musl-",
        "ld-linux",
        "ld-musl-",
        "linux-vdso",
        "[vdso]",
        "libpthread",
        "libgcc_s",
    ];
    let name = module.rsplit('/').next().unwrap_or(module);
    LIBRARIES.iter().any(|library| name.starts_with(library))
}

/// What a program or a thread begins with. A program may have functions of these names, too: those
/// have a place.
fn is_start(function: &str) -> bool {
    matches!(
        function,
        "main" | "_start" | "start_thread" | "clone" | "__clone" | "clone3" | "__clone3"
    )
}

/// Whether a function is of Rust's libraries or of the handler of crashes.
fn is_of_runtime(function: &str) -> bool {
    // A type without a path is Rust's own, or may be any: then the trait says whose the method is.
    let of_trait = || function.strip_prefix('<')?.split_once(" as ").and_then(|(_, of)| owner(of));
    owner(function).or_else(of_trait) == Some(Owner::Runtime)
}

/// Whose a name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Runtime,
    Program,
}

/// Whose the first path of a name is; nothing where there is a single word.
fn owner(name: &str) -> Option<Owner> {
    let (first, behind) = first_name(type_of(name));
    let is_path = behind.starts_with("::");
    let is_runtime = match first {
        "std" | "core" | "alloc" | "test" | "backtrace" | "panic_unwind" | "panic_abort" => is_path,
        // Whose handler of crashes is on the stack; before it was a crate of its own it was in `vitte_diag`.
        "vitte_crash" => is_path,
        "vitte_diag" => behind.starts_with("::crash::"),
        // Symbols that std exports, and the crate that they are said to be of.
        _ => first.starts_with("__rust") || (first.starts_with("rust_") && behind.is_empty()),
    };
    match (is_runtime, is_path) {
        (true, _) => Some(Owner::Runtime),
        (false, true) => Some(Owner::Program),
        (false, false) => None,
    }
}

/// A name from its first path on: `<&dyn core::any::Any as …` begins with `core`.
fn type_of(mut name: &str) -> &str {
    const BEFORE: [&str; 9] = ["<", "&", "(", "[", "*const ", "*mut ", "mut ", "dyn ", "unsafe "];
    while let Some(behind) = BEFORE.iter().find_map(|before| name.strip_prefix(before)) {
        name = behind;
    }
    name
}

/// The name that a path begins with, and what stands behind it: a crate's may have its hash, as in
/// `core[846817f741e54dfd]::fmt::write`.
fn first_name(path: &str) -> (&str, &str) {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    let (name, behind) = path.split_at_checked(end).unwrap_or((path, ""));
    let hash = behind.strip_prefix('[').and_then(|behind| behind.split_once(']'));
    match hash {
        Some((hash, behind)) if hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => (name, behind),
        _ => (name, behind),
    }
}

#[cfg(test)]
mod tests;

//! The calls that were being made when something went wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Calls on the stack of a thread, the innermost first.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backtrace {
    frames: Vec<Frame>,
}

impl Backtrace {
    /// The calls, the innermost first.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Whether nothing is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

impl FromIterator<Frame> for Backtrace {
    fn from_iter<I: IntoIterator<Item = Frame>>(frames: I) -> Self {
        Self { frames: frames.into_iter().collect() }
    }
}

/// One call, as one line of text:
///
/// ```text
/// vittec::front::blocks::close at examples/vittec/front/blocks.rs:77:13
/// malloc in libc.so.6+0x9d8e2
/// <unknown> in vittec+0x1c20
/// ... 10324 calls are left out ...
/// ```
///
/// The text is all that a frame is, so that what is read back from JSON is what was written.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Frame {
    text: String,
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
    pub fn inside(function: &str, module: &str, offset: u64) -> Self {
        Self::new(format!("{function} in {module}+{offset:#x}"))
    }

    /// In the place of calls that are not shown.
    #[must_use]
    pub fn left_out(count: u64) -> Self {
        Self::new(format!("... {count} calls are left out ..."))
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

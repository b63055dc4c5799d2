//! Names of functions, source files and lines for code of programs and libraries (ELF and DWARF).
//!
//! ```text
//! module, build id ─▶ DebugPaths: file, .gnu_debuglink, .build-id ─▶ SymbolFile
//! offsets ─▶ units: which units ─▶ unit ─┬▶ functions: functions and inlined calls ─┬▶ ResolvedFrame
//!                                        └▶ lines: files and lines ─────────────────┤
//!            symbol_table: names of symbols ────────────────────────────────────────┘
//! ```
//!
//! Only those parts of a file are read that the offsets need, without mapping it: a file that becomes shorter
//! meanwhile is an error of reading, and does not end the process.
//!
//! ```no_run
//! use vitte_capsule::symbols::{Deadline, DebugPaths, SymbolFile};
//!
//! let mut file = SymbolFile::open("target/release/mycc")?;
//! for frame in file.resolve(&[0x1c20], &DebugPaths::new(), Deadline::NONE).into_iter().flatten().flatten() {
//!     println!("{:?} at {:?}:{:?}", frame.function, frame.file, frame.line);
//! }
//! # Ok::<(), vitte_capsule::symbols::SymbolError>(())
//! ```

mod build_id;
mod debug_paths;
mod facts;
mod functions;
mod lines;
mod lookup;
mod paged_file;
mod report;
mod section;
mod symbol_file;
mod symbol_table;
#[cfg(test)]
mod tests;
mod unit;
mod units;

use std::time::Instant;

pub use build_id::{BuildId, BuildIdError};
pub use debug_paths::DebugPaths;
pub use facts::SymbolErrorKind;
pub use report::{ReportModule, ReportModules};
pub use symbol_file::{SymbolError, SymbolFile};

use crate::report::CrashFrame;

/// A time after which no more is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No limit.
    pub const NONE: Self = Self(None);

    /// Ends at `end`.
    #[must_use]
    pub const fn at(end: Instant) -> Self {
        Self(Some(end))
    }

    /// Returns whether the time is over.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.0.is_some_and(|end| Instant::now() > end)
    }
}

/// A function at an offset. Unknown values are `None`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct ResolvedFrame {
    /// The demangled name.
    pub function: Option<String>,
    /// The path of the source file, as the compiler recorded it.
    pub file: Option<String>,
    /// The line, 1-based.
    pub line: Option<u32>,
    /// The column, 1-based, in bytes.
    pub column: Option<u32>,
    /// Whether the function was inlined into the function of the next frame.
    pub inlined: bool,
}

impl ResolvedFrame {
    /// Returns the frame of a report, with the module, offset and build id of `bare`.
    #[must_use]
    pub fn to_crash_frame(&self, bare: &CrashFrame) -> CrashFrame {
        let mut frame = CrashFrame {
            function: self.function.clone(),
            line: self.line,
            column: self.column,
            inlined: self.inlined,
            module: bare.module.clone(),
            offset: bare.offset,
            build_id: bare.build_id.clone(),
            ..CrashFrame::default()
        };
        if let Some(file) = &self.file {
            frame.set_source(file);
        }
        frame
    }
}

//! A backtrace as people read it: short names, and runs of library frames in one row.

use std::fmt;

use super::program::{ShortFrame, short_frames};
use super::{Backtrace, Frame};
use crate::text::{more, plural, truncate};

/// A backtrace as people read it: the frames of the project with [short names](crate::text::function_name::short), each run
/// of library frames as one row, and repetitions counted. All frames are there; what shows them decides how many.
///
/// ```
/// use vitte_diag::{Backtrace, FoldedFrames, Frame};
///
/// let backtrace: Backtrace = [
///     "vittec::driver::check::{closure#1} at src/driver.rs:99:23",
///     "<rayon::iter::Map<I, F> as rayon::iter::ParallelIterator>::drive at rayon-1.12.0/src/iter/map.rs:44:9",
///     "rayon_core::join at rayon-core-1.12.1/src/join.rs:9:1",
///     "vittec::main at src/main.rs:40:9",
/// ]
/// .into_iter()
/// .map(Frame::new)
/// .collect();
/// let rows: Vec<String> = FoldedFrames::new(&backtrace).rows().iter().map(ToString::to_string).collect();
/// assert_eq!(rows, [
///     "0: vittec::driver::check at src/driver.rs:99:23",
///     "2 frames of rayon, rayon-core",
///     "3: vittec::main at src/main.rs:40:9",
/// ]);
/// ```
#[derive(Clone, Debug)]
pub struct FoldedFrames<'a> {
    rows: Vec<FoldedRow<'a>>,
    has_project_frames: bool,
}

/// A row of [`FoldedFrames`]. Its `Display` is one line, with the text as it is, without escapes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FoldedRow<'a> {
    /// A frame of the project.
    Frame(ShortFrame<'a>),
    /// Consecutive frames of libraries, at least one.
    Libraries(LibraryFrames<'a>),
    /// The last `frames` frames of the backtrace before this row repeat `times` more times.
    Repeated {
        /// The number of frames of one repetition, at least 1.
        frames: usize,
        /// The number of repetitions, at least 1.
        times: usize,
    },
    /// A marker for frames that were omitted when the backtrace was captured.
    Omitted(&'a Frame),
}

/// Consecutive frames of libraries.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LibraryFrames<'a> {
    /// The frames, the innermost first, at least one.
    pub frames: Vec<ShortFrame<'a>>,
}

/// The maximum number of libraries that a row names.
const MAX_NAMES: usize = 3;
/// The maximum length of the name of a library, in bytes.
const MAX_NAME_BYTES: usize = 40;
/// The maximum number of different libraries that are counted in a run, so that the time is linear.
const MAX_DIFFERENT: usize = 64;
/// The maximum number of frames of a repetition.
const MAX_PERIOD: usize = 8;
/// Minimum number of frames that are folded as repetitions.
const MIN_REPEATED: usize = 3;

impl<'a> FoldedFrames<'a> {
    /// Folds a backtrace. Takes linear time.
    ///
    /// A frame belongs to the [owner](super::SourceOwner) of its source file. Without a source file it belongs to the crate or
    /// namespace that its name begins with; the project has the crate of `main`, that of the program's file name, and those
    /// of its source files. A function of C belongs to its shared library.
    #[must_use]
    pub fn new(backtrace: &'a Backtrace) -> Self {
        Self::fold(backtrace, true)
    }

    /// Folds a backtrace without counting repetitions, so that each frame is in a row.
    #[must_use]
    pub fn without_repetitions(backtrace: &'a Backtrace) -> Self {
        Self::fold(backtrace, false)
    }

    fn fold(backtrace: &'a Backtrace, counts_repetitions: bool) -> Self {
        let frames = backtrace.frames();
        let mut short = short_frames(frames);
        let mut rows: Vec<FoldedRow<'a>> = Vec::new();
        let mut index = 0;
        while let Some(frame) = frames.get(index) {
            let mut len = 1;
            if frame.is_omitted() {
                rows.push(FoldedRow::Omitted(frame));
            } else {
                let repetition = counts_repetitions.then(|| repetition(frames, index)).flatten();
                let (period, times) = repetition.unwrap_or((1, 1));
                len = period * times;
                let shown = short.get_mut(index..index + len).unwrap_or_default();
                let is_library = |frame: &Option<ShortFrame<'_>>| {
                    frame.as_ref().is_none_or(|frame| frame.library.is_some())
                };
                // Frames of libraries are folded in any case.
                if repetition.is_some() && !shown.iter().take(period).all(is_library) {
                    rows.push(FoldedRow::Repeated { frames: period, times });
                } else {
                    shown
                        .iter_mut()
                        .filter_map(Option::take)
                        .for_each(|frame| push(&mut rows, frame));
                }
            }
            index += len;
        }
        let has_project_frames = rows.iter().any(|row| matches!(row, FoldedRow::Frame(_)));
        Self { rows, has_project_frames }
    }

    /// Returns the rows, the innermost first.
    #[must_use]
    pub fn rows(&self) -> &[FoldedRow<'a>] {
        &self.rows
    }

    /// Returns true if a frame belongs to the project. If none does, a reader needs the first frames of the libraries.
    #[must_use]
    pub const fn has_project_frames(&self) -> bool {
        self.has_project_frames
    }

    /// Returns all frames, those of libraries too, without repetitions and markers.
    pub fn frames(&self) -> impl Iterator<Item = &ShortFrame<'a>> {
        self.rows.iter().flat_map(|row| match row {
            FoldedRow::Frame(frame) => std::slice::from_ref(frame),
            FoldedRow::Libraries(run) => run.frames.as_slice(),
            FoldedRow::Repeated { .. } | FoldedRow::Omitted(_) => &[],
        })
    }

    /// Returns the innermost frame of the project, or of a library if there is none.
    #[must_use]
    pub fn first(&self) -> Option<&ShortFrame<'a>> {
        self.frames().find(|frame| frame.library.is_none()).or_else(|| self.frames().next())
    }
}

/// Adds a frame: one of a library to the run before it.
fn push<'a>(rows: &mut Vec<FoldedRow<'a>>, frame: ShortFrame<'a>) {
    match (&frame.library, rows.last_mut()) {
        (None, _) => rows.push(FoldedRow::Frame(frame)),
        (Some(_), Some(FoldedRow::Libraries(run))) => run.frames.push(frame),
        (Some(_), _) => rows.push(FoldedRow::Libraries(LibraryFrames { frames: vec![frame] })),
    }
}

impl FoldedRow<'_> {
    /// Returns the text of a row that is not a frame of the project, such as `15 frames of rayon` or `repeated 62 more times`.
    /// Returns `None` for a frame.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        match self {
            Self::Frame(_) => None,
            Self::Libraries(run) => Some(run.title()),
            Self::Repeated { frames: 1, times } => {
                Some(format!("repeated {}", more("time", *times)))
            }
            Self::Repeated { frames, times } => {
                Some(format!("the last {frames} frames repeated {}", more("time", *times)))
            }
            Self::Omitted(frame) => {
                let text = frame.text().trim_start_matches("[... ").trim_end_matches(" ...]");
                Some(text.to_owned())
            }
        }
    }

    /// Returns the number of frames that the row represents; 0 for a marker of omitted frames.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Frame(_) => 1,
            Self::Libraries(run) => run.frames.len(),
            Self::Repeated { frames, times } => frames.saturating_mul(*times),
            Self::Omitted(_) => 0,
        }
    }
}

impl fmt::Display for FoldedRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(frame) => frame.fmt(f),
            row => f.write_str(&row.remark().unwrap_or_default()),
        }
    }
}

impl LibraryFrames<'_> {
    /// Returns the libraries, those with the most frames first, each once. The libraries of Rust itself are one, `std`.
    #[must_use]
    pub fn libraries(&self) -> Vec<&str> {
        libraries(&self.frames)
    }

    /// Returns the title of the row: `15 frames of rayon, rayon-core, std`. Names are not escaped.
    #[must_use]
    pub fn title(&self) -> String {
        title(&self.frames, "")
    }

    /// Returns the title of the row if the first `shown` frames are shown. Returns `None` if those are all.
    pub(super) fn title_after(&self, shown: usize) -> Option<String> {
        let word = if shown > 0 { "more " } else { "" };
        self.frames.get(shown..).filter(|rest| !rest.is_empty()).map(|rest| title(rest, word))
    }
}

/// `15 more frames of rayon, rayon-core, std`
fn title(run: &[ShortFrame<'_>], word: &str) -> String {
    let libraries = libraries(run);
    let frames = format!("{} {word}{}", run.len(), plural("frame", run.len()));
    let names = libraries.iter().take(MAX_NAMES).map(|name| truncate(name, MAX_NAME_BYTES));
    let names = names.collect::<Vec<_>>().join(", ");
    match libraries.len().saturating_sub(MAX_NAMES) {
        _ if libraries.is_empty() => format!("{frames} of the runtime"),
        0 => format!("{frames} of {names}"),
        1 => format!("{frames} of {names}, and 1 other"),
        others => format!("{frames} of {names}, and {others} others"),
    }
}

fn libraries<'f>(run: &'f [ShortFrame<'_>]) -> Vec<&'f str> {
    let mut names: Vec<(&str, usize)> = Vec::new();
    for frame in run {
        let name = frame.library.as_deref().unwrap_or_default();
        // The crate of the package `rayon-core` is `rayon_core`.
        let is_same = |other: &str| {
            let mut pairs = other.bytes().zip(name.bytes());
            other.len() == name.len() && pairs.all(|(a, b)| a == b || (is_dash(a) && is_dash(b)))
        };
        if let Some((_, count)) = names.iter_mut().find(|(other, _)| is_same(other)) {
            *count += 1;
        } else if !name.is_empty() && names.len() < MAX_DIFFERENT {
            names.push((name, 1));
        }
    }
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    names.into_iter().map(|(name, _)| name).collect()
}

const fn is_dash(byte: u8) -> bool {
    matches!(byte, b'-' | b'_')
}

/// Returns how the frames before `index` go on from it: the number of frames of a repetition, and how many there are.
fn repetition(frames: &[Frame], index: usize) -> Option<(usize, usize)> {
    (1..=MAX_PERIOD.min(index)).find_map(|period| {
        let before = frames.get(index - period..index)?;
        if before.iter().any(Frame::is_omitted) {
            return None;
        }
        let rest = frames.get(index..)?;
        let times = rest.chunks_exact(period).take_while(|chunk| *chunk == before).count();
        let is_enough = period * times >= MIN_REPEATED && (period == 1 || times >= 2);
        is_enough.then_some((period, times))
    })
}

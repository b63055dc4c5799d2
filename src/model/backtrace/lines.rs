//! Folded frames as lines of two columns, names and locations, that fit a width.

use super::{FoldedFrames, FoldedRow, ShortFrame};
use crate::terminal::BacktraceStyle;
use crate::text::{self, CellOptions};

/// How [`FoldedFrames::lines`] draws frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FrameLineOptions {
    /// Which frames are shown. [`BacktraceStyle::Full`] is drawn like [`BacktraceStyle::All`].
    pub style: BacktraceStyle,
    /// The width of a line in cells, with the number. A line is at least 40 cells.
    pub width: usize,
    /// The maximum number of lines, at least 2. The last one has the number of omitted frames.
    pub max_lines: usize,
    /// What is written in place of omitted text: `...` or `…`.
    pub ellipsis: &'static str,
}

impl FrameLineOptions {
    /// Creates options for lines of `width` cells, in ASCII and without a limit of their number.
    #[must_use]
    pub const fn new(style: BacktraceStyle, width: usize) -> Self {
        Self { style, width, max_lines: usize::MAX, ellipsis: "..." }
    }
}

/// A line of [`FoldedFrames::lines`]. Its texts are safe for a terminal, and have no line feeds.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FrameLine {
    /// The 0-based index of the frame in the backtrace. `None` for a line that is not a frame.
    pub index: Option<usize>,
    /// The short name of the function, or a text such as `... 15 frames of rayon`.
    pub text: String,
    /// The blanks between the name and the location.
    pub gap: usize,
    /// The location, or empty.
    pub location: String,
    /// Whether the frame belongs to the project.
    pub is_project: bool,
}

/// The frames of libraries that are shown if there are no others.
const MAX_LIBRARY_FRAMES: usize = 8;
/// The minimum width of a line in cells.
const MIN_WIDTH: usize = 40;
/// The blanks between two columns.
const GAP: usize = 2;

/// What a line shows.
enum Content<'f, 'a> {
    Frame(&'f ShortFrame<'a>),
    Remark(String, usize),
}

impl FoldedFrames<'_> {
    /// Returns the text for the frames of libraries before the first one of the project, which are not among the short
    /// [`lines`](Self::lines), so that the function of the project where the crash happened is the first: `2 frames of std,
    /// called by`. Returns `None` if there are none.
    #[must_use]
    pub fn heading(&self) -> Option<String> {
        match self.rows().first() {
            Some(FoldedRow::Libraries(run)) if self.has_project_frames() => {
                Some(format!("{}, called by", run.title()))
            }
            _ => None,
        }
    }

    /// Returns lines that fit a width: one for each frame of the project and for each run of frames of libraries, or one for
    /// each frame.
    ///
    /// ```text
    ///  2: vittec::crash::write_to_null       examples/vittec/src/crash.rs:92:52
    ///  3: vittec::driver::Check::check_file  examples/vittec/src/driver.rs:99:23
    ///     ... 15 frames of rayon-core, rayon, std
    /// 19: vittec::main                       examples/vittec/src/main.rs:63:1
    ///     ... and 4 more frames
    /// ```
    ///
    /// If no frame belongs to the project, the short lines are the first frames of the libraries. Of a location that is
    /// too long the end is shown.
    #[must_use]
    pub fn lines(&self, options: FrameLineOptions) -> Vec<FrameLine> {
        let mut contents = self.contents(options.style == BacktraceStyle::Short);
        let max = options.max_lines.max(2);
        if contents.len() > max {
            let rest = contents.split_off(max - 1);
            let more = rest.iter().map(Content::count).sum();
            contents.push(Content::Remark(format!("and {}", text::more("frame", more)), more));
        }
        let last = contents.iter().filter_map(Content::index).max().unwrap_or_default();
        let digits = last.max(1).ilog10() as usize + 1;
        let room = options.width.max(MIN_WIDTH).saturating_sub(digits + ": ".len());
        let texts = contents.iter().map(|content| content.texts(options.ellipsis));
        let texts: Vec<(String, String)> = texts.collect();
        let names = texts.iter().filter(|(_, location)| !location.is_empty());
        let widths = names.map(|(name, location)| (text::width_of(name), text::width_of(location)));
        // The column of the locations is as far left as the names allow, unless a line does not fit then.
        let fitting = widths.filter(|(name, location)| name + GAP + location <= room);
        let (name_width, location_width) = fitting.fold((0, 0), |(name, location), widths| {
            let (name, location) = (widths.0.max(name), widths.1.max(location));
            (name, location)
        });
        let column = name_width.min(room.saturating_sub(location_width + GAP));
        let lines = contents.iter().zip(texts).map(|(content, (name, location))| {
            let (text, gap, location) = fit(name, location, column, room, options.ellipsis);
            let is_project = matches!(content, Content::Frame(frame) if frame.library.is_none());
            FrameLine { index: content.index(), text, gap, location, is_project }
        });
        lines.collect()
    }

    fn contents(&self, is_short: bool) -> Vec<Content<'_, '_>> {
        let mut contents = Vec::new();
        let mut library_frames = if self.has_project_frames() { 0 } else { MAX_LIBRARY_FRAMES };
        for (at, row) in self.rows().iter().enumerate() {
            match row {
                FoldedRow::Frame(frame) => contents.push(Content::Frame(frame)),
                FoldedRow::Libraries(run) if is_short => {
                    if at == 0 && self.has_project_frames() {
                        continue;
                    }
                    let shown = run.frames.len().min(library_frames);
                    library_frames -= shown;
                    contents.extend(run.frames.iter().take(shown).map(Content::Frame));
                    if let Some(title) = run.title_after(shown) {
                        contents.push(Content::Remark(title, run.frames.len() - shown));
                    }
                }
                FoldedRow::Libraries(run) => contents.extend(run.frames.iter().map(Content::Frame)),
                row => {
                    contents.push(Content::Remark(row.remark().unwrap_or_default(), row.count()));
                }
            }
        }
        contents
    }
}

impl Content<'_, '_> {
    fn index(&self) -> Option<usize> {
        match self {
            Self::Frame(frame) => Some(frame.index),
            Self::Remark(..) => None,
        }
    }

    /// Returns the number of frames.
    fn count(&self) -> usize {
        match self {
            Self::Frame(_) => 1,
            Self::Remark(_, count) => *count,
        }
    }

    /// Returns the name or remark, and the location, on one line each and without control characters.
    fn texts(&self, ellipsis: &str) -> (String, String) {
        let line = |text: &str| text::one_line(text::truncate(text, MAX_TEXT_BYTES)).into_owned();
        match self {
            Self::Frame(frame) => (line(&frame.name), line(end(&frame.location))),
            Self::Remark(text, _) => (format!("{ellipsis} {}", line(text)), String::new()),
        }
    }
}

/// The bytes of a text that are drawn. No line is longer.
const MAX_TEXT_BYTES: usize = 2000;

/// Returns the end of a long text.
fn end(text: &str) -> &str {
    let start = text::floor_char_boundary(text, text.len().saturating_sub(MAX_TEXT_BYTES / 2));
    text.get(start..).unwrap_or(text)
}

/// Shortens a name and a location so that they fit `room` cells, and returns the blanks between them. The location begins in
/// the cell `column`, or later.
fn fit(
    name: String,
    location: String,
    column: usize,
    room: usize,
    ellipsis: &str,
) -> (String, usize, String) {
    let name_width = text::width_of(&name);
    if location.is_empty() {
        return (without_start(name, room, ellipsis), 0, location);
    }
    let location_width = text::width_of(&location);
    if name_width + GAP + location_width > room {
        // The location gets what the name does not need, but at least two fifths.
        let for_location = room.saturating_sub(name_width + GAP).max(room * 2 / 5);
        let location = without_start(location, for_location, ellipsis);
        let for_name = room.saturating_sub(text::width_of(&location) + GAP);
        return (without_start(name, for_name, ellipsis), GAP, location);
    }
    let start = column.max(name_width).min(room - GAP - location_width);
    (name, start - name_width + GAP, location)
}

/// Removes the start of a text that is wider than `max` cells, if possible up to a `/` or `::`.
fn without_start(text: String, max: usize, ellipsis: &str) -> String {
    let width = text::width_of(&text);
    if width <= max {
        return text;
    }
    let skipped = width + text::width_of(ellipsis) - max;
    let clusters =
        text::cells(&text, CellOptions::new(1)).skip_while(|cluster| cluster.start < skipped);
    let tail: String = clusters.map(|cluster| cluster.text).collect();
    let separator = tail.find("::").into_iter().chain(tail.find(['/', '\\'])).min();
    let tail = match separator {
        Some(at) if at < tail.len() / 2 => tail.get(at..).unwrap_or_default(),
        _ => &tail,
    };
    format!("{ellipsis}{tail}")
}

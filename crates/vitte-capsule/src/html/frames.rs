//! Frames in groups; runs of frames of libraries are collapsed, as [`FoldedFrames`] has them.
//!
//! ```text
//! ▸ 2 frames of std
//! ▸ 2  vittec::front::blocks::close        src/front/blocks.rs:77:13
//! ▸ 3  vittec::main                        src/main.rs:40:9
//! [... omitted 10324 frames ...]
//! ▸ 9 frames of std
//! ```

use vitte_diag::{Backtrace, FoldedFrames, FoldedRow, Frame, ShortFrame};

use super::code::{Chunk, SourceFile};
use super::limits;
use crate::report::{CrashFrame, CrashReport, source_path};

/// The limits of one thread.
#[derive(Clone, Copy)]
struct ThreadLimits {
    max_frames: usize,
    /// Maximum length of each string, in bytes.
    max_bytes: usize,
}

const CRASHED_THREAD: ThreadLimits = ThreadLimits { max_frames: 300, max_bytes: 700 };
const OTHER_THREAD: ThreadLimits = ThreadLimits { max_frames: 40, max_bytes: 200 };
const MAX_THREADS: usize = 40;

/// The origin of the code of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    Project,
    Library,
}

/// A frame of the page.
#[derive(Debug)]
pub(super) struct HtmlFrame {
    /// The 0-based number, counted from the innermost frame.
    pub(super) number: usize,
    pub(super) origin: Origin,
    /// The name of the function as the report has it.
    pub(super) function: String,
    /// Its short name.
    pub(super) name: String,
    /// The library that it belongs to, or empty.
    pub(super) library: String,
    /// The source location, such as `src/front/blocks.rs:77:13`, else the module and offset, or empty.
    pub(super) location: String,
    /// The source location as the report has it, or empty if `location` is the same.
    pub(super) file: String,
    /// Whether `location` is a source location.
    pub(super) is_source: bool,
    /// `libc.so.6 + 0x9d8e2`, or empty.
    pub(super) module: String,
    pub(super) is_inlined: bool,
    pub(super) source: Vec<Chunk>,
}

impl HtmlFrame {
    pub(super) fn is_project(&self) -> bool {
        self.origin == Origin::Project
    }

    pub(super) fn origin(&self) -> String {
        match (self.origin, self.library.as_str()) {
            (Origin::Project, _) => "project".to_owned(),
            (Origin::Library, "") => "runtime".to_owned(),
            (Origin::Library, library) => format!("library {library}"),
        }
    }
}

/// Consecutive frames, or the text that replaces omitted frames.
#[derive(Debug, Default)]
pub(super) struct FrameGroup {
    /// The text in place of omitted frames. Empty if the group has frames.
    pub(super) omission: String,
    /// The title of a run of frames of libraries, which is collapsed. Empty for frames of the project.
    pub(super) title: String,
    /// Whether the run is expanded, because there are no frames of the project.
    pub(super) is_open: bool,
    pub(super) frames: Vec<HtmlFrame>,
}

impl FrameGroup {
    pub(super) fn is_library(&self) -> bool {
        !self.title.is_empty()
    }

    fn omission(text: &str, max_bytes: usize) -> Self {
        Self { omission: limits::line(text, max_bytes), ..Self::default() }
    }
}

/// A thread of the page.
#[derive(Debug)]
pub(super) struct HtmlThread {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) is_crashed: bool,
    pub(super) frame_count: usize,
    /// Empty for the crashed thread, whose frames have a section of their own.
    pub(super) groups: Vec<FrameGroup>,
}

/// Returns the frames of the crashed thread, innermost first.
pub(super) fn crash_groups(report: &CrashReport, files: &[SourceFile<'_>]) -> Vec<FrameGroup> {
    let lines = report.backtrace.frames();
    // The report is untrusted: its backtrace may not match its frames.
    let has_details = lines.iter().filter(|line| !line.is_omitted()).count() == report.frames.len();
    if lines.is_empty() {
        let backtrace = report.frames.iter().map(CrashFrame::to_frame).collect();
        return groups(&backtrace, &report.frames, files, CRASHED_THREAD);
    }
    let details = if has_details { report.frames.as_slice() } else { &[] };
    groups(&report.backtrace, details, files, CRASHED_THREAD)
}

/// Returns the threads, the crashed one first, and the number of omitted threads.
pub(super) fn threads(report: &CrashReport) -> (Vec<HtmlThread>, usize) {
    let mut crashed = report.crashed_thread();
    let threads = report.threads.iter().take(MAX_THREADS).map(|thread| {
        let is_crashed = crashed.take().is_some();
        let groups = match is_crashed {
            true => Vec::new(),
            false => groups(&thread.backtrace, &[], &[], OTHER_THREAD),
        };
        HtmlThread {
            id: thread.id,
            name: limits::line(&thread.name, OTHER_THREAD.max_bytes),
            is_crashed,
            frame_count: thread.backtrace.frames().len(),
            groups,
        }
    });
    (threads.collect(), report.threads.len().saturating_sub(MAX_THREADS))
}

/// Returns the details of a frame that its text contains.
fn parsed(line: &Frame) -> CrashFrame {
    let (location, module) = (line.location(), line.module());
    CrashFrame {
        function: Some(line.function().to_owned()),
        file: location.map(|location| location.file.to_owned()),
        line: location.map(|location| location.line),
        column: location.and_then(|location| location.col),
        module: module.map(|(module, _)| module.to_owned()),
        offset: module.map(|(_, offset)| offset),
        in_project: location.is_some_and(|location| source_path(location.file).1)
            && !line.is_runtime(),
        ..CrashFrame::default()
    }
}

/// Returns the groups of a backtrace. `details` are those of its frames, or empty.
fn groups(
    backtrace: &Backtrace,
    details: &[CrashFrame],
    files: &[SourceFile<'_>],
    thread: ThreadLimits,
) -> Vec<FrameGroup> {
    let folded = FoldedFrames::without_repetitions(backtrace);
    let mut groups: Vec<FrameGroup> = Vec::new();
    let (mut number, mut rows) = (0, 0);
    let total = backtrace.frames().len();
    for row in folded.rows() {
        let (frames, title) = match row {
            FoldedRow::Frame(frame) => (std::slice::from_ref(frame), String::new()),
            FoldedRow::Libraries(run) => (run.frames.as_slice(), run.title()),
            _ if rows >= thread.max_frames => break,
            row => {
                let text = row.remark().unwrap_or_default();
                groups.push(FrameGroup::omission(&format!("[... {text} ...]"), thread.max_bytes));
                rows += 1;
                continue;
            }
        };
        let shown = frames.iter().take(thread.max_frames.saturating_sub(rows));
        let frames: Vec<_> = shown
            .map(|short| {
                let detailed = details.get(number).cloned().unwrap_or_else(|| parsed(short.frame));
                number += 1;
                html_frame(number - 1, short, &detailed, files, thread.max_bytes)
            })
            .collect();
        rows += frames.len();
        if frames.is_empty() {
            break;
        }
        let title = limits::line(&title, thread.max_bytes);
        let is_open = !title.is_empty() && groups.is_empty() && !folded.has_project_frames();
        match groups.last_mut() {
            Some(last) if title.is_empty() && last.title.is_empty() && last.omission.is_empty() => {
                last.frames.extend(frames);
            }
            _ => groups.push(FrameGroup { omission: String::new(), title, is_open, frames }),
        }
    }
    if total > rows {
        let text = format!("[... omitted {} ...]", limits::counted("frame", total - rows));
        groups.push(FrameGroup::omission(&text, thread.max_bytes));
    }
    groups
}

fn html_frame(
    number: usize,
    short: &ShortFrame<'_>,
    frame: &CrashFrame,
    files: &[SourceFile<'_>],
    max_bytes: usize,
) -> HtmlFrame {
    let origin = if short.library.is_none() { Origin::Project } else { Origin::Library };
    let module = match (&frame.module, frame.offset) {
        (Some(module), Some(offset)) => format!("{module} + {offset:#x}"),
        (Some(module), None) => module.clone(),
        _ => String::new(),
    };
    let source = frame.file.as_ref().map(|file| match (frame.line, frame.column) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(line), None) => format!("{file}:{line}"),
        _ => file.clone(),
    });
    let function = frame.function.as_deref().unwrap_or("<unknown>");
    let location = match &source {
        Some(source) if short.location.is_empty() => source,
        Some(_) => &short.location,
        None => &module,
    };
    let file = source.as_deref().filter(|source| *source != location).unwrap_or_default();
    HtmlFrame {
        number,
        origin,
        function: limits::line(function, max_bytes),
        name: limits::line(&short.name, max_bytes),
        library: limits::line(short.library.as_deref().unwrap_or_default(), max_bytes),
        is_source: source.is_some(),
        location: limits::line(location, max_bytes),
        file: limits::line(file, max_bytes),
        module: limits::line(&module, max_bytes),
        is_inlined: frame.inlined,
        source: files.iter().find_map(|file| file.lines_of_frame(frame)).unwrap_or_default(),
    }
}

//! Frames in groups; runtime frames are collapsed.
//!
//! ```text
//! ▸ 2 runtime frames
//! ▸ 2  vittec::front::blocks::close        src/front/blocks.rs:77:13
//! ▸ 3  vittec::main                        src/main.rs:40:9
//! [... omitted 10324 frames ...]
//! ▸ 9 runtime frames
//! ```

use vitte_diag::{Backtrace, Frame};

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
    Package,
    Runtime,
}

/// A frame of the page.
#[derive(Debug)]
pub(super) struct HtmlFrame {
    /// The 0-based number, counted from the innermost frame.
    pub(super) number: usize,
    pub(super) origin: Origin,
    pub(super) function: String,
    /// The source location, such as `src/front/blocks.rs:77:13`, else the module and offset, or empty.
    pub(super) location: String,
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

    pub(super) fn origin(&self) -> &'static str {
        match self.origin {
            Origin::Project => "project",
            Origin::Package => "package or library",
            Origin::Runtime => "runtime",
        }
    }
}

/// Consecutive frames, or the text that replaces omitted frames.
#[derive(Debug, Default)]
pub(super) struct FrameGroup {
    /// The text in place of omitted frames. Empty if the group has frames.
    pub(super) omission: String,
    /// Whether the frames are runtime frames, which are collapsed.
    pub(super) is_runtime: bool,
    pub(super) frames: Vec<HtmlFrame>,
}

impl FrameGroup {
    /// Returns the title of a group of runtime frames.
    pub(super) fn title(&self) -> String {
        limits::counted("runtime frame", self.frames.len())
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
    let is_frame = |line: &&Frame| !line.is_omitted();
    // The report is untrusted: its backtrace may not match its frames.
    let has_details = lines.iter().filter(is_frame).count() == report.frames.len();
    let mut frames = report.frames.iter();
    let rows = lines.iter().map(|line| match line.is_omitted() {
        true => Err(line.text()),
        false => {
            let detailed = frames.next().filter(|_| has_details).cloned();
            let frame = detailed.unwrap_or_else(|| parsed(line));
            Ok((frame, line.is_runtime()))
        }
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        let rows = report.frames.iter().map(|frame| Ok((frame.clone(), is_runtime(frame))));
        return groups(rows.collect(), files, CRASHED_THREAD);
    }
    groups(rows, files, CRASHED_THREAD)
}

fn is_runtime(frame: &CrashFrame) -> bool {
    frame.to_frame().is_runtime()
}

/// Returns the threads, the crashed one first, and the number of omitted threads.
pub(super) fn threads(report: &CrashReport) -> (Vec<HtmlThread>, usize) {
    let threads = report.threads.iter().take(MAX_THREADS).map(|thread| {
        let is_crashed = thread.backtrace == report.backtrace && !thread.backtrace.is_empty();
        let groups = match is_crashed {
            true => Vec::new(),
            false => groups(rows(&thread.backtrace), &[], OTHER_THREAD),
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

/// A frame and whether it is a runtime frame, or the text in place of omitted frames.
type Row<'a> = Result<(CrashFrame, bool), &'a str>;

fn rows(backtrace: &Backtrace) -> Vec<Row<'_>> {
    let row = |line| match Frame::is_omitted(line) {
        true => Err(line.text()),
        false => Ok((parsed(line), line.is_runtime())),
    };
    backtrace.frames().iter().map(row).collect()
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

fn groups(
    rows: Vec<Row<'_>>,
    files: &[SourceFile<'_>],
    ThreadLimits { max_frames, max_bytes }: ThreadLimits,
) -> Vec<FrameGroup> {
    let mut groups: Vec<FrameGroup> = Vec::new();
    let mut number = 0;
    let count = rows.len();
    for row in rows.into_iter().take(max_frames) {
        let (frame, is_runtime) = match row {
            Ok(row) => row,
            Err(omission) => {
                let omission = limits::line(omission, max_bytes);
                groups.push(FrameGroup { omission, ..FrameGroup::default() });
                continue;
            }
        };
        let continues =
            |group: &&mut FrameGroup| group.omission.is_empty() && group.is_runtime == is_runtime;
        let frame = html_frame(number, &frame, is_runtime, files, max_bytes);
        number += 1;
        match groups.last_mut().filter(continues) {
            Some(group) => group.frames.push(frame),
            None => {
                groups.push(FrameGroup {
                    omission: String::new(),
                    is_runtime,
                    frames: vec![frame],
                });
            }
        }
    }
    if count > max_frames {
        let omission =
            format!("[... omitted {} ...]", limits::counted("frame", count - max_frames));
        groups.push(FrameGroup { omission, ..FrameGroup::default() });
    }
    groups
}

fn html_frame(
    number: usize,
    frame: &CrashFrame,
    is_runtime: bool,
    files: &[SourceFile<'_>],
    max_bytes: usize,
) -> HtmlFrame {
    let origin = match (is_runtime, frame.in_project) {
        (true, _) => Origin::Runtime,
        (_, true) => Origin::Project,
        _ => Origin::Package,
    };
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
    HtmlFrame {
        number,
        origin,
        function: limits::line(function, max_bytes),
        is_source: source.is_some(),
        location: limits::line(&source.unwrap_or_else(|| module.clone()), max_bytes),
        module: limits::line(&module, max_bytes),
        is_inlined: frame.inlined,
        source: files.iter().find_map(|file| file.lines_of_frame(frame)).unwrap_or_default(),
    }
}

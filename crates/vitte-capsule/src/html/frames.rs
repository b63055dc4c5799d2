//! Calls in groups, as the page folds them.
//!
//! ```text
//! ▸ 2 calls of the runtime
//! ▸ 2  vittec::front::blocks::close        src/front/blocks.rs:77:13
//! ▸ 3  vittec::main                        src/main.rs:40:9
//! … 10324 calls are left out …
//! ▸ 9 calls of the runtime
//! ```

use vitte_diag::{Backtrace, Frame};

use super::code::{Chunk, File};
use super::limits;
use crate::report::{CrashFrame, CrashReport, source_path};

/// What is shown of a thread at most.
#[derive(Clone, Copy)]
struct Most {
    calls: usize,
    /// Of a name.
    bytes: usize,
}

const MOST: Most = Most { calls: 300, bytes: 700 };
/// Of one that did not crash.
const MOST_OF_OTHERS: Most = Most { calls: 40, bytes: 200 };
const MOST_THREADS: usize = 40;

/// Whose a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    Project,
    Package,
    Runtime,
}

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) number: usize,
    pub(super) owner: Owner,
    pub(super) function: String,
    /// `src/front/blocks.rs:77:13`, or empty.
    pub(super) place: String,
    /// Whether `place` is one in a source.
    pub(super) is_source: bool,
    /// `libc.so.6 + 0x9d8e2`, or empty.
    pub(super) module: String,
    pub(super) is_inlined: bool,
    pub(super) source: Vec<Chunk>,
}

impl Call {
    pub(super) fn is_project(&self) -> bool {
        self.owner == Owner::Project
    }

    pub(super) fn owner(&self) -> &'static str {
        match self.owner {
            Owner::Project => "the project",
            Owner::Package => "a package or library",
            Owner::Runtime => "the runtime",
        }
    }
}

/// Calls in a row.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// In the place of calls that are not there; empty where there are calls.
    pub(super) left_out: String,
    /// Whether they are those of the runtime, which are folded.
    pub(super) is_runtime: bool,
    pub(super) calls: Vec<Call>,
}

impl Group {
    pub(super) fn title(&self) -> String {
        format!("{} of the runtime", limits::counted("call", self.calls.len()))
    }
}

/// A thread.
#[derive(Debug)]
pub(super) struct Thread {
    pub(super) id: u64,
    pub(super) name: String,
    /// Whether it is the one that crashed.
    pub(super) is_crashed: bool,
    pub(super) count: usize,
    pub(super) groups: Vec<Group>,
}

/// The calls of the crash, the innermost first.
pub(super) fn of_crash(report: &CrashReport, files: &[File<'_>]) -> Vec<Group> {
    let lines = report.backtrace.frames();
    let is_call = |line: &&Frame| !line.is_omitted();
    // What was read from elsewhere may have lines that are not those of its frames.
    let is_known = lines.iter().filter(is_call).count() == report.frames.len();
    let mut frames = report.frames.iter();
    let rows = lines.iter().map(|line| match line.is_omitted() {
        true => Err(line.text()),
        false => {
            let known = frames.next().filter(|_| is_known).cloned();
            let frame = known.unwrap_or_else(|| parsed(line));
            Ok((frame, line.is_runtime()))
        }
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        let known = report.frames.iter().map(|frame| Ok((frame.clone(), is_runtime(frame))));
        return groups(known.collect(), files, MOST);
    }
    groups(rows, files, MOST)
}

fn is_runtime(frame: &CrashFrame) -> bool {
    frame.to_frame().is_runtime()
}

/// The threads, the one that crashed first, and how many are left out.
pub(super) fn threads(report: &CrashReport) -> (Vec<Thread>, usize) {
    let threads = report.threads.iter().take(MOST_THREADS).map(|thread| {
        let is_crashed = thread.backtrace == report.backtrace && !thread.backtrace.is_empty();
        let calls = match is_crashed {
            true => Vec::new(),
            false => groups(rows(&thread.backtrace), &[], MOST_OF_OTHERS),
        };
        Thread {
            id: thread.id,
            name: limits::line(&thread.name, MOST_OF_OTHERS.bytes),
            is_crashed,
            count: thread.backtrace.frames().len(),
            groups: calls,
        }
    });
    (threads.collect(), report.threads.len().saturating_sub(MOST_THREADS))
}

/// A call, or what stands in the place of calls.
type Row<'a> = Result<(CrashFrame, bool), &'a str>;

fn rows(backtrace: &Backtrace) -> Vec<Row<'_>> {
    let row = |line| match Frame::is_omitted(line) {
        true => Err(line.text()),
        false => Ok((parsed(line), line.is_runtime())),
    };
    backtrace.frames().iter().map(row).collect()
}

/// What the line of a call says of it.
fn parsed(line: &Frame) -> CrashFrame {
    let (place, module) = (line.location(), line.module());
    CrashFrame {
        function: Some(line.function().to_owned()),
        file: place.map(|place| place.file.to_owned()),
        line: place.map(|place| place.line),
        column: place.and_then(|place| place.col),
        module: module.map(|(module, _)| module.to_owned()),
        offset: module.map(|(_, offset)| offset),
        in_project: place.is_some_and(|place| source_path(place.file).1) && !line.is_runtime(),
        inlined: false,
    }
}

fn groups(rows: Vec<Row<'_>>, files: &[File<'_>], most: Most) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut number = 0;
    let count = rows.len();
    for row in rows.into_iter().take(most.calls) {
        let (frame, is_runtime) = match row {
            Ok(row) => row,
            Err(left_out) => {
                let left_out = limits::line(left_out, most.bytes);
                groups.push(Group { left_out, ..Group::default() });
                continue;
            }
        };
        let is_next =
            |group: &&mut Group| group.left_out.is_empty() && group.is_runtime == is_runtime;
        let call = call(number, &frame, is_runtime, files, most.bytes);
        number += 1;
        match groups.last_mut().filter(is_next) {
            Some(group) => group.calls.push(call),
            None => groups.push(Group { left_out: String::new(), is_runtime, calls: vec![call] }),
        }
    }
    if count > most.calls {
        let left_out = format!("... {} ...", limits::counted("more call", count - most.calls));
        groups.push(Group { left_out, ..Group::default() });
    }
    groups
}

fn call(
    number: usize,
    frame: &CrashFrame,
    is_runtime: bool,
    files: &[File<'_>],
    most: usize,
) -> Call {
    let owner = match (is_runtime, frame.in_project) {
        (true, _) => Owner::Runtime,
        (_, true) => Owner::Project,
        _ => Owner::Package,
    };
    let module = match (&frame.module, frame.offset) {
        (Some(module), Some(offset)) => format!("{module} + {offset:#x}"),
        (Some(module), None) => module.clone(),
        _ => String::new(),
    };
    let file = frame.file.as_ref().map(|file| match (frame.line, frame.column) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(line), None) => format!("{file}:{line}"),
        _ => file.clone(),
    });
    let function = frame.function.as_deref().unwrap_or("<unknown>");
    Call {
        number,
        owner,
        function: limits::line(function, most),
        is_source: file.is_some(),
        place: limits::line(&file.unwrap_or_else(|| module.clone()), most),
        module: limits::line(&module, most),
        is_inlined: frame.inlined,
        source: files.iter().find_map(|file| file.of_call(frame)).unwrap_or_default(),
    }
}

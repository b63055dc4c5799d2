//! Selects the frames that identify a defect.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use vitte_diag::Frame;

use super::names;
use crate::report::{CrashKind, CrashReport};

/// The functions of a fingerprint. They are few, because outer frames depend on inlining, and on the thread of a pool
/// that ran the task.
const MAX_FUNCTIONS: usize = 5;
/// The frames that are read. A report from elsewhere may have any number.
pub(super) const MAX_FRAMES: usize = 4_096;

/// A frame whose function is known.
struct NamedFrame<'a> {
    name: Cow<'a, str>,
    /// The name of the source file without directories, if the file belongs to the program.
    file: Option<&'a str>,
    in_project: bool,
    is_runtime: bool,
}

impl NamedFrame<'_> {
    /// Returns the text of the frame in a fingerprint, or `None` if other builds do not have the frame.
    ///
    /// The line tables of a release build have only the last segment of a function, and not the function that a
    /// closure belongs to. So if the file is known, the text is the file and that segment, and closures are omitted.
    fn label(&self) -> Option<String> {
        let name = match self.file {
            Some(_) if names::is_closure(&self.name) => String::new(),
            Some(file) => {
                let name = names::normalize(&self.name);
                let last = name.rsplit("::").next().unwrap_or_default();
                if last.is_empty() { String::new() } else { format!("{file} {last}") }
            }
            None => names::normalize(&self.name),
        };
        Some(name).filter(|name| !name.is_empty())
    }
}

pub(super) fn frames(report: &CrashReport) -> Vec<String> {
    let frames = named_frames(report);
    let is_overflow = report.kind() == CrashKind::StackOverflow;
    let labels = |is_selected: &dyn Fn(&NamedFrame<'_>) -> bool| {
        let selected: Vec<_> = frames.iter().filter(|frame| is_selected(frame)).collect();
        let recursion = if is_overflow { recursive(&selected) } else { Vec::new() };
        if recursion.is_empty() { innermost(&selected) } else { recursion }
    };
    let in_project = labels(&|frame| frame.in_project && !frame.is_runtime);
    if !in_project.is_empty() {
        return in_project;
    }
    let crates = program_crates(report, &frames);
    let in_crates = labels(&|frame| {
        !frame.is_runtime && crates.iter().any(|name| names::is_in_crate(&frame.name, name))
    });
    if !in_crates.is_empty() {
        return in_crates;
    }
    let others = labels(&|frame| !frame.is_runtime);
    if !others.is_empty() {
        return others;
    }
    report.location.as_deref().and_then(file).into_iter().collect()
}

/// Returns the frames of the crashed thread whose function is known, the innermost first.
fn named_frames(report: &CrashReport) -> Vec<NamedFrame<'_>> {
    if report.frames.iter().any(|frame| frame.function.is_some()) {
        let frames = report.frames.iter().take(MAX_FRAMES).filter_map(|frame| {
            let name = names::truncate(frame.function.as_deref()?);
            let is_runtime = frame.to_frame().is_runtime();
            let file = frame.file.as_deref().filter(|_| frame.in_project);
            let file = file.and_then(|file| file.rsplit(['/', '\\']).next());
            Some(NamedFrame { name: name.into(), file, in_project: frame.in_project, is_runtime })
        });
        return frames.filter(|frame| is_portable(&frame.name)).collect();
    }
    // The report has only the text of the backtrace.
    let frames = report.backtrace.frames().iter().filter(|frame| !frame.is_omitted());
    let frames = frames.take(MAX_FRAMES).map(|frame: &Frame| NamedFrame {
        name: names::truncate(frame.function()).into(),
        file: None,
        in_project: false,
        is_runtime: frame.is_runtime(),
    });
    frames.filter(|frame| is_portable(&frame.name)).collect()
}

/// Returns false for the paths and addresses that replace missing symbols: they differ between machines.
fn is_portable(name: &str) -> bool {
    !matches!(name, "" | "<unknown>") && !name.starts_with('/') && !name.starts_with("0x")
}

/// Returns the innermost functions, each once.
fn innermost(frames: &[&NamedFrame<'_>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for frame in frames {
        if found.len() == MAX_FUNCTIONS {
            break;
        }
        if !seen.insert(&frame.name) {
            continue;
        }
        found.extend(frame.label().filter(|label| !found.contains(label)));
    }
    found
}

/// Returns the functions that occur at least twice, sorted: which of them exhausts the stack is a coincidence.
/// Closures are compared by their full name, so that a function and its closure do not count as one function.
fn recursive(frames: &[&NamedFrame<'_>]) -> Vec<String> {
    let mut counts: HashMap<(&str, Option<&str>), (usize, &NamedFrame<'_>)> = HashMap::new();
    for frame in frames {
        let key = (names::without_hash(&frame.name), frame.file);
        counts.entry(key).or_insert((0, *frame)).0 += 1;
    }
    let repeated = counts.into_values().filter(|(count, _)| *count > 1);
    let labels: BTreeSet<String> = repeated.filter_map(|(_, frame)| frame.label()).collect();
    labels.into_iter().take(MAX_FUNCTIONS).collect()
}

/// Returns the crates of the program: the one named like it, and that of the outermost `main`.
fn program_crates(report: &CrashReport, frames: &[NamedFrame<'_>]) -> Vec<String> {
    let program = report.program.replace('-', "_");
    let main = frames.iter().rev().filter(|frame| !frame.is_runtime).find_map(|frame| {
        let name = names::normalize(&frame.name);
        name.strip_suffix("::main").map(|path| names::crate_of(path).to_owned())
    });
    [Some(program), main].into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

/// Returns the line of a location without the directories that differ between machines: `src/parser.rs:12:5`.
pub(super) fn line(location: &str) -> Option<String> {
    let location = names::truncate(location).replace('\\', "/");
    let name = location.rsplit('/').next()?;
    let (_, position) = name.split_once(':').unwrap_or((name, ""));
    let file = file(&location).or_else(|| name.split(':').next().map(str::to_owned))?;
    Some(format!("{file}:{position}"))
}

/// Returns the file of a location, from its last `src/` on: `src/parser.rs` of `/home/ada/src/parser.rs:12:5`.
/// Returns `None` for another absolute path.
fn file(location: &str) -> Option<String> {
    let location = names::truncate(location).replace('\\', "/");
    let mut file = location.as_str();
    while let Some((path, number)) = file.rsplit_once(':') {
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        file = path;
    }
    let is_whole_name =
        |at: &usize| *at == 0 || file.get(..*at).is_some_and(|before| before.ends_with('/'));
    let sources = file.rmatch_indices("src/").map(|(at, _)| at).find(is_whole_name);
    let is_absolute = file.starts_with('/') || file.as_bytes().get(1) == Some(&b':');
    let file = match sources {
        Some(at) => file.get(at..)?,
        None if is_absolute => return None,
        None => file,
    };
    (!file.is_empty()).then(|| file.to_owned())
}

//! Fills in the names of a stored report.

use std::collections::BTreeMap;

use vitte_diag::{Backtrace, Frame};

use super::{BuildId, Deadline, DebugPaths, ResolvedFrame, SymbolFile};
use crate::report::{CrashFrame, CrashReport};

/// A module in the frames of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ReportModule {
    /// The path of the program or library.
    pub path: String,
    /// The build id, or `None` if it is not known.
    pub build_id: Option<BuildId>,
    /// The number of addresses without a function or a line.
    pub unresolved: usize,
}

/// The modules in the frames of a report, in the order of their first frame.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ReportModules {
    /// The modules.
    pub modules: Vec<ReportModule>,
}

impl ReportModule {
    /// Returns the name of the file without directories.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn contains(&self, frame: &CrashFrame) -> bool {
        let build_id = frame.build_id.as_deref().and_then(|id| id.parse().ok());
        frame.module.as_deref() == Some(&self.path) && build_id == self.build_id
    }
}

/// Returns whether a frame has an address, but not all that symbols would tell.
fn is_unresolved(frame: &CrashFrame) -> bool {
    frame.module.is_some()
        && frame.offset.is_some()
        && (frame.function.is_none() || frame.file.is_none() || frame.line.is_none())
}

impl ReportModules {
    /// Finds the modules of a report.
    #[must_use]
    pub fn of(report: &CrashReport) -> Self {
        let mut modules: Vec<ReportModule> = Vec::new();
        for group in CrashFrame::by_address(&report.frames) {
            let Some(first) = group.first() else { continue };
            let Some(path) = first.module.clone() else { continue };
            let unresolved = usize::from(group.iter().any(is_unresolved));
            match modules.iter_mut().find(|module| module.contains(first)) {
                Some(module) => module.unresolved += unresolved,
                None => {
                    let build_id = first.build_id.as_deref().and_then(|id| id.parse().ok());
                    modules.push(ReportModule { path, build_id, unresolved });
                }
            }
        }
        Self { modules }
    }

    /// The note of a report in which names are missing because reading them took too long.
    pub const LATE_NOTE: &'static str = "no names for some frames: reading debug information took too long; \
         `vitte crash symbolise` adds them";

    /// Returns the note of a report in which names are missing because the file of this module was not found.
    #[must_use]
    pub fn missing_file_note(module: &str) -> String {
        format!(
            "no names for frames of `{module}`: the file was replaced or removed after the program started; \
             `vitte crash symbolise` adds them from a file with the same build id"
        )
    }

    /// Returns the note of a report in which lines are missing because the debug information of this module is
    /// compressed and large.
    #[must_use]
    pub fn compressed_note(module: &str) -> String {
        format!(
            "no lines for frames of `{module}`: its debug information is compressed, and too large to read during a \
             crash; `vitte crash symbolise` adds them"
        )
    }

    /// Fills in functions, files and lines of the frames of one module from a file, which the caller knows to belong to
    /// it. Returns the number of addresses that were completed. Frames of other threads are completed too.
    ///
    /// `to_stored` returns the name of a function or a path as it is stored. It is called for those that are new, for instance
    /// to redact them.
    pub fn fill_in(
        &self,
        report: &mut CrashReport,
        module: &ReportModule,
        file: &mut SymbolFile,
        paths: &DebugPaths,
        to_stored: impl Fn(&str) -> String,
    ) -> usize {
        let mut offsets: Vec<u64> = report
            .frames
            .iter()
            .filter(|frame| module.contains(frame) && is_unresolved(frame))
            .filter_map(|frame| frame.offset)
            .collect();
        // The frames of other threads are text, which has only the name of the module.
        let same_name = self.modules.iter().filter(|other| other.name() == module.name()).count();
        let threads = report.threads.iter().flat_map(|thread| thread.backtrace.frames());
        let of_threads = threads.filter_map(Frame::module).filter(|_| same_name == 1);
        offsets.extend(of_threads.filter(|(name, _)| *name == module.name()).map(|(_, at)| at));
        let resolved = file.resolve(&offsets, paths, Deadline::NONE);
        let names: BTreeMap<u64, Vec<ResolvedFrame>> = offsets
            .into_iter()
            .zip(resolved)
            .filter_map(|(offset, frames)| Some((offset, frames?)))
            .filter(|(_, frames)| !frames.is_empty())
            .collect();
        let mut has_crashed =
            report.crashed_thread().is_some_and(|thread| !thread.backtrace.is_empty());
        let completed = complete_frames(report, module, &names, &to_stored);
        for thread in &mut report.threads {
            if std::mem::take(&mut has_crashed) {
                thread.backtrace = report.backtrace.clone();
            } else if same_name == 1 {
                thread.backtrace = complete_text(&thread.backtrace, module, &names, &to_stored);
            }
        }
        if completed > 0 {
            let missing = Self::missing_file_note(&module.path);
            let compressed = Self::compressed_note(&module.path);
            let is_named = |frame: &CrashFrame| frame.function.is_some();
            let is_complete = report.frames.iter().all(is_named);
            let is_old = |note: &String| {
                *note == missing || *note == compressed || (is_complete && note == Self::LATE_NOTE)
            };
            report.notes.retain(|note| !is_old(note));
        }
        completed
    }
}

/// Returns the frame of a report with the module and offset of `bare`.
fn to_frame(
    name: &ResolvedFrame,
    bare: &CrashFrame,
    to_stored: &impl Fn(&str) -> String,
) -> CrashFrame {
    let mut frame = name.to_crash_frame(bare);
    for text in [&mut frame.function, &mut frame.file].into_iter().flatten() {
        *text = to_stored(text);
    }
    frame
}

/// Completes the frames and the backtrace of a report. Returns the number of addresses that were completed.
fn complete_frames(
    report: &mut CrashReport,
    module: &ReportModule,
    names: &BTreeMap<u64, Vec<ResolvedFrame>>,
    to_stored: &impl Fn(&str) -> String,
) -> usize {
    let is_marker = |frame: &&Frame| frame.is_omitted();
    let mut texts = report.backtrace.frames().iter().peekable();
    let (mut frames, mut backtrace, mut completed) = (Vec::new(), Vec::new(), 0);
    // The new index of each frame of the backtrace.
    let mut moved: Vec<Option<usize>> = Vec::new();
    for group in CrashFrame::by_address(&report.frames) {
        while let Some(marker) = texts.next_if(is_marker) {
            moved.push(Some(backtrace.len()));
            backtrace.push(marker.clone());
        }
        group.iter().for_each(|_| _ = texts.next_if(|frame| !frame.is_omitted()));
        let first = group.first().filter(|first| module.contains(first));
        let is_open = group.iter().any(is_unresolved);
        let names = first.and_then(|first| names.get(&first.offset?)).filter(|_| is_open);
        let new: Vec<CrashFrame> = match (first, names) {
            (Some(bare), Some(names)) if is_better(names, group) => {
                completed += 1;
                names.iter().map(|name| to_frame(name, bare, to_stored)).collect()
            }
            _ => group.to_vec(),
        };
        // Of several functions at one address it is not known which of them a context belongs to.
        let is_same = new.len() == group.len();
        moved.extend((0..group.len()).map(|index| is_same.then_some(backtrace.len() + index)));
        backtrace.extend(new.iter().map(CrashFrame::to_frame));
        frames.extend(new);
    }
    backtrace.extend(texts.filter(is_marker).cloned());
    if completed > 0 {
        for entry in &mut report.contexts {
            let index = entry.frame.and_then(|index| *moved.get(usize::try_from(index).ok()?)?);
            entry.frame = index.and_then(|index| u32::try_from(index).ok());
        }
        report.frames = frames;
        report.backtrace = backtrace.into_iter().collect();
    }
    completed
}

/// Returns whether names have more than the frames of an address. A known function is never lost.
fn is_better(names: &[ResolvedFrame], frames: &[CrashFrame]) -> bool {
    let names_function = names.last().is_some_and(|name| name.function.is_some());
    let names_line = names.iter().any(|name| name.line.is_some());
    let has_function = frames.iter().any(|frame| frame.function.is_some());
    let has_line = frames.iter().any(|frame| frame.line.is_some());
    (names_function && !has_function)
        || (names_line && !has_line && (names_function || !has_function))
}

/// Completes frames that are text.
fn complete_text(
    backtrace: &Backtrace,
    module: &ReportModule,
    names: &BTreeMap<u64, Vec<ResolvedFrame>>,
    to_stored: &impl Fn(&str) -> String,
) -> Backtrace {
    let complete = |frame: &Frame| {
        let offset = frame.module().filter(|(name, _)| *name == module.name()).map(|(_, at)| at);
        let names = offset.and_then(|offset| names.get(&offset));
        // A known function is never lost.
        let names = names.filter(|names| names.last().is_some_and(|name| name.function.is_some()));
        let bare =
            CrashFrame { module: Some(module.path.clone()), offset, ..CrashFrame::default() };
        match names {
            Some(names) => {
                names.iter().map(|name| to_frame(name, &bare, to_stored).to_frame()).collect()
            }
            None => vec![frame.clone()],
        }
    };
    backtrace.frames().iter().flat_map(complete).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ContextEntry;

    #[test]
    fn contexts_stay_with_their_frames() {
        let mut report = CrashReport::new(vitte_diag::codes::F0002, String::new(), "m".to_owned());
        let frame = |offset| CrashFrame {
            module: Some("/bin/mycc".to_owned()),
            offset: Some(offset),
            ..CrashFrame::default()
        };
        report.frames = vec![frame(1), frame(2), frame(3)];
        let texts = report.frames.iter().map(CrashFrame::to_frame);
        report.backtrace = [Frame::omitted(4)].into_iter().chain(texts).collect();
        let context = |index| ContextEntry { frame: Some(index), ..ContextEntry::new("c") };
        report.contexts = [1, 2, 3, 9].map(context).to_vec();
        let named = |name: &str| ResolvedFrame {
            function: Some(name.to_owned()),
            ..ResolvedFrame::default()
        };
        let names = BTreeMap::from([(1, vec![named("a"), named("b")]), (3, vec![named("c")])]);
        let modules = ReportModules::of(&report);
        assert_eq!(complete_frames(&mut report, &modules.modules[0], &names, &str::to_owned), 2);
        let functions: Vec<&str> = report.backtrace.frames().iter().map(Frame::function).collect();
        assert_eq!(functions.len(), 5, "{functions:?}");
        let frames: Vec<_> = report.contexts.iter().map(|entry| entry.frame).collect();
        // Two functions are at the first address.
        assert_eq!(frames, [None, Some(3), Some(4), None]);
    }

    #[test]
    fn only_new_names_are_changed() {
        let mut report = CrashReport::new(vitte_diag::codes::F0002, String::new(), "m".to_owned());
        let frame = |offset, function: Option<&str>| CrashFrame {
            module: Some("/bin/mycc".to_owned()),
            offset: Some(offset),
            function: function.map(str::to_owned),
            ..CrashFrame::default()
        };
        report.frames = vec![frame(1, None), frame(2, Some("known"))];
        report.backtrace = report.frames.iter().map(CrashFrame::to_frame).collect();
        let resolved = ResolvedFrame {
            function: Some("new".to_owned()),
            file: Some("/new.rs".to_owned()),
            line: Some(3),
            ..ResolvedFrame::default()
        };
        let names = BTreeMap::from([(1, vec![resolved])]);
        let modules = ReportModules::of(&report);
        let upper = |name: &str| name.to_uppercase();
        let text = complete_text(&report.backtrace, &modules.modules[0], &names, &upper);
        assert_eq!(complete_frames(&mut report, &modules.modules[0], &names, &upper), 1);
        assert_eq!(report.backtrace, text);
        let frames: Vec<&str> = text.frames().iter().map(Frame::text).collect();
        assert_eq!(frames, ["NEW at /NEW.RS:3", "known in mycc+0x2"]);
    }
}

//! The sources to which the spans of contexts refer.

mod table;

use std::collections::BTreeMap;
use std::sync::Mutex;

use vitte_capsule::{
    ContextEntry, ContextField, ContextLocation, ContextVariable, CrashReport, SourceLine,
    SourceLines,
};
use vitte_diag::{SourceFile, SourceMap, Span, text};

use self::table::SourceTable;
use crate::brief_lock::lock_briefly;
use crate::sys::slots::RawContext;
use crate::variables::records::CapturedVariables;

/// Locked only for moments: to replace them, to add files, or to copy the list of files.
static SOURCES: Mutex<Option<SharedSources>> = Mutex::new(None);

/// The current sources, and the table by which another process finds them.
struct SharedSources {
    sources: SourceMap,
    table: SourceTable,
}

/// Sets the sources to which the spans of [contexts](crate::context()) refer, and replaces those of an earlier call.
///
/// The sources stay in memory until the next call. Files that are added to the map later are not included; call this
/// again after adding files, which takes time for the new files, and for those whose text was not needed yet. A
/// [lazy text](vitte_diag::SourceText::lazy) is included if it was needed before.
pub fn set_sources(sources: &SourceMap) {
    // A forked process whose parent was in this function cannot set sources.
    let Some(mut current) = lock_briefly(&SOURCES) else { return };
    if current.as_mut().is_some_and(|current| current.follow(sources)) {
        return;
    }
    drop(current);
    // Copying or dropping a large map takes long, so the lock is released meanwhile.
    let sources = sources.clone();
    let mut table = SourceTable::default();
    table.extend(&sources);
    let Some(mut current) = lock_briefly(&SOURCES) else { return };
    // Another thread may have set a later state of the map meanwhile.
    if current.as_mut().is_some_and(|current| current.follow(&sources)) {
        return;
    }
    table.publish();
    let before = current.replace(SharedSources { sources, table });
    drop(current);
    drop(before);
}

impl SharedSources {
    /// Adds the files that a later state of the same map has in addition. Returns false if it is another map.
    fn follow(&mut self, newer: &SourceMap) -> bool {
        if !self.sources.follow(newer) {
            return false;
        }
        // Another process may read the earlier table until the new one is published.
        let before = self.table.extend(&self.sources);
        self.table.publish();
        drop(before);
        true
    }
}

/// Returns a copy of the sources of the last [`set_sources`]. Returns `None` if there was no call, or if a thread was in one
/// that does not exist in this process, which was forked.
pub(crate) fn current() -> Option<SourceMap> {
    let current = lock_briefly(&SOURCES)?;
    current.as_ref().map(|shared| shared.sources.clone())
}

/// Adds contexts, the innermost first, and their variables to those of a report. Omits those after the first
/// `max_contexts` of the report, and adds a note that counts them together with the `omitted` ones that could not be read.
pub(crate) fn add_contexts(
    report: &mut CrashReport,
    (mut raw, omitted): (Vec<RawContext>, u32),
    max_contexts: usize,
    sources: Option<&SourceMap>,
    captured: CapturedVariables,
) {
    let max_contexts = max_contexts.saturating_sub(report.contexts.len());
    let omitted = omitted as usize + raw.len().saturating_sub(max_contexts);
    raw.truncate(max_contexts);
    let mut resolver = ContextResolver::new(sources);
    report.contexts.extend(resolver.entries(raw, &captured.variables));
    for lines in resolver.into_lines() {
        match report.sources.iter_mut().find(|known| known.id == lines.id) {
            Some(known) => merge(&mut known.lines, lines.lines),
            None => report.sources.push(lines),
        }
    }
    if omitted > 0 {
        report.notes.push(format!("omitted {omitted} {}", text::plural("context", omitted)));
    }
    report.notes.extend(captured.notes);
}

/// Adds source lines to those of the same file.
fn merge(known: &mut Vec<SourceLine>, lines: Vec<SourceLine>) {
    known.extend(lines);
    known.sort_by_key(|line| line.line);
    known.dedup_by_key(|line| line.line);
}

/// Adds the contexts of threads to a report, each with the index of its thread.
#[cfg(has_reporter)]
pub(crate) fn add_thread_contexts(
    report: &mut CrashReport,
    threads: Vec<(usize, Vec<RawContext>)>,
    sources: Option<&SourceMap>,
) {
    let mut resolver = ContextResolver::new(sources);
    resolver.add_lines(std::mem::take(&mut report.sources));
    for (index, raw) in threads {
        if let Some(thread) = report.threads.get_mut(index) {
            thread.contexts = resolver.entries(raw, &[]);
        }
    }
    report.sources = resolver.into_lines();
}

/// Finds the locations of contexts, and collects their source lines.
struct ContextResolver<'a> {
    sources: Option<&'a SourceMap>,
    /// For each file its path, and its lines by their numbers.
    lines: BTreeMap<u32, (String, BTreeMap<u32, SourceLine>)>,
}

impl<'a> ContextResolver<'a> {
    const fn new(sources: Option<&'a SourceMap>) -> Self {
        Self { sources, lines: BTreeMap::new() }
    }

    #[cfg(has_reporter)]
    fn add_lines(&mut self, files: Vec<SourceLines>) {
        for SourceLines { id, file, lines, .. } in files {
            let lines = lines.into_iter().map(|line| (line.line, line)).collect();
            self.lines.insert(id, (file, lines));
        }
    }

    /// Returns the contexts with their locations, and the `variables` that belong to them.
    fn entries(
        &mut self,
        raw: Vec<RawContext>,
        variables: &[(u32, ContextVariable)],
    ) -> Vec<ContextEntry> {
        let entries = raw.into_iter().map(|raw| {
            let fields = raw.fields.into_iter().map(|(key, value)| ContextField::new(key, value));
            let borrowed = variables.iter().filter(|(depth, _)| *depth == raw.depth);
            let mut entry = ContextEntry::new(raw.name);
            entry.fields = fields.collect();
            entry.location = raw.span.map(|span| self.location(span));
            entry.frame = raw.frame;
            entry.variables = borrowed.map(|(_, variable)| variable.clone()).collect();
            entry
        });
        entries.collect()
    }

    fn location(&mut self, span: Span) -> ContextLocation {
        // A crash must not run the function that computes a lazy text.
        let is_loaded =
            |sources: &&SourceMap| sources.file(span.file()).is_ok_and(SourceFile::is_loaded);
        let sources = self.sources.filter(is_loaded);
        let outer = sources.and_then(|sources| sources.outer_span(span).ok());
        let span = outer.unwrap_or(span);
        let file = sources.and_then(|sources| sources.file(span.file()).ok());
        if let Some(file) = file {
            let (_, lines) = self
                .lines
                .entry(span.file().index())
                .or_insert_with(|| (file.path().to_owned(), BTreeMap::new()));
            lines.extend(SourceLine::of_span(file, span).map(|line| (line.line, line)));
        }
        ContextLocation::new(span, file)
    }

    fn into_lines(self) -> Vec<SourceLines> {
        let files = self.lines.into_iter();
        files
            .map(|(id, (file, lines))| SourceLines::new(id, file, lines.into_values().collect()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vitte_diag::{FileId, codes};

    use super::*;
    use crate::sys::slots::Opening;

    fn resolve(
        raw: Vec<RawContext>,
        sources: Option<&SourceMap>,
    ) -> (Vec<ContextEntry>, Vec<SourceLines>) {
        let mut resolver = ContextResolver::new(sources);
        (resolver.entries(raw, &[]), resolver.into_lines())
    }

    fn raw(span: Span) -> RawContext {
        let (opening, frame) = (Opening::default(), None);
        RawContext {
            depth: 0,
            name: "c".into(),
            fields: Vec::new(),
            span: Some(span),
            opening,
            frame,
        }
    }

    /// Returns the path, line, column and text of the line at a span.
    fn shown_at(sources: &SourceMap, span: Span) -> Option<(String, u32, u32, String)> {
        let at = sources.location(span).ok()?;
        let file = sources.file(span.file()).ok()?;
        let line = file.line(at.line).unwrap_or_default().to_owned();
        Some((at.path.to_owned(), at.line, at.col, line))
    }

    #[test]
    fn removed_files_and_lazy_texts_have_no_location() {
        let mut sources = SourceMap::new();
        let [removed, kept] = ["a", "b"].map(|path| sources.insert(path, "text"));
        let compute = || -> std::io::Result<String> { panic!("a crash computes nothing") };
        let lazy = sources.insert("c", vitte_diag::SourceText::lazy(compute));
        sources.remove(removed).unwrap();
        let span = |file| Span::between(file, 1, 2);
        let raw = [removed, kept, lazy].map(|file| raw(span(file))).to_vec();
        let (entries, _) = resolve(raw, Some(&sources));
        let at = entries.iter().map(|entry| entry.location.as_ref().unwrap().to_string());
        assert_eq!(at.collect::<Vec<_>>(), ["file 0, bytes 1..2", "b:1:2", "file 2, bytes 1..2"]);
    }

    #[test]
    fn a_span_in_an_embedded_text_is_located_in_the_outer_file() {
        let mut sources = SourceMap::new();
        let outer = sources.insert("a", "x\nlet q = `SELECT`\n");
        let query = sources.embed(Span::between(outer, 11, 17)).unwrap();
        let (entries, _) = resolve(vec![raw(Span::between(query, 0, 6))], Some(&sources));
        assert_eq!(entries[0].location.as_ref().unwrap().to_string(), "a:2:10");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        /// The lines in the report give every context the same location and excerpt as the sources.
        #[test]
        fn the_lines_in_a_report_agree_with_the_sources(
            texts in prop::collection::vec("(\u{feff})?([a-zé\t]{0,9}(\n|\r\n)){0,20}[a-z]{0,3}", 1..4),
            marks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
        ) {
            let mut sources = SourceMap::new();
            for (index, text) in texts.iter().enumerate() {
                sources.add(format!("f{index}.vitte"), text.as_str()).unwrap();
            }
            let spans: Vec<Span> = marks.iter().map(|(file, lo, hi)| {
                let index = file.index(texts.len());
                let text = &texts[index];
                let at = |at: &prop::sample::Index| vitte_diag::text::floor_char_boundary(text, at.index(text.len() + 1));
                let (lo, hi) = (at(lo).min(at(hi)), at(lo).max(at(hi)));
                Span::new(FileId::new(u32::try_from(index).unwrap()), lo, hi).unwrap()
            }).collect();
            let (entries, lines) = resolve(spans.iter().copied().map(raw).collect(), Some(&sources));
            let mut report = CrashReport::new(codes::F0001, String::new(), String::new());
            (report.contexts, report.sources) = (entries, lines);
            let restored = report.sources();
            for span in spans {
                prop_assert_eq!(shown_at(&restored, span), shown_at(&sources, span));
            }
        }
    }

    #[test]
    fn without_sources_a_location_has_only_offsets() {
        let span = Span::new(FileId::new(7), 3, 5).unwrap();
        let (entries, lines) = resolve(vec![raw(span)], None);
        let location = entries[0].location.as_ref().unwrap();
        assert_eq!((location.id, location.lo, location.hi, &location.file), (7, 3, 5, &None));
        assert_eq!(lines, []);
    }
}

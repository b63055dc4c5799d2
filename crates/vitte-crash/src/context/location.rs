//! Where in the sources the contexts are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use vitte_capsule::{
    ContextEntry, ContextField, ContextLocation, ContextVariable, CrashReport, SourceLine,
    SourceLines,
};
use vitte_diag::{SourceMap, text};

use crate::sys::slots::RawContext;
use crate::variables::records::Captured;

static SOURCES: Mutex<Option<Shared>> = Mutex::new(None);

/// The sources that spans mean, and where another process finds them.
struct Shared {
    sources: SourceMap,
    /// Four numbers for each file: address and length of its path, and of its text.
    _table: Arc<[u64]>,
}

/// Says which sources the spans of [contexts](crate::context()) mean: those of the last call. They stay in
/// memory until then. Files that are added later are known from the next call on.
pub fn set_sources(sources: &SourceMap) {
    let table: Arc<[u64]> = sources
        .files()
        .flat_map(|file| {
            let (path, text) = (file.path(), file.text());
            [
                path.as_ptr().addr() as u64,
                path.len() as u64,
                text.as_ptr().addr() as u64,
                text.len() as u64,
            ]
        })
        .collect();
    let shared = Shared { sources: sources.clone(), _table: Arc::clone(&table) };
    let mut current = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
    // Under the lock, so that what the reporter is told of is what stays in memory.
    #[cfg(unix)]
    {
        use crate::sys::shared::{self, SharedField};
        shared::set(SharedField::SourcesBytes, 0);
        shared::set(SharedField::SourcesAddress, table.as_ptr().addr() as u64);
        shared::set(SharedField::SourcesBytes, size_of_val(&*table) as u64);
    }
    let before = current.replace(shared);
    drop(current);
    // What may take long is not done under the lock.
    drop(before);
}

/// The sources that spans mean, where somebody said so; nothing where they are being changed, as who asks
/// must not wait.
pub(crate) fn known() -> Option<SourceMap> {
    let sources = SOURCES.try_lock().ok()?;
    sources.as_ref().map(|shared| shared.sources.clone())
}

/// Puts contexts into a report, the innermost first: the first `most` of them, and a note of how many there are
/// beside them.
pub(crate) fn put_into(
    report: &mut CrashReport,
    (mut raw, left_out): (Vec<RawContext>, u32),
    most: usize,
    sources: Option<&SourceMap>,
    captured: Captured,
) {
    let left_out = left_out as usize + raw.len().saturating_sub(most);
    raw.truncate(most);
    (report.contexts, report.sources) = resolve(raw, sources, &captured.variables);
    if left_out > 0 {
        report.notes.push(format!("left out: {}", text::more("context", left_out)));
    }
    report.notes.extend(captured.notes);
}

/// The contexts with their places in `sources`, and the lines that these are on.
fn resolve(
    raw: Vec<RawContext>,
    sources: Option<&SourceMap>,
    variables: &[(u32, ContextVariable)],
) -> (Vec<ContextEntry>, Vec<SourceLines>) {
    let mut lines: BTreeMap<u32, (String, BTreeMap<u32, SourceLine>)> = BTreeMap::new();
    let entries = raw.into_iter().map(|raw| {
        let place = raw.span.map(|span| {
            let file = sources.and_then(|sources| sources.file(span.file()).ok());
            if let Some(file) = file {
                let (_, known) = lines
                    .entry(span.file().index())
                    .or_insert_with(|| (file.path().to_owned(), BTreeMap::new()));
                known.extend(SourceLine::of_span(file, span).map(|line| (line.line, line)));
            }
            ContextLocation::new(span, file)
        });
        let values = raw.values.into_iter().map(|(key, value)| ContextField::new(key, value));
        let held = variables.iter().filter(|(index, _)| *index == raw.index);
        let mut entry = ContextEntry::new(raw.name);
        entry.values = values.collect();
        entry.location = place;
        entry.variables = held.map(|(_, variable)| variable.clone()).collect();
        entry
    });
    let entries = entries.collect();
    let lines = lines
        .into_iter()
        .map(|(id, (file, lines))| SourceLines::new(id, file, lines.into_values().collect()));
    (entries, lines.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vitte_diag::{FileId, Span, codes};

    use super::*;

    fn raw(span: Span) -> RawContext {
        RawContext { index: 0, name: "c".into(), values: Vec::new(), span: Some(span) }
    }

    /// What is at a span, as all formats are told of it.
    fn seen(sources: &SourceMap, span: Span) -> Option<(String, u32, u32, String)> {
        let at = sources.location(span).ok()?;
        let file = sources.file(span.file()).ok()?;
        let line = file.line(at.line).unwrap_or_default().to_owned();
        Some((at.path.to_owned(), at.line, at.col, line))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        /// The stand-in says of every context what the sources say.
        #[test]
        fn a_stand_in_is_the_sources_as_far_as_the_contexts_go(
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
            let (entries, lines) = resolve(spans.iter().copied().map(raw).collect(), Some(&sources), &[]);
            let mut report = CrashReport::new(codes::F0001, String::new(), String::new());
            (report.contexts, report.sources) = (entries, lines);
            let again = report.sources();
            for span in spans {
                prop_assert_eq!(seen(&again, span), seen(&sources, span));
            }
        }
    }

    #[test]
    fn sources_that_nobody_told_of_leave_offsets_alone() {
        let span = Span::new(FileId::new(7), 3, 5).unwrap();
        let (entries, lines) = resolve(vec![raw(span)], None, &[]);
        let place = entries[0].location.as_ref().unwrap();
        assert_eq!((place.id, place.lo, place.hi, &place.file), (7, 3, 5, &None));
        assert_eq!(lines, []);
    }
}

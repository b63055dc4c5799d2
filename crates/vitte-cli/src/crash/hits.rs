//! Where a capsule contains what a search looks for.

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;
use vitte_capsule::{Capsule, ContextEntry, CrashReport, Fingerprint, shell_command};
use vitte_diag::Backtrace;
use vitte_diag::text::{floor_char_boundary, truncate};

use super::pattern::Pattern;

/// A part of a capsule that contains the text.
#[derive(Debug, Serialize)]
pub(super) struct Hit {
    /// The part, such as `context typeck, fn`.
    #[serde(rename = "in")]
    pub(super) place: String,
    /// The line with the text; `...` replaces the rest of a long line.
    pub(super) text: String,
}

/// The parts of a capsule that contain a text.
#[derive(Debug)]
pub(super) struct Hits<'a> {
    pattern: &'a Pattern,
    /// At most this many are stored, and at most [`MAX_COUNTED`] are counted.
    max: usize,
    /// The bytes of a hit.
    max_bytes: usize,
    pub(super) stored: Vec<Hit>,
    /// The number of hits, also those that are not stored.
    pub(super) count: usize,
}

/// When this many hits were counted, the search of a capsule ends, so that a hostile one is not costly.
pub(super) const MAX_COUNTED: usize = 10_000;
/// Bytes before a match in a long line.
const BYTES_BEFORE: usize = 30;
/// Longer names are cut where they are part of a place.
const MAX_NAME_BYTES: usize = 100;

impl<'a> Hits<'a> {
    /// Searches everything in a capsule. At most `max` hits are stored, each with at most about `max_bytes`.
    pub(super) fn of(
        capsule: &Capsule,
        pattern: &'a Pattern,
        max: usize,
        max_bytes: usize,
    ) -> Self {
        let mut hits = Self { pattern, max, max_bytes, stored: Vec::new(), count: 0 };
        hits.summary(&capsule.report, &capsule.fingerprint);
        let report = &capsule.report;
        report.contexts.iter().for_each(|context| hits.context("context", context));
        hits.frames("frame", &report.backtrace);
        hits.frame_details(report);
        hits.breadcrumbs(report);
        // The frames of the crashed thread are those of the report.
        let crashed = report.threads.len() - report.other_threads().len();
        for (index, thread) in report.threads.iter().enumerate() {
            hits.field("thread", &thread.name);
            let place = format!("thread {}, context", name(&thread.name));
            thread.contexts.iter().for_each(|context| hits.context(&place, context));
            if index >= crashed {
                let place = format!("thread {}, frame", name(&thread.name));
                hits.frames(&place, &thread.backtrace);
            }
        }
        hits.sources(capsule);
        for (key, value) in &capsule.environment {
            hits.named(|| format!("environment {}", name(key)), key, value);
        }
        hits
    }

    fn is_full(&self) -> bool {
        self.count >= MAX_COUNTED
    }

    fn summary(&mut self, report: &CrashReport, fingerprint: &Fingerprint) {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        for (place, text) in [
            ("message", Cow::Borrowed(&*report.message)),
            ("code", report.code.as_str().into()),
            ("kind", report.kind().as_str().into()),
            ("signal", optional(&report.signal).into()),
            ("address", optional(&report.address).into()),
            ("location", optional(&report.location).into()),
            ("module", (&*report.program).into()),
            ("version", (&*report.version).into()),
            ("build", optional(&report.build).into()),
            ("commit", optional(&report.commit).into()),
            ("command", shell_command(&report.args).into()),
            ("thread", (&*report.thread).into()),
            ("system", format!("{} {}", report.system.os, report.system.arch).into()),
            ("deployment", optional(&report.deployment).into()),
            ("test", optional(&report.test).into()),
            ("process", report.process.map(|id| id.to_string()).unwrap_or_default().into()),
            ("session", (&*report.session).into()),
            ("time", (&*report.timestamp).into()),
            ("id", (&*report.id).into()),
        ] {
            self.field(place, &text);
        }
        report.notes.iter().for_each(|note| self.field("note", note));
        for (register, value) in &report.registers {
            self.named(|| format!("register {}", name(register)), register, value);
        }
        self.field("fingerprint", &fingerprint.to_string());
    }

    fn context(&mut self, place: &str, context: &ContextEntry) {
        self.field(place, &context.name);
        let place = format!("{place} {}", name(&context.name));
        if let Some(location) = &context.location {
            self.lines(|_| format!("{place}, at"), &location.to_string());
        }
        for field in &context.fields {
            self.named(|| format!("{place}, {}", name(&field.key)), &field.key, &field.value);
        }
        for variable in &context.variables {
            let mut path = vec![Step::Key(&variable.key)];
            self.lines(|_| format!("{place}, variable"), &variable.key);
            self.value(&place, &mut path, &variable.value);
            if let Some(error) = &variable.error {
                self.lines(|_| format!("{place}, variable {}", path_text(&path)), error);
            }
        }
    }

    /// Searches the keys and the scalars in a value. JSON is read with a limited depth.
    fn value<'v>(&mut self, place: &str, path: &mut Vec<Step<'v>>, value: &'v Value) {
        if self.is_full() {
            return;
        }
        match value {
            Value::Null => {}
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    path.push(Step::Index(index));
                    self.value(place, path, value);
                    path.pop();
                }
            }
            Value::Object(values) => {
                for (key, value) in values {
                    self.lines(|_| format!("{place}, variable {}", path_text(path)), key);
                    path.push(Step::Key(key));
                    self.value(place, path, value);
                    path.pop();
                }
            }
            value => {
                let text = match value {
                    Value::String(text) => Cow::Borrowed(&**text),
                    other => other.to_string().into(),
                };
                self.lines(|_| format!("{place}, variable {}", path_text(path)), &text);
            }
        }
    }

    fn frames(&mut self, place: &str, backtrace: &Backtrace) {
        for (index, frame) in backtrace.frames().iter().enumerate() {
            self.lines(|_| format!("{place} {index}"), frame.text());
        }
    }

    /// Searches what the frames have besides their text: the whole path of their file and module.
    fn frame_details(&mut self, report: &CrashReport) {
        for (index, frame) in report.frames.iter().enumerate() {
            let shown = report.backtrace.frames().get(index).map_or("", |frame| frame.text());
            let names = [&frame.function, &frame.file, &frame.module].into_iter().flatten();
            for text in names.filter(|text| !shown.contains(text.as_str())) {
                self.lines(|_| format!("frame {index}"), text);
            }
        }
    }

    fn breadcrumbs(&mut self, report: &CrashReport) {
        for breadcrumb in &report.breadcrumbs {
            if self.is_full() {
                return;
            }
            let place = format!("breadcrumb {}", name(&breadcrumb.target));
            self.lines(|_| place.clone(), &breadcrumb.message);
            self.field("breadcrumb, target", &breadcrumb.target);
            for field in &breadcrumb.fields {
                self.named(|| format!("{place}, {}", name(&field.key)), &field.key, &field.value);
            }
        }
    }

    /// Searches the names and the lines of the source files.
    fn sources(&mut self, capsule: &Capsule) {
        for source in &capsule.sources {
            self.field("source file", &source.file);
            let text = String::from_utf8_lossy(&source.text);
            self.lines(|line| format!("source {}:{line}", name(&source.file)), &text);
        }
        for file in &capsule.report.sources {
            // The lines of a file that is in the capsule were searched.
            if capsule.sources.iter().any(|source| source.file == file.file) {
                continue;
            }
            self.field("source file", &file.file);
            for line in &file.lines {
                self.lines(|_| format!("source {}:{}", name(&file.file), line.line), &line.text);
            }
        }
    }

    fn field(&mut self, place: &str, text: &str) {
        self.lines(|_| place.to_owned(), text);
    }

    /// Searches `name: value`; the hit has the value.
    fn named(&mut self, place: impl Fn() -> String, name: &str, value: &str) {
        let before = self.count;
        self.lines(|_| place(), value);
        let is_in_both = || self.pattern.is_match(&format!("{name}: {value}"));
        if self.count == before && !self.is_full() && is_in_both() {
            self.add(place(), value, 0..0);
        }
    }

    /// Adds a hit for each line of a text with a match. `place` gets the 1-based number of the line.
    fn lines(&mut self, place: impl Fn(usize) -> String, text: &str) {
        let (mut start, mut line, mut counted) = (0, 1, 0);
        while !self.is_full() {
            let Some(found) = self.pattern.find_at(text, start) else { break };
            let before = text.get(counted..found.start).unwrap_or_default();
            line += before.bytes().filter(|byte| *byte == b'\n').count();
            counted = found.start;
            let line_start = before
                .rfind('\n')
                .map_or(found.start - before.len(), |at| found.start - before.len() + at + 1);
            let rest = text.get(found.start..).unwrap_or_default();
            let line_end = found.start + rest.find('\n').unwrap_or(rest.len());
            let whole = text.get(line_start..line_end).unwrap_or_default();
            let end = found.end.min(line_end);
            self.add(place(line), whole, found.start - line_start..end - line_start);
            start = found.end.max(line_end + 1);
        }
    }

    fn add(&mut self, place: String, line: &str, found: Range<usize>) {
        self.count += 1;
        if self.stored.len() < self.max {
            self.stored.push(Hit { place, text: excerpt(line, found, self.max_bytes) });
        }
    }
}

/// A step from a value to one that it contains.
#[derive(Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

/// `scope.names[0]`
fn path_text(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(&name(key)),
            Step::Key(key) => text.extend([".", &name(key)]),
            Step::Index(index) => text += &format!("[{index}]"),
        }
    }
    text
}

/// Returns a name that is not too long to be part of a place.
fn name(text: &str) -> Cow<'_, str> {
    match truncate(text, MAX_NAME_BYTES) {
        whole if whole.len() == text.len() => whole.into(),
        cut => format!("{cut}...").into(),
    }
}

/// Returns the part of a line around a match, without the blanks at its ends.
fn excerpt(line: &str, found: Range<usize>, max_bytes: usize) -> String {
    let line_without_indent = line.trim_start();
    let indent = line.len() - line_without_indent.len();
    let (line, found) = (line_without_indent.trim_end(), found.start.saturating_sub(indent));
    if line.len() <= max_bytes {
        return line.to_owned();
    }
    let start = floor_char_boundary(line, found.saturating_sub(BYTES_BEFORE));
    let end = floor_char_boundary(line, start.saturating_add(max_bytes));
    let dots = |is_cut| if is_cut { "..." } else { "" };
    let shown = line.get(start..end).unwrap_or_default();
    format!("{}{shown}{}", dots(start > 0), dots(end < line.len()))
}

//! A crash as the compiler's users see it: a fatal diagnostic.

use std::path::Path;

use vitte_diag::{Diagnostic, FileId, Severity, SourceMap, Span, text};

use super::{ContextEntry, ContextLocation, CrashKind, CrashReport, DEFAULT_DIR, SystemInfo};

/// Outer contexts that are shown.
const CONTEXTS: usize = 8;

impl CrashReport {
    /// The crash as a diagnostic of severity `fatal`: at the innermost context that has
    /// a place, the outer ones beside it, the facts as notes, and the backtrace.
    ///
    /// Its spans are those of the program's own source map; in another process
    /// [`sources`](Self::sources) stands in for that.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut places = self.contexts.iter().filter_map(|entry| Some((entry, span(entry)?)));
        let (span, label) = match places.next() {
            Some((entry, span)) => (span, label(entry)),
            None => (Span::DUMMY, String::new()),
        };
        let mut diagnostic =
            Diagnostic::new(Severity::Fatal, self.code, span, self.headline()).with_label(label);
        diagnostic.set_backtrace(self.backtrace.clone());
        let mut outer = places.collect::<Vec<_>>();
        let more = outer.len().saturating_sub(CONTEXTS);
        outer.truncate(CONTEXTS);
        for (entry, span) in outer {
            diagnostic.add_secondary(span, self::label(entry));
        }
        if let Some(help) = self.help() {
            diagnostic.add_help(help);
        }
        for entry in self.contexts.iter().filter(|entry| entry.location.is_none()) {
            diagnostic.add_note(self::label(entry));
        }
        if more > 0 {
            diagnostic.add_note(text::more("context", more));
        }
        self.notes.iter().for_each(|note| _ = diagnostic.add_note(note.clone()));
        if let Some(location) = &self.location {
            diagnostic.add_note(format!("the panic is at {location}"));
        }
        diagnostic.add_note(self.build_line());
        diagnostic
    }

    /// The sources of [`to_diagnostic`](Self::to_diagnostic), as far as the report has them: the lines
    /// that the contexts are on, each at its place in a file that is blank otherwise.
    #[must_use]
    pub fn sources(&self) -> SourceMap {
        super::location::stand_in(&self.contexts, &self.sources)
    }

    /// What happened, in one sentence.
    fn headline(&self) -> String {
        let (program, message) = (&self.program, &self.message);
        let signal = self.signal.as_deref().unwrap_or("a signal");
        match self.kind() {
            CrashKind::Panic => format!("`{program}` panicked: {message}"),
            CrashKind::Signal | CrashKind::StackOverflow => {
                format!("`{program}` was terminated by {signal}: {message}")
            }
            CrashKind::OutOfMemory => format!("`{program}` ran out of memory: {message}"),
            CrashKind::Abort => format!("`{program}` aborted"),
            CrashKind::Error | CrashKind::Other => format!("`{program}` failed: {message}"),
        }
    }

    /// Whose fault it is, where the report is, and how to see and to send it:
    ///
    /// ```text
    /// this is a bug in `vittec`, not in your program
    /// the report is in target/crash-reports/panic/2025-10-22/1a2b3c4d/2025-10-22T13-05-42-123-9f8e7d6c.vittecrash
    /// `vitte crash show 2025-10-22T13-05-42-123-9f8e7d6c` shows it, and `vitte crash upload` sends it
    /// ```
    fn help(&self) -> Option<String> {
        let mut lines = Vec::new();
        match self.kind() {
            // An error that ended the program is not always a bug.
            CrashKind::Error => {}
            CrashKind::OutOfMemory => {
                lines.push("give it more memory, or less to do at once".to_owned())
            }
            _ => lines.push(format!("this is a bug in `{}`, not in your program", self.program)),
        }
        if let Some(path) = &self.path {
            lines.push(format!("the report is in {}", path.to_string_lossy()));
            let folder = self.dir.as_deref().or(path.parent());
            let folder = folder.filter(|folder| *folder != Path::new(DEFAULT_DIR));
            let folder = folder.map(|folder| format!(" --dir {}", folder.to_string_lossy()));
            let (id, folder) = (&self.id, folder.unwrap_or_default());
            lines.push(format!(
                "`vitte crash show {id}{folder}` shows it, and `vitte crash upload` sends it"
            ));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// `vittec 0.1.0 (commit 1a2b3c, release) on linux x86_64, in thread main`
    fn build_line(&self) -> String {
        let mut line = self.program.clone();
        if !self.version.is_empty() {
            line += &format!(" {}", self.version);
        }
        let commit = self.commit.as_ref().map(|commit| format!("commit {commit}"));
        let facts: Vec<_> = commit.into_iter().chain(self.build.clone()).collect();
        if !facts.is_empty() {
            line += &format!(" ({})", facts.join(", "));
        }
        let SystemInfo { os, arch, .. } = &self.system;
        line + &format!(" on {os} {arch}, in thread {}", self.thread)
    }
}

/// The span of a context that has one.
fn span(entry: &ContextEntry) -> Option<Span> {
    let ContextLocation { id, lo, hi, .. } = *entry.location.as_ref()?;
    Span::new(FileId::new(id), lo, hi).ok()
}

/// `while type-checking (fn: area, pass: 2)`
fn label(entry: &ContextEntry) -> String {
    let values: Vec<_> =
        entry.values.iter().map(|value| format!("{}: {}", value.key, value.value)).collect();
    match values.is_empty() {
        true => format!("while {}", entry.name),
        false => format!("while {} ({})", entry.name, values.join(", ")),
    }
}

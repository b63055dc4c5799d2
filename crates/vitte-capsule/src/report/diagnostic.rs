//! A crash report as a fatal diagnostic, which is what the users of the compiler see.

use std::path::Path;

use vitte_diag::{Child, Diagnostic, FileId, Severity, SourceMap, Span, text};

use super::{
    ContextEntry, ContextLocation, CrashKind, CrashReport, CrashThread, DEFAULT_DIR, SystemInfo,
};

/// The maximum number of outer contexts that are labels. Further ones are only counted.
const MAX_OUTER_CONTEXTS: usize = 8;

/// The maximum number of other threads in the diagnostic of a dump.
const MAX_THREADS: usize = 8;

impl CrashReport {
    /// Returns the crash as a diagnostic of severity `fatal`, or a dump as one of severity `note`. The primary label is the innermost context that has a
    /// location, and the outer ones are secondary labels. The diagnostic has the backtrace, and all else as notes.
    ///
    /// The spans refer to the source map of the program. In another process, use [`sources`](Self::sources).
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut located = self.contexts.iter().filter_map(|entry| Some((entry, span(entry)?)));
        let (span, label) = match located.next() {
            Some((entry, span)) => (span, label(entry)),
            None => (Span::DUMMY, String::new()),
        };
        let severity =
            if self.kind() == CrashKind::Dump { Severity::Note } else { Severity::Fatal };
        let mut diagnostic =
            Diagnostic::new(severity, self.code, span, self.headline()).with_label(label);
        diagnostic.set_backtrace(self.backtrace.clone());
        let mut outer = located.collect::<Vec<_>>();
        let more = outer.len().saturating_sub(MAX_OUTER_CONTEXTS);
        outer.truncate(MAX_OUTER_CONTEXTS);
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
            diagnostic.add_note(format!("panicked at {location}"));
        }
        diagnostic.add_note(self.build_line());
        if self.kind() == CrashKind::Dump {
            self.add_threads(&mut diagnostic);
        }
        diagnostic
    }

    /// Adds what the other threads are working on.
    fn add_threads(&self, diagnostic: &mut Diagnostic) {
        let mut threads = self.threads.iter().skip(1).filter(|thread| !thread.contexts.is_empty());
        for thread in threads.by_ref().take(MAX_THREADS) {
            diagnostic.add_child(self.thread(thread));
        }
        let more = threads.count();
        if more > 0 {
            diagnostic.add_note(text::more("thread", more));
        }
    }

    /// Returns the note about a thread: `thread w1: while type-checking (fn: area)`, at the innermost context that has a
    /// location.
    fn thread(&self, thread: &CrashThread) -> Child {
        let located = thread.contexts.iter().find_map(|entry| Some((entry, span(entry)?)));
        let shown = located.map(|(entry, _)| entry).or(thread.contexts.first());
        let label = shown.map(label).unwrap_or_default();
        // A thread without a name has that of the program.
        let has_name = !thread.name.is_empty() && thread.name != self.program;
        let name = if has_name { thread.name.clone() } else { format!("#{}", thread.id) };
        let note = Child::note(format!("thread {name}: {label}"));
        match located {
            Some((_, span)) => note.with_label(span, ""),
            None => note,
        }
    }

    /// Returns a source map for [`to_diagnostic`](Self::to_diagnostic) with the source lines of the report. All
    /// other lines are blank.
    #[must_use]
    pub fn sources(&self) -> SourceMap {
        super::location::partial_sources(&self.contexts, &self.sources)
    }

    /// Returns what happened in one sentence.
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
            CrashKind::Dump => format!("`{program}` is still running: {message}"),
            CrashKind::Error | CrashKind::Other => format!("`{program}` failed: {message}"),
        }
    }

    /// Returns the help: whose bug it is, where the report is, and how to view and upload it.
    ///
    /// ```text
    /// this is a bug in `vittec`, not in your program
    /// the report is in target/crash-reports/panic/2025-10-22/1a2b3c4d/2025-10-22T13-05-42-123-9f8e7d6c.vittecrash
    /// to view it: `vitte crash show 2025-10-22T13-05-42-123-9f8e7d6c`
    /// to send it: `vitte crash upload 2025-10-22T13-05-42-123-9f8e7d6c --to TARGET`
    /// ```
    fn help(&self) -> Option<String> {
        let mut lines = Vec::new();
        match self.kind() {
            // An error that `main` returns is not always a bug.
            CrashKind::Error => {}
            CrashKind::Dump => {
                lines.push(format!("if it never ends, this is a bug in `{}`", self.program));
            }
            CrashKind::OutOfMemory => {
                lines.push(format!("give `{}` more memory or a smaller input", self.program));
            }
            _ => lines.push(format!("this is a bug in `{}`, not in your program", self.program)),
        }
        if let Some(path) = &self.path {
            lines.push(format!("the report is in {}", path.to_string_lossy()));
            let dir = self.dir.as_deref().or(path.parent());
            let dir = dir.filter(|dir| *dir != Path::new(DEFAULT_DIR));
            let dir = dir.map(|dir| format!(" --dir {}", dir.to_string_lossy()));
            let (id, dir) = (&self.id, dir.unwrap_or_default());
            lines.push(format!("to view it: `vitte crash show {id}{dir}`"));
            lines.push(format!("to send it: `vitte crash upload {id}{dir} --to TARGET`"));
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
        let details: Vec<_> = commit.into_iter().chain(self.build.clone()).collect();
        if !details.is_empty() {
            line += &format!(" ({})", details.join(", "));
        }
        let SystemInfo { os, arch, .. } = &self.system;
        line + &format!(" on {os} {arch}, in thread {}", self.thread)
    }
}

/// Returns the span of a context; `None` if it has no location.
fn span(entry: &ContextEntry) -> Option<Span> {
    let ContextLocation { id, lo, hi, .. } = *entry.location.as_ref()?;
    Span::new(FileId::new(id), lo, hi).ok()
}

/// `while type-checking (fn: area, pass: 2)`
fn label(entry: &ContextEntry) -> String {
    let fields: Vec<_> =
        entry.fields.iter().map(|field| format!("{}: {}", field.key, field.value)).collect();
    match fields.is_empty() {
        true => format!("while {}", entry.name),
        false => format!("while {} ({})", entry.name, fields.join(", ")),
    }
}

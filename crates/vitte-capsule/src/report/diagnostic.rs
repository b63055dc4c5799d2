//! A crash report as a fatal diagnostic, which is what the users of the compiler see.

use std::borrow::Cow;
use std::path::Path;

use vitte_diag::{Child, Diagnostic, FileId, Severity, SourceMap, Span, text};

use super::shell::shell_command;
use super::{
    ContextEntry, ContextLocation, CrashKind, CrashReport, CrashThread, DEFAULT_DIR, SystemInfo,
};

/// How much of a report is in its diagnostic. What is omitted is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
    /// The maximum number of outer contexts that are labels.
    pub(super) outer_contexts: usize,
    /// The maximum number of contexts without a location, and of other notes.
    pub(super) notes: usize,
    /// The maximum number of other threads of a dump.
    pub(super) threads: usize,
    /// The maximum number of lines of the message.
    pub(super) message_lines: usize,
    /// The maximum length of each line of the message and of each note, in characters.
    pub(super) line_chars: usize,
}

/// A name is at most this part of a line.
const MAX_NAME_SHARE: usize = 2;

impl Detail {
    /// Everything, but only the innermost located contexts.
    pub(super) const ALL: Self = Self {
        outer_contexts: 8,
        notes: usize::MAX,
        threads: 8,
        message_lines: usize::MAX,
        line_chars: usize::MAX,
    };

    /// Returns a line, or its start.
    fn line(self, line: &str) -> Cow<'_, str> {
        match line.char_indices().nth(self.line_chars) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()).into(),
            None => line.into(),
        }
    }

    /// Returns the name of a program, or its start.
    fn name(self, name: &str) -> Cow<'_, str> {
        Self { line_chars: self.line_chars / MAX_NAME_SHARE, ..self }.line(name)
    }

    /// Returns the first lines of a text.
    fn text(self, text: &str) -> String {
        let mut lines = text.lines();
        let shown: Vec<_> =
            lines.by_ref().take(self.message_lines).map(|line| self.line(line)).collect();
        let more = lines.count();
        let more = if more > 0 {
            format!("\n... and {}", text::more("line", more))
        } else {
            String::new()
        };
        shown.join("\n") + &more
    }
}

impl CrashReport {
    /// Returns the crash as a diagnostic of severity `fatal`, or a dump as one of severity `note`. The primary
    /// label is the innermost context that has a location, and the outer ones are secondary labels. The diagnostic has
    /// the backtrace, and all else as notes.
    ///
    /// The spans refer to the source map of the program. In another process, use [`sources`](Self::sources).
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic = self.diagnostic(Detail::ALL);
        let help: Vec<_> = self.advice(Detail::ALL).into_iter().chain(self.commands()).collect();
        if !help.is_empty() {
            diagnostic.add_help(help.join("\n"));
        }
        diagnostic.set_backtrace(self.backtrace.clone());
        diagnostic
    }

    /// Returns the diagnostic without help and backtrace.
    pub(super) fn diagnostic(&self, detail: Detail) -> Diagnostic {
        let label = |entry| detail.line(&label(entry)).into_owned();
        let mut located = self.contexts.iter().filter_map(|entry| Some((entry, span(entry)?)));
        let (span, primary) = match located.next() {
            Some((entry, span)) => (span, label(entry)),
            None => (Span::DUMMY, String::new()),
        };
        let severity =
            if self.kind() == CrashKind::Dump { Severity::Note } else { Severity::Fatal };
        let headline = self.headline(detail);
        let mut diagnostic =
            Diagnostic::new(severity, self.code, span, headline).with_label(primary);
        let mut outer = located.collect::<Vec<_>>();
        let mut more = outer.len().saturating_sub(detail.outer_contexts);
        outer.truncate(detail.outer_contexts);
        for (entry, span) in outer {
            diagnostic.add_secondary(span, label(entry));
        }
        let mut others = self.contexts.iter().filter(|entry| entry.location.is_none());
        for entry in others.by_ref().take(detail.notes) {
            diagnostic.add_note(label(entry));
        }
        more += others.count();
        if more > 0 {
            diagnostic.add_note(text::more("context", more));
        }
        // The last note is about the report itself, such as why it could not be stored.
        let (first, last) = match self.notes.split_last() {
            Some((last, first)) => (first, Some(last)),
            None => (&[][..], None),
        };
        let mut first = first.iter();
        let shown = first.by_ref().take(detail.notes.saturating_sub(1));
        shown.for_each(|note| _ = diagnostic.add_note(detail.text(note)));
        if first.len() > 0 {
            diagnostic.add_note(text::more("note", first.len()));
        }
        last.into_iter().for_each(|note| _ = diagnostic.add_note(detail.text(note)));
        if let Some(location) = &self.location {
            diagnostic.add_note(format!("panicked at {}", detail.line(location)));
        }
        diagnostic.add_note(detail.line(&self.build_line()).into_owned());
        if self.kind() == CrashKind::Dump {
            self.add_threads(detail, &mut diagnostic);
        }
        diagnostic
    }

    /// Adds what the other threads are working on.
    fn add_threads(&self, detail: Detail, diagnostic: &mut Diagnostic) {
        let others = self.other_threads().iter();
        let mut threads = others.filter(|thread| !thread.contexts.is_empty());
        for thread in threads.by_ref().take(detail.threads) {
            diagnostic.add_child(self.thread(thread, detail));
        }
        let more = threads.count();
        if more > 0 {
            diagnostic.add_note(text::more("thread", more));
        }
    }

    /// Returns the note about a thread: `thread w1: while type-checking (fn: area)`, at the innermost context that has a
    /// location.
    fn thread(&self, thread: &CrashThread, detail: Detail) -> Child {
        let located = thread.contexts.iter().find_map(|entry| Some((entry, span(entry)?)));
        let shown = located.map(|(entry, _)| entry).or(thread.contexts.first());
        let label = shown.map(label).unwrap_or_default();
        // A thread without a name has that of the program.
        let has_name = !thread.name.is_empty() && thread.name != self.program;
        let name = if has_name { thread.name.clone() } else { format!("#{}", thread.id) };
        let note = Child::note(format!("thread {}: {}", detail.name(&name), detail.line(&label)));
        match located {
            Some((_, span)) => note.with_label(span, ""),
            None => note,
        }
    }

    /// Returns a source map for [`to_diagnostic`](Self::to_diagnostic) with the source lines of the report. All
    /// other lines are blank.
    #[must_use]
    pub fn sources(&self) -> SourceMap {
        super::location::partial_sources(&self.contexts, &self.sources, &|_| None)
    }

    /// Returns what happened in one sentence.
    fn headline(&self, detail: Detail) -> String {
        let (program, message) = (detail.name(&self.program), detail.text(&self.message));
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

    /// Returns whose bug it is, and where to report it: `this is a bug in `mycc`, not in your program; report it at
    /// https://example.org/issues`.
    pub(super) fn advice(&self, detail: Detail) -> Option<String> {
        let program = detail.name(&self.program);
        let url = self.report_url.as_deref().filter(|url| !url.is_empty()).map(bounded);
        match self.kind() {
            // An error that `main` returns is not always a bug.
            CrashKind::Error => url.map(|url| format!("if this is a bug, report it at {url}")),
            CrashKind::Dump => {
                let bug = format!("if it never ends, this is a bug in `{program}`");
                Some(url.map_or(bug.clone(), |url| format!("{bug}; report it at {url}")))
            }
            CrashKind::OutOfMemory => {
                Some(format!("give `{program}` more memory or a smaller input"))
            }
            _ => {
                let bug = format!("this is a bug in `{program}`, not in your program");
                Some(url.map_or(bug.clone(), |url| format!("{bug}; report it at {url}")))
            }
        }
    }

    /// Returns where the report is, and how to view and upload it. Empty if it is not stored.
    ///
    /// ```text
    /// the report is in target/crash-reports/panic/2025-10-22/1a2b3c4d/2025-10-22T13-05-42-123-9f8e7d6c.vittecrash
    /// to view it: `vitte crash show 2025-10-22T13-05-42-123-9f8e7d6c`
    /// to send it: `vitte crash upload 2025-10-22T13-05-42-123-9f8e7d6c --to TARGET`
    /// ```
    pub(super) fn commands(&self) -> Vec<String> {
        let Some(path) = &self.path else { return Vec::new() };
        let dir = self.dir.as_deref().or(path.parent());
        let dir = dir.filter(|dir| *dir != Path::new(DEFAULT_DIR)).map(Path::to_string_lossy);
        let command = |verb: &str| {
            let name = bounded(self.command_name.as_deref().unwrap_or("vitte"));
            let command = shell_command(&[&*name, "crash", verb, &self.id]);
            dir.as_deref()
                .map_or(command.clone(), |dir| format!("{command} --dir {}", quoted_dir(dir)))
        };
        vec![
            format!("the report is in {}", path.to_string_lossy()),
            format!("to view it: `{}`", command("show")),
            format!("to send it: `{} --to TARGET`", command("upload")),
        ]
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

/// Quotes a directory for a shell, which expands a `~` only outside of quotes. The home directory is shown as `~`.
fn quoted_dir(dir: &str) -> String {
    match dir.strip_prefix("~/").filter(|rest| !rest.is_empty()) {
        Some(rest) => format!("~/{}", shell_command(&[rest])),
        None => shell_command(&[dir]),
    }
}

/// The maximum length of a URL or of the name of a command, in bytes.
const MAX_LINK_BYTES: usize = 300;

/// Returns a URL or the name of a command, cut if it is longer than any that a user could type.
fn bounded(text: &str) -> Cow<'_, str> {
    match text::truncate(text, MAX_LINK_BYTES) {
        head if head.len() < text.len() => Cow::Owned(format!("{head}...")),
        whole => Cow::Borrowed(whole),
    }
}

/// Returns the span of a context; `None` if it has no location.
fn span(entry: &ContextEntry) -> Option<Span> {
    let ContextLocation { id, lo, hi, .. } = *entry.location.as_ref()?;
    Span::new(FileId::new(id), lo, hi).ok()
}

/// `while type-checking (fn: area, pass: 2)`
fn label(entry: &ContextEntry) -> String {
    format!("while {}{}", entry.name, entry.fields_text())
}

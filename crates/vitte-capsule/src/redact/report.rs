//! Secrets of a report.

use std::borrow::Cow;

use vitte_diag::{Backtrace, Frame};

use super::{REDACTED, Redactor};
use crate::report::{
    ContextEntry, ContextField, ContextLocation, ContextVariable, CrashFrame, CrashReport,
    CrashThread, SourceLine, SourceLines, SystemInfo,
};

impl Redactor {
    /// A report, in all of its fields.
    ///
    /// The command is read as [`arguments`](Self::arguments), a value of a context by its key, the lines of
    /// sources as [`source`](Self::source), so that their offsets stay right. Functions, files and places
    /// are code: of those the users of URLs go. All else is [`text`](Self::text).
    pub fn report(&self, report: &mut CrashReport) {
        // Each field by its name, so that a new one cannot be forgotten: this does not compile without it.
        let CrashReport {
            timestamp,
            version,
            program,
            thread,
            signal,
            message,
            backtrace,
            system: SystemInfo { os, arch },
            id,
            session,
            frames,
            contexts,
            build,
            commit,
            args,
            registers,
            threads,
            // Letters and digits by its type.
            code: _,
            location,
            address,
            notes,
            sources,
            // Who has stored it knows where; its file does not say it.
            path: _,
            dir: _,
        } = report;
        for text in [timestamp, version, program, thread, message, os, arch, id, session] {
            self.set_text(text);
        }
        for text in [signal, build, commit, address].into_iter().flatten() {
            self.set_text(text);
        }
        notes.iter_mut().for_each(|note| self.set_text(note));
        location.iter_mut().for_each(|location| self.set_code(location));
        *args = self.arguments(args);
        *registers = self.environment(std::mem::take(registers));
        self.backtrace(backtrace);
        for CrashThread { id: _, name, backtrace } in threads {
            self.set_text(name);
            self.backtrace(backtrace);
        }
        frames.iter_mut().for_each(|frame| self.frame(frame));
        contexts.iter_mut().for_each(|entry| self.entry(entry));
        sources.iter_mut().for_each(|sources| self.lines(sources));
    }

    fn set_text(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }

    fn set_code(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.code(text) {
            *text = masked;
        }
    }

    fn backtrace(&self, backtrace: &mut Backtrace) {
        let is_masked = |frame: &Frame| matches!(self.code(frame.text()), Cow::Owned(_));
        if backtrace.frames().iter().any(is_masked) {
            let frames = backtrace.frames().iter();
            *backtrace = frames.map(|frame| Frame::new(self.code(frame.text()))).collect();
        }
    }

    fn frame(&self, frame: &mut CrashFrame) {
        let CrashFrame {
            function,
            file,
            line: _,
            column: _,
            inlined: _,
            module,
            offset: _,
            in_project: _,
        } = frame;
        for text in [function, file, module].into_iter().flatten() {
            self.set_code(text);
        }
    }

    fn entry(&self, entry: &mut ContextEntry) {
        let ContextEntry { name, values, location, variables } = entry;
        self.set_text(name);
        for ContextField { key, value } in values {
            *value = self.value(key, value);
            self.set_text(key);
        }
        for ContextVariable { key, value, error } in variables {
            if !self.is_secret(key) {
                self.json(value);
            } else if !value.is_null() {
                *value = REDACTED.into();
            }
            self.set_text(key);
            error.iter_mut().for_each(|error| self.set_text(error));
        }
        if let Some(ContextLocation { id: _, file: Some(file), lo: _, hi: _, line: _, col: _ }) =
            location
        {
            self.set_code(file);
        }
    }

    /// The lines together, because a literal or a private key may have more than one.
    fn lines(&self, sources: &mut SourceLines) {
        let SourceLines { id: _, file, lines } = sources;
        self.set_code(file);
        let texts =
            lines.iter().flat_map(|SourceLine { line: _, lo: _, text }| [text.as_str(), "\n"]);
        let text: String = texts.collect();
        let masked = self.source(text.as_bytes());
        let mut start = 0;
        for line in lines {
            let end = start + line.text.len();
            // Stars stand in the place of whole characters, because quotes and the like are ASCII.
            let own = masked.get(start..end).unwrap_or_default();
            line.text = String::from_utf8_lossy(own).into_owned();
            start = end + 1;
        }
    }
}

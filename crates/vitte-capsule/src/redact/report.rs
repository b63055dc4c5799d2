//! Redacts crash reports.

use std::borrow::Cow;

use vitte_diag::{Backtrace, Frame};

use super::{REDACTED, Redactor};
use crate::report::{
    Breadcrumb, ContextEntry, ContextField, ContextLocation, ContextVariable, CrashFrame,
    CrashReport, CrashThread, SourceLine, SourceLines, SystemInfo,
};

impl Redactor {
    /// Redacts all fields of a report.
    ///
    /// The command line is treated as [`arguments`](Self::arguments), variables and the fields of contexts and breadcrumbs as
    /// [`json`](Self::json), and source lines as [`source`](Self::source), so that their offsets remain valid. In
    /// functions, files and locations, a value counts only if it looks like a secret. All other fields are treated as
    /// [`text`](Self::text). `path` and `dir`, which are not serialised, do not change.
    pub fn report(&self, report: &mut CrashReport) {
        // Lists all fields, so that this does not compile if a new one is missing.
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
            // The type allows only letters and digits.
            code: _,
            location,
            address,
            notes,
            sources,
            report_url,
            process: _,
            deployment,
            test,
            breadcrumbs,
            // Not serialised.
            command_name: _,
            path: _,
            dir: _,
        } = report;
        for text in [timestamp, version, program, thread, message, os, arch, id, session] {
            self.set_text(text);
        }
        for text in [signal, build, commit, address, deployment, test].into_iter().flatten() {
            self.set_text(text);
        }
        notes.iter_mut().for_each(|note| self.set_text(note));
        report_url.iter_mut().for_each(|url| self.set_name(url));
        location.iter_mut().for_each(|location| self.set_name(location));
        *args = self.arguments(args);
        *registers = self.environment(std::mem::take(registers));
        self.backtrace(backtrace);
        for CrashThread { id: _, name, backtrace, contexts } in threads {
            self.set_text(name);
            self.backtrace(backtrace);
            contexts.iter_mut().for_each(|entry| self.entry(entry));
        }
        frames.iter_mut().for_each(|frame| self.frame(frame));
        contexts.iter_mut().for_each(|entry| self.entry(entry));
        sources.iter_mut().for_each(|sources| self.lines(sources));
        breadcrumbs.iter_mut().for_each(|breadcrumb| self.breadcrumb(breadcrumb));
    }

    fn set_text(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.text(text) {
            *text = redacted;
        }
    }

    fn set_name(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.name(text) {
            *text = redacted;
        }
    }

    fn backtrace(&self, backtrace: &mut Backtrace) {
        let is_changed = |frame: &Frame| matches!(self.name(frame.text()), Cow::Owned(_));
        if backtrace.frames().iter().any(is_changed) {
            let frames = backtrace.frames().iter();
            *backtrace = frames.map(|frame| Frame::new(self.name(frame.text()))).collect();
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
            build_id: _,
            in_project: _,
        } = frame;
        for text in [function, file, module].into_iter().flatten() {
            self.set_name(text);
        }
    }

    fn entry(&self, entry: &mut ContextEntry) {
        let ContextEntry { name, fields, location, variables, frame: _ } = entry;
        self.set_text(name);
        self.fields(fields);
        for ContextVariable { key, value, error } in variables {
            self.json_of(key, value);
            self.set_text(key);
            error.iter_mut().for_each(|error| self.set_text(error));
        }
        if let Some(ContextLocation { id: _, file: Some(file), lo: _, hi: _, line: _, col: _ }) =
            location
        {
            self.set_name(file);
        }
    }

    fn fields(&self, fields: &mut [ContextField]) {
        for ContextField { key, value } in fields {
            let is_secret = self.is_secret_variable(self.classify(key), value);
            *value = match is_secret {
                true => REDACTED.to_owned(),
                false => self.variable_text(value).into_owned(),
            };
            self.set_text(key);
        }
    }

    fn breadcrumb(&self, breadcrumb: &mut Breadcrumb) {
        let Breadcrumb { timestamp, level: _, target, message, fields, thread } = breadcrumb;
        for text in [timestamp, target, message, thread] {
            self.set_text(text);
        }
        self.fields(fields);
    }

    /// Redacts all lines as one text, because a literal or a private key may span several lines.
    fn lines(&self, sources: &mut SourceLines) {
        let SourceLines { id: _, file, lines } = sources;
        self.set_name(file);
        let texts =
            lines.iter().flat_map(|SourceLine { line: _, lo: _, text }| [text.as_str(), "\n"]);
        let text: String = texts.collect();
        let redacted = self.source(text.as_bytes());
        let mut start = 0;
        for line in lines {
            let end = start + line.text.len();
            // Valid UTF-8: whole characters are replaced, because secrets begin and end at ASCII characters.
            let text = redacted.get(start..end).unwrap_or_default();
            line.text = String::from_utf8_lossy(text).into_owned();
            start = end + 1;
        }
    }
}

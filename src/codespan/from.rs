//! Converts diagnostics of codespan-reporting to ours.

use codespan_reporting::diagnostic as theirs;

use crate::model::{Child, Code, Diagnostic, FileId, Severity, Span};

impl Diagnostic {
    /// Converts a diagnostic of codespan-reporting; `file` returns the file of one of its ids.
    ///
    /// - The severity `Bug` becomes `fatal`, and `Help` becomes `note`.
    /// - The first primary label stays primary. Others become secondary labels. Without a primary label the
    ///   diagnostic has [no location](Self::without_location), and its labels stay secondary.
    /// - A note that begins with `help: ` or `note: ` becomes help or a note without the prefix.
    /// - A code that is not a [`Code`] becomes a note.
    ///
    /// ```
    /// use codespan_reporting::diagnostic::{Diagnostic as Theirs, Label};
    /// use vitte_diag::{Diagnostic, SourceMap};
    ///
    /// let mut sources = SourceMap::new();
    /// let file = sources.add("a.vitte", "let x = @\n")?;
    /// let theirs = Theirs::error()
    ///     .with_code("E0001")
    ///     .with_message("illegal character `@`")
    ///     .with_label(Label::primary(0_usize, 8..9).with_message("no token begins with it"));
    /// let ours = Diagnostic::from_codespan(theirs, |_id| file);
    /// assert_eq!(ours.to_string(), "error[E0001]: illegal character `@`");
    /// assert_eq!(ours.labels().count(), 1);
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    pub fn from_codespan<F>(
        diagnostic: theirs::Diagnostic<F>,
        mut file: impl FnMut(&F) -> FileId,
    ) -> Self {
        let theirs::Diagnostic { severity, code, message, labels, notes } = diagnostic;
        let parsed = code.as_deref().and_then(|code| Code::new(code).ok());
        let mut ours = Self::without_location(self::severity(severity), parsed, message);
        for label in labels {
            let span = Span::between(file(&label.file_id), label.range.start, label.range.end);
            let is_primary = label.style == theirs::LabelStyle::Primary && ours.primary().is_none();
            if is_primary {
                ours.set_primary(span).set_label(label.message);
            } else {
                ours.add_secondary(span, label.message);
            }
        }
        add_notes(&mut ours, notes);
        if let (Some(code), None) = (code, parsed) {
            ours.add_note(format!("code: {code}"));
        }
        ours
    }
}

/// Converts a diagnostic, see [`Diagnostic::from_codespan`].
impl From<theirs::Diagnostic<FileId>> for Diagnostic {
    fn from(diagnostic: theirs::Diagnostic<FileId>) -> Self {
        Self::from_codespan(diagnostic, |id| *id)
    }
}

const fn severity(severity: theirs::Severity) -> Severity {
    match severity {
        theirs::Severity::Help | theirs::Severity::Note => Severity::Note,
        theirs::Severity::Warning => Severity::Warning,
        theirs::Severity::Error => Severity::Error,
        theirs::Severity::Bug => Severity::Fatal,
    }
}

/// Adds notes in their order. Help after the first note becomes a child, because the help text of a diagnostic comes
/// before its notes.
fn add_notes(diagnostic: &mut Diagnostic, notes: Vec<String>) {
    for note in notes {
        let is_first = diagnostic.help().is_none()
            && diagnostic.notes().next().is_none()
            && diagnostic.children().is_empty();
        let has_children = !diagnostic.children().is_empty();
        match (note.strip_prefix("help: "), note.strip_prefix("note: ")) {
            (Some(help), _) if is_first => _ = diagnostic.add_help(help.to_owned()),
            (Some(help), _) => _ = diagnostic.add_child(Child::help(help.to_owned())),
            (None, text) => {
                let text = text.unwrap_or(&note).to_owned();
                if has_children {
                    diagnostic.add_child(Child::note(text));
                } else {
                    diagnostic.add_note(text);
                }
            }
        }
    }
}

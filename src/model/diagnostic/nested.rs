//! Diagnostics below other diagnostics.

use std::borrow::Cow;

use super::{Child, Diagnostic, Extras, Label, Scope, Severity, TraceStep};
use crate::model::child::ChildLevel;

impl Diagnostic {
    /// Adds a diagnostic as a child, with its labels and suggestions. Its help, notes, children and trace follow as further
    /// children. Its code follows its message in brackets.
    ///
    /// The level is that of its severity, unless `level` is another one; `fatal` becomes `error`. Its backtrace becomes that of
    /// this diagnostic, or the text of a child if there already is one. Only its [tags](super::Tag) have no
    /// equivalent.
    ///
    /// ```
    /// use vitte_diag::{ChildLevel, Diagnostic, FileId, Span, code};
    ///
    /// let at = |offset| Span::empty(FileId::new(0), offset);
    /// let bound = Diagnostic::note(None, at(4), "required by this bound").with_help("remove the bound");
    /// let error = Diagnostic::error(code!("E0277"), at(40), "`Rc<u8>` cannot be sent between threads")
    ///     .with_nested(None, bound);
    /// assert_eq!(error.children()[0].labels().len(), 1);
    /// assert_eq!(error.children()[1].level(), ChildLevel::Help);
    /// ```
    pub fn with_nested(mut self, level: impl Into<Option<ChildLevel>>, nested: Self) -> Self {
        self.add_nested(level, nested);
        self
    }

    /// Adds a diagnostic as a child in place, see [`with_nested`](Self::with_nested).
    pub fn add_nested(&mut self, level: impl Into<Option<ChildLevel>>, nested: Self) -> &mut Self {
        let level = level.into().unwrap_or(match nested.severity {
            Severity::Note => ChildLevel::Note,
            Severity::Warning => ChildLevel::Warning,
            Severity::Error | Severity::Fatal => ChildLevel::Error,
        });
        let message = match nested.code {
            Some(code) => Cow::Owned(format!("{} [{code}]", nested.message)),
            None => nested.message,
        };
        let child = Child::new(level, message);
        let labels =
            Labels { scope: nested.scope, primary: nested.primary, others: nested.secondary };
        self.add_parts(child, labels, nested.help, nested.extras)
    }

    /// Adds a diagnostic as a child that has its message already.
    pub(super) fn add_as(&mut self, child: Child, nested: Self) -> &mut Self {
        let labels =
            Labels { scope: nested.scope, primary: nested.primary, others: nested.secondary };
        self.add_parts(child, labels, nested.help, nested.extras)
    }

    /// Adds the child that a diagnostic becomes, and children for what it has no room for.
    fn add_parts(
        &mut self,
        mut child: Child,
        labels: Labels,
        help: Option<Cow<'static, str>>,
        extras: Option<Box<Extras>>,
    ) -> &mut Self {
        let unlocated = labels.add_to(&mut child);
        let Extras { notes, children, trace, suggestions, backtrace } =
            extras.map_or_else(Extras::default, |extras| *extras);
        for suggestion in suggestions {
            child.add_suggestion(suggestion);
        }
        self.add_child(child);
        let texts = unlocated.into_iter().map(Child::note);
        let texts = texts.chain(help.map(Child::help)).chain(notes.into_iter().map(Child::note));
        for child in texts.chain(children).chain(trace.into_iter().map(TraceStep::into_child)) {
            self.add_child(child);
        }
        if self.backtrace().is_none() {
            self.set_backtrace(backtrace);
        } else if !backtrace.is_empty() {
            self.add_child(Child::note(format!("backtrace:\n{backtrace}")));
        }
        self
    }
}

/// The labels of a nested diagnostic.
struct Labels {
    scope: Scope,
    primary: Label,
    others: Vec<Label>,
}

impl Labels {
    /// Adds the labels to a child. Returns the message of the primary label if there is no place for it.
    fn add_to(self, child: &mut Child) -> Option<Cow<'static, str>> {
        let mut primary = self.primary;
        let unlocated = match self.scope {
            Scope::Span => None,
            Scope::File => {
                // A child has no file of its own.
                let text = primary.take_message();
                primary.set_message("in this file");
                text
            }
            Scope::Nothing => primary.take_message(),
        };
        if self.scope != Scope::Nothing {
            child.push_label(primary);
        }
        self.others.into_iter().for_each(|label| child.push_label(label));
        unlocated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Applicability, Edit, FileId, Frame, Span, Suggestion};
    use crate::{Backtrace, code};

    fn at(offset: u32) -> Span {
        Span::empty(FileId::new(0), offset)
    }

    fn outer() -> Diagnostic {
        Diagnostic::error(None, at(90), "outer")
    }

    #[test]
    fn nothing_of_a_nested_diagnostic_is_lost() {
        let edit = Edit::remove(at(1));
        let suggestion = Suggestion::single("remove it", edit, Applicability::Unspecified);
        let backtrace = || [Frame::new("f")].into_iter().collect::<Backtrace>();
        let nested = Diagnostic::warning(code!("W1"), at(1), "inner")
            .with_label("here")
            .with_secondary(at(2), "there")
            .with_help("help")
            .with_note("note")
            .with_child(Child::error("child").with_label(at(3), ""))
            .with_step(TraceStep::call("called here").with_span(at(4)))
            .with_step(TraceStep::call("called"))
            .with_suggestion(suggestion.clone())
            .with_backtrace(backtrace());
        let expected = outer()
            .with_child(
                Child::warning("inner [W1]")
                    .with_label(at(1), "here")
                    .with_label(at(2), "there")
                    .with_suggestion(suggestion),
            )
            .with_child(Child::help("help"))
            .with_child(Child::note("note"))
            .with_child(Child::error("child").with_label(at(3), ""))
            .with_child(Child::note("called here").with_label(at(4), ""))
            .with_child(Child::note("called"))
            .with_backtrace(backtrace());
        assert_eq!(outer().with_nested(None, nested.clone()), expected);
        let twice = expected.clone().with_nested(ChildLevel::Help, nested);
        assert_eq!(twice.children().len(), 2 * expected.children().len() + 1);
        assert_eq!(twice.children()[6].level(), ChildLevel::Help);
        assert_eq!(twice.children().last().map(Child::message), Some("backtrace:\n0: f"));
    }

    #[test]
    fn nested_diagnostics_without_a_location_keep_their_texts() {
        let nowhere =
            Diagnostic::without_location(Severity::Fatal, None, "inner").with_label("label");
        let expected = outer().with_child(Child::error("inner")).with_child(Child::note("label"));
        assert_eq!(outer().with_nested(None, nowhere), expected);
        let file = FileId::new(7);
        let whole = Diagnostic::for_file(Severity::Note, None, file, "inner").with_label("label");
        let child = Child::note("inner").with_label(Span::empty(file, 0), "in this file");
        let expected = outer().with_child(child).with_child(Child::note("label"));
        assert_eq!(outer().with_nested(None, whole), expected);
    }
}

use super::*;
use crate::{FileId, Frame, code};

fn sample() -> Diagnostic {
    Diagnostic::error(code!("E0001"), Span::empty(FileId::new(0), 0), "m")
}

#[test]
fn exactly_one_label_is_primary_and_it_is_the_first() {
    let span = Span::empty(FileId::new(0), 7);
    let diagnostic = sample().with_secondary(span, "a").with_label("p").with_secondary(span, "");
    let styles: Vec<_> = diagnostic.labels().map(Label::style).collect();
    assert_eq!(styles, [LabelStyle::Primary, LabelStyle::Secondary, LabelStyle::Secondary]);
    let messages: Vec<_> = diagnostic.labels().map(Label::message).collect();
    assert_eq!(messages, [Some("p"), Some("a"), None]);
}

/// A bag may contain a million diagnostics, see `tests/it/memory.rs`.
#[test]
fn a_diagnostic_is_small() {
    assert!(size_of::<Diagnostic>() <= 144, "{}", size_of::<Diagnostic>());
}

#[test]
fn equality_compares_contents_and_not_the_order_of_setters() {
    use crate::{Applicability, Edit};
    let edit = Edit::remove(Span::empty(FileId::new(0), 0));
    let suggestion = Suggestion::single("s", edit, Applicability::Unspecified);
    assert_eq!(sample().suggestions(), []);
    assert_eq!(sample().notes().next(), None);
    let noted = sample().with_note("n");
    assert_eq!((noted.notes().count(), noted.suggestions().len()), (1, 0));
    assert_ne!(noted, sample());
    let both = noted.clone().with_suggestion(suggestion.clone()).with_note("o");
    assert_eq!(both, sample().with_suggestion(suggestion).with_note("n").with_note("o"));
    assert_eq!(both.notes().collect::<Vec<_>>(), ["n", "o"]);
    assert_ne!(both, noted);
}

#[test]
fn an_empty_backtrace_is_none() {
    let backtrace = || [Frame::new("f")].into_iter().collect::<Backtrace>();
    let with = sample().with_backtrace(backtrace());
    assert_eq!(with.backtrace(), Some(&backtrace()));
    assert_ne!(with, sample());
    assert_eq!(with.clone().with_backtrace(Backtrace::default()), sample());
    let noted = with.with_note("n").with_backtrace(Backtrace::default());
    assert_eq!((noted.backtrace(), &noted), (None, &sample().with_note("n")));
    assert_eq!(sample().with_backtrace(Backtrace::default()).backtrace(), None);
}

#[test]
fn a_second_help_is_appended() {
    assert_eq!(sample().with_help("a").with_help(String::from("b")).help(), Some("a\nb"));
}

#[test]
fn labels_of_a_list_are_kept_whether_there_is_a_location_or_not() {
    let span = |at| Span::empty(FileId::new(0), at);
    let labels = || [(span(1), "a"), (span(2), "b")];
    let messages = |diagnostic: &Diagnostic| {
        diagnostic
            .labels()
            .map(|label| label.message().unwrap_or("").to_owned())
            .collect::<Vec<_>>()
    };
    let nowhere = || Diagnostic::without_location(Severity::Error, None, "m");
    assert_eq!(messages(&nowhere().with_labels(labels())), ["a", "b"]);
    assert_eq!(messages(&sample().with_labels(labels())), ["", "a", "b"]);
    assert_eq!(nowhere().with_labels(None::<(Span, String)>), nowhere());
    let dummy = nowhere().with_labels([(Span::DUMMY, "x"), (span(1), "a")]);
    assert_eq!(messages(&dummy), ["a"]);
}

#[derive(Debug)]
struct Plain;

impl std::fmt::Display for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a plain error")
    }
}

/// An error with a cause.
#[derive(Debug)]
struct Outer(Diagnostic);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot compile `shop`")
    }
}

impl std::error::Error for Plain {}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_error_and_its_causes_become_a_diagnostic() {
    let error = Outer(sample().with_label("here"));
    let diagnostic = Diagnostic::from_error(&error);
    assert_eq!(diagnostic.to_string(), "error: cannot compile `shop`");
    let [cause] = diagnostic.children() else { panic!("one cause") };
    assert_eq!(cause.message(), "caused by: error[E0001]: m");
    assert_eq!(cause.labels().len(), 1, "the labels of a diagnostic are kept");
    assert_eq!(Diagnostic::from_error(&Plain).children(), []);
}

#[test]
fn a_diagnostic_is_returned_with_a_question_mark() {
    fn fails() -> Result<(), Box<dyn std::error::Error>> {
        Err(sample())?
    }
    fn fails_in_a_thread() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err(sample())?
    }
    assert_eq!(Diagnostic::from(fails().unwrap_err()), sample());
    assert_eq!(Diagnostic::from(fails_in_a_thread().unwrap_err()), sample());
    let other: Box<dyn std::error::Error> = "not a diagnostic".into();
    assert_eq!(Diagnostic::from(other).message(), "not a diagnostic");
}

/// An error that forwards the text of its cause, as some derives do.
#[derive(Debug)]
struct Forwarding(Diagnostic);

impl std::fmt::Display for Forwarding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Forwarding {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// An error as `context` of `anyhow` makes it, of a private type.
#[derive(Debug)]
struct Context(String, Box<dyn std::error::Error + 'static>);

impl std::fmt::Display for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Context {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.1)
    }
}

/// A diagnostic with every part.
fn full() -> Diagnostic {
    use crate::{Applicability, Edit};
    let span = Span::empty(FileId::new(0), 7);
    let edit = Suggestion::single("s", Edit::remove(span), Applicability::MachineApplicable);
    sample()
        .with_label("here")
        .with_secondary(span, "there")
        .with_note("a note")
        .with_help("some help")
        .with_child(Child::warning("a child").with_label(span, "x"))
        .with_step(TraceStep::call("called here").with_span(span))
        .with_suggestion(edit)
        .with_backtrace([Frame::new("f")].into_iter().collect())
}

#[test]
fn a_cause_that_is_a_diagnostic_keeps_its_parts() {
    let diagnostic = Diagnostic::from_error(&Outer(full()));
    let messages: Vec<&str> = diagnostic.children().iter().map(Child::message).collect();
    let expected = ["caused by: error[E0001]: m", "some help", "a note", "a child", "called here"];
    assert_eq!(messages, expected);
    let [cause, _, _, child, _] = diagnostic.children() else { panic!("five children") };
    assert_eq!((cause.labels().len(), cause.suggestions()), (2, full().suggestions()));
    assert_eq!(child, &full().children()[0]);
    assert_eq!(diagnostic.backtrace(), full().backtrace());
    let span = Span::empty(FileId::new(3), 0);
    let of_file = Outer(Diagnostic::for_file(Severity::Error, None, span.file(), "empty"));
    assert_eq!(Diagnostic::from_error(&of_file).children()[0].labels()[0].span(), span);
}

#[test]
fn the_diagnostic_of_a_report_is_found_and_contexts_become_notes() {
    let warning = || full().with_severity(Severity::Warning);
    assert_eq!(Diagnostic::from_report(None, &warning()), warning());
    assert_eq!(Diagnostic::from_report(None, &Forwarding(warning())), warning());
    let report = Context("outer".into(), Box::new(Outer(warning())));
    let expected =
        warning().with_child(Child::note("cannot compile `shop`")).with_child(Child::note("outer"));
    assert_eq!(Diagnostic::from_report(None, &report), expected);
    assert_eq!(Diagnostic::from_report(Some(&warning()), &report), expected);
    let plain = Context("outer".into(), Box::new(Plain));
    assert_eq!(Diagnostic::from_report(None, &plain), Diagnostic::from_error(&plain));
}

#[test]
fn a_diagnostic_in_a_box_is_one() {
    use std::error::Error;
    use std::sync::Arc;
    let errors: [Box<dyn Error>; 3] =
        [full().into(), Box::new(Box::new(full())), Box::new(Arc::new(full()))];
    for error in errors {
        assert_eq!(Diagnostic::from_report(error.downcast_ref(), &*error), full());
        let cause = Diagnostic::from_error(&Context("outer".into(), Box::new(Arc::new(full()))));
        assert_eq!(cause.children()[0].labels().len(), 2);
        assert_eq!(Diagnostic::from(error), full());
    }
    let error: Box<dyn Error + Send + Sync> = Box::new(Box::new(full()));
    assert_eq!(Diagnostic::from(error), full());
}

#[test]
fn a_diagnostic_that_was_added_as_context_keeps_its_cause() {
    let report = Context(full().to_string(), Box::new(Outer(sample())));
    let report = Context("outer".into(), Box::new(report));
    let expected = full()
        .with_child(Child::note("caused by: cannot compile `shop`"))
        .with_child(
            Child::note("caused by: error[E0001]: m")
                .with_label(Span::empty(FileId::new(0), 0), ""),
        )
        .with_child(Child::note("outer"));
    let other = Diagnostic::from_report(Some(&full().with_code(code!("E0002"))), &report);
    assert_eq!(Diagnostic::from_report(Some(&full()), &report), expected);
    let last = other.children().iter().map(Child::message).collect::<Vec<_>>();
    assert_eq!(last[1..], ["error[E0001]: m", "cannot compile `shop`", "error[E0001]: m", "outer"]);
}

#[test]
fn a_converted_error_that_was_added_as_context_keeps_its_cause() {
    // The objects of `anyhow` have the text of the context, which is the message of the converted error.
    let context = |cause: Box<dyn std::error::Error>| {
        Context("outer".into(), Box::new(Context("m".into(), cause)))
    };
    let messages = |found: &Diagnostic, report: &Context| {
        let diagnostic = Diagnostic::from_report(Some(found), report);
        diagnostic.children().iter().map(|child| child.message().to_owned()).collect::<Vec<_>>()
    };
    let plain = context(Box::new(Context("cannot read".into(), Box::new(Plain))));
    let cause = format!("caused by: {Plain}");
    assert_eq!(messages(&sample(), &plain), ["caused by: cannot read", &cause, "outer"]);
    // The diagnostic of the error has its own causes.
    let with_cause = sample().with_cause(&Plain);
    assert_eq!(messages(&with_cause, &context(Box::new(Plain))), [&*cause, "outer"]);
}

#[test]
fn an_endless_chain_of_causes_ends() {
    #[derive(Debug)]
    struct Endless;
    impl std::fmt::Display for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("again")
        }
    }
    impl std::error::Error for Endless {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&Endless)
        }
    }
    let diagnostic = Diagnostic::from_error(&Endless);
    assert_eq!(diagnostic.children().len(), 64);
    assert_eq!(diagnostic.notes().next(), Some("only the first 64 causes are shown"));
    let caused = sample().with_cause(&Endless);
    assert_eq!((caused.children().len(), caused.notes().count()), (64, 1));
    assert_eq!(caused.children()[0].message(), "caused by: again");
    assert_eq!(Diagnostic::from_report(None, &Endless), diagnostic);
    let found = Diagnostic::from_report(Some(&sample()), &Endless);
    assert_eq!(found.children().len(), 64);
    assert_eq!(found.notes().next(), Some("only the first 64 causes are shown"));
}

#[test]
fn a_diagnostic_without_a_location_has_no_primary_label() {
    let file = FileId::new(3);
    let dummy = Diagnostic::error(None, Span::DUMMY, "m");
    assert_eq!(dummy, Diagnostic::without_location(Severity::Error, None, "m"));
    assert_eq!((dummy.primary(), dummy.file()), (None, None));
    let whole = Diagnostic::for_file(Severity::Error, None, file, "m");
    assert_eq!((whole.primary(), whole.file()), (None, Some(file)));
    assert_ne!(whole, Diagnostic::error(None, Span::empty(file, 0), "m"));
    let located = whole.with_primary(Span::empty(file, 7));
    assert_eq!(located, Diagnostic::error(None, Span::empty(file, 7), "m"));
    assert_eq!(located.with_file(FileId::DUMMY).file(), None);
}

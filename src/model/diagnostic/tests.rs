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

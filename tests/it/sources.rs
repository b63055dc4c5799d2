//! Texts that are shared, lazy, replaced, removed, embedded, or without their first lines, in every format.

mod edits;
mod embedded;
mod positions;

use std::io;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use vitte_diag::{
    Applicability, Diagnostic, DiagnosticBag, Edit, FileId, Severity, SourceError, SourceFile,
    SourceMap, SourceText, Span, Suggestion, Tool, fix, lsp,
};

use crate::common::{self, CODE};

fn error_at(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, span, "something is wrong").with_label("here")
}

fn human(sources: &SourceMap, diagnostic: Diagnostic) -> String {
    let bag: DiagnosticBag = [diagnostic].into_iter().collect();
    common::human(sources, &bag, |emitter| emitter)
}

fn json(sources: &SourceMap, diagnostic: Diagnostic) -> serde_json::Value {
    let bag: DiagnosticBag = [diagnostic].into_iter().collect();
    serde_json::from_str(&common::json(sources, &bag)).unwrap()
}

#[test]
#[allow(clippy::needless_borrows_for_generic_args, reason = "each type is tested, also borrowed")]
fn every_type_that_converts_to_bytes_is_a_text() {
    use std::borrow::Cow;
    let (mut sources, mut ids) = (SourceMap::new(), Vec::new());
    let (mut text, mut bytes, mut array) = (String::from("abc"), *b"abc", *b"abc");
    ids.push(sources.add("a", "abc"));
    ids.push(sources.add("a", text.as_mut_str()));
    ids.push(sources.add("a", &text));
    ids.push(sources.add("a", text.clone()));
    ids.push(sources.add("a", text.into_boxed_str()));
    ids.push(sources.add("a", b"abc"));
    ids.push(sources.add("a", *b"abc"));
    ids.push(sources.add("a", &mut array));
    ids.push(sources.add("a", bytes.as_slice()));
    ids.push(sources.add("a", bytes.as_mut_slice()));
    ids.push(sources.add("a", bytes.to_vec()));
    ids.push(sources.add("a", &bytes.to_vec()));
    ids.push(sources.add("a", bytes.to_vec().into_boxed_slice()));
    ids.push(sources.add("a", Cow::Borrowed(bytes.as_slice())));
    ids.push(sources.add("a", std::collections::VecDeque::from(bytes)));
    ids.push(sources.add("a", std::collections::BinaryHeap::from(*b"a")));
    ids.push(sources.add("a", std::ffi::CString::new("abc").unwrap()));
    ids.push(sources.add("a", SourceText::from_bytes(bytes)));
    ids.push(sources.add("a", Arc::<str>::from("abc")));
    ids.push(sources.add("a", Arc::new(String::from("abc"))));
    ids.push(sources.add("a", Cow::<'static, str>::Borrowed("abc")));
    ids.push(sources.add("a", Cow::<'static, str>::Owned("abc".into())));
    ids.push(sources.add("a", SourceText::lazy(|| Ok("abc"))));
    for id in ids {
        let file = sources.file(id.unwrap()).unwrap();
        assert!(["abc", "a"].contains(&file.text()) && file.line_count() == 1);
    }
}

#[test]
fn shared_texts_are_not_copied() {
    let shared: Arc<str> = Arc::from("shared");
    let string = Arc::new(String::from("string"));
    let mut sources = SourceMap::new();
    let of = |sources: &SourceMap, id| sources.file(id).unwrap().text().as_ptr();
    let id = sources.insert("a", &shared);
    assert_eq!(of(&sources, id), shared.as_ptr());
    let id = sources.insert("b", Arc::clone(&string));
    assert_eq!(of(&sources, id), string.as_ptr());
    let text: &'static str = "static";
    let id = sources.insert("c", SourceText::from_static(text));
    assert_eq!(of(&sources, id), text.as_ptr());
    let id = sources.insert("d", std::borrow::Cow::Borrowed(text));
    assert_eq!(of(&sources, id), text.as_ptr());
    let lazy = Arc::clone(&shared);
    let id = sources.insert("e", SourceText::lazy(move || Ok(lazy)));
    assert_eq!(of(&sources, id), shared.as_ptr());
}

/// A map can be used after a caught panic, and by several threads.
#[test]
fn a_map_is_send_and_unwind_safe() {
    const fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    const { check::<SourceMap>() };
    const { check::<SourceFile>() };
}

#[test]
fn a_lazy_text_is_computed_once_when_it_is_needed() {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut sources = SourceMap::with_root("/ws");
    let counter = Arc::clone(&calls);
    let file = sources.insert(
        "a.vitte",
        SourceText::lazy(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok("let x = @\n")
        }),
    );
    // Neither the path nor the URL, nor a list of files, nor a diagnostic about something else needs the text.
    let about = Diagnostic::for_file(Severity::Warning, CODE, file, "no license");
    let unrelated: DiagnosticBag = [about, error_at(Span::DUMMY)].into_iter().collect();
    common::all(&sources, &unrelated);
    assert_eq!(lsp::publish(&sources, &unrelated, &Tool::default()).len(), 2);
    assert!(sources.url(file).is_some() && format!("{sources:?}").contains("a.vitte"));
    assert!(!sources.file(file).unwrap().is_loaded());
    assert_eq!(calls.load(Ordering::SeqCst), 0);

    let clone = sources.clone();
    for sources in [&sources, &clone] {
        let out = human(sources, error_at(Span::between(file, 8, 9)));
        assert!(out.contains("1 | let x = @\n"), "{out}");
    }
    assert!(clone.file(file).unwrap().is_loaded());
    assert_eq!(calls.load(Ordering::SeqCst), 1, "the clone shares the text");
}

#[test]
fn threads_wait_for_one_computation_of_a_lazy_text() {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut sources = SourceMap::new();
    let counter = Arc::clone(&calls);
    let file = sources.insert(
        "a.vitte",
        SourceText::lazy(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            std::thread::yield_now();
            Ok("one\ntwo")
        }),
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(sources.file(file).unwrap().line_count(), 2));
        }
    });
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn a_lazy_text_that_fails_is_reported_by_each_diagnostic_that_needs_it() {
    let mut sources = SourceMap::new();
    let file = sources
        .insert("a.vitte", SourceText::lazy(|| Err::<&str, _>(io::Error::other("no\nroom"))));
    let span = Span::between(file, 8, 9);
    let edit = Suggestion::single(
        "write it",
        Edit::insert(file, 0, "x"),
        Applicability::MachineApplicable,
    );
    let diagnostic = error_at(span).with_secondary(span, "and here").with_suggestion(edit.clone());
    let found = json(&sources, diagnostic.clone());
    let notes = found["notes"].as_array().unwrap();
    assert_eq!(
        notes,
        &[
            "the lines and columns of `a.vitte` are unknown: cannot read `a.vitte`: no\\nroom",
            "the suggestion `write it` is omitted because one of its edits is invalid: the text of `a.vitte` is not \
             available: cannot read `a.vitte`: no\\nroom",
        ]
    );
    assert_eq!((&found["primary"]["lo"], &found["primary"]["hi"]), (&8.into(), &9.into()));
    assert!(
        human(&sources, diagnostic)
            .contains("= note: the lines and columns of `a.vitte` are unknown")
    );
    assert_eq!(
        fix::apply(&sources, [&edit]).rejected[0].to_string(),
        "`write it` was not applied: the text of `a.vitte` is not available: cannot read `a.vitte`: no\\nroom"
    );
    let file = sources.file(file).unwrap();
    assert!(matches!(file.load_error(), Some(SourceError::Io { .. })));
    assert!(matches!(file.line_span(1), Err(SourceError::Unavailable { .. })));
}

/// The panic reaches the one who needed the text. Nothing is poisoned.
#[test]
fn a_lazy_text_that_panics_is_unavailable_afterwards() {
    fn fail() -> io::Result<&'static str> {
        std::panic::resume_unwind(Box::new("no text"))
    }
    let mut sources = SourceMap::new();
    let file = sources.insert("a.vitte", SourceText::lazy(fail));
    let payload =
        catch_unwind(AssertUnwindSafe(|| human(&sources, error_at(Span::empty(file, 0)))));
    assert_eq!(*payload.unwrap_err().downcast::<&str>().unwrap(), "no text");
    let out = human(&sources, error_at(Span::empty(file, 0)));
    assert!(out.contains("the function that returns the text panicked"), "{out}");
}

#[test]
fn a_lazy_text_may_return_a_lazy_text_and_a_first_line() {
    let mut sources = SourceMap::new();
    let lines = |outer: u32, inner: u32| {
        SourceText::lazy(move || Ok(SourceText::lazy(|| Ok("a\nb")).with_first_line(inner)))
            .with_first_line(outer)
    };
    for (outer, inner, expected) in [(1, 1, 1), (1, 7, 7), (9, 7, 9), (9, 0, 9)] {
        let file = sources.insert("a", lines(outer, inner));
        assert_eq!(sources.file(file).unwrap().first_line(), expected);
        assert_eq!(sources.file(file).unwrap().last_line(), expected + 1);
    }
}

#[test]
fn a_removed_file_is_gone_and_its_labels_are_notes() {
    let mut sources = SourceMap::with_root("/ws");
    let (first, gone) = (sources.insert("a.vitte", "let x = 1\n"), sources.insert("b.vitte", "bb"));
    let text = sources.file_arc(gone).unwrap();
    assert_eq!(Arc::strong_count(&text), 2);
    let removed = sources.remove(gone).unwrap();
    assert_eq!(
        (Arc::strong_count(&text), removed.text()),
        (2, "bb"),
        "the map does not keep the text"
    );
    assert!(matches!(sources.remove(gone), Err(SourceError::Removed { file, .. }) if file == gone));
    assert!(matches!(sources.replace(gone, ""), Err(SourceError::Removed { .. })));
    assert!(matches!(sources.span(gone, 0..1), Err(SourceError::Removed { .. })));
    assert!(matches!(sources.remove(FileId::new(9)), Err(SourceError::UnknownFile(_))));
    assert_eq!((sources.url(gone), sources.files().count()), (None, 1));
    assert_eq!(sources.insert("b.vitte", "cc"), FileId::new(2), "the id is not used again");

    let span = Span::between(gone, 0, 1);
    let edit = Suggestion::single("rename", Edit::remove(span), Applicability::Unspecified);
    let diagnostic = error_at(Span::between(first, 4, 5))
        .with_secondary(span, "declared here")
        .with_suggestion(edit.clone());
    let notes = json(&sources, diagnostic)["notes"].clone();
    assert_eq!(
        notes,
        serde_json::json!([
            "a secondary label is at bytes 0..1 of file 1 (`b.vitte`), which was removed: declared here",
            "the suggestion `rename` is omitted because one of its edits is invalid: file 1 (`b.vitte`) was removed",
        ])
    );
    let about = Diagnostic::for_file(Severity::Error, CODE, gone, "m");
    let note = "the diagnostic is about file 1 (`b.vitte`), which was removed";
    assert_eq!(json(&sources, about)["notes"], serde_json::json!([note]));
    assert_eq!(
        fix::apply(&sources, [&edit]).rejected[0].to_string(),
        "`rename` was not applied: file 1 (`b.vitte`) was removed"
    );
}

#[test]
fn a_replaced_file_has_the_path_and_url_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.vitte"), "let x = @\n").unwrap();
    let mut sources = SourceMap::new();
    let old = sources.load(dir.path().join("a.vitte")).unwrap();
    let (url, before) = (sources.url(old).unwrap(), sources.clone());
    let new = sources.replace(old, "let xyz = 1\n").unwrap();
    assert_eq!((sources.url(new), sources.url(old)), (Some(url.clone()), None));
    let disk_path =
        |sources: &SourceMap, id| sources.file(id).unwrap().disk_path().map(ToOwned::to_owned);
    assert_eq!(disk_path(&sources, new), disk_path(&before, old));
    assert_eq!(before.file(old).unwrap().text(), "let x = @\n", "a clone keeps the old text");

    // A diagnostic of the old text is not published for the new one.
    let mut bag = DiagnosticBag::new();
    bag.push(error_at(Span::between(old, 8, 9)));
    bag.push(error_at(Span::between(new, 4, 7)));
    let published = lsp::publish(&sources, &bag, &Tool::default());
    let published: Vec<_> =
        published.iter().map(|file| (file.uri().to_owned(), file.len())).collect();
    assert_eq!(published[0], (url, 1));
    assert_eq!((published.len(), published[1].1), (2, 1));
    assert!(published[1].0.starts_with("untitled:"), "{published:?}");
}

#[test]
fn an_editor_may_replace_a_file_many_times() {
    let mut sources = SourceMap::new();
    let mut file = sources.insert("a.vitte", "");
    for number in 0..10_000 {
        file = sources.replace(file, format!("let x = {number}\n")).unwrap();
    }
    assert_eq!(sources.files().map(SourceFile::text).collect::<Vec<_>>(), ["let x = 9999\n"]);
    assert_eq!(file, FileId::new(10_000));
}

#[test]
fn a_text_that_cannot_be_stored_does_not_replace_the_old_one() {
    let mut sources = SourceMap::new();
    let file = sources.insert("a.vitte", "old");
    let error =
        sources.replace(file, SourceText::from("abc").with_first_line(u32::MAX)).unwrap_err();
    assert_eq!(error.to_string(), "the 3 bytes of `a.vitte` cannot begin at line 4294967295");
    assert_eq!(sources.file(file).unwrap().text(), "old");
    assert_eq!(sources.files().count(), 1);
}

#[test]
fn a_snippet_has_the_line_numbers_of_the_whole_file() {
    let mut sources = SourceMap::with_root("/ws");
    let text = SourceText::from("let x = 1\nlet y = @\nlet z = 3\n").with_first_line(99);
    let file = sources.add("a.vitte", text).unwrap();
    let span = Span::between(file, 18, 19);
    let edit =
        Suggestion::single("write 2", Edit::replace(span, "2"), Applicability::MachineApplicable);
    let diagnostic = error_at(span).with_suggestion(edit.clone());
    assert_eq!(
        human(&sources, diagnostic.clone()),
        "error[E0042]: something is wrong\n   --> a.vitte:100:9\n    |\n100 | let y = @\n    |         ^ here\n    \
         |\nhelp: write 2\n    |\n100 - let y = @\n100 + let y = 2\n    |\n"
    );
    let found = json(&sources, diagnostic.clone());
    let primary = &found["primary"];
    assert_eq!(
        (&primary["line"], &primary["lo"]),
        (&100.into(), &18.into()),
        "offsets count in the snippet"
    );
    let bag: DiagnosticBag = [diagnostic].into_iter().collect();
    let published = serde_json::to_value(lsp::publish(&sources, &bag, &Tool::default())).unwrap();
    assert_eq!(published[0]["diagnostics"][0]["range"]["start"]["line"], 99, "0-based");
    let changes =
        &published[0]["diagnostics"][0]["data"][0]["edit"]["changes"]["file:///ws/a.vitte"];
    assert_eq!(changes[0]["range"]["start"]["line"], 99);

    let applied = fix::apply(&sources, [&edit]);
    assert_eq!(
        applied.rejected[0].to_string(),
        "`write 2` was not applied: only a part of `a.vitte` is available"
    );
    assert!(applied.files.is_empty());
}

#[test]
fn the_lines_of_a_snippet_are_those_of_the_whole_file() {
    let mut sources = SourceMap::new();
    let file = sources.insert("a", SourceText::from("\u{feff}a\r\nb").with_first_line(5));
    let file = sources.file(file).unwrap();
    assert_eq!((file.first_line(), file.last_line(), file.line_count()), (5, 6, 2));
    assert_eq!((file.line(4), file.line(6), file.line(7)), (None, Some("b"), None));
    assert_eq!(
        file.line(5),
        Some("\u{feff}a"),
        "not the start of the file, so not a byte order mark"
    );
    assert_eq!((file.line_of(0), file.line_of(5), file.line_of(6)), (5, 5, 6));
    assert_eq!(file.line_range(6), Some(6..7));
    let error = file.line_span(1).unwrap_err();
    assert_eq!(error.to_string(), "line 1 is not in 5..=6, the lines of the file");
    // The largest number of a line fits in 32 bits.
    let last = sources.add("b", SourceText::from("a\nb\n").with_first_line(u32::MAX - 4)).unwrap();
    let last = sources.file(last).unwrap();
    assert_eq!((last.last_line(), last.line_of(9)), (u32::MAX - 2, u32::MAX - 2));
    assert!(sources.add("b", SourceText::from("a\nb\n").with_first_line(u32::MAX - 3)).is_err());
    let rejected = sources.insert("b", SourceText::from("a\nb\n").with_first_line(u32::MAX));
    assert!(sources.file(rejected).unwrap().is_unavailable());
}

#[test]
fn a_whole_file_is_not_a_snippet() {
    let mut sources = SourceMap::new();
    for line in [0, 1] {
        let file = sources.insert("a", SourceText::from("\u{feff}a").with_first_line(line));
        assert_eq!(sources.file(file).unwrap().line(1), Some("a"));
        let edit = Suggestion::single("m", Edit::insert(file, 4, "b"), Applicability::Unspecified);
        assert_eq!(fix::apply(&sources, [&edit]).files[&file], "\u{feff}ab".as_bytes());
    }
}

#[test]
fn a_person_chooses_an_alternative_and_suggestions_of_children_are_applied() {
    use vitte_diag::Child;
    let mut sources = SourceMap::new();
    let file = sources.insert("a.vitte", "x\n");
    let insert = |at, text: &'static str| [Edit::insert(file, at, text)];
    let either = Suggestion::with_alternatives(
        "declare it",
        [insert(0, "let "), insert(0, "var ")],
        Applicability::MachineApplicable,
    )
    .unwrap();
    let single =
        Suggestion::single("end it", insert(1, ";")[0].clone(), Applicability::MachineApplicable);
    let child = Child::help("h").with_suggestion(either.clone()).with_suggestion(single);
    let diagnostic = error_at(Span::between(file, 0, 1)).with_child(child);
    let applied = fix::apply(&sources, diagnostic.all_suggestions());
    assert_eq!(applied.files[&file], b"x;\n");
    assert_eq!(
        applied.rejected[0].to_string(),
        "`declare it` was not applied: a person has to choose one of its 2 alternatives"
    );
    let chosen = [either.choose(1).unwrap()];
    let applied = fix::apply(&sources, diagnostic.all_suggestions().skip(1).chain(&chosen));
    assert_eq!(applied.files[&file], b"var x;\n");
}

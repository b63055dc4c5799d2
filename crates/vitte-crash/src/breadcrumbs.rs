//! Breadcrumbs: events that a program records, so that the report of a crash says what happened before it.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use vitte_capsule::{Breadcrumb, BreadcrumbLevel, ContextField, CrashReport};

use crate::sys::slots::{self, BreadcrumbTexts, RawBreadcrumb};
use crate::thread_name::thread_name;

/// Maximum number of breadcrumbs of a report: the newest ones.
const MAX_BREADCRUMBS: usize = 256;

/// Records an event. The report of a crash contains the last 64 events of each thread, and at most 256 in total, with
/// their times. `target` is the part of the program, such as `cache`.
///
/// An event is a write to memory of this thread, without a lock. It has 232 bytes for the target and the message, which are
/// cut. At most 512 threads can record events at the same time. Secrets are [redacted](crate::CrashHandlerBuilder::redact)
/// when a report is made.
///
/// ```
/// use vitte_crash::BreadcrumbLevel;
///
/// let key = "shapes";
/// vitte_crash::breadcrumb(BreadcrumbLevel::Info, "cache", format_args!("removed {key}"));
/// ```
pub fn breadcrumb(level: BreadcrumbLevel, target: &str, message: impl fmt::Display) {
    let mut texts = BreadcrumbTexts::new();
    texts.add(target);
    write_value(&mut texts, format_args!("{message}"));
    record(level, &texts);
}

/// Adds a text. Its `Display` may panic, which must not be reported as a crash of the program.
pub(crate) fn write_value(texts: &mut BreadcrumbTexts, value: fmt::Arguments<'_>) {
    texts.begin();
    if let Some(text) = value.as_str() {
        _ = texts.write_str(text);
        return;
    }
    let is_written = crate::context::without_reports(|| {
        catch_unwind(AssertUnwindSafe(|| texts.write_fmt(value)))
    });
    if !matches!(is_written, Ok(Ok(()))) {
        _ = texts.write_str("<cannot format the value>");
    }
}

/// Records an event with these texts: the target, the message, and then keys and values in turns.
pub(crate) fn record(level: BreadcrumbLevel, texts: &BreadcrumbTexts) {
    let Some(stack) = slots::current_or_claim() else { return };
    let level = BreadcrumbLevel::ALL.iter().position(|known| *known == level).unwrap_or(0);
    stack.add_breadcrumb(u8::try_from(level).unwrap_or(0), texts, thread_name);
}

/// Adds the newest breadcrumbs to a report, the oldest first.
pub(crate) fn add(report: &mut CrashReport, mut raw: Vec<RawBreadcrumb>) {
    raw.sort_by_key(|raw| raw.micros);
    let newest = raw.into_iter().rev().take(MAX_BREADCRUMBS);
    report.breadcrumbs = newest.map(breadcrumb_of).collect();
    report.breadcrumbs.reverse();
}

fn breadcrumb_of(raw: RawBreadcrumb) -> Breadcrumb {
    let time = Timestamp::from_microsecond(raw.micros).unwrap_or_default();
    let level = BreadcrumbLevel::ALL.get(usize::from(raw.level)).copied().unwrap_or_default();
    let mut texts = raw.texts.into_iter();
    let mut next = || texts.next().unwrap_or_default();
    let mut breadcrumb = Breadcrumb::new(format!("{time:.6}"), level, next(), next());
    while let Some(key) = texts.next() {
        breadcrumb.fields.push(ContextField::new(key, texts.next().unwrap_or_default()));
    }
    breadcrumb.thread = raw.thread;
    breadcrumb
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(thread: &str) -> Vec<Breadcrumb> {
        let mut report = CrashReport::new(vitte_diag::codes::F0001, String::new(), String::new());
        let own = slots::all_breadcrumbs().into_iter().filter(|raw| raw.thread == thread);
        add(&mut report, own.collect());
        report.breadcrumbs
    }

    fn on_thread(name: &str, test: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(test).unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn the_last_events_of_a_thread_are_recorded_with_their_texts() {
        on_thread("records", || {
            for number in 0..100 {
                breadcrumb(BreadcrumbLevel::Warn, "cache", format_args!("removed {number}"));
            }
            let read = recorded("records");
            assert_eq!(read.len(), 64);
            assert_eq!((&*read[0].message, &*read[63].message), ("removed 36", "removed 99"));
            assert_eq!((read[0].level, &*read[0].target), (BreadcrumbLevel::Warn, "cache"));
            assert!(read.windows(2).all(|pair| pair[0].timestamp <= pair[1].timestamp));
            let time: Timestamp = read[0].timestamp.parse().unwrap();
            assert_eq!(read[0].timestamp.len(), "2025-10-22T13:05:42.123456Z".len());
            assert!(time.duration_until(Timestamp::now()).as_secs() < 100);
        });
        // The thread has ended.
        assert!(recorded("records").len() <= 64);
    }

    #[test]
    fn long_and_hostile_texts_are_cut_and_do_not_mix() {
        on_thread("cuts", || {
            let long = "é".repeat(300);
            breadcrumb(BreadcrumbLevel::Info, &long, "message");
            breadcrumb(BreadcrumbLevel::Info, "", &long);
            breadcrumb(BreadcrumbLevel::Info, "a\0\n", "\u{1f}\u{1e}");
            struct Panics;
            impl fmt::Display for Panics {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("begins ")?;
                    panic!("in `Display`");
                }
            }
            breadcrumb(BreadcrumbLevel::Info, "t", Panics);
            let mut texts = BreadcrumbTexts::new();
            for text in ["t", "m", "k1", "v1", "k2"] {
                texts.add(text);
            }
            record(BreadcrumbLevel::Trace, &texts);
            let read = recorded("cuts");
            let texts: Vec<_> = read.iter().map(|one| (&*one.target, one.to_string())).collect();
            assert_eq!(texts[0], (&*("é".repeat(115) + "..."), String::new()));
            assert_eq!(texts[1], ("", "é".repeat(115) + "..."));
            assert_eq!(texts[2], ("a\0\n", "\u{1f}\u{1e}".into()));
            assert_eq!(texts[3], ("t", "begins <cannot format the value>".into()));
            assert_eq!(texts[4], ("t", "m (k1: v1, k2: )".into()));
        });
    }

    #[test]
    fn the_newest_events_of_all_threads_are_in_a_report() {
        let raw = |micros, thread: &str| RawBreadcrumb {
            micros,
            level: 9,
            texts: vec![],
            thread: thread.into(),
        };
        let mut report = CrashReport::new(vitte_diag::codes::F0001, String::new(), String::new());
        let all =
            (0..200).map(|at| raw(at * 2, "a")).chain((0..200).map(|at| raw(at * 2 + 1, "b")));
        add(&mut report, all.collect());
        assert_eq!(report.breadcrumbs.len(), 256);
        let last = &report.breadcrumbs[255];
        assert_eq!((&*last.thread, &*last.timestamp), ("b", "1970-01-01T00:00:00.000399Z"));
        assert_eq!(report.breadcrumbs[254].thread, "a");
    }
}

//! The frames of a thread, nested in its contexts.

use vitte_capsule::ContextEntry;

use super::super::page::{Style, TextOutput, safe};
use super::{StackLines, rows};

/// Cells of one level.
const LEVEL: usize = 3;
/// The maximum number of levels. No crash handler records more contexts.
const MAX_LEVEL: usize = 64;

/// Adds a thread: each context below the frame that opened it, and in it the frames that this frame called.
///
/// ```text
/// thread main, the outermost frame first; a context is below the frame that opened it
///   6: vittec::main                     src/main.rs:40:9
///   4: vittec::driver::check            src/driver.rs:30:9
///   `- check (file: src/shapes.vitte)
///        3: vittec::front::check_fn     src/front/check.rs:7:5
///        `- typeck (fn: area) at src/shapes.vitte:3:4
///             2: vittec::front::type_of src/front/check.rs:90:1
/// ```
///
/// If no frame of a context is recorded, all frames are in the innermost context.
pub(super) fn write(
    name: &str,
    contexts: &[ContextEntry],
    stack: &StackLines<'_>,
    page: &mut TextOutput,
) {
    let opened = opened(contexts, stack);
    if opened.iter().all(|(_, frame)| frame.is_none()) {
        page.heading(&format!("thread {name}, the innermost frame first"));
        return without_frames(contexts, stack, page);
    }
    page.heading(&format!(
        "thread {name}, the outermost frame first; a context is below the frame that opened it"
    ));
    let max_level = max_level(page);
    let width = page.width().saturating_sub(2 + LEVEL * opened.len().min(max_level));
    let mut open = 0;
    for row in rows(stack.backtrace, stack.style, width, true).iter().rev() {
        // The frames of the contexts are in order.
        let around = |frame: &Option<usize>| frame.is_none_or(|frame| row.last < frame);
        let rest = opened.get(open..).unwrap_or_default();
        let inner = open + rest.iter().take_while(|(_, frame)| around(frame)).count();
        write_contexts(&opened, &mut open, inner, max_level, page);
        stack.write_row(row, &blanks(open.min(max_level)), page);
    }
    write_contexts(&opened, &mut open, opened.len(), max_level, page);
}

/// Returns the maximum number of levels: deep contexts leave two thirds of the width to the frames.
fn max_level(page: &TextOutput) -> usize {
    if page.is_cut() { (page.width() / (3 * LEVEL)).min(MAX_LEVEL) } else { MAX_LEVEL }
}

/// Returns the contexts, the outermost first, each with the index of its frame. A frame that is not in the backtrace, or not
/// inside of the context around, counts as not recorded.
fn opened<'a>(
    contexts: &'a [ContextEntry],
    stack: &StackLines<'_>,
) -> Vec<(&'a ContextEntry, Option<usize>)> {
    let frames = stack.backtrace.frames();
    let mut limit = usize::MAX;
    let entries = contexts.iter().rev().map(|entry| {
        let frame = entry.frame.and_then(|frame| usize::try_from(frame).ok());
        let frame = frame.filter(|index| {
            *index <= limit && frames.get(*index).is_some_and(|frame| !frame.is_omitted())
        });
        limit = frame.unwrap_or(limit);
        (entry, frame)
    });
    entries.collect()
}

/// Opens contexts until `inner` are open, and those inside of them whose frame is not recorded.
fn write_contexts(
    opened: &[(&ContextEntry, Option<usize>)],
    open: &mut usize,
    inner: usize,
    max_level: usize,
    page: &mut TextOutput,
) {
    while let Some((entry, frame)) = opened.get(*open) {
        if *open >= inner && frame.is_some() {
            break;
        }
        let end = if frame.is_some() { "" } else { "; its frame is not recorded" };
        write_context(entry, &format!("{}`- ", blanks((*open).min(max_level))), end, page);
        *open += 1;
    }
}

/// Adds all contexts, each nested in the one before, and in the innermost one the frames, the innermost first.
///
/// ```text
/// check (file: src/shapes.vitte)
/// `- typeck (fn: area) at src/shapes.vitte:3:4
///    `- frames; which of them opened a context is not recorded
/// ```
fn without_frames(contexts: &[ContextEntry], stack: &StackLines<'_>, page: &mut TextOutput) {
    let max_level = max_level(page);
    let mut level = 0;
    let mut branch = "";
    for entry in contexts.iter().rev() {
        write_context(entry, &format!("{}{branch}", blanks(level)), "", page);
        level = (level + usize::from(!branch.is_empty())).min(max_level);
        branch = "`- ";
    }
    let text = "frames; which of them opened a context is not recorded";
    page.line(Style::Secondary, format!("  {}{branch}{text}", blanks(level)));
    stack.write(&blanks(level + 1), page);
}

fn blanks(level: usize) -> String {
    " ".repeat(LEVEL * level)
}

fn write_context(entry: &ContextEntry, start: &str, end: &str, page: &mut TextOutput) {
    let text = entry.to_string();
    let rest = text.strip_prefix(&*entry.name).unwrap_or_default();
    page.styled(&[
        (Style::Secondary, &format!("  {start}")),
        (Style::Heading, &safe(&entry.name)),
        (Style::Plain, &safe(rest)),
        (Style::Secondary, end),
    ]);
}

#[cfg(test)]
mod tests {
    use vitte_capsule::{Capsule, ContextField, CrashReport};
    use vitte_diag::{Backtrace, BacktraceStyle, Frame, Terminal};

    use super::super::super::frame_lines::FrameLines;
    use super::*;

    /// Draws frames, and contexts, outermost first, with the indices of their frames.
    fn drawn(frames: &[&str], contexts: &[(&str, Option<u32>)], style: BacktraceStyle) -> String {
        drawn_on(Terminal::default(), frames, contexts, style)
    }

    fn drawn_on(
        terminal: Terminal,
        frames: &[&str],
        contexts: &[(&str, Option<u32>)],
        style: BacktraceStyle,
    ) -> String {
        let report = CrashReport::new(vitte_diag::codes::F0001, String::new(), "m".to_owned());
        let capsule = Capsule::new(report);
        let backtrace: Backtrace = frames.iter().map(|text| Frame::new(*text)).collect();
        let entries = contexts.iter().rev().map(|(name, frame)| {
            let mut entry = ContextEntry::new(*name);
            entry.frame = *frame;
            entry
        });
        let mut entries: Vec<ContextEntry> = entries.collect();
        if let Some(entry) = entries.last_mut() {
            entry.fields.push(ContextField::new("file", "a.vitte"));
        }
        let sources = &FrameLines::new(&capsule);
        let stack = StackLines { backtrace: &backtrace, style, sources };
        let mut page = TextOutput::new(terminal);
        write("m", &entries, &stack, &mut page);
        page.finish()
    }

    const FRAMES: [&str; 7] = [
        "core::panicking::panic",
        "vittec::type_of at src/a.rs:1:2",
        "vittec::check_fn at src/a.rs:3:4",
        "rayon::join at rayon-1.12.0/src/a.rs:3:4",
        "rayon::run at rayon-1.12.0/src/a.rs:3:4",
        "vittec::main at src/main.rs:3:4",
        "main",
    ];
    const TITLE: &str =
        "thread m, the outermost frame first; a context is below the frame that opened it\n";

    #[test]
    fn frames_are_in_the_contexts_that_they_belong_to() {
        let contexts = [("checking", Some(5)), ("typeck", Some(2)), ("same", Some(2))];
        let expected = "     ... 1 frame of the runtime
  5: vittec::main      src/main.rs:3:4
  `- checking (file: a.vitte)
        ... 2 frames of rayon
     2: vittec::check_fn  src/a.rs:3:4
     `- typeck
        `- same
           1: vittec::type_of   src/a.rs:1:2
              ... 1 frame of std
";
        let drawn = drawn(&FRAMES, &contexts, BacktraceStyle::Short);
        assert_eq!(drawn, format!("{TITLE}{expected}"));
    }

    #[test]
    fn a_context_of_a_library_follows_its_frames_and_unknown_frames_are_said() {
        let contexts = [("a", None), ("b", Some(3)), ("c", None), ("d", Some(6)), ("e", Some(99))];
        let drawn = drawn(&FRAMES, &contexts, BacktraceStyle::Short);
        let expected = "  `- a (file: a.vitte); its frame is not recorded
        ... 1 frame of the runtime
     5: vittec::main      src/main.rs:3:4
        ... 2 frames of rayon
     `- b
        `- c; its frame is not recorded
           `- d; its frame is not recorded
              `- e; its frame is not recorded
                 2: vittec::check_fn  src/a.rs:3:4
                 1: vittec::type_of   src/a.rs:1:2
                    ... 1 frame of std
";
        assert_eq!(drawn, format!("{TITLE}{expected}"));
    }

    #[test]
    fn without_recorded_frames_all_are_in_the_innermost_context() {
        let drawn =
            drawn(&["vittec::f"], &[("checking", None), ("typeck", Some(1))], BacktraceStyle::Full);
        let expected = "thread m, the innermost frame first
  checking (file: a.vitte)
  `- typeck
     `- frames; which of them opened a context is not recorded
        0: vittec::f
";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn deep_contexts_leave_room_for_names_and_frames() {
        let frames: Vec<String> = (0..40).map(|at| format!("vittec::call_{at}")).collect();
        let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
        let names: Vec<String> = (0..40).map(|at| format!("context_{at}")).collect();
        for is_recorded in [true, false] {
            let frame = |at: u32| is_recorded.then_some(39 - at);
            let contexts: Vec<_> =
                names.iter().zip(0..).map(|(name, at)| (&**name, frame(at))).collect();
            let terminal = Terminal::default().with_width(80);
            let drawn = drawn_on(terminal, &frames, &contexts, BacktraceStyle::Short);
            for at in 0..40 {
                let frame = format!(" {at}: vittec::call_{at}");
                assert!(drawn.lines().any(|line| line.ends_with(&frame)), "{frame}: {drawn}");
            }
            for at in 1..40 {
                let context = format!(" `- context_{at}");
                assert!(drawn.lines().any(|line| line.ends_with(&context)), "{context}: {drawn}");
            }
        }
    }
}

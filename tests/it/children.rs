//! Children, traces, alternatives, and diagnostics without a span, in the formats for people: their snapshots.
mod bounds;
mod parts;

use vitte_diag::{
    Applicability, Child, Diagnostic, DiagnosticBag, Edit, FileId, Format, Frame, KnownLocation,
    Severity, SourceMap, Span, Suggestion, TraceStep, code,
};

use crate::common::{NO_FILE, Scene, assert_snapshot, human, readable, written};

const MAIN: &str = "\
import std/thread

fn work(job: Job) -> num
  ret job.size
.end

fn main()
  let job = Shared(1)
  spawn(job)
  report(sum!(job))
.end
";
const THREAD: &str = "\
# Threads of the operating system.

fn spawn(task: impl Send + 'static)
  raw_spawn(task)
.end

macro sum(list)
  fold!(list, 0)
.end
";

/// The files of the scenes. `src/gone.vitte` is unavailable; its byte 40 is in line 7.
struct Files {
    sources: SourceMap,
    main: FileId,
    thread: FileId,
    gone: FileId,
}

impl Files {
    fn new() -> Self {
        let mut sources = SourceMap::new();
        let main = sources.add("src/main.vitte", MAIN).unwrap();
        let thread = sources.add("std/thread.vitte", THREAD).unwrap();
        let known = KnownLocation { offset: 40, line: 7, col: 3 };
        let gone = sources.add_unavailable("src/gone.vitte", [known]).unwrap();
        Self { sources, main, thread, gone }
    }

    /// The span of the first occurrence of a text in a file.
    fn find(&self, file: FileId, text: &str) -> Span {
        let start = self.sources.file(file).unwrap().text().find(text).unwrap();
        self.sources.span(file, start..start + text.len()).unwrap()
    }

    fn in_main(&self, text: &str) -> Span {
        self.find(self.main, text)
    }

    fn in_thread(&self, text: &str) -> Span {
        self.find(self.thread, text)
    }

    fn in_gone(&self) -> Span {
        Span::new(self.gone, 40, 44).unwrap()
    }

    /// The span of `job` in `spawn(job)`.
    fn argument(&self) -> Span {
        let call = self.in_main("spawn(job)");
        Span::new(self.main, call.lo() + 6, call.hi() - 1).unwrap()
    }

    fn error(&self) -> Diagnostic {
        Diagnostic::error(code!("E0277"), self.argument(), "a `Shared` cannot be sent to a thread")
            .with_label("this value is sent")
            .with_secondary(self.in_main("spawn"), "required by this call")
    }

    fn scene(self, diagnostic: Diagnostic) -> Scene {
        Scene { sources: self.sources, diagnostic }
    }
}

fn suggestion<const N: usize>(message: &'static str, alternatives: [Vec<Edit>; N]) -> Suggestion {
    Suggestion::with_alternatives(message, alternatives, Applicability::MaybeIncorrect).unwrap()
}

/// The text of a snapshot: the output for people in every form. A width at which the output is the same as in 80
/// cells is not repeated.
fn drawings(Scene { sources, diagnostic }: &Scene) -> String {
    let bag: DiagnosticBag = [diagnostic.clone()].into_iter().collect();
    let in_cells = |cells| human(sources, &bag, |emitter| emitter.with_width(cells));
    let wide = in_cells(80);
    let mut all = wide.clone();
    for cells in [40, 140] {
        let other = in_cells(cells);
        let other = if other == wide { "(the same)\n" } else { &other };
        all += &format!("\n== {cells} cells ==\n{other}");
    }
    let unicode = human(sources, &bag, |emitter| emitter.with_width(80).with_unicode(true));
    let coloured = human(sources, &bag, |emitter| emitter.with_width(80).with_color(true));
    all += &format!("\n== unicode ==\n{unicode}\n== coloured ==\n{}", readable(&coloured));
    for format in [Format::Narrated, Format::Short] {
        all += &format!("\n== {format} ==\n{}", written(format, sources, &bag));
    }
    all
}

macro_rules! cases {
    ($($name:ident: $scene:expr;)*) => {
        $(#[test]
        fn $name() {
            let scene: fn(Files) -> Scene = $scene;
            assert_snapshot!(drawings(&scene(Files::new())));
        })*
    };
}

cases! {
    a_label_in_the_same_file: |files| {
        let child = Child::note("the value is created here")
            .with_label(files.in_main("Shared(1)"), "a `Shared` stays in its thread");
        let error = files.error().with_help("use an `Atomic`").with_child(child);
        files.scene(error)
    };
    a_label_in_another_file: |files| {
        let child = Child::note("required by this bound in `spawn`")
            .with_label(files.in_thread("Send"), "required by this bound");
        let error = files.error().with_child(child);
        files.scene(error)
    };
    labels_in_an_unavailable_file: |files| {
        let child = Child::note("required by a bound in `spawn`")
            .with_label(files.in_gone(), "required by this bound")
            .with_label(Span::empty(files.gone, 0), "in this module")
            .with_label(Span::empty(files.gone, 0), "");
        let only_secondary = Child::help("the type is defined here")
            .with_secondary(files.in_gone(), "");
        let error = files.error().with_child(child).with_child(only_secondary);
        files.scene(error)
    };
    labels_in_an_unknown_file: |files| {
        let unknown = Span::new(NO_FILE, 3, 5).unwrap();
        let past_the_end = Span::new(files.thread, 100, 900).unwrap();
        let lost = Child::note("this child has no excerpt").with_label(unknown, "words that stay");
        let clamped = Child::warning("this child has one").with_label(past_the_end, "here");
        let edit = Edit::remove(unknown);
        let fixed = Child::help("this child has no fix")
            .with_suggestion(Suggestion::single("no fix", edit, Applicability::Unspecified));
        let error = files.error().with_child(lost).with_child(clamped).with_child(fixed)
            .with_secondary(unknown, "the diagnostic has this one")
            .with_step(TraceStep::call("called here").with_span(unknown));
        files.scene(error)
    };
    two_labels: |files| {
        let child = Child::note("required by this bound in `spawn`, which is in the standard library")
            .with_secondary(files.in_thread("spawn"), "in this function")
            .with_label(files.in_thread("Send"), "required by this bound");
        let error = files.error().with_note("a `Shared` counts without a lock").with_child(child);
        files.scene(error)
    };
    labels_in_two_files: |files| {
        let child = Child::note("the types differ")
            .with_label(files.in_main("Job"), "a `Job`")
            .with_secondary(files.in_thread("impl Send + 'static"), "any type")
            .with_secondary(files.in_main("Shared"), "a `Shared`")
            .with_secondary(files.in_gone(), "a `Gone`");
        let error = files.error().with_child(child);
        files.scene(error)
    };
    a_label_of_several_lines: |files| {
        let text = MAIN.find("fn work").unwrap()..MAIN.find("\n\nfn main").unwrap();
        let body = files.sources.span(files.main, text).unwrap();
        let child = Child::note("in this function\n  work(job: Job) -> num").with_label(body, "this one");
        let error = files.error().with_child(child);
        files.scene(error)
    };
    every_level_with_and_without_labels: |files| {
        let span = files.in_main("Job");
        let error = Diagnostic::warning(None, files.in_main("size"), "`size` is deprecated")
            .with_child(Child::note("a note"))
            .with_child(Child::note("a note with a label").with_label(span, "here"))
            .with_child(Child::help("help"))
            .with_child(Child::help("help with a label").with_label(span, "here"))
            .with_child(Child::warning("a warning\nof two lines"))
            .with_child(Child::warning("a warning with a label").with_label(span, "here"))
            .with_child(Child::error("an error"))
            .with_child(Child::error("an error with a label").with_label(span, "here"));
        files.scene(error)
    };
    text_between: |files| {
        let error = files.error()
            .with_note("a note")
            .with_help("help")
            .with_child(Child::note("the first child"))
            .with_child(Child::note("the second child").with_label(files.in_thread("Send"), "here"))
            .with_child(Child::help("the third child"))
            .with_child(Child::help("the fourth child").with_label(files.in_thread("task"), ""));
        files.scene(error)
    };
    a_suggestion_of_a_child: |files| {
        let task = files.in_thread("task");
        let rename = Edit::replace(task, "job");
        let in_main = Edit::insert(files.main, files.argument().lo(), "copy ");
        let child = Child::note("the parameter has another name")
            .with_label(task, "this one")
            .with_suggestion(Suggestion::single("rename it", rename, Applicability::Unspecified));
        let without_labels = Child::help("a copy has no such problem").with_suggestion(
            Suggestion::single("copy it", in_main.clone(), Applicability::Unspecified));
        let error = files.error().with_child(without_labels).with_child(child).with_suggestion(
            Suggestion::single("or copy it here", in_main, Applicability::Unspecified));
        files.scene(error)
    };
    a_trace_of_each_kind: |files| {
        let error = files.error()
            .with_note("a note")
            .with_step(TraceStep::expansion("in this expansion of `fold!`")
                .with_span(files.in_thread("fold!(list, 0)")))
            .with_step(TraceStep::expansion("in this expansion of `sum!`")
                .with_span(files.in_main("sum!(job)")))
            .with_step(TraceStep::include("included from here").with_span(files.in_gone()))
            .with_step(TraceStep::call("called by `main`").with_span(files.in_main("main")))
            .with_step(TraceStep::import("imported by `shop.cart`"))
            .with_step(TraceStep::analysis("`job` is freed").with_span(files.argument()))
            .with_step(TraceStep::expansion("").with_span(files.argument()))
            .with_step(TraceStep::include(" \n").with_span(files.argument()))
            .with_child(Child::note("a child"));
        files.scene(error)
    };
    a_trace_without_notes: |files| {
        let step = TraceStep::expansion("in this expansion of `a_macro_with_a_very_long_name!`\nand `b!`");
        let error = files.error().with_step(step.with_span(files.in_main("sum!(job)")));
        files.scene(error)
    };
    a_long_trace: |files| {
        let step = |number: u32| {
            TraceStep::call(format!("called by `f{number}`")).with_span(Span::empty(files.main, number))
        };
        let error = (1..=30).map(step).fold(files.error(), Diagnostic::with_step);
        files.scene(error)
    };
    alternatives_that_add_a_line: |files| {
        let import = |path: &str| vec![Edit::insert(files.main, 0, format!("import {path}\n"))];
        let error = Diagnostic::error(code!("E0425"), files.in_main("Job"), "`Job` is unknown")
            .with_suggestion(suggestion("import one of these", [
                import("std/job"), import("std/thread/job"), import("shop/a/very/long/path/of/a/module/job"),
            ]));
        files.scene(error)
    };
    alternatives_in_a_line: |files| {
        let at = files.argument();
        let wrap = |variant: &str| {
            vec![Edit::insert(files.main, at.lo(), format!("{variant}(")),
                Edit::insert(files.main, at.hi(), ")")]
        };
        let error = files.error().with_suggestion(
            suggestion("wrap it in a variant of `Task`", [wrap("Quick"), wrap("Slow")]));
        files.scene(error)
    };
    alternatives_of_every_form: |files| {
        let at = files.argument();
        let error = files.error().with_suggestion(suggestion("try one of these", [
            vec![Edit::remove(files.in_main("  spawn(job)\n"))],
            vec![Edit::replace(at, "copy job")],
            vec![Edit::replace(files.in_thread("Send"), "Any"), Edit::insert(files.main, 0, "use any\n")],
            vec![Edit::replace(files.in_main("(job)"), "()")],
            vec![Edit::insert(files.gone, 40, "Any"), Edit::insert(files.gone, 90, "a\n  b\n")],
            vec![Edit::replace(at, "move job")],
        ]));
        files.scene(error)
    };
    many_alternatives: |files| {
        let alternatives = (0..25).map(|n| [Edit::replace(files.argument(), format!("job{n}"))]);
        let error = files.error().with_suggestion(Suggestion::with_alternatives(
            "write another name", alternatives, Applicability::Unspecified).unwrap());
        files.scene(error)
    };
    alternatives_of_many_lines: |files| {
        let lines = |word: &str, count: usize| {
            vec![Edit::insert(files.main, 0, format!("{word}\n").repeat(count))]
        };
        let error = files.error().with_suggestion(
            suggestion("add lines", [lines("a", 12), lines("b", 12), lines("c", 1)]));
        files.scene(error)
    };
    a_whole_file: |files| {
        let warning = Diagnostic::for_file(
            Severity::Warning, code!("no_license"), files.thread, "the file has no license header")
            .with_note("all other files have one")
            .with_child(Child::note("the first one is here").with_label(files.in_main("import"), ""));
        files.scene(warning)
    };
    a_whole_file_with_labels: |files| {
        let error = Diagnostic::for_file(Severity::Error, None, files.main, "the file has two halves")
            .with_secondary(files.in_main("fn work"), "the first half")
            .with_secondary(files.in_main("fn main"), "the second half")
            .with_suggestion(Suggestion::single(
                "write a comment", Edit::insert(files.main, 0, "# Jobs.\n"), Applicability::Unspecified));
        files.scene(error)
    };
    an_unavailable_file_as_a_whole: |files| {
        let error = Diagnostic::for_file(Severity::Fatal, None, files.gone, "the file is not UTF-8");
        files.scene(error)
    };
    no_location: |files| {
        let error = Diagnostic::without_location(Severity::Error, code!("E0601"), "there is no `main`")
            .with_help("add a function `main`")
            .with_note("a program begins there")
            .with_child(Child::note("this function has a similar name")
                .with_label(files.in_main("main"), "in another package"));
        files.scene(error)
    };
    everything_at_once: everything;
}

fn everything(files: Files) -> Scene {
    let bound = Child::note("required by this bound in `spawn`")
        .with_label(files.in_thread("Send"), "required by this bound")
        .with_secondary(files.in_thread("spawn"), "")
        .with_suggestion(Suggestion::single(
            "remove the bound",
            Edit::remove(files.in_thread(" Send + 'static")),
            Applicability::MaybeIncorrect,
        ));
    let import = |path: &str| vec![Edit::insert(files.main, 18, format!("import {path}\n"))];
    let error = files
        .error()
        .with_help("use an `Atomic`")
        .with_note("a `Shared` counts without a lock")
        .with_step(
            TraceStep::expansion("in this expansion of `sum!`")
                .with_span(files.in_main("sum!(job)")),
        )
        .with_step(TraceStep::call("called by the runtime"))
        .with_backtrace([Frame::new("vittec::check at check.rs:1:2")].into_iter().collect())
        .with_child(bound)
        .with_child(Child::warning("this check is experimental"))
        .with_child(Child::help("the type is defined here").with_label(files.in_gone(), "`Shared`"))
        .with_suggestion(suggestion(
            "import one of these",
            [import("std/atomic"), import("core/atomic")],
        ));
    files.scene(error)
}

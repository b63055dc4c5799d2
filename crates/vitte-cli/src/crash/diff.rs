//! `vitte crash diff`: shows the differences between two crashes.

mod align;

use std::collections::BTreeMap;

use align::{Difference, Side, align, differences};
use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::{Capsule, ContextVariable, CrashReport};
use vitte_diag::text;

use super::directory::Directory;
use super::head;
use super::page::{MIN_TEXT_CELLS, OutputArgs, Style, TextOutput, cut};
use super::shell::{CommandResult, Shell};
use super::target::LoadedCrash;
use super::vars::Context;

/// The arguments of `vitte crash diff`.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// A crash: an id, a unique prefix of one, `latest`, or the path of a .vittecrash file
    #[arg(value_name = "ID")]
    a: String,
    /// The crash to compare it with
    #[arg(value_name = "OTHER")]
    b: String,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    output: OutputArgs,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let repository = self.directory.repository();
        let a = LoadedCrash::load(&self.a, &repository)?.capsule;
        let b = LoadedCrash::load(&self.b, &repository)?.capsule;
        let differences = Differences::of(&a, &b);
        if self.json {
            return shell.json(&differences.json(&a, &b));
        }
        let mut page = self.output.page();
        for (style, mark, capsule) in [(Style::Removed, "-", &a), (Style::Added, "+", &b)] {
            let CrashReport { id, timestamp, .. } = &capsule.report;
            page.line(style, format!("{mark} {id} at {timestamp}"));
        }
        differences.show(&mut page);
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// The differences between two crashes.
struct Differences<'a> {
    fields: Vec<Difference>,
    frames: Vec<(Side, &'a str)>,
    contexts: Vec<Difference>,
    environment: Vec<Difference>,
}

impl<'a> Differences<'a> {
    fn of(a: &'a Capsule, b: &'a Capsule) -> Self {
        let frames = |capsule: &'a Capsule| -> Vec<&'a str> {
            let frames = capsule.report.backtrace.frames();
            frames.iter().map(vitte_diag::Frame::text).collect()
        };
        Self {
            fields: fields(a).into_iter().zip(fields(b)).filter_map(difference).collect(),
            frames: align(&frames(a), &frames(b)),
            contexts: differences(&contexts(&a.report), &contexts(&b.report)),
            environment: differences(&a.environment, &b.environment),
        }
    }

    fn have_same_frames(&self) -> bool {
        self.frames.iter().all(|(side, _)| *side == Side::Both)
    }

    fn is_empty(&self) -> bool {
        let lists = [&self.fields, &self.contexts, &self.environment];
        self.have_same_frames() && lists.iter().all(|list| list.is_empty())
    }

    fn json(&self, a: &Capsule, b: &Capsule) -> Value {
        let name = |capsule: &Capsule| json!({"id": capsule.report.id, "timestamp": capsule.report.timestamp});
        let frame = |(side, frame): &(Side, &str)| {
            let side = match side {
                Side::Both => "both",
                Side::A => "a",
                Side::B => "b",
            };
            json!({"in": side, "frame": frame})
        };
        json!({
            "a": name(a),
            "b": name(b),
            "same": self.is_empty(),
            "facts": self.fields,
            "frames": self.frames.iter().map(frame).collect::<Vec<_>>(),
            "context": self.contexts,
            "environment": self.environment,
        })
    }

    /// ```text
    /// kind     - panic
    ///          + signal
    /// message  - attempt to subtract with overflow
    ///          + invalid memory reference
    ///
    /// frames, the innermost first
    ///     [... 2 equal frames ...]
    ///   - vittec::front::blocks::close at src/front/blocks.rs:77:13
    ///   + vittec::front::blocks::open at src/front/blocks.rs:12:9
    ///     vittec::main at src/main.rs:40:9
    /// ```
    fn show(&self, page: &mut TextOutput) {
        page.gap();
        if self.is_empty() {
            return page.line(Style::Plain, "no other differences");
        }
        show_differences(&self.fields, page);
        if !self.have_same_frames() {
            page.heading("frames, the innermost first");
            show_frames(&self.frames, page);
        }
        for (what, list) in [("contexts", &self.contexts), ("environment", &self.environment)] {
            if !list.is_empty() {
                page.heading(what);
                show_differences(list, page);
            }
        }
    }
}

/// Returns the two values of a field, if they differ.
fn difference(((name, a), (_, b)): ((&str, String), (&str, String))) -> Option<Difference> {
    let non_empty = |text: String| (!text.is_empty()).then_some(text);
    (a != b).then(|| Difference { name: name.to_owned(), a: non_empty(a), b: non_empty(b) })
}

/// Returns the fields of a crash: always the same names in the same order.
fn fields(capsule: &Capsule) -> Vec<(&'static str, String)> {
    let (manifest, report) = (capsule.manifest(), &capsule.report);
    let text_of = |text: &Option<String>| text.clone().unwrap_or_default();
    let files: Vec<String> = manifest.sources.into_iter().map(|source| source.file).collect();
    vec![
        ("fingerprint", manifest.fingerprint.to_string()),
        ("kind", manifest.kind.to_string()),
        ("code", report.code.to_string()),
        ("signal", text_of(&report.signal)),
        ("message", manifest.message),
        ("module", manifest.program),
        ("version", manifest.version),
        ("build", text_of(&report.build)),
        ("commit", text_of(&report.commit)),
        ("system", format!("{} {}", manifest.system.os, manifest.system.arch)),
        ("deployment", text_of(&report.deployment)),
        ("test", text_of(&report.test)),
        ("thread", report.thread.clone()),
        ("location", text_of(&report.location)),
        ("command", report.args.join(" ")),
        ("notes", report.notes.join("\n")),
        ("sources", files.join(", ")),
    ]
}

/// Returns the contexts and their variables by name. Contexts with the same name are numbered.
fn contexts(report: &CrashReport) -> BTreeMap<String, String> {
    let (mut all, mut numbers) = (BTreeMap::new(), BTreeMap::new());
    for context in Context::all(report) {
        let number: &mut usize = numbers.entry(context.name.clone()).or_default();
        *number += 1;
        let name = match number {
            1 => context.name,
            number => format!("{} ({number})", context.name),
        };
        for ContextVariable { key, value, error, .. } in context.values {
            let value = match value {
                Value::String(text) => text,
                Value::Null if error.is_some() => String::new(),
                value => value.to_string(),
            };
            let error = error.map(|error| format!(" ({error})")).unwrap_or_default();
            all.insert(format!("{name}, {key}"), (value + &error).trim_start().to_owned());
        }
        let has_location = !context.location.is_empty();
        all.insert(name, if has_location { context.location } else { "no location".to_owned() });
    }
    all
}

/// Longer names are cut on a terminal.
const MAX_NAME_CELLS: usize = 30;

fn show_differences(list: &[Difference], page: &mut TextOutput) {
    let max = page.max_entries(MAX_NAME_CELLS);
    let shown = list.get(..head::MAX_ROWS).unwrap_or(list);
    let name = |difference: &Difference| cut(head::of_text(&difference.name).0, max);
    let names: Vec<String> = shown.iter().map(name).collect();
    let widest = names.iter().map(|name| text::width_of(name)).max().unwrap_or(0);
    // In a pipe a longer name is followed by its values, and does not move the others.
    let widest = widest.min(MAX_NAME_CELLS);
    for (Difference { a, b, .. }, name) in shown.iter().zip(&names) {
        let padding = " ".repeat(widest.saturating_sub(text::width_of(name)) + 2);
        let mut prefix = format!("{name}{padding}");
        for (style, mark, value) in [(Style::Removed, "- ", a), (Style::Added, "+ ", b)] {
            let Some(value) = value else { continue };
            let width = page.room(widest + 2 + mark.len()).max(MIN_TEXT_CELLS);
            let (value, more) = head::of_text(value);
            let wrapped = text::wrap(value, 4, width);
            for line in wrapped.lines().chain(more.as_deref()) {
                page.styled(&[(Style::Secondary, &prefix), (style, &format!("{mark}{line}"))]);
                prefix = " ".repeat(widest + 2);
            }
        }
    }
    if let Some(more) = head::more_rows(list.len(), "difference") {
        page.line(Style::Secondary, more);
    }
}

/// Equal frames that are shown before and after each difference.
const CONTEXT_FRAMES: usize = 1;

fn show_frames(frames: &[(Side, &str)], page: &mut TextOutput) {
    let is_near = |at: usize| {
        let near = at.saturating_sub(CONTEXT_FRAMES)..(at + CONTEXT_FRAMES + 1).min(frames.len());
        frames.get(near).is_some_and(|near| near.iter().any(|(side, _)| *side != Side::Both))
    };
    let (mut same, mut rows) = (0, 0_usize);
    let fold = |same: &mut usize, page: &mut TextOutput| {
        if *same > 0 {
            let frames = text::plural("frame", *same);
            page.line(Style::Secondary, format!("    [... {same} equal {frames} ...]"));
        }
        *same = 0;
    };
    for (at, (side, frame)) in frames.iter().enumerate() {
        if !is_near(at) {
            same += 1;
            continue;
        }
        fold(&mut same, page);
        rows += 1;
        if rows > head::MAX_ROWS {
            continue;
        }
        match side {
            Side::Both => page.line(Style::Plain, format!("    {frame}")),
            Side::A => page.line(Style::Removed, format!("  - {frame}")),
            Side::B => page.line(Style::Added, format!("  + {frame}")),
        }
    }
    fold(&mut same, page);
    if let Some(more) = head::more_rows(rows, "frame") {
        page.line(Style::Secondary, more);
    }
}

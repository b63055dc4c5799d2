//! `vitte crash diff`: what is not the same in two crashes.

mod align;

use std::collections::BTreeMap;

use align::{Other, Side, align, others};
use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::{Capsule, ContextVariable, CrashReport};
use vitte_diag::text;

use super::folder::Folder;
use super::look::{Ink, LEAST, Look, Page, cut};
use super::shell::{Done, Shell};
use super::target::Target;
use super::vars::Context;

/// The arguments of `vitte crash diff`.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// A crash: its id, the beginning of one, `latest`, or the file of a capsule
    #[arg(value_name = "ID")]
    a: String,
    /// The other one
    #[arg(value_name = "OTHER")]
    b: String,
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    look: Look,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let repository = self.folder.repository();
        let a = Target::load(&self.a, &repository)?.capsule;
        let b = Target::load(&self.b, &repository)?.capsule;
        let differences = Differences::of(&a, &b);
        if self.json {
            return shell.json(&differences.json(&a, &b));
        }
        let mut page = self.look.page();
        for (ink, mark, capsule) in [(Ink::Removed, "-", &a), (Ink::Added, "+", &b)] {
            let CrashReport { id, timestamp, .. } = &capsule.report;
            page.line(ink, format!("{mark} {id} at {timestamp}"));
        }
        differences.show(&mut page);
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// What is not the same.
struct Differences<'a> {
    facts: Vec<Other>,
    calls: Vec<(Side, &'a str)>,
    context: Vec<Other>,
    environment: Vec<Other>,
}

impl<'a> Differences<'a> {
    fn of(a: &'a Capsule, b: &'a Capsule) -> Self {
        let calls = |capsule: &'a Capsule| -> Vec<&'a str> {
            let frames = capsule.report.backtrace.frames();
            frames.iter().map(vitte_diag::Frame::text).collect()
        };
        Self {
            facts: facts(a).into_iter().zip(facts(b)).filter_map(other).collect(),
            calls: align(&calls(a), &calls(b)),
            context: others(&context(&a.report), &context(&b.report)),
            environment: others(&a.environment, &b.environment),
        }
    }

    fn have_same_calls(&self) -> bool {
        self.calls.iter().all(|(side, _)| *side == Side::Both)
    }

    fn are_none(&self) -> bool {
        let lists = [&self.facts, &self.context, &self.environment];
        self.have_same_calls() && lists.iter().all(|list| list.is_empty())
    }

    fn json(&self, a: &Capsule, b: &Capsule) -> Value {
        let name = |capsule: &Capsule| json!({"id": capsule.report.id, "timestamp": capsule.report.timestamp});
        let call = |(side, call): &(Side, &str)| {
            let side = match side {
                Side::Both => "both",
                Side::A => "a",
                Side::B => "b",
            };
            json!({"in": side, "call": call})
        };
        json!({
            "a": name(a),
            "b": name(b),
            "same": self.are_none(),
            "facts": self.facts,
            "calls": self.calls.iter().map(call).collect::<Vec<_>>(),
            "context": self.context,
            "environment": self.environment,
        })
    }

    /// ```text
    /// kind     - panic
    ///          + signal
    /// message  - attempt to subtract with overflow
    ///          + invalid memory reference
    ///
    /// calls, the innermost first
    ///       ... 2 calls are the same ...
    ///   - vittec::front::blocks::close at src/front/blocks.rs:77:13
    ///   + vittec::front::blocks::open at src/front/blocks.rs:12:9
    ///     vittec::main at src/main.rs:40:9
    /// ```
    fn show(&self, page: &mut Page) {
        page.gap();
        if self.are_none() {
            return page.line(Ink::Plain, "nothing else is different");
        }
        show_others(&self.facts, page);
        if !self.have_same_calls() {
            page.heading("calls, the innermost first");
            show_calls(&self.calls, page);
        }
        for (what, list) in [("context", &self.context), ("environment", &self.environment)] {
            if !list.is_empty() {
                page.heading(what);
                show_others(list, page);
            }
        }
    }
}

/// What one has of a fact, where the other has something else.
fn other(((name, a), (_, b)): ((&str, String), (&str, String))) -> Option<Other> {
    let known = |text: String| (!text.is_empty()).then_some(text);
    (a != b).then(|| Other { name: name.to_owned(), a: known(a), b: known(b) })
}

/// What is known of a crash, by name: always the same names in the same order.
fn facts(capsule: &Capsule) -> Vec<(&'static str, String)> {
    let (manifest, report) = (capsule.manifest(), &capsule.report);
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let files: Vec<String> = manifest.sources.into_iter().map(|source| source.file).collect();
    vec![
        ("fingerprint", manifest.fingerprint.to_string()),
        ("kind", manifest.kind),
        ("code", report.code.to_string()),
        ("signal", known(&report.signal)),
        ("message", manifest.message),
        ("module", manifest.module),
        ("version", manifest.version),
        ("build", known(&report.build)),
        ("commit", known(&report.commit)),
        ("system", format!("{} {}", manifest.system.os, manifest.system.arch)),
        ("thread", report.thread.clone()),
        ("place", known(&report.location)),
        ("command", report.command.join(" ")),
        ("notes", report.notes.join("\n")),
        ("sources", files.join(", ")),
    ]
}

/// What the program was doing, and its variables, by name. Of contexts with one name each has a number.
fn context(report: &CrashReport) -> BTreeMap<String, String> {
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
        let has_place = !context.place.is_empty();
        all.insert(name, if has_place { context.place } else { "without a place".to_owned() });
    }
    all
}

/// Cells of the longest name that has values beside it.
const MOST_NAME: usize = 30;

fn show_others(list: &[Other], page: &mut Page) {
    let names: Vec<String> = list.iter().map(|other| cut(&other.name, MOST_NAME)).collect();
    let widest = names.iter().map(|name| text::width_of(name)).max().unwrap_or(0);
    for (Other { a, b, .. }, name) in list.iter().zip(&names) {
        let behind = " ".repeat(widest - text::width_of(name) + 2);
        let mut before = format!("{name}{behind}");
        for (ink, mark, value) in [(Ink::Removed, "- ", a), (Ink::Added, "+ ", b)] {
            let Some(value) = value else { continue };
            let room = page.width().saturating_sub(widest + 2 + mark.len()).max(LEAST);
            for line in text::block(value, 4, room).lines() {
                page.inked(&[(Ink::Aside, &before), (ink, &format!("{mark}{line}"))]);
                before = " ".repeat(widest + 2);
            }
        }
    }
}

/// Calls that are the same are shown beside those that are not.
const BESIDE: usize = 1;

fn show_calls(calls: &[(Side, &str)], page: &mut Page) {
    let is_near = |at: usize| {
        let near = at.saturating_sub(BESIDE)..(at + BESIDE + 1).min(calls.len());
        calls.get(near).is_some_and(|near| near.iter().any(|(side, _)| *side != Side::Both))
    };
    let mut same = 0;
    let fold = |same: &mut usize, page: &mut Page| {
        if *same > 0 {
            let (calls, are) = (text::plural("call", *same), if *same == 1 { "is" } else { "are" });
            page.line(Ink::Aside, format!("    ... {same} {calls} {are} the same ..."));
        }
        *same = 0;
    };
    for (at, (side, call)) in calls.iter().enumerate() {
        if !is_near(at) {
            same += 1;
            continue;
        }
        fold(&mut same, page);
        match side {
            Side::Both => page.line(Ink::Plain, format!("    {call}")),
            Side::A => page.line(Ink::Removed, format!("  - {call}")),
            Side::B => page.line(Ink::Added, format!("  + {call}")),
        }
    }
    fold(&mut same, page);
}

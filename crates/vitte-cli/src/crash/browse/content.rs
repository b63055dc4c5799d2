//! The tree of a crash: which nodes a capsule has.

mod frames;
mod json;
mod lines;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use frames::{frame_nodes, row_count, row_nodes};
use json::{item_at, json_nodes, preview};
use lines::is_long;
use lines::text_nodes;
pub(super) use lines::without_tabs;
use vitte_capsule::{Capsule, ContextEntry, CrashReport, CrashThread, shell_command};
use vitte_diag::{Backtrace, text};

use super::node::{ContextOf, List, Node, Part, Stack, TextOf, divided};

/// Returns the nodes of the first level. What most people look for is open.
pub(super) fn roots(capsule: &Capsule) -> Vec<Node> {
    let report = &capsule.report;
    let list = |name: &str, list: List, len: usize, is_open: bool| {
        let mut node = Node::new(&format!("{name} ({len})"), Part::List(list, 0..len));
        node.is_open = is_open;
        (len > 0).then_some(node)
    };
    let signal = report.signal.as_deref().unwrap_or(report.kind().as_str());
    let message = format!("{signal}: {}", report.message);
    let name = format!("frames of thread {}", report.thread);
    let sources = capsule.sources.len() + partial_sources(capsule).count();
    let all = [
        Some(text_node(&message, &report.message, TextOf::Message)),
        list("notes", List::Notes, report.notes.len(), true),
        Some(contexts_node(Stack::Crashed, report)).filter(Node::can_open),
        frames_node(&name, Stack::Crashed, report),
        list("breadcrumbs, the oldest first", List::Breadcrumbs, report.breadcrumbs.len(), false),
        list("other threads", List::Threads, other_threads(report).count(), false),
        list("sources", List::Sources, sources, false),
        list("environment", List::Environment, capsule.environment.len(), false),
        list("registers", List::Registers, report.registers.len(), false),
        list("details", List::Facts, facts(capsule).len(), false),
    ];
    all.into_iter().flatten().collect()
}

/// Returns the children of a node.
pub(super) fn children(part: &Part, capsule: &Capsule) -> Vec<Node> {
    match part {
        Part::Leaf | Part::Item(..) => Vec::new(),
        Part::Text(of, range, line) => {
            let text = text_of(of, capsule);
            text_nodes(&text, of, range.clone(), *line)
        }
        Part::List(list, range) => match divided(range) {
            Some(ranges) => ranges
                .map(|range| {
                    let label = format!("{} to {}", range.start, range.end - 1);
                    Node::new(&label, Part::List(list.clone(), range))
                })
                .collect(),
            None => items(list, range.clone(), capsule),
        },
    }
}

fn items(list: &List, range: Range<usize>, capsule: &Capsule) -> Vec<Node> {
    let report = &capsule.report;
    let taken = || range.clone();
    let len = range.len();
    match list {
        List::Facts => {
            let facts = facts(capsule);
            named_nodes(facts.iter().map(|(name, value)| (*name, value)), list, range)
        }
        List::Notes => {
            let node = |index| {
                let note: &String = report.notes.get(index)?;
                Some(text_node(note, note, TextOf::Item(List::Notes, index)))
            };
            taken().filter_map(node).collect()
        }
        List::Contexts(stack) => taken()
            .filter_map(|index| {
                let of = ContextOf(*stack, index);
                Some(context_node(of, context(of, report)?))
            })
            .collect(),
        List::Values(of) => {
            taken().filter_map(|index| value_node(*of, index, context(*of, report)?)).collect()
        }
        List::Json(context, variable, path) => {
            json_nodes(capsule, *context, *variable, path, range)
        }
        List::Frames(stack) => {
            let Some(backtrace) = backtrace(*stack, report) else { return Vec::new() };
            row_nodes(*stack, backtrace, range)
        }
        List::Folded(stack) => {
            let Some(backtrace) = backtrace(*stack, report) else { return Vec::new() };
            frame_nodes(*stack, backtrace, &range)
        }
        List::Threads => {
            let threads = other_threads(report).skip(range.start).take(len);
            threads.map(|(index, thread)| thread_node(index, thread)).collect()
        }
        List::Thread(index) => {
            let stack = Stack::Thread(*index);
            let frames = frames_node("frames", stack, report);
            let parts = [Some(contexts_node(stack, report)), frames].into_iter().flatten();
            parts.skip(range.start).take(len).collect()
        }
        List::Sources => sources(capsule).into_iter().skip(range.start).take(len).collect(),
        List::SourceLines(file) => taken()
            .filter_map(|index| {
                let line = report.sources.get(*file)?.lines.get(index)?;
                let label = format!("{:>5} | {}", line.line, without_tabs(&line.text));
                Some(Node::new(&label, Part::Item(list.clone(), index)))
            })
            .collect(),
        List::Environment => named_nodes(texts(&capsule.environment), list, range),
        List::Registers => named_nodes(texts(&report.registers), list, range),
        List::Breadcrumbs => taken()
            .filter_map(|index| {
                let breadcrumb = report.breadcrumbs.get(index)?;
                let (time, level) = (report.breadcrumb_time(breadcrumb), breadcrumb.level);
                let label = format!("{time}  {level}  {}  {breadcrumb}", breadcrumb.target);
                Some(Node::new(&label, Part::Item(List::Breadcrumbs, index)))
            })
            .collect(),
    }
}

/// Returns a text of the capsule.
pub(super) fn text_of<'c>(of: &TextOf, capsule: &'c Capsule) -> Cow<'c, str> {
    match of {
        TextOf::Message => Cow::Borrowed(&capsule.report.message),
        TextOf::Source(index) => capsule
            .sources
            .get(*index)
            .map(|source| String::from_utf8_lossy(&source.text))
            .unwrap_or_default(),
        TextOf::Item(list, index) => item_text(list, *index, capsule).unwrap_or_default().into(),
    }
}

/// Returns the whole text of an item of a list.
fn item_text(list: &List, index: usize, capsule: &Capsule) -> Option<String> {
    let report = &capsule.report;
    match list {
        List::Facts => facts(capsule).into_iter().nth(index).map(|(_, value)| value),
        List::Notes => report.notes.get(index).cloned(),
        List::Contexts(stack) => context(ContextOf(*stack, index), report).map(ToString::to_string),
        List::Values(of) => {
            let entry = context(*of, report)?;
            match index.checked_sub(entry.fields.len()) {
                None => entry.fields.get(index).map(|field| field.value.clone()),
                Some(variable) => item_at(capsule, *of, variable, &[]).map(json::text_of_value),
            }
        }
        List::Json(context, variable, path) => {
            let mut path = path.clone();
            path.push(index);
            item_at(capsule, *context, *variable, &path).map(json::text_of_value)
        }
        List::Frames(stack) | List::Folded(stack) => {
            let frame = backtrace(*stack, report)?.frames().get(index)?;
            Some(frame.text().to_owned())
        }
        List::Threads => report.threads.get(index).map(|thread| thread.name.clone()),
        List::Thread(_) | List::Sources => None,
        List::SourceLines(file) => {
            report.sources.get(*file)?.lines.get(index).map(|line| line.text.clone())
        }
        List::Environment => capsule.environment.values().nth(index).cloned(),
        List::Registers => report.registers.values().nth(index).cloned(),
        List::Breadcrumbs => report.breadcrumbs.get(index).map(ToString::to_string),
    }
}

/// Returns the contexts of a thread, the innermost first.
fn contexts(stack: Stack, report: &CrashReport) -> &[ContextEntry] {
    match stack {
        Stack::Crashed => &report.contexts,
        Stack::Thread(index) => {
            report.threads.get(index).map(|thread| &*thread.contexts).unwrap_or_default()
        }
    }
}

pub(super) fn context(of: ContextOf, report: &CrashReport) -> Option<&ContextEntry> {
    let ContextOf(stack, index) = of;
    contexts(stack, report).get(index)
}

pub(super) fn backtrace(stack: Stack, report: &CrashReport) -> Option<&Backtrace> {
    match stack {
        Stack::Crashed => Some(&report.backtrace),
        Stack::Thread(index) => report.threads.get(index).map(|thread| &thread.backtrace),
    }
}

/// Returns a node for a text: one that opens if the text is long.
fn text_node(label: &str, text: &str, of: TextOf) -> Node {
    let part = match (is_long(text), of) {
        (true, of) => Part::Text(of, 0..text.len(), 1),
        (false, TextOf::Item(list, index)) => Part::Item(list, index),
        (false, _) => Part::Leaf,
    };
    Node::new(label, part)
}

fn named(name: &str, value: &str, list: &List, index: usize) -> Node {
    text_node(&format!("{name}: {value}"), value, TextOf::Item(list.clone(), index))
}

fn texts(map: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &String)> {
    map.iter().map(|(name, value)| (&**name, value))
}

/// Returns a node for each of the names and values in a range.
fn named_nodes<'a>(
    all: impl Iterator<Item = (&'a str, &'a String)>,
    list: &List,
    range: Range<usize>,
) -> Vec<Node> {
    let taken = all.enumerate().skip(range.start).take(range.len());
    taken.map(|(index, (name, value))| named(name, value, list, index)).collect()
}

fn contexts_node(stack: Stack, report: &CrashReport) -> Node {
    let len = contexts(stack, report).len();
    let label = format!("contexts, the innermost first ({len})");
    let mut node = Node::new(&label, Part::List(List::Contexts(stack), 0..len));
    node.is_open = true;
    node
}

fn context_node(of: ContextOf, entry: &ContextEntry) -> Node {
    let len = entry.fields.len() + entry.variables.len();
    let label = entry.to_string();
    let mut node = match len {
        0 => Node::new(&label, Part::Item(List::Contexts(of.0), of.1)),
        len => Node::new(&label, Part::List(List::Values(of), 0..len)),
    };
    // The innermost context is what the thread was working on.
    node.is_open = of.1 == 0;
    node
}

fn value_node(of: ContextOf, index: usize, entry: &ContextEntry) -> Option<Node> {
    let list = List::Values(of);
    let Some(variable) = index.checked_sub(entry.fields.len()) else {
        let field = entry.fields.get(index)?;
        return Some(named(&field.key, &field.value, &list, index));
    };
    let item = entry.variables.get(variable)?;
    let error = item.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
    if item.value.is_null() && item.error.is_some() {
        return Some(Node::new(&format!("{}:{error}", item.key), Part::Item(list, index)));
    }
    let label = format!("{}: {}{error}", item.key, preview(&item.value));
    let path = List::Json(of, variable, Vec::new());
    Some(json::value_node(&label, &item.value, path, TextOf::Item(list, index)))
}

/// Returns the threads other than the crashed one, whose frames are shown above them, with their indices.
fn other_threads(report: &CrashReport) -> impl Iterator<Item = (usize, &CrashThread)> {
    let others = report.other_threads();
    (report.threads.len() - others.len()..).zip(others)
}

fn frames_node(name: &str, stack: Stack, report: &CrashReport) -> Option<Node> {
    let backtrace = backtrace(stack, report)?;
    let (frames, rows) = (backtrace.frames().len(), row_count(backtrace));
    let label = format!("{name} ({frames}), the innermost first");
    let mut node = Node::new(&label, Part::List(List::Frames(stack), 0..rows));
    node.is_open = true;
    Some(node)
}

fn thread_node(index: usize, thread: &CrashThread) -> Node {
    let frames = thread.backtrace.frames().len();
    let label =
        format!("{} {} ({frames} {})", thread.id, thread.name, text::plural("frame", frames));
    if !thread.contexts.is_empty() {
        return Node::new(&label, Part::List(List::Thread(index), 0..2));
    }
    let rows = row_count(&thread.backtrace);
    Node::new(&label, Part::List(List::Frames(Stack::Thread(index)), 0..rows))
}

/// Returns the files of which the report has lines and the capsule has no copy, with their indices.
fn partial_sources(capsule: &Capsule) -> impl Iterator<Item = usize> {
    let is_copied = |file: &str| capsule.sources.iter().any(|source| source.file == file);
    let files = capsule.report.sources.iter().enumerate();
    files.filter(move |(_, file)| !is_copied(&file.file)).map(|(index, _)| index)
}

fn sources(capsule: &Capsule) -> Vec<Node> {
    let whole = capsule.sources.iter().enumerate().map(|(index, source)| {
        let text = String::from_utf8_lossy(&source.text);
        let lines = text.lines().count();
        let label = format!("{} ({lines} {})", source.file, text::plural("line", lines));
        Node::new(&label, Part::Text(TextOf::Source(index), 0..text.len(), 1))
    });
    let partial = partial_sources(capsule).filter_map(|index| {
        let file = capsule.report.sources.get(index)?;
        let lines = file.lines.len();
        let label = format!("{} ({lines} {} of it)", file.file, text::plural("line", lines));
        Some(Node::new(&label, Part::List(List::SourceLines(index), 0..lines)))
    });
    whole.chain(partial).collect()
}

/// Returns the names and values of the fields that are not empty.
fn facts(capsule: &Capsule) -> Vec<(&'static str, String)> {
    let report = &capsule.report;
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let pair = |a: &str, b: &str| format!("{a} {b}").trim().to_owned();
    let all = [
        ("id", report.id.clone()),
        ("time", report.timestamp.clone()),
        ("program", pair(&report.program, &report.version)),
        ("build", optional(&report.build)),
        ("commit", optional(&report.commit)),
        ("command", shell_command(&report.args)),
        ("system", pair(&report.system.os, &report.system.arch)),
        ("deployment", optional(&report.deployment)),
        ("test", optional(&report.test)),
        ("process", report.process.map(|process| process.to_string()).unwrap_or_default()),
        ("session", report.session.clone()),
        ("thread", report.thread.clone()),
        ("kind", report.kind().to_string()),
        ("code", report.code.to_string()),
        ("signal", optional(&report.signal)),
        ("address", optional(&report.address)),
        ("location", optional(&report.location)),
        ("fingerprint", capsule.fingerprint.to_string()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

//! The execution graph: which function called which, with the contexts beside them.
//!
//! ```text
//!      main                    check ┐
//!        │                           │ contexts, the
//!   ┌─▶ expression                typeck │ innermost last
//!   │    │  ↻ ×3                     │
//!   └── block ── ── ── ── ── ── ── ──┘
//!        │
//!      close   ◀ the crash
//! ```
//!
//! A node is a function, however often it is on the stack, so that a recursion is an arrow back. They stand in
//! the order of their first call, from the entry of the program down to the crash.

mod draw;

use std::collections::BTreeMap;

pub(super) use draw::{Drawing, draw};

use super::contexts::Doing;
use super::frames::{Group, Owner};
use super::limits;

/// The most functions and contexts that are drawn: outermost and innermost ones.
const OUTERMOST: usize = 14;
const INNERMOST: usize = 30;
const MOST_CONTEXTS: usize = 15;
/// The most bytes of what is said of a context.
const ABOUT: usize = 300;

/// What is drawn.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// How often one node called another, by their indices.
    pub(super) edges: BTreeMap<(usize, usize), usize>,
    /// The outermost first.
    pub(super) contexts: Vec<Context>,
    /// Functions and contexts that are left out.
    pub(super) left_out: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) place: String,
    /// The number of its innermost call.
    pub(super) call: Option<usize>,
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Project,
    Package,
    /// Calls of the runtime in a row, or what is left out.
    Folded,
    Crash,
}

/// A context as a node.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) name: String,
    pub(super) about: String,
    /// Its number on the page.
    pub(super) number: usize,
}

impl Graph {
    pub(super) fn of(groups: &[Group], doing: &[Doing]) -> Self {
        let mut graph = Self::default();
        let mut known = BTreeMap::new();
        let mut before = None;
        for group in groups.iter().rev() {
            if !group.left_out.is_empty() || group.is_runtime {
                let folded = Node::folded(group);
                let node = graph.push(folded);
                graph.call(&mut before, node);
                continue;
            }
            for call in group.calls.iter().rev() {
                let key = (call.function.as_str(), call.is_source);
                let node = *known.entry(key).or_insert_with(|| {
                    let kind =
                        if call.owner == Owner::Project { Kind::Project } else { Kind::Package };
                    let (name, place) = (call.function.clone(), call.place.clone());
                    graph.push(Node { kind, name, place, call: None })
                });
                if let Some(node) = graph.nodes.get_mut(node) {
                    node.call = Some(call.number);
                    node.place.clone_from(&call.place);
                }
                graph.call(&mut before, node);
            }
        }
        graph.mark_crash(groups);
        graph.shorten();
        let contexts = doing.iter().enumerate().take(MOST_CONTEXTS);
        graph.contexts = contexts.map(|(number, doing)| Context::of(number, doing)).collect();
        graph.contexts.reverse();
        graph.left_out += doing.len().saturating_sub(MOST_CONTEXTS);
        graph
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn call(&mut self, before: &mut Option<usize>, node: usize) {
        if let Some(before) = before.replace(node) {
            *self.edges.entry((before, node)).or_default() += 1;
        }
    }

    /// The crash is in the innermost call that is none of the runtime, where there is one.
    fn mark_crash(&mut self, groups: &[Group]) {
        let calls = |group: &Group| !group.is_runtime && group.left_out.is_empty();
        let number = groups.iter().find(|group| calls(group)).and_then(|group| group.calls.first());
        let number = number.map(|call| call.number);
        let is_it = |node: &&mut Node| node.call.is_some() && node.call == number;
        let crash = match self.nodes.iter().rposition(|node| node.call.is_some()) {
            Some(_) => self.nodes.iter_mut().rfind(is_it),
            None => self.nodes.last_mut(),
        };
        if let Some(crash) = crash {
            crash.kind = Kind::Crash;
        }
    }

    /// Puts one node in the place of those in the middle, where there are too many.
    fn shorten(&mut self) {
        let count = self.nodes.len();
        if count <= OUTERMOST + INNERMOST + 1 {
            return;
        }
        let gone = OUTERMOST..count - INNERMOST;
        self.left_out = gone.len();
        // No node is marked less visible for it: the crash is among the innermost, unless it recursed.
        let new = |old: usize| match old {
            old if old < gone.start => old,
            old if old < gone.end => gone.start,
            old => old + 1 - gone.len(),
        };
        let edges = std::mem::take(&mut self.edges);
        for ((from, to), times) in edges {
            let (from, to) = (new(from), new(to));
            if from != to || from != gone.start {
                *self.edges.entry((from, to)).or_default() += times;
            }
        }
        let name = format!("{} left out", limits::counted("function", gone.len()));
        let holds_crash = self.nodes.iter().skip(gone.start).take(gone.len());
        let is_crash = holds_crash.into_iter().any(|node| node.kind == Kind::Crash);
        let kind = if is_crash { Kind::Crash } else { Kind::Folded };
        let stand_in = Node { kind, name, place: String::new(), call: None };
        self.nodes.splice(gone, [stand_in]);
    }

    /// What is drawn, in words.
    pub(super) fn description(&self) -> String {
        let names = self.nodes.iter().map(|node| match node.kind {
            Kind::Crash => format!("{} (the crash)", node.name),
            _ => node.name.clone(),
        });
        let names = names.collect::<Vec<_>>().join(", then ");
        let recursions = self.edges.keys().filter(|(from, to)| to <= from).count();
        let mut words = format!("From the entry of the program to the crash: {names}.");
        if recursions > 0 {
            words += &format!(" {} back.", limits::counted("call", recursions));
        }
        words
    }
}

impl Node {
    fn folded(group: &Group) -> Self {
        let name = match group.left_out.is_empty() {
            true => group.title(),
            false => group.left_out.trim_matches(['.', ' ']).to_owned(),
        };
        Self { kind: Kind::Folded, name, place: String::new(), call: None }
    }
}

impl Context {
    fn of(number: usize, doing: &Doing) -> Self {
        let values = doing.values.iter().map(|(key, value)| format!("{key}: {value}"));
        let about = values.chain([doing.place.clone()]).filter(|text| !text.is_empty());
        let about = limits::line(&about.collect::<Vec<_>>().join(", "), ABOUT);
        Self { name: doing.name.clone(), about, number }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::Call;
    use super::*;

    fn group(names: &[&str]) -> Group {
        let call = |(number, name): (usize, &&str)| Call {
            number,
            owner: Owner::Project,
            function: (*name).to_owned(),
            place: String::new(),
            is_source: false,
            module: String::new(),
            is_inlined: false,
            source: Vec::new(),
        };
        Group { calls: names.iter().enumerate().map(call).collect(), ..Group::default() }
    }

    #[test]
    fn a_recursion_is_a_loop_with_a_count() {
        let graph = Graph::of(&[group(&["close", "b", "a", "b", "a", "a", "main"])], &[]);
        let names: Vec<_> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["main", "a", "b", "close"]);
        let edges: Vec<_> = graph.edges.into_iter().collect();
        assert_eq!(edges, [((0, 1), 1), ((1, 1), 1), ((1, 2), 2), ((2, 1), 1), ((2, 3), 1)]);
        assert_eq!(graph.nodes.last().map(|node| node.kind), Some(Kind::Crash));
    }

    #[test]
    fn many_functions_are_bounded_and_say_so() {
        let names: Vec<String> = (0..300).map(|number| format!("f{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let graph = Graph::of(&[group(&names)], &[]);
        assert_eq!(graph.nodes.len(), OUTERMOST + INNERMOST + 1);
        assert_eq!(graph.left_out, 300 - OUTERMOST - INNERMOST);
        assert_eq!(graph.nodes[OUTERMOST].name, "256 functions left out");
        assert_eq!(graph.edges.len(), graph.nodes.len() - 1);
        assert!(draw(&graph).height < 4000);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let graph = Graph::of(&[], &[]);
        assert!(graph.nodes.is_empty() && graph.edges.is_empty());
        assert!(draw(&graph).boxes.is_empty());
    }
}

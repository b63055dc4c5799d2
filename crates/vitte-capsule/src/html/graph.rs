//! The execution graph: the functions on the stack, their calls, and the contexts beside them.
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
//! Each function is one node, even if it is on the stack several times; recursion is an edge back. The nodes
//! are sorted by the function's outermost frame, from the entry of the program to the crash.

mod draw;

use std::collections::BTreeMap;

pub(super) use draw::{Drawing, draw};

use super::contexts::HtmlContext;
use super::frames::{FrameGroup, Origin};
use super::limits;

/// The limits of the nodes at both ends of the stack; the nodes in between are omitted.
const MAX_OUTERMOST: usize = 14;
const MAX_INNERMOST: usize = 30;
const MAX_CONTEXTS: usize = 15;
/// Maximum length of the fields and the location of a context, in bytes.
const MAX_DETAILS_BYTES: usize = 300;

/// The nodes and edges of the graph.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// The number of calls from one node to another, by their indices.
    pub(super) edges: BTreeMap<(usize, usize), usize>,
    /// The contexts, outermost first.
    pub(super) contexts: Vec<ContextNode>,
    /// The number of omitted functions and contexts.
    pub(super) omitted: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) name: String,
    pub(super) location: String,
    /// The number of the function's innermost frame.
    pub(super) frame: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NodeKind {
    Project,
    Package,
    /// Consecutive frames of libraries, or omitted frames.
    Folded,
    Crash,
}

/// The node of a context.
#[derive(Debug)]
pub(super) struct ContextNode {
    pub(super) name: String,
    /// The fields and the location.
    pub(super) details: String,
    /// The number of the context on the page.
    pub(super) number: usize,
}

impl Graph {
    pub(super) fn new(groups: &[FrameGroup], contexts: &[HtmlContext]) -> Self {
        let mut graph = Self::default();
        let mut nodes = BTreeMap::new();
        let mut caller = None;
        for group in groups.iter().rev() {
            if !group.omission.is_empty() || (group.is_library() && !group.is_open) {
                let folded = Node::folded(group);
                let node = graph.push(folded);
                graph.add_call(&mut caller, node);
                continue;
            }
            for frame in group.frames.iter().rev() {
                let key = (frame.function.as_str(), frame.is_source);
                let node = *nodes.entry(key).or_insert_with(|| {
                    let kind = match frame.origin {
                        Origin::Project => NodeKind::Project,
                        Origin::Library => NodeKind::Package,
                    };
                    let (name, location) = (frame.name.clone(), frame.location.clone());
                    graph.push(Node { kind, name, location, frame: None })
                });
                if let Some(node) = graph.nodes.get_mut(node) {
                    node.frame = Some(frame.number);
                    node.location.clone_from(&frame.location);
                }
                graph.add_call(&mut caller, node);
            }
        }
        graph.mark_crash(groups);
        graph.omit_middle();
        let nodes = contexts.iter().enumerate().take(MAX_CONTEXTS);
        graph.contexts = nodes.map(|(number, context)| ContextNode::new(number, context)).collect();
        graph.contexts.reverse();
        graph.omitted += contexts.len().saturating_sub(MAX_CONTEXTS);
        graph
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds a call from `caller`, if there is one, to `node`, which becomes the caller of the next frame.
    fn add_call(&mut self, caller: &mut Option<usize>, node: usize) {
        if let Some(caller) = caller.replace(node) {
            *self.edges.entry((caller, node)).or_default() += 1;
        }
    }

    /// Marks the node of the crash: the innermost frame of the project, else the innermost node.
    fn mark_crash(&mut self, groups: &[FrameGroup]) {
        let has_functions = |group: &&FrameGroup| {
            (!group.is_library() || group.is_open) && group.omission.is_empty()
        };
        let frame = groups.iter().find(has_functions).and_then(|group| group.frames.first());
        let number = frame.map(|frame| frame.number);
        let is_crash = |node: &&mut Node| node.frame.is_some() && node.frame == number;
        let crash = match self.nodes.iter().rposition(|node| node.frame.is_some()) {
            Some(_) => self.nodes.iter_mut().rfind(is_crash),
            None => self.nodes.last_mut(),
        };
        if let Some(crash) = crash {
            crash.kind = NodeKind::Crash;
        }
    }

    /// Replaces the nodes in the middle by one node, if there are too many.
    fn omit_middle(&mut self) {
        let count = self.nodes.len();
        if count <= MAX_OUTERMOST + MAX_INNERMOST + 1 {
            return;
        }
        let middle = MAX_OUTERMOST..count - MAX_INNERMOST;
        self.omitted = middle.len();
        let new_index = |old: usize| match old {
            old if old < middle.start => old,
            old if old < middle.end => middle.start,
            old => old + 1 - middle.len(),
        };
        let edges = std::mem::take(&mut self.edges);
        for ((from, to), times) in edges {
            let (from, to) = (new_index(from), new_index(to));
            if from != to || from != middle.start {
                *self.edges.entry((from, to)).or_default() += times;
            }
        }
        let name = format!("{} omitted", limits::counted("function", middle.len()));
        // The crash is usually among the innermost nodes, but a recursive function may be in the middle.
        let mut replaced = self.nodes.iter().skip(middle.start).take(middle.len());
        let has_crash = replaced.any(|node| node.kind == NodeKind::Crash);
        let kind = if has_crash { NodeKind::Crash } else { NodeKind::Folded };
        let replacement = Node { kind, name, location: String::new(), frame: None };
        self.nodes.splice(middle, [replacement]);
    }

    /// Returns a text alternative for screen readers.
    pub(super) fn description(&self) -> String {
        let names = self.nodes.iter().map(|node| match node.kind {
            NodeKind::Crash => format!("{} (the crash)", node.name),
            _ => node.name.clone(),
        });
        let names = names.collect::<Vec<_>>().join(", then ");
        let recursions = self.edges.keys().filter(|(from, to)| to <= from).count();
        let mut description = format!("From the program entry to the crash: {names}.");
        if recursions > 0 {
            description += &format!(" {}.", limits::counted("recursive call", recursions));
        }
        description
    }
}

impl Node {
    fn folded(group: &FrameGroup) -> Self {
        let name = match group.omission.is_empty() {
            true => group.title.clone(),
            false => group.omission.trim_matches(['[', ']', '.', ' ']).to_owned(),
        };
        Self { kind: NodeKind::Folded, name, location: String::new(), frame: None }
    }
}

impl ContextNode {
    fn new(number: usize, context: &HtmlContext) -> Self {
        let fields = context.fields.iter().map(|(key, value)| format!("{key}: {value}"));
        let details = fields.chain([context.location.clone()]).filter(|text| !text.is_empty());
        let details = limits::line(&details.collect::<Vec<_>>().join(", "), MAX_DETAILS_BYTES);
        Self { name: context.name.clone(), details, number }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::HtmlFrame;
    use super::*;

    fn group(names: &[&str]) -> FrameGroup {
        let frame = |(number, name): (usize, &&str)| HtmlFrame {
            number,
            origin: Origin::Project,
            function: (*name).to_owned(),
            name: (*name).to_owned(),
            library: String::new(),
            location: String::new(),
            file: String::new(),
            is_source: false,
            module: String::new(),
            is_inlined: false,
            source: Vec::new(),
        };
        let frames = names.iter().enumerate().map(frame).collect();
        FrameGroup { frames, ..FrameGroup::default() }
    }

    #[test]
    fn recursion_is_a_loop_with_a_count() {
        let graph = Graph::new(&[group(&["close", "b", "a", "b", "a", "a", "main"])], &[]);
        let names: Vec<_> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["main", "a", "b", "close"]);
        let edges: Vec<_> = graph.edges.into_iter().collect();
        assert_eq!(edges, [((0, 1), 1), ((1, 1), 1), ((1, 2), 2), ((2, 1), 1), ((2, 3), 1)]);
        assert_eq!(graph.nodes.last().map(|node| node.kind), Some(NodeKind::Crash));
    }

    #[test]
    fn functions_in_the_middle_of_a_deep_stack_are_omitted() {
        let names: Vec<String> = (0..300).map(|number| format!("f{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let graph = Graph::new(&[group(&names)], &[]);
        assert_eq!(graph.nodes.len(), MAX_OUTERMOST + MAX_INNERMOST + 1);
        assert_eq!(graph.omitted, 300 - MAX_OUTERMOST - MAX_INNERMOST);
        assert_eq!(graph.nodes[MAX_OUTERMOST].name, "256 functions omitted");
        assert_eq!(graph.edges.len(), graph.nodes.len() - 1);
        assert!(draw(&graph).height < 4000);
    }

    #[test]
    fn an_empty_stack_has_an_empty_graph() {
        let graph = Graph::new(&[], &[]);
        assert!(graph.nodes.is_empty() && graph.edges.is_empty());
        assert!(draw(&graph).boxes.is_empty());
    }
}

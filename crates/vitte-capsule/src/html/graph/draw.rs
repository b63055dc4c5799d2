//! The graph as shapes. All numbers are pixels of the drawing, from its upper left corner.
//!
//! Functions stand in one column, one below the other; the arrow to the next one is straight. All others go
//! around those between, on the left, each in a lane of its own. Contexts are a column on the right, so that
//! the innermost one is beside the crash.

use super::super::limits;
use super::{Graph, Kind, Node};

const WIDTH: usize = 330;
const HEIGHT: usize = 40;
/// From one node to the next.
const STEP: usize = 62;
/// Around all.
const MARGIN: usize = 12;
/// Between two lanes, and the most of them.
const LANE: usize = 26;
const MOST_LANES: usize = 8;
/// For the count of a recursion.
const LOOP: usize = 74;
const CONTEXT_WIDTH: usize = 250;
/// The most arrows around others.
const MOST_ARCS: usize = 80;
/// Cells of the texts.
const NAME: usize = 42;
const PLACE: usize = 48;
const CONTEXT: usize = 31;
const ABOUT: usize = 36;

/// Shapes.
#[derive(Debug)]
pub(in crate::html) struct Drawing {
    pub(in crate::html) width: usize,
    pub(in crate::html) height: usize,
    pub(in crate::html) boxes: Vec<Box>,
    pub(in crate::html) arrows: Vec<Arrow>,
}

#[derive(Debug)]
pub(in crate::html) struct Box {
    pub(in crate::html) class: &'static str,
    pub(in crate::html) x: usize,
    pub(in crate::html) y: usize,
    pub(in crate::html) width: usize,
    pub(in crate::html) height: usize,
    /// Where its texts begin, and the lines that they stand on.
    pub(in crate::html) text_x: usize,
    pub(in crate::html) lines: [usize; 2],
    pub(in crate::html) name: String,
    pub(in crate::html) about: String,
    /// All of it.
    pub(in crate::html) title: String,
    /// What of the page it is about, such as `#call-3`.
    pub(in crate::html) link: String,
    pub(in crate::html) is_crash: bool,
}

#[derive(Debug)]
pub(in crate::html) struct Arrow {
    pub(in crate::html) class: &'static str,
    /// The commands of an SVG path.
    pub(in crate::html) path: String,
    /// Empty, or how often: behind or before the point `x`, `y`.
    pub(in crate::html) label: String,
    pub(in crate::html) is_right: bool,
    pub(in crate::html) x: usize,
    pub(in crate::html) y: usize,
}

pub(in crate::html) fn draw(graph: &Graph) -> Drawing {
    let arcs = lanes(graph);
    let lanes = arcs.iter().map(|(_, lane)| lane + 1).max().unwrap_or(0);
    let left = MARGIN + if lanes == 0 { 0 } else { lanes * LANE + 18 };
    let has_loops = graph.edges.keys().any(|(from, to)| from == to);
    let right = left + WIDTH + if has_loops { LOOP } else { 44 };
    let rows = graph.nodes.len().max(graph.contexts.len());
    let top = |row: usize| MARGIN + row * STEP;
    let first = rows - graph.nodes.len();
    let crash = graph.nodes.iter().rposition(|node| node.kind == Kind::Crash);
    let mut drawing = Drawing {
        width: left + WIDTH + MARGIN + if has_loops { LOOP } else { 0 },
        height: top(rows).saturating_sub(STEP - HEIGHT) + MARGIN,
        boxes: Vec::new(),
        arrows: Vec::new(),
    };
    for (row, node) in graph.nodes.iter().enumerate() {
        drawing.boxes.push(node.shape(left, top(first + row)));
    }
    for (&(from, to), &times) in &graph.edges {
        let label = if times > 1 { format!("×{times}") } else { String::new() };
        if from == to {
            drawing.arrows.push(around(left + WIDTH, top(first + from), times));
        } else if to == from + 1 {
            drawing.arrows.push(down(left, top(first + from) + HEIGHT, label));
        }
    }
    for ((from, to, times), lane) in arcs {
        let rows = (top(first + from), top(first + to));
        drawing.arrows.push(arc(left, rows, lane, times));
    }
    if !graph.contexts.is_empty() {
        // So that the last one is beside the crash, or above it where there is no room.
        let beside = first + crash.unwrap_or(0);
        let start = (beside + 1).saturating_sub(graph.contexts.len());
        drawing.contexts(
            graph,
            right,
            top(start),
            crash.is_some().then(|| (left + WIDTH, top(beside))),
        );
    }
    drawing
}

impl Node {
    fn shape(&self, x: usize, y: usize) -> Box {
        let class = match self.kind {
            Kind::Project => "node own",
            Kind::Package => "node other",
            Kind::Folded => "node folded",
            Kind::Crash => "node crash",
        };
        let of_crash = if self.kind == Kind::Crash { "the crash: " } else { "" };
        let at = if self.place.is_empty() { String::new() } else { format!(", {}", self.place) };
        let lines = if self.place.is_empty() { [y + 25, y + 25] } else { [y + 17, y + 32] };
        Box {
            class,
            x,
            y,
            width: WIDTH,
            height: HEIGHT,
            text_x: x + 12,
            lines,
            name: limits::end(&self.name, NAME),
            about: limits::end(&self.place, PLACE - of_crash.len()),
            title: format!("{of_crash}{}{at}", self.name),
            link: self.call.map(|number| format!("#call-{number}")).unwrap_or_default(),
            is_crash: self.kind == Kind::Crash,
        }
    }
}

impl Drawing {
    /// The contexts from `top` on, and a line from the last one to the crash.
    fn contexts(&mut self, graph: &Graph, x: usize, top: usize, crash: Option<(usize, usize)>) {
        for (row, context) in graph.contexts.iter().enumerate() {
            let y = top + row * STEP;
            let lines = if context.about.is_empty() { [y + 25, y + 25] } else { [y + 17, y + 32] };
            self.boxes.push(Box {
                class: "node context",
                x,
                y,
                width: CONTEXT_WIDTH,
                height: HEIGHT,
                text_x: x + 12,
                lines,
                name: limits::end(&context.name, CONTEXT),
                about: start(&context.about, ABOUT),
                title: format!("context: {} ({})", context.name, context.about),
                link: format!("#context-{}", context.number),
                is_crash: false,
            });
            if row > 0 {
                let (from, x) = (y + HEIGHT - STEP, x + CONTEXT_WIDTH / 2);
                let path = format!("M{x} {from}V{}", y - 2);
                self.arrows.push(Arrow {
                    class: "edge soft",
                    path,
                    label: String::new(),
                    is_right: true,
                    x,
                    y,
                });
            }
            self.height = self.height.max(y + HEIGHT + MARGIN);
        }
        let last = top + (graph.contexts.len() - 1) * STEP + HEIGHT / 2;
        if let Some((end, y)) = crash {
            let path = format!("M{x} {last}L{} {}", end + 2, y + HEIGHT / 2);
            self.arrows.push(Arrow {
                class: "edge dashed",
                path,
                label: String::new(),
                is_right: true,
                x,
                y,
            });
        }
        self.width = x + CONTEXT_WIDTH + MARGIN;
    }
}

/// The beginning of a text that has more than `cells`.
fn start(text: &str, cells: usize) -> String {
    let line = limits::line(text, 4 * cells);
    if vitte_diag::text::width_of(&line) <= cells {
        return line;
    }
    let kept = vitte_diag::text::cells(&line, 1).take_while(|cluster| cluster.end < cells);
    kept.fold(String::new(), |out, cluster| out + cluster.text) + "…"
}

/// An arrow to the node below, from `y` on.
fn down(left: usize, y: usize, label: String) -> Arrow {
    let x = left + WIDTH / 2;
    let path = format!("M{x} {y}V{}", y + STEP - HEIGHT - 2);
    Arrow { class: "edge", path, label, is_right: true, x: x + 10, y: y + 15 }
}

/// An arrow from a node to itself, on its right.
fn around(x: usize, y: usize, times: usize) -> Arrow {
    let (from, to, far) = (y + 10, y + HEIGHT - 10, x + 28);
    let path = format!("M{x} {from}C{far} {} {far} {} {} {to}", from - 4, to + 4, x + 2);
    Arrow {
        class: "edge back",
        path,
        label: format!("×{times}"),
        is_right: true,
        x: x + 28,
        y: y + 24,
    }
}

/// An arrow around the nodes between two, on the left.
fn arc(left: usize, (from, to): (usize, usize), lane: usize, times: usize) -> Arrow {
    let (from, to) = (from + HEIGHT / 2 + 6, to + HEIGHT / 2 - 6);
    let x = left - 10 - lane.min(MOST_LANES) * LANE;
    let class = if to < from { "edge back" } else { "edge" };
    let (bend, back) = if to < from { (from - 8, to + 8) } else { (from + 8, to - 8) };
    let path = format!("M{left} {from}Q{x} {from} {x} {bend}V{back}Q{x} {to} {} {to}", left - 2);
    let label = if times > 1 { format!("×{times}") } else { String::new() };
    Arrow { class, path, label, is_right: false, x: x.saturating_sub(4), y: from.midpoint(to) + 4 }
}

/// From which node to which, and how often.
type Arc = (usize, usize, usize);

/// The edges that go around other nodes, each with a lane in which it meets no other: short ones inside.
fn lanes(graph: &Graph) -> Vec<(Arc, usize)> {
    let arcs = graph.edges.iter().filter(|((from, to), _)| from != to && *to != from + 1);
    let mut arcs: Vec<Arc> = arcs.map(|(&(from, to), &times)| (from, to, times)).collect();
    arcs.sort_unstable_by_key(|&(from, to, _)| (from.abs_diff(to), from, to));
    arcs.truncate(MOST_ARCS);
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut placed = Vec::new();
    for arc in arcs {
        let own = (arc.0.min(arc.1), arc.0.max(arc.1));
        let is_free = |lane: &Vec<(usize, usize)>| {
            lane.iter().all(|other| other.1 < own.0 || other.0 > own.1)
        };
        let free = taken.iter().position(is_free);
        let lane = match free {
            Some(lane) => lane,
            None if taken.len() < MOST_LANES => {
                taken.push(Vec::new());
                taken.len() - 1
            }
            None => MOST_LANES - 1,
        };
        if let Some(lane) = taken.get_mut(lane) {
            lane.push(own);
        }
        placed.push((arc, lane));
    }
    placed
}

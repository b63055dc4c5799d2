//! Lays out the graph as SVG shapes. All coordinates are in pixels, from the upper left corner.
//!
//! The functions are a column, with a straight arrow from each to the next one. Other calls are arcs on the
//! left, each in a lane in which it overlaps no other arc. The contexts are a column on the right, with the
//! innermost one beside the crash.

use super::super::limits;
use super::{Graph, Node, NodeKind};

const NODE_WIDTH: usize = 330;
const NODE_HEIGHT: usize = 40;
/// The distance between the tops of two nodes in a column.
const ROW_HEIGHT: usize = 62;
/// The margin around the drawing.
const MARGIN: usize = 12;
const LANE_WIDTH: usize = 26;
const MAX_LANES: usize = 8;
/// The space for a loop with its count.
const LOOP_WIDTH: usize = 74;
/// The space between the columns if there are no loops.
const COLUMN_GAP: usize = 44;
const CONTEXT_WIDTH: usize = 250;
const MAX_ARCS: usize = 80;
const MAX_NAME_CELLS: usize = 42;
const MAX_LOCATION_CELLS: usize = 48;
const MAX_CONTEXT_NAME_CELLS: usize = 31;
const MAX_CONTEXT_DETAILS_CELLS: usize = 36;

/// The shapes of the graph.
#[derive(Debug)]
pub(in crate::html) struct Drawing {
    pub(in crate::html) width: usize,
    pub(in crate::html) height: usize,
    pub(in crate::html) boxes: Vec<NodeBox>,
    pub(in crate::html) arrows: Vec<Arrow>,
}

#[derive(Debug)]
pub(in crate::html) struct NodeBox {
    pub(in crate::html) class: &'static str,
    pub(in crate::html) x: usize,
    pub(in crate::html) y: usize,
    pub(in crate::html) width: usize,
    pub(in crate::html) height: usize,
    /// The left edge of the texts.
    pub(in crate::html) text_x: usize,
    /// The baselines of the name and the details. They are equal if there are no details.
    pub(in crate::html) baselines: [usize; 2],
    /// The name, truncated to the box.
    pub(in crate::html) name: String,
    /// The location or the fields, truncated to the box.
    pub(in crate::html) details: String,
    /// The complete text, for the tooltip.
    pub(in crate::html) title: String,
    /// The link to the frame or context on the page, such as `#frame-3`, or empty.
    pub(in crate::html) link: String,
    pub(in crate::html) is_crash: bool,
}

#[derive(Debug)]
pub(in crate::html) struct Arrow {
    pub(in crate::html) class: &'static str,
    /// The commands of the SVG path.
    pub(in crate::html) path: String,
    /// The number of calls, such as `×3`, or empty. It is at the point `x`, `y`.
    pub(in crate::html) label: String,
    /// Whether the label is on the right of the point.
    pub(in crate::html) is_right: bool,
    pub(in crate::html) x: usize,
    pub(in crate::html) y: usize,
}

pub(in crate::html) fn draw(graph: &Graph) -> Drawing {
    let arcs = lanes(graph);
    let lanes = arcs.iter().map(|(_, lane)| lane + 1).max().unwrap_or(0);
    let left = MARGIN + if lanes == 0 { 0 } else { lanes * LANE_WIDTH + 18 };
    let has_loops = graph.edges.keys().any(|(from, to)| from == to);
    let right = left + NODE_WIDTH + if has_loops { LOOP_WIDTH } else { COLUMN_GAP };
    let rows = graph.nodes.len().max(graph.contexts.len());
    let top = |row: usize| MARGIN + row * ROW_HEIGHT;
    let first = rows - graph.nodes.len();
    let crash = graph.nodes.iter().rposition(|node| node.kind == NodeKind::Crash);
    let mut drawing = Drawing {
        width: left + NODE_WIDTH + MARGIN + if has_loops { LOOP_WIDTH } else { 0 },
        height: top(rows).saturating_sub(ROW_HEIGHT - NODE_HEIGHT) + MARGIN,
        boxes: Vec::new(),
        arrows: Vec::new(),
    };
    for (row, node) in graph.nodes.iter().enumerate() {
        drawing.boxes.push(node.shape(left, top(first + row)));
    }
    for (&(from, to), &times) in &graph.edges {
        let label = if times > 1 { format!("×{times}") } else { String::new() };
        if from == to {
            drawing.arrows.push(loop_arrow(left + NODE_WIDTH, top(first + from), times));
        } else if to == from + 1 {
            drawing.arrows.push(down_arrow(left, top(first + from) + NODE_HEIGHT, label));
        }
    }
    for ((from, to, times), lane) in arcs {
        let rows = (top(first + from), top(first + to));
        drawing.arrows.push(arc_arrow(left, rows, lane, times));
    }
    if !graph.contexts.is_empty() {
        // The last context is beside the crash, or below it if there are too many contexts.
        let crash_row = first + crash.unwrap_or(0);
        let start = (crash_row + 1).saturating_sub(graph.contexts.len());
        drawing.add_contexts(
            graph,
            right,
            top(start),
            crash.is_some().then(|| (left + NODE_WIDTH, top(crash_row))),
        );
    }
    drawing
}

impl Node {
    fn shape(&self, x: usize, y: usize) -> NodeBox {
        let class = match self.kind {
            NodeKind::Project => "node own",
            NodeKind::Package => "node other",
            NodeKind::Folded => "node folded",
            NodeKind::Crash => "node crash",
        };
        let is_crash = self.kind == NodeKind::Crash;
        let prefix = if is_crash { "crash: " } else { "" };
        let at = match self.location.is_empty() {
            true => String::new(),
            false => format!(", {}", self.location),
        };
        // Leaves space for the label of the crash.
        let max_location_cells = MAX_LOCATION_CELLS - if is_crash { 11 } else { 0 };
        NodeBox {
            class,
            x,
            y,
            width: NODE_WIDTH,
            height: NODE_HEIGHT,
            text_x: x + 12,
            baselines: baselines(y, &self.location),
            // The end of a function's path tells most; a row of folded frames begins with their number.
            name: match self.kind {
                NodeKind::Folded => truncate_end(&self.name, MAX_NAME_CELLS),
                _ => limits::truncate_start(&self.name, MAX_NAME_CELLS),
            },
            details: limits::truncate_start(&self.location, max_location_cells),
            title: format!("{prefix}{}{at}", self.name),
            link: self.frame.map(|number| format!("#frame-{number}")).unwrap_or_default(),
            is_crash,
        }
    }
}

impl Drawing {
    /// Adds the contexts from `top` on, and a line from the last one to the crash.
    fn add_contexts(&mut self, graph: &Graph, x: usize, top: usize, crash: Option<(usize, usize)>) {
        for (row, context) in graph.contexts.iter().enumerate() {
            let y = top + row * ROW_HEIGHT;
            self.boxes.push(NodeBox {
                class: "node context",
                x,
                y,
                width: CONTEXT_WIDTH,
                height: NODE_HEIGHT,
                text_x: x + 12,
                baselines: baselines(y, &context.details),
                name: limits::truncate_start(&context.name, MAX_CONTEXT_NAME_CELLS),
                details: truncate_end(&context.details, MAX_CONTEXT_DETAILS_CELLS),
                title: format!("context: {} ({})", context.name, context.details),
                link: format!("#context-{}", context.number),
                is_crash: false,
            });
            if row > 0 {
                let (from, x) = (y + NODE_HEIGHT - ROW_HEIGHT, x + CONTEXT_WIDTH / 2);
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
            self.height = self.height.max(y + NODE_HEIGHT + MARGIN);
        }
        let last = top + (graph.contexts.len() - 1) * ROW_HEIGHT + NODE_HEIGHT / 2;
        if let Some((end, y)) = crash {
            let path = format!("M{x} {last}L{} {}", end + 2, y + NODE_HEIGHT / 2);
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

/// Returns the baselines of the name and the details in a box at `y`.
const fn baselines(y: usize, details: &str) -> [usize; 2] {
    if details.is_empty() { [y + 25, y + 25] } else { [y + 17, y + 32] }
}

/// Truncates a string at its end to `max_cells` cells.
fn truncate_end(text: &str, max_cells: usize) -> String {
    let line = limits::line(text, 4 * max_cells);
    if vitte_diag::text::width_of(&line) <= max_cells {
        return line;
    }
    let head = vitte_diag::text::cells(&line, 1).take_while(|cluster| cluster.end < max_cells);
    head.fold(String::new(), |out, cluster| out + cluster.text) + "…"
}

/// An arrow from `y` to the next node.
fn down_arrow(left: usize, y: usize, label: String) -> Arrow {
    let x = left + NODE_WIDTH / 2;
    let path = format!("M{x} {y}V{}", y + ROW_HEIGHT - NODE_HEIGHT - 2);
    Arrow { class: "edge", path, label, is_right: true, x: x + 10, y: y + 15 }
}

/// An arrow from a node to itself, on its right.
fn loop_arrow(x: usize, y: usize, times: usize) -> Arrow {
    let (from, to, far) = (y + 10, y + NODE_HEIGHT - 10, x + 28);
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

/// An arrow on the left, around the nodes between `from` and `to`.
fn arc_arrow(left: usize, (from, to): (usize, usize), lane: usize, times: usize) -> Arrow {
    let (from, to) = (from + NODE_HEIGHT / 2 + 6, to + NODE_HEIGHT / 2 - 6);
    let x = left - 10 - lane.min(MAX_LANES) * LANE_WIDTH;
    let class = if to < from { "edge back" } else { "edge" };
    let (bend, back) = if to < from { (from - 8, to + 8) } else { (from + 8, to - 8) };
    let path = format!("M{left} {from}Q{x} {from} {x} {bend}V{back}Q{x} {to} {} {to}", left - 2);
    let label = if times > 1 { format!("×{times}") } else { String::new() };
    Arrow { class, path, label, is_right: false, x: x.saturating_sub(4), y: from.midpoint(to) + 4 }
}

/// The indices of the caller and the callee, and the number of calls.
type Arc = (usize, usize, usize);

/// Returns the calls that are drawn as arcs with their lanes. Arcs in one lane do not overlap, unless there are
/// too many; short arcs get the inner lanes.
fn lanes(graph: &Graph) -> Vec<(Arc, usize)> {
    let arcs = graph.edges.iter().filter(|((from, to), _)| from != to && *to != from + 1);
    let mut arcs: Vec<Arc> = arcs.map(|(&(from, to), &times)| (from, to, times)).collect();
    arcs.sort_unstable_by_key(|&(from, to, _)| (from.abs_diff(to), from, to));
    arcs.truncate(MAX_ARCS);
    let mut lanes: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut assigned = Vec::new();
    for arc in arcs {
        let rows = (arc.0.min(arc.1), arc.0.max(arc.1));
        let is_free = |lane: &Vec<(usize, usize)>| {
            lane.iter().all(|other| other.1 < rows.0 || other.0 > rows.1)
        };
        let free = lanes.iter().position(is_free);
        let lane = match free {
            Some(lane) => lane,
            None if lanes.len() < MAX_LANES => {
                lanes.push(Vec::new());
                lanes.len() - 1
            }
            None => MAX_LANES - 1,
        };
        if let Some(lane) = lanes.get_mut(lane) {
            lane.push(rows);
        }
        assigned.push((arc, lane));
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_where_it_tells_least() {
        let shown = |kind, name: &str| {
            let node = Node { kind, name: name.to_owned(), location: String::new(), frame: None };
            node.shape(0, 0).name
        };
        let folded = "15 frames of rayon_core, std, rayon, crossbeam_epoch, and 2 others";
        let folded = shown(NodeKind::Folded, folded);
        assert!(folded.starts_with("15 frames of ") && folded.ends_with('…'), "{folded}");
        let function =
            shown(NodeKind::Project, "compiler::front::names::resolution::imports::check");
        assert!(function.starts_with('…') && function.ends_with("::check"), "{function}");
    }
}

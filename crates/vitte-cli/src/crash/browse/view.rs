//! Draws the state.
//!
//! ```text
//! vitte crash browse  target/crash-reports                                  title
//!   id                     count  kind   place                 message      header
//! > 2025-10-22T13-05-42-1      3  panic  src/shapes.vitte:3:4  attempt…     body: the list or the tree
//! ---------------------------------------------------------------------     detail of the selected node
//! typeck (fn: area) at src/shapes.vitte:3:4
//! ? help  / search  f filter  q quit                               1/4      status
//! ```

mod canvas;
mod help;

use canvas::Canvas;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use vitte_diag::text::{one_line, width_of};

use super::super::page::{cut, cut_left};
use super::crashes::CrashRow;
use super::detail;
use super::state::{Mode, OpenCrash, Prompt, State};
use super::tree::VisibleRow;

/// The size for which the screen is made.
const FULL: (u16, u16) = (80, 24);
/// Below this size only a message is shown.
const MIN: (u16, u16) = (24, 6);
/// The rows of the detail on a small and on a large terminal, without the line above it.
const DETAIL_ROWS: (u16, u16) = (5, 9);
/// The height from which the detail is large.
const LARGE_HEIGHT: u16 = 30;
/// On a terminal with fewer rows there is no detail.
const MIN_HEIGHT_FOR_DETAIL: u16 = 18;
/// The rows of title, header and status.
const FRAME_ROWS: u16 = 3;

/// How a terminal of this size is divided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// The rows of the list or of the tree.
    pub(super) body: usize,
    /// The rows of the detail; 0 if there is no room.
    detail: usize,
}

impl Layout {
    pub(super) fn of(area: Rect, is_tree: bool) -> Self {
        let detail = match area.height {
            LARGE_HEIGHT.. if is_tree => DETAIL_ROWS.1,
            MIN_HEIGHT_FOR_DETAIL.. if is_tree => DETAIL_ROWS.0,
            _ => 0,
        };
        let line = u16::from(detail > 0);
        let body = area.height.saturating_sub(FRAME_ROWS + detail + line);
        Self { body: body.into(), detail: detail.into() }
    }
}

/// Draws the state. `offset` is the first visible row. Every state is visible without colours.
pub(super) fn draw(state: &State, offset: usize, has_color: bool, area: Rect, buffer: &mut Buffer) {
    let mut canvas = Canvas::new(buffer, area, has_color);
    if area.width < MIN.0 || area.height < MIN.1 {
        let (width, height) = (area.width, area.height);
        canvas.wrapped(0, &format!(
            "the terminal has {width} x {height} cells, which is too small; it needs {} x {}; q quits",
            MIN.0, MIN.1
        ));
        return;
    }
    if state.mode == Mode::Help {
        return help::draw(&mut canvas);
    }
    let layout = Layout::of(area, state.open.is_some());
    canvas.line(0, &state.title, Style::new().add_modifier(Modifier::BOLD));
    match &state.open {
        Some(open) => draw_tree(open, offset, layout, &mut canvas),
        None => draw_list(state, offset, layout, &mut canvas),
    }
    draw_status(state, area, &mut canvas);
}

/// The style of the selected row, which also begins with `>`.
fn selected(style: Style) -> Style {
    style.add_modifier(Modifier::REVERSED)
}

/// The widths of the columns before the message.
struct Columns {
    id: usize,
    kind: usize,
    place: usize,
    function: usize,
}

const COUNT: usize = 5;

impl Columns {
    fn of(rows: &[&CrashRow], width: usize) -> Self {
        let widest = |name: &str, text: &dyn Fn(&CrashRow) -> &str, max: usize| {
            let widths = rows.iter().map(|row| width_of(text(row)).min(max));
            widths.fold(name.len(), usize::max)
        };
        let max_place = if width < 100 { 22 } else { 40 };
        Self {
            id: widest("id", &|row| &row.short_id, 32),
            kind: widest("kind", &|row| &row.kind, 14),
            place: widest("place", &|row| &row.place, max_place),
            function: match width {
                ..110 => 0,
                _ => widest("function", &|row| &row.function, 30),
            },
        }
    }

    fn line(&self, cells: [&str; 6]) -> String {
        let [id, count, kind, place, function, message] = cells;
        let pad = |text: &str, width: usize| {
            let blanks = " ".repeat(width.saturating_sub(width_of(text)) + 2);
            format!("{text}{blanks}")
        };
        let mut line = pad(&cut(id, self.id), self.id);
        line += &format!("{count:>COUNT$}  ");
        line += &pad(&cut(kind, self.kind), self.kind);
        line += &pad(&cut_left(place, self.place), self.place);
        if self.function > 0 {
            line += &pad(&cut(function, self.function), self.function);
        }
        line + message
    }
}

fn draw_list(state: &State, offset: usize, layout: Layout, canvas: &mut Canvas<'_>) {
    let crashes = &state.crashes;
    let rows: Vec<&CrashRow> =
        (offset..offset + layout.body).map_while(|row| crashes.row(row)).collect();
    let columns = Columns::of(&rows, canvas.width());
    let header = columns.line(["id", "count", "kind", "place", "function", "message"]);
    canvas.line(1, &format!("  {header}"), canvas.color(Color::Cyan));
    if rows.is_empty() {
        let why = match (crashes.total(), crashes.filter()) {
            (0, _) => "there are no crashes".to_owned(),
            (_, filter) => format!("no crash matches the filter `{filter}`; Esc removes it"),
        };
        canvas.line(3, &format!("  {why}"), Style::new());
    }
    for (index, row) in rows.iter().enumerate() {
        let CrashRow { short_id, kind, place, function, message, .. } = row;
        let line = columns.line([short_id, &row.count.to_string(), kind, place, function, message]);
        let is_selected = offset + index == crashes.cursor();
        let mark = if is_selected { "> " } else { "  " };
        let style = if is_selected { selected(Style::new()) } else { Style::new() };
        canvas.filled_line(2 + index, &format!("{mark}{line}"), style);
    }
}

fn draw_tree(open: &OpenCrash, offset: usize, layout: Layout, canvas: &mut Canvas<'_>) {
    let report = &open.tree.capsule().report;
    let time = &report.timestamp;
    let program = format!("{} {}", report.program, report.version);
    let header = format!("{}, {time}, {}", open.id, program.trim());
    canvas.line(1, &header, canvas.color(Color::Cyan));
    for index in 0..layout.body {
        let Some(row) = open.tree.row(offset + index) else { break };
        let is_selected = offset + index == open.tree.cursor();
        draw_node(&row, 2 + index, is_selected, canvas);
    }
    let Some(row) = open.tree.selected().filter(|_| layout.detail > 0) else { return };
    let top = 2 + layout.body;
    canvas.line(top, &"-".repeat(canvas.width()), Style::new());
    let lines = detail::lines(row.node, open.tree.capsule(), canvas.width(), layout.detail);
    for (index, line) in lines.iter().enumerate() {
        canvas.line(top + 1 + index, line, Style::new());
    }
}

/// Draws a node: the cursor, the indentation, `+` if it opens or `-` if it is open, and the label.
fn draw_node(row: &VisibleRow<'_>, y: usize, is_selected: bool, canvas: &mut Canvas<'_>) {
    let mark = match (row.node.can_open(), row.is_open) {
        (_, true) => "- ",
        (true, false) => "+ ",
        (false, false) => "  ",
    };
    // Deep values leave half of the row for their text.
    let indent = (2 * row.depth).min(canvas.width() / 2);
    let cursor = if is_selected { "> " } else { "  " };
    let line = format!("{cursor}{}{mark}{}", " ".repeat(indent), row.node.label);
    let style = match row.depth {
        0 => Style::new().add_modifier(Modifier::BOLD),
        _ => Style::new(),
    };
    canvas.filled_line(y, &line, if is_selected { selected(style) } else { style });
}

/// Draws what the user types, a message, or the keys; and the position of the cursor.
fn draw_status(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    let y = usize::from(area.height).saturating_sub(1);
    let (cursor, len) = match &state.open {
        Some(open) => (open.tree.cursor(), open.tree.len()),
        None => (state.crashes.cursor(), state.crashes.len()),
    };
    let position = format!(" {}/{len}", if len == 0 { 0 } else { cursor + 1 });
    let room = canvas.width().saturating_sub(position.len());
    let filter = one_line(state.filter());
    let text = match &state.mode {
        Mode::Prompt(prompt, text) => {
            let name = if *prompt == Prompt::Search { "search" } else { "filter" };
            // The end of a long text, where the user is typing.
            format!("{name}: {}_", cut_left(text, room.saturating_sub(name.len() + 3)))
        }
        _ if !state.message.is_empty() => state.message.clone(),
        _ if !filter.is_empty() => format!("filter: {filter}  (Esc removes it)"),
        _ if area.width < FULL.0 || area.height < FULL.1 => {
            format!("small terminal, best from {} x {}; ? help  q quit", FULL.0, FULL.1)
        }
        _ if state.open.is_some() => {
            "Enter open/close  / search  n next  f filter  Esc list  ? help  q quit".to_owned()
        }
        _ => "Enter open  / search  n next  f filter  ? help  q quit".to_owned(),
    };
    canvas.line(y, &cut(&text, room), canvas.color(Color::Cyan));
    canvas.text_at(room, y, &position, Style::new());
}

#[cfg(test)]
mod tests;

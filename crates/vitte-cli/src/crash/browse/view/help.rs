//! The page with the keys.

use ratatui::style::{Modifier, Style};

use super::canvas::Canvas;

/// The keys and what they do.
const KEYS: [(&str, &str); 16] = [
    ("Up, Down, k, j", "move"),
    ("PageUp, PageDown", "move by a page; Ctrl-U and Ctrl-D by half of it"),
    ("Home, End, g, G", "move to the first or the last row"),
    ("Enter, Space", "open a crash; open or close a node"),
    ("Right, l", "open; in an open node, move to its first child"),
    ("Left, h", "close; in a closed node, move to its parent"),
    ("/", "search, also in what is closed"),
    ("n, N", "find the next or the previous place"),
    ("f", "filter: show only what matches"),
    ("Esc", "remove the filter, or go back to the list"),
    ("Ctrl-L", "draw again"),
    ("?", "show or leave this page"),
    ("q, Ctrl-C", "quit"),
    ("", ""),
    ("+ and -", "mark what can be opened, and what is open"),
    ("case", "is ignored, unless the text has a capital letter"),
];

pub(super) fn draw(canvas: &mut Canvas<'_>) {
    canvas.line(0, "keys", Style::new().add_modifier(Modifier::BOLD));
    for (index, (keys, meaning)) in KEYS.iter().enumerate() {
        canvas.line(2 + index, &format!("  {keys:18}{meaning}"), Style::new());
    }
    let last = KEYS.len() + 3;
    canvas.line(last, "  `vitte crash search TEXT` looks in all crashes.", Style::new());
}

//! Long texts as nodes: one for each line, in ranges if there are many.

use std::borrow::Cow;
use std::ops::Range;

use vitte_diag::text::{cells, floor_char_boundary};

use super::super::node::{Node, Part, TextOf, step_of};

/// A longer text opens, and a longer line is divided.
const MAX_LINE_BYTES: usize = 240;

/// Returns whether a text does not fit one row.
pub(super) fn is_long(text: &str) -> bool {
    text.len() > MAX_LINE_BYTES || text.trim_end().contains('\n')
}

/// A piece of a text: a line, or a part of a long one.
struct Piece<'t> {
    /// The 1-based number of the line.
    line: usize,
    /// The offset of the first byte.
    start: usize,
    text: &'t str,
    /// Whether it is the first piece of its line.
    is_first: bool,
}

/// Returns the pieces of a range of a text whose first line has this number.
fn pieces(text: &str, range: Range<usize>, first_line: usize) -> impl Iterator<Item = Piece<'_>> {
    let (mut start, mut line) = (range.start, first_line);
    let mut is_first = start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n');
    std::iter::from_fn(move || {
        let rest = text.get(start..range.end).filter(|rest| !rest.is_empty())?;
        let near = floor_char_boundary(rest, MAX_LINE_BYTES);
        let head = rest.get(..near).unwrap_or(rest);
        let (len, has_end) = match head.find('\n') {
            Some(at) => (at, true),
            // A long grapheme cluster is divided too.
            None if rest.len() > head.len() && rest.as_bytes().get(near) == Some(&b'\n') => {
                (near, true)
            }
            None => (near, false),
        };
        let shown = rest.get(..len).unwrap_or_default();
        let piece =
            Piece { line, start, text: shown.strip_suffix('\r').unwrap_or(shown), is_first };
        start += len + usize::from(has_end);
        line += usize::from(has_end);
        is_first = has_end;
        Some(piece)
    })
}

/// Returns the nodes for a range of a text.
pub(super) fn text_nodes(text: &str, of: &TextOf, range: Range<usize>, line: usize) -> Vec<Node> {
    let count = pieces(text, range.clone(), line).count();
    let Some(step) = step_of(count) else {
        return pieces(text, range, line).map(|piece| piece.node()).collect();
    };
    let all = || pieces(text, range.clone(), line);
    let mut nodes = Vec::new();
    let mut starts = all().step_by(step).peekable();
    while let Some(piece) = starts.next() {
        let end = starts.peek().map_or(range.end, |next| next.start);
        // A line that is divided may be in two ranges.
        let last = starts.peek().map(|next| next.line - usize::from(next.is_first));
        let label = match last {
            Some(last) if last == piece.line => format!("line {last}"),
            Some(last) => format!("lines {} to {last}", piece.line),
            None => format!("from line {}", piece.line),
        };
        nodes.push(Node::new(&label, Part::Text(of.clone(), piece.start..end, piece.line)));
    }
    nodes
}

impl Piece<'_> {
    fn node(&self) -> Node {
        let number = if self.is_first { self.line.to_string() } else { String::new() };
        Node::leaf(&format!("{number:>5} | {}", without_tabs(self.text)))
    }
}

/// Replaces tabs by blanks up to the next tab stop.
pub(in super::super) fn without_tabs(line: &str) -> Cow<'_, str> {
    if !line.contains('\t') {
        return Cow::Borrowed(line);
    }
    let mut out = String::new();
    for cluster in cells(line, 4) {
        match cluster.text {
            "\t" => out.extend(std::iter::repeat_n(' ', cluster.cells())),
            text => out.push_str(text),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_a_node_for_each_line() {
        let labels = |text: &str| -> Vec<String> {
            let nodes = text_nodes(text, &TextOf::Message, 0..text.len(), 1);
            nodes.into_iter().map(|node| node.label).collect()
        };
        assert_eq!(labels("a\r\n\n\tb"), ["    1 | a", "    2 | ", "    3 |     b"]);
        let long = labels(&format!("{}\nend", "é".repeat(200)));
        assert_eq!(long.len(), 3);
        assert_eq!(long[1], format!("      | {}", "é".repeat(80)));
        assert_eq!(long[2], "    2 | end");
        assert!(labels("").is_empty());
    }

    #[test]
    fn many_lines_are_divided_and_none_is_lost() {
        let text = "x\n".repeat(2_500_000);
        let nodes = text_nodes(&text, &TextOf::Message, 0..text.len(), 1);
        assert_eq!(nodes.len(), 3);
        let Part::Text(_, range, line) = &nodes[2].part else { panic!("{nodes:?}") };
        assert_eq!((range.clone(), *line), (4_000_000..5_000_000, 2_000_001));
        let nodes = text_nodes(&text, &TextOf::Message, range.clone(), *line);
        assert_eq!((nodes.len(), &*nodes[0].label), (500, "lines 2000001 to 2001000"));
        assert_eq!(nodes[499].label, "from line 2499001");
        let Part::Text(_, range, line) = &nodes[499].part else { panic!() };
        let nodes = text_nodes(&text, &TextOf::Message, range.clone(), *line);
        assert_eq!((nodes.len(), &*nodes[999].label), (1000, "2500000 | x"));
    }

    #[test]
    fn ranges_name_their_lines() {
        let labels = |text: &str| -> Vec<String> {
            let nodes = text_nodes(text, &TextOf::Message, 0..text.len(), 1);
            nodes.into_iter().map(|node| node.label).collect()
        };
        // The second line has 1,500 pieces: it begins in the first range and ends in the second.
        let long = format!("a\n{}\nb\n", "x".repeat(1500 * MAX_LINE_BYTES));
        assert_eq!(labels(&long), ["lines 1 to 2", "from line 2"]);
        assert_eq!(labels(&"x".repeat(2000 * MAX_LINE_BYTES)), ["line 1", "from line 1"]);
    }
}

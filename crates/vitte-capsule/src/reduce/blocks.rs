//! Lines and blocks of a text in any language: by indentation and by brackets.

use std::cmp::Reverse;
use std::ops::Range;

use super::pieces::Piece;

/// Blocks that are nested deeper are no more than their lines.
pub(super) const DEEPEST: usize = 64;

/// Words that close a block when they begin a line that is as deep as the one that opened it.
const CLOSERS: &[&str] = &[".end", "end", "}", ")", "]", "fi", "done", "esac", "*/"];

/// Each line.
pub(super) fn lines(text: &[u8]) -> Vec<Piece> {
    Lines::new(text).lines.into_iter().map(|line| vec![line.range]).collect()
}

/// The blocks of a depth, counted from 0, and the lines beside them.
pub(super) fn at(text: &[u8], depth: usize) -> Vec<Piece> {
    let lines = Lines::new(text);
    let blocks = lines.blocks();
    if depth > 0 && !blocks.iter().any(|block| block.depth + 1 == depth) {
        return Vec::new();
    }
    // What the blocks above hold, or all.
    let insides: Vec<Range<usize>> = match depth {
        0 => std::iter::once(0..lines.lines.len()).collect(),
        _ => {
            let above = blocks.iter().filter(|block| block.depth + 1 == depth);
            above.map(|block| block.start + 1..block.end - usize::from(block.is_closed)).collect()
        }
    };
    let mut pieces = Vec::new();
    for inside in insides {
        let own = |block: &&Block| block.depth == depth && inside.contains(&block.start);
        let mut own = blocks.iter().filter(own).peekable();
        let mut line = inside.start;
        while line < inside.end {
            let next = own.next_if(|block| block.start == line);
            let end = next.map_or(line + 1, |block| block.end);
            pieces.push(vec![lines.bytes(line..end)]);
            line = end;
        }
    }
    pieces
}

/// The first and the last line of each block.
pub(super) fn hulls(text: &[u8]) -> Vec<Piece> {
    let lines = Lines::new(text);
    let hull = |block: Block| {
        let last = block.is_closed.then(|| lines.bytes(block.end - 1..block.end));
        std::iter::once(lines.bytes(block.start..block.start + 1)).chain(last).collect()
    };
    lines.blocks().into_iter().map(hull).collect()
}

#[derive(Debug)]
struct Line {
    /// Its bytes, with the line feed.
    range: Range<usize>,
    /// Bytes of white space before its text; nothing where there is no text.
    indent: Option<usize>,
    is_closer: bool,
    /// Brackets that are opened, and closed, without the other one on the line.
    opened: usize,
    closed: usize,
}

/// Lines `start..end`. Blocks are nested, and none crosses another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Block {
    start: usize,
    end: usize,
    /// Whether its last line is what closes it.
    is_closed: bool,
    depth: usize,
}

struct Lines {
    lines: Vec<Line>,
}

impl Lines {
    fn new(text: &[u8]) -> Self {
        let mut at = 0;
        let line = |line: &[u8]| {
            let range = at..at + line.len();
            at = range.end;
            let indent = line.iter().position(|byte| !byte.is_ascii_whitespace());
            let code = indent.and_then(|indent| line.get(indent..)).unwrap_or_default();
            let is_closer = CLOSERS.iter().any(|closer| {
                let behind = code.strip_prefix(closer.as_bytes());
                let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                behind.is_some_and(|behind| !behind.first().is_some_and(goes_on))
            });
            let (opened, closed) = brackets(code);
            Line { range, indent, is_closer, opened, closed }
        };
        Self { lines: text.split_inclusive(|byte| *byte == b'\n').map(line).collect() }
    }

    fn bytes(&self, lines: Range<usize>) -> Range<usize> {
        match self.lines.get(lines).unwrap_or_default() {
            [first, .., last] => first.range.start..last.range.end,
            [only] => only.range.clone(),
            [] => 0..0,
        }
    }

    /// All blocks, the outer ones before those in them.
    fn blocks(&self) -> Vec<Block> {
        let mut found = self.by_indentation();
        found.extend(self.by_brackets());
        found.sort_unstable_by_key(|block| (block.start, Reverse(block.end), !block.is_closed));
        // Of those that begin on one line the outer one counts.
        found.dedup_by_key(|block| block.start);
        let mut open: Vec<usize> = Vec::new();
        let mut blocks = Vec::new();
        for block in found {
            while open.last().is_some_and(|end| *end <= block.start) {
                open.pop();
            }
            // One that crosses another is none.
            if open.last().is_none_or(|end| block.end <= *end) {
                blocks.push(Block { depth: open.len(), ..block });
                open.push(block.end);
            }
        }
        blocks
    }

    /// A line, the deeper ones behind it, and what closes them; or a line and what closes it.
    fn by_indentation(&self) -> Vec<Block> {
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut blocks = Vec::new();
        let mut last = 0;
        for (at, line) in self.lines.iter().enumerate() {
            let Some(indent) = line.indent else { continue };
            let ends = |(_, depth): &(usize, usize)| *depth >= indent;
            while let Some((start, depth)) = open.last().copied().filter(ends) {
                open.pop();
                let is_closed = line.is_closer && depth == indent;
                let end = if is_closed { at + 1 } else { last + 1 };
                if end > start + 1 {
                    blocks.push(Block { start, end, is_closed, depth: 0 });
                }
            }
            last = at;
            if !line.is_closer {
                open.push((at, indent));
            }
        }
        let rest = open.into_iter().filter(|(start, _)| last > *start);
        blocks.extend(rest.map(|(start, _)| Block {
            start,
            end: last + 1,
            is_closed: false,
            depth: 0,
        }));
        blocks
    }

    /// From the line that opens a bracket to the one that closes it.
    fn by_brackets(&self) -> Vec<Block> {
        let mut open = Vec::new();
        let mut blocks = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            for _ in 0..line.closed {
                if let Some(start) = open.pop().filter(|start| *start < at) {
                    blocks.push(Block { start, end: at + 1, is_closed: true, depth: 0 });
                }
            }
            open.extend(std::iter::repeat_n(at, line.opened));
        }
        blocks
    }
}

/// Brackets that are opened, and closed, without the other one on the line; those in texts do not count.
fn brackets(code: &[u8]) -> (usize, usize) {
    let (mut opened, mut closed) = (0, 0);
    let mut bytes = code.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                // To the quote that ends it, or the end of the line.
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => _ = bytes.next(),
                        _ => {}
                    }
                }
            }
            b'(' | b'[' | b'{' => opened += 1,
            b')' | b']' | b'}' if opened > 0 => opened -= 1,
            b')' | b']' | b'}' => closed += 1,
            _ => {}
        }
    }
    (opened, closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first line of each piece, and how many lines it has.
    fn shown(text: &str, pieces: Vec<Piece>) -> Vec<(String, usize)> {
        let shown = |piece: Piece| {
            let text: Vec<&str> = piece.into_iter().filter_map(|range| text.get(range)).collect();
            let text = text.concat();
            (text.lines().next().unwrap_or_default().trim().to_owned(), text.lines().count())
        };
        pieces.into_iter().map(shown).collect()
    }

    fn all(text: &str, depth: usize) -> Vec<(String, usize)> {
        shown(text, at(text.as_bytes(), depth))
    }

    #[test]
    fn blocks_are_seen_by_indentation() {
        let text = "module m\nfn a\n  for x in y\n    match x\n    .end\n\n  .end\n  ret 1\n.end\nfn b\n.end\n";
        let own = |texts: &[(&str, usize)]| -> Vec<(String, usize)> {
            texts.iter().map(|(text, lines)| ((*text).to_owned(), *lines)).collect()
        };
        assert_eq!(all(text, 0), own(&[("module m", 1), ("fn a", 8), ("fn b", 2)]));
        assert_eq!(all(text, 1), own(&[("for x in y", 5), ("ret 1", 1)]));
        assert_eq!(all(text, 2), own(&[("match x", 2), ("", 1)]));
        assert_eq!(all(text, 3), own(&[]));
        let hulls = shown(text, hulls(text.as_bytes()));
        assert_eq!(hulls, own(&[("fn a", 2), ("for x in y", 2), ("match x", 2), ("fn b", 2)]));
        let python = "def f():\n    if x:\n        y\nz\n";
        assert_eq!(all(python, 0), own(&[("def f():", 3), ("z", 1)]));
        assert_eq!(all(python, 1), own(&[("if x:", 2)]));
    }

    #[test]
    fn blocks_are_seen_by_brackets_where_nothing_is_indented() {
        let text = "fn a() {\nif x {\nf(1,\n2) }\n}\n\"{\"\nfn b() {}\n";
        let starts: Vec<_> = all(text, 0).into_iter().collect();
        let expected = [("fn a() {", 5), ("\"{\"", 1), ("fn b() {}", 1)];
        assert_eq!(starts, expected.map(|(text, lines)| (text.to_owned(), lines)));
        assert_eq!(all(text, 1), [("if x {".to_owned(), 3)]);
    }

    #[test]
    fn the_pieces_of_a_depth_are_in_order_and_apart() {
        let texts = [
            "a\n b\n  c\n b\n}\n}\n\n (\n)\n  x\ny",
            "}\n}\n{\n{\n",
            "\t\n\n",
            "",
            "if a {\n} else {\n}\n",
            "f(\n a, {\nb\n }, [\n1]\n)\n",
        ];
        for text in texts {
            for depth in 0..DEEPEST {
                let pieces = at(text.as_bytes(), depth).concat();
                assert!(
                    pieces.is_sorted_by(|a, b| a.end <= b.start),
                    "{text:?} {depth}: {pieces:?}"
                );
                assert!(
                    pieces.iter().all(|piece| piece.start < piece.end && piece.end <= text.len())
                );
            }
            let all: String = lines(text.as_bytes())
                .concat()
                .into_iter()
                .filter_map(|line| text.get(line))
                .collect();
            assert_eq!(all, text);
        }
    }
}

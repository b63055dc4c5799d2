//! Finds lines and blocks in sources of any language, by indentation and by brackets.

use std::cmp::Reverse;
use std::ops::Range;

use super::pieces::Piece;

/// The number of nesting levels at which blocks are removed as a whole. Deeper ones are reduced line by line.
pub(super) const MAX_DEPTH: usize = 64;

/// Tokens that close a block if they start a line with the indentation of the line that opened it.
const CLOSERS: &[&str] = &[".end", "end", "}", ")", "]", "fi", "done", "esac", "*/"];

/// Returns each line as a piece.
pub(super) fn lines(text: &[u8]) -> Vec<Piece> {
    SourceLines::new(text).lines.into_iter().map(|line| vec![line.range]).collect()
}

/// The number of parts of a text.
const MAX_PARTS: usize = 1024;

/// Returns large parts of a text, each of several lines. A long line may be cut.
pub(super) fn parts(text: &[u8]) -> Vec<Piece> {
    let len = text.len().div_ceil(MAX_PARTS).max(1);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = (start + len).min(text.len());
        let rest = text.get(end..).unwrap_or_default().iter().take(len);
        let end = end + rest.take_while(|byte| **byte != b'\n').count();
        let end = (end + 1).min(text.len());
        let part = start..end;
        parts.push(vec![part]);
        start = end;
    }
    parts
}

/// Returns the blocks at a 0-based depth, and the lines of the same parents that are in none of them.
pub(super) fn at_depth(text: &[u8], depth: usize) -> Vec<Piece> {
    let lines = SourceLines::new(text);
    let blocks = lines.blocks();
    if depth > 0 && !blocks.iter().any(|block| block.depth + 1 == depth) {
        return Vec::new();
    }
    // The lines inside of the parent blocks, or all lines.
    let parents: Vec<Range<usize>> = match depth {
        0 => std::iter::once(0..lines.lines.len()).collect(),
        _ => {
            let parents = blocks.iter().filter(|block| block.depth + 1 == depth);
            parents.map(|block| block.start + 1..block.end - usize::from(block.is_closed)).collect()
        }
    };
    let mut pieces = Vec::new();
    for parent in parents {
        // The blocks are sorted by their starts.
        let first = blocks.partition_point(|block| block.start < parent.start);
        let inside = blocks.get(first..).unwrap_or_default().iter();
        let inside = inside.take_while(|block| block.start < parent.end);
        let mut children = inside.filter(|block| block.depth == depth).peekable();
        let mut line = parent.start;
        while line < parent.end {
            let next = children.next_if(|block| block.start == line);
            let end = next.map_or(line + 1, |block| block.end);
            pieces.push(vec![lines.bytes(line..end)]);
            line = end;
        }
    }
    pieces
}

/// Returns the first and, if it is closed, the last line of each block.
pub(super) fn delimiters(text: &[u8]) -> Vec<Piece> {
    let lines = SourceLines::new(text);
    let delimiters = |block: Block| {
        let last = block.is_closed.then(|| lines.bytes(block.end - 1..block.end));
        std::iter::once(lines.bytes(block.start..block.start + 1)).chain(last).collect()
    };
    lines.blocks().into_iter().map(delimiters).collect()
}

#[derive(Debug)]
struct SourceLine {
    /// The byte range, with the line feed.
    range: Range<usize>,
    /// The bytes of white space before the text, or `None` for a blank line.
    indent: Option<usize>,
    /// Whether it starts with one of [`CLOSERS`].
    is_closer: bool,
    /// The number of brackets that are opened and not closed on the line.
    opened: usize,
    /// The number of brackets that are closed and not opened on the line.
    closed: usize,
}

/// The lines `start..end`. Blocks are nested; no block overlaps another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Block {
    start: usize,
    end: usize,
    /// Whether its last line closes it.
    is_closed: bool,
    /// The 0-based nesting level.
    depth: usize,
}

struct SourceLines {
    lines: Vec<SourceLine>,
}

impl SourceLines {
    fn new(text: &[u8]) -> Self {
        let mut at = 0;
        let line = |line: &[u8]| {
            let range = at..at + line.len();
            at = range.end;
            let indent = line.iter().position(|byte| !byte.is_ascii_whitespace());
            let code = indent.and_then(|indent| line.get(indent..)).unwrap_or_default();
            let is_closer = CLOSERS.iter().any(|closer| {
                let rest = code.strip_prefix(closer.as_bytes());
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                rest.is_some_and(|rest| !rest.first().is_some_and(is_word))
            });
            let (opened, closed) = brackets(code);
            SourceLine { range, indent, is_closer, opened, closed }
        };
        Self { lines: text.split_inclusive(|byte| *byte == b'\n').map(line).collect() }
    }

    /// Returns the byte range of some lines.
    fn bytes(&self, lines: Range<usize>) -> Range<usize> {
        match self.lines.get(lines).unwrap_or_default() {
            [first, .., last] => first.range.start..last.range.end,
            [only] => only.range.clone(),
            [] => 0..0,
        }
    }

    /// Returns all blocks, outer blocks before the blocks inside of them.
    fn blocks(&self) -> Vec<Block> {
        let mut found = self.by_indentation();
        found.extend(self.by_brackets());
        found.sort_unstable_by_key(|block| (block.start, Reverse(block.end), !block.is_closed));
        // Of several blocks that start on one line, only the outermost is used.
        found.dedup_by_key(|block| block.start);
        let mut open: Vec<usize> = Vec::new();
        let mut blocks = Vec::new();
        for block in found {
            while open.last().is_some_and(|end| *end <= block.start) {
                open.pop();
            }
            // A block that overlaps another one is dropped.
            if open.last().is_none_or(|end| block.end <= *end) {
                blocks.push(Block { depth: open.len(), ..block });
                open.push(block.end);
            }
        }
        blocks
    }

    /// Finds blocks by indentation: a line, the following lines that are indented deeper, and the line that closes
    /// them.
    fn by_indentation(&self) -> Vec<Block> {
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut blocks = Vec::new();
        let mut last = 0;
        for (index, line) in self.lines.iter().enumerate() {
            let Some(indent) = line.indent else { continue };
            let ends = |(_, depth): &(usize, usize)| *depth >= indent;
            while let Some((start, depth)) = open.last().copied().filter(ends) {
                open.pop();
                let is_closed = line.is_closer && depth == indent;
                let end = if is_closed { index + 1 } else { last + 1 };
                if end > start + 1 {
                    blocks.push(Block { start, end, is_closed, depth: 0 });
                }
            }
            last = index;
            if !line.is_closer {
                open.push((index, indent));
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

    /// Finds blocks by brackets: from the line that opens a bracket to the line that closes it.
    fn by_brackets(&self) -> Vec<Block> {
        let mut open = Vec::new();
        let mut blocks = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            for _ in 0..line.closed {
                if let Some(start) = open.pop().filter(|start| *start < index) {
                    blocks.push(Block { start, end: index + 1, is_closed: true, depth: 0 });
                }
            }
            open.extend(std::iter::repeat_n(index, line.opened));
        }
        blocks
    }
}

/// Counts the brackets of a line without their counterpart on it: opening ones and closing ones. Brackets in
/// string literals are ignored.
fn brackets(code: &[u8]) -> (usize, usize) {
    let (mut opened, mut closed) = (0, 0);
    let mut bytes = code.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                // Skips to the closing quote or the end of the line.
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

    /// Returns the first line of each piece and its number of lines.
    fn summaries(text: &str, pieces: Vec<Piece>) -> Vec<(String, usize)> {
        let summary = |piece: Piece| {
            let text: Vec<&str> = piece.into_iter().filter_map(|range| text.get(range)).collect();
            let text = text.concat();
            (text.lines().next().unwrap_or_default().trim().to_owned(), text.lines().count())
        };
        pieces.into_iter().map(summary).collect()
    }

    fn summaries_at(text: &str, depth: usize) -> Vec<(String, usize)> {
        summaries(text, at_depth(text.as_bytes(), depth))
    }

    #[test]
    fn blocks_are_found_by_indentation() {
        let text = "module m\nfn a\n  for x in y\n    match x\n    .end\n\n  .end\n  ret 1\n.end\nfn b\n.end\n";
        let expected = |texts: &[(&str, usize)]| -> Vec<(String, usize)> {
            texts.iter().map(|(text, lines)| ((*text).to_owned(), *lines)).collect()
        };
        assert_eq!(summaries_at(text, 0), expected(&[("module m", 1), ("fn a", 8), ("fn b", 2)]));
        assert_eq!(summaries_at(text, 1), expected(&[("for x in y", 5), ("ret 1", 1)]));
        assert_eq!(summaries_at(text, 2), expected(&[("match x", 2), ("", 1)]));
        assert_eq!(summaries_at(text, 3), expected(&[]));
        let delimiters = summaries(text, delimiters(text.as_bytes()));
        assert_eq!(
            delimiters,
            expected(&[("fn a", 2), ("for x in y", 2), ("match x", 2), ("fn b", 2)])
        );
        let python = "def f():\n    if x:\n        y\nz\n";
        assert_eq!(summaries_at(python, 0), expected(&[("def f():", 3), ("z", 1)]));
        assert_eq!(summaries_at(python, 1), expected(&[("if x:", 2)]));
    }

    #[test]
    fn blocks_are_found_by_brackets_without_indentation() {
        let text = "fn a() {\nif x {\nf(1,\n2) }\n}\n\"{\"\nfn b() {}\n";
        let starts: Vec<_> = summaries_at(text, 0).into_iter().collect();
        let expected = [("fn a() {", 5), ("\"{\"", 1), ("fn b() {}", 1)];
        assert_eq!(starts, expected.map(|(text, lines)| (text.to_owned(), lines)));
        assert_eq!(summaries_at(text, 1), [("if x {".to_owned(), 3)]);
    }

    #[test]
    fn the_parts_of_a_text_are_few_and_complete() {
        let large = ["a line\n".repeat(100_000), "x".repeat(100_000), "\n".repeat(5000)];
        for text in large.into_iter().chain(["a\nb".to_owned(), String::new()]) {
            let parts = parts(text.as_bytes()).concat();
            assert!(parts.len() <= MAX_PARTS);
            assert!(parts.first().is_none_or(|part| part.start == 0));
            assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert_eq!(parts.last().map_or(0, |part| part.end), text.len());
        }
    }

    #[test]
    fn the_pieces_of_a_depth_are_sorted_and_disjoint() {
        let texts = [
            "a\n b\n  c\n b\n}\n}\n\n (\n)\n  x\ny",
            "}\n}\n{\n{\n",
            "\t\n\n",
            "",
            "if a {\n} else {\n}\n",
            "f(\n a, {\nb\n }, [\n1]\n)\n",
        ];
        for text in texts {
            for depth in 0..MAX_DEPTH {
                let pieces = at_depth(text.as_bytes(), depth).concat();
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

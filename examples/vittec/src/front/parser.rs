//! Parses tokens into items: E0010 and E0011.
//!
//! If all blocks are closed, indentation does not matter. Otherwise, or if an item without indentation is inside an
//! indented block, the file is split into pieces at the items without indentation. In a piece with unclosed blocks
//! the indentation decides which block is the unclosed one. So a missing `.end` causes one error, and the items
//! after it are parsed correctly.

use std::ops::Range;

use vitte_diag::{DiagnosticBag, SourceFile};

use super::blocks::{BlockContent, Closer, Opener};
use super::lexer::{Lexed, Token, TokenKind};
use super::syntax_error::SyntaxError;
use super::tokens::{MODIFIERS, Tokens};

/// An item: the tokens of its first line, and for imports also those in its braces.
pub(crate) type Item<'t, 's> = &'t [Token<'s>];

/// Words that begin an item.
const ITEMS: &[&str] = &[
    "module", "mod", "use", "import", "export", "extern", "fn", "struct", "enum", "trait", "impl",
    "type", "const", "let", "test", "scenario", "scn", "program", "prog", "say", "do", "set",
];
/// Items that may continue on indented lines without opening a block.
const CONTINUABLE_ITEMS: &[&str] = &["const", "let", "type", "say", "do", "set"];
/// Items that are also statements.
const STATEMENTS: &[&str] = &["let", "say", "do", "set"];

/// The maximum number of tokens of an import.
const MAX_IMPORT_TOKENS: usize = 2048;

/// Parses the items of a file and adds diagnostics to `bag`.
pub(crate) fn parse<'t, 's>(
    file: &SourceFile,
    lexed: &'t Lexed<'s>,
    bag: &mut DiagnosticBag,
) -> Vec<Item<'t, 's>> {
    let tokens = Tokens(&lexed.tokens);
    let whole = Parser::new(tokens, Imbalance::default()).run(0..lexed.tokens.len());
    let pieces = if whole.is_balanced() {
        vec![whole]
    } else if whole.has_unindented_body {
        // Without indentation only the number of missing closers is known.
        vec![whole.reparse(0..lexed.tokens.len())]
    } else {
        parse_pieces(tokens)
    };
    let mut items = Vec::new();
    for piece in pieces {
        items.extend(piece.items);
        for error in piece.errors {
            let hidden = lexed.is_cut_short()
                && matches!(error, SyntaxError::UnclosedBlock { expected_before: None, .. });
            if !hidden {
                bag.push(error.diagnostic(tokens, file));
            }
        }
    }
    items
}

/// Parses each piece of a file separately. Pieces with unclosed blocks are parsed by their indentation.
fn parse_pieces<'t, 's>(tokens: Tokens<'t, 's>) -> Vec<Parser<'t, 's>> {
    let len = tokens.0.len();
    let mut starts: Vec<usize> = (1..len).filter(|&at| tokens.begins_piece(at)).collect();
    starts.insert(0, 0);
    let ends = starts.clone().into_iter().skip(1).chain([len]);
    let pieces = starts.into_iter().zip(ends).map(|(start, end)| {
        let piece = Parser::new(tokens, Imbalance::default()).run(start..end);
        if piece.is_balanced() { piece } else { piece.reparse(start..end) }
    });
    pieces.collect()
}

impl<'t, 's> Tokens<'t, 's> {
    /// Returns the tokens of the item that begins at `at`.
    fn item(self, at: usize) -> Item<'t, 's> {
        let rest = self.0.get(at..).unwrap_or_default();
        let line = rest.first().map(|token| token.line);
        let mut depth = 0_u32;
        let belongs_to_import = |token: &&Token<'_>| {
            let belongs = depth > 0 || Some(token.line) == line;
            depth += u32::from(token.is("{"));
            depth = depth.saturating_sub(u32::from(token.is("}")));
            belongs
        };
        let is_import = rest.first().is_some_and(|token| token.is_one_of(&["use", "import"]));
        let len = if is_import {
            rest.iter().take(MAX_IMPORT_TOKENS).take_while(belongs_to_import).count()
        } else {
            rest.iter().take_while(|token| Some(token.line) == line).count()
        };
        rest.get(..len).unwrap_or_default()
    }

    /// Returns true if an item begins at `index`: a keyword that begins one, optionally after modifiers, and not
    /// used as a name.
    fn begins_item(self, index: usize) -> bool {
        let Some(token) = self.get(index) else { return false };
        let next = self.get(index + 1).filter(|next| next.line == token.line);
        let as_name = next.is_some_and(|next| next.is_one_of(&["::", ".", "="]));
        if token.is_one_of(ITEMS) {
            return !as_name || token.is_one_of(&["use", "import"]);
        }
        token.is_one_of(MODIFIERS) && next.is_some() && self.begins_item(index + 1)
    }

    /// Returns true if an item begins at `index` that is not also a statement and is not indented.
    fn begins_piece(self, index: usize) -> bool {
        let at_margin =
            self.get(index).is_some_and(|token| token.first_on_line && token.indent == 0);
        at_margin
            && self.begins_item(index)
            && !self.get(index).is_some_and(|t| t.is_one_of(STATEMENTS))
    }
}

/// The numbers of missing and of stray closers in a piece. Parsing by indentation reports at most this many errors.
#[derive(Clone, Copy, Debug, Default)]
struct Imbalance {
    /// The number of blocks that are not closed.
    missing: usize,
    /// The number of closers that close no block.
    stray_closers: usize,
}

/// A block that is not closed yet.
#[derive(Clone, Copy, Debug)]
struct OpenBlock<'s> {
    /// The first token of the line that opens the block.
    at: usize,
    indent: u32,
    opener: Opener<'s>,
    /// The number of open parentheses where the block was opened.
    parens: u32,
    /// Whether the body is indented more than the line that opens the block. `None` before the first line of the
    /// body.
    indented: Option<bool>,
}

#[derive(Debug)]
struct Parser<'t, 's> {
    tokens: Tokens<'t, 's>,
    imbalance: Imbalance,
    open: Vec<OpenBlock<'s>>,
    /// The number of open blocks that need a `}`.
    open_brace_blocks: usize,
    /// The number of open blocks with an indented body.
    open_indented_blocks: usize,
    /// The number of parentheses and brackets that were opened since the innermost block was opened.
    parens: u32,
    /// The previous item, if it may continue on indented lines.
    continuable: Option<ContinuableItem>,
    /// The indentation of a reported line that is not an item. Further lines up to the next item are not reported.
    recovery_indent: Option<u32>,
    /// The number of closers that close no block.
    stray_closers: usize,
    /// Whether a block was closed by the closer of another kind of block.
    has_mismatched_closer: bool,
    /// Whether an item without indentation begins before an indented block is closed.
    has_dedented_item: bool,
    /// Whether the body of a block is not indented. Then indentation does not locate the unclosed block.
    has_unindented_body: bool,
    items: Vec<Item<'t, 's>>,
    errors: Vec<SyntaxError<'s>>,
}

/// An item that may continue on lines that are indented more than `indent`; a value even after a block.
#[derive(Clone, Copy, Debug)]
struct ContinuableItem {
    indent: u32,
    is_value: bool,
}

impl<'t, 's> Parser<'t, 's> {
    fn new(tokens: Tokens<'t, 's>, imbalance: Imbalance) -> Self {
        Self {
            tokens,
            imbalance,
            open: Vec::new(),
            open_brace_blocks: 0,
            open_indented_blocks: 0,
            parens: 0,
            continuable: None,
            recovery_indent: None,
            stray_closers: 0,
            has_mismatched_closer: false,
            has_dedented_item: false,
            has_unindented_body: false,
            items: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Parses a range with unbalanced blocks again, this time by indentation.
    fn reparse(self, range: Range<usize>) -> Self {
        let imbalance = Imbalance { missing: self.open.len(), stray_closers: self.stray_closers };
        Self::new(self.tokens, imbalance).run(range)
    }

    /// Returns true if every block was closed and every closer closed a block.
    fn is_balanced(&self) -> bool {
        self.open.is_empty()
            && self.stray_closers == 0
            && !self.has_mismatched_closer
            && !self.has_dedented_item
    }

    /// Parses a range of tokens.
    fn run(mut self, range: Range<usize>) -> Self {
        for at in range.clone() {
            let Some(token) = self.tokens.get(at) else { break };
            if token.first_on_line {
                self.begin_line(at, token);
            }
            match token.text {
                _ if token.kind == TokenKind::End => self.close_end(at, token),
                _ if token.kind != TokenKind::Punct => {}
                "}" => self.close_brace(at),
                "(" | "[" => self.parens += 1,
                ")" | "]" => self.parens = self.parens.saturating_sub(1),
                _ => {}
            }
            let inside = self.open.last().map_or(BlockContent::Code, |open| open.opener.content);
            if let Some(opener) = self.tokens.opener(at, inside) {
                let (at, indent) = (self.tokens.line_start(at), token.indent);
                let parens = std::mem::take(&mut self.parens);
                self.open_brace_blocks += usize::from(opener.closer == Closer::Brace);
                self.open.push(OpenBlock { at, indent, opener, parens, indented: None });
            }
        }
        if self.imbalance.missing > 0 {
            let expected_before = self.tokens.get(range.end).map(|_| range.end);
            self.report_unclosed_blocks(0, expected_before);
        }
        self
    }

    /// Handles the start of a line: reports the unclosed blocks that end before it, judged by its indentation, and
    /// reads an item at the top level.
    fn begin_line(&mut self, at: usize, token: &Token<'s>) {
        let begins_piece = self.tokens.begins_piece(at);
        let is_closer = token.kind == TokenKind::End || token.is_one_of(&[")", "]", "}"]);
        for open in self.open.iter_mut().rev().take_while(|open| open.indented.is_none()) {
            let indented = token.indent > open.indent;
            open.indented = Some(indented);
            self.open_indented_blocks += usize::from(indented);
            self.has_unindented_body |= !indented && !is_closer && !begins_piece;
        }
        self.has_dedented_item |= begins_piece && self.open_indented_blocks > 0;
        let continues_block = is_closer || token.is_one_of(&["{", "else", "elif"]);
        if !continues_block && self.parens == 0 && self.imbalance.missing > 0 {
            let has_ended = |open: &OpenBlock<'_>| {
                open.opener.closer == Closer::End
                    && token.indent <= open.indent
                    && open.indented != Some(false)
            };
            let still_open =
                self.open.iter().rposition(|open| !has_ended(open)).map_or(0, |at| at + 1);
            if still_open < self.open.len()
                && self.open.len() - still_open <= self.imbalance.missing
            {
                self.report_unclosed_blocks(still_open, Some(at));
                if self.open.is_empty() && !self.tokens.begins_item(at) {
                    // The text after a missing closer is not reported as well.
                    self.recovery_indent = Some(token.indent);
                }
            }
        }
        if self.open.is_empty() && token.kind != TokenKind::End {
            self.begin_top_level_line(at, token);
        }
    }

    /// Handles the first token of a line outside all blocks.
    fn begin_top_level_line(&mut self, at: usize, token: &Token<'s>) {
        let is_item = self.tokens.begins_item(at);
        let body = token.is("{") && self.recovery_indent.is_none() && !self.items.is_empty();
        let in_skipped_text = self.recovery_indent.is_some_and(|indent| token.indent > indent);
        if body || in_skipped_text || (self.parens > 0 && !(is_item && token.indent == 0)) {
            return;
        }
        if is_item {
            self.items.push(self.tokens.item(at));
            self.recovery_indent = None;
            self.parens = 0;
            let keyword = self.tokens.get(self.tokens.keyword(at)).unwrap_or(token);
            let is_value = keyword.is_one_of(CONTINUABLE_ITEMS);
            let one_line = keyword.is_one_of(&["module", "mod", "use", "import"]);
            self.continuable =
                (!one_line).then_some(ContinuableItem { indent: token.indent, is_value });
        } else if self.continuable.is_none_or(|item| token.indent <= item.indent) {
            self.report_not_item(at, token);
        }
    }

    /// Reports a line that is not an item. Further such lines up to the next item are not reported.
    fn report_not_item(&mut self, at: usize, token: &Token<'s>) {
        if self.recovery_indent.is_none() {
            self.errors.push(SyntaxError::NotItem { at });
            self.recovery_indent = Some(token.indent);
        }
        self.continuable = None;
    }

    /// Handles an `.end`: closes the block that it belongs to, or reports it.
    fn close_end(&mut self, at: usize, token: &Token<'s>) {
        // Prefer the innermost block with the indentation of this `.end`, unless that would leave more blocks
        // unclosed than closers are missing.
        let is_aligned =
            |open: &OpenBlock<'_>| open.opener.closer == Closer::End && open.indent == token.indent;
        let near = self.open.len().saturating_sub(self.imbalance.missing + 1);
        let same = self.open.get(near..).unwrap_or_default().iter().rposition(is_aligned);
        if let Some(index) = same.filter(|_| token.first_on_line) {
            self.report_unclosed_blocks(near + index + 1, Some(at));
        } else if self.imbalance.stray_closers > 0
            && self.open.last().is_some_and(|innermost| innermost.indent < token.indent)
        {
            self.imbalance.stray_closers -= 1;
            self.errors.push(SyntaxError::NotItem { at });
            return;
        }
        match self.close_innermost() {
            Some(open) if open.opener.closer == Closer::Brace => {
                self.has_mismatched_closer = true;
                self.report_unclosed(open, Some(at));
            }
            Some(_) => {}
            None => {
                self.stray_closers += 1;
                self.report_not_item(at, token);
            }
        }
        if self.open.is_empty() && !self.continuable.is_some_and(|item| item.is_value) {
            self.continuable = None;
        }
    }

    /// Handles a `}`: closes the innermost block that needs one, or reports it.
    fn close_brace(&mut self, at: usize) {
        let is_brace = |open: &OpenBlock<'_>| open.opener.closer == Closer::Brace;
        if self.open_brace_blocks > 0 {
            let index = self.open.iter().rposition(is_brace).unwrap_or(0);
            if index + 1 < self.open.len() {
                self.has_mismatched_closer = true;
                self.report_unclosed_blocks(index + 1, Some(at));
            }
            self.close_innermost();
        } else if let (true, Some(token)) = (self.open.is_empty(), self.tokens.get(at)) {
            self.stray_closers += 1;
            self.report_not_item(at, token);
        }
    }

    fn close_innermost(&mut self) -> Option<OpenBlock<'s>> {
        let open = self.open.pop()?;
        self.update_counts(&open);
        self.parens = open.parens;
        Some(open)
    }

    /// Updates the counters when a block is removed from the open blocks.
    fn update_counts(&mut self, open: &OpenBlock<'s>) {
        self.open_brace_blocks -= usize::from(open.opener.closer == Closer::Brace);
        self.open_indented_blocks -= usize::from(open.indented == Some(true));
    }

    /// Removes the open blocks from `index` on and reports them as unclosed. `expected_before` is the token before
    /// which their closers were expected, `None` for the end of the file.
    fn report_unclosed_blocks(&mut self, index: usize, expected_before: Option<usize>) {
        let unclosed = self.open.split_off(index.min(self.open.len()));
        self.imbalance.missing = self.imbalance.missing.saturating_sub(unclosed.len());
        if let Some(outermost) = unclosed.first() {
            self.parens = outermost.parens;
        }
        for open in unclosed {
            self.update_counts(&open);
            self.report_unclosed(open, expected_before);
        }
    }

    /// Reports an unclosed block. A line that opens several unclosed blocks is reported once.
    fn report_unclosed(&mut self, block: OpenBlock<'s>, expected_before: Option<usize>) {
        let OpenBlock { at, opener, .. } = block;
        let is_reported = matches!(
            self.errors.last(),
            Some(SyntaxError::UnclosedBlock { at: reported, .. }) if *reported == at
        );
        if !is_reported {
            let guessed = self.has_unindented_body;
            self.errors.push(SyntaxError::UnclosedBlock { at, opener, expected_before, guessed });
        }
    }
}

//! From tokens to items: E0010 and E0011.
//!
//! A file whose blocks close is taken as it is, however it is indented. Where they do not, or where
//! an item at the margin stands in a block that is indented, the file is cut at the lines that begin
//! an item at the margin, and in a piece whose blocks do not close the indentation tells which one
//! was left open. So one missing `.end` gives one error, and what follows it is read as it was meant.

use std::ops::Range;

use vitte_diag::{DiagnosticBag, SourceFile};

use super::blocks::{Closer, Holds, Opener};
use super::fault::Fault;
use super::lexer::{Kind, Lexed, Token};
use super::tokens::{MODIFIERS, Tokens};

/// An item: its tokens up to the end of its first line.
pub(crate) type Item<'t, 's> = &'t [Token<'s>];

/// Words that begin an item.
const ITEMS: &[&str] = &[
    "module", "mod", "use", "import", "export", "extern", "fn", "struct", "enum", "trait", "impl",
    "type", "const", "let", "test", "scenario", "scn", "program", "prog", "say", "do", "set",
];
/// Items that may go on in deeper lines without opening a block.
const GO_ON: &[&str] = &["const", "let", "type", "say", "do", "set"];
/// Items that are statements too.
const STATEMENTS: &[&str] = &["let", "say", "do", "set"];

/// No import has more tokens than this.
const LONGEST_IMPORT: usize = 2048;

/// Reads the items of a file. What is wrong goes into `bag`.
pub(crate) fn parse<'t, 's>(
    file: &SourceFile,
    lexed: &'t Lexed<'s>,
    bag: &mut DiagnosticBag,
) -> Vec<Item<'t, 's>> {
    let tokens = Tokens(&lexed.tokens);
    let whole = Parser::new(tokens, Slack::default()).run(0..lexed.tokens.len());
    let read = if whole.closes() {
        vec![whole]
    } else if whole.flat {
        // Without indentation nothing but the number of closers can be told.
        vec![whole.again(0..lexed.tokens.len())]
    } else {
        piece_by_piece(tokens)
    };
    let mut items = Vec::new();
    for piece in read {
        items.extend(piece.items);
        for fault in piece.faults {
            let hidden = lexed.is_cut_short() && matches!(fault, Fault::Open { missed: None, .. });
            if !hidden {
                bag.push(fault.diagnostic(tokens, file));
            }
        }
    }
    items
}

/// Reads each piece of a file by itself, the pieces that do not close by their indentation.
fn piece_by_piece<'t, 's>(tokens: Tokens<'t, 's>) -> Vec<Parser<'t, 's>> {
    let len = tokens.0.len();
    let mut starts: Vec<usize> = (1..len).filter(|&at| tokens.begins_piece(at)).collect();
    starts.insert(0, 0);
    let ends = starts.clone().into_iter().skip(1).chain([len]);
    let pieces = starts.into_iter().zip(ends).map(|(start, end)| {
        let plain = Parser::new(tokens, Slack::default()).run(start..end);
        if plain.closes() { plain } else { plain.again(start..end) }
    });
    pieces.collect()
}

impl<'t, 's> Tokens<'t, 's> {
    /// The tokens of the item that begins at `at`: its first line, and the braces that it opens.
    fn item(self, at: usize) -> Item<'t, 's> {
        let rest = self.0.get(at..).unwrap_or_default();
        let line = rest.first().map(|token| token.line);
        let mut depth = 0_u32;
        let goes_on = |token: &&Token<'_>| {
            let goes_on = depth > 0 || Some(token.line) == line;
            depth += u32::from(token.is("{"));
            depth = depth.saturating_sub(u32::from(token.is("}")));
            goes_on
        };
        let is_import = rest.first().is_some_and(|token| token.is_one_of(&["use", "import"]));
        let len = if is_import {
            rest.iter().take(LONGEST_IMPORT).take_while(goes_on).count()
        } else {
            rest.iter().take_while(|token| Some(token.line) == line).count()
        };
        rest.get(..len).unwrap_or_default()
    }

    /// Whether an item begins at `index`: a word that begins one, perhaps after modifiers, and is
    /// not used as a name.
    fn begins_item(self, index: usize) -> bool {
        let Some(token) = self.get(index) else { return false };
        let next = self.get(index + 1).filter(|next| next.line == token.line);
        let as_name = next.is_some_and(|next| next.is_one_of(&["::", ".", "="]));
        if token.is_one_of(ITEMS) {
            return !as_name || token.is_one_of(&["use", "import"]);
        }
        token.is_one_of(MODIFIERS) && next.is_some() && self.begins_item(index + 1)
    }

    /// Whether an item begins at the margin that is no statement too.
    fn begins_piece(self, index: usize) -> bool {
        let at_margin = self.get(index).is_some_and(|token| token.first && token.indent == 0);
        at_margin
            && self.begins_item(index)
            && !self.get(index).is_some_and(|t| t.is_one_of(STATEMENTS))
    }
}

/// How many closers a piece lacks and how many it has too many: as many faults may be found by
/// indentation, and no more.
#[derive(Clone, Copy, Debug, Default)]
struct Slack {
    missing: usize,
    stray: usize,
}

/// A block that is open.
#[derive(Clone, Copy, Debug)]
struct Open<'s> {
    /// The first token of its opening line.
    at: usize,
    indent: u32,
    opener: Opener<'s>,
    /// The parentheses that were open where it was opened.
    parens: u32,
    /// Whether its first line is deeper than the one that opens it, once that is known.
    indented: Option<bool>,
}

#[derive(Debug)]
struct Parser<'t, 's> {
    tokens: Tokens<'t, 's>,
    slack: Slack,
    open: Vec<Open<'s>>,
    /// How many of these are closed by a brace, and how many are indented.
    open_braces: usize,
    open_indented: usize,
    /// Parentheses and brackets open since the innermost block was opened.
    parens: u32,
    /// The item before, if it may go on in deeper lines.
    goes_on: Option<GoesOn>,
    /// The indentation of what is no item, while nothing but that and its body was found.
    lost: Option<u32>,
    /// Closers that close nothing.
    stray: usize,
    /// Whether a block was closed by what closes another.
    mismatched: bool,
    /// Whether an item stands at the margin in a block that is indented.
    outdented: bool,
    /// Whether a block is not indented, so that indentation tells nothing.
    flat: bool,
    items: Vec<Item<'t, 's>>,
    faults: Vec<Fault<'s>>,
}

/// An item that may go on in lines deeper than `indent`, also after a block if it is a value.
#[derive(Clone, Copy, Debug)]
struct GoesOn {
    indent: u32,
    is_value: bool,
}

impl<'t, 's> Parser<'t, 's> {
    fn new(tokens: Tokens<'t, 's>, slack: Slack) -> Self {
        Self {
            tokens,
            slack,
            open: Vec::new(),
            open_braces: 0,
            open_indented: 0,
            parens: 0,
            goes_on: None,
            lost: None,
            stray: 0,
            mismatched: false,
            outdented: false,
            flat: false,
            items: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Reads a range again that did not close, with as much slack as it lacks.
    fn again(self, range: Range<usize>) -> Self {
        let slack = Slack { missing: self.open.len(), stray: self.stray };
        Self::new(self.tokens, slack).run(range)
    }

    /// Whether every block closed and every closer closed one.
    fn closes(&self) -> bool {
        self.open.is_empty() && self.stray == 0 && !self.mismatched && !self.outdented
    }

    fn run(mut self, range: Range<usize>) -> Self {
        for at in range.clone() {
            let Some(token) = self.tokens.get(at) else { break };
            if token.first {
                self.line(at, token);
            }
            match token.text {
                _ if token.kind == Kind::End => self.close_end(at, token),
                _ if token.kind != Kind::Punct => {}
                "}" => self.close_brace(at),
                "(" | "[" => self.parens += 1,
                ")" | "]" => self.parens = self.parens.saturating_sub(1),
                _ => {}
            }
            let inside = self.open.last().map_or(Holds::Code, |open| open.opener.holds);
            if let Some(opener) = self.tokens.opener(at, inside) {
                let line_start = self.tokens.line_start(at);
                let parens = std::mem::take(&mut self.parens);
                self.open_braces += usize::from(opener.closer == Closer::Brace);
                let indent = token.indent;
                self.open.push(Open { at: line_start, indent, opener, parens, indented: None });
            }
        }
        if self.slack.missing > 0 {
            let missed = self.tokens.get(range.end).map(|_| range.end);
            self.leave_open(0, missed);
        }
        self
    }

    /// A line begins: closes what its indentation says is over, and reads an item at the top level.
    fn line(&mut self, at: usize, token: &Token<'s>) {
        let begins_piece = self.tokens.begins_piece(at);
        let closes = token.kind == Kind::End || token.is_one_of(&[")", "]", "}"]);
        for open in self.open.iter_mut().rev().take_while(|open| open.indented.is_none()) {
            let indented = token.indent > open.indent;
            open.indented = Some(indented);
            self.open_indented += usize::from(indented);
            self.flat |= !indented && !closes && !begins_piece;
        }
        self.outdented |= begins_piece && self.open_indented > 0;
        let goes_on = closes || token.is_one_of(&["{", "else", "elif"]);
        if !goes_on && self.parens == 0 && self.slack.missing > 0 {
            let over = |open: &Open<'_>| {
                open.opener.closer == Closer::End
                    && token.indent <= open.indent
                    && open.indented != Some(false)
            };
            let still = self.open.iter().rposition(|open| !over(open)).map_or(0, |at| at + 1);
            if still < self.open.len() && self.open.len() - still <= self.slack.missing {
                self.leave_open(still, Some(at));
                if self.open.is_empty() && !self.tokens.begins_item(at) {
                    // What stands where the closer was missed needs no error of its own.
                    self.lost = Some(token.indent);
                }
            }
        }
        if self.open.is_empty() && token.kind != Kind::End {
            self.top_level(at, token);
        }
    }

    fn top_level(&mut self, at: usize, token: &Token<'s>) {
        let is_item = self.tokens.begins_item(at);
        let body = token.is("{") && self.lost.is_none() && !self.items.is_empty();
        let of_lost = self.lost.is_some_and(|indent| token.indent > indent);
        if body || of_lost || (self.parens > 0 && !(is_item && token.indent == 0)) {
            return;
        }
        if is_item {
            self.items.push(self.tokens.item(at));
            self.lost = None;
            self.parens = 0;
            let keyword = self.tokens.get(self.tokens.keyword(at)).unwrap_or(token);
            let is_value = keyword.is_one_of(GO_ON);
            let one_line = keyword.is_one_of(&["module", "mod", "use", "import"]);
            self.goes_on = (!one_line).then_some(GoesOn { indent: token.indent, is_value });
        } else if self.goes_on.is_none_or(|item| token.indent <= item.indent) {
            self.not_item(at, token);
        }
    }

    fn not_item(&mut self, at: usize, token: &Token<'s>) {
        if self.lost.is_none() {
            self.faults.push(Fault::NotItem { at });
            self.lost = Some(token.indent);
        }
        self.goes_on = None;
    }

    fn close_end(&mut self, at: usize, token: &Token<'s>) {
        // The innermost block that begins at the same indentation, where that leaves no more open
        // than are known to lack their closer.
        let of_line =
            |open: &Open<'_>| open.opener.closer == Closer::End && open.indent == token.indent;
        let near = self.open.len().saturating_sub(self.slack.missing + 1);
        let same = self.open.get(near..).unwrap_or_default().iter().rposition(of_line);
        if let Some(index) = same.filter(|_| token.first) {
            self.leave_open(near + index + 1, Some(at));
        } else if self.slack.stray > 0
            && self.open.last().is_some_and(|innermost| innermost.indent < token.indent)
        {
            self.slack.stray -= 1;
            self.faults.push(Fault::NotItem { at });
            return;
        }
        match self.pop() {
            Some(open) if open.opener.closer == Closer::Brace => {
                self.mismatched = true;
                self.fault(open, Some(at));
            }
            Some(_) => {}
            None => {
                self.stray += 1;
                self.not_item(at, token);
            }
        }
        if self.open.is_empty() && !self.goes_on.is_some_and(|item| item.is_value) {
            self.goes_on = None;
        }
    }

    fn close_brace(&mut self, at: usize) {
        let is_brace = |open: &Open<'_>| open.opener.closer == Closer::Brace;
        if self.open_braces > 0 {
            let index = self.open.iter().rposition(is_brace).unwrap_or(0);
            if index + 1 < self.open.len() {
                self.mismatched = true;
                self.leave_open(index + 1, Some(at));
            }
            self.pop();
        } else if let (true, Some(token)) = (self.open.is_empty(), self.tokens.get(at)) {
            self.stray += 1;
            self.not_item(at, token);
        }
    }

    fn pop(&mut self) -> Option<Open<'s>> {
        let open = self.open.pop()?;
        self.forget(&open);
        self.parens = open.parens;
        Some(open)
    }

    /// A block is no longer open.
    fn forget(&mut self, open: &Open<'s>) {
        self.open_braces -= usize::from(open.opener.closer == Closer::Brace);
        self.open_indented -= usize::from(open.indented == Some(true));
    }

    /// Gives up the open blocks from `index` on.
    fn leave_open(&mut self, index: usize, missed: Option<usize>) {
        let left = self.open.split_off(index.min(self.open.len()));
        self.slack.missing = self.slack.missing.saturating_sub(left.len());
        if let Some(outermost) = left.first() {
            self.parens = outermost.parens;
        }
        for open in left {
            self.forget(&open);
            self.fault(open, missed);
        }
    }

    /// A block is not closed. One line may open several blocks, but it is one line to look at.
    fn fault(&mut self, Open { at, opener, .. }: Open<'s>, missed: Option<usize>) {
        let is_said =
            matches!(self.faults.last(), Some(Fault::Open { at: said, .. }) if *said == at);
        if !is_said {
            self.faults.push(Fault::Open { at, opener, missed, guessed: self.flat });
        }
    }
}

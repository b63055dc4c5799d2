//! From tokens to items: E0010 and E0011.
//!
//! A file whose blocks close is taken as it is, however it is indented. Where they do not, or where
//! an item at the margin stands in a block that is indented, the file is cut at the lines that begin
//! an item at the margin, and in a piece whose blocks do not close the indentation tells which one
//! was left open. So one missing `.end` gives one error, and what follows it is read as it was meant.

use std::ops::Range;

use vitte_diag::{Diagnostic, DiagnosticBag, SourceFile, Span, codes};

use super::blocks::{Closer, MODIFIERS, Opener, Tokens};
use super::lexer::{Kind, Lexed, Token};

/// An item: its tokens up to the end of its first line.
pub(crate) type Item<'t, 's> = &'t [Token<'s>];

/// Words that begin an item.
const ITEMS: &[&str] = &[
    "module", "mod", "use", "import", "export", "extern", "fn", "struct", "enum", "trait", "impl",
    "type", "const", "let", "test", "scenario", "scn", "say", "do", "set",
];
/// Items that may go on in deeper lines without opening a block.
const GO_ON: &[&str] = &["const", "let", "type", "say", "do", "set"];
/// Items that are statements too.
const STATEMENTS: &[&str] = &["let", "say", "do", "set"];

/// Reads the items of a file. What is wrong goes into `bag`.
pub(crate) fn parse<'t, 's>(
    file: &SourceFile,
    lexed: &'t Lexed<'s>,
    bag: &mut DiagnosticBag,
) -> Vec<Item<'t, 's>> {
    let tokens = Tokens(&lexed.tokens);
    let whole = Parser::new(tokens, Slack::default()).run(0..lexed.tokens.len());
    let read = if whole.closes() { vec![whole] } else { piece_by_piece(tokens) };
    let end = Span::empty(file.id(), file.len());
    let mut items = Vec::new();
    for piece in read {
        items.extend(piece.items);
        for fault in piece.faults {
            let hidden =
                lexed.swallowed.is_some() && matches!(fault, Fault::Open { missed: None, .. });
            if !hidden {
                bag.push(fault.diagnostic(tokens, end));
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
        if plain.closes() {
            return plain;
        }
        let slack = Slack { missing: plain.open.len(), stray: plain.stray };
        Parser::new(tokens, slack).run(start..end)
    });
    pieces.collect()
}

impl Tokens<'_, '_> {
    /// Whether an item begins at `index`: a word that begins one, perhaps behind modifiers, and is
    /// not used as a name.
    fn begins_item(self, index: usize) -> bool {
        let Some(token) = self.get(index) else { return false };
        let next = self.get(index + 1).filter(|next| next.line == token.line);
        let as_name = next.is_some_and(|next| next.is_one_of(&["::", ".", "="]));
        if token.is_one_of(ITEMS) {
            return !as_name;
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

/// What is wrong, by the indices of tokens.
#[derive(Debug)]
enum Fault<'s> {
    /// What stands at the top level is no item.
    NotItem { at: usize },
    /// A block is not closed; where that was noticed, or the end of the file.
    Open { at: usize, opener: Opener<'s>, missed: Option<usize> },
}

#[derive(Debug)]
struct Parser<'t, 's> {
    tokens: Tokens<'t, 's>,
    slack: Slack,
    open: Vec<Open<'s>>,
    /// Parentheses and brackets open since the innermost block was opened.
    parens: u32,
    /// The indentation below which the item before may go on.
    goes_on: Option<u32>,
    /// Whether the lines since the last item are no items, which has been said.
    lost: bool,
    /// Closers that close nothing.
    stray: usize,
    /// Whether an item stands at the margin in a block that is indented.
    outdented: bool,
    items: Vec<Item<'t, 's>>,
    faults: Vec<Fault<'s>>,
}

impl<'t, 's> Parser<'t, 's> {
    fn new(tokens: Tokens<'t, 's>, slack: Slack) -> Self {
        Self {
            tokens,
            slack,
            open: Vec::new(),
            parens: 0,
            goes_on: None,
            lost: false,
            stray: 0,
            outdented: false,
            items: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Whether every block closed and every closer closed one.
    fn closes(&self) -> bool {
        self.open.is_empty() && self.stray == 0 && !self.outdented
    }

    fn run(mut self, range: Range<usize>) -> Self {
        for at in range.clone() {
            let Some(token) = self.tokens.get(at) else { break };
            if token.first {
                self.line(at, token);
            }
            match token.text {
                _ if token.kind == Kind::End => self.close_end(at, token),
                "}" if token.kind == Kind::Punct => self.close_brace(at),
                "(" | "[" if token.kind == Kind::Punct => self.parens += 1,
                ")" | "]" if token.kind == Kind::Punct => {
                    self.parens = self.parens.saturating_sub(1);
                }
                _ => {}
            }
            let in_trait = self.open.last().is_some_and(|open| open.opener.is_trait);
            if let Some(opener) = self.tokens.opener(at, in_trait) {
                let line_start = self.tokens.line_start(at);
                let parens = std::mem::take(&mut self.parens);
                self.open.push(Open {
                    at: line_start,
                    indent: token.indent,
                    opener,
                    parens,
                    indented: None,
                });
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
        let new = self.open.iter_mut().rev().take_while(|open| open.indented.is_none());
        new.for_each(|open| open.indented = Some(token.indent > open.indent));
        self.outdented |= self.tokens.begins_piece(at)
            && self.open.iter().any(|open| open.indented == Some(true));
        let goes_on =
            token.is_one_of(&[")", "]", "}", "{", "else", "elif"]) || token.kind == Kind::End;
        if !goes_on && self.parens == 0 {
            let over =
                |open: &Open<'_>| open.opener.closer == Closer::End && token.indent <= open.indent;
            let still = self.open.iter().rposition(|open| !over(open)).map_or(0, |at| at + 1);
            if self.open.len() - still <= self.slack.missing {
                self.leave_open(still, Some(at));
            }
        }
        if self.open.is_empty() && token.kind != Kind::End {
            self.top_level(at, token);
        }
    }

    fn top_level(&mut self, at: usize, token: &Token<'s>) {
        let is_item = self.tokens.begins_item(at);
        let body = token.is("{") && !self.lost && !self.items.is_empty();
        if body || (self.parens > 0 && !(is_item && token.indent == 0)) {
            return;
        }
        if is_item {
            let line = self.tokens.0.get(at..).unwrap_or_default();
            let len = line.iter().take_while(|other| other.line == token.line).count();
            self.items.push(line.get(..len).unwrap_or_default());
            self.lost = false;
            self.parens = 0;
            self.goes_on = token.is_one_of(GO_ON).then_some(token.indent);
        } else if self.goes_on.is_none_or(|indent| token.indent <= indent) {
            self.not_item(at);
        }
    }

    fn not_item(&mut self, at: usize) {
        if !self.lost {
            self.faults.push(Fault::NotItem { at });
        }
        self.lost = true;
        self.goes_on = None;
    }

    fn close_end(&mut self, at: usize, token: &Token<'s>) {
        let of_line =
            |open: &Open<'_>| open.opener.closer == Closer::End && open.indent == token.indent;
        let same = self.open.iter().rposition(of_line).filter(|_| token.first);
        if let Some(index) = same
            && self.open.len() - (index + 1) <= self.slack.missing
        {
            self.leave_open(index + 1, Some(at));
        } else if let Some(innermost) = self.open.last()
            && innermost.indent < token.indent
            && self.slack.stray > 0
        {
            self.slack.stray -= 1;
            self.faults.push(Fault::NotItem { at });
            return;
        }
        match self.open.pop() {
            Some(open) => {
                // A brace that an `.end` closes is not closed.
                self.stray += usize::from(open.opener.closer == Closer::Brace);
                self.parens = open.parens;
            }
            None => {
                self.stray += 1;
                self.not_item(at);
            }
        }
        if self.open.is_empty() {
            self.goes_on = None;
        }
    }

    fn close_brace(&mut self, at: usize) {
        let brace = self.open.iter().rposition(|open| open.opener.closer == Closer::Brace);
        if let Some(index) = brace {
            if index + 1 < self.open.len() {
                self.stray += 1;
                self.leave_open(index + 1, Some(at));
            }
            if let Some(open) = self.open.pop() {
                self.parens = open.parens;
            }
        } else if self.open.is_empty() {
            self.stray += 1;
            self.not_item(at);
        }
    }

    /// Gives up the open blocks from `index` on.
    fn leave_open(&mut self, index: usize, missed: Option<usize>) {
        let mut left = self.open.split_off(index.min(self.open.len()));
        self.slack.missing = self.slack.missing.saturating_sub(left.len());
        if let Some(outermost) = left.first() {
            self.parens = outermost.parens;
        }
        // One line may open several blocks, but it is one line to look at.
        left.dedup_by_key(|open| open.at);
        let fault = |open: Open<'s>| Fault::Open { at: open.at, opener: open.opener, missed };
        self.faults.extend(left.into_iter().map(fault));
    }
}

impl Fault<'_> {
    fn diagnostic(&self, tokens: Tokens<'_, '_>, end: Span) -> Diagnostic {
        let span = |at: usize| tokens.get(at).map_or(end, |token| token.span);
        match *self {
            Self::NotItem { at } => match tokens.get(at).map_or("", |token| token.text) {
                ".end" => Diagnostic::error(codes::E0010, span(at), "this `.end` closes nothing")
                    .with_label("no block is open here")
                    .with_help("remove it, or write the line that opens its block"),
                text => Diagnostic::error(codes::E0010, span(at), format!("expected an item, found `{text}`"))
                    .with_label("this begins no item")
                    .with_help("an item begins with `fn`, `struct`, `enum`, `type`, `const`, `use` or the like"),
            },
            Self::Open { at, opener: Opener { name, closer, .. }, missed } => {
                let closer = match closer {
                    Closer::End => ".end",
                    Closer::Brace => "}",
                };
                let place = match missed {
                    Some(_) => format!("`{closer}` was expected before this"),
                    None => format!("the file ends without `{closer}`"),
                };
                Diagnostic::error(
                    codes::E0011,
                    span(at),
                    format!("this `{name}` has no `{closer}`"),
                )
                .with_label("this line opens a block")
                .with_secondary(missed.map_or(end, span), place)
                .with_note(format!("expected {closer}"))
                .with_help(format!("add `{closer}` where the block ends"))
            }
        }
    }
}

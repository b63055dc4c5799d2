//! A parser by hand that builds a tree of rowan. Its `TextRange`s are bytes, in 32 bits.

use rowan::{GreenNodeBuilder, Language, TextRange, TextSize};
use vitte_diag::{SourceFile, Span};

use crate::language::{Let, Parsed, continues_name, is_blank, starts_name, unexpected};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u16)]
enum Kind {
    // Tokens.
    Blank,
    Let,
    Name,
    Number,
    Equals,
    Operator,
    Open,
    Close,
    Other,
    // Nodes.
    Program,
    Definition,
    Expression,
    /// Tokens that were skipped after an error.
    Error,
}

/// All kinds, in the order of their numbers.
const KINDS: [Kind; 13] = [
    Kind::Blank,
    Kind::Let,
    Kind::Name,
    Kind::Number,
    Kind::Equals,
    Kind::Operator,
    Kind::Open,
    Kind::Close,
    Kind::Other,
    Kind::Program,
    Kind::Definition,
    Kind::Expression,
    Kind::Error,
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Lets {}

impl Language for Lets {
    type Kind = Kind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> Kind {
        KINDS.get(usize::from(raw.0)).copied().unwrap_or(Kind::Error)
    }

    fn kind_to_raw(kind: Kind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

type Node = rowan::SyntaxNode<Lets>;

/// What was expected, and the token that was found.
type SyntaxError = (TextRange, Vec<&'static str>);

/// Parses a file. After an error it goes on at the next `let`.
#[must_use]
pub fn parse(source: &SourceFile) -> Parsed {
    let (root, errors) = tree(source.text());
    let span = |range: TextRange| Span::from_range(source.id(), range); // the span
    let definitions = root.children().filter(|node| node.kind() == Kind::Definition);
    let lets = definitions.filter_map(|node| {
        let elements = node.descendants_with_tokens();
        let words = elements.filter(|part| matches!(part.kind(), Kind::Name | Kind::Number));
        let mut spans = words.map(|word| span(word.text_range()));
        Some(Let { name: spans.next()?, operands: spans.collect() })
    });
    let errors =
        errors.into_iter().map(|(range, expected)| unexpected(source, span(range), expected));
    Parsed { lets: lets.collect(), errors: errors.collect() }
}

/// Returns the tree, which has every byte of the text, and the errors.
fn tree(text: &str) -> (Node, Vec<SyntaxError>) {
    let builder = GreenNodeBuilder::new();
    let mut parser = Parser { rest: text, at: TextSize::new(0), builder, errors: Vec::new() };
    parser.start(Kind::Program);
    parser.blanks();
    loop {
        parser.start(Kind::Definition);
        let result = parser.definition();
        parser.builder.finish_node();
        if let Err(expected) = result {
            parser.errors.push((parser.range(), expected));
            parser.start(Kind::Error);
            while !matches!(parser.kind(), None | Some(Kind::Let)) {
                parser.advance();
            }
            parser.builder.finish_node();
        }
        if parser.rest.is_empty() {
            break;
        }
    }
    parser.builder.finish_node();
    (Node::new_root(parser.builder.finish()), parser.errors)
}

struct Parser<'a> {
    rest: &'a str,
    /// The offset of the rest.
    at: TextSize,
    builder: GreenNodeBuilder<'static>,
    errors: Vec<SyntaxError>,
}

impl<'a> Parser<'a> {
    /// Returns the next token, which may be a blank. Returns `None` at the end.
    fn token(&self) -> Option<(Kind, &'a str)> {
        let first = self.rest.chars().next()?;
        let until = |is_end: &dyn Fn(char) -> bool| {
            self.rest.split_at(self.rest.find(is_end).unwrap_or(self.rest.len())).0
        };
        let (kind, token) = match first {
            '#' => (Kind::Blank, until(&|c| c == '\n')),
            c if is_blank(c) => (Kind::Blank, until(&|c| !is_blank(c))),
            '0'..='9' => (Kind::Number, until(&|c| !c.is_ascii_digit())),
            c if starts_name(c) => match until(&|c| !continues_name(c)) {
                "let" => (Kind::Let, "let"),
                name => (Kind::Name, name),
            },
            c => {
                let kind = match c {
                    '=' => Kind::Equals,
                    '+' | '-' | '*' | '/' => Kind::Operator,
                    '(' => Kind::Open,
                    ')' => Kind::Close,
                    _ => Kind::Other,
                };
                (kind, self.rest.split_at(c.len_utf8()).0)
            }
        };
        Some((kind, token))
    }

    fn kind(&self) -> Option<Kind> {
        self.token().map(|(kind, _)| kind)
    }

    /// The range of the next token.
    fn range(&self) -> TextRange {
        let len = self.token().map_or(TextSize::new(0), |(_, token)| TextSize::of(token));
        TextRange::at(self.at, len)
    }

    fn start(&mut self, kind: Kind) {
        self.builder.start_node(Lets::kind_to_raw(kind));
    }

    fn bump(&mut self) {
        let Some((kind, token)) = self.token() else { return };
        self.builder.token(Lets::kind_to_raw(kind), token);
        self.at += TextSize::of(token);
        self.rest = self.rest.split_at(token.len()).1;
    }

    fn blanks(&mut self) {
        while self.kind() == Some(Kind::Blank) {
            self.bump();
        }
    }

    fn advance(&mut self) {
        self.bump();
        self.blanks();
    }

    fn expect(&mut self, kind: Kind, expected: &[&'static str]) -> Result<(), Vec<&'static str>> {
        if self.kind() != Some(kind) {
            return Err(expected.to_vec());
        }
        self.advance();
        Ok(())
    }

    fn definition(&mut self) -> Result<(), Vec<&'static str>> {
        self.expect(Kind::Let, &["`let`"])?;
        self.expect(Kind::Name, &["a name"])?;
        self.expect(Kind::Equals, &["`=`"])?;
        self.expression()?;
        match self.kind() {
            None | Some(Kind::Let) => Ok(()),
            _ => Err(vec!["`let`", "an operator"]),
        }
    }

    fn expression(&mut self) -> Result<(), Vec<&'static str>> {
        self.start(Kind::Expression);
        let mut result = self.factor();
        while result.is_ok() && self.kind() == Some(Kind::Operator) {
            self.advance();
            result = self.factor();
        }
        self.builder.finish_node();
        result
    }

    fn factor(&mut self) -> Result<(), Vec<&'static str>> {
        match self.kind() {
            Some(Kind::Name | Kind::Number) => {
                self.advance();
                Ok(())
            }
            Some(Kind::Open) => {
                self.advance();
                self.expression()?;
                self.expect(Kind::Close, &["`)`", "an operator"])
            }
            _ => Err(vec!["a name", "a number", "`(`"]),
        }
    }
}

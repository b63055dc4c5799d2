//! A parser by hand over the tokens of logos, whose spans are ranges of bytes.

use logos::{Lexer, Logos};
use vitte_diag::{SourceFile, Span};

use crate::language::{Let, Parsed, unexpected};

#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(skip r"[\s\u{FEFF}]+")]
#[logos(skip(r"#[^\n]*", allow_greedy = true))]
enum Token {
    #[token("let")]
    Let,
    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*")]
    Name,
    #[regex("[0-9]+")]
    Number,
    #[token("=")]
    Equals,
    #[token("+")]
    #[token("-")]
    #[token("*")]
    #[token("/")]
    Operator,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
}

/// A token, or a character that starts none.
type Found = Result<Token, ()>;

/// What was expected instead of the current token.
type Unexpected = Vec<&'static str>;

struct Parser<'a> {
    source: &'a SourceFile,
    lexer: Lexer<'a, Token>,
    /// The current token, which is the last one of the lexer. `None` at the end.
    token: Option<Found>,
}

/// Parses a file. After an error it goes on at the next `let`.
#[must_use]
pub fn parse(source: &SourceFile) -> Parsed {
    let mut lexer = Token::lexer(source.text());
    let token = lexer.next();
    let mut parser = Parser { source, lexer, token };
    let mut parsed = Parsed::default();
    loop {
        match parser.definition() {
            Ok(definition) => parsed.lets.push(definition),
            Err(expected) => {
                parsed.errors.push(unexpected(source, parser.span(), expected));
                while !matches!(parser.token, None | Some(Ok(Token::Let))) {
                    parser.advance();
                }
            }
        }
        if parser.token.is_none() {
            return parsed;
        }
    }
}

impl Parser<'_> {
    fn span(&self) -> Span {
        Span::from_range(self.source.id(), self.lexer.span()) // the span
    }

    fn advance(&mut self) -> Span {
        let span = self.span();
        self.token = self.lexer.next();
        span
    }

    fn expect(&mut self, token: Token, name: &'static str) -> Result<Span, Unexpected> {
        if self.token == Some(Ok(token)) { Ok(self.advance()) } else { Err(vec![name]) }
    }

    fn definition(&mut self) -> Result<Let, Unexpected> {
        self.expect(Token::Let, "`let`")?;
        let name = self.expect(Token::Name, "a name")?;
        self.expect(Token::Equals, "`=`")?;
        let mut operands = Vec::new();
        self.expression(&mut operands)?;
        match self.token {
            None | Some(Ok(Token::Let)) => Ok(Let { name, operands }),
            _ => Err(vec!["`let`", "an operator"]),
        }
    }

    fn expression(&mut self, operands: &mut Vec<Span>) -> Result<(), Unexpected> {
        self.factor(operands)?;
        while self.token == Some(Ok(Token::Operator)) {
            self.advance();
            self.factor(operands)?;
        }
        Ok(())
    }

    fn factor(&mut self, operands: &mut Vec<Span>) -> Result<(), Unexpected> {
        match self.token {
            Some(Ok(Token::Name | Token::Number)) => {
                operands.push(self.advance());
                Ok(())
            }
            Some(Ok(Token::Open)) => {
                self.advance();
                self.expression(operands)?;
                self.expect(Token::Close, "`)`").map_err(|_| vec!["`)`", "an operator"])?;
                Ok(())
            }
            _ => Err(vec!["a name", "a number", "`(`"]),
        }
    }
}

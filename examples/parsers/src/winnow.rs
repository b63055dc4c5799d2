//! Parses with winnow. A `LocatingSlice` over a `&str` counts bytes.

use vitte_diag::{FileId, SourceFile, Span};
use winnow::ascii::digit1;
use winnow::combinator::{alt, cut_err, opt, peek, preceded, repeat, terminated};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, one_of, take_till, take_while};

use crate::language::{Let, Parsed, continues_name, is_blank, starts_name, unexpected};

/// The text, and the file for the spans.
type Input<'a> = winnow::Stateful<LocatingSlice<&'a str>, FileId>;

/// Parses a file. After an error it goes on at the next `let`.
#[must_use]
pub fn parse(source: &SourceFile) -> Parsed {
    let mut input = Input { input: LocatingSlice::new(source.text()), state: source.id() };
    let mut parsed = Parsed::default();
    let _ = blank(&mut input);
    loop {
        match definition.parse_next(&mut input) {
            Ok(definition) => parsed.lets.push(definition),
            Err(error) => {
                let at = input.current_token_start();
                let span = Span::from_range(source.id(), at..at); // the span of an error
                parsed.errors.push(unexpected(source, span, all_expected(&error)));
                skip(&mut input);
            }
        }
        if input.is_empty() {
            return parsed;
        }
    }
}

fn definition(input: &mut Input<'_>) -> ModalResult<Let> {
    keyword.parse_next(input)?;
    let name = cut_err(name).parse_next(input)?;
    cut_err(symbol('=')).parse_next(input)?;
    let operands = cut_err(expression).parse_next(input)?;
    if !input.is_empty() {
        cut_err(peek(keyword)).context(expected("an operator")).parse_next(input)?;
    }
    Ok(Let { name, operands })
}

fn expression(input: &mut Input<'_>) -> ModalResult<Vec<Span>> {
    let operator = terminated(one_of(['+', '-', '*', '/']), blank);
    let mut operands = factor.parse_next(input)?;
    let mut next = preceded(operator, cut_err(factor));
    while let Some(more) = opt(next.by_ref()).parse_next(input)? {
        operands.extend(more);
    }
    Ok(operands)
}

fn factor(input: &mut Input<'_>) -> ModalResult<Vec<Span>> {
    if opt(symbol('(')).parse_next(input)?.is_none() {
        let operand = alt((number, name)).context(expected("a number")).context(expected("`(`"));
        return operand.map(|span| vec![span]).parse_next(input);
    }
    let operands = cut_err(expression).parse_next(input)?;
    cut_err(symbol(')').context(expected("an operator"))).parse_next(input)?;
    Ok(operands)
}

fn name(input: &mut Input<'_>) -> ModalResult<Span> {
    let file = input.state;
    let range = word.verify(|word: &str| word != "let").span();
    let span = range.map(|range| Span::from_range(file, range)); // the span
    terminated(span, blank).context(expected("a name")).parse_next(input)
}

fn number(input: &mut Input<'_>) -> ModalResult<Span> {
    let file = input.state;
    let span = digit1.span().map(|range| Span::from_range(file, range));
    terminated(span, blank).parse_next(input)
}

fn keyword(input: &mut Input<'_>) -> ModalResult<()> {
    let keyword = word.verify(|word: &str| word == "let");
    terminated(keyword, blank).void().context(expected("`let`")).parse_next(input)
}

fn symbol<'a>(symbol: char) -> impl ModalParser<Input<'a>, (), ContextError> {
    let context = StrContext::Expected(StrContextValue::CharLiteral(symbol));
    terminated(symbol, blank).void().context(context)
}

fn word<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    (one_of(starts_name), take_while(0.., continues_name)).take().parse_next(input)
}

fn blank(input: &mut Input<'_>) -> ModalResult<()> {
    let comment = ('#', take_till(0.., '\n')).void();
    repeat(0.., alt((take_while(1.., is_blank).void(), comment))).parse_next(input)
}

/// Goes to the next `let`, or to the end.
fn skip(input: &mut Input<'_>) {
    let mut token = terminated(alt((word.void(), any.void())), blank);
    while !input.is_empty() && peek(keyword).parse_next(input).is_err() {
        let _: ModalResult<()> = token.parse_next(input);
    }
}

fn expected(description: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(description))
}

/// Returns what the contexts of an error say was expected.
fn all_expected(error: &ErrMode<ContextError>) -> Vec<String> {
    let (ErrMode::Backtrack(error) | ErrMode::Cut(error)) = error else { return Vec::new() };
    let values = error.context().filter_map(|context| match context {
        StrContext::Expected(value) => Some(value.to_string()),
        _ => None,
    });
    values.collect()
}

//! Parses with chumsky. Its spans over a `&str` are bytes.

use chumsky::error::RichPattern;
use chumsky::prelude::*;
use vitte_diag::{FileId, SourceFile, Span};

use crate::language::{Let, Parsed, is_blank, unexpected};

type Extra<'a> = extra::Err<Rich<'a, char>>;

/// Parses a file. After an error it goes on at the next `let`.
#[must_use]
pub fn parse(source: &SourceFile) -> Parsed {
    let file = source.id();
    let (lets, errors) = program(file).parse(source.text()).into_output_errors();
    let errors = errors.iter().map(|error| {
        let span = Span::from_range(file, *error.span()); // the span
        unexpected(source, span, error.expected().filter_map(name_of))
    });
    Parsed { lets: lets.unwrap_or_default(), errors: errors.collect() }
}

fn program<'a>(file: FileId) -> impl Parser<'a, &'a str, Vec<Let>, Extra<'a>> {
    let comment = just('#').then(none_of('\n').repeated()).ignored();
    let space = any().filter(|c| is_blank(*c)).ignored();
    let blank = space.or(comment).repeated();
    let symbol = move |c| just(c).then_ignore(blank);

    let keyword = text::unicode::ident().filter(|word| *word == "let").labelled("`let`");
    let name = text::unicode::ident().filter(|word| *word != "let");
    let at = move |span: SimpleSpan| Span::from_range(file, span); // the span
    let name = name.map_with(move |_, e| at(e.span())).labelled("a name").then_ignore(blank);
    let digits = any().filter(char::is_ascii_digit).repeated().at_least(1);
    let number = digits.map_with(move |_, e| at(e.span()));
    let number = number.labelled("a number").then_ignore(blank);

    let expression = recursive(|expression| {
        let operand = number.or(name).map(|span| vec![span]);
        let factor = operand.or(expression.delimited_by(symbol('('), symbol(')')));
        let operator = one_of("+-*/").labelled("an operator").then_ignore(blank);
        factor.clone().foldl(operator.ignore_then(factor).repeated(), |mut left, right| {
            left.extend(right);
            left
        })
    });
    let definition = keyword
        .ignore_then(blank)
        .ignore_then(name)
        .then_ignore(symbol('='))
        .then(expression)
        .map(|(name, operands)| Some(Let { name, operands }));

    let token = text::unicode::ident().ignored().or(comment).or(any().ignored());
    let others = keyword.not().ignore_then(token).repeated();
    let skipped = token.ignore_then(others).to(None);
    let definitions = definition.recover_with(via_parser(skipped)).repeated().at_least(1);
    blank
        .ignore_then(definitions.collect::<Vec<_>>())
        .map(|lets| lets.into_iter().flatten().collect())
}

/// Returns the name of what was expected, but for comments, and what only the parser itself expects.
fn name_of(pattern: &RichPattern<'_, char>) -> Option<String> {
    match pattern {
        RichPattern::Label(label) => Some(label.to_string()),
        RichPattern::Token(token) if **token != '#' => Some(format!("`{}`", **token)),
        _ => None,
    }
}

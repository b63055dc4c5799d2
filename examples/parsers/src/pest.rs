//! Parses with pest, whose positions and spans are bytes. Its column numbers are characters.

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::Pair;
use vitte_diag::{Diagnostic, FileId, SourceFile, Span};

use crate::language::{Let, Parsed, unexpected};

#[allow(missing_docs, reason = "generated")]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "pest/grammar.pest"]
    pub(super) struct Grammar;
}

use grammar::{Grammar, Rule};

/// Parses a file. pest ends at the first error.
#[must_use]
pub fn parse(source: &SourceFile) -> Parsed {
    match Grammar::parse(Rule::program, source.text()) {
        Ok(pairs) => {
            let definitions = pairs.filter(|pair| pair.as_rule() == Rule::definition);
            let lets = definitions.filter_map(|pair| definition(source.id(), pair)).collect();
            Parsed { lets, errors: Vec::new() }
        }
        Err(first) => Parsed { lets: Vec::new(), errors: vec![error(source, &first)] },
    }
}

fn definition(file: FileId, pair: Pair<'_, Rule>) -> Option<Let> {
    let words = pair.into_inner().flatten();
    let words = words.filter(|pair| matches!(pair.as_rule(), Rule::name | Rule::number));
    let mut spans = words.map(|pair| {
        let span = pair.as_span();
        Span::from_range(file, span.start()..span.end()) // the span
    });
    Some(Let { name: spans.next()?, operands: spans.collect() })
}

fn error(source: &SourceFile, error: &Error<Rule>) -> Diagnostic {
    let (lo, hi) = match error.location {
        InputLocation::Pos(at) => (at, at),
        InputLocation::Span(range) => range,
    };
    let span = Span::from_range(source.id(), lo..hi); // the span of an error
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => {
            unexpected(source, span, positives.iter().flat_map(|rule| names_of(*rule)).copied())
        }
        ErrorVariant::CustomError { message } => Diagnostic::error(None, span, message.clone()),
    }
}

/// Returns the names of the tokens that a rule may start with.
fn names_of(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::definition | Rule::word_let => &["`let`"],
        Rule::expression => &["a name", "a number", "`(`"],
        Rule::name => &["a name"],
        Rule::number => &["a number"],
        Rule::equals => &["`=`"],
        Rule::operator => &["an operator"],
        Rule::open => &["`(`"],
        Rule::close => &["`)`"],
        _ => &[],
    }
}

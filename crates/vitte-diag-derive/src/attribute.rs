//! The arguments of an attribute: texts, words, and names with values.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Token};

use crate::errors::Errors;

/// An argument of an attribute.
pub enum Argument {
    /// A string literal.
    Text(LitStr),
    /// A word.
    Word(Ident),
    /// A name and a value: `code = "E0308"`.
    Value(Ident, Box<Expr>),
    /// A name and arguments in parentheses, which is the syntax of other macros: `code("E0308")`.
    Call(Ident),
}

impl Argument {
    /// Returns where the argument is.
    pub fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span(),
            Self::Word(name) | Self::Value(name, _) | Self::Call(name) => name.span(),
        }
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Lit) {
            let literal: Lit = input.parse()?;
            return match literal {
                Lit::Str(text) => Ok(Self::Text(text)),
                other => Err(syn::Error::new(other.span(), "expected a string literal")),
            };
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a string literal, a word, or a name and a value"));
        }
        let name = input.call(Ident::parse_any)?;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            let value = input.parse().map_err(|error| {
                let name = name.unraw();
                syn::Error::new(
                    error.span(),
                    format!("expected a literal, a path or a call after `{name} =`"),
                )
            })?;
            return Ok(Self::Value(name, Box::new(value)));
        }
        if input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in input);
            inner.parse::<proc_macro2::TokenStream>()?;
            return Ok(Self::Call(name));
        }
        Ok(Self::Word(name))
    }
}

/// Returns the arguments of an attribute, which may have no parentheses. Returns `None` after a mistake.
pub fn arguments(attribute: &Attribute, errors: &mut Errors) -> Option<Vec<Argument>> {
    let list = match &attribute.meta {
        Meta::Path(_) => return Some(Vec::new()),
        Meta::List(list) => list,
        Meta::NameValue(pair) => {
            let name = attribute_name(attribute);
            errors.on(pair, format!("expected parentheses: `#[{name}(…)]`"));
            return None;
        }
    };
    let parsed = list.parse_args_with(|input: ParseStream<'_>| {
        let mut arguments = Vec::new();
        while !input.is_empty() {
            arguments.push(input.parse()?);
            if input.is_empty() {
                break;
            }
            if !input.peek(Token![,]) {
                return Err(input.error("expected `,` between two arguments"));
            }
            input.parse::<Token![,]>()?;
        }
        Ok(arguments)
    });
    parsed.map_err(|error| errors.push(error)).ok()
}

/// Returns the name of an attribute, or an empty text if it is a path.
pub fn attribute_name(attribute: &Attribute) -> String {
    attribute.path().get_ident().map(|name| name.unraw().to_string()).unwrap_or_default()
}

/// Returns the string literal that a value is.
pub fn literal(value: &Expr) -> Option<&LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

/// Returns the string literal that a value is, or reports that it is none.
pub fn string(name: &Ident, value: &Expr, errors: &mut Errors) -> Option<LitStr> {
    let found = literal(value).cloned();
    if found.is_none() {
        errors.on(value, format!("expected a string literal: `{} = \"…\"`", name.unraw()));
    }
    found
}

/// Sets a value that may be set only once. The second one is reported.
pub fn set<T>(slot: &mut Option<T>, value: T, what: &str, span: Span, errors: &mut Errors) {
    if slot.is_some() {
        errors.at(span, format!("{what} is set twice; remove one of them"));
    } else {
        *slot = Some(value);
    }
}

/// Returns a text if it is not empty. An empty one is reported.
pub fn not_empty(text: LitStr, what: &str, errors: &mut Errors) -> Option<LitStr> {
    if text.value().trim().is_empty() {
        errors.at(text.span(), format!("{what} is empty; write a text or remove it"));
        return None;
    }
    Some(text)
}

//! Writes texts: a literal, or a call that formats.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote_spanned};

use super::Paths;
use crate::text::{Part, Piece, Placeholder, Text};

/// The variables of an arm.
pub struct Variables {
    /// Whether each field is bound by value, and not by reference.
    pub is_moved: Vec<bool>,
    /// Placeholders whose fields are gone, and the variables with their texts.
    pub saved: Vec<(Placeholder, Ident)>,
}

impl Variables {
    /// Returns the variable of a field. Its hygiene separates it from the variables of the program, and its prefix from constants,
    /// statics and structs, which a pattern would refer to.
    pub fn name(field: usize) -> Ident {
        format_ident!("vitte_field_{field}", span = Span::mixed_site())
    }

    /// Returns an expression for a reference to a field.
    pub fn reference(&self, field: usize) -> TokenStream {
        let name = Self::name(field);
        let and = self.is_moved(field).then(|| quote_spanned!(Span::mixed_site()=> &));
        quote_spanned!(Span::mixed_site()=> #and #name)
    }

    fn is_moved(&self, field: usize) -> bool {
        self.is_moved.get(field).copied().unwrap_or_default()
    }

    /// Returns an expression for the value of a field, of which a macro takes the reference. `own` is the field that is the
    /// parameter of the closure around it, `span` where the text is.
    fn value(&self, field: usize, own: Option<usize>, span: Span) -> TokenStream {
        let mut name = Self::name(field);
        let span = span.resolved_at(Span::mixed_site());
        name.set_span(span);
        if self.is_moved(field) && own != Some(field) {
            quote_spanned!(span=> #name)
        } else {
            quote_spanned!(span=> *#name)
        }
    }
}

/// Returns an expression for a text: a `&'static str`, or a `String` if it has placeholders.
pub fn text(text: &Text, own: Option<usize>, variables: &Variables, paths: &Paths) -> TokenStream {
    if text.placeholders().next().is_none() {
        let plain: String = text.parts.iter().filter_map(plain).collect();
        let mut literal = Literal::string(&plain);
        literal.set_span(text.span);
        return quote_spanned!(text.span=> #literal);
    }
    if let [Part::Field(placeholder)] = &*text.parts {
        let is_saved = variables.saved.iter().any(|(saved, _)| saved == placeholder);
        if placeholder.spec.pieces().is_empty() && (!is_saved || own == Some(placeholder.field)) {
            let span = text.span.resolved_at(Span::mixed_site());
            let support = paths.at(span).support;
            let value = variables.value(placeholder.field, own, span);
            return quote_spanned!(span=> #support::to_string(&#value));
        }
    }
    let mut format = Format { span: text.span, template: String::new(), arguments: Vec::new() };
    for part in &text.parts {
        match part {
            Part::Plain(plain) => {
                format.template.push_str(&plain.replace('{', "{{").replace('}', "}}"));
            }
            Part::Field(placeholder) => {
                let saved = variables.saved.iter().find(|(saved, _)| saved == placeholder);
                match saved.filter(|_| own != Some(placeholder.field)) {
                    Some((_, name)) => {
                        let argument = quote_spanned!(Span::mixed_site()=> #name);
                        format.add(argument, &[], own, variables);
                    }
                    None => {
                        let argument = variables.value(placeholder.field, own, text.span);
                        format.add(argument, placeholder.spec.pieces(), own, variables);
                    }
                }
            }
        }
    }
    format.into_tokens(paths)
}

fn plain(part: &Part) -> Option<&str> {
    match part {
        Part::Plain(plain) => Some(plain.as_str()),
        Part::Field(_) => None,
    }
}

/// A template for `format_args!`, and its arguments.
struct Format {
    /// Where the text is.
    span: Span,
    template: String,
    arguments: Vec<TokenStream>,
}

impl Format {
    fn add(
        &mut self,
        argument: TokenStream,
        pieces: &[Piece],
        own: Option<usize>,
        variables: &Variables,
    ) {
        self.template.push_str(&format!("{{{}", self.arguments.len()));
        self.arguments.push(argument);
        if !pieces.is_empty() {
            self.template.push(':');
        }
        for piece in pieces {
            match piece {
                Piece::Plain(text) => self.template.push_str(text),
                Piece::Argument(field) => {
                    self.template.push_str(&format!("{}$", self.arguments.len()));
                    self.arguments.push(variables.value(*field, own, self.span));
                }
            }
        }
        self.template.push('}');
    }

    fn into_tokens(self, paths: &Paths) -> TokenStream {
        let mut template = Literal::string(&self.template);
        template.set_span(self.span.resolved_at(Span::mixed_site()));
        let (support, arguments) = (&paths.support, self.arguments);
        quote_spanned! {Span::mixed_site()=>
            #support::format(::core::format_args!(#template #(, #arguments)*))
        }
    }
}

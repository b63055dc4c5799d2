//! Writes the statements that add the parts of a diagnostic.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use super::Paths;
use super::arm::Arm;
use super::text::Variables;
use crate::field::Form;
use crate::plan::Step;
use crate::text::Text;

/// The place of the field that a step reads: errors about the step are reported there.
struct Place<'a> {
    field: usize,
    ty: Option<&'a Type>,
    /// Where the type of the field is, with the hygiene of the macro.
    span: Span,
    paths: Paths,
}

impl Place<'_> {
    fn ident(&self, name: &str) -> Ident {
        Ident::new(name, self.span)
    }

    fn variable(&self) -> Ident {
        let mut name = Variables::name(self.field);
        name.set_span(self.span);
        name
    }

    fn level(&self, level: &str) -> TokenStream {
        let (engine, level) = (&self.paths.engine, self.ident(level));
        quote_spanned!(self.span=> #engine::ChildLevel::#level)
    }

    fn applicability(&self, name: &str) -> TokenStream {
        let (engine, name) = (&self.paths.engine, self.ident(name));
        quote_spanned!(self.span=> #engine::Applicability::#name)
    }

    fn form(&self, form: Form) -> TokenStream {
        let support = &self.paths.support;
        match form {
            Form::Note => quote_spanned!(self.span=> #support::Form::Note),
            Form::Help => quote_spanned!(self.span=> #support::Form::Help),
            Form::Child(level) => {
                let level = self.level(level);
                quote_spanned!(self.span=> #support::Form::Child(#level))
            }
        }
    }
}

impl Arm<'_> {
    fn place(&self, field: usize) -> Place<'_> {
        let ty = self.fields.get(field).map(|field| &field.ty);
        let span = ty.map_or_else(Span::call_site, |ty| ty.span());
        let span = span.resolved_at(Span::mixed_site());
        Place { field, ty, span, paths: self.paths.at(span) }
    }

    /// Returns an expression for a reference to the value of a field.
    fn reference(&self, place: &Place<'_>) -> TokenStream {
        let name = place.variable();
        if self.own.takes(place.field) {
            quote_spanned!(place.span=> &#name)
        } else {
            quote_spanned!(place.span=> #name)
        }
    }

    /// Returns a closure that makes a text for a value of a field.
    fn closure(&self, place: &Place<'_>, value: &Text) -> TokenStream {
        let is_used = value.placeholders().any(|one| one.uses(place.field));
        let parameter = if is_used { place.variable() } else { place.ident("_vitte_value") };
        let value = self.text(value, Some(place.field));
        quote_spanned!(place.span=> |#parameter| #value)
    }

    /// Returns the statement of a step.
    pub fn step(&self, step: &Step) -> TokenStream {
        let Some(field) = step.field() else { return self.plain(step) };
        let place = self.place(field);
        if step.takes().is_some() {
            return self.taking_step(&place, step);
        }
        let (ty, span, value) = (place.ty, place.span, self.reference(&place));
        let Paths { support, .. } = &place.paths;
        match step {
            Step::Texts { form, text, .. } => {
                let (form, closure) = (place.form(*form), self.closure(&place, text));
                quote_spanned! {span=>
                    {
                        use #support::{TextOfAny as _, TextOfSpans as _, TextOfValues as _};
                        (&&&#support::Probe(#value)).vitte_add_text(&mut vitte_diagnostic, #form, #closure);
                    }
                }
            }
            Step::Labels { text, .. } => {
                let closure = self.closure(&place, text);
                quote_spanned! {span=>
                    #support::add_labels::<#ty, _>(&mut vitte_diagnostic, #value, #closure);
                }
            }
            Step::Children { level, text, label, .. } => {
                let (text, label) = (self.closure(&place, text), self.closure(&place, label));
                let level = place.level(level);
                quote_spanned! {span=>
                    #support::add_children::<#ty, _, _>(&mut vitte_diagnostic, #level, #value, #text, #label);
                }
            }
            Step::Replace { text, code, applicability, .. } => {
                let (text, code) = (self.text(text, None), self.text(code, None));
                let applicability = place.applicability(applicability);
                quote_spanned! {span=>
                    #support::add_suggestion::<#ty, _, _>(
                        &mut vitte_diagnostic, #value, || #text, || #code, #applicability,
                    );
                }
            }
            Step::Source { chain, .. } => self.source(&place, chain),
            _ => TokenStream::new(),
        }
    }

    /// Returns the statement that adds the cause.
    fn source(&self, place: &Place<'_>, chain: &str) -> TokenStream {
        let (ty, span, value) = (place.ty, place.span, self.reference(place));
        let support = &place.paths.support;
        let (name, chain) = (place.variable(), place.ident(chain));
        // A diagnostic in an object keeps its labels, but only an object that does not borrow can be asked for its type.
        let objects = (!ty.is_some_and(may_borrow)).then(|| quote_spanned!(span=> ViaObject as _,));
        quote_spanned! {span=>
            {
                use #support::{EachAny as _, EachValue as _};
                use #support::{#objects ViaAnySource as _, ViaDeref as _, ViaDiagnostic as _, ViaError as _};
                (&&#support::Probe::<#ty>(#value)).vitte_each_value(|#name| {
                    (&&&&#support::Probe(#name)).vitte_add_causes(&mut vitte_diagnostic, #support::Chain::#chain)
                });
            }
        }
    }

    /// Returns the statement for a text of the type.
    fn plain(&self, step: &Step) -> TokenStream {
        let engine = &self.paths.engine;
        let Step::Plain { form, text } = step else { return TokenStream::new() };
        let text = self.text(text, None);
        let span = Span::mixed_site();
        let function = Ident::new(if *form == Form::Help { "add_help" } else { "add_note" }, span);
        quote_spanned!(span=> #engine::Diagnostic::#function(&mut vitte_diagnostic, #text);)
    }

    /// Returns the statement of a step that takes the value of a field.
    fn taking_step(&self, place: &Place<'_>, step: &Step) -> TokenStream {
        let Place { ty, span, .. } = *place;
        let Paths { support, .. } = &place.paths;
        let value = place.variable();
        match step {
            Step::OwnTexts { form, .. } => {
                let form = place.form(*form);
                quote_spanned! {span=>
                    {
                        use #support::{OwnOfAny as _, OwnOfStrings as _, OwnOfValues as _};
                        (&&&#support::Probe::<#ty>(&#value))
                            .vitte_own_text()
                            .add(&mut vitte_diagnostic, #form, #value);
                    }
                }
            }
            Step::Nested { level, .. } => {
                let level = match level {
                    Some(level) => {
                        let level = place.level(level);
                        quote_spanned!(span=> ::core::option::Option::Some(#level))
                    }
                    None => quote_spanned!(span=> ::core::option::Option::None),
                };
                quote_spanned!(span=> #support::add_nested::<#ty>(&mut vitte_diagnostic, #level, #value);)
            }
            Step::Edits { text, applicability, .. } => {
                let text = self.text(text, None);
                let applicability = place.applicability(applicability);
                quote_spanned! {span=>
                    #support::add_edits::<#ty, _>(&mut vitte_diagnostic, #value, || #text, #applicability);
                }
            }
            Step::Suggestions { .. } => {
                quote_spanned!(span=> #support::add_suggestions::<#ty>(&mut vitte_diagnostic, #value);)
            }
            Step::Trace { .. } => {
                quote_spanned!(span=> #support::add_steps::<#ty>(&mut vitte_diagnostic, #value);)
            }
            _ => quote_spanned!(span=> #support::label::<#ty>(&mut vitte_diagnostic, #value);),
        }
    }
}

/// Returns true if a type has a lifetime other than `'static`.
fn may_borrow(ty: &Type) -> bool {
    fn has_lifetime(tokens: TokenStream) -> bool {
        let mut is_lifetime = false;
        tokens.into_iter().any(|token| match token {
            TokenTree::Punct(mark) => {
                is_lifetime = mark.as_char() == '\'';
                false
            }
            TokenTree::Ident(name) => std::mem::take(&mut is_lifetime) && name != "static",
            TokenTree::Group(group) => has_lifetime(group.stream()),
            TokenTree::Literal(_) => false,
        })
    }
    has_lifetime(ty.to_token_stream())
}

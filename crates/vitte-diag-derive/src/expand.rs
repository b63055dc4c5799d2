//! Writes the implementations.

mod arm;
mod bounds;
mod step;
mod text;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Data, DeriveInput, Meta, Path};

use crate::item::Item;

/// The paths that generated code uses.
pub struct Paths {
    /// `vitte_diag`.
    engine: TokenStream,
    /// The functions for generated code.
    support: TokenStream,
}

impl Paths {
    fn new(engine: Option<&Path>) -> Self {
        let mixed = Span::mixed_site();
        let engine =
            engine.map_or_else(|| quote_spanned!(mixed=> ::vitte_diag), |path| quote!(#path));
        let support = quote_spanned!(mixed=> #engine::derive);
        Self { engine, support }
    }

    /// Returns the paths with another place, at which errors about them are reported. They refer to the same items.
    fn at(&self, span: Span) -> Self {
        let at = |tokens: &TokenStream| {
            let tokens = tokens.clone().into_iter().map(|mut token| {
                token.set_span(span.resolved_at(token.span()));
                token
            });
            tokens.collect()
        };
        Self { engine: at(&self.engine), support: at(&self.support) }
    }
}

/// Returns the implementations for a type.
pub fn expand(input: &DeriveInput, item: &Item) -> TokenStream {
    let paths = Paths::new(item.head.engine.as_ref());
    let arms: Vec<TokenStream> =
        item.plans.iter().map(|plan| arm::arm(plan, item.plans.len() == 1, &paths)).collect();
    let message = arm::early_message(&item.plans, &paths);
    let body = quote_spanned!(Span::mixed_site()=> #message match self { #(#arms)* });
    let mut generics = input.generics.clone();
    bounds::add(&mut generics, input, item, &paths);
    implementations(input, &generics, &paths, &body)
}

/// Returns implementations that compile whatever the mistakes of a type are, so that these are the only errors.
pub fn fallback(input: &DeriveInput, item: &Item) -> TokenStream {
    let paths = Paths::new(item.head.engine.as_ref());
    let body = quote_spanned!(Span::mixed_site()=> ::core::unimplemented!());
    implementations(input, &input.generics, &paths, &body)
}

fn implementations(
    input: &DeriveInput,
    generics: &syn::Generics,
    paths: &Paths,
    body: &TokenStream,
) -> TokenStream {
    let name = &input.ident;
    let (parameters, arguments, clause) = generics.split_for_impl();
    let (engine, lints) = (&paths.engine, lints(input));
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        #lints
        impl #parameters #engine::IntoDiagnostic for #name #arguments #clause {
            fn into_diagnostic(self) -> #engine::Diagnostic {
                #body
            }
        }

        #[automatically_derived]
        #lints
        impl #parameters ::core::convert::From<#name #arguments> for #engine::Diagnostic #clause {
            fn from(vitte_error: #name #arguments) -> Self {
                #engine::IntoDiagnostic::into_diagnostic(vitte_error)
            }
        }
    }
}

/// Returns the attribute for the lints that generated code may trigger. There is none if a type has nothing deprecated: a program
/// that forbids a lint must not contain an `allow` for it.
fn lints(input: &DeriveInput) -> Option<TokenStream> {
    let variants = match &input.data {
        Data::Enum(data) => data.variants.iter().collect(),
        _ => Vec::new(),
    };
    let fields = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        _ => variants.iter().flat_map(|variant| &variant.fields).collect::<Vec<_>>(),
    };
    let attributes = input.attrs.iter();
    let attributes = attributes.chain(variants.iter().flat_map(|variant| &variant.attrs));
    let mut attributes = attributes.chain(fields.iter().flat_map(|field| &field.attrs));
    attributes.any(is_about_deprecated).then(|| quote!(#[allow(deprecated)]))
}

/// Returns true for `#[deprecated]`, and for an attribute that allows to use what is deprecated.
fn is_about_deprecated(attribute: &Attribute) -> bool {
    let path = attribute.path();
    let is_allow = path.is_ident("allow") || path.is_ident("expect");
    let names_it = |list: &syn::MetaList| {
        list.tokens.clone().into_iter().any(|token| token.to_string() == "deprecated")
    };
    path.is_ident("deprecated")
        || (is_allow && matches!(&attribute.meta, Meta::List(list) if names_it(list)))
}

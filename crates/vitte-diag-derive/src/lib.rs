//! The derive macro of [vitte-diag](https://docs.rs/vitte-diag), which re-exports it with the feature `derive`.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod attribute;
mod code;
mod errors;
mod expand;
mod field;
mod head;
mod item;
mod plan;
mod text;
mod words;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use errors::Errors;

/// Makes a struct, or each variant of an enum, a diagnostic.
#[proc_macro_derive(
    Diagnostic,
    attributes(diagnostic, primary, label, note, help, child, suggestion, file, source)
)]
pub fn derive_diagnostic(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let item = item::read(&input, &mut errors);
    if errors.is_empty() {
        return expand::expand(&input, &item).into();
    }
    let mut tokens = expand::fallback(&input, &item);
    tokens.extend(errors.into_tokens());
    tokens.into()
}

extern crate proc_macro;

use proc_macro::TokenStream;

/// Implements `price`, only for structs with the field `cents`.
#[proc_macro_derive(Priced, attributes(price))]
pub fn priced(input: TokenStream) -> TokenStream {
    let text = input.to_string();
    let Some((_, rest)) = text.split_once("struct ") else {
        panic!("Priced is only for structs\nfound: {}", text.split('{').next().unwrap_or_default());
    };
    let name = rest.split_whitespace().next().unwrap_or_default();
    assert!(text.contains("cents") || text.contains("count"), "the field `cents` is missing");
    format!("impl {name} {{ pub fn price(&self) -> u32 {{ self.count }} }}").parse().unwrap()
}

/// Adds a call of a function that does not exist.
#[proc_macro_attribute]
pub fn logged(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return "compile_error!(\"`logged` has no arguments\");".parse().unwrap();
    }
    item.into_iter().chain("fn logger() { missing_logger() }".parse::<TokenStream>().unwrap()).collect()
}

/// Parses a string literal as source.
#[proc_macro]
pub fn parse_source(input: TokenStream) -> TokenStream {
    input.to_string().trim_matches('"').parse().unwrap()
}

/// Always panics.
#[proc_macro]
pub fn table(_: TokenStream) -> TokenStream {
    let rows: Vec<u8> = Vec::new();
    rows.first().expect("a table needs rows");
    TokenStream::new()
}

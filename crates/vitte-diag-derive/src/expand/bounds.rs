//! Bounds for type parameters, where a field with a type parameter is used.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{
    DeriveInput, GenericArgument, Generics, PathArguments, PredicateType, Token, Type,
    TypeParamBound, WherePredicate,
};

use super::Paths;
use crate::item::Item;
use crate::plan::{FieldPlan, Own, PlanKind, Step};
use crate::text::Placeholder;

/// Adds the bounds that the generated code needs, as the derive macros of the standard library do.
pub fn add(generics: &mut Generics, input: &DeriveInput, item: &Item, paths: &Paths) {
    let parameters: Vec<Ident> =
        input.generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    if parameters.is_empty() {
        return;
    }
    let mut bounds = Bounds {
        own_name: input.ident.clone(),
        parameters,
        bounded: bounded(&input.generics),
        paths,
        predicates: Vec::new(),
        texts: Vec::new(),
    };
    for plan in &item.plans {
        match &plan.kind {
            PlanKind::Transparent(field) => {
                let engine = &paths.engine;
                bounds.add(plan.fields.get(*field), &quote!(#engine::IntoDiagnostic));
            }
            PlanKind::Own(own) => bounds.add_own(own, &plan.fields, input),
        }
    }
    let predicates = bounds.predicates;
    if !predicates.is_empty() {
        generics.make_where_clause().predicates.extend(predicates);
    }
}

struct Bounds<'a> {
    /// The name of the type.
    own_name: Ident,
    parameters: Vec<Ident>,
    /// The parameters and the names of the traits that the program writes for them.
    bounded: Vec<(Ident, String)>,
    paths: &'a Paths,
    predicates: Vec<WherePredicate>,
    /// The predicates as texts, so that none is added twice.
    texts: Vec<String>,
}

impl Bounds<'_> {
    fn add_own(&mut self, own: &Own, fields: &[FieldPlan], input: &DeriveInput) {
        if own.message.is_none() {
            let (name, (_, arguments, _)) = (&input.ident, input.generics.split_for_impl());
            self.push_predicate(&quote!(#name #arguments), &quote!(::core::fmt::Display));
        }
        for placeholder in own.first_texts().flat_map(|text| text.placeholders()) {
            self.add_placeholder(placeholder, fields);
        }
        let support = &self.paths.support;
        let bound = |name: &str| {
            let name = format_ident!("{name}");
            quote_spanned!(Span::mixed_site()=> #support::#name)
        };
        if let Some((field, _)) = own.primary {
            self.add(fields.get(field), &bound("PrimarySpan"));
        }
        if let Some(field) = own.file {
            self.add(fields.get(field), &bound("FileField"));
        }
        for step in &own.steps {
            for placeholder in step.placeholders() {
                self.add_placeholder(placeholder, fields);
            }
            let field = step.field().and_then(|field| fields.get(field));
            match step {
                Step::Labels { .. } | Step::Children { .. } | Step::Replace { .. } => {
                    self.add(field, &bound("Spans"));
                }
                Step::OwnLabels { .. } => self.add(field, &bound("Labels")),
                Step::Nested { .. } => self.add(field, &bound("Nested")),
                Step::Edits { .. } => self.add(field, &bound("Edits")),
                Step::Suggestions { .. } => self.add(field, &bound("Suggestions")),
                Step::Trace { .. } => self.add(field, &bound("Steps")),
                Step::Source { .. } => self.add_inner(field, &quote!(::core::error::Error)),
                Step::OwnTexts { .. } => self.add_inner(field, &quote!(::core::fmt::Display)),
                Step::Plain { .. } | Step::Texts { .. } => {}
            }
            if !step.is_for_each() {
                continue;
            }
            for placeholder in step.texts().flat_map(|text| text.placeholders()) {
                if Some(placeholder.field) == step.field() {
                    self.add_inner(field, &format_trait(placeholder));
                }
            }
        }
    }

    fn add_placeholder(&mut self, placeholder: &Placeholder, fields: &[FieldPlan]) {
        if let Some(field) = fields.get(placeholder.field) {
            self.push(referent(&field.ty), &format_trait(placeholder));
        }
    }

    /// Adds a bound for the type of a field.
    fn add(&mut self, field: Option<&FieldPlan>, bound: &TokenStream) {
        if let Some(field) = field {
            self.push(&field.ty, bound);
        }
    }

    /// Adds a bound for the type of a field, or of the values in its `Option`, `Vec` or other collection. A type of another
    /// name, such as an alias of a collection, gets none if the program has this bound for its parameter.
    fn add_inner(&mut self, field: Option<&FieldPlan>, bound: &TokenStream) {
        let Some(field) = field else { return };
        let ty = inner(&field.ty);
        let name = bound.clone().into_iter().last().map(|last| last.to_string());
        let is_bounded = |parameter: &Ident| {
            self.bounded
                .iter()
                .any(|(known, bound)| known == parameter && Some(bound) == name.as_ref())
        };
        if !has_name(ty.to_token_stream(), &is_bounded) {
            self.push(ty, bound);
        }
    }

    /// Adds a bound for a type with a type parameter. Without one, the bound would be an error where it does not hold. A bound
    /// for a type that contains the type itself would never hold.
    fn push(&mut self, ty: &impl ToTokens, bound: &TokenStream) {
        let is_parameter = |name: &Ident| self.parameters.contains(name);
        let is_own = |name: &Ident| *name == self.own_name || name == "Self";
        let tokens = ty.to_token_stream();
        if has_name(tokens.clone(), &is_parameter) && !has_name(tokens, &is_own) {
            self.push_predicate(&ty, bound);
        }
    }

    fn push_predicate(&mut self, ty: &impl ToTokens, bound: &TokenStream) {
        let tokens = quote!(#ty: #bound);
        let text = tokens.to_string();
        if let (false, Ok(predicate)) = (self.texts.contains(&text), syn::parse2(tokens)) {
            self.predicates.push(predicate);
            self.texts.push(text);
        }
    }
}

/// Returns the bounds of parameters: each parameter with the name of a trait.
fn bounded(generics: &Generics) -> Vec<(Ident, String)> {
    let mut found = Vec::new();
    let mut add = |name: &Ident, bounds: &Punctuated<TypeParamBound, Token![+]>| {
        for bound in bounds {
            if let TypeParamBound::Trait(bound) = bound {
                let last = bound.path.segments.last();
                found.extend(last.map(|last| (name.clone(), last.ident.to_string())));
            }
        }
    };
    for parameter in generics.type_params() {
        add(&parameter.ident, &parameter.bounds);
    }
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(PredicateType {
            bounded_ty: Type::Path(path), bounds, ..
        }) = predicate
        {
            if let Some(name) = path.path.get_ident() {
                add(name, bounds);
            }
        }
    }
    found
}

/// Returns true if a type has a name for which a condition holds.
fn has_name(tokens: TokenStream, condition: &impl Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => condition(&name),
        TokenTree::Group(group) => has_name(group.stream(), condition),
        _ => false,
    })
}

/// Returns the trait that formats a value.
fn format_trait(placeholder: &Placeholder) -> TokenStream {
    let name = format_ident!("{}", placeholder.spec.trait_name());
    quote!(::core::fmt::#name)
}

/// Returns the type that a reference refers to: it implements the traits that format values if the reference does.
fn referent(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => referent(&reference.elem),
        Type::Group(group) => referent(&group.elem),
        _ => ty,
    }
}

/// The types whose only parameter is the type of their values: those for which the engine implements `Values`.
const WITH_VALUES: [&str; 7] = ["Option", "Vec", "VecDeque", "BTreeSet", "Box", "Rc", "Arc"];

/// Returns the type of the values of a collection, or of a pointer to one.
fn inner(ty: &Type) -> &Type {
    match ty {
        Type::Path(path) => {
            let last = path.path.segments.last();
            let known = last.filter(|last| WITH_VALUES.iter().any(|name| last.ident == name));
            let argument = known.and_then(|last| match &last.arguments {
                PathArguments::AngleBracketed(arguments) => arguments.args.first(),
                _ => None,
            });
            match argument {
                Some(GenericArgument::Type(argument)) => inner(argument),
                _ => ty,
            }
        }
        Type::Reference(reference) => inner(&reference.elem),
        Type::Slice(slice) => inner(&slice.elem),
        Type::Array(array) => inner(&array.elem),
        Type::Group(group) => inner(&group.elem),
        _ => ty,
    }
}

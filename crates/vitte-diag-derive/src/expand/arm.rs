//! Writes the arm of a `match` for a struct or a variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};

use super::Paths;
use super::text::{Variables, text};
use crate::head::CodeValue;
use crate::plan::{FieldPlan, Own, Plan, PlanKind, Step};
use crate::text::{Part, Placeholder, Text};

/// Quotes with the hygiene of a macro: local variables are separated from those of the program.
macro_rules! mixed {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

/// Returns an arm, which may be the only one.
pub fn arm(plan: &Plan, is_only: bool, paths: &Paths) -> TokenStream {
    let path = &plan.path;
    match &plan.kind {
        PlanKind::Transparent(field) => {
            let (engine, name) = (&paths.engine, Variables::name(*field));
            let field = plan.fields.get(*field);
            let (member, ty) = (field.map(|field| &field.member), field.map(|field| &field.ty));
            mixed!(#path { #member: #name } => <#ty as #engine::IntoDiagnostic>::into_diagnostic(#name),)
        }
        PlanKind::Own(own) => {
            let is_moved = (0..plan.fields.len()).map(|field| own.takes(field)).collect();
            let mut arm = Arm {
                own,
                fields: &plan.fields,
                paths,
                variables: Variables { is_moved, saved: Vec::new() },
            };
            let pattern = arm.pattern();
            let body = arm.body();
            if is_only {
                return mixed!(#path { #pattern .. } => { #body });
            }
            // A function of its own for each variant: without optimisation, the stack frame of one function would have room
            // for the variables of all variants.
            mixed!(#path { #pattern .. } => (|| { #body })(),)
        }
    }
}

/// Returns a statement that reads the message of `Display` before an arm takes parts of `self`.
pub fn early_message(plans: &[Plan], paths: &Paths) -> TokenStream {
    let owns = plans.iter().map(|plan| match &plan.kind {
        PlanKind::Own(own) if has_early_message(own) => Some((&plan.path, own)),
        _ => None,
    });
    let arms: Vec<TokenStream> = owns
        .clone()
        .flatten()
        .map(|(path, own)| {
            let message = message_of_display(own, paths);
            mixed!(#path { .. } => #message,)
        })
        .collect();
    if arms.is_empty() {
        return TokenStream::new();
    }
    let support = &paths.support;
    let other = owns.clone().any(|own| own.is_none()).then(|| mixed!(_ => #support::no_text(),));
    mixed!(let vitte_message = match &self { #(#arms)* #other };)
}

/// Returns true if the message is that of `Display`, and a step takes the value of a field.
fn has_early_message(own: &Own) -> bool {
    own.message.is_none() && own.steps.iter().any(|step| step.takes().is_some())
}

fn message_of_display(own: &Own, paths: &Paths) -> TokenStream {
    let support = &paths.support;
    let span = own.span.resolved_at(Span::mixed_site());
    quote_spanned!(span=> #support::message(&self))
}

/// What writes an arm.
pub struct Arm<'a> {
    /// The diagnostic.
    pub own: &'a Own,
    /// The fields in their order.
    pub fields: &'a [FieldPlan],
    /// The paths that the code uses.
    pub paths: &'a Paths,
    /// The variables of the fields.
    pub variables: Variables,
}

impl Arm<'_> {
    /// Returns the fields that are used, each with its variable.
    fn pattern(&self) -> TokenStream {
        let used = self.fields.iter().enumerate().filter(|(index, _)| self.uses(*index));
        let fields = used.map(|(index, field)| {
            let (member, name) = (&field.member, Variables::name(index));
            let by_reference = (!self.own.takes(index)).then(|| mixed!(ref));
            mixed!(#member: #by_reference #name,)
        });
        fields.collect()
    }

    fn uses(&self, field: usize) -> bool {
        let own = self.own;
        own.primary.as_ref().is_some_and(|(primary, _)| *primary == field)
            || own.file == Some(field)
            || own.steps.iter().any(|step| step.field() == Some(field))
            || own.first_texts().flat_map(Text::placeholders).any(|one| one.uses(field))
            || own
                .steps
                .iter()
                .flat_map(Step::texts)
                .flat_map(Text::placeholders)
                .any(|one| one.uses(field))
    }

    fn body(&mut self) -> TokenStream {
        let created = self.created();
        let mut statements = self.first_statements();
        for (index, step) in self.own.steps.iter().enumerate() {
            if let Some(taken) = step.takes() {
                statements.extend(self.save(taken, index));
            }
            statements.push(self.step(step));
        }
        if statements.is_empty() {
            return created;
        }
        mixed! {
            let mut vitte_diagnostic = #created;
            #(#statements)*
            vitte_diagnostic
        }
    }

    /// Returns the call of the constructor.
    fn created(&self) -> TokenStream {
        let Paths { engine, support } = self.paths;
        let own = self.own;
        let severity = Ident::new(own.severity, Span::mixed_site());
        let severity = mixed!(#engine::Severity::#severity);
        let code = match &own.code {
            None => mixed!(::core::option::Option::None::<#engine::Code>),
            Some(CodeValue::Literal(literal)) => mixed!(#engine::code!(#literal)),
            Some(CodeValue::Expression(expression)) => mixed!(#expression),
        };
        let message = match &own.message {
            Some(message) => self.text(message, None),
            None if has_early_message(own) => mixed!(vitte_message),
            None => message_of_display(own, self.paths),
        };
        if let Some((field, _)) = own.primary {
            let span = self.call("primary", field);
            return mixed!(#engine::Diagnostic::new(#severity, #code, #support::#span, #message));
        }
        match own.file {
            Some(field) => {
                let file = self.call("file", field);
                mixed!(#engine::Diagnostic::for_file(#severity, #code, #support::#file, #message))
            }
            None => mixed!(#engine::Diagnostic::without_location(#severity, #code, #message)),
        }
    }

    /// Returns a call of a function of `support` with a reference to a field. The type of the field is an argument, so that
    /// an error points at it.
    fn call(&self, function: &str, field: usize) -> TokenStream {
        let name = Ident::new(function, Span::mixed_site());
        let ty = self.fields.get(field).map(|field| &field.ty);
        let value = self.variables.reference(field);
        mixed!(#name::<#ty>(#value))
    }

    /// Returns the statements for tags, a file, and the message of the primary label.
    fn first_statements(&self) -> Vec<TokenStream> {
        let Paths { engine, support } = self.paths;
        let own = self.own;
        let mut statements = Vec::new();
        if let (Some(_), Some(field)) = (&own.primary, own.file) {
            let file = self.call("file", field);
            statements.push(mixed! {
                if ::core::option::Option::is_none(&#engine::Diagnostic::primary(&vitte_diagnostic)) {
                    vitte_diagnostic = #engine::Diagnostic::with_file(vitte_diagnostic, #support::#file);
                }
            });
        }
        for tag in &own.tags {
            let tag = Ident::new(tag, Span::mixed_site());
            statements.push(
                mixed!(#engine::Diagnostic::add_tag(&mut vitte_diagnostic, #engine::Tag::#tag);),
            );
        }
        if let Some((field, Some(label))) = &own.primary {
            let (is_there, label) = (self.call("has_primary", *field), self.text(label, None));
            statements.push(mixed! {
                if #support::#is_there {
                    #engine::Diagnostic::set_label(&mut vitte_diagnostic, #label);
                }
            });
        }
        statements
    }

    /// Returns an expression for a text. `own` is the field that is the parameter of the closure around it.
    pub fn text(&self, value: &Text, own: Option<usize>) -> TokenStream {
        text(value, own, &self.variables, self.paths)
    }

    /// Saves the texts of a field whose value the step with an index takes, for this and later steps.
    fn save(&mut self, taken: usize, step: usize) -> Vec<TokenStream> {
        let later = self.own.steps.iter().skip(step).flat_map(Step::placeholders);
        let mut needed: Vec<&Placeholder> = Vec::new();
        for placeholder in later.filter(|one| one.uses(taken)) {
            let is_saved = self.variables.saved.iter().any(|(saved, _)| saved == placeholder);
            if !is_saved && !needed.contains(&placeholder) {
                needed.push(placeholder);
            }
        }
        let mut statements = Vec::new();
        for placeholder in needed {
            let name = format_ident!(
                "vitte_text_{}",
                self.variables.saved.len(),
                span = Span::mixed_site()
            );
            let part = Part::Field(placeholder.clone());
            let value = self.text(&Text { span: self.own.span, parts: vec![part] }, None);
            statements.push(mixed!(let #name = #value;));
            self.variables.saved.push((placeholder.clone(), name));
        }
        statements
    }
}

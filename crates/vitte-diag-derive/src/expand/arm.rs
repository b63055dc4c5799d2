//! Writes the arm of a `match` for a struct or a variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};

use super::Paths;
use super::text::{Variables, text};
use crate::field::Form;
use crate::head::CodeValue;
use crate::plan::{FieldPlan, Own, Plan, PlanKind, Step};
use crate::text::{Part, Placeholder, Text};

/// Quotes with the hygiene of a macro: local variables are separated from those of the program.
macro_rules! mixed {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

/// Returns an arm.
pub fn arm(plan: &Plan, paths: &Paths) -> TokenStream {
    let path = &plan.path;
    match &plan.kind {
        PlanKind::Transparent(field) => {
            let (engine, name) = (&paths.engine, Variables::name(*field));
            let member = plan.fields.get(*field).map(|field| &field.member);
            mixed!(#path { #member: #name } => #engine::IntoDiagnostic::into_diagnostic(#name),)
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
            mixed!(#path { #pattern .. } => { #body })
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
    mixed!(let message = match &self { #(#arms)* #other };)
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
struct Arm<'a> {
    own: &'a Own,
    fields: &'a [FieldPlan],
    paths: &'a Paths,
    variables: Variables,
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
            let mut diagnostic = #created;
            #(#statements)*
            diagnostic
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
            None if has_early_message(own) => mixed!(message),
            None => message_of_display(own, self.paths),
        };
        if let Some((field, _)) = own.primary {
            let span = self.call("primary", field, 0);
            return mixed!(#engine::Diagnostic::new(#severity, #code, #support::#span, #message));
        }
        match own.file {
            Some(field) => {
                let file = self.call("file", field, 0);
                mixed!(#engine::Diagnostic::for_file(#severity, #code, #support::#file, #message))
            }
            None => mixed!(#engine::Diagnostic::without_location(#severity, #code, #message)),
        }
    }

    /// Returns a call of a function of `support` with a reference to a field. The type of the field is an argument, so that
    /// an error points at it. `others` is the number of further type arguments.
    fn call(&self, function: &str, field: usize, others: usize) -> TokenStream {
        let name = Ident::new(function, Span::mixed_site());
        let types = self.types(field, others);
        let value = self.variables.reference(field);
        mixed!(#name::<#types>(#value))
    }

    fn types(&self, field: usize, others: usize) -> TokenStream {
        let ty = self.fields.get(field).map(|field| &field.ty);
        let others = (0..others).map(|_| mixed!(, _));
        mixed!(#ty #(#others)*)
    }

    /// Returns the statements for tags, a file, and the message of the primary label.
    fn first_statements(&self) -> Vec<TokenStream> {
        let Paths { engine, support } = self.paths;
        let own = self.own;
        let mut statements = Vec::new();
        if let (Some(_), Some(field)) = (&own.primary, own.file) {
            let file = self.call("file", field, 0);
            statements.push(mixed! {
                if ::core::option::Option::is_none(&#engine::Diagnostic::primary(&diagnostic)) {
                    diagnostic = #engine::Diagnostic::with_file(diagnostic, #support::#file);
                }
            });
        }
        for tag in &own.tags {
            let tag = Ident::new(tag, Span::mixed_site());
            statements
                .push(mixed!(#engine::Diagnostic::add_tag(&mut diagnostic, #engine::Tag::#tag);));
        }
        if let Some((_, Some(label))) = &own.primary {
            let label = self.text(label, None);
            statements.push(mixed!(#engine::Diagnostic::set_label(&mut diagnostic, #label);));
        }
        statements
    }

    fn text(&self, value: &Text, own: Option<usize>) -> TokenStream {
        text(value, own, &self.variables, self.paths)
    }

    /// Returns a closure that makes a text for a value of a field.
    fn closure(&self, field: usize, value: &Text) -> TokenStream {
        let is_used = value.placeholders().any(|one| one.uses(field));
        let parameter =
            if is_used { Variables::name(field) } else { Ident::new("_value", Span::mixed_site()) };
        let value = self.text(value, Some(field));
        mixed!(|#parameter| #value)
    }

    fn step(&self, step: &Step) -> TokenStream {
        let Paths { engine, support } = self.paths;
        match step {
            Step::Plain { form, text } => {
                let (form, text) = (self.form(*form), self.text(text, None));
                mixed!(#form.add(&mut diagnostic, #text);)
            }
            Step::Texts { field, form, text } => {
                let (form, closure) = (self.form(*form), self.closure(*field, text));
                let value = self.variables.reference(*field);
                mixed! {
                    {
                        use #support::{TextOfAny as _, TextOfSpans as _, TextOfValues as _};
                        (&&&#support::Probe(#value)).vitte_add_text(&mut diagnostic, #form, #closure);
                    }
                }
            }
            Step::Labels { field, text } => {
                let (value, closure) =
                    (self.variables.reference(*field), self.closure(*field, text));
                let types = self.types(*field, 1);
                mixed!(#support::add_labels::<#types>(&mut diagnostic, #value, #closure);)
            }
            Step::Children { field, level, text, label } => {
                let value = self.variables.reference(*field);
                let (text, label) = (self.closure(*field, text), self.closure(*field, label));
                let (level, types) = (self.level(level), self.types(*field, 2));
                mixed! {
                    #support::add_children::<#types>(&mut diagnostic, #level, #value, #text, #label);
                }
            }
            Step::Replace { field, text, code, applicability } => {
                let value = self.variables.reference(*field);
                let (text, code) = (self.text(text, None), self.text(code, None));
                let types = self.types(*field, 2);
                let applicability = Ident::new(applicability, Span::mixed_site());
                mixed! {
                    #support::add_suggestion::<#types>(
                        &mut diagnostic, #value, || #text, || #code, #engine::Applicability::#applicability,
                    );
                }
            }
            Step::Source { field } => self.source(*field),
            Step::OwnLabels { .. }
            | Step::OwnTexts { .. }
            | Step::Nested { .. }
            | Step::Edits { .. }
            | Step::Suggestions { .. } => self.taking_step(step),
        }
    }

    /// Returns the statement of a step that takes the value of a field.
    fn taking_step(&self, step: &Step) -> TokenStream {
        let Paths { engine, support } = self.paths;
        let field = step.takes().unwrap_or_default();
        let (value, types) = (Variables::name(field), self.types(field, 0));
        match step {
            Step::OwnTexts { form, .. } => {
                let form = self.form(*form);
                mixed! {
                    {
                        use #support::{OwnOfAny as _, OwnOfStrings as _, OwnOfValues as _};
                        (&&&#support::Probe::<#types>(&#value)).vitte_own_text().add(&mut diagnostic, #form, #value);
                    }
                }
            }
            Step::Nested { level, .. } => {
                let level = match level {
                    Some(level) => {
                        let level = self.level(level);
                        mixed!(::core::option::Option::Some(#level))
                    }
                    None => mixed!(::core::option::Option::None),
                };
                mixed!(#support::add_nested::<#types>(&mut diagnostic, #level, #value);)
            }
            Step::Edits { text, applicability, .. } => {
                let (text, types) = (self.text(text, None), self.types(field, 1));
                let applicability = Ident::new(applicability, Span::mixed_site());
                mixed! {
                    #support::add_edits::<#types>(
                        &mut diagnostic, #value, || #text, #engine::Applicability::#applicability,
                    );
                }
            }
            Step::Suggestions { .. } => {
                mixed!(#support::add_suggestions::<#types>(&mut diagnostic, #value);)
            }
            _ => mixed!(#support::label::<#types>(&mut diagnostic, #value);),
        }
    }

    fn source(&self, field: usize) -> TokenStream {
        let support = &self.paths.support;
        let (name, value) = (Variables::name(field), self.variables.reference(field));
        let types = self.types(field, 0);
        mixed! {
            {
                use #support::{EachAny as _, EachValue as _, ViaAnySource as _, ViaDeref as _, ViaDiagnostic as _, ViaError as _};
                (&&#support::Probe::<#types>(#value)).vitte_each_value(|#name| {
                    (&&&&#support::Probe(#name)).vitte_add_causes(&mut diagnostic)
                });
            }
        }
    }

    fn form(&self, form: Form) -> TokenStream {
        let support = &self.paths.support;
        match form {
            Form::Note => mixed!(#support::Form::Note),
            Form::Help => mixed!(#support::Form::Help),
            Form::Child(level) => {
                let level = self.level(level);
                mixed!(#support::Form::Child(#level))
            }
        }
    }

    fn level(&self, level: &str) -> TokenStream {
        let (engine, level) = (&self.paths.engine, Ident::new(level, Span::mixed_site()));
        mixed!(#engine::ChildLevel::#level)
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
            let name =
                format_ident!("text_{}", self.variables.saved.len(), span = Span::mixed_site());
            let part = Part::Field(placeholder.clone());
            let value = self.text(&Text { span: self.own.span, parts: vec![part] }, None);
            statements.push(mixed!(let #name = #value;));
            self.variables.saved.push((placeholder.clone(), name));
        }
        statements
    }
}

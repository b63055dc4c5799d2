//! Reads a struct or an enum, and checks what only the whole of it shows.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Member};

use crate::attribute::attribute_name;
use crate::errors::Errors;
use crate::field::{self, Form, Kind, Use};
use crate::head::{Head, Owner};
use crate::plan::{FieldPlan, Own, Plan, PlanKind, Step};
use crate::text::{Names, Text};

/// A struct or an enum.
pub struct Item {
    /// The attributes of the type.
    pub head: Head,
    /// The struct, or the variants.
    pub plans: Vec<Plan>,
}

/// Reads a type. Its mistakes are added to `errors`.
pub fn read(input: &DeriveInput, errors: &mut Errors) -> Item {
    let name = &input.ident;
    let (head, plans) = match &input.data {
        Data::Struct(data) => {
            let head = Head::read(&input.attrs, Owner::Struct, errors);
            let context = Context {
                name,
                owner: format!("`{}`", name.unraw()),
                path: quote!(Self),
                head: &head,
                defaults: None,
            };
            let plan = context.plan(&data.fields, errors);
            (head, plan.into_iter().collect())
        }
        Data::Enum(data) => {
            let defaults = Head::read(&input.attrs, Owner::Enum, errors);
            if let Some(span) = defaults.without_location.filter(|_| data.variants.is_empty()) {
                errors.at(span, "this enum has no variants");
            }
            let mut plans = Vec::new();
            for variant in &data.variants {
                let head = Head::read(&variant.attrs, Owner::Variant, errors);
                let name = &variant.ident;
                let context = Context {
                    name,
                    owner: format!("the variant `{}`", name.unraw()),
                    path: quote!(Self::#name),
                    head: &head,
                    defaults: Some(&defaults),
                };
                plans.extend(context.plan(&variant.fields, errors));
            }
            (defaults, plans)
        }
        Data::Union(data) => {
            let message = "a union cannot be a diagnostic, because only one of its fields has a value; use a struct or an enum";
            errors.at(data.union_token.span, message);
            (Head::default(), Vec::new())
        }
    };
    Item { head, plans }
}

/// A struct or a variant, and what has its attributes.
struct Context<'a> {
    name: &'a Ident,
    /// How messages name it.
    owner: String,
    path: TokenStream,
    head: &'a Head,
    /// The attributes of the enum.
    defaults: Option<&'a Head>,
}

/// A field and its attributes.
struct FieldUses {
    uses: Vec<Use>,
    /// Where its name or its type is.
    span: Span,
}

impl Context<'_> {
    fn plan(&self, fields: &Fields, errors: &mut Errors) -> Option<Plan> {
        let mut plans = Vec::new();
        let mut all_uses = Vec::new();
        for (member, field) in fields.members().zip(fields) {
            let mut uses = field::read(&field.attrs, errors);
            let has = |name| field.attrs.iter().any(|one| attribute_name(one) == name);
            let is_forwarded = self.is_forwarded(fields);
            let is_source =
                is_forwarded || has("from") || (self.has_display() && is_named(&member, "source"));
            // A nested diagnostic already shows the error.
            let is_shown = |one: &Use| matches!(one.kind, Kind::Source | Kind::Nested(_));
            if is_source && !uses.iter().any(is_shown) {
                // thiserror has the same rule.
                let kind = if is_forwarded { Kind::Sources } else { Kind::Source };
                uses.push(Use { span: member_span(&member), kind });
            }
            all_uses.push(FieldUses { uses, span: member_span(&member) });
            plans.push(FieldPlan { member, ty: field.ty.clone() });
        }
        let kind = match self.head.transparent {
            Some(span) => PlanKind::Transparent(self.transparent(span, &all_uses, errors)?),
            None => PlanKind::Own(Box::new(self.own(&plans, &all_uses, errors)?)),
        };
        Some(Plan { path: self.path.clone(), fields: plans, kind })
    }

    /// Returns true if thiserror implements `Display`.
    fn has_display(&self) -> bool {
        self.head.has_display || self.defaults.is_some_and(|defaults| defaults.has_display)
    }

    /// Returns true if the message and the sources are those of the only field, by `#[error(transparent)]`.
    fn is_forwarded(&self, fields: &Fields) -> bool {
        let has_message = |head: &Head| head.message.is_some();
        self.head.is_forwarding
            && fields.len() == 1
            && !has_message(self.head)
            && !self.defaults.is_some_and(has_message)
    }

    fn transparent(&self, span: Span, fields: &[FieldUses], errors: &mut Errors) -> Option<usize> {
        let head = self.head;
        if fields.len() != 1 {
            let message = format!(
                "`transparent` needs exactly one field, whose diagnostic is used; {} has {}",
                self.owner,
                fields.len()
            );
            errors.at(span, message);
            return None;
        }
        let has_more = head.severity.is_some()
            || head.code.is_some()
            || head.message.is_some()
            || head.without_location.is_some()
            || head.is_unnecessary
            || head.is_deprecated
            || !head.notes.is_empty()
            || !head.helps.is_empty();
        if has_more {
            errors.at(span, "`transparent` allows nothing else here, because the field has the whole diagnostic");
        }
        for one in fields.iter().flat_map(|field| &field.uses) {
            if !matches!(one.kind, Kind::Source | Kind::Sources) {
                errors.at(one.span, "a field of a `transparent` diagnostic has no attributes");
            }
        }
        Some(0)
    }

    fn own(&self, plans: &[FieldPlan], fields: &[FieldUses], errors: &mut Errors) -> Option<Own> {
        let names = Names {
            names: plans.iter().map(|plan| member_name(&plan.member)).collect(),
            owner: self.owner.clone(),
        };
        let head = self.head;
        let inherited = |own: &Option<LitStr>, get: fn(&Head) -> &Option<LitStr>| {
            own.clone().or_else(|| self.defaults.and_then(|defaults| get(defaults).clone()))
        };
        let severity = self.severity(errors);
        let message = inherited(&head.message, |head| &head.message)
            .and_then(|text| read_text(&text, &names, errors));
        let code = head.code.clone().or_else(|| self.defaults.and_then(|one| one.code.clone()));
        let (primary, file) = self.location(fields, &names, errors);
        let mut steps = self.plain_steps(&names, errors);
        for (field, uses) in fields.iter().enumerate() {
            // What takes the value comes last.
            let (last, first): (Vec<&Use>, Vec<&Use>) =
                uses.uses.iter().partition(|one| one.kind.takes_value());
            for one in first.into_iter().chain(last) {
                steps.extend(step(field, one, &names, errors));
            }
        }
        let is_set = |get: fn(&Head) -> bool| get(head) || self.defaults.is_some_and(get);
        let tags = [
            ("Unnecessary", is_set(|head| head.is_unnecessary)),
            ("Deprecated", is_set(|head| head.is_deprecated)),
        ];
        let tags = tags.into_iter().filter(|(_, is_set)| *is_set).map(|(tag, _)| tag).collect();
        let span = head.span.or_else(|| self.defaults.and_then(|one| one.span));
        let span = span.unwrap_or_else(|| self.name.span());
        Some(Own { severity: severity?, code, message, span, tags, primary, file, steps })
    }

    /// Returns the severity, or reports that there is none.
    fn severity(&self, errors: &mut Errors) -> Option<&'static str> {
        let defaults = self.defaults;
        let severity = self.head.severity.or_else(|| defaults.and_then(|one| one.severity));
        let is_broken = self.head.is_broken || defaults.is_some_and(|one| one.is_broken);
        if severity.is_none() && !is_broken {
            let severities = "expected one of `fatal`, `error`, `warning`, `note`";
            match self.head.span {
                Some(span) => errors
                    .at(span, format!("the severity of {} is missing; {severities}", self.owner)),
                None => errors.at(
                    self.name.span(),
                    format!(
                        "{} needs `#[diagnostic(error, message = \"…\")]`; {severities}",
                        self.owner
                    ),
                ),
            }
        }
        severity
    }

    /// Returns the field of the primary label and its text, and the field with the file. Exactly one of them is needed, unless
    /// the diagnostic has no location.
    fn location(
        &self,
        fields: &[FieldUses],
        names: &Names,
        errors: &mut Errors,
    ) -> (Option<(usize, Option<Text>)>, Option<usize>) {
        let (mut primary, mut file) = (None, None);
        for (index, one) in fields
            .iter()
            .enumerate()
            .flat_map(|(index, field)| field.uses.iter().map(move |one| (index, one)))
        {
            match &one.kind {
                Kind::Primary(_) if primary.is_some() => errors.at(
                    one.span,
                    "a diagnostic has only one primary label; use `#[label]` for the others",
                ),
                Kind::Primary(text) => {
                    let text = text.as_ref().and_then(|text| read_text(text, names, errors));
                    primary = Some((index, text));
                }
                Kind::File if file.is_some() => {
                    errors.at(one.span, "a diagnostic is about only one file; remove one of them");
                }
                Kind::File => file = Some(index),
                _ => {}
            }
        }
        let has_location = primary.is_some() || file.is_some();
        match self.head.without_location {
            Some(span) if has_location => {
                errors.at(
                    span,
                    "`without_location` contradicts `#[primary]` and `#[file]`; remove one of them",
                );
            }
            None if !has_location
                && self.defaults.is_none_or(|one| one.without_location.is_none()) =>
            {
                self.report_missing_primary(fields, errors);
            }
            _ => {}
        }
        (primary, file)
    }

    fn report_missing_primary(&self, fields: &[FieldUses], errors: &mut Errors) {
        if self.head.is_broken {
            return;
        }
        let labelled = fields
            .iter()
            .find(|field| field.uses.iter().any(|one| matches!(one.kind, Kind::Label(_))));
        let span = labelled.map_or_else(|| self.name.span(), |field| field.span);
        let message = format!(
            "{} has no primary label; mark the field with its span as `#[primary]`, or a `FileId` as `#[file]`, or write `#[diagnostic(without_location)]`",
            self.owner
        );
        errors.at(span, message);
    }

    /// Returns the texts of the type. Those of a variant replace those of the enum.
    fn plain_steps(&self, names: &Names, errors: &mut Errors) -> Vec<Step> {
        let of = |get: fn(&Head) -> &Vec<LitStr>| {
            let own = get(self.head);
            match self.defaults {
                Some(defaults) if own.is_empty() => get(defaults),
                _ => own,
            }
        };
        let helps = of(|head| &head.helps).iter().map(|text| (Form::Help, text));
        let notes = of(|head| &head.notes).iter().map(|text| (Form::Note, text));
        let texts = helps.chain(notes);
        texts
            .filter_map(|(form, text)| {
                Some(Step::Plain { form, text: read_text(text, names, errors)? })
            })
            .collect()
    }
}

/// Returns what an attribute of a field adds.
fn step(field: usize, one: &Use, names: &Names, errors: &mut Errors) -> Option<Step> {
    Some(match &one.kind {
        Kind::Primary(_) | Kind::File => return None,
        Kind::Trace => Step::Trace { field },
        Kind::Source => Step::Source { field, chain: "Whole" },
        Kind::Sources => Step::Source { field, chain: "Sources" },
        Kind::Label(None) => Step::OwnLabels { field },
        Kind::Label(Some(text)) => Step::Labels { field, text: read_text(text, names, errors)? },
        Kind::Text { form, text: None, .. } => Step::OwnTexts { field, form: *form },
        Kind::Text { form, text: Some(text), label } => {
            let text = read_text(text, names, errors)?;
            match (form, label) {
                (Form::Child(level), Some(label)) => {
                    Step::Children { field, level, text, label: read_text(label, names, errors)? }
                }
                _ => Step::Texts { field, form: *form, text },
            }
        }
        Kind::Nested(level) => Step::Nested { field, level: *level },
        Kind::Suggestion { text: None, .. } => Step::Suggestions { field },
        Kind::Suggestion { text: Some(text), code, applicability } => {
            let text = read_text(text, names, errors);
            match code {
                Some(code) => {
                    let code = read_text(code, names, errors)?;
                    Step::Replace { field, text: text?, code, applicability }
                }
                None => Step::Edits { field, text: text?, applicability },
            }
        }
    })
}

/// Reads a text, or reports its mistakes.
fn read_text(text: &LitStr, names: &Names, errors: &mut Errors) -> Option<Text> {
    match Text::read(text, names) {
        Ok(text) => Some(text),
        Err(mistakes) => {
            mistakes.iter().for_each(|mistake| errors.at(text.span(), mistake));
            None
        }
    }
}

fn member_name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

fn is_named(member: &Member, name: &str) -> bool {
    matches!(member, Member::Named(own) if own == name)
}

fn member_span(member: &Member) -> Span {
    match member {
        Member::Named(name) => name.span(),
        Member::Unnamed(index) => index.span,
    }
}

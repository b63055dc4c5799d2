//! The attributes of a field.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Ident, LitStr};

use crate::attribute::{Argument, arguments, attribute_name, not_empty, set, string};
use crate::errors::Errors;
use crate::words::{list, unknown};

/// The levels of children, and their names in `vitte_diag::ChildLevel`.
const LEVELS: [(&str, &str); 4] =
    [("note", "Note"), ("help", "Help"), ("warning", "Warning"), ("error", "Error")];

/// The names of applicabilities, and their names in `vitte_diag::Applicability`.
const APPLICABILITIES: [(&str, &str); 4] = [
    ("machine-applicable", "MachineApplicable"),
    ("maybe-incorrect", "MaybeIncorrect"),
    ("has-placeholders", "HasPlaceholders"),
    ("unspecified", "Unspecified"),
];

/// What a text becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A note.
    Note,
    /// Help.
    Help,
    /// A child with a level, a variant of `ChildLevel`.
    Child(&'static str),
}

/// An attribute of a field.
pub struct Use {
    /// Where the attribute is.
    pub span: Span,
    /// What it means.
    pub kind: Kind,
}

/// What an attribute of a field means.
pub enum Kind {
    /// The span of the primary label.
    Primary(Option<LitStr>),
    /// Secondary labels.
    Label(Option<LitStr>),
    /// Notes, help, or children with a text.
    Text { form: Form, text: Option<LitStr>, label: Option<LitStr> },
    /// Nested diagnostics, with their own level or another one.
    Nested(Option<&'static str>),
    /// A suggestion.
    Suggestion { text: Option<LitStr>, code: Option<LitStr>, applicability: &'static str },
    /// Steps of the trace.
    Trace,
    /// The file that the diagnostic is about.
    File,
    /// The cause.
    Source,
    /// The error whose message is that of the diagnostic: only its sources are causes.
    Sources,
}

impl Kind {
    /// Returns true if the value of the field is moved, and not only read.
    pub const fn takes_value(&self) -> bool {
        match self {
            Self::Label(text) | Self::Text { text, .. } => text.is_none(),
            Self::Nested(_) | Self::Trace => true,
            Self::Suggestion { code, .. } => code.is_none(),
            Self::Primary(_) | Self::File | Self::Source | Self::Sources => false,
        }
    }
}

/// Reads the attributes of a field.
pub fn read(attributes: &[Attribute], errors: &mut Errors) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    for attribute in attributes {
        let name = attribute_name(attribute);
        let kind = match &*name {
            "primary" => optional_text(attribute, &name, errors).map(Kind::Primary),
            "label" => optional_text(attribute, &name, errors).map(Kind::Label),
            "note" => text_or_value(attribute, &name, Form::Note, errors),
            "help" => text_or_value(attribute, &name, Form::Help, errors),
            "child" => child(attribute, errors),
            "suggestion" => suggestion(attribute, errors),
            "file" | "source" | "trace" => {
                for argument in arguments(attribute, errors).unwrap_or_default() {
                    errors.at(argument.span(), format!("`#[{name}]` has no arguments"));
                }
                Some(match &*name {
                    "file" => Kind::File,
                    "trace" => Kind::Trace,
                    _ => Kind::Source,
                })
            }
            "diagnostic" => {
                let message = format!(
                    "`#[diagnostic]` belongs to the type or a variant; on a field are allowed {}",
                    list(&FIELD_ATTRIBUTES)
                );
                errors.on(attribute, message);
                None
            }
            _ => None,
        };
        let Some(kind) = kind else { continue };
        let is_once = matches!(kind, Kind::Primary(_) | Kind::File | Kind::Source);
        let same =
            |other: &Use| std::mem::discriminant(&other.kind) == std::mem::discriminant(&kind);
        if is_once && uses.iter().any(same) {
            errors.on(attribute, format!("`#[{name}]` is here twice; remove one of them"));
            continue;
        }
        if kind.takes_value() && uses.iter().any(|other| other.kind.takes_value()) {
            let message = "only one attribute without a text can take the value of this field; give the others a text";
            errors.on(attribute, message);
            continue;
        }
        uses.push(Use { span: attribute.path().span(), kind });
    }
    uses
}

/// The attributes of a field.
pub const FIELD_ATTRIBUTES: [&str; 9] = [
    "#[primary]",
    "#[label]",
    "#[note]",
    "#[help]",
    "#[child]",
    "#[suggestion]",
    "#[trace]",
    "#[file]",
    "#[source]",
];

/// Reads `#[name]` or `#[name("…")]`. Returns `None` after a mistake.
fn optional_text(attribute: &Attribute, name: &str, errors: &mut Errors) -> Option<Option<LitStr>> {
    let mut arguments = arguments(attribute, errors).unwrap_or_default().into_iter();
    let text = match arguments.next() {
        None => return Some(None),
        Some(Argument::Text(text)) => not_empty(text, "the text", errors),
        Some(Argument::Word(word)) if word == "primary" && name == "label" => {
            let message = "the primary label has an attribute of its own: `#[primary(\"…\")]`";
            errors.at(word.span(), message);
            return Some(None);
        }
        Some(other) => {
            let expected = format!("expected `#[{name}]` or `#[{name}(\"…\")]`");
            errors.at(other.span(), expected);
            return Some(None);
        }
    };
    for other in arguments {
        errors.at(other.span(), format!("expected only a text: `#[{name}(\"…\")]`"));
    }
    Some(text)
}

fn text_or_value(
    attribute: &Attribute,
    name: &str,
    form: Form,
    errors: &mut Errors,
) -> Option<Kind> {
    let text = optional_text(attribute, name, errors)?;
    Some(Kind::Text { form, text, label: None })
}

/// Reads `#[child]`, `#[child(level)]`, `#[child(level, "…")]` or `#[child(level, "…", label = "…")]`.
fn child(attribute: &Attribute, errors: &mut Errors) -> Option<Kind> {
    let (mut level, mut text, mut label) = (None, None, None);
    let levels = LEVELS.map(|(name, _)| name);
    for argument in arguments(attribute, errors)? {
        let span = argument.span();
        match argument {
            Argument::Text(found) => {
                let found = not_empty(found, "the text", errors)?;
                set(&mut text, found, "the text", span, errors);
            }
            Argument::Word(word) => {
                let name = word.unraw().to_string();
                match LEVELS.iter().find(|(known, _)| *known == name) {
                    Some((_, found)) => set(&mut level, *found, "the level", span, errors),
                    None => {
                        errors.at(span, unknown("level", &name, &levels));
                        return None;
                    }
                }
            }
            Argument::Value(name, value) if name == "label" => {
                let found = string(&name, &value, errors)?;
                set(&mut label, not_empty(found, "the label", errors)?, "the label", span, errors);
            }
            Argument::Value(name, _) | Argument::Call(name) => {
                errors.at(span, unknown("argument", &name.unraw().to_string(), &["label"]));
                return None;
            }
        }
    }
    match (level, text) {
        (Some(level), Some(text)) => {
            Some(Kind::Text { form: Form::Child(level), text: Some(text), label })
        }
        (None, Some(text)) => {
            let message = format!(
                "the level is missing: `#[child(note, \"…\")]`; expected one of {}",
                list(&levels)
            );
            errors.at(text.span(), message);
            None
        }
        (level, None) => {
            if label.is_some() {
                errors
                    .on(attribute, "a label needs a text: `#[child(note, \"…\", label = \"…\")]`");
            }
            Some(Kind::Nested(level))
        }
    }
}

/// Reads `#[suggestion]` or `#[suggestion("…", code = "…", applicability = "…")]`.
fn suggestion(attribute: &Attribute, errors: &mut Errors) -> Option<Kind> {
    let (mut text, mut code, mut applicability) = (None, None, None);
    for argument in arguments(attribute, errors)? {
        let span = argument.span();
        match argument {
            Argument::Text(found) => {
                let found = not_empty(found, "the text", errors)?;
                set(&mut text, found, "the text", span, errors);
            }
            Argument::Value(name, value) if name == "code" => {
                set(&mut code, string(&name, &value, errors)?, "the code", span, errors);
            }
            Argument::Value(name, value) if name == "applicability" => {
                let found = read_applicability(&name, &value, errors)?;
                set(&mut applicability, found, "the applicability", span, errors);
            }
            Argument::Word(name) | Argument::Value(name, _) | Argument::Call(name) => {
                let word = name.unraw().to_string();
                let known = ["code", "applicability"];
                let message = match &*word {
                    "code" | "applicability" => format!("`{word}` needs a value: `{word} = \"…\"`"),
                    _ => unknown("argument", &word, &known),
                };
                errors.at(span, message);
                return None;
            }
        }
    }
    if text.is_none() && (code.is_some() || applicability.is_some()) {
        errors.on(attribute, "the text is missing: `#[suggestion(\"…\", code = \"…\")]`");
        return None;
    }
    let applicability = applicability.unwrap_or("Unspecified");
    Some(Kind::Suggestion { text, code, applicability })
}

fn read_applicability(name: &Ident, value: &Expr, errors: &mut Errors) -> Option<&'static str> {
    let names = APPLICABILITIES.map(|(name, _)| name);
    let Some(text) = crate::attribute::literal(value) else {
        let written = value.to_token_stream().to_string();
        let message = format!("expected one of {} as a string, not `{written}`", list(&names));
        errors.on(value, format!("{message}: `{} = \"…\"`", name.unraw()));
        return None;
    };
    let found = APPLICABILITIES.iter().find(|(known, _)| *known == text.value());
    if found.is_none() {
        errors.at(text.span(), unknown("applicability", &text.value(), &names));
    }
    found.map(|(_, variant)| *variant)
}

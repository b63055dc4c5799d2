//! The attributes of a type or a variant: `#[diagnostic(…)]`, `#[note("…")]`, `#[help("…")]`.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, Ident, LitStr, Path};

use crate::attribute::{Argument, arguments, attribute_name, literal, not_empty, set, string};
use crate::code::is_code;
use crate::errors::Errors;
use crate::words::unknown;

/// The severities, and their names in `vitte_diag::Severity`.
const SEVERITIES: [(&str, &str); 4] =
    [("fatal", "Fatal"), ("error", "Error"), ("warning", "Warning"), ("note", "Note")];

/// All arguments of `#[diagnostic(…)]`.
const ARGUMENTS: [&str; 12] = [
    "fatal",
    "error",
    "warning",
    "note",
    "code",
    "message",
    "help",
    "unnecessary",
    "deprecated",
    "without_location",
    "transparent",
    "crate",
];

/// What has the attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A struct.
    Struct,
    /// An enum: the defaults of its variants.
    Enum,
    /// A variant.
    Variant,
}

/// The code of a diagnostic.
#[derive(Clone)]
pub enum CodeValue {
    /// A literal that is a code.
    Literal(LitStr),
    /// An expression for a `Code` or an `Option<Code>`.
    Expression(Expr),
}

/// The attributes of a type or a variant.
#[derive(Clone, Default)]
pub struct Head {
    /// The variant of `Severity`.
    pub severity: Option<&'static str>,
    /// The code.
    pub code: Option<CodeValue>,
    /// The message.
    pub message: Option<LitStr>,
    /// Notes in their order.
    pub notes: Vec<LitStr>,
    /// Help texts in their order.
    pub helps: Vec<LitStr>,
    /// Whether the code is unnecessary.
    pub is_unnecessary: bool,
    /// Whether the code is deprecated.
    pub is_deprecated: bool,
    /// Where `without_location` is.
    pub without_location: Option<Span>,
    /// Where `transparent` is.
    pub transparent: Option<Span>,
    /// The path of `vitte-diag`.
    pub engine: Option<Path>,
    /// Where the first `#[diagnostic(…)]` is.
    pub span: Option<Span>,
    /// Whether an attribute could not be read, so that what is missing may be in it.
    pub is_broken: bool,
    /// Whether thiserror implements `Display`, by `#[error(…)]`.
    pub has_display: bool,
    /// Whether that is the `Display` of a field, by `#[error(transparent)]`.
    pub is_forwarding: bool,
}

impl Head {
    /// Reads the attributes of a type or a variant.
    pub fn read(attributes: &[Attribute], owner: Owner, errors: &mut Errors) -> Self {
        let mut head = Self::default();
        for attribute in attributes {
            match &*attribute_name(attribute) {
                "diagnostic" => head.read_diagnostic(attribute, owner, errors),
                "error" => {
                    head.has_display = true;
                    head.is_forwarding |=
                        attribute.parse_args::<Ident>().is_ok_and(|word| word == "transparent");
                }
                name @ ("note" | "help") => {
                    let texts = texts(attribute, name, errors);
                    let list = if name == "note" { &mut head.notes } else { &mut head.helps };
                    list.extend(texts);
                }
                name @ ("primary" | "label" | "child" | "suggestion" | "trace" | "file"
                | "source") => {
                    let place = "belongs to a field";
                    errors.on(attribute, format!("`#[{name}]` {place}; here are allowed `#[diagnostic(…)]`, `#[note(\"…\")]` and `#[help(\"…\")]`"));
                }
                _ => {}
            }
        }
        head
    }

    fn read_diagnostic(&mut self, attribute: &Attribute, owner: Owner, errors: &mut Errors) {
        let span = attribute.path().get_ident().map_or_else(Span::call_site, Ident::span);
        self.span.get_or_insert(span);
        let Some(arguments) = arguments(attribute, errors) else {
            self.is_broken = true;
            return;
        };
        if arguments.is_empty() {
            self.is_broken = true;
            errors.on(
                attribute,
                "`#[diagnostic]` needs arguments, such as `#[diagnostic(error, message = \"…\")]`",
            );
        }
        for argument in arguments {
            let has_severity = has_severity(&argument);
            match argument {
                Argument::Text(text) if has_severity => {
                    errors.at(text.span(), format!("write `{}` without quotes", text.value()));
                }
                Argument::Text(text) => {
                    let message =
                        "a text needs a name: `message = \"…\"`, `help = \"…\"` or `note = \"…\"`";
                    errors.at(text.span(), message);
                }
                Argument::Word(word) => {
                    self.is_broken |= !self.read_word(&word, owner, errors);
                }
                Argument::Value(name, value) => self.read_value(&name, &value, owner, errors),
                Argument::Call(name) => report_call(&name, errors),
            }
            self.is_broken |= has_severity;
        }
    }

    /// Reads a word. Returns false if it is unknown.
    fn read_word(&mut self, word: &Ident, owner: Owner, errors: &mut Errors) -> bool {
        let (span, name) = (word.span(), word.unraw().to_string());
        if let Some((_, severity)) = SEVERITIES.iter().find(|(known, _)| *known == name) {
            set(&mut self.severity, severity, "the severity", span, errors);
            return true;
        }
        match &*name {
            "unnecessary" => set_flag(&mut self.is_unnecessary, word, errors),
            "deprecated" => set_flag(&mut self.is_deprecated, word, errors),
            "without_location" => {
                set(&mut self.without_location, span, "`without_location`", span, errors);
            }
            "transparent" if owner == Owner::Enum => {
                errors.at(span, "`transparent` belongs to a variant, not to the enum");
            }
            "transparent" => set(&mut self.transparent, span, "`transparent`", span, errors),
            "code" | "message" | "help" => {
                errors.at(span, format!("`{name}` needs a value: `{name} = \"…\"`"));
            }
            "crate" => errors.at(span, "`crate` needs a path: `crate = my_crate::vitte_diag`"),
            _ => {
                errors.at(span, unknown_word(&name));
                return false;
            }
        }
        true
    }

    fn read_value(&mut self, name: &Ident, value: &Expr, owner: Owner, errors: &mut Errors) {
        let span = name.span();
        match &*name.unraw().to_string() {
            "code" => {
                let code = read_code(value, errors);
                set(&mut self.code, code, "the code", span, errors);
            }
            "message" => {
                let text = string(name, value, errors)
                    .and_then(|text| not_empty(text, "the message", errors));
                if let Some(text) = text {
                    set(&mut self.message, text, "the message", span, errors);
                }
            }
            word @ ("help" | "note") => {
                let text = string(name, value, errors)
                    .and_then(|text| not_empty(text, &format!("the {word}"), errors));
                let list = if word == "note" { &mut self.notes } else { &mut self.helps };
                list.extend(text);
            }
            "crate" if owner == Owner::Variant => {
                errors.at(span, "`crate` belongs to the enum, not to a variant");
            }
            "crate" => match path(value) {
                Some(path) => set(&mut self.engine, path, "`crate`", span, errors),
                None => errors.on(value, "expected a path: `crate = my_crate::vitte_diag`"),
            },
            "severity" | "level" => {
                errors.at(
                    span,
                    "the severity is a word of its own: `fatal`, `error`, `warning` or `note`",
                );
            }
            word if is_severity(word) => {
                errors.at(span, format!("`{word}` has no value; write `{word}, message = \"…\"`"));
            }
            word @ ("unnecessary" | "deprecated" | "without_location" | "transparent") => {
                errors.at(span, format!("`{word}` has no value; write `{word}` alone"));
            }
            word => {
                let known = ["code", "message", "help", "note", "crate"];
                errors.at(span, unknown("argument", word, &known));
            }
        }
    }
}

fn is_severity(word: &str) -> bool {
    SEVERITIES.iter().any(|(known, _)| *known == word)
}

/// Returns true if an argument has the severity in the syntax of another macro.
fn has_severity(argument: &Argument) -> bool {
    match argument {
        Argument::Text(text) => is_severity(&text.value()),
        // A word is read as the severity, and a note has a text.
        Argument::Word(_) => false,
        Argument::Value(name, _) | Argument::Call(name) => {
            let word = name.unraw().to_string();
            word != "note" && (is_severity(&word) || word == "severity" || word == "level")
        }
    }
}

/// Sets a flag that may be set only once.
fn set_flag(flag: &mut bool, word: &Ident, errors: &mut Errors) {
    if *flag {
        errors.at(word.span(), format!("`{word}` is here twice; remove one of them"));
    }
    *flag = true;
}

/// Returns the message for an unknown word: probably a severity, if it resembles one.
fn unknown_word(name: &str) -> String {
    let severities = SEVERITIES.map(|(name, _)| name);
    let is_severity =
        crate::words::nearest(name, &ARGUMENTS).is_none_or(|nearest| severities.contains(&nearest));
    if is_severity && crate::words::nearest(name, &severities).is_some() {
        return unknown("severity", name, &severities);
    }
    unknown("argument", name, &ARGUMENTS)
}

/// Reports `name(…)`, and what to write instead.
fn report_call(name: &Ident, errors: &mut Errors) {
    let word = name.unraw().to_string();
    let instead = match &*word {
        "code" | "message" | "help" | "note" => format!("write `{word} = \"…\"`"),
        "severity" | "level" => {
            "write the severity alone: `fatal`, `error`, `warning` or `note`".to_owned()
        }
        "crate" => "write `crate = my_crate::vitte_diag`".to_owned(),
        _ if is_severity(&word) => format!("write `{word}, message = \"…\"`"),
        _ if ARGUMENTS.contains(&&*word) => format!("write `{word}` alone"),
        "url" => {
            "the address of the page of a code is set for all codes, by `Tool::with_codes_url`"
                .to_owned()
        }
        _ => unknown_word(&word),
    };
    errors.at(name.span(), format!("`{word}(…)` is not the syntax of this macro; {instead}"));
}

/// Returns a code. A literal that is not a code is reported.
fn read_code(value: &Expr, errors: &mut Errors) -> CodeValue {
    let Some(text) = literal(value) else {
        if matches!(value, Expr::Lit(_)) {
            errors.on(value, "expected a code: `code = \"…\"`, or an expression for a `Code`");
        }
        return CodeValue::Expression(value.clone());
    };
    if !is_code(&text.value()) {
        let message = format!(
            "`{}` is not a code; expected 1 to 64 printable ASCII characters without blanks, brackets and quotes",
            text.value()
        );
        errors.at(text.span(), message);
    }
    CodeValue::Literal(text.clone())
}

/// Returns the path that a value is.
fn path(value: &Expr) -> Option<Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        Expr::Group(group) => path(&group.expr),
        _ => None,
    }
}

/// Reads `#[note("…")]` or `#[help("…")]` of a type or a variant.
fn texts(attribute: &Attribute, name: &str, errors: &mut Errors) -> Option<LitStr> {
    let mut arguments = arguments(attribute, errors)?.into_iter();
    match (arguments.next(), arguments.next()) {
        (Some(Argument::Text(text)), None) => not_empty(text, &format!("the {name}"), errors),
        (Some(_), Some(other)) | (Some(other), None) => {
            errors.at(other.span(), format!("expected one text: `#[{name}(\"…\")]`"));
            None
        }
        (None, _) => {
            errors.on(attribute, format!("expected a text: `#[{name}(\"…\")]`"));
            None
        }
    }
}

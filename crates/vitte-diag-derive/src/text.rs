//! Texts with placeholders: `expected {expected}, found {found:?}`.

mod spec;

use proc_macro2::Span;
use syn::LitStr;

use crate::words::{list, nearest};
pub use spec::{Piece, Spec};

/// The names of the fields that a text may use.
pub struct Names {
    /// The names, or the indices of the fields of a tuple.
    pub names: Vec<String>,
    /// What has the fields, such as "`Mismatch`" or "the variant `Mismatch`".
    pub owner: String,
}

/// A text for a person.
#[derive(Clone)]
pub struct Text {
    /// Where the text is in the attribute.
    pub span: Span,
    /// The parts in their order.
    pub parts: Vec<Part>,
}

/// A part of a text.
#[derive(Clone, PartialEq, Eq)]
pub enum Part {
    /// Characters, with `{{` read as `{`.
    Plain(String),
    /// The value of a field.
    Field(Placeholder),
}

/// A place in a text where the value of a field is inserted.
#[derive(Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// The index of the field.
    pub field: usize,
    /// How the value is formatted.
    pub spec: Spec,
}

impl Placeholder {
    /// Returns true if the value of a field is needed, as the value or as the width or precision of another one.
    pub fn uses(&self, field: usize) -> bool {
        self.field == field || self.spec.arguments().any(|argument| argument == field)
    }
}

impl Text {
    /// Reads a text. Each mistake is a message.
    pub fn read(literal: &LitStr, names: &Names) -> Result<Self, Vec<String>> {
        let value = literal.value();
        let (mut parts, mut plain, mut mistakes) = (Vec::new(), String::new(), Vec::new());
        let mut rest = value.as_str();
        while let Some(c) = rest.chars().next() {
            let (_, after) = rest.split_at(c.len_utf8());
            rest = after;
            match (c, after.strip_prefix(c)) {
                ('{' | '}', Some(behind)) => {
                    plain.push(c);
                    rest = behind;
                }
                ('{', None) => match after.split_once('}') {
                    Some((content, behind)) => {
                        rest = behind;
                        match placeholder(content, names) {
                            Ok(placeholder) => {
                                if !plain.is_empty() {
                                    parts.push(Part::Plain(std::mem::take(&mut plain)));
                                }
                                parts.push(Part::Field(placeholder));
                            }
                            Err(mistake) => mistakes.push(mistake),
                        }
                    }
                    None => {
                        mistakes.push("this `{` has no `}`; write `{{` for a brace".to_owned());
                        rest = "";
                    }
                },
                ('}', None) => {
                    mistakes.push("this `}` has no `{`; write `}}` for a brace".to_owned());
                }
                _ => plain.push(c),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Plain(plain));
        }
        if mistakes.is_empty() { Ok(Self { span: literal.span(), parts }) } else { Err(mistakes) }
    }

    /// Returns the placeholders in their order.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(placeholder) => Some(placeholder),
            Part::Plain(_) => None,
        })
    }
}

/// Reads the inner part of a placeholder, such as `found:?`.
fn placeholder(content: &str, names: &Names) -> Result<Placeholder, String> {
    let (name, spec) = content.split_once(':').unwrap_or((content, ""));
    let name = name.trim();
    if name.is_empty() {
        let fields = if names.names.is_empty() {
            format!("{} has no fields", names.owner)
        } else {
            format!("expected one of {}", list(&names.names))
        };
        return Err(format!(
            "the placeholder `{{{content}}}` has no field; {fields}; write `{{{{` and `}}}}` for braces"
        ));
    }
    let field = names.find(name)?;
    let spec = Spec::read(spec.trim_end(), &mut |name| names.find(name))
        .map_err(|mistake| format!("the placeholder `{{{content}}}`: {mistake}"))?;
    Ok(Placeholder { field, spec })
}

impl Names {
    /// Returns the index of a field, or a message with the fields that there are.
    fn find(&self, name: &str) -> Result<usize, String> {
        let plain = name.strip_prefix("r#").unwrap_or(name);
        if let Some(index) = self.names.iter().position(|known| known == plain) {
            return Ok(index);
        }
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let mut message = if is_name {
            format!("{} has no field `{name}`", self.owner)
        } else {
            format!(
                "`{name}` is not the name of a field, and a placeholder has no other expressions"
            )
        };
        if self.names.is_empty() {
            message.push_str("; it has no fields at all");
        } else {
            message.push_str(&format!("; expected one of {}", list(&self.names)));
        }
        if let Some(nearest) = nearest(plain, &self.names) {
            message.push_str(&format!("; did you mean `{nearest}`?"));
        }
        if !is_name {
            message.push_str("; write `{{` and `}}` for braces");
        }
        Err(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names { names: ["expected", "found"].map(str::to_owned).to_vec(), owner: "`E`".to_owned() }
    }

    fn read(text: &str) -> Result<Vec<Part>, Vec<String>> {
        Text::read(&LitStr::new(text, Span::call_site()), &names()).map(|text| text.parts)
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert!(read("") == Ok(vec![]));
        assert!(read("{{é}}") == Ok(vec![Part::Plain("{é}".to_owned())]));
    }

    #[test]
    fn placeholders_name_fields() {
        let parts = read("a {found} {r#expected:>4}").unwrap();
        let fields: Vec<_> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Field(placeholder) => Some(placeholder.field),
                Part::Plain(_) => None,
            })
            .collect();
        assert_eq!((parts.len(), fields), (4, vec![1, 0]));
    }

    #[test]
    fn all_mistakes_of_a_text_are_reported() {
        let mistakes = |text| read(text).err().unwrap();
        assert_eq!(mistakes("{fond} {} }").len(), 3);
        assert!(mistakes("{fond}")[0].ends_with("did you mean `found`?"));
        assert!(mistakes("{").concat().contains("has no `}`"));
        assert!(mistakes("{found.name}").concat().contains("no other expressions"));
        assert!(mistakes("{found:y}").concat().contains("`y`"));
    }
}

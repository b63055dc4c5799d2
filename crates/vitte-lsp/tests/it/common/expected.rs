//! What a server has to send, computed in the plain way: each position is counted from the start of the text.

use serde_json::{Value, json};
use vitte_diag::{Diagnostic, DiagnosticBag, Severity, SourceMap, Span, Tag};

/// The units of positions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Utf8,
    Utf16,
    Utf32,
}

impl Unit {
    pub const ALL: [Self; 3] = [Self::Utf8, Self::Utf16, Self::Utf32];

    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn of(self, c: char) -> u32 {
        match self {
            Self::Utf8 => c.to_string().len() as u32,
            Self::Utf16 => c.to_string().encode_utf16().count() as u32,
            Self::Utf32 => 1,
        }
    }
}

/// The line and the character of an offset: counts the line ends before it. A byte order mark stays first, so the start of the
/// text is after it.
pub fn position(text: &str, offset: usize, unit: Unit) -> (u32, u32) {
    let offset = if text.starts_with('\u{feff}') { offset.max(3) } else { offset };
    let (mut line, mut character, mut last) = (0, 0, ' ');
    for (at, c) in text.char_indices() {
        if at >= offset {
            break;
        }
        match (last, c) {
            ('\r', '\n') => {}
            (_, '\n' | '\r') => (line, character) = (line + 1, 0),
            _ => character += unit.of(c),
        }
        last = c;
    }
    (line, character)
}

/// The offset of a position, as a client finds it: a character after the end of its line is that end.
pub fn offset(text: &str, line: u32, character: u32, unit: Unit) -> usize {
    let mut at = 0;
    let mut rest = text;
    for _ in 0..line {
        let Some(end) = rest.find(['\n', '\r']) else { return text.len() };
        let len = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        at += end + len;
        rest = &rest[end + len..];
    }
    let line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
    let mut units = 0;
    for c in line.chars() {
        units += unit.of(c);
        if units > character {
            break;
        }
        at += c.len_utf8();
    }
    at
}

pub fn range(text: &str, span: Span, unit: Unit) -> Value {
    let at = |offset: u32| {
        let (line, character) = position(text, offset as usize, unit);
        json!({"line": line, "character": character})
    };
    json!({"start": at(span.lo()), "end": at(span.hi())})
}

/// The diagnostics of one text, for a client with all capabilities.
pub fn diagnostics(sources: &SourceMap, bag: &DiagnosticBag, uri: &str, unit: Unit) -> Vec<Value> {
    let ordered = bag.ordered_in(sources);
    ordered.iter().map(|entry| diagnostic(sources, entry.diagnostic, uri, unit)).collect()
}

fn diagnostic(sources: &SourceMap, one: &Diagnostic, uri: &str, unit: Unit) -> Value {
    let span = one.primary().unwrap().span();
    let text = sources.file(span.file()).unwrap().text();
    let mut message = one.message().to_owned();
    if let Some(label) = one.primary().unwrap().message() {
        message += &format!("\n{label}");
    }
    for note in one.notes() {
        message += &format!("\nnote: {note}");
    }
    let at = |span: Span, message: &str| json!({"location": {"uri": uri, "range": range(text, span, unit)}, "message": message});
    let mut related: Vec<Value> = Vec::new();
    for label in one.labels().filter(|label| label.span() != span) {
        related.push(at(label.span(), label.message().unwrap()));
    }
    for child in one.children() {
        let label = &child.labels()[0];
        let message = format!("{}: {}", child.level().as_str(), child.message());
        related.push(at(label.span(), &format!("{message}: {}", label.message().unwrap())));
    }
    for step in one.trace() {
        related.push(at(step.span().unwrap(), step.message()));
    }
    let mut value = json!({
        "range": range(text, span, unit),
        "severity": match one.severity() {
            Severity::Warning => 2,
            Severity::Note => 3,
            _ => 1,
        },
        "source": "mycc",
        "message": message,
    });
    let object = value.as_object_mut().unwrap();
    if let Some(code) = one.code() {
        object.insert("code".into(), code.as_str().into());
        let href = format!("https://mycc.example/{code}");
        object.insert("codeDescription".into(), json!({"href": href}));
    }
    if one.tags().any(|tag| tag == Tag::Deprecated) {
        object.insert("tags".into(), json!([1, 2]));
    }
    if !related.is_empty() {
        object.insert("relatedInformation".into(), related.into());
    }
    value
}

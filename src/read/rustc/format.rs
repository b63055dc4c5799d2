//! The structs of the JSON, and the lines that contain them.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use crate::read::json::Int;

/// The depth to which JSON is read. `serde_json` reads 127 levels; each expansion of a macro takes two.
const MAX_DEPTH: usize = 120;

/// What one line contains.
#[derive(Debug)]
pub(super) struct Line {
    /// Diagnostics; none if the message is about something else.
    pub(super) messages: Vec<Message>,
    /// Whether parts that were nested too deeply were removed.
    pub(super) is_cut: bool,
}

impl Line {
    /// Parses a line. Returns the reason if it is invalid.
    pub(super) fn parse(line: &[u8]) -> Result<Self, String> {
        if !line.starts_with(b"{") {
            return Err("not a JSON object".to_owned());
        }
        messages(line).map(|messages| Self { messages, is_cut: false }).or_else(|reason| {
            let messages = cut(line).and_then(|line| messages(&line).ok());
            messages.map(|messages| Self { messages, is_cut: true }).ok_or(reason)
        })
    }
}

/// The fields that distinguish the kinds of messages.
#[derive(Deserialize)]
struct Head {
    /// The kind of a message of cargo.
    reason: Option<String>,
    /// The kind of a message of rustc, since 1.76.
    #[serde(rename = "$message_type")]
    message_type: Option<String>,
    level: Option<IgnoredAny>,
    future_incompat_report: Option<IgnoredAny>,
    artifact: Option<IgnoredAny>,
    unused_extern_names: Option<IgnoredAny>,
}

impl Head {
    /// Returns the kind of a message of rustc. Before 1.76 its fields determine it.
    fn kind(&self) -> Option<&str> {
        let of_fields = [
            (&self.level, "diagnostic"),
            (&self.future_incompat_report, "future_incompat"),
            (&self.artifact, "artifact"),
            (&self.unused_extern_names, "unused_extern"),
        ];
        let of_fields = || of_fields.iter().find(|(field, _)| field.is_some());
        self.message_type.as_deref().or_else(|| of_fields().map(|(_, kind)| *kind))
    }
}

#[derive(Deserialize)]
struct CargoMessage {
    message: Message,
}

#[derive(Deserialize)]
struct FutureReport {
    future_incompat_report: Vec<FutureItem>,
}

#[derive(Deserialize)]
struct FutureItem {
    diagnostic: Message,
}

/// A diagnostic or a child.
#[derive(Deserialize, Debug)]
pub(super) struct Message {
    pub(super) message: String,
    pub(super) level: String,
    pub(super) code: Option<CodeText>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) spans: Vec<JsonSpan>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) children: Vec<Message>,
}

#[derive(Deserialize, Debug)]
pub(super) struct CodeText {
    pub(super) code: String,
}

/// A label or a replacement, and its location.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(super) struct JsonSpan {
    /// The path of a file, or a name in angle brackets.
    #[serde(deserialize_with = "or_default")]
    pub(super) file_name: String,
    /// The offset in the bytes of the file, including a byte order mark.
    pub(super) byte_start: Int,
    pub(super) byte_end: Int,
    /// 1-based, or 0 in an empty file.
    pub(super) line_start: Int,
    pub(super) line_end: Int,
    /// 1-based, in characters.
    pub(super) column_start: Int,
    pub(super) column_end: Int,
    #[serde(deserialize_with = "or_default")]
    pub(super) is_primary: bool,
    /// The lines that contain the span. Empty if rustc does not have the text of the file.
    #[serde(deserialize_with = "or_default")]
    pub(super) text: Vec<TextLine>,
    pub(super) label: Option<String>,
    pub(super) suggested_replacement: Option<String>,
    pub(super) suggestion_applicability: Option<String>,
    pub(super) expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(super) struct TextLine {
    /// The line without its line end.
    #[serde(deserialize_with = "or_default")]
    pub(super) text: String,
}

/// The expansion of a macro, or of syntax such as `?`, that produced the code at a span.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(super) struct Expansion {
    /// The invocation, which may itself be the product of an expansion.
    #[serde(deserialize_with = "or_default")]
    pub(super) span: JsonSpan,
    /// For example `vec!`, `#[derive(Debug)]`, or "desugaring of operator `?`".
    #[serde(deserialize_with = "or_default")]
    pub(super) macro_decl_name: String,
    /// The definition of the macro.
    #[serde(deserialize_with = "or_default")]
    pub(super) def_site_span: JsonSpan,
}

/// Reads null as the default.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Returns the diagnostics of a line.
fn messages(line: &[u8]) -> Result<Vec<Message>, String> {
    let head: Head = parse(line)?;
    match head.reason.as_deref() {
        Some("compiler-message") => {
            return parse(line).map(|message: CargoMessage| vec![message.message]);
        }
        Some(_) => return Ok(Vec::new()),
        None => {}
    }
    match head.kind() {
        Some("diagnostic") => parse(line).map(|message| vec![message]),
        Some("future_incompat") => {
            let report: FutureReport = parse(line)?;
            Ok(report.future_incompat_report.into_iter().map(|item| item.diagnostic).collect())
        }
        Some("artifact" | "section_timing" | "unused_extern") => Ok(Vec::new()),
        Some(kind) => Err(format!("unknown kind of message `{kind}`")),
        None => Err("not a message of rustc or cargo".to_owned()),
    }
}

fn parse<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, String> {
    // The number of the line is that in the input.
    let reason =
        |error: serde_json::Error| error.to_string().replace(" at line 1 column", " at column");
    serde_json::from_slice(line).map_err(reason)
}

/// Replaces the objects and arrays below [`MAX_DEPTH`] by null. Returns `None` if there are none.
fn cut(line: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let mut is_cut = false;
    for &byte in line {
        let is_kept = depth <= MAX_DEPTH;
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth == MAX_DEPTH + 1 {
                    kept.extend_from_slice(b"null");
                    is_cut = true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_kept && depth <= MAX_DEPTH {
            kept.push(byte);
        }
    }
    is_cut.then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(line: &str) -> Result<usize, String> {
        Line::parse(line.as_bytes()).map(|line| line.messages.len())
    }

    #[test]
    fn diagnostics_are_found_in_every_kind_of_message() {
        let message = r#""message":"m","level":"error","code":null"#;
        for (expected, line) in [
            (1, format!(r#"{{"$message_type":"diagnostic",{message}}}"#)),
            (1, format!("{{{message},\"unknown\":[1]}}")),
            (1, format!(r#"{{"reason":"compiler-message","message":{{{message}}}}}"#)),
            (
                2,
                format!(
                    r#"{{"$message_type":"future_incompat","future_incompat_report":[{{"diagnostic":{{{message}}}}},{{"diagnostic":{{{message}}}}}]}}"#
                ),
            ),
            (0, r#"{"reason":"build-finished","success":false}"#.to_owned()),
            (0, r#"{"$message_type":"artifact","artifact":"a","emit":"link"}"#.to_owned()),
            (0, r#"{"artifact":"a","emit":"link"}"#.to_owned()),
            (0, r#"{"lint_level":"deny","unused_extern_names":[]}"#.to_owned()),
        ] {
            assert_eq!(count(&line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn other_lines_are_invalid() {
        for (line, reason) in [
            ("error: x", "not a JSON object"),
            ("[]", "not a JSON object"),
            ("{}", "not a message of rustc or cargo"),
            (r#"{"type":"test"}"#, "not a message of rustc or cargo"),
            (r#"{"$message_type":"new"}"#, "unknown kind of message `new`"),
            (r#"{"$message_type":"diagnostic"}"#, "missing field `message` at column 30"),
            (r#"{"reason":"#, "EOF while parsing a value at column 10"),
        ] {
            assert_eq!(count(line), Err(reason.to_owned()));
        }
        assert!(Line::parse(b"{\"message\":\"\xff\",\"level\":\"error\"}").is_err());
    }

    #[test]
    fn null_and_missing_fields_are_defaults() {
        let line = r#"{"message":"m","level":"x","code":null,"spans":[{},{"file_name":null,"byte_start":null,"is_primary":null,"text":null,"expansion":{}}],"children":null}"#;
        let line = Line::parse(line.as_bytes()).unwrap();
        let spans = &line.messages[0].spans;
        assert_eq!(spans.len(), 2);
        assert_eq!(spans[1].byte_start, Int::default());
        assert!(!line.is_cut);
    }

    #[test]
    fn deep_expansions_are_cut() {
        let depth = 100_000;
        let open = r#"{"macro_decl_name":"a}!","span":{"expansion":"#.repeat(depth);
        let line = format!(
            r#"{{"message":"m","level":"error","spans":[{{"expansion":{open}null{}}}]}}"#,
            "}}".repeat(depth)
        );
        let line = Line::parse(line.as_bytes()).unwrap();
        assert!(line.is_cut);
        let mut expansion = line.messages[0].spans[0].expansion.as_deref();
        let mut levels = 0;
        while let Some(outer) = expansion {
            assert_eq!(outer.macro_decl_name, "a}!");
            levels += 1;
            expansion = outer.span.expansion.as_deref();
        }
        assert_eq!(levels, 59);
    }

    #[test]
    fn deep_json_that_is_no_expansion_is_invalid() {
        let line = format!("{{\"level\":{}", "[".repeat(100_000));
        assert!(count(&line).is_err());
        let line = format!("{{\"level\":1,\"message\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(count(&line).is_err());
    }
}

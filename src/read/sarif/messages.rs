//! The texts of messages (section 3.11).

use std::borrow::Cow;

use super::format::{Component, Content, Descriptor, Message};
use crate::read::json::Text;
use crate::read::losses::Lost;

/// Returns the text of a message, with its arguments and without its links. `descriptor`, the rule or the kind of
/// notification, and `component` may contain the text.
pub(super) fn text(
    message: &Message<'_>,
    descriptor: Option<&Descriptor<'_>>,
    component: Option<&Component<'_>>,
    lost: &mut Lost,
) -> String {
    if let Some(exact) = &message.properties.text {
        return exact.to_string();
    }
    let strings = descriptor.and_then(|descriptor| descriptor.message_strings.as_ref());
    let global = component.and_then(|component| component.global_message_strings.as_ref());
    let by_id = message.id.as_ref().and_then(|id| {
        let found = strings.and_then(|all| all.get(id)).or_else(|| global?.get(id));
        found.and_then(|content| content.text.as_deref())
    });
    lost.add_if(message.markdown.is_some(), "the Markdown form of a message");
    // Most tools write the braces of a message that has neither arguments nor an id as they are.
    let is_verbatim = message.arguments.is_empty() && message.text.is_some();
    let arguments = (!is_verbatim).then_some(&message.arguments[..]);
    match message.text.as_deref().or(by_id).or(message.markdown.as_deref()) {
        Some(text) => formatted(text, arguments, lost),
        None => {
            lost.add("the text of a message");
            message.id.as_deref().unwrap_or_default().to_owned()
        }
    }
}

/// Returns the text of a message outside of a result and without an id, such as a label.
pub(super) fn plain(message: Option<&Message<'_>>, lost: &mut Lost) -> String {
    message.map(|message| text(message, None, None, lost)).unwrap_or_default()
}

/// Returns the description of a rule, for a result without a message.
pub(super) fn description<'d>(descriptor: &'d Descriptor<'_>) -> Option<&'d str> {
    let text = |content: &'d Option<Content<'_>>| content.as_ref()?.text.as_deref();
    text(&descriptor.short_description).or_else(|| text(&descriptor.full_description))
}

/// Replaces placeholders by arguments (section 3.11.5), and links by their texts (section 3.11.6). Without `arguments`
/// braces stay as they are.
///
/// ```text
/// '{0}' is {{unused}}, see [here](1) and [the page](https://a.example)
/// 'x' is {unused}, see here and the page (https://a.example)
/// ```
fn formatted(text: &str, arguments: Option<&[Text<'_>]>, lost: &mut Lost) -> String {
    if !text.contains(['{', '}', '[', '\\']) {
        return text.to_owned();
    }
    // Only a text with something that looks like a link needs escapes outside of links.
    let has_escapes = text.contains(r"\](");
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while !rest.is_empty() {
        let to_link = rest.char_indices().find_map(|(at, c)| {
            let is_escaped = || rest.get(..at).is_some_and(|before| before.ends_with('\\'));
            let is_start = c == '[' && !(has_escapes && is_escaped());
            is_start.then(|| Some((at, link(rest.get(at..)?)?))).flatten()
        });
        let before = rest.get(..to_link.as_ref().map_or(rest.len(), |(at, _)| *at));
        let before = before.unwrap_or_default();
        let before = if has_escapes { unescaped(before) } else { before.into() };
        push_with_arguments(&mut out, &before, arguments);
        let Some((at, link)) = to_link else { break };
        push_with_arguments(&mut out, &unescaped(link.text), arguments);
        push_destination(&mut out, link.destination, lost);
        rest = rest.get(at + link.len..).unwrap_or_default();
    }
    out
}

/// Writes a text with arguments in the places of placeholders, and single braces in the places of double ones.
fn push_with_arguments(out: &mut String, text: &str, arguments: Option<&[Text<'_>]>) {
    let Some(arguments) = arguments else { return out.push_str(text) };
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let (brace, after) = from.split_at_checked(1).unwrap_or_default();
        rest = after;
        if let Some(after) = after.strip_prefix(brace) {
            rest = after;
        } else if let Some((Some(text), after)) = placeholder(after)
            .filter(|_| brace == "{")
            .map(|(index, after)| (arguments.get(index), after))
        {
            out.push_str(text);
            rest = after;
            continue;
        }
        out.push_str(brace);
    }
    out.push_str(rest);
}

/// Splits what follows the `{` of a placeholder: its index, and what follows its `}`.
fn placeholder(after: &str) -> Option<(usize, &str)> {
    let (index, after) = after.split_once('}')?;
    let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((index.parse().ok()?, after))
}

/// A link at the start of a text.
struct Link<'t> {
    /// The text, with its escapes.
    text: &'t str,
    destination: &'t str,
    /// The length of the whole link in bytes.
    len: usize,
}

/// The maximum length of a destination in bytes, so that no text is searched again and again.
const MAX_DESTINATION_BYTES: usize = 2048;

/// Returns the link at the start of a text: `[text](destination)`.
fn link(text: &str) -> Option<Link<'_>> {
    let inner = text.strip_prefix('[')?;
    let mut is_escaped = false;
    let end = inner.find(|c| {
        let is_end = matches!(c, '[' | ']' | '\n') && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    })?;
    let (text, after) = inner.split_at_checked(end)?;
    let destination = after.strip_prefix("](")?;
    let mut bytes = destination.bytes().take(MAX_DESTINATION_BYTES);
    let end = bytes.position(|byte| matches!(byte, b')' | b' ' | b'\n'))?;
    let (destination, after) = destination.split_at_checked(end)?;
    let len = text.len() + destination.len() + "[](".len() + 1;
    after.starts_with(')').then_some(Link { text, destination, len })
}

/// Replaces `\\`, `\[` and `\]` by the second character.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let (mut out, mut chars) = (String::with_capacity(text.len()), text.chars().peekable());
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(&next @ ('\\' | '[' | ']')) if c == '\\' => {
                out.push(next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out.into()
}

/// Writes the destination of a link, unless it is the id of a location, which is a label.
fn push_destination(out: &mut String, destination: &str, lost: &mut Lost) {
    if destination.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    if destination.starts_with("sarif:") {
        lost.add("a link to another part of the log");
        return;
    }
    out.push_str(" (");
    out.push_str(destination);
    out.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, arguments: &[&str]) -> (String, Vec<&'static str>) {
        let mut lost = Lost::default();
        let json = serde_json::to_string(arguments).unwrap();
        let arguments: Vec<Text<'_>> = serde_json::from_str(&json).unwrap();
        let arguments = (!arguments.is_empty()).then_some(&arguments[..]);
        let text = formatted(text, arguments, &mut lost);
        (text, lost.into_iter().collect())
    }

    #[test]
    fn placeholders_are_replaced_by_arguments() {
        for (text, expected) in [
            ("'{0}' and {1}, {0}", "'a{1}' and b, a{1}"),
            ("{{0}} {{{0}}}", "{0} {a{1}}"),
            ("{2} {x} { } {} {-1} {", "{2} {x} { } {} {-1} {"),
            ("fn f() {{ 日本 }}", "fn f() { 日本 }"),
            ("{99999999999999999999}", "{99999999999999999999}"),
        ] {
            assert_eq!(read(text, &["a{1}", "b"]).0, expected, "{text}");
        }
    }

    #[test]
    fn links_are_replaced_by_their_texts() {
        for (text, expected) in [
            ("from [here](3).", "from here."),
            ("see [the page](https://a.example/b).", "see the page (https://a.example/b)."),
            (r"[para\[0\]\\spans\[2\]](1)", r"para[0]\spans[2]"),
            ("[{0}](1)", "x"),
            ("a[0] [b] [c] (d)", "a[0] [b] [c] (d)"),
            (r"C:\dir\[a]", r"C:\dir\[a]"),
            ("[日本](1)", "日本"),
            ("[a](", "[a]("),
            ("[a](b c)", "[a](b c)"),
        ] {
            assert_eq!(read(text, &["x"]), (expected.to_owned(), vec![]), "{text}");
        }
        let link = "[other](sarif:/runs/0/results/1)";
        assert_eq!(
            read(link, &[]),
            ("other".to_owned(), vec!["a link to another part of the log"])
        );
    }

    #[test]
    fn braces_without_arguments_and_escaped_brackets_are_read() {
        assert_eq!(read("fn f() { {0} {{}} }", &[]).0, "fn f() { {0} {{}} }");
        assert_eq!(read(r"call \[a\](b) \\ {x}", &[]).0, r"call [a](b) \ {x}");
    }
}

//! Commands in the logs of CI servers.
//!
//! A CI server reads all of a log and obeys the commands in it, so a source line or a message could contain one. The
//! rules of the servers:
//!
//! | server | command | where |
//! |---|---|---|
//! | GitHub Actions | `##[name …]text` | anywhere in a line |
//! | GitHub Actions | `::name …::text` | at the start of a line, after white space |
//! | Azure Pipelines | `##vso[area.action …]text` | anywhere in a line |
//! | Azure Pipelines | `##[name]text` | at the start of a line |
//! | TeamCity | `##teamcity[name …]` | anywhere in a line |
//!
//! The first ones are those of `ActionCommand.TryParse` and `TryParseV2` in <https://github.com/actions/runner>.

/// What is written instead of the bracket of a command: as wide, so that carets stay aligned.
const BRACKET: &str = "⁅";

/// Changes what would be a command in the lines of `out` from the byte `start` on: `##[` becomes `##⁅`, and a backslash
/// is before a `::` at the start of a line. Escape sequences between the characters do not hide a command, because some
/// servers remove them.
pub(crate) fn disarm(out: &mut Vec<u8>, start: usize) {
    let text = out.get(start..).unwrap_or_default();
    if !text.windows(2).any(|pair| pair == b"##" || pair == b"::") && !text.contains(&b'\x1b') {
        return;
    }
    let Ok(text) = std::str::from_utf8(text) else { return };
    let disarmed = disarmed(text);
    if disarmed.len() != text.len() {
        out.truncate(start);
        out.extend_from_slice(disarmed.as_bytes());
    }
}

/// What of a command has been read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// White space at the start of a line.
    LineStart,
    /// The first colon after that, whose byte in the output is the field.
    Colon(usize),
    Nothing,
    /// One `#`.
    Hash,
    /// Two or more, and perhaps letters.
    Prefix,
}

fn disarmed(text: &str) -> String {
    let (mut out, mut seen) = (String::with_capacity(text.len() + 8), Seen::LineStart);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(len) = escape_sequence(rest) {
            let (sequence, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
            out.push_str(sequence);
            rest = after;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '[' && seen == Seen::Prefix {
            out.push_str(BRACKET);
            seen = Seen::Nothing;
            continue;
        }
        seen = match (c, seen) {
            ('\n', _) => Seen::LineStart,
            (':', Seen::LineStart) => Seen::Colon(out.len()),
            (':', Seen::Colon(at)) => {
                out.insert(at, '\\');
                Seen::Nothing
            }
            ('#', Seen::Hash | Seen::Prefix) => Seen::Prefix,
            ('#', _) => Seen::Hash,
            (c, Seen::Prefix) if c.is_ascii_alphanumeric() => Seen::Prefix,
            (c, Seen::LineStart) if c.is_whitespace() => Seen::LineStart,
            _ => Seen::Nothing,
        };
        out.push(c);
    }
    out
}

/// Returns the length of the escape sequence at the start of `text`: a style (`ESC [ … m`) or a part of a link
/// (`ESC ] … ESC \`). Returns `None` if there is none.
fn escape_sequence(text: &str) -> Option<usize> {
    let sequence = text.strip_prefix('\x1b')?;
    if let Some(parameters) = sequence.strip_prefix('[') {
        let is_final = |byte: u8| (0x40..0x7f).contains(&byte);
        return Some("\x1b[".len() + parameters.bytes().position(is_final)? + 1);
    }
    let link = sequence.strip_prefix(']')?;
    Some("\x1b]".len() + link.find("\x1b\\")? + "\x1b\\".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_disarm(text: &str) -> String {
        let mut out = b"##[before]".to_vec();
        let start = out.len();
        out.extend_from_slice(text.as_bytes());
        disarm(&mut out, start);
        String::from_utf8(out).unwrap().strip_prefix("##[before]").unwrap().to_owned()
    }

    #[test]
    fn commands_are_changed_and_other_text_is_not() {
        for (text, expected) in [
            ("1 | ##[stop-commands]tok", "1 | ##⁅stop-commands]tok"),
            ("###[x]", "###⁅x]"),
            ("##vso[task.complete]##teamcity[a]", "##vso⁅task.complete]##teamcity⁅a]"),
            ("##[a ##[b]", "##⁅a ##⁅b]"),
            ("::error::x", "\\::error::x"),
            (" \u{3000}::error::x\n\t::x", " \u{3000}\\::error::x\n\t\\::x"),
            ("#[derive]\n## [x] ##-[ a::b ##", "#[derive]\n## [x] ##-[ a::b ##"),
            (":\n:: :", ":\n\\:: :"),
            ("#\n#[x]", "#\n#[x]"),
            ("\x1b[31m#\x1b[0m#\x1b[1m[x]", "\x1b[31m#\x1b[0m#\x1b[1m⁅x]"),
            ("\x1b[1m:\x1b[0m:x::", "\x1b[1m\\:\x1b[0m:x::"),
            (
                "\x1b]8;;file:///##[a\x1b\\#\x1b]8;;\x1b\\#[b]",
                "\x1b]8;;file:///##[a\x1b\\#\x1b]8;;\x1b\\#⁅b]",
            ),
        ] {
            assert_eq!(after_disarm(text), expected, "{text:?}");
            assert_eq!(after_disarm(expected), expected, "{text:?}");
        }
    }

    #[test]
    fn the_replacement_is_as_wide() {
        assert_eq!(crate::text::width_of(BRACKET), crate::text::width_of("["));
    }
}

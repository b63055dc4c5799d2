//! Rules that replace what differs between machines and runs: paths, temporary directories, versions.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::path::Path;

use regex::{NoExpand, Regex};

/// A rule: what is replaced, and by what.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pattern: Pattern,
    replacement: String,
}

#[derive(Clone, Debug)]
enum Pattern {
    Text(String),
    /// A directory, not a part of another path: `/tmp` is not in `build/tmp/x` and not in `/tmpfiles`.
    Dir(String),
    Regex(Regex),
}

impl Rule {
    /// Replaces a text.
    pub(crate) fn text(text: impl Into<String>, replacement: impl Into<String>) -> Self {
        Self { pattern: Pattern::Text(text.into()), replacement: replacement.into() }
    }

    /// Replaces what a regular expression matches. The replacement may refer to groups: `$1`, `${name}`.
    pub(crate) fn regex(pattern: &str, replacement: impl Into<String>) -> Result<Self, String> {
        let regex = regex(pattern)?;
        Ok(Self { pattern: Pattern::Regex(regex), replacement: replacement.into() })
    }

    /// Parses `"regular expression" -> "replacement"`.
    pub(crate) fn parse(rule: &str) -> Result<Self, String> {
        let parsed = unquote(rule).and_then(|(pattern, rest)| {
            let (replacement, rest) = unquote(rest.trim_start().strip_prefix("->")?.trim_start())?;
            rest.trim().is_empty().then_some((pattern, replacement))
        });
        let (pattern, replacement) =
            parsed.ok_or("expected `\"regular expression\" -> \"replacement\"`")?;
        Self::regex(&pattern, replacement)
    }

    /// Replaces a directory and what separates it from the rest of a path. Returns `None` for a directory without a
    /// name, such as the root.
    pub(crate) fn dir(dir: &Path, replacement: &str) -> Option<Self> {
        let text = dir.to_str()?.trim_end_matches(['/', '\\']);
        let pattern = Pattern::Dir(text.to_owned());
        (text.len() > 1).then(|| Self { pattern, replacement: replacement.to_owned() })
    }

    /// What is shown of the rule: its replacement.
    pub(crate) fn name(&self) -> &str {
        &self.replacement
    }

    fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.pattern {
            Pattern::Text(part) if part.is_empty() || !text.contains(part.as_str()) => text.into(),
            Pattern::Text(part) => text.replace(part.as_str(), &self.replacement).into(),
            Pattern::Dir(dir) => replace_dir(text, dir, &self.replacement),
            Pattern::Regex(regex)
                if self.replacement.contains("${") || has_group(&self.replacement) =>
            {
                regex.replace_all(text, self.replacement.as_str())
            }
            // `$DIR` is the usual name of a directory, not a group.
            Pattern::Regex(regex) => regex.replace_all(text, NoExpand(&self.replacement)),
        }
    }
}

/// Parses a regular expression. The error is one line.
pub(crate) fn regex(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|error| {
        // The last line of the error is the reason; the lines before draw the pattern.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("`{pattern}` is not a regular expression: {reason}")
    })
}

fn replace_dir<'t>(text: &'t str, dir: &str, replacement: &str) -> Cow<'t, str> {
    let (mut out, mut end) = (String::new(), 0);
    for (at, _) in text.match_indices(dir) {
        let (before, after) = text.split_at(at);
        let after = after.strip_prefix(dir).unwrap_or_default();
        if begins_path(before) && !continues_name(after) {
            out += text.get(end..at).unwrap_or_default();
            out += replacement;
            end = at + dir.len();
        }
    }
    if end == 0 {
        return text.into();
    }
    out += text.get(end..).unwrap_or_default();
    out.into()
}

/// Returns true if a path can begin after a text: not in a name, but after an option such as `-I` and an escape such as `\n`.
fn begins_path(before: &str) -> bool {
    let mut characters = before.chars().rev();
    match (characters.next(), characters.next()) {
        (Some('n' | 'r' | 't'), Some('\\')) => true,
        (Some(letter), Some('-')) if letter.is_ascii_alphabetic() => {
            characters.next().is_none_or(|c| !c.is_alphanumeric())
        }
        (Some(c), _) => !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~')),
        (None, _) => true,
    }
}

/// Returns true if a text continues the name before it. A full stop ends a sentence, or begins an extension.
fn continues_name(after: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    after.strip_prefix('.').unwrap_or(after).starts_with(is_name)
}

/// Returns true if a replacement has a numbered group such as `$1`.
fn has_group(replacement: &str) -> bool {
    replacement.split('$').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Reads a quoted text, in which `\"` is a quote and `\\` a backslash before a quote, and returns it with the rest.
fn unquote(text: &str) -> Option<(String, &str)> {
    let inner = text.trim_start().strip_prefix('"')?;
    let mut out = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, inner.get(at + 1..)?)),
            '\\' if inner.get(at + 1..)?.starts_with('"') => {
                out.push('"');
                chars.next();
            }
            c => out.push(c),
        }
    }
    None
}

/// The rules of a case. They are made only for output that is not as expected, because that needs the file system.
pub(crate) struct Rules<'a> {
    make: &'a dyn Fn() -> Vec<Rule>,
    made: OnceCell<Vec<Rule>>,
}

impl<'a> Rules<'a> {
    pub(crate) const fn new(make: &'a dyn Fn() -> Vec<Rule>) -> Self {
        Self { make, made: OnceCell::new() }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.made.get_or_init(self.make).iter()
    }
}

impl fmt::Debug for Rules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.made.fmt(f)
    }
}

/// A text after all rules, and the names of the rules that changed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Normalized {
    pub(crate) text: String,
    pub(crate) rules: Vec<String>,
}

/// Applies rules in their order.
pub(crate) fn normalize<'r>(text: &str, rules: impl IntoIterator<Item = &'r Rule>) -> Normalized {
    let mut normalized = Normalized { text: text.to_owned(), rules: Vec::new() };
    for rule in rules {
        if let Cow::Owned(changed) = rule.apply(&normalized.text) {
            if changed != normalized.text {
                normalized.text = changed;
                normalized.rules.push(rule.name().to_owned());
            }
        }
    }
    normalized.rules.dedup();
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_replace_texts_and_patterns() {
        let rules = [
            Rule::dir(Path::new("/home/ana/shop/"), "$ROOT").unwrap(),
            Rule::regex(r"v\d+(\.\d+)*", "$VERSION").unwrap(),
            Rule::regex(r"(\w+)@(\w+)", "$2 at $1").unwrap(),
            Rule::text("", "never"),
        ];
        let done = normalize("/home/ana/shop/a.v v1.2.3 x@y", &rules);
        assert_eq!(done.text, "$ROOT/a.v $VERSION y at x");
        assert_eq!(done.rules, ["$ROOT", "$VERSION", "$2 at $1"]);
        for (text, expected) in [
            ("/home/ana/shop2/a /x/home/ana/shop/a /home/ana/shop.old", None),
            ("(/home/ana/shop) -I/home/ana/shop.", Some("($ROOT) -I$ROOT.")),
            ("file:///home/ana/shop\\n/home/ana/shop/é", Some("file://$ROOT\\n$ROOT/é")),
        ] {
            assert_eq!(normalize(text, &rules).text, expected.unwrap_or(text));
        }
        assert_eq!(normalize("plain", &rules), Normalized { text: "plain".into(), rules: vec![] });
        assert!(Rule::dir(Path::new("/"), "$ROOT").is_none());
    }

    #[test]
    fn a_rule_in_a_directive_has_two_quoted_texts() {
        let rule = Rule::parse(r#" "a\"\d+" -> "b" "#).unwrap();
        assert_eq!(normalize("a\"12 a1", [&rule]).text, "b a1");
        for bad in ["", "\"a\"", "\"a\" \"b\"", "\"a\" -> b", "\"a -> b", "\"a\" -> \"b\" c"] {
            let error = Rule::parse(bad).unwrap_err();
            assert_eq!(error, "expected `\"regular expression\" -> \"replacement\"`", "{bad}");
        }
        assert_eq!(
            Rule::parse(r#""(" -> "b""#).unwrap_err(),
            "`(` is not a regular expression: unclosed group"
        );
    }
}

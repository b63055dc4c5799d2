//! The tool and its rules.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::model::{Code, Severity};
use crate::registry::{Page, Tool};

/// Section 3.19.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    name: &'a str,
    full_name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    /// The version, if it has the syntax of Semantic Versioning 2.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    semantic_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'a str>,
    rules: Vec<Rule<'a>>,
}

impl<'a> Driver<'a> {
    pub(super) fn new(tool: &'a Tool) -> Self {
        let pages = tool.pages().iter().map(|page| Rule::of_page(page, tool));
        let codes = codes_without_page(tool).map(|(code, of)| Rule::of_code(code, of, tool));
        Self {
            name: tool.name(),
            full_name: tool.full_name(),
            version: tool.version(),
            semantic_version: Some(tool.version()).filter(|version| is_semantic(version)),
            information_uri: tool.information_url(),
            rules: pages.chain(codes).collect(),
        }
    }
}

/// Returns true if `version` has the syntax of <https://semver.org/spec/v2.0.0.html>.
fn is_semantic(version: &str) -> bool {
    let (version, build) = version.split_once('+').map_or((version, None), |(a, b)| (a, Some(b)));
    let (core, pre) = version.split_once('-').map_or((version, None), |(a, b)| (a, Some(b)));
    let is_number = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_pre = |part: &str| {
        let has_letter = part.bytes().any(|byte| !byte.is_ascii_digit());
        is_word(part) && (has_letter || is_number(part))
    };
    core.split('.').count() == 3
        && core.split('.').all(|part| !part.is_empty() && is_number(part))
        && pre.is_none_or(|pre| pre.split('.').all(is_pre))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

/// The maximum number of characters of the name of a rule that code scanning on GitHub accepts.
const MAX_NAME_CHARS: usize = 255;

/// Returns words as one identifier: `IllegalCharacter` for "illegal character". Returns `None` without a letter.
fn identifier(words: &str) -> Option<String> {
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let capitalised = words.flat_map(|word| {
        let mut chars = word.chars();
        let first = chars.next().into_iter().flat_map(char::to_uppercase);
        first.chain(chars).collect::<Vec<_>>()
    });
    let name: String = capitalised.take(MAX_NAME_CHARS).collect();
    name.contains(char::is_alphabetic).then_some(name)
}

/// Returns the index of each code's rule in the list of [`Driver::new`]. Of two rules with the same code the first one
/// counts.
pub(super) fn indices(tool: &Tool) -> HashMap<Code, usize> {
    let pages = tool.pages().iter().map(|page| page.code);
    let codes = pages.chain(codes_without_page(tool).map(|(code, _)| code));
    let mut indices = HashMap::new();
    for (index, code) in codes.enumerate() {
        indices.entry(code).or_insert(index);
    }
    indices
}

/// Returns the codes that the tool declares without a page.
fn codes_without_page(tool: &Tool) -> impl Iterator<Item = (Code, Severity)> {
    let with_page: HashSet<Code> = tool.pages().iter().map(|page| page.code).collect();
    tool.codes().filter(move |(code, _)| !with_page.contains(code))
}

/// Section 3.49.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<RuleProperties<'a>>,
}

#[derive(Serialize)]
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties<'a> {
    phase: &'a str,
    since: &'a str,
}

impl<'a> Rule<'a> {
    fn of_code(id: Code, severity: Severity, tool: &Tool) -> Self {
        Self {
            id,
            // A name that repeats the id has no use (rule SARIF1001).
            name: identifier(id.as_str()).filter(|name| name != id.as_str()),
            short_description: None,
            full_description: None,
            help: None,
            help_uri: tool.code_url(id),
            default_configuration: Configuration { level: level(severity) },
            properties: None,
        }
    }

    fn of_page(page: &Page<'a>, tool: &Tool) -> Self {
        Self {
            name: identifier(page.title),
            short_description: Some(Text { text: page.title }),
            full_description: Some(Text { text: page.meaning }),
            help: Some(Help { text: page.meaning, markdown: page.text }),
            properties: Some(RuleProperties { phase: page.phase, since: page.since }),
            ..Self::of_code(page.code, page.severity, tool)
        }
    }
}

/// Section 3.27.10.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal | Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_by_the_specification_are_semantic() {
        for version in
            ["0.1.0", "10.20.30", "1.0.0-rc.1", "1.0.0-0a.x-y", "1.0.0+21AF26.--", "1.0.0-a+b"]
        {
            assert!(is_semantic(version), "{version}");
        }
        for version in
            ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "v1.0.0", "1..0"]
        {
            assert!(!is_semantic(version), "{version}");
        }
    }

    #[test]
    fn the_name_of_a_rule_is_an_identifier() {
        for (words, name) in [
            ("illegal character", Some("IllegalCharacter")),
            ("`if` without `.end`", Some("IfWithoutEnd")),
            ("unused_variables", Some("UnusedVariables")),
            ("ßein été", Some("SSeinÉté")),
            ("+ 42 -", None),
        ] {
            assert_eq!(identifier(words).as_deref(), name, "{words}");
        }
        assert_eq!(identifier(&"x".repeat(999)).unwrap().len(), MAX_NAME_CHARS);
    }
}

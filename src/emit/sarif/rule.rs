//! The tool and its rules.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::model::{Code, Severity};
use crate::registry::{Page, Tool};

/// Section 3.19.
#[derive(Serialize)]
pub(super) struct Driver<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

impl<'a> Driver<'a> {
    pub(super) fn new(tool: &'a Tool) -> Self {
        let pages = tool.pages().iter().map(|page| Rule::of_page(page, tool));
        let codes = codes_without_page(tool).map(|(code, of)| Rule::of_code(code, of, tool));
        Self { name: tool.name(), version: tool.version(), rules: pages.chain(codes).collect() }
    }
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

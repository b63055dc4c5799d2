//! SARIF 2.1.0, the Static Analysis Results Interchange Format of OASIS.
//!
//! Section numbers refer to <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Each line
//! of output except the first and the last is one result.

mod direct;
mod fix;
mod flow;
mod location;
mod notification;
mod rule;
mod stack;

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use self::direct::SarifResult;
use self::notification::{Invocation, Missing};
use self::rule::Driver;
use super::document::Document;
use super::fingerprint::Fingerprints;
use super::options::{EmitterOptions, FromOptions};
use super::{Emitter, escape};
use crate::bag::Summary;
use crate::check::CheckedDiagnostic;
use crate::model::{Code, Diagnostic, Severity};
use crate::registry::Tool;
use crate::source::SourceMap;

/// Writes a log with one run. Lines and columns are 1-based, columns count characters (Unicode code
/// points), ends are exclusive. Each code of the [`Tool`] becomes a rule.
///
/// A diagnostic about a whole file has a location without a region. One without a location has the location of a file
/// that it is not about, see [`with_fallback_path`](Self::with_fallback_path).
#[derive(Clone, Debug)]
pub struct SarifEmitter<W> {
    document: Document<W>,
    tool: Tool,
    /// The file that is shown for a diagnostic without a location.
    fallback_path: Option<String>,
    category: Option<String>,
    max_results: usize,
    /// The 0-based index of each code's rule.
    rules: HashMap<Code, usize>,
    fingerprints: Fingerprints,
    /// The number of results of the log so far.
    results: usize,
    missing: Missing,
    baseline_state: Option<BaselineState>,
}

/// Whether a diagnostic was there in an earlier run: `baselineState` (section 3.27.24).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum BaselineState {
    /// Only the later run has it.
    New,
    /// Both runs have it.
    Unchanged,
    /// Only the earlier run had it.
    Absent,
}

impl<W> SarifEmitter<W> {
    /// The default maximum number of results in a log, which is that of code scanning on GitHub:
    /// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
    pub const MAX_RESULTS: usize = EmitterOptions::SARIF_MAX_RESULTS;
}

impl<W: Write> SarifEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        Self {
            document: Document::new(writer),
            tool: tool.clone(),
            fallback_path: None,
            category: None,
            max_results: Self::MAX_RESULTS,
            rules: rule::indices(tool),
            fingerprints: Fingerprints::default(),
            results: 0,
            missing: Missing::default(),
            baseline_state: None,
        }
    }

    /// Sets the file that is shown for a diagnostic without a location, because code scanning on GitHub rejects the
    /// whole log if one of its results has none. The location has no region, and its message is "the diagnostic has
    /// no location". `path` should name a file of the repository, relative to its root and with `/` as separator.
    ///
    /// The default is the first file of the source map that another program can open. If there is no such file, the
    /// result has no location.
    #[must_use]
    pub fn with_fallback_path(mut self, path: impl Into<String>) -> Self {
        self.fallback_path = Some(path.into());
        self
    }

    /// Sets the category of the log, which distinguishes several runs of one tool for one commit, such as those for
    /// two languages or build profiles. It becomes the id of the run (section 3.17.3) with a `/` at the end, as
    /// `codeql-action` writes it. Code scanning on GitHub rejects a second log of the same tool and category. Default:
    /// none.
    #[must_use]
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Sets the maximum number of results. A notification in the log has the number of the others. 0 means no limit.
    /// Default: [`MAX_RESULTS`](Self::MAX_RESULTS).
    #[must_use]
    pub const fn with_max_results(mut self, max: usize) -> Self {
        self.max_results = max;
        self
    }

    /// Sets the [`BaselineState`] of the following diagnostics. Default: none.
    pub const fn set_baseline_state(&mut self, state: Option<BaselineState>) {
        self.baseline_state = state;
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.document.writer
    }

    fn head(tool: &Tool, category: Option<&str>) -> io::Result<Vec<u8>> {
        let mut head = br#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":"#.to_vec();
        escape::push_json(&mut head, &Driver::new(tool))?;
        head.push(b'}');
        if let Some(category) = category {
            let id = format!("{}/", category.trim_end_matches('/'));
            head.extend_from_slice(b",\"automationDetails\":");
            escape::push_json(&mut head, &AutomationDetails { id })?;
        }
        head.extend_from_slice(b",\"columnKind\":\"unicodeCodePoints\",\"results\":[");
        Ok(head)
    }

    /// Returns true if one more result fits in the log, and counts it or what is missing.
    fn count(&mut self, severity: Severity) -> bool {
        self.missing.is_fatal |= severity == Severity::Fatal;
        let has_room = self.max_results == 0 || self.results < self.max_results;
        if has_room {
            self.results += 1;
        } else {
            self.missing.over_limit.add(severity);
        }
        has_room
    }
}

/// Section 3.17.
#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

impl<W: Write> Emitter for SarifEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        if !self.count(diagnostic.severity()) {
            return Ok(());
        }
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let code = diagnostic.code();
        let result = SarifResult {
            sources,
            checked: &checked,
            rule_index: code.and_then(|code| self.rules.get(&code).copied()),
            baseline_state: self.baseline_state,
            fallback: self.fallback_path.as_deref(),
            fingerprint: self.fingerprints.of(&checked),
        };
        let head = || Self::head(&self.tool, self.category.as_deref());
        self.document.push_item(head, |out| result.push(out))
    }

    fn set_summary(&mut self, summary: Summary) {
        self.missing.suppressed = summary;
    }

    fn finish(&mut self) -> io::Result<()> {
        let mut tail = b"]".to_vec();
        if let Some(invocation) = Invocation::new(&self.missing, self.max_results) {
            tail.extend_from_slice(b",\"invocations\":");
            escape::push_json(&mut tail, &[invocation])?;
        }
        tail.extend_from_slice(b"}]}\n");
        self.fingerprints = Fingerprints::default();
        (self.results, self.missing) = (0, Missing::default());
        self.document.finish(|| Self::head(&self.tool, self.category.as_deref()), &tail)
    }
}

impl<W: Write> FromOptions<W> for SarifEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self {
            fallback_path: options.fallback_path.clone(),
            category: options.sarif_category.clone(),
            max_results: options.sarif_max_results,
            ..Self::new(writer, &options.tool)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code;
    use crate::model::{Severity, Span};

    #[test]
    fn the_first_of_two_pages_with_the_same_code_is_the_rule() {
        let pages = Tool::default().pages().to_vec();
        let tool = Tool::default().with_pages(pages.iter().copied());
        let rules = SarifEmitter::new(io::sink(), &tool).rules;
        assert_eq!(rules.len(), pages.len());
        for (index, page) in pages.iter().enumerate() {
            assert_eq!(rules.get(&page.code), Some(&index));
        }
    }

    #[test]
    fn codes_without_pages_are_rules_too() {
        let (named, paged) = (code!("unused_variables"), crate::codes::E0001);
        let tool = Tool::default().with_codes([(named, Severity::Note), (paged, Severity::Error)]);
        let tool = tool.with_codes_url("https://a.example/");
        let mut emitter = SarifEmitter::new(Vec::new(), &tool);
        let diagnostic = Diagnostic::warning(named, Span::DUMMY, "m");
        emitter.emit(&SourceMap::new(), &diagnostic).unwrap();
        emitter.finish().unwrap();
        let log: serde_json::Value = serde_json::from_slice(&emitter.into_inner()).unwrap();
        let (index, pages) = (tool.pages().len(), tool.pages().len());
        assert_eq!(log["runs"][0]["results"][0]["ruleIndex"], index);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), pages + 1, "E0001 has a page and is declared: one rule");
        assert_eq!(
            rules[index],
            serde_json::json!({
                "id": "unused_variables",
                "name": "UnusedVariables",
                "helpUri": "https://a.example/unused_variables",
                "defaultConfiguration": { "level": "note" },
            })
        );
    }
}

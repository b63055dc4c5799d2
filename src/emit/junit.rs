//! JUnit XML: each diagnostic is a test case, each file a test suite.
//!
//! ```xml
//! <testsuites name="vittec" tests="1" failures="1" errors="0">
//! <testsuite name="src/main.vitte" tests="1" failures="1" errors="0">
//! <testcase classname="src/main.vitte" name="E0001: expected expression" file="src/main.vitte" line="12">
//! <failure type="error" message="expected expression">…</failure>
//! </testcase>
//! </testsuite>
//! </testsuites>
//! ```
//!
//! The format has no standard; the attributes are those that GitLab and Jenkins read. An error is a test
//! failure and a fatal error is a test error. A warning or a note is a test that passes, with the text as its
//! output, because the compilation succeeds. A diagnostic about a whole file has no line. Without diagnostics the report
//! has one test, which passes.
//!
//! The schema of the xUnit plugin of Jenkins does not allow the attributes `file` and `line`:
//! [`JunitFamily::Jenkins`] omits them.

use std::collections::hash_map::Entry;
use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::ops::Range;

use indexmap::IndexMap;
use siphasher::sip128::SipHasher13;

use super::Emitter;
use super::chunks::Chunks;
use super::escape::Escape as _;
use super::fingerprint::HashCounts;
use super::markup::{self, XmlContent, XmlContext};
use super::options::{EmitterOptions, FromOptions, JunitFamily};
use super::plain_text::{PlainText, StepsInText, TextParts};
use crate::check::CheckedDiagnostic;
use crate::model::{Diagnostic, Severity};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// Writes a JUnit report. Nothing is written before [`finish`](Emitter::finish), which writes the report at
/// once.
#[derive(Clone, Debug)]
pub struct JunitEmitter<W> {
    writer: W,
    tool: Tool,
    family: JunitFamily,
    /// The suites by the path of their file; diagnostics without a location are in a suite with the name of
    /// the tool.
    suites: IndexMap<String, Suite>,
}

#[derive(Clone, Debug, Default)]
struct Suite {
    counts: TestCounts,
    names: UniqueNames,
    /// The name of the suite, escaped for the attributes of diagnostics, once there is one.
    class: Vec<u8>,
    /// The XML of the test cases.
    cases: Chunks,
}

/// The names of the tests of a suite.
#[derive(Clone, Debug, Default)]
struct UniqueNames {
    /// The last number that was appended to each name, by the hash of the name. SipHash-1-3 with 128 bits has practically no
    /// equal hashes of different names, and a hash takes less memory and time than a name.
    numbers: HashCounts,
    /// One name. The buffer is a field so that its memory is reused.
    buffer: String,
}

impl UniqueNames {
    /// Adds the name that consists of `parts`. Returns what makes it unique if the suite already has a test of that name:
    /// ` (2)`, ` (3)`, …
    fn add(&mut self, parts: &[&str]) -> Option<String> {
        self.buffer.clear();
        parts.iter().for_each(|part| self.buffer.push_str(part));
        let name = hash(&self.buffer);
        let last = self.numbers.entry(name).or_default();
        if *last == 0 {
            *last = 1;
            return None;
        }
        let (mut number, len) = (*last, self.buffer.len());
        loop {
            number += 1;
            self.buffer.truncate(len);
            // Writing to a string cannot fail.
            _ = write!(self.buffer, " ({number})");
            let numbered = hash(&self.buffer);
            if let Entry::Vacant(entry) = self.numbers.entry(numbered) {
                entry.insert(1);
                self.numbers.insert(name, number);
                return Some(self.buffer.split_off(len));
            }
        }
    }
}

fn hash(name: &str) -> u128 {
    SipHasher13::new().hash(name.as_bytes()).as_u128()
}

#[derive(Clone, Copy, Debug, Default)]
struct TestCounts {
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
}

/// A test of a compiler, for [`JunitEmitter::add_test`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JunitTest<'a> {
    /// The name of the test suite.
    pub suite: &'a str,
    /// The name of the test, which should be unique in its suite.
    pub name: &'a str,
    /// The path of the tested file.
    pub file: Option<&'a str>,
    /// How the test ended.
    pub result: JunitResult<'a>,
}

/// How a [`JunitTest`] ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JunitResult<'a> {
    /// The test passed.
    Passed,
    /// The test was not run.
    Skipped {
        /// The reason.
        reason: &'a str,
    },
    /// The test failed.
    Failed {
        /// What is wrong, in one line.
        message: &'a str,
        /// The whole text.
        text: &'a str,
    },
}

impl<W: Write> JunitEmitter<W> {
    /// Creates an emitter that writes to `writer`; `tool` is the compiler that reports the diagnostics.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        let family = JunitFamily::Located;
        Self { writer, tool: tool.clone(), family, suites: IndexMap::new() }
    }

    /// Sets which attributes the test cases have. Default: [`JunitFamily::Located`].
    #[must_use]
    pub const fn with_family(mut self, family: JunitFamily) -> Self {
        self.family = family;
        self
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }

    /// Adds a test that is not a diagnostic, for reports of test runs.
    ///
    /// ```
    /// use vitte_diag::{Emitter as _, JunitEmitter, JunitResult, JunitTest, Tool};
    ///
    /// let mut report = JunitEmitter::new(Vec::new(), &Tool::new("mycc", "1.0.0"));
    /// let result = JunitResult::Failed { message: "no error", text: "an error was expected" };
    /// report.add_test(&JunitTest { suite: "tests/ui", name: "a.my", file: None, result });
    /// report.finish()?;
    /// let xml = String::from_utf8(report.into_inner())?;
    /// assert!(xml.contains("<testcase classname=\"tests/ui\" name=\"a.my\">"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_test(&mut self, test: &JunitTest<'_>) {
        let suite = self.suites.entry(test.suite.to_owned()).or_default();
        let (class, name) = (attribute(test.suite), attribute(test.name));
        let number = suite.names.add(&[test.name]).unwrap_or_default();
        let file = test.file.filter(|_| self.family == JunitFamily::Located);
        let file = file.map(|file| format!(" file=\"{}\"", attribute(file)));
        let head = format!("<testcase classname=\"{class}\" name=\"{name}{number}\"");
        let content = match test.result {
            JunitResult::Passed => "/>".to_owned(),
            JunitResult::Skipped { reason } => {
                suite.counts.skipped += 1;
                format!(">\n<skipped message=\"{}\"/>\n</testcase>", attribute(reason))
            }
            JunitResult::Failed { message, text } => {
                suite.counts.failures += 1;
                let text = markup::escape_xml(text, XmlContext::Content);
                let message = attribute(message);
                format!(">\n<failure message=\"{message}\">{text}</failure>\n</testcase>")
            }
        };
        suite.counts.tests += 1;
        suite
            .cases
            .buffer()
            .extend(format!("{head}{}{content}\n", file.unwrap_or_default()).into_bytes());
    }
}

impl<W: Write> Emitter for JunitEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let file = checked.file();
        let class = file.map_or(self.tool.name(), |file| file.path());
        let Some(suite) = suite(&mut self.suites, class) else { return Ok(()) };
        let severity = diagnostic.severity();
        suite.counts.tests += 1;
        suite.counts.failures += u64::from(severity == Severity::Error);
        suite.counts.errors += u64::from(severity == Severity::Fatal);
        // Without the line number, so that a test keeps its name when lines are added above it.
        let (code, message) = (diagnostic.code(), diagnostic.message());
        let number = match &code {
            Some(code) => suite.names.add(&[code.as_str(), ": ", message]),
            None => suite.names.add(&[message]),
        };
        if suite.class.is_empty() {
            XmlContext::Attribute.push(&mut suite.class, class);
        }
        let out = suite.cases.buffer();
        let has_location = self.family == JunitFamily::Located;
        out.extend_from_slice(b"<testcase classname=\"");
        out.extend_from_slice(&suite.class);
        out.extend_from_slice(b"\" name=\"");
        if let Some(code) = code {
            XmlContext::Attribute.push(out, code.as_str());
            out.extend_from_slice(b": ");
        }
        let start = out.len();
        XmlContext::Attribute.push(out, message);
        // Escaped once for both attributes that have it.
        let message = start..out.len();
        out.extend_from_slice(number.unwrap_or_default().as_bytes());
        out.push(b'"');
        if file.is_some() && has_location {
            out.extend_from_slice(b" file=\"");
            out.extend_from_slice(&suite.class);
            out.push(b'"');
        }
        let primary = checked.primary().filter(|_| has_location);
        if let Some(primary) = primary.filter(|primary| primary.is_known()) {
            text::push_number(out, b" line=\"", primary.lines().0);
            out.push(b'"');
        }
        let suggestions = checked.all_suggestions();
        let parts = TextParts {
            related: true,
            steps: StepsInText::All,
            suggestions: &suggestions,
            backtrace: true,
        };
        let location = checked.primary().filter(|_| !has_location);
        let end = push_result(out, severity, message);
        if let Some(primary) = location {
            let at = primary.partial_location(ColumnUnit::Char);
            XmlContext::Content.push(out, &format!("{at}: "));
        }
        PlainText::new(&checked, parts).write(&mut XmlContent(out));
        out.extend_from_slice(end);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.suites.is_empty() {
            let suite = self.suites.entry(self.tool.name().to_owned()).or_default();
            let class = attribute(self.tool.name());
            suite.counts.tests = 1;
            writeln!(suite.cases.buffer(), "<testcase classname=\"{class}\" name=\"check\"/>")?;
        }
        let suites = std::mem::take(&mut self.suites);
        let mut total = TestCounts::default();
        for Suite { counts, .. } in suites.values() {
            total.tests += counts.tests;
            total.failures += counts.failures;
            total.errors += counts.errors;
            total.skipped += counts.skipped;
        }
        let (tool, counts) = (attribute(self.tool.name()), count_attributes(total));
        // The tests of a suite may be many: they are not copied again.
        let mut report = Vec::new();
        writeln!(report, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(report, "<testsuites name=\"{tool}\"{counts}>")?;
        for (name, Suite { counts, cases, .. }) in suites {
            let (name, counts) = (attribute(&name), count_attributes(counts));
            writeln!(report, "<testsuite name=\"{name}\"{counts}>")?;
            self.writer.write_all(&report)?;
            cases.write_to(&mut self.writer)?;
            report.clear();
            report.extend_from_slice(b"</testsuite>\n");
        }
        writeln!(report, "</testsuites>")?;
        self.writer.write_all(&report)?;
        self.writer.flush()
    }
}

/// Returns the suite with a name. It is a new one if there is none.
fn suite<'s>(suites: &'s mut IndexMap<String, Suite>, name: &str) -> Option<&'s mut Suite> {
    // The diagnostics of one file mostly follow one another, which saves the lookup.
    let index = match suites.last() {
        Some((last, _)) if last == name => suites.len() - 1,
        _ => {
            let entry = suites.entry(name.to_owned());
            let index = entry.index();
            entry.or_default();
            index
        }
    };
    suites.get_index_mut(index).map(|(_, suite)| suite)
}

/// Appends the start of the result of a diagnostic, whose escaped message is in `out` already. Returns its end.
fn push_result(out: &mut Vec<u8>, severity: Severity, message: Range<usize>) -> &'static [u8] {
    match severity {
        Severity::Fatal => {
            out.extend_from_slice(b">\n<error type=\"fatal\" message=\"");
            out.extend_from_within(message);
            out.extend_from_slice(b"\">");
            b"</error>\n</testcase>\n"
        }
        Severity::Error => {
            out.extend_from_slice(b">\n<failure type=\"error\" message=\"");
            out.extend_from_within(message);
            out.extend_from_slice(b"\">");
            b"</failure>\n</testcase>\n"
        }
        Severity::Warning | Severity::Note => {
            out.extend_from_slice(b">\n<system-out>");
            out.extend_from_slice(severity.as_str().as_bytes());
            out.extend_from_slice(b": ");
            b"</system-out>\n</testcase>\n"
        }
    }
}

fn attribute(text: &str) -> impl Display {
    markup::escape_xml(text, XmlContext::Attribute)
}

fn count_attributes(TestCounts { tests, failures, errors, skipped }: TestCounts) -> String {
    let skipped = if skipped > 0 { format!(" skipped=\"{skipped}\"") } else { String::new() };
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"{skipped}")
}

impl<W: Write> FromOptions<W> for JunitEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool).with_family(options.junit_family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;
    use crate::model::Span;

    #[test]
    fn suites_are_in_the_order_of_their_first_diagnostics() {
        let mut sources = SourceMap::new();
        let [b, a, c] = ["b", "a", "c"].map(|path| sources.add(path, "x").unwrap());
        let mut emitter = JunitEmitter::new(Vec::new(), &Tool::default());
        for file in [b, a, c, a] {
            let diagnostic = Diagnostic::error(codes::E0001, Span::empty(file, 0), "m");
            emitter.emit(&sources, &diagnostic).unwrap();
        }
        emitter.finish().unwrap();
        let report = String::from_utf8(emitter.into_inner()).unwrap();
        let suites: Vec<&str> =
            report.lines().filter(|line| line.starts_with("<testsuite ")).collect();
        let expected = [("b", 1), ("a", 2), ("c", 1)].map(|(name, count)| {
            format!(
                "<testsuite name=\"{name}\" tests=\"{count}\" failures=\"{count}\" errors=\"0\">"
            )
        });
        assert_eq!(suites, expected);
    }
}

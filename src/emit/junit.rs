//! JUnit XML: each diagnostic a test case, each file a suite.
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
//! There is no standard but what reads it: the attributes are those that GitLab and Jenkins read. An
//! error is a failure, what is fatal an error; a warning or a note passes, with its text as output,
//! as the compilation does. Where there is no diagnostic, one test passes.

use std::collections::HashMap;
use std::io::{self, Write};

use super::Emitter;
use super::format::{FromSetup, Setup};
use super::markup::{self, In};
use super::prose::{Lacks, prose};
use crate::contract::Checked;
use crate::diagnostic::Diagnostic;
use crate::in_order::InOrder;
use crate::severity::Severity;
use crate::source::{ColumnUnit, SourceMap};
use crate::tool::Tool;

/// Writes a JUnit report, at [`finish`](Emitter::finish) in one write.
#[derive(Clone, Debug)]
pub struct JunitEmitter<W> {
    writer: W,
    tool: Tool,
    /// By the path of a file, or the tool's name.
    suites: InOrder<String, Suite>,
    names: Names,
}

/// The names that were given, each with the last number that was tried for it.
#[derive(Clone, Debug, Default)]
struct Names(HashMap<(String, String), u64>);

impl Names {
    /// `name`, or where the suite has it already `name (2)` and so on.
    fn unused(&mut self, suite: &str, name: &str) -> String {
        let key = |name: &str| (suite.to_owned(), name.to_owned());
        let mut number = self.0.get(&key(name)).copied().unwrap_or_default();
        let given = loop {
            number += 1;
            let given = if number == 1 { name.to_owned() } else { format!("{name} ({number})") };
            if number == 1 || !self.0.contains_key(&key(&given)) {
                break given;
            }
        };
        self.0.entry(key(&given)).or_insert(1);
        self.0.insert(key(name), number);
        given
    }
}

#[derive(Clone, Debug, Default)]
struct Suite {
    counts: Counts,
    cases: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tests: u64,
    failures: u64,
    errors: u64,
}

impl<W: Write> JunitEmitter<W> {
    /// Writes to `writer` what `tool` says.
    #[must_use]
    pub fn new(writer: W, tool: &Tool) -> Self {
        let (suites, names) = (InOrder::default(), Names::default());
        Self { writer, tool: tool.clone(), suites, names }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> Emitter for JunitEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        let checked = Checked::new(sources, diagnostic);
        let at = checked.primary().map(|primary| primary.location(ColumnUnit::Char));
        // No line in it: so a test is the same one after lines have come above.
        let name = format!("{}: {}", diagnostic.code(), diagnostic.message());
        let path = at.map(|at| at.path);
        let suite = path.unwrap_or(self.tool.name()).to_owned();
        let name = self.names.unused(&suite, &name);
        let place = at.map(|at| format!(" file=\"{}\" line=\"{}\"", attribute(at.path), at.line));
        let all = prose(&checked, Lacks { related_places: true, fixes: &checked.suggestions });
        let all = markup::xml(&all, In::Content);
        let (severity, message) = (diagnostic.severity(), attribute(diagnostic.message()));
        let result = match severity {
            Severity::Fatal => format!("<error type=\"fatal\" message=\"{message}\">{all}</error>"),
            Severity::Error => {
                format!("<failure type=\"error\" message=\"{message}\">{all}</failure>")
            }
            Severity::Warning | Severity::Note => {
                format!("<system-out>{severity}: {all}</system-out>")
            }
        };
        let (class, name, place) = (attribute(&suite), attribute(&name), place.unwrap_or_default());
        let suite = self.suites.entry(suite, Suite::default);
        suite.counts.tests += 1;
        suite.counts.failures += u64::from(severity == Severity::Error);
        suite.counts.errors += u64::from(severity == Severity::Fatal);
        suite.cases += &format!(
            "<testcase classname=\"{class}\" name=\"{name}\"{place}>\n{result}\n</testcase>\n"
        );
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.suites.is_empty() {
            let suite = self.suites.entry(self.tool.name().to_owned(), Suite::default);
            let class = attribute(self.tool.name());
            suite.counts.tests = 1;
            suite.cases = format!("<testcase classname=\"{class}\" name=\"check\"/>\n");
        }
        let mut all = Counts::default();
        let mut body = String::new();
        for (name, Suite { counts, cases }) in std::mem::take(&mut self.suites).into_vec() {
            all.tests += counts.tests;
            all.failures += counts.failures;
            all.errors += counts.errors;
            body += &format!("<testsuite name=\"{}\"{}>\n", attribute(&name), attributes(counts));
            body += &cases;
            body += "</testsuite>\n";
        }
        self.names = Names::default();
        let (tool, counts) = (attribute(self.tool.name()), attributes(all));
        let report = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"{tool}\"{counts}>\n{body}</testsuites>\n"
        );
        self.writer.write_all(report.as_bytes())?;
        self.writer.flush()
    }
}

fn attribute(text: &str) -> String {
    markup::xml(text, In::Attribute)
}

fn attributes(Counts { tests, failures, errors }: Counts) -> String {
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
}

impl<W: Write> FromSetup<W> for JunitEmitter<W> {
    fn from_setup(writer: W, setup: &Setup) -> Self {
        Self::new(writer, &setup.tool)
    }
}

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
use crate::severity::Severity;
use crate::source::{ColumnUnit, SourceMap};
use crate::tool::Tool;

/// Writes a JUnit report, at [`finish`](Emitter::finish) in one write.
#[derive(Clone, Debug)]
pub struct JunitEmitter<W> {
    writer: W,
    tool: Tool,
    suites: Vec<Suite>,
    /// Where the suite of a file is.
    suite_of: HashMap<String, usize>,
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

#[derive(Clone, Debug)]
struct Suite {
    name: String,
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
        let (suite_of, names) = (HashMap::new(), Names::default());
        Self { writer, tool: tool.clone(), suites: Vec::new(), suite_of, names }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }

    fn suite(&mut self, name: &str) -> Option<&mut Suite> {
        let index = *self.suite_of.entry(name.to_owned()).or_insert(self.suites.len());
        if index == self.suites.len() {
            let (counts, cases) = (Counts::default(), String::new());
            self.suites.push(Suite { name: name.to_owned(), counts, cases });
        }
        self.suites.get_mut(index)
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
        if let Some(suite) = self.suite(&suite) {
            suite.counts.tests += 1;
            suite.counts.failures += u64::from(severity == Severity::Error);
            suite.counts.errors += u64::from(severity == Severity::Fatal);
            suite.cases += &format!(
                "<testcase classname=\"{class}\" name=\"{name}\"{place}>\n{result}\n</testcase>\n"
            );
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.suites.is_empty() {
            let tool = self.tool.name().to_owned();
            let class = attribute(&tool);
            if let Some(suite) = self.suite(&tool) {
                suite.counts.tests = 1;
                suite.cases = format!("<testcase classname=\"{class}\" name=\"check\"/>\n");
            }
        }
        let mut all = Counts::default();
        let mut body = String::new();
        for Suite { name, counts, cases } in self.suites.drain(..) {
            all.tests += counts.tests;
            all.failures += counts.failures;
            all.errors += counts.errors;
            body += &format!("<testsuite name=\"{}\"{}>\n", attribute(&name), attributes(counts));
            body += &cases;
            body += "</testsuite>\n";
        }
        self.suite_of.clear();
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

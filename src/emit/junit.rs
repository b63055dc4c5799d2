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
use std::fmt::Display;
use std::io::{self, Write};

use indexmap::IndexMap;

use super::Emitter;
use super::markup::{self, In};
use super::options::{EmitterOptions, FromOptions};
use super::prose::{Lacks, prose};
use crate::check::Checked;
use crate::model::{Diagnostic, Severity};
use crate::registry::Tool;
use crate::source::{ColumnUnit, SourceMap};

/// Writes a JUnit report, at [`finish`](Emitter::finish) in one write.
#[derive(Clone, Debug)]
pub struct JunitEmitter<W> {
    writer: W,
    tool: Tool,
    /// By the path of a file, or the tool's name.
    suites: IndexMap<String, Suite>,
}

#[derive(Clone, Debug, Default)]
struct Suite {
    counts: Counts,
    names: Names,
    cases: Vec<u8>,
}

/// The names that were given in a suite, each with the last number that was tried for it.
#[derive(Clone, Debug, Default)]
struct Names(HashMap<String, u64>);

impl Names {
    /// `name`, or where the suite has it already `name (2)` and so on.
    fn unused(&mut self, name: String) -> String {
        let Some(&(mut number)) = self.0.get(&name) else {
            self.0.insert(name.clone(), 1);
            return name;
        };
        let given = loop {
            number += 1;
            let given = format!("{name} ({number})");
            if !self.0.contains_key(&given) {
                break given;
            }
        };
        self.0.insert(given.clone(), 1);
        self.0.insert(name, number);
        given
    }
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
        Self { writer, tool: tool.clone(), suites: IndexMap::new() }
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
        let suite = at.map_or(self.tool.name(), |at| at.path);
        let class = attribute(suite);
        let suite = self.suites.entry(suite.to_owned()).or_default();
        let severity = diagnostic.severity();
        suite.counts.tests += 1;
        suite.counts.failures += u64::from(severity == Severity::Error);
        suite.counts.errors += u64::from(severity == Severity::Fatal);
        // No line in it: so a test is the same one after lines have come above.
        let name = format!("{}: {}", diagnostic.code(), diagnostic.message());
        let name = suite.names.unused(name);
        let out = &mut suite.cases;
        write!(out, "<testcase classname=\"{class}\" name=\"{}\"", attribute(&name))?;
        if let Some(at) = at {
            write!(out, " file=\"{class}\" line=\"{}\"", at.line)?;
        }
        let message = attribute(diagnostic.message());
        let all = prose(
            &checked,
            Lacks { related_places: true, fixes: &checked.suggestions, backtrace: true },
        );
        let all = markup::xml(all, In::Content);
        match severity {
            Severity::Fatal => {
                write!(out, ">\n<error type=\"fatal\" message=\"{message}\">{all}</error>")
            }
            Severity::Error => {
                write!(out, ">\n<failure type=\"error\" message=\"{message}\">{all}</failure>")
            }
            Severity::Warning | Severity::Note => {
                write!(out, ">\n<system-out>{severity}: {all}</system-out>")
            }
        }?;
        out.write_all(b"\n</testcase>\n")
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.suites.is_empty() {
            let suite = self.suites.entry(self.tool.name().to_owned()).or_default();
            let class = attribute(self.tool.name());
            suite.counts.tests = 1;
            writeln!(suite.cases, "<testcase classname=\"{class}\" name=\"check\"/>")?;
        }
        let mut all = Counts::default();
        let mut body = Vec::new();
        for (name, Suite { counts, cases, .. }) in std::mem::take(&mut self.suites) {
            all.tests += counts.tests;
            all.failures += counts.failures;
            all.errors += counts.errors;
            writeln!(body, "<testsuite name=\"{}\"{}>", attribute(&name), attributes(counts))?;
            body.extend(cases);
            body.extend_from_slice(b"</testsuite>\n");
        }
        let (tool, counts) = (attribute(self.tool.name()), attributes(all));
        let mut report = Vec::new();
        writeln!(report, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(report, "<testsuites name=\"{tool}\"{counts}>")?;
        report.extend(body);
        writeln!(report, "</testsuites>")?;
        self.writer.write_all(&report)?;
        self.writer.flush()
    }
}

fn attribute(text: &str) -> impl Display {
    markup::xml(text, In::Attribute)
}

fn attributes(Counts { tests, failures, errors }: Counts) -> String {
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
}

impl<W: Write> FromOptions<W> for JunitEmitter<W> {
    fn from_options(writer: W, options: &EmitterOptions) -> Self {
        Self::new(writer, &options.tool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;
    use crate::model::Span;

    #[test]
    fn suites_come_in_the_order_of_their_first_diagnostics() {
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

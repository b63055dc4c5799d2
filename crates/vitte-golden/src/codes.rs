//! Which codes have a case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use vitte_diag::{Code, text};

use crate::annotation;
use crate::config::Config;
use crate::directive::DeclaredRevisions;
use crate::files::Files;

/// The names of the cases of each code.
pub(crate) type Cases = BTreeMap<String, BTreeSet<String>>;

/// Returns the names of the cases of each code. A case has a code if an annotation names it, or if a golden in the human format or
/// in JSON contains it.
pub(crate) fn cases(config: &Config, files: &Files) -> Cases {
    let mut cases: Cases = BTreeMap::new();
    for case in &files.cases {
        let text = read(&case.path);
        let declared = DeclaredRevisions::find(&text, &config.comments);
        for current in declared.currents() {
            let (annotations, _) =
                annotation::parse(&text, &config.comments, declared.with_current(current));
            for code in annotations.into_iter().filter_map(|annotation| annotation.code) {
                cases.entry(code).or_default().insert(case.name.clone());
            }
        }
    }
    for (path, index) in &files.goldens {
        let Some(case) = files.cases.get(*index) else { continue };
        let of_line = match path.extension().and_then(|extension| extension.to_str()) {
            Some("stderr") => human_code,
            Some("json") => json_code,
            _ => continue,
        };
        for code in read(path).lines().filter_map(of_line) {
            cases.entry(code).or_default().insert(case.name.clone());
        }
    }
    cases
}

fn read(path: &PathBuf) -> String {
    // What cannot be read is reported by its own test.
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

/// Returns the code in the first line of a diagnostic: `error[E0001]: …`.
fn human_code(line: &str) -> Option<String> {
    let rest = ["fatal[", "error[", "warning[", "note["]
        .iter()
        .find_map(|head| line.strip_prefix(head))?;
    let (code, _) = rest.split_once("]: ")?;
    Some(code.to_owned())
}

fn json_code(line: &str) -> Option<String> {
    let json: vitte_diag::json::JsonDiagnostic<'_> = serde_json::from_str(line).ok()?;
    Some(json.code?.to_string())
}

/// The codes of a compiler, compared with the cases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Coverage {
    /// Codes without a case that are not exempt.
    pub(crate) missing: Vec<Code>,
    /// Codes that are exempt and have a case.
    pub(crate) needless: Vec<Code>,
    /// Codes of cases that the compiler does not have.
    pub(crate) unknown: Vec<String>,
    pub(crate) covered: usize,
    /// The codes that need a case.
    pub(crate) total: usize,
    pub(crate) exempt: usize,
}

impl Coverage {
    pub(crate) fn new(config: &Config, cases: &Cases) -> Self {
        let codes = &config.codes;
        let has_case = |code: &&Code| cases.contains_key(code.as_str());
        let is_exempt = |code: &&Code| codes.exempt.iter().any(|(exempt, _)| exempt == *code);
        let missing =
            codes.all.iter().filter(|code| !has_case(code) && !is_exempt(code)).copied().collect();
        let needless =
            codes.all.iter().filter(|code| has_case(code) && is_exempt(code)).copied().collect();
        let is_known =
            |code: &&String| codes.all.iter().any(|known| known.as_str() == code.as_str());
        let unknown = cases.keys().filter(|code| !is_known(code)).cloned().collect();
        let needed = || codes.all.iter().filter(|code| !is_exempt(code));
        let (covered, total) = (needed().filter(has_case).count(), needed().count());
        let exempt = codes.all.len() - total;
        Self { missing, needless, unknown, covered, total, exempt }
    }

    /// Returns the result in one line: `codes: 9 of 11 have a case; none has E0004, F0001`.
    pub(crate) fn summary(&self) -> String {
        let mut line = format!("codes: {} of {} have a case", self.covered, self.total);
        if self.exempt > 0 {
            line += &format!(", {} exempt", self.exempt);
        }
        if !self.missing.is_empty() {
            let missing: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
            line += &format!("; without one: {}", missing.join(", "));
        }
        line
    }
}

/// Returns a table: each code with the number of its cases and the first of them.
pub(crate) fn table(config: &Config, cases: &Cases) -> String {
    let width = config.codes.all.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    let mut codes = config.codes.all.clone();
    codes.sort_unstable();
    let mut out = String::new();
    for code in codes {
        let exempt = config.codes.exempt.iter().find(|(exempt, _)| *exempt == code);
        let line = match (cases.get(code.as_str()), exempt) {
            (Some(names), _) => {
                let first = names.iter().next().map_or("", String::as_str);
                let more = text::more("case", names.len().saturating_sub(1));
                let more = if names.len() > 1 { format!(", {more}") } else { String::new() };
                format!("{first}{more}")
            }
            (None, Some((_, reason))) => format!("exempt: {reason}"),
            (None, None) => "no case".to_owned(),
        };
        out += &format!("{code:width$}  {}\n", text::one_line(&line));
    }
    out
}

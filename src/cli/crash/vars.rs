//! `vitte crash vars`: what the program was doing, with its variables.

use clap::Args;
use serde_json::{Value, json};

use super::folder::One;
use super::look::{Ink, Look, Page, safe};
use super::shell::{Done, Failure, Shell};
use crate::crash::{ContextEntry, ContextPlace, CrashReport};
use crate::text;

/// The arguments of `vitte crash vars`.
#[derive(Debug, Args)]
pub(super) struct Vars {
    #[command(flatten)]
    one: One,
    /// Show the context with this number alone; 0 is the innermost
    #[arg(long, value_name = "N")]
    frame: Option<usize>,
    #[command(flatten)]
    look: Look,
    /// Write JSON: a list of the contexts, the innermost first
    #[arg(long)]
    json: bool,
}

impl Vars {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let report = self.one.load()?.capsule.report;
        let contexts: Vec<(usize, Context)> =
            Context::all(&report)?.into_iter().enumerate().collect();
        let count = contexts.len();
        let is_meant = |index: usize| self.frame.is_none_or(|frame| frame == index);
        let meant: Vec<_> = contexts.into_iter().filter(|(index, _)| is_meant(*index)).collect();
        if let (Some(frame), true) = (self.frame, meant.is_empty()) {
            let has = match count {
                0 => "no context".to_owned(),
                count => format!("{count} {}, and 0 is the first", text::plural("context", count)),
            };
            let id = safe(&report.id);
            return Err(Failure::Said(format!("there is no context {frame}: `{id}` has {has}")));
        }
        if self.json {
            let all = meant.iter().map(|(index, context)| context.json(*index));
            return shell.json(&all.collect::<Vec<_>>());
        }
        if count == 0 {
            let id = safe(&report.id);
            let line = format!("the program did not say what it was doing when `{id}` happened");
            return Ok(writeln!(shell.out, "{line}")?);
        }
        let mut page = self.look.page();
        for (index, context) in &meant {
            page.gap();
            context.show(*index, &mut page);
        }
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// Something that the program was doing.
pub(super) struct Context {
    pub(super) name: String,
    pub(super) place: String,
    /// Its values and variables by key, and why one has no value.
    pub(super) values: Vec<(String, Result<Value, String>)>,
}

impl Context {
    /// Those of a report, the innermost first.
    pub(super) fn all(report: &CrashReport) -> Done<Vec<Self>> {
        report.context.iter().map(Self::of).collect()
    }

    fn of(entry: &ContextEntry) -> Done<Self> {
        // By the names that the report's JSON has: it may know more of a context than its values.
        let json = serde_json::to_value(entry)?;
        let list = |key| json.get(key).and_then(Value::as_array).into_iter().flatten();
        let known = |variable: &Value| {
            let key = variable.get("key")?.as_str()?.to_owned();
            let value = match variable.get("error").and_then(Value::as_str) {
                Some(error) => Err(error.to_owned()),
                None => Ok(variable.get("value").cloned().unwrap_or_default()),
            };
            Some((key, value))
        };
        let values = list("values").chain(list("variables")).filter_map(known).collect();
        let place = entry.place.as_ref().map(place).unwrap_or_default();
        Ok(Self { name: entry.name.clone(), place, values })
    }

    fn json(&self, index: usize) -> Value {
        let values = self.values.iter().map(|(key, value)| match value {
            Ok(value) => json!({"key": key, "value": value, "error": null}),
            Err(error) => json!({"key": key, "value": null, "error": error}),
        });
        let values: Vec<_> = values.collect();
        json!({"frame": index, "name": self.name, "place": self.place, "variables": values})
    }

    /// ```text
    /// 0: typeck at src/shapes.vitte:3:4
    ///    fn: "area"
    ///    scope:
    ///      x: 1
    ///      types:
    ///        - "int"
    /// ```
    pub(super) fn show(&self, index: usize, page: &mut Page) {
        let at = if self.place.is_empty() { String::new() } else { format!(" at {}", self.place) };
        let number = format!("{index}: ");
        page.inked(&[(Ink::Aside, &number), (Ink::Heading, &self.name), (Ink::Plain, &at)]);
        for (key, value) in &self.values {
            match value {
                Ok(value) => tree(&format!("{key}:"), value, number.len(), page),
                Err(error) => {
                    let indent = " ".repeat(number.len());
                    page.line(Ink::Removed, format!("{indent}{key}: cannot be shown: {error}"));
                }
            }
        }
    }
}

/// The most entries of a list or a map that are shown.
const MOST: usize = 100;

/// Adds a value behind its name, and below it what is in it.
fn tree(name: &str, value: &Value, indent: usize, page: &mut Page) {
    let blanks = " ".repeat(indent);
    let line = |text: &str, page: &mut Page| {
        page.inked(&[(Ink::Plain, &blanks), (Ink::Aside, name), (Ink::Plain, text)]);
    };
    let more = |count: usize, page: &mut Page| {
        if count > MOST {
            page.line(Ink::Aside, format!("{blanks}  ... and {} more", count - MOST));
        }
    };
    match value {
        Value::Array(values) if !values.is_empty() => {
            line("", page);
            values.iter().take(MOST).for_each(|value| tree("-", value, indent + 2, page));
            more(values.len(), page);
        }
        Value::Object(values) if !values.is_empty() => {
            line("", page);
            for (key, value) in values.iter().take(MOST) {
                tree(&format!("{key}:"), value, indent + 2, page);
            }
            more(values.len(), page);
        }
        value => line(&format!(" {value}"), page),
    }
}

/// A place as exactly as it is known.
pub(super) fn place(place: &ContextPlace) -> String {
    let file = place.file.clone().unwrap_or_else(|| format!("file {}", place.id));
    match (place.line, place.col) {
        (Some(line), Some(col)) => format!("{file}:{line}:{col}"),
        (Some(line), None) => format!("{file}:{line}"),
        (None, _) => format!("{file}, bytes {}..{}", place.lo, place.hi),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Terminal;

    #[test]
    fn values_are_trees() {
        let scope = json!({"x": 1, "types": ["int", {"of": null}], "none": [], "text": "a\u{1b}"});
        let values = vec![
            ("fn".to_owned(), Ok(json!("area"))),
            ("scope".to_owned(), Ok(scope)),
            ("lost".to_owned(), Err("it panicked".to_owned())),
        ];
        let context = Context { name: "typeck".into(), place: "a.vitte:3:4".into(), values };
        let mut page = Page::new(Terminal::default());
        context.show(0, &mut page);
        let expected = "\
0: typeck at a.vitte:3:4
   fn: \"area\"
   scope:
     none: []
     text: \"a\\u001b\"
     types:
       - \"int\"
       -
         of: null
     x: 1
   lost: cannot be shown: it panicked
";
        assert_eq!(page.finish(), expected);
    }
}

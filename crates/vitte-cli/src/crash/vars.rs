//! `vitte crash vars`: what the program was doing, with its variables.

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::{ContextEntry, ContextPlace, ContextVariable, CrashReport};
use vitte_diag::text;

use super::folder::One;
use super::look::{Ink, Look, Page, safe};
use super::shell::{Done, Failure, Shell};

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
            Context::all(&report).into_iter().enumerate().collect();
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
    /// Its values and its variables.
    pub(super) values: Vec<ContextVariable>,
}

impl Context {
    /// Those of a report, the innermost first.
    pub(super) fn all(report: &CrashReport) -> Vec<Self> {
        report.context.iter().map(Self::of).collect()
    }

    fn of(entry: &ContextEntry) -> Self {
        let values = entry
            .values
            .iter()
            .map(|value| ContextVariable::new(&*value.key, Value::String(value.value.clone())));
        Self {
            name: entry.name.clone(),
            place: entry.place.as_ref().map(place).unwrap_or_default(),
            values: values.chain(entry.variables.iter().cloned()).collect(),
        }
    }

    fn json(&self, index: usize) -> Value {
        let values = self.values.iter().map(|ContextVariable { key, value, error, .. }| {
            json!({"key": key, "value": value, "error": error})
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
    ///    tokens: (it took too long)
    /// ```
    pub(super) fn show(&self, index: usize, page: &mut Page) {
        let at = if self.place.is_empty() { String::new() } else { format!(" at {}", self.place) };
        let number = format!("{index}: ");
        page.inked(&[(Ink::Aside, &number), (Ink::Heading, &self.name), (Ink::Plain, &at)]);
        let indent = number.len();
        for ContextVariable { key, value, error, .. } in &self.values {
            let (blanks, name) = (" ".repeat(indent), format!("{key}:"));
            match error {
                None => tree(&name, value, indent, page),
                Some(error) if value.is_null() => {
                    let error = format!(" ({error})");
                    page.inked(&[
                        (Ink::Plain, &blanks),
                        (Ink::Aside, &name),
                        (Ink::Removed, &error),
                    ]);
                }
                Some(error) => tree(&format!("{name} ({error})"), value, indent, page),
            }
        }
    }
}

/// The most entries of a list or a map that are shown.
const MOST: usize = 100;

/// Cells of a list that has a line for all of it.
const SHORT: usize = 60;

/// A list of numbers, names and the like, where it is short enough for one line.
fn short(values: &[Value]) -> Option<String> {
    let is_flat = |value: &Value| !value.is_array() && !value.is_object();
    let texts = || values.iter().map(Value::to_string);
    let shown = || format!(" [{}]", texts().collect::<Vec<_>>().join(", "));
    let is_short = values.iter().all(is_flat) && values.len() <= SHORT;
    is_short.then(shown).filter(|shown| text::width_of(shown) <= SHORT)
}

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
            if let Some(shown) = short(values) {
                return line(&shown, page);
            }
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
    use vitte_diag::Terminal;

    use super::*;

    #[test]
    fn values_are_trees() {
        let scope = json!({"x": 1, "types": ["int", {"of": null}], "none": [], "text": "a\u{1b}"});
        let variable = |key: &str, value, error: Option<&str>| {
            let (key, error) = (key.to_owned(), error.map(str::to_owned));
            let mut variable = ContextVariable::new(key, value);
            variable.error = error;
            variable
        };
        let values = vec![
            variable("fn", json!("area"), None),
            variable("scope", scope, None),
            variable("tokens", json!(null), Some("it took too long")),
            variable("half", json!([{"<error>": "a cycle"}]), Some("a cycle")),
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
   tokens: (it took too long)
   half: (a cycle)
     -
       <error>: \"a cycle\"
";
        assert_eq!(page.finish(), expected);
    }
}

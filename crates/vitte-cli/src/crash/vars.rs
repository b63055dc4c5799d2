//! `vitte crash vars`: shows the contexts that were active, with their variables.

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::{ContextEntry, ContextVariable, CrashReport};
use vitte_diag::text;

use super::directory::OneCrash;
use super::page::{OutputArgs, Style, TextOutput, safe};
use super::shell::{CommandResult, Failure, Shell};

/// The arguments of `vitte crash vars`.
#[derive(Debug, Args)]
pub(super) struct Vars {
    #[command(flatten)]
    crash: OneCrash,
    /// Show only context N; 0 is the innermost of the crashed thread
    #[arg(long, value_name = "N")]
    context: Option<usize>,
    #[command(flatten)]
    output: OutputArgs,
    /// Write JSON: a list of the contexts, the innermost first; those of other threads follow
    #[arg(long)]
    json: bool,
}

impl Vars {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let report = self.crash.load(shell)?.capsule.report;
        let contexts: Vec<(usize, Context)> =
            Context::of_all_threads(&report).into_iter().enumerate().collect();
        let count = contexts.len();
        let is_selected = |index: usize| self.context.is_none_or(|context| context == index);
        let selected: Vec<_> =
            contexts.into_iter().filter(|(index, _)| is_selected(*index)).collect();
        if let (Some(context), true) = (self.context, selected.is_empty()) {
            let has = match count {
                0 => "no contexts".to_owned(),
                1 => "only context 0".to_owned(),
                count => format!("contexts 0 to {}", count - 1),
            };
            let id = safe(&report.id);
            return Err(Failure::Message(format!("no context {context}: `{id}` has {has}")));
        }
        if self.json {
            let all = selected.iter().map(|(index, context)| context.json(*index));
            return shell.json(&all.collect::<Vec<_>>());
        }
        if count == 0 {
            let id = safe(&report.id);
            return Ok(writeln!(shell.out, "no contexts were recorded for `{id}`")?);
        }
        let mut page = self.output.page();
        let mut thread = &None;
        for (index, context) in &selected {
            if context.thread != *thread {
                thread = &context.thread;
                page.heading(&format!("thread {}", thread.as_deref().unwrap_or_default()));
            }
            page.gap();
            context.show(*index, &mut page);
        }
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// A context of a crash: an operation that was active.
pub(super) struct Context {
    pub(super) name: String,
    pub(super) location: String,
    /// The values and the variables of the context.
    pub(super) values: Vec<ContextVariable>,
    /// The thread, if it is not the crashed one: `4712 worker-1`.
    thread: Option<String>,
}

impl Context {
    /// Returns the contexts of the crashed thread, the innermost first.
    pub(super) fn all(report: &CrashReport) -> Vec<Self> {
        report.contexts.iter().map(Self::of).collect()
    }

    /// Returns the contexts of all threads: those of the crashed thread, then those of the others, each the innermost first.
    fn of_all_threads(report: &CrashReport) -> Vec<Self> {
        let others = report.threads.iter().flat_map(|thread| {
            let name = format!("{} {}", thread.id, thread.name);
            let contexts = thread.contexts.iter().map(Self::of);
            contexts.map(move |context| Self { thread: Some(name.clone()), ..context })
        });
        Self::all(report).into_iter().chain(others).collect()
    }

    fn of(entry: &ContextEntry) -> Self {
        let fields = entry
            .fields
            .iter()
            .map(|field| ContextVariable::new(&*field.key, Value::String(field.value.clone())));
        Self {
            name: entry.name.clone(),
            location: entry.location.as_ref().map(ToString::to_string).unwrap_or_default(),
            values: fields.chain(entry.variables.iter().cloned()).collect(),
            thread: None,
        }
    }

    fn json(&self, index: usize) -> Value {
        let values = self.values.iter().map(|ContextVariable { key, value, error, .. }| {
            json!({"key": key, "value": value, "error": error})
        });
        let values: Vec<_> = values.collect();
        let mut json = json!({"context": index, "name": self.name, "place": self.location, "variables": values});
        if let (Some(thread), Some(json)) = (&self.thread, json.as_object_mut()) {
            json.insert("thread".to_owned(), Value::String(thread.clone()));
        }
        json
    }

    /// ```text
    /// 0: typeck at src/shapes.vitte:3:4
    ///    fn: "area"
    ///    scope:
    ///      x: 1
    ///      types:
    ///        - "int"
    ///    tokens: (timed out)
    /// ```
    pub(super) fn show(&self, index: usize, page: &mut TextOutput) {
        let at =
            if self.location.is_empty() { String::new() } else { format!(" at {}", self.location) };
        let number = format!("{index}: ");
        page.styled(&[
            (Style::Secondary, &number),
            (Style::Heading, &self.name),
            (Style::Plain, &at),
        ]);
        let indent = number.len();
        for ContextVariable { key, value, error, .. } in &self.values {
            let (blanks, name) = (" ".repeat(indent), format!("{key}:"));
            match error {
                None => tree(&name, value, indent, page),
                Some(error) if value.is_null() => {
                    let error = format!(" ({error})");
                    page.styled(&[
                        (Style::Plain, &blanks),
                        (Style::Secondary, &name),
                        (Style::Removed, &error),
                    ]);
                }
                Some(error) => tree(&format!("{name} ({error})"), value, indent, page),
            }
        }
    }
}

/// Entries of a list or a map beyond this number are only counted on a terminal.
const MAX_ENTRIES: usize = 100;

/// Lists of at most this many cells are shown on one line.
const MAX_INLINE_CELLS: usize = 60;

/// Returns a short list of scalars on one line, or `None` if it needs several.
fn inline_list(values: &[Value]) -> Option<String> {
    let is_flat = |value: &Value| !value.is_array() && !value.is_object();
    let texts = || values.iter().map(Value::to_string);
    let shown = || format!(" [{}]", texts().collect::<Vec<_>>().join(", "));
    let is_short = values.iter().all(is_flat) && values.len() <= MAX_INLINE_CELLS;
    is_short.then(shown).filter(|shown| text::width_of(shown) <= MAX_INLINE_CELLS)
}

/// Adds a name with its value; nested values follow on indented lines.
fn tree(name: &str, value: &Value, indent: usize, page: &mut TextOutput) {
    let blanks = " ".repeat(indent);
    let line = |text: &str, page: &mut TextOutput| {
        page.styled(&[(Style::Plain, &blanks), (Style::Secondary, name), (Style::Plain, text)]);
    };
    let max = page.max_entries(MAX_ENTRIES);
    let more = |count: usize, page: &mut TextOutput| {
        if count > max {
            page.line(Style::Secondary, format!("{blanks}  ... and {} more", count - max));
        }
    };
    match value {
        Value::Array(values) if !values.is_empty() => {
            if let Some(shown) = inline_list(values) {
                return line(&shown, page);
            }
            line("", page);
            values.iter().take(max).for_each(|value| tree("-", value, indent + 2, page));
            more(values.len(), page);
        }
        Value::Object(values) if !values.is_empty() => {
            line("", page);
            for (key, value) in values.iter().take(max) {
                tree(&format!("{key}:"), value, indent + 2, page);
            }
            more(values.len(), page);
        }
        value => line(&format!(" {value}"), page),
    }
}

#[cfg(test)]
mod tests {
    use vitte_diag::Terminal;

    use super::*;

    #[test]
    fn nested_values_are_indented() {
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
            variable("tokens", json!(null), Some("timed out")),
            variable("half", json!([{"<error>": "a cycle"}]), Some("a cycle")),
        ];
        let (name, location, thread) = ("typeck".into(), "a.vitte:3:4".into(), None);
        let context = Context { name, location, values, thread };
        let mut page = TextOutput::new(Terminal::default());
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
   tokens: (timed out)
   half: (a cycle)
     -
       <error>: \"a cycle\"
";
        assert_eq!(page.finish(), expected);
    }
}

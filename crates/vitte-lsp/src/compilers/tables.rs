//! Reads `vitte.toml`.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use vitte_diag::read::InputFormat;
use vitte_diag::text::one_line;
use vitte_diag::{Diagnostic, SourceFile};

use super::Compiler;
use crate::command::{CommandError, CompilerCommand, ExplainCommand, nearest};
use crate::config::{RunOn, Scope};

/// The maximum number of mistakes that are reported.
const MAX_MISTAKES: usize = 100;

const KEYS: [&str; 11] = [
    "codes_url",
    "command",
    "explain",
    "extensions",
    "from",
    "name",
    "run",
    "scope",
    "stdin_name",
    "timeout",
    "untitled_extension",
];

/// Returns the compilers of the tables `[[lsp]]`, or what is wrong with them.
pub(super) fn parse(file: &SourceFile) -> Result<Vec<Compiler>, Vec<Diagnostic>> {
    let mut mistakes = Mistakes { file, found: Vec::new() };
    let (document, errors) = DeTable::parse_recoverable(file.text());
    for error in errors {
        let at = error.span().unwrap_or_default();
        mistakes.add(at, one_line(error.message()).into_owned());
    }
    let compilers = match mistakes.found.is_empty() {
        true => mistakes.compilers(&document),
        false => Vec::new(),
    };
    if mistakes.found.is_empty() { Ok(compilers) } else { Err(mistakes.found) }
}

struct Mistakes<'a> {
    file: &'a SourceFile,
    found: Vec<Diagnostic>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Mistakes<'_> {
    fn add(&mut self, at: Range<usize>, message: impl Into<String>) {
        self.add_with_help(at, message, None);
    }

    fn add_with_help(
        &mut self,
        at: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        if self.found.len() < MAX_MISTAKES {
            let span = self.file.nearest_span(at);
            let mistake = Diagnostic::error(None, span, message.into());
            self.found.push(match help {
                Some(help) => mistake.with_help(help),
                None => mistake,
            });
        }
    }

    fn compilers(&mut self, document: &Spanned<DeTable<'_>>) -> Vec<Compiler> {
        let mut compilers = Vec::new();
        let example =
            || Some("write `[[lsp]]`, and below it `command = [\"mycc\", \"{file}\"]`".to_owned());
        let mut has_lsp = false;
        for (key, value) in document.get_ref() {
            if key.get_ref() != "lsp" {
                let name = one_line(key.get_ref());
                self.add_with_help(
                    key.span(),
                    format!("unknown key `{name}`: did you mean `lsp`?"),
                    None,
                );
                continue;
            }
            has_lsp = true;
            match value.get_ref() {
                DeValue::Array(tables) => {
                    for table in tables {
                        match table.get_ref() {
                            DeValue::Table(inner) => {
                                compilers.extend(self.compiler(table.span(), inner));
                            }
                            other => self.wrong_type(table.span(), "lsp", "a table", other),
                        }
                    }
                }
                DeValue::Table(_) => {
                    let message = "`lsp` must be an array of tables";
                    self.add_with_help(key.span(), message, example());
                }
                other => self.wrong_type(value.span(), "lsp", "an array of tables", other),
            }
        }
        if !has_lsp && self.found.is_empty() {
            self.add_with_help(0..0, "no compiler is configured", example());
        }
        compilers
    }

    fn wrong_type(&mut self, at: Range<usize>, key: &str, expected: &str, found: &DeValue<'_>) {
        let kind = found.type_str();
        let article = if kind.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
        self.add(at, format!("`{key}` must be {expected}, not {article} {kind}"));
    }

    /// Reads a table. Returns `None` if it has mistakes.
    fn compiler(&mut self, at: Range<usize>, table: &DeTable<'_>) -> Option<Compiler> {
        let before = self.found.len();
        for key in table.keys() {
            let name = key.get_ref();
            if !KEYS.contains(&&**name) {
                let near = nearest(name, KEYS).unwrap_or("command");
                let name = one_line(name);
                self.add(key.span(), format!("unknown key `{name}`: did you mean `{near}`?"));
            }
        }
        let command = self.command(at, table);
        let from = self.choice(table, "from", &FORMATS);
        let run_on = self.choice(table, "run", &[("change", RunOn::Change), ("save", RunOn::Save)]);
        let scope = self.choice(
            table,
            "scope",
            &[("file", Scope::Document), ("workspace", Scope::Workspace)],
        );
        let extensions = self.extensions(table);
        let timeout = self.timeout(table);
        let [name, codes_url, stdin_name, extension] =
            ["name", "codes_url", "stdin_name", "untitled_extension"]
                .map(|key| self.text(table, key));
        let explain = self.explain(table);
        let mut command = command.filter(|_| self.found.len() == before)?.from(from.flatten());
        if let Some(timeout) = timeout {
            command = command.timeout(timeout);
        }
        if let Some(name) = stdin_name {
            command = command.stdin_name(name);
        }
        if let Some(extension) = extension.or_else(|| extensions.first().cloned()) {
            command = command.untitled_extension(extension);
        }
        let mut compiler = Compiler::new(command).extensions(extensions).explain(explain);
        compiler = compiler.codes_url(codes_url);
        if let Some(scope) = scope {
            compiler = compiler.scope(scope);
        }
        if let Some(run_on) = run_on {
            compiler = compiler.run_on(run_on);
        }
        Some(match name {
            Some(name) => compiler.name(name),
            None => compiler,
        })
    }

    fn command(&mut self, at: Range<usize>, table: &DeTable<'_>) -> Option<CompilerCommand> {
        let Some(value) = table.get("command") else {
            // The head of the table, which is its first line.
            let line = self.file.text().get(at.clone()).and_then(|text| text.lines().next());
            let head = at.start..at.start + line.map_or(0, str::len);
            let help = "write `command = [\"mycc\", \"{file}\"]`".to_owned();
            self.add_with_help(head, "the table has no `command`", Some(help));
            return None;
        };
        let words = self.texts(value, "command")?;
        let (program, args) =
            words.split_first().map_or(("", &[][..]), |(first, rest)| (first.0.as_str(), rest));
        match CompilerCommand::new(program, args.iter().map(|(text, _)| text)) {
            Ok(command) => Some(command),
            Err(error) => {
                let argument = match &error {
                    CommandError::UnknownPlaceholder { argument, .. } => Some(argument),
                    CommandError::NoProgram => None,
                };
                let word = words.iter().find(|(text, _)| Some(text) == argument);
                let at = word.map_or_else(|| value.span(), |(_, at)| at.clone());
                self.add(at, error.to_string());
                None
            }
        }
    }

    fn explain(&mut self, table: &DeTable<'_>) -> Option<ExplainCommand> {
        let value = table.get("explain")?;
        let words = self.texts(value, "explain")?;
        let mut words = words.into_iter().map(|(text, _)| text);
        match ExplainCommand::new(words.next().unwrap_or_default(), words) {
            Ok(command) => Some(command),
            Err(error) => {
                self.add(value.span(), error.to_string());
                None
            }
        }
    }

    fn extensions(&mut self, table: &DeTable<'_>) -> Vec<String> {
        let Some(value) = table.get("extensions") else { return Vec::new() };
        let Some(texts) = self.texts(value, "extensions") else { return Vec::new() };
        if texts.is_empty() {
            self.add(value.span(), "`extensions` must not be empty: omit it for all documents");
        }
        for (text, at) in &texts {
            if text.is_empty() || text.contains(['/', '*']) {
                let shown = one_line(text);
                self.add(at.clone(), format!("`{shown}` is not an extension, such as `c`"));
            }
        }
        texts.into_iter().map(|(text, _)| text).collect()
    }

    /// Returns the texts of an array, and where each is.
    fn texts(&mut self, value: &Value<'_>, key: &str) -> Option<Vec<(String, Range<usize>)>> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(value.span(), key, "an array of strings", value.get_ref());
            return None;
        };
        let mut texts = Vec::new();
        for value in array {
            match value.get_ref() {
                DeValue::String(text) => texts.push((text.to_string(), value.span())),
                other => self.wrong_type(value.span(), key, "an array of strings", other),
            }
        }
        (texts.len() == array.len()).then_some(texts)
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Some(text.to_string()),
            DeValue::String(_) => {
                self.add(value.span(), format!("`{key}` must not be empty"));
                None
            }
            other => {
                self.wrong_type(value.span(), key, "a string", other);
                None
            }
        }
    }

    fn choice<T: Copy>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        let given = self.text(table, key)?;
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == given) {
            return Some(*value);
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let near = nearest(&given, names.iter().copied()).unwrap_or_default();
        let at = table.get(key).map(Spanned::span).unwrap_or_default();
        let (given, names) = (one_line(&given), names.join(", "));
        self.add(at, format!("unknown value `{given}`: did you mean `{near}`? Known are {names}"));
        None
    }

    fn timeout(&mut self, table: &DeTable<'_>) -> Option<Duration> {
        let value = table.get("timeout")?;
        let seconds: f64 = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().unwrap_or(f64::NAN),
            DeValue::Float(number) => number.as_str().parse().unwrap_or(f64::NAN),
            other => {
                self.wrong_type(value.span(), "timeout", "a number of seconds", other);
                return None;
            }
        };
        let is_valid = seconds > 0.0 && seconds <= MAX_TIMEOUT;
        if !is_valid {
            self.add(
                value.span(),
                format!("`timeout` must be more than 0 and at most {MAX_TIMEOUT} seconds"),
            );
            return None;
        }
        Some(Duration::from_secs_f64(seconds))
    }
}

/// The maximum time that a command may run, in seconds: a day.
const MAX_TIMEOUT: f64 = 86_400.0;

const FORMATS: [(&str, Option<InputFormat>); 6] = [
    ("json", None),
    ("rustc", Some(InputFormat::Rustc)),
    ("cargo", Some(InputFormat::Rustc)),
    ("gcc", Some(InputFormat::Gcc)),
    ("sarif", Some(InputFormat::Sarif)),
    ("lsp", Some(InputFormat::Lsp)),
];

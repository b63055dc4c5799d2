//! Directives: comments on lines of their own that set the options of a case.
//!
//! ```text
//! //@ check-pass
//! //@ flags: --edition 2
//! //@ revisions: old new
//! //@[new] flags: --new-parser
//! ```

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::annotation::{Kind, Mistake, Revisions, nearest, numbered_lines};
use crate::comment::{Comments, Mark};
use crate::normalize::Rule;
use crate::options::{CaseOptions, Expected};

/// The directives that every suite has, with other names that mean the same.
const NAMES: [(&str, &[&str]); 12] = [
    ("check-pass", &["build-pass", "compile-pass", "run-pass"]),
    ("check-fail", &["build-fail", "compile-fail"]),
    ("flags", &["compile-flags"]),
    ("revisions", &[]),
    ("unused-revisions", &["unused-revision-names"]),
    ("ignore", &[]),
    ("exit-code", &["failure-status"]),
    ("timeout", &[]),
    ("fix", &["run-rustfix"]),
    ("no-fix", &[]),
    ("normalize", &["normalize-stderr"]),
    ("unannounced", &["dont-require-annotations"]),
];

/// Applies the value of a directive to the options of a case. The error says why the value is not valid.
pub(crate) type Handler = Arc<dyn Fn(&str, &mut CaseOptions) -> Result<(), String> + Send + Sync>;

/// A directive that a suite adds.
#[derive(Clone)]
pub(crate) struct CustomDirective {
    /// The name. A `*` at its end matches every name that begins with the rest.
    pub(crate) name: String,
    pub(crate) handler: Handler,
}

impl fmt::Debug for CustomDirective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CustomDirective").field(&self.name).finish()
    }
}

impl CustomDirective {
    fn matches(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(begin) => name.starts_with(begin),
            None => self.name == name,
        }
    }
}

/// The revisions that a case declares.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct DeclaredRevisions {
    /// In the order in which they appear.
    pub(crate) all: Vec<String>,
    /// Names that marks may have although they are not revisions now.
    pub(crate) unused: Vec<String>,
    pub(crate) mistakes: Vec<Mistake>,
}

impl DeclaredRevisions {
    /// Finds the declarations in a file.
    pub(crate) fn find(text: &str, comments: &Comments) -> Self {
        let mut declared = Self::default();
        for (_, begin, line) in numbered_lines(text) {
            let Some(mark) = comments.directive(line) else { continue };
            let (name, value) = split(mark.content);
            let range = begin + mark.range.start..begin + mark.range.end;
            match name {
                "revisions" => declared.add(value.unwrap_or_default(), &range),
                "unused-revisions" | "unused-revision-names" => {
                    let names =
                        value.unwrap_or_default().split([',', ' ']).filter(|name| !name.is_empty());
                    declared.unused.extend(names.map(str::to_owned));
                }
                _ => {}
            }
        }
        declared
    }

    fn add(&mut self, names: &str, range: &Range<usize>) {
        let mut mistake = |message: String| {
            self.mistakes.push(Mistake { range: range.clone(), message, help: None });
        };
        if names.is_empty() {
            mistake("`revisions` needs names: `revisions: one two`".to_owned());
        }
        for name in names.split_whitespace() {
            let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
            if !is_name {
                mistake(format!(
                    "`{name}` is not a name: a revision has letters, digits, `_` and `-`"
                ));
            } else if self.all.iter().any(|one| one == name) {
                mistake(format!("the revision `{name}` is declared twice"));
            } else {
                self.all.push(name.to_owned());
            }
        }
    }

    /// Returns the revisions of the case, of which `current` is compiled.
    pub(crate) fn with_current<'a>(&'a self, current: Option<&'a str>) -> Revisions<'a> {
        Revisions { all: &self.all, unused: &self.unused, current }
    }

    /// Returns each revision, or once `None` if the case has none.
    pub(crate) fn currents(&self) -> impl Iterator<Item = Option<&str>> {
        let one = self.all.is_empty().then_some(None);
        self.all.iter().map(|name| Some(name.as_str())).chain(one)
    }
}

/// Returns the options that the directives of a file set for a revision, and those that cannot be understood.
pub(crate) fn parse(
    text: &str,
    comments: &Comments,
    revisions: Revisions<'_>,
    custom: &[CustomDirective],
) -> (CaseOptions, Vec<Mistake>) {
    let mut options =
        CaseOptions { revision: revisions.current.map(str::to_owned), ..CaseOptions::default() };
    let mut mistakes = Vec::new();
    for (_, begin, line) in numbered_lines(text) {
        let Some(mark) = comments.directive(line) else { continue };
        let applied = revisions.check(&mark).and_then(|()| {
            if mark.applies_to(revisions.current) {
                apply(&mark, &mut options, custom)
            } else {
                Ok(())
            }
        });
        if let Err((message, help)) = applied {
            let range = begin + mark.range.start..begin + mark.range.end;
            mistakes.push(Mistake { range, message, help });
        }
    }
    (options, mistakes)
}

/// Splits `name: value`, or a name alone.
fn split(content: &str) -> (&str, Option<&str>) {
    let content = content.trim();
    let end = content.find(|c: char| c == ':' || c.is_whitespace()).unwrap_or(content.len());
    let (name, rest) = content.split_at(end);
    let rest = rest.trim_start();
    let value = rest.strip_prefix(':').map(str::trim);
    // Without a colon a remark may follow: `check-pass (no errors)`.
    (name, value)
}

fn apply(
    mark: &Mark<'_>,
    options: &mut CaseOptions,
    custom: &[CustomDirective],
) -> Result<(), (String, Option<String>)> {
    let (name, value) = split(mark.content);
    if let Some(directive) = custom.iter().find(|directive| directive.matches(name)) {
        let value = value.unwrap_or_default();
        options.values.push((name.to_owned(), value.to_owned()));
        return (directive.handler)(value, options)
            .map_err(|reason| (format!("`{name}`: {reason}"), None));
    }
    let known = NAMES.iter().find(|(own, others)| *own == name || others.contains(&name));
    let Some((known, _)) = known else {
        let own = NAMES.iter().flat_map(|(own, others)| std::iter::once(own).chain(*others));
        let all = own.copied().chain(custom.iter().map(|directive| directive.name.as_str()));
        return Err((format!("unknown directive `{name}`"), nearest(name, all)));
    };
    set(known, name, value, options).map_err(|reason| (reason, None))
}

/// Applies a directive that every suite has. `name` is the name as it is written.
fn set(
    known: &str,
    name: &str,
    value: Option<&str>,
    options: &mut CaseOptions,
) -> Result<(), String> {
    let text = value.filter(|value| !value.is_empty());
    let needs = |what: &str, example: &str| {
        text.ok_or_else(|| format!("`{name}` needs {what}: `{name}: {example}`"))
    };
    let number =
        |value: &str| value.parse().map_err(|_| format!("`{name}` needs a number, not `{value}`"));
    match known {
        "check-pass" => set_once(&mut options.outcome, Expected::Pass, name)?,
        "check-fail" => set_once(&mut options.outcome, Expected::Fail, name)?,
        "flags" => {
            let flags = needs("flags", "--edition 2")?;
            let flags = if name == known { shlex::split(flags) } else { Some(rustc_flags(flags)) };
            let flags = flags.ok_or_else(|| format!("`{name}` has a quote without its end"))?;
            options.flags.extend(flags);
        }
        "ignore" => options.ignored = Some(needs("a reason", "needs a network")?.to_owned()),
        "exit-code" => set_once(&mut options.exit_code, number(needs("a number", "101")?)?, name)?,
        "timeout" => {
            let seconds = number(needs("seconds", "60")?)?;
            let seconds = u64::try_from(seconds).ok().filter(|&seconds| seconds > 0);
            let seconds = seconds.ok_or_else(|| format!("`{name}` needs at least one second"))?;
            set_once(&mut options.timeout, Duration::from_secs(seconds), name)?;
        }
        "fix" => set_once(&mut options.fixes, true, name)?,
        "no-fix" => {
            needs("a reason", "the fix adds a placeholder")?;
            set_once(&mut options.fixes, false, name)?;
        }
        "normalize" => {
            let rule = needs("a rule", "\"v[0-9.]+\" -> \"$VERSION\"")?;
            options.rules.push(Rule::parse(rule).map_err(|reason| format!("`{name}`: {reason}"))?);
        }
        "unannounced" => {
            for word in
                needs("kinds", "warning, note")?.split([',', ' ']).filter(|word| !word.is_empty())
            {
                let kind =
                    Kind::parse(word).ok_or_else(|| format!("`{name}`: unknown kind `{word}`"))?;
                options.unannounced.push(kind);
            }
        }
        // `DeclaredRevisions` has read the other ones.
        _ => {}
    }
    Ok(())
}

/// Sets an option, unless another directive has set it to another value.
fn set_once<T: PartialEq>(option: &mut Option<T>, value: T, name: &str) -> Result<(), String> {
    match option {
        Some(before) if *before != value => {
            Err(format!("`{name}` contradicts a directive before it"))
        }
        _ => {
            *option = Some(value);
            Ok(())
        }
    }
}

/// Splits the value of `compile-flags` as the tests of rustc do: only single quotes have a meaning.
fn rustc_flags(flags: &str) -> Vec<String> {
    let parts = flags.split('\'').enumerate();
    let words = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;

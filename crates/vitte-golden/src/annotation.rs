//! Annotations: comments in the sources of a case that announce diagnostics.
//!
//! ```text
//! let x = @            //~ error[E0001]: illegal character     on this line
//! let y = @
//!                      //~^ error                              one line up for each `^`
//!                      //~v error                              one line down for each `v`
//!                      //~| note: begins here                  on the line of the previous annotation
//!                      //~? error: no `main`                   without a line
//! ```
//!
//! The syntax is that of the tests of rustc (`compiletest`), which have the kind in capital letters, no colon and no code in brackets.

use std::fmt;
use std::ops::Range;

use vitte_diag::{ChildLevel, Severity, text};

use crate::comment::{Comments, Mark};

/// What an annotation announces.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Kind {
    /// A fatal diagnostic.
    Fatal,
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// A note: a diagnostic, a child, the message of a label, or a step of a trace.
    Note,
    /// Help: a help text, a child, or the message of a suggestion.
    Help,
    /// A line that a suggestion inserts.
    Suggestion,
    /// A line of output that is not a diagnostic.
    Raw,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Fatal,
        Self::Error,
        Self::Warning,
        Self::Note,
        Self::Help,
        Self::Suggestion,
        Self::Raw,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Help => "help",
            Self::Suggestion => "suggestion",
            Self::Raw => "raw",
        }
    }

    /// Parses a name, case-insensitive. `warn` is a warning.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = if name == "warn" { "warning" } else { &name };
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl From<Severity> for Kind {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Fatal => Self::Fatal,
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

impl From<ChildLevel> for Kind {
    fn from(level: ChildLevel) -> Self {
        match level {
            ChildLevel::Error => Self::Error,
            ChildLevel::Warning => Self::Warning,
            ChildLevel::Note => Self::Note,
            ChildLevel::Help => Self::Help,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One announced diagnostic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Annotation {
    pub(crate) kind: Kind,
    /// The code that stood in brackets after the kind.
    pub(crate) code: Option<String>,
    /// A part of the message; empty if any message is right.
    pub(crate) message: String,
    /// The 1-based line of the diagnostic, or `None` for one without a line.
    pub(crate) line: Option<u32>,
    /// The bytes of the annotation in its file.
    pub(crate) range: Range<usize>,
}

/// Writes the annotation without its comment: `error[E0001]: illegal character`.
impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(code) = &self.code {
            write!(f, "[{code}]")?;
        }
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

/// A comment in a case that cannot be understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mistake {
    /// The bytes of the comment in its file.
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Returns the annotations of a file that apply to a revision, and those that cannot be understood.
pub(crate) fn parse(
    text: &str,
    comments: &Comments,
    revisions: Revisions<'_>,
) -> (Vec<Annotation>, Vec<Mistake>) {
    let (mut annotations, mut mistakes) = (Vec::new(), Vec::new());
    // The line of the previous annotation, which `|` repeats.
    let mut previous: Option<Option<u32>> = None;
    let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    let has_last_feed = text.ends_with('\n');
    for (number, begin, line) in numbered_lines(text) {
        for mark in comments.announcements(line) {
            let range = begin + mark.range.start..begin + mark.range.end;
            let place = Place { number, lines, has_last_feed, previous };
            let checked = revisions.check(&mark);
            if checked.is_ok() && !mark.applies_to(revisions.current) {
                continue;
            }
            match checked.and_then(|()| announced(&mark, place, range.clone())) {
                Ok(announced) => {
                    previous = Some(announced.line);
                    annotations.push(announced);
                }
                Err((message, help)) => mistakes.push(Mistake { range, message, help }),
            }
        }
    }
    (annotations, mistakes)
}

const BOM: char = '\u{feff}';

/// Returns the lines of a text: the 1-based number, the offset of the first byte, and the content without the line end.
pub(crate) fn numbered_lines(text: &str) -> impl Iterator<Item = (u32, usize, &str)> {
    let mut begin = 0;
    text.split_inclusive('\n').zip(1_u32..).map(move |(line, number)| {
        let at = begin;
        begin += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        // A byte order mark is not a part of the first line.
        let content = if at == 0 { line.trim_start_matches(BOM) } else { line };
        (number, at + line.len() - content.len(), content)
    })
}

/// The revisions of a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Revisions<'a> {
    pub(crate) all: &'a [String],
    /// Names that are not revisions now, but that marks may have. `*` stands for every name.
    pub(crate) unused: &'a [String],
    pub(crate) current: Option<&'a str>,
}

type Reason = (String, Option<String>);

impl Revisions<'_> {
    /// Checks that the revisions of a mark are revisions of the case.
    pub(crate) fn check(self, mark: &Mark<'_>) -> Result<(), Reason> {
        let names = mark.revisions.unwrap_or_default().split(',').map(str::trim);
        let is_known =
            |name: &str| self.all.iter().chain(self.unused).any(|one| one == name || one == "*");
        let unknown = |name: &&str| !name.is_empty() && !is_known(name);
        match names.clone().find(unknown) {
            Some(name) if self.all.is_empty() => {
                let help = "declare it in a directive `revisions: …`".to_owned();
                Err((format!("unknown revision `{name}`: the case has no revisions"), Some(help)))
            }
            Some(name) => {
                let known = format!("unknown revision `{name}`; the case has {}", list(self.all));
                Err((known, nearest(name, self.all.iter().map(String::as_str))))
            }
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
struct Place {
    /// The 1-based line of the annotation itself.
    number: u32,
    /// The number of lines of the file.
    lines: u32,
    /// Whether a line feed ends the last line.
    has_last_feed: bool,
    previous: Option<Option<u32>>,
}

/// Parses the content of a mark after the sigil: `^ error[E0001]: message`.
fn announced(mark: &Mark<'_>, place: Place, range: Range<usize>) -> Result<Annotation, Reason> {
    let (line, rest) = target(mark.content, place)?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(rest.len());
    let (word, rest) = rest.split_at(end);
    let kind = Kind::parse(word).ok_or_else(|| unknown_kind(word))?;
    let (code, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((code, rest)) => (Some(code.trim().to_owned()), rest),
        None => (None, rest),
    };
    let message = rest.strip_prefix(':').unwrap_or(rest).trim().to_owned();
    Ok(Annotation { kind, code, message, line, range })
}

fn unknown_kind(word: &str) -> Reason {
    let names: Vec<String> = Kind::ALL.iter().map(ToString::to_string).collect();
    if word.is_empty() {
        return (format!("an annotation begins with {}", list(&names)), None);
    }
    let help = nearest(word, names.iter().map(String::as_str));
    (format!("unknown kind `{word}`; expected {}", list(&names)), help)
}

/// Splits the sign of the line from the rest, and returns the line that it means.
fn target(content: &str, place: Place) -> Result<(Option<u32>, &str), Reason> {
    let count = |sign| {
        u32::try_from(content.len() - content.trim_start_matches(sign).len()).unwrap_or(u32::MAX)
    };
    let (up, down) = (count('^'), count('v'));
    let outside = |line: String| {
        let lines = text::plural("line", place.lines as usize);
        (format!("points at line {line}, but the file has {} {lines}", place.lines), None)
    };
    if let Some(rest) = content.strip_prefix('?') {
        return Ok((None, rest));
    }
    if let Some(rest) = content.strip_prefix('|') {
        let message = "`|` repeats the line of the annotation before it, and there is none";
        let line = place.previous.ok_or_else(|| (message.to_owned(), None))?;
        return Ok((line, rest));
    }
    if up > 0 {
        let line = place.number.checked_sub(up).filter(|&line| line > 0);
        let line = line.ok_or_else(|| {
            let above = place.number - 1;
            let lines = |count: u32| text::plural("line", count as usize);
            let (up_lines, above_lines) = (lines(up), lines(above));
            (
                format!(
                    "points {up} {up_lines} up, but there are only {above} {above_lines} above"
                ),
                None,
            )
        })?;
        return Ok((Some(line), content.trim_start_matches('^')));
    }
    let mut line = place.number.saturating_add(down);
    // The empty line after the last line feed stands for the end of the file, which is on the last line.
    if place.has_last_feed && line == place.lines.saturating_add(1) {
        line = place.lines;
    }
    if line > place.lines {
        return Err(outside(line.to_string()));
    }
    Ok((Some(line), content.trim_start_matches('v')))
}

/// Writes names for a message: `` `a`, `b` or `c` ``.
pub(crate) fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Returns help that names the most similar name, or `None` if none is similar.
pub(crate) fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let word = word.to_lowercase();
    let scored = names.into_iter().map(|name| (strsim::osa_distance(&word, name), name));
    let (distance, name) = scored.min()?;
    (distance <= (name.chars().count() / 3).max(1)).then(|| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests;

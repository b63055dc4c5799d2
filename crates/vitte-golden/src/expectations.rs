//! Compares the annotations of a case with the messages of its compilation.

use std::collections::{HashMap, HashSet};

use regex::Regex;
use vitte_diag::{Diagnostic, FileId, Severity, SourceMap, Span};

use crate::annotation::{Annotation, Kind};
use crate::comment::Comments;
use crate::messages::Message;
use crate::problem::Problem;

/// What is compared, and how.
pub(crate) struct Expectations<'a> {
    pub(crate) annotations: &'a [Annotation],
    /// Every diagnostic at least as severe has to be announced.
    pub(crate) announced: Severity,
    /// The kinds that need not be announced.
    pub(crate) unannounced: &'a [Kind],
    /// Messages without a location that only sum up others.
    pub(crate) summaries: &'a [Regex],
    pub(crate) normalize: &'a dyn Fn(&str) -> String,
    pub(crate) comments: &'a Comments,
    pub(crate) sources: &'a SourceMap,
    pub(crate) case: FileId,
}

impl Expectations<'_> {
    /// Returns an error for each annotation without its message, and for each diagnostic that has to be announced and is
    /// not.
    pub(crate) fn check(&self, messages: &[Message<'_>]) -> Vec<Problem> {
        let pairs = self.pairs(messages);
        let announced: HashSet<usize> = pairs.iter().flatten().copied().collect();
        let missing = self.annotations.iter().zip(&pairs).filter(|(_, pair)| pair.is_none());
        let free = messages.iter().enumerate().filter(|(index, _)| !announced.contains(index));
        let free: Vec<&Message<'_>> = free.map(|(_, message)| message).collect();
        let mut problems: Vec<Problem> =
            missing.map(|(annotation, _)| self.missing(annotation, &free)).collect();
        // One line of a message announces its diagnostic.
        let of_announced = announced.iter().filter_map(|&index| messages.get(index)?.diagnostic);
        let mut done: HashSet<*const Diagnostic> = of_announced.map(std::ptr::from_ref).collect();
        for message in free {
            let Some(diagnostic) = message.diagnostic else { continue };
            if done.insert(diagnostic) && self.must_announce(diagnostic) {
                problems.push(self.unannounced(message, diagnostic));
            }
        }
        problems
    }

    fn must_announce(&self, diagnostic: &Diagnostic) -> bool {
        let severity = diagnostic.severity();
        let is_summary = || {
            let matches = |regex: &Regex| regex.is_match(diagnostic.message());
            diagnostic.primary().is_none() && self.summaries.iter().any(matches)
        };
        severity >= self.announced && !self.unannounced.contains(&severity.into()) && !is_summary()
    }

    /// Returns for each annotation the index of its message, such that as many as possible have one. Several annotations
    /// of one line may be in any order, and each message belongs to one of them.
    fn pairs(&self, messages: &[Message<'_>]) -> Vec<Option<usize>> {
        let mut by_line: HashMap<Option<u32>, Vec<usize>> = HashMap::new();
        for (index, message) in messages.iter().enumerate() {
            for line in message.lines.iter().copied().map(Some) {
                by_line.entry(line).or_default().push(index);
            }
            if message.lines.is_empty() {
                by_line.entry(None).or_default().push(index);
            }
        }
        let candidates = |annotation: &Annotation| -> Vec<usize> {
            let is_announced = |index: &usize| {
                let message = messages.get(*index);
                message.is_some_and(|message| message.is_announced_by(annotation, self.normalize))
            };
            by_line
                .get(&annotation.line)
                .into_iter()
                .flatten()
                .copied()
                .filter(is_announced)
                .collect()
        };
        let candidates: Vec<Vec<usize>> = self.annotations.iter().map(candidates).collect();
        let mut owners: Vec<Option<usize>> = vec![None; messages.len()];
        for annotation in 0..candidates.len() {
            assign(annotation, &candidates, &mut owners);
        }
        let mut pairs = vec![None; self.annotations.len()];
        for (message, owner) in owners.iter().enumerate() {
            if let Some(pair) = owner.and_then(|owner| pairs.get_mut(owner)) {
                *pair = Some(message);
            }
        }
        pairs
    }

    fn missing(&self, annotation: &Annotation, free: &[&Message<'_>]) -> Problem {
        let span = Span::between(self.case, annotation.range.start, annotation.range.end);
        let what = annotation.kind;
        let mut problem =
            Diagnostic::error(None, span, format!("this {what} was announced, but not reported"));
        let line = |line: Option<u32>| {
            line.map_or_else(|| "without a line".to_owned(), |line| format!("on line {line}"))
        };
        if annotation.line != Some(self.line_of(span)) {
            problem.set_label(format!("announced {}", line(annotation.line)));
        }
        for (note, _) in nearest(annotation, free, self.normalize).into_iter().take(3) {
            problem.add_note(note);
        }
        Problem::new(problem)
    }

    fn line_of(&self, span: Span) -> u32 {
        self.sources.file(self.case).map_or(0, |file| file.line_of(span.lo()))
    }

    /// Shows the primary label of a diagnostic that should have been announced, and the annotation that would announce it.
    fn unannounced(&self, message: &Message<'_>, diagnostic: &Diagnostic) -> Problem {
        let title = format!("this {} was reported, but not announced: {message}", message.kind);
        let (sigil, place) = match message.lines.first() {
            Some(line) => ("~", format!("on line {line}")),
            None => ("~?", "anywhere, because it has no line in the case".to_owned()),
        };
        let announcement = self.comments.mark(sigil, &message.to_string());
        let mut problem = match (diagnostic.primary(), diagnostic.file()) {
            (Some(primary), _) => Diagnostic::error(None, primary.span(), title)
                .with_label(primary.message().unwrap_or_default().to_owned()),
            (None, Some(file)) => Diagnostic::for_file(Severity::Error, None, file, title),
            (None, None) => Diagnostic::without_location(Severity::Error, None, title),
        };
        problem.add_help(format!("announce it {place}: {announcement}"));
        Problem::new(problem)
    }
}

/// Gives an annotation one of its candidates. A candidate that another annotation has is freed if that one can have
/// another candidate (Kuhn's algorithm for matchings of bipartite graphs, with a stack of its own).
fn assign(annotation: usize, candidates: &[Vec<usize>], owners: &mut [Option<usize>]) {
    let of = |annotation: usize| candidates.get(annotation).map_or(&[][..], Vec::as_slice);
    let mut seen = vec![false; owners.len()];
    // Each step: an annotation, and the position of the candidate that it tries.
    let mut path = vec![(annotation, 0)];
    while let Some((current, position)) = path.last_mut() {
        let Some(&message) = of(*current).get(*position) else {
            path.pop();
            if let Some((_, position)) = path.last_mut() {
                *position += 1;
            }
            continue;
        };
        let is_new = seen.get_mut(message).is_some_and(|seen| !std::mem::replace(seen, true));
        if !is_new {
            *position += 1;
            continue;
        }
        match owners.get(message).copied().flatten() {
            Some(owner) => path.push((owner, 0)),
            None => {
                for (annotation, position) in path {
                    let message = of(annotation).get(position);
                    if let Some(owner) = message.and_then(|&message| owners.get_mut(message)) {
                        *owner = Some(annotation);
                    }
                }
                return;
            }
        }
    }
}

/// Returns what comes nearest to an annotation, best first: notes, each with a rank.
fn nearest(
    annotation: &Annotation,
    free: &[&Message<'_>],
    normalize: &dyn Fn(&str) -> String,
) -> Vec<(String, u32)> {
    let mut notes: Vec<(String, u32)> = Vec::new();
    for message in free {
        let same_line = message.is_on(annotation.line);
        let same_kind = message.kind == annotation.kind;
        let same_text =
            !annotation.message.is_empty() && message.contains(&annotation.message, normalize);
        let is_part = message.diagnostic.is_none();
        if message.kind == Kind::Raw && message.text.trim().is_empty() {
            continue;
        }
        let place = match message.lines.first() {
            Some(line) => format!("on line {line}"),
            None => "without a line in the case".to_owned(),
        };
        match (same_line, same_kind, same_text) {
            (true, true, _) => {
                let why = if annotation.code.is_none() || has_code(message, annotation) {
                    "its text does not contain the announced one"
                } else {
                    "its code differs"
                };
                notes.push((format!("reported {place}: {message} ({why})"), 0));
            }
            (true, false, true) => {
                notes.push((format!("reported as a {}: {message}", message.kind), 1));
            }
            (false, true, true) => notes.push((format!("reported {place}: {message}"), 2)),
            (true, false, false) if !is_part => {
                notes.push((format!("reported {place}: {message}"), 3));
            }
            (false, true, false) if annotation.code.is_some() && has_code(message, annotation) => {
                notes.push((format!("reported {place}: {message}"), 4));
            }
            _ => {}
        }
    }
    notes.sort_by_key(|(_, rank)| *rank);
    notes.dedup();
    notes
}

fn has_code(message: &Message<'_>, annotation: &Annotation) -> bool {
    message.code.map(|code| code.as_str()) == annotation.code.as_deref()
}

#[cfg(test)]
mod tests;

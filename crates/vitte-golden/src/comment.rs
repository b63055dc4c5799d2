//! Marks in comments: `//~ …` announces a diagnostic, `//@ …` is a directive.

use std::ops::Range;

/// A comment syntax.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Comment {
    /// What begins a comment, such as `//`.
    pub(crate) start: String,
    /// What ends it, such as `*/`, or `None` if it ends with its line.
    pub(crate) end: Option<String>,
}

/// The comment syntaxes of a language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Comments {
    syntaxes: Vec<Comment>,
    is_default: bool,
}

/// `//` to the end of the line.
impl Default for Comments {
    fn default() -> Self {
        let slashes = Comment { start: "//".to_owned(), end: None };
        Self { syntaxes: vec![slashes], is_default: true }
    }
}

/// A mark in a line of source text.
///
/// ```text
/// let x = @   //[a,b]~^ error: illegal character
///               ^^^  revisions
///                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ content
///             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ range
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mark<'t> {
    /// The revisions between brackets, separated by commas, or `None` without brackets.
    pub(crate) revisions: Option<&'t str>,
    /// The text after the sigil, to the end of the comment.
    pub(crate) content: &'t str,
    /// The bytes of the comment in the line, without blanks at its end.
    pub(crate) range: Range<usize>,
}

impl Mark<'_> {
    /// Returns true if the mark applies to a revision. A mark without revisions applies to all of them.
    pub(crate) fn applies_to(&self, revision: Option<&str>) -> bool {
        self.revisions.is_none_or(|list| list.split(',').any(|one| Some(one.trim()) == revision))
    }
}

impl Comments {
    /// Adds a syntax. The first one that is added replaces the default.
    pub(crate) fn add(&mut self, syntax: Comment) {
        if std::mem::take(&mut self.is_default) {
            self.syntaxes.clear();
        }
        if !syntax.start.is_empty() && !self.syntaxes.contains(&syntax) {
            self.syntaxes.push(syntax);
        }
    }

    /// Returns true if comments of the language begin with `start`.
    pub(crate) fn begins_with(&self, start: &str) -> bool {
        self.syntaxes.iter().any(|syntax| syntax.start == start)
    }

    /// Returns true if a comment begins in a part of a line.
    pub(crate) fn begin_in(&self, code: &str) -> bool {
        self.syntaxes.iter().any(|syntax| code.contains(&*syntax.start))
    }

    /// Returns what comments begin with, for a message.
    pub(crate) fn starts(&self) -> String {
        let starts: Vec<String> =
            self.syntaxes.iter().map(|syntax| format!("`{}`", syntax.start)).collect();
        starts.join(" or ")
    }

    /// Writes a mark of the first syntax, such as `//~ text`.
    pub(crate) fn mark(&self, sigil: &str, text: &str) -> String {
        let (start, end) = match self.syntaxes.first() {
            Some(syntax) => (syntax.start.as_str(), syntax.end.as_deref()),
            None => ("//", None),
        };
        match end {
            Some(end) => format!("{start}{sigil} {text} {end}"),
            None => format!("{start}{sigil} {text}"),
        }
    }

    /// Returns the announcements `//~ …` and `//[revisions]~ …` in a line. A comment to the end of the line contains at
    /// most one.
    pub(crate) fn announcements<'t>(&self, line: &'t str) -> Vec<Mark<'t>> {
        let mut marks: Vec<Mark<'_>> = Vec::new();
        for syntax in &self.syntaxes {
            // Not `match_indices`, which finds only the first `//` of `///~`.
            let begins = |&(at, _): &(usize, char)| {
                line.get(at..).is_some_and(|rest| rest.starts_with(&*syntax.start))
            };
            for (at, _) in line.char_indices().filter(begins) {
                let inside = marks.iter().any(|mark| mark.range.contains(&at));
                marks.extend((!inside).then(|| announcement(line, at, syntax)).flatten());
            }
        }
        marks.sort_by_key(|mark| mark.range.start);
        marks
    }

    /// Returns the directive in a line that contains nothing else: `//@ …` or `//@[revisions] …`.
    pub(crate) fn directive<'t>(&self, line: &'t str) -> Option<Mark<'t>> {
        let indent = line.len() - line.trim_start().len();
        self.syntaxes.iter().find_map(|syntax| {
            let after = line.get(indent..)?.strip_prefix(&*syntax.start)?.strip_prefix('@')?;
            let (revisions, content) = split_revisions(after.trim_start());
            mark(line, indent, content, revisions, syntax)
        })
    }
}

fn announcement<'t>(line: &'t str, at: usize, syntax: &Comment) -> Option<Mark<'t>> {
    let after = line.get(at + syntax.start.len()..)?;
    let (revisions, after) = split_revisions(after);
    mark(line, at, after.strip_prefix('~')?, revisions, syntax)
}

/// Creates a mark whose comment begins at byte `at` of `line` and whose content begins with `content`.
fn mark<'t>(
    line: &'t str,
    at: usize,
    content: &'t str,
    revisions: Option<&'t str>,
    syntax: &Comment,
) -> Option<Mark<'t>> {
    let begin = line.len() - content.len();
    let (content, comment_end) =
        match syntax.end.as_deref().and_then(|end| Some((content.find(end)?, end))) {
            Some((length, end)) => (content.get(..length)?, begin + length + end.len()),
            None => (content, begin + content.trim_end().len()),
        };
    Some(Mark { revisions, content: content.trim_end(), range: at..comment_end })
}

/// Splits `[a,b]rest` into `a,b` and `rest`.
fn split_revisions(text: &str) -> (Option<&str>, &str) {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ',' | ' ');
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((revisions, rest)) if !revisions.is_empty() && revisions.chars().all(is_name) => {
            (Some(revisions), rest)
        }
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(syntaxes: &[(&str, Option<&str>)]) -> Comments {
        let mut comments = Comments::default();
        for (start, end) in syntaxes {
            comments.add(Comment { start: (*start).to_owned(), end: end.map(str::to_owned) });
        }
        comments
    }

    #[test]
    fn marks_are_found_in_comments_of_any_syntax() {
        let all = |comments: &Comments, line| {
            let marks = comments.announcements(line);
            marks
                .iter()
                .map(|mark| (mark.range.clone(), mark.content.to_owned()))
                .collect::<Vec<_>>()
        };
        let slashes = Comments::default();
        assert_eq!(
            all(&slashes, "x //~ error: a //~ b  "),
            [(2..20, " error: a //~ b".to_owned())]
        );
        assert_eq!(all(&slashes, "x ///~^ e"), [(3..9, "^ e".to_owned())]);
        assert_eq!(all(&slashes, "x // ~ e"), []);
        let ml = comments(&[("(*", Some("*)"))]);
        assert_eq!(
            all(&ml, "(*~ a   *) f (*~ b *) //~ c"),
            [(0..10, " a".to_owned()), (13..21, " b".to_owned())]
        );
        assert_eq!(all(&ml, "(*~ open"), [(0..8, " open".to_owned())]);
        let both = comments(&[("#", None), ("//", None)]);
        assert_eq!(all(&both, "a #~ x //~ y"), [(2..12, " x //~ y".to_owned())]);
        assert_eq!(all(&both, "é //~| y"), [(3..9, "| y".to_owned())]);
    }

    #[test]
    fn revisions_are_between_brackets() {
        let slashes = Comments::default();
        let line = "x //[a,b-2]~ error";
        let mark = &slashes.announcements(line)[0];
        assert_eq!(mark.revisions, Some("a,b-2"));
        assert!(
            mark.applies_to(Some("b-2")) && !mark.applies_to(Some("c")) && !mark.applies_to(None)
        );
        assert_eq!(slashes.announcements("x //[a b!]~ error"), []);
        for line in ["  //@[a] flags: x", "  //@ [a] flags: x"] {
            let mark = slashes.directive(line).unwrap();
            assert_eq!((mark.revisions, mark.content), (Some("a"), " flags: x"));
        }
    }

    #[test]
    fn a_directive_is_alone_on_its_line() {
        let slashes = Comments::default();
        assert_eq!(slashes.directive("let x //@ flags: y"), None);
        assert_eq!(slashes.directive("\t//@check-pass \r").unwrap().content, "check-pass");
        assert_eq!(
            comments(&[("<!--", Some("-->"))]).directive("<!--@ a -->").unwrap().content,
            "a"
        );
    }

    #[test]
    fn a_mark_is_written_in_the_first_syntax() {
        assert_eq!(Comments::default().mark("~^", "error: x"), "//~^ error: x");
        assert_eq!(comments(&[("(*", Some("*)")), ("#", None)]).mark("~", "note"), "(*~ note *)");
    }
}

//! What a search looks for: a text or a regular expression.

use std::ops::Range;

use clap::Args;
use regex::{Regex, RegexBuilder};
use vitte_diag::text::one_line;

/// How a search compares, as in ripgrep.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct PatternArgs {
    /// TERM is a regular expression
    #[arg(long, short = 'e')]
    regex: bool,
    /// Ignore case [default: only if TERM has no capital letters]
    #[arg(long, short)]
    ignore_case: bool,
    /// Do not ignore case
    #[arg(long, short = 's', conflicts_with = "ignore_case")]
    case_sensitive: bool,
}

/// A compiled text or regular expression. `^` and `$` match at the ends of lines.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
}

impl PatternArgs {
    /// Compiles the pattern; the error is a message.
    pub(super) fn compile(self, term: &str) -> Result<Pattern, String> {
        if term.is_empty() {
            return Err("the text to search for is empty".to_owned());
        }
        let is_insensitive =
            self.ignore_case || !(self.case_sensitive || has_capital(term, self.regex));
        let escaped = if self.regex { term.to_owned() } else { regex::escape(term) };
        let regex = RegexBuilder::new(&escaped)
            .case_insensitive(is_insensitive)
            .multi_line(true)
            .crlf(true)
            .build();
        regex.map(|regex| Pattern { regex }).map_err(|error| {
            // The reason is the last of several lines; the others repeat the expression.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            let reason = one_line(reason.strip_prefix("error: ").unwrap_or(reason)).into_owned();
            format!("invalid regular expression `{}`: {reason}", one_line(term))
        })
    }
}

/// Returns whether a term has a capital letter that is searched for: not that of the classes `\W` and `\p{Greek}`.
fn has_capital(term: &str, is_regex: bool) -> bool {
    let mut chars = term.chars();
    while let Some(c) = chars.next() {
        if is_regex && c == '\\' {
            let class = chars.next();
            if matches!(class, Some('p' | 'P')) && chars.as_str().starts_with('{') {
                chars.by_ref().find(|c| *c == '}');
            }
        } else if c.is_uppercase() {
            return true;
        }
    }
    false
}

impl Pattern {
    /// Returns the bytes of the first match that starts at `start` or after it. `start` must be a character boundary.
    pub(super) fn find_at(&self, text: &str, start: usize) -> Option<Range<usize>> {
        // `find_at` panics if the start is after the end.
        (start <= text.len()).then(|| self.regex.find_at(text, start)).flatten().map(|m| m.range())
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(term: &str, regex: bool) -> Pattern {
        PatternArgs { regex, ..PatternArgs::default() }.compile(term).unwrap()
    }

    #[test]
    fn capital_letters_make_a_search_case_sensitive() {
        for (term, regex, text, expected) in [
            ("area", false, "AREA", true),
            ("Area", false, "AREA", false),
            ("Area", false, "the Area", true),
            ("größe", false, "GRÖSSE und GRÖßE", true),
            ("a.c", false, "abc", false),
            ("a.c", true, "ABC", true),
            (r"\Wx\p{Lu}", true, " XA", true),
            (r"^b$", true, "a\r\nB\r\nc", true),
        ] {
            assert_eq!(pattern(term, regex).is_match(text), expected, "{term} {text}");
        }
        let args = PatternArgs { ignore_case: true, ..PatternArgs::default() };
        assert!(args.compile("AREA").unwrap().is_match("area"));
        let args = PatternArgs { case_sensitive: true, ..PatternArgs::default() };
        assert!(!args.compile("area").unwrap().is_match("AREA"));
    }

    #[test]
    fn invalid_patterns_are_errors() {
        let error = |term| {
            let args = PatternArgs { regex: true, ..PatternArgs::default() };
            args.compile(term).unwrap_err()
        };
        assert_eq!(error(""), "the text to search for is empty");
        assert_eq!(error("a("), "invalid regular expression `a(`: unclosed group");
        assert!(error("(a{1000}){1000}").contains("size limit"), "{}", error("(a{1000}){1000}"));
        assert!(!error("\u{1b}(").contains('\u{1b}'));
    }

    #[test]
    fn a_start_after_the_end_finds_nothing() {
        assert_eq!(pattern("x*", true).find_at("ab", 2), Some(2..2));
        assert_eq!(pattern("x*", true).find_at("ab", 3), None);
    }
}
